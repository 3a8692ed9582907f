"""Means, standard deviations and numbers of people that can or cannot stand together.

Answers are whole numbers: with m items a score is a whole number of m-ths, so n scores sum to T / m with T whole and
their squares to Q / m^2 with Q whole. Then mean = T / (n m) and (n - 1) m^2 SD^2 = Q - T^2 / n, where Q and T are
both odd or both even, because y^2 - y is always even.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ._consistency_printed import Between, Printed, as_printed, as_rounding, flag, whole, whole_between

_MOST_TOTALS = 20_000


@dataclass(frozen=True, slots=True)
class Grim:
    """Whether a mean (or percentage) of whole numbers is possible: the ``totals`` that print so, and if it could fail.

    ``informative`` is False where n x items is so large that every printed mean is possible. True as a bool when
    possible.
    """

    consistent: bool
    totals: tuple[int, ...]
    informative: bool

    def __bool__(self) -> bool:
        return self.consistent


@dataclass(frozen=True, slots=True)
class Grimmer:
    """Whether mean, SD and n of whole numbers can stand together, and the first ``reason`` against it.

    ``pairs`` are the totals and sums of squares (of items) that print so. True as a bool when possible.
    """

    consistent: bool
    reason: str
    pairs: tuple[tuple[int, int], ...]

    def __bool__(self) -> bool:
        return self.consistent


def totals_of(shown: Printed, scale: Fraction, rule: str) -> range:
    """The whole totals that print as this mean."""
    first, last = whole_between(shown.between(rule), scale)
    if last - first >= _MOST_TOTALS:
        raise ValueError(f"n is too large for a mean printed with {shown.decimals} decimals: every mean is possible")
    return range(first, last + 1)


def grim(
    mean: Any,
    n: int,
    decimals: int | None = None,
    *,
    items: int = 1,
    percent: bool = False,
    rounding: str = "half-up",
) -> Grim:
    """GRIM: can n people, each answering ``items`` questions in whole numbers, have this mean?

    Parameters
    ----------
    mean : the printed mean, or percentage when ``percent``; text keeps its own decimals.
    n : people, from 1.
    decimals : decimals of a mean given as a number; by default two, none for a percentage.
    items : questions averaged into each person's score.
    percent : whether ``mean`` is a percentage of n.
    rounding : as for :func:`denominators`.

    Returns
    -------
    Grim
        ``consistent``, the whole ``totals`` that print so, ``informative``.

    Raises
    ------
    ValueError
        For numbers that cannot be read, or n so large that the test says nothing.

    Notes
    -----
    There must be a whole T with T / (n items) printed as the mean; that can only fail while n items < 10^decimals
    (two more decimals for a percentage). Brown & Heathers 2017, doi:10.1177/1948550616673876.

    Examples
    --------
    Their example: a mean of 5.19 is not possible with 28 people, 5.18 is (145/28).

    >>> grim("5.19", 28).consistent, grim("5.18", 28).totals, grim(5.27, 43).consistent
    (False, (145,), False)
    """
    share = flag("percent", percent)
    shown = as_printed("mean", mean, decimals, 0 if share else 2)
    size = whole("n", n, 1) * whole("items", items, 1, 10_000)
    totals = tuple(totals_of(shown, Fraction(size, 100 if share else 1), as_rounding(rounding)))
    if share:
        totals = tuple(t for t in totals if 0 <= t <= size)
    return Grim(bool(totals), totals, size < 10 ** (shown.decimals + 2 * share))


def grimmer(
    mean: Any,
    sd: Any,
    n: int,
    decimals: int | None = None,
    *,
    items: int = 1,
    rounding: str = "half-up",
) -> Grimmer:
    """GRIMMER: can n people with whole answers have this mean and this standard deviation (divisor n - 1)?

    Parameters
    ----------
    mean, sd : as printed; text keeps its own decimals.
    n : people, from 2.
    decimals : decimals of numbers that are not text; by default two.
    items, rounding : as for :func:`grim`.

    Returns
    -------
    Grimmer
        ``consistent`` is necessary, not sufficient: no test here rules the numbers out.

    Raises
    ------
    ValueError
        As :func:`grim`; for a negative SD.

    Notes
    -----
    For a total T that prints as the mean there must be a whole Q, even or odd as T is, at least the smallest sum of
    squares with that total, with (Q - T^2/n) / ((n - 1) items^2) between the squares of the values that print as the
    SD. Anaya 2016 (doi:10.7287/peerj.preprints.2400v1), in the analytic form of Allard 2018.

    Examples
    --------
    Of rsprite2's own tests: 5.21 (1.60), n = 28 is possible, 3.44 (2.47), n = 18 is not.

    >>> grimmer("5.21", "1.60", 28).consistent, grimmer("3.44", "2.47", 18).reason
    (True, 'sum and sum of squares are not both odd or both even')
    """
    shown, spread = as_printed("mean", mean, decimals, 2), as_printed("sd", sd, decimals, 2)
    size, m, rule = whole("n", n, 2), whole("items", items, 1, 10_000), as_rounding(rounding)
    if spread.value < 0:
        raise ValueError(f"sd must not be negative, found {sd}")
    totals = totals_of(shown, Fraction(size * m), rule)
    if not totals:
        return Grimmer(False, "no whole total prints as this mean", ())
    square, pairs, near = spread.between(rule), [], False
    scale = (size - 1) * m * m
    least, most = max(square.low, Fraction(0)) ** 2, square.high**2
    if len(totals) * (scale * (most - least) + 2) > _MOST_TOTALS:
        raise ValueError(f"n is too large for an SD printed with {spread.decimals} decimals: every SD is possible")
    for total in totals:
        base = Fraction(total * total, size)
        first = max(math.ceil(base + scale * least), fewest(total, size))
        for q in range(first, math.floor(base + scale * most) + 1):
            if root_between((q - base) / scale, square):
                near = True
                if (q - total) % 2 == 0:
                    pairs.append((total, q))
    reason = "" if pairs else ("sum and sum of squares are not both odd or both even" if near else _NO_SQUARES)
    return Grimmer(bool(pairs), reason, tuple(pairs))


_NO_SQUARES = "no sum of squares prints as this SD"


def fewest(total: int, n: int) -> int:
    """The smallest sum of squares of n whole numbers with this total: as equal as they can be."""
    each, more = divmod(total, n)
    return n * each * each + 2 * each * more + more


def root_between(square: Fraction, values: Between) -> bool:
    """Whether the root of ``square`` prints so, without taking it."""
    above = values.low < 0 or square > values.low**2 or (values.low_in and square == values.low**2)
    return above and (square < values.high**2 or (values.high_in and square == values.high**2))
