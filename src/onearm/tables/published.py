"""The trial against comparators known from publications; a failed gate of the weights marks what stands on them."""

from __future__ import annotations

from collections.abc import Sequence

from onearm.results import Estimate, Results
from onearm.tables.cells import cell, counted, level, value, value_limits
from onearm.tables.footnotes import footnotes
from onearm.tables.methods import GATE_FAILED
from onearm.tables.model import Row, Table, words
from onearm.tables.names import comparison_label, of_context, parse, unique

_SIDES = ("trial", "weighted", "published")


def published(results: Results) -> tuple[Table, ...]:
    """Two tables for each comparator: its baseline table on three sides, and what was found."""
    chosen = of_context(results, "published")
    made = []
    for name in unique(parse(e.id).comparison for e in chosen):
        mine = [e for e in chosen if parse(e.id).comparison == name]
        sides = [e for e in mine if e.variable == "maic" and e.stat in _SIDES]
        rest = [e for e in mine if e not in sides]
        made += [_weights(results, name, sides)] if sides else []
        made.append(_found(results, name, rest))
    return tuple(made)


def _weights(results: Results, name: str, mine: Sequence[Estimate]) -> Table:
    by: dict[str, dict[str, Estimate]] = {}
    for e in mine:
        by.setdefault(parse(e.id).statistic.partition(".")[2], {})[e.stat] = e
    rows = [Row(_covariate(sides["published"]), tuple(value(sides.get(s)) for s in _SIDES)) for sides in by.values()]
    return Table(
        id=f"published-weights-{name}",
        title=f"Weights to the published baseline table: {comparison_label(results, name)}",
        section="comparison",
        comparison=name,
        columns=words("", "Trial", "Trial, weighted", "Published"),
        rows=tuple(rows),
        footnotes=footnotes(mine),
        notice=results.header.notice,
    )


def _covariate(e: Estimate) -> str:
    return e.label.partition(": ")[2].removesuffix(", published")


def _found(results: Results, name: str, mine: Sequence[Estimate]) -> Table:
    rows: list[Row] = []
    for heading in unique(_heading(e) for e in mine):
        rows.append(Row(heading, head=True))
        rows += [_row(e) for e in mine if _heading(e) == heading]
    return Table(
        id=f"published-{name}",
        title=f"Published comparator: {comparison_label(results, name)} ({level(mine)})",
        section="comparison",
        comparison=name,
        columns=words("", "Value", "n", "Population"),
        rows=tuple(rows),
        footnotes=footnotes(mine),
        notice=results.header.notice,
    )


def _heading(e: Estimate) -> str:
    return e.heading or e.label.partition(": ")[0]


def _row(e: Estimate) -> Row:
    failed = any(note.startswith("GATE FAILED") for note in e.notes) and e.variable not in ("maic", "gate")
    stamp = GATE_FAILED if failed else ""
    said = value(e, stamp) if e.unit == "p" else value_limits(e, stamp)
    note = e.method if e.stat == "gate" else ""
    return Row(e.label.partition(": ")[2] or e.label, (said, cell(counted(e), e), *words(e.population)), 1, note=note)
