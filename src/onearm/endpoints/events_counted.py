"""Patients by class, term and worst grade: the counting itself, on whole columns.

Let W(s, k) be the highest grade among the rows of subject s in cell k (a term, a class, or everything). A subject
counts once in a cell, at W: the counts by grade add up to the patients with any event, and those of the terms need not
add up to those of their class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

UNKNOWN = 0
"""Stands for a worst grade that no row gives."""

Places = NDArray[np.uint32]
Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """The subjects of one cell.

    ``places`` has an entry for each worst grade that occurs (`UNKNOWN` where no row has one): the subjects' positions,
    ascending. ``rows`` counts the rows behind them.
    """

    places: dict[int, Places] = field(default_factory=dict)
    rows: int = 0

    def patients(self, first: int = UNKNOWN, last: int = 5) -> int:
        """How many subjects have a worst grade in a range."""
        return sum(len(p) for g, p in self.places.items() if first <= g <= last)

    def who(self, first: int = UNKNOWN, last: int = 5) -> Places:
        """The positions of these subjects, ascending."""
        chosen = [p for g, p in self.places.items() if first <= g <= last]
        return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, np.uint32)


def worst(events: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """One row for each subject in each cell: ``place``, the keys, the worst ``grade`` and how many ``rows``.

    ``events`` has one row an event: ``place`` (position of its subject), the keys (codes), ``grade`` (null: unknown).
    """
    found = events.group_by("place", *keys).agg(pl.col("grade").max(), rows=pl.len())
    return found.with_columns(pl.col("grade").fill_null(UNKNOWN))


def tally(cells: pl.DataFrame, keys: Sequence[str], members: NDArray[np.bool_]) -> dict[Key, Tally]:
    """Who is in each cell at which worst grade.

    Parameters
    ----------
    cells
        What `worst` returned for these keys.
    members
        For each position whether its subject is counted.

    Examples
    --------
    >>> events = pl.DataFrame({"place": [0, 0, 1], "term": [7, 7, 7], "grade": [1, 3, 2]},
    ...                       schema_overrides={"place": pl.UInt32})
    >>> one = tally(worst(events, ["term"]), ["term"], np.array([True, True]))[7,]
    >>> one.patients(), one.patients(3), one.rows, one.who(3).tolist()
    (2, 1, 3, [0])
    """
    inside = cells.filter(pl.Series(members[cells["place"].to_numpy()], dtype=pl.Boolean))
    grouped = inside.group_by(*keys, "grade").agg(pl.col("place").sort(), pl.col("rows").sum()).sort(*keys, "grade")
    columns = [grouped[k].to_list() for k in keys]
    lengths = grouped["place"].list.len().to_numpy()
    flat = grouped["place"].explode(empty_as_null=False).to_numpy()
    parts = np.split(flat, np.cumsum(lengths)[:-1]) if len(lengths) else []
    found: dict[Key, Tally] = {}
    for i, (grade, rows) in enumerate(zip(grouped["grade"].to_list(), grouped["rows"].to_list(), strict=True)):
        key = tuple(column[i] for column in columns)
        before = found.get(key, Tally())
        found[key] = Tally({**before.places, grade: parts[i]}, before.rows + rows)
    return found
