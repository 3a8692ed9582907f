"""Residuals of a Cox model, as R's survival defines them.

With M_i = event_i - exp(x_i b) c_i (events less those expected, ``_cox_likelihood``) and s_l the term masses:

    martingale         M_i
    deviance           sign(M) sqrt(-2 (M + N log((N - M) / N))), N the events of the row, or of those summed
    score              row i's share of the derivative of log L, without its weight (n, p)
    dfbeta             w_i score_i V, V the inverse information: what b loses, about, without row i
    dfbetas            dfbeta over the model standard errors
    schoenfeld         x_i - mean of x at risk, one row an event, by stratum and time
    scaled-schoenfeld  b + (number of events) schoenfeld V: Grambsch & Therneau's view of b(t)

R leaves out the division by N, so that its deviance residuals of subjects with several events differ.
Source: Therneau & Grambsch 2000 (doi:10.1007/978-1-4757-3294-8), chapters 4, 6 and 7.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._cox_likelihood import event_means, score_residuals
from ._cox_model import CoxModel
from ._cox_risk import sum_by
from ._input import Floats, as_choice, as_codes

BY_EVENT = ("schoenfeld", "scaled-schoenfeld")
KINDS = ("martingale", "deviance", "score", "dfbeta", "dfbetas", *BY_EVENT)


def residuals(model: CoxModel, kind: str, collapse: ArrayLike | None) -> Floats:
    """Residuals of one kind: (size,) or (size, p) in the caller's order, or (events, p)."""
    as_choice("kind", kind, KINDS)
    if model.ties == "exact":
        raise ValueError("residuals are not defined with ties='exact': fit with efron or breslow")
    if kind in BY_EVENT:
        if collapse is not None:
            raise ValueError(f"collapse sums over rows; {kind} residuals are one an event")
        return _by_event(model, kind == "scaled-schoenfeld")
    if kind == "martingale":
        return _gathered(model, martingale(model), collapse)
    if kind == "deviance":
        event = _gathered(model, model.risk.event.astype(np.float64), collapse)
        return _deviance(_gathered(model, expected(model), collapse), event)
    score = score_residuals(model.risk, model.z, model.at)
    unit = model.unit[model.free, None]
    if kind == "score":
        return _gathered(model, score * unit, collapse)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # only where a coefficient has run away
        change = model.inverse @ (score * model.risk.weight)
        scale = unit if kind == "dfbeta" else np.sqrt(np.diag(model.inverse))[:, None]
        return _gathered(model, change / scale, collapse)


def martingale(model: CoxModel) -> Floats:
    """Events less expected events of the sorted rows (n,)."""
    return model.risk.event - expected(model)


def expected(model: CoxModel) -> Floats:
    """Expected number of events of the sorted rows (n,)."""
    at = model.at
    with np.errstate(over="ignore", invalid="ignore"):  # only where a coefficient has run away
        return np.where(at.relative > 0, at.relative * at.hazard, 0.0)


def _deviance(expected: Floats, event: Floats) -> Floats:
    """Deviance residuals from expected and observed numbers of events."""
    left = event - expected
    share = np.where(event > 0, expected / np.maximum(event, 1.0), 1.0)
    with np.errstate(divide="ignore"):  # an event that was not expected at all: a coefficient has run away
        inside = left + event * np.log(share)
    return np.asarray(np.sign(left) * np.sqrt(np.maximum(-2 * inside, 0.0)))


def _by_event(model: CoxModel, scaled: bool) -> Floats:
    """Schoenfeld residuals (events, p), NaN in columns without a coefficient."""
    risk = model.risk
    rows = np.flatnonzero(risk.event)
    difference = model.z[:, rows] - event_means(risk, model.at)[:, risk.cell[rows]]
    unit = model.unit[model.free]
    if scaled:
        value = (model.b[:, None] + rows.size * (model.inverse @ difference)) / unit[:, None]
    else:
        value = difference * unit[:, None]
    table = np.full((rows.size, model.free.size), np.nan)
    table[:, model.free] = value.T
    return table


def _gathered(model: CoxModel, v: Floats, collapse: ArrayLike | None) -> Floats:
    """In the caller's order, or summed over equal labels (in the order of the labels)."""
    if collapse is None:
        return model.placed(v)
    labels, code = as_codes("collapse", collapse, model.size)
    code = code[model.rows]
    sums = sum_by(code, v, labels.size)
    sums[..., np.bincount(code, minlength=labels.size) == 0] = np.nan
    if v.ndim == 1:
        return sums
    table = np.full((labels.size, model.free.size), np.nan)
    table[:, model.free] = sums.T
    return table
