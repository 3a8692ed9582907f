"""The layout of response, safety and status: one proportion a row."""

from __future__ import annotations

from collections.abc import Sequence

from onearm.results import Estimate, Results
from onearm.tables.cells import cell, counted, level, limits, with_unit
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Row, Table, words
from onearm.tables.names import of_context, parse, plain


def proportions(results: Results, context: str, title: str, split: Sequence[Estimate] = ()) -> tuple[Table, ...]:
    """Count, percentage and interval of everything in one context; subgroups stand under their whole.

    ``split`` are shares of another context that stand at the end, under the headings of their subgroups.
    """
    chosen = of_context(results, context)
    if not chosen:
        return ()
    return (
        Table(
            id=context,
            title=title,
            section=context,
            columns=words("", "n/N", "Percent", level((*chosen, *split))),
            rows=(*_rows(chosen), *_split(split)),
            footnotes=footnotes((*chosen, *split)),
            notice=results.header.notice,
        ),
    )


def _rows(chosen: Sequence[Estimate]) -> list[Row]:
    by: dict[str, dict[str, list[Estimate]]] = {}
    for e in chosen:
        by.setdefault(parse(e.id).variable, {}).setdefault(e.id.partition("|")[0], []).append(e)
    rows: list[Row] = []
    for variable, heads in by.items():
        several = len(heads) > 1
        if several:
            label = next(iter(heads.values()))[0].label.rpartition(": ")[0]
            rows.append(Row(label or plain(variable), head=True))
        for same in heads.values():
            rows += _with_subgroups(same, 1 if several else 0)
    return rows


def _split(split: Sequence[Estimate]) -> list[Row]:
    rows: list[Row] = []
    before = ("", "")
    for e in split:
        head = (e.label.partition(": ")[0], e.heading)
        if head[0] != before[0]:
            rows.append(Row(head[0], head=True))
        if head != before:
            rows.append(Row(head[1], head=True, indent=1))
        before = head
        rows.append(_row(e, parse(e.id).group.partition("=")[2], 2))
    return rows


def _with_subgroups(same: Sequence[Estimate], indent: int) -> list[Row]:
    whole = [e for e in same if not parse(e.id).group]
    rows = [_row(e, e.label.rpartition(": ")[2] if indent else e.label, indent) for e in whole]
    if not whole:
        rows = [Row(same[0].label, head=True, indent=indent)]
    return rows + [_row(e, plain(parse(e.id).group), indent + 1) for e in same if parse(e.id).group]


def _row(e: Estimate, label: str, indent: int) -> Row:
    return Row(label, (cell(counted(e), e), cell(with_unit(e), e), cell(limits(e), e)), indent)
