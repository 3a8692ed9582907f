"""What a two-stage design does at one true rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ._binomial_row import above, binomial_row, upto
from ._input import Floats


@dataclass(frozen=True, slots=True)
class TwoStageRates:
    """What a two-stage design does at one true rate ``p``.

    ``success`` P(X1 > r1 and X > r); ``pet`` P(X1 <= r1), the probability of the early stop; ``expected_n`` patients,
    n - pet (n - n1); ``expected_events`` p times that.
    """

    p: float
    success: float
    pet: float
    expected_n: float
    expected_events: float


def two_stage_rates(r1: int, n1: int, r: int, n: int, p: float) -> TwoStageRates:
    """The rates of a checked design at ``p``; sums of positive terms only.

    P(success) = sum over x > r1 of b(x; n1, p) P(X2 > r - x).
    """
    return rates_of(binomial_row(n1, p), binomial_row(n - n1, p), r1, r, p)


def rates_of(first: Floats, second: Floats, r1: int, r: int, p: float) -> TwoStageRates:
    """The same from the probabilities of each count of either stage."""
    n1 = first.size - 1
    tails = second[::-1].cumsum()[::-1]  # P(X2 >= k)
    success = sum_of_products(first, tails, r1, r)
    pet = upto(first, r1)
    expected = n1 + above(first, r1) * (second.size - 1)
    return TwoStageRates(p, success, pet, expected, p * expected)


def sum_of_products(first: Floats, tails: Floats, r1: int, r: int) -> float:
    """Sum over x > r1 of P(X1 = x) P(X2 >= r + 1 - x)."""
    head, tail = first[r1 + 1 :].tolist(), tails.tolist()
    last = len(tail) - 1
    terms = (b * tail[max(r - r1 - i, 0)] for i, b in enumerate(head) if r - r1 - i <= last)
    return min(math.fsum(terms), 1.0)
