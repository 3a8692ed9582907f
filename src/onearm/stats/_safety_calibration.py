"""The integer boundaries of a family of safety rules, and the loosest one that keeps an overall crossing probability.

Let s(x, n) be the score of a family. As the score to stop from goes down over all s(x, n) of the looks, the boundaries
are a finite ladder, each rung stopping wherever the one above it stops and at one point (x, n) more, or at several of
equal score. The probability of crossing rises from rung to rung, so bisection over the rungs finds the last one that
keeps it; no cut-off is searched for, and none is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._crossing import crossing_probability
from ._input import Floats, Ints
from ._safety_families import Family

TIE = 1e-11
"""Scores this near (1 + the score times this) are one: no cut-off separates them."""


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """All boundaries of a family at the looks ``n``.

    score : (X, L) of x = 0 .. last look at each look, -inf where x > n.
    rungs : (K,) distinct scores, descending; rung k stops from ``rungs[k]`` on.
    """

    n: Ints
    score: Floats
    rungs: Floats

    def high(self, score: float) -> Ints:
        """(L,) the smallest count with this score or a larger one; n + 1 where there is none."""
        there = self.score >= score
        return np.asarray(np.where(there.any(axis=0), there.argmax(axis=0), self.n + 1), dtype=np.int64)


def slack(score: float) -> float:
    """How far below a score still counts as equal to it."""
    return TIE * (1 + abs(score))


def ladder(family: Family, n: Ints) -> Ladder:
    """All boundaries of a family at the looks ``n`` (L,)."""
    x = np.arange(n[-1] + 1)[:, None]
    inside = x <= n
    score = np.where(inside, family.score(np.minimum(x, n), n), -np.inf)
    values = np.sort(score[inside])[::-1]
    new = np.r_[True, values[:-1] - values[1:] > TIE * (1 + np.abs(values[1:]))]
    last = np.r_[np.flatnonzero(new)[1:], values.size] - 1  # the smallest of each run of equal scores
    return Ladder(n, score, values[last])


def calibrated(steps: Ladder, p0: float, alpha: float) -> int:
    """The last rung whose probability of crossing at ``p0`` is at most ``alpha``; -1 where even the first has more."""
    low, high = -1, steps.rungs.size - 1  # the last rung stops everywhere, with probability 1
    while high - low > 1:
        middle = (low + high) // 2
        if crossing(steps, middle, p0) <= alpha * (1 + 1e-12):
            low = middle
        else:
            high = middle
    return low


def crossing(steps: Ladder, rung: int, p0: float) -> float:
    """Probability that the boundary of a rung is crossed at any look."""
    return float(crossing_probability(steps.n, p0, high=steps.high(float(steps.rungs[rung])))[0])
