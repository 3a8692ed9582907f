"""One arm against a known hazard: the one-sample log-rank test and the standardized mortality ratio.

Subject i, followed to X_i with d_i = 1 for an event, has the reference cumulative hazard L_i = L(X_i) (minus that at
entry, when observation began late). If the arm's hazard is the reference hazard, d_i - L_i has mean 0 and variance
E(L_i) = E(d_i), so that with O = sum d_i and E = sum L_i

    Z = (O - E) / sqrt(E)             Woolson 1981 (doi:10.2307/2530150), Finkelstein 2003 (doi:10.1093/jnci/djg052)
    Z = (O - E) / sqrt((O + E) / 2)   Wu 2014 (doi:10.4172/2155-6180.1000210): nearer the level in small samples

and O is nearly Poisson with mean E, which gives the exact p-value and limits of O / E. With weights w_i, O is the sum
of w_i d_i, E of w_i L_i and the variance that of w_i^2 L_i (or the mean of that and the sum of w_i^2 d_i).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, as_choice, as_indicator, as_level, as_times, as_vector, as_weights
from ._poisson import normal_p, poisson_at_least, poisson_at_most, poisson_limits

ALTERNATIVES = ("two-sided", "greater", "less")
VARIANCES = ("expected", "mean")


@dataclass(frozen=True, slots=True)
class MortalityRatio:
    """A standardized mortality ratio ``ratio`` = observed / expected, with limits ``low`` and ``high``.

    ``method`` is "exact" (Poisson, at least the level) or "mid-p".
    """

    ratio: float
    low: float
    high: float
    observed: int
    expected: float
    level: float
    method: str


@dataclass(frozen=True, slots=True)
class OneSampleLogRank:
    """A one-sample log-rank test.

    Attributes
    ----------
    observed, expected : (weighted) events seen, and expected under the reference hazard.
    variance : estimated variance of observed - expected under the reference hazard.
    variance_rule : "expected" or "mean".
    z : (observed - expected) / sqrt(variance): positive when there are more events than expected.
    z_benefit : -z, the sign of Wu: positive when the arm does better than the reference.
    statistic : z squared, chi-square with one degree of freedom.
    p_value : from z, by ``alternative``.
    exact_p_value : from the Poisson distribution of ``observed``; NaN with weights.
    ratio, low, high : observed / expected with exact Poisson limits; limits NaN with weights.
    alternative, level, n : as asked; rows used.
    message : why a value is NaN; empty otherwise.
    """

    observed: float
    expected: float
    variance: float
    variance_rule: str
    z: float
    z_benefit: float
    statistic: float
    p_value: float
    exact_p_value: float
    ratio: float
    low: float
    high: float
    alternative: str
    level: float
    n: int
    message: str


def one_sample_log_rank(
    time: ArrayLike,
    event: ArrayLike,
    cumulative_hazard: ArrayLike | Callable[[Floats], ArrayLike],
    *,
    entry_hazard: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    variance: str = "expected",
    alternative: str = "two-sided",
    level: float = 0.95,
) -> OneSampleLogRank:
    """Test whether one arm has more or fewer events than a known hazard predicts.

    The reference is taken as known. Where it was itself estimated from a control sample, its sampling error is ignored
    here and the test rejects too often.

    Parameters
    ----------
    time, event : (n,) follow-up and 1 = event, 0 = censored.
    cumulative_hazard : the reference cumulative hazard at each subject's time, as (n,) numbers (their own life tables,
        say) or as a function of an array of times; -log of the reference survival.
    entry_hazard : (n,) reference cumulative hazard at each subject's late entry, subtracted.
    weight : (n,) case weights, taken as fixed.
    variance : "expected" (Woolson, Finkelstein) or "mean" of observed and expected (Wu).
    alternative : "two-sided"; "greater": the arm's hazard is higher; "less": it is lower, a benefit.
    level : confidence level of the limits of observed / expected.

    Raises
    ------
    ValueError
        For bad arrays, a cumulative hazard that is negative, missing or below that at entry, unknown words.

    Notes
    -----
    The exact p-value is P(N <= O), P(N >= O), or twice the smaller of the two (at most 1), N Poisson with mean E; the
    two-sided one is below 1 - level just when the exact limits of O / E exclude 1.

    Examples
    --------
    6-mercaptopurine arm (Freireich 1963) against the placebo arm's exponential hazard of 21 events in 182 weeks:
    9 relapses where 41.42 are expected, chi-square 25.379.

    >>> week = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> seen = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> r = one_sample_log_rank(week, seen, lambda t: 21 / 182 * t)
    >>> r.observed, round(r.expected, 4), round(r.statistic, 3), round(r.z_benefit, 3)
    (9.0, 41.4231, 25.379, 5.038)
    """
    as_choice("variance", variance, VARIANCES)
    as_choice("alternative", alternative, ALTERNATIVES)
    level = as_level(level)
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    w = as_weights("weight", weight, t.size)
    hazard = _hazard(t, cumulative_hazard, entry_hazard)
    observed, expected = float(w @ d), float(w @ hazard)
    spread = float(w**2 @ hazard)
    if variance == "mean":
        spread = (spread + float(w**2 @ d)) / 2
    z = (observed - expected) / math.sqrt(spread) if spread > 0 else math.nan
    exact = low = high = math.nan
    message = ""
    if expected <= 0:
        message = "the expected number of events is 0: nobody was followed while the reference hazard was above 0"
    elif np.any(w[w > 0] != 1):
        message = "weights: a weighted count has no Poisson distribution, so no exact p-value and limits"
    else:
        smr = standardized_mortality_ratio(round(observed), expected, level)
        exact, low, high = _exact_p(round(observed), expected, alternative), smr.low, smr.high
    if not message and not math.isfinite(z * z):
        message = f"only {expected:g} events are expected: the statistic is too large to be written down"
    return OneSampleLogRank(
        observed=observed,
        expected=expected,
        variance=spread,
        variance_rule=variance,
        z=z,
        z_benefit=-z,
        statistic=z * z,
        p_value=normal_p(z, alternative),
        exact_p_value=exact,
        ratio=observed / expected if expected > 0 else math.nan,
        low=low,
        high=high,
        alternative=alternative,
        level=level,
        n=int(np.count_nonzero(w)),
        message=message,
    )


def _hazard(t: Floats, given: ArrayLike | Callable[[Floats], ArrayLike], at_entry: ArrayLike | None) -> Floats:
    """The reference cumulative hazard each subject was under observation for (n,)."""
    hazard = as_times("cumulative_hazard", given(t) if callable(given) else given, t.size)
    if at_entry is None:
        return hazard
    start = as_times("entry_hazard", at_entry, t.size)
    late = np.flatnonzero(start > hazard)
    if late.size:
        i = late[0]
        raise ValueError(
            f"entry_hazard must not exceed cumulative_hazard: row {i} has {start[i]} at entry, {hazard[i]} at its time"
        )
    return hazard - start


def _exact_p(count: int, mean: float, alternative: str) -> float:
    fewer, more = poisson_at_most(count, mean), poisson_at_least(count, mean)
    if alternative == "two-sided":
        return min(1.0, 2 * min(fewer, more))
    return more if alternative == "greater" else fewer


def standardized_mortality_ratio(
    observed: int, expected: float, level: float = 0.95, *, mid_p: bool = False
) -> MortalityRatio:
    """Observed over expected events, with limits from the Poisson distribution of the observed.

    Parameters
    ----------
    observed : number of events, a whole number.
    expected : number expected under the reference hazard, positive; 1 gives limits of the count itself.
    level : confidence level.
    mid_p : half of P(N = observed) in each tail instead of all of it: narrower, coverage near the level on average.

    Raises
    ------
    ValueError
        If ``observed`` is not a whole number of at least 0 or ``expected`` not a positive number.

    Notes
    -----
    Exact limits: the means at which P(N >= observed) and P(N <= observed) are (1 - level) / 2, divided by ``expected``;
    half of chi-square quantiles with 2 O and 2 O + 2 degrees of freedom (Garwood 1936, doi:10.1093/biomet/28.3-4.437;
    Liddell 1984, doi:10.1136/jech.38.1.85).

    Examples
    --------
    Four events (the example of R's ``cipoisson``): 1.089865 to 10.241589.

    >>> r = standardized_mortality_ratio(4, 1)
    >>> round(r.low, 6), round(r.high, 6)
    (1.089865, 10.241589)
    """
    count, mean = (float(as_vector(k, [v])[0]) for k, v in (("observed", observed), ("expected", expected)))
    if count < 0 or count != round(count):
        raise ValueError(f"observed must be a whole number of events, found {observed}")
    if mean <= 0:
        raise ValueError(f"expected must be a positive number, found {expected}")
    low, high = poisson_limits(round(count), as_level(level), mid_p)
    method = "mid-p" if mid_p else "exact"
    return MortalityRatio(count / mean, low / mean, high / mean, round(count), mean, float(level), method)
