"""Numbers to text: the only place where anything is rounded.

Rounding is half up on the exact decimal value, so 1/16 prints as 6.3% and never as 6.2%.
"""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

NOT_ESTIMABLE = "NE"
NOT_REACHED = "NR"

_WIDE = Context(prec=700)  # wide enough for every float

_RULES = {"half-up": ROUND_HALF_UP, "half-even": ROUND_HALF_EVEN, "truncate": ROUND_DOWN}
ROUNDING_RULES = tuple(_RULES)


def _decimal(value: float | Fraction | Decimal) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    # fourteen digits are what a float surely holds: 0.0625 stays 0.0625, and the noise of an interpolation such as
    # 6.1 + 0.25 x 0.2 = 6.1499999999999995 does not decide how a number is rounded
    return value if isinstance(value, Decimal) else Decimal(f"{float(value):.14g}")


def rounded(value: float | Fraction | Decimal, decimals: int, rule: str = "half-up") -> str:
    """A number with a fixed count of decimals.

    Parameters
    ----------
    value
        A finite number.
    decimals
        Digits after the point.
    rule
        ``half-up`` (default), ``half-even`` or ``truncate``.

    Examples
    --------
    >>> rounded(2.675, 2), rounded(2.665, 2, "half-even"), rounded(-0.04, 1)
    ('2.68', '2.66', '0.0')
    >>> rounded(6.1 + 0.25 * (6.3 - 6.1), 1)
    '6.2'
    """
    quantum = Decimal(1).scaleb(-decimals)
    out = _decimal(value).quantize(quantum, rounding=_RULES[rule], context=_WIDE)
    return format(abs(out) if out == 0 else out, "f")


def percent(part: int, whole: int, decimals: int = 1, rule: str = "half-up") -> str:
    """Percentage of two counts, exact.

    Examples
    --------
    >>> percent(1, 16), percent(44, 48, 0), percent(1, 200)
    ('6.3', '92', '0.5')
    """
    if whole == 0:
        return NOT_ESTIMABLE
    return rounded(Fraction(100 * part, whole), decimals, rule)


def number(value: float | None, decimals: int = 1) -> str:
    """A number, or ``NE`` when there is none.

    Examples
    --------
    >>> number(11.04), number(None), number(float("inf"))
    ('11.0', 'NE', 'NR')
    """
    if value is None or math.isnan(value):
        return NOT_ESTIMABLE
    if math.isinf(value):
        return NOT_REACHED
    return rounded(value, decimals)


def p_value(p: float | None) -> str:
    """A p-value with three decimals, ``<0.001`` below that.

    Examples
    --------
    >>> p_value(0.0004), p_value(0.0495), p_value(1.0)
    ('<0.001', '0.050', '1.000')
    """
    if p is None or math.isnan(p):
        return NOT_ESTIMABLE
    return "<0.001" if p < 0.001 else rounded(p, 3)


def probability(value: float | None) -> str:
    """A posterior probability with three decimals, ``>0.999`` and ``<0.001`` beyond: none is certain.

    Examples
    --------
    >>> probability(0.98765), probability(0.99999), probability(0.0001)
    ('0.988', '>0.999', '<0.001')
    """
    return ">0.999" if value is not None and value > 0.999 else p_value(value)


_DECIMALS = {
    "proportion": 1,
    "months": 1,
    "hazard ratio": 2,
    "patients": 0,
    "events": 0,
    "days": 0,
    "standardized difference": 2,
    "difference": 2,
    "ratio": 2,
    "share": 2,
    "logit": 3,
}

_DOSES = {"mg", "ug", "units", "mg/m2", "ug/m2", "units/m2"}
"""Units of dose: three digits at least where the number is small, no trailing zeros, thousands separated."""


def quantity(value: float | None, unit: str) -> str:
    """A number in its unit as it is printed, without the unit's name.

    Proportions print as percentages with their sign, hazard ratios with two decimals, counts as integers.

    Examples
    --------
    >>> quantity(11 / 12, "proportion"), quantity(0.5, "hazard ratio"), quantity(48.0, "patients")
    ('91.7%', '0.50', '48')
    >>> quantity(None, "months"), quantity(float("inf"), "proportion")
    ('NE', 'NR')
    >>> quantity(3390.0, "mg"), quantity(11.75, "mg"), quantity(7.735, "mg"), quantity(0.0301, "mg/m2")
    ('3,390', '11.75', '7.74', '0.0301')
    """
    if value is not None and math.isinf(value):
        return NOT_REACHED
    if unit == "p":
        return p_value(value)
    if unit == "probability":
        return probability(value)
    if value is None or math.isnan(value):
        return NOT_ESTIMABLE
    if unit == "proportion":
        exact = Fraction(value).limit_denominator(10**7)
        return rounded(exact * 100 if abs(float(exact) - value) < 1e-12 else _decimal(value) * 100, 1) + "%"
    if unit in _DOSES or unit == "cycles":
        return _trimmed(value, unit)
    return number(value, _DECIMALS.get(unit, 1))


def _trimmed(value: float, unit: str) -> str:
    """A dose or a count that may be halved, without trailing zeros."""
    small = unit in _DOSES and 0 < abs(value) < 100
    said = number(value, max(2, 2 - math.floor(math.log10(abs(value)))) if small else 1)
    return f"{Decimal(said):,f}".rstrip("0").rstrip(".") if "." in said else said


def interval(low: float | None, high: float | None, unit: str) -> str:
    """Two limits as they are printed; nothing where neither exists.

    Examples
    --------
    >>> interval(0.5, 0.75, "proportion"), interval(8.2, None, "months"), interval(None, None, "months")
    ('50.0% to 75.0%', '8.2 to NE', '')
    """
    if low is None and high is None:
        return ""
    return f"{quantity(low, unit)} to {quantity(high, unit)}"
