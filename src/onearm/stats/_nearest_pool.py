"""Order of a long pool of numbers, and the part of it that lies near a few others."""

from __future__ import annotations

import numpy as np

from ._input import Bools, Floats, Ints

__all__ = ["neighbourhoods", "sort_stably", "used_up"]

SHORT = 4000
"""Numbers that NumPy's own stable sort handles as well."""


def sort_stably(x: Floats) -> tuple[Ints, Floats]:
    """The order that sorts ``x``, ties as they came, and ``x`` sorted: for long arrays faster than ``np.argsort``.

    Values are packed into whole numbers, the index in the lowest bits, and sorted as such. What the
    packing cannot tell apart is put right by a stable sort of what is then almost sorted.
    """
    if x.size < SHORT or not 1e-280 < (high := float(x.max())) - (low := float(x.min())) < 1e300:
        order = x.argsort(kind="stable")
        return order, x.take(order)
    bits = (x.size - 1).bit_length()
    packed = ((x - low) * ((2.0 ** (62 - bits) - 1) / (high - low))).astype(np.int64)
    packed <<= bits
    packed |= np.arange(x.size)
    packed.sort()
    packed &= (1 << bits) - 1
    value = x[packed]
    if np.any(value[1:] < value[:-1]):
        again = np.argsort(value, kind="stable")
        return packed[again], value[again]
    return packed, value


def neighbourhoods(treated: Floats, control: Floats, margin: int) -> tuple[Ints, Floats, Ints, Ints] | None:
    """Controls near the treated, without sorting the others.

    Controls are thrown into drawers of equal width; kept are those of the treated and so many around as
    hold ``margin`` controls to either side, or all there are. Returns the order of the kept controls, their sorted
    values, and the positions where a neighbourhood begins and ends short of the ends of the pool; None when most
    are kept.
    """
    low, high = float(control.min()), float(control.max())
    if not 1e-280 < high - low < 1e300:
        return None
    scale = (control.size >> 6) / (high - low)
    drawer = ((control - low) * scale).astype(np.int64)
    upto = np.cumsum(np.bincount(drawer))
    own = np.clip((treated - low) * scale, 0, upto.size - 1).astype(np.int64)
    first = np.searchsorted(upto, np.where(own > 0, upto[own - 1], 0) - margin, side="right")
    last = np.minimum(np.searchsorted(upto, upto[own] + margin), upto.size - 1)
    change = np.bincount(first, minlength=upto.size + 1) - np.bincount(last + 1, minlength=upto.size + 1)
    kept: Bools = np.cumsum(change)[:-1] > 0
    if 2 * int(np.diff(upto, prepend=0)[kept].sum()) > control.size:
        return None
    near = np.flatnonzero(kept[drawer])
    order, value = sort_stably(control[near])
    order = near[order]
    begin = np.flatnonzero(np.diff(np.cumsum(~kept)[drawer[order]], prepend=-1))
    end = np.append(begin[1:], order.size) - 1
    return order, value, begin[1:] if kept[0] else begin, end[:-1] if kept[-1] else end


def used_up(position: Ints, begin: Ints, end: Ints) -> bool:
    """Whether a neighbourhood was taken to its edge, so that what lies beyond might have been nearer."""
    taken = np.zeros(max(int(position.max()), int(begin.max(initial=0)), int(end.max(initial=0))) + 1, dtype=np.bool_)
    taken[position[position >= 0]] = True
    return bool(taken[begin].any() or taken[end].any())
