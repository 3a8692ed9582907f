"""Accelerated failure time regression: the checks, the fit and the report."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._distributions import critical_value, two_sided_p
from ._input import (
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
from ._newton import Maximum
from ._parametric_data import Data, largest, natural
from ._parametric_families import FAMILIES
from ._parametric_fit import LogLikelihood, ParametricFit
from ._parametric_likelihood import Point

_NO_SCALE = 1e6  # spread of log time over sigma beyond which sigma has no positive estimate


def parametric(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike | None = None,
    *,
    distribution: str = "weibull",
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    robust: bool | None = None,
    level: float = 0.95,
) -> ParametricFit:
    """How covariates stretch time: accelerated failure time regression by maximum likelihood.

    log T = b0 + x b + sigma W, W standard extreme value (exponential with sigma = 1, Weibull), normal or
    logistic: the model of R's ``survreg`` with its parameters and log-likelihood (that of T, not log T).
    exp(b_j) is the factor by which one unit of x_j multiplies time; for the exponential and the Weibull
    -b/sigma is also the log hazard ratio. Late entry conditions on survival to it.

    Parameters
    ----------
    time, event : (n,) follow-up above 0, 1 = event, 0 = censored.
    x : (n, p) covariates without an intercept column, (n,) for one, or None.
    distribution : "exponential", "weibull", "log-normal" or "log-logistic".
    entry : (n,) under observation only after this time (left truncation); 0 for from the start.
    weight : (n,) case weights; rows of weight 0 are left out.
    cluster : (n,) labels of rows that belong together, for the robust variance.
    robust : None = as soon as weights are not all one or ``cluster`` is given.
    level : confidence level of all limits.

    Returns
    -------
    ParametricFit
        Estimates are NaN and ``message`` says why when there is no event, or a column is constant or
        repeats others; ``converged`` is False when a coefficient or the log scale grows without limit.

    Raises
    ------
    ValueError
        For bad arrays, a time of 0 (log 0 has no place in these models), an entry not before its time,
        a single cluster, or an unknown distribution.

    Notes
    -----
    Kalbfleisch & Prentice 2002 (doi:10.1002/9781118032985), chapter 3. The robust variance is the sandwich
    of weighted score residuals, as in :func:`onearm.stats.cox.cox`; ``survreg(robust = TRUE)`` of R's
    survival 3.5 leaves the weights out of those residuals, so that the two differ under weights.

    Examples
    --------
    Gehan's 6-MP patients as an exponential: 9 events in 359 weeks.

    >>> week = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> fit = parametric(week, relapse, distribution="exponential")
    >>> round(fit.natural[0].value, 6), round(9 / 359, 6)
    (0.02507, 0.02507)
    """
    as_choice("distribution", distribution, tuple(FAMILIES))
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    z = np.zeros((t.size, 0)) if x is None else as_matrix("x", x, t.size)
    w = as_weights("weight", weight, t.size)
    group = None if cluster is None else as_codes("cluster", cluster, t.size)[1]
    late = np.zeros(t.size) if entry is None else as_times("entry", entry, t.size)
    zero = np.flatnonzero(t == 0)
    if zero.size:
        raise ValueError(
            f"time has {zero.size} values of 0, the first at index {zero[0]}: a {distribution} model needs times "
            "above 0 (piecewise_exponential takes them)"
        )
    if entry is not None:
        ranked_interval(t, late)  # refuses an entry that is not before its time
    keep = w > 0
    if group is not None and np.unique(group[keep]).size < 2:
        raise ValueError("cluster holds one label only: a robust variance needs at least two clusters")
    if robust is None:
        robust = group is not None or bool(np.any(w[keep] != 1))
    data = Data(t[keep], d[keep], z[keep], w[keep], late[keep])
    return _fit(data, distribution, None if group is None else group[keep], bool(robust), as_level(level))


def _fit(data: Data, distribution: str, cluster: Ints | None, robust: bool, level: float) -> ParametricFit:
    """Newton's method in (b / sigma, 1 / sigma), then everything in (b, log sigma)."""
    free, p = data.free, data.free.size
    has_scale = distribution != "exponential"
    unit = data.stretch if has_scale else 1.0
    size = p + has_scale
    parameter, covariance, model = np.full(size, np.nan), np.full((size, size), np.nan), np.full((size, size), np.nan)
    said = [f"column {j - 1} is constant or a combination of the columns before it" for j in np.flatnonzero(~free)]
    if not np.any(data.event):
        said.append("no event: neither time nor its scale can be estimated")
        null, fitted, iterations = np.nan, np.nan, 0
    else:
        rows = data.rows(distribution, free)
        top = largest(rows)
        alone = top if p == 1 else largest(data.rows(distribution, np.arange(p) == 0))
        null, fitted = (data.log_likelihood(m.point.value, unit) for m in (alone, top))
        iterations = top.iterations
        used = np.flatnonzero(np.r_[free, True] if has_scale else free)
        value, jacobian = natural(data, top.b, unit, has_scale)
        parameter[used] = value
        inverse = np.asarray(np.linalg.pinv(top.point.information, hermitian=True), dtype=np.float64)
        at = np.ix_(used, used)
        model[at] = covariance[at] = jacobian @ inverse @ jacobian.T
        if robust:
            change = (data.weight[:, None] * top.point.rows) @ inverse @ jacobian.T
            if cluster is not None:
                change = np.stack([np.bincount(cluster, c) for c in change.T], axis=1)
            covariance[at] = change.T @ change
        runaway = top.runaway.copy()
        if has_scale and top.b[-1] > _NO_SCALE:
            runaway[-1] = True
        lost = used[runaway]
        said += _trouble(top, lost, p)
        if lost.size:
            covariance[lost, lost] = model[lost, lost] = np.inf
    return _report(parameter, covariance, model, p, distribution, data, said, robust, level, null, fitted, iterations)


def _trouble(top: Maximum[Point], lost: Ints, p: int) -> list[str]:
    """What went wrong, in words."""
    said = []
    for j in lost:
        what = "the log scale" if j == p else "the intercept" if j == 0 else f"the coefficient of column {j - 1}"
        said.append(f"{what} grows without limit: no finite value has the largest likelihood")
    if not top.converged and not said:
        said.append(f"no convergence in {top.iterations} iterations")
    return said


def _report(
    parameter: Floats,
    covariance: Floats,
    model: Floats,
    p: int,
    distribution: str,
    data: Data,
    said: list[str],
    robust: bool,
    level: float,
    null: float,
    fitted: float,
    iterations: int,
) -> ParametricFit:
    """Standard errors, limits and tests of the parameters."""
    variance = np.diag(covariance)
    error = np.sqrt(np.where(variance >= 0, variance, np.nan))
    half = critical_value(level) * error
    known = np.isfinite(error) & (error > 0)
    z = np.divide(parameter, error, out=np.full(error.size, np.nan), where=known)
    has_scale = parameter.size > p
    return ParametricFit(
        distribution=distribution,
        coef=parameter[:p],
        std_error=error[:p],
        low=(parameter - half)[:p],
        high=(parameter + half)[:p],
        z=z[:p],
        p_value=np.array([two_sided_p(v) for v in z[:p]]),
        log_scale=float(parameter[p]) if has_scale else 0.0,
        log_scale_std_error=float(error[p]) if has_scale else 0.0,
        covariance=covariance,
        model_covariance=model,
        log_likelihood=LogLikelihood(null, fitted),
        iterations=iterations,
        converged=not said,
        message="; ".join(said),
        robust=robust,
        level=level,
        n=data.event.size,
        events=int(data.event.sum()),
    )
