"""Kaplan-Meier curves of many bootstrap replicates at once.

Rows are sorted once by falling time; the number at risk at an event time is a cumulative sum of the
weights along the sorted rows, one of (B, n) for all replicates of a block. Beyond the last follow-up of a
replicate its curve is carried forward, as R's ``summary(survfit, extend = TRUE)`` does in a bootstrap
loop; a quantile that is not reached is infinite.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import (
    TIE_TOLERANCE,
    Floats,
    Ints,
    as_indicator,
    as_times,
    as_weights,
    ranked_interval,
)

_HALF_TOLERANCE = float(np.sqrt(np.finfo(float).eps))  # S this close to 1 - p equals it, as in R


class SurvivalReplicates:
    """The statistic: integer weights (B, n) to S at times, quantiles and restricted mean (B, k)."""

    undefined = "the curve could not be computed"

    def __init__(
        self,
        time: ArrayLike,
        event: ArrayLike,
        at: Floats,
        p: Floats,
        tau: float | None,
        weight: ArrayLike | None,
        entry: ArrayLike | None,
    ) -> None:
        t = as_times("time", time)
        d = as_indicator("event", event, t.size)
        w = as_weights("weight", weight, t.size)
        grid, stop, start = ranked_interval(t, None if entry is None else as_times("entry", entry, t.size))
        self.n = t.size
        order = np.argsort(-stop, kind="stable")
        self.order = order[w[order] > 0]
        falling = -stop[self.order]
        dead = np.flatnonzero(d[self.order])[::-1]  # by rising time
        cells, self.opens = np.unique(stop[self.order][dead], return_index=True)
        self.dead = dead
        self.last = np.searchsorted(falling, -cells, side="right") - 1
        entered = start[self.order]
        late = np.flatnonzero((entered >= 0) & (entered >= (cells[0] if cells.size else grid.size)))
        self.late = late[np.argsort(-entered[late], kind="stable")]
        self.waiting = np.searchsorted(-entered[self.late], -cells, side="right")
        self.weight = w[self.order]
        self.time = grid[cells]
        self.place = np.searchsorted(self.time, at + TIE_TOLERANCE * np.abs(at), side="right")
        self.p, self.tau = p, tau

    def __call__(self, weight: Ints) -> Floats:
        """S at times, then quantiles, then the restricted mean."""
        curve = self._curve(weight[:, self.order])
        parts = [curve[:, self.place]]
        steps = np.append(self.time, np.inf)
        for p in self.p:
            reached = np.ones((curve.shape[0], steps.size), dtype=np.bool_)  # the last, infinite, always is
            np.less_equal(curve[:, 1:], 1 - p + _HALF_TOLERANCE, out=reached[:, :-1])
            parts.append(steps[reached.argmax(axis=1)][:, None])
        if self.tau is not None:
            edges = np.r_[0.0, np.minimum(self.time, self.tau), self.tau]
            parts.append((curve @ np.diff(edges))[:, None])
        return np.concatenate(parts, axis=1)

    def _curve(self, counts: Ints) -> Floats:
        """S before the first and after each event time (B, K + 1)."""
        curve = np.ones((counts.shape[0], self.time.size + 1))
        if not self.time.size:
            return curve
        plain = bool(np.all(self.weight == 1))
        rows, deaths = self._sums(counts)
        risk, dying = (rows, deaths) if plain else self._sums(counts * self.weight)
        with np.errstate(invalid="ignore", divide="ignore"):
            factor = np.where(deaths > 0, 1 - dying / risk, 1.0)
        factor[(deaths > 0) & (deaths == rows)] = 0.0  # exact, where sums of weights are not
        np.cumprod(np.maximum(factor, 0.0), axis=1, out=curve[:, 1:])
        return curve

    def _sums(self, v: Floats | Ints) -> tuple[Floats, Floats]:
        """Sums of ``v`` (B, n) over the rows at risk, and over those dying, at each event time."""
        risk = np.cumsum(v, axis=1)[:, self.last].astype(np.float64)
        if self.late.size:
            out = np.zeros((v.shape[0], self.late.size + 1))
            np.cumsum(v[:, self.late], axis=1, out=out[:, 1:])
            risk -= out[:, self.waiting]
        return risk, np.add.reduceat(v[:, self.dead], self.opens, axis=1).astype(np.float64)
