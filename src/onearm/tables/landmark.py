"""Survival by a procedure after day 1: landmark, time-dependent, cloned, and the naive comparison."""

from __future__ import annotations

from collections.abc import Sequence

from onearm.results import Estimate, Results
from onearm.tables.cells import level
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Table, words
from onearm.tables.names import endpoint, group, of_context, parse, unique
from onearm.tables.sides import sides

TITLES = {
    "landmark": "Landmark analysis",
    "time-dependent": "Time-dependent analysis",
    "clone-censor-weight": "Strategies compared by cloning",
    "naive": "NAIVE comparison, biased by immortal time",
}
"""Kinds of analysis that have a table of two sides, with the words before their endpoint."""


def landmark(results: Results) -> tuple[Table, ...]:
    """One table for each such analysis: its groups side by side, then the tests between them."""
    found = []
    for context in TITLES:
        chosen = of_context(results, context)
        for v in unique(parse(e.id).variable for e in chosen):
            found.append(_table(results, v, [e for e in chosen if parse(e.id).variable == v]))
    return tuple(found)


def _table(results: Results, variable: str, mine: Sequence[Estimate]) -> Table:
    groups = unique(parse(e.id).group for e in mine)
    heads = [group(results, variable, g) for g in groups]
    return Table(
        id=f"{mine[0].context}-{variable}",
        title=f"{TITLES[mine[0].context]}: {endpoint(results, variable).lower()} ({level(mine)})",
        section="survival",
        columns=words("", *heads, "Comparison"),
        rows=sides(results, mine, groups, "", lambda _: "")[1:],
        footnotes=footnotes(mine),
        notice=results.header.notice,
    )
