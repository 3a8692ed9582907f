"""Two-stage designs for the one-sample log-rank test: stop for futility at an interim analysis, or go on to the end."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ._input import Floats, Ints, as_choice
from ._log_rank_design import LogRankDesign, as_setting, conventions, log_rank_design
from ._log_rank_search import DRIFTS, Found, Problem, frontier
from ._log_rank_stages import LogRankStages
from ._number import as_count, as_number
from ._parametric_distribution import Distribution

_LARGEST = 1000
_FEW = 5  # expected events, below which a Poisson number is far from normal


@dataclass(frozen=True, slots=True, eq=False)
class LogRankTwoStage:
    """Two-stage designs of one problem.

    Attributes
    ----------
    optimal, minimax : least expected n under the null hypothesis; least n (and then least expected n).
    admissible : designs that are best for some q in q n + (1 - q) expected_n, from minimax to optimal.
    n, expected_n : (K,) the curve: each total n searched that has a design, and its least expected n.
    single : the one-stage design.
    n_max, limited : the largest n searched, and whether the search ended there with expected n still falling.
    drift : rule for the power.
    conventions : what a reader must know to use the numbers.
    """

    optimal: LogRankStages
    minimax: LogRankStages
    admissible: tuple[LogRankStages, ...]
    n: Ints
    expected_n: Floats
    single: LogRankDesign
    n_max: int
    limited: bool
    drift: str
    conventions: tuple[str, ...]


def log_rank_two_stage(
    null: Distribution,
    hazard_ratio: float,
    alpha: float,
    beta: float,
    *,
    follow_up: float,
    accrual_rate: float,
    restricted: bool = False,
    variance: str = "expected",
    drift: str = "exact",
    earliest: float = 0.2,
    stop_at_least: float = 0.0,
    n_max: int = 300,
) -> LogRankTwoStage:
    """Optimal, minimax and admissible two-stage designs for the one-sample log-rank test.

    The first analysis is at calendar time t1 while patients still enter; the trial stops for futility when Z1 <= c1.
    For every n and t1 the limits (c1, c) are those with size alpha and power 1 - beta; n and t1 are then chosen.

    Parameters
    ----------
    null, hazard_ratio, alpha, beta, follow_up, restricted, variance : as in `log_rank_design`.
    accrual_rate : patients per unit of time.
    drift : how the power is worked out. "exact" uses the exact mean and covariance of the two scores. "OneArm2stage" is
        the rule of that R program, which makes the mean of Z1 under the alternative too small, by the square root of
        t1 over the accrual time (its moments and its number of patients both leave out those not yet entered), and
        takes increments as independent. Its designs are larger than this model needs; its limits are reproduced so.
    earliest : the interim comes no sooner than this share of the accrual time.
    stop_at_least : least probability of stopping at the interim under the null hypothesis.
    n_max : largest total n to search.

    Raises
    ------
    ValueError
        For numbers out of range, and when no design within ``n_max`` has the power.

    Notes
    -----
    P(Z1 > c1, Z > c) is bivariate normal; under the null hypothesis the correlation is sqrt(E1 / E) of the expected
    events, under the alternative it follows from `covariance` of the scores. Expected n is
    n - (n - rate t1) Phi(c1). Sources: Wu, Chen, Wei, Weiss & Chauhan 2020 (doi:10.1002/pst.1983); admissible: Jung
    2004 (doi:10.1002/sim.1600).

    Examples
    --------
    Survival 0.72 at 3 years under the null hypothesis, hazard ratio 0.459, three years of follow-up, 20 patients a year
    (the vignette of OneArm2stage, whose search prints an expected n of 40.1736 for 22 then 46 patients).

    >>> from onearm.stats.parametric import exponential
    >>> null = exponential(survival_at=(3, 0.72))
    >>> theirs = log_rank_two_stage(null, 0.459, 0.05, 0.2, follow_up=3, accrual_rate=20, drift="OneArm2stage")
    >>> theirs.optimal.n, theirs.minimax.n, round(theirs.optimal.expected_n, 1)
    (46, 44, 40.2)
    >>> ours = log_rank_two_stage(null, 0.459, 0.05, 0.2, follow_up=3, accrual_rate=20)
    >>> ours.optimal.expected_n < theirs.optimal.expected_n
    True
    """
    setting = as_setting(null, hazard_ratio, alpha, beta, follow_up, restricted, variance)
    rate = as_number("accrual_rate", accrual_rate, 1e-9, 1e9)
    as_choice("drift", drift, DRIFTS)
    first = as_number("earliest", earliest, 0.01, 0.99)
    least = as_number("stop_at_least", stop_at_least, 0, 0.9 * (1 - setting.alpha))
    most = as_count("n_max", n_max, 2, _LARGEST)
    single = log_rank_design(null, hazard_ratio, alpha, beta, follow_up=follow_up, accrual_rate=rate,
                             restricted=restricted, variance=variance, n_max=most)  # fmt: skip
    curve, limited = frontier(Problem(setting, rate, drift, first, least), single.n, most)
    if not curve:
        raise ValueError(f"n_max of {most} patients is not enough for two stages: allow more")
    designs = [_record(one, setting.variance, setting.follow_up) for one in curve]
    kept = _admissible(designs)
    return LogRankTwoStage(
        optimal=kept[-1],
        minimax=kept[0],
        admissible=kept,
        n=np.array([one.n for one in curve], dtype=np.int64),
        expected_n=np.array([one.expected_n for one in curve]),
        single=single,
        n_max=most,
        limited=limited,
        drift=drift,
        conventions=(
            *conventions(setting)[:-1],
            "Stop for futility when Z1 is at or below its limit; the final limit relies on that stop.",
            "n1 and n are totals: n counts the first-stage patients as well.",
            "The expected n is under the null hypothesis, and counts rate times interim time patients at a stop.",
            f"The power follows the rule {drift!r}.",
            *_roughness(kept),
            conventions(setting)[-1],
        ),
    )


def _roughness(designs: tuple[LogRankStages, ...]) -> tuple[str, ...]:
    """A warning where an interim has too few events for a normal distribution."""
    few = min(one.events1 for one in designs)
    if few >= _FEW:
        return ()
    return (
        f"As few as {few:.1f} events are expected at an interim under the null hypothesis: with fewer than {_FEW} the "
        "probability of stopping, and the expected n, are rough; ask for a later interim by earliest.",
    )


def _record(one: Found, variance: str, follow_up: float) -> LogRankStages:
    accrual = one.n / one.rate
    return LogRankStages(
        n1=min(one.n, math.ceil(one.rate * one.time - 1e-9)), critical1=one.low, n=one.n, critical=one.high,
        interim_time=one.time, accrual_time=accrual, study_time=accrual + follow_up, expected_n=one.expected_n,
        pet=one.pet, pet_alternative=one.pet_alternative, alpha=one.size, power=one.power, events1=one.events1,
        events=one.events, correlation_null=one.correlation_null, correlation_alternative=one.correlation_alternative,
        q_low=math.nan, q_high=math.nan, variance_rule=variance,
    )  # fmt: skip


def _admissible(designs: list[LogRankStages]) -> tuple[LogRankStages, ...]:
    """The lower convex hull of (n, expected n) from the least n to the least expected n, with its ranges of q.

    A design with da more patients and de fewer expected ones is as good as the smaller one at q = de / (da + de).
    """
    end = min(range(len(designs)), key=lambda i: (designs[i].expected_n, designs[i].n))
    hull: list[LogRankStages] = []
    ties: list[float] = []
    for one in designs[: end + 1]:
        while hull:
            tie = _tie(hull[-1], one)
            if ties and tie >= ties[-1]:
                hull.pop()
                ties.pop()
                continue
            if tie > 0:
                break
            return _ranges(hull, ties)
        if hull:
            ties.append(_tie(hull[-1], one))
        hull.append(one)
    return _ranges(hull, ties)


def _tie(small: LogRankStages, large: LogRankStages) -> float:
    more, fewer = large.n - small.n, small.expected_n - large.expected_n
    return fewer / (more + fewer)


def _ranges(hull: list[LogRankStages], ties: list[float]) -> tuple[LogRankStages, ...]:
    high, low = [1.0, *ties], [*ties, 0.0]
    return tuple(replace(one, q_low=a, q_high=b) for one, a, b in zip(hull, low, high, strict=True))
