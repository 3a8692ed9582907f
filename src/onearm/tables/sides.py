"""The layout of two groups side by side with what compares them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from onearm.results import Estimate, Results
from onearm.tables.cells import value, value_limits
from onearm.tables.model import Cell, Row
from onearm.tables.names import Name, endpoint, parse, plain, statistic, unique

Stamp = Callable[[Name], str]


def sides(
    results: Results, chosen: Sequence[Estimate], columns: Sequence[str], whole: str, stamp: Stamp
) -> tuple[Row, ...]:
    """A row for each statistic: a cell for each column, then one for what has the group ``whole``.

    Estimates of any other group get a row of their own, with the group in words.
    """
    rows: list[Row] = []
    for variable in unique(parse(e.id).variable for e in chosen):
        rows.append(Row(endpoint(results, variable), head=True))
        mine = [e for e in chosen if parse(e.id).variable == variable]
        rows += _rows(mine, columns, whole, stamp)
    return tuple(rows)


def _rows(mine: Sequence[Estimate], columns: Sequence[str], whole: str, stamp: Stamp) -> list[Row]:
    by: dict[tuple[str, str, str], dict[str, Estimate]] = {}
    for e in mine:
        name = parse(e.id)
        other = "" if name.group in (*columns, whole) else name.group
        by.setdefault((name.statistic, name.at, other), {})[name.group] = e
    rows = []
    for (_, _, other), found in by.items():
        first = next(iter(found.values()))
        label = statistic(first)
        if other:
            label = f"{label}, {plain(parse(f'|{other}').side or other).lower()}"
        cells = [_cell(found.get(g), stamp) for g in (*columns, other or whole)]
        rows.append(Row(label, tuple(cells), 1))
    return rows


def _cell(e: Estimate | None, stamp: Stamp) -> Cell:
    if e is None:
        return Cell()
    mark = stamp(parse(e.id))
    return value(e, mark) if e.unit == "p" else value_limits(e, mark)
