"""Measurable residual disease by time: a line for each window, groups one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from onearm.results import Estimate, Results
from onearm.tables.cells import cell, counted, level, limits, shown
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import of_context, parse, plain, unique

_CONTEXT = "mrd-by-time"


def mrd_by_time(results: Results) -> tuple[Table, ...]:
    """One table for each endpoint of this kind: tested, negative in the window, negative at any time by its end."""
    chosen = of_context(results, _CONTEXT)
    return tuple(
        _table(results, name, [e for e in chosen if parse(e.id).variable == name])
        for name in unique(parse(e.id).variable for e in chosen)
    )


def _table(results: Results, name: str, mine: Sequence[Estimate]) -> Table:
    by = {(n.statistic, n.at, n.group): e for e in mine for n in (parse(e.id),)}
    rows: list[Row] = []
    groups = tuple(dict.fromkeys(parse(e.id).group for e in mine))
    for group in groups:
        if group:
            rows.append(Row(plain(group), head=True))
        for at in unique(parse(e.id).at for e in mine if parse(e.id).group == group):
            tested, negative, ever = (by.get((stat, at, group)) for stat in ("tested", "negative", "negative_by"))
            label = next(e.heading for e in mine if parse(e.id).at == at)
            cells = (*_share(tested)[:1], *_share(negative), *_share(ever))
            rows.append(Row(label, cells, 1 if group else 0))
    ci = level(mine)
    return Table(
        id=f"mrd-{name}",
        title=mine[0].label.partition(": ")[0] + " by time",
        section="response",
        columns=words("", "n/N (%)", "n/N (%)", ci, "n/N (%)", ci),
        groups=(("", 1), ("Tested", 1), ("Negative in the window", 2), ("Negative by its end", 2)),
        rows=tuple(rows),
        footnotes=footnotes([e for e in mine if e.stat != "tested"]),
        notice=results.header.notice,
    )


def _share(e: Estimate | None) -> tuple[Cell, Cell]:
    if e is None:
        return Cell(), Cell()
    return cell(f"{counted(e)} ({shown(e)})", e), cell(limits(e), e)
