"""Patients by class, term and worst grade: the counting itself, on whole arrays.

Let W(s, k) be the highest grade among the rows of subject s in cell k (a term, a class, or everything). A subject
counts once in a cell, at W: the counts by grade add up to the patients with any event, and those of the terms need not
add up to those of their class.

Each row is one integer, (s K + k) 8 + grade, with K cells; in ascending order the last row of every (s, k) has W. One
sort does it, where grouping by two columns would hash every row.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

UNKNOWN = 0
"""Stands for a worst grade that no row gives."""

Ints = NDArray[np.int64]
_BITS = 3  # a grade takes three binary digits


@dataclass(frozen=True, slots=True)
class Cells:
    """Subjects in cells: ``place`` (position of the subject), ``code`` of the cell and ``grade``, of one length."""

    place: Ints
    code: Ints
    grade: Ints


@dataclass(frozen=True, slots=True)
class Tally:
    """The subjects of one cell.

    ``places`` has an entry for each worst grade that occurs (`UNKNOWN` where no row has one): the subjects' positions,
    ascending. ``rows`` counts the rows behind them.
    """

    places: dict[int, Ints] = field(default_factory=dict)
    rows: int = 0

    def patients(self, first: int = UNKNOWN, last: int = 5) -> int:
        """How many subjects have a worst grade in a range."""
        return sum(len(p) for g, p in self.places.items() if first <= g <= last)

    def who(self, first: int = UNKNOWN, last: int = 5) -> Ints:
        """The positions of these subjects, ascending."""
        chosen = [p for g, p in self.places.items() if first <= g <= last]
        return chosen[0] if len(chosen) == 1 else np.sort(np.concatenate([np.empty(0, np.int64), *chosen]))


def worst(rows: Cells) -> Cells:
    """Each subject once in each cell, at the highest of its grades; by place, then by code.

    Examples
    --------
    >>> one = worst(Cells(np.array([0, 0, 1]), np.array([7, 7, 7]), np.array([1, 3, 2])))
    >>> one.place.tolist(), one.code.tolist(), one.grade.tolist()
    ([0, 1], [7, 7], [3, 2])
    """
    if not rows.place.size:
        return rows
    width = int(rows.code.max()) + 1
    line = (rows.place * width + rows.code << _BITS) | rows.grade
    line.sort()
    cell = line >> _BITS
    last = np.append(cell[1:] != cell[:-1], True)
    place, code = np.divmod(cell[last], width)
    return Cells(place, code, line[last] & (1 << _BITS) - 1)


def tally(rows: Cells, worst_of: Cells, members: NDArray[np.bool_]) -> dict[int, Tally]:
    """Who is in each cell at which worst grade.

    Parameters
    ----------
    rows, worst_of
        Subjects in cells by row, and what `worst` made of them.
    members
        For each position whether its subject is counted.

    Returns
    -------
    dict
        Code -> `Tally`, ascending; cells without anybody are left out.

    Examples
    --------
    >>> rows = Cells(np.array([0, 0, 1]), np.array([7, 7, 7]), np.array([1, 3, 2]))
    >>> one = tally(rows, worst(rows), np.array([True, True]))[7]
    >>> one.patients(), one.patients(3), one.rows, one.who(3).tolist()
    (2, 1, 3, [0])
    """
    inside = members[worst_of.place]
    place = worst_of.place[inside]
    kind = (worst_of.code[inside] << _BITS) | worst_of.grade[inside]
    if not kind.size:
        return {}
    short = kind.astype(np.uint16) if kind.max() < 1 << 16 else kind  # few digits are sorted in two sweeps
    order = np.argsort(short, kind="stable")  # places stay ascending
    kind = kind[order]
    starts = np.flatnonzero(np.append(True, kind[1:] != kind[:-1]))
    counts = np.bincount(rows.code[members[rows.place]])
    found: dict[int, Tally] = {}
    for one, places in zip(kind[starts].tolist(), np.split(place[order], starts[1:]), strict=True):
        code, grade = one >> _BITS, one & (1 << _BITS) - 1
        found.setdefault(code, Tally(rows=int(counts[code]))).places[grade] = places
    return found
