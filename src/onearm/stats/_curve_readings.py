"""What is read off a survival curve."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ._input import Floats

_HALF_TOLERANCE = math.sqrt(np.finfo(float).eps)  # S this close to 1 - p equals it, as in R
RULES = ("smallest", "midpoint")


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalAt:
    """A curve read at k times; every field is an array (k,).

    ``survival``, ``std_error``, ``low``, ``high`` are NaN beyond the last follow-up unless the curve
    has reached 0 or was extended; ``at_risk`` is the (weighted) number with entry < t <= time,
    ``n_at_risk`` the number of rows.
    """

    time: Floats
    survival: Floats
    std_error: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    n_at_risk: Floats


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of survival time with its limits, in the unit of time; None where not reached."""

    value: float | None
    low: float | None
    high: float | None
    p: float
    rule: str


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """The mean of min(T, tau) in the unit of time, and its standard error."""

    value: float
    std_error: float
    tau: float


def first_below(time: Floats, curve: Floats, target: float, rule: str) -> float | None:
    """The first time at which ``curve`` is at or below ``target``; NaN never is."""
    below = np.flatnonzero(curve <= target + _HALF_TOLERANCE)
    if below.size == 0:
        return None
    k = below[0]
    if rule == "midpoint" and abs(curve[k] - target) <= _HALF_TOLERANCE:
        beyond = np.flatnonzero(curve[k:] < target - _HALF_TOLERANCE)
        end = k + beyond[0] if beyond.size else time.size - 1
        return float((time[k] + time[end]) / 2)
    return float(time[k])
