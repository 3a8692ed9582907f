"""Survival from a landmark, by what had happened before it."""

from __future__ import annotations

from collections.abc import Sequence

from onearm.results import Estimate, Results
from onearm.tables.cells import level
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Table, words
from onearm.tables.names import endpoint, group, of_context, parse, unique
from onearm.tables.sides import sides


def landmark(results: Results) -> tuple[Table, ...]:
    """One table for each landmark analysis: its groups side by side, then the tests between them."""
    chosen = of_context(results, "landmark")
    return tuple(
        _table(results, v, [e for e in chosen if parse(e.id).variable == v])
        for v in unique(parse(e.id).variable for e in chosen)
    )


def _table(results: Results, variable: str, mine: Sequence[Estimate]) -> Table:
    groups = unique(parse(e.id).group for e in mine)
    heads = [group(results, variable, g) for g in groups]
    return Table(
        id=f"landmark-{variable}",
        title=f"Landmark analysis: {endpoint(results, variable).lower()} ({level(mine)})",
        section="survival",
        columns=words("", *heads, "Comparison"),
        rows=sides(results, mine, groups, "", lambda _: "")[1:],
        footnotes=footnotes(mine),
        notice=results.header.notice,
    )
