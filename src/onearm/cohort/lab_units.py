"""Are the laboratory tests that an endpoint reads in the unit that it names?"""

from __future__ import annotations

import polars as pl

from onearm.cohort.log import Log
from onearm.cohort.schema import Source
from onearm.protocol.waterfall import Waterfall


def check_lab_units(labs: pl.DataFrame, source: Source, log: Log) -> None:
    """One finding (D228) for each endpoint whose test has values in other units; external sources have none."""
    if source.external:
        return
    for e in source.protocol.endpoints.values():
        if not isinstance(e, Waterfall):
            continue
        mine = labs.filter((pl.col("test").str.to_lowercase() == e.test.lower()) & pl.col("value").is_not_null())
        other = mine.filter(pl.col("unit").is_null() | (pl.col("unit") != e.unit))
        if other.is_empty():
            continue
        found = ", ".join(sorted({f'"{u}"' if u else "none" for u in other["unit"].to_list()}))
        n = "a value" if other.height == 1 else f"{other.height} values"
        says = f'{n} of "{e.test}" in another unit than "{e.unit}": {found}'
        step = "write the unit of the table into the endpoint, or convert the values"
        log.add("D228", str(other["at"][0]), says, step)
