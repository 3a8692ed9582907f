"""Estimates as rows of CDISC's analysis results data: one statistic a row.

The columns are those of the R packages cards and cardx (https://insightsengineering.github.io/cards/), with columns for
what those keep elsewhere: the unit, the subjects, the id. ``stat_fmt`` is the statistic as it is printed; a function
that prints it (``fmt_fun`` there) cannot stand in a file. One row is named by ``id`` and ``stat_name`` together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onearm import text
from onearm.results.grouping import groups, measured
from onearm.results.records import Estimate

GROUPS = 4
"""Variables of grouping that have columns: comparison, method, side and matching are the most that an estimate has."""

_ARD = {
    **{f"group{k}{tail}": "str" for k in range(1, GROUPS + 1) for tail in ("", "_level")},
    "variable": "str",
    "variable_level": "str",
    "context": "str",
    "stat_name": "str",
    "stat_label": "str",
    "stat": "float",
    "stat_fmt": "str",
    "unit": "str",
    "n": "int",
    "id": "str",
    "method": "str",
    "population": "str",
    "warning": "str",
    "error": "str",
}

Statistic = tuple[str, str, float | None, str]
"""Its name, its label, its value, and the value as it is printed."""


def schema() -> dict[str, Any]:
    """Columns and their Polars types."""
    import polars as pl

    kinds = {"str": pl.String, "float": pl.Float64, "int": pl.Int64}
    return {name: kinds[kind] for name, kind in _ARD.items()}


def statistics(e: Estimate) -> Iterator[Statistic]:
    """The statistics of one estimate: its value, its limits with their level, its standard error, those with the event.

    A statistic that cannot be estimated has no value and prints as ``NE``.

    Examples
    --------
    >>> e = Estimate(id="os.median", label="Median", variable="os", stat="median", context="survival", unit="months",
    ...              n=48, method="", population="", value=14.25, low=9.5, level=0.95)
    >>> for found in statistics(e):
    ...     print(*found)
    median Median 14.25 14.3
    conf.low lower 95% limit 9.5 9.5
    conf.high upper 95% limit None NE
    conf.level level of the limits 0.95 95%
    """
    yield e.stat, e.label, e.value, text.quantity(e.value, e.unit)
    if e.level is not None:
        percent = f"{100 * e.level:g}%"
        yield "conf.low", f"lower {percent} limit", e.low, text.quantity(e.low, e.unit)
        yield "conf.high", f"upper {percent} limit", e.high, text.quantity(e.high, e.unit)
        yield "conf.level", "level of the limits", e.level, percent
    if e.std_error is not None:
        yield "std.error", "standard error", e.std_error, text.number(e.std_error, 3)
    if e.events is not None and e.stat != "n":
        yield "n.event", "with the event", float(e.events), text.quantity(float(e.events), "patients")


def rows(e: Estimate) -> list[tuple[Any, ...]]:
    """The rows of one estimate, one for each of its `statistics`."""
    pairs = groups(e)
    empty = (None, None) * (GROUPS - len(pairs))
    name, level = measured(e)
    head = (*(word for pair in pairs for word in pair), *empty, name, level or None, e.context)
    tail = (e.unit, e.n, e.id, e.method, e.population, "; ".join(e.notes) or None, e.error)
    return [(*head, *found, *tail) for found in statistics(e)]
