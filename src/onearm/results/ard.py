"""Estimates as rows of CDISC's analysis results data: one statistic a row."""

from __future__ import annotations

from typing import Any

from onearm.results.records import Estimate

_ARD = {
    "group1": "str",
    "group1_level": "str",
    "variable": "str",
    "variable_level": "str",
    "context": "str",
    "stat_name": "str",
    "stat_label": "str",
    "stat": "float",
    "unit": "str",
    "n": "int",
    "id": "str",
    "method": "str",
    "population": "str",
    "error": "str",
}


def schema() -> dict[str, Any]:
    """Columns and their Polars types."""
    import polars as pl

    kinds = {"str": pl.String, "float": pl.Float64, "int": pl.Int64}
    return {name: kinds[kind] for name, kind in _ARD.items()}


def rows(e: Estimate) -> list[tuple[Any, ...]]:
    """The rows of one estimate: its value, its limits, its standard error, those with the event."""
    level = e.id.partition("|")[0].partition("@")[2]
    head = ("group" if e.group else None, e.group or None, e.variable, level or None, e.context)
    tail = (e.unit, e.n, e.id, e.method, e.population, e.error)
    stats: list[tuple[str, str, float | None]] = [(e.stat, e.label, e.value)]
    if e.level is not None:
        percent = f"{100 * e.level:g}% limit"
        stats += [("conf.low", f"lower {percent}", e.low), ("conf.high", f"upper {percent}", e.high)]
    if e.std_error is not None:
        stats.append(("std.error", "standard error", e.std_error))
    if e.events is not None and e.stat != "n":
        stats.append(("n.event", "with the event", float(e.events)))
    return [(*head, name, label, value, *tail) for name, label, value in stats]
