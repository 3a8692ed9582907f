"""Proportional hazards regression (Cox 1972) with Efron or Breslow ties and robust variance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._cox_fit import ChiSquare, CoxFit, LogLikelihood
from ._cox_likelihood import Likelihood, RiskSets, likelihood, score_residuals, sum_by
from ._distributions import chi_square_tail, critical_value, two_sided_p
from ._input import (
    Bools,
    Floats,
    Ints,
    as_choice,
    as_codes,
    as_indicator,
    as_level,
    as_matrix,
    as_times,
    as_weights,
    ranked_interval,
)
from ._newton import Maximum, estimable, maximize

__all__ = ["ChiSquare", "CoxFit", "LogLikelihood", "cox"]

TIES = ("efron", "breslow")


def cox(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    ties: str = "efron",
    robust: bool | None = None,
    level: float = 0.95,
) -> CoxFit:
    """How covariates multiply the hazard: maximum partial likelihood.

    The hazard of row i at t is h(t) exp(x_i b), h unspecified (one for each stratum). Tied event times
    follow Efron 1977 (doi:10.1080/01621459.1977.10480613) or Breslow 1974 (doi:10.2307/2529620). The
    robust variance is the sandwich D'D, D the score residuals times the inverse information, summed
    within clusters (Lin & Wei 1989, doi:10.1080/01621459.1989.10478874).

    Parameters
    ----------
    time, event : (n,) follow-up, 1 = event, 0 = censored.
    x : (n, p) covariates, or (n,) for one. No intercept.
    entry : (n,) at risk when entry < t <= time (late entry, time-dependent covariates).
    weight : (n,) case weights; rows of weight 0 are left out.
    strata : (n,) labels; each stratum has its own baseline hazard.
    cluster : (n,) labels of rows that belong together, such as matched pairs.
    ties : "efron" or "breslow".
    robust : None = as soon as weights are not all one or ``cluster`` is given.
    level : confidence level of ``low`` and ``high``.

    Returns
    -------
    CoxFit
        ``converged`` is False, and ``message`` says why, when a coefficient grows without limit
        (monotone likelihood) or a column is constant or repeats earlier ones.

    Raises
    ------
    ValueError
        For bad arrays, no event, an entry not before its time, a single cluster, or an unknown ``ties``.

    Examples
    --------
    Therneau's first test data, solved on paper: Breslow b = log((3 + sqrt 33)/2), Efron 1.676857.

    >>> toy = ([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0])
    >>> round(float(cox(*toy, ties="breslow").coef[0]), 8), round(float(cox(*toy).coef[0]), 6)
    (1.47528491, 1.676857)
    """
    as_choice("ties", ties, TIES)
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    z = as_matrix("x", x, t.size)
    w = as_weights("weight", weight, t.size)
    late = None if entry is None else as_times("entry", entry, t.size)
    block = np.zeros(t.size, dtype=np.int64) if strata is None else as_codes("strata", strata, t.size)[1]
    group = None if cluster is None else as_codes("cluster", cluster, t.size)[1]
    keep = w > 0
    if not np.any(d[keep]):
        raise ValueError("event holds no event: a Cox model needs at least one")
    if group is not None and np.unique(group[keep]).size < 2:
        raise ValueError("cluster holds one label only: a robust variance needs at least two clusters")
    _, stop, start = ranked_interval(t[keep], None if late is None else late[keep])
    risk = RiskSets.make(stop, start, d[keep], block[keep], w[keep], ties)
    if robust is None:
        robust = group is not None or bool(np.any(risk.weight != 1))
    return _fit(risk, z[keep], None if group is None else group[keep], bool(robust), ties, as_level(level))


def _fit(risk: RiskSets, x: Floats, cluster: Ints | None, robust: bool, ties: str, level: float) -> CoxFit:
    """Newton's method on standardized columns, then everything read off the maximum."""
    centre = np.average(x, axis=0, weights=risk.weight)
    spread = np.sqrt(np.average((x - centre) ** 2, axis=0, weights=risk.weight))
    flat = spread <= 1e-12 * np.max(np.abs(x), axis=0)
    unit = np.where(flat, 1.0, spread)
    standard = np.asfortranarray(np.where(flat, 0.0, (x - centre) / unit))  # columns are what is summed
    zero = np.zeros(x.shape[1])
    start = likelihood(risk, standard, zero)
    assert start is not None  # all r are weights: the sums are positive
    free = estimable(start.information, np.full(zero.size, risk.mass.sum()))
    z, null = standard, start
    if not np.all(free):
        z = np.asfortranarray(standard[:, free])
        reduced = likelihood(risk, z, zero[free])
        assert reduced is not None
        null = reduced
    if not np.any(free):
        top = Maximum(zero[free], null, 0, True, free[free])
    else:
        top = maximize(lambda b: likelihood(risk, z, b), zero[free], null)
    inverse = _inverse(top.point.information)
    sandwich = _sandwich(risk, z, top.point, inverse, cluster) if robust else None
    return _report(risk, free, unit, null, top, inverse, sandwich, ties, level)


def _sandwich(risk: RiskSets, z: Floats, at: Likelihood, inverse: Floats, cluster: Ints | None) -> Floats:
    """D'D with D = weighted score residuals times inverse information, summed within clusters."""
    change = (risk.weight[:, None] * score_residuals(risk, z, at)) @ inverse
    if cluster is not None:
        change = sum_by(cluster, change, int(cluster.max()) + 1)
    return np.asarray(change.T @ change)


def _report(
    risk: RiskSets,
    free: Bools,
    unit: Floats,
    null: Likelihood,
    top: Maximum[Likelihood],
    inverse: Floats,
    sandwich: Floats | None,
    ties: str,
    level: float,
) -> CoxFit:
    """Back to the units of the covariates, with tests and limits."""
    used = inverse if sandwich is None else sandwich
    df = int(free.sum())
    runaway = np.zeros(free.size, dtype=np.bool_)
    runaway[free] = top.runaway
    coef = np.full(free.size, np.nan)
    coef[free] = top.b
    coef /= unit
    model = _unscaled(inverse, free, unit)
    covariance = _unscaled(used, free, unit)
    error = np.where(runaway, np.inf, _root(np.diag(model)))
    robust_error = None if sandwich is None else np.where(runaway, np.inf, _root(np.diag(covariance)))
    shown = error if robust_error is None else robust_error
    half = critical_value(level) * shown
    known = ~runaway & (shown > 0)
    z = np.full(free.size, np.nan)
    z[known] = coef[known] / shown[known]
    gain = 2 * (top.point.value - null.value)
    message = _message(free, runaway, top)
    return CoxFit(
        coef=coef,
        std_error=error,
        robust_std_error=robust_error,
        covariance=covariance,
        model_covariance=model,
        low=coef - half,
        high=coef + half,
        z=z,
        p_value=np.array([two_sided_p(v) for v in z]),
        log_likelihood=LogLikelihood(null.value, top.point.value),
        wald=_test(_quadratic(top.b, used), df),
        score=_test(_quadratic(null.score, null.information), df),
        likelihood_ratio=_test(gain, df),
        iterations=top.iterations,
        converged=not message,
        message=message,
        robust=sandwich is not None,
        ties=ties,
        level=level,
        n=risk.event.size,
        events=int(risk.event.sum()),
    )


def _inverse(matrix: Floats) -> Floats:
    """The (pseudo-)inverse of a symmetric matrix (p, p), p of 0 included."""
    if not np.all(np.isfinite(matrix)):
        return np.full_like(matrix, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):  # only where a coefficient has run away
        return np.asarray(np.linalg.pinv(matrix, hermitian=True), dtype=np.float64)


def _root(variance: Floats) -> Floats:
    """Square roots; NaN where rounding left a variance below 0 (the fit then says it did not converge)."""
    return np.sqrt(np.where(variance >= 0, variance, np.nan))


def _quadratic(b: Floats, matrix: Floats) -> float:
    """b' (matrix)^-1 b."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(b @ _inverse(matrix) @ b)


def _unscaled(covariance: Floats, free: Bools, unit: Floats) -> Floats:
    """A covariance of standardized, estimable columns as one of all columns, NaN for the others."""
    full = np.full((free.size, free.size), np.nan)
    full[np.ix_(free, free)] = covariance
    return full / np.outer(unit, unit)


def _test(statistic: float, df: int) -> ChiSquare:
    """A chi-square of df degrees of freedom; with none, nothing was tested: 0 and NaN."""
    value = 0.0 if statistic < 0 else float(statistic)
    return ChiSquare(value, df, chi_square_tail(value, df))


def _message(free: Bools, runaway: Bools, top: Maximum[Likelihood]) -> str:
    """What went wrong, in words; empty when nothing did."""
    said = []
    for j in np.flatnonzero(~free):
        said.append(
            f"column {j} is constant at every event time or a combination of the columns before it: "
            "it has no coefficient"
        )
    for j in np.flatnonzero(runaway):
        said.append(
            f"the coefficient of column {j} grows without limit (monotone likelihood): its Wald interval "
            "says nothing, use the likelihood ratio or Firth's penalty"
        )
    if not top.converged and not np.any(runaway):
        said.append(f"no convergence in {top.iterations} iterations")
    return "; ".join(said)
