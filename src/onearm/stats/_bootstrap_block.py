"""log L, score and information of a block of Cox replicates; the algebra is in _bootstrap_cox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ._input import Floats, Ints, count

FloatsOrInts = TypeVar("FloatsOrInts", Floats, Ints)
Edges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class SortedRows:
    """n rows by stratum and falling time, K cells in the same order; p columns, m deaths, l late rows."""

    order: Ints
    x: Floats  # (n, p) standardized
    columns: Floats  # (p, n)
    pairs: Floats  # (n, p(p+1)/2) products of columns
    upper: tuple[Ints, Ints]  # which columns those are
    weight: Floats  # (n,) case weights
    edges: Edges  # begin and end of each stratum's rows
    cell_edges: Edges  # and of its cells
    at: Ints  # (K,) last row at risk, but for late entry
    below: Ints  # (n,) first cell at or before the row's time in its stratum, K where there is none
    dead: Ints  # (m,) rows of deaths
    opens: Ints  # (K,) first death of each cell
    of_dead: Ints  # (m,) cell of each death
    late: Ints  # (l,) rows that enter after a cell of their stratum, by falling entry
    late_edges: Edges
    late_at: Ints  # (K,) last late row that has not entered, l where there is none
    late_below: Ints  # (l,) first cell at or before the entry

    def by_cell(self, v: FloatsOrInts) -> FloatsOrInts:
        """Sums over the deaths of each cell: (B, m) to (B, K)."""
        return v if self.dead.size == self.opens.size else np.add.reduceat(v, self.opens, axis=1)


def cells_below(cells: Ints, keys: Ints, size: int) -> Ints:
    """The first cell with a key not below each of ``keys`` in the same stratum; the number of cells if none."""
    found = np.searchsorted(cells, keys, side="left")
    inside = found < cells.size
    inside[inside] = cells[found[inside]] // size == keys[inside] // size
    return np.where(inside, found, cells.size).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class CellSums:
    """Sums over the terms of each cell (Q,), named as in _bootstrap_cox, and log L's share of it."""

    a: Floats
    c: Floats
    a2: Floats
    c2: Floats
    e2: Floats
    log: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CoxBlock:
    """B replicates: Q of their B K cells hold deaths. They are held by falling number of copies.

    The cells with a term of fraction j/c, c > j, are then the first ``reach[j]`` of them.
    """

    rows: SortedRows
    u: Floats  # (B, n) integer weight times case weight
    own: Floats  # (B, p) sum of u x over deaths
    replicate: Ints  # (Q,)
    cell: Ints  # (Q,)
    place: Ints  # (Q,) in a raveled (B, K)
    risk_at: Ints  # (Q,) place in a raveled (B, n) of the last row at risk
    reach: list[int]
    share: Floats  # (Q,) 1 / c
    mass: Floats  # (Q,) of each term

    @staticmethod
    def make(rows: SortedRows, weight: Ints, ties: str) -> CoxBlock:
        """From integer weights (B, n) in the order of ``rows``."""
        u = weight * rows.weight
        alive = rows.weight[rows.dead] > 0
        copies = rows.by_cell(np.take(weight, rows.dead, axis=1) * alive)
        flat = np.flatnonzero(copies)
        c = copies.ravel()[flat]
        if ties == "breslow":
            reach = [c.size]
        else:
            fits = c.max(initial=0) < 2**15  # sixteen bits are sorted by counting
            falling = np.argsort((-c).astype(np.int16) if fits else -c, kind="stable")
            flat, c = flat[falling], c[falling]
            reach = (c.size - np.cumsum(np.bincount(c))[:-1]).tolist()
        replicate, cell = np.divmod(flat, copies.shape[1])
        deaths = np.take(u, rows.dead, axis=1)
        mass = rows.by_cell(deaths).ravel()[flat]
        return CoxBlock(
            rows=rows,
            u=u,
            own=deaths @ rows.x[rows.dead],
            replicate=replicate,
            cell=cell,
            place=flat,
            risk_at=replicate * u.shape[1] + rows.at[cell],
            reach=reach,
            share=1 / c,
            mass=mass if ties == "breslow" else mass / c,
        )

    def evaluate(self, b: Floats) -> tuple[Floats, Floats, Floats]:
        """log L (B,), score (B, p), information (B, p, p) at ``b`` (B, p); log L is NaN where it overflows."""
        rows = self.rows
        with np.errstate(all="ignore"):  # what overflows is seen in log L and its step refused
            r = self.u * np.exp(b @ rows.columns)
            t = self._terms(*self._sums(r))
            value = (self.own * b).sum(axis=1) - self._total(t.log)
            g = r * self._exposure(t.a)
            own = np.take(r, rows.dead, axis=1) * np.take(self._spread(t.c), rows.of_dead, axis=1)
            score = self.own - g @ rows.x + own @ rows.x[rows.dead]
            packed = g @ rows.pairs - own @ rows.pairs[rows.dead]
            sums = [self._sums(r * column) for column in rows.columns]
            bent = [(t.a2 * s - t.c2 * d, t.e2 * d - t.c2 * s) for s, d in sums]
            for i, (j, k) in enumerate(zip(*rows.upper, strict=True)):
                packed[:, i] -= self._total(sums[j][0] * bent[k][0] + sums[j][1] * bent[k][1])
        information = np.empty((b.shape[0], b.shape[1], b.shape[1]))
        information[:, rows.upper[0], rows.upper[1]] = packed
        information[:, rows.upper[1], rows.upper[0]] = packed
        return value, score, information

    def influence(self, b: Floats) -> Floats:
        """For a block of one replicate: the derivative (n, p) of the estimate ``b`` in each row's weight.

        The score residual w (event (x - mean of xbar) - exp(x b) (h x - B)), times the inverse information;
        B sums m xbar / den = A2 S1 - C2 D1 over cells, less C2 S1 - E2 D1 of the own death.
        """
        rows = self.rows
        r = self.u * np.exp(b @ rows.columns)
        t = self._terms(*self._sums(r))
        h = self._exposure(t.a)
        h[:, rows.dead] -= self._spread(t.c)[:, rows.of_dead]
        mass = self.mass / self.share if len(self.reach) > 1 else self.mass
        residual = np.empty((r.shape[1], b.size))
        for j, column in enumerate(rows.columns):
            s1, d1 = self._sums(r * column)
            shared = self._exposure(t.a2 * s1 - t.c2 * d1)
            shared[:, rows.dead] -= self._spread(t.c2 * s1 - t.e2 * d1)[:, rows.of_dead]
            mean = np.zeros(rows.opens.size)
            mean[self.cell] = (t.a * s1 - t.c * d1) / mass
            residual[:, j] = -(r * (h * column - shared))[0]
            residual[rows.dead, j] += self.u[0, rows.dead] * (column[rows.dead] - mean[rows.of_dead])
        information = self.evaluate(b[None, :])[2][0]
        return np.asarray(residual @ np.linalg.pinv(information, hermitian=True))

    def _terms(self, s0: Floats, d0: Floats) -> CellSums:
        """Sums over the terms of each cell, one fraction at a time."""
        a = self.mass / s0
        a2 = a / s0
        c, c2, e2 = np.zeros_like(a), np.zeros_like(a), np.zeros_like(a)
        log = self.mass * np.log(s0)
        for j, end in enumerate(self.reach[1:], start=1):
            part = slice(0, end)
            f, m = j * self.share[part], self.mass[part]
            den = s0[part] - f * d0[part]
            first = m / den
            second = first / den
            log[part] += m * np.log(den)
            a[part] += first
            a2[part] += second
            c[part] += f * first
            second *= f
            c2[part] += second
            e2[part] += f * second
        return CellSums(a, c, a2, c2, e2, log)

    def _total(self, v: Floats) -> Floats:
        """Sums over the cells of each replicate (B,)."""
        return count(self.replicate, v, self.u.shape[0])

    def _sums(self, v: Floats) -> tuple[Floats, Floats]:
        """Of ``v`` (B, n), over the risk set and over the deaths of each cell (Q,)."""
        rows = self.rows
        risk = _running(v, rows.edges).ravel()[self.risk_at]
        if rows.late.size:
            waiting = _running(v[:, rows.late], rows.late_edges, 1)
            risk = risk - waiting[self.replicate, rows.late_at[self.cell]]
        if rows.dead.size == rows.opens.size:  # one death in each cell
            return risk, v.ravel()[self.replicate * v.shape[1] + rows.dead[self.cell]]
        return risk, rows.by_cell(np.take(v, rows.dead, axis=1))[self.replicate, self.cell]

    def _exposure(self, a: Floats) -> Floats:
        """(B, n): sums of ``a`` (Q,) over the cells in which each row is at risk."""
        rows = self.rows
        total = _running(self._spread(a), rows.cell_edges, 1, backwards=True)
        h = np.take(total, rows.below, axis=1)
        if rows.late.size:
            h[:, rows.late] -= total[:, rows.late_below]
        return h

    def _spread(self, a: Floats) -> Floats:
        """``a`` (Q,) over all cells (B, K), 0 where nobody died."""
        all_cells = np.zeros((self.u.shape[0], self.rows.opens.size))
        all_cells.ravel()[self.place] = a
        return all_cells


def _running(v: Floats, edges: Edges, extra: int = 0, backwards: bool = False) -> Floats:
    """Running sums along each row of ``v`` within each stratum, with ``extra`` columns of 0 at the end."""
    if len(edges) == 1 and not extra:
        return np.cumsum(v, axis=1)
    total = np.zeros((v.shape[0], v.shape[1] + extra))
    step = -1 if backwards else 1
    for begin, end in edges:
        np.cumsum(v[:, begin:end][:, ::step], axis=1, out=total[:, begin:end][:, ::step])
    return total
