"""Pointwise confidence limits of a survival curve: five scales."""

from __future__ import annotations

import numpy as np

from ._distributions import critical_value
from ._input import Floats

INTERVALS = ("plain", "log", "log-log", "logit", "arcsine")


def survival_limits(survival: Floats, std_error: Floats, level: float, interval: str) -> tuple[Floats, Floats]:
    """Lower and upper limits of S from its standard error, on the scale named by ``interval``.

    With s = SE(S)/S (the standard error of log S) and z the normal quantile:

    ========  =======================================================
    plain     S -/+ z s S, cut to 0..1
    log       S exp(-/+ z s), cut at 1
    log-log   S ^ exp(+/- z s / log S)
    logit     expit(logit S -/+ z s / (1 - S))
    arcsine   sin^2(asin sqrt S -/+ z/2 s sqrt(S / (1 - S)))
    ========  =======================================================

    Where S = 1 both limits are 1; where S = 0 the standard error of log S is infinite and both
    limits are NaN.
    """
    z = critical_value(level)
    low = np.ones_like(survival)
    high = np.ones_like(survival)
    low[survival <= 0] = high[survival <= 0] = np.nan
    inside = (survival > 0) & (survival < 1)
    s, error = survival[inside], std_error[inside] / survival[inside]
    with np.errstate(over="ignore"):  # an infinite step ends at 0 or 1, as it should
        low[inside], high[inside] = _on_scale(s, z * error, interval)
    return low, high


def _on_scale(s: Floats, half: Floats, interval: str) -> tuple[Floats, Floats]:
    """Limits for 0 < s < 1; ``half`` is z times the standard error of log S."""
    if interval == "plain":
        return np.maximum(s - half * s, 0.0), np.minimum(s + half * s, 1.0)
    if interval == "log":
        return s * np.exp(-half), np.minimum(s * np.exp(half), 1.0)
    if interval == "log-log":
        step = half / -np.log(s)
        return s ** np.exp(step), s ** np.exp(-step)
    if interval == "logit":
        centre, step = np.log(s / (1 - s)), half / (1 - s)
        return 1 / (1 + np.exp(-(centre - step))), 1 / (1 + np.exp(-(centre + step)))
    centre, step = np.arcsin(np.sqrt(s)), 0.5 * half * np.sqrt(s / (1 - s))
    return np.sin(np.maximum(centre - step, 0.0)) ** 2, np.sin(np.minimum(centre + step, np.pi / 2)) ** 2
