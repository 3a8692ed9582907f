"""Time-to facts: from an origin to the first of some events, or to censoring.

With origin day o and end day e the duration is serial(e) - serial(o) + 1 days: both ends count and there is no day 0.
An event on the day of censoring counts as an event.
"""

from __future__ import annotations

import polars as pl

from onearm.facts.column import FactColumn, rows_of
from onearm.facts.course import Course
from onearm.facts.event import first_procedure
from onearm.protocol.fact import TimeTo


def serial(day: str) -> pl.Expr:
    """Study day without the gap at zero, as `onearm.units.serial` does for one number."""
    return pl.col(day) - (pl.col(day) > 0).cast(pl.Int32)


def _days(course: Course, clause: TimeTo) -> pl.DataFrame:
    """One row a subject with every day and place that the clause may need."""
    dated = {
        "first-assessment": (pl.col("first_day"), pl.col("first_at")),
        "last-assessment": (pl.col("last_day"), pl.col("last_at")),
        "time-zero": (pl.lit(1, pl.Int32), pl.col("last_at")),
    }
    day, at = dated[clause.no_response_at]
    refractory = pl.col("refractory").fill_null(False)
    if clause.never_evaluable == "no-response":
        seen = {"first-assessment": "seen_first", "last-assessment": "seen_last"}.get(clause.no_response_at)
        unseen = pl.col(seen).fill_null(1) if seen else pl.lit(1, pl.Int32)
        never = pl.col("refractory").is_null()
        day = pl.when(never).then(unseen).otherwise(day)
        place = "seen_first_at" if clause.no_response_at == "first-assessment" else "seen_at"
        at = pl.when(never).then(pl.coalesce(place, "subject_at")).otherwise(at)
        refractory = refractory | never
    frame = course.frame
    if clause.censor_at:
        stop = first_procedure(course.cohort, clause.censor_at)
        frame = frame.join(stop, on="subject", how="left", maintain_order="left")
    else:
        none = {"procedure": pl.String(), "procedure_day": pl.Int32(), "procedure_at": pl.String()}
        frame = frame.with_columns(pl.lit(None, kind).alias(column) for column, kind in none.items())
    return frame.with_columns(
        no_response_day=pl.when(refractory).then(day), no_response_at=pl.when(refractory).then(at)
    )


def _ended_by(frame: pl.DataFrame, clause: TimeTo, course: Course) -> pl.DataFrame:
    """The first procedure of each kind on or after the origin, in columns ``ended_by_0_day ended_by_0_at`` ..."""
    for k, name in enumerate(clause.procedures):
        found = (
            course.cohort.procedures.filter(pl.col("procedure").str.to_lowercase() == name.lower())
            .join(frame.select("subject", "origin"), on="subject", maintain_order="left")
            .filter(pl.col("day") >= pl.col("origin"))
            .sort("day", maintain_order=True)
            .group_by("subject", maintain_order=True)
            .first()
            .select("subject", pl.col("day").alias(_day(k)), pl.col("at").alias(_at(k)))
        )
        frame = frame.join(found, on="subject", how="left", maintain_order="left")
    return frame


def _day(k: int) -> str:
    """The column with the day of the k-th procedure that ends the time."""
    return f"ended_by_{k}_day"


def _at(k: int) -> str:
    return f"ended_by_{k}_at"


def time_to(name: str, clause: TimeTo, course: Course) -> FactColumn:
    """Days to the first event or to censoring.

    Null for subjects without an origin or follow-up, and for those whose observation ended before the origin.
    """
    has_zero = pl.col("treated") if course.time_zero == "treatment_start" else pl.col("enrolled_day").is_not_null()
    origin = {
        "time-zero": pl.when(has_zero).then(pl.lit(1, pl.Int32)),
        "enrolled": pl.col("enrolled_day"),
        "response": pl.when(has_zero).then(pl.col("response_day")),
    }[clause.origin]
    days = [pl.col(f"{e.replace('-', '_')}_day") for e in clause.events]
    days += [pl.col(_day(k)) for k in range(len(clause.procedures))]
    columns = dict(zip(clause.causes, days, strict=True))
    frame = (
        _ended_by(_days(course, clause).with_columns(origin=origin), clause, course)
        .with_columns(
            event_day=pl.min_horizontal(columns.values()),
            censor_day=pl.min_horizontal("last_contact_day", "procedure_day"),
        )
        .with_columns(
            event=pl.col("event_day").is_not_null()
            & (pl.col("event_day") <= pl.col("censor_day").fill_null(pl.col("event_day")))
        )
        .with_columns(end=pl.when("event").then("event_day").otherwise("censor_day"))
        .with_columns(
            days=pl.when(pl.col("end") >= pl.col("origin")).then((serial("end") - serial("origin") + 1).cast(pl.Int32)),
            cause=pl.when(~pl.col("event")).then(pl.lit("censored")).otherwise(_cause(columns)),
        )
    )
    return FactColumn(name, clause.label or name, "time", clause.rules, _told(frame, clause))


def _cause(columns: dict[str, pl.Expr]) -> pl.Expr:
    """Name of the first event that falls on the event day, in the clause's order."""
    return pl.coalesce(pl.when(day == pl.col("event_day")).then(pl.lit(cause)) for cause, day in columns.items())


def _told(frame: pl.DataFrame, clause: TimeTo) -> pl.DataFrame:
    what = (
        pl.when("event")
        .then(pl.col("cause"))
        .when(pl.col("procedure_day") == pl.col("end"))
        .then(pl.concat_str(pl.lit("censored at "), pl.col("procedure")))
        .otherwise(pl.lit("censored at last contact"))
    )
    places = ["followup_at"]
    ended = [f"{_at(k)}_shown" for k in range(len(clause.procedures))]
    if clause.origin == "response":
        places.append("response_at")
    frame = frame.with_columns(
        refractory_at=pl.when(pl.col("event") & (pl.col("cause") == "no response")).then("no_response_at"),
        responded_at=pl.when(pl.col("event") & (pl.col("cause") == "response")).then("response_at"),
        **{
            f"{_at(k)}_shown": pl.when(pl.col("event") & (pl.col("cause") == name)).then(_at(k))
            for k, name in enumerate(clause.procedures)
        },
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
        at=rows_of("subject_at", *places, "refractory_at", "responded_at", *ended, "stopped_at"),
    )
