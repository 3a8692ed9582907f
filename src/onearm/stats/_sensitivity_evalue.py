"""E-values: how strong confounding would have to be to explain an estimate away."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._bayes_mixture import as_counts
from ._distributions import critical_value
from ._input import Floats, as_choice, as_floats, as_level
from ._number import as_number

_LEAST, _MOST = 1e-9, 1e9
MEASURES = ("rr", "hr", "or")


@dataclass(frozen=True, slots=True)
class EValue:
    """How strongly a confounder must be related to treatment and to outcome, as risk ratios.

    Attributes
    ----------
    point : E-value that moves the estimate to ``true``; 1 when it is there already.
    limit : E-value that moves the nearer confidence limit there; 1 when the interval reaches it, None without limits.
    risk_ratio, low, high : the estimate and its limits as (approximate) risk ratios, or as risk differences.
    true : the value to be moved to, on the same scale.
    measure, common : as asked.
    """

    point: float
    limit: float | None
    risk_ratio: float
    low: float | None
    high: float | None
    true: float
    measure: str
    common: bool


def e_value(
    estimate: float,
    low: float | None = None,
    high: float | None = None,
    measure: str = "rr",
    common: bool = True,
    *,
    true: float = 1.0,
) -> EValue:
    """The least confounding that would explain an estimate, and its confidence interval, away.

    With R = max(RR / true, true / RR): E = R + sqrt(R (R - 1)). An unmeasured confounder related to treatment and to
    outcome by risk ratios of E each (beyond what is adjusted for) could move the estimate to ``true``; a weaker one
    could not (VanderWeele & Ding 2017, doi:10.7326/M16-2607). For a common outcome (more than about 15 % by the end of
    follow-up) a hazard ratio becomes RR = (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1 / HR)) and an odds ratio sqrt(OR).

    Parameters
    ----------
    estimate : the ratio.
    low, high : its confidence limits; either may be left out.
    measure : "rr", "hr" or "or".
    common : whether the outcome is common; without effect for a risk ratio.
    true : the ratio to move to, on the scale of ``estimate``.

    Returns
    -------
    EValue.

    Raises
    ------
    ValueError : ratios that are not positive, limits in the wrong order, an estimate outside its limits.

    Examples
    --------
    The first example of the paper: a risk ratio of 3.9 (1.8 to 8.7).

    >>> found = e_value(3.9, 1.8, 8.7)
    >>> round(found.point, 6), round(found.limit, 6)
    (7.263034, 3.0)

    A hazard ratio of 0.56 (0.46 to 0.69) for a common outcome:

    >>> found = e_value(0.56, 0.46, 0.69, "hr")
    >>> round(found.risk_ratio, 4), round(found.point, 4), round(found.limit, 4)
    (0.6701, 2.3495, 1.908)
    """
    as_choice("measure", measure, MEASURES)
    given = _ordered(estimate, low, high)
    target = _as_risk_ratio(as_number("true", true, _LEAST, _MOST), measure, common)
    point, lower, upper = (None if x is None else _as_risk_ratio(x, measure, common) for x in given)
    assert point is not None
    limit = None
    if lower is not None and lower > target:
        limit = _strength(lower / target)
    elif upper is not None and upper < target:
        limit = _strength(target / upper)
    elif lower is not None or upper is not None:
        limit = 1.0 if _covers(point, lower, upper, target) else None
    ratio = max(point / target, target / point)
    return EValue(_strength(ratio), limit, point, lower, upper, target, measure, bool(common))


def _covers(point: float, lower: float | None, upper: float | None, target: float) -> bool:
    """Whether what is known of the interval shows that it reaches the target."""
    below = lower is not None and lower <= target <= point
    above = upper is not None and point <= target <= upper
    return below or above


def _ordered(estimate: float, low: float | None, high: float | None) -> tuple[float, float | None, float | None]:
    point = as_number("estimate", estimate, _LEAST, _MOST)
    lower = None if low is None else as_number("low", low, _LEAST, _MOST)
    upper = None if high is None else as_number("high", high, _LEAST, _MOST)
    if lower is not None and upper is not None and lower > upper:
        raise ValueError(f"low = {lower:g} is above high = {upper:g}: give the limits in order")
    if (lower is not None and point < lower) or (upper is not None and point > upper):
        raise ValueError(f"estimate = {point:g} lies outside its limits low = {low}, high = {high}")
    return point, lower, upper


def _as_risk_ratio(x: float, measure: str, common: bool) -> float:
    if measure == "rr" or not common:
        return x
    if measure == "or":
        return math.sqrt(x)
    return math.expm1(-math.log(2) * math.sqrt(x)) / math.expm1(-math.log(2) * math.sqrt(1 / x))


def _strength(ratio: float) -> float:
    return ratio + math.sqrt(ratio * max(ratio - 1, 0.0))


def e_value_difference(x1: float, n1: float, x0: float, n0: float, *, true: float = 0.0, level: float = 0.95) -> EValue:
    """The E-value of a risk difference and of its lower limit.

    With a bias factor B the true difference in the whole sample is at least (p1 - B p0) (f + (1 - f) / B), f the share
    of treated (Ding & VanderWeele 2016, doi:10.1097/EDE.0000000000000457). B is solved for where this bound, or its
    lower confidence limit by the delta method, equals ``true``; then E = B + sqrt(B (B - 1)).

    Parameters
    ----------
    x1, n1 : events and subjects of the arm with the higher risk.
    x0, n0 : events and subjects of the other.
    true : the difference to move to, below the observed one.
    level : of the confidence interval.

    Returns
    -------
    EValue; ``risk_ratio``, ``low``, ``high`` hold the risk difference and its limits.

    Raises
    ------
    ValueError : impossible counts; a difference that is not above ``true``: swap the arms.

    Examples
    --------
    Smoking and lung cancer (Hammond & Horn 1958): 397 of 78954 and 51 of 108829. The R package EValue has 15.957 for
    the lower limit; for the estimate B is the risk ratio.

    >>> found = e_value_difference(397, 78954, 51, 108829)
    >>> round(found.point, 4), round(found.limit, 3)
    (20.9473, 15.957)
    """
    (a, size1), (c, size0) = as_counts(x1, n1, ("x1", "n1")), as_counts(x0, n0, ("x0", "n0"))
    if min(size1, size0) <= 0 or c <= 0:
        raise ValueError("n1, n0 and x0 must be positive: without events in the second arm no bias factor is enough")
    target, z = as_number("true", true, -1, 1), critical_value(as_level(level))
    p1, p0, f = a / size1, c / size0, size1 / (size1 + size0)
    if p1 - p0 <= target:
        raise ValueError(f"true = {target:g} is not below the difference {p1 - p0:g}: swap the arms or choose another")

    def bound(b: float, z: float) -> float:
        part, share = p1 - p0 * b, f + (1 - f) / b
        risks = p1 * (1 - p1) / size1 + b * b * p0 * (1 - p0) / size0
        treated = f * (1 - f) / (size1 + size0)
        return part * share - z * math.sqrt(risks * share**2 + (part * (1 - 1 / b)) ** 2 * treated)

    half = z * math.sqrt(p1 * (1 - p1) / size1 + p0 * (1 - p0) / size0)
    limit = _strength(_root(lambda b: bound(b, z) - target)) if bound(1.0, z) > target else 1.0
    point = _strength(_root(lambda b: bound(b, 0.0) - target))
    return EValue(point, limit, p1 - p0, p1 - p0 - half, p1 - p0 + half, target, "rd", False)


def _root(f: object) -> float:
    """Where a falling function of B crosses 0, B from 1, by doubling and halving."""
    low, high = 1.0, 2.0
    while f(high) > 0 and high < 1e12:  # type: ignore[operator]
        low, high = high, 2 * high
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) > 0 else (low, middle)  # type: ignore[operator]
    return high


def bias_factor(rr_eu: ArrayLike, rr_ud: ArrayLike) -> Floats:
    """The most that a confounder of given strength can multiply a risk ratio by.

    B = RR_EU RR_UD / (RR_EU + RR_UD - 1) (Ding & VanderWeele 2016, doi:10.1097/EDE.0000000000000457). An observed ratio
    above 1 is at least RR / B in truth, one below 1 at most RR B.

    Parameters
    ----------
    rr_eu : largest risk ratio between treatment and the confounder, at least 1.
    rr_ud : largest risk ratio between the confounder and the outcome, at least 1.

    Returns
    -------
    The factor, in the shape the two broadcast to.

    Raises
    ------
    ValueError : ratios below 1 (invert them), shapes that do not fit.

    Examples
    --------
    >>> float(bias_factor(2.0, 3.0)), round(float(bias_factor(7.263034, 7.263034)), 4)
    (1.5, 3.9)
    """
    pair = [as_floats(k, v) for k, v in (("rr_eu", rr_eu), ("rr_ud", rr_ud))]
    for name, x in zip(("rr_eu", "rr_ud"), pair, strict=True):
        if not np.all((x >= 1) & (x <= _MOST)):
            raise ValueError(f"{name} must be at least 1: give the reciprocal of a ratio below 1")
    try:
        first, second = np.broadcast_arrays(*pair)
    except ValueError:
        raise ValueError(f"rr_ud has shape {pair[1].shape}, which does not fit rr_eu's {pair[0].shape}") from None
    return np.asarray(first * second / (first + second - 1))
