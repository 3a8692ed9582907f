"""From sorted rows to a fitted Cox model: Newton's method on standardized columns, then the report.

With D the weighted score residuals summed within clusters (q, clusters) and I the information at the maximum,
the sandwich is I^-1 D D' I^-1; at coefficients of zero, with u the sum of D over clusters, u' (D D')^-1 u is
the robust score test (Lin & Wei 1989, doi:10.1080/01621459.1989.10478874).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._cox_approach import approach
from ._cox_design import Design
from ._cox_exact import exact_likelihood, tied_cells
from ._cox_fit import CoxFit
from ._cox_likelihood import Likelihood, gradient, likelihood, score_residuals
from ._cox_model import CoxModel
from ._cox_risk import RiskSets, sum_by
from ._cox_shared import (
    ChiSquare,
    LogLikelihood,
    chi_square,
    fit_message,
    inverted,
    quadratic,
    standard_errors,
    unscaled,
)
from ._distributions import critical_value, two_sided_p
from ._input import Floats, Ints
from ._newton import Maximum, estimable, maximize, runaways

_LARGE = 30_000  # numbers in the covariates from which first derivatives alone go ahead
_INSTEAD = ", use the likelihood ratio or Firth's penalty"  # where a coefficient runs away


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Sorted rows and where they came from; ``cluster`` codes (n,) or None, ``codes`` and ``labels`` of strata."""

    risk: RiskSets
    rows: Ints
    size: int
    time: Floats
    offset: Floats | None
    cluster: Ints | None
    codes: Ints | None
    labels: NDArray[Any] | None


def estimate(rows: Rows, design: Design, ties: str, robust: bool, level: float) -> CoxFit:
    """The fit of all columns that have a coefficient."""
    z, zero = design.z, np.zeros(design.flat.size)
    null = _evaluator(rows, z, ties)(zero)
    if null is None:
        raise ValueError("offset spreads too widely: exp(offset) leaves the range of floating point")
    free = estimable(null.information, np.full(zero.size, float(rows.risk.event_weight.sum())))
    if not np.all(free):
        z = z[free]
        null = _evaluator(rows, z, ties)(zero[free])
        assert null is not None
    top = _maximum(rows, z, ties, null) if np.any(free) else Maximum(zero[free], null, 0, True, free[free])
    gone = runaways(null.information, top.point.information)
    if np.any(gone):
        top = replace(top, converged=False, runaway=top.runaway | gone)
    inverse = inverted(top.point.information)
    sandwich = robust_score = None
    if robust:
        change = _clustered(rows, score_residuals(rows.risk, z, top.point))
        sandwich = inverse @ (change @ change.T) @ inverse
        share = _clustered(rows, score_residuals(rows.risk, z, null))
        robust_score = chi_square(quadratic(share.sum(axis=1), share @ share.T), int(free.sum()))
    model = CoxModel(
        risk=rows.risk,
        z=z,
        rows=rows.rows,
        size=rows.size,
        time=rows.time,
        offset=rows.offset,
        codes=rows.codes,
        labels=rows.labels,
        free=free,
        centre=design.centre,
        unit=design.unit,
        b=top.b,
        at=top.point,
        inverse=inverse,
        covariance=inverse if sandwich is None else sandwich,
        ties=ties,
    )
    return _report(model, null, top, sandwich is not None, robust_score, level)


def _maximum(rows: Rows, z: Floats, ties: str, null: Likelihood) -> Maximum[Likelihood]:
    """Newton's method from zero; for large data from where first derivatives alone have led."""
    evaluate, zero = _evaluator(rows, z, ties), np.zeros(z.shape[0])
    if z.size >= _LARGE and ties != "exact":
        reached = approach(lambda b: gradient(rows.risk, z, b, rows.offset), null)
        point = None if reached is None else evaluate(reached[0])
        if reached is not None and point is not None:
            top = maximize(evaluate, reached[0], point)
            return replace(top, iterations=top.iterations + reached[1])
    return maximize(evaluate, zero, null)


def _evaluator(rows: Rows, z: Floats, ties: str) -> Callable[[Floats], Likelihood | None]:
    """log L and its derivatives as a function of the coefficients."""
    if ties == "exact":
        groups = tied_cells(rows.risk, z.shape[0])
        return lambda b: exact_likelihood(rows.risk, groups, z, b, rows.offset)
    return lambda b: likelihood(rows.risk, z, b, rows.offset)


def _clustered(rows: Rows, residual: Floats) -> Floats:
    """Weighted score residuals (q, n), summed within clusters."""
    weighted = np.multiply(residual, rows.risk.weight, out=residual)
    return weighted if rows.cluster is None else sum_by(rows.cluster, weighted, int(rows.cluster.max()) + 1)


def _report(
    model: CoxModel,
    null: Likelihood,
    top: Maximum[Likelihood],
    robust: bool,
    robust_score: ChiSquare | None,
    level: float,
) -> CoxFit:
    """Back to the units of the covariates, with tests and limits."""
    free, unit = model.free, model.unit
    df = int(free.sum())
    runaway = np.zeros(free.size, dtype=np.bool_)
    runaway[free] = top.runaway
    coef = np.full(free.size, np.nan)
    coef[free] = top.b
    coef /= unit
    plain = unscaled(model.inverse, free, unit)
    covariance = unscaled(model.covariance, free, unit)
    error = standard_errors(model.inverse, free, unit, runaway)
    robust_error = standard_errors(model.covariance, free, unit, runaway) if robust else None
    shown = error if robust_error is None else robust_error
    half = critical_value(level) * shown
    known = ~runaway & (shown > 0)
    z = np.full(free.size, np.nan)
    z[known] = coef[known] / shown[known]
    message = fit_message(free, runaway, top, _INSTEAD)
    return CoxFit(
        coef=coef,
        std_error=error,
        robust_std_error=robust_error,
        covariance=covariance,
        model_covariance=plain,
        low=coef - half,
        high=coef + half,
        z=z,
        p_value=np.array([two_sided_p(v) for v in z]),
        log_likelihood=LogLikelihood(null.value, top.point.value),
        wald=chi_square(quadratic(top.b, model.covariance), df),
        score=chi_square(quadratic(null.score, null.information), df),
        likelihood_ratio=chi_square(2 * (top.point.value - null.value), df),
        robust_score=robust_score,
        iterations=top.iterations,
        converged=not message,
        message=message,
        robust=robust,
        ties=model.ties,
        level=level,
        n=model.rows.size,
        events=int(np.count_nonzero(model.risk.event)),
        model=model,
    )
