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
        ``subject term_key soc_key term grade start_day at``, a row for each event that counts.
    soc, term
        Folded; None for any.
    """

    def __init__(self, events: pl.DataFrame, soc: str | None, term: str | None) -> None:
        self._events = events
        self._of = {"soc_key": soc, "term_key": term}

    @cached_property
    def _told(self) -> dict[str, Evidence]:
        chosen = [pl.col(column) == key for column, key in self._of.items() if key is not None]
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
