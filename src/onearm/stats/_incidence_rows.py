"""The rows behind cumulative incidences, ranked once, and the Aalen-Johansen steps on their grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._incidence_input import as_causes
from ._input import Floats, Ints, as_codes, as_times, as_weights, count, ranked_interval


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of positive weight, with times as ranks on a grid of m distinct exit and entry times.

    ``stop``, ``start`` (n,) are ranks, ``start`` -1 without late entry; ``cause`` (n,) labels, 0 =
    censored; ``cluster`` (n,) codes or None.
    """

    grid: Floats
    stop: Ints
    start: Ints
    cause: Ints
    weight: Floats
    cluster: Ints | None

    @property
    def late(self) -> Ints:
        """Rows that enter late."""
        return np.flatnonzero(self.start >= 0)

    def tails(self, v: Floats) -> Floats:
        """Sum of ``v`` over rows with entry < t <= time, at each grid time and past the last (m + 1,)."""
        net = count(self.stop, v, self.grid.size + 1)
        late = self.late
        if late.size:
            net -= count(self.start[late], v[late], self.grid.size + 1)
        return net[::-1].cumsum()[::-1]

    def at_risk_at(self, times: Floats) -> tuple[Floats, Floats]:
        """Weight and number of rows with entry < t <= time, for any times."""
        j = np.searchsorted(self.grid, times, side="left")
        number = self.tails(np.ones_like(self.weight))[j]
        return np.where(number > 0, self.tails(self.weight)[j], 0.0), number

    def ending(self, cause: int, v: Floats) -> Floats:
        """Sum of ``v`` over the rows that end from ``cause`` at each grid time (m,)."""
        chosen = self.cause == cause
        return count(self.stop[chosen], v[chosen], self.grid.size)


def make_rows(
    time: ArrayLike,
    cause: ArrayLike,
    weight: ArrayLike | None,
    entry: ArrayLike | None,
    cluster: ArrayLike | None,
) -> Rows:
    """Check and rank the rows; rows of weight zero are left out."""
    t = as_times("time", time)
    k = as_causes(cause, t.size)
    w = as_weights("weight", weight, t.size)
    late = None if entry is None else as_times("entry", entry, t.size)
    group = None if cluster is None else as_codes("cluster", cluster, t.size)[1]
    keep = w > 0
    if not np.all(keep):
        t, k, w = t[keep], k[keep], w[keep]
        late = None if late is None else late[keep]
        group = None if group is None else group[keep]
    if group is not None:
        group = as_codes("cluster", group, group.size)[1]
    grid, stop, start = ranked_interval(t, late)
    return Rows(grid, stop, start, k, w, group)


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What happens at each grid time (m,): n at risk, d failures of any cause, S just before and after."""

    n: Floats
    d: Floats
    before: Floats
    after: Floats
    n_rows: Floats
    d_rows: Floats

    @staticmethod
    def make(rows: Rows) -> Steps:
        """S is the product of 1 - d/n; it is exactly 0 once everyone at risk has failed."""
        m, ones = rows.grid.size, np.ones_like(rows.weight)
        failed = rows.cause > 0
        n_rows = rows.tails(ones)[:-1]
        d_rows = count(rows.stop[failed], ones[failed], m)
        unit = bool(np.all(rows.weight == 1))
        n = n_rows if unit else np.where(n_rows > 0, rows.tails(rows.weight)[:-1], 0.0)
        d = d_rows if unit else count(rows.stop[failed], rows.weight[failed], m)
        hazard = np.divide(d, n, out=np.zeros(m), where=d > 0)
        kept = np.where((d_rows > 0) & (d_rows == n_rows), 0.0, np.maximum(1 - hazard, 0.0))
        after = np.asarray(np.cumprod(kept), dtype=np.float64)
        return Steps(n, d, np.r_[1.0, after[:-1]], after, n_rows, d_rows)

    def jumps(self, d: Floats) -> Floats:
        """The steps S(t-) d/n of the incidence of a cause with ``d`` failures (m,)."""
        return self.before * np.divide(d, self.n, out=np.zeros(d.size), where=d > 0)
