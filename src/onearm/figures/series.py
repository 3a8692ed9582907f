"""The numbers of a figure, as they are drawn: columns with plain names and a row for each thing seen."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass

Cell = str | float | int | bool | None
"""A cell; None where nothing is known."""


@dataclass(frozen=True, slots=True)
class Series:
    """What a figure shows, row by row.

    Where a figure shows things of several kinds, the column ``shown`` says which one a row is. Where a number has an
    id of its own, the column ``id`` holds it.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, columns: str, rows: Iterable[tuple[Cell, ...]]) -> Series:
        """Columns by their names, apart by blanks.

        Examples
        --------
        >>> Series.of("time survival", [(0.0, 1.0)])
        Series(columns=('time', 'survival'), rows=((0.0, 1.0),))
        """
        return cls(tuple(columns.split()), tuple(rows))

    def csv(self) -> str:
        """The rows as CSV; numbers in full, nothing where there is none.

        Examples
        --------
        >>> Series.of("group low high passed", [("a, b", None, 0.25, True)]).csv()
        'group,low,high,passed\\n"a, b",,0.25,yes\\n'
        """
        out = io.StringIO()
        write = csv.writer(out, lineterminator="\n")
        write.writerow(self.columns)
        write.writerows([_said(cell) for cell in row] for row in self.rows)
        return out.getvalue()


def _said(cell: Cell) -> str | float | int:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return cell
