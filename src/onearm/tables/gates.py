"""What had to hold before an effect may be read."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from onearm import text
from onearm.results import Choice, Estimate, Gate, Results
from onearm.tables.cells import shown
from onearm.tables.methods import PRIMARY, choice_id, group_of, verdict
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import comparison_label, comparisons, parse, unique

_SETTLED = (
    "Thresholds are the protocol's. Pairs, weights and checks come from a step that cannot read an outcome; whether "
    "they were fixed beforehand is said with the comparisons."
)


NOT_ASKED = "not asked"
"""The verdict of a gate that a method does not answer to; what the gate says begins with it."""

_LIMIT = re.compile(r"(?:at most|at least|from|to) (-?\d+(?:\.\d+)?(?:e-?\d+)?)")


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
    found, threshold = shown_gate(gate)
    said = (found, threshold, gate_verdict(gate))
    return Row(gate.name, tuple(Cell(((s, gate.id),)) for s in said), note=gate.says)


def gate_verdict(gate: Gate) -> str:
    """Whether a gate held, or that it was not asked of this method.

    Examples
    --------
    >>> gate_verdict(Gate(id="g|c", comparison="c", name="", value=0.3, threshold=0.25, passed=False, says=""))
    'failed'
    """
    return NOT_ASKED if _unasked(gate.value, gate.says) else "passed" if gate.passed else "failed"


def shown_gate(gate: Gate) -> tuple[str, str]:
    """What was found and the threshold, with as many digits as the verdict takes.

    Examples
    --------
    >>> shown_gate(Gate(id="g|c", comparison="c", name="", value=0.2513, threshold=0.25, passed=False, says=""))
    ('0.251', '0.25')
    """
    threshold = next(s for d in range(2, 13) if float(s := text.number(gate.threshold, d)) == gate.threshold or d == 12)
    if gate.value is None:
        return "-" if _unasked(gate.value, gate.says) else text.number(None), threshold
    return (text.number(gate.value, 2) if gate.passed else _decisive(gate.value, gate.says, gate.threshold)), threshold


def _decisive(value: float, says: str, *limits: float) -> str:
    """A value with two digits, or as many as keep it on its side of every limit that its words name."""
    known = {*limits, *(float(n) for n in _LIMIT.findall(says))}

    def apart(said: str) -> bool:
        return all((float(said) > n) == (value > n) and (float(said) < n) == (value < n) for n in known)

    tried = (text.number(value, d) for d in range(2, 13))
    return next((said for said in tried if not math.isfinite(value) or apart(said)), repr(value))


def _unasked(value: float | None, says: str) -> bool:
    return value is None and says.startswith(NOT_ASKED)


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
    broken = [
        f"{e.label}: {_says(e)}" for e in found if e is not None and (not passed(e) or _unasked(e.value, e.method))
    ]
    return Row(choice.label, (*(_cell(e) for e in found), said), note="; ".join(broken))


def _cell(e: Estimate | None) -> Cell:
    if e is None:
        return Cell()
    if _unasked(e.value, e.method):
        return Cell(((NOT_ASKED, e.id),))
    if passed(e) or e.value is None:
        return Cell(((shown(e), e.id),), "" if passed(e) else "failed")
    return Cell(((_decisive(e.value, _says(e)), e.id),), "failed")


def _says(e: Estimate) -> str:
    return e.method.rpartition("; ")[0]


def passed(e: Estimate) -> bool:
    """Whether the number of a gate says that it held: its method ends with the verdict."""
    return e.method.rpartition("; ")[2] == "passed"
