"""Printed numbers: which exact values a rule of rounding prints so.

A number printed with d decimals stands for an interval of exact values one unit u = 10^-d wide. Of the value v:

=========  =============================================================================
half-up    v - u/2 <= x < v + u/2 (of the size; below zero the same mirrored)
half-down  v - u/2 < x <= v + u/2
half-even  as half-up with both ends where the last digit is even, with neither where odd
truncate   v <= x < v + u
any        whatever at least one of the three before truncation allows
=========  =============================================================================

All is done in fractions: no binary rounding enters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import numpy as np

ROUNDINGS = ("half-up", "half-even", "truncate")
EVERY_ROUNDING = (*ROUNDINGS, "half-down", "any")
MOST_DECIMALS = 12
_LARGEST = 10**15
_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})")


@dataclass(frozen=True, slots=True)
class Between:
    """The exact values behind a printed number: ``low`` to ``high``, each end in or out."""

    low: Fraction
    high: Fraction
    low_in: bool = True
    high_in: bool = True

    def holds(self, x: Fraction) -> bool:
        """Whether ``x`` is printed so."""
        above = x >= self.low if self.low_in else x > self.low
        return above and (x <= self.high if self.high_in else x < self.high)

    def meets(self, low: Fraction, high: Fraction) -> bool:
        """Whether any value of the closed ``low`` to ``high`` is printed so."""
        below = low <= self.high if self.high_in else low < self.high
        return below and (high >= self.low if self.low_in else high > self.low)


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it stands on paper: its exact ``value`` and its ``decimals``."""

    value: Fraction
    decimals: int

    def between(self, rule: str = "half-up") -> Between:
        """The exact values that ``rule`` prints so."""
        unit = Fraction(1, 10**self.decimals)
        v, half = self.value, unit / 2
        if rule == "any":
            return Between(v - half, v + half)
        if rule == "truncate":
            return Between(v - unit, v, False, True) if v < 0 else Between(v, v + unit, True, False)
        if rule == "half-even":
            even = int(abs(v) / unit) % 2 == 0
            return Between(v - half, v + half, even, even)
        up = (rule == "half-up") == (v >= 0)
        return Between(v - half, v + half, up or (v == 0 and rule == "half-down"), not up)


def as_printed(name: str, value: Any, decimals: int | None = None, default: int | None = None) -> Printed:
    """A number as printed: text keeps its own decimals, a number is given them.

    Floats are read by their shortest decimal, so 0.1 is a tenth. ``default`` are the decimals of a number where none
    are given; without it the number's own.
    """
    exact, own = _exact(name, value)
    if abs(exact) > _LARGEST:
        raise ValueError(f"{name} must not be larger than {_LARGEST:g}, found {value}")
    if decimals is None:
        decimals = own if isinstance(value, str) or default is None else default
    digits = as_decimals(f"decimals of {name}", decimals)
    if (exact * 10**digits).denominator != 1:
        raise ValueError(f"{name} {value} has more than {digits} decimals: give `decimals`, or the number as text")
    return Printed(exact, digits)


def _exact(name: str, value: Any) -> tuple[Fraction, int]:
    if isinstance(value, Printed):
        return value.value, value.decimals
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    if isinstance(value, bool | np.bool_) or value is None or np.ndim(value):
        raise ValueError(f"{name} must be one number, found {value!r}")
    said = value.strip() if isinstance(value, str) else value
    if isinstance(said, str) and not _NUMBER.fullmatch(said):
        raise ValueError(f"{name} must be a number as printed, such as 92 or 91.7; found {value!r}")
    try:
        number = said if isinstance(said, Decimal) else Decimal(said if isinstance(said, str) else repr(float(said)))
    except (InvalidOperation, TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be a number, found {value!r}") from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or not number.is_finite():
        raise ValueError(f"{name} must be a finite number, found {value!r}")
    if (number and not -2 * MOST_DECIMALS <= number.adjusted() <= 16) or exponent < -400:
        raise ValueError(f"{name} must be a number that a paper prints, found {value!r}")
    own = 0 if number == number.to_integral_value() and not isinstance(said, str | Decimal) else max(0, -exponent)
    return Fraction(number), own


def as_decimals(name: str, value: Any) -> int:
    """A whole number of decimals, 0 to 12."""
    if isinstance(value, bool) or np.ndim(value) or not isinstance(value, int | np.integer | float | np.floating):
        raise ValueError(f"{name} must be a whole number from 0 to {MOST_DECIMALS}, found {value!r}")
    if not (0 <= value <= MOST_DECIMALS and value == int(value)):
        raise ValueError(f"{name} must be a whole number from 0 to {MOST_DECIMALS}, found {value}")
    return int(value)


def as_rounding(rule: Any) -> str:
    """The name of a rule of rounding."""
    if isinstance(rule, str) and rule in EVERY_ROUNDING:
        return rule
    raise ValueError(f"rounding must be one of {', '.join(EVERY_ROUNDING)}; found {rule!r}")


def flag(name: str, value: Any) -> bool:
    """True or False."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise ValueError(f"{name} must be True or False, found {value!r}")


def whole(name: str, value: Any, least: int = 0, most: int = 10**7) -> int:
    """A whole number between ``least`` and ``most``."""
    good = isinstance(value, int | np.integer | float | np.floating) and not isinstance(value, bool)
    if good and np.isfinite(value) and least <= value <= most and value == int(value):
        return int(value)
    raise ValueError(f"{name} must be a whole number from {least} to {most}, found {' '.join(repr(value).split())}")


def whole_between(values: Between, scale: Fraction) -> tuple[int, int]:
    """The first and last whole t with t / ``scale`` among ``values`` (first > last when there is none)."""
    low, high = values.low * scale, values.high * scale
    first, last = -(-low.numerator // low.denominator), high.numerator // high.denominator
    first += first == low and not values.low_in
    last -= last == high and not values.high_in
    return first, last
