"""Piecewise exponential survival: one rate for each interval, covariates by Poisson likelihood.

Interval j is (c_(j-1), c_j], the last without end. With d_j its events, E_ij the time row i spends in it,
r_i = w_i exp(x_i b) and S0_j, xbar_j the sum of r E and the mean of x under r E, the rates at given b are
d_j / S0_j, and b maximizes

    log L = sum_events w x b - sum_j d_j log S0_j,   score = sum_events w x - sum_j d_j xbar_j,
    information = X' diag(sum_j d_j/S0_j r_i E_ij) X - sum_j d_j xbar_j xbar_j',

the partial likelihood of a Cox model in which whole intervals stand for event times. With V its inverse,
the variance of log rates is diag(1/d) + xbar V xbar', their covariance with b is -xbar V: the inverse of
the Poisson information. Source: Holford 1980 (doi:10.2307/2529982), Laird & Olivier 1981
(doi:10.1080/01621459.1981.10477634).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._distributions import critical_value
from ._input import (
    TIE_TOLERANCE,
    Bools,
    Floats,
    as_choice,
    as_indicator,
    as_level,
    as_matrix,
    as_times,
    as_weights,
    count,
    ranked_interval,
)
from ._newton import Maximum, estimable, maximize
from ._parametric_fit import LogLikelihood
from ._parametric_named import as_cuts
from ._parametric_pieces import PiecewiseFit


def piecewise_exponential(
    time: ArrayLike,
    event: ArrayLike,
    cuts: ArrayLike = (),
    x: ArrayLike | None = None,
    *,
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    level: float = 0.95,
    interval: str = "exact",
) -> PiecewiseFit:
    """Event rates by period of follow-up, and how covariates multiply them.

    Without covariates a rate is events over exposure. An event at a cut belongs to the interval it
    ends. The last rate is taken to hold beyond the last follow-up. Without cuts this is the exponential
    model.

    Parameters
    ----------
    time, event : (n,) follow-up from 0, 1 = event, 0 = censored.
    cuts : (J - 1,) increasing times above 0 at which the rate may change; none for one rate.
    x : (n, p) covariates, (n,) for one, or None.
    entry : (n,) under observation only after this time.
    weight : (n,) case weights, treated as counts; rows of weight 0 are left out.
    level : confidence level of all limits.
    interval : limits of the rates: "exact" from the Poisson distribution (Garwood 1936,
        doi:10.1093/biomet/28.3-4.437), or "log". With covariates or weights that are not whole, "log".

    Returns
    -------
    PiecewiseFit
        An interval without exposure has rate NaN; one with exposure and no event rate 0, and its log
        rate no standard error: ``message`` names both.

    Raises
    ------
    ValueError
        For bad arrays, cuts that do not increase, an entry not before its time.

    Examples
    --------
    Gehan's 6-MP patients, 9 relapses in 359 weeks: 5 in 190 up to week 10 and 4 in 169 later.

    >>> week = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> fit = piecewise_exponential(week, relapse, [10])
    >>> fit.events.tolist(), fit.exposure.tolist(), fit.rate.round(5).tolist()
    ([5.0, 4.0], [190.0, 169.0], [0.02632, 0.02367])
    """
    as_choice("interval", interval, ("exact", "log"))
    level = as_level(level)
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    z = np.zeros((t.size, 0)) if x is None else as_matrix("x", x, t.size)
    w = as_weights("weight", weight, t.size)
    late = np.zeros(t.size) if entry is None else as_times("entry", entry, t.size)
    if entry is not None:
        ranked_interval(t, late)
    cut = as_cuts(cuts)
    keep = w > 0
    t, d, z, w, late = t[keep], d[keep], z[keep], w[keep], late[keep]
    edges = np.r_[0.0, cut, np.inf]
    spent = np.maximum(np.minimum(t[:, None], edges[1:]) - np.maximum(late[:, None], edges[:-1]), 0.0)
    at = np.searchsorted(cut, t - TIE_TOLERANCE * t, side="left").astype(np.int64)
    events = count(at[d], w[d], cut.size + 1)
    whole = bool(np.all(w == np.floor(w)))
    return _fit(spent, d, z, w, events, cut, level, interval if whole and x is None else "log")


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    value: float
    score: Floats
    information: Floats
    exposure: Floats  # (J,) S0
    mean: Floats  # (J, p) xbar


def _point(spent: Floats, x: Floats, own: Floats, events: Floats, w: Floats, b: Floats) -> _Point | None:
    """The profile log-likelihood, less sum d log d - d; ``own`` (p,) is the sum of w x over events."""
    with np.errstate(over="ignore"):
        r = w * np.exp(x @ b)
    if not np.all(r < 1e250):  # too far out for the sums below
        return None
    exposure = r @ spent
    some = events > 0
    if not np.all(np.isfinite(exposure)) or not np.all(exposure[some] > 0):
        return None
    seen = np.where(exposure > 0, exposure, 1.0)
    mean = (spent.T @ (r[:, None] * x)) / seen[:, None]
    hazard = r * (spent @ np.where(some, events / seen, 0.0))
    information = x.T @ (hazard[:, None] * x) - mean.T @ (events[:, None] * mean)
    value = float(own @ b - events[some] @ np.log(exposure[some]))
    return _Point(value, own - events @ mean, (information + information.T) / 2, exposure, mean)


def _fit(
    spent: Floats,
    event: Bools,
    x: Floats,
    w: Floats,
    events: Floats,
    cuts: Floats,
    level: float,
    interval: str,
) -> PiecewiseFit:
    """Newton's method on standardized covariates, then rates and their covariance."""
    exposure, p = w @ spent, x.shape[1]
    lost = (events > 0) & (exposure <= 0)
    if np.any(lost):
        raise ValueError("time: events at time 0 only leave the first interval without exposure")
    said = _intervals_said(events, exposure)
    centre = np.average(x, axis=0, weights=w) if p else np.zeros(0)
    spread = np.sqrt(np.average((x - centre) ** 2, axis=0, weights=w)) if p else np.zeros(0)
    flat = spread <= 1e-12 * np.max(np.abs(x), axis=0, initial=0.0)
    unit = np.where(flat, 1.0, spread)
    standard = np.where(flat, 0.0, (x - centre) / unit)
    free = ~flat
    if p and np.any(events > 0):
        start = _point(spent, standard, w[event] @ standard[event], events, w, np.zeros(p))
        assert start is not None
        free = estimable(start.information, np.full(p, events.sum()))
    z = standard[:, free]
    own = w[event] @ z[event]
    base = _point(spent, z, own, events, w, np.zeros(int(free.sum())))
    assert base is not None
    top: Maximum[_Point] = Maximum(base.score * 0, base, 0, True, np.zeros(base.score.size, dtype=np.bool_))
    if base.score.size and np.any(events > 0):
        top = maximize(lambda b: _point(spent, z, own, events, w, b), top.b, base)
    said += [f"column {j} is constant or a combination of the columns before it" for j in np.flatnonzero(~free)]
    said += [f"the coefficient of column {j} grows without limit" for j in np.flatnonzero(free)[top.runaway]]
    if not top.converged and not np.any(top.runaway):
        said.append(f"no convergence in {top.iterations} iterations")
    inverse = np.linalg.pinv(top.point.information, hermitian=True) / np.outer(unit[free], unit[free])
    coef = np.full(p, np.nan)
    coef[free] = top.b / unit[free] if np.any(events > 0) else np.nan
    # back to covariates at 0: log rate less centre b, and the mean of x less 0
    mean = top.point.mean * unit[free] + centre[free]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        log_rate = np.log(events / top.point.exposure) - centre[free] @ (top.b / unit[free])
        own_variance = np.where(events > 0, 1 / events, np.nan)
        rate = np.where(exposure > 0, np.exp(log_rate), np.nan)
    j = events.size
    covariance = np.full((j + p, j + p), np.nan)
    used = np.r_[np.arange(j), j + np.flatnonzero(free)]
    upper = mean @ inverse
    block = np.block([[np.diag(own_variance) + upper @ mean.T, -upper], [-upper.T, inverse]])
    block[:j][events <= 0] = block[:, :j][:, events <= 0] = np.nan
    covariance[np.ix_(used, used)] = block
    runaway = j + np.flatnonzero(free)[top.runaway]
    covariance[runaway, runaway] = np.inf
    constant = float(events[events > 0] @ np.log(events[events > 0]) - events.sum())
    return PiecewiseFit.make(
        cuts=cuts,
        events=events,
        exposure=exposure,
        rate=rate,
        coef=coef,
        covariance=covariance,
        log_likelihood=LogLikelihood(base.value + constant, top.point.value + constant),
        half=critical_value(level),
        level=level,
        interval=interval,
        iterations=top.iterations,
        converged=top.converged,
        message="; ".join(said),
        n=event.size,
    )


def _intervals_said(events: Floats, exposure: Floats) -> list[str]:
    """Which intervals carry no rate, and which a rate of 0."""
    if not np.any(events > 0):
        return ["no event: every rate is 0 with no standard error"]
    said = [f"interval {j} has no exposure" for j in np.flatnonzero(exposure <= 0)]
    return said + [f"interval {j} has no event: its rate is 0" for j in np.flatnonzero((events <= 0) & (exposure > 0))]
