"""A ratio, its interval and its p-value: can they stand together?

On the log scale an interval of Wald's kind is centre -/+ z_a SE, so with l and u the logs of its limits the centre is
(l + u)/2, SE = (u - l)/(2 z_a) and z = centre / SE = z_a (l + u)/(u - l). What is printed allows a box of (l, u), cut
by the strip of centres that print as the ratio. z is a ratio of linear functions, so its extremes over that polygon
are at corners.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ._consistency_printed import Between, Printed, as_printed, as_rounding, flag
from ._consistency_tests import agrees
from ._distributions import critical_value, two_sided_p
from ._input import as_choice, as_level

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class RatioConsistency:
    """What a printed ratio, its limits and its p-value allow.

    ``ordered``: the ratio lies between its limits. ``centred``: it can be their middle on the log scale.
    ``std_error``, ``z`` and ``p`` are ranges, each (least, most), over everything that prints so; z and p from the
    limits alone where the ratio is not their middle. ``p_consistent`` is None without a p-value. True as a bool when
    nothing disagrees.
    """

    ordered: bool
    centred: bool
    p_consistent: bool | None
    std_error: tuple[float, float]
    z: tuple[float, float]
    p: tuple[float, float]
    centre: tuple[float, float]

    @property
    def consistent(self) -> bool:
        """Whether nothing disagrees."""
        return self.ordered and self.centred and self.p_consistent is not False

    def __bool__(self) -> bool:
        return self.consistent


def hazard_ratio_consistency(
    hr: Any,
    low: Any,
    high: Any,
    p: Any = None,
    decimals: int = 2,
    *,
    p_sign: str = "=",
    level: float = 0.95,
    one_sided: bool = False,
    rounding: str = "half-up",
) -> RatioConsistency:
    """Whether a hazard ratio, its interval and its p-value can stand together (so for odds and risk ratios).

    Parameters
    ----------
    hr, low, high : as printed, positive; text keeps its own decimals.
    p : the printed p-value, text or number (with its own decimals), or None.
    decimals : decimals of ``hr``, ``low`` and ``high`` given as numbers.
    p_sign : ``=``, ``<``, ``<=``, ``>`` or ``>=`` before ``p``.
    level : confidence level of the interval, which is two-sided.
    one_sided : whether ``p`` has one tail, that of the side the ratio lies on: half the two-sided.
    rounding : as for :func:`denominators`.

    Returns
    -------
    RatioConsistency
        ``consistent``, ``centred``, ``p_consistent``, and ranges of ``std_error``, ``z`` and ``p``.

    Raises
    ------
    ValueError
        For numbers that cannot be read, are not positive, or limits out of order.

    Notes
    -----
    Intervals by profile likelihood, exact ones and p-values of log-rank tests need not obey: a disagreement says that
    the numbers do not all come from one Wald test, no more. Altman & Bland 2011 (doi:10.1136/bmj.d2304) get p from
    the limits.

    Examples
    --------
    0.81 (0.70 to 0.94) goes with p = .005; .02 is out of reach.

    >>> found = hazard_ratio_consistency("0.81", "0.70", "0.94", ".005")
    >>> found.consistent, hazard_ratio_consistency("0.81", "0.70", "0.94", ".02").p_consistent
    (True, False)
    >>> tuple(round(v, 4) for v in found.p)
    (0.0038, 0.0073)
    """
    a = critical_value(as_level(level))
    rule, sign = as_rounding(rounding), as_choice("p_sign", p_sign, ("=", "<", "<=", ">", ">="))
    printed = [_positive(name, value, decimals) for name, value in (("hr", hr), ("low", low), ("high", high))]
    middle, lower, upper = (one.between(rule) for one in printed)
    if printed[1].value > printed[2].value:
        raise ValueError(f"low must not be larger than high, found {low} and {high}")
    stated = None if p is None else as_printed("p", p)
    if stated is not None and not 0 <= stated.value <= 1:
        raise ValueError(f"p must lie between 0 and 1, found {p}")
    square_low, square_high = max(lower.low, _ZERO) * max(upper.low, _ZERO), lower.high * upper.high
    centred = max(middle.low, _ZERO) ** 2 <= square_high and square_low <= middle.high**2
    box = _box(lower, upper)
    corners = _cut(box, *_logs(middle)) if centred else []
    corners = corners or box
    errors = sorted((u - l) / (2 * a) for l, u in corners)  # noqa: E741
    zs = [_z(l, u, a) for l, u in corners]  # noqa: E741
    sizes = sorted(abs(z) for z in zs)
    least = 0.0 if min(zs) <= 0 <= max(zs) else sizes[0]
    tails = 2 if flag("one_sided", one_sided) else 1
    ps = (two_sided_p(sizes[-1]) / tails, two_sided_p(least) / tails)
    fits = None if stated is None else agrees(sign, stated, *ps, rule)
    centre = tuple(math.exp(sum(end) / 2) for end in (box[0], box[2]))
    ordered = printed[1].value <= printed[0].value <= printed[2].value
    return RatioConsistency(
        ordered, centred, fits, (errors[0], errors[-1]), (min(zs), max(zs)), ps, (centre[0], centre[1])
    )


def _positive(name: str, value: Any, decimals: int) -> Printed:
    shown = as_printed(name, value, None if isinstance(value, str) else decimals)
    if shown.value < 0:
        raise ValueError(f"{name} must not be negative, found {value}")
    return shown


_ZERO, _NOUGHT = Fraction(0), 1e-12  # a limit printed 0.00 may be anything down to 0


def _logs(values: Between) -> Corner:
    return math.log(max(float(values.low), _NOUGHT)), math.log(max(float(values.high), _NOUGHT))


def _box(lower: Between, upper: Between) -> list[Corner]:
    (l1, l2), (u1, u2) = _logs(lower), _logs(upper)
    u1 = max(u1, l1)  # where the printed limits are alike, the lower one still is not above the upper
    return [(l1, u1), (l2, max(u1, l2)), (l2, u2), (l1, u2)]


def _cut(corners: list[Corner], least: float, most: float) -> list[Corner]:
    """The polygon of corners with least <= (l + u)/2 <= most."""
    for sign, edge in ((1.0, 2 * least), (-1.0, -2 * most)):
        kept: list[Corner] = []
        for (l0, u0), (l1, u1) in zip(corners, corners[1:] + corners[:1], strict=True):
            from_here, to_there = sign * (l0 + u0) - edge, sign * (l1 + u1) - edge
            if from_here >= 0:
                kept.append((l0, u0))
            if (from_here < 0) != (to_there < 0):
                t = from_here / (from_here - to_there)
                kept.append((l0 + t * (l1 - l0), u0 + t * (u1 - u0)))
        corners = kept
    return corners


def _z(low: float, high: float, a: float) -> float:
    """z of an interval on the log scale; without width it is endless."""
    if high - low > 1e-15:
        return a * (low + high) / (high - low)
    return math.copysign(math.inf, low + high) if low + high else 0.0
