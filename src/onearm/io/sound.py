"""Whether what was read from results.json is what the records say they hold."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from typing import Any

from onearm.results import Results

_ENDLESS = (math.inf, -math.inf)

_LISTS = (
    "gates", "flows", "pairs", "choices", "commitment", "residuals", "lanes", "watches", "boundaries",
    "characteristics", "statements", "listed",
)  # fmt: skip


def unsound(results: Results) -> Iterator[str]:
    """What no run writes: text where a number should stand, an infinite share, a curve without an end of its times."""
    records = [results.header, results.outline, *results, *results.curves.values()]
    for record in (*records, *(one for name in _LISTS for one in getattr(results, name))):
        kind: Any = type(record)
        for name, hint in _fields(kind).items():
            if not fits(getattr(record, name), hint):
                yield f"{kind.__name__} {str(getattr(record, 'id', ''))[:60]}: its {name} cannot be that"
    for one in results.listed:
        if len(one.subjects) != len(one.rows) or any(len(row) != len(one.columns) for row in one.rows):
            yield f"Listing {one.id[:60]}: its rows, columns and subjects do not fit together"
    for e in results:
        if e.unit in ("proportion", "p", "probability") and any(v in _ENDLESS for v in (e.value, e.low, e.high)):
            yield f"Estimate {e.id[:60]}: a {e.unit} has no end"
        if isinstance(e.level, str):
            yield f"Estimate {e.id[:60]}: a level has no end"
    for c in results.curves.values():
        series = (c.time, c.value, c.at_risk, c.events, c.censored)
        if isinstance(c.start, str) or any(
            len(s) != len(c.time) or not all(isinstance(v, float | int) for v in s) for s in series
        ):
            yield f"Curve {c.id[:60]}: its times and values do not fit together"


@cache
def _fields(kind: type[Any]) -> dict[str, Any]:
    return {name: hint for name, hint in typing.get_type_hints(kind).items() if name in kind.__slots__}


def fits(value: Any, hint: Any) -> bool:
    """Whether a value is of a type; a float may also be an integer, nothing, or the words for an infinity.

    Examples
    --------
    >>> fits(1, float), fits("inf", float), fits(True, int), fits(("a", 1), tuple[str, ...]), fits(None, str)
    (True, True, False, False, False)
    """
    if hint is float:
        return value is None or value in ("inf", "-inf") or _number(value)
    if hint is int:
        return isinstance(value, int) and _number(value)
    if hint is bool or hint is str:
        return isinstance(value, hint)
    if hint is type(None):
        return value is None
    if isinstance(hint, types.UnionType):
        return any(fits(value, one) for one in typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        (one, _) = typing.get_args(hint)
        if not isinstance(value, tuple):
            return False
        if one in (str, float) and {*map(type, value)} <= {one}:  # long ones; a file with NaN was refused before
            return True
        return all(fits(v, one) for v in value)
    if is_dataclass(hint):
        return isinstance(value, hint) and all(  # type: ignore[arg-type]
            fits(getattr(value, name), inner)
            for name, inner in _fields(hint).items()  # type: ignore[arg-type]
        )
    raise TypeError(f"a record holds {hint}, and nothing says how to check it")


def _number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 2**53 if isinstance(value, int) else not math.isnan(value)
