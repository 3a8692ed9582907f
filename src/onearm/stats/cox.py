"""Proportional hazards regression (Cox 1972): Efron, Breslow or exact ties, strata, late entry, robust variance."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ._cox_design import make_design
from ._cox_estimate import Rows, estimate
from ._cox_fit import ChiSquare, CoxFit, LogLikelihood
from ._cox_order import order_rows
from ._cox_risk import RiskSets
from ._input import as_choice, as_codes, as_indicator, as_level, as_matrix, as_times, as_vector, as_weights

if TYPE_CHECKING:
    from ._cox_firth import firth_cox as firth_cox
    from ._cox_split import split as split
    from ._cox_split import time_varying as time_varying
    from ._cox_zph import proportional_hazards_test as proportional_hazards_test

__all__ = [
    "ChiSquare",
    "CoxFit",
    "LogLikelihood",
    "cox",
    "firth_cox",
    "proportional_hazards_test",
    "split",
    "time_varying",
]

TIES = ("efron", "breslow", "exact")

# public name -> private module that holds it; these build on ``cox`` and load on first use
_LATER = {
    "firth_cox": "_cox_firth",
    "proportional_hazards_test": "_cox_zph",
    "split": "_cox_split",
    "time_varying": "_cox_split",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__package__}.{_LATER[name]}"), name)


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
    offset: ArrayLike | None = None,
) -> CoxFit:
    """How covariates multiply the hazard: maximum partial likelihood.

    The hazard of row i at t is h(t) exp(x_i b), h unspecified (one for each stratum). Tied event times
    follow Efron 1977 (doi:10.1080/01621459.1977.10480613), Breslow 1974 (doi:10.2307/2529620) or the exact
    conditional likelihood of discrete time (Gail, Lubin & Rubinstein 1981, doi:10.1093/biomet/68.3.703; R's
    "exact", SAS's DISCRETE). Weights are not repetitions under Efron's ties, under Breslow's they are. The
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
    ties : "efron", "breslow" or "exact"; the last takes no weights other than 0 and 1, no cluster and no
        robust variance, and gives no residuals or curves.
    robust : None = as soon as weights are not all one or ``cluster`` is given.
    level : confidence level of ``low`` and ``high``.
    offset : (n,) known part of the linear predictor.

    Returns
    -------
    CoxFit
        With methods for residuals, baseline hazards, predicted curves and predictions. ``converged`` is
        False, and ``message`` says why, when a coefficient grows without limit (monotone likelihood) or a
        column is constant or repeats earlier ones.

    Raises
    ------
    ValueError
        For bad arrays, no event, an entry not before its time, a single cluster, an unknown ``ties`` or
        what exact ties do not take.

    Examples
    --------
    Therneau's first test data, solved on paper: Breslow b = log((3 + sqrt 33)/2), Efron 1.676857.

    >>> toy = ([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0])
    >>> round(float(cox(*toy, ties="breslow").coef[0]), 8), round(float(cox(*toy).coef[0]), 6)
    (1.47528491, 1.676857)
    """
    as_choice("ties", ties, TIES)
    confidence = as_level(level)
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    z = as_matrix("x", x, t.size)
    w = as_weights("weight", weight, t.size)
    late = None if entry is None else as_times("entry", entry, t.size)
    labels, block = (None, np.zeros(t.size, dtype=np.int64)) if strata is None else as_codes("strata", strata, t.size)
    group = None if cluster is None else as_codes("cluster", cluster, t.size)[1]
    known = None if offset is None else as_vector("offset", offset, t.size)
    weighted = weight is not None and bool(np.any((w != 1) & (w != 0)))
    if ties == "exact" and (weighted or robust or group is not None):
        raise ValueError("ties='exact' has no weights and no robust variance: use efron or breslow with them")
    kept = np.flatnonzero(w > 0)
    if kept.size < t.size:
        t, d, w, block = t[kept], d[kept], w[kept], block[kept]
        late = None if late is None else late[kept]
        group = None if group is None else np.unique(group[kept], return_inverse=True)[1].reshape(-1)
        known = None if known is None else known[kept]
    if not np.any(d):
        raise ValueError("event holds no event: a Cox model needs at least one")
    if group is not None and int(group.max()) < 1:
        raise ValueError("cluster holds one label only: a robust variance needs at least two clusters")
    order = order_rows(t, late, d, block)
    i = order.rows
    stratum = block[i]
    risk = RiskSets.make(order.stop, order.start, d[i], stratum, w[i], ties)
    rows = Rows(
        risk=risk,
        rows=kept[i],
        size=z.shape[0],
        time=t[i],
        offset=None if known is None else known[i],
        cluster=None if group is None else group[i],
        codes=None if labels is None else stratum,
        labels=labels,
    )
    if robust is None:
        robust = group is not None or weighted
    return estimate(rows, make_design(z, rows.rows, risk.weight), ties, bool(robust), confidence)
