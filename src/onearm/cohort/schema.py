"""What each table must and may hold, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from onearm.protocol.adverse_events import AdverseEvents
from onearm.protocol.document import Protocol
from onearm.protocol.trial import Data, Table

Kind = Literal["text", "time", "number", "whole"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table as people write it.

    Parameters
    ----------
    kind
        ``text``, ``time`` (a date or a study day), ``number`` or ``whole``.
    required
        Whether the column must be there and filled in every row.
    alias
        A second name that is allowed when the source counts study days.
    """

    kind: Kind
    required: bool = False
    alias: str = ""


_SUBJECT = Column("text", required=True)
_WHEN = Column("time", required=True, alias="day")

SCHEMA: dict[str, dict[str, Column]] = {
    "subjects": {
        "subject": _SUBJECT,
        "number": Column("whole"),
        "cohort": Column("text"),
        "enrolled": Column("time"),
        "treatment_start": Column("time"),
        "person": Column("text"),
        "eligible": Column("time"),
        "assessed": Column("time"),
        "followed_from": Column("time"),
    },
    "responses": {
        "subject": _SUBJECT,
        "date": _WHEN,
        "response": Column("text", required=True),
        "mrd": Column("text"),
        "mrd_value": Column("number"),
        "mrd_limit": Column("number"),
    },
    "adverse_events": {
        "subject": _SUBJECT,
        "term": Column("text", required=True),
        "grade": Column("text", required=True),
        "start": Column("time", required=True),
        "end": Column("time"),
        "soc": Column("text"),
        "related": Column("text"),
        "serious": Column("text"),
    },
    "procedures": {
        "subject": _SUBJECT,
        "procedure": Column("text", required=True),
        "date": _WHEN,
    },
    "doses": {
        "subject": _SUBJECT,
        "drug": Column("text", required=True),
        "dose": Column("number", required=True),
        "unit": Column("text", required=True),
        "date": _WHEN,
        "cycle": Column("whole"),
    },
    "labs": {
        "subject": _SUBJECT,
        "date": _WHEN,
        "test": Column("text", required=True),
        "value": Column("number", required=True),
        "unit": Column("text", required=True),
        "upper": Column("number"),
    },
    "changes": {
        "subject": _SUBJECT,
        "date": _WHEN,
        "change": Column("text", required=True),
        "cycle": Column("whole"),
        "day_of_cycle": Column("whole"),
        "drug": Column("text"),
        "route": Column("text"),
        "value": Column("text"),
        "reason": Column("text", required=True),
    },
    "followup": {
        "subject": _SUBJECT,
        "relapse": Column("time"),
        "death": Column("time"),
        "cause": Column("text"),
        "last_contact": Column("time", required=True),
    },
}
"""Table -> column -> what it must be. `required_columns` adds what depends on the protocol."""

BEGINNINGS = ("eligible", "assessed", "followed_from")
"""Columns of `subjects` that say when a patient met the last criterion, was measured, would have been seen to die."""

JUDGED = ("related", "serious")
"""Columns of `adverse_events` that say yes or no, or nothing where nobody judged."""

LINES = ("person", *BEGINNINGS)
"""Columns of `subjects` that only sources with lines of treatment, or with a day one of their own, need."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where tables come from and by what they are judged."""

    protocol: Protocol
    name: str
    label: str
    data: Data
    external: bool
    used: frozenset[str] = field(default_factory=frozenset)

    @property
    def days(self) -> bool:
        """Whether time is counted in study days rather than written as dates."""
        return self.data.time == "days"

    @property
    def folder(self) -> str:
        """The folder of the tables, relative to the trial folder."""
        external = self.protocol.external.get(self.name) if self.external else None
        return external.folder if external else self.data.folder

    def table(self, name: str) -> Table:
        """How the protocol says a table is written."""
        return {str(k): v for k, v in self.data.tables.items()}.get(name, Table())

    def path(self, name: str) -> str:
        """Where in protocol.yaml a table is described."""
        part = f"external.{self.name}.data" if self.external else "data"
        return f"protocol.yaml {part}.tables.{name}"


def source_of(protocol: Protocol, name: str, label: str, data: Data, external: bool) -> Source:
    """Gather what tables are judged by; an external source needs only the covariates its comparisons use."""
    used = set(protocol.covariates)
    if external:
        used = set()
        for c in protocol.comparisons.values():
            if c.source == name:
                used |= {*c.covariates, *(k.column for k in c.eligibility if k.column)}
                if c.alignment is not None and c.alignment.line is not None:
                    used.add(c.alignment.line.column)
    return Source(protocol, name, label, data, external, frozenset(used))


def required_columns(table: str, source: Source) -> frozenset[str]:
    """Names of the columns that must be there."""
    fixed = {name for name, column in SCHEMA[table].items() if column.required}
    if table == "adverse_events" and not source.external:
        fixed |= judged_columns(source.protocol)
    if table != "subjects":
        return frozenset(fixed)
    fixed |= {c for c in source.protocol.covariates if c in source.used}
    if not source.external:
        fixed |= {"number", "enrolled"}
        if len(source.protocol.cohorts) > 1:
            fixed.add("cohort")
    if not source.days:
        fixed.add(source.protocol.trial.time_zero)
    return frozenset(fixed)


def filled_columns(table: str, source: Source) -> frozenset[str]:
    """Names of the columns that must have a value in every row."""
    empty_allowed = {"treatment_start", *source.protocol.covariates} if table == "subjects" else {*JUDGED}
    return required_columns(table, source) - empty_allowed


def judged_columns(protocol: Protocol) -> set[str]:
    """Columns of `adverse_events` by which endpoints choose events."""
    asked = [e for e in protocol.endpoints.values() if isinstance(e, AdverseEvents)]
    return {column for column in JUDGED for e in asked if getattr(e, column) == "only"}
