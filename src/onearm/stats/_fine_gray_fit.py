"""What a Fine-Gray regression hands back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ._cox_shared import ChiSquare, HazardRatios, LogLikelihood, exp
from ._input import TIE_TOLERANCE, Floats, as_floats, as_matrix, as_vector


@dataclass(frozen=True, slots=True, eq=False)
class PredictedIncidence:
    """Predicted cumulative incidence for q subjects.

    ``time`` (E,) the event times; ``incidence`` (q, E), NaN where a coefficient is not known.
    """

    time: Floats
    incidence: Floats

    def at(self, times: ArrayLike) -> Floats:
        """The incidence at k given times (q, k); constant after the last event."""
        t = as_vector("times", np.atleast_1d(as_floats("times", times)))
        step = np.searchsorted(self.time, t + TIE_TOLERANCE * np.abs(t), side="right")
        return np.asarray(np.concatenate([np.zeros((self.incidence.shape[0], 1)), self.incidence], axis=1)[:, step])


@dataclass(frozen=True, slots=True, eq=False)
class FineGrayFit(HazardRatios):
    """A fitted Fine-Gray model with p coefficients; arrays are (p,) unless said.

    Attributes
    ----------
    coef : log subdistribution hazard ratios: constant columns first, then those that vary in time. NaN for a
        column that is constant or repeats earlier ones.
    std_error : from the inverse information; infinite for a coefficient that grows without limit.
    robust_std_error : from the sandwich, None with ``variance="model"``.
    covariance : (p, p) of the estimate; the sandwich, unless ``variance`` is "model".
    model_covariance : (p, p) inverse information.
    low, high : limits of ``coef`` at ``level``; z and p_value: Wald, from ``covariance``. NaN where the
        standard error is NaN, 0 or infinite.
    log_likelihood : partial, null and fitted.
    wald, score, likelihood_ratio : tests of all coefficients. Wald uses ``covariance``. The other two treat the
        weighted partial likelihood as a likelihood, which it is without censoring only: read Wald's.
    iterations, converged, message : how the fit went; ``message`` is empty when all is well.
    robust : whether ``covariance`` is a sandwich; ``variance`` which.
    ties : "breslow".
    of, causes : cause of interest, and all causes seen.
    n, events, competing, censored : rows with positive weight, and how they ended.
    time : (E,) event times.
    baseline : (E,) cumulative subdistribution hazard where all covariates are 0.
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
    iterations: int
    converged: bool
    message: str
    robust: bool
    variance: str
    ties: str
    level: float
    of: int
    causes: tuple[int, ...]
    n: int
    events: int
    competing: int
    censored: int
    time: Floats
    centred_steps: Floats = field(repr=False)  # (E,) log steps of the hazard where x is ``centre``
    centre: Floats = field(repr=False)
    function: Callable[[Floats], Floats] | None = field(repr=False)
    n_varying: int = 0

    @property
    def baseline(self) -> Floats:
        """Cumulative subdistribution hazard (E,) where all covariates are 0."""
        return np.cumsum(self._steps(np.zeros((1, self.coef.size)))[0])

    def curve(self, x: ArrayLike | None = None, varying: ArrayLike | None = None) -> PredictedIncidence:
        """Predicted incidence for subjects with covariates ``x`` (q, p1) and ``varying`` (q, p2).

        1 - exp(-sum over event times e <= t of the baseline step times exp(x b + sum of x2 f(e) b2)), as
        ``predict`` of R's crr (Fine & Gray 1999, doi:10.1080/01621459.1999.10474144). One subject may be
        given as a vector. Points only, no limits.

        Raises
        ------
        ValueError
            For rows of another length than the model has covariates.
        """
        constant = self.coef.size - self.n_varying
        parts = [_rows("x", x, constant), _rows("varying", varying, self.n_varying)]
        rows = [part for part in parts if part is not None]
        if len({part.shape[0] for part in rows}) > 1:
            raise ValueError(f"varying has {rows[1].shape[0]} rows where x has {rows[0].shape[0]}")
        total = np.cumsum(self._steps(np.concatenate(rows, axis=1)), axis=1)
        return PredictedIncidence(self.time, -np.expm1(-total))

    def _steps(self, x: Floats) -> Floats:
        """Steps of the cumulative subdistribution hazard (q, E) for covariate rows (q, p)."""
        constant = self.coef.size - self.n_varying
        away = (x - self.centre) * self.coef
        eta = away[:, :constant].sum(axis=1)[:, None] + np.zeros(self.time.size)
        if self.function is not None:
            eta = eta + away[:, constant:] @ self.function(self.time)
        return exp(self.centred_steps + eta)


def _rows(name: str, value: ArrayLike | None, width: int) -> Floats | None:
    """Covariate rows (q, width), None where there are none; one subject may be a vector."""
    if value is None:
        if width:
            raise ValueError(f"{name} is needed: the model has {width} such covariates")
        return None
    given = np.asarray(value)
    x = as_matrix(name, given[None, :] if given.ndim == 1 else np.atleast_2d(given))
    if x.shape[1] != width:
        raise ValueError(f"{name} has {x.shape[1]} columns where the model has {width}")
    return x
