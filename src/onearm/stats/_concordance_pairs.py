"""Sums over comparable pairs by the order of their scores, in O(n log n) time and O(n) memory.

Marks stand in a line by (stratum, time, events before the others, score). An event is the earlier member
of its pairs; the later one stands behind it, in another moment (stratum, time, event or not). A late
entry adds a second mark of its row, of negative weight, behind the events at or before the entry: the
row was not at risk there, and the mark takes it out again.

The marks listed by (stratum, score, place) are split in halves by place, again and again. Within a block
of 2h places the marks of the later half count those of the earlier half listed before them by one
cumulative sum, and the other way round. There are log2 n such levels and no loop over rows. What is
listed before an earlier mark among later ones scores lower; what is listed before a later mark among
earlier ones is of an earlier stratum, or scores lower or equal. Equal scores are running sums along
the list, and marks of one moment, in line by score, are taken off by running sums along the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ._input import Bools, Floats, Ints


class Sums(NamedTuple):
    """Sums of weights over other marks with lower, equal and higher score, each (N,)."""

    lower: Floats
    equal: Floats
    higher: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The N marks in line: their rows, events, signs, and codes that grow along the line or the list."""

    row: Ints
    event: Bools
    sign: Floats
    stratum: Ints
    moment: Ints
    score: Ints  # by stratum and score
    listed: Ints  # places by (stratum, score, place)

    @staticmethod
    def make(stop: Ints, start: Ints, event: Bools, score: Ints, stratum: Ints) -> Line:
        """From ranks of exits, entries (-1 = none) and scores, and codes of strata, by row (n,)."""
        late = np.flatnonzero(start >= 0)
        row = np.r_[np.arange(stop.size), late]
        dead = np.r_[event, np.zeros(late.size, dtype=np.bool_)]
        span = int(stop.max()) + 1
        moment = (stratum[row] * span + np.r_[stop, start[late]]) * 2 + ~dead
        order = np.lexsort((score[row], moment))
        sign = np.r_[np.ones(stop.size), -np.ones(late.size)][order]
        row = row[order]
        ranks = stratum[row] * (int(score.max()) + 1) + score[row]
        listed = np.argsort(ranks, kind="stable")
        return Line(row, dead[order], sign, stratum[row], moment[order], ranks, listed)

    def sums(self, behind: Floats, before: Floats) -> tuple[Sums, Sums]:
        """Sums of ``behind`` over later marks, and of ``before`` over earlier ones, for each mark."""
        lower, upto = _halves(self.listed, behind, before)
        same = np.r_[True, (np.diff(self.moment) != 0) | (np.diff(self.score) != 0)].cumsum()
        equal = self._along_list(behind, _after) - _after(same, behind)
        rest = _after(self.stratum, behind) - _after(self.moment, behind)
        later = Sums(lower, equal, rest - lower - equal)
        within = _before(self.moment, before)
        in_stratum = _before(self.stratum, before)
        upto -= np.cumsum(before) - before - in_stratum + within
        equal = self._along_list(before, _before) - _before(same, before)
        return later, Sums(upto - equal, equal, in_stratum - within - upto)

    def tied(self, weight: Floats) -> tuple[Floats, Floats]:
        """Sums of ``weight`` over the other marks of a moment: with another score, and with the same."""
        same = np.r_[True, (np.diff(self.moment) != 0) | (np.diff(self.score) != 0)].cumsum()
        both = _before(same, weight) + _after(same, weight)
        return _before(self.moment, weight) + _after(self.moment, weight) - both, both

    def _along_list(self, weight: Floats, rule: _Rule) -> Floats:
        """A running sum within equal scores of the list, back in line."""
        out = np.empty_like(weight)
        out[self.listed] = rule(self.score[self.listed], weight[self.listed])
        return out


class _Rule:
    """A running sum of weights within runs of equal codes."""

    def __init__(self, behind: bool) -> None:
        self.behind = behind

    def __call__(self, code: Ints, weight: Floats) -> Floats:
        """Sum over the marks of the same run after, or before, each one (N,)."""
        first = np.flatnonzero(np.r_[True, code[1:] != code[:-1]])
        length = np.diff(np.r_[first, code.size])
        sums = np.cumsum(weight)
        opening = np.repeat(sums[first] - weight[first], length)
        if not self.behind:
            return np.asarray(sums - weight - opening)
        return np.asarray(np.repeat(sums[first + length - 1], length) - sums)


_before, _after = _Rule(False), _Rule(True)


def _halves(listed: Ints, behind: Floats, before: Floats) -> tuple[Floats, Floats]:
    """For each place (N,), over places listed before it: ``behind`` at later ones, ``before`` at earlier ones."""
    n = listed.size
    size = 1 << max(1, (n - 1).bit_length())
    place = np.r_[listed, np.arange(n, size)]  # filled up with marks of no weight
    pad = np.zeros(size - n)
    behind, before = np.r_[behind, pad], np.r_[before, pad]
    of_later, of_earlier = np.zeros(size), np.zeros(size)
    half = size // 2
    while half:
        late = (place & half) != 0
        value = np.where(late, behind[place], 0.0).reshape(-1, 2 * half).cumsum(axis=1).reshape(-1)
        early_places, late_places = place[~late], place[late]
        of_later[early_places] += value[~late]
        value = np.where(late, 0.0, before[place]).reshape(-1, 2 * half).cumsum(axis=1).reshape(-1)
        of_earlier[late_places] += value[late]
        place = np.concatenate([early_places.reshape(-1, half), late_places.reshape(-1, half)], axis=1).reshape(-1)
        half //= 2
    return of_later[:n], of_earlier[:n]
