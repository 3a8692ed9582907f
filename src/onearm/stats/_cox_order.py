"""Rows of a Cox model put in order once: by stratum, time, events before censorings.

Whole numbers need no ranking: they are their own ranks. Other times are ranked with near ties joined. The
order then comes from one sort of whole numbers that hold key and row side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats, Ints, ranked_interval

_WHOLE = 1e8  # whole numbers below this are further apart than near ties


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """``rows`` (n,) of the caller in sorted order; ``stop``, ``start`` ranks of the sorted rows."""

    rows: Ints
    stop: Ints
    start: Ints | None


def order_rows(time: Floats, entry: Floats | None, event: Bools, stratum: Ints) -> Order:
    """Sorted rows and their ranks; an entry not before its time is refused."""
    stop, start = _whole(time), None if entry is None else _whole(entry)
    if stop is None or (entry is not None and start is None) or (start is not None and np.any(start >= stop)):
        _, stop, start = ranked_interval(time, entry)
        start = None if entry is None else start
    key = 2 * (stratum * (int(stop.max()) + 1) + stop) + ~event
    rows = sorting(key)
    return Order(rows, stop[rows], None if start is None else start[rows])


def _whole(time: Floats) -> Ints | None:
    """Times as whole numbers, None unless all are."""
    if time[0] != np.rint(time[0]) or not np.max(time) < _WHOLE:
        return None
    whole = time.astype(np.int64)
    return whole if np.array_equal(whole, time) else None


def sorting(key: Ints) -> Ints:
    """The stable order of whole numbers that are not negative."""
    bits = int(key.size).bit_length()
    if int(key.max()).bit_length() + bits > 62:
        return np.argsort(key, kind="stable")
    packed = (key << bits) | np.arange(key.size)
    packed.sort()
    return packed & ((1 << bits) - 1)
