"""Weights together with how their estimation moves them: what a variance needs that counts it.

Weights w_i(alpha) depend on parameters alpha that were estimated from the same subjects. An estimate T(w) then has
two ways to depend on subject i, which an M-estimation (stacked sandwich) variance adds up:

    phi_i = w_i D_i + (sum over j of D_j dw_j/dalpha)' A_i,    Var T = sum of phi_i^2,

D_i = dT/dw_i, A_i the influence of subject i on alpha (the inverse Jacobian of alpha's estimating equations times the
subject's term in them). phi_i is the derivative of the whole analysis in a case weight of the subject. Without the
second term the weights are treated as known. (Stefanski & Boos 2002, doi:10.1198/000313002753631330; Lunceford &
Davidian 2004, doi:10.1002/sim.1903; for the Cox model Hajage et al. 2018, doi:10.1002/bimj.201700330.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, as_indicator
from ._weights import POPULATION

_LIGHTEST, _HEAVIEST = 1e-50, 1e40


@dataclass(frozen=True, slots=True, eq=False)
class WeightModel:
    """Weights of n subjects and the q parameters they were made from.

    Attributes
    ----------
    weight : (n,) weights.
    treated : (n,) whether each subject is treated.
    influence : (n, q) what each subject adds to each parameter; q = 0 for weights taken as known.
    derivative : (n, q) how each weight changes with each parameter.
    estimand : "ATT", "ATE", "ATC", "ATO", "ATM", or as named by the caller.
    population : whom the effect is about.
    method : how the weights were made.
    effective_sample_size : (sum w)^2 / sum w^2 in the treated and in the controls.
    message : what was noticed on the way; empty when nothing was.
    """

    weight: Floats
    treated: Bools
    influence: Floats
    derivative: Floats
    estimand: str
    population: str
    method: str
    effective_sample_size: tuple[float, float]
    message: str

    def capped(self, cap: float) -> WeightModel:
        """The same with weights above ``cap`` set to it: a capped weight no longer moves with the parameters.

        Raises
        ------
        ValueError
            For a cap that is not above 0.

        Examples
        --------
        >>> from onearm.stats.weighted_effects import weight_model_known
        >>> weight_model_known([1, 1, 5], [1, 0, 0], estimand="ATT").capped(2).weight.tolist()
        [1.0, 1.0, 2.0]
        """
        if not _LIGHTEST < cap < _HEAVIEST:
            raise ValueError(f"cap must be a positive number, found {cap}")
        over = self.weight > cap
        weight = np.minimum(self.weight, float(cap))
        said = f"{np.count_nonzero(over)} weights above {cap:g} set to it"
        return replace(
            self,
            weight=weight,
            derivative=np.where(over[:, None], 0.0, self.derivative),
            effective_sample_size=by_group(weight, self.treated),
            message="; ".join(part for part in (self.message, said if np.any(over) else "") if part),
        )


def weight_model(
    weight: Floats,
    treated: Bools,
    influence: Floats,
    derivative: Floats,
    *,
    estimand: str,
    method: str,
    population: str = "",
    message: str = "",
) -> WeightModel:
    """A model whose weights can be worked with, or ValueError."""
    for name, group in (("treated subject", treated), ("control", ~treated)):
        heaviest = float(weight[group].max())
        if not _LIGHTEST < heaviest < _HEAVIEST:
            raise ValueError(
                f"treated: the largest weight of a {name} is {heaviest:g}: the groups do not overlap, use fewer or "
                "coarser covariates"
            )
    return WeightModel(
        weight=np.where(weight < _LIGHTEST, 0.0, weight),
        treated=treated,
        influence=influence,
        derivative=derivative,
        estimand=estimand,
        population=population or POPULATION.get(estimand, "as weighted"),
        method=method,
        effective_sample_size=by_group(weight, treated),
        message=message,
    )


def by_group(weight: Floats, treated: Bools) -> tuple[float, float]:
    """Effective sample size of treated and of controls."""
    sizes = [w / w.max() for w in (weight[treated], weight[~treated])]
    first, second = (float(w.sum() ** 2 / (w @ w)) for w in sizes)
    return first, second


def moved_by(model: WeightModel, slope: Floats) -> tuple[Floats, Floats]:
    """phi (n, k) with the estimation of the weights counted, and as if they were known, from D = ``slope`` (n, k)."""
    known = model.weight[:, None] * slope
    return known + model.influence @ (model.derivative.T @ slope), known


def unit_columns(x: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """``x`` (n, p), of any p, centred and scaled under the weights ``rows`` (n,), behind a column of ones.

    The scales (p,) are handed back: SDs, 1 for a column that does not vary.
    """
    share = rows / rows.sum()
    left = x - share @ x
    spread = np.sqrt(share @ left**2)
    unit = np.where(spread > 0, spread, 1.0)
    return np.c_[np.ones(x.shape[0]), left / unit], unit


def same_groups(treated: ArrayLike, model: WeightModel) -> Bools:
    """Who is treated, which must be as in the model."""
    if not isinstance(model, WeightModel):
        raise ValueError("model must be a WeightModel: make one with weight_model_logistic, for instance")
    z = as_indicator("treated", treated, model.treated.size)
    if not np.array_equal(z, model.treated):
        raise ValueError("treated differs from that of the model: rows must be in the same order")
    return z
