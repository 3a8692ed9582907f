"""Cox regression on many bootstrap replicates at once.

Rows are sorted once, by stratum and falling time; a replicate is a row of integer weights W. The model
is that of the rows written out W times, as in an R loop over ``coxph(data[i, ])``: with c the copies of
deaths in a cell (a stratum and event time) Efron's fractions are 0/c .. (c-1)/c, so that copies of one death
are ties. With u = W times the case weight, r = u exp(x b), S and D sums of r (1, x, xx') over the risk set
and the deaths of a cell, terms l of its mass m, fraction f and den = S0 - f D0, let

    A = sum m/den, C = sum m f/den;    A2, C2, E2 = sums of m/den^2 times 1, f, f^2      by cell

and h_i the sum of A over the cells in which row i is at risk, less C of its own death. Then, by replicate,

    score       = sum_deaths u x - sum r h x
    information = sum r h xx' - sum_cells (A2 S1 S1' - C2 (S1 D1' + D1 S1') + E2 D1 D1').

The sums over rows are matrix products that serve all replicates; S0, S1 are cumulative sums along sorted
time. Newton's method starts at the estimate of the data plus sum (W - 1) influence, the first-order effect
of the weights, which is worth one step; steps that lower log L are halved.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from ._bootstrap_block import CoxBlock, SortedRows, cells_below
from ._input import (
    Bools,
    Floats,
    Ints,
    as_choice,
    as_codes,
    as_indicator,
    as_matrix,
    as_times,
    as_weights,
    ranked_interval,
)
from .cox import cox

_DONE = 1e-11  # expected size of the step after the next, relative, at which a replicate has converged
_ROUNDS = (2, 2, 4, 12)  # evaluations before a block is cut to the replicates that are left


class CoxReplicates:
    """The statistic: integer weights (B, n) to coefficients (B, p); NaN where there is no finite estimate."""

    undefined = "the Cox model has no finite estimate (monotone likelihood, or a constant column)"

    def __init__(
        self,
        time: ArrayLike,
        event: ArrayLike,
        x: ArrayLike,
        entry: ArrayLike | None,
        weight: ArrayLike | None,
        strata: ArrayLike | None,
        ties: str,
    ) -> None:
        t = as_times("time", time)
        n = t.size
        d, z = as_indicator("event", event, n), as_matrix("x", x, n)
        w = as_weights("weight", weight, n)
        late = None if entry is None else as_times("entry", entry, n)
        block = np.zeros(n, dtype=np.int64) if strata is None else as_codes("strata", strata, n)[1]
        as_choice("ties", ties, ("efron", "breslow"))
        self.data = (t, d, z, late, w, block)
        self.ties = ties
        spread = z.std(axis=0)
        self.unit = np.where(spread > 1e-12 * np.max(np.abs(z), axis=0), spread, 1.0)
        standard = (z - z.mean(axis=0)) / self.unit
        self.rows = _sorted(t, d, standard, late, w, block)
        whole = cox(t, d, z, entry=late, weight=w, strata=block, ties=ties, robust=False)
        self.start = whole.coef * self.unit if whole.converged else np.zeros(z.shape[1])
        self.influence = np.zeros(z.shape)
        if whole.converged:
            once = CoxBlock.make(self.rows, np.ones((1, n), dtype=np.int64), ties)
            self.influence[self.rows.order] = once.influence(self.start)

    def __call__(self, weight: Ints) -> Floats:
        """Coefficients of each replicate, in the units of the covariates."""
        weight = np.asarray(weight)
        b, done = self._solve(weight, self.start + (weight - 1) @ self.influence)
        b /= self.unit
        for i in np.flatnonzero(~done):
            b[i] = self._alone(weight[i])
        return b

    def _alone(self, weight: Ints) -> Floats:
        """One replicate by the ordinary fit, which knows a coefficient that grows without limit."""
        t, d, x, late, w, block = self.data
        again = np.repeat(np.arange(t.size), weight)
        if not np.any(d[again] & (w[again] > 0)):
            return np.full(x.shape[1], np.nan)
        entry = None if late is None else late[again]
        t, d, x, w, block = t[again], d[again], x[again], w[again], block[again]
        fit = cox(t, d, x, entry=entry, weight=w, strata=block, ties=self.ties, robust=False)
        return fit.coef if fit.converged else np.full(x.shape[1], np.nan)

    def _solve(self, weight: Ints, start: Floats) -> tuple[Floats, Bools]:
        """Newton's method: coefficients (B, p) and which have converged (B,)."""
        size = start.shape[0]
        b, done = start.copy(), np.zeros(size, dtype=np.bool_)
        step, before, value = np.zeros_like(b), np.full(size, np.nan), np.full(size, -np.inf)
        left = np.arange(size)
        for rounds in _ROUNDS:
            block = CoxBlock.make(self.rows, np.take(weight[left], self.rows.order, axis=1), self.ties)
            for _ in range(rounds):
                trial = b[left] + step[left]
                now, score, information = block.evaluate(trial)
                newton, sound = _newton_steps(information, score)
                accept = sound & (now >= value[left] - 1e-12 * (1 + np.abs(now)))
                b[left] = np.where(accept[:, None], trial, b[left])
                value[left] = np.where(accept, now, value[left])
                step[left] = np.where(accept[:, None], newton, step[left] / 2)
                length = np.max(np.abs(step[left]), axis=1)
                with np.errstate(invalid="ignore", divide="ignore"):  # the first step has none before it
                    follows = np.where(before[left] > 0, length**3 / before[left] ** 2, length)
                before[left] = np.where(accept, length, np.nan)
                enough = _DONE * (1 + np.max(np.abs(b[left]), axis=1))
                done[left] = accept & (length < 1e-2) & (follows <= enough)
                if np.all(done[left]):
                    break
            ready = left[done[left]]
            b[ready] += step[ready]
            left = left[~done[left]]
            if not left.size:
                break
        return b, done


def _newton_steps(information: Floats, score: Floats) -> tuple[Floats, Bools]:
    """information^-1 score (B, p), and which matrices are finite and well away from singular."""
    diagonal = np.diagonal(information, axis1=1, axis2=2)
    sound: Bools = np.asarray(np.isfinite(information).all(axis=(1, 2)) & np.isfinite(score).all(axis=1))
    sound = np.asarray(sound & (diagonal > 0).all(axis=1))
    root = np.sqrt(np.where(sound[:, None], diagonal, 1.0))
    scaled = np.where(sound[:, None, None], information / (root[:, :, None] * root[:, None, :]), np.eye(score.shape[1]))
    sound = np.asarray(sound & (np.linalg.det(scaled) > 1e-9))
    scaled = np.where(sound[:, None, None], scaled, np.eye(score.shape[1]))
    right = np.where(sound[:, None], score, 0.0) / root
    return np.linalg.solve(scaled, right[:, :, None])[:, :, 0] / root, sound


def _sorted(t: Floats, event: Bools, x: Floats, entry: Floats | None, weight: Floats, stratum: Ints) -> SortedRows:
    """Rows by stratum and falling time, with the places of cells among them."""
    _, stop, start = ranked_interval(t, entry)
    size = int(stop.max()) + 3
    key = stratum * size + (size - 2 - stop)
    order = np.argsort(key, kind="stable")
    keys = key[order]
    dead = np.flatnonzero(event[order])
    cells, opens, of_dead = np.unique(keys[dead], return_index=True, return_inverse=True)
    block = stratum[order]
    entered = (stratum * size + (size - 2 - start))[order]
    before = cells_below(cells, entered, size)
    late = np.flatnonzero((start[order] >= 0) & (before < cells.size))
    late = late[np.argsort(entered[late], kind="stable")]
    last = np.asarray(np.searchsorted(entered[late], cells, side="right") - 1, dtype=np.int64)
    seen = last >= 0
    seen[seen] = block[late[last[seen]]] == cells[seen] // size
    p = x.shape[1]
    upper = np.triu_indices(p)
    z = np.ascontiguousarray(x[order])
    return SortedRows(
        order=order,
        x=z,
        columns=np.ascontiguousarray(z.T),
        pairs=z[:, upper[0]] * z[:, upper[1]],
        upper=(upper[0], upper[1]),
        weight=weight[order],
        edges=_edges(block),
        cell_edges=_edges(cells // size),
        at=np.asarray(np.searchsorted(keys, cells, side="right") - 1, dtype=np.int64),
        below=cells_below(cells, keys, size),
        dead=dead,
        opens=opens,
        of_dead=of_dead.reshape(-1),
        late=late,
        late_edges=_edges(block[late]),
        late_at=np.where(seen, last, late.size),
        late_below=before[late],
    )


def _edges(block: Ints) -> tuple[tuple[int, int], ...]:
    """Begin and end of each run of equal codes."""
    ends = np.flatnonzero(np.diff(block)) + 1
    return tuple(pairwise([0, *ends.tolist(), block.size])) if block.size else ()
