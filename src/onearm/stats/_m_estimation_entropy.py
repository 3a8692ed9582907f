"""Weight models from means: entropy balancing and MAIC."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._entropy import Tilt, tilt
from ._entropy_balance import as_moments, as_tolerance
from ._input import Bools, Floats, as_choice
from ._m_estimation import WeightModel, unit_columns, weight_model
from ._weights import as_covariates, as_groups

TOTALS = ("population", "group")


def weight_model_entropy(
    x: ArrayLike, treated: ArrayLike, *, estimand: str = "ATT", total: str = "population", tolerance: float = 1e-8
) -> WeightModel:
    """Entropy balancing of groups to a population, with the influence of each subject on the weights.

    Each group that is not the population itself has weights exp(a'(1, x_i)) with sum of w (1, x) = that of the
    population (ATT: the treated, ATC: the controls, ATE: everyone). These are the estimating equations, J = sum of
    w (1, x)(1, x)' over the group, and subject i adds J^-1 times its own terms to the right less those to the left.
    Means of the population are estimates too, and are counted.

    Parameters
    ----------
    x : (n, p) covariates and whatever else is to be balanced (squares, products), or (n,) for one.
    treated : (n,) 1 = treated, 0 = control; both must occur.
    estimand : "ATT", "ATC" or "ATE".
    total : "population": the weights of a group add up to the size of the population, as those from a score do;
        "group": to its own size. It matters to hazard ratios only.
    tolerance : as for :func:`onearm.stats.weighting.entropy_balance`.

    Returns
    -------
    WeightModel

    Raises
    ------
    ValueError
        For bad arrays, or where no weights reach the means, with the reason.

    Examples
    --------
    >>> model = weight_model_entropy([0, 0, 1, 0, 1, 1], [0, 0, 0, 1, 1, 1])
    >>> model.weight.round(9).tolist()
    [0.5, 0.5, 2.0, 1.0, 1.0, 1.0]
    """
    columns = as_covariates("x", x)
    z = as_groups(treated, columns.shape[0])
    as_choice("estimand", estimand, ("ATT", "ATC", "ATE"))
    as_choice("total", total, TOTALS)
    close = as_tolerance(tolerance)
    population = {"ATT": z, "ATC": ~z, "ATE": np.ones(z.size, dtype=np.bool_)}[estimand]
    weight, said = np.ones(z.size), []
    influence, derivative = [], []
    for group in (z, ~z):
        if np.array_equal(group, population):
            continue
        at = _reached(columns[group], columns[population].mean(axis=0), close)
        said.append(at.message)
        size = float(np.count_nonzero(population if total == "population" else group))
        weight[group] = at.share * size
        parts = _balance_influence(columns[:, at.kept], group, population, weight, total)
        influence.append(parts[0])
        derivative.append(parts[1])
    message = "; ".join(dict.fromkeys(text for text in said if text))
    method = f"entropy balancing, weights of a group add up to the size of the {total}"
    moves = np.hstack(influence), np.hstack(derivative)
    return weight_model(weight, z, *moves, estimand=estimand, method=method, message=message)


def _reached(x: Floats, target: Floats, tolerance: float) -> Tilt:
    """Weights that reach the target, or ValueError."""
    moments = as_moments(x, target, None, None)
    at = tilt(x, target, np.ones(x.shape[0]), tolerance, moments.names)
    if not at.converged:
        raise ValueError(f"x: {at.message}")
    return at


def _balance_influence(x: Floats, group: Bools, population: Bools, weight: Floats, total: str) -> tuple[Floats, Floats]:
    """Influences on the parameters of one group's weights, and the derivatives of the weights (n, q) each."""
    design = unit_columns(x, np.where(group, weight, 0.0))[0]
    derivative = np.where(group, weight, 0.0)[:, None] * design
    if total == "population":
        terms = population[:, None] * design - derivative
    else:
        mean = design[population].mean(axis=0)
        ratio = np.count_nonzero(group) / np.count_nonzero(population)
        terms = ratio * population[:, None] * (design - mean) + group[:, None] * mean - derivative
    jacobian = design[group].T @ derivative[group]
    return terms @ np.linalg.pinv(jacobian, hermitian=True), derivative


def weight_model_maic(
    x: ArrayLike,
    treated: ArrayLike,
    target_means: ArrayLike,
    target_sds: ArrayLike | None = None,
    target_medians: ArrayLike | None = None,
    *,
    tolerance: float = 1e-8,
) -> WeightModel:
    """MAIC weights of a trial beside a comparator whose (reconstructed) subjects have weight 1.

    The published targets are taken as known numbers, those of the comparator's population; the trial's weights
    exp(a'(x_i - t)) are not scaled. Their estimation is counted: subject i moves a by -J^-1 w_i (x_i - t), J = sum of
    w (x - t)(x - t)'.

    Parameters
    ----------
    x : (n1, p) covariates of the trial's subjects, in their order among ``treated``.
    treated : (n,) 1 = subject of the trial, 0 = of the comparator.
    target_means, target_sds, target_medians, tolerance : as for :func:`onearm.stats.weighting.maic`.

    Returns
    -------
    WeightModel
        For the ATC: the effect in the comparator's population.

    Raises
    ------
    ValueError
        For bad arrays, another number of rows than trial subjects, or where no weights reach the targets.

    Examples
    --------
    >>> weight_model_maic([0, 0, 1, 1], [1, 1, 1, 1, 0], [0.8]).weight.round(6).tolist()
    [0.329877, 0.329877, 1.319508, 1.319508, 1.0]
    """
    z = as_groups(treated)
    columns = as_covariates("x", x, int(np.count_nonzero(z)))
    moments = as_moments(columns, target_means, target_sds, target_medians)
    at = tilt(moments.columns, moments.target, np.ones(columns.shape[0]), as_tolerance(tolerance), moments.names)
    if not at.converged:
        raise ValueError(f"x: {at.message}")
    w = np.exp(at.log_weight)
    centred = (moments.columns - moments.target)[:, at.kept]
    centred = centred / np.where(
        np.abs(centred).max(axis=0, initial=0.0) > 0, np.abs(centred).max(axis=0, initial=0.0), 1
    )
    jacobian = centred.T @ (w[:, None] * centred)
    weight, influence = np.ones(z.size), np.zeros((z.size, centred.shape[1]))
    derivative = np.zeros_like(influence)
    weight[z] = w
    derivative[z] = w[:, None] * centred
    influence[z] = -derivative[z] @ np.linalg.pinv(jacobian, hermitian=True)
    return weight_model(
        weight,
        z,
        influence,
        derivative,
        estimand="ATC",
        population="the comparator's",
        method="matching-adjusted indirect comparison, published targets taken as known",
        message=at.message,
    )
