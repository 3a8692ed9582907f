"""The rows behind a survival curve: counted once on a grid of times, ranked only when asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._input import Bools, Floats, Ints, as_clock, as_codes, as_indicator, as_times, as_weights, count, ranked_interval
from ._order import run_starts, time_order, whole_numbers

_BLOCK = 1 << 18  # rows counted at once, so that their keys stay in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What a curve needs to know of its rows, at each of the m grid times; arrays are (m,).

    ``n_exit``, ``n_event``, ``n_risk`` are numbers of rows that end, that end in an event, and that are
    at risk (entry < t <= time); ``exit``, ``event``, ``risk`` the sums of their weights, ``square_risk`` of
    the squared weights at risk. Without weights the two sets are the same arrays.
    """

    grid: Floats
    n_exit: Floats
    n_event: Floats
    n_risk: Floats
    exit: Floats
    event: Floats
    risk: Floats
    square_risk: Floats


@dataclass(slots=True, eq=False)
class Sample:
    """Rows of positive weight.

    ``clock`` (n,) exit times, whole numbers in a small type where they are few; ``late`` (n,) entry times
    or None; ``event`` (n,) booleans; ``case_weight`` (n,) or None when all are one; ``cluster`` (n,) codes or
    None; ``kept`` indices of the rows among those given, None when all were kept.

    ``grid`` (m,) holds every distinct exit and entry time; ``stop`` and ``start`` (n,) are ranks on it,
    ``start`` -1 where a row is at risk from the beginning.
    """

    clock: NDArray[Any]
    late: Floats | None
    event: Bools
    case_weight: Floats | None
    cluster: Ints | None
    kept: Ints | None
    given: int
    _ranks: tuple[Floats, Ints, Ints] | None = field(default=None, repr=False)
    _counts: Counts | None = field(default=None, repr=False)

    @property
    def n(self) -> int:
        """Number of rows used."""
        return int(self.event.size)

    @property
    def weighted(self) -> bool:
        """Whether any weight differs from one."""
        return self.case_weight is not None

    @property
    def weight(self) -> Floats:
        """(n,) weights, ones where none were given."""
        return np.ones(self.n) if self.case_weight is None else self.case_weight

    @property
    def ranks(self) -> tuple[Floats, Ints, Ints]:
        """Grid, rank of each exit and of each entry on it."""
        if self._ranks is None:
            self._ranks = ranked_interval(self.clock.astype(np.float64, copy=False), self.late)
        return self._ranks

    @property
    def grid(self) -> Floats:
        return self.counts.grid

    @property
    def stop(self) -> Ints:
        return self.ranks[1]

    @property
    def start(self) -> Ints:
        return self.ranks[2]

    @property
    def counts(self) -> Counts:
        """The rows counted on the grid."""
        if self._counts is None:
            plain = self.case_weight is None and self.late is None
            self._counts = _plain_counts(self.clock, self.event) if plain else _any_counts(self)
        return self._counts

    def spread(self, rows: Floats) -> Floats:
        """Numbers of the rows used (n, k) as numbers of the rows given, 0 for those of weight 0."""
        if self.kept is None:
            return rows
        every = np.zeros((self.given, rows.shape[1]))
        every[self.kept] = rows
        return every

    def tails(self, weight: Floats) -> tuple[Floats, Floats]:
        """Sums of ``weight`` over exits, and over entries, at or after each grid time (m + 1,)."""
        m = self.grid.size
        exits = count(self.stop, weight, m + 1)[::-1].cumsum()[::-1]
        if self.late is None:
            return exits, np.zeros(m + 1)
        late = self.start >= 0
        return exits, count(self.start[late], weight[late], m + 1)[::-1].cumsum()[::-1]


def make_sample(
    time: ArrayLike,
    event: ArrayLike,
    weight: ArrayLike | None,
    entry: ArrayLike | None,
    cluster: ArrayLike | None,
) -> Sample:
    """Check the rows and keep them in a copy of their own; rows of weight zero are left out."""
    t = as_clock("time", time)
    given = t.size
    d = as_indicator("event", event, given)
    w = None if weight is None else as_weights("weight", weight, given)
    late = None if entry is None else as_times("entry", entry, given)
    group = None if cluster is None else as_codes("cluster", cluster, given)[1]
    kept = None if w is None or w.min() > 0 else np.flatnonzero(w)
    if w is not None and kept is not None:
        t, d, w = t[kept], d[kept], w[kept]
        late = None if late is None else late[kept]
        group = None if group is None else np.unique(group[kept], return_inverse=True)[1].astype(np.int64)
    if w is not None and w.min() == w.max() == 1:
        w = None
    days = whole_numbers(t)
    sample = Sample(t.astype(np.float64) if days is None else days, late, d, w, group, kept, given)
    if late is not None:
        _ = sample.ranks  # refuses an entry that is not before its time
    return sample


def _plain_counts(clock: NDArray[Any], event: Bools) -> Counts:
    """Counts of rows without weights or late entry."""
    by = _by_table if clock.dtype.kind == "u" else _by_order
    grid, n_exit, n_event, n_risk = by(clock, event)
    return Counts(grid, n_exit, n_event, n_risk, n_exit, n_event, n_risk, n_risk)


def _by_table(day: NDArray[Any], event: Bools) -> tuple[Floats, Floats, Floats, Floats]:
    """Grid, exits, events and numbers at risk of whole times: one table of 2 day + event, filled block by block."""
    size = 2 * (int(day.max()) + 1)
    table = np.zeros(size, dtype=np.int64)
    block = max(_BLOCK, 4 * size)
    for low in range(0, day.size, block):
        key = day[low : low + block].astype(np.int64)
        key <<= 1
        key |= event[low : low + block]
        table += np.bincount(key, minlength=size)
    grid = np.flatnonzero(table[::2] + table[1::2])
    n_event = table[1::2][grid].astype(np.float64)
    n_exit = n_event + table[::2][grid]
    return grid.astype(np.float64), n_exit, n_event, n_exit[::-1].cumsum()[::-1]


def _by_order(time: Floats, event: Bools) -> tuple[Floats, Floats, Floats, Floats]:
    """The same of times on any scale, by one sort of times that carry their event."""
    ordered, died = _sorted_pairs(time, event)
    starts = run_starts(ordered)
    tied = np.flatnonzero(~starts)
    if tied.size == 0:
        ones: Floats = np.ones(time.size)
        return ordered, ones, died.astype(np.float64), np.arange(time.size, 0.0, -1.0)
    first = np.flatnonzero(starts)
    run = tied - np.arange(1, tied.size + 1)  # the run each further row of a tie belongs to
    n_exit, n_event = np.ones(first.size), died[first].astype(np.float64)
    np.add.at(n_exit, run, 1.0)
    np.add.at(n_event, run, died[tied].astype(np.float64))
    return ordered[first], n_exit, n_event, np.subtract(float(time.size), first)


def _sorted_pairs(time: Floats, event: Bools) -> tuple[Floats, Bools]:
    """Sorted times and their events: the event is one more bit at the end of the bits of the time."""
    bits = (time + 0.0).view(np.int64)
    lowest = bits.min()
    if int(bits.max()) - int(lowest) >= 1 << 62:  # no bit to spare: times further apart than any unit of time
        order, ordered = time_order(time)
        return ordered, event[order]
    bits -= lowest
    bits <<= 1
    bits |= event
    bits.sort()
    died = np.empty(bits.size, dtype=np.bool_)
    np.bitwise_and(bits, 1, out=died, casting="unsafe")
    bits >>= 1
    bits += lowest
    return bits.view(np.float64), died


def _any_counts(sample: Sample) -> Counts:
    """Counts of weighted rows or rows that enter late, from their ranks."""
    grid, stop, start = sample.ranks
    m, died = grid.size, sample.event
    late = None if sample.late is None else start

    def risk(exits: Floats, weight: Floats | None) -> Floats:  # exits less entries, at or after each time
        if late is not None:
            exits = exits - np.bincount(late, weight, m)
        return np.asarray(exits[::-1].cumsum()[::-1], dtype=np.float64)

    n_exit = np.bincount(stop, minlength=m).astype(np.float64)
    n_event = np.bincount(stop[died], minlength=m).astype(np.float64)
    n_risk = risk(n_exit, None)
    w = sample.case_weight
    if w is None:
        return Counts(grid, n_exit, n_event, n_risk, n_exit, n_event, n_risk, n_risk)
    exits, square = count(stop, w, m), w * w
    events = count(stop[died], w[died], m)
    someone = n_risk > 0
    at_risk = np.where(someone, risk(exits, w), 0.0)
    square_risk = np.where(someone, risk(count(stop, square, m), square), 0.0)
    return Counts(grid, n_exit, n_event, n_risk, exits, events, at_risk, square_risk)
