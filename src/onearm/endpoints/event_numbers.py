"""The numbers of adverse events: of each row of the table its patients by worst grade, with who they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onearm.endpoints.events_counted import UNKNOWN, Tally
from onearm.endpoints.sample import Analysis, Group, at_group
from onearm.protocol.adverse_events import AdverseEvents, bounds
from onearm.results import Estimate

LEVELS = ("any", "soc", "term")
"""Everything, a class, a term: what cells are; an item's id begins with the level."""

Tallies = Mapping[str, Mapping[int, Tally]]
"""Level -> code -> who."""
_HOW = "patients with at least one such event, once each, at their worst grade in the row"


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the table: what its ids begin with, its words, its heading, and its cell among those counted."""

    id: str
    words: str
    heading: str
    level: str
    code: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """The estimates of one group."""

    name: str
    clause: AdverseEvents
    analysis: Analysis
    group: Group
    members: tuple[str, ...]
    notes: tuple[str, ...]

    def all(self, items: Sequence[Item], counted: Tallies) -> list[Estimate]:
        """Those of the group's size, then those of each item."""
        size = self._estimate(
            at_group(f"{self.name}.n", self.group.name),
            "patients",
            stat="n",
            unit="patients",
            method="count",
            value=float(len(self.group.members)),
            subjects=self.group.members,
            evidence="baseline",
            notes=self.notes,
        )
        names = np.array(self.members, dtype=object)
        found = [size]
        for item in items:
            found += self._of_item(item, counted[item.level].get(item.code, Tally()), names)
        return found

    def _of_item(self, item: Item, counts: Tally, names: NDArray[np.object_]) -> Iterator[Estimate]:
        """Any grade, then each grade or range; the wider ones name those that hold their subjects."""
        singles = {g for g in self._grades if len(g) == 1}
        unknown = ["unknown"] if UNKNOWN in counts.places else []
        for grade in (*self._grades, *unknown):
            first, last = _range(grade)
            parts = [str(g) for g in range(max(first, 1), last + 1)]
            split = len(parts) > 1 and singles.issuperset(parts)
            of = [g for g in (*parts, *(unknown if grade == "any" else ())) if counts.patients(*_range(g))]
            yield self._share(item, grade, counts, names, tuple(of) if split else None)
        if self.clause.events_too:
            yield self._estimate(
                at_group(f"{item.id}.events", self.group.name),
                f"{item.words}, events",
                stat="events",
                unit="events",
                method="count",
                value=float(counts.rows),
                evidence=item.id,
                heading=item.heading,
                subjects_of=(self._id(item, "any"),),
            )

    @property
    def _grades(self) -> tuple[str, ...]:
        """Any grade, those asked for, and grade 3 or worse."""
        return tuple(dict.fromkeys(("any", *self.clause.columns, "3+")))

    def _id(self, item: Item, grade: str) -> str:
        return at_group(item.id if grade == "any" else f"{item.id}@{_at(grade)}", self.group.name)

    def _share(self, item: Item, grade: str, counts: Tally, names: Any, of: tuple[str, ...] | None) -> Estimate:
        n, x = len(self.group.members), counts.patients(*_range(grade))
        return self._estimate(
            self._id(item, grade),
            item.words if grade == "any" else f"{item.words}, {grade_words(grade)}",
            stat="p",
            unit="proportion",
            method=_HOW,
            events=x,
            value=x / n if n else None,
            error=None if n else "nobody in the population",
            evidence=item.id,
            heading=item.heading,
            subjects=tuple(names[counts.who(*_range(grade))].tolist()) if of is None else (),
            subjects_of=tuple(self._id(item, g) for g in of or ()),
            notes=self.notes if item.level == "any" and grade == "any" else (),
        )

    def _estimate(self, key: str, words: str, **given: Any) -> Estimate:
        return Estimate(
            id=key,
            label=f"{self.clause.label or 'Adverse events'}: {words}",
            variable=self.name,
            context="toxicity",
            n=len(self.group.members),
            population=self.analysis.label(self.clause.population),
            group=self.group.name,
            **given,
        )


def _range(grade: str) -> tuple[int, int]:
    return {"any": (UNKNOWN, 5), "unknown": (UNKNOWN, UNKNOWN)}.get(grade) or bounds(grade)


def _at(grade: str) -> str:
    return grade if grade == "unknown" else f"grade{grade}"


def grade_words(grade: str) -> str:
    """A column of grades in words.

    Examples
    --------
    >>> [grade_words(g) for g in ("any", "3", "3-4", "3+", "unknown")]
    ['any grade', 'grade 3', 'grade 3 to 4', 'grade 3 or worse', 'grade unknown']
    """
    if grade in ("any", "unknown"):
        return {"any": "any grade", "unknown": "grade unknown"}[grade]
    return f"grade {grade.replace('-', ' to ').replace('+', ' or worse')}"
