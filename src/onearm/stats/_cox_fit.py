"""What a Cox regression hands back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ._cox_model import CoxModel
from ._input import Floats


class LogLikelihood(NamedTuple):
    """Partial log-likelihood at coefficients of zero and at the estimate."""

    null: float
    fitted: float


class ChiSquare(NamedTuple):
    """A chi-square test."""

    statistic: float
    df: int
    p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class CoxFit:
    """A fitted Cox model with p covariates; arrays are (p,) unless said.

    Attributes
    ----------
    coef : log hazard ratios. NaN for a column that is constant or repeats earlier ones.
    std_error : from the inverse information; infinite for a coefficient that grows without limit.
    robust_std_error : from the sandwich, None unless ``robust``.
    covariance : (p, p) of the estimate; the sandwich when ``robust``, else ``model_covariance``.
    model_covariance : (p, p) inverse information.
    low, high : limits of ``coef`` at ``level``; z and p_value: Wald. Robust when ``robust``. NaN where the
        standard error is NaN, 0 or infinite.
    log_likelihood : null and fitted.
    wald, score, likelihood_ratio : tests of all coefficients; Wald uses ``covariance``.
    iterations, converged, message : how the fit went; ``message`` is empty when all is well.
    n, events : rows with positive weight, and events among them.
    """

    coef: Floats
    std_error: Floats
    robust_std_error: Floats | None
    covariance: Floats
    model_covariance: Floats
    low: Floats
    high: Floats
    z: Floats
    p_value: Floats
    log_likelihood: LogLikelihood
    wald: ChiSquare
    score: ChiSquare
    likelihood_ratio: ChiSquare
    robust_score: ChiSquare | None
    iterations: int
    converged: bool
    message: str
    robust: bool
    ties: str
    level: float
    n: int
    events: int
    model: CoxModel = field(repr=False)

    @property
    def hazard_ratio(self) -> Floats:
        """exp(coef), (p,)."""
        return _exp(self.coef)

    @property
    def hazard_ratio_low(self) -> Floats:
        """exp(low), (p,)."""
        return _exp(self.low)

    @property
    def hazard_ratio_high(self) -> Floats:
        """exp(high), (p,)."""
        return _exp(self.high)


def _exp(v: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.exp(v)
