"""Time to event, and how long the subjects were followed."""

from __future__ import annotations

from onearm.results import Estimate, Results
from onearm.tables.cells import cell as one
from onearm.tables.cells import level, limits, shown
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Row, Table, words
from onearm.tables.names import endpoint, of_context, parse, plain, statistic


def survival(results: Results) -> tuple[Table, ...]:
    """Subjects, events, median and milestones of every endpoint, then follow-up."""
    chosen = of_context(results, "survival") + of_context(results, "follow-up")
    if not chosen:
        return ()
    by: dict[tuple[str, str], list[Estimate]] = {}
    for e in chosen:
        name = parse(e.id)
        by.setdefault((name.variable, name.group), []).append(e)
    rows: list[Row] = []
    for (variable, group), mine in by.items():
        title = endpoint(results, variable)
        rows.append(Row(f"{title}; {plain(group)}" if group else title, head=True))
        rows += [Row(statistic(e), (one(shown(e), e), one(limits(e), e)), 1) for e in mine]
    return (
        Table(
            id="survival",
            title="Survival and follow-up",
            section="survival",
            columns=words("", "Estimate", level(chosen)),
            rows=tuple(rows),
            footnotes=footnotes(chosen),
            notice=results.header.notice,
        ),
    )
