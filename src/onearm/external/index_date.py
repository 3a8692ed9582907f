"""Day one of each row of a source, whose row it is, and which of a person's lines counts; blind to outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from onearm.cohort.tables import Cohort
from onearm.errors import Finding, listed

COLUMNS: dict[str, pl.DataType] = {
    "subject": pl.String(),
    "at": pl.String(),
    "person": pl.String(),
    "day_one": pl.Date(),
    "treatment_start_day": pl.Int32(),
    "eligible_day": pl.Int32(),
    "assessed_day": pl.Int32(),
    "followed_from_day": pl.Int32(),
}
"""Columns of `Timing`; study days, day 1 = time zero, null where the source does not say."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When each row of a source begins, and nothing about how it goes on.

    ``person`` is who the row belongs to: rows of one person are lines of treatment. ``day_one`` is the date of time
    zero, null where the source counts days. ``eligible_day`` is the study day on which the last criterion was known to
    be met, ``assessed_day`` that of the newest covariate, ``followed_from_day`` the first day on which a death would
    have been seen.

    Raises
    ------
    TypeError
        The frame has other columns or other types than `COLUMNS`: there is no place for an outcome.
    """

    frame: pl.DataFrame

    def __post_init__(self) -> None:
        if dict(self.frame.schema) != COLUMNS:
            raise TypeError(f"Timing holds {listed(COLUMNS)} and nothing else; found {listed(self.frame.columns)}")

    def only(self, subjects: Iterable[str]) -> Timing:
        """These rows, in the order of the rows."""
        return Timing(self.frame.filter(pl.col("subject").is_in(list(subjects))))

    def persons(self, subjects: Sequence[str]) -> tuple[str, ...]:
        """Whose row each of these subjects is."""
        asked = pl.DataFrame({"subject": list(subjects)}, schema={"subject": pl.String})
        found = asked.join(self.frame.select("subject", "person"), on="subject", how="left", maintain_order="left")
        if found["person"].null_count():
            raise KeyError(f"no beginning is known of {found.filter(pl.col('person').is_null())['subject'][0]!r}")
        return tuple(found["person"].to_list())


def timing(cohort: Cohort) -> Timing:
    """Take the beginnings out of a cohort, and nothing else.

    Columns that the source lacks are null; a row without ``person`` is a person of its own.
    """
    rows = cohort.subjects
    there = {name: pl.col(name) for name in COLUMNS if name in rows.columns}
    there |= {"day_one": pl.col("time_zero")} if "time_zero" in rows.columns else {}
    columns = [there.get(n, pl.lit(None)).cast(kind).alias(n) for n, kind in COLUMNS.items()]
    frame = rows.select(columns).with_columns(pl.coalesce("person", "subject").alias("person"))
    return Timing(frame)


def several(found: Timing) -> tuple[str, ...]:
    """Persons with more than one row, in the order of the rows."""
    frame = found.frame.group_by("person", maintain_order=True).len().filter(pl.col("len") > 1)
    return tuple(frame["person"].to_list())


def check_lines(found: Timing, where: str, rule: str | None) -> tuple[Finding, ...]:
    """What stands in the way of choosing among a person's lines.

    Parameters
    ----------
    found
        The beginnings of an external source.
    where
        The file, for the place of the finding.
    rule
        ``first``, ``last``, ``all``, or None when the protocol does not say.
    """
    findings = []
    repeated = several(found)
    if repeated and rule is None:
        who = "1 person has" if len(repeated) == 1 else f"{len(repeated)} persons have"
        says = f"{who} several rows, and the protocol does not say which of them count"
        findings.append(Finding("D320", "error", where, says, "say `alignment.index.rule`: first, last or all"))
    if rule is not None and not repeated:
        says = "no person has several rows: the rule of the index date chooses nothing"
        findings.append(Finding("D321", "note", where, says, "give each line a row of `subjects`, with `person`"))
    frame = found.frame.filter(pl.col("person").is_in(list(repeated)))
    same = frame.filter(pl.col("day_one").is_not_null() & pl.struct("person", "day_one").is_duplicated())
    for person in dict.fromkeys(same["person"].to_list()):
        says = f"person {person} has two lines with the same day one"
        findings.append(Finding("D322", "error", where, says, "correct the dates, or delete one of the rows", person))
    undated = frame.filter(pl.col("day_one").is_null())
    if undated.height and rule in ("first", "last"):
        says = f"{undated.height} rows of persons with several lines have no date of day one: their order is not known"
        findings.append(Finding("D323", "error", where, says, "write dates, or give one row a person"))
    return tuple(findings)


def chosen(found: Timing, subjects: Sequence[str], rule: str) -> tuple[str, ...]:
    """Rows that count among these eligible ones: the first or last of each person by date, or all.

    Raises
    ------
    ValueError
        A person has several of these rows and not all of them have a date, or two have the same.
    """
    if rule == "all":
        return tuple(subjects)
    frame = found.only(subjects).frame
    many = frame.filter(pl.col("person").is_duplicated())
    if many["day_one"].null_count() or many.select(pl.struct("person", "day_one").is_duplicated().any()).item():
        raise ValueError("subjects: lines of one person need different dates of day one to be put in order")
    order = frame.sort("day_one", descending=rule == "last", nulls_last=True, maintain_order=True)
    keep = set(order.unique("person", keep="first", maintain_order=True)["subject"].to_list())
    return tuple(s for s in subjects if s in keep)
