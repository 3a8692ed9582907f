"""Logistic regression by iteratively reweighted least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, as_indicator, as_weights
from ._logistic_firth import firth as firth_maximum
from ._logistic_rows import BLOCK, Point, log_likelihood, tail
from ._logistic_start import start
from ._newton import Maximum, maximize
from ._plain_matrix import plain_matrix

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


def logistic(
    x: ArrayLike, y: ArrayLike, *, weight: ArrayLike | None = None, penalty: float = 0.0, firth: bool = False
) -> LogisticFit:
    """How covariates shift the log odds of ``y``, and each row's fitted probability.

    Maximizes sum of w (y eta - log(1 + exp eta)) - penalty/2 sum of b_j^2, eta = b_0 + x b, the
    intercept free of the penalty (McCullagh & Nelder 1989, ISBN 978-0412317606; ridge: le Cessie & van
    Houwelingen 1992, doi:10.2307/2347628). Newton's method, which is IRLS for this link, is run on
    standardized columns until steps fall below 1e-9; the next one would be its square. With ``firth`` half the
    log-determinant of the information is added, which keeps all coefficients finite (Heinze & Schemper 2002,
    doi:10.1002/sim.1047) and takes away the bias of order 1/n (Firth 1993, doi:10.1093/biomet/80.1.27).

    Parameters
    ----------
    x : (n, p) covariates without an intercept column, or (n,) for one.
    y : (n,) 0 or 1; both must occur.
    weight : (n,) case weights. Standard errors treat them as counts.
    penalty : ridge penalty on the coefficients in the units of ``x``, not negative.
    firth : Firth's penalty instead; standard errors are from the plain information at the estimate.

    Returns
    -------
    LogisticFit
        ``separated`` is True when a combination of columns tells the classes apart so that some
        coefficients grow without limit; the fit then ends where the likelihood stopped growing.

    Raises
    ------
    ValueError
        For bad arrays, a single class, a negative penalty, or both penalties at once.

    Examples
    --------
    Hours of study and passing an exam (20 students; coefficients -4.0777 and 1.5046).

    >>> hours = [.5, .75, 1, 1.25, 1.5, 1.75, 1.75, 2, 2.25, 2.5,
    ...          2.75, 3, 3.25, 3.5, 4, 4.25, 4.5, 4.75, 5, 5.5]
    >>> passed = [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> logistic(hours, passed).coef.round(4).tolist()
    [-4.0777, 1.5046]

    Firth's penalty in a two by two table adds half a subject to each cell: log (2.5 / 0.5) - log (0.5 / 2.5).

    >>> logistic([0, 0, 1, 1], [0, 0, 1, 1], firth=True).coef[1].round(6) == np.log(25).round(6)
    np.True_
    """
    z = plain_matrix("x", x)
    hit = as_indicator("y", y, z.shape[0])
    w = None if weight is None else as_weights("weight", weight, z.shape[0])
    if w is not None and np.all(w == 1):
        w = None
    if not (np.isfinite(penalty) and penalty >= 0):
        raise ValueError(f"penalty must be a number that is not negative, found {penalty}")
    if firth and penalty:
        raise ValueError(f"firth and a ridge penalty of {penalty} exclude each other: choose one")
    used = hit if w is None else hit[w > 0]
    if np.all(used) or not np.any(used):
        raise ValueError(f"y holds {int(used[0])} only: both classes are needed")
    return _fit(z, hit.astype(np.float64), w, penalty, bool(firth))


def _fit(x: Floats, y: Floats, w: Floats | None, penalty: float, firth: bool) -> LogisticFit:
    """The maximum on standardized columns, then back to the units of ``x``."""
    begin = start(x, y, w, penalty)
    problem = begin.problem
    top = firth_maximum(problem, begin.b) if firth else maximize(problem.at, begin.b, problem.at(begin.b))
    return _report(x, y, w, begin.free, begin.back, top, begin.steps)


def _report(
    x: Floats, y: Floats, w: Floats | None, free: Bools, back: Floats, top: Maximum[Point], steps: int
) -> LogisticFit:
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
    eta, fitted, value = _fitted(x, y, w, np.where(free, coef, 0.0))
    message = _message(free, runaway, top)
    return LogisticFit(
        coef=coef,
        std_error=error,
        covariance=covariance,
        fitted=fitted,
        linear_predictor=eta,
        log_likelihood=value,
        iterations=steps + top.iterations,
        converged=not message,
        separated=bool(np.any(runaway)),
        message=message,
        n=y.size if w is None else int(np.count_nonzero(w)),
    )


def _fitted(x: Floats, y: Floats, w: Floats | None, b: Floats) -> tuple[Floats, Floats, float]:
    """Log odds, probabilities and log-likelihood.

    Log odds are summed row by row: a matrix product may round equal rows differently and so break their ties.
    """
    eta, fitted, value = np.empty(y.size), np.empty(y.size), 0.0
    for low in range(0, y.size, BLOCK):
        part = slice(low, min(low + BLOCK, y.size))
        np.vecdot(np.ascontiguousarray(x[part]), b[1:], out=eta[part])
        eta[part] += b[0]
        e = tail(eta[part])
        fitted[part] = np.where(eta[part] >= 0, 1.0, e) / (1.0 + e)
        value += log_likelihood(eta[part], e, y[part], None if w is None else w[part])
    return eta, fitted, value


def _root(variance: Floats) -> Floats:
    """Square roots; NaN where rounding left a variance below 0 (the fit then says it did not converge)."""
    return np.sqrt(np.where(variance >= 0, variance, np.nan))


def _message(free: Bools, runaway: Bools, top: Maximum[Point]) -> str:
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
