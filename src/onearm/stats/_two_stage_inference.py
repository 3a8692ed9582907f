"""Estimates, a p-value and an interval after a two-stage design, where the plain binomial ones are wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._binomial_root import bisect
from ._binomial_row import above, binomial_row
from ._input import as_level
from ._number import as_count, as_share
from ._two_stage import sizes
from ._two_stage_rates import sum_of_products

CONVENTIONS = (
    "n counts both stages together; x counts the responses among all patients evaluated: x <= r1 means that the trial "
    "stopped at its look after n1, any larger x that it went on to n.",
    "The design is taken to have gone as planned: stop for futility when X1 <= r1, no stop for success.",
    "p_value is one-sided; low and high are the rates whose p-value is (1 - level) / 2 and (1 + level) / 2 (Koyama and "
    "Chen); high_exact is the upper limit that never covers less than its share, and high is the same when x = 0.",
    "Names with naive are the plain binomial ones, as if there had been no look: for comparison only.",
)


@dataclass(frozen=True, slots=True)
class TwoStageInference:
    """What ``x`` responses say after a two-stage design.

    ``stage`` in which the trial ended (1 or 2) and ``evaluated`` patients by then; ``umvue`` the unbiased estimate of
    least variance; ``p_value`` of p <= ``p0``; ``median_unbiased`` the rate whose p-value is 1/2; ``low`` and ``high``
    the interval at ``level``; ``high_exact`` its conservative upper limit; ``naive_estimate``, ``naive_p_value``,
    ``naive_low`` and ``naive_high`` (Clopper-Pearson) those that ignore the look; ``conventions`` in words.
    """

    x: int
    stage: int
    evaluated: int
    p0: float
    level: float
    umvue: float
    p_value: float
    median_unbiased: float
    low: float
    high: float
    high_exact: float
    naive_estimate: float
    naive_p_value: float
    naive_low: float
    naive_high: float
    conventions: tuple[str, ...] = CONVENTIONS


def two_stage_inference(x: int, r1: int, n1: int, n: int, p0: float, level: float = 0.90) -> TwoStageInference:
    """Estimate, p-value and confidence interval that allow for the look after the first stage.

    Outcomes are ordered by x, those that went on above all that stopped; the p-value is the probability of this
    outcome or a higher one,

        P(x; p) = sum over x1 > r1 of b(x1; n1, p) P(Bin(n - n1, p) >= x - x1)    after both stages,
        P(x; p) = P(X1 >= x)                                                       after a stop,

    at p0; it rises with p, and the rates at which it is (1 - level) / 2, 1/2 and (1 + level) / 2 are the lower limit,
    the median-unbiased estimate and the upper limit (Koyama and Chen 2008, doi:10.1002/sim.3123). The upper limit may
    cover less than its share, since counts are whole; ``high_exact``, the rate at which P(this outcome or a lower one)
    is (1 - level) / 2, never does. Without any response the p-value is 1 at every rate, so that no rate has the other
    values: then ``low`` and ``median_unbiased`` are 0 and ``high`` is ``high_exact``.
    The unbiased estimate is, after both stages, sum C(n1 - 1, x1 - 1) C(n2, x - x1) / sum C(n1, x1) C(n2, x - x1) over
    x1 from max(r1 + 1, x - n2) to min(x, n1), and x / n1 after a stop (Jung and Kim 2004, doi:10.1002/sim.1653).

    Parameters
    ----------
    x : responses among all patients evaluated; x <= r1 says that the trial stopped after n1.
    r1, n1 : the trial stopped after n1 patients if r1 or fewer had responded.
    n : patients of both stages together.
    p0 : the rate of no interest.
    level : of the two-sided interval.

    Returns
    -------
    TwoStageInference

    Raises
    ------
    ValueError
        For counts that are not whole or do not fit the design, p0 or level outside 0..1.

    Examples
    --------
    Koyama and Chen's example, design 1/10 5/29 with 6 responses: p .0471, where the plain binomial test says .0637.

    >>> t = two_stage_inference(6, 1, 10, 29, 0.10)
    >>> round(t.p_value, 8), round(t.naive_p_value, 7), round(t.umvue, 8)
    (0.04708631, 0.0637174, 0.26130853)
    >>> round(t.low, 5), round(t.high, 5), round(t.median_unbiased, 5)
    (0.1015, 0.40074, 0.21468)
    """
    n1, n = sizes(n1, n)
    r1 = as_count("r1", r1, 0, n1 - 1, ": at n1 or above every trial stops")
    x = as_count("x", x, 0, n, f": it counts the responses of at most n = {n} patients")
    p0, level = as_share("p0", p0), as_level(level)
    stage = 1 if x <= r1 else 2
    evaluated = n1 if stage == 1 else n
    tail = (1 - level) / 2

    def at_least(p: float, k: int) -> float:
        return _at_least(k, r1, n1, n, p)

    def plain(p: float, k: int) -> float:
        return above(binomial_row(evaluated, p), k - 1)

    return TwoStageInference(
        x, stage, evaluated, p0, level, _umvue(x, r1, n1, n), at_least(p0, x), _rate(at_least, x, 0.5),
        _rate(at_least, x, tail), _rate(at_least, max(x, 1), 1 - tail), _rate(at_least, x + 1, 1 - tail, x == n),
        x / evaluated, plain(p0, x), _rate(plain, x, tail), _rate(plain, x + 1, 1 - tail, x == evaluated),
    )  # fmt: skip


def _at_least(x: int, r1: int, n1: int, n: int, p: float) -> float:
    """P(this outcome or a higher one): the next above r1 is the smallest of those that went on."""
    first = binomial_row(n1, p)
    if x <= r1:
        return above(first, x - 1)
    tails = np.cumsum(binomial_row(n - n1, p)[::-1])[::-1]
    return sum_of_products(first, np.asarray(tails, dtype=np.float64), r1, x - 1)


def _rate(rising: Callable[[float, int], float], x: int, value: float, top: bool = False) -> float:
    """The p at which ``rising`` reaches ``value``: 0 where it is certain at any p, 1 where nothing is higher."""
    if top:
        return 1.0
    if x == 0:
        return 0.0
    return bisect(lambda p: rising(p, x) - value if 0 < p < 1 else p - 0.5, 0.0, 1.0)


def _umvue(x: int, r1: int, n1: int, n: int) -> float:
    if x <= r1:
        return x / n1
    n2 = n - n1
    paths = range(max(r1 + 1, x - n2), min(x, n1) + 1)
    responders = sum(math.comb(n1 - 1, k - 1) * math.comb(n2, x - k) for k in paths)
    return responders / sum(math.comb(n1, k) * math.comb(n2, x - k) for k in paths)
