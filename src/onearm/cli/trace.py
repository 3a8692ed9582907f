"""From a printed number to its method, its patients and their lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onearm.results import Estimate, Results
from onearm.text import interval, quantity


def lines(results: Results, number: str) -> Iterator[str]:
    """The trail of one number, for people."""
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
    yield f"  {len(rows)} subjects" + (f" by the fact {e.evidence}" if e.evidence else "")
    for subject, says, at in rows:
        yield f"    {subject}  {says}  {', '.join(at)}"


def _value(e: Estimate) -> str:
    said = quantity(e.value, e.unit)
    return f"{said} {e.unit}" + (f" ({e.error})" if e.error else "")


def evidence(results: Results, e: Estimate) -> list[tuple[str, str, tuple[str, ...]]]:
    """Subject, what is true of it, and the rows that prove it."""
    facts = results.evidence.get(e.evidence, {})
    found = []
    for subject in e.subjects:
        proof = facts.get(subject)
        found.append((subject, proof.says if proof else "", proof.at if proof else ()))
    return found


def as_values(results: Results, number: str) -> dict[str, Any]:
    """The trail of one number, as plain values."""
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
        "subjects": [{"subject": s, "says": w, "at": list(at)} for s, w, at in evidence(results, e)],
    }
