"""Logistic regression by iteratively reweighted least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, as_indicator, as_matrix, as_weights
from ._newton import Maximum, estimable, maximize

__all__ = ["LogisticFit", "logistic"]


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """A fitted logistic model with p covariates and an intercept.

    Attributes
    ----------
    coef : (p + 1,) log odds, intercept first. NaN for a column that is constant or repeats earlier ones.
    std_error : (p + 1,) from the inverse information; infinite where a coefficient grows without limit.
    covariance : (p + 1, p + 1) inverse (penalized) information.
    fitted : (n,) probabilities; linear_predictor : (n,) their log odds. Rows of weight 0 included.
    log_likelihood : at the estimate, without the penalty.
    iterations, converged, separated, message : how the fit went; ``message`` is empty when all is well.
    n : rows with positive weight.
    """

    coef: Floats
    std_error: Floats
    covariance: Floats
    fitted: Floats
    linear_predictor: Floats
    log_likelihood: float
    iterations: int
    converged: bool
    separated: bool
    message: str
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    value: float
    score: Floats
    information: Floats


def logistic(x: ArrayLike, y: ArrayLike, *, weight: ArrayLike | None = None, penalty: float = 0.0) -> LogisticFit:
    """How covariates shift the log odds of ``y``, and each row's fitted probability.

    Maximizes sum of w (y eta - log(1 + exp eta)) - penalty/2 sum of b_j^2, eta = b_0 + x b, the
    intercept free of the penalty (McCullagh & Nelder 1989, ISBN 978-0412317606; ridge: le Cessie & van
    Houwelingen 1992, doi:10.2307/2347628). Newton's method, which is IRLS for this link, is run on
    standardized columns until steps fall below 1e-9; the next one would be its square.

    Parameters
    ----------
    x : (n, p) covariates without an intercept column, or (n,) for one.
    y : (n,) 0 or 1; both must occur.
    weight : (n,) case weights. Standard errors treat them as counts.
    penalty : ridge penalty on the coefficients in the units of ``x``, not negative.

    Returns
    -------
    LogisticFit
        ``separated`` is True when a combination of columns tells the classes apart so that some
        coefficients grow without limit; the fit then ends where the likelihood stopped growing.

    Raises
    ------
    ValueError
        For bad arrays, a single class, or a negative penalty.

    Examples
    --------
    Hours of study and passing an exam (20 students; coefficients -4.0777 and 1.5046).

    >>> hours = [.5, .75, 1, 1.25, 1.5, 1.75, 1.75, 2, 2.25, 2.5,
    ...          2.75, 3, 3.25, 3.5, 4, 4.25, 4.5, 4.75, 5, 5.5]
    >>> passed = [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> logistic(hours, passed).coef.round(4).tolist()
    [-4.0777, 1.5046]
    """
    z = as_matrix("x", x)
    hit = as_indicator("y", y, z.shape[0])
    w = as_weights("weight", weight, z.shape[0])
    if not (np.isfinite(penalty) and penalty >= 0):
        raise ValueError(f"penalty must be a number that is not negative, found {penalty}")
    used = w > 0
    if np.all(hit[used]) or not np.any(hit[used]):
        raise ValueError(f"y holds {int(hit[used][0])} only: both classes are needed")
    return _fit(z, hit.astype(np.float64), w, penalty)


def _fit(x: Floats, y: Floats, w: Floats, penalty: float) -> LogisticFit:
    """Newton's method on standardized columns, then back to the units of ``x``."""
    centre = np.average(x, axis=0, weights=w)
    spread = np.sqrt(np.average((x - centre) ** 2, axis=0, weights=w))
    flat = spread <= 1e-12 * np.max(np.abs(x), axis=0)
    unit = np.where(flat, 1.0, spread)
    design = np.c_[np.ones(y.size), np.where(flat, 0.0, (x - centre) / unit)]
    ridge = np.r_[0.0, penalty / unit**2]
    share = float(np.average(y, weights=w))
    begin = np.zeros(ridge.size)
    begin[0] = np.log(share / (1 - share))
    start = _point(design, y, w, ridge * 0, begin)
    free = estimable(start.information, np.full(begin.size, w.sum() * share * (1 - share)))
    z, k = design[:, free], ridge[free]
    top = maximize(lambda b: _point(z, y, w, k, b), begin[free], _point(z, y, w, k, begin[free]))
    # b = back @ s turns standardized coefficients s into those of x
    back = np.diag(np.r_[1.0, 1 / unit])
    back[0, 1:] = -centre / unit
    back = back[np.ix_(free, free)]
    return _report(x, y, w, free, back, top)


def _point(z: Floats, y: Floats, w: Floats, ridge: Floats, b: Floats) -> _Point:
    """Penalized log-likelihood, score and information at ``b``."""
    eta = z @ b
    mu = _expit(eta)
    value = -float(w @ np.logaddexp(0.0, np.where(y == 1, -eta, eta))) - 0.5 * float(ridge @ b**2)
    score = z.T @ (w * (y - mu)) - ridge * b
    information = z.T @ ((w * mu * _expit(-eta))[:, None] * z) + np.diag(ridge)
    return _Point(value, score, information)


def _expit(eta: Floats) -> Floats:
    """1 / (1 + exp(-eta)) without overflow."""
    small = np.exp(-np.abs(eta))
    return np.where(eta >= 0, 1.0, small) / (1.0 + small)


def _report(x: Floats, y: Floats, w: Floats, free: Bools, back: Floats, top: Maximum[_Point]) -> LogisticFit:
    """Coefficients in the units of ``x`` and what was fitted with them."""
    b = back @ top.b
    coef = np.full(free.size, np.nan)
    coef[free] = b
    covariance = np.full((free.size, free.size), np.nan)
    inverse = np.asarray(np.linalg.pinv(top.point.information, hermitian=True))
    covariance[np.ix_(free, free)] = back @ inverse @ back.T
    runaway = np.zeros(free.size, dtype=np.bool_)
    runaway[free] = top.runaway
    if np.any(runaway[1:]):
        runaway[0] = True  # the intercept in the units of x moves with any of them
    error = np.where(runaway, np.inf, _root(np.diag(covariance)))
    # summed row by row: a matrix product may round equal rows differently and so break their ties
    eta = (np.c_[np.ones(y.size), x][:, free] * b).sum(axis=1)
    message = _message(free, runaway, top)
    return LogisticFit(
        coef=coef,
        std_error=error,
        covariance=covariance,
        fitted=_expit(eta),
        linear_predictor=eta,
        log_likelihood=-float(w @ np.logaddexp(0.0, np.where(y == 1, -eta, eta))),
        iterations=top.iterations,
        converged=not message,
        separated=bool(np.any(runaway)),
        message=message,
        n=int(np.count_nonzero(w)),
    )


def _root(variance: Floats) -> Floats:
    """Square roots; NaN where rounding left a variance below 0 (the fit then says it did not converge)."""
    return np.sqrt(np.where(variance >= 0, variance, np.nan))


def _message(free: Bools, runaway: Bools, top: Maximum[_Point]) -> str:
    """What went wrong, in words; empty when nothing did."""
    said = [
        f"column {j - 1} of x is constant or a combination of the columns before it: it has no coefficient"
        for j in np.flatnonzero(~free)
    ]
    if np.any(runaway):
        columns = ", ".join(str(j - 1) for j in np.flatnonzero(runaway) if j > 0)
        said.append(
            f"the classes separate along column(s) {columns} of x: coefficients grow without limit; "
            "drop a column or use a penalty"
        )
    elif not top.converged:
        said.append(f"no convergence in {top.iterations} iterations")
    return "; ".join(said)
