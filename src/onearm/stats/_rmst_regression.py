"""Regression of the restricted mean survival time on covariates, by weighting for censoring.

Y_i = min(T_i, tau) is known for rows whose event came before tau and for those followed to tau: delta_i = 1. Each of
them stands for 1 / G_i rows, G_i being the Kaplan-Meier probability of not being censored by then in the row's own
censoring group. Tian, Zhao & Wei 2014 (doi:10.1093/biostatistics/kxt050) solve

    sum_i x_i (delta_i / G_i) (Z_i - m(x_i'b)) = 0

with Z = Y and m(u) = u (difference), Z = Y and m = exp (ratio), or Z = tau - Y and m = exp (time lost ratio). With
score s_i the i-th term, n(u) the rows of the group at risk of being censored at u, K(u) the sum of their s, and c(u)
the censored, the estimated weights are allowed for by

    k_i = s_i + [i censored] K(Y_i) / n(Y_i) - sum over u <= Y_i of K(u) c(u) / n(u)^2

and Cov(b) = A^-1 (sum k k') A^-1 with A = sum x x' m'(x'b).

Where an event and a censoring share a time, survRM2 counts the row with the event as at risk of being censored there
and takes G_i = G(Y_i) ("together"). With events put before censorings, as in a Kaplan-Meier curve, G_i = G(Y_i-) and
the row is not at risk ("events first"). Taking n - c for one n in each of the two terms of k_i as well, which is the
exact derivative of G, the fit with the censoring group as the only covariate is then the difference of the areas under
the Kaplan-Meier curves, and its variance their infinitesimal jackknife.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._distributions import critical_value, two_sided_p
from ._input import (
    TIE_TOLERANCE,
    Bools,
    Floats,
    Ints,
    as_choice,
    as_codes,
    as_indicator,
    as_level,
    as_matrix,
    as_times,
    rank_times,
)

MEASURES = ("difference", "ratio", "time lost ratio")
TIES = ("together", "events first")
_LARGEST = 1e100


@dataclass(frozen=True, slots=True, eq=False)
class RestrictedMeanRegression:
    """Coefficients (p + 1,), the intercept first; of log means unless ``measure`` is "difference".

    ``std_error``, ``low``, ``high``, ``p_value`` (p + 1,); ``covariance`` (p + 1, p + 1); ``fitted`` (n,) the mean time
    lived (or lost, for "time lost ratio") of each row; ``n``, ``used`` rows and rows with a known outcome;
    ``iterations``, ``converged``; ``message`` why values are NaN, else empty.
    """

    coef: Floats
    std_error: Floats
    low: Floats
    high: Floats
    p_value: Floats
    covariance: Floats
    fitted: Floats
    tau: float
    measure: str
    level: float
    n: int
    used: int
    iterations: int
    converged: bool
    message: str


def rmst_regression(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    tau: float,
    *,
    measure: str = "difference",
    censoring_group: ArrayLike | None = None,
    ties: str = "together",
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> RestrictedMeanRegression:
    """How the mean time lived (or lost) during the first ``tau`` depends on covariates.

    Weighted by the inverse probability of not being censored (Tian, Zhao & Wei 2014,
    doi:10.1093/biostatistics/kxt050).

    Parameters
    ----------
    time, event : (n,) follow-up and 1 = event, 0 = censored.
    x : (n,) or (n, p) covariates; an intercept is added in front.
    tau : restriction time, positive and at most the last follow-up of each censoring group.
    measure : "difference" of mean times lived, their "ratio", or "time lost ratio".
    censoring_group : (n,) labels; censoring is estimated within them (the arms, usually). None for one group.
    ties : where an event and a censoring share a time: "together" (the rule of survRM2) or "events first".
    cluster : (n,) labels of rows that belong together, for the variance.
    level : confidence level.

    Raises
    ------
    ValueError
        For bad arrays, a bad ``tau``, or covariates that are constant or linearly dependent.

    Examples
    --------
    Without censoring it is least squares on min(time, tau): 5 in one group and 2 more in the other.

    >>> r = rmst_regression([4, 6, 5, 9], [1, 1, 1, 1], [0, 0, 1, 1], tau=9)
    >>> r.coef.round(6).tolist()
    [5.0, 2.0]
    """
    as_choice("measure", measure, MEASURES)
    as_choice("ties", ties, TIES)
    level = as_level(level)
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    columns = as_matrix("x", x, t.size)
    if not (math.isfinite(tau) and tau > 0):
        raise ValueError(f"tau must be a positive number, found {tau}")
    if not 1 / _LARGEST < tau < _LARGEST:
        raise ValueError(f"tau must lie between {1 / _LARGEST:g} and {_LARGEST:g} (its square is needed), found {tau}")
    design = np.column_stack([np.ones(t.size), columns])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError("x has a column that is constant or a linear combination of others: leave it out")
    labels, arm = (
        (None, np.zeros(t.size, dtype=np.int64))
        if censoring_group is None
        else as_codes("censoring_group", censoring_group, t.size)
    )
    bunch = None if cluster is None else as_codes("cluster", cluster, t.size)[1]
    y = np.minimum(t, tau)
    known = d | (t >= tau * (1 - TIE_TOLERANCE))
    for g in range(int(arm.max()) + 1):
        if not np.any(known[arm == g] & (y[arm == g] >= y[arm == g].max() * (1 - TIE_TOLERANCE))):
            where = "" if labels is None else f" in censoring group {labels[g]}"
            raise ValueError(f"tau {tau} lies beyond the last follow-up {t[arm == g].max()}{where}")
    groups = [_Censoring(y, known, np.flatnonzero(arm == g), ties == "together") for g in range(int(arm.max()) + 1)]
    weight = np.zeros(t.size)
    for part in groups:
        weight[part.rows] = part.weight
    outcome = tau - y if measure == "time lost ratio" else y
    log_scale = measure != "difference"
    coef, iterations, converged, message = _solve(design, outcome, weight, log_scale)
    fitted = np.exp(design @ coef) if log_scale else design @ coef
    covariance = np.full((coef.size, coef.size), np.nan)
    if converged:
        score = design * (weight * (outcome - fitted))[:, None]
        kappa = np.empty_like(score)
        for part in groups:
            kappa[part.rows] = part.corrected(score[part.rows])
        if bunch is not None:
            kappa = np.stack([np.bincount(bunch, column) for column in kappa.T], axis=1)
        bread = np.linalg.inv(design.T @ (design * fitted[:, None] if log_scale else design))
        covariance = bread @ (kappa.T @ kappa) @ bread
    error = np.sqrt(np.diag(covariance))
    half = critical_value(level) * error
    return RestrictedMeanRegression(
        coef=coef,
        std_error=error,
        low=coef - half,
        high=coef + half,
        p_value=np.array([two_sided_p(b / s) if s > 0 else math.nan for b, s in zip(coef, error, strict=True)]),
        covariance=covariance,
        fitted=fitted,
        tau=float(tau),
        measure=measure,
        level=level,
        n=t.size,
        used=int(known.sum()),
        iterations=iterations,
        converged=converged,
        message=message,
    )


def _solve(x: Floats, y: Floats, w: Floats, log_scale: bool) -> tuple[Floats, int, bool, str]:
    """Root of x' w (y - m(x b)): least squares, or Newton steps for a log link with step halving on its deviance."""
    root = np.sqrt(w)
    if not log_scale:
        least = np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0]
        return least.astype(np.float64), 1, True, ""
    if not float(w @ y) > 0:
        return np.full(x.shape[1], np.nan), 0, False, "no time is lost before tau: a ratio cannot be estimated"
    b = np.zeros(x.shape[1])
    b[0] = math.log(float(w @ y) / float(w.sum()))

    def deviance(b: Floats) -> float:  # minus the log likelihood of weighted Poisson outcomes
        with np.errstate(over="ignore"):
            return float(w @ (np.exp(x @ b) - y * (x @ b)))

    last = deviance(b)
    for step in range(1, 51):
        mu = np.exp(x @ b)
        move = np.linalg.lstsq((x.T * (w * mu)) @ x, x.T @ (w * (y - mu)), rcond=None)[0]
        size = 1.0
        while not deviance(b + size * move) <= last + 1e-12 * abs(last) and size > 1e-6:
            size /= 2
        b = b + size * move
        last = deviance(b)
        if float(np.max(np.abs(x @ move))) < 1e-10:
            return b, step, True, ""
    return b, 50, False, "did not converge: in some pattern of covariates nobody's time is lost, or nobody lives"


class _Censoring:
    """The censoring curve of one group and what estimating it adds to the scores."""

    def __init__(self, y: Floats, known: Bools, rows: Ints, together: bool) -> None:
        self.rows, self.together = rows, together
        grid, (self.rank,) = rank_times(y[rows])
        self.open = ~known[rows]
        ended = np.bincount(self.rank[~self.open], minlength=grid.size)
        self.lost = np.bincount(self.rank[self.open], minlength=grid.size)
        left = (ended + self.lost)[::-1].cumsum()[::-1] - (0 if together else ended)
        self.left = np.maximum(left, 1)  # at risk of being censored at each time
        self.stay = self.left if together else np.maximum(left - self.lost, 1)
        curve = np.cumprod(1 - self.lost / self.left)
        here = (curve if together else np.r_[1.0, curve[:-1]])[self.rank]
        self.weight = np.where(self.open, 0.0, 1 / np.where(self.open, 1.0, here))

    def corrected(self, score: Floats) -> Floats:
        """Scores (n, p) plus the martingale terms of the censoring curve."""
        by_time = np.stack([np.bincount(self.rank, column, self.lost.size) for column in score.T], axis=1)
        beyond = by_time[::-1].cumsum(axis=0)[::-1] - (0.0 if self.together else by_time)
        step = beyond * (self.lost / (self.left * self.stay))[:, None]
        drift = np.cumsum(step, axis=0)[self.rank]
        if not self.together:  # no longer at risk of being censored at the time of the event
            drift = drift - np.where(self.open[:, None], 0.0, step[self.rank])
        own = np.where(self.open[:, None], (beyond / self.stay[:, None])[self.rank], 0.0)
        return np.asarray(score + own - drift, dtype=np.float64)
