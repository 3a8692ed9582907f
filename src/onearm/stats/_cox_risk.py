"""Who is at risk at which event time: sums over risk sets by one pass over sorted rows.

Rows are sorted by stratum, then time, events before censorings of the same time. Cells k = 0 .. K-1 are the
distinct (stratum, event time) pairs in that order; row i is at risk in the cells first_i <= k < last_i,
a contiguous run. A term l is one factor of the partial likelihood: Breslow has one a cell with fraction
f = 0 and mass m = the weight of its events; Efron has d a cell with f = 0/d .. (d-1)/d and m = the mean
weight of its events; exact has terms of mass 0 at tied cells, which ``_cox_exact`` adds.

A segment is a run of sorted rows that belong to the same risk sets: the events of a tied cell, and what
follows up to the next cell. Sums over risk sets are sums over segments, added up from the last cell of a
stratum to its first; running sums never cross strata, so that a small risk set does not drown in the
rounding of the others. With late entry the same sums over rows not yet entered are taken off, which loses digits
where those outweigh the rows at risk; while rows times cells are few, a table of who is at risk when is kept instead
and nothing is taken off.

Arrays of rows, cells or terms run along the last axis: covariates are (p, n), one a row.

Ties: Breslow 1974, doi:10.2307/2529620; Efron 1977, doi:10.1080/01621459.1977.10480613.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats, Ints, count

_TABLE = 1 << 20  # rows times cells up to which late entry is summed by a table
_BUFFER = 1 << 17  # numbers held at once where columns are scaled before they are summed


@dataclass(frozen=True, slots=True, eq=False)
class RiskSets:
    """Arrays (n,) by row, (K,) by cell, (L,) by term, (T,) by tied cell."""

    event: Bools
    weight: Floats  # 0 for a row that enters late and leaves before the next event
    case_weight: Floats  # of that row too as given
    block: Ints  # (n,) stratum, as 0, 1, ...
    opening: Ints  # (number of strata,) first row of each
    cell: Ints  # (n,) cell of a row's own event, -1 without one
    last: Ints  # (n,) one past the last cell of a row; 0 for a row at risk in none
    late: Ints  # rows that enter after the first cell of their stratum and leave after another
    late_first: Ints  # their first cells
    start: Ints  # (K,) first row of a cell
    deaths: Ints  # (K,) rows with the event
    cell_mass: Floats  # (K,) masses of a cell's terms together
    strata: Ints  # (S, 2) first cell and one past the last of each stratum that has any
    tied: Ints  # (T,) cells of several terms
    tied_rows: Ints  # rows with the event of a tied cell
    tied_start: Ints  # (T,) where those of a cell begin
    own: Ints  # (n,) place in ``tied`` of a row's own event, T for the others
    cuts: Ints  # first row of each segment
    head: Ints  # (K,) segment that a cell begins with
    rest: Ints  # segments that follow the events of a tied cell
    rest_cell: Ints  # and their cells
    term_cell: Ints
    term_start: Ints  # (K,) first term of a cell
    tied_terms: Ints  # terms of tied cells
    fraction: Floats
    mass: Floats
    event_weight: Floats  # (n,) weight of a row's event, 0 without one
    members: Floats | None  # (n, K) 1 where a row is at risk in a cell; with late entry and few of them

    @staticmethod
    def make(stop: Ints, start: Ints | None, event: Bools, stratum: Ints, weight: Floats, ties: str) -> RiskSets:
        """From ranks of exits and entries (None = all from the beginning) of rows sorted as said above."""
        n = stop.size
        case_weight = weight
        opening = np.flatnonzero(np.r_[True, stratum[1:] != stratum[:-1]])
        fresh = np.r_[True, stop[1:] != stop[:-1]]
        fresh[opening] = True
        at = np.flatnonzero(event)
        begin = np.flatnonzero(fresh & event)
        k = begin.size
        edge = np.searchsorted(at, begin)
        deaths = np.diff(np.append(edge, at.size))
        cell = np.full(n, -1, dtype=np.int64)
        cell[at] = np.repeat(np.arange(k), deaths)
        last = np.repeat(np.arange(k + 1), np.diff(np.r_[0, begin, n]))
        length = np.diff(np.append(opening, n))
        first_cell = np.searchsorted(begin, opening)
        block = np.repeat(np.arange(opening.size), length)
        first = np.repeat(first_cell, length)
        late = late_first = np.zeros(0, dtype=np.int64)
        if start is not None:
            size = int(stop.max()) + 1
            entered = np.searchsorted(block[begin] * size + stop[begin], block * size + start, side="right")
            late = np.flatnonzero((entered > first) & (entered < last))
            late_first = entered[late]
            outside = entered >= last
            last[outside] = 0
            if np.any(outside):  # those who come and go between two events take part in no sum
                weight = np.where(outside, 0.0, weight)
        else:
            last[last == first] = 0
        cell_mass = np.add.reduceat(weight[at], edge)
        several = np.flatnonzero(deaths > 1)
        if ties == "exact":
            cell_mass[several] = 0.0
        tied = several if ties == "efron" else several[:0]
        own = np.full(k, tied.size, dtype=np.int64)
        own[tied] = np.arange(tied.size)
        if tied.size:
            term_cell = np.repeat(np.arange(k), deaths)
            fraction = (np.arange(term_cell.size) - edge[term_cell]) / deaths[term_cell]
            mass = (cell_mass / deaths)[term_cell]
        else:
            term_cell, fraction, mass = np.arange(k), np.zeros(k), cell_mass
        place_tied = np.append(own, tied.size)[cell]
        following = np.append(begin[1:], n)
        if opening.size > 1:
            close = np.append(opening[1:], n)[block[begin]]
            following = np.minimum(following, close)
        has_rest = begin[tied] + deaths[tied] < following[tied]
        rest_cell = tied[has_rest]
        idle = opening[(opening > begin[0]) & ~event[opening]]
        cuts = np.concatenate([begin, begin[rest_cell] + deaths[rest_cell], idle])
        order = np.argsort(cuts)
        place = np.empty(order.size, dtype=np.int64)
        place[order] = np.arange(order.size)
        ends = np.stack([first_cell, np.append(first_cell[1:], k)], axis=1)
        return RiskSets(
            event=event,
            weight=weight,
            case_weight=case_weight,
            block=block,
            opening=opening,
            cell=cell,
            last=last,
            late=late,
            late_first=late_first,
            start=begin,
            deaths=deaths,
            cell_mass=cell_mass,
            strata=ends[ends[:, 0] < ends[:, 1]],
            tied=tied,
            tied_rows=np.flatnonzero(place_tied < tied.size) if tied.size else tied,
            tied_start=np.cumsum(deaths[tied]) - deaths[tied],
            own=place_tied,
            cuts=cuts[order],
            head=place[:k],
            rest=place[k : k + rest_cell.size],
            rest_cell=rest_cell,
            term_cell=term_cell,
            term_start=edge if tied.size else term_cell,
            tied_terms=np.flatnonzero(own[term_cell] < tied.size),
            fraction=fraction,
            mass=mass,
            event_weight=np.where(event, weight, 0.0),
            members=_members(first, last, late, late_first, k),
        )

    @property
    def cells(self) -> int:
        """Number of distinct (stratum, event time) pairs."""
        return self.deaths.size

    def totals(self, v: Floats) -> tuple[Floats, Floats]:
        """Sums of ``v`` (..., n) over each cell's risk set (..., K) and over a tied cell's events (..., T)."""
        if self.opening.size == 1 and 4 * self.cuts.size > v.shape[-1] and not self.late.size:
            return self._sums_by_row(v)
        if self.members is not None:
            return v @ self.members, self._of_ties(v)
        part = np.add.reduceat(v, self.cuts, axis=-1)
        begun = part if self.cuts.size == self.cells else part[..., self.head]
        dead = begun[..., self.tied]
        if self.rest.size:
            begun[..., self.rest_cell] += part[..., self.rest]
        total = self.running(begun, backwards=True)
        if self.late.size:
            total -= self.running(sum_by(self.late_first - 1, v[..., self.late], self.cells), backwards=True)
        return total, dead

    def _sums_by_row(self, v: Floats) -> tuple[Floats, Floats]:
        """The same where segments are so short that adding up row by row costs less."""
        tail = np.cumsum(v[..., ::-1], axis=-1)[..., ::-1]
        return tail.take(self.start, axis=-1), self._of_ties(v)

    def _of_ties(self, v: Floats) -> Floats:
        """Sums of ``v`` (..., n) over the events of each tied cell (..., T)."""
        events = v[..., self.tied_rows]
        return np.asarray(np.add.reduceat(events, self.tied_start, axis=-1)) if self.tied.size else events

    def scaled_totals(self, x: Floats, r: Floats) -> tuple[Floats, Floats]:
        """The same for the products of ``x`` (p, n) and ``r`` (n,), a few columns at a time."""
        p, n = x.shape
        total, dead = np.empty((p, self.cells)), np.empty((p, self.tied.size))
        step = max(1, min(p, _BUFFER // n))
        buffer = np.empty((step, n))
        for j in range(0, p, step):
            part = x[j : j + step]
            scaled = np.multiply(part, r, out=buffer[: part.shape[0]])
            total[j : j + step], dead[j : j + step] = self.totals(scaled)
        return total, dead

    def running(self, v: Floats, backwards: bool = False) -> Floats:
        """Running sums of a cell quantity (..., K) within each stratum, from its first or last cell."""
        step = -1 if backwards else 1
        if len(self.strata) == 1:
            return np.cumsum(v[..., ::step], axis=-1)[..., ::step]
        if 32 * len(self.strata) > self.cells:
            return self._doubled(v, step)
        total = np.empty_like(v)
        for begin, end in self.strata.tolist():
            np.cumsum(v[..., begin:end][..., ::step], axis=-1, out=total[..., begin:end][..., ::step])
        return total

    def _doubled(self, v: Floats, step: int) -> Floats:
        """Running sums for many short strata: after each pass a cell holds twice as many neighbours."""
        length = self.strata[:, 1] - self.strata[:, 0]
        place = np.arange(self.cells) - np.repeat(self.strata[:, 0], length) + 1
        if step < 0:
            place = np.repeat(length, length) + 1 - place
        total, place = v[..., ::step].copy(), place[::step]
        width, longest = 1, int(length.max())
        while width < longest:
            more = np.where(place[width:] > width, total[..., :-width], 0.0)
            total[..., width:] += more
            width *= 2
        return total[..., ::step]

    def over_cells(self, v: Floats) -> Floats:
        """For each row (..., n), the sum of a cell quantity (..., K) over the cells it is at risk in."""
        if self.members is not None:
            return v @ self.members.T
        running = np.zeros((*v.shape[:-1], self.cells + 1))
        running[..., 1:] = self.running(v)
        total = running.take(self.last, axis=-1)
        if self.late.size:
            total[..., self.late] -= running.take(self.late_first, axis=-1)
        return total

    def of_own_event(self, v: Floats) -> Floats:
        """For each row (..., n), the quantity (..., T) of the tied cell of its own event, 0 without one."""
        longer = np.zeros((*v.shape[:-1], self.tied.size + 1))
        longer[..., :-1] = v
        return longer.take(self.own, axis=-1)

    def by_tied(self, v: Floats) -> Floats:
        """Sums of a term quantity (L,) over the terms of each tied cell (T,)."""
        return np.asarray(np.add.reduceat(v[self.tied_terms], self.tied_start)) if self.tied.size else v[:0]

    def by_cell(self, v: Floats) -> Floats:
        """Sums of a term quantity (L,) over the terms of each cell (K,)."""
        if self.term_cell.size == self.cells:
            return v
        total = v[self.term_start]
        total[self.tied] = self.by_tied(v)
        return total


def _members(first: Ints, last: Ints, late: Ints, late_first: Ints, cells: int) -> Floats | None:
    """The table of who is at risk in which cell (n, K), where late entry asks for it and it is small."""
    if not late.size or first.size * cells > _TABLE:
        return None
    begin = first.copy()
    begin[late] = late_first
    k = np.arange(cells)
    return ((begin[:, None] <= k) & (k < last[:, None])).astype(np.float64)


def sum_by(code: Ints, v: Floats, size: int) -> Floats:
    """Sums of ``v`` (n,) or (p, n) by code: (size,) or (p, size)."""
    if v.ndim == 1:
        return count(code, v, size)
    sums = np.empty((v.shape[0], size))
    for j, column in enumerate(v):
        sums[j] = count(code, column, size)
    return sums
