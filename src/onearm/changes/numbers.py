"""Estimates before and after."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from onearm.changes.record import KEY, Change, Part
from onearm.changes.said import part, shown
from onearm.results import Estimate, Results

_WORDS = ("unit", "method", "population", "error")
"""Words that say what a number is: another method is another number."""

_BESIDE = ("label", "heading", "notes", "variable", "stat", "context", "group", "evidence")
"""Words beside a number, and where it stands among others: its id says what it is."""


def same(one: object, two: object) -> bool:
    """Whether two values are the same; two that are no numbers are."""
    if isinstance(one, float) and isinstance(two, float) and math.isnan(one) and math.isnan(two):
        return True
    return one == two


def subjects(results: Results, e: Estimate) -> tuple[str, ...]:
    """The patients behind a number; those of the counts it names where it has none of its own."""
    if e.subjects or not e.subjects_of:
        return e.subjects
    return tuple(s for other in e.subjects_of if other in results for s in results[other].subjects)


def crossed(before: Sequence[str], after: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who entered and who left, in the order of the results."""
    if before == after:
        return (), ()
    old, new = set(before), set(after)
    entered = dict.fromkeys(s for s in after if s not in old)
    left = dict.fromkeys(s for s in before if s not in new)
    return tuple(entered), tuple(left)


def numbers(before: Results, after: Results, key: frozenset[str]) -> Iterator[Change]:
    """Every number that is not the same, in the order of the results: B's, then those that only A has."""
    for e in after:
        if e.id not in before:
            yield _alone(e, after, "only in B", key)
        elif (found := _changed(before[e.id], e, before, after, key)) is not None:
            yield found
    yield from (_alone(e, before, "only in A", key) for e in before if e.id not in after)


def _changed(old: Estimate, new: Estimate, before: Results, after: Results, key: frozenset[str]) -> Change | None:
    entered, left = crossed(subjects(before, old), subjects(after, new))
    told = tuple(_parts(old, new))
    beside = tuple(_words(old, new, _BESIDE))
    if not (told or beside or entered or left):
        return None
    return Change(
        id=new.id,
        label=new.label,
        kind="changed",
        section=_section(new, key),
        heading=_heading(new),
        parts=(*told, *beside),
        entered=entered,
        left=left,
        words=not (told or entered or left),
    )


def _parts(old: Estimate, new: Estimate) -> Iterator[Part]:
    alike = old.unit == new.unit
    for name, unit in (("value", new.unit), ("low", _of_limits(new)), ("high", _of_limits(new))):
        one, two = getattr(old, name), getattr(new, name)
        if not same(one, two) or (not alike and (one is not None or two is not None)):
            yield part(name, one, two, unit) if alike else _unlike(name, one, two, old.unit, new.unit)
    for name, unit in (("level", "proportion"), ("n", "patients"), ("events", "events")):
        one, two = getattr(old, name), getattr(new, name)
        if not same(one, two):
            yield part(name, one, two, unit)
    if not same(old.std_error, new.std_error):
        yield _error(old.std_error, new.std_error)
    yield from _words(old, new, _WORDS)


def _of_limits(e: Estimate) -> str:
    return "patients" if e.unit == "mean" else e.unit


def _error(one: float | None, two: float | None) -> Part:
    return part("std_error", one, two, "logit")  # three decimals: the scale is the method's


def _unlike(name: str, one: float | None, two: float | None, old: str, new: str) -> Part:
    """Two numbers in different units have no difference."""
    before, after = f"{shown(one, old)} {old}", f"{shown(two, new)} {new}"
    return Part(name=name, before=before, after=after, exact=(one, two))


def _words(old: Estimate, new: Estimate, names: Sequence[str]) -> Iterator[Part]:
    for name in names:
        one, two = getattr(old, name), getattr(new, name)
        if one != two:
            yield Part(name=name, before=_joined(one), after=_joined(two))


def _joined(value: str | tuple[str, ...] | None) -> str:
    return "; ".join(value) if isinstance(value, tuple) else value or ""


def _alone(e: Estimate, results: Results, kind: str, key: frozenset[str]) -> Change:
    mine = subjects(results, e)
    told = [("value", shown(e.value, e.unit), e.value), ("n", shown(e.n, "patients"), e.n)]
    here = kind == "only in B"
    return Change(
        id=e.id,
        label=e.label,
        kind=kind,  # type: ignore[arg-type]
        section=_section(e, key),
        heading=_heading(e),
        parts=tuple(
            Part(
                name=name,
                before="" if here else said,
                after=said if here else "",
                exact=(None, exact) if here else (exact, None),
            )
            for name, said, exact in told
        ),
        entered=mine if here else (),
        left=() if here else mine,
    )


def _section(e: Estimate, key: frozenset[str]) -> str:
    return KEY if e.id in key else e.context


def _heading(e: Estimate) -> str:
    """The endpoint; with the comparison, arm or subgroup where there is one."""
    return f"{e.variable}|{e.group}" if e.group else e.variable
