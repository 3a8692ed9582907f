"""What a comparison of two results says, as records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["changed", "only in A", "only in B"]

DECISIONS, KEY = "decisions", "key results"
"""The two sections that stand before all others."""

LOCK = "design lock"
"""Heading of the record that says when the design was settled, and the name of that as a difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One field of a record before and after.

    Parameters
    ----------
    name
        The field: ``value``, ``low``, ``n``, ``method``, ``decision`` ...
    before, after
        As they are printed; empty where there is none.
    difference, relative
        After minus before, in the unit, and in percent of before; empty where neither has a meaning.
    exact
        Before and after as they stand in the results, where they are numbers.
    """

    name: str
    before: str
    after: str
    difference: str = ""
    relative: str = ""
    exact: tuple[float | None, float | None] | None = None

    @property
    def printed(self) -> bool:
        """Whether a reader of the two reports sees the difference."""
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One record that is not the same in both results.

    Parameters
    ----------
    id, label
        Stable name and words.
    kind
        ``changed``, or in which of the two it stands alone.
    section, heading
        Where it is listed: ``decisions``, ``key results``, an analysis or a kind of record; and the endpoint.
    parts
        The fields that differ; of a record in one of the two, what it says.
    entered, left
        Patients behind the record in B and not in A, and the other way round.
    number
        Whether the record is a number (an estimate), not a curve, a decision or another record.
    words
        Whether nothing but words differs (label, notes): no number and no patient.
    """

    id: str
    label: str
    kind: Kind
    section: str
    heading: str = ""
    parts: tuple[Part, ...] = ()
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    number: bool = True
    words: bool = False

    @property
    def printed(self) -> bool:
        """Whether a reader of the two reports sees it, and not only a program that reads every digit."""
        return self.kind != "changed" or any(p.printed for p in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A patient who is on another side: of a curve, of a category, of a pair."""

    id: str
    subject: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that differs between two results, what matters most first.

    ``same`` counts the numbers that do not differ, ``header`` are the lines of the header that do.
    """

    trials: tuple[str, str]
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]
    same: int
    header: tuple[Part, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether a number, a decision, a curve or a patient behind one of them changed."""
        return bool(self.moves) or any(not c.words for c in self.changes)

    @property
    def moved(self) -> bool:
        """Whether anything of it but the record of the design lock changed: that record moves no number."""
        return bool(self.moves) or any(not c.words and c.heading != LOCK for c in self.changes)

    def numbers(self, kind: Kind) -> tuple[Change, ...]:
        """The numbers of one kind, without those of which only words differ."""
        return tuple(c for c in self.changes if c.number and c.kind == kind and not c.words)
