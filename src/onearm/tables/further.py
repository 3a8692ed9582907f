"""What stands around a comparison: sensitivity, borrowing. One layout for both."""

from __future__ import annotations

from collections.abc import Sequence

from onearm.results import Estimate, Results
from onearm.tables.cells import cell, counted, level, value, value_limits
from onearm.tables.footnotes import footnotes
from onearm.tables.methods import GATE_FAILED, group_of
from onearm.tables.model import Row, Table, words
from onearm.tables.names import comparison_label, gate_failed, of_context, parse, unique

CONTEXTS = {"sensitivity": "Sensitivity", "borrowing": "Borrowing"}
"""Contexts shown here, with their headings."""


def further(results: Results) -> tuple[Table, ...]:
    """One table for each of these contexts and each comparison that has numbers in it."""
    made = []
    for context in CONTEXTS:
        chosen = of_context(results, context)
        for name in dict.fromkeys(parse(e.id).comparison for e in chosen):
            mine = [e for e in chosen if parse(e.id).comparison == name]
            made.append(_table(results, context, name, mine))
    return tuple(made)


def _table(results: Results, context: str, name: str, mine: Sequence[Estimate]) -> Table:
    rows: list[Row] = []
    for heading in unique(_heading(e) for e in mine):
        rows.append(Row(heading, head=True))
        rows += [_row(results, e) for e in mine if _heading(e) == heading]
    return Table(
        id="-".join(filter(None, (context, name))),
        title=CONTEXTS[context] + (f": {comparison_label(results, name)}" if name else "") + f" ({level(mine)})",
        section="comparison",
        comparison=name,
        columns=words("", "Value", "n", "Population"),
        rows=tuple(rows),
        footnotes=footnotes(mine),
        notice=results.header.notice,
    )


def _heading(e: Estimate) -> str:
    return e.heading or e.label.partition(": ")[0]


def _row(results: Results, e: Estimate) -> Row:
    stamp = GATE_FAILED if _failed(results, e.group) else ""
    said = value(e, stamp) if e.unit == "p" else value_limits(e, stamp)
    return Row(e.label.partition(": ")[2] or e.label, (said, cell(counted(e), e), *words(e.population)), 1)


def _failed(results: Results, group: str) -> bool:
    """Whether a number stands on a design that failed: that of its own method, or else the primary one."""
    own = next((c for c in results.choices if group_of(c) == group), None)
    return bool(own.failed) if own is not None else gate_failed(results, group.partition("/")[0])
