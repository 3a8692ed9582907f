"""The rows behind a survival curve, ranked once, and who is at risk when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, Ints, as_codes, as_indicator, as_times, as_weights, count, ranked_interval


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows of positive weight with their times as ranks on one grid of m distinct times.

    ``grid`` (m,) holds every distinct exit and entry time; ``stop`` and ``start`` (n,) are ranks on
    it, ``start`` -1 where a row is at risk from the beginning; ``event`` (n,) booleans; ``weight``
    (n,); ``cluster`` (n,) codes or None.
    """

    grid: Floats
    stop: Ints
    start: Ints
    event: Bools
    weight: Floats
    cluster: Ints | None

    @property
    def weighted(self) -> bool:
        """Whether any weight differs from one."""
        return bool(np.any(self.weight != 1))

    def tails(self, weight: Floats) -> tuple[Floats, Floats]:
        """Sums of ``weight`` over exits, and over entries, at or after each grid time (m + 1,)."""
        m = self.grid.size
        late = self.start >= 0
        exits = count(self.stop, weight, m + 1)
        entries = count(self.start[late], weight[late], m + 1)
        return exits[::-1].cumsum()[::-1], entries[::-1].cumsum()[::-1]

    def at_risk(self, weight: Floats) -> Floats:
        """Sum of ``weight`` over rows with entry < t <= time, for each grid time t (m,)."""
        exits, entries = self.tails(weight)
        return exits[:-1] - entries[:-1]

    def totals(self, chosen: Bools, weight: Floats) -> Floats:
        """Sum of ``weight`` over the chosen rows that end at each grid time (m,)."""
        return count(self.stop[chosen], weight[chosen], self.grid.size)


def make_sample(
    time: ArrayLike,
    event: ArrayLike,
    weight: ArrayLike | None,
    entry: ArrayLike | None,
    cluster: ArrayLike | None,
) -> Sample:
    """Check and rank the rows; rows of weight zero are left out."""
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    w = as_weights("weight", weight, t.size)
    late = None if entry is None else as_times("entry", entry, t.size)
    group = None if cluster is None else as_codes("cluster", cluster, t.size)[1]
    keep = w > 0
    if not np.all(keep):
        t, d, w = t[keep], d[keep], w[keep]
        late = None if late is None else late[keep]
        group = None if group is None else np.unique(group[keep], return_inverse=True)[1].astype(np.int64)
    grid, stop, start = ranked_interval(t, late)
    return Sample(grid, stop, start, d, w, group)
