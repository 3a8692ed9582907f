"""The search behind two-stage log-rank designs: for each n the interim time with the least expected n.

Given n and t1, the pair (c1, c) is the one with exact size and power and the largest c1: a larger c1 stops more often
under the null hypothesis, at the cost of power. Z1 and Z are normal with

    null          mean 0, variance 1, correlation sqrt(E1 / E)
    alternative   mean sqrt(n) w1 / s01 and sqrt(n) w / s0, standard deviation s11 / s01 and s1 / s0

with the moments per patient of all n patients, those who have not entered by t1 having a score of 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._bivariate import both_above
from ._distributions import normal_quantile
from ._input import Floats
from ._log_rank_design import Setting, at_end, spread
from ._log_rank_moments import covariance, moments

DRIFTS = ("exact", "OneArm2stage")
_TIMES, _LIMITS, _PASSES = 13, 13, 4
_ROUGH, _FINE = 4, 14  # steps to a limit
_LOWEST = -4.0  # a limit below this never stops
_PATIENCE = 8


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is searched: setting, accrual rate, rule for the power, earliest interim, least probability of stopping."""

    setting: Setting
    rate: float
    drift: str
    earliest: float
    least: float


@dataclass(frozen=True, slots=True)
class Found:
    """The best design of one n."""

    n: int
    time: float
    low: float
    high: float
    expected_n: float
    pet: float
    pet_alternative: float
    size: float
    power: float
    events1: float
    events: float
    correlation_null: float
    correlation_alternative: float
    rate: float


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Z1 and Z at interim times (T,): correlations, means and standard deviations under the alternative."""

    null: Floats
    alternative: Floats
    mean1: Floats
    sd1: Floats
    mean: float
    sd: float
    events1: Floats
    events: float

    def limit(self, low: Floats, alpha: float) -> Floats:
        """c with P(Z1 > low, Z > c) = alpha: Newton on the logarithm, which is concave, from the right."""
        from scipy.special import ndtr

        c = np.full(np.broadcast_shapes(low.shape, self.null.shape), -normal_quantile(alpha))
        root = np.sqrt(1 - self.null**2)
        for _ in range(50):
            p = both_above(low, c, self.null)
            slope = np.exp(-(c**2) / 2) / math.sqrt(2 * math.pi) * ndtr((self.null * c - low) / root)
            step = np.log(p / alpha) * p / np.maximum(slope, 1e-300)
            c = c + step
            if np.all(np.abs(step) < 1e-13 * (1 + np.abs(c))):
                break
        return c

    def power(self, low: Floats, c: Floats) -> Floats:
        """P(Z1 > low, Z > c) under the alternative."""
        return both_above((low - self.mean1) / self.sd1, (c - self.mean) / self.sd, self.alternative)


def pair(problem: Problem, n: int, times: Floats) -> Pair:
    """The joint distribution of the two statistics for n patients and interims at ``times``."""
    s, accrual = problem.setting, n / problem.rate
    zero, share = np.zeros(times.size), times / accrual
    p0, p1, w, s1 = at_end(s, accrual, s.ratio)
    early = moments(s.null, s.ratio, zero, times, s.cap, share)
    under_null = moments(s.null, 1.0, zero, times, s.cap, share).events
    last = at_end(s, accrual, 1.0)[1]
    if not np.all(under_null > 1e-9):
        raise ValueError("null: no events are expected by the interim; ask for a later one by earliest")
    s01 = early.expected if s.variance == "expected" else (early.expected + early.events) / 2
    if problem.drift == "exact":
        joint = covariance(s.null, s.ratio, times, accrual, s.follow_up, s.cap) / np.sqrt(early.variance * s1)
        patients = np.full(times.size, float(n))
    else:
        joint, patients = np.sqrt(early.variance / s1), problem.rate * times
    return Pair(
        null=np.sqrt(np.minimum(under_null / last, 1.0)),
        alternative=np.clip(joint, -1, 1),
        mean1=np.sqrt(patients / s01) * early.drift,
        sd1=np.sqrt(early.variance / s01),
        mean=math.sqrt(n / spread(s, p0, p1)) * w,
        sd=math.sqrt(s1 / spread(s, p0, p1)),
        events1=n * under_null,
        events=n * last,
    )


def largest_limit(problem: Problem, joint: Pair, steps: int) -> Floats:
    """The largest c1 with enough power at each time (T,); NaN where there is none."""
    alpha, goal = problem.setting.alpha, 1 - problem.setting.beta
    top = normal_quantile(0.9 * (1 - alpha))
    grid = np.linspace(_LOWEST, top, _LIMITS)[:, None]
    spare = joint.power(grid, joint.limit(grid, alpha)) - goal
    enough = spare >= 0
    at = np.where(enough.any(axis=0), _LIMITS - 1 - np.argmax(enough[::-1], axis=0), 0)
    after = np.minimum(at + 1, _LIMITS - 1)
    column = np.arange(at.size)

    def more(low: Floats) -> Floats:
        return joint.power(low, joint.limit(low, alpha)) - goal

    root = _falling_root(more, grid[at, 0], grid[after, 0], spare[at, column], spare[after, column], steps)
    floor = normal_quantile(problem.least) if problem.least > 0 else -np.inf
    return np.where(enough.any(axis=0) & (root >= floor), root, np.nan)


def _falling_root(
    f: Callable[[Floats], Floats], low: Floats, high: Floats, at_low: Floats, at_high: Floats, steps: int
) -> Floats:
    """Where f falls through 0 between ``low`` and ``high``, by false position with halved weights (Illinois).

    Where both ends are the same, or f does not fall through 0, the answer is ``low``.
    """
    root, kept = low, np.zeros(low.size)
    active = (at_low >= 0) & (at_high < 0)
    for _ in range(steps):
        gap = np.where(active, at_low - at_high, 1.0)
        root = np.where(active, low + (high - low) * at_low / gap, root)
        value = f(root)
        good = value >= 0
        halved = np.where(good, np.where(kept > 0, at_high / 2, at_high), np.where(kept < 0, at_low / 2, at_low))
        at_low, at_high = np.where(good, value, halved), np.where(good, halved, value)
        low, high = np.where(good, root, low), np.where(good, high, root)
        kept = np.where(good, 1.0, -1.0)
        active = active & (np.abs(value) > 1e-13)
        if not active.any():
            break
    return root


def best(problem: Problem, n: int, passes: int = _PASSES) -> Found | None:
    """The design of n patients with the least expected n, by a grid of times that closes in; None without any."""
    from scipy.special import ndtr

    accrual = n / problem.rate
    start, end = problem.earliest * accrual, accrual
    for _ in range(passes):
        times = np.linspace(start, end, _TIMES)
        joint = pair(problem, n, times)
        low = largest_limit(problem, joint, _ROUGH if passes == 1 else _FINE)
        cost = np.where(np.isnan(low), np.inf, n - (n - problem.rate * times) * ndtr(low))
        i = int(np.argmin(cost))
        if not np.isfinite(cost[i]):
            return None
        start, end = times[max(i - 1, 0)], times[min(i + 1, _TIMES - 1)]
    c = joint.limit(low, problem.setting.alpha)
    missed = ndtr((low - joint.mean1) / joint.sd1)
    size, power = both_above(low, c, joint.null), joint.power(low, c)
    return Found(
        n, float(times[i]), float(low[i]), float(c[i]), float(cost[i]), float(ndtr(low[i])), float(missed[i]),
        float(size[i]), float(power[i]), float(joint.events1[i]), joint.events, float(joint.null[i]),
        float(joint.alternative[i]), problem.rate,
    )  # fmt: skip


def frontier(problem: Problem, single: int, most: int) -> tuple[list[Found], bool]:
    """The best design of each n from the smallest that has one, until expected n has long stopped falling.

    Also whether ``most`` ended the search. Every n is searched on a coarse grid; those that matter to the end.
    """
    rough: list[Found] = []
    n = max(2, math.floor(0.9 * single))
    patience = max(_PATIENCE, math.ceil(0.1 * single))
    while n <= most:
        one = best(problem, n, 1)
        if one is not None:
            rough.append(one)
            least = min(rough, key=lambda v: v.expected_n)
            if n - least.n >= patience:
                break
        elif n > 3 * single:
            break
        n += 1
    if not rough:
        return [], True
    least_n = min(rough, key=lambda v: v.expected_n).n
    curve = []
    for one in rough:
        if one.n <= least_n + 3:
            exact = best(problem, one.n)
            curve += [] if exact is None else [exact]
    limited = n > most and min(curve, key=lambda v: v.expected_n).n > most - _PATIENCE
    return curve, limited
