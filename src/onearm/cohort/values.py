"""From text to dates, study days, numbers and codes; what cannot be read becomes null and a finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from onearm.cohort.log import Log, quoted
from onearm.errors import listed, near

_ISO = r"^(1[89]|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
_DATE_LIKE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_UNKNOWN = r"(u[nk]+|x+|-|\?+)"
_PARTIAL = rf"(?i)^[0-9]{{4}}(-([0-9]{{1,2}}|{_UNKNOWN}))?(-({_UNKNOWN}|0{{1,2}}))?$"
_SERIAL = r"^[2-6][0-9]{4}(\.[0-9]+)?$"
_DAY = r"^[+-]?[0-9]{1,6}(\.0*)?$"
_WHOLE = r"^[+-]?[0-9]{1,15}(\.0*)?$"
_NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_COMMA = r"^[+-]?[0-9]+,[0-9]+$"
_LARGEST = 1e12  # no measurement is larger; beyond it arithmetic would overflow
_EXCEL_EPOCH = dt.date(1899, 12, 30)


def times(frame: pl.DataFrame, column: str, days: bool, log: Log) -> pl.DataFrame:
    """Read a column of times: study days (Int32) or dates (Date).

    Parameters
    ----------
    frame
        With the column as text, ``at``, ``line`` and ``subject``.
    days
        Whether the source counts study days.

    Returns
    -------
    polars.DataFrame
        The frame with the column read; null where it is empty or cannot be read (a finding says so).
    """
    return _study_days(frame, column, log) if days else _dates(frame, column, log)


def _dates(frame: pl.DataFrame, column: str, log: Log) -> pl.DataFrame:
    text = pl.col(column)
    iso = pl.when(text.str.contains(_ISO)).then(text).otherwise(None)
    read = frame.with_columns(iso.str.to_date("%Y-%m-%d", strict=False).alias(column))
    if _lost(frame, read, column):
        _bad_dates(frame.filter(text.is_not_null() & read[column].is_null()), column, log)
    return read


def _lost(frame: pl.DataFrame, read: pl.DataFrame, column: str) -> bool:
    """Whether a cell that was filled could not be read; told by counting nulls, which costs nothing."""
    return read[column].null_count() > frame[column].null_count()


def _bad_dates(bad: pl.DataFrame, column: str, log: Log) -> None:
    text = pl.col(column)
    kind = (
        pl.when(text.str.contains(_PARTIAL))
        .then(pl.lit("D240"))
        .when(text.str.contains(_DATE_LIKE))
        .then(pl.lit("D241"))
        .when(text.str.contains(_SERIAL))
        .then(pl.lit("D243"))
        .otherwise(pl.lit("D242"))
    )
    bad = bad.with_columns(kind.alias("_kind"))
    said = {
        "D240": (
            "is not a complete date",
            "complete it to year-month-day, by the rule your protocol has for this",
        ),
        "D241": ("does not exist as a date", "correct it"),
        "D242": ("is not an ISO date", "write it as year-month-day, for instance 2014-05-03"),
        "D243": (
            "looks like an Excel serial number",
            "format the column as text year-month-day and export again",
        ),
    }
    for code, (what, step) in said.items():
        rows = bad.filter(pl.col("_kind") == code)
        log.rows(
            code,
            rows,
            lambda r, what=what, code=code: (  # type: ignore[misc]
                f"`{log.called(column)}` {quoted(r[column])} {what}{_meant(r[column]) if code == 'D243' else ''}"
            ),
            step,
        )


def _meant(serial: str) -> str:
    date = _EXCEL_EPOCH + dt.timedelta(days=int(serial.partition(".")[0]))
    return f" (for {date.isoformat()})"


def _study_days(frame: pl.DataFrame, column: str, log: Log) -> pl.DataFrame:
    day = _whole(column, _DAY).cast(pl.Int32, strict=False)
    read = frame.with_columns(pl.when(day != 0).then(day).alias(column))
    if _lost(frame, read, column):
        _bad_days(frame.with_columns(day.alias("_read")), column, log)
    return read


def _bad_days(read: pl.DataFrame, column: str, log: Log) -> None:
    bad = read.filter(pl.col(column).is_not_null() & pl.col("_read").is_null())
    log.rows(
        "D245",
        bad,
        lambda r: f"`{log.called(column)}` {quoted(r[column])} is not a whole study day",
        "write a whole number, day 1 is time zero and the day before it -1; or set `time: dates` for this source",
    )
    log.rows(
        "D246",
        read.filter(pl.col("_read") == 0),
        lambda _: f"`{log.called(column)}` is day 0, and there is no day 0",
        "count time zero as day 1 and the day before it as -1",
    )


def _whole(column: str, pattern: str) -> pl.Expr:
    text = pl.col(column)
    good = pl.when(text.str.contains(pattern)).then(text).otherwise(None)
    return good.str.replace(r"\.0*$", "").str.strip_prefix("+").cast(pl.Int64, strict=False)


def wholes(frame: pl.DataFrame, column: str, log: Log) -> pl.DataFrame:
    """Read a column of whole numbers of at least 1 (Int64); null where that fails."""
    whole = _whole(column, _WHOLE)
    read = frame.with_columns(pl.when(whole >= 1).then(whole).alias(column))
    if _lost(frame, read, column):
        log.rows(
            "D256",
            frame.filter(pl.col(column).is_not_null() & read[column].is_null()),
            lambda r: f"`{log.called(column)}` {quoted(r[column])} is not a whole number of at least 1",
            "write 1, 2, 3, ...",
        )
    return read


def numbers(frame: pl.DataFrame, column: str, log: Log) -> pl.DataFrame:
    """Read a column of numbers (Float64, at most 1e12 either way); null where that fails."""
    text = pl.col(column)
    good = pl.when(text.str.contains(_NUMBER)).then(text.str.strip_prefix("+")).otherwise(None)
    value = good.cast(pl.Float64, strict=False)
    read = frame.with_columns(pl.when(value.abs() <= _LARGEST).then(value).alias(column))
    if _lost(frame, read, column):
        bad = frame.filter(text.is_not_null() & read[column].is_null())
        comma = text.str.contains(_COMMA)
        log.rows(
            "D251",
            bad.filter(comma),
            lambda r: f"`{log.called(column)}` {quoted(r[column])} has a decimal comma",
            "write a decimal point, and no separators between thousands",
        )
        log.rows(
            "D250",
            bad.filter(~comma),
            lambda r: f"`{log.called(column)}` {quoted(r[column])} is not a number, or too large for one",
            "write a plain number, or leave the cell empty if it is not known",
        )
    return read


def _alike(word: str, options: list[str]) -> str:
    """Name the option meant: one that is near, or the only one that begins so."""
    begins = [o for o in options if o.casefold().startswith(word.casefold())]
    return near(word, options) or (f' (did you mean "{begins[0]}"?)' if len(begins) == 1 else "")


def codes(frame: pl.DataFrame, column: str, allowed: Iterable[str], log: Log, code: str = "D260") -> pl.DataFrame:
    """Keep the codes that are allowed; others become null with a finding that names the nearest."""
    options = list(allowed)
    read = frame.with_columns(pl.when(pl.col(column).is_in(options)).then(pl.col(column)).alias(column))
    if _lost(frame, read, column):
        log.rows(
            code,
            frame.filter(pl.col(column).is_not_null() & read[column].is_null()),
            lambda r: f"`{log.called(column)}` {quoted(r[column])} is not known{_alike(r[column][:200], options)}",
            f"use one of: {listed(options)}; or translate it under `codes` of the table in protocol.yaml",
        )
    return read
