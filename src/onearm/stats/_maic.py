"""Matching-adjusted indirect comparison: a trial's patients weighted to a published population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._entropy import tilt
from ._entropy_balance import as_moments, as_tolerance, spread_over
from ._input import Floats
from ._weights import as_covariates


@dataclass(frozen=True, slots=True, eq=False)
class Maic:
    """Weights of the n patients of a trial, k constraints.

    Attributes
    ----------
    weight : (n,) exp(coef'(x - target)), as in the analysis. Not to be used unless ``converged``.
    rescaled : (n,) the same with mean 1, as shown: above 1 a patient counts more than in the trial.
    coef : (k,) log weight by unit of each column; 0 for a column that follows from others.
    means, target : (k,) weighted means of the columns, and what they were to be.
    columns : (k,) what each is: "column 0", "square of column 0", "column 0 at or below its median".
    imbalance : largest distance of a mean from its target, in standard deviations of the column.
    effective_sample_size : (sum w)^2 / sum w^2.
    reduction : share of the n patients that it lacks, 1 - effective_sample_size / n.
    population : whom the estimate is about: the comparator's population.
    iterations, converged, message : how it went; ``message`` says why there is no solution.
    """

    weight: Floats
    rescaled: Floats
    coef: Floats
    means: Floats
    target: Floats
    columns: tuple[str, ...]
    imbalance: float
    effective_sample_size: float
    reduction: float
    population: str
    iterations: int
    converged: bool
    message: str


def maic(
    x: ArrayLike,
    target_means: ArrayLike,
    target_sds: ArrayLike | None = None,
    target_medians: ArrayLike | None = None,
    *,
    tolerance: float = 1e-8,
) -> Maic:
    """Weights under which a trial's patients have the published means, SDs and medians of a comparator.

    Weights exp(a'(x_i - t)) with balance at the targets t (Signorovitch et al. 2010,
    doi:10.2165/11538370-000000000-00000), that is entropy balancing to the comparator. A standard deviation is matched
    through the mean of the square, mean^2 + sd^2; a median through half of the weight at or below it.

    *Unanchored* (single-arm trials) the comparison needs every prognostic factor and effect modifier among the
    columns, a strong assumption. *Anchored* (a common comparator) the effect modifiers suffice: weight the whole trial,
    estimate its effect with the weights, and set it against the published one by
    :func:`onearm.stats.indirect.bucher` (NICE TSD 18: Phillippo et al. 2016).

    Parameters
    ----------
    x : (n, p) covariates of the trial, or (n,) for one; a binary one as 0 and 1, its target a proportion.
    target_means, target_sds, target_medians : (p,) published numbers; None or NaN where not matched.
    tolerance : largest distance from a target, in standard deviations of its column.

    Returns
    -------
    Maic
        ``converged`` is False, and ``message`` says why, where no weights reach the targets.

    Raises
    ------
    ValueError
        For bad arrays, lengths that differ, a standard deviation that is not above 0 or has no mean.

    Examples
    --------
    Half of the patients are women, the comparator had 80 %: women count four times as much as men.

    >>> fit = maic([0, 0, 1, 1], [0.8])
    >>> fit.rescaled.round(9).tolist(), round(fit.effective_sample_size, 6)
    ([0.4, 0.4, 1.6, 1.6], 2.941176)
    """
    columns = as_covariates("x", x)
    moments = as_moments(columns, target_means, target_sds, target_medians)
    n = columns.shape[0]
    at = tilt(moments.columns, moments.target, np.ones(n), as_tolerance(tolerance), moments.names)
    size = spread_over(at)
    rescaled = at.share * n
    return Maic(
        weight=np.exp(at.log_weight) if at.converged else rescaled,
        rescaled=rescaled,
        coef=at.coef,
        means=at.share @ moments.columns,
        target=moments.target,
        columns=tuple(moments.names),
        imbalance=at.imbalance,
        effective_sample_size=size,
        reduction=1 - size / n,
        population="the comparator's",
        iterations=at.iterations,
        converged=at.converged,
        message=at.message,
    )
