"""Rows split at cut points, for covariates and coefficients that change with time.

A row at risk over (entry, time] becomes rows over (entry, c1], (c1, c2], ... (cm, time], c1 .. cm being the
cuts strictly inside; the event stays with the last one. In a Cox model the split rows say what the
whole row said, since at each event time exactly one of them is at risk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, Ints, as_indicator, as_matrix, as_times, as_vector, rank_times

_MOST = 20_000_000  # rows


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Split rows, in the order of the input rows and of time within each; arrays (N,).

    Attributes
    ----------
    start, stop : a row is at risk when start < t <= stop.
    event : whether it ends with the event.
    row : the input row it comes from.
    interval : 0 before the first cut, 1 from the first to the second, and so on.
    """

    start: Floats
    stop: Floats
    event: Bools
    row: Ints
    interval: Ints


@dataclass(frozen=True, slots=True, eq=False)
class TimeVarying:
    """Rows split at every event time, and the covariates times a function of time.

    Attributes
    ----------
    start, stop, event, row, interval : (N,) as in ``Split``.
    x : (N, p) the covariates of the row.
    term : (N, p) the covariates times g(stop).
    """

    start: Floats
    stop: Floats
    event: Bools
    row: Ints
    interval: Ints
    x: Floats
    term: Floats


def split(time: ArrayLike, event: ArrayLike, cuts: ArrayLike, *, entry: ArrayLike | None = None) -> Split:
    """Cut follow-up at fixed times, to let a coefficient differ from period to period.

    Multiply a covariate by indicators of ``interval`` and fit the split rows with ``start`` as entry: each
    period then has its own coefficient (Therneau & Grambsch 2000, doi:10.1007/978-1-4757-3294-8, chapter 6).

    Parameters
    ----------
    time, event : (n,) follow-up above 0, 1 = event, 0 = censored.
    cuts : (k,) times above 0, in any order. A cut at a row's own time does not split it.
    entry : (n,) at risk when entry < t <= time; None = from 0.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        For bad arrays, an entry not before its time, or no follow-up.

    Examples
    --------
    >>> parts = split([5, 2], [1, 0], [2, 4])
    >>> parts.start.tolist(), parts.stop.tolist(), parts.row.tolist()
    ([0.0, 2.0, 4.0, 0.0], [2.0, 4.0, 5.0, 2.0], [0, 0, 0, 1])
    """
    t, d, e = _follow_up(time, event, entry)
    c = as_vector("cuts", cuts)
    if np.any(c <= 0):
        raise ValueError(f"cuts must be above 0, found {c.min()}")
    return _split(t, d, e, c)


def time_varying(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    transform: Callable[[Floats], ArrayLike],
    *,
    entry: ArrayLike | None = None,
) -> TimeVarying:
    """Rows for a coefficient that changes smoothly with time, b + c g(t).

    Rows are split at every event time, so that g has its value at each event for all at risk. Fit
    ``x`` and ``term`` side by side, with ``start`` as entry and weights, strata and clusters taken by ``row``.
    Source: Cox 1972 (doi:10.1111/j.2517-6161.1972.tb00899.x).

    Parameters
    ----------
    time, event, entry : as in :func:`split`.
    x : (n, p) covariates whose coefficients change.
    transform : g, from times (N,) to numbers (N,), such as ``numpy.log``.

    Returns
    -------
    TimeVarying

    Raises
    ------
    ValueError
        For bad arrays, no event, a g that is not finite, or more than 20 million split rows.

    Examples
    --------
    >>> import numpy as np
    >>> rows = time_varying([1, 2, 3], [1, 1, 0], [5, 6, 7], np.sqrt)
    >>> rows.row.tolist(), [round(float(v), 4) for v in rows.term[:, 0]]
    ([0, 1, 1, 2, 2, 2], [5.0, 6.0, 8.4853, 7.0, 9.8995, 12.1244])
    """
    t, d, e = _follow_up(time, event, entry)
    z = as_matrix("x", x, t.size)
    if not np.any(d):
        raise ValueError("event holds no event: there is no time to split at")
    parts = _split(t, d, e, t[d])
    g = np.asarray(transform(parts.stop), dtype=np.float64)
    if g.shape != parts.stop.shape or not np.all(np.isfinite(g)):
        raise ValueError("transform must give one finite number for each time")
    rows = z[parts.row]
    return TimeVarying(parts.start, parts.stop, parts.event, parts.row, parts.interval, rows, rows * g[:, None])


def _follow_up(time: ArrayLike, event: ArrayLike, entry: ArrayLike | None) -> tuple[Floats, Bools, Floats]:
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    e = np.zeros(t.size) if entry is None else as_times("entry", entry, t.size)
    empty = np.flatnonzero(e >= t)
    if empty.size:
        i = empty[0]
        raise ValueError(f"entry must be before time: row {i} has entry {e[i]} and time {t[i]}")
    return t, d, e


def _split(time: Floats, event: Bools, entry: Floats, cuts: Floats) -> Split:
    """Times equal up to rounding are one time, so that no sliver of a row is left."""
    grid, (stop, start, cut) = rank_times(time, entry, cuts)
    cut = np.unique(cut)
    first, last = np.searchsorted(cut, start, side="right"), np.searchsorted(cut, stop, side="left")
    pieces = np.maximum(last - first, 0) + 1
    total = int(pieces.sum())
    if total > _MOST:
        raise ValueError(f"splitting gives {total} rows, more than {_MOST}: use fewer cuts")
    row = np.repeat(np.arange(time.size), pieces)
    end = np.cumsum(pieces)
    interval = first[row] + np.arange(total) - (end - pieces)[row]
    final = np.zeros(total, dtype=np.bool_)
    final[end - 1] = True
    inside = grid[cut]
    opening = np.r_[True, final[:-1]]
    begins = np.where(opening, entry[row], inside[np.maximum(interval - 1, 0)])
    ends = np.where(final, time[row], inside[np.minimum(interval, inside.size - 1)])
    return Split(begins, ends, final & event[row], row, interval)
