"""A field before and after as it is printed, with their difference in the same number of digits."""

from __future__ import annotations

import math

from onearm import text
from onearm.changes.record import Part

BELOW = "below the printed digits"


def part(name: str, before: float | None, after: float | None, unit: str) -> Part:
    """A numeric field in its unit; ``unit`` is one of `onearm.text.quantity`'s.

    Examples
    --------
    >>> one = part("value", 44 / 48, 43 / 48, "proportion")
    >>> one.before, one.after, one.difference, one.relative
    ('91.7%', '89.6%', '-2.1 points', '-2.3%')
    >>> part("low", 8.2, None, "months").after, part("value", 1e-9, 2e-9, "p").difference
    ('NE', 'below the printed digits')
    """
    difference, relative = differences(before, after, unit)
    return Part(
        name=name,
        before=shown(before, unit),
        after=shown(after, unit),
        difference=difference,
        relative=relative,
        exact=(before, after),
    )


def shown(value: float | None, unit: str) -> str:
    """A number as it is printed; ``NE`` in any unit where there is none."""
    return text.number(value) if value is None or math.isnan(value) else text.quantity(value, unit)


def differences(before: float | None, after: float | None, unit: str) -> tuple[str, str]:
    """After minus before, and in percent of before; nothing where one of the two is no finite number."""
    if before is None or after is None or not (math.isfinite(before) and math.isfinite(after)):
        return "", ""
    by = after - before
    if by == 0 or not math.isfinite(by):
        return "", ""
    share = 100 * by / abs(before) if before else math.inf
    return _absolute(by, unit), "" if not math.isfinite(share) else _signed(text.number(share, 1), share, "%")


def _absolute(by: float, unit: str) -> str:
    if unit == "proportion":
        return _signed(text.quantity(by, unit).removesuffix("%"), by, " points")
    if unit in ("p", "probability"):  # a difference of probabilities is no probability
        return _signed(text.number(by, 3), by)
    return _signed(text.quantity(by, unit), by)


def _signed(said: str, by: float, behind: str = "") -> str:
    if not any(digit in said for digit in "123456789"):
        return BELOW if behind != "%" else ""
    return f"{'+' if by > 0 else ''}{said}{behind}"
