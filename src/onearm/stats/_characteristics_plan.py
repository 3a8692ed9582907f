"""What happens at each look of a boundary, once for all true rates: which counts stop, and for what reason."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._boundary import Boundary
from ._input import Floats

Sides = tuple[int, int]
"""Where each endpoint's count is: 0 between its limits, 1 at or below ``low``, 2 at or above ``high``."""

BOTH_LOW: Sides = (1, 1)

Cuts = tuple[int, int, int, int]
"""Counts from the first to below the second are low, from the third to below the fourth are high."""

Block = tuple[slice, slice]
"""A part of the state."""


class Region(NamedTuple):
    """Counts that stop the trial at one look, for one reason.

    Parameters
    ----------
    reason : the sides that stop it.
    block : where these counts are in the state.
    moments : (3, counts) one, the first and the second count of each.
    """

    reason: Sides
    block: Block
    moments: Floats


class Look(NamedTuple):
    """One look.

    Parameters
    ----------
    added : patients since the look before.
    regions : what stops.
    keep : the block of the state that holds the counts that go on.
    size : numbers in the state before the look, for one true rate.
    """

    added: int
    regions: tuple[Region, ...]
    keep: Block
    size: int


class Plan(NamedTuple):
    """The looks up to the last one that any trial reaches, and the moments of the counts that pass it."""

    looks: tuple[Look, ...]
    passed: Floats


def plan_of(rule: Boundary) -> Plan:
    """What happens at each look of a rule."""
    two = rule.endpoints == 2
    together = rule.together and two
    low, high, n = rule.low.tolist(), rule.high.tolist(), rule.n.tolist()
    moments = _moments(n[-1] + 1, n[-1] + 1 if two else 1)
    start, end, before = [0, 0], [1, 1], 0
    looks: list[Look] = []
    for at, look in enumerate(n):
        end = [end[0] + look - before, end[1] + (look - before if two else 0)]
        first = _cuts(start[0], end[0], low[0][at], high[0][at])
        second = _cuts(start[1], end[1], low[1][at], high[1][at]) if two else (0, 0, 1, 1)
        looks.append(_look(look - before, first, second, together, moments))
        begin = 0 if together else 1
        start, end, before = [first[begin], second[begin]], [first[2], second[2]], look
        if start[0] >= end[0] or start[1] >= end[1]:
            break
    return Plan(tuple(looks), moments[:, start[0] : end[0], start[1] : end[1]].reshape(3, -1))


def _cuts(start: int, end: int, low: int, high: int) -> Cuts:
    first = min(max(low + 1, start), end)
    return start, first, min(max(high, first), end), end


def _look(added: int, first: Cuts, second: Cuts, together: bool, moments: Floats) -> Look:
    """A look at a state that holds the counts of ``first`` x ``second``."""
    regions = []
    for side1, a, b in _parts(first):
        for side2, c, d in _parts(second):
            reason = _reason(side1, side2) if together else (side1, side2)
            if reason != (0, 0):
                block = (slice(a - first[0], b - first[0]), slice(c - second[0], d - second[0]))
                regions.append(Region(reason, block, moments[:, a:b, c:d].reshape(3, -1)))
    begin = 0 if together else 1
    keep = (_from(first[begin], first), _from(second[begin], second))
    return Look(added, tuple(regions), keep, (first[3] - first[0]) * (second[3] - second[0]))


def _from(begin: int, cuts: Cuts) -> slice:
    """Where the state holds the counts from ``begin`` to the last that is not high."""
    return slice(begin - cuts[0], max(begin, cuts[2]) - cuts[0])


def _parts(cuts: Cuts) -> list[tuple[int, int, int]]:
    """The sides that hold any count, each with its first count and the one after its last."""
    return [(side, cuts[i], cuts[i + 1]) for i, side in enumerate((1, 0, 2)) if cuts[i] < cuts[i + 1]]


def _reason(side1: int, side2: int) -> Sides:
    """The sides that stop a rule whose lower limits stop together only."""
    if (side1, side2) == BOTH_LOW:
        return BOTH_LOW
    return (2 if side1 == 2 else 0, 2 if side2 == 2 else 0)


def _moments(first: int, second: int) -> Floats:
    """One, the first and the second count of each state, (3, first, second)."""
    held = np.ones((3, first, second))
    held[1] = np.arange(first)[:, None]
    held[2] = np.arange(second)
    return held
