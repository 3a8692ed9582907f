"""The course of every subject as a lane: cycles from the table `doses`, events from responses, procedures, follow-up.

Time is in months since the start of day 1. A bar runs from the start of its first day to the end of its last; an event
stands at the end of its day, where the survival curves have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from onearm.cohort.tables import Cohort
from onearm.facts.course import Course
from onearm.facts.response import mrd, mrd_tests
from onearm.protocol.document import Protocol
from onearm.protocol.fact import Mrd, Procedure, TimeTo
from onearm.results import Lane, Mark
from onearm.study.cycles import Treatment
from onearm.units import months, serial

_ORDER = ("response", "mrd", "procedure", "relapse", "death")
"""Marks of one day stand in this order."""


def lanes(protocol: Protocol, cohort: Cohort) -> tuple[Lane, ...]:
    """The lane of every enrolled subject, by cohort, version and patient number.

    Parameters
    ----------
    protocol
        With versions, courses and regimens when cycles are to bear their names.
    cohort
        The trial's patients; without a table `doses` there are no bars, only marks.

    Returns
    -------
    tuple of Lane
        A subject without study days (never treated) has no end, no bars and no marks.
    """
    treatment = Treatment(protocol, cohort)
    course = Course.of(cohort, protocol)
    marked = _marks(protocol, course)
    tested = _tests(protocol, course)
    ends = {
        row["subject"]: row
        for row in cohort.followup.select("subject", "death_day", "last_contact_day", "died").to_dicts()
    }
    rows = cohort.subjects.to_dicts()
    found = []
    for row in sorted(rows, key=lambda row: _place(protocol, row)):
        follow = ends[row["subject"]]
        day = follow["death_day"] or follow["last_contact_day"]
        end = None if day is None else serial(day) + 1
        found.append(
            Lane(
                subject=row["subject"],
                label=str(row["number"]),
                group=_group(protocol, row),
                end=None if end is None else months(end),
                died=follow["died"],
                segments=tuple(treatment.segments(row, end)),
                marks=tuple(marked.get(row["subject"], ())),
                tests=tuple(tested.get(row["subject"], ())),
            )
        )
    return tuple(found)


def _place(protocol: Protocol, row: Mapping[str, Any]) -> tuple[int, int]:
    cohorts, versions = list(protocol.cohorts), list(protocol.versions)
    return (
        cohorts.index(row["cohort"]) if row["cohort"] in cohorts else len(cohorts),
        versions.index(row["version"]) if row["version"] in versions else len(versions),
    )


def _group(protocol: Protocol, row: Mapping[str, Any]) -> str:
    """Cohort (where there are several) and version at enrolment (where there are any), in words."""
    said = []
    if len(protocol.cohorts) > 1:
        said.append(protocol.cohorts.get(row["cohort"], "No cohort"))
    if protocol.versions:
        version = protocol.versions.get(row["version"])
        said.append("No version" if version is None else version.label or row["version"])
    return ": ".join(said)


def _tests(protocol: Protocol, course: Course) -> dict[str, list[Mark]]:
    """Every MRD assessment before relapse, by the rule of each fact of that kind; of several on a day the worst."""
    found: dict[str, list[Mark]] = {}
    for name, clause in protocol.facts.items():
        if not isinstance(clause, Mrd):
            continue
        rows = mrd_tests(clause, course).filter(pl.col("day").is_not_null())
        days = rows.group_by("subject", "day").agg(pl.col("negative").all()).sort("subject", "day")
        for subject, day, negative in days.iter_rows():
            label = "negative" if negative else "not negative"
            mark = Mark(kind=clause.label or name, label=label, time=months(serial(day) + 1))
            found.setdefault(subject, []).append(mark)
    return found


def _marks(protocol: Protocol, course: Course) -> dict[str, list[Mark]]:
    cohort = course.cohort
    days: set[tuple[str, int, str, str]] = {
        *_responses(protocol, course),
        *_negative(protocol, course),
        *_procedures(protocol, cohort),
        *_followed(cohort),
    }
    found: dict[str, list[Mark]] = {}
    for subject, day, kind, label in sorted(days, key=lambda m: (m[0], m[1], _ORDER.index(m[2]), m[3])):
        found.setdefault(subject, []).append(Mark(kind=kind, label=label, time=months(serial(day) + 1)))
    return found


def _responses(protocol: Protocol, course: Course) -> Iterator[tuple[str, int, str, str]]:
    """The first response, and each later one before relapse that is better than all before it."""
    scale = protocol.response
    best: dict[str, int] = {}
    rows = course.assessments("relapse").filter(
        pl.col("response").is_in(list(scale.responders)) & pl.col("day").is_not_null()
    )
    ranked = sorted(
        (day, scale.order.index(found), who)
        for who, day, found in rows.select("subject", "day", "response").iter_rows()
    )
    for day, rank, subject in ranked:  # of several on one day the best
        if rank < best.get(subject, len(scale.order)):
            best[subject] = rank
            yield subject, day, "response", scale.order[rank]


def _negative(protocol: Protocol, course: Course) -> Iterator[tuple[str, int, str, str]]:
    """The first assessment before relapse at which MRD is negative, by the rule of each fact of that kind."""
    days = course.cohort.responses.select("at", "day")
    for name, clause in protocol.facts.items():
        if isinstance(clause, Mrd):
            fact = mrd(name, clause.model_copy(update={"count": "best"}), course)
            rows = (
                fact.frame.filter(pl.col("value")).select("subject", at=pl.col("at").list.first()).join(days, on="at")
            )
            for subject, _, day in rows.filter(pl.col("day").is_not_null()).iter_rows():
                yield subject, day, "mrd", fact.label


def _procedures(protocol: Protocol, cohort: Cohort) -> Iterator[tuple[str, int, str, str]]:
    """Every procedure that a fact of the protocol names."""
    named: dict[str, str] = {}
    for clause in protocol.facts.values():
        if isinstance(clause, Procedure):
            named.setdefault(clause.procedure.lower(), clause.procedure)
        elif isinstance(clause, TimeTo):
            for words in (*clause.procedures, *clause.censor_at):
                named.setdefault(words.lower(), words)
    for subject, day, procedure in cohort.procedures.select("subject", "day", "procedure").iter_rows():
        if day is not None and procedure.lower() in named:
            yield subject, day, "procedure", named[procedure.lower()]


def _followed(cohort: Cohort) -> Iterator[tuple[str, int, str, str]]:
    for subject, relapse, death in cohort.followup.select("subject", "relapse_day", "death_day").iter_rows():
        if relapse is not None:
            yield subject, relapse, "relapse", "Relapse"
        if death is not None:
            yield subject, death, "death", "Death"
