"""Optimal pairs on a line: which sorted controls each sorted slot can use, and the cheapest choice among them.

Rows are sorted slots s_1 <= ... <= s_n (a treated subject wanting k controls is k slots of one score), columns the
sorted others c_1 <= ... <= c_m; row i paired with column j costs |s_i - c_j|.

Two facts carry the whole. *No crossing*: |a - c| + |b - d| <= |a - d| + |b - c| for a <= b, c <= d, and the larger of
the two distances on the left is no larger than that on the right, so uncrossing keeps a caliper; columns may be taken
to rise with the rows. *Short windows*: let right_i = max(right_{i-1} + 1, first column at or above s_i), all rows
pushed right. In a rising pairing take the first row i that lies beyond right_i. Column right_i is free, since the rows
before are at most at right_{i-1} < right_i, and is nearer, since it is at or above s_i: row i can move there. So no
row need lie beyond right_i, nor, pushed left in the same way, before left_i. Where every row is sure of a partner (no
caliper, n <= m) row i also leaves room for the rows on either side: i <= column <= m - n + i.

Rows whose windows do not meet are separate problems. All of them are solved side by side, step s handling the s-th row
of each: with g_i(j) the best use of rows up to i and columns up to j,

    g_i(j) = min( g_{i-1}(j),  g_{i-1}(j - 1) + |s_i - c_j| - gain_i,  g_i(j - 1) ).

Values are complex numbers, the gain counted in the real part, the distance in the imaginary: NumPy's minimum of complex
numbers compares the real parts first, so that more pairs always win, exactly, before any distance is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ._input import Floats, Ints

Values = NDArray[np.complex128]
Places = NDArray[np.int32]


def line_pairs(rows: Floats, gain: Ints, columns: Floats, reach: float, sure: bool) -> Ints:
    """For each sorted row the column it is paired with, -1 for none.

    First the sum of ``gain`` of the paired rows is as large as can be, then the total distance as small; no pair is
    farther apart than ``reach``. ``sure`` says that every row has a partner (infinite reach, rows <= columns).
    """
    answer = np.full(rows.size, -1, dtype=np.int64)
    low, high = _windows(rows, columns, reach, sure)
    kept = np.flatnonzero(low <= high)
    low, high, rows, gain = low[kept], high[kept], rows[kept], gain[kept]
    found = np.full(kept.size, -1, dtype=np.int64)
    for starts, lengths in _batches(low, high):
        _solve(found, starts, lengths, low, high, rows, gain, columns)
    answer[kept] = found
    return answer


def _windows(rows: Floats, columns: Floats, reach: float, sure: bool) -> tuple[Ints, Ints]:
    """First and last column each row can need; the first beyond the last where the caliper leaves none."""
    n, m = rows.size, columns.size
    index = np.arange(n)
    first, last = np.zeros(n, dtype=np.int64), np.full(n, m - 1, dtype=np.int64)
    at = np.searchsorted(columns, rows, side="left")
    if np.isfinite(reach):
        first, last = _within(rows, columns, at, reach)
        index = np.cumsum(first <= last) - 1  # rows without any column push nobody
    above = at.astype(np.int64)
    met = columns[np.minimum(above, m - 1)] == rows
    below = np.where(met, above, above - 1)
    live = first <= last
    right = np.maximum.accumulate(np.where(live, above - index, -n - 1)) + index
    left = np.minimum.accumulate(np.where(live, below - index, m + n)[::-1])[::-1] + index
    if sure:
        left, right = np.maximum(left, index), np.minimum(right, m - n + index)
    return np.where(live, np.maximum(left, first), 1), np.where(live, np.minimum(right, last), 0)


def _within(rows: Floats, columns: Floats, at: Ints, reach: float) -> tuple[Ints, Ints]:
    """First and last column with |row - column| <= reach, by that very subtraction and not by row +- reach."""
    first = np.searchsorted(columns, rows - reach, side="left")
    last = np.searchsorted(columns, rows + reach, side="right") - 1
    # rounding of row +- reach can move an end by one run of equal columns; put each end right by the distance
    for _ in range(2):
        before = columns[np.maximum(first - 1, 0)]
        first = np.where((first > 0) & (rows - before <= reach), np.searchsorted(columns, before, side="left"), first)
        here = columns[np.minimum(first, columns.size - 1)]
        first = np.where((first < at) & (rows - here > reach), np.searchsorted(columns, here, side="right"), first)
        after = columns[np.minimum(last + 1, columns.size - 1)]
        more = (last + 1 < columns.size) & (after - rows <= reach)
        last = np.where(more, np.searchsorted(columns, after, side="right") - 1, last)
        here = columns[np.maximum(last, 0)]
        last = np.where((last >= at) & (here - rows > reach), np.searchsorted(columns, here, side="left") - 1, last)
    return first.astype(np.int64), last.astype(np.int64)


def _batches(low: Ints, high: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Separate problems (first row, number of rows), those of like width together, the longest first."""
    if low.size == 0:
        return
    starts = np.flatnonzero(np.r_[True, low[1:] > np.maximum.accumulate(high)[:-1]])
    lengths = np.diff(np.r_[starts, low.size])
    widest = np.maximum.reduceat(high - low + 1, starts)
    group = np.ceil(np.log2(widest)).astype(np.int64)
    for g in np.unique(group):
        own = np.flatnonzero(group == g)
        own = own[np.argsort(-lengths[own], kind="stable")]
        yield starts[own], lengths[own]


def _solve(
    found: Ints, starts: Ints, lengths: Ints, low: Ints, high: Ints, rows: Floats, gain: Ints, columns: Floats
) -> None:
    """Write the columns of the rows of these problems into ``found``."""
    choices: list[Places] = []
    value: Values = np.zeros((starts.size, 1), dtype=np.complex128)
    edge = low[starts] - 1  # the column that the first place of ``value`` stands for
    for step in range(int(lengths[0])):
        active = int(np.searchsorted(-lengths, -step, side="left"))
        i = starts[:active] + step
        width = int((high[i] - low[i]).max()) + 1
        place = np.arange(width + 1) + (low[i] - 1 - edge[:active])[:, None]
        base = np.take_along_axis(value[:active], np.minimum(place, value.shape[1] - 1), axis=1)
        j = low[i][:, None] + np.arange(width)
        match = base[:, :-1] + (1j * np.abs(rows[i][:, None] - columns[np.minimum(j, columns.size - 1)]))
        match += np.where(j <= high[i][:, None], -gain[i][:, None], 1)  # 1: worse than to leave the row out
        value, choice = _best(base, match)
        choices.append(choice)
        edge = low[i] - 1
    _trace(found, starts, lengths, low, choices)


def _best(base: Values, match: Values) -> tuple[Values, Places]:
    """g of this row at every column, and the 1-based place of the column taken for it (0: the row is left out)."""
    raw = base.copy()
    raw[:, 1:] = np.minimum(base[:, 1:], match)
    value: Values = np.minimum.accumulate(raw, axis=1)
    better = match < value[:, :-1]  # strictly: the lowest of equally good columns
    place = np.where(better, np.arange(1, match.shape[1] + 1, dtype=np.int32), np.int32(0))
    choice = np.zeros(value.shape, dtype=np.int32)
    choice[:, 1:] = np.maximum.accumulate(place, axis=1)
    choice[value == base] = 0
    return value, choice


def _trace(found: Ints, starts: Ints, lengths: Ints, low: Ints, choices: list[Places]) -> None:
    """Walk back from the last row of every problem, never above the column taken by the row after."""
    limit = np.full(starts.size, np.iinfo(np.int64).max // 2)
    for step in range(len(choices) - 1, -1, -1):
        choice = choices[step]
        active = choice.shape[0]
        i = starts[:active] + step
        at = np.minimum(limit[:active] - (low[i] - 1), choice.shape[1] - 1)
        taken = choice[np.arange(active), at]
        column = low[i] - 1 + taken
        found[i] = np.where(taken > 0, column, -1)
        limit[:active] = np.where(taken > 0, column - 1, limit[:active])
