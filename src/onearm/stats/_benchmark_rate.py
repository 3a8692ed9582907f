"""A proportion of one arm against a published one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ._binomial_difference import difference_interval
from ._binomial_root import counted
from ._exact_tests import ALTERNATIVES, exact_test
from ._input import Floats, as_choice
from .binomial import Proportion, proportion_interval

_GRID = 1000  # steps of the nuisance proportion before its maximum is refined
_MOST_CELLS = 4_000_000
_NODES = 200


@dataclass(frozen=True, slots=True)
class RateBenchmark:
    """A trial's proportion beside a published one.

    Attributes
    ----------
    trial : the trial's proportion with Clopper-Pearson limits.
    rate, rate_low, rate_high : the published one, and its limits (both equal to it when it is fixed).
    reference : "fixed", "counts" or "limits": what is known of it.
    difference, low, high : trial - published with limits at ``level``; ``interval`` names their method.
    p_value, test, alternative : of equality; NaN when only limits were published.
    probability : posterior probability that the trial's proportion is the higher one, under independent Beta(1/2, 1/2)
        priors; NaN when only limits were published.
    level : confidence level.
    message : why a number is NaN; empty otherwise.
    """

    trial: Proportion
    rate: float
    rate_low: float
    rate_high: float
    reference: str
    difference: float
    low: float
    high: float
    interval: str
    p_value: float
    test: str
    alternative: str
    probability: float
    level: float
    message: str


def against_fixed(x: int, n: int, rate: float, level: float, alternative: str) -> RateBenchmark:
    """The published rate taken as known: what it would be without sampling error."""
    trial = proportion_interval(x, n, level)
    p = exact_test(x, n, rate, alternative).p_value
    return RateBenchmark(
        trial=trial,
        rate=rate,
        rate_low=rate,
        rate_high=rate,
        reference="fixed",
        difference=trial.estimate - rate,
        low=trial.low - rate,
        high=trial.high - rate,
        interval="clopper-pearson",
        p_value=p,
        test="exact binomial",
        alternative=alternative,
        probability=probability_higher(x, n, rate),
        level=level,
        message="",
    )


def against_counts(x: int, n: int, y: int, m: int, level: float, alternative: str) -> RateBenchmark:
    """y of m published: both proportions have sampling error."""
    trial, other = proportion_interval(x, n, level), proportion_interval(y, m, level)
    d = difference_interval(x, n, y, m, "miettinen-nurminen", level=level)
    return RateBenchmark(
        trial=trial,
        rate=other.estimate,
        rate_low=other.low,
        rate_high=other.high,
        reference="counts",
        difference=d.estimate,
        low=d.low,
        high=d.high,
        interval=d.method,
        p_value=unconditional_p(x, n, y, m, alternative),
        test="unconditional exact, pooled score",
        alternative=alternative,
        probability=probability_higher(x, n, (y, m)),
        level=level,
        message="",
    )


def against_limits(
    x: int, n: int, rate: float, limits: tuple[float, float], level: float, alternative: str
) -> RateBenchmark:
    """A rate with its confidence limits and no counts: the square-and-add interval (Zou & Donner 2008)."""
    low, high = limits
    trial = proportion_interval(x, n, level)
    score = proportion_interval(x, n, level, "wilson")
    d = trial.estimate - rate
    return RateBenchmark(
        trial=trial,
        rate=rate,
        rate_low=low,
        rate_high=high,
        reference="limits",
        difference=d,
        low=max(d - math.hypot(trial.estimate - score.low, high - rate), -1.0),
        high=min(d + math.hypot(score.high - trial.estimate, rate - low), 1.0),
        interval="square-and-add",
        p_value=math.nan,
        test="none",
        alternative=alternative,
        probability=math.nan,
        level=level,
        message="limits without counts give an interval of the difference, but no p-value and no posterior",
    )


def probability_higher(x: int, n: int, reference: float | tuple[int, int]) -> float:
    """P(p1 > p0) with p1 ~ Beta(x + 1/2, n - x + 1/2) and p0 fixed or of the same kind.

    P = E over p0 of P(p1 > p0). With p0 = sin^2 t and r = m - y the density of t is 2 sin(t)^(2y) cos(t)^(2r) over
    B(y + 1/2, r + 1/2): smooth, and about normal with standard deviation 1 / (2 sqrt(m)). Gauss-Legendre over 12 of
    them to each side.
    """
    from scipy.special import betaincc, betaln, xlogy

    a, b = x + 0.5, n - x + 0.5
    if not isinstance(reference, tuple):
        return float(betaincc(a, b, reference))
    y, m = reference
    centre, reach = math.asin(math.sqrt((y + 0.5) / (m + 1))), 6 / math.sqrt(m)
    low, high = max(centre - reach, 0.0), min(centre + reach, math.pi / 2)
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    t = low + (high - low) * (node + 1) / 2
    log_density = xlogy(2 * y, np.sin(t)) + xlogy(2 * (m - y), np.cos(t)) - betaln(y + 0.5, m - y + 0.5)
    mass = (high - low) * weight * np.exp(log_density)
    return float(min(mass @ betaincc(a, b, np.sin(t) ** 2), 1.0))


def unconditional_p(x: int, n: int, y: int, m: int, alternative: str) -> float:
    """Largest probability, over a common proportion, of a table at least as extreme as (x of n, y of m).

    Extreme by the pooled z = (p1 - p0) / sqrt(p (1 - p) (1/n + 1/m)), p = (x + y)/(n + m), 0 where p is 0 or 1 (Suissa
    & Shuster 1985, doi:10.2307/2981892). The rejection region is a table of 0 and 1; its probability at p is that of
    the two binomial rows around it.
    """
    counted("x", x, "n", n)
    counted("y", y, "m", m)
    as_choice("alternative", alternative, ALTERNATIVES)
    if (n + 1) * (m + 1) > _MOST_CELLS:
        raise ValueError(f"n and m make {(n + 1) * (m + 1)} tables; the exact test takes at most {_MOST_CELLS}")
    z = _pooled_z(np.arange(n + 1.0)[:, None], n, np.arange(m + 1.0)[None, :], m)
    seen = float(z[x, y])
    slack = 1e-9 * max(1.0, abs(seen))
    region = np.abs(z) >= abs(seen) - slack
    if alternative != "two-sided":
        region = z >= seen - slack if alternative == "greater" else z <= seen + slack
    grid = np.arange(_GRID + 1) / _GRID
    chance = _chance(region.astype(np.float64), grid)
    best = float(chance.max())
    top = int(chance.argmax())
    low, high = grid[max(top - 1, 0)], grid[min(top + 1, _GRID)]
    return min(1.0, max(best, float(_chance(region.astype(np.float64), np.linspace(low, high, 201)).max())))


def _pooled_z(x: Floats, n: int, y: Floats, m: int) -> Floats:
    p = (x + y) / (n + m)
    spread = np.sqrt(p * (1 - p) * (1 / n + 1 / m))
    return np.divide(x / n - y / m, spread, out=np.zeros(spread.shape), where=spread > 0)


def _chance(region: Floats, p: Floats) -> Floats:
    """Probability of the region at each common proportion."""
    first, second = (_binomial(size - 1, p) for size in region.shape)
    return np.asarray(((first @ region) * second).sum(axis=1))


def _binomial(n: int, p: Floats) -> Floats:
    """P(X = k) for each p (rows), k = 0 .. n."""
    from scipy.special import gammaln, xlog1py, xlogy

    k = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.asarray(np.exp(choose + xlogy(k, p[:, None]) + xlog1py(n - k, -p[:, None])))
