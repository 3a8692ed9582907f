"""Means, risks and hazards of weighted groups against each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, as_choice, as_indicator, as_level, as_vector
from ._m_estimation import WeightModel, same_groups
from ._m_estimation_effects import WeightedEffect, one_effect
from ._weights import LARGEST
from .cox import cox

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
    >>> from onearm.stats.weighted_effects import weight_model_known
    >>> model = weight_model_known([1, 1, 1, 3], [1, 1, 0, 0], estimand="ATT")
    >>> effect = weighted_mean_difference([5, 7, 2, 4], [1, 1, 0, 0], model)
    >>> [round(v, 9) for v in (effect.treated, effect.control, effect.estimate)]
    [6.0, 3.5, 2.5]
    """
    z = same_groups(treated, model)
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

    >>> from onearm.stats.weighted_effects import weight_model_known
    >>> model = weight_model_known([1] * 8, [1] * 4 + [0] * 4, estimand="ATT")
    >>> effect = weighted_risk_contrast([1, 1, 1, 0, 1, 0, 0, 0], model.treated, model, measure="odds-ratio")
    >>> round(float(np.exp(effect.estimate)), 9), round(effect.std_error, 6)
    (9.0, 1.632993)
    """
    z = same_groups(treated, model)
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
    >>> from onearm.stats.weighted_effects import weight_model_known
    >>> model = weight_model_known([1] * 6, z, estimand="ATT")
    >>> effect = weighted_hazard_ratio([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], z, model, ties="breslow")
    >>> round(effect.estimate, 8)
    1.47528491
    """
    z = same_groups(treated, model)
    as_choice("ties", ties, ("efron", "breslow"))
    confidence = as_level(level)
    fit = cox(time, event, z.astype(np.float64), weight=model.weight, ties=ties, robust=True)
    if not fit.converged:
        raise ValueError(f"event: there is no finite hazard ratio: {fit.message}")
    residual = fit.residuals("score")[:, 0]
    slope = np.where(model.weight > 0, residual, 0.0) * float(fit.model_covariance[0, 0])
    return one_effect("log hazard ratio", float(fit.coef[0]), slope, model, confidence, cluster, None)


def _mean(value: Floats, weight: Floats, group: Bools) -> tuple[float, Floats]:
    """Weighted mean of a group and its derivatives in the weights (n,)."""
    w = np.where(group, weight, 0.0)
    w = w / w.max()
    total = float(w.sum())
    mean = float(w @ value) / total
    return mean, np.where(group, (value - mean) / (total * float(weight[group].max())), 0.0)
