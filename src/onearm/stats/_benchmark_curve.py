"""One arm's survival against a published curve: as if it were known, or with its own sampling error.

H is the reference cumulative hazard, O the trial's events, E = sum H(X_i) what H predicts for its follow-up X_i.

Known curve: H = -log S, and O - E has variance E (see ``_one_sample``).

Estimated curve: with d_k events among Y0_k at risk in the reference at its times t_k, H(t) = sum over t_k <= t of
d_k / Y0_k (Nelson-Aalen), so E = sum_k Y1_k d_k / Y0_k with Y1_k trial patients at risk at t_k. E itself then varies,
with variance R = sum_k Y1_k^2 d_k / Y0_k^2 given the trial; under equal hazards

    Z = (O - E) / sqrt(V + R),  V = E ("expected") or (O + E) / 2 ("mean").

The information of the reference enters by R: as it grows R goes to 0 and the known-curve test is back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._distributions import critical_value
from ._input import Bools, Floats, as_choice, as_indicator, as_level, as_times, as_vector
from ._one_sample import ALTERNATIVES, VARIANCES, OneSampleLogRank, one_sample_log_rank
from ._poisson import normal_p


@dataclass(frozen=True, slots=True)
class CurveBenchmark:
    """A trial against a published curve taken as known.

    ``test`` is the one-sample log-rank test over follow-up up to ``horizon``, the last time at which the curve is above
    0; ``cut`` patients were followed longer and count as censored there.
    """

    test: OneSampleLogRank
    horizon: float
    cut: int


@dataclass(frozen=True, slots=True)
class SampleBenchmark:
    """A trial against a curve that was itself estimated.

    Attributes
    ----------
    observed, expected : the trial's events, and those the reference's hazard predicts.
    variance : V + R; ``reference_variance`` is R, the part due to the reference.
    inflation : (V + R) / V.
    z, p_value : of equal hazards; positive z when the trial has more events.
    known_z, known_p_value : the same with R left out, as if the curve were known: for comparison only.
    ratio, low, high : observed / expected, the limits on the log scale: exp(log(O/E) -/+ c sqrt(1/O + R/E^2)).
    n, reference_n : patients.
    horizon, cut : the reference's last time, and trial patients followed longer, who count as censored there.
    variance_rule, alternative, level : as asked.
    message : why a value is NaN; empty otherwise.
    """

    observed: int
    expected: float
    variance: float
    reference_variance: float
    inflation: float
    z: float
    p_value: float
    known_z: float
    known_p_value: float
    ratio: float
    low: float
    high: float
    n: int
    reference_n: int
    horizon: float
    cut: int
    variance_rule: str
    alternative: str
    level: float
    message: str


def benchmark_curve(
    time: ArrayLike,
    event: ArrayLike,
    reference_time: ArrayLike,
    reference_survival: ArrayLike,
    *,
    variance: str = "expected",
    alternative: str = "two-sided",
    level: float = 0.95,
) -> CurveBenchmark:
    """One-sample log-rank test against the points of a published curve, taken as known.

    The curve is a step function: between two points it has the value of the earlier one. Its own sampling error is left
    out, so that the test rejects too often when the curve came from few patients: then use :func:`benchmark_sample`.

    Parameters
    ----------
    time, event : (n,) follow-up of the trial, and 1 = event.
    reference_time, reference_survival : (m,) corners of the curve as proportions, in order (from a figure that was
        read, or ``reconstruct_ipd(...).clicks``); 1 before the first one.
    variance, alternative, level : as for :func:`onearm.stats.one_sample_log_rank`.

    Returns
    -------
    CurveBenchmark

    Raises
    ------
    ValueError
        For a curve that rises, goes back in time or leaves 0..1; bad follow-up.

    Notes
    -----
    Woolson 1981 (doi:10.2307/2530150), Finkelstein 2003 (doi:10.1093/jnci/djg052).

    Examples
    --------
    Three patients against a curve that falls to 0.5 at month 2: -log 0.5 for the two followed beyond it.

    >>> r = benchmark_curve([1, 3, 4], [1, 0, 1], [0, 2, 9], [1, 0.5, 0.5])
    >>> r.test.observed, round(r.test.expected, 4)
    (2.0, 1.3863)
    """
    t, d = _follow_up(time, event)
    at = as_times("reference_time", reference_time)
    s = as_vector("reference_survival", reference_survival, at.size)
    if np.any(np.diff(at) < 0):
        raise ValueError("reference_time must be in order: clean the points with reconstruct_ipd first")
    if s.min() < 0 or s.max() > 1:
        raise ValueError(f"reference_survival must lie between 0 and 1, found {s.min():g} to {s.max():g}")
    if np.any(np.diff(s) > 0):
        raise ValueError("reference_survival rises: clean the points with reconstruct_ipd first")
    ended = np.flatnonzero(s == 0)
    if ended.size and at[ended[0]] == 0:
        raise ValueError("reference_survival is 0 at time 0: there is no time with a known hazard")
    # up to just before the drop to 0, where the hazard is infinite
    horizon = float(np.nextafter(at[ended[0]], 0)) if ended.size else float(at[-1])
    t, d, cut = _restricted(t, d, horizon)
    curve = np.append(1.0, s)
    hazard = -np.log(curve[np.searchsorted(at, t, side="right")])
    test = one_sample_log_rank(t, d, np.abs(hazard), variance=variance, alternative=alternative, level=level)
    return CurveBenchmark(test, horizon, cut)


def _follow_up(time: ArrayLike, event: ArrayLike) -> tuple[Floats, Bools]:
    t = as_times("time", time)
    return t, as_indicator("event", event, t.size)


def _restricted(t: Floats, d: Bools, horizon: float) -> tuple[Floats, Bools, int]:
    """Follow-up up to the horizon: who is followed longer is censored there."""
    beyond = t > horizon
    return np.minimum(t, horizon), d & ~beyond, int(np.count_nonzero(beyond))


def benchmark_sample(
    time: ArrayLike,
    event: ArrayLike,
    reference_time: ArrayLike,
    reference_event: ArrayLike,
    *,
    variance: str = "expected",
    alternative: str = "two-sided",
    level: float = 0.95,
) -> SampleBenchmark:
    """One-sample log-rank test against a curve estimated from patients, its sampling error counted.

    Parameters
    ----------
    time, event : (n,) follow-up of the trial, and 1 = event.
    reference_time, reference_event : (m,) follow-up of the patients behind the published curve, as from
        :func:`onearm.stats.reconstruct_ipd`.
    variance : "expected" or "mean" of observed and expected, for the trial's part.
    alternative : "two-sided"; "greater": the trial's hazard is higher; "less": it is lower, a benefit.
    level : confidence level of the limits of observed / expected.

    Returns
    -------
    SampleBenchmark

    Raises
    ------
    ValueError
        For bad arrays or unknown words.

    Notes
    -----
    Z = (O - E) / sqrt(V + sum_k Y1_k^2 d_k / Y0_k^2): the reference's sampling error is added to the variance, which
    Danzer, Feld, Faldum & Schmidt 2022 (doi:10.1371/journal.pone.0271094) show to be needed. The size of the test in
    small samples is in docs/published-curves.md.

    Examples
    --------
    Two events among three patients. Reference: deaths at 1 (4 at risk) and 3 (2 at risk); 3 and 2 trial patients are at
    risk then, so E = 3/4 + 2/2 and R = 9/16 + 4/4.

    >>> r = benchmark_sample([2, 4, 5], [1, 1, 0], [1, 2, 3, 6], [1, 0, 1, 0])
    >>> r.observed, r.expected, r.reference_variance
    (2, 1.75, 1.5625)
    """
    as_choice("variance", variance, VARIANCES)
    as_choice("alternative", alternative, ALTERNATIVES)
    level = as_level(level)
    t, d = _follow_up(time, event)
    u = as_times("reference_time", reference_time)
    seen = as_indicator("reference_event", reference_event, u.size)
    horizon = float(u.max())
    t, d, cut = _restricted(t, d, horizon)
    at, deaths = np.unique(u[seen], return_counts=True)
    ours, theirs = (v.size - np.searchsorted(np.sort(v), at, side="left") for v in (t, u))
    observed, expected = int(d.sum()), float((ours * deaths / theirs).sum())
    extra = float((ours.astype(np.float64) ** 2 * deaths / theirs.astype(np.float64) ** 2).sum())
    own = expected if variance == "expected" else (observed + expected) / 2
    # without expected events the reference says nothing
    known = (observed - expected) / math.sqrt(own) if expected > 0 else math.nan
    z = (observed - expected) / math.sqrt(own + extra) if expected > 0 else math.nan
    low = high = math.nan
    message = "" if expected > 0 else "no event of the reference while a trial patient was at risk: nothing is expected"
    if expected > 0 and observed > 0:
        half = critical_value(level) * math.sqrt(1 / observed + extra / expected**2)
        low, high = (observed / expected * math.exp(sign * half) for sign in (-1, 1))
    elif expected > 0:
        message = "no event in the trial: the ratio is 0 and has no limits on the log scale"
    return SampleBenchmark(
        observed=observed,
        expected=expected,
        variance=own + extra,
        reference_variance=extra,
        inflation=(own + extra) / own if own > 0 else math.nan,
        z=z,
        p_value=normal_p(z, alternative),
        known_z=known,
        known_p_value=normal_p(known, alternative),
        ratio=observed / expected if expected > 0 else math.nan,
        low=low,
        high=high,
        n=t.size,
        reference_n=u.size,
        horizon=horizon,
        cut=cut,
        variance_rule=variance,
        alternative=alternative,
        level=level,
        message=message,
    )
