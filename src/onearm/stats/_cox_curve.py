"""Cumulative baseline hazard and predicted survival of a Cox model.

At cell k (``_cox_likelihood``) the baseline hazard grows by dH_k = sum of m/den over its terms, which is
Breslow's estimate with Breslow's ties and Efron's with Efron's. For covariates x, with e = exp(x b),

    H(t | x) = e sum dH_k,   S = exp(-H),
    var H    = e^2 (sum of m/den^2 + q' V q),   q = sum over terms of (x - xbar) m/den,

sums over the terms up to t and V the covariance of b (Tsiatis 1981, doi:10.1214/aos/1176345329; Therneau &
Grambsch 2000, chapter 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._cox_likelihood import increments
from ._cox_model import CoxModel
from ._input import Floats, as_choice
from ._limits import INTERVALS, survival_limits


@dataclass(frozen=True, slots=True, eq=False)
class CoxBaseline:
    """Cumulative baseline hazard at each distinct event time (K,), by stratum, then time.

    Attributes
    ----------
    time, hazard : (K,); the hazard is a step function, 0 before the first time of its stratum.
    survival : (K,) exp(-hazard).
    at_risk, events : (K,) sums of weights.
    stratum : (K,) labels, None without strata.
    centred : whether the hazard is that of a row with the weighted mean of each covariate, or with zeros.
    """

    time: Floats
    hazard: Floats
    survival: Floats
    at_risk: Floats
    events: Floats
    stratum: NDArray[Any] | None
    centred: bool


@dataclass(frozen=True, slots=True, eq=False)
class CoxCurve:
    """Predicted survival of m covariate rows at each distinct event time (K,), by stratum, then time.

    Attributes
    ----------
    time : (K,). stratum : (K,) labels, None without strata. at_risk, events : (K,) sums of weights.
    hazard : (K, m) cumulative hazard; hazard_std_error : (K, m), also that of log survival.
    survival, std_error, low, high : (K, m); the last three NaN where the variance is not finite, which needs
        a coefficient without limit (the fit's ``message`` says so).
    level, interval : of ``low`` and ``high``.
    """

    time: Floats
    stratum: NDArray[Any] | None
    at_risk: Floats
    events: Floats
    hazard: Floats
    hazard_std_error: Floats
    survival: Floats
    std_error: Floats
    low: Floats
    high: Floats
    level: float
    interval: str


def baseline(model: CoxModel, centred: bool) -> CoxBaseline:
    """Cumulative baseline hazard of each stratum."""
    risk = model.risk
    if centred:  # the means of all rows; ``centre`` leaves out rows at risk at no event
        log_risk = model.b @ (model.z @ (risk.case_weight / risk.case_weight.sum()))
    else:
        log_risk = _standard(model, np.zeros((1, model.centre.size)))[1][0]
    with np.errstate(over="ignore", invalid="ignore"):
        step = risk.running(increments(risk, model.at)[0])
        hazard = step * np.exp(log_risk - _by_cell(model, model.at.shift))
    return CoxBaseline(
        time=model.time[risk.start],
        hazard=hazard,
        survival=np.exp(-hazard),
        at_risk=risk.totals(risk.weight)[0],
        events=model.risk.cell_mass,
        stratum=_strata(model),
        centred=centred,
    )


def curve(model: CoxModel, x: Floats, level: float, interval: str) -> CoxCurve:
    """Survival of the rows of ``x`` (m, p) in every stratum."""
    as_choice("interval", interval, INTERVALS)
    risk, at = model.risk, model.at
    z, log_risk = _standard(model, x)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # where a coefficient has run away
        step, drift = increments(risk, at)
        variance = risk.running(risk.by_cell(risk.mass / at.denominator**2))
        total, drift = risk.running(step), risk.running(drift)
        relative = np.exp(log_risk - _by_cell(model, at.shift)[:, None])
        spread = _quadratic(model.covariance, z, total, drift)
        hazard = total[:, None] * relative
        error = relative * np.sqrt(variance[:, None] + np.maximum(spread, 0.0))
        survival = np.exp(-hazard)
        std_error = survival * error
    std_error[~np.isfinite(std_error)] = np.nan
    limits = survival_limits(survival.ravel(), np.nan_to_num(std_error).ravel(), level, interval)
    low, high = (np.where(np.isnan(std_error), np.nan, v.reshape(survival.shape)) for v in limits)
    return CoxCurve(
        time=model.time[risk.start],
        stratum=_strata(model),
        at_risk=risk.totals(risk.weight)[0],
        events=model.risk.cell_mass,
        hazard=hazard,
        hazard_std_error=error,
        survival=survival,
        std_error=std_error,
        low=low,
        high=high,
        level=level,
        interval=interval,
    )


def _quadratic(v: Floats, z: Floats, total: Floats, drift: Floats) -> Floats:
    """q' V q for q = z H - D: (K, m) from z (m, q), H (K,) and D (q, K)."""
    own = np.einsum("mi,ij,mj->m", z, v, z)
    mixed = drift.T @ (v @ z.T)
    shared = np.einsum("ik,ij,jk->k", drift, v, drift, optimize=True)
    return np.asarray(own * total[:, None] ** 2 - 2 * total[:, None] * mixed + shared[:, None])


def _standard(model: CoxModel, x: Floats) -> tuple[Floats, Floats]:
    """Standardized rows (m, q) of the columns with a coefficient, and their log relative risk (m,)."""
    free = model.free
    z = (x[:, free] - model.centre[free]) / model.unit[free]
    return z, z @ model.b


def _by_cell(model: CoxModel, v: Floats) -> Floats:
    """A quantity of the strata at each cell (K,)."""
    return v[model.risk.block[model.risk.start]]


def _strata(model: CoxModel) -> NDArray[Any] | None:
    """Label of each cell's stratum."""
    if model.labels is None or model.codes is None:
        return None
    return np.asarray(model.labels[model.codes[model.risk.start]])
