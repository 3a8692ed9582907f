"""Cumulative incidence of competing causes: the Aalen-Johansen estimator."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._incidence_curve import ByCause, CauseCurve, CumulativeIncidence, IncidenceAt, IncidenceQuantile, TimeLost
from ._incidence_input import as_listed_causes
from ._incidence_rows import Rows, Steps, make_rows
from ._incidence_variance import aalen_variance, jackknife_variance
from ._input import Floats, Ints, as_choice, as_level
from ._limits import INTERVALS, survival_limits

__all__ = [
    "CauseCurve",
    "CumulativeIncidence",
    "IncidenceAt",
    "IncidenceQuantile",
    "TimeLost",
    "cumulative_incidence",
]

VARIANCES = ("aalen", "infinitesimal-jackknife")


def cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
    interval: str = "log-log",
    variance: str | None = None,
    causes: ArrayLike | None = None,
) -> CumulativeIncidence:
    """The probability of having failed from each cause over time, when failing from one precludes the others.

    F_k(t) is the sum over times s <= t of S(s-) d_k(s)/n(s), S the probability of no failure from any
    cause (Aalen & Johansen 1978, doi:10.2307/4615704). The incidences and S add up to one; one minus a
    Kaplan-Meier curve that censors the other causes is larger and answers no question about patients.

    Parameters
    ----------
    time : (n,) follow-up times in one unit, not negative.
    cause : (n,) 0 = censored at ``time``, otherwise the cause of failure, a positive whole number.
    weight : (n,) weights; None for ones. Rows of weight 0 are left out.
    entry : (n,) late entry: at risk when entry < t <= time.
    cluster : (n,) labels of rows that belong together, for the variance.
    level : confidence level of the pointwise limits.
    interval : scale of the limits of F: "log-log" (as tidycmprsk), "log", "plain", "logit" or "arcsine".
    variance : "aalen" (as cmprsk and SAS; the default for plain rows) or "infinitesimal-jackknife" (as
        survfit of R; the default, and the only one, with weights or clusters). They differ in the third
        decimal of a standard error.
    causes : (k,) labels of all causes to be shown; one from which nobody failed has an incidence of zero with
        a standard error of zero, which is no bound on what may happen. None = those that occur.

    Returns
    -------
    CumulativeIncidence
        ``incidence[k]``, ``std_error[k]``, ``low[k]``, ``high[k]`` with k the label of the cause; KeyError,
        with the causes there are, for one that did not occur and is not in ``causes``.

    Raises
    ------
    ValueError
        For negative or missing times, causes that are not whole numbers from 0, unequal lengths, an entry
        not before its time, an unknown interval or variance, Aalen's variance with weights or clusters,
        ``causes`` that leave out one with events.
        All rows censored is no error: there are then no causes.

    Examples
    --------
    Six subjects: F1 = 1/6, then 1/6 + (4/6)(1/3) = 7/18 at 4; F2 = 1/6 from 2.

    >>> f = cumulative_incidence([1, 2, 3, 4, 5, 6], [1, 2, 0, 1, 0, 0])
    >>> f.incidence[1].round(4).tolist(), f.incidence[2].round(4).tolist()[-1]
    ([0.1667, 0.1667, 0.1667, 0.3889, 0.3889, 0.3889], 0.1667)
    """
    level = as_level(level)
    as_choice("interval", interval, INTERVALS)
    rows = make_rows(time, cause, weight, entry, cluster)
    plain = rows.cluster is None and bool(np.all(rows.weight == 1))
    if variance is None:
        variance = "aalen" if plain else "infinitesimal-jackknife"
    as_choice("variance", variance, VARIANCES)
    if variance == "aalen" and not plain:
        raise ValueError('variance "aalen" knows no weights or clusters: use "infinitesimal-jackknife"')
    shown = as_listed_causes(causes, np.unique(rows.cause[rows.cause > 0]))
    return _estimate(rows, shown, level, interval, variance)


def _estimate(rows: Rows, causes: Ints, level: float, interval: str, variance: str) -> CumulativeIncidence:
    """The curves on the grid of all times, then their rows with an exit."""
    steps = Steps.make(rows)
    ones = np.ones_like(rows.weight)
    n_censored = rows.ending(0, ones)
    exits = (n_censored + steps.d_rows) > 0
    spread = aalen_variance if variance == "aalen" else jackknife_variance
    incidence = ByCause()
    error = ByCause()
    low = ByCause()
    high = ByCause()
    events = ByCause()
    n_events = ByCause()
    for k in causes.tolist():
        d = rows.ending(k, rows.weight)
        incidence[k] = np.minimum(np.cumsum(steps.jumps(d)), 1.0)[exits]
        error[k] = np.sqrt(spread(rows, steps, k))[exits]
        low[k], high[k] = incidence_limits(incidence[k], error[k], level, interval)
        events[k], n_events[k] = d[exits], rows.ending(k, ones)[exits]
    return CumulativeIncidence(
        time=rows.grid[exits],
        causes=causes,
        at_risk=steps.n[exits],
        events=events,
        censored=rows.ending(0, rows.weight)[exits],
        n_at_risk=steps.n_rows[exits],
        n_events=n_events,
        n_censored=n_censored[exits],
        incidence=incidence,
        std_error=error,
        low=low,
        high=high,
        event_free=steps.after[exits],
        level=level,
        interval=interval,
        variance=variance,
        n=int(rows.stop.size),
        rows=rows,
    )


def incidence_limits(incidence: Floats, std_error: Floats, level: float, interval: str) -> tuple[Floats, Floats]:
    """Limits of F on a scale of :func:`survival_limits`: 0, 0 where F is 0, NaN where F is 1."""
    low, high = survival_limits(incidence, std_error, level, interval)
    for limit in (low, high):
        limit[incidence <= 0] = 0.0
        limit[incidence >= 1] = np.nan
    return low, high
