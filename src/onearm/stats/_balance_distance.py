"""Distances between two weighted groups over all covariates at once.

With s the weights scaled to sum to 1 over the treated and to -1 over the controls, the energy distance is one
quadratic form,

    E = 2 sum_ij p_i q_j |x_i - x_j| - sum_ii' p_i p_i' |x_i - x_i'| - sum_jj' q_j q_j' |x_j - x_j'| = - s' D s,

summed over blocks of D on and above its diagonal. Squared distances come from one matrix product,
|a|^2 + |b|^2 - 2 a b; where that loses digits, as the points all but coincide, they are taken from the differences.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from ._balance_groups import Groups
from ._input import Floats, Ints
from ._newton import estimable

_BLOCK = 256
_CLOSE = 1e-4  # share of |a|^2 + |b|^2 below which a squared distance is taken from the differences


def energy_distance(x: ArrayLike, treated: ArrayLike, weight: ArrayLike | None = None) -> float:
    """How different the joint distributions of the covariates are in the two weighted groups.

    2 E|X - Y| - E|X - X'| - E|Y - Y'| with X from the treated and Y from the controls, Euclidean distances between
    covariates divided by their standard deviation in the raw sample (Szekely & Rizzo 2013,
    doi:10.1016/j.jspi.2013.03.018; as a measure of balance Huling & Mak 2024, doi:10.1515/jci-2022-0029). It is 0 only
    where the distributions are the same; a difference in any moment or correlation raises it.

    All pairs of rows with weight are visited, in blocks: memory stays small, but time grows with their square (about a
    second for 10,000 rows, a hundred for 100,000). Constant covariates add nothing.

    Parameters
    ----------
    x : (n, p) covariates.
    treated : (n,) 1 = treated, 0 = control.
    weight : (n,) weights; None for ones.

    Returns
    -------
    float
        Not negative.

    Raises
    ------
    ValueError
        For bad arrays, an empty group, or covariates that are all constant.

    Examples
    --------
    Points 0 and 1 against 0 and 1 again; then 0 and 0 against 1 and 1, two standard deviations of 1/2 apart.

    >>> energy_distance([0, 1, 0, 1], [1, 1, 0, 0])
    0.0
    >>> round(energy_distance([0, 0, 1, 1], [1, 1, 0, 0]), 6)
    4.0
    """
    g = Groups.make(x, treated, weight)
    ones = np.ones(g.treated.size)
    sd = np.sqrt(np.maximum(g.variance(ones > 0, ones), 0.0))
    varies = sd > 1e-12 * np.max(np.abs(g.x), axis=0)
    if not np.any(varies):
        raise ValueError("x is constant in every column: there is no distance to measure")
    return _energy(g.x[:, varies] / sd[varies], g.signed())


def mahalanobis_of_means(x: ArrayLike, treated: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Distance between the two weighted mean vectors, in standard deviations, correlations allowed for.

    sqrt(d' S^-1 d), d the difference in weighted means and S the covariance within the groups of the raw sample, pooled
    over n - 2 (Mahalanobis 1936; Rubin 1980, doi:10.2307/2529981).

    Returns
    -------
    float
        Not negative.

    Raises
    ------
    ValueError
        For bad arrays, an empty group, or a column that is constant or a combination of others within the groups.

    Examples
    --------
    Means 2 and 4, pooled variance (2 + 8) / 4.

    >>> round(mahalanobis_of_means([1, 2, 3, 2, 4, 6], [1, 1, 1, 0, 0, 0]), 6)
    1.264911
    """
    g = Groups.make(x, treated, weight)
    covariance = _within_covariance(g.x, [np.flatnonzero(g.treated), np.flatnonzero(~g.treated)])
    scale = np.sqrt(np.diag(covariance))
    d = g.difference() / scale
    return math.sqrt(max(0.0, float(d @ np.linalg.solve(covariance / np.outer(scale, scale), d))))


def _energy(x: Floats, signed: Floats) -> float:
    """-s' D s for points ``x`` (n, p) and signed weights (n,)."""
    used = signed != 0
    x, s = x[used] - x[used].mean(axis=0), signed[used]
    square = np.einsum("ij,ij->i", x, x)
    total = 0.0
    for low in range(0, s.size, _BLOCK):
        high = min(low + _BLOCK, s.size)
        for left in range(low, s.size, 8 * _BLOCK):
            right = min(left + 8 * _BLOCK, s.size)
            distance = _distances(x[low:high], x[left:right], square[low:high], square[left:right])
            if left == low:  # the block on the diagonal holds its pairs twice, the others once
                distance[:, : high - low] *= 0.5
            total += float(s[low:high] @ distance @ s[left:right])
    return max(0.0, -2.0 * total)


def _distances(a: Floats, b: Floats, square_a: Floats, square_b: Floats) -> Floats:
    """|a_i - b_j|"""
    size = square_a[:, None] + square_b
    distance: Floats = size - 2.0 * (a @ b.T)
    i, j = np.nonzero(distance <= _CLOSE * size)
    if i.size:
        distance[i, j] = np.sum((a[i] - b[j]) ** 2, axis=1)
    return np.sqrt(distance, out=distance)


def _within_covariance(x: Floats, rows: list[Ints]) -> Floats:
    """Pooled covariance within the groups, ``rows`` their row numbers; refused where it has no inverse."""
    total = np.zeros((x.shape[1], x.shape[1]))
    for part in rows:
        off = x[part] - x[part].mean(axis=0)
        total += off.T @ off
    scale = np.einsum("ij,ij->j", x - x.mean(axis=0), x - x.mean(axis=0))
    size = np.maximum(np.max(np.abs(x), axis=0), 1e-300)
    whole = (scale > 1e-24 * x.shape[0] * size**2) & (np.diag(total) > 1e-18 * scale)
    if np.all(whole):
        root = np.sqrt(np.diag(total))
        whole = estimable(total / np.outer(root, root), np.ones(root.size))
    if not np.all(whole):
        j = int(np.flatnonzero(~whole)[0])
        raise ValueError(
            f"x has a column {j} that is constant within the groups or a combination of the columns before it: drop it"
        )
    return np.asarray(total / max(1, x.shape[0] - len(rows)))
