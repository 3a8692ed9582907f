"""Cut-offs for sample sizes that were not planned."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ._binomial_row import above, binomial_row
from ._two_stage_rates import two_stage_rates

_EXACT = 1e-12


def keep_type_one(n1: int, n: int, p0: float, p1: float, pet_p1: float, limit: float) -> tuple[int, int]:
    """r1 whose P1(X1 <= r1) is nearest to ``pet_p1``, and the smallest r with P0(X1 > r1 and X > r) <= ``limit``."""
    gap = np.abs(np.cumsum(binomial_row(n1, p1))[:-1] - pet_p1)
    r1 = int(np.flatnonzero(gap <= gap.min() + _EXACT)[0])
    r = _first(lambda k: two_stage_rates(r1, n1, k, n, p0).success <= limit + _EXACT, r1, n)
    return r1, _possible(r, n, limit)


def green_dahlberg(n1: int, n: int, p0: float, p1: float) -> tuple[int, int]:
    """The largest r1 with P1(X1 <= r1) <= 0.02, and the smallest r with P0(X > r) <= 0.055."""
    r1 = int(np.count_nonzero(np.cumsum(binomial_row(n1, p1))[:-1] <= 0.02 + _EXACT)) - 1
    if r1 < 0:
        raise ValueError(
            f"n1 of {n1} is too few for a look at the 0.02 level: even no response is likelier; use rule='type-one'"
        )
    row = binomial_row(n, p0)
    return r1, _possible(_first(lambda k: above(row, k) <= 0.055 + _EXACT, r1, n), n, 0.055)


def keep_conditional(x1: int, r: int, planned: int, used: int, p0: float) -> int:
    """The smallest r' with P0(Bin(used) > r' - x1) <= P0(Bin(planned) > r - x1)."""
    if r < x1:
        return x1 - 1
    limit = above(binomial_row(planned, p0), r - x1)
    row = binomial_row(used, p0)
    return _first(lambda k: above(row, k - x1) <= limit * (1 + _EXACT), x1, x1 + used)


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The smallest whole number from ``low`` on at which a rising condition holds; ``high`` where none below does."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _possible(r: int, n: int, limit: float) -> int:
    if r >= n:
        raise ValueError(f"n of {n} is too few for a type I error of {limit:.4g}: treat more patients")
    return r
