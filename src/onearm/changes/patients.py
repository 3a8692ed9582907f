"""Patients who are on another side: another curve of a picture, another category, another partner."""

from __future__ import annotations

from collections.abc import Iterator

from onearm.changes.record import Move
from onearm.results import Results

Sides = dict[str, dict[str, str]]
"""Id of what has sides -> patient -> side; a patient on several sides at once is left out."""


def moves(before: Results, after: Results) -> Iterator[Move]:
    """Every patient who is on one side of something in A and on another side of it in B."""
    for sides in (_categories, _curves, _versions, _partners):
        old, new = sides(before), sides(after)
        for id in new:
            for subject, side in new[id].items():
                was = old.get(id, {}).get(subject)
                if was is not None and was != side:
                    yield Move(id=id, subject=subject, before=was, after=side)


def _alone(found: dict[str, dict[str, list[str]]]) -> Sides:
    return {id: {s: at[0] for s, at in by.items() if len(set(at)) == 1} for id, by in found.items()}


def _categories(results: Results) -> Sides:
    """Proportions of one variable, each patient in one of them: best response, sex."""
    found: dict[str, dict[str, list[str]]] = {}
    for e in results:
        if e.unit == "proportion" and not e.group and e.id == f"{e.variable}.{e.stat}":
            by = found.setdefault(e.variable, {})
            for subject in e.subjects:
                by.setdefault(subject, []).append(e.stat)
    return _alone(found)


def _curves(results: Results) -> Sides:
    found: dict[str, dict[str, list[str]]] = {}
    for c in results.curves.values():
        if c.group and c.kind != "state":
            by = found.setdefault(c.panel, {})
            for subject in c.subjects:
                by.setdefault(subject, []).append(c.group)
    return _alone(found)


def _versions(results: Results) -> Sides:
    found = {"course": {lane.subject: [lane.group] for lane in results.lanes}}
    return _alone(found)


def _partners(results: Results) -> Sides:
    found: dict[str, dict[str, list[str]]] = {}
    for p in results.pairs:
        found.setdefault(f"pairs|{p.comparison}", {}).setdefault(p.trial, []).append(p.external)
    return _alone(found)
