"""The Cox partial likelihood, its derivatives and score residuals, by cumulative sums.

Notation. Cells k are the distinct (stratum, event time) pairs, sorted; row i is at risk in the cells
first_i <= k < last_i, a contiguous run. r_i = w_i exp(x_i b). At cell k

    S0, S1 = sums of r and r x over the rows at risk,   D0, D1 = the same over its d events.

A term l is one factor of the likelihood: Breslow has one a cell with fraction f = 0 and mass m = the
sum of event weights; Efron has d a cell with f = 0/d .. (d-1)/d and m = the mean event weight. With
den = S0 - f D0 and xbar = (S1 - f D1) / den,

    log L = sum_events w x b - sum_l m log den
    U     = sum_events w x   - sum_l m xbar
    I     = X' diag(r c) X   - sum_l m xbar xbar'

where c_i sums m/den over the cells of row i, less m f/den in the cell of its own event. Rows are never
expanded by cell and no n x p x p array is formed. Source: Therneau & Grambsch 2000, chapters 3 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ._input import Bools, Floats, Ints, count


@dataclass(frozen=True, slots=True, eq=False)
class RiskSets:
    """Who is at risk at which event time; arrays (n,) by row, (K,) by cell, (L,) by term."""

    first: Ints
    last: Ints
    strata: list[tuple[int, int]]  # first cell and one past the last, by stratum
    block: Ints  # (n,) stratum of a row, as 0, 1, ...
    event: Bools
    cell: Ints  # (n,) cell of a row's own event, -1 without one
    weight: Floats
    term_cell: Ints
    fraction: Floats
    mass: Floats
    deaths: Floats  # (K,) number of rows with the event
    late: Bools  # (n,) rows that enter after the first cell of their stratum

    @staticmethod
    def make(stop: Ints, start: Ints, event: Bools, stratum: Ints, weight: Floats, ties: str) -> RiskSets:
        """From ranks of exits and entries (-1 = from the beginning), event, stratum and weight (n,)."""
        size = int(stop.max()) + 2
        exit_key, entry_key = stratum * size + stop + 1, stratum * size + start + 1
        keys, at = np.unique(exit_key[event], return_inverse=True)
        cell = np.full(stop.size, -1, dtype=np.int64)
        cell[event] = at.reshape(-1)
        edges = np.flatnonzero(np.r_[True, np.diff(keys // size) > 0, True]).tolist()
        opening = np.searchsorted(keys, stratum * size)
        first = np.searchsorted(keys, entry_key, side="right")
        last = np.searchsorted(keys, exit_key, side="right")
        deaths = count(cell[event], np.ones(at.size), keys.size)
        mass = count(cell[event], weight[event], keys.size)
        if ties == "breslow":
            term_cell, fraction = np.arange(keys.size), np.zeros(keys.size)
        else:
            d = deaths.astype(np.int64)
            term_cell = np.repeat(np.arange(keys.size), d)
            fraction = (np.arange(term_cell.size) - np.repeat(np.cumsum(d) - d, d)) / deaths[term_cell]
            mass = (mass / deaths)[term_cell]
        late = first > opening
        strata = list(pairwise(edges))
        block = np.unique(stratum, return_inverse=True)[1].reshape(-1)
        return RiskSets(first, last, strata, block, event, cell, weight, term_cell, fraction, mass, deaths, late)

    @property
    def cells(self) -> int:
        """Number of distinct (stratum, event time) pairs."""
        return self.deaths.size

    def at_risk(self, v: Floats) -> Floats:
        """Sums of the rows of ``v`` (n,) or (n, p) over each cell's risk set: (K,) or (K, p).

        Tail sums over exits less tail sums over late entries. They run within one stratum at a time:
        a difference of sums over all strata would drown a small risk set in the others' rounding.
        """
        idle = self.first >= self.last  # at risk at no event time
        rows = slice(None) if not np.any(idle) else np.flatnonzero(~idle)
        total = self.running(sum_by(self.last[rows] - 1, v[rows], self.cells), backwards=True)
        late = np.flatnonzero(self.late & ~idle)
        if late.size:
            total -= self.running(sum_by(self.first[late] - 1, v[late], self.cells), backwards=True)
        return total

    def running(self, by_cell: Floats, backwards: bool = False) -> Floats:
        """Running sums of a cell quantity (K,) or (K, p) within each stratum."""
        total = np.empty_like(by_cell)
        step = -1 if backwards else 1
        for begin, end in self.strata:
            np.cumsum(by_cell[begin:end][::step], axis=0, out=total[begin:end][::step])
        return total

    def over_cells(self, by_cell: Floats) -> Floats:
        """For each row, the sum of a cell quantity (K,) or (K, p) over the cells it is at risk in."""
        running = self.running(by_cell)
        idle = self.first >= self.last
        total = _rows(running, np.maximum(self.last, 1) - 1)
        late = np.flatnonzero(self.late)
        total[late] -= running[self.first[late] - 1]
        total[idle] = 0.0
        return total

    def by_cell(self, v: Floats) -> Floats:
        """Sums over the terms of each cell."""
        return v if self.term_cell.size == self.cells else sum_by(self.term_cell, v, self.cells)

    def of_own_event(self, by_cell: Floats) -> Floats:
        """A cell quantity at a row's own event, 0 for rows without one."""
        value = by_cell[self.cell]
        return np.where(self.event if by_cell.ndim == 1 else self.event[:, None], value, 0.0)


def sum_by(code: Ints, v: Floats, size: int) -> Floats:
    """Sum of the rows of ``v`` (n,) or (n, p) by code: (size,) or (size, p)."""
    if v.ndim == 1:
        return count(code, v, size)
    sums = np.empty((size, v.shape[1]), order="F")
    for j, column in enumerate(v.T):
        sums[:, j] = count(code, column, size)
    return sums


def _rows(v: Floats, index: Ints) -> Floats:
    """v[index], column by column where v is stored by column."""
    return v[index] if v.ndim == 1 else v.T[:, index].T


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """log L, score (p,) and information (p, p) at one coefficient vector, with the sums behind them."""

    value: float
    score: Floats
    information: Floats
    relative: Floats  # (n,) exp(x b) times a constant of the stratum
    hazard: Floats  # (n,) c_i, over the same constant
    denominator: Floats  # (L,)
    mean: Floats  # (L, p) xbar


def likelihood(risk: RiskSets, x: Floats, b: Floats) -> Likelihood | None:
    """log L and derivatives at ``b``; None where it cannot be computed in floating point."""
    eta = x @ b
    top = np.full(int(risk.block.max()) + 1, -np.inf)
    np.maximum.at(top, risk.block, eta)
    eta -= top[risk.block]  # cancels within each stratum
    relative = np.exp(eta)
    r = risk.weight * relative
    event, term = risk.event, risk.term_cell
    s0, s1 = risk.at_risk(r), risk.at_risk(r[:, None] * x)
    f = risk.fraction
    den, num = (s0, s1) if term.size == risk.cells else (s0[term], _rows(s1, term))
    if np.any(f > 0):
        d0 = count(risk.cell[event], r[event], risk.cells)
        d1 = sum_by(risk.cell[event], r[event, None] * x[event], risk.cells)
        den = den - f * d0[term]
        num = num - f[:, None] * _rows(d1, term)
    if not np.all(den > 1e-250):
        return None
    mean = num / den[:, None]
    w = risk.weight[event]
    hazard = risk.over_cells(risk.by_cell(risk.mass / den))
    hazard -= risk.of_own_event(risk.by_cell(risk.mass * f / den))
    information = x.T @ ((r * hazard)[:, None] * x) - mean.T @ (risk.mass[:, None] * mean)
    return Likelihood(
        value=float(w @ eta[event] - risk.mass @ np.log(den)),
        score=w @ x[event] - risk.mass @ mean,
        information=(information + information.T) / 2,
        relative=relative,
        hazard=hazard,
        denominator=den,
        mean=mean,
    )


def score_residuals(risk: RiskSets, x: Floats, at: Likelihood) -> Floats:
    """Each row's share of the score (n, p), without its weight.

    U_i = event_i (x_i - mean over its terms of xbar) - exp(x_i b) (x_i c_i - B_i), where B_i sums
    m xbar/den over the cells of row i, less m f xbar/den in the cell of its own event.
    """
    scaled = (risk.mass / at.denominator)[:, None] * at.mean
    b = risk.over_cells(risk.by_cell(scaled))
    b -= risk.of_own_event(risk.by_cell(risk.fraction[:, None] * scaled))
    terms = count(risk.term_cell, np.ones(risk.term_cell.size), risk.cells)
    centre = risk.by_cell(at.mean) / terms[:, None]
    own = np.where(risk.event[:, None], x, 0.0) - risk.of_own_event(centre)
    with np.errstate(over="ignore", invalid="ignore"):  # only where a coefficient has run away
        shared = at.relative[:, None] * (x * at.hazard[:, None] - b)
    return own - np.where(at.relative[:, None] > 0, shared, 0.0)
