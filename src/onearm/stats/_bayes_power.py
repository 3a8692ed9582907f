"""Power priors: earlier data counted at less than their size.

With initial prior p0(x), earlier data D0 and a discount a0 between 0 and 1 (Ibrahim & Chen 2000,
doi:10.1214/ss/1009212673),

    fixed        p(x | a0) = p0(x) L(x | D0)^a0 / C(a0),        C(a0) = integral of p0 L^a0
    normalised   p(x) = integral of p(x | a0) Beta(a0; c, d) d a0

For conjugate priors p(x | a0) is Beta(a + a0 r, b + a0 (n - r)) or Gamma(a + a0 d, b + a0 E), a density: C(a0) is in
its constant. Leaving C(a0) out when a0 is random breaks the likelihood principle (Duan, Ye & Smith 2006,
doi:10.1002/env.752; Neuenschwander, Branson & Spiegelhalter 2009, doi:10.1002/sim.3722). By Gauss-Jacobi quadrature
over a0 the normalised prior is a mixture of conjugate priors, one a node, and after the trial's own data the weights
of its components are the posterior of a0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, roots_jacobi

from ._bayes_mixture import LARGEST, SMALLEST, BetaMixture, GammaMixture, as_counts, as_exposed
from ._bayes_piecewise import PiecewiseMixture
from ._input import Floats, as_choice, as_floats, as_vector
from ._number import as_number

_NODES = 128


@dataclass(frozen=True, slots=True, eq=False)
class PowerPrior:
    """A prior made of discounted earlier data.

    Attributes
    ----------
    prior : the distribution of the proportion, rate or piecewise rates, a mixture with one component a value of a0.
    a0 : (K,) values of the discount; one when it is fixed, quadrature nodes when it is random.
    """

    prior: BetaMixture | GammaMixture | PiecewiseMixture
    a0: Floats

    def posterior_a0(self, events: ArrayLike, size: ArrayLike) -> tuple[float, float]:
        """Mean and standard deviation of the discount after the trial's own ``events`` of ``size``."""
        names = ("events", "size")
        if isinstance(self.prior, BetaMixture):
            weight = self.prior.posterior(*as_counts(events, size, names)).weight  # type: ignore[arg-type]
        elif isinstance(self.prior, GammaMixture):
            weight = self.prior.posterior(*as_exposed(events, size, names)).weight  # type: ignore[arg-type]
        else:
            weight = self.prior.posterior(events, as_vector("size", size)).weight
        mean = float(weight @ self.a0)
        return mean, float(np.sqrt(weight @ (self.a0 - mean) ** 2))


def power_prior(
    events: ArrayLike,
    size: ArrayLike,
    a0: ArrayLike | None = None,
    *,
    a0_prior: tuple[float, float] | None = None,
    initial: tuple[float, float] = (1.0, 1.0),
    outcome: str = "binary",
    cuts: ArrayLike = (),
) -> PowerPrior:
    """A prior from earlier data counted at a share ``a0`` of their size: fixed, or uncertain itself.

    Parameters
    ----------
    events : responses (``outcome`` "binary") or events ("rate"), one number or (m,) for m earlier studies;
        "piecewise": (m, J) or (J,), events of each study in each of the J intervals.
    size : subjects ("binary") or exposure; shape of ``events``.
    a0 : the discount, one number or (m,), between 0 and 1; leave out when ``a0_prior`` is given.
    a0_prior : (c, d) of a Beta prior for one discount shared by all studies: the normalised power prior.
    initial : parameters (a, b) of the prior that the earlier data met, Beta(a, b) or Gamma(a, b) for every rate.
    outcome : "binary", "rate" (exponential) or "piecewise" (piecewise exponential).
    cuts : (J - 1,) times at which a piecewise hazard changes.

    Returns
    -------
    PowerPrior; ``.prior.posterior(events, size)`` adds the trial's own data.

    Raises
    ------
    ValueError : both or neither of ``a0`` and ``a0_prior``, discounts outside 0..1, impossible counts.

    Examples
    --------
    The historical controls of Chen et al. (2011, doi:10.1111/j.1541-0420.2011.01561.x), 44 of 535 and 33 of 304, at
    30 %: Beta(1e-4 + 23.1, 1e-4 + 228.6).

    >>> made = power_prior([44, 33], [535, 304], 0.3, initial=(1e-4, 1e-4))
    >>> made.prior.a.round(4), made.prior.b.round(4)
    (array([23.1001]), array([228.6001]))

    With a0 uniform, 20 of 100 earlier and 12 of 60 now agree, 30 of 60 do not:

    >>> made = power_prior(20, 100, a0_prior=(1, 1))
    >>> round(made.posterior_a0(12, 60)[0], 3), round(made.posterior_a0(30, 60)[0], 3)
    (0.564, 0.118)
    """
    as_choice("outcome", outcome, ("binary", "rate", "piecewise"))
    if (a0 is None) == (a0_prior is None):
        raise ValueError("give exactly one of a0 (a fixed discount) and a0_prior (a random one)")
    first, second = _initial(initial)
    yes, whole = _earlier(events, size, outcome)
    node, weight = _discounts(a0, a0_prior, yes.shape[0])
    d, total = np.tensordot(node, yes, 1), np.tensordot(node, whole, 1)
    label = np.ravel(node[:, 0]) if a0_prior is not None or yes.shape[0] == 1 else np.mean(node, axis=1)
    if outcome == "binary":
        return PowerPrior(BetaMixture(weight, first + d[:, 0], second + (total - d)[:, 0]), label)
    if outcome == "rate":
        return PowerPrior(GammaMixture(weight, first + d[:, 0], second + total[:, 0]), label)
    return PowerPrior(PiecewiseMixture.checked(weight, first + d, second + total, cuts), label)


def _initial(initial: tuple[float, float]) -> tuple[float, float]:
    pair = as_vector("initial", initial, 2)
    return tuple(as_number("initial", x, SMALLEST, LARGEST) for x in pair)  # type: ignore[return-value]


def _earlier(events: ArrayLike, size: ArrayLike, outcome: str) -> tuple[Floats, Floats]:
    """Events and sizes as (m, J); J = 1 unless piecewise."""
    yes, whole = as_floats("events", events), as_floats("size", size)
    if outcome == "piecewise":
        yes, whole = np.atleast_2d(yes), np.atleast_2d(whole)
    else:
        yes, whole = np.atleast_1d(yes)[:, None], np.atleast_1d(whole)[:, None]
    if yes.ndim != 2 or yes.shape != whole.shape or not yes.size:
        raise ValueError(f"size has shape {np.shape(size)} where events has {np.shape(events)}")
    for name, x, most in (("events", yes, LARGEST), ("size", whole, 1e15)):
        if not np.all((x >= 0) & (x <= most)):
            raise ValueError(f"{name} must lie between 0 and {most:g} throughout")
    if outcome == "binary" and np.any((yes > whole) | (whole > LARGEST)):
        raise ValueError("events must not exceed size: more responses than subjects")
    if np.any((yes > 0) & (whole == 0)):
        raise ValueError("size is 0 where there are events: give the time at risk")
    return yes, whole


def _discounts(a0: ArrayLike | None, a0_prior: tuple[float, float] | None, m: int) -> tuple[Floats, Floats]:
    """Nodes (K, m) of the discounts of the m studies, and weights (K,)."""
    if a0 is not None:
        fixed = np.atleast_1d(as_floats("a0", a0))
        if fixed.shape not in ((1,), (m,)):
            raise ValueError(f"a0 has shape {fixed.shape} where one number or ({m},) is needed")
        if not np.all((fixed >= 0) & (fixed <= 1)):
            raise ValueError(f"a0 must lie between 0 and 1, found {fixed[~((fixed >= 0) & (fixed <= 1))][0]:g}")
        return np.broadcast_to(fixed, (1, m)).astype(np.float64), np.ones(1)
    c, d = (as_number("a0_prior", x, 0.05, 1e3) for x in as_vector("a0_prior", a0_prior or (), 2))
    x, weight = roots_jacobi(_NODES, d - 1, c - 1)
    weight = weight / np.exp(betaln(c, d) + (c + d - 1) * np.log(2))
    node = np.clip((1 + x) / 2, 0.0, 1.0)
    return np.repeat(node[:, None], m, axis=1), weight / np.sum(weight)
