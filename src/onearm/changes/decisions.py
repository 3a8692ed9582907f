"""What was decided before and after: stopping rules, gates, methods without a design, when the design was settled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from onearm.changes.record import DECISIONS, LOCK, Change, Part
from onearm.changes.said import part
from onearm.results import Choice, Commitment, Gate, Results, Watch


def decisions(before: Results, after: Results) -> Iterator[Change]:
    """Every record of a decision that differs; those where the decision itself differs stand first."""
    found = [
        *_each("stopping rules", _by_id(before.watches), _by_id(after.watches), _watch),
        *_each("gates", _by_id(before.gates), _by_id(after.gates), _gate),
        *_each(LOCK, _lock(before), _lock(after), _commitment),
        *_each("methods", _choices(before), _choices(after), _choice),
    ]
    yield from (c for c in found if c.section == DECISIONS)
    yield from (c for c in found if c.section != DECISIONS)


def _by_id(records: Iterable[Any]) -> dict[str, Any]:
    return {one.id: one for one in records}


def _lock(results: Results) -> dict[str, Commitment]:
    return dict(zip(("commitment",), results.commitment, strict=False))


def _choices(results: Results) -> dict[str, Choice]:
    return {f"choice|{c.comparison}/{c.method}": c for c in results.choices}


def _each(section: str, old: Mapping[str, Any], new: Mapping[str, Any], tell: Any) -> Iterator[Change]:
    for id in dict.fromkeys((*new, *old)):
        one, two = old.get(id), new.get(id)
        if one == two:
            continue
        loud, parts, words = tell(one, two)
        yield Change(
            id=id,
            label=_label(one if two is None else two),
            kind="only in B" if one is None else "only in A" if two is None else "changed",
            section=DECISIONS if loud else section,
            heading=section,
            parts=tuple(parts),
            number=False,
            words=words,
        )


def _label(record: Any) -> str:
    if isinstance(record, Commitment):
        return "When the design was settled"
    return str(record.name if isinstance(record, Gate) else record.label)


Told = tuple[bool, list[Part], bool]
"""Whether the decision differs, what differs, and whether that is nothing but words."""


def _fields(one: Any, two: Any, names: Mapping[str, str]) -> list[Part]:
    """Fields of text and of counts, by the words under which they are told."""
    found = []
    for name, words in names.items():
        old, new = (getattr(r, name) if r is not None else None for r in (one, two))
        if old == new:
            continue
        if any(isinstance(v, int | float) for v in (old, new)):
            found.append(part(words, old, new, "patients"))
        else:
            found.append(Part(name=words, before=_said(old), after=_said(new)))
    return found


def _said(value: str | tuple[str, ...] | None) -> str:
    return "; ".join(value) if isinstance(value, tuple) else value or ""


def _watch(one: Watch | None, two: Watch | None) -> Told:
    first = {"word": "decision", "stopped": "stopped on", "next_n": "can change at"}
    told = _fields(one, two, first | {"reason": "why", "date": "as of"})
    if one is not None and two is not None and one.moments != two.moments:
        old, new = (_last(w) for w in (one, two))
        told.append(Part(name="last count", before=old, after=new))
        if old == new:
            days = [f"{len(w.moments)} days" for w in (one, two)]
            told[-1] = Part(name="history", before=days[0], after=f"{days[1]}, not the same")
    changed = bool(told)
    told += _fields(one, two, {"words": "rule", "population": "population"})
    loud = one is None or two is None or one.word != two.word or one.stopped != two.stopped
    return loud, told, not changed and not any(p.name == "rule" for p in told)


def _last(w: Watch) -> str:
    if not w.moments:
        return ""
    m = w.moments[-1]
    return f"{m.events} of {m.evaluated}, {m.pending} pending"


def _gate(one: Gate | None, two: Gate | None) -> Told:
    verdicts = [("passed" if g.passed else "FAILED") if g is not None else "" for g in (one, two)]
    told = []
    if verdicts[0] != verdicts[1]:
        told.append(Part(name="gate", before=verdicts[0], after=verdicts[1]))
    for name in ("value", "threshold"):
        old, new = (_real(g, name) for g in (one, two))
        if old != new:
            told.append(part(name, old, new, "ratio"))
    changed = bool(told)
    told += _fields(one, two, {"says": "says"})
    return verdicts[0] != verdicts[1], told, not changed


def _real(record: Gate | Choice | None, name: str) -> float | None:
    """A number of a record; infinities are words in the file."""
    value = getattr(record, name) if record is not None else None
    return float(value) if value is not None else None


def _commitment(one: Commitment | None, two: Commitment | None) -> Told:
    loud = {"status": "status", "locked": "locked", "digest": "design", "changes": "locked again"}
    told = _fields(one, two, loud)
    changed = bool(told)
    return changed, told + _fields(one, two, {"first_look": "first look", "says": "says"}), not changed


def _choice(one: Choice | None, two: Choice | None) -> Told:
    standing = [_standing(c) for c in (one, two)]
    told = [] if standing[0] == standing[1] else [Part(name="gates", before=standing[0], after=standing[1])]
    told += _fields(one, two, {"estimand": "estimand", "failed": "failed", "refused": "refused"})
    told += _fields(one, two, {"trial": "trial patients", "external": "external patients", "lost": "lost"})
    for name in ("effective_trial", "effective_external"):
        old, new = (_real(c, name) for c in (one, two))
        if old != new:
            told.append(part(name.replace("_", " "), old, new, "effective patients"))
    told += _fields(one, two, {"words": "method"})
    if not told and one is not None and two is not None and _drawn(one) != _drawn(two):
        told.append(Part(name="scores or weights", before="", after="not the same"))
    changed = bool(told)
    told += _fields(one, two, {"notes": "notes", "label": "label"})
    estimands = [c.estimand if c is not None else "" for c in (one, two)]
    return standing[0] != standing[1] or estimands[0] != estimands[1], told, not changed


def _standing(choice: Choice | None) -> str:
    if choice is None:
        return ""
    return "no design" if choice.refused else "FAILED" if choice.failed else "passed"


def _drawn(c: Choice) -> tuple[tuple[float, ...], ...]:
    return c.at, c.density_trial, c.density_external, c.density_weighted, c.weight_at, c.weight_external
