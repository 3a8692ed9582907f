"""Two estimates with a covariance, and what compares them.

With (q1, q0) the estimates, V their covariance, the first against the second:

    difference   q1 - q0                    plain limits, cut to -1 .. 1 for probabilities
    ratio        q1 / q0                    gradient of the log (1/q1, -1/q0), limits on the log scale
    odds-ratio   q1 (1 - q0) / (q0 (1 - q1))    gradient of the log (1/(q1 (1 - q1)), -1/(q0 (1 - q0)))
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ._distributions import critical_value, two_sided_p
from ._input import Floats, Ints
from ._limits import survival_limits

MEASURES = ("difference", "ratio", "odds-ratio")


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm's ``estimate``, its ``std_error`` and limits; NaN where not estimable."""

    estimate: float
    std_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Contrast:
    """The first arm (treated) against the second (controls).

    ``std_error`` is that of the estimate for a difference, of its logarithm for a ratio; ``p_value`` is two-sided.
    ``message`` says why a value is NaN.
    """

    estimate: float
    std_error: float
    low: float
    high: float
    p_value: float
    level: float
    first: Arm
    second: Arm
    measure: str
    message: str = ""


def arm(estimate: float, std_error: float, level: float, scale: str) -> Arm:
    """Limits on the "plain", "log-log" or "logit" scale; the last two for probabilities inside 0..1."""
    if not (math.isfinite(estimate) and math.isfinite(std_error)) or std_error <= 0:
        return Arm(estimate, std_error, math.nan, math.nan)
    if scale == "plain":
        half = critical_value(level) * std_error
        return Arm(estimate, std_error, estimate - half, estimate + half)
    if not 0 < estimate < 1:
        return Arm(estimate, std_error, math.nan, math.nan)
    low, high = survival_limits(np.array([estimate]), np.array([std_error]), level, scale)
    return Arm(estimate, std_error, float(low[0]), float(high[0]))


def compare(estimates: Floats, v: Floats, measure: str, level: float, scale: str) -> Contrast:
    """``estimates`` (2,) of the first arm and the second, ``v`` (2, 2) their covariance."""
    q1, q0 = (float(q) for q in estimates)
    errors = np.sqrt(np.maximum(np.diag(v), 0.0))
    first, second = (arm(q, float(e), level, scale) for q, e in zip((q1, q0), errors, strict=True))
    nan = math.nan

    def none(why: str, estimate: float = nan, error: float = nan) -> Contrast:
        return Contrast(estimate, error, nan, nan, nan, level, first, second, measure, why)

    probability = scale != "plain"
    if not (math.isfinite(q1) and math.isfinite(q0)):
        return none("an arm has no estimate")
    if measure == "difference":
        value, slope = q1 - q0, np.array([1.0, -1.0])
    else:
        top = 1.0 if measure == "odds-ratio" else math.inf
        if not (0 < q1 < top and 0 < q0 < top):
            return none(f"a {measure} needs estimates above 0" + (" and below 1" if measure == "odds-ratio" else ""))
        share = (1 - q1, 1 - q0) if measure == "odds-ratio" else (1.0, 1.0)
        value = math.log(q1) - math.log(share[0]) - math.log(q0) + math.log(share[1])
        slope = np.array([1 / (q1 * share[0]), -1 / (q0 * share[1])])
    error = math.sqrt(max(float(slope @ v @ slope), 0.0))
    back = float if measure == "difference" else _exp
    if not error > 1e-12 * float(np.abs(slope) @ np.abs(estimates)):
        return none("the standard error is 0", back(value), 0.0)
    half = critical_value(level) * error
    low, high = back(value - half), back(value + half)
    if measure == "difference" and probability:
        low, high = max(low, -1.0), min(high, 1.0)
    return Contrast(back(value), error, low, high, two_sided_p(value / error), level, first, second, measure)


def _exp(v: float) -> float:
    return math.exp(v) if v < 700 else math.inf


def covariance(parts: Floats, cluster: Ints | None) -> Floats:
    """Sum over rows, or clusters of rows, of products of influences ``parts`` (n, k): (k, k)."""
    if cluster is not None:
        size = int(cluster.max()) + 1
        parts = np.stack([np.bincount(cluster, column, size) for column in parts.T], axis=1)
    return np.asarray(parts.T @ parts, dtype=np.float64)
