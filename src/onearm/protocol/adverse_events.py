"""Endpoints of adverse events: patients by class, term and grade, and a listing of events."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from onearm.protocol.base import Name, Part, Words

_GRADE = r"^(any|[1-5]|[2-4]\+|[1-4]-[2-5])$"


def _word(value: Any) -> Any:
    """A grade that YAML reads as a number, as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Grades = Annotated[
    str, BeforeValidator(_word, json_schema_input_type=int | str), StringConstraints(pattern=_GRADE, max_length=3)
]
"""A column of the table: ``any``, one grade, ``1-2`` (from, to) or ``3+`` (this and worse)."""

ALL_GRADES = ("any", "1", "2", "3", "4", "5", "3+")
FEW_GRADES = ("any", "3+")


def folded(term: str) -> str:
    """A term as it is compared: capitals and spaces do not matter.

    Examples
    --------
    >>> folded("  Febrile   Neutropenia ")
    'febrile neutropenia'
    """
    return " ".join(term.split()).lower()


def bounds(grades: str) -> tuple[int, int]:
    """The first and the last grade of a column that is not ``any``.

    Examples
    --------
    >>> bounds("3-4"), bounds("3+"), bounds("5")
    ((3, 4), (3, 5), (5, 5))
    """
    first, last = grades[0], grades[-1]
    return int(first), 5 if last == "+" else int(last)


class Emergent(Part):
    """When an event that begins counts as treatment-emergent.

    ``from: first-dose`` is the day of `treatment_start`, ``time-zero`` day 1; ``until_days`` counts from the day
    of the last row of the table `doses` (of one of the ``drugs``, where they are named; by key or label): 30 includes
    the thirtieth day after it.
    """

    start: Literal["first-dose", "time-zero"] = Field(default="first-dose", alias="from")
    until_days: Annotated[int, Field(ge=0, le=3650)]
    after: Literal["last-dose"] = "last-dose"
    drugs: tuple[Words, ...] = ()


class AdverseEvents(Part):
    """Patients with at least one adverse event, by system organ class and term, at their worst grade.

    ``emergent`` must be said: a period, or ``none``: every event on record that began on day 1 or later. An event
    that goes on from before it (no day between two rows of one term) counts only where a later row has a higher grade,
    or with ``continued: counted`` by its first day alone. ``related: only`` and ``serious: only`` need these columns;
    where they are empty the event counts (``unassessed: counted``) or does not (``left-out``). ``groups`` maps a class
    to its terms, in place of the column `soc`. ``at_least_percent`` leaves out terms of fewer patients. ``grades``
    are the columns, beside ``any`` and ``3+``; ``events_too`` adds the number of rows. ``dictionary`` and ``scale`` say
    what terms and grades are from.
    """

    estimator: Literal["adverse-events"]
    label: str = ""
    population: Name = "enrolled"
    emergent: Emergent | Literal["none"]
    continued: Literal["worse-only", "counted"] = "worse-only"
    related: Literal["any", "only"] = "any"
    serious: Literal["any", "only"] = "any"
    unassessed: Literal["counted", "left-out"] = "counted"
    groups: dict[Words, tuple[Words, ...]] = Field(default_factory=dict)
    at_least_percent: Annotated[float, Field(ge=0, le=100)] = 0
    grades: tuple[Grades, ...] = ()
    by: Name | None = None
    events_too: bool = False
    dictionary: str = ""
    scale: str = ""

    @field_validator("grades")
    @classmethod
    def _ranges_rise(cls, grades: tuple[str, ...]) -> tuple[str, ...]:
        for one in grades:
            if re.fullmatch(r"\d-\d", one) and one[0] >= one[-1]:
                raise ValueError(f'"{one}" is no range of grades: write the lower grade first')
        twice = [g for g, n in Counter(grades).items() if n > 1]
        if twice:
            raise ValueError(f'the grade "{twice[0]}" is named twice')
        return grades

    @model_validator(mode="after")
    def _each_term_once(self) -> AdverseEvents:
        terms = Counter(folded(t) for terms in self.groups.values() for t in terms)
        twice = [t for t, n in terms.items() if n > 1]
        if twice:
            raise ValueError(f'`groups` names the term "{twice[0]}" twice: a term belongs to one class')
        if len({folded(name) for name in self.groups}) < len(self.groups):
            raise ValueError("`groups` names a class twice")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table: those asked for, else all grades, or two of them beside groups."""
        return self.grades or (FEW_GRADES if self.by else ALL_GRADES)


class EventListing(Part):
    """A listing of the adverse events of some terms: who, when, how bad, and what was before.

    ``drug`` adds the days since its last dose, ``procedure`` whether it was done before. What is not on record stays
    empty.
    """

    estimator: Literal["event-listing"]
    label: str = ""
    population: Name = "enrolled"
    terms: tuple[Words, ...] = Field(min_length=1)
    min_grade: Annotated[int, Field(ge=1, le=5)] = 1
    drug: Words | None = None
    procedure: Words | None = None
