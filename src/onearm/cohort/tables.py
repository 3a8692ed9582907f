"""Tables as they were written, and tables as the analysis uses them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from onearm.errors import Finding

_DECIMAL = r"^-?[0-9]{1,15}(\.[0-9]{1,30}([eE][+-]?[0-9]{1,2})?|[eE][+-]?[0-9]{1,2})$"

LINE = "line"
"""Column of a raw table that holds the line in the file (row number for Parquet)."""

REQUIRED_TABLES = ("subjects", "followup")
"""Tables without which nothing can be analysed."""

CLEAN: dict[str, dict[str, pl.DataType]] = {
    "subjects": {
        "subject": pl.String(),
        "at": pl.String(),
        "number": pl.Int64(),
        "cohort": pl.String(),
        "enrolled": pl.Date(),
        "treatment_start": pl.Date(),
        "time_zero": pl.Date(),
        "enrolled_day": pl.Int32(),
        "treatment_start_day": pl.Int32(),
        "treated": pl.Boolean(),
        "version": pl.String(),
        "person": pl.String(),
        "eligible_day": pl.Int32(),
        "assessed_day": pl.Int32(),
        "followed_from_day": pl.Int32(),
    },
    "responses": {
        "subject": pl.String(),
        "at": pl.String(),
        "day": pl.Int32(),
        "response": pl.String(),
        "mrd": pl.String(),
        "mrd_value": pl.Float64(),
        "mrd_limit": pl.Float64(),
    },
    "adverse_events": {
        "subject": pl.String(),
        "at": pl.String(),
        "start_day": pl.Int32(),
        "end_day": pl.Int32(),
        "term": pl.String(),
        "grade": pl.Int32(),
        "soc": pl.String(),
        "related": pl.String(),
        "serious": pl.String(),
    },
    "procedures": {
        "subject": pl.String(),
        "at": pl.String(),
        "day": pl.Int32(),
        "procedure": pl.String(),
    },
    "doses": {
        "subject": pl.String(),
        "at": pl.String(),
        "day": pl.Int32(),
        "drug": pl.String(),
        "dose": pl.Float64(),
        "unit": pl.String(),
        "cycle": pl.Int32(),
    },
    "labs": {
        "subject": pl.String(),
        "at": pl.String(),
        "day": pl.Int32(),
        "test": pl.String(),
        "value": pl.Float64(),
        "unit": pl.String(),
        "upper": pl.Float64(),
    },
    "changes": {
        "subject": pl.String(),
        "at": pl.String(),
        "day": pl.Int32(),
        "change": pl.String(),
        "cycle": pl.Int32(),
        "day_of_cycle": pl.Int32(),
        "drug": pl.String(),
        "route": pl.String(),
        "value": pl.String(),
        "reason": pl.String(),
    },
    "followup": {
        "subject": pl.String(),
        "at": pl.String(),
        "relapse_day": pl.Int32(),
        "death_day": pl.Int32(),
        "cause": pl.String(),
        "last_contact_day": pl.Int32(),
        "relapsed": pl.Boolean(),
        "died": pl.Boolean(),
    },
}
"""Columns of each clean table, in order; covariates follow those of `subjects`."""


def is_pattern(name: str) -> bool:
    """Whether Polars would read a column's name as a pattern over names rather than as one name.

    Examples
    --------
    >>> is_pattern("*"), is_pattern("^a.*$"), is_pattern("age")
    (True, True, False)
    """
    return name == "*" or (name.startswith("^") and name.endswith("$"))


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table as it is written in its file.

    Parameters
    ----------
    name
        ``subjects``, ``responses``, ...
    file
        The file as people see it, relative to the trial folder: ``data/responses.csv``.
    frame
        Text columns exactly as written (surrounding spaces gone, empty = null) and ``line`` (Int64). A frame
        without columns means that the file could not be read.
    findings
        What was wrong with the file.
    """

    name: str
    file: str
    frame: pl.DataFrame
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Cohort:
    """The patients of one source, checked.

    Every frame has ``subject`` and ``at`` (``data/responses.csv:6``). Times are study days: day 1 is time
    zero, the day before it -1. A subject who was never treated has no time zero when that is the start of
    treatment, and no days.

    Parameters
    ----------
    name, label
        The source: ``trial`` or the key under ``external``, and its words for people.
    subjects
        One row a subject: ``number``, ``cohort``, ``enrolled``, ``treatment_start`` and ``time_zero``
        (dates, null when the source counts days), ``enrolled_day``, ``treatment_start_day``, ``treated``,
        ``version``, ``person`` (whose row it is, where one patient has several), ``eligible_day``, ``assessed_day``
        and ``followed_from_day`` (see `onearm.external.index_date`) and the covariates.
    responses
        ``day``, ``response``, ``mrd``, ``mrd_value``, ``mrd_limit`` (fractions of cells).
    adverse_events
        ``start_day``, ``end_day``, ``term``, ``grade``, ``soc`` (system organ class), ``related`` and ``serious``
        (``yes``, ``no`` or null).
    procedures
        ``day``, ``procedure``.
    doses
        ``day``, ``drug`` (the protocol's key), ``dose``, ``unit``, ``cycle``.
    labs
        ``day``, ``test``, ``value``, ``unit``, ``upper`` (limit of normal): measurements after baseline.
    changes
        ``day``, ``change``, ``cycle``, ``day_of_cycle``, ``drug`` (the protocol's key), ``route``, ``value``,
        ``reason``: what was decided about one patient's treatment, see `onearm.cohort.treatment`.
    followup
        ``relapse_day``, ``death_day``, ``cause``, ``last_contact_day``; ``relapsed`` and ``died`` hold for
        everyone, also where there is no study day.
    findings
        What was found that does not block.
    """

    name: str
    label: str
    subjects: pl.DataFrame
    responses: pl.DataFrame
    adverse_events: pl.DataFrame
    procedures: pl.DataFrame
    doses: pl.DataFrame
    labs: pl.DataFrame
    changes: pl.DataFrame
    followup: pl.DataFrame
    findings: tuple[Finding, ...] = ()


def content_digest(raw: RawTable) -> str:
    """SHA-256 of what a table says: sorted column names and their values, not the kind of file.

    A CSV and a Parquet file with the same content have the same digest; ``3.0`` and ``3`` are the same content.

    Examples
    --------
    >>> a = RawTable("t", "t.csv", pl.DataFrame({"b": ["1"], "a": ["2"], "line": [2]}))
    >>> b = RawTable("t", "t.parquet", pl.DataFrame({"a": ["2"], "b": ["1"], "line": [1]}))
    >>> content_digest(a) == content_digest(b)
    True
    """
    import numpy as np

    digest = hashlib.sha256()
    for name in sorted(c for c in raw.frame.columns if c != LINE):
        column = _plain_numbers(raw.frame[name])
        lengths = column.str.len_bytes().cast(pl.Int64).fill_null(-1).to_numpy()
        title = name.encode()
        digest.update(len(title).to_bytes(8, "little") + title)
        digest.update(len(column).to_bytes(8, "little") + lengths.astype(np.dtype("<i8")).tobytes())
        digest.update("".join(column.drop_nulls().to_list()).encode())
    return digest.hexdigest()


def _plain_numbers(column: pl.Series) -> pl.Series:
    """Decimal numbers in their shortest form, so that programs that write 3.0 and 3 say the same."""
    values = column.drop_nulls().unique()
    decimal = values.filter(values.str.contains(_DECIMAL)).to_list()
    short = [repr(float(v)).removesuffix(".0") for v in decimal]
    return column.replace(decimal, pl.Series(short, dtype=pl.String)) if decimal else column
