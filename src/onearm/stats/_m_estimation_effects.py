"""Effects under estimated weights: from derivatives in the weights to estimates with two standard errors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ._distributions import critical_value, two_sided_p
from ._input import Floats, as_codes
from ._m_estimation import WeightModel, moved_by

NO_SPREAD = "the standard error is 0 (the outcome does not vary, or no one had the event): no interval and no p-value"


@dataclass(frozen=True, slots=True, eq=False)
class WeightedEffect:
    """One effect of treatment, treated against controls, under weights.

    Attributes
    ----------
    measure : "difference of means", "risk difference", "log risk ratio", "log odds ratio", "log hazard ratio" or
        "RMST difference".
    estimate : on that scale.
    std_error : with the estimation of the weights counted (M-estimation).
    std_error_fixed : as if the weights were known.
    low, high, z, p_value : from ``std_error`` and the normal distribution; NaN where it is 0, see ``message``.
    treated, control : weighted mean, risk or RMST of each group; None for a hazard ratio.
    treated_std_error, control_std_error : theirs, as ``std_error``.
    level : of the limits.
    estimand, population, method, effective_sample_size : of the weights, as in the model.
    n : subjects with weight above 0.
    message : empty when all is well.
    influence : (n rows,) what each subject adds to the estimate; the sum of squares is ``std_error`` squared.
    """

    measure: str
    estimate: float
    std_error: float
    std_error_fixed: float
    low: float
    high: float
    z: float
    p_value: float
    treated: float | None
    control: float | None
    treated_std_error: float | None
    control_std_error: float | None
    level: float
    estimand: str
    population: str
    method: str
    effective_sample_size: tuple[float, float]
    n: int
    message: str
    influence: Floats = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class WeightedDifferences:
    """Differences of weighted survival, treated less controls, at k times; arrays are (k,) unless said.

    Attributes are those of :class:`WeightedEffect`, with ``times``; ``influence`` is (n rows, k).
    """

    measure: str
    times: Floats
    estimate: Floats
    std_error: Floats
    std_error_fixed: Floats
    low: Floats
    high: Floats
    z: Floats
    p_value: Floats
    treated: Floats
    control: Floats
    treated_std_error: Floats
    control_std_error: Floats
    level: float
    estimand: str
    population: str
    method: str
    effective_sample_size: tuple[float, float]
    n: int
    message: str
    influence: Floats = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Inference:
    """Standard errors and what follows from them, for k estimates (k,)."""

    std_error: Floats
    fixed: Floats
    low: Floats
    high: Floats
    z: Floats
    p_value: Floats
    influence: Floats  # (n, k)
    message: str


def infer(
    estimate: Floats, slope: Floats, model: WeightModel, level: float, cluster: ArrayLike | None, size: Floats
) -> Inference:
    """Inference on ``estimate`` (k,) with derivatives ``slope`` (n, k) in the weights.

    ``size`` (k,) is the magnitude of what was subtracted: a standard error within rounding of it is 0.
    """
    moved, known = moved_by(model, slope)
    error = spread(moved, cluster)
    error[error <= 1e-12 * size] = 0.0
    fixed = spread(known, cluster)
    fixed[fixed <= 1e-12 * size] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(error > 0, estimate / error, np.nan)
    half = np.where(error > 0, critical_value(level) * error, np.nan)
    p = np.array([two_sided_p(v) for v in z.tolist()])
    message = NO_SPREAD if np.any(error == 0) else ""
    return Inference(error, fixed, estimate - half, estimate + half, z, p, moved, message)


def spread(moved: Floats, cluster: ArrayLike | None) -> Floats:
    """Root of the sum of squared influences (k,), summed within clusters first."""
    if cluster is not None:
        labels, code = as_codes("cluster", cluster, moved.shape[0])
        if labels.size < 2:
            raise ValueError("cluster holds one label only: a variance needs at least two clusters")
        moved = np.column_stack([np.bincount(code, column, labels.size) for column in moved.T])
    return np.asarray(np.sqrt(np.sum(moved**2, axis=0)))


def one_effect(
    measure: str,
    estimate: float,
    slope: Floats,
    model: WeightModel,
    level: float,
    cluster: ArrayLike | None,
    arms: tuple[float, Floats, float, Floats] | None,
    size: float = 1.0,
) -> WeightedEffect:
    """A record from an estimate and its derivatives (n,); ``arms`` holds each group's value and derivatives."""
    found = infer(np.array([estimate]), slope[:, None], model, level, cluster, np.array([size]))
    errors: tuple[float | None, float | None] = (None, None)
    if arms is not None:
        first, second = (float(spread(moved_by(model, d[:, None])[0], cluster)[0]) for d in (arms[1], arms[3]))
        errors = (first, second)
    return WeightedEffect(
        measure=measure,
        estimate=float(estimate),
        std_error=float(found.std_error[0]),
        std_error_fixed=float(found.fixed[0]),
        low=float(found.low[0]),
        high=float(found.high[0]),
        z=float(found.z[0]),
        p_value=float(found.p_value[0]),
        treated=None if arms is None else float(arms[0]),
        control=None if arms is None else float(arms[2]),
        treated_std_error=errors[0],
        control_std_error=errors[1],
        level=level,
        estimand=model.estimand,
        population=model.population,
        method=model.method,
        effective_sample_size=model.effective_sample_size,
        n=int(np.count_nonzero(model.weight)),
        message="; ".join(text for text in (model.message, found.message) if text),
        influence=found.influence[:, 0],
    )
