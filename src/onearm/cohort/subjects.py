"""The table `subjects`: identity, cohort, enrolment, time zero and the protocol version that governs."""

from __future__ import annotations

import polars as pl

from onearm.cohort.covariates import read_covariates
from onearm.cohort.log import Log, count, quoted
from onearm.cohort.schema import BEGINNINGS, Source
from onearm.cohort.shape import Shaped
from onearm.cohort.values import codes, times, wholes
from onearm.errors import listed


def day_of(date: str, zero: str) -> pl.Expr:
    """Study day of a date column relative to another, as `onearm.units.study_day` counts it (Int32)."""
    days = (pl.col(date) - pl.col(zero)).dt.total_days()
    return pl.when(days >= 0).then(days + 1).otherwise(days).cast(pl.Int32)


def read_subjects(shaped: Shaped, source: Source, log: Log) -> pl.DataFrame:
    """Read and check `subjects`.

    Returns
    -------
    polars.DataFrame
        The columns of the clean table, ``line``, and ``base``: the date (or, when the source counts days,
        nothing) from which the days of this subject are checked: time zero, or enrolment for those never
        treated.
    """
    frame = shaped.frame
    _twice(frame, "subject", "D230", "keep one row a subject", log)
    frame = wholes(frame, "number", log)
    for column in ("enrolled", "treatment_start", *BEGINNINGS):
        frame = times(frame, column, source.days, log)
    frame = _cohort(frame, shaped, source, log)
    _numbers(frame, source, log)
    frame = read_covariates(frame, shaped, source, log)
    _order(frame, source, log)
    frame = _zero(frame, shaped, source, log)
    return frame.with_columns(_version(frame, source))


def _twice(frame: pl.DataFrame, column: str, code: str, step: str, log: Log) -> None:
    missing = frame[column].null_count()
    if frame[column].n_unique() - (missing > 0) == frame.height - missing:
        return
    first = frame.filter(pl.col(column).is_not_null()).unique(column, keep="first", maintain_order=True)
    again = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_first_distinct())
    bad = again.join(first.select(column, pl.col("at").alias("_first")), on=column, how="left")
    log.rows(code, bad, lambda r: f"{column} {quoted(r[column])} is already at {r['_first']}", step)


def _numbers(frame: pl.DataFrame, source: Source, log: Log) -> None:
    """One number a patient: of the trial, or of each cohort where versions count the patients of a cohort."""
    by_cohort = any(isinstance(v.start.patient, dict) for v in source.protocol.versions.values())
    parts = frame.partition_by("cohort", maintain_order=True) if by_cohort else [frame]
    for part in parts:
        _twice(part, "number", "D231", "give every patient a number of their own", log)


def _cohort(frame: pl.DataFrame, shaped: Shaped, source: Source, log: Log) -> pl.DataFrame:
    cohorts = list(source.protocol.cohorts)
    if source.external or not cohorts:
        return frame
    if "cohort" in shaped.present:
        return codes(frame, "cohort", cohorts, log, "D236")
    return frame.with_columns(pl.lit(cohorts[0] if len(cohorts) == 1 else None, dtype=pl.String).alias("cohort"))


def _order(frame: pl.DataFrame, source: Source, log: Log) -> None:
    """Treatment after enrolment; numbers without gaps and in the order of enrolment."""
    log.rows(
        "D238",
        frame.filter(pl.col("treatment_start") < pl.col("enrolled")),
        lambda r: f"treatment started ({r['treatment_start']}) before enrolment ({r['enrolled']})",
        "correct one of the two",
    )
    if source.external:
        return
    _gaps(frame, log)
    dated = frame.filter(pl.col("number").is_not_null() & pl.col("enrolled").is_not_null())
    latest = dated.sort("cohort", "number").with_columns(
        pl.col("enrolled").cum_max().shift(1).over("cohort").alias("_latest")
    )
    log.rows(
        "D237",
        latest.filter(pl.col("enrolled") < pl.col("_latest")) if not source.days else latest.clear(),
        lambda r: f"patient {r['number']} was enrolled {r['enrolled']}, a lower number only {r['_latest']}",
        "check number and enrolment date",
        "warning",
    )


def _gaps(frame: pl.DataFrame, log: Log) -> None:
    numbers = frame["number"].drop_nulls().unique().sort()
    if len(numbers) < 2:
        return
    pairs = pl.DataFrame({"a": numbers[:-1], "b": numbers[1:]}).filter(pl.col("b") - pl.col("a") > 1)
    if pairs.height:
        words = [f"{a + 1}" if b - a == 2 else f"{a + 1} to {b - 1}" for a, b in pairs.head(13).iter_rows()]
        says = f"the patient numbers have {count(pairs.height, 'gap')}: {listed(words)}"
        log.add("D235", str(frame["at"][0]), says, "check that no enrolled patient is left out", "note")


def _zero(frame: pl.DataFrame, shaped: Shaped, source: Source, log: Log) -> pl.DataFrame:
    zero = source.protocol.trial.time_zero
    told = "treatment_start" in shaped.present
    if not told:
        says = "there is no column `treatment_start`: everyone counts as treated"
        log.add("D247", f"{shaped.file}:1", says, "add it if some were never treated", "note")
    treated = pl.col("treatment_start").is_not_null() if told else pl.lit(True)
    frame = frame.with_columns(treated.alias("treated"))
    if source.days:
        if not told and zero == "treatment_start":  # day 1 is the start of treatment by definition
            frame = frame.with_columns(pl.lit(1, dtype=pl.Int32).alias("treatment_start"))
        return _zero_in_days(frame, zero, log)
    frame = frame.with_columns(
        pl.col(zero).alias("time_zero"), pl.coalesce(zero, "enrolled", "treatment_start").alias("base")
    )
    return frame.with_columns(
        day_of("enrolled", "time_zero").alias("enrolled_day"),
        day_of("treatment_start", "time_zero").alias("treatment_start_day"),
        *(day_of(c, "time_zero").alias(f"{c}_day") for c in BEGINNINGS),
    )


def _zero_in_days(frame: pl.DataFrame, zero: str, log: Log) -> pl.DataFrame:
    log.rows(
        "D248",
        frame.filter(pl.col(zero) != 1),
        lambda r: f"`{zero}` is time zero but stands at day {r[zero]}",
        f"count all days of this subject so that `{zero}` is day 1",
    )
    nothing = pl.lit(None, dtype=pl.Date)
    return frame.with_columns(
        *(pl.col(c).alias(f"{c}_day") for c in ("enrolled", "treatment_start", *BEGINNINGS))
    ).with_columns(*(nothing.alias(c) for c in ("enrolled", "treatment_start", "time_zero", "base")))


def _version(frame: pl.DataFrame, source: Source) -> pl.Series:
    """The last version, in the protocol's order, that governs each subject; none for external subjects."""
    versions = [] if source.external else list(source.protocol.versions.items())[::-1]
    rows = frame.select("number", "cohort", "enrolled").iter_rows()
    governed = [
        next((name for name, v in versions if n is not None and v.governs(n, c or "", e)), None)
        for n, c, e in (rows if versions else ())
    ]
    return pl.Series("version", governed or [None] * frame.height, dtype=pl.String)
