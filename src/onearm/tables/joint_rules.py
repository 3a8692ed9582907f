"""What two stopping rules do together: one table a pair of rules, one row a pair of true rates."""

from __future__ import annotations

from onearm.results import Estimate, Results
from onearm.tables.cells import value
from onearm.tables.model import Row, Table, words
from onearm.tables.names import of_context, parse, unique

_COLUMNS = {
    "stop_first": "Stop by the first alone",
    "stop_second": "Stop by the second alone",
    "stop_both": "Stop by both at one look",
    "complete": "No stop",
    "expected_n": "Expected patients",
}


def joint(results: Results) -> tuple[Table, ...]:
    """Operating characteristics of every two rules on the same patients."""
    found = of_context(results, "joint monitoring")
    return tuple(_table(results, pair, found) for pair in unique(e.variable for e in found))


def _table(results: Results, pair: str, found: tuple[Estimate, ...]) -> Table:
    mine = [e for e in found if e.variable == pair]
    by = {(e.stat, parse(e.id).at): e for e in mine}
    rows = [
        Row(at.replace("+", " and "), tuple(value(by.get((stat, at))) for stat in _COLUMNS))
        for at in unique(at for _, at in by)
    ]
    labels = [mine[0].heading.partition("; ")[0], mine[0].heading.partition("; ")[2]]
    return Table(
        id=f"joint-{pair.removeprefix('monitoring.').replace('+', '-')}",
        title=f"Two rules together: {' and '.join(labels)}",
        section="monitoring",
        columns=words("True rates, first and second", *_COLUMNS.values()),
        rows=tuple(rows),
        footnotes=(f"First rule: {labels[0]}.", f"Second rule: {labels[1]}.", _sentence(mine[0].method)),
        notice=results.header.notice,
    )


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}."
