"""From the maximum of the Fine-Gray likelihood to the record: units, tests, limits, words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._distributions import chi_square_tail, critical_value, two_sided_p
from ._fine_gray_fit import FineGrayFit
from ._fine_gray_likelihood import SubdistributionPoint
from ._fine_gray_sets import SubdistributionSets
from ._input import Bools, Floats, Ints
from ._newton import Maximum
from .cox import ChiSquare, LogLikelihood


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """A fit on standardized columns: column j is (x_j - centre_j) / unit_j; ``free`` ones were estimable."""

    sets: SubdistributionSets
    free: Bools
    unit: Floats
    centre: Floats
    null: SubdistributionPoint
    top: Maximum[SubdistributionPoint]
    inverse: Floats
    sandwich: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What was asked for, and how the rows ended."""

    of: int
    causes: Ints
    censored: int
    time: Floats
    function: Callable[[Floats], Floats] | None
    n_varying: int
    variance: str
    level: float


def report(fit: Pieces, setting: Setting) -> FineGrayFit:
    """The record, in the units of the covariates."""
    free, top, sets = fit.free, fit.top, fit.sets
    used = fit.inverse if fit.sandwich is None else fit.sandwich
    runaway = np.zeros(free.size, dtype=np.bool_)
    runaway[free] = top.runaway
    coef = np.full(free.size, np.nan)
    coef[free] = top.b
    coef /= fit.unit
    model, covariance = _unscaled(fit.inverse, fit), _unscaled(used, fit)
    error = np.where(runaway, np.inf, _root(np.diag(model)))
    robust_error = None if fit.sandwich is None else np.where(runaway, np.inf, _root(np.diag(covariance)))
    shown = error if robust_error is None else robust_error
    known = ~runaway & (shown > 0)
    z = np.full(free.size, np.nan)
    z[known] = coef[known] / shown[known]
    half = np.where(known, critical_value(setting.level) * shown, np.nan)
    message = _message(free, runaway, top)
    df = int(free.sum())
    return FineGrayFit(
        coef=coef,
        std_error=error,
        robust_std_error=robust_error,
        covariance=covariance,
        model_covariance=model,
        low=coef - half,
        high=coef + half,
        z=z,
        p_value=np.array([two_sided_p(v) for v in z]),
        log_likelihood=LogLikelihood(fit.null.value, top.point.value),
        wald=_test(_quadratic(top.b, used), df),
        score=_test(_quadratic(fit.null.score, fit.null.information), df),
        likelihood_ratio=_test(2 * (top.point.value - fit.null.value), df),
        iterations=top.iterations,
        converged=not message,
        message=message,
        robust=fit.sandwich is not None,
        variance=setting.variance,
        ties="breslow",
        level=setting.level,
        of=setting.of,
        causes=tuple(setting.causes.tolist()),
        n=sets.own.size,
        events=int(sets.own.sum()),
        competing=sets.competing.size,
        censored=setting.censored,
        time=setting.time,
        centred_steps=top.point.log_hazard,
        centre=np.where(free, fit.centre, 0.0),
        function=setting.function,
        n_varying=setting.n_varying,
    )


def inverted(matrix: Floats) -> Floats:
    """The (pseudo-)inverse of a symmetric matrix (p, p), p of 0 included."""
    if not np.all(np.isfinite(matrix)):
        return np.full_like(matrix, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):  # only where a coefficient has run away
        return np.asarray(np.linalg.pinv(matrix, hermitian=True), dtype=np.float64)


def _quadratic(b: Floats, matrix: Floats) -> float:
    """b' (matrix)^-1 b."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(b @ inverted(matrix) @ b)


def _root(variance: Floats) -> Floats:
    """Square roots, NaN below 0."""
    return np.sqrt(np.where(variance >= 0, variance, np.nan))


def _unscaled(covariance: Floats, fit: Pieces) -> Floats:
    """A covariance of the free standardized columns as one of all columns, NaN for the others."""
    full = np.full((fit.free.size, fit.free.size), np.nan)
    full[np.ix_(fit.free, fit.free)] = covariance
    return full / np.outer(fit.unit, fit.unit)


def _test(statistic: float, df: int) -> ChiSquare:
    """A chi-square of df degrees of freedom; with none, nothing was tested: 0 and NaN."""
    value = 0.0 if statistic < 0 else float(statistic)
    return ChiSquare(value, df, chi_square_tail(value, df))


def _message(free: Bools, runaway: Bools, top: Maximum[SubdistributionPoint]) -> str:
    """What went wrong, in words; empty when nothing did."""
    said = [
        f"column {j} is constant at every event time or a combination of the columns before it: it has no coefficient"
        for j in np.flatnonzero(~free)
    ]
    said += [
        f"the coefficient of column {j} grows without limit (monotone likelihood): its Wald interval says nothing"
        for j in np.flatnonzero(runaway)
    ]
    if not top.converged and not np.any(runaway):
        said.append(f"no convergence in {top.iterations} iterations")
    return "; ".join(said)
