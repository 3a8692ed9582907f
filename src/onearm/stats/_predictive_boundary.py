"""Stopping by the predictive probability of success at the end (Lee & Liu 2008, doi:10.1177/1740774508089279).

    stop low    when PP(n, x) < theta_L        x <= low(n)
    stop high   when PP(n, x) > theta_U        x >= high(n)

PP rises with x, and all of a trial's PP come from the backward recursion of `_predictive`. Sure success and sure
failure are 1 and 0 to the last digit there, so cut-offs of 0 and 1 mean what they say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._bayes_mixture import BetaMixture
from ._beta_mixture_posterior import (
    LONGEST,
    Prior,
    as_looks,
    as_patients,
    as_prior,
    beta_binomial,
    exceeds,
    falls_short,
)
from ._boundary import Boundary, boundary
from ._input import Bools, Floats, Ints
from ._number import as_count, as_number, as_share, as_truth
from ._posterior_boundary import tie_sentence, ties_at
from ._predictive import backward, final_sentence, success_count


@dataclass(frozen=True, slots=True, eq=False)
class PredictiveBoundary:
    """Integer boundaries from predictive probabilities.

    Attributes
    ----------
    boundary : the integers the rule is; its last look is the end of the trial.
    success_at : the smallest count of n_max that is a success.
    prior, p0, threshold, futility, efficacy, strict : as given.
    at_low, at_high : (L,) predictive probability at the integers of the boundary, NaN where no count stops.
    ties : (x, n) at the boundary's edge whose predictive probability equals its cut-off.
    conventions : sentences to print with the rule.
    """

    boundary: Boundary
    success_at: int
    prior: BetaMixture
    p0: float
    threshold: float
    futility: float
    efficacy: float | None
    strict: bool
    at_low: Floats
    at_high: Floats
    ties: tuple[tuple[int, int], ...]
    conventions: tuple[str, ...]

    def probability(self, x: float, n: float) -> float:
        """The predictive probability after ``x`` of ``n``."""
        events, size = as_patients(x, n, self.boundary.n_max)
        m, needed = self.boundary.n_max - size, max(self.success_at - events, 0)
        return 1.0 if not needed else min(float(np.sum(beta_binomial(self.prior, events, size, m)[needed:])), 1.0)


def predictive_boundary(
    looks: ArrayLike,
    n_max: int,
    prior: Prior,
    p0: float,
    threshold: float,
    *,
    futility: float,
    efficacy: float | None = None,
    strict: bool = True,
) -> PredictiveBoundary:
    """Stopping boundaries from the predictive probability of success at the end of the trial.

    Parameters
    ----------
    looks : (L,) patients with a known outcome at each look, ascending; the end of the trial is added where it is not
        the last of them.
    n_max : patients of the whole trial.
    prior : (a, b) of Beta(a, b), or (weight, a, b) of each component of a mixture.
    p0 : the rate to be exceeded, strictly between 0 and 1.
    threshold : success at the end when P(p > p0) exceeds this.
    futility : stop when the predictive probability is below this, from 0 to 1.
    efficacy : stop for success when the predictive probability is above this; None never stops for success.
    strict : whether all three comparisons need a difference (Lee & Liu; True) or allow equality (BEMPR; False).

    Returns
    -------
    PredictiveBoundary

    Raises
    ------
    ValueError : looks that do not ascend or lie beyond n_max, cut-offs out of range, futility not below efficacy.

    Notes
    -----
    Lee & Liu (2008), doi:10.1177/1740774508089279. At the end, counts below ``success_at`` are a failure; a success
    is a stop there only where ``efficacy`` is given.

    Examples
    --------
    The test of Genentech's phase1b.

    >>> rule = predictive_boundary([10, 20, 30, 40], 40, (1, 1), 0.2, 0.8, futility=0.1, efficacy=0.9)
    >>> rule.boundary.low.tolist(), rule.boundary.high.tolist()
    ([[0, 2, 5, 9]], [[4, 7, 9, 10]])
    """
    n, most = as_looks("looks", looks), as_count("n_max", n_max, 1, LONGEST)
    if n[-1] > most:
        raise ValueError(f"looks must not go beyond n_max = {most}, found {n[-1]}")
    mixture, limit, cutoff = as_prior("prior", prior), as_share("p0", p0), as_share("threshold", threshold)
    lower = as_number("futility", futility, 0, 1)
    upper = None if efficacy is None else as_number("efficacy", efficacy, 0, 1)
    if upper is not None and lower >= upper:
        raise ValueError(f"futility must be below efficacy, found {lower:g} and {upper:g}")
    n = n if n[-1] == most else np.append(n, most)
    strict = as_truth("strict", strict)
    success = success_count(mixture, most, limit, cutoff, strict)
    low, high, at_low, at_high, ties = _walk(mixture, n, success, lower, upper, strict)
    rule = boundary(n, low=low, high=None if upper is None else high, low_means="futility",
                    high_means="" if upper is None else "efficacy", n_max=most)  # fmt: skip
    said = (*_conventions(lower, upper, strict), final_sentence(limit, cutoff, strict, success, most),
            *tie_sentence(ties, strict))  # fmt: skip
    return PredictiveBoundary(rule, success, mixture, limit, cutoff, lower, upper, strict, at_low, at_high, ties, said)


Walked = tuple[Ints, Ints, Floats, Floats, tuple[tuple[int, int], ...]]


def _walk(prior: BetaMixture, n: Ints, success: int, lower: float, upper: float | None, strict: bool) -> Walked:
    """Both sides at each look, their predictive probabilities, and where a cut-off is met exactly."""
    low, high = np.full(n.size, -1), n + 1
    at_low, at_high = np.full(n.size, np.nan), np.full(n.size, np.nan)
    ties: list[tuple[int, int]] = []
    place = {int(size): k for k, size in enumerate(n)}
    for size, q in backward(prior, int(n[-1]), success, int(n[0])):
        if size not in place:
            continue
        k = place[size]
        stops = short_of(q, lower, strict) if size < n[-1] else q < 1
        passes = np.zeros(q.size, bool) if upper is None else beyond(q, upper, strict) if size < n[-1] else q == 1
        low[k] = np.count_nonzero(stops) - 1
        high[k] = size + 1 - np.count_nonzero(passes)
        at_low[k] = q[low[k]] if low[k] >= 0 else np.nan
        at_high[k] = q[high[k]] if high[k] <= size else np.nan
        if size < n[-1]:
            ties += _tied(q, low[k], lower, size) + ([] if upper is None else _tied(q, high[k] - 1, upper, size))
    return low, high, at_low, at_high, tuple(sorted(set(ties), key=lambda at: at[::-1]))


def short_of(q: Floats, cutoff: float, strict: bool) -> Bools:
    """Below a cut-off of PP; at 0, where q is exact, without a tolerance."""
    return np.asarray(falls_short(q, cutoff, strict) if cutoff > 0 else (q < 0 if strict else q <= 0))


def beyond(q: Floats, cutoff: float, strict: bool) -> Bools:
    """Above a cut-off of PP; at 1, where q is exact, without a tolerance."""
    return np.asarray(exceeds(q, cutoff, strict) if cutoff < 1 else (q > 1 if strict else q >= 1))


def _tied(q: Floats, inner: int, cutoff: float, n: int) -> list[tuple[int, int]]:
    if not 0 < cutoff < 1:  # q is exact there, and being sure is no tie of roundings
        return []
    edge = np.array([inner, inner + 1])
    return list(ties_at(lambda x, _: q[x], cutoff, edge[:1], edge[1:], np.array([n])))


def _conventions(lower: float, upper: float | None, strict: bool) -> tuple[str, ...]:
    below, above = ("<", ">") if strict else ("<=", ">=")
    stops = (f"stops low when the predictive probability {below} {lower:g}; low is the largest count that stops",)
    if upper is None:
        return (*stops, "never stops for success before the end")
    return (*stops, f"stops high when it {above} {upper:g}; high is the smallest count that stops")
