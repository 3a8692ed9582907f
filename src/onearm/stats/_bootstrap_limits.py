"""Limits from bootstrap replicates.

With q(p) a quantile of the replicates, t the estimate, z the normal quantile and SE, bias from the
replicates (Davison & Hinkley 1997, doi:10.1017/CBO9780511802843, chapter 5; BCa: Efron 1987,
doi:10.1080/01621459.1987.10478410):

==========  ==========================================================================
percentile  q(alpha), q(1 - alpha)
basic       2t - q(1 - alpha), 2t - q(alpha)
normal      t - bias -/+ z SE
bca         q(Phi(u + (u + v) / (1 - a (u + v)))), v = -/+ z
==========  ==========================================================================

u = Phi^-1(share of replicates below t, those equal to t by half). a = sum L^3/n^3 / (6 (sum L^2/n^2)^1.5) with
L = (n - 1)(mean of the leave-one-out values less each of them), by stratum of n clusters.
q is that of ``numpy.quantile`` and R's ``quantile`` (Hyndman & Fan's type 7, "linear"), or, "normal", that
of R's ``boot.ci``: order statistic (R + 1) p, between two of them interpolated on the normal scale.
"""

from __future__ import annotations

import math

import numpy as np

from ._distributions import critical_value, normal_quantile
from ._input import Floats, Ints

INTERVALS = ("percentile", "bca", "basic", "normal")
QUANTILES = ("linear", "normal")


def normal_share(z: float) -> float:
    """Phi(z)."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def unit(values: Floats) -> float:
    """A power of two of their size: divided by it, their squares do not overflow and no digit is lost."""
    largest = float(np.max(np.abs(values), initial=0.0))
    return math.ldexp(1.0, math.frexp(largest)[1] - 1) if 0 < largest < math.inf else 1.0


def mean_and_deviation(values: Floats) -> tuple[float, float]:
    """Mean and standard deviation, whatever the size of the values."""
    scale = unit(values)
    with np.errstate(invalid="ignore", under="ignore"):
        scaled = values / scale
        return float(scaled.mean()) * scale, float(scaled.std(ddof=1)) * scale


def quantile(values: Floats, p: float, rule: str) -> float:
    """A quantile of sorted ``values``; infinite ones are order statistics like others."""
    size = values.size
    if not math.isfinite(p):
        return math.nan
    if rule == "linear":
        place = (size - 1) * p
        k = min(int(place), size - 1)
        part = place - k
    else:
        place = (size + 1) * p
        k = int(place + 1e-9)
        if k < 1 or k >= size + (abs(place - k) <= 1e-9):
            return float(values[0 if k < 1 else -1])
        part = 0.0
        if abs(place - k) > 1e-9:
            below, above = normal_quantile(k / (size + 1)), normal_quantile((k + 1) / (size + 1))
            part = (normal_quantile(p) - below) / (above - below)
        k -= 1
    low, high = float(values[k]), float(values[min(k + 1, size - 1)])
    return low if part <= 0 or low == high else low + part * (high - low)


def acceleration(left_out: Floats, stratum: Ints) -> float:
    """The acceleration a, from leave-one-out values (C,) and the stratum of each."""
    counts = np.bincount(stratum).astype(np.float64)
    mean = np.bincount(stratum, left_out) / counts
    n = counts[stratum]
    scale = unit(left_out)
    pull = (n - 1) * (mean[stratum] - left_out) / n / scale
    spread = float(pull @ pull)
    size = float(np.max(np.abs(left_out), initial=0.0)) / scale
    if spread <= (1e-12 * size) ** 2:
        return 0.0
    return float((pull**3).sum() / (6 * spread**1.5))


def limits(
    estimate: float, values: Floats, left_out: Floats | None, stratum: Ints, level: float, interval: str, rule: str
) -> tuple[float, float]:
    """Lower and upper limit from the sorted replicates of one quantity."""
    alpha, z = (1 - level) / 2, critical_value(level)
    if interval == "normal":
        mean, error = mean_and_deviation(values)
        centre = estimate - (mean - estimate)
        return centre - z * error, centre + z * error
    if interval != "bca":
        low, high = quantile(values, alpha, rule), quantile(values, 1 - alpha, rule)
        return (low, high) if interval == "percentile" else (2 * estimate - high, 2 * estimate - low)
    assert left_out is not None
    below = (float((values < estimate).sum()) + float((values <= estimate).sum())) / (2 * values.size)
    if not (0 < below < 1 and np.all(np.isfinite(left_out))):
        return math.nan, math.nan
    u, a = normal_quantile(below), acceleration(left_out, stratum)
    shares = []
    for v in (-z, z):
        room = 1 - a * (u + v)
        shares.append(normal_share(u + (u + v) / room) if room > 0 else math.nan)
    return quantile(values, shares[0], rule), quantile(values, shares[1], rule)
