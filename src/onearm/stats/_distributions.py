"""Normal and chi-square tails without SciPy, so that survival curves cost no start-up."""

from __future__ import annotations

import math


def normal_quantile(p: float) -> float:
    """The standard normal quantile (Wichura 1988, AS 241, in the standard library)."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(p)


def critical_value(level: float) -> float:
    """The z of a two-sided interval: 1.959964 at 0.95."""
    return -normal_quantile((1 - level) / 2)


def two_sided_p(z: float) -> float:
    """P(abs(Z) >= abs(z)) for a standard normal Z."""
    return math.erfc(abs(z) / math.sqrt(2))


def chi_square_tail(x: float, df: int) -> float:
    """P(X >= x) for a chi-square X with a whole number of degrees of freedom, by its finite sum.

    With h = x/2: even df, sum of exp(-h) h^j / j! for j < df/2; odd df, erfc(sqrt h) plus the sum of
    exp(-h) h^(j-1/2) / Gamma(j+1/2) for 1 <= j <= (df-1)/2 (Abramowitz & Stegun 1964, 26.4.4-5).
    """
    if df < 1 or math.isnan(x):
        return math.nan
    if x <= 0:
        return 1.0
    h = x / 2
    shift = 0.0 if df % 2 == 0 else 0.5
    first = 0 if df % 2 == 0 else 1
    terms = [math.exp(-h + (j - shift) * math.log(h) - math.lgamma(j - shift + 1)) for j in range(first, (df + 1) // 2)]
    head = 0.0 if df % 2 == 0 else math.erfc(math.sqrt(h))
    return min(1.0, head + math.fsum(terms))
