"""A column of facts: what is true of each subject, in words, with the rows that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

Kind = Literal["yes-no", "category", "time"]


@dataclass(frozen=True, slots=True)
class FactColumn:
    """One fact of every enrolled subject.

    ``frame`` has one row a subject: ``subject``; ``value`` (Boolean for yes-no, String for a category; null where the
    question does not apply) or, for a time, ``days`` (Int32, both ends counted, null where it does not apply),
    ``event`` (Boolean) and ``cause`` (String); then ``says`` (String) and ``at`` (List of String,
    ``data/responses.csv:6``).
    """

    name: str
    label: str
    kind: Kind
    rules: tuple[str, ...]
    frame: pl.DataFrame


def rows_of(*columns: str) -> pl.Expr:
    """Places gathered from several columns (String or List) into one list without nulls."""
    return pl.concat_list([pl.col(c) for c in columns]).list.drop_nulls().list.unique(maintain_order=True)


def day_text(column: str) -> pl.Expr:
    """``day 28`` from a column of study days; null stays null."""
    return pl.concat_str(pl.lit("day "), pl.col(column).cast(pl.String))
