"""Greedy matching under conditions: the nearest allowed control, found in growing windows of the sorted controls.

The distance of two places is at least the difference of their first coordinates. So controls are sorted by that, and a
window around the treated is large enough when the differences just outside exceed the best distance inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heapreplace

import numpy as np

from ._input import Floats, Ints
from ._nearest_pool import sort_stably
from ._nearest_rules import Rules

__all__ = ["Search", "by_distance", "in_turn"]

_WINDOW = 32  # controls to either side looked at first


class Search:
    """Who is still to be had, and the nearest of them.

    ``treated`` (n1, q) and ``control`` (n0, q) are places; ``wanted`` (n1,) controls for each treated; ``reuse``
    treated for each control; ``units`` labels of both sides, of whom one counts as all. Beyond ``reach`` in the
    first coordinate there is nothing to look for.
    """

    def __init__(
        self, treated: Floats, control: Floats, rules: Rules, wanted: Ints, reuse: float,
        units: tuple[Ints, Ints] | None, reach: float,
    ) -> None:  # fmt: skip
        self.order, self.key = sort_stably(control[:, 0])
        self.treated, self.control = treated, np.ascontiguousarray(control[self.order].T)
        self.place = self.key.searchsorted(treated[:, 0]).tolist()
        self.rules = rules.sorted_by(self.order)
        self.wanted, self.reuse, self.reach = wanted.copy(), reuse, reach
        self.uses = np.zeros(self.order.size, dtype=np.int64)
        self.free = np.ones(self.order.size, dtype=np.bool_)
        self.own: list[list[int]] = [[] for _ in range(treated.shape[0])]
        self.units = None if units is None else (units[0], units[1][self.order])
        line = treated.shape[1] == 1
        self.joint = None if line else self._joint()

    def _joint(self) -> tuple[Ints, Ints]:
        """Ranks of first coordinates among everyone, treated before controls where they are equal."""
        n1 = self.treated.shape[0]
        rank = np.empty(n1 + self.key.size, dtype=np.int64)
        rank[np.argsort(np.concatenate([self.treated[:, 0], self.key]), kind="stable")] = np.arange(rank.size)
        return rank[:n1], rank[n1:]

    def waits(self, i: int) -> bool:
        """Whether treated ``i`` may still get a control."""
        return bool(self.wanted[i] > 0)

    def nearest(self, i: int) -> tuple[int, float] | None:
        """Position and distance (squared where there are several coordinates) of the nearest allowed control."""
        place, half, n = self.place[i], _WINDOW, self.key.size
        while True:
            low, high = max(place - half, 0), min(place + half, n)
            part = slice(low, high)
            distance = self._length(i, part)
            ok = self.free[part].copy()
            for j in self.own[i]:
                if low <= j < high:
                    ok[j - low] = False
            self.rules.allow(i, part, ok)
            distance[~ok] = np.inf
            best = float(distance.min())
            if (low == 0 or self._beyond(i, low - 1, best)) and (high == n or self._beyond(i, high, best)):
                break
            half *= 4
        return None if best == np.inf else (self._chosen(i, np.flatnonzero(distance == best) + low), best)

    def _length(self, i: int, part: slice) -> Floats:
        if self.joint is None:
            return np.asarray(np.abs(self.control[0, part] - self.treated[i, 0]))
        total = np.zeros(part.stop - part.start)
        for a, b in zip(self.treated[i], self.control[:, part], strict=True):
            total += (b - a) ** 2
        return total

    def _beyond(self, i: int, j: int, best: float) -> bool:
        """Whether the control at position ``j``, and with it all farther off, is beyond reach or the best distance."""
        gap = abs(float(self.key[j] - self.treated[i, 0]))
        return gap > self.reach or (gap if self.joint is None else gap * gap) > best

    def _chosen(self, i: int, tied: Ints) -> int:
        """Which of several equally near controls: see :func:`nearest_pairs`."""
        if self.joint is None:
            below = int(np.searchsorted(tied, self.place[i]))
            return int(tied[below - 1] if below else tied[0])
        steps = np.abs(self.joint[1][tied] - self.joint[0][i])
        return int(tied[np.flatnonzero(steps == steps.max())[-1]])

    def take(self, i: int, j: int) -> None:
        """Match treated ``i`` with the control at position ``j``."""
        self.own[i].append(j)
        if self.units is None:
            self.wanted[i] -= 1
            self.uses[j] += 1
            self.free[j] = self.uses[j] < self.reuse
            return
        both = [self.units[0][i], self.units[1][j]]
        self.wanted[np.isin(self.units[0], both)] -= 1
        self.uses[np.isin(self.units[1], both)] += 1
        self.free = self.uses < self.reuse


def in_turn(search: Search, queue: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Treated and position of the control, everyone getting a first before anyone gets a second."""
    rest, turn = list(queue), 1
    wanted = search.wanted.copy()
    while rest:
        served = []
        for i in rest:
            best = search.nearest(i) if search.waits(i) else None
            if best is not None:
                search.take(i, best[0])
                served.append(i)
                yield i, best[0]
        turn += 1
        rest = [i for i in served if wanted[i] >= turn]


def by_distance(search: Search, rows: Iterable[int], closest: bool) -> Iterator[tuple[int, int]]:
    """The same, the treated whose nearest control is closest (or farthest) served first.

    Distances are those at the start of a round; whose control is gone by then gets a new one and a new
    turn, before those equally close (after those equally far).
    """
    sign = 1.0 if closest else -1.0
    rest = list(rows)
    wanted, turn, late = search.wanted.copy(), 1, 0 if closest else len(rest)
    while rest:
        found = [(i, search.nearest(i)) for i in rest if search.waits(i)]
        heap = [(sign * best[1], k, i, best[0]) for k, (i, best) in enumerate(found) if best is not None]
        heapify(heap)
        served = []
        while heap:
            _, _, i, j = heap[0]
            if search.waits(i) and not search.free[j]:
                late -= int(sign)
                best = search.nearest(i)
                if best is not None:
                    heapreplace(heap, (sign * best[1], late, i, best[0]))
                    continue
            elif search.waits(i):
                search.take(i, j)
                served.append(i)
                yield i, j
            heappop(heap)
        turn += 1
        rest = sorted(i for i in served if wanted[i] >= turn)
