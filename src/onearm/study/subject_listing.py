"""Every enrolled subject in one line: who, what was reached, how it ended; only columns that facts exist for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from onearm.cohort.tables import Cohort
from onearm.facts import FactColumn
from onearm.facts.course import Course
from onearm.facts.event import first_procedure
from onearm.protocol.document import Protocol
from onearm.protocol.fact import AdverseEvent, BestResponse, Mrd, Procedure
from onearm.results import Listing

_NOTES = (
    "Population: everybody enrolled, by patient number.",
    "Days are study days; day 1 is time zero. An empty cell: it did not happen, or is not known.",
    "What was found on a day: on the first day on which it was found.",
    "Status is that at last contact, whenever that was.",
)


def subject_listing(protocol: Protocol, cohort: Cohort, facts: Mapping[str, FactColumn]) -> Listing:
    """One row a subject, in the order of the cohort.

    Parameters
    ----------
    protocol, cohort
        The trial.
    facts
        Its facts about every subject, as `onearm.facts.state` gives them.
    """
    frame = cohort.subjects
    columns = [*_who(protocol, frame), *_reached(protocol, cohort, facts), *_ended(protocol, cohort)]
    texts = [[_text(value) for value in found.to_list()] for _, found in columns]
    return Listing(
        id="subjects",
        title="Subjects",
        section="subjects",
        columns=tuple(head for head, _ in columns),
        rows=tuple(zip(*texts, strict=True)),
        subjects=tuple(frame["subject"].to_list()),
        notes=_notes(protocol, facts),
    )


def _text(value: object) -> str:
    """Whole numbers without a point, nothing for what is not known."""
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _who(protocol: Protocol, frame: pl.DataFrame) -> Iterator[tuple[str, pl.Series]]:
    yield "Subject", frame["subject"]
    yield "Number", frame["number"]
    if len(protocol.cohorts) > 1:
        yield "Cohort", frame["cohort"]
    if protocol.versions:
        yield "Version", frame["version"]
    body = protocol.body
    for name, named in (("age", body and body.age), ("sex", body and body.sex)):
        covariate = named or name
        if covariate in protocol.covariates:
            one = protocol.covariates[covariate]
            yield one.label + (f", {one.unit}" if one.unit else ""), frame[covariate]


def _reached(protocol: Protocol, cohort: Cohort, facts: Mapping[str, FactColumn]) -> Iterator[tuple[str, pl.Series]]:
    """Responses, procedures and events, each fact of the protocol in a column."""
    subjects = cohort.subjects.select("subject")
    for name, clause in protocol.facts.items():
        label = clause.label or name
        if isinstance(clause, BestResponse):
            yield label, _of(subjects, facts[name].frame.select("subject", "value"))
        elif isinstance(clause, Mrd):
            yield label, _of(subjects, facts[name].frame.select("subject", value=_mrd()))
        elif isinstance(clause, Procedure):
            found = first_procedure(cohort, (clause.procedure,)).select("subject", value="procedure_day")
            yield f"{label}, day", _of(subjects, found)
        elif isinstance(clause, AdverseEvent):
            yield f"{label}, worst grade", _of(subjects, _worst(cohort, clause))


def _of(subjects: pl.DataFrame, found: pl.DataFrame) -> pl.Series:
    return subjects.join(found, on="subject", how="left", maintain_order="left")["value"]


def _mrd() -> pl.Expr:
    """What was found, and on which day: the words of the fact without its name."""
    return pl.col("says").str.strip_prefix("MRD ")


def _worst(cohort: Cohort, clause: AdverseEvent) -> pl.DataFrame:
    """The highest grade of the clause's terms from day 1 on, of any grade; ``unknown`` where none was recorded."""
    wanted = [t.lower() for t in clause.terms]
    rows = cohort.adverse_events.filter(pl.col("term").str.to_lowercase().is_in(wanted) & (pl.col("start_day") >= 1))
    return rows.group_by("subject", maintain_order=True).agg(
        value=pl.col("grade").max().cast(pl.String).fill_null("unknown")
    )


def _ended(protocol: Protocol, cohort: Cohort) -> Iterator[tuple[str, pl.Series]]:
    frame = Course.of(cohort, protocol).frame
    yield "Relapse, day", frame["relapse_day"]
    yield "Death, day", frame["death_day"]
    yield "Last contact, day", frame["last_contact_day"]
    yield "Status", frame.select(_status())["value"]


def _status() -> pl.Expr:
    return (
        pl.when(pl.col("died").fill_null(False))
        .then(pl.lit("died"))
        .when(pl.col("last_contact_day").is_null() & ~pl.col("treated"))
        .then(pl.lit("alive, never treated"))
        .when(pl.col("relapsed").fill_null(False))
        .then(pl.lit("alive, relapsed"))
        .when(pl.col("response_day").is_not_null())
        .then(pl.lit("alive, in response"))
        .otherwise(pl.lit("alive, no response"))
        .alias("value")
    )


def _notes(protocol: Protocol, facts: Mapping[str, FactColumn]) -> tuple[str, ...]:
    """The rules of the facts shown, then what holds for all columns."""
    shown = (BestResponse, Mrd, Procedure)
    rules = (
        f"{facts[n].label}: {'; '.join(facts[n].rules)}." for n, c in protocol.facts.items() if isinstance(c, shown)
    )
    worst = [
        f"{facts[n].label}: highest grade of {' or '.join(c.terms)} on or after day 1."
        for n, c in protocol.facts.items()
        if isinstance(c, AdverseEvent)
    ]
    return (*_NOTES, *rules, *worst)
