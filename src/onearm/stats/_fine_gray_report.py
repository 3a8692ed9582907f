"""From the maximum of the Fine-Gray likelihood to the record: units, tests, limits, words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._cox_shared import LogLikelihood, chi_square, fit_message, quadratic, standard_errors, unscaled
from ._distributions import critical_value, two_sided_p
from ._fine_gray_fit import FineGrayFit
from ._fine_gray_likelihood import SubdistributionPoint
from ._fine_gray_sets import SubdistributionSets
from ._input import Bools, Floats, Ints
from ._newton import Maximum


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """A fit on standardized columns: column j is (x_j - centre_j) / unit_j; ``free`` ones were estimable."""

    sets: SubdistributionSets
    free: Bools
    unit: Floats
    centre: Floats
    null: SubdistributionPoint
    top: Maximum[SubdistributionPoint]
    inverse: Floats
    sandwich: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What was asked for, and how the rows ended."""

    of: int
    causes: Ints
    censored: int
    time: Floats
    function: Callable[[Floats], Floats] | None
    n_varying: int
    variance: str
    level: float


def report(fit: Pieces, setting: Setting) -> FineGrayFit:
    """The record, in the units of the covariates."""
    free, top, sets = fit.free, fit.top, fit.sets
    used = fit.inverse if fit.sandwich is None else fit.sandwich
    runaway = np.zeros(free.size, dtype=np.bool_)
    runaway[free] = top.runaway
    coef = np.full(free.size, np.nan)
    coef[free] = top.b
    coef /= fit.unit
    error = standard_errors(fit.inverse, free, fit.unit, runaway)
    robust_error = None if fit.sandwich is None else standard_errors(fit.sandwich, free, fit.unit, runaway)
    shown = error if robust_error is None else robust_error
    known = ~runaway & (shown > 0)
    z = np.full(free.size, np.nan)
    z[known] = coef[known] / shown[known]
    half = np.where(known, critical_value(setting.level) * shown, np.nan)
    message = fit_message(free, runaway, top)
    df = int(free.sum())
    return FineGrayFit(
        coef=coef,
        std_error=error,
        robust_std_error=robust_error,
        covariance=unscaled(used, free, fit.unit),
        model_covariance=unscaled(fit.inverse, free, fit.unit),
        low=coef - half,
        high=coef + half,
        z=z,
        p_value=np.array([two_sided_p(v) for v in z]),
        log_likelihood=LogLikelihood(fit.null.value, top.point.value),
        wald=chi_square(quadratic(top.b, used), df),
        score=chi_square(quadratic(fit.null.score, fit.null.information), df),
        likelihood_ratio=chi_square(2 * (top.point.value - fit.null.value), df),
        iterations=top.iterations,
        converged=not message,
        message=message,
        robust=fit.sandwich is not None,
        variance=setting.variance,
        ties="breslow",
        level=setting.level,
        of=setting.of,
        causes=tuple(setting.causes.tolist()),
        n=sets.own.size,
        events=int(sets.own.sum()),
        competing=sets.competing.size,
        censored=setting.censored,
        time=setting.time,
        centred_steps=top.point.log_hazard,
        centre=np.where(free, fit.centre, 0.0),
        function=setting.function,
        n_varying=setting.n_varying,
    )
