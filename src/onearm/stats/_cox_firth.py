"""Cox regression with Firth's penalty: finite estimates when an arm has no event or the data separate.

Maximized is l* = l + log|I| / 2, the partial log-likelihood plus half the log-determinant of its
information. With the notation of ``_cox_moments``, A = I^-1 and h = x' A x of a row,

    dl*/db_j = U_j + 1/2 trace(A dI/db_j)
             = U_j + 1/2 sum_l m {E(h x_j) - mu_j E(h) - 2 [E(x x') A mu]_j + 2 mu_j mu' A mu},

so that third moments are never formed. Steps are quasi-Newton (BFGS), begun from A and halved while l*
falls. The profile l*(b_j) is l* maximized over the other coefficients, the penalty keeping the whole
information; its slope is dl*/db_j there. The limits are where it has fallen by half the chi-square
quantile: found by steps outward until crossed, then by Newton kept inside the bracket.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._cox_firth_profile import Penalized, maximize, profile
from ._cox_firth_record import FirthFit, Profile
from ._cox_moments import Cells, moments, unpacked
from ._cox_shared import LogLikelihood, chi_square, unscaled
from ._distributions import critical_value, two_sided_p
from ._input import (
    Bools,
    Floats,
    as_choice,
    as_codes,
    as_indicator,
    as_level,
    as_matrix,
    as_times,
    as_weights,
    ranked_interval,
)
from ._newton import estimable


def firth_cox(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    ties: str = "breslow",
    level: float = 0.95,
) -> FirthFit:
    """Log hazard ratios by penalized likelihood, for few events or an arm without any.

    Where one arm has no event the ordinary estimate is infinite and its Wald interval means nothing.
    The penalized estimate is finite and less biased, and its profile-likelihood interval and test remain
    of use; with many events it agrees with the ordinary one.

    Parameters
    ----------
    time, event, x, entry, strata, weight : as in :func:`onearm.stats.cox.cox`.
    ties : "breslow", as coxphf, or "efron".
    level : confidence level of the limits.

    Returns
    -------
    FirthFit
        Limits and p-values by profile likelihood; Wald's beside them.

    Raises
    ------
    ValueError
        For bad arrays, no event, covariates none of which can be estimated, or weights beyond 1e100.

    Notes
    -----
    Firth 1993 (doi:10.1093/biomet/80.1.27); Heinze & Schemper 2001 (doi:10.1111/j.0006-341X.2001.00114.x).

    Examples
    --------
    The first example of the R package coxphf, where the ordinary estimate is infinite:

    >>> fit = firth_cox([1, 2, 3], [1, 1, 1], [1, 1, 0])
    >>> round(float(fit.coef[0]), 6), round(float(fit.std_error[0]), 6), round(float(fit.p_value[0]), 6)
    (1.329104, 1.929072, 0.33875)
    """
    as_choice("ties", ties, ("efron", "breslow"))
    level = as_level(level)
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    z = as_matrix("x", x, t.size)
    w = as_weights("weight", weight, t.size)
    if not 1e-100 < w.max() < 1e100:
        raise ValueError(f"weight must lie between 1e-100 and 1e100 (it counts rows), found {w.max()}")
    late = None if entry is None else as_times("entry", entry, t.size)
    block = np.zeros(t.size, dtype=np.int64) if strata is None else as_codes("strata", strata, t.size)[1]
    keep = w > 0
    if not np.any(d[keep]):
        raise ValueError("event holds no event: a Cox model needs at least one")
    _, stop, start = ranked_interval(t[keep], None if late is None else late[keep])
    cells = Cells.make(stop, start, d[keep], block[keep], w[keep], ties)
    z = z[keep]
    unit = z.std(axis=0)
    flat = unit <= 1e-12 * np.max(np.abs(z), axis=0)
    unit[flat] = 1.0
    standard = np.asfortranarray(np.where(flat, 0.0, (z - z.mean(axis=0)) / unit))
    at = moments(cells, standard, np.zeros(unit.size))
    assert at is not None  # at b = 0 the sums are sums of weights
    free = estimable(unpacked(cells.mass @ at.covariance, unit.size), np.full(unit.size, cells.mass.sum()))
    if not np.any(free):
        raise ValueError("x has no column that varies among those at risk at an event: nothing can be estimated")
    problem = Penalized(cells, np.asfortranarray(standard[:, free]), d[keep])
    return _report(problem, free, unit, ties, level)


def _report(problem: Penalized, free: Bools, unit: Floats, ties: str, level: float) -> FirthFit:
    """Back to the units of the covariates; columns that cannot be estimated are NaN."""
    p = int(free.sum())
    top = maximize(problem, np.zeros(p), np.ones(p, dtype=np.bool_))
    null = problem.at(np.zeros(p))
    assert top is not None  # at b = 0 the information of estimable columns is positive
    assert null is not None
    inverse: Floats = np.asarray(np.linalg.inv(top.information), dtype=np.float64)
    error = np.sqrt(np.diag(inverse))
    found = profile(problem, top, error, level)
    scale = unit[free]

    def full(v: Floats) -> Floats:
        out = np.full(free.size, np.nan)
        out[free] = v
        return out

    z = full(top.b / error)
    coef, half = full(top.b / scale), critical_value(level) * full(error / scale)
    shift = float(np.log(scale).sum())  # log|I|/2 in the units of the covariates
    shown = Profile(full(found.low / scale), full(found.high / scale), full(found.statistic), full(found.p_value))
    gain, wald = 2 * (top.value - null[0]), float(top.b @ top.information @ top.b)
    said = [f"column {j} is constant or repeats earlier ones: it has no coefficient" for j in np.flatnonzero(~free)]
    if not top.converged:
        said.append(f"no convergence in {top.iterations} iterations")
    for j in np.flatnonzero(free & ~(np.isfinite(shown.low) & np.isfinite(shown.high))):
        said.append(f"the profile of column {j} does not fall far enough on both sides: a limit is not estimable")
    return FirthFit(
        coef=coef,
        std_error=full(error / scale),
        covariance=unscaled(inverse, free, unit),
        low=shown.low,
        high=shown.high,
        p_value=shown.p_value,
        profile=shown,
        z=z,
        wald_low=coef - half,
        wald_high=coef + half,
        wald_p_value=np.array([two_sided_p(v) for v in z]),
        log_likelihood=LogLikelihood(null[0] + shift, top.value + shift),
        likelihood_ratio=chi_square(gain, p),
        wald=chi_square(wald, p),
        iterations=top.iterations,
        converged=top.converged,
        message="; ".join(said),
        ties=ties,
        level=level,
        n=problem.event.size,
        events=int(problem.event.sum()),
    )
