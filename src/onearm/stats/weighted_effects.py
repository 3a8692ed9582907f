"""Effects under weights, with variances that count that the weights were estimated.

First the weights, as a model that knows how each subject moves them: ``weight_model_logistic``,
``weight_model_entropy``, ``weight_model_maic``, or ``weight_model_known`` for weights taken as they are. Then the
effect: ``weighted_mean_difference``, ``weighted_risk_contrast``, ``weighted_hazard_ratio``,
``weighted_survival_difference``, ``weighted_rmst_difference``. Every effect is marginal, in the population that the
weights stand for, and has two standard errors: ``std_error`` by M-estimation and ``std_error_fixed`` as if the weights
were known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._curve import KaplanMeier
from ._input import Bools, Floats, as_choice, as_floats, as_indicator, as_level, as_times, as_vector
from ._kaplan_meier import kaplan_meier
from ._m_estimation import WeightModel, moved_by
from ._m_estimation_effects import WeightedDifferences, WeightedEffect, infer, one_effect, spread
from ._m_estimation_models import (
    weight_model_entropy,
    weight_model_known,
    weight_model_logistic,
    weight_model_maic,
)
from ._weights import LARGEST
from .cox import cox

__all__ = [
    "WeightModel",
    "WeightedDifferences",
    "WeightedEffect",
    "weight_model_entropy",
    "weight_model_known",
    "weight_model_logistic",
    "weight_model_maic",
    "weighted_hazard_ratio",
    "weighted_mean_difference",
    "weighted_risk_contrast",
    "weighted_rmst_difference",
    "weighted_survival_difference",
]

MEASURES = {"difference": "risk difference", "ratio": "log risk ratio", "odds-ratio": "log odds ratio"}


def weighted_mean_difference(
    y: ArrayLike, treated: ArrayLike, model: WeightModel, *, level: float = 0.95, cluster: ArrayLike | None = None
) -> WeightedEffect:
    """The weighted mean of the treated less that of the controls.

    The derivative of a weighted mean m in the weight of one of its subjects is (y_i - m) / sum w.

    Parameters
    ----------
    y : (n,) outcome.
    treated : (n,) 1 = treated, 0 = control, as in the model.
    model : the weights.
    level : of the limits.
    cluster : (n,) labels of rows that belong together (pairs, one subject at several index dates).

    Returns
    -------
    WeightedEffect

    Raises
    ------
    ValueError
        For bad arrays, or groups other than those of the model.

    Examples
    --------
    >>> model = weight_model_known([1, 1, 1, 3], [1, 1, 0, 0], estimand="ATT")
    >>> effect = weighted_mean_difference([5, 7, 2, 4], [1, 1, 0, 0], model)
    >>> [round(v, 9) for v in (effect.treated, effect.control, effect.estimate)]
    [6.0, 3.5, 2.5]
    """
    z = _same_groups(treated, model)
    value = as_vector("y", y, z.size)
    if np.max(np.abs(value)) > LARGEST:
        raise ValueError(f"y holds values above {LARGEST:g}: use a coarser unit")
    first, second = (_mean(value, model.weight, group) for group in (z, ~z))
    slope = first[1] - second[1]
    size = float(np.max(np.abs(value)))
    estimate = first[0] - second[0]
    return one_effect("difference of means", estimate, slope, model, as_level(level), cluster, (*first, *second), size)


def weighted_risk_contrast(
    y: ArrayLike,
    treated: ArrayLike,
    model: WeightModel,
    *,
    measure: str = "difference",
    level: float = 0.95,
    cluster: ArrayLike | None = None,
) -> WeightedEffect:
    """The weighted risks (proportions) of treated and controls against each other.

    Parameters
    ----------
    y : (n,) 1 = response or event, 0 = none.
    treated, model, level, cluster : as for :func:`weighted_mean_difference`.
    measure : "difference" of the risks, "ratio" for the log risk ratio, "odds-ratio" for the log odds ratio.

    Returns
    -------
    WeightedEffect
        Ratios and their limits are logarithms.

    Raises
    ------
    ValueError
        For bad arrays, an unknown measure, or a ratio where a group's risk is 0 (odds ratio: or 1).

    Examples
    --------
    Risks 3/4 and 1/4: odds ratio 9.

    >>> model = weight_model_known([1] * 8, [1] * 4 + [0] * 4, estimand="ATT")
    >>> effect = weighted_risk_contrast([1, 1, 1, 0, 1, 0, 0, 0], model.treated, model, measure="odds-ratio")
    >>> round(float(np.exp(effect.estimate)), 9), round(effect.std_error, 6)
    (9.0, 1.632993)
    """
    z = _same_groups(treated, model)
    value = as_indicator("y", y, z.size).astype(np.float64)
    as_choice("measure", measure, tuple(MEASURES))
    (p1, d1), (p0, d0) = (_mean(value, model.weight, group) for group in (z, ~z))
    if measure == "difference":
        estimate, slope = p1 - p0, d1 - d0
    else:
        for name, p in (("treated", p1), ("control", p0)):
            if p <= 0 or (p >= 1 and measure == "odds-ratio"):
                raise ValueError(
                    f"y: the weighted risk of the {name} group is {round(p)}: a ratio has no logarithm there; use the "
                    "risk difference"
                )
        if measure == "ratio":
            estimate, slope = float(np.log(p1 / p0)), d1 / p1 - d0 / p0
        else:
            estimate = float(np.log(p1 / (1 - p1)) - np.log(p0 / (1 - p0)))
            slope = d1 / (p1 * (1 - p1)) - d0 / (p0 * (1 - p0))
    return one_effect(MEASURES[measure], estimate, slope, model, as_level(level), cluster, (p1, d1, p0, d0))


def weighted_hazard_ratio(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    model: WeightModel,
    *,
    ties: str = "efron",
    level: float = 0.95,
    cluster: ArrayLike | None = None,
) -> WeightedEffect:
    """The marginal log hazard ratio of treated against controls: a weighted Cox model of treatment alone.

    The derivative of the coefficient in the weight of a subject is its score residual times the inverse information.
    ``std_error_fixed`` is the robust standard error of Lin & Wei 1989; the other adds how the estimated weights move
    the score (Hajage et al. 2018, doi:10.1002/bimj.201700330).

    Parameters
    ----------
    time, event : (n,) follow-up, 1 = event, 0 = censored.
    treated, model, level, cluster : as for :func:`weighted_mean_difference`.
    ties : "efron" or "breslow".

    Returns
    -------
    WeightedEffect
        On the log scale.

    Raises
    ------
    ValueError
        For bad arrays, or where there is no finite hazard ratio (a group without events).

    Examples
    --------
    Therneau's first test data: Breslow 1.47528491.

    >>> z = [1, 1, 1, 0, 0, 0]
    >>> model = weight_model_known([1] * 6, z, estimand="ATT")
    >>> effect = weighted_hazard_ratio([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], z, model, ties="breslow")
    >>> round(effect.estimate, 8)
    1.47528491
    """
    z = _same_groups(treated, model)
    as_choice("ties", ties, ("efron", "breslow"))
    confidence = as_level(level)
    fit = cox(time, event, z.astype(np.float64), weight=model.weight, ties=ties, robust=True)
    if not fit.converged:
        raise ValueError(f"event: there is no finite hazard ratio: {fit.message}")
    residual = fit.residuals("score")[:, 0]
    slope = np.where(model.weight > 0, residual, 0.0) * float(fit.model_covariance[0, 0])
    return one_effect("log hazard ratio", float(fit.coef[0]), slope, model, confidence, cluster, None)


def weighted_survival_difference(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    model: WeightModel,
    times: ArrayLike,
    *,
    level: float = 0.95,
    cluster: ArrayLike | None = None,
) -> WeightedDifferences:
    """Weighted Kaplan-Meier survival of the treated less that of the controls, at given times (milestones).

    Derivatives are the curves' influences (:meth:`onearm.stats.survival.SurvivalCurve.influence`).

    Parameters
    ----------
    time, event : (n,) follow-up, 1 = event, 0 = censored.
    treated, model, level, cluster : as for :func:`weighted_mean_difference`.
    times : (k,) times, not beyond the last follow-up of a curve that has not reached 0.

    Returns
    -------
    WeightedDifferences

    Raises
    ------
    ValueError
        For bad arrays, or times beyond the follow-up of a group.

    Examples
    --------
    >>> z = [1, 1, 1, 1, 0, 0, 0, 0]
    >>> model = weight_model_known([1] * 8, z, estimand="ATT")
    >>> effect = weighted_survival_difference([1, 5, 6, 7, 1, 2, 3, 9], [1] * 8, z, model, [4])
    >>> effect.treated.tolist(), effect.control.tolist(), effect.estimate.tolist()
    ([0.75], [0.25], [0.5])
    """
    z = _same_groups(treated, model)
    at = as_vector("times", np.atleast_1d(as_floats("times", times)))
    confidence = as_level(level)
    values, slopes = [], []
    for name, group, curve in _curves(time, event, z, model):
        survival = curve.at(at).survival
        if np.any(np.isnan(survival)):
            late = float(at[np.isnan(survival)][0])
            raise ValueError(f"times: {late:g} lies beyond the last follow-up of the {name} group, {curve.time[-1]:g}")
        full = np.zeros((z.size, at.size))
        full[group] = curve.influence(at)
        values.append(survival)
        slopes.append(full)
    estimate = values[0] - values[1]
    found = infer(estimate, slopes[0] - slopes[1], model, confidence, cluster, np.ones(at.size))
    errors = [spread(moved_by(model, d)[0], cluster) for d in slopes]
    return WeightedDifferences(
        measure="survival difference",
        times=at,
        estimate=estimate,
        std_error=found.std_error,
        std_error_fixed=found.fixed,
        low=found.low,
        high=found.high,
        z=found.z,
        p_value=found.p_value,
        treated=values[0],
        control=values[1],
        treated_std_error=errors[0],
        control_std_error=errors[1],
        level=confidence,
        estimand=model.estimand,
        population=model.population,
        method=model.method,
        effective_sample_size=model.effective_sample_size,
        n=int(np.count_nonzero(model.weight)),
        message="; ".join(text for text in (model.message, found.message) if text),
        influence=found.influence,
    )


def weighted_rmst_difference(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    model: WeightModel,
    tau: float,
    *,
    level: float = 0.95,
    cluster: ArrayLike | None = None,
) -> WeightedEffect:
    """Area under the weighted Kaplan-Meier curve to ``tau``, treated less controls.

    Parameters
    ----------
    time, event : (n,) follow-up, 1 = event, 0 = censored.
    treated, model, level, cluster : as for :func:`weighted_mean_difference`.
    tau : horizon, within the follow-up of both groups unless their curves have reached 0.

    Returns
    -------
    WeightedEffect

    Raises
    ------
    ValueError
        For bad arrays, or a horizon that is not positive or beyond the follow-up of a group.

    Examples
    --------
    Times 1, 3 and 2, 4 without censoring to tau 4: mean times 2 and 3.

    >>> model = weight_model_known([1] * 4, [1, 1, 0, 0], estimand="ATT")
    >>> weighted_rmst_difference([1, 3, 2, 4], [1] * 4, [1, 1, 0, 0], model, 4).estimate
    -1.0
    """
    z = _same_groups(treated, model)
    confidence = as_level(level)
    if tau > LARGEST:
        raise ValueError(f"tau must not be above {LARGEST:g}, found {tau}: use a coarser unit")
    arms: list[tuple[float, Floats]] = []
    for name, group, curve in _curves(time, event, z, model):
        try:
            value = curve.rmst(tau).value
        except ValueError as problem:
            raise ValueError(f"{problem} ({name} group)") from None
        full = np.zeros(z.size)
        full[group] = curve.influence([tau], "rmst")[:, 0]
        arms.append((value, full))
    (m1, d1), (m0, d0) = arms
    return one_effect("RMST difference", m1 - m0, d1 - d0, model, confidence, cluster, (m1, d1, m0, d0), float(tau))


def _same_groups(treated: ArrayLike, model: WeightModel) -> Bools:
    """Who is treated, which must be as in the model."""
    if not isinstance(model, WeightModel):
        raise ValueError("model must be a WeightModel: make one with weight_model_logistic, for instance")
    z = as_indicator("treated", treated, model.treated.size)
    if not np.array_equal(z, model.treated):
        raise ValueError("treated differs from that of the model: rows must be in the same order")
    return z


def _mean(value: Floats, weight: Floats, group: Bools) -> tuple[float, Floats]:
    """Weighted mean of a group and its derivatives in the weights (n,)."""
    w = np.where(group, weight, 0.0)
    w = w / w.max()
    total = float(w.sum())
    mean = float(w @ value) / total
    return mean, np.where(group, (value - mean) / (total * float(weight[group].max())), 0.0)


def _curves(time: ArrayLike, event: ArrayLike, z: Bools, model: WeightModel) -> list[tuple[str, Bools, KaplanMeier]]:
    """The weighted curve of each group."""
    t = as_times("time", time, z.size)
    d = as_indicator("event", event, z.size)
    groups = (("treated", z), ("control", ~z))
    return [(name, g, kaplan_meier(t[g], d[g], weight=model.weight[g], robust=True)) for name, g in groups]
