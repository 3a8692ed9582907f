"""Who is left after each step, and why the others are not."""

from __future__ import annotations

from onearm.results import Estimate, Flow, FlowStep, Results
from onearm.tables.cells import part_of, value
from onearm.tables.model import Cell, Row, Table, words


def flow(results: Results) -> tuple[Table, ...]:
    """One table: a block of steps for the trial and for each external source."""
    chosen = tuple(f for f in results.flows if f.steps)
    if not chosen:
        return ()
    rows: list[Row] = []
    for one in chosen:
        if len(chosen) > 1:
            rows.append(Row(one.label, head=True))
        rows += _rows(results, one, 1 if len(chosen) > 1 else 0)
    return (
        Table(
            id="flow",
            title="Flow of subjects",
            section="flow",
            columns=words("", "Subjects", "Percent"),
            rows=tuple(rows),
            footnotes=(
                "Each line counts those who remain; an indented line counts those removed, or a part. Percent: of the "
                "line that the number was taken from.",
                "Population: everybody enrolled in the trial"
                + (", and everybody in each external source." if len(chosen) > 1 else "."),
            ),
            notice=results.header.notice,
        ),
    )


def _rows(results: Results, one: Flow, indent: int) -> list[Row]:
    rows: list[Row] = []
    for k, step in enumerate(one.steps):
        if step.removed and not step.branch:
            rows.append(_removed(results, step, indent + 1))
        cells = _cells(results.estimates.get(step.estimate), first=not k)
        rows.append(Row(step.label, cells, indent + 1 if step.branch else indent))
    return rows


def _cells(e: Estimate | None, *, first: bool = False) -> tuple[Cell, Cell]:
    """The count, and its share of those before; nothing is before the first line."""
    return value(e), Cell() if first else part_of(e)


def _removed(results: Results, step: FlowStep, indent: int) -> Row:
    reason = step.reason or "Removed"
    label = reason if reason.lower().startswith(("removed", "excluded")) else f"Removed: {reason}"
    return Row(label, _cells(results.estimates.get(step.removed_estimate)), indent)
