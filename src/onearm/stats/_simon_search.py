"""The best two-stage design for every total sample size, without walking through all of them.

Success is X1 > r1 and X > r. Both error rates follow from sums over the first stage,

    P(success) = sum over x > r1 of b(x; n1) P(X2 > r - x) = P(X > r) - sum over x <= r1 of b(x; n1) P(X2 > r - x),

and fall when r1 or r rises. What is left out rests on these bounds, none of which can lose a design:

* n: by the lemma of Neyman and Pearson no test of n patients has more power than the randomised one of size alpha.
* r1: power <= P1(X1 > r1), so r1 <= a(n1), the largest r1 with P1(X1 > r1) >= 1 - beta. r: likewise r <= a(n).
* n1: the expected n is at least n - P0(X1 <= a(n1)) (n - n1); n1 whose bound exceeds the best design found are
  skipped.
* For given n and n1 let u(r) be the largest r1 with enough power. It falls as r rises, so the first r, from below,
  whose type I error at (u(r), r) is small enough has the largest r1 of all, hence the smallest expected n. The walk
  begins at the smallest r with a small enough error at r1 = a(n1), since no other r1 has a smaller one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats, Ints
from ._simon_tables import Rate, binomial_table, negligible_above, negligible_below, rate, upper_table

EXACT = 1e-12
"""An error rate counts as met when it is missed by no more than this: the rounding of sums, not a concession."""

TIE = 1e-9
"""Expected sample sizes closer than this are equal."""

_WAVES = (6, 60, 10**9)
_BLOCK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class SimonCurve:
    """For each total ``n`` that has a design, the one with the smallest ``expected_n`` at p0, and its cut-offs.

    All fields are vectors of one length; a total n without a design is absent.
    """

    n: Ints
    expected_n: Floats
    r1: Ints
    n1: Ints
    r: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The best design found so far by n: expected n (a ceiling where there is none), n1, r1 (-1) and an r for it."""

    expected_n: Floats
    n1: Ints
    r1: Ints
    r: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """What the search looks up: both rates and their tables, limits of the errors, ``a`` as above, runs' first x.

    ``single`` is the smallest r of each n with P0(X > r) <= alpha.
    """

    p0: float
    p1: float
    null: Rate
    target: Rate
    alpha: float
    power: float
    a: Ints
    first: Ints
    single: Ints

    def type_one(self, n: Ints, n1: Ints, r1: Ints, r: Ints) -> Floats:
        """P0(success)."""
        return np.asarray(self.null.products(n1, r1 + 1, n - n1, r).sum(axis=1), dtype=np.float64)

    def losses(self, n: Ints, n1: Ints, r: Ints) -> Floats:
        """P1(X1 <= x and X > r) for x from ``first[n1]`` on, in the columns."""
        products = self.target.products(n1, self.first[n1], n - n1, r)
        return np.asarray(np.cumsum(products, axis=1, out=products), dtype=np.float64)

    def expected_n(self, n: Ints, n1: Ints, r1: Ints) -> Floats:
        """n - P0(X1 <= r1) (n - n1)."""
        return np.asarray(n - (1 - self.null.upper[n1, r1]) * (n - n1), dtype=np.float64)


def space(p0: float, p1: float, alpha: float, beta: float, n_max: int) -> Space:
    """All tables for sample sizes up to ``n_max``."""
    pmf0, pmf1 = binomial_table(n_max, p0), binomial_table(n_max, p1)
    upper0, upper1 = upper_table(pmf0), upper_table(pmf1)
    power = max(1 - beta - EXACT, np.finfo(float).tiny)
    a = np.count_nonzero(upper1 >= power, axis=1) - 1
    first = np.minimum(negligible_below(pmf1), np.maximum(a, 0))
    width0 = int(np.max(negligible_above(upper0) - first)) + 1
    width1 = int(np.max(a - first)) + 1
    single = np.count_nonzero(upper0 > alpha + EXACT, axis=1)
    null, target = rate(pmf0, upper0, max(width0, 1)), rate(pmf1, upper1, max(width1, 1))
    return Space(p0, p1, null, target, alpha + EXACT, power, a, first, single)


def possible(s: Space) -> Bools:
    """Whether n patients can meet both error rates at all: the randomised test of size alpha has the power."""
    upper0 = s.null.upper
    n = np.arange(upper0.shape[0])
    r = s.single
    share = np.minimum((s.alpha - upper0[n, r]) / np.maximum(s.null.pmf[n, r], np.finfo(float).tiny), 1)
    return np.asarray(s.target.upper[n, r] + share * s.target.pmf[n, r] >= s.power, dtype=np.bool_)


def best_designs(s: Space, *, after: int = 0, ceiling: float = np.inf, frontier: bool = False) -> SimonCurve:
    """The best design of each total n above ``after``, as far as its expected n is not above ``ceiling``.

    With ``frontier``, a total n whose expected n cannot be below that of every smaller n found so far is not searched
    further: it is neither minimax nor admissible nor optimal, and may be absent or not the best of its n.
    """
    total, lower, order = _ordered(s, after)
    held = Held(np.full(s.a.size, ceiling + TIE), *(np.full(s.a.size, -1, dtype=np.int64) for _ in range(3)))
    rows, done = np.arange(total.size)[:, None], 0
    for wave in _WAVES:
        rank = slice(done, done + wave)
        done += wave
        if rank.start >= s.a.size:
            break
        stages = order[:, rank]
        bound = lower[rows, stages]
        limit = (np.minimum.accumulate(held.expected_n) if frontier else held.expected_n) + TIE
        row, column = np.nonzero(np.isfinite(bound) & (bound <= limit[total][:, None]))
        stage, n = stages[row, column], total[row]
        for at in range(0, row.size, _BLOCK):
            _improve(s, n[at : at + _BLOCK], stage[at : at + _BLOCK], limit, held)
    n = np.flatnonzero(held.r1 >= 0)
    n1, r1 = held.n1[n], held.r1[n]
    return SimonCurve(n, held.expected_n[n], r1, n1, _largest_r(s, n, n1, r1, held.r[n]))


def horizon(s: Space, expected_n: float) -> float:
    """The largest total n that can have a design with a smaller expected n.

    n - P0(X1 <= a(n1)) (n - n1) < expected_n gives n < (expected_n - P n1) / (1 - P), and n1 < expected_n.
    """
    n1 = np.arange(1, min(int(np.ceil(expected_n)), s.a.size))
    n1 = n1[s.a[n1] >= 0]
    go_on = s.null.upper[n1, s.a[n1]]
    return float(np.max((expected_n - (1 - go_on) * n1) / np.maximum(go_on, np.finfo(float).tiny), initial=0))


def _ordered(s: Space, after: int) -> tuple[Ints, Floats, Ints]:
    """Every n that may have a design, the lower bound of its expected n by n1 (column), and each row's order."""
    n1 = np.arange(s.a.size)
    total = np.flatnonzero(possible(s) & (n1 > after))
    n = total[:, None]
    stop = np.where(s.a >= 0, 1 - s.null.upper[n1, np.maximum(s.a, 0)], 0)
    lower = n - stop * (n - n1)
    lower[(n <= n1) | (s.a < 0) | (n1 == 0)] = np.inf
    return total, lower, np.argsort(lower, axis=1, kind="stable")


def _improve(s: Space, n: Ints, n1: Ints, limit: Floats, held: Held) -> None:
    """Put better designs in place of those that are held for each n; of equals the smaller n1 stays."""
    r1, r = _largest_r1(s, n, n1, np.minimum(limit, held.expected_n + TIE)[n])
    found = np.flatnonzero(r1 >= 0)
    n, n1, r1, r = n[found], n1[found], r1[found], r[found]
    value = s.expected_n(n, n1, r1)
    least = held.expected_n.copy()
    np.minimum.at(least, n, value)
    smallest = np.where((held.n1 >= 0) & (held.expected_n <= least + TIE), held.n1, s.a.size)
    near = value <= least[n] + TIE
    np.minimum.at(smallest, n[near], n1[near])
    new = near & (n1 == smallest[n])
    at = n[new]
    held.expected_n[at], held.n1[at], held.r1[at], held.r[at] = value[new], n1[new], r1[new], r[new]


def _largest_r1(s: Space, n: Ints, n1: Ints, ceiling: Floats) -> tuple[Ints, Ints]:
    """The largest r1 that some r makes feasible, and that r; -1 where there is none or n is above ``ceiling``."""
    out = np.full(n.size, -1, dtype=np.int64)
    r = _smallest_r(s, n, n1)
    left = np.flatnonzero(r <= s.a[n])
    while left.size:
        k, k1, at = n[left], n1[left], r[left]
        spare = s.target.upper[k, at] - s.power
        within = np.count_nonzero(s.losses(k, k1, at) <= spare[:, None], axis=1)
        r1 = np.minimum(s.first[k1] + within - 1, s.a[k1])
        keep = (r1 >= 0) & (s.expected_n(k, k1, r1) <= ceiling[left])
        left, k, k1, at, r1 = left[keep], k[keep], k1[keep], at[keep], r1[keep]
        small = s.type_one(k, k1, r1, at) <= s.alpha
        out[left[small]] = r1[small]
        left = left[~small & (at < s.a[k])]
        r[left] += 1
    return out, r


def _smallest_r(s: Space, n: Ints, n1: Ints) -> Ints:
    """The smallest r with a small enough type I error at r1 = a(n1); a(n) + 1 where there is none up to a(n).

    The walk goes down from the cut-off of a single stage, whose error is larger; few steps are needed. Every r <= a(n1)
    has the error P0(X1 > a(n1)), so that it ends there.
    """
    r1 = s.a[n1]
    r = np.minimum(s.a[n] + 1, s.single[n])
    left = np.flatnonzero(r > r1)
    while left.size:
        next_r = r[left] - 1
        small = s.type_one(n[left], n1[left], r1[left], next_r) <= s.alpha
        left, next_r = left[small], next_r[small]
        r[left] = next_r
        left = left[next_r > r1[left]]
    return r


def _largest_r(s: Space, n: Ints, n1: Ints, r1: Ints, r: Ints) -> Ints:
    """The largest r that leaves enough power, for designs that have enough with ``r``."""
    low, high = r.copy(), s.a[n]
    place = r1 - s.first[n1]
    while True:
        open_ = np.flatnonzero(low < high)
        if not open_.size:
            return low
        r = (low[open_] + high[open_] + 1) // 2
        losses = s.losses(n[open_], n1[open_], r)
        lost = np.where(place[open_] >= 0, losses[np.arange(open_.size), np.maximum(place[open_], 0)], 0)
        enough = s.target.upper[n[open_], r] - lost >= s.power
        low[open_[enough]] = r[enough]
        high[open_[~enough]] = r[~enough] - 1
