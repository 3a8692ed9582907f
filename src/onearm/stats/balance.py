"""Balance of covariates between treated and controls, before and after weighting or matching.

Means, variances and distribution functions take the weights; the denominator of a standardized
difference never does, so that it stays the same before and after (Stuart 2010, doi:10.1214/09-STS313).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._balance_distance import energy_distance, mahalanobis_of_means
from ._balance_groups import DENOMINATORS, Groups, both_groups, moderate, ratio, standardized, weighted_groups
from ._balance_record import BalanceTable, EcdfDifferences
from ._balance_table import group_moments
from ._input import Bools, Floats, as_choice, as_weights
from ._plain_matrix import plain_matrix

_PLAIN = 1e-40  # weights above it, and below its inverse, need no closer look

__all__ = [
    "BalanceTable",
    "EcdfDifferences",
    "balance_table",
    "ecdf_differences",
    "energy_distance",
    "ks_statistics",
    "mahalanobis_of_means",
    "standardized_differences",
    "variance_ratios",
]


def standardized_differences(
    x: ArrayLike, treated: ArrayLike, weight: ArrayLike | None = None, denominator: str = "treated"
) -> Floats:
    """Difference in (weighted) means, treated less control, in standard deviations of the raw sample.

    Parameters
    ----------
    x : (n, p) covariates; a column of 0 and 1 has standard deviation sqrt(p (1 - p)).
    treated : (n,) 1 = treated, 0 = control.
    weight : (n,) weights; None for ones.
    denominator : "treated" (SD of the treated, for the effect in the treated), "pooled"
        (sqrt((s1^2 + s0^2) / 2)) or "all" (SD of everyone); always from the unweighted sample.

    Returns
    -------
    (p,) differences; 0 where the means agree and infinite where they differ without any spread.

    Raises
    ------
    ValueError
        For bad arrays, an empty group or an unknown denominator.

    Examples
    --------
    Treated 1, 2, 3 against 2, 4, 6: (2 - 4) / 1, and over sqrt((1 + 4) / 2).

    >>> z = [1, 1, 1, 0, 0, 0]
    >>> standardized_differences([1, 2, 3, 2, 4, 6], z).round(6).tolist()
    [-2.0]
    >>> standardized_differences([1, 2, 3, 2, 4, 6], z, denominator="pooled").round(6).tolist()
    [-1.264911]
    """
    as_choice("denominator", denominator, DENOMINATORS)
    g = Groups.make(x, treated, weight)
    ones = np.ones(g.treated.size)
    if denominator == "treated":
        variance = g.variance(g.treated, ones)
    elif denominator == "pooled":
        variance = (g.variance(g.treated, ones) + g.variance(~g.treated, ones)) / 2
    else:
        variance = g.variance(ones > 0, ones)
    return standardized(g.difference(), variance, np.max(np.abs(g.x), axis=0))


def variance_ratios(x: ArrayLike, treated: ArrayLike, weight: ArrayLike | None = None) -> Floats:
    """Weighted variance of the treated over that of the controls, by covariate.

    Variances are sum w (x - m)^2 / (W - sum w^2 / W), W the sum of weights, and p (1 - p) for columns
    of 0 and 1, where the ratio says nothing the means do not.

    Returns
    -------
    (p,) ratios; infinite where only the controls do not vary, 1 where neither group varies.

    Raises
    ------
    ValueError
        For bad arrays or an empty group.

    Examples
    --------
    >>> variance_ratios([1, 2, 3, 2, 4, 6], [1, 1, 1, 0, 0, 0]).round(6).tolist()
    [0.25]
    """
    g = Groups.make(x, treated, weight)
    return ratio(g.variance(g.treated, g.weight), g.variance(~g.treated, g.weight))


def ks_statistics(x: ArrayLike, treated: ArrayLike, weight: ArrayLike | None = None) -> Floats:
    """Largest vertical distance between the weighted distribution functions of the two groups.

    Returns
    -------
    (p,) Kolmogorov-Smirnov statistics in 0..1; the difference in proportions for a 0/1 column.

    Raises
    ------
    ValueError
        For bad arrays or an empty group.

    Examples
    --------
    >>> ks_statistics([1, 2, 3, 2, 4, 6], [1, 1, 1, 0, 0, 0]).round(6).tolist()
    [0.666667]
    """
    return ecdf_differences(x, treated, weight).largest


def ecdf_differences(x: ArrayLike, treated: ArrayLike, weight: ArrayLike | None = None) -> EcdfDifferences:
    """How far apart the weighted distribution functions of the two groups are, on average and at most.

    The average is taken over the distinct values of the covariate, those of rows without weight included, as MatchIt
    does (Ho, Imai, King & Stuart 2011, doi:10.18637/jss.v042.i08); for a column with one or two distinct values both
    numbers are the difference in proportions.

    Returns
    -------
    EcdfDifferences
        ``mean`` and ``largest``, each (p,) in 0..1; the second is the Kolmogorov-Smirnov statistic.

    Raises
    ------
    ValueError
        For bad arrays or an empty group.

    Examples
    --------
    Distances 1/3, 1/3, 2/3, 1/3 and 0 at the values 1, 2, 3, 4 and 6.

    >>> ecdf_differences([1, 2, 3, 2, 4, 6], [1, 1, 1, 0, 0, 0]).mean.round(6).tolist()
    [0.333333]
    """
    g = Groups.make(x, treated, weight)
    signed = g.signed()
    mean, largest = np.empty(g.x.shape[1]), np.empty(g.x.shape[1])
    for j, column in enumerate(g.x.T):
        order = np.argsort(column, kind="stable")
        ends = np.r_[np.diff(column[order]) > 0, True]
        apart = np.abs(np.cumsum(signed[order])[ends])
        apart[-1] = 0.0  # all of both groups lie at or below the largest value
        largest[j] = min(1.0, np.max(apart))
        mean[j] = largest[j] if apart.size <= 2 else np.mean(apart)
    return EcdfDifferences(mean, largest)


def balance_table(
    x: ArrayLike,
    treated: ArrayLike,
    weights: ArrayLike | None = None,
    denominator: str = "treated",
    *,
    raw_binary: bool = False,
) -> BalanceTable:
    """Means, standardized differences and variance ratios of all covariates under several weightings at once.

    One pass over the rows and one matrix product: differences between candidate weightings cost next to nothing.

    Parameters
    ----------
    x : (n, p) covariates.
    treated : (n,) 1 = treated, 0 = control.
    weights : (n, k) a column for each candidate weighting, or (n,) for one; None for the raw sample alone.
    denominator : "treated", "pooled" or "all", as in :func:`standardized_differences`.
    raw_binary : leave the differences of columns of 0 and 1 unstandardized (differences in proportions).

    Returns
    -------
    BalanceTable
        Row 0 of each table is the raw sample, row j the weighting in column j - 1 of ``weights``.

    Raises
    ------
    ValueError
        For bad arrays, an empty group, or a weighting that leaves nobody in a group.

    Examples
    --------
    Treated 1, 2, 3 against 2, 4, 6, and with the control at 2 alone.

    >>> table = balance_table([1, 2, 3, 2, 4, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 0, 0])
    >>> table.standardized.round(6).tolist()
    [[-2.0], [0.0]]
    >>> table.effective_control.tolist()
    [3.0, 1.0]
    """
    as_choice("denominator", denominator, DENOMINATORS)
    matrix = plain_matrix("x", x)
    moderate(matrix)
    z = both_groups(treated, matrix.shape[0])
    w = None if weights is None else _weightings(weights, z)
    above, below, binary = group_moments(matrix, z, w)
    return BalanceTable.of(above, below, binary, denominator, raw_binary)


def _weightings(weights: ArrayLike, treated: Bools) -> Floats:
    """Candidate weightings as a matrix (n, k), each of them checked."""
    w = plain_matrix("weights", weights)
    if w.shape[0] != treated.size:
        raise ValueError(f"weights has {w.shape[0]} rows where {treated.size} are needed")
    mass = np.array([treated, ~treated], dtype=np.float64) @ w
    least, most = w.min(axis=0), w.max(axis=0)
    for j in np.flatnonzero((least < 0) | ~((most > _PLAIN) & (most < 1 / _PLAIN)) | np.any(mass < _PLAIN, axis=0)):
        as_weights(f"weights (column {j})", w[:, j], treated.size)  # says what is wrong, if anything is
        weighted_groups(f"weights (column {j})", w[:, j], treated)
    return w
