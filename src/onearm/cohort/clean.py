"""Tables in their final columns and order."""

from __future__ import annotations

import re

import polars as pl

from onearm.cohort.schema import Source
from onearm.cohort.tables import CLEAN

_PIECES = re.compile(r"([0-9]+)")


def natural(text: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sort key that puts ``s2`` before ``s10``.

    Examples
    --------
    >>> sorted(["s10", "s2", "s02"], key=natural)
    ['s02', 's2', 's10']
    """
    pieces = (p for p in _PIECES.split(text) if p)
    return tuple((0, int(p[:4000]), "") if p.isascii() and p.isdigit() else (1, 0, p) for p in pieces), text


def clean_subjects(frame: pl.DataFrame, source: Source) -> pl.DataFrame:
    """`subjects` with its final columns, by number and then by name."""
    columns = [*CLEAN["subjects"], *source.protocol.covariates]
    kinds = {**CLEAN["subjects"]}
    typed = frame.select(pl.col(c).cast(kinds[c]) if c in kinds else pl.col(c) for c in columns)
    names = sorted(typed["subject"].to_list(), key=natural)
    rank = pl.DataFrame({"subject": names, "_rank": range(len(names))}, schema_overrides={"subject": pl.String})
    return typed.join(rank, on="subject").sort("number", "_rank", nulls_last=True).drop("_rank")


def clean_table(name: str, frame: pl.DataFrame | None, subjects: pl.DataFrame) -> pl.DataFrame:
    """Bring any other table to its final columns, by subject, day and the rest; empty when there is none.

    Subjects without time zero have no study days.
    """
    kinds = CLEAN[name]
    if frame is None:
        return pl.DataFrame(schema=kinds)
    rows = frame.lazy()
    if name == "followup":
        rows = rows.with_columns(
            pl.col("relapse").is_not_null().alias("relapsed"), pl.col("death").is_not_null().alias("died")
        )
    days = [c for c in kinds if c.endswith("day")]
    rows = rows.with_columns(pl.when(~pl.col("no_zero")).then(pl.col(c)).alias(c) for c in days)
    typed = rows.select(pl.col(c).cast(k) for c, k in kinds.items())
    order = subjects.lazy().select("subject").with_row_index("_order")
    keys = ["_order", *(c for c in kinds if c not in ("subject", "at"))]
    ordered = typed.join(order, on="subject").sort(keys, nulls_last=True, maintain_order=True)
    return ordered.drop("_order").collect()
