"""Binomial probabilities for all sample sizes at once, laid out so that sums over the first stage are look-ups."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ._input import Floats, Ints

_NOTHING = 1e-17
"""Tails below this are left out of sums: less than the rounding of the sums themselves."""

_STEP = 64
"""Coefficients are kept for sizes that are multiples of this."""


def binomial_table(n_max: int, p: float) -> Floats:
    """b(x; n, p) in row n and column x, n and x from 0 to n_max, n_max at most 1,000.

    C(n, x) p^x (1 - p)^(n - x), in that order: no coefficient overflows below n = 1,030, and only probabilities far
    below 1e-17 underflow. The relative error of an entry is at most some n of the machine's precision.
    """
    x = np.arange(n_max + 1)
    table: Floats = _coefficients(n_max // _STEP * _STEP + _STEP)[: n_max + 1, : n_max + 1] * p**x
    table *= ((1 - p) ** x)[np.maximum(x[:, None] - x, 0)]
    return table


@lru_cache(maxsize=2)
def _coefficients(n_max: int) -> Floats:
    """C(n, x) in row n and column x, zero for x > n; by sums of positive terms."""
    table = np.zeros((n_max + 1, n_max + 1))
    table[:, 0] = 1
    for n in range(1, n_max + 1):
        np.add(table[n - 1, 1:], table[n - 1, :-1], out=table[n, 1:])
    return table


def upper_table(pmf: Floats) -> Floats:
    """P(X > k) in row n and column k, summed from the far end so that small tails keep their digits."""
    out = np.zeros_like(pmf)
    out[:, :-1] = np.cumsum(pmf[:, :0:-1], axis=1)[:, ::-1]
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Rate:
    """Everything binomial at one true rate: ``pmf`` and ``upper`` by n, and both as rows to slice from."""

    pmf: Floats
    upper: Floats
    pmf_runs: Floats
    upper_runs: Floats
    pmf_row: int
    upper_row: int

    def row(self, n: int) -> Floats:
        """b(x; n) for x = 0 .. n, scaled to a sum of one: what rounding (1 - p)^n costs all of them is taken back."""
        row = self.pmf[n, : n + 1]
        return np.asarray(row / math.fsum(row.tolist()), dtype=np.float64)

    def products(self, n1: Ints, start: Ints, n2: Ints, r: Ints) -> Floats:
        """b(x; n1) P(X2 > r - x) for x = start, start + 1, ... in the columns, one row an entry of ``n1``."""
        last = self.pmf.shape[0] - 1
        first: Floats = self.pmf_runs[n1 * self.pmf_row + start]
        first *= self.upper_runs[n2 * self.upper_row + (last + start - r)]
        return first


def rate(pmf: Floats, upper: Floats, width: int) -> Rate:
    """A `Rate` whose runs are ``width`` long.

    Row n2 of the runs of P(X2 > k) holds k = last, last - 1, ..., 0 and then ones for k below 0, so that a run of
    rising x is a slice.
    """
    last = pmf.shape[0] - 1
    padded = np.zeros((last + 1, last + 2 + width))
    padded[:, : last + 1] = pmf
    tails = np.ones((last + 1, 2 * last + 3 + width))
    tails[:, : last + 1] = upper[:, ::-1]
    return Rate(pmf, upper, _runs(padded, width), _runs(tails, width), padded.shape[1], tails.shape[1])


def _runs(table: Floats, width: int) -> Floats:
    """Every run of ``width`` numbers of the table, row after row, as rows that share its memory."""
    step = table.itemsize
    return np.ndarray((table.size - width + 1, width), table.dtype, table, 0, (step, step))


def negligible_below(pmf: Floats) -> Ints:
    """For each n the first x that matters: P(X < x) stays below 1e-17."""
    return np.asarray(np.count_nonzero(np.cumsum(pmf, axis=1) < _NOTHING, axis=1), dtype=np.int64)


def negligible_above(upper: Floats) -> Ints:
    """For each n the last x that matters: P(X > x) stays below 1e-17."""
    return np.asarray(np.count_nonzero(upper >= _NOTHING, axis=1), dtype=np.int64)
