"""A comparison of two strategies with its error, from the bootstrap or from a robust variance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ._cox_fit import CoxFit
from ._distributions import critical_value
from ._input import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """Switching against not switching: estimate, standard error and limits, NaN where not estimated.

    ``method`` says where the error comes from: "bootstrap", "robust" (subjects as clusters, weights taken
    as known) or "" for none.
    """

    value: float
    std_error: float
    low: float
    high: float
    method: str


def bootstrapped(value: float, drawn: Floats, level: float) -> Contrast:
    """Standard deviation and percentile limits of the replicates."""
    if drawn.size < 2:
        return Contrast(float(value), math.nan, math.nan, math.nan, "")
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Contrast(float(value), float(drawn.std(ddof=1)), float(low), float(high), "bootstrap")


def robust(value: float, fit: CoxFit | None, level: float) -> Contrast:
    """The log hazard ratio with the robust error of the fit."""
    if fit is None or fit.robust_std_error is None or not np.isfinite(value):
        return Contrast(float(value), math.nan, math.nan, math.nan, "")
    error = float(fit.robust_std_error[0])
    half = critical_value(level) * error
    return Contrast(float(value), error, float(value) - half, float(value) + half, "robust")
