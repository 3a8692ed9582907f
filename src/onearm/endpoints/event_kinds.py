"""Terms and classes of adverse events: spellings of one are one, and each term has its class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from onearm.protocol.adverse_events import folded

NO_CLASS = "No class given"


@dataclass(frozen=True, slots=True)
class Kinds:
    """What the words of a table of adverse events stand for.

    ``written`` has ``term`` and ``soc`` as they stand in rows, with ``term_code`` and ``soc_code``: positions in
    ``terms`` and ``socs``. ``socs`` gives each class ``soc_key`` (folded; empty for none) and ``words``; ``terms``,
    one row for each class that a term has, ``soc_code``, ``term_key``, ``words`` and ``alone`` (whether the term has
    one class).
    """

    written: pl.DataFrame
    socs: pl.DataFrame
    terms: pl.DataFrame


def kinds(events: pl.DataFrame, groups: Mapping[str, tuple[str, ...]]) -> Kinds:
    """The terms and classes of some events.

    Classes are those of ``groups`` (class -> terms), where there are any, else those written. A term that has one class
    in all rows with a class has it in the others too.
    """
    counts = events.group_by("term", "soc").len("rows").rename({"soc": "soc_written"})
    counts = counts.with_columns(_folds(counts["term"]).alias("term_key"), soc="soc_written")
    if groups:
        of = {folded(term): name for name, terms in groups.items() for term in terms}
        counts = counts.with_columns(soc=pl.col("term_key").replace_strict(of, default=None, return_dtype=pl.String))
    counts = counts.with_columns(_folds(counts["soc"]).alias("soc_key"))
    classes = counts.drop_nulls("soc_key").group_by("term_key").agg(pl.col("soc_key").unique().sort().alias("_all"))
    only = classes.filter(pl.col("_all").list.len() == 1).select("term_key", pl.col("_all").list.first().alias("_only"))
    counts = counts.join(only, on="term_key", how="left")
    counts = counts.with_columns(soc_key=pl.coalesce("soc_key", "_only").fill_null(""))
    socs = _spelt(counts, ["soc_key"], "soc").with_row_index("soc_code")
    terms = _spelt(counts, ["soc_key", "term_key"], "term").with_row_index("term_code")
    terms = terms.join(socs.select("soc_key", "soc_code"), on="soc_key", how="left", maintain_order="left")
    coded = counts.join(terms.drop("words"), on=["soc_key", "term_key"], how="left")
    return Kinds(
        coded.select("term", "term_code", "soc_code", soc="soc_written"),
        socs.drop("soc_code"),
        terms.select("soc_code", "term_key", "words", alone=pl.len().over("term_key") == 1),
    )


def _folds(words: pl.Series) -> pl.Series:
    return pl.Series([None if w is None else folded(w) for w in words.to_list()], dtype=pl.String)


def _spelt(counts: pl.DataFrame, keys: list[str], column: str) -> pl.DataFrame:
    """Each key with the spelling that most rows have; of several the first in the alphabet."""
    spellings = counts.group_by(*keys, column).agg(pl.col("rows").sum())
    spellings = spellings.filter(pl.col(column).is_not_null() | (pl.col("soc_key") == ""))
    first = spellings.sort(*keys, -pl.col("rows").cast(pl.Int64), column).unique(
        keys, keep="first", maintain_order=True
    )
    return first.select(*keys, words=pl.col(column).fill_null(NO_CLASS))
