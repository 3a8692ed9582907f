"""From counted rows to a survival curve: the product limit or exp(-H), its variance and its limits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._curve_variance import log_survival_variance, steps
from ._input import Floats
from ._limits import survival_limits
from ._sample import Sample


def curve_fields(sample: Sample, level: float, interval: str, estimator: str) -> dict[str, Any]:
    """The fields of a survival curve. Numbers that change at events only are worked out there alone."""
    c = sample.counts
    step = steps(c, estimator)
    # at time 0 and at each event time (K + 1,)
    survival, error = np.ones(step.at.size + 1), np.zeros(step.at.size + 1)
    if estimator == "kaplan-meier":
        factor = np.maximum(1 - step.hazard, 0.0)
        factor[step.everyone] = 0.0
        np.cumprod(factor, out=survival[1:])
    else:
        np.exp(-np.cumsum(step.hazard), out=survival[1:])
    robust = sample.weighted or sample.cluster is not None
    np.sqrt(log_survival_variance(sample, step, robust), out=error[1:])
    error *= survival
    error[np.flatnonzero(survival <= 0)] = np.nan
    low, high = survival_limits(survival, error, level, interval)
    shown = np.flatnonzero(c.n_exit) if sample.late is not None else slice(None)
    everywhere = step.at.size == c.grid.size
    last = np.cumsum(c.n_event > 0, dtype=np.int32)[shown].astype(np.intp)

    def spread(v: Floats) -> Floats:  # the value at the last event time so far
        return v[1:] if everywhere else v.take(last)

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
        "survival": spread(survival),
        "std_error": spread(error),
        "low": spread(low),
        "high": spread(high),
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


VARIANCES = {"kaplan-meier": "greenwood", "nelson-aalen": "aalen", "fleming-harrington": "fleming-harrington"}
