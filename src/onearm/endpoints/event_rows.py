"""The rows behind a number of adverse events, looked up when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import polars as pl

from onearm.results import Evidence


class EventRows(Mapping[str, Evidence]):
    """Of each subject the events of one class and term: how many, the worst of them, and their rows.

    A trial may have a million events and hundreds of terms: the words are made on the first look.

    Parameters
    ----------
    events
        ``place subject term grade start_day at`` and the columns of ``of``, a row for each event that counts.
    of
        Column -> code: which of them these are; empty for all.
    """

    def __init__(self, events: pl.DataFrame, of: Mapping[str, int]) -> None:
        self._events = events
        self._of = of

    @cached_property
    def _told(self) -> dict[str, Evidence]:
        chosen = [pl.col(column) == code for column, code in self._of.items()]
        rows = self._events.filter(chosen) if chosen else self._events
        worst = rows.sort("place", -pl.col("grade"), "start_day", "at", nulls_last=True)
        grade = pl.concat_str(pl.lit("grade "), pl.col("grade").cast(pl.String)).fill_null("grade unknown")
        says = pl.format("{} {} on day {}", "term", grade, "start_day").first()
        found = worst.group_by("subject", maintain_order=True).agg(says=says, at=pl.col("at"), rows=pl.len())
        return {
            subject: Evidence(words if n == 1 else f"{words}, the worst of {n} events", tuple(at))
            for subject, words, at, n in found.iter_rows()
        }

    def __getitem__(self, subject: str) -> Evidence:
        return self._told[subject]

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)
