"""What had to hold before an effect may be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onearm import text
from onearm.results import Choice, Estimate, Gate, Results
from onearm.tables.cells import shown
from onearm.tables.methods import PRIMARY, choice_id, group_of, verdict
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import comparison_label, comparisons, parse, unique

_SETTLED = "Thresholds are the protocol's. Pairs, weights and checks were settled before any outcome was read."


def gates(results: Results) -> tuple[Table, ...]:
    """One table of checks for each comparison, and one of those of its further methods."""
    own = tuple(_table(results, c) for c in comparisons(results) if any(g.comparison == c for g in results.gates))
    return own + method_gates(results)


def _table(results: Results, comparison: str) -> Table:
    mine = [g for g in results.gates if g.comparison == comparison]
    return Table(
        id=f"gates-{comparison}",
        title=f"Gates: {comparison_label(results, comparison)}",
        section="comparison",
        comparison=comparison,
        columns=words("Check", "Found", "Threshold", "Verdict"),
        rows=tuple(_row(g) for g in mine),
        footnotes=(_SETTLED,),
        notice=results.header.notice,
    )


def _row(gate: Gate) -> Row:
    found = Cell(((text.number(gate.value, 2), gate.id),))
    threshold = Cell(((text.number(gate.threshold, 2), gate.id),))
    held = Cell((("passed" if gate.passed else "failed", gate.id),))
    return Row(gate.name, (found, threshold, held), note=gate.says)


def method_gates(results: Results) -> tuple[Table, ...]:
    """One table for each comparison with further methods: a row a method, a column a check."""
    chosen = [e for e in results if e.context == "method gate"]
    names = unique(parse(e.id).comparison for e in chosen)
    return tuple(_methods_table(results, n, [e for e in chosen if parse(e.id).comparison == n]) for n in names)


def _methods_table(results: Results, name: str, mine: Sequence[Estimate]) -> Table:
    checks = {parse(e.id).statistic: e.label for e in mine}
    by = {(e.group, parse(e.id).statistic): e for e in mine}
    choices = [c for c in results.choices if c.comparison == name and c.method != PRIMARY]
    return Table(
        id=f"method-gates-{name}",
        title=f"Gates of the further methods: {comparison_label(results, name)}",
        section="comparison",
        comparison=name,
        columns=words("Method", *checks.values(), "Verdict"),
        rows=tuple(_methods_row(by, c, tuple(checks)) for c in choices),
        footnotes=(_SETTLED,),
        notice=results.header.notice,
    )


def _methods_row(by: Mapping[tuple[str, str], Estimate], choice: Choice, checks: Sequence[str]) -> Row:
    found = [by.get((group_of(choice), check)) for check in checks]
    said = Cell(((verdict(choice), choice_id(choice)),))
    broken = [f"{e.label}: {_says(e)}" for e in found if e is not None and not passed(e)]
    return Row(choice.label, (*(_cell(e) for e in found), said), note="; ".join(broken))


def _cell(e: Estimate | None) -> Cell:
    return Cell() if e is None else Cell(((shown(e), e.id),), "" if passed(e) else "failed")


def _says(e: Estimate) -> str:
    return e.method.rpartition("; ")[0]


def passed(e: Estimate) -> bool:
    """Whether the number of a gate says that it held: its method ends with the verdict."""
    return e.method.rpartition("; ")[2] == "passed"
