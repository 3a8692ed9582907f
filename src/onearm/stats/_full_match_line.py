"""Optimal full matching on a line: sorted treated and sorted controls cut into consecutive sets.

A set is one treated with several controls or one control with several treated, joined by links; a link costs the
distance of its ends. Given who is used and with how many links each, crossing links can be uncrossed without the total
or the longest link growing, and of the cheapest choices the one with the fewest links is made of such sets. So the sets
may be taken in rising order; and a subject inside the span of a set but left out can take the place of the farther of
the set's two ends. Hence each set is a run of neighbours, and with G(i, j) the best use of the first i treated and the
first j controls, d(i, j) the distance, G(i, j) is the best of

    G(i, j - 1),  G(i - 1, j)                           the last control or the last treated is left out
    G(i - 1, j - k) + d(i, j - k + 1) + ... + d(i, j)   treated i has k controls, least <= k <= most
    G(i - k, j - 1) + d(i - k + 1, j) + ... + d(i, j)   control j has k treated, k <= share

Row by row: the second line is a running minimum of G(i - 1, .) less the cumulative sum of d(i, .), the third is
carried from row to row. Values are complex: the real part counts who is used (negatively, a treated for more than all
controls), the imaginary part is the distance, and NumPy compares the real parts first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._input import Bools, Floats, Ints

Values = NDArray[np.complex128]
Places = NDArray[np.int32]

_NEVER = complex(np.inf, 0)
_LEFT_OUT = np.iinfo(np.int32).min  # this treated is in no set


@dataclass(frozen=True, slots=True)
class Bounds:
    """Controls of a treated: ``least`` to ``most``; treated of a control: up to ``share`` (1 where least > 1)."""

    least: int
    most: int
    share: int


def line_sets(treated: Floats, control: Floats, reach: float, bounds: Bounds) -> tuple[Ints, Ints]:
    """The set of each sorted treated and each sorted control, numbered upwards, -1 for who is left out."""
    n, m = treated.size, control.size
    choice = np.zeros((n + 1, m + 1), dtype=np.int32)
    value: Values = np.zeros(m + 1, dtype=np.complex128)
    shared = _Shared(min(bounds.share, n), bounds.share < n)
    for i in range(n):
        gap = np.abs(control - treated[i])
        near = gap <= reach
        own, length = _one_treated(value, gap, near, bounds)
        other, run = shared.step(value, gap, near)
        value, choice[i + 1] = _better(value, own, length, other, run)
    return _read(choice, n, m)


def _better(before: Values, own: Values, length: Places, other: Values, run: Places) -> tuple[Values, Places]:
    """The best of leaving the treated out, a set of its own, a shared control; then of leaving controls out."""
    kind = np.full(before.size, _LEFT_OUT, dtype=np.int32)
    value = before.copy()
    for option, code in ((own, length), (other, -run)):
        better = option < value
        value = np.where(better, option, value)
        kind = np.where(better, code, kind)
    best: Values = np.minimum.accumulate(value)
    kind[1:][best[1:] == best[:-1]] = 0  # as good without this control
    return best, kind


def _one_treated(before: Values, gap: Floats, near: Bools, bounds: Bounds) -> tuple[Values, Places]:
    """For each number of controls used, the best set of this treated that ends there, and its number of controls."""
    m = gap.size
    value, length = np.full(m + 1, _NEVER), np.zeros(m + 1, dtype=np.int32)
    inside = np.flatnonzero(near)
    if inside.size < bounds.least:
        return value, length
    a, b = int(inside[0]), int(inside[-1]) + 1  # controls a .. b - 1 are near
    total = np.zeros(b - a + 1, dtype=np.complex128)
    total[1:] = np.cumsum(1j * gap[a:b] - 1)
    start = before[a : b + 1] - total
    k = bounds.least
    low, place = _window_minimum(start[: b - a + 1 - k], min(bounds.most, b - a) - k + 1)
    value[a + k : b + 1] = low + total[k:] - (m + 1)
    length[a + k : b + 1] = np.arange(k, b - a + 1) - place
    return value, length


def _window_minimum(x: Values, width: int) -> tuple[Values, Places]:
    """Least of each x[max(0, e - width + 1)] .. x[e], and its last place."""
    place = np.arange(x.size, dtype=np.int32)
    if width >= x.size:
        low: Values = np.minimum.accumulate(x)
        return low, np.maximum.accumulate(np.where(x == low, place, np.int32(0)))
    low, have = x.copy(), 1
    while have < width:
        step = min(have, width - have)
        earlier = low[:-step] < low[step:]
        place[step:] = np.where(earlier, place[:-step], place[step:])
        low[step:] = np.where(earlier, low[:-step], low[step:])
        have += step
    return low, place


class _Shared:
    """Sets of one control with the last k treated, for each control: by k up to a limit, or the best k without one."""

    def __init__(self, share: int, limited: bool) -> None:
        self.share = share
        self.limited = limited
        self.runs: list[tuple[Values, Places]] = []

    def step(self, before: Values, gap: Floats, near: Bools) -> tuple[Values, Places]:
        """Take one more treated: the best set of each control that ends with it, and its number of treated."""
        m = gap.size
        value, run = np.full(m + 1, _NEVER), np.zeros(m + 1, dtype=np.int32)
        if self.share == 1:
            return value, run
        cost = np.where(near, 1j * gap - (m + 1), _NEVER)
        grown = [(v + cost, k + np.int32(1)) for v, k in self.runs[: self.share - 1]]
        options = [(before[:-1] + cost - 1, np.ones(m, dtype=np.int32)), *grown]
        for option, k in options:
            better = option < value[1:]
            value[1:] = np.where(better, option, value[1:])
            run[1:] = np.where(better, k, run[1:])
        self.runs = options if self.limited else [(value[1:], run[1:])]
        return value, run


def _read(choice: Places, n: int, m: int) -> tuple[Ints, Ints]:
    """Walk back from the last treated and the last control."""
    first, second = np.full(n, -1, dtype=np.int64), np.full(m, -1, dtype=np.int64)
    i, j, number = n, m, 0
    while i > 0:
        k = int(choice[i, j])
        if k == _LEFT_OUT:
            i -= 1
        elif k == 0:
            j -= 1
        else:
            rows, columns = (1, k) if k > 0 else (-k, 1)
            first[i - rows : i] = second[j - columns : j] = number
            i, j, number = i - rows, j - columns, number + 1
    for own in (first, second):
        own[own >= 0] = number - 1 - own[own >= 0]
    return first, second
