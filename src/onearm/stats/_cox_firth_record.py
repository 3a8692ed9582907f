"""What a penalized Cox regression hands back."""

from __future__ import annotations

from dataclasses import dataclass

from ._cox_shared import ChiSquare, HazardRatios, LogLikelihood
from ._input import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Profile penalized likelihood of each coefficient; arrays (p,).

    Attributes
    ----------
    low, high : where the profile has fallen by half the chi-square quantile; NaN where it never does.
    statistic, p_value : likelihood-ratio chi-square (1 df) of a coefficient of zero.
    """

    low: Floats
    high: Floats
    statistic: Floats
    p_value: Floats


@dataclass(frozen=True, slots=True, eq=False)
class FirthFit(HazardRatios):
    """A Cox model with Firth's penalty and p covariates; arrays are (p,) unless said.

    Attributes
    ----------
    coef : penalized log hazard ratios. NaN for a column that is constant or repeats earlier ones.
    std_error, covariance : from the inverse information at ``coef``; covariance is (p, p).
    low, high, p_value : limits of ``coef`` at ``level`` and test by profile likelihood, as in ``profile``.
        NaN where not estimable; ``message`` then says so.
    z, wald_low, wald_high, wald_p_value : Wald's, symmetric about ``coef``; poor with few events.
    log_likelihood : penalized, null and fitted.
    likelihood_ratio, wald : tests of all coefficients.
    iterations, converged, message : how the fit went; ``message`` is empty when all is well.
    n, events : rows with positive weight, and events among them.
    """

    coef: Floats
    std_error: Floats
    covariance: Floats
    low: Floats
    high: Floats
    p_value: Floats
    profile: Profile
    z: Floats
    wald_low: Floats
    wald_high: Floats
    wald_p_value: Floats
    log_likelihood: LogLikelihood
    likelihood_ratio: ChiSquare
    wald: ChiSquare
    iterations: int
    converged: bool
    message: str
    ties: str
    level: float
    n: int
    events: int
