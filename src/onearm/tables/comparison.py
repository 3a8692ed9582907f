"""The effect against each external source. A gate that failed marks every number that depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from onearm.results import Estimate, Results
from onearm.tables.cells import level
from onearm.tables.footnotes import footnotes
from onearm.tables.methods import GATE_FAILED, estimand_words, primary_of
from onearm.tables.model import Row, Table, words
from onearm.tables.names import Name, comparison_label, comparisons, gate_failed, of_context, parse
from onearm.tables.sides import sides


def comparison(results: Results) -> tuple[Table, ...]:
    """One table for each comparison: pairs, both sides, then the effect."""
    chosen = of_context(results, "comparison")
    found = ((c, [e for e in chosen if parse(e.id).comparison == c]) for c in comparisons(results))
    return tuple(_table(results, c, mine) for c, mine in found if mine)


def _table(results: Results, name: str, mine: Sequence[Estimate]) -> Table:
    failed = gate_failed(results, name)

    def stamp(of: Name) -> str:
        depends = failed and of.variable != "n" and of.side != "crude"
        return GATE_FAILED if depends and not of.side else "†" if depends else ""

    warning = "† A gate failed: the groups differ too much, or too few were matched, to read this as an effect."
    return Table(
        id=f"comparison-{name}",
        title=f"Effect: {comparison_label(results, name)} ({level(mine)})",
        section="comparison",
        comparison=name,
        columns=words("", "Trial", "External", "Comparison"),
        rows=tuple(
            _labelled(row, results, name)
            for row in sides(results, mine, (f"{name}/trial", f"{name}/external"), name, stamp)
        ),
        footnotes=footnotes(mine, *([warning] if failed else [])),
        notice=results.header.notice,
    )


def _labelled(row: Row, results: Results, name: str) -> Row:
    """A hazard ratio says whom it speaks of, right beside it."""
    primary = primary_of(results, name)
    if primary is None or row.head or not row.label.startswith("Hazard ratio"):
        return row
    crude = f"|{name}/crude" in "".join(row.cells[-1].ids)
    return replace(row, note="not adjusted: no estimand" if crude else estimand_words(primary))
