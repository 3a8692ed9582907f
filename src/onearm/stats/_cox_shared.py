"""What every fitted model of hazards has: its tests, its ratios, and the way back to the units of its columns.

Columns are standardized for the fit, column j as (x_j - centre_j) / unit_j, and only the ``free`` ones have a
coefficient. With c the coefficients and V the covariance of the standardized free columns,

    b_j = c_j / unit_j,   Cov(b_j, b_k) = V_jk / (unit_j unit_k),   se(b_j) = sqrt(V_jj) / unit_j,

all others NaN. Tests of all coefficients are quadratic forms u' M^-1 u, as Wald's (u = c, M = V) and the
score test (u = score, M = information); Cox & Hinkley 1974 (doi:10.1201/b14832), section 9.3.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ._distributions import chi_square_tail
from ._input import Bools, Floats
from ._newton import Maximum


class LogLikelihood(NamedTuple):
    """Partial log-likelihood at coefficients of zero and at the estimate."""

    null: float
    fitted: float


class ChiSquare(NamedTuple):
    """A chi-square test."""

    statistic: float
    df: int
    p_value: float


class HazardRatios:
    """Ratios of a record with ``coef``, ``low`` and ``high`` (p,) on the scale of logarithms."""

    __slots__ = ()
    coef: Floats
    low: Floats
    high: Floats

    @property
    def hazard_ratio(self) -> Floats:
        """exp(coef), (p,)."""
        return exp(self.coef)

    @property
    def hazard_ratio_low(self) -> Floats:
        """exp(low), (p,)."""
        return exp(self.low)

    @property
    def hazard_ratio_high(self) -> Floats:
        """exp(high), (p,)."""
        return exp(self.high)


def exp(v: Floats) -> Floats:
    """The exponential, infinite without a warning where it is too large for a float."""
    with np.errstate(over="ignore"):
        return np.exp(v)


def chi_square(statistic: float, df: int) -> ChiSquare:
    """A chi-square of df degrees of freedom; with none, nothing was tested: 0 and NaN."""
    value = 0.0 if statistic < 0 else float(statistic)
    return ChiSquare(value, df, chi_square_tail(value, df))


def inverted(matrix: Floats) -> Floats:
    """The (pseudo-)inverse of a symmetric matrix (p, p), p of 0 included."""
    if not np.all(np.isfinite(matrix)):
        return np.full_like(matrix, np.nan)
    scale = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    if matrix.size and np.all(scale > 0):
        try:
            if np.min(np.diag(np.linalg.cholesky(matrix)) / scale) > 1e-5:
                return np.asarray(np.linalg.inv(matrix))
        except np.linalg.LinAlgError:
            pass
    with np.errstate(over="ignore", invalid="ignore"):  # only where a coefficient has run away
        return np.asarray(np.linalg.pinv(matrix, hermitian=True), dtype=np.float64)


def quadratic(b: Floats, matrix: Floats) -> float:
    """b' (matrix)^-1 b."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(b @ inverted(matrix) @ b)


def unscaled(covariance: Floats, free: Bools, unit: Floats) -> Floats:
    """A covariance of standardized, estimable columns as one of all columns, NaN for the others."""
    full = np.full((free.size, free.size), np.nan)
    full[np.ix_(free, free)] = covariance
    with np.errstate(over="ignore", under="ignore"):  # squares of units below 1e-154 or above 1e154
        return full / unit / unit[:, None]


def standard_errors(covariance: Floats, free: Bools, unit: Floats, runaway: Bools) -> Floats:
    """Standard errors (p,) from a covariance of standardized columns, without squares of their units.

    Infinite where a coefficient runs away; NaN where rounding left a variance below 0 (the fit then says
    that it did not converge).
    """
    variance = np.diag(covariance)
    error = np.full(free.size, np.nan)
    error[free] = np.sqrt(np.where(variance >= 0, variance, np.nan))
    return np.where(runaway, np.inf, error / unit)


def fit_message(free: Bools, runaway: Bools, top: Maximum[Any], instead: str = "") -> str:
    """What went wrong, in words; empty when nothing did. ``instead``: what to read where Wald's is of no use."""
    said = [
        f"column {j} is constant at every event time or a combination of the columns before it: it has no coefficient"
        for j in np.flatnonzero(~free)
    ]
    said += [
        f"the coefficient of column {j} grows without limit (monotone likelihood): its Wald interval says nothing"
        f"{instead}"
        for j in np.flatnonzero(runaway)
    ]
    if not top.converged and not np.any(runaway):
        said.append(f"no convergence in {top.iterations} iterations")
    return "; ".join(said)
