"""Who is at risk and who has the event, by group, at each event time of each stratum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._input import TIE_TOLERANCE, Bools, Floats, Ints, as_clock, as_codes, as_indicator, as_weights, count
from ._order import run_starts, time_order, whole_numbers

_BLOCK = 1 << 16  # rows worked on at once, so that what is in between stays in the cache

_MOST = 200  # groups; a test of more is a slip, and costs its square


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Checked rows of positive weight: ``late``, ``block`` (strata) and ``weight`` are None where not used."""

    labels: NDArray[Any]
    time: NDArray[Any]
    late: NDArray[Any] | None
    event: Bools
    code: Ints
    block: Ints | None
    weight: Floats | None


def read_rows(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    strata: ArrayLike | None,
    weight: ArrayLike | None,
    entry: ArrayLike | None,
) -> Rows:
    """The arrays of a comparison, checked."""
    t = as_clock("time", time)
    d = as_indicator("event", event, t.size)
    labels, code = as_codes("group", group, t.size)
    block = None if strata is None else as_codes("strata", strata, t.size)[1]
    w = None if weight is None else as_weights("weight", weight, t.size)
    late = None if entry is None else as_clock("entry", entry, t.size)
    if labels.size < 2:
        raise ValueError(f"group must hold at least two different labels, found {labels.size}")
    if labels.size > _MOST:
        raise ValueError(f"group must hold at most {_MOST} different labels, found {labels.size}: is it a number?")
    if w is not None and w.min() == 0:
        keep = np.flatnonzero(w)
        t, d, code, w = t[keep], d[keep], code[keep], w[keep]
        block = None if block is None else block[keep]
        late = None if late is None else late[keep]
    if not np.any(d):
        raise ValueError("event holds no event: a log-rank test needs at least one")
    if late is not None:
        wrong = np.flatnonzero(late * (1 + TIE_TOLERANCE) >= t)
        if wrong.size:
            i = wrong[0]
            raise ValueError(f"entry must be before time: row {i} has entry {late[i]} and time {t[i]}")
    return Rows(labels, t, late, d, code, block, w)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Counts at the K event times of all strata, in order of stratum and time; g groups.

    ``stratum`` (K,) codes; ``rows_at_risk`` and ``rows_with_event`` (K,) numbers of rows; ``at_risk`` and
    ``events`` (g, K) sums of weights by group, ``squares`` (g, K) of squared weights at risk (the same array
    as ``at_risk`` without weights).
    """

    stratum: Ints
    rows_at_risk: Floats
    rows_with_event: Floats
    at_risk: Floats
    events: Floats
    squares: Floats

    @property
    def weighted(self) -> bool:
        return self.squares is not self.at_risk


def make_cells(rows: Rows) -> Cells:
    """Count the rows, by a table of days where the times are whole, else along one sort."""
    groups = rows.labels.size
    strata = 1 if rows.block is None else int(rows.block.max()) + 1
    days = whole_numbers(rows.time)
    late = None if rows.late is None or days is None else whole_numbers(rows.late)
    if days is not None and (rows.late is None or late is not None):
        shape = (strata, int(days.max()) + 1, groups)
        if 2 * strata * shape[1] * groups <= 8 * days.size + 1024:
            return _by_table(rows, days, late, shape)
    return _by_order(rows, groups)


def _by_table(rows: Rows, days: NDArray[Any], late: NDArray[Any] | None, shape: tuple[int, int, int]) -> Cells:
    """Counts from a table of group x stratum x day x event."""
    strata, length, groups = shape
    w = rows.weight

    def keys(day: NDArray[Any], sides: int) -> Ints:
        key = np.empty(day.size, dtype=np.int64)
        for low in range(0, day.size, _BLOCK):
            part = slice(low, low + _BLOCK)
            k = rows.code[part] * (strata * length)
            if rows.block is not None:
                k += rows.block[part] * length
            k += day[part]
            if sides == 2:
                k <<= 1
                k |= rows.event[part]
            key[part] = k
        return key

    ending = keys(days, 2)
    entering = None if late is None else keys(np.minimum(late, length - 1), 1)
    size = groups * strata * length

    def still(mass: Floats | None) -> tuple[Floats, Floats]:
        """Sums at risk, and of events, by group, stratum and day."""
        ends = np.bincount(ending, mass, 2 * size).reshape(groups, strata, length, 2)
        died = ends[..., 1].astype(np.float64)
        leaving = ends[..., 0] + died
        if entering is not None:
            leaving -= np.bincount(entering, mass, size).reshape(leaving.shape)
        tail = leaving[..., ::-1].cumsum(axis=2)[..., ::-1]
        return tail.reshape(groups, -1), died.reshape(groups, -1)

    present, died = still(None)
    at = np.flatnonzero(died.any(axis=0))
    n, d = present.take(at, axis=1), died.take(at, axis=1)
    if w is None:
        return Cells(at // length, n.sum(axis=0), d.sum(axis=0), n, d, n)
    at_risk, events = still(w)
    squares = still(w * w)[0]
    return Cells(
        at // length,
        n.sum(axis=0),
        d.sum(axis=0),
        np.where(n > 0, at_risk.take(at, axis=1), 0.0),
        events.take(at, axis=1),
        np.where(n > 0, squares.take(at, axis=1), 0.0),
    )


def _by_order(rows: Rows, groups: int) -> Cells:
    """Counts from running sums along the rows in order of stratum and time.

    Late entries are further rows at the entry time that count as -1: what is at risk at t is exits at or
    after t less entries at or after t.
    """
    n = rows.time.size
    time = np.asarray(rows.time, dtype=np.float64)
    what: NDArray[Any] = rows.code.astype(np.uint8 if groups <= 128 else np.int64)
    what <<= 1  # group and event in one number
    block, w = rows.block, rows.weight
    if rows.late is None:
        what |= rows.event
    else:
        time = np.concatenate([time, rows.late])
        what = np.concatenate([what | rows.event, what])
        block = None if block is None else np.concatenate([block, block])
        w = None if w is None else np.concatenate([w, w])
    order, ordered = time_order(time)
    new = run_starts(ordered)
    if block is not None:
        rank = np.cumsum(new)
        stratum = block[order].astype(np.min_scalar_type(int(block.max())))
        again = np.argsort(stratum, kind="stable")
        order, rank, stratum = order[again], rank[again], stratum[again]
        new = np.concatenate(([True], (rank[1:] != rank[:-1]) | (stratum[1:] != stratum[:-1])))
        ends = np.cumsum(np.bincount(stratum))
    sign = None if rows.late is None else np.where(order < n, 1.0, -1.0)
    what = what[order]
    w = None if w is None else w[order]

    died = np.flatnonzero(what & 1)  # rows with an event, then the cells they are in
    cell = np.cumsum(new, dtype=np.int32)[died]
    opens = np.concatenate(([True], cell[1:] != cell[:-1]))
    number = np.cumsum(opens) - 1
    size = int(number[-1]) + 1
    first = np.flatnonzero(new)[cell[opens] - 1]
    where = np.zeros(size, dtype=np.int64) if block is None else stratum[first].astype(np.int64)
    end = np.full(size, order.size) if block is None else ends[where]
    of_group = what >> 1
    flat = of_group[died] * np.int64(size) + number

    def still(mass: Floats | None) -> Floats:
        """Sums at risk by group and cell."""
        result = np.empty((groups, size))
        plain = mass is None and sign is None  # then all rows from the first on to the end are at risk
        for g in range(groups - plain):
            member: NDArray[Any] = of_group == g
            if sign is not None:
                member = member * sign
            if mass is not None:
                member = member * mass
            tail: NDArray[Any] = np.zeros(order.size + 1, np.float64 if member.dtype.kind == "f" else np.int32)
            np.cumsum(member[::-1], out=tail[1:])  # tail[j]: the last j rows
            result[g] = tail[order.size - first] - tail[order.size - end]
        if plain:
            result[-1] = (end - first) - result[:-1].sum(axis=0)
        return result

    present, events = still(None), np.bincount(flat, minlength=size * groups).reshape(groups, size)
    rows_at_risk, rows_with_event = present.sum(axis=0), events.sum(axis=0).astype(np.float64)
    if w is None:
        return Cells(where, rows_at_risk, rows_with_event, present, events.astype(np.float64), present)
    someone = present > 0
    return Cells(
        where,
        rows_at_risk,
        rows_with_event,
        np.where(someone, still(w), 0.0),
        count(flat, w[died], size * groups).reshape(groups, size),
        np.where(someone, still(w * w), 0.0),
    )
