"""Facts from procedures, adverse events and follow-up: done or not, occurred or not, alive or not."""

from __future__ import annotations

import polars as pl

from onearm.cohort.tables import Cohort
from onearm.facts.column import FactColumn, day_text
from onearm.facts.course import Course
from onearm.protocol.fact import AdverseEvent, Alive, Procedure


def first_procedure(cohort: Cohort, names: tuple[str, ...]) -> pl.DataFrame:
    """``subject procedure procedure_day procedure_at`` of the first procedure with one of the names."""
    wanted = [n.lower() for n in names]
    return (
        cohort.procedures.filter(pl.col("procedure").str.to_lowercase().is_in(wanted))
        .sort("day", maintain_order=True)
        .group_by("subject", maintain_order=True)
        .first()
        .select("subject", "procedure", procedure_day="day", procedure_at="at")
    )


def procedure(name: str, clause: Procedure, course: Course) -> FactColumn:
    """Whether the procedure was done; the frame also has ``day``, the study day of the first one."""
    found = first_procedure(course.cohort, (clause.procedure,))
    frame = (
        course.frame.select("subject", "subject_at")
        .join(found, on="subject", how="left", maintain_order="left")
        .select(
            "subject",
            value=pl.col("procedure_at").is_not_null(),
            says=pl.when(pl.col("procedure_at").is_null())
            .then(pl.lit(f"no {clause.procedure}"))
            .otherwise(
                pl.concat_str(
                    pl.col("procedure"), pl.lit(" on "), day_text("procedure_day").fill_null("a day without time zero")
                )
            ),
            at=pl.concat_list(pl.coalesce("procedure_at", "subject_at")),
            day="procedure_day",
        )
    )
    return FactColumn(name, clause.label or name, "yes-no", clause.rules, frame)


def adverse_event(name: str, clause: AdverseEvent, course: Course) -> FactColumn:
    """Whether an adverse event of the terms and grade began on or after day 1; the worst one proves it."""
    wanted = [t.lower() for t in clause.terms]
    worst = (
        course.cohort.adverse_events.filter(
            pl.col("term").str.to_lowercase().is_in(wanted)
            & (pl.col("grade") >= clause.min_grade).fill_null(clause.min_grade == 1)
            & (pl.col("start_day") >= 1)
        )
        .sort(pl.col("grade") * -1, "start_day", nulls_last=True, maintain_order=True)
        .group_by("subject", maintain_order=True)
        .first()
        .select("subject", "term", "grade", "start_day", "at")
    )
    frame = (
        course.frame.select("subject", "subject_at")
        .join(worst, on="subject", how="left", maintain_order="left")
        .select(
            "subject",
            value=pl.col("at").is_not_null(),
            says=pl.concat_str(
                pl.col("term"),
                pl.lit(" grade "),
                pl.col("grade").cast(pl.String).fill_null("unknown"),
                pl.lit(" on "),
                day_text("start_day"),
            ).fill_null(f"no {clause.terms[0]}"),
            at=pl.concat_list(pl.coalesce("at", "subject_at")),
        )
    )
    return FactColumn(name, clause.label or name, "yes-no", clause.rules, frame)


def alive(name: str, clause: Alive, course: Course) -> FactColumn:
    """Whether the subject was alive at last contact."""
    no_day = "a day without time zero"
    frame = course.frame.select(
        "subject",
        value=~pl.col("died"),
        says=pl.when(pl.col("died"))
        .then(pl.concat_str(pl.lit("death on "), day_text("death_day").fill_null(no_day)))
        .otherwise(pl.concat_str(pl.lit("alive on "), day_text("last_contact_day").fill_null(no_day))),
        at=pl.concat_list(pl.coalesce("followup_at", "subject_at")),
    )
    return FactColumn(name, clause.label or name, "yes-no", clause.rules, frame)
