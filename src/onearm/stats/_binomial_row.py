"""Binomial probabilities of one sample size, to the last digits and without SciPy."""

from __future__ import annotations

import math

import numpy as np

from ._input import Floats


def binomial_row(n: int, p: float) -> Floats:
    """b(x; n, p) for x = 0 .. n.

    Outwards from the mode by b(x + 1) / b(x) = (n - x) p / ((x + 1) (1 - p)), then divided by the sum: no factorial
    of a large number loses digits.

    Examples
    --------
    >>> binomial_row(2, 0.25).tolist()
    [0.5625, 0.375, 0.0625]
    """
    mode = min(int((n + 1) * p), n)
    x = np.arange(n + 1, dtype=np.float64)
    row = np.ones(n + 1)
    np.cumprod((n - x[mode:-1]) / (x[mode:-1] + 1) * (p / (1 - p)), out=row[mode + 1 :])
    below = x[mode:0:-1]
    row[:mode] = np.cumprod(below / (n - below + 1) * ((1 - p) / p))[::-1]
    return np.asarray(row / math.fsum(row.tolist()), dtype=np.float64)


def above(row: Floats, k: int) -> float:
    """P(X > k) from a row of probabilities; any whole k."""
    return math.fsum(row[max(k + 1, 0) :].tolist())


def upto(row: Floats, k: int) -> float:
    """P(X <= k) from a row of probabilities; any whole k."""
    return math.fsum(row[: max(k + 1, 0)].tolist())
