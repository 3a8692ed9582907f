"""Ranks of times without a general sort: counting for whole numbers, packed keys for the rest.

Study days are whole numbers on a short scale, so that a table indexed by day does the work of a sort.
Other times are sorted as 63-bit whole numbers: a float that is not negative has the same order as its
bits read as an integer. The leading bits of the time and the row number share one key, which NumPy
sorts several times faster than it finds a sorting permutation; what the missing trailing bits leave
open is settled by a second look.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]

TIE_TOLERANCE = 1e-9  # times closer than this, relative to the later one, are the same time
_TABLE = 256  # a table of days may have this many entries more than eight a row
_KEY_BITS = 63
_BLOCK = 1 << 15  # times compared at once, so that what is in between stays in the cache


def whole_numbers(times: NDArray[Any], rows: int | None = None) -> Whole | None:
    """A copy in the smallest unsigned type if all ``times`` are whole and few enough to be counted.

    ``times`` are finite and not negative; a table of max + 1 entries must be in proportion to ``rows``
    (their number unless given) and the numbers small enough never to be near ties.
    """
    largest = times.max()
    if largest > min(8 * (times.size if rows is None else rows) + _TABLE, 0.5 / TIE_TOLERANCE):
        return None
    small = np.min_scalar_type(int(largest))
    if times.dtype.kind == "f" and np.any(times[:64].astype(small) != times[:64]):
        return None
    days = times.astype(small)
    if times.dtype.kind == "f" and not np.array_equal(days, times):
        return None
    return days


def time_order(times: Floats) -> tuple[Ints, Floats]:
    """A permutation that sorts finite times that are not negative, and the sorted times."""
    bits = (times + 0.0).view(np.int64)  # adding 0 turns -0 into 0
    rest = max(times.size - 1, 1).bit_length()
    bits -= bits.min()
    drop = max(0, int(bits.max()).bit_length() + rest - _KEY_BITS)
    bits >>= drop
    bits <<= rest
    for low in range(0, bits.size, _BLOCK):
        bits[low : low + _BLOCK] |= np.arange(low, min(low + _BLOCK, bits.size))
    bits.sort()
    bits &= (1 << rest) - 1
    ordered = times[bits]
    if drop and np.any(ordered[1:] < ordered[:-1]):
        again = np.argsort(ordered, kind="stable")
        return bits[again], ordered[again]
    return bits, ordered


def run_starts(ordered: Floats) -> NDArray[np.bool_]:
    """Where a new time begins in sorted times; neighbours within a relative 1e-9 are one time.

    Whole numbers that differ are no rounding: where they are that close (seconds since 1970, say) ValueError.
    """
    starts = np.ones(ordered.size, dtype=bool)
    for low in range(1, ordered.size, _BLOCK):
        later = ordered[low : low + _BLOCK]
        gap = later - ordered[low - 1 : low - 1 + later.size]
        np.greater(gap, TIE_TOLERANCE * later, out=starts[low : low + _BLOCK])
    if ordered.size and ordered[-1] > 0.5 / TIE_TOLERANCE:
        near = np.flatnonzero(~starts[1:] & (np.diff(ordered) > 0))
        both = np.stack([ordered[near], ordered[near + 1]])
        whole = near[np.all((np.floor(both) == both) & (both < 2.0**53), axis=0)]
        if whole.size:
            a, b = ordered[whole[0]], ordered[whole[0] + 1]
            raise ValueError(
                f"time holds {a:.0f} and {b:.0f}, which are too close for their size to be told apart: count time from "
                "each subject's own start"
            )
    return starts


def distinct_ranks(times: NDArray[Any]) -> tuple[Floats, Ints]:
    """Distinct times, and the position of each given time among them; near ties become ties.

    Times before an origin, which are negative, are sorted the slow way and tie only when equal.
    """
    if times.size and times.min() < 0:
        distinct, position = np.unique(times.astype(np.float64), return_inverse=True)
        starts = run_starts(distinct)
        return distinct[starts], (np.cumsum(starts) - 1)[position.reshape(-1)]
    days = whole_numbers(times) if times.size else None
    if days is not None:
        seen = np.bincount(days) > 0
        return np.flatnonzero(seen).astype(np.float64), (np.cumsum(seen) - 1)[days]
    if times.size == 0:
        return np.empty(0), np.empty(0, dtype=np.int64)
    times = times.astype(np.float64, copy=False)
    order, ordered = time_order(times)
    starts = run_starts(ordered)
    rank = np.empty(times.size, dtype=np.int64)
    rank[order] = np.cumsum(starts) - 1
    return ordered[starts], rank
