"""Tails and exact limits of a Poisson count without SciPy.

The tail that does not hold the mean is summed from its largest term outwards by P(N = k) = P(N = k - 1) mu / k, some
sqrt(mu) terms; the other tail is its complement. A limit is the mean at which a tail has a given size: the root of a
function that rises or falls steadily in mu, found by Newton steps inside a shrinking bracket.
"""

from __future__ import annotations

import math

from ._distributions import critical_value

_SMALL = 2.0**-54


def poisson_mass(k: int, mean: float) -> float:
    """P(N = k) for a Poisson count N; 0 for negative k."""
    if k < 0 or mean <= 0:
        return float(k == 0)
    return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))


def poisson_at_most(k: int, mean: float) -> float:
    """P(N <= k), with full relative precision where it is small."""
    if k >= mean:
        return 1 - poisson_at_least(k + 1, mean)
    term = total = poisson_mass(k, mean)
    while term > total * _SMALL:
        term *= k / mean
        total += term
        k -= 1
    return total


def poisson_at_least(k: int, mean: float) -> float:
    """P(N >= k), with full relative precision where it is small."""
    if k <= mean:
        return 1 - poisson_at_most(k - 1, mean)
    term = total = poisson_mass(k, mean)
    while term > total * _SMALL:
        k += 1
        term *= mean / k
        total += term
    return total


def poisson_limits(count: int, level: float, mid_p: bool) -> tuple[float, float]:
    """Limits of the mean of a Poisson variable that came out as ``count``.

    With a = 1 - level, the lower limit has P(N >= count) = a/2 and the upper P(N <= count) = a/2 (Garwood 1936,
    doi:10.1093/biomet/28.3-4.437). The mid-P form counts half of P(N = count) in both tails: narrower, with coverage
    near the level rather than at least the level.
    """
    return _limit(count, level, mid_p, upper=False) if count else 0.0, _limit(count, level, mid_p, upper=True)


def _limit(count: int, level: float, mid_p: bool, upper: bool) -> float:
    target, share = (1 - level) / 2, 0.5 if mid_p else 1.0
    shape = count + 1 if upper else count
    z = critical_value(level) * (1 if upper else -1)
    x = shape * max(1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape)), 0.05) ** 3  # Wilson & Hilferty
    low, high = 0.0, math.inf
    for _ in range(200):
        here, before = poisson_mass(count, x), poisson_mass(count - 1, x)
        if upper:  # the lower tail, which falls as the mean rises
            short = poisson_at_most(count - 1, x) + share * here - target
            slope = share * here + (1 - share) * before
        else:
            short = target - poisson_at_least(count + 1, x) - share * here
            slope = share * before + (1 - share) * here
        if short > 0:  # the mean is too small
            low = x
        else:
            high = x
        new = x + short / slope if slope > 0 else math.inf
        if not low < new < high:
            new = (low + high) / 2 if math.isfinite(high) else 2 * x
        if abs(new - x) <= 4e-16 * x:
            return new
        x = new
    return x


def normal_p(z: float, alternative: str) -> float:
    """The p-value of a standard normal z: "two-sided", "greater" or "less"."""
    if alternative == "two-sided":
        return math.erfc(abs(z) / math.sqrt(2))
    return math.erfc((z if alternative == "greater" else -z) / math.sqrt(2)) / 2
