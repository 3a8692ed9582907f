"""Which adverse events count: of whom, from which day until which, and whether as worse than before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from onearm.cohort.as_of import serial_day
from onearm.cohort.tables import Cohort
from onearm.endpoints.event_kinds import Kinds, kinds
from onearm.endpoints.sample import Analysis
from onearm.protocol.adverse_event_words import counting_words
from onearm.protocol.adverse_events import AdverseEvents
from onearm.protocol.document import Protocol

_EVER = 10_000_000  # a day after every other


@dataclass(frozen=True, slots=True)
class Chosen:
    """The events that count, and in words which those are.

    ``frame`` has ``place`` (position of the subject among ``members``), ``subject``, ``term`` as written, ``term_code``
    and ``soc_code`` (positions in ``kinds``), ``grade``, ``start_day`` and ``at``. ``notes`` are the rules, and how
    many rows they left out.
    """

    frame: pl.DataFrame
    kinds: Kinds
    members: tuple[str, ...]
    notes: tuple[str, ...]


def choose(e: AdverseEvents, a: Analysis) -> Chosen:
    """The rows of `adverse_events` that an endpoint counts."""
    members = a.populations[e.population]
    place = pl.DataFrame(
        {"subject": members, "place": range(len(members))}, schema={"subject": pl.String, "place": pl.UInt32}
    )
    events = a.cohort.adverse_events
    named = kinds(events, e.groups)
    rows = events.join(place, on="subject", how="inner")
    rows = rows.join(named.written, on=["term", "soc"], how="left", nulls_equal=True)
    rows = rows.with_columns(serial_day("start_day").alias("_start"), serial_day("end_day").alias("_end"))
    window = _window(e, a, place)
    rows = rows.join(window, on="place", how="left")
    rows = _carried(rows, counted=e.continued == "counted").with_columns(_left_out(e).alias("_why"))
    columns = ("place", "subject", "term", "term_code", "soc_code", "grade", "start_day", "at")
    kept = rows.filter(pl.col("_why").is_null()).select(columns)
    return Chosen(kept, named, members, tuple(_notes(e, a.protocol, rows, window)))


def _window(e: AdverseEvents, a: Analysis, place: pl.DataFrame) -> pl.DataFrame:
    """``place``, ``_from`` and ``_until`` of each member: serial study days; null for never."""
    first = serial_day("treatment_start_day")
    if e.emergent == "none" or e.emergent.start == "time-zero":
        first = pl.lit(0, dtype=pl.Int64)
    days = place.join(a.cohort.subjects, on="subject", how="left", maintain_order="left").select(
        "place", "subject", first.alias("_from")
    )
    if e.emergent == "none":
        return days.select("place", "_from", pl.lit(_EVER, dtype=pl.Int64).alias("_until"), dosed=pl.lit(True))
    last = (
        _doses(a.cohort, e.emergent.drugs, a.protocol)
        .group_by("subject")
        .agg((serial_day("day").max() + e.emergent.until_days).alias("_until"))
    )
    found = days.join(last, on="subject", how="left", maintain_order="left")
    return found.select("place", "_from", pl.col("_until").fill_null(_EVER), dosed=pl.col("_until").is_not_null())


def _doses(cohort: Cohort, drugs: Sequence[str], protocol: Protocol) -> pl.DataFrame:
    if not drugs:
        return cohort.doses
    wanted = {(protocol.drug_key(drug) or drug).lower() for drug in drugs}
    return cohort.doses.filter(pl.col("drug").str.to_lowercase().is_in(list(wanted)))


def _carried(rows: pl.DataFrame, *, counted: bool) -> pl.DataFrame:
    """The rows with ``_carried``: whether one goes on from before the period without having become worse.

    Rows of one term of one subject are one course as long as each begins at most a day after all before it have ended;
    a row without an end goes on. Only courses that began before the period can be carried into it.
    """
    old = rows.filter(pl.col("_start") < pl.col("_from")).select("place", "term_code").unique()
    if counted or old.is_empty():
        return rows.with_columns(pl.lit(False).alias("_carried"))
    of = ["place", "term_code"]
    line = rows.with_row_index("_row").join(old, on=of, how="semi").sort(*of, "_start", "_end", nulls_last=True)
    reach = pl.col("_end").fill_null(_EVER).cum_max().shift(1).over(of)
    line = line.with_columns(
        (pl.col("_start") > reach + 1).fill_null(False).cast(pl.Int32).cum_sum().over(of).alias("_course")
    )
    before = pl.col("_start") < pl.col("_from")
    highest = pl.col("grade").filter(before).max().over([*of, "_course"])
    goes_on = before.any().over([*of, "_course"]) & ~before & ~(pl.col("grade") > highest).fill_null(True)
    carried = line.filter(goes_on)["_row"]
    return (
        rows.with_row_index("_row").with_columns(pl.col("_row").is_in(carried.implode()).alias("_carried")).drop("_row")
    )


def _left_out(e: AdverseEvents) -> pl.Expr:
    """Why a row does not count, in a word, the first that holds; null where it does."""
    why = {
        "untreated": pl.col("_from").is_null(),
        "undated": pl.col("_start").is_null(),
        "before": pl.col("_start") < pl.col("_from"),
        "after": pl.col("_start") > pl.col("_until"),
        "carried": pl.col("_carried"),
    }
    for column in ("related", "serious"):
        if getattr(e, column) == "only":
            why[column] = ~(pl.col(column) == "yes").fill_null(e.unassessed == "counted")
    return pl.coalesce(pl.when(holds).then(pl.lit(word)) for word, holds in why.items())


def _notes(e: AdverseEvents, p: Protocol, rows: pl.DataFrame, window: pl.DataFrame) -> list[str]:
    said = [*counting_words(e, p)]
    counts = dict(rows["_why"].drop_nulls().value_counts().iter_rows())
    words = {
        "untreated": "of patients never treated",
        "undated": "without a study day",
        "before": "begun before",
        "after": "begun after the period",
        "carried": "gone on without becoming worse",
        "related": "not related",
        "serious": "not serious",
    }
    left = [f"{counts[key]} {text}" for key, text in words.items() if key in counts]
    said.append(
        f"{rows.height - sum(counts.values())} of {rows.height} rows count"
        + (f"; left out: {', '.join(left)}" if left else "")
    )
    never = int((~window["dosed"] & window["_from"].is_not_null()).sum())
    if never:
        said.append(f"{never} without a dose on record: all of their events from the first day on count")
    return said
