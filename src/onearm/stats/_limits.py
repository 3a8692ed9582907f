"""Pointwise confidence limits of a survival curve: five scales."""

from __future__ import annotations

import numpy as np

from ._distributions import critical_value
from ._input import Floats

_BLOCK = 1 << 14  # limits worked out at once, so that what is in between stays in the cache
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
    low, high = np.empty_like(survival), np.empty_like(survival)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # an infinite step ends at 0 or 1
        for first in range(0, survival.size, _BLOCK):
            part = slice(first, first + _BLOCK)
            s = survival[part]
            low[part], high[part] = _on_scale(s, z * std_error[part] / s, interval)
    sure = survival >= 1
    if np.any(sure):
        low[sure] = high[sure] = 1.0
    never = ~(survival > 0)
    if np.any(never):
        low[never] = high[never] = np.nan
    return low, high


def _on_scale(s: Floats, half: Floats, interval: str) -> tuple[Floats, Floats]:
    """Limits for 0 < s < 1; ``half`` is z times the standard error of log S."""
    if interval == "plain":
        return np.maximum(s - half * s, 0.0), np.minimum(s + half * s, 1.0)
    if interval == "log":
        return s * np.exp(-half), np.minimum(s * np.exp(half), 1.0)
    if interval == "log-log":
        log_s = np.log(s)
        stretch = np.exp(half / -log_s)
        return np.exp(log_s * stretch), np.exp(log_s / stretch)
    if interval == "logit":
        odds, stretch = s / (1 - s), np.exp(half / (1 - s))
        return odds / (odds + stretch), odds / (odds + 1 / stretch)
    centre, step = np.arcsin(np.sqrt(s)), 0.5 * half * np.sqrt(s / (1 - s))
    return np.sin(np.maximum(centre - step, 0.0)) ** 2, np.sin(np.minimum(centre + step, np.pi / 2)) ** 2
