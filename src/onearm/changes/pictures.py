"""Curves, flows, pairs and what else is drawn: in few words what differs, with the patients who came and went."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from onearm import text
from onearm.changes.numbers import crossed, same, subjects
from onearm.changes.record import Change, Part
from onearm.changes.said import part
from onearm.errors import listed
from onearm.results import Curve, Flow, Pair, Results


def pictures(before: Results, after: Results) -> Iterator[Change]:
    """Every curve, flow, set of pairs, course, boundary and table of words that differs."""
    yield from _flows(before, after)
    yield from _curves(before.curves, after.curves)
    yield from _pairs(before, after)
    for section in ("residuals", "boundaries", "characteristics", "statements"):
        yield from _others(section, _by(getattr(before, section), "id"), _by(getattr(after, section), "id"))
    yield from _others("courses", _by(before.lanes, "subject"), _by(after.lanes, "subject"))
    yield from _listings(_by(before.listed, "id"), _by(after.listed, "id"))
    yield from _others("documents", _outline(before), _outline(after))


def _by(records: Iterable[Any], name: str) -> dict[str, Any]:
    return {getattr(one, name): one for one in records}


def _both(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Records that differ, with None where there is none."""
    for id in dict.fromkeys((*new, *old)):
        one, two = old.get(id), new.get(id)
        if one != two:
            yield id, one, two


def _kind(one: object, two: object) -> Any:
    return "only in B" if one is None else "only in A" if two is None else "changed"


def _flows(before: Results, after: Results) -> Iterator[Change]:
    old, new = _by(before.flows, "id"), _by(after.flows, "id")
    for id in dict.fromkeys((*new, *old)):
        one, two = old.get(id), new.get(id)
        steps = list(_steps(one, two, before, after))
        if one == two and not steps:
            continue
        parts = [p for p, _, _ in steps]
        if one is not None and two is not None and not parts:
            parts = [Part(name="words", before="", after="not the same")]
        yield Change(
            id=id,
            label=old[id].label if two is None else two.label,
            kind=_kind(one, two),
            section="flows",
            heading=id,
            parts=tuple(parts),
            entered=tuple(dict.fromkeys(s for _, came, _ in steps for s in came)),
            left=tuple(dict.fromkeys(s for _, _, went in steps for s in went)),
            number=False,
            words=one is not None and two is not None and not steps,
        )


def _steps(
    one: Flow | None, two: Flow | None, before: Results, after: Results
) -> Iterator[tuple[Part, tuple[str, ...], tuple[str, ...]]]:
    """Steps with another count or other patients."""
    old, new = ({s.estimate: s for s in flow.steps} if flow is not None else {} for flow in (one, two))
    for id in dict.fromkeys((*new, *old)):
        a, b = old.get(id), new.get(id)
        came, went = crossed(_of(before, id) if a else (), _of(after, id) if b else ())
        was, now = (step.n if step is not None else None for step in (a, b))
        if was != now or came or went:
            label = (b or a).label  # type: ignore[union-attr]
            yield part(f"{label} ({id})", was, now, "patients"), came, went
        elif a is not None and b is not None and a.removed != b.removed:
            yield part(f"{b.label}: removed ({b.removed_estimate or id})", a.removed, b.removed, "patients"), (), ()


def _of(results: Results, id: str) -> tuple[str, ...]:
    return subjects(results, results[id]) if id in results else ()


def _curves(old: Mapping[str, Curve], new: Mapping[str, Curve]) -> Iterator[Change]:
    for id, one, two in _both(old, new):
        came, went = crossed(one.subjects if one else (), two.subjects if two else ())
        parts = list(_curve(one, two)) if one and two else [_size(one, two)]
        curve = two or one
        yield Change(
            id=id,
            label=f"{curve.label}, {curve.group}" if curve.group else curve.label,
            kind=_kind(one, two),
            section="curves",
            heading=curve.panel,
            parts=tuple(parts) or (Part(name="words", before="", after="not the same"),),
            entered=came,
            left=went,
            number=False,
            words=bool(one and two and not parts and not came and not went),
        )


def _size(one: Curve | None, two: Curve | None) -> Part:
    return part("n", one.n if one else None, two.n if two else None, "patients")


def _curve(one: Curve, two: Curve) -> Iterator[Part]:
    if one.n != two.n:
        yield _size(one, two)
    for name in ("events", "censored"):
        was, now = math.fsum(getattr(one, name)), math.fsum(getattr(two, name))
        if was != now:
            yield part(name, was, now, "patients")
    for name in ("method", "population", "kind"):
        if getattr(one, name) != getattr(two, name):
            yield Part(name=name, before=getattr(one, name), after=getattr(two, name))
    apart = furthest(one, two)
    if apart is not None:
        at, was, now = apart
        yield part(f"furthest apart at {text.quantity(at, 'months')} months", was, now, "proportion")
    elif any(getattr(one, name) != getattr(two, name) for name in ("time", "low", "high", "at_risk", "risk")):
        yield Part(name="limits or numbers at risk", before="", after="not the same")


def furthest(one: Curve, two: Curve) -> tuple[float, float, float] | None:
    """The first time at which two step functions are furthest apart, with both values; None where they never are."""
    best, found = 0.0, None
    for at in sorted({*one.time, *two.time}):
        was, now = _at(one, at), _at(two, at)
        if abs(now - was) > best:
            best, found = abs(now - was), (at, was, now)
    return found


def _at(curve: Curve, time: float) -> float:
    place = bisect_right(curve.time, time)
    return curve.value[place - 1] if place else curve.start


def _pairs(before: Results, after: Results) -> Iterator[Change]:
    old, new = _of_comparison(before.pairs), _of_comparison(after.pairs)
    for name in dict.fromkeys((*new, *old)):
        one, two = old.get(name, ()), new.get(name, ())
        if one == two:
            continue
        parts = [part("pairs", len(one), len(two), "patients")] if len(one) != len(two) else []
        came, went = crossed(_sides(one), _sides(two))
        if not parts and not came and not went:
            again = {(p.trial, p.external) for p in one} != {(p.trial, p.external) for p in two}
            said = "other partners" if again else "other scores or distances"
            parts = [Part(name="pairs", before="", after=said)]
        yield Change(
            id=f"pairs|{name}",
            label=f"Matched pairs: {name}",
            kind="changed" if one and two else "only in B" if two else "only in A",
            section="pairs",
            heading=name,
            parts=tuple(parts),
            entered=came,
            left=went,
            number=False,
        )


def _of_comparison(pairs: Sequence[Pair]) -> dict[str, tuple[Pair, ...]]:
    found: dict[str, list[Pair]] = {}
    for p in pairs:
        found.setdefault(p.comparison, []).append(p)
    return {name: tuple(some) for name, some in found.items()}


def _sides(pairs: Sequence[Pair]) -> tuple[str, ...]:
    return tuple(s for p in pairs for s in (p.trial, p.external))


def _listings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Listings of subjects: how many rows, and of whom."""
    for id, one, two in _both(old, new):
        was, now = (Counter(zip(x.subjects, x.rows, strict=False)) if x is not None else Counter() for x in (one, two))
        rows = tuple(len(x.rows) if x is not None else None for x in (one, two))
        parts = [part("rows", rows[0], rows[1], "patients")] if rows[0] != rows[1] else []
        if not parts and was != now:
            whose = dict.fromkeys(subject for subject, _ in [*(now - was), *(was - now)])
            parts = [Part(name="rows", before="", after=f"not the same for {listed(whose, 8)}")]
        came, went = crossed(one.subjects if one else (), two.subjects if two else ())
        yield Change(
            id=f"listing|{id}",
            label=(two or one).title,
            kind=_kind(one, two),
            section="listings",
            heading=id,
            parts=tuple(parts) or (Part(name="words or order", before="", after="not the same"),),
            entered=came,
            left=went,
            number=False,
            words=was == now and one is not None and two is not None,
        )


def _outline(results: Results) -> dict[str, Any]:
    """What documents say and in which order: words, and no number."""
    return {p.id: p for p in results.outline.passages} | {"documents": replace(results.outline, passages=())}


_BESIDE = frozenset({"label", "notes", "axis", "panel", "words"})
"""Fields that are words: of a drawing they move nothing."""


def _others(section: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Records of which it is said only which of their fields differ."""
    for id, one, two in _both(old, new):
        record = two if two is not None else one
        fields = _differ(one, two) if type(one) is type(two) else ["kind"]
        yield Change(
            id=id,
            label=getattr(record, "label", "") or getattr(record, "title", ""),
            kind=_kind(one, two),
            section=section,
            heading=id,
            parts=tuple(Part(name=name.replace("_", " "), before="", after="not the same") for name in fields),
            number=False,
            words=section in ("statements", "documents") or (bool(fields) and set(fields) <= _BESIDE),
        )


def _differ(one: Any, two: Any) -> list[str]:
    if one is None or two is None:
        return []
    return [name for name in one.__slots__ if not same(getattr(one, name), getattr(two, name))]
