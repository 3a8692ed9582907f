"""What a population may be told by: columns of subjects with every yes/no and category fact beside them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from onearm.cohort.population import condition_columns
from onearm.cohort.tables import Cohort
from onearm.facts import FactColumn


def columns(cohort: Cohort, facts: Mapping[str, FactColumn]) -> pl.DataFrame:
    """Columns of subjects with every yes/no and category fact beside them."""
    frame = condition_columns(cohort)
    for name, fact in facts.items():
        if fact.kind != "time":
            values = fact.frame.select("subject", pl.col("value").alias(name))
            frame = frame.join(values, on="subject", how="left", maintain_order="left")
    return frame
