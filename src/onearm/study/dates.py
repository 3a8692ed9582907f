"""The dates on which anything happened in a trial."""

from __future__ import annotations

import datetime as dt

import polars as pl

from onearm.cohort.as_of import serial_day
from onearm.cohort.tables import Cohort
from onearm.protocol.monitoring import Window

_DAYS = {
    "followup": ("relapse_day", "death_day", "last_contact_day"),
    "responses": ("day",),
    "procedures": ("day",),
    "adverse_events": ("start_day",),
}
"""Columns of study days by table: what facts are made of."""


def last_day(cohort: Cohort) -> dt.date | None:
    """The last date of the data: nothing is known of later days. None where the trial counts study days."""
    return max(happened(cohort, None), default=None)


def happened(cohort: Cohort, window: Window | None) -> set[dt.date]:
    """Every date on which a patient came, something happened to one, or a window closed.

    Parameters
    ----------
    cohort
        Checked tables.
    window
        The window of a rule: the day it closes, and for cycles the days of the doses, count too.
    """
    zero = cohort.subjects.select("subject", "time_zero")
    found = {*cohort.subjects["enrolled"].to_list(), *cohort.subjects["treatment_start"].to_list()}
    columns = dict(_DAYS) | ({"doses": ("day",)} if window is not None and window.cycles is not None else {})
    for table, days in columns.items():
        frame = getattr(cohort, table).join(zero, on="subject", how="inner")
        for day in days:
            found.update(frame.select(_date(serial_day(day)))["date"].to_list())
    if window is not None:
        length = window.days or (window.cycles or 0) * (window.cycle_days or 0)
        found.update(zero.select(_date(pl.lit(length - 1)))["date"].to_list())
    return {d for d in found if d is not None}


def _date(serial: pl.Expr) -> pl.Expr:
    return (pl.col("time_zero") + pl.duration(days=serial)).alias("date")
