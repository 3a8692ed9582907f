"""A listing of adverse events: one row an event, with what was given and done before it."""

from __future__ import annotations

from typing import Any

import polars as pl

from onearm.cohort.as_of import serial_day
from onearm.endpoints.sample import Analysis, Output
from onearm.protocol.adverse_events import EventListing, folded
from onearm.results import Listing


def event_listing(name: str, e: EventListing, a: Analysis) -> Output:
    """The events of the clause's terms in a population, in the cohort's order, then by day."""
    rows = _events(e, a)
    if e.drug:
        rows = _since_dose(rows, e.drug, a)
    if e.procedure:
        rows = _procedure(rows, e.procedure, a)
    heads = _columns(e, a)
    return Output(
        listed=[
            Listing(
                id=name,
                title=e.label or " or ".join(e.terms),
                section="safety",
                columns=tuple(heads.values()),
                rows=tuple(tuple(_text(row[column]) for column in heads) for row in rows.iter_rows(named=True)),
                subjects=tuple(rows["subject"].to_list()),
                notes=_notes(e, a),
            )
        ]
    )


def _columns(e: EventListing, a: Analysis) -> dict[str, str]:
    """Columns of the rows, and their headings."""
    heads = {"subject": "Subject", "number": "Patient number", "version": "Version", "term": "Event", "grade": "Grade"}
    if not a.protocol.versions:
        del heads["version"]
    heads |= {"start_day": "First day", "end_day": "Last day"}
    if e.drug:
        heads["since"] = f"Days since last dose of {_label(e.drug, a)}"
    if e.procedure:
        heads["before"] = f"{e.procedure} before"
    return heads | {"outcome": "Last known"}


def _label(drug: str, a: Analysis) -> str:
    key = a.protocol.drug_key(drug)
    return a.protocol.drugs[key].label or key if key else drug


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _events(e: EventListing, a: Analysis) -> pl.DataFrame:
    members = a.populations[e.population]
    wanted = [folded(term) for term in e.terms]
    place = pl.DataFrame(
        {"subject": members, "place": range(len(members))}, schema={"subject": pl.String, "place": pl.UInt32}
    )
    about = a.cohort.subjects.select("subject", "number", "version")
    end = a.cohort.followup.select("subject", outcome=_outcome())
    term = pl.col("term").str.to_lowercase().str.replace_all(r"\s+", " ")
    return (
        a.cohort.adverse_events.filter(
            term.is_in(wanted) & (pl.col("grade") >= e.min_grade).fill_null(e.min_grade == 1)
        )
        .join(place, on="subject", how="inner")
        .join(about, on="subject", how="left")
        .join(end, on="subject", how="left")
        .with_columns(serial_day("start_day").alias("_start"))
        .sort("place", "_start", "end_day", "at", nulls_last=True)
        .with_row_index("_row")
    )


def _outcome() -> pl.Expr:
    """Dead or alive, and on which day, as far as it is known."""

    def on(day: str) -> pl.Expr:
        return pl.concat_str(pl.lit(" on day "), pl.col(day).cast(pl.String)).fill_null("")

    cause = pl.concat_str(pl.lit(" ("), "cause", pl.lit(")")).fill_null("")
    dead = pl.concat_str(pl.lit("dead"), on("death_day"), cause)
    return pl.when("died").then(dead).otherwise(pl.concat_str(pl.lit("alive"), on("last_contact_day")))


def _since_dose(rows: pl.DataFrame, drug: str, a: Analysis) -> pl.DataFrame:
    """``since``: days from the last dose on or before the first day of the event; null where there is none."""
    key = (a.protocol.drug_key(drug) or drug).lower()
    given = a.cohort.doses.filter(pl.col("drug").str.to_lowercase() == key)
    days = given.select("subject", serial_day("day").alias("_given"))
    last = (
        rows.select("_row", "subject", "_start")
        .join(days, on="subject", how="inner")
        .filter(pl.col("_given") <= pl.col("_start"))
        .group_by("_row")
        .agg((pl.col("_start") - pl.col("_given")).min().alias("since"))
    )
    return rows.join(last, on="_row", how="left", maintain_order="left")


def _procedure(rows: pl.DataFrame, procedure: str, a: Analysis) -> pl.DataFrame:
    """``before``: whether the first such procedure came before the event, on its first day, or not; and its day."""
    done = a.cohort.procedures.filter(pl.col("procedure").str.to_lowercase() == procedure.lower())
    first = done.group_by("subject").agg(pl.col("day").min().alias("_day"), pl.lit(True).alias("_done"))
    joined = rows.join(first, on="subject", how="left", maintain_order="left")
    day, at = pl.col("_day"), pl.concat_str(pl.lit("day "), pl.col("_day").cast(pl.String))
    word = (
        pl.when(pl.col("_done").is_null())
        .then(pl.lit("no"))
        .when(day.is_null() | pl.col("start_day").is_null())
        .then(None)
        .when(day < pl.col("start_day"))
        .then(pl.concat_str(pl.lit("yes, "), at))
        .when(day == pl.col("start_day"))
        .then(pl.concat_str(pl.lit("on the same day, "), at))
        .otherwise(pl.concat_str(pl.lit("no, later: "), at))
    )
    return joined.with_columns(before=word)


def _notes(e: EventListing, a: Analysis) -> tuple[str, ...]:
    grade = "any grade" if e.min_grade == 1 else f"grade {e.min_grade} or worse"
    said = [
        f"Population: {a.label(e.population)}.",
        f"Every row of {' or '.join(e.terms)}, {grade}, also before day 1.",
        "Days are study days. A cell is empty where nothing is on record.",
    ]
    if e.drug:
        said.append(
            f"Last dose of {_label(e.drug, a)}: the last one on record on or before the first day of the event."
        )
    if e.procedure:
        said.append(f"{e.procedure}: the first one on record, held against the first day of the event.")
    return tuple(said)
