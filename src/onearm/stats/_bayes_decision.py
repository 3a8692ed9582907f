"""What a rule of decision does: exact chances, over every outcome of two binomial counts.

The rule declares success when P(p1 - p0 > margin | data) > threshold ("greater") or P(p1 - p0 < margin | data) >
threshold ("less"). More responses in the treated arm move its posterior up in the likelihood-ratio order, so for each
control count there is one smallest (or largest) treated count with success. All probabilities are worked out as one
matrix product on common panels; those within 1e-6 of the threshold again with panels of their own. Then

    P(success | p1, p0) = sum over r0 of Bin(r0; n0, p0) P(R1 in the success region of r0 | p1)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, betaln, expit, gammaln, log_expit, logit, xlog1py, xlogy

from ._bayes_compare import probability_greater
from ._bayes_grid import panel_nodes
from ._bayes_mixture import BetaMixture
from ._input import Bools, Floats, as_choice, as_floats
from ._number import as_number

_MOST = 5000  # subjects of an arm
_NEAR = 1e-6
_REACH = 30.0  # log odds
_CHUNK = 4000  # nodes worked on at once


@dataclass(frozen=True, slots=True, eq=False)
class DecisionPower:
    """Chances of success of a rule.

    Attributes
    ----------
    p1, p0 : true proportions of the treated and the control patients.
    power : chance of success there.
    success : (n1 + 1, n0 + 1) whether a pair of counts (treated, control) means success.
    probability : (n1 + 1, n0 + 1) the posterior probability the rule looks at.
    """

    p1: Floats
    p0: Floats
    power: Floats
    success: Bools
    probability: Floats


@dataclass(frozen=True, slots=True, eq=False)
class DriftScan:
    """What borrowing does when the trial's true control proportion is not that of the earlier controls.

    Attributes
    ----------
    p0 : true control proportions in the trial's population.
    type_one_error : chance of success when p1 - p0 equals the margin of the rule.
    power : chance of success when p1 - p0 equals ``effect``; NaN where that leaves 0..1.
    bias : expected posterior mean of the control proportion, less ``p0``.
    rmse : root mean squared error of that posterior mean.
    """

    p0: Floats
    type_one_error: Floats
    power: Floats
    bias: Floats
    rmse: Floats


def decision_power(
    prior1: BetaMixture,
    prior0: BetaMixture,
    n1: int,
    n0: int,
    p1: ArrayLike,
    p0: ArrayLike,
    *,
    margin: float = 0.0,
    threshold: float = 0.95,
    alternative: str = "greater",
) -> DecisionPower:
    """The exact chance that a two-arm (or externally controlled) trial declares success.

    Parameters
    ----------
    prior1, prior0 : priors of the treated and the control proportion.
    n1, n0 : subjects; ``n0`` may be 0: a single arm against its external prior alone.
    p1, p0 : true proportions, numbers or arrays that broadcast.
    margin, threshold, alternative : success is P(p1 - p0 > margin) > threshold ("greater"), or P(p1 - p0 < margin) >
        threshold ("less").

    Returns
    -------
    DecisionPower.

    Raises
    ------
    ValueError : priors of another kind, more than 5000 subjects in an arm, proportions outside 0..1.

    Examples
    --------
    Uniform priors, one patient in each arm: success at 80 % only when the treated responds and the control does not
    (P = 5/6), so the chance at 0.5 and 0.5 is a quarter.

    >>> from onearm.stats.bayes import beta_mixture
    >>> flat = beta_mixture(1, 1, 1)
    >>> made = decision_power(flat, flat, 1, 1, 0.5, 0.5, threshold=0.8)
    >>> round(float(made.power), 12), round(float(made.probability[1, 0]), 6)
    (0.25, 0.833333)
    """
    true1, true0 = np.broadcast_arrays(_proportions("p1", p1), _proportions("p0", p0))
    success, probability = _rule(prior1, prior0, n1, n0, margin, threshold, alternative)
    power = _chance(success, true1, true0)
    return DecisionPower(np.array(true1), np.array(true0), power, success, probability)


def drift_scan(
    prior1: BetaMixture,
    prior0: BetaMixture,
    n1: int,
    n0: int,
    p0: ArrayLike,
    effect: float,
    *,
    margin: float = 0.0,
    threshold: float = 0.95,
    alternative: str = "greater",
) -> DriftScan:
    """Type I error, power and bias over a range of true control proportions, exact.

    An informative prior for the controls is right in one place only. Where the trial's population would have done
    better or worse than the earlier controls, the rule's errors follow: look at the plausible range, and report its
    worst type I error.

    Parameters
    ----------
    prior1, prior0, n1, n0, margin, threshold, alternative : as in ``decision_power``.
    p0 : true control proportions.
    effect : the true difference p1 - p0 at which power is wanted.

    Returns
    -------
    DriftScan.

    Raises
    ------
    ValueError : as ``decision_power``; an effect outside -1..1.

    Examples
    --------
    A single arm of 40 against Beta(20, 80): at a true 0.2 the error is near the nominal 5 %, at 0.3 it is far above.

    >>> from onearm.stats.bayes import beta_mixture
    >>> scan = drift_scan(beta_mixture(1, 1, 1), beta_mixture(1, 20, 80), 40, 0, [0.1, 0.2, 0.3], 0.2)
    >>> scan.type_one_error.round(3), scan.power.round(3), scan.bias.round(3)
    (array([0.   , 0.043, 0.423]), array([0.423, 0.871, 0.992]), array([ 0.1,  0. , -0.1]))
    """
    true0 = np.atleast_1d(_proportions("p0", p0))
    shift = as_number("effect", effect, -1, 1)
    success, _ = _rule(prior1, prior0, n1, n0, margin, threshold, alternative)
    edge = _chance(success, np.clip(true0 + margin, 0.0, 1.0), true0)
    moved = true0 + shift
    possible = (moved >= 0) & (moved <= 1)
    power = np.where(possible, _chance(success, np.clip(moved, 0.0, 1.0), true0), np.nan)
    means = np.array([prior0.posterior(r, int(n0)).mean for r in range(int(n0) + 1)])
    mass = _binomial(int(n0), true0)
    error = means - true0[:, None]
    return DriftScan(true0, edge, power, np.sum(mass * error, axis=1), np.sqrt(np.sum(mass * error**2, axis=1)))


def _proportions(name: str, value: ArrayLike) -> Floats:
    p = as_floats(name, value)
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError(f"{name} must lie between 0 and 1")
    return p


def _rule(
    prior1: BetaMixture, prior0: BetaMixture, n1: int, n0: int, margin: float, threshold: float, alternative: str
) -> tuple[Bools, Floats]:
    for name, prior in (("prior1", prior1), ("prior0", prior0)):
        if not isinstance(prior, BetaMixture):
            raise ValueError(f"{name} must be a mixture of Betas: make one with beta_mixture")
    size1, size0 = (as_number(k, n, 0, _MOST) for k, n in (("n1", n1), ("n0", n0)))
    if size1 % 1 or size0 % 1:
        raise ValueError("n1 and n0 must be whole numbers")
    as_choice("alternative", alternative, ("greater", "less"))
    shift, cut = as_number("margin", margin, -1, 1), as_number("threshold", threshold, 0, 1)
    treated = [prior1.posterior(r, size1) for r in range(int(size1) + 1)]
    control = [prior0.posterior(r, size0) for r in range(int(size0) + 1)]
    above = _table(treated, control, shift)
    probability = above if alternative == "greater" else 1 - above
    return _refined(probability, treated, control, shift, cut, alternative), probability


def _table(treated: list[BetaMixture], control: list[BetaMixture], shift: float) -> Floats:
    """P(p1 > p0 + shift) for all pairs, on panels that all of them share."""
    theta, weight = (x.ravel() for x in panel_nodes(_shared_edges(treated, control, shift)))
    above = np.zeros((len(treated), len(control)))
    lost = np.ones(len(treated))
    for part in np.array_split(np.arange(theta.size), theta.size // _CHUNK + 1):
        density = _densities(treated, theta[part]) * weight[part]
        below = np.array([m.cdf(expit(theta[part]) - shift) for m in control])
        above += density @ below.T
        lost -= np.sum(density, axis=1)
    low = np.array([m.mean < 0.5 for m in treated])  # what is lost lies where x is 0 or 1 in numbers
    at_end = np.where(low[:, None], [float(m.cdf(-shift)) for m in control], [float(m.cdf(1 - shift)) for m in control])
    return np.asarray(np.clip(above + np.maximum(lost, 0.0)[:, None] * at_end, 0.0, 1.0))


def _densities(mixtures: list[BetaMixture], theta: Floats) -> Floats:
    """The density of the log odds of each mixture."""
    up, down = log_expit(theta), log_expit(-theta)
    density = np.zeros((len(mixtures), theta.size))
    for k in range(mixtures[0].a.size):
        a, b = (np.array([getattr(m, name)[k] for m in mixtures]) for name in ("a", "b"))
        with np.errstate(divide="ignore"):  # a component may have lost its weight
            top = np.log([m.weight[k] for m in mixtures]) - betaln(a, b)
        density += np.exp(a[:, None] * up + b[:, None] * down + top[:, None])
    return density


def _shared_edges(treated: list[BetaMixture], control: list[BetaMixture], shift: float) -> Floats:
    """Half units of log odds throughout, and three standard deviations where a component may lie."""
    edges = [np.arange(-_REACH, _REACH + 0.25, 0.5)]
    for group, move in ((treated, 0.0), (control, shift)):
        first, last = group[0], group[-1]  # a rises and b falls with the count of responses
        for k in range(first.a.size):
            low = _log_odds(first.a[k], first.b[k])
            high = -_log_odds(last.b[k], last.a[k])
            width = 3 * min(float(np.sqrt(1 / m.a[k] + 1 / m.b[k])) for m in (first, group[len(group) // 2], last))
            x = expit(np.linspace(low, high, int(np.ceil((high - low) / min(width, 0.5))) + 2)) + move
            edges.append(logit(x[(x > 1e-13) & (x < 1 - 1e-13)]))
    corner = np.array([shift, 1 + shift])
    edges.append(logit(corner[(corner > 1e-13) & (corner < 1 - 1e-13)]))
    return np.unique(np.concatenate(edges))


def _log_odds(a: float, b: float) -> float:
    """The log odds below which Beta(a, b) has next to nothing, within the grid."""
    x = float(betaincinv(a, b, 1e-13))
    return max(-_REACH, float(logit(x)) if x > 1e-14 else -_REACH)


def _refined(
    table: Floats, treated: list[BetaMixture], control: list[BetaMixture], shift: float, cut: float, alternative: str
) -> Bools:
    """Success of each pair; the table's entries near the threshold are worked out with care, and put right."""
    near = np.argwhere(np.abs(table - cut) < _NEAR)
    for i, j in near:
        exact = probability_greater(treated[i], control[j], shift)
        table[i, j] = exact if alternative == "greater" else 1 - exact
    return np.asarray(table > cut)


def _binomial(n: int, p: Floats) -> Floats:
    """Bin(r; n, p), shape of ``p`` + (n + 1,)."""
    r = np.arange(n + 1)
    log_ways = gammaln(n + 1) - gammaln(r + 1) - gammaln(n - r + 1)
    return np.asarray(np.exp(log_ways + xlogy(r, p[..., None]) + xlog1py(n - r, -p[..., None])))


def _chance(success: Bools, p1: Floats, p0: Floats) -> Floats:
    treated, control = _binomial(success.shape[0] - 1, p1), _binomial(success.shape[1] - 1, p0)
    return np.asarray(np.clip(np.sum((treated @ success) * control, axis=-1), 0.0, 1.0))
