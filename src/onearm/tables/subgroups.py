"""Subgroups: shares, or hazard ratios against the first subgroup of each column."""

from __future__ import annotations

from collections.abc import Sequence

from onearm.results import Estimate, Results
from onearm.tables.cells import cell as one
from onearm.tables.cells import counted, level, shown, value_limits
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import of_context, parse, unique


def subgroups(results: Results) -> tuple[Table, ...]:
    """One table for each endpoint split into subgroups; rates of response stand with their whole instead."""
    placed = {e.id for e in of_response(results)}
    chosen = [e for e in of_context(results, "subgroups") if e.id not in placed]
    return tuple(
        _table(results, [e for e in chosen if parse(e.id).variable == v])
        for v in unique(parse(e.id).variable for e in chosen)
    )


def of_response(results: Results) -> tuple[Estimate, ...]:
    """The shares in subgroups of what the response table shows: those that rest on the same fact."""
    facts = {e.evidence for e in of_context(results, "response") if e.id == parse(e.id).variable}
    return tuple(e for e in of_context(results, "subgroups") if e.stat == "p" and e.evidence in facts - {""})


def _table(results: Results, mine: Sequence[Estimate]) -> Table:
    ratio = any(e.stat == "hazard_ratio" for e in mine)
    title = mine[0].label.partition(f": {mine[0].heading}, ")[0]
    rows: list[Row] = []
    columns: set[str] = set()
    for key in dict.fromkeys(parse(e.id).group for e in mine):
        column, _, subgroup = key.partition("=")
        by = {e.stat: e for e in mine if parse(e.id).group == key}
        if column not in columns:
            columns.add(column)
            rows.append(Row(next(iter(by.values())).heading, head=True))
        rows.append(Row(subgroup, _cells(by), 1))
    return Table(
        id=f"subgroups-{mine[0].variable}",
        title=title,
        section="survival" if ratio else "response",
        columns=words("", "Events of patients", f"{'Hazard ratio' if ratio else 'Share'} ({level(mine)})"),
        rows=tuple(rows),
        footnotes=footnotes(mine),
        notice=results.header.notice,
    )


def _cells(by: dict[str, Estimate]) -> tuple[Cell, Cell]:
    if "p" in by:
        return one(counted(by["p"]), by["p"]), value_limits(by["p"])
    n, events = by["n"], by["events"]
    parts = ((shown(events), events.id), ("/", ""), (shown(n), n.id))
    ratio = by.get("hazard_ratio")
    return Cell(parts), value_limits(ratio) if ratio is not None else Cell((("reference", ""),))
