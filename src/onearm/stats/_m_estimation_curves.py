"""Weighted survival curves of two groups against each other: at milestones, and the area under them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._curve import KaplanMeier
from ._input import Bools, Floats, as_floats, as_indicator, as_level, as_times, as_vector
from ._kaplan_meier import kaplan_meier
from ._m_estimation import WeightModel, moved_by, same_groups
from ._m_estimation_effects import WeightedDifferences, WeightedEffect, infer, one_effect, spread
from ._weights import LARGEST


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
    >>> from onearm.stats.weighted_effects import weight_model_known
    >>> model = weight_model_known([1] * 8, z, estimand="ATT")
    >>> effect = weighted_survival_difference([1, 5, 6, 7, 1, 2, 3, 9], [1] * 8, z, model, [4])
    >>> effect.treated.tolist(), effect.control.tolist(), effect.estimate.tolist()
    ([0.75], [0.25], [0.5])
    """
    z = same_groups(treated, model)
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

    >>> from onearm.stats.weighted_effects import weight_model_known
    >>> model = weight_model_known([1] * 4, [1, 1, 0, 0], estimand="ATT")
    >>> weighted_rmst_difference([1, 3, 2, 4], [1] * 4, [1, 1, 0, 0], model, 4).estimate
    -1.0
    """
    z = same_groups(treated, model)
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


def _curves(time: ArrayLike, event: ArrayLike, z: Bools, model: WeightModel) -> list[tuple[str, Bools, KaplanMeier]]:
    """The weighted curve of each group."""
    t = as_times("time", time, z.size)
    d = as_indicator("event", event, z.size)
    groups = (("treated", z), ("control", ~z))
    return [(name, g, kaplan_meier(t[g], d[g], weight=model.weight[g], robust=True)) for name, g in groups]
