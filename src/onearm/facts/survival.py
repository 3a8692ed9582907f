"""Time-to facts: from an origin to the first of some events, or to censoring.

With origin day o and end day e the duration is serial(e) - serial(o) + 1 days: both ends count and there is no day 0.
An event on the day of censoring counts as an event.
"""

from __future__ import annotations

import polars as pl

from onearm.cohort.tables import Cohort
from onearm.facts.column import FactColumn, rows_of
from onearm.facts.event import first_procedure
from onearm.facts.response import assessments, first_response
from onearm.protocol.fact import ResponseScale, TimeTo

_WORDS = {"relapse": "relapse", "no-response": "no response", "death": "death"}


def serial(day: str) -> pl.Expr:
    """Study day without the gap at zero, as `onearm.units.serial` does for one number."""
    return pl.col(day) - (pl.col(day) > 0).cast(pl.Int32)


def _refractory(cohort: Cohort, scale: ResponseScale, dated: str) -> pl.LazyFrame:
    """``subject no_response_day no_response_at`` of those assessed who never responded."""
    rows = (
        assessments(cohort, "death")
        .filter(pl.col("response").is_in(scale.order))
        .sort("day", maintain_order=True)
        .group_by("subject", maintain_order=True)
        .agg(
            responded=pl.col("response").is_in(scale.responders).any(),
            first=pl.col("day").first(),
            last=pl.col("day").last(),
            no_response_at=pl.col("at").first() if dated == "first-assessment" else pl.col("at").last(),
        )
        .filter(~pl.col("responded"))
    )
    day = {"first-assessment": pl.col("first"), "last-assessment": pl.col("last")}.get(dated, pl.lit(1, pl.Int32))
    return rows.select("subject", "no_response_at", no_response_day=day)


def _joined(cohort: Cohort, clause: TimeTo, scale: ResponseScale) -> pl.LazyFrame:
    """One row a subject with every day and place the clause may need."""
    subjects = cohort.subjects.lazy().select(
        "subject", "enrolled_day", "treatment_start_day", "treated", subject_at="at"
    )
    follow = cohort.followup.lazy().select("subject", "relapse_day", "death_day", "last_contact_day", followup_at="at")
    parts = [
        follow,
        first_response(cohort, scale),
        _refractory(cohort, scale, clause.no_response_at),
        first_procedure(cohort, clause.censor_at).select("subject", "procedure", "procedure_day", "procedure_at"),
    ]
    for part in parts:
        subjects = subjects.join(part, on="subject", how="left", maintain_order="left")
    return subjects


def time_to(name: str, clause: TimeTo, cohort: Cohort, scale: ResponseScale, time_zero: str) -> FactColumn:
    """Days to the first event or to censoring; null for subjects without an origin or without follow-up."""
    has_zero = pl.col("treated") if time_zero == "treatment_start" else pl.col("enrolled_day").is_not_null()
    origin = {
        "time-zero": pl.when(has_zero).then(pl.lit(1, pl.Int32)),
        "enrolled": pl.col("enrolled_day"),
        "response": pl.when(has_zero).then(pl.col("response_day")),
    }[clause.origin]
    columns: dict[str, pl.Expr] = {e: pl.col(f"{e.replace('-', '_')}_day") for e in clause.events}
    frame = (
        _joined(cohort, clause, scale)
        .with_columns(
            origin=origin,
            event_day=pl.min_horizontal(columns.values()),
            censor_day=pl.min_horizontal("last_contact_day", "procedure_day"),
        )
        .with_columns(
            event=pl.col("event_day").is_not_null()
            & (pl.col("event_day") <= pl.col("censor_day").fill_null(pl.col("event_day")))
        )
        .with_columns(end=pl.when("event").then("event_day").otherwise("censor_day"))
        .with_columns(
            days=(serial("end") - serial("origin") + 1).cast(pl.Int32),
            cause=pl.when(~pl.col("event")).then(pl.lit("censored")).otherwise(_cause(columns)),
        )
    )
    return FactColumn(name, clause.label or name, "time", clause.rules, _told(frame, clause).collect())


def _cause(columns: dict[str, pl.Expr]) -> pl.Expr:
    """Name of the first event that falls on the event day, in the clause's order."""
    return pl.coalesce(
        pl.when(day == pl.col("event_day")).then(pl.lit(_WORDS[event])) for event, day in columns.items()
    )


def _told(frame: pl.LazyFrame, clause: TimeTo) -> pl.LazyFrame:
    what = (
        pl.when("event")
        .then(pl.col("cause"))
        .when(pl.col("procedure_day") == pl.col("end"))
        .then(pl.concat_str(pl.lit("censored at "), pl.col("procedure")))
        .otherwise(pl.lit("censored at last contact"))
    )
    places = ["followup_at"]
    if clause.origin == "response":
        places.append("response_at")
    frame = frame.with_columns(
        refractory_at=pl.when(pl.col("event") & (pl.col("cause") == "no response")).then("no_response_at"),
        stopped_at=pl.when(~pl.col("event") & (pl.col("procedure_day") == pl.col("end"))).then("procedure_at"),
    )
    return frame.select(
        "subject",
        days="days",
        event=pl.when(pl.col("days").is_not_null()).then("event"),
        cause=pl.when(pl.col("days").is_not_null()).then("cause"),
        says=pl.when(pl.col("days").is_null())
        .then(pl.lit("does not apply"))
        .otherwise(
            pl.concat_str(
                what,
                pl.lit(" on day "),
                pl.col("end").cast(pl.String),
                pl.lit(", "),
                pl.col("days").cast(pl.String),
                pl.lit(" days"),
            )
        ),
        at=rows_of("subject_at", *places, "refractory_at", "stopped_at"),
    )
