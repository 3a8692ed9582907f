"""Inference after two stages whose second one had another size than planned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._beta import beta_quantile
from ._binomial_root import bisect
from ._binomial_row import above, binomial_row, upto
from ._input import as_level
from ._number import as_count, as_share
from ._two_stage import LARGEST, sizes
from ._two_stage_inference import two_stage_inference
from ._two_stage_rates import sum_of_products

CONVENTIONS = (
    "x1 and x2 are the responses of each stage alone; n and r are the planned totals of both stages; n2 is the number "
    "of patients in fact evaluated in the second stage alone.",
    "The p-value is at most the planned design's type I error exactly when the conditional error of the second stage "
    "is at most the planned one (Koyama and Chen); low and high are the rates whose p-value is (1 - level) / 2 and "
    "(1 + level) / 2.",
    "umvue supposes that the size of the second stage did not depend on outcomes.",
)


@dataclass(frozen=True, slots=True)
class UnplannedInference:
    """What two stages say when the second had another size than planned.

    ``p_value`` of p <= ``p0``, one-sided; ``median_unbiased`` the rate whose p-value is 1/2; ``low`` and ``high`` the
    interval at ``level``; ``conditional_p_value`` P0(X2 >= x2) of the second stage alone and ``conditional_alpha`` what
    the plan allowed it after x1; ``umvue`` the unbiased estimate at the sizes used; ``naive_estimate`` responses over
    patients; ``conventions`` in words.
    """

    p0: float
    level: float
    p_value: float
    median_unbiased: float
    low: float
    high: float
    conditional_p_value: float
    conditional_alpha: float
    umvue: float
    naive_estimate: float
    conventions: tuple[str, ...] = CONVENTIONS


def two_stage_inference_unplanned(
    x1: int, x2: int, n2: int, r1: int, n1: int, r: int, n: int, p0: float, level: float = 0.90
) -> UnplannedInference:  # fmt: skip
    """P-value, interval and estimate when the second stage was larger or smaller than planned.

    The second stage as it was is set beside the planned one: the rate s with P(Bin(n - n1, s) > r - x1) =
    P(Bin(n2, p) >= x2) makes the plan's success as likely as the result seen, and

        P(p) = sum over k > r1 of b(k; n1, p) P(Bin(n - n1, s) > r - k)

    is the p-value at p0; it rises with p, and limits and median are where it has their values (Koyama and Chen 2008,
    doi:10.1002/sim.3123). With the planned size, :func:`two_stage_inference` is the method.

    Parameters
    ----------
    x1, x2 : responses of the first and of the second stage; x1 > r1, since the trial went on.
    n2 : patients evaluated in the second stage in fact.
    r1, n1, r, n : the design as planned; r and n count both stages.
    p0 : the rate of no interest.
    level : of the two-sided interval.

    Returns
    -------
    UnplannedInference

    Raises
    ------
    ValueError
        For counts that do not fit the design, p0 or level outside 0..1, or an x1 after which the plan's second stage
        could only succeed (x1 > r) or only fail: the method has no conditional error to compare with.

    Examples
    --------
    Design 1/10 5/29 with 3 responses in stage one; 3 of 19 planned patients are the plan's own cut-off,
    and 3 of 15 weigh more (R's qbeta and pbinom).

    >>> t = two_stage_inference_unplanned(3, 3, 19, 1, 10, 5, 29, 0.10)
    >>> round(t.p_value, 8), round(two_stage_inference_unplanned(3, 3, 15, 1, 10, 5, 29, 0.10).p_value, 5)
    (0.04708631, 0.02792)
    """
    n1, n = sizes(n1, n)
    r1 = as_count("r1", r1, 0, n1 - 1, ": at n1 or above every trial stops")
    r = as_count("r", r, r1, n - 1, ": r counts both stages, and more than r of n must be possible")
    x1 = as_count("x1", x1, r1 + 1, n1, ": at r1 or below the trial stops at its look")
    n2 = as_count("n2", n2, 1, LARGEST)
    x2 = as_count("x2", x2, 0, n2, f": it counts the responses of n2 = {n2} patients")
    p0, level = as_share("p0", p0), as_level(level)
    needed = r + 1 - x1
    if not 1 <= needed <= n - n1:
        raise ValueError(
            f"x1 of {x1} leaves the planned second stage of {n - n1} patients nothing to decide (it needs {needed} "
            "more responses): the method has no conditional error to compare with"
        )

    def p_value(p: float) -> float:
        return _p_value(p, x2, n2, needed, r1, n1, r, n)

    def at(value: float) -> float:
        return bisect(lambda p: p_value(p) - value if 0 < p < 1 else p - 0.5, 0.0, 1.0)

    tail = (1 - level) / 2
    return UnplannedInference(
        p0, level, p_value(p0), at(0.5), at(tail), at(1 - tail), above(binomial_row(n2, p0), x2 - 1),
        above(binomial_row(n - n1, p0), needed - 1), two_stage_inference(x1 + x2, r1, n1, n1 + n2, p0).umvue,
        (x1 + x2) / (n1 + n2),
    )  # fmt: skip


def _p_value(p: float, x2: int, n2: int, needed: int, r1: int, n1: int, r: int, n: int) -> float:
    """P(p) of the docstring; P(Bin(m, s) >= k) = P(Beta(k, m - k + 1) <= s) gives s."""
    seen = binomial_row(n2, p)
    higher, lower = above(seen, x2 - 1), upto(seen, x2 - 1)
    a, b = needed, n - n1 - needed + 1
    if lower < higher:
        s = beta_quantile(lower, a, b, upper=True) if lower > 0 else 1.0
    else:
        s = beta_quantile(higher, a, b) if higher > 0 else 0.0
    first = binomial_row(n1, p)
    second = binomial_row(n - n1, s) if 0 < s < 1 else np.eye(1, n - n1 + 1, (n - n1) * (s == 1))[0]
    return sum_of_products(first, np.cumsum(second[::-1])[::-1], r1, r)
