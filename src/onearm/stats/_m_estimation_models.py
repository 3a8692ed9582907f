"""Weight models: a logistic score, and weights taken as known."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import as_choice, as_vector, as_weights
from ._m_estimation import WeightModel, weight_model
from ._m_estimation_score import score_influence
from ._weights import ESTIMANDS, as_covariates, as_groups, balancing_weights, refused_or, slopes
from .logistic import logistic


def weight_model_known(weight: ArrayLike, treated: ArrayLike, *, estimand: str) -> WeightModel:
    """Weights that are taken as known: from matching, from an external score, or by design.

    Variances then hold the weights fixed, ``std_error`` equals ``std_error_fixed``.

    Parameters
    ----------
    weight : (n,) weights, not negative, above 0 somewhere in each group.
    treated : (n,) 1 = treated, 0 = control; both must occur.
    estimand : what the weights estimate, such as "ATT".

    Returns
    -------
    WeightModel

    Raises
    ------
    ValueError
        For bad weights, a group without weight, or no word for the estimand.

    Examples
    --------
    >>> weight_model_known([1, 1, 2, 0], [1, 1, 0, 0], estimand="ATT").effective_sample_size
    (2.0, 1.0)
    """
    w = as_vector("weight", weight)
    w = as_weights("weight", w, w.size)
    z = as_groups(treated, w.size)
    for name, group in (("treated subject", z), ("control", ~z)):
        if not w[group].max() > 0:
            raise ValueError(f"weight is zero for every {name}: nothing is left to compare")
    if not (isinstance(estimand, str) and estimand):
        raise ValueError("estimand must say in a word what the weights estimate, such as ATT")
    none = np.zeros((w.size, 0))
    return weight_model(w, z, none, none, estimand=estimand, method="weights taken as known")


def weight_model_logistic(
    x: ArrayLike,
    treated: ArrayLike,
    *,
    estimand: str = "ATT",
    penalty: float = 0.0,
    firth: bool = False,
    stabilized: bool = False,
) -> WeightModel:
    """Weights from a score by logistic regression, with the influence of each subject on them.

    Subject i moves the coefficients by J^-1 psi_i, psi_i its term in the estimating equations of the score, ridge and
    Firth penalties included, and J their Jacobian (Lunceford & Davidian 2004, doi:10.1002/sim.1903).

    Parameters
    ----------
    x : (n, p) covariates, or (n,) for one.
    treated : (n,) 1 = treated, 0 = control; both must occur.
    estimand : "ATT", "ATE", "ATC", "ATO" or "ATM".
    penalty, firth : ridge penalty, or Firth's, as for :func:`onearm.stats.logistic.logistic`.
    stabilized : for "ATE", weights times the share of the group, whose estimation is counted as well.

    Returns
    -------
    WeightModel
        Matching weights have a kink at a score of one half, where the derivative from the lower side is taken as 0.

    Raises
    ------
    ValueError
        For bad arrays, an unknown estimand, groups that the covariates separate, or weights that are not finite.

    Examples
    --------
    One binary covariate: 1 of 4 treated where it is 0, 3 of 4 where it is 1, so that odds are 1/3 and 3.

    >>> model = weight_model_logistic([0] * 4 + [1] * 4, [1, 0, 0, 0, 1, 1, 1, 0])
    >>> model.weight.round(6).tolist()
    [1.0, 0.333333, 0.333333, 0.333333, 1.0, 1.0, 1.0, 3.0]
    """
    columns = as_covariates("x", x)
    z = as_groups(treated, columns.shape[0])
    as_choice("estimand", estimand, ESTIMANDS)
    if stabilized and estimand != "ATE":
        raise ValueError(f"stabilized weights are those of the ATE, found estimand {estimand!r}")
    fit = logistic(columns, z, penalty=penalty, firth=firth)
    if fit.separated:
        raise ValueError(f"x: {fit.message}")
    design, influence = score_influence(columns, z, fit, penalty, firth)
    odds = fit.linear_predictor
    e, left = 1 / (1 + np.exp(-np.clip(odds, -700, 700))), 1 / (1 + np.exp(np.clip(odds, -700, 700)))
    weight = refused_or(estimand, balancing_weights(estimand, e, left, z), z)
    derivative = slopes(estimand, e, left, z)[:, None] * design
    if stabilized:
        share = float(z.mean())
        own, sign = np.where(z, share, 1 - share), np.where(z, 1.0, -1.0)
        derivative = np.c_[own[:, None] * derivative, sign * weight]
        influence = np.c_[influence, (z - share) / z.size]
        weight = own * weight
    return weight_model(
        weight,
        z,
        influence,
        derivative,
        estimand=estimand,
        message=fit.message,
        method=_method(penalty, firth, stabilized),
    )


def _method(penalty: float, firth: bool, stabilized: bool) -> str:
    """How the weights were made, in words."""
    held = " with Firth's penalty" if firth else f" with ridge penalty {penalty:g}" if penalty else ""
    return f"score by logistic regression{held}" + (", stabilized" if stabilized else "")
