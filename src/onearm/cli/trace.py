"""From a printed number to its method, its patients and their lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onearm.cli.trace_document import document_lines, of_document, statement_lines
from onearm.errors import UsageError, listed, near
from onearm.results import Curve, Estimate, Flow, Moment, Results, Watch
from onearm.results.plain import plain
from onearm.text import interval, quantity


def lines(results: Results, number: str) -> Iterator[str]:
    """The trail of one number, or of another part of a document, for people."""
    if number not in results and of_document(number):
        yield from document_lines(results, number)
        return
    statement = next((s for s in results.statements if s.id == number), None)
    if statement is not None and number not in results:
        yield from statement_lines(statement)
        return
    if number in results.curves and number not in results:
        yield from _curve_lines(results, results.curves[number])
        return
    flow = _flow(results, number)
    if flow is not None:
        yield f"{flow.id}  {flow.label}: a flow; each step is a number of its own"
        for step in flow.steps:
            yield f"  {step.n:>6}  {step.label}  ({step.estimate})"
        return
    if number.startswith("choice|") or number == "commitment":
        yield from _design_lines(results, number)
        return
    rule = next((w for w in results.watches if w.id == number), None)
    if rule is not None:
        yield from _rule_lines(rule)
        return
    e = results[number]
    yield f"{e.id}  {e.label}"
    yield f"  value       {_value(e)}"
    if e.level is not None:
        yield f"  interval    {interval(e.low, e.high, e.unit) or 'NE'} ({100 * e.level:g}%)"
    yield f"  patients    n {e.n}" + (f", with the event {e.events}" if e.events is not None else "")
    yield f"  method      {e.method}"
    yield f"  population  {e.population}"
    for text in e.notes:
        yield f"  rule        {text}"
    rows = evidence(results, e)
    if e.context in ("monitoring", "joint monitoring") and not e.evidence:
        yield "  no subjects: the number follows from the rule"
        return
    yield f"  {len(rows)} subjects" + (f" by the fact {e.evidence}" if e.evidence else "")
    for subject, says, at in rows:
        yield f"    {subject}  {says}  {', '.join(at)}"


def _design_lines(results: Results, number: str) -> Iterator[str]:
    """What a method made of the two sides, or when the design was settled."""
    for one in results.commitment:
        if number == "commitment":
            yield f"commitment  {one.says}"
            yield from (f"  locked again {change}" for change in one.changes)
            return
    place = number.removeprefix("choice|")
    found = next((c for c in results.choices if f"{c.comparison}/{c.method}" == place), None)
    if found is None:
        known = [f"choice|{c.comparison}/{c.method}" for c in results.choices]
        step = "name one of: " + listed(known, 5) if known else "the trial has no comparison"
        raise UsageError.one("U301", number, f'no method has the id "{number}"{near(number, known)}', step)
    yield f"{number}  {found.label}"
    yield f"  method      {found.words}"
    yield f"  estimand    {found.estimand}"
    yield f"  patients    {found.trial} trial (effective {found.effective_trial:.1f}), {found.external} external"
    yield f"              (effective {found.effective_external:.1f}); {found.lost} eligible trial patients lost"
    yield f"  gates       {'passed' if not found.failed and not found.refused else found.refused or 'failed'}"
    yield from (f"              {words}" for words in found.failed)
    yield from (f"  rule        {words}" for words in found.notes)


_COUNTS = ("evaluated", "events", "pending", "weight", "word")
"""What is said of a rule on a day; days on which none of it changed are left out."""


def _rule_lines(w: Watch) -> Iterator[str]:
    """A stopping rule: what it says, why, and what it said after every patient."""
    yield f"{w.id}  {w.label}" + (f", version {w.group}" if w.group else "")
    yield f"  decision    {w.word}" + (f", as of {w.date}" if w.date else "")
    yield f"  why         {w.reason}"
    if w.stopped:
        yield f"  stopped     {w.stopped}"
    yield f"  population  {w.population}"
    yield from (f"  note        {words}" for words in w.notes)
    yield f"  rule        {w.words}"
    yield f"  numbers     monitoring.{w.rule}.STATISTIC in results.csv, each with its subjects"
    before: Moment | None = None
    for m in w.moments:
        same = before is not None and all(getattr(before, name) == getattr(m, name) for name in _COUNTS)
        before = m
        if same:
            continue
        belief = f", probability {quantity(m.belief, 'probability')}" if m.belief is not None else ""
        pending = f", {m.pending} pending" if m.pending else ""
        yield f"    {m.date or 'all data'}  {m.events} of {m.evaluated}{pending}{belief}: {m.word}"


def _flow(results: Results, number: str) -> Flow | None:
    return None if number in results else next((f for f in results.flows if f.id == number), None)


def _curve_lines(results: Results, curve: Curve) -> Iterator[str]:
    yield f"{curve.id}  {curve.label}: a curve"
    yield f"  method      {curve.method}"
    yield f"  population  {curve.population}"
    yield f"  {len(curve.subjects)} subjects by the fact {curve.evidence}"
    for subject, says, at in _proof(results, curve.evidence, curve.subjects):
        yield f"    {subject}  {says}  {', '.join(at)}"


def _value(e: Estimate) -> str:
    said = quantity(e.value, e.unit)
    return f"{said} {e.unit}" + (f" ({e.error})" if e.error else "")


def evidence(results: Results, e: Estimate) -> list[tuple[str, str, tuple[str, ...]]]:
    """Subject, what is true of it, and the rows that prove it."""
    subjects = e.subjects or tuple(s for other in e.subjects_of for s in results[other].subjects)
    return _proof(results, e.evidence, subjects)


def _proof(results: Results, fact: str, subjects: tuple[str, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    facts = [results.evidence.get(name, {}) for name in fact.split("+")]
    found = []
    for subject in subjects:
        proofs = [f[subject] for f in facts if subject in f]
        at = dict.fromkeys(place for proof in proofs for place in proof.at)
        found.append((subject, "; ".join(proof.says for proof in proofs), tuple(at)))
    return found


def as_values(results: Results, number: str) -> dict[str, Any]:
    """The trail of one number, as plain values; of another part of a document its lines."""
    statement = any(s.id == number for s in results.statements)
    if number not in results and (of_document(number) or statement):
        return {"id": number, "lines": [line.strip() for line in lines(results, number)]}
    flow = _flow(results, number)
    if flow is not None:
        steps = [{"label": s.label, "n": s.n, "id": s.estimate} for s in flow.steps]
        return {"id": flow.id, "label": flow.label, "steps": steps}
    if number in results.curves and number not in results:
        curve = results.curves[number]
        proof = _proof(results, curve.evidence, curve.subjects)
        about = {name: getattr(curve, name) for name in ("id", "label", "n", "method", "population")}
        return {**about, "subjects": _told(proof)}
    rule = next((w for w in results.watches if w.id == number), None)
    if rule is not None:
        told: dict[str, Any] = plain(rule)
        return told
    e = results[number]
    return {
        "id": e.id,
        "label": e.label,
        "value": None if e.value is None else quantity(e.value, e.unit),
        "unit": e.unit,
        "n": e.n,
        "events": e.events,
        "method": e.method,
        "population": e.population,
        "notes": list(e.notes),
        "error": e.error,
        "subjects": _told(evidence(results, e)),
    }


def _told(proof: list[tuple[str, str, tuple[str, ...]]]) -> list[dict[str, Any]]:
    return [{"subject": subject, "says": says, "at": list(at)} for subject, says, at in proof]
