"""Risk-set moments of a Cox model at each event: sums, means and covariances of the covariates at risk.

Notation. Cells k are the distinct (stratum, event time) pairs in order; row i is at risk in the cells
first_i <= k <= last_i. A term l is one factor of the partial likelihood: Breslow has one a cell, with
fraction f = 0 and mass m = the weight of its events; Efron has d a cell, with f = 0/d .. (d-1)/d and m
= the mean weight of its events. With r_i = w_i exp(x_i b), for any quantity v of the rows

    E_l(v) = (sum at risk of r v - f sum over events of r v) / (the same with v = 1),

and with mu = E(x), V = E(x x') - mu mu' the partial likelihood has

    log L = sum_events w x b - sum_l m log den,   U = sum_events w x - sum_l m mu,   I = sum_l m V.

Sums at risk are tail sums over exits less tail sums over late entries, taken within one stratum at a
time, so that a small risk set does not drown in the rounding of the other strata. Where exp(x b) spans
more than a float holds, stretches of event times have units of their own, handed on from stretch to
stretch (not with late entries or strata).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats, Ints, count

_STRETCH = 300.0  # of x b within one unit
Values = Callable[[Ints], Floats]  # from row numbers (k,) to what is summed of them (q, k)


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Rows sorted by cell, to be summed cell by cell: ``rows``, the ``starts`` of their runs, the ``cells`` met."""

    rows: Ints
    starts: Ints
    cells: Ints

    @staticmethod
    def make(rows: Ints, cell: Ints) -> Runs:
        """The ``rows``, and the ``cell`` of each."""
        order = np.argsort(cell, kind="stable")
        met, starts = np.unique(cell[order], return_index=True)
        return Runs(rows[order], starts, met)

    def sums(self, value: Values, size: int) -> Floats:
        """Sum of the values (q,) of the rows by cell (size, q)."""
        v = value(self.rows)
        total = np.zeros((v.shape[0], size))
        total[:, self.cells] = np.add.reduceat(v, self.starts, axis=1)
        return total.T


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Who is at risk in which cell; arrays (n,) by row, (K,) by cell, (L,) by term."""

    size: int  # K
    place: Ints  # (K,) number of cells from a cell to the last of its stratum, itself included
    own: Ints  # (n,) cell of a row's own event, -1 without one
    weight: Floats
    stratum: Ints
    exits: Runs  # rows by the last cell they are at risk in
    entries: Runs  # rows that enter late, by the last cell before
    dead: Runs  # events by their cell
    term: Ints  # (L,) cell of a term
    fraction: Floats
    mass: Floats

    @staticmethod
    def make(stop: Ints, start: Ints, event: Bools, stratum: Ints, weight: Floats, ties: str) -> Cells:
        """From ranks of exits and entries (-1 = from the beginning); ``stratum`` holds codes 0, 1, ..."""
        span = int(stop.max()) + 2
        out, into = stratum * span + stop + 1, stratum * span + start + 1
        keys, at = np.unique(out[event], return_inverse=True)
        dead = np.flatnonzero(event)
        own = np.full(stop.size, -1, dtype=np.int64)
        own[dead] = at.reshape(-1)
        first = np.searchsorted(keys, into, side="right")
        last = np.searchsorted(keys, out, side="right") - 1
        place = np.searchsorted(keys, (keys // span + 1) * span) - np.arange(keys.size)
        seen = np.flatnonzero(first <= last)  # the others are at risk at no event
        late = seen[first[seen] > np.searchsorted(keys, stratum[seen] * span)]
        d = np.bincount(own[dead], minlength=keys.size)
        mass = count(own[dead], weight[dead], keys.size)
        if ties == "breslow":
            term, fraction = np.arange(keys.size), np.zeros(keys.size)
        else:
            term = np.repeat(np.arange(keys.size), d)
            fraction = (np.arange(term.size) - np.repeat(np.cumsum(d) - d, d)) / d[term]
            mass = (mass / d)[term]
        return Cells(
            size=keys.size,
            place=place,
            own=own,
            weight=weight,
            stratum=stratum,
            exits=Runs.make(seen, last[seen]),
            entries=Runs.make(late, first[late] - 1),
            dead=Runs.make(dead, own[dead]),
            term=term,
            fraction=fraction,
            mass=mass,
        )

    def shifts(self, eta: Floats) -> Floats:
        """What to take off ``eta`` (n,) before exp, for each cell (K,): about its largest value at risk."""
        if self.place[0] < self.size:
            top = np.full(int(self.stratum.max()) + 1, -np.inf)
            np.maximum.at(top, self.stratum, eta)
            return np.asarray(top[self.stratum[self.dead.rows[self.dead.starts]]])
        if self.entries.rows.size or np.ptp(eta) < _STRETCH:
            return np.full(self.size, eta.max())
        top = np.maximum.reduceat(eta[self.exits.rows], self.exits.starts)
        top = np.maximum.accumulate(top[::-1])[::-1]
        block = np.floor((top[0] - top) / _STRETCH)
        return np.asarray(top[np.searchsorted(block, block)])

    def sums(self, value: Values, shift: Floats) -> Floats:
        """Sum of the values of the rows at risk, less the fraction of the events, for each term (L, q).

        Values are in units of exp(``shift``) of the last cell of their row, sums in those of their cell.
        """
        total = self._tails(self.exits.sums(value, self.size), shift)
        if self.entries.rows.size:
            total -= self._tails(self.entries.sums(value, self.size), shift)
        if self.term.size == self.size:
            return total
        gone = self.dead.sums(value, self.size)
        return np.asarray((total.T[:, self.term] - self.fraction * gone.T[:, self.term]).T)

    def _tails(self, v: Floats, shift: Floats) -> Floats:
        """Sum of a cell quantity (K, q) over a cell and the later ones of its stratum."""
        if self.place[0] == self.size:
            total = np.empty_like(v)
            edges = [0, *(np.flatnonzero(np.diff(shift)) + 1).tolist(), self.size]
            for first, last in zip(edges[-2::-1], edges[:0:-1], strict=True):  # stretches of one unit
                np.cumsum(v[first:last][::-1], axis=0, out=total[first:last][::-1])
                if last < self.size:
                    total[first:last] += total[last] * np.exp(shift[last] - shift[first])
            return total
        width, longest = 1, int(self.place.max())
        while width < longest:  # after this step each cell holds itself and up to 2 x width - 1 later ones
            wider = v.copy(order="F")
            wider[:-width] += np.where(self.place[:-width, None] > width, v[width:], 0.0)
            v, width = wider, 2 * width
        return v

    def by_cell(self, v: Floats) -> Floats:
        """Mean of a quantity (L, p) over the terms of each cell (K, p)."""
        if self.term.size == self.size:
            return v
        starts = np.searchsorted(self.term, np.arange(self.size))
        share = np.diff(np.r_[starts, self.term.size])[:, None]
        return np.asarray(np.add.reduceat(v.T, starts, axis=1).T / share)


def pairs(p: int) -> tuple[Ints, Ints]:
    """Row and column of the packed upper triangle of a symmetric p x p matrix."""
    a, b = np.triu_indices(p)
    return a.astype(np.int64), b.astype(np.int64)


def unpacked(packed: Floats, p: int) -> Floats:
    """The symmetric matrix (p, p) of a packed upper triangle."""
    a, b = pairs(p)
    full = np.empty((p, p))
    full[a, b] = full[b, a] = packed
    return full


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """log L, and of each term den (L,), mean mu (L, p), packed second moments E(x x') (L, p(p+1)/2).

    ``r`` (n,) and ``den`` are in units of exp(``shift``) (K,).
    """

    value: float
    r: Floats
    shift: Floats
    den: Floats
    mean: Floats
    square: Floats

    @property
    def covariance(self) -> Floats:
        """Packed V of each term (L, p(p+1)/2)."""
        a, b = pairs(self.mean.shape[1])
        return np.asarray(self.square - self.mean[:, a] * self.mean[:, b])


def moments(cells: Cells, x: Floats, b: Floats) -> Moments | None:
    """Moments at coefficients ``b``; ``x`` (n, p) should be centred. None where a sum underflows."""
    eta, p = x @ b, x.shape[1]
    shift = cells.shifts(eta)
    unit = np.full(eta.size, shift[0])
    unit[cells.exits.rows] = shift[
        np.repeat(cells.exits.cells, np.diff(np.r_[cells.exits.starts, cells.exits.rows.size]))
    ]
    r = np.zeros(eta.size)
    r[cells.exits.rows] = np.exp((eta - unit)[cells.exits.rows])
    r *= cells.weight
    first, second = pairs(p)

    def columns(rows: Ints) -> Floats:
        some = x.T[:, rows]
        v = np.empty((1 + p + first.size, rows.size))
        v[0] = r[rows]
        np.multiply(v[0], some, out=v[1 : p + 1])
        for place, (i, j) in enumerate(zip(first, second, strict=True), start=p + 1):
            np.multiply(v[1 + i], some[j], out=v[place])
        return v

    total = cells.sums(columns, shift)
    den = total[:, 0]
    if not np.all(den > 1e-250 * cells.weight.max()):
        return None
    dead = cells.dead.rows
    value = cells.weight[dead] @ eta[dead] - cells.mass @ (np.log(den) + shift[cells.term])
    mean, square = total[:, 1 : p + 1] / den[:, None], total[:, p + 1 :] / den[:, None]
    return Moments(float(value), r, shift, den, mean, square)
