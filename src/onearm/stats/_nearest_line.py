"""Greedy matching on a line: everyone in turn takes the nearest number that is left.

Numbers are sorted once and the first choice of everyone is found at once. Whoever is alone with that choice and out
of reach of all others has the match; the rest are served one after the other, along links that skip what is taken.

Out of reach. Somebody whose first choice is at or left of c ends up right of c only if all from the choice to c
is taken. So a run of numbers that are taken in the end, with a free one to either side, is taken by exactly those whose
first choice lies in it: as many as the run is long. With D(x) = (first choices at or below x) - x, such a run
a .. b has D(b) = D(a - 1). Hence between neighbouring first choices i < j a number stays free, whatever
happens, when D at j and beyond never reaches what D was just below i and below those before it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ._input import Floats, Ints
from ._nearest_pool import SHORT, neighbourhoods, sort_stably, used_up

__all__ = ["greedy", "with_replacement", "without_replacement"]

_FEW = 300  # treated served one by one from the start
_SPARSE = 50  # controls for each treated from which on only those nearby are sorted


def without_replacement(treated: Floats, control: Floats, reach: float) -> Ints:
    """For each of ``treated``, in the order served, the index of its control, -1 for none; each control once."""
    if treated.size * _SPARSE < control.size and control.size > SHORT:
        for margin in (16, 128):
            near = neighbourhoods(treated, control, margin)
            if near is None:
                break
            order, value, begin, end = near
            position = greedy(value, treated, reach)
            if not used_up(position, begin, end):
                return _named(order, position)
    order, value = sort_stably(control)
    return _named(order, greedy(value, treated, reach))


def with_replacement(treated: Floats, control: Floats, reach: float, wanted: Ints) -> tuple[list[Ints], list[Ints]]:
    """The nearest ``wanted`` controls of each, all open to all: rows of treated and of controls, step by step."""
    order, inner = sort_stably(control)
    value = np.concatenate([[-np.inf], inner, [np.inf]])
    high = value.searchsorted(treated)
    low, who = high - 1, np.arange(treated.size)
    rows: tuple[list[Ints], list[Ints]] = ([], [])
    for step in range(int(wanted.max(initial=0))):
        below, above = treated[who] - value[low], value[high] - treated[who]
        down = below <= above
        good = (np.where(down, below, above) <= reach) & (wanted[who] > step)
        rows[0].append(who[good])
        rows[1].append(order[np.where(down, low, high)[good] - 1])
        low, high, who = (low - down)[good], (high + ~down)[good], who[good]
    return rows


def greedy(value: Floats, treated: Floats, reach: float) -> Ints:
    """Position in the sorted ``value`` that each of ``treated`` takes in turn, -1 for none."""
    if treated.size <= _FEW:
        walled = np.empty(value.size + 1)
        walled[:-1], walled[-1] = value, np.inf
        return np.array(
            _serve(walled.data, value.searchsorted(treated).tolist(), treated.tolist(), reach), dtype=np.int64
        )
    place = value.searchsorted(treated)
    below = treated - value[np.maximum(place - 1, 0)]
    above = value[np.minimum(place, value.size - 1)] - treated
    down = (place > 0) & ((below <= above) | (place == value.size))
    first = place - down
    position = np.where(np.where(down, below, above) <= reach, first, -1)
    who = np.flatnonzero(position >= 0)
    if who.size:
        low, high, number, claim = _contested(position[who])
        if low.size:
            who = who[claim]
            position[who] = _settled(value, treated[who], place[who], reach, low, high, number, who)
    return position


def _contested(first: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Stretches in which a first choice is shared, out of reach of all others.

    First and last position within reach of each, number of its claims, and the claims' indices in ``first``,
    stretch by stretch.
    """
    bits = max(first.size - 1, 1).bit_length()
    packed = np.sort((first << bits) | np.arange(first.size))
    claim, index = packed >> bits, packed & ((1 << bits) - 1)
    begin = np.flatnonzero(np.diff(claim, prepend=-1))
    end = np.append(begin[1:], claim.size)
    before, after = begin - claim[begin], end - claim[begin] - 1  # D(a - 1) and D(b) but for one constant
    cut = np.maximum.accumulate(after[:0:-1])[::-1] < np.minimum.accumulate(before)[:-1]
    opens = np.flatnonzero(np.concatenate([[True], cut]))
    distinct = np.diff(opens, append=begin.size)
    begin = begin[opens]
    end = np.append(begin[1:], claim.size)
    several = end - begin > distinct
    begin, end = begin[several], end[several]
    number = end - begin
    return claim[begin] - number, claim[end - 1] + number, number, index[_ranges(begin, end)]


def _settled(
    value: Floats, treated: Floats, place: Ints, reach: float, low: Ints, high: Ints, number: Ints, turn: Ints
) -> Ints:
    """Positions taken by the contested, served by ``turn``; stretches are copied and walled off from one another."""
    low, high = np.maximum(low, 0), np.minimum(high + 1, value.size)
    stop = np.cumsum(high - low + 1)
    start = stop - (high - low + 1)
    copied = np.full(int(stop[-1]), np.inf)
    copied[_ranges(start, stop - 1)] = value[_ranges(low, high)]
    shift = np.repeat(start - low, number)
    queue = np.argsort(turn)
    found = _serve(copied.tolist(), (place + shift)[queue].tolist(), treated[queue].tolist(), reach)
    taken = np.empty(turn.size, dtype=np.int64)
    taken[queue] = found
    return np.where(taken >= 0, taken - shift, -1)


def _serve(value: Sequence[float], place: list[int], treated: list[float], reach: float) -> list[int]:
    """Position each takes in turn, -1 for none; ``place`` is the first position not below the treated.

    ``right`` and ``left`` hold only what is taken, each with a free position or a link towards one; links are
    shortened as they are followed. Infinity ends every stretch of ``value`` and so stands before the next one and, as
    the last of all, before the first, where it is minus infinity away: nobody takes it.
    """
    right: dict[int, int] = {}
    left: dict[int, int] = {}
    found = []
    for above, x in zip(place, treated, strict=True):
        below = above - 1
        if below in left:
            below = _free(left, below)
        if above in right:
            above = _free(right, above)
        at, distance, beyond = below, x - value[below], value[above] - x
        if beyond < distance or distance < 0:
            at, distance = above, beyond
        if distance <= reach:
            right[at], left[at] = at + 1, at - 1
            found.append(at)
        else:
            found.append(-1)
    return found


def _free(link: dict[int, int], at: int) -> int:
    """The free end of a chain of links, halving the chain on the way."""
    step = link[at]
    while step in link:
        link[at] = at = link[step]
        if at not in link:
            return at
        step = link[at]
    return step


def _ranges(start: Ints, stop: Ints) -> Ints:
    """start[0] .. stop[0] - 1, start[1] .. stop[1] - 1, ... one after the other."""
    size = stop - start
    before = np.cumsum(size) - size
    return np.asarray(np.arange(int(size.sum())) + np.repeat(start - before, size), dtype=np.int64)


def _named(order: Ints, position: Ints) -> Ints:
    """Indices in the caller's arrays for positions among the sorted."""
    return np.where(position >= 0, order[position], -1)
