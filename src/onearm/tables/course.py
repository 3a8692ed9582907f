"""Several outcomes at once: competing causes, states over time, being in response."""

from __future__ import annotations

from collections.abc import Sequence

from onearm.results import Estimate, Results
from onearm.tables.cells import cell as one
from onearm.tables.cells import level, limits, shown
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Row, Table, words
from onearm.tables.names import endpoint, group, of_context, parse, statistic, unique

_TITLES = {
    "competing": "Competing causes",
    "states": "Where patients are over time",
    "in-response": "In response",
}


def course(results: Results) -> tuple[Table, ...]:
    """One table for each endpoint of these kinds: a heading for each cause or state, then its numbers."""
    chosen = of_context(results, *_TITLES)
    return tuple(
        _table(results, v, [e for e in chosen if parse(e.id).variable == v])
        for v in unique(parse(e.id).variable for e in chosen)
    )


def _table(results: Results, variable: str, mine: Sequence[Estimate]) -> Table:
    context = mine[0].context
    rows: list[Row] = []
    for key in dict.fromkeys(parse(e.id).group for e in mine):
        if key:
            said = next((e.heading for e in mine if parse(e.id).group == key and e.heading), "")
            rows.append(Row(said or group(results, variable, key), head=True))
        inside = [e for e in mine if parse(e.id).group == key]
        rows += [Row(statistic(e), (one(shown(e), e), one(limits(e), e)), 1 if key else 0) for e in inside]
    said = endpoint(results, variable)
    title = said if said == _TITLES[context] else f"{_TITLES[context]}: {said}"
    return Table(
        id=f"{context}-{variable}",
        title=title,
        section="survival",
        columns=words("", "Estimate", level(mine)),
        rows=tuple(rows),
        footnotes=footnotes(mine),
        notice=results.header.notice,
    )
