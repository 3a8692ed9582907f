"""The Fine-Gray likelihood with covariates that change in time, x2 f(t).

The covariates of row i at event time e are x_ij f_j(e), f_j = 1 for constant columns. Then exp(x_i(e) b)
no longer factors into a row and a time, and the risk sets are summed as a matrix W (events x rows) of
weighted relative risks, in blocks of event times:

    S0 = W 1,   S1_j = f_j (W x_j),   I_jk = sum_i x_ij x_ik C_jk,i - sum_e m xbar_j xbar_k,
    C_jk = W' (m f_j f_k / S0),

so a step costs O(E n) exponentials and a few matrix products; C depends on the pair of functions only.

Source: Fine & Gray 1999, doi:10.1080/01621459.1999.10474144.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ._fine_gray_likelihood import Influences, SubdistributionPoint
from ._fine_gray_sets import SubdistributionSets
from ._input import Bools, Floats, Ints

_BLOCK = 2_000_000  # entries of W held at once


@dataclass(frozen=True, slots=True, eq=False)
class VaryingModel:
    """``x`` (p, n) columns of sorted rows, ``f`` (p, E) what multiplies them at each event time."""

    sets: SubdistributionSets
    x: Floats
    f: Floats

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return int(self.x.shape[0])

    def part(self, columns: Ints) -> VaryingModel:
        """The model with some of the coefficients only."""
        return VaryingModel(self.sets, self.x[columns], self.f[columns])

    def _blocks(self, b: Floats) -> Iterator[tuple[slice, Floats, Floats, Bools]]:
        """Slices of event times with W, the log of what it was divided by, and which entries are tails."""
        s = self.sets
        n, events = s.weight.size, s.mass.size
        size = max(1, _BLOCK // n)
        for start in range(0, events, size):
            at = slice(start, min(start + size, events))
            eta = (self.f[:, at].T * b) @ self.x
            present = np.arange(n) >= s.first[at, None]
            share = present.astype(np.float64)
            rows = s.competing
            fading = s.g_event[:, at][s.stratum[rows]].T / s.g_row
            share[:, rows] = np.where(present[:, rows], 1.0, fading)
            top = np.where(share > 0, eta, -np.inf).max(axis=1)
            with np.errstate(over="ignore", invalid="ignore"):  # rows out of the risk set
                w = np.where(share > 0, np.exp(eta - top[:, None]) * share * s.weight, 0.0)
            yield at, w, top, present

    def evaluate(self, b: Floats) -> SubdistributionPoint | None:
        """The likelihood at ``b``, or None where a sum has underflowed."""
        s, x, f = self.sets, self.x, self.f
        mean = np.empty((self.size, s.mass.size))
        log_hazard = np.empty(s.mass.size)
        kind, functions = _functions(f)
        first, second = np.triu_indices(functions.shape[0])
        c = np.zeros((first.size, s.weight.size))
        for at, w, top, _ in self._blocks(b):
            s0 = w.sum(axis=1)
            if not np.all(s0 > 1e-250):
                return None
            mean[:, at] = f[:, at] * (x @ w.T) / s0
            log_hazard[at] = np.log(s.mass[at] / s0) - top
            c += (functions[first][:, at] * functions[second][:, at] * s.mass[at] / s0) @ w
        pair = np.zeros((functions.shape[0],) * 2, dtype=np.int64)
        pair[first, second] = pair[second, first] = np.arange(first.size)
        information = -(mean * s.mass) @ mean.T
        for j in range(self.size):
            information[j] += (c[pair[kind[j], kind]] * x) @ x[j]
        own = x[:, s.own] * f[:, s.upto[s.own] - 1] @ s.weight[s.own]
        return SubdistributionPoint(
            float(b @ own - s.mass @ (np.log(s.mass) - log_hazard)),
            own - mean @ s.mass,
            (information + information.T) / 2,
            b,
            log_hazard,
            mean,
        )

    def influences(self, at: SubdistributionPoint, variance: str) -> Influences:
        """Score residuals, and the contributions that depend on G."""
        s, x, f = self.sets, self.x, self.f
        rows, edges = s.competing, np.r_[s.begin, s.competing.size]
        share, row_part = np.zeros_like(x), np.zeros((self.size, rows.size))
        felt = s.felt(variance)
        event_part = np.zeros((self.size, s.begin.size, s.mass.size))
        for block, w, top, present in self._blocks(at.b):
            step = np.exp(at.log_hazard[block] + top)
            fading = np.where(present[:, rows], 0.0, w[:, rows]) * step[:, None]
            if felt is not None:
                fading *= felt[:, block][s.stratum[rows]].T
            w *= step[:, None]
            for j in range(self.size):
                multiplier, mean = f[j, block], at.mean[j, block]
                share[j] -= x[j] * (multiplier @ w) - mean @ w
                pairs = fading * (x[j, rows] * multiplier[:, None] - mean[:, None])
                row_part[j] += pairs.sum(axis=0)
                running = np.concatenate([np.zeros((step.size, 1)), pairs.cumsum(axis=1)], axis=1)
                event_part[j, :, block] = np.diff(running[:, edges], axis=1).T
        share /= s.weight
        share[:, s.own] += x[:, s.own] * f[:, s.upto[s.own] - 1] - at.mean[:, s.upto[s.own] - 1]
        return Influences(share, None if variance == "known-censoring" else (row_part, event_part))


def _functions(f: Floats) -> tuple[Ints, Floats]:
    """The distinct rows of ``f`` (p, E), and which of them each row is."""
    distinct, kind = np.unique(f, axis=0, return_inverse=True)
    return kind.astype(np.int64).reshape(-1), np.asarray(distinct)
