"""Calendar time: when the patients of both sides began, and whether that was at the same time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from onearm.external.index_date import Timing
from onearm.protocol.alignment import Period


@dataclass(frozen=True, slots=True)
class Calendar:
    """First and last day one of each side (None where it counts days), and how many of the external lie within."""

    trial: tuple[dt.date, dt.date] | None
    external: tuple[dt.date, dt.date] | None
    within: int
    n: int

    @property
    def overlaps(self) -> bool | None:
        """Whether the two ranges of dates overlap; None where one is not known."""
        if self.trial is None or self.external is None:
            return None
        return self.external[0] <= self.trial[1] and self.trial[0] <= self.external[1]

    @property
    def words(self) -> str:
        """Whether the external patients are contemporaneous with the trial's."""
        if self.overlaps is None:
            return "whether the external patients are contemporaneous is not known: a source counts days, not dates"
        if not self.overlaps:
            return "not contemporaneous: no day one of an external patient lies within those of the trial"
        if self.within == self.n:
            return "contemporaneous: every day one of an external patient lies within those of the trial"
        return f"partly contemporaneous: {self.within} of {self.n} external patients began within the trial's dates"


def calendar(trial: Timing, external: Timing) -> Calendar:
    """Compare the dates on which the two sides began."""
    ours, theirs = span(trial), span(external)
    within = 0
    if ours is not None:
        within = external.frame.filter(pl.col("day_one").is_between(*ours)).height
    return Calendar(ours, theirs, within, external.frame.height)


def span(found: Timing) -> tuple[dt.date, dt.date] | None:
    """First and last date of day one; None where there is no date."""
    first, last = found.frame["day_one"].min(), found.frame["day_one"].max()
    return (first, last) if isinstance(first, dt.date) and isinstance(last, dt.date) else None


def inside(found: Timing, subjects: Sequence[str], period: Period) -> tuple[str, ...]:
    """Those of these subjects whose day one lies in the period; without a date nobody does."""
    first, last = period.from_ or dt.date.min, period.to or dt.date.max
    kept = set(found.frame.filter(pl.col("day_one").is_between(first, last))["subject"].to_list())
    return tuple(s for s in subjects if s in kept)
