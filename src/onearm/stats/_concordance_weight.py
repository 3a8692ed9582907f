"""Ranks of scores, and what an event counts at its time."""

from __future__ import annotations

import numpy as np

from ._input import Bools, Floats, Ints, count

_CLOSE = 1e-12  # scores closer than this, relative to the largest, are equal


def score_ranks(score: Floats) -> Ints:
    """Ranks of scores; equal up to rounding is equal."""
    distinct, at = np.unique(score, return_inverse=True)
    with np.errstate(over="ignore"):
        apart = np.diff(distinct) > _CLOSE * np.max(np.abs(distinct))
    return np.asarray(np.r_[0, np.cumsum(apart)][at.reshape(-1)], dtype=np.int64)


def emphasis(stop: Ints, start: Ints, event: Bools, weight: Floats, stratum: Ints, kind: str) -> Floats:
    """h at each row's own time (n,)."""
    if kind == "harrell":
        return np.ones(stop.size)
    span = int(stop.max()) + 1
    late = start >= 0
    keys, at = np.unique(np.r_[stratum * span + stop, (stratum * span + start)[late]], return_inverse=True)
    out, into = at.reshape(-1)[: stop.size], at.reshape(-1)[stop.size :]
    block = keys // span
    ends = count(out, weight, keys.size)
    gone = ends - count(into, weight[late], keys.size)
    opening = np.searchsorted(block, block)
    total = np.r_[0.0, np.cumsum(gone)]
    n = total[np.searchsorted(block, block, side="right")] - total[:-1]
    died = count(out[event], weight[event], keys.size)
    place = np.arange(keys.size) - opening
    s = _left_product(1 - died / np.where(n > 0, n, 1.0), place)
    left = n - died
    g = _left_product(1 - (ends - died) / np.where(left > 0, left, 1.0), place)
    whole = count(stratum, weight, int(stratum.max()) + 1)[block]
    with np.errstate(divide="ignore", invalid="ignore"):  # at times without event nothing is read
        h = {"uno": g**-2.0, "peto": s * whole / n, "schemper": s * whole / (g * n)}[kind]
    return np.where(event, h[out], 0.0)


def _left_product(factor: Floats, place: Ints) -> Floats:
    """Product of the factors before each entry of its run, ``place`` its number in the run, by doubling."""
    product = np.where(place > 0, np.r_[1.0, factor[:-1]], 1.0)
    width, longest = 1, int(place.max())
    while width <= longest:
        wider = product.copy()
        wider[width:] *= np.where(place[width:] >= width, product[:-width], 1.0)
        product, width = wider, 2 * width
    return product
