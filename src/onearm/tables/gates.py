"""What had to hold before an effect may be read."""

from __future__ import annotations

from onearm import text
from onearm.results import Gate, Results
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import comparison_label, comparisons


def gates(results: Results) -> tuple[Table, ...]:
    """One table of checks for each comparison: value, threshold, verdict."""
    return tuple(_table(results, c) for c in comparisons(results) if any(g.comparison == c for g in results.gates))


def _table(results: Results, comparison: str) -> Table:
    mine = [g for g in results.gates if g.comparison == comparison]
    return Table(
        id=f"gates-{comparison}",
        title=f"Gates: {comparison_label(results, comparison)}",
        section="comparison",
        comparison=comparison,
        columns=words("Check", "Found", "Threshold", "Verdict"),
        rows=tuple(_row(g) for g in mine),
        footnotes=("Thresholds are the protocol's. Pairs and checks were settled before any outcome was read.",),
        notice=results.header.notice,
    )


def _row(gate: Gate) -> Row:
    found = Cell(((text.number(gate.value, 2), gate.id),))
    threshold = Cell(((text.number(gate.threshold, 2), gate.id),))
    verdict = Cell((("passed" if gate.passed else "failed", gate.id),))
    return Row(gate.name, (found, threshold, verdict), note=gate.says)
