"""Proportions in small samples: intervals for one, intervals for a difference, exact tests.

Clopper-Pearson and Jeffreys need NumPy only; mid-p, Blaker and the exact tests load ``scipy.special`` on first use.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ._beta import beta_quantile
from ._binomial_difference import difference_interval
from ._binomial_root import bisect, counted
from ._distributions import critical_value
from ._exact_tests import exact_test, fisher_exact

__all__ = ["Proportion", "difference_interval", "exact_test", "fisher_exact", "proportion_interval"]

METHODS = (
    "clopper-pearson",
    "wilson",
    "wilson-cc",
    "jeffreys",
    "mid-p",
    "agresti-coull",
    "wald",
    "blaker",
)


@dataclass(frozen=True, slots=True)
class Proportion:
    """A proportion ``estimate`` = x / n with its limits ``low`` and ``high`` at ``level`` by ``method``."""

    estimate: float
    low: float
    high: float
    level: float
    method: str


def proportion_interval(x: int, n: int, level: float = 0.95, method: str = "clopper-pearson") -> Proportion:
    """A confidence interval for a proportion.

    With p = x/n, q = 1 - p, z the normal quantile and a = 1 - level:

    ===============  ==================================================================================
    clopper-pearson  Beta(a/2; x, n-x+1) to Beta(1-a/2; x+1, n-x): never covers less than ``level``
    mid-p            tail probabilities with half of P(X = x)
    blaker           all p whose Blaker acceptability exceeds a: exact, inside Clopper-Pearson
    wilson           inversion of the score test: (2np + z^2 -/+ z sqrt(z^2 + 4npq)) / (2(n + z^2))
    wilson-cc        the same with continuity correction
    jeffreys         Beta(x+1/2, n-x+1/2) quantiles; 0 at x = 0 and 1 at x = n
    agresti-coull    Wald with z^2/2 successes and failures added
    wald             p -/+ z sqrt(pq/n): for comparison only
    ===============  ==================================================================================

    Limits are cut to 0..1. Sources: Clopper & Pearson 1934 (doi:10.1093/biomet/26.4.404); Wilson 1927
    (doi:10.1080/01621459.1927.10502953); Newcombe 1998 (doi:10.1002/(SICI)1097-0258(19980430)17:8<857::
    AID-SIM777>3.0.CO;2-E); Brown, Cai & DasGupta 2001 (doi:10.1214/ss/1009213286); Blaker 2000
    (doi:10.2307/3315916).

    Parameters
    ----------
    x, n : successes and trials, whole numbers with 0 <= x <= n and n >= 1.
    level : confidence level.
    method : one of the names above.

    Raises
    ------
    ValueError
        For counts that are not whole or do not fit, a level outside 0..1 or an unknown method.

    Examples
    --------
    44 responses among 48 patients: 91.7% (80.0 to 97.7); 81 of 263 by Wilson (Newcombe 1998, table I).

    >>> r = proportion_interval(44, 48)
    >>> round(r.estimate, 4), round(r.low, 4), round(r.high, 4)
    (0.9167, 0.8002, 0.9768)
    >>> r = proportion_interval(81, 263, method="wilson")
    >>> round(r.low, 4), round(r.high, 4)
    (0.2553, 0.3662)
    """
    x, n = counted("x", x, "n", n)
    if not 0 < level < 1 - 1e-12:
        raise ValueError(f"level must lie between 0 and 1, found {level}")
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}; found {method!r}")
    if method in ("clopper-pearson", "jeffreys", "mid-p", "blaker"):
        # by symmetry the upper limit for x is one less the lower limit for n - x
        lower = {"clopper-pearson": _clopper, "jeffreys": _jeffreys, "mid-p": _mid_p, "blaker": _blaker}
        low, high = lower[method](x, n, 1 - level), 1 - lower[method](n - x, n, 1 - level)
        if method in ("clopper-pearson", "jeffreys"):
            high = _beta_upper(x, n, 1 - level, 0.5 if method == "jeffreys" else 1.0)
    else:
        low, high = _closed_form(x, n, critical_value(level), method)
    return Proportion(x / n, max(low, 0.0), min(high, 1.0), float(level), method)


def _clopper(x: int, n: int, a: float) -> float:
    """Lower limit: P(X >= x) = a/2."""
    if x == 0:
        return 0.0
    return beta_quantile(a / 2, x, n - x + 1)


def _jeffreys(x: int, n: int, a: float) -> float:
    """Lower limit: a/2 quantile of the posterior under Beta(1/2, 1/2); 0 at x = 0."""
    if x == 0:
        return 0.0
    return beta_quantile(a / 2, x + 0.5, n - x + 0.5)


def _beta_upper(x: int, n: int, a: float, plus: float) -> float:
    """Upper limit of either, straight from the upper quantile (plus = 1 or 1/2)."""
    if x == n:
        return 1.0
    return beta_quantile(a / 2, x + plus, n - x + 1 - plus, upper=True)


def _mid_p(x: int, n: int, a: float) -> float:
    """Lower limit: P(X > x) + P(X = x)/2 = a/2."""
    if x == 0:
        return 0.0
    from scipy.special import betainc

    def excess(p: float) -> float:
        beyond = float(betainc(x + 1, n - x, p)) if x < n else 0.0
        return (beyond + float(betainc(x, n - x + 1, p))) / 2 - a / 2

    return bisect(excess, 0.0, 1.0)


def _blaker(x: int, n: int, a: float) -> float:
    """Lower limit: the smallest p whose acceptability is a or more.

    The acceptability of p < x/n is P(X >= x) + P(X <= k), with k the largest count whose lower tail
    does not exceed P(X >= x). Between the p at which k steps up it first falls, then rises; so it
    reaches a either where k steps up or once inside, where it rises.
    """
    if x == 0:
        return 0.0
    from scipy.special import bdtr, betainc

    def upper(p: float) -> float:
        return float(betainc(x, n - x + 1, p))

    def lower(k: int, p: float) -> float:
        return float(bdtr(k, n, p)) if k >= 0 else 0.0

    begin = _clopper(x, n, a)  # acceptability is at most a up to here
    first = int(np.count_nonzero(bdtr(np.arange(x), n, begin) <= upper(begin))) - 1
    for k in range(first, x - 1):
        end = bisect(lambda p, k=k: upper(p) - lower(k + 1, p), begin, 1.0)  # type: ignore[misc]
        if upper(begin) + lower(k, begin) >= a:
            return begin
        if upper(end) + lower(k, end) >= a:
            return bisect(lambda p, k=k: upper(p) + lower(k, p) - a, begin, end)  # type: ignore[misc]
        begin = end
    return begin


def _closed_form(x: int, n: int, z: float, method: str) -> tuple[float, float]:
    """Wald, Agresti-Coull, and Wilson with or without continuity correction."""
    p, q = x / n, (n - x) / n
    if method == "wald":
        half = z * math.sqrt(p * q / n)
        return p - half, p + half
    size = n + z * z
    centre = (x + z * z / 2) / size
    if method == "agresti-coull":
        half = z * math.sqrt(centre * (1 - centre) / size)
        return centre - half, centre + half
    if method == "wilson":
        half = z * math.sqrt(z * z + 4 * n * p * q) / (2 * size)
        return (0.0 if x == 0 else centre - half), (1.0 if x == n else centre + half)
    return (0.0 if x == 0 else _cc_low(n, p, q, z)), (1.0 if x == n else 1 - _cc_low(n, q, p, z))


def _cc_low(n: int, p: float, q: float, z: float) -> float:
    """Lower Wilson limit with continuity correction (Newcombe 1998, method 4)."""
    inside = z * z - 2 - 1 / n + 4 * p * (n * q + 1)
    return (2 * n * p + z * z - 1 - z * math.sqrt(max(inside, 0.0))) / (2 * (n + z * z))
