"""Numbers as they are typed after an option: lists, ranges, pairs, priors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onearm.errors import UsageError


def several(option: str, text: str) -> tuple[float, ...]:
    """Numbers with commas between them.

    Examples
    --------
    >>> several("--rates", "0.1, 0.2")
    (0.1, 0.2)
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise _wrong(option, text, "numbers with commas between them, such as 0.1,0.2") from None


def whole(option: str, text: str) -> tuple[int, ...]:
    """Whole numbers with commas, or ``first:last`` and ``first:last:step``.

    Examples
    --------
    >>> whole("--looks", "10,20,29"), whole("--looks", "5:8"), whole("--looks", "10:30:10")
    ((10, 20, 29), (5, 6, 7, 8), (10, 20, 30))
    """
    found: Sequence[int] = ()
    try:
        if ":" not in text:
            return tuple(int(part) for part in text.split(","))
        first, last, *step = (int(part) for part in text.split(":"))
        found = range(first, last + 1, *step)
    except (ValueError, TypeError):
        found = ()
    if not found or not found[:_MOST] == found:  # a range has no length where it is longer than any list
        raise _wrong(option, text, "whole numbers with commas, first:last or first:last:step, such as 10,20,30 or 5:48")
    return tuple(found)


_MOST = 100_000
"""Numbers of a range; the kernels take far fewer."""


def pair(option: str, text: str) -> tuple[float, float]:
    """Two numbers with a comma.

    Examples
    --------
    >>> pair("--cutoffs", "0.95,0.9")
    (0.95, 0.9)
    """
    found = several(option, text)
    if len(found) != 2:
        raise _wrong(option, text, "two numbers with a comma, such as 3,0.6")
    return found[0], found[1]


def one_or_more(option: str, text: str) -> float | tuple[float, ...]:
    """One number, or several with commas."""
    found = several(option, text)
    return found[0] if len(found) == 1 else found


def prior_of(option: str, text: str) -> tuple[Any, ...]:
    """``a,b`` of a Beta distribution, or ``weight,a,b`` of each component with semicolons between them.

    Examples
    --------
    >>> prior_of("--prior", "0.6,1.4"), prior_of("--prior", "0.5,1,1;0.5,2,3")
    ((0.6, 1.4), ((0.5, 1.0, 1.0), (0.5, 2.0, 3.0)))
    """
    parts = [several(option, part) for part in text.split(";")]
    if len(parts) == 1 and len(parts[0]) == 2:
        return parts[0]
    if any(len(part) != 3 for part in parts):
        raise _wrong(option, text, 'a,b, or for a mixture "weight,a,b;weight,a,b"')
    return tuple(parts)


def priors_of(option: str, text: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Two priors, ``a,b;a,b``."""
    parts = [pair(option, part) for part in text.split(";")]
    if len(parts) != 2:
        raise _wrong(option, text, 'the priors of response and toxicity, "a,b;a,b"')
    return parts[0], parts[1]


def rates_of(option: str, texts: list[str]) -> list[float] | list[tuple[float, ...]]:
    """True rates, one each time the option is given, or one pair each time."""
    found = [several(option, text) for text in texts]
    if len({len(rate) for rate in found}) != 1:
        raise _wrong(option, " ".join(texts), "the same number of rates each time")
    return [rate[0] for rate in found] if len(found[0]) == 1 else found


def _wrong(option: str, text: str, wanted: str) -> UsageError:
    return UsageError.one("U354", option, f"{text!r} is not what this option takes", f"give {wanted}")
