"""Standard deviations that yes/no answers, or answers on a scale, can have around a printed mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ._consistency_means import fewest, root_between, totals_of
from ._consistency_printed import as_printed, as_rounding, whole


@dataclass(frozen=True, slots=True)
class Debit:
    """Whether mean and SD of yes/no data can stand together: the ``counts`` of yes that print both. True when any."""

    consistent: bool
    counts: tuple[int, ...]

    def __bool__(self) -> bool:
        return self.consistent


@dataclass(frozen=True, slots=True)
class SdLimits:
    """The smallest and largest SD that n whole answers between two ends can have around a printed mean."""

    low: float
    high: float


def debit(mean: Any, sd: Any, n: int, decimals: int | None = None, *, rounding: str = "half-up") -> Debit:
    """DEBIT: can n yes/no answers have this mean and this standard deviation (divisor n - 1)?

    Parameters
    ----------
    mean, sd : as printed, the mean between 0 and 1; text keeps its own decimals.
    n : people, from 2.
    decimals, rounding : as for :func:`grimmer`.

    Returns
    -------
    Debit
        ``consistent`` and the ``counts`` of yes that print both numbers.

    Raises
    ------
    ValueError
        As :func:`grimmer`; for a mean outside 0..1.

    Notes
    -----
    With k of n, SD^2 = k (n - k) / (n (n - 1)). Heathers & Brown 2019 (https://osf.io/5vb3u) take p between the ends
    that print as the mean; here p is k / n with k whole, which also asks what GRIM asks.

    Examples
    --------
    Two rows of scrutiny's data set pigs3, n = 1683.

    >>> debit(".53", ".50", 1683).consistent, debit(".19", ".35", 1683).consistent
    (True, False)
    """
    shown, spread = as_printed("mean", mean, decimals, 2), as_printed("sd", sd, decimals, 2)
    size, rule = whole("n", n, 2, 100_000), as_rounding(rounding)
    if not 0 <= shown.value <= 1:
        raise ValueError(f"mean of yes/no answers must lie between 0 and 1, found {mean}")
    if spread.value < 0:
        raise ValueError(f"sd must not be negative, found {sd}")
    values, fits = spread.between(rule), []
    for k in totals_of(shown, Fraction(size), rule):
        variance = Fraction(k * (size - k), size * (size - 1))
        if 0 <= k <= size and root_between(variance, values):
            fits.append(k)
    return Debit(bool(fits), tuple(fits))


def sd_limits(
    n: int,
    mean: Any,
    low: int,
    high: int,
    decimals: int | None = None,
    *,
    items: int = 1,
    rounding: str = "half-up",
) -> SdLimits:
    """The smallest and largest standard deviation (divisor n - 1) around a mean on a scale from ``low`` to ``high``.

    Parameters
    ----------
    n : people, from 2.
    mean : the printed mean; text keeps its own decimals.
    low, high : ends of the scale, whole numbers.
    decimals, items, rounding : as for :func:`grim`.

    Returns
    -------
    SdLimits
        Over all totals that print as the mean.

    Raises
    ------
    ValueError
        When no total prints as the mean (see :func:`grim`), or the mean lies outside the scale.

    Notes
    -----
    Least: all answers as equal as the total allows. Most: everybody at an end of the scale, one between them at most.
    Heathers et al. 2018 (doi:10.7287/peerj.preprints.26968v1) use these limits in SPRITE.

    Examples
    --------
    rsprite2's own tests: five answers from 1 to 7 with mean 4.2; the same with two items.

    >>> r, s = sd_limits(5, 4.2, 1, 7), sd_limits(5, 4.2, 1, 7, items=2)
    >>> round(r.low, 2), round(r.high, 2), round(s.low, 2)
    (0.45, 3.03, 0.27)
    """
    size, m = whole("n", n, 2, 10**6), whole("items", items, 1, 10_000)
    bottom, top = whole("low", low, -(10**6), 10**6) * m, whole("high", high, -(10**6), 10**6) * m
    if bottom >= top:
        raise ValueError(f"low must be smaller than high, found {low} and {high}")
    shown = as_printed("mean", mean, decimals, 2)
    totals = [
        t for t in totals_of(shown, Fraction(size * m), as_rounding(rounding)) if size * bottom <= t <= size * top
    ]
    if not totals:
        raise ValueError(f"mean {mean} is that of no {size} whole answers from {low} to {high}: see grim")
    divisor = (size - 1) * m * m
    least = min(fewest(t, size) - Fraction(t * t, size) for t in totals) / divisor
    most = max(_largest(t, size, bottom, top) - Fraction(t * t, size) for t in totals) / divisor
    return SdLimits(math.sqrt(least), math.sqrt(most))


def _largest(total: int, n: int, bottom: int, top: int) -> int:
    """The largest sum of squares with this total: as many at the top as fit, one between, the rest at the bottom."""
    above, between = divmod(total - n * bottom, top - bottom)
    if above == n:
        return n * top * top
    return above * top * top + (bottom + between) ** 2 + (n - above - 1) * bottom * bottom
