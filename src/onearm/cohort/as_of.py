"""Tables as they were known on a day: what had happened by then, and who had been enrolled."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl

from onearm.cohort.tables import Cohort

LAST = "known_until"
"""Column of the last study day of which anything is known, counted without the gap at zero (day 1 is 0)."""


def as_known_on(cohort: Cohort, date: dt.date) -> Cohort:
    """The tables as they would have stood on a day.

    Only patients enrolled by then; of them nothing that happened later. Who was in contact later was alive and
    in contact on that day; an adverse event that ends later is ongoing.

    Parameters
    ----------
    cohort
        Checked tables with dates.
    date
        The last day of which anything is known.

    Returns
    -------
    Cohort
        The day itself counts. A patient whose treatment starts later is enrolled and not treated yet.
    """
    there = cohort.subjects.filter(pl.col("enrolled") <= date)
    begun = pl.col("treatment_start").is_not_null() & (pl.col("treatment_start") <= date)
    zero = pl.col("time_zero").is_not_null() & (pl.col("time_zero") <= date)
    subjects = there.with_columns(
        treatment_start=pl.when(begun).then("treatment_start"),
        treatment_start_day=pl.when(begun & zero).then("treatment_start_day"),
        treated=pl.col("treated") & begun,
        time_zero=pl.when(zero).then("time_zero"),
        enrolled_day=pl.when(zero).then("enrolled_day"),
    )
    limits = there.select("subject", (pl.lit(date) - pl.col("time_zero")).dt.total_days().cast(pl.Int64).alias(LAST))
    return known_until(replace(cohort, subjects=subjects), limits)


def known_until(cohort: Cohort, limits: pl.DataFrame) -> Cohort:
    """The tables without what happened after a day of each subject's own.

    Parameters
    ----------
    cohort
        Checked tables.
    limits
        ``subject`` and ``known_until``: the last study day, without the gap at zero (day 1 is 0, the day before -1).
        Subjects that it does not name are left out. What has no day, or belongs to a subject without a limit, is taken
        as known.
    """
    kept = cohort.subjects.join(limits.select("subject"), on="subject", how="semi", maintain_order="left")

    def cut(frame: pl.DataFrame, day: str) -> pl.DataFrame:
        dated = frame.join(limits, on="subject", how="inner", maintain_order="left")
        return dated.filter(_known(day).fill_null(True)).drop(LAST)

    follow = cohort.followup.join(limits, on="subject", how="inner", maintain_order="left")
    follow = follow.with_columns(
        relapsed=pl.col("relapsed") & _known("relapse_day").fill_null(True),
        died=pl.col("died") & _known("death_day").fill_null(True),
        last_contact_day=pl.when(_known("last_contact_day").fill_null(True))
        .then("last_contact_day")
        .otherwise(_study_day(pl.col(LAST))),
    ).with_columns(
        relapse_day=pl.when("relapsed").then("relapse_day"),
        death_day=pl.when("died").then("death_day"),
        cause=pl.when("died").then("cause"),
    )
    events = cohort.adverse_events.join(limits, on="subject", how="inner", maintain_order="left")
    ended = pl.when(_known("end_day").fill_null(True)).then("end_day")
    return replace(
        cohort,
        subjects=kept,
        responses=cut(cohort.responses, "day"),
        procedures=cut(cohort.procedures, "day"),
        labs=cut(cohort.labs, "day"),
        doses=cut(cohort.doses, "day"),
        changes=cut(cohort.changes, "day"),
        adverse_events=events.filter(_known("start_day").fill_null(True)).with_columns(end_day=ended).drop(LAST),
        followup=follow.drop(LAST),
    )


def serial_day(day: str) -> pl.Expr:
    """A study day without the gap at zero, counted from 0: day 1 is 0, the day before it -1."""
    count = pl.col(day).cast(pl.Int64)
    return pl.when(count > 0).then(count - 1).otherwise(count)


def _known(day: str) -> pl.Expr:
    """Whether a study day had come; null where either is unknown."""
    return serial_day(day) <= pl.col(LAST)


def _study_day(serial: pl.Expr) -> pl.Expr:
    return pl.when(serial >= 0).then(serial + 1).otherwise(serial).cast(pl.Int32)
