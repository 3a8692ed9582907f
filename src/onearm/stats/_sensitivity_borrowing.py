"""How much would have to be borrowed for the conclusion to change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._bayes_compare import Distribution, probability_greater, scale_of
from ._bayes_mixture import BetaMixture, GammaMixture, as_counts, as_exposed
from ._bayes_power import power_prior
from ._bayes_robust import robust_map
from ._input import Bools, Floats, as_choice, as_floats, as_vector
from ._number import as_number


@dataclass(frozen=True, slots=True, eq=False)
class BorrowingTip:
    """The posterior probability behind a decision, over how much is borrowed.

    Attributes
    ----------
    amount : (k,) increasing: weight of the vague part, or discount a0 of the earlier data.
    probability : (k,) P(first > control + margin).
    success : (k,) probability > threshold.
    flips_at : (f,) amounts at which the decision changes, to 1e-6, in increasing order; empty when it never does.
    threshold : as asked.
    """

    amount: Floats
    probability: Floats
    success: Bools
    flips_at: Floats
    threshold: float


def tipping_borrowing(
    first: Distribution,
    events: float,
    size: float,
    *,
    informative: BetaMixture | GammaMixture | None = None,
    vague: tuple[float, float] | None = None,
    historical: tuple[float, float] | None = None,
    initial: tuple[float, float] = (1.0, 1.0),
    amount: ArrayLike | None = None,
    margin: float = 0.0,
    threshold: float = 0.95,
    alternative: str = "greater",
) -> BorrowingTip:
    """The decision for every weight of the vague part, or for every discount of earlier data.

    Parameters
    ----------
    first : posterior of the treated arm.
    events, size : the trial's own controls; 0 and 0 for a single arm.
    informative : a prior; then ``amount`` is the weight of the vague part in ``robust_map`` (``vague`` as there).
    historical : earlier events and size; then ``amount`` is the discount a0 of ``power_prior`` (``initial`` as there).
        Give exactly one of ``informative`` and ``historical``.
    amount : where to look, by default 0, 0.05 ... 1.
    margin, threshold : success is P(first > control + margin) > threshold.
    alternative : "less" for P(first < control + margin), as for a rate of events.

    Returns
    -------
    BorrowingTip.

    Raises
    ------
    ValueError : both or neither source, amounts outside 0..1, distributions that do not fit.

    Examples
    --------
    24 of 40 against external 80 of 200 counted at a share a0, Beta(1, 1) before:

    >>> from onearm.stats.bayes import beta_mixture
    >>> treated = beta_mixture(1, 1, 1).posterior(24, 40)
    >>> found = tipping_borrowing(treated, 0, 0, historical=(80, 200))
    >>> found.probability[[0, 10, 20]].round(3), found.flips_at.round(3)
    (array([0.595, 0.983, 0.99 ]), array([0.153]))
    """
    if (informative is None) == (historical is None):
        raise ValueError("give exactly one of informative (a prior) and historical (earlier counts)")
    if not isinstance(first, Distribution):
        raise ValueError("first must be a mixture or a grid distribution")
    read = as_counts if scale_of(first) == "proportion" else as_exposed
    own = read(events, size, ("events", "size"))
    cut, shift = as_number("threshold", threshold, 0, 1), as_number("margin", margin, -1e12, 1e12)
    as_choice("alternative", alternative, ("greater", "less"))
    grid = np.unique(as_floats("amount", np.linspace(0, 1, 21) if amount is None else amount))
    if grid.size < 1 or not np.all((grid >= 0) & (grid <= 1)):
        raise ValueError("amount must hold numbers between 0 and 1")

    def control(share: float) -> BetaMixture | GammaMixture:
        if informative is not None:
            prior = robust_map(informative, share, vague)
        else:
            outcome = "binary" if scale_of(first) == "proportion" else "rate"
            earlier = as_vector("historical", () if historical is None else historical, 2)
            prior = power_prior(earlier[0], earlier[1], share, initial=initial, outcome=outcome).prior
        if not isinstance(prior, BetaMixture | GammaMixture):
            raise ValueError("informative must be a mixture of one proportion or rate")
        return prior.posterior(*own)

    def chance(share: float) -> float:
        above = probability_greater(first, control(share), shift)
        return above if alternative == "greater" else 1 - above

    probability = np.array([chance(float(x)) for x in grid])
    success = probability > cut
    turn = np.flatnonzero(success[1:] != success[:-1])
    flips = np.array([_flip(chance, float(grid[k]), float(grid[k + 1]), cut) for k in turn])
    return BorrowingTip(grid, probability, success, flips, cut)


def _flip(chance: Callable[[float], float], low: float, high: float, cut: float) -> float:
    start = chance(low) > cut
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if (chance(middle) > cut) == start else (low, middle)
    return (low + high) / 2
