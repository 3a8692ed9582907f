"""An endpoint in subgroups: shares of a proportion, hazard ratios of a survival endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from onearm.endpoints.contrast import contrast
from onearm.endpoints.proportion import share
from onearm.endpoints.sample import Analysis, Output, Times
from onearm.endpoints.time_to_event import Words
from onearm.protocol.endpoint import Cut, Proportion, Subgroups, Survival


@dataclass(frozen=True, slots=True)
class _Split:
    """One column's subgroups: words for the column, then level and members of each subgroup that has any."""

    column: str
    label: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    lost: int

    @property
    def notes(self) -> tuple[str, ...]:
        return (f"{self.lost} in no subgroup by {self.label.lower()}: not known",) if self.lost else ()


def subgroups(name: str, e: Subgroups, a: Analysis) -> Output:
    """The endpoint ``of`` in every subgroup of every column, one column at a time and nothing adjusted."""
    whole = a.protocol.endpoints[e.of]
    if isinstance(whole, Proportion):
        return _shares(name, e, whole, a)
    assert isinstance(whole, Survival), "protocol.check lets only proportions and survival be split"
    return _hazards(name, e, whole, a)


def _splits(e: Subgroups, population: str, a: Analysis) -> Iterator[_Split]:
    everybody = a.populations[population]
    for by in e.by:
        if isinstance(by, Cut):
            known = a.values(by.column)
            below = tuple(s for s in everybody if known[s] is not None and known[s] < by.at)
            above = tuple(s for s in everybody if known[s] is not None and known[s] >= by.at)
            pairs = ((f"below {by.at:g}", below), (f"{by.at:g} or more", above))
            yield _split(by.column, pairs, len(everybody) - len(below) - len(above), a)
        else:
            groups = a.groups(population, by)
            named = tuple((g.name.partition("=")[2], g.members) for g in groups)
            yield _split(by, named, groups[0].lost if groups else len(everybody), a)


def _split(column: str, pairs: tuple[tuple[str, tuple[str, ...]], ...], lost: int, a: Analysis) -> _Split:
    covariate = a.protocol.covariates.get(column)
    label = covariate.label if covariate is not None else column.replace("_", " ").capitalize()
    return _Split(column, label, tuple((level, members) for level, members in pairs if members), lost)


def _shares(name: str, e: Subgroups, whole: Proportion, a: Analysis) -> Output:
    fact, known = a.facts[whole.fact], a.values(whole.fact)
    label = e.label or f"{whole.label or fact.label} by subgroup"
    out = Output()
    for split in _splits(e, whole.population, a):
        for level, everyone in split.groups:
            members = tuple(s for s in everyone if known[s] is not None)
            one = share(
                members,
                tuple(s for s in members if known[s]),
                whole.level,
                whole.method,
                id=f"{name}|{split.column}={level}",
                label=f"{label}: {split.label}, {level}",
                variable=name,
                context="subgroups",
                population=a.label(whole.population),
                group=f"{split.column}={level}",
                evidence=whole.fact,
                heading=split.label,
                notes=(*fact.rules, *split.notes),
            )
            out.estimates.append(one)
    return out


def _hazards(name: str, e: Subgroups, whole: Survival, a: Analysis) -> Output:
    fact = a.facts[whole.fact]
    everybody = Times.of(fact.frame)
    label = e.label or f"{whole.label or fact.label} by subgroup"
    out = Output()
    for split in _splits(e, whole.population, a):
        first: Times | None = None
        base = ""
        for level, members in split.groups:
            times, _ = everybody.pick(members)
            words = Words(
                name=name,
                label=f"{label}: {split.label}, {level}",
                population=a.label(whole.population),
                evidence=whole.fact,
                context="subgroups",
                group=f"{split.column}={level}",
                notes=(*fact.rules, *split.notes),
            )
            out.estimates += [replace(x, heading=split.label) for x in _counts(times, words)]
            if first is None:
                first, base = times, level
                continue
            of = f"{split.label}: {level} against {base}, of these two alone"
            found = contrast(times, first, whole.level, words, of=of)
            ratios = [x for x in found.estimates if x.stat == "hazard_ratio"]
            out.estimates += [replace(x, heading=split.label) for x in ratios]
    return out


def _counts(times: Times, words: Words) -> list[Any]:
    dead = tuple(s for s, event in zip(times.subjects, times.event, strict=True) if event)
    n = len(times.subjects)
    counted: dict[str, Any] = {"method": "count", "n": n}
    return [
        words.estimate("n", "patients", unit="patients", value=float(n), subjects=times.subjects, **counted),
        words.estimate("events", "events", unit="events", value=float(len(dead)), subjects=dead, **counted),
    ]
