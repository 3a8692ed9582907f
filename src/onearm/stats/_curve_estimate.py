"""From counted rows to a survival curve: the product limit or exp(-H), its variance and its limits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._curve_variance import log_survival_variance, steps
from ._input import Bools, Floats
from ._limits import survival_limits
from ._sample import Counts, Sample

VARIANCES = {"kaplan-meier": "greenwood", "nelson-aalen": "aalen", "fleming-harrington": "fleming-harrington"}
_BLOCK = 1 << 15  # times worked on at once, so that what is in between stays in the cache


def as_robust(robust: bool | None, sample: Sample) -> bool:
    """Whether the variance is the infinitesimal jackknife: None asks for it with weights or clusters."""
    clustered = sample.cluster is not None
    if robust is None:
        return sample.weighted or clustered
    if clustered and not robust:
        raise ValueError("cluster has no use with robust=False: leave out one of the two")
    return bool(robust)


def curve_fields(sample: Sample, level: float, interval: str, estimator: str, robust: bool | None) -> dict[str, Any]:
    """The fields of a survival curve."""
    c = sample.counts
    robust = as_robust(robust, sample)
    if robust or sample.weighted or estimator != "kaplan-meier":
        survival, error = _by_steps(sample, estimator, robust)
    else:
        survival, error = _greenwood(c)
    low, high = _limits(survival, error, c.n_event > 0, level, interval)
    shown = np.flatnonzero(c.n_exit) if sample.late is not None else slice(None)
    n_risk, at_risk, events, exits = c.n_risk[shown], c.risk[shown], c.event[shown], c.exit[shown]
    n_events, n_exits = c.n_event[shown], c.n_exit[shown]
    n_censored = n_exits - n_events
    effective, effective_n = n_risk, float(sample.n)
    censored = n_censored
    if sample.case_weight is not None:
        w = sample.case_weight
        censored = np.where(n_censored > 0, np.maximum(exits - events, 0.0), 0.0)
        effective = at_risk**2 / c.square_risk[shown]
        effective_n = float(w.sum() ** 2 / (w @ w))
    return {
        "time": c.grid[shown],
        "at_risk": at_risk,
        "events": events,
        "censored": censored,
        "survival": survival[shown],
        "std_error": error[shown],
        "low": low[shown],
        "high": high[shown],
        "n_at_risk": n_risk,
        "n_events": n_events,
        "n_censored": n_censored,
        "effective_at_risk": effective,
        "level": level,
        "interval": interval,
        "variance": "infinitesimal jackknife" if robust else VARIANCES[estimator],
        "n": sample.n,
        "total_events": int(np.count_nonzero(sample.event)),
        "effective_n": effective_n,
        "estimator": estimator,
        "sample": sample,
    }


def _greenwood(c: Counts) -> tuple[Floats, Floats]:
    """S and its standard error at each grid time (m,), from numbers of rows, block by block."""
    survival, error = np.empty(c.grid.size), np.empty(c.grid.size)
    last, total = 1.0, 0.0  # S and the sum of d / (n (n - d)) so far
    for first in range(0, c.grid.size, _BLOCK):
        part = slice(first, first + _BLOCK)
        n, d = np.maximum(c.n_risk[part], 1.0), c.n_event[part]
        hazard = d / n
        left = n - d
        left[np.flatnonzero(left == 0)] = np.inf  # the step to S = 0 adds nothing
        factor = 1 - hazard
        factor[0] *= last
        np.cumprod(factor, out=survival[part])
        hazard /= left
        hazard[0] += total
        running = np.cumsum(hazard)
        last, total = survival[part][-1], running[-1]
        np.multiply(survival[part], np.sqrt(running), out=error[part])
    error[np.flatnonzero(survival <= 0)] = np.nan
    return survival, error


def _by_steps(sample: Sample, estimator: str, robust: bool) -> tuple[Floats, Floats]:
    """The same for any estimator and variance, from the steps at event times."""
    step = steps(sample.counts, estimator)
    # at time 0 and at each event time (K + 1,)
    survival, error = np.ones(step.at.size + 1), np.zeros(step.at.size + 1)
    if estimator == "kaplan-meier":
        factor = np.maximum(1 - step.hazard, 0.0)
        factor[step.everyone] = 0.0
        np.cumprod(factor, out=survival[1:])
    else:
        np.exp(-np.cumsum(step.hazard), out=survival[1:])
    np.sqrt(log_survival_variance(sample, step, robust), out=error[1:])
    error *= survival
    error[np.flatnonzero(survival <= 0)] = np.nan
    last = np.cumsum(sample.counts.n_event > 0)
    return survival.take(last), error.take(last)


def _limits(survival: Floats, error: Floats, died: Bools, level: float, interval: str) -> tuple[Floats, Floats]:
    """Limits at each grid time (m,), worked out at event times alone and carried on."""
    low, high = np.empty_like(survival), np.empty_like(survival)
    before = np.ones((2, 1))
    for first in range(0, survival.size, _BLOCK):
        part = slice(first, first + _BLOCK)
        at = np.flatnonzero(died[part])
        pair = survival_limits(survival[part][at], error[part][at], level, interval)
        last = np.cumsum(died[part])
        for whole, now, start in zip((low, high), pair, before, strict=True):
            whole[part] = np.concatenate((start, now)).take(last)
        before = np.array([low[part][-1:], high[part][-1:]])
    return low, high
