"""Optimal full matching on any distances, by the assignment problem.

Sets are stars; together they are the cheapest choice of links in which treated have up to U controls, controls up to V
treated, and everyone has a link. A treated is one required place and U - 1 others, a control one required place and
V - 1 others; a link joins two places, at least one of them required. It costs its distance less what the required
places it fills are worth; whatever does not pay is left out, and the cheapest assignment of places is the answer. A
required place is worth more than any sum of distances, so that as many as possible are filled. Where U is unlimited, a
control left over can join its nearest treated at that distance: that is all its place is worth, and the other places of
treated are not needed. Likewise for treated where V is unlimited.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from ._full_match import FullMatch, as_bounds
from ._full_match_line import Bounds
from ._input import Floats, Ints, as_choice
from ._optimal_input import as_distances, as_reach, strata_of
from ._optimal_matrix import assign
from ._strata import ESTIMANDS, strata_weights

__all__ = ["full_match_matrix"]


def full_match_matrix(
    distance: ArrayLike,
    *,
    min_controls: float = 0,
    max_controls: float = math.inf,
    caliper: float | None = None,
    exact: tuple[ArrayLike, ArrayLike] | None = None,
    estimand: str = "ATT",
) -> FullMatch:
    """Optimal full matching as :func:`full_match`, on given distances instead of a score.

    For distances such as Mahalanobis distances (``mahalanobis(...).matrix()``). Hansen & Klopfer 2006,
    doi:10.1198/106186006X137047; solved as an assignment problem, whose size grows with the bounds: unlimited ones
    are the quickest.

    Parameters
    ----------
    distance : (n1, n0) distances of each treated from each control, not negative; infinite for a pair that is not
        allowed in one set.
    min_controls, max_controls, caliper, exact, estimand : as in :func:`full_match`. With two or more
        ``min_controls`` every treated who can be matched at all has to get them.

    Returns
    -------
    FullMatch
        Sets are numbered by their first treated.

    Raises
    ------
    ValueError
        For missing or negative distances, bounds that contradict each other or cannot be met, a negative caliper,
        an unknown estimand, or a problem too large to hold.

    Examples
    --------
    >>> sets = full_match_matrix([[1, 2, 9], [8, 9, 3]])
    >>> sets.subclass_control.tolist(), sets.distance.tolist()
    ([0, 0, 1], [3.0, 3.0])
    """
    d = as_distances(distance)
    reach, bounds = as_reach(caliper), as_bounds(min_controls, max_controls)
    as_choice("estimand", estimand, ESTIMANDS)
    first, second = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for rows, columns in strata_of(exact, *d.shape):
        i, j = _links(d[np.ix_(rows, columns)], reach, bounds)
        first.append(rows[i])
        second.append(columns[j])
    return _record(d, np.concatenate(first), np.concatenate(second), estimand)


def _links(d: Floats, reach: float, bounds: Bounds) -> tuple[Ints, Ints]:
    """Treated and control of every link, among those with someone in reach."""
    allowed = (d <= reach) & np.isfinite(d)
    rows, columns = np.flatnonzero(allowed.any(axis=1)), np.flatnonzero(allowed.any(axis=0))
    if rows.size == 0:
        return rows, columns
    cost = np.where(allowed, d, np.inf)[np.ix_(rows, columns)]
    i, j = _placed(cost, bounds)
    if bounds.most >= columns.size:
        alone = np.setdiff1d(np.arange(columns.size), j)
        i, j = np.r_[i, cost[:, alone].argmin(axis=0)], np.r_[j, alone]
    if bounds.share >= rows.size:
        alone = np.setdiff1d(np.arange(rows.size), i)
        i, j = np.r_[i, alone], np.r_[j, cost[alone].argmin(axis=1)]
    if bounds.least > 1 and np.bincount(i, minlength=rows.size).min() < bounds.least:
        raise ValueError(
            f"min_controls = {bounds.least} cannot be met for every treated within these distances: "
            "lower it, widen the caliper, or use full_match on a score, which leaves treated out"
        )
    i, j = _pruned(cost, i, j)
    return rows[i], columns[j]


def _placed(cost: Floats, bounds: Bounds) -> tuple[Ints, Ints]:
    """Links between places, without those of subjects left over who join the nearest."""
    n, m = cost.shape
    free = bounds.most >= m, bounds.share >= n
    finite = np.isfinite(cost)
    much = (n + m + 1) * (float(cost[finite].max()) or 1.0)
    worth1 = cost.min(axis=1) if free[1] and bounds.least == 1 else np.full(n, much)
    worth0 = cost.min(axis=0) if free[0] else np.full(m, much)
    places1 = bounds.least if free[0] else min(bounds.most, m)
    places0 = 1 if free[1] else min(bounds.share, n)
    required1 = np.tile(np.arange(places1) < bounds.least, n)
    required0 = np.tile(np.arange(places0) < 1, m)
    value = np.where(required1, np.repeat(worth1, places1), 0)[:, None] + np.where(
        required0, np.repeat(worth0, places0), 0
    )
    net = np.repeat(np.repeat(cost, places1, axis=0), places0, axis=1) - value
    net[(net >= 0) | ~(required1[:, None] | required0)] = 0
    i, j = assign(net)
    kept = net[i, j] < 0
    pairs = np.unique(np.stack([i[kept] // places1, j[kept] // places0]), axis=1)
    return pairs[0], pairs[1]


def _pruned(cost: Floats, i: Ints, j: Ints) -> tuple[Ints, Ints]:
    """Drop links whose both ends have another, the longest first: what is left are stars."""
    degree = np.bincount(i, minlength=cost.shape[0]), np.bincount(j, minlength=cost.shape[1])
    keep = np.ones(i.size, dtype=np.bool_)
    for k in np.argsort(-cost[i, j], kind="stable"):
        if degree[0][i[k]] > 1 and degree[1][j[k]] > 1:
            keep[k] = False
            degree[0][i[k]] -= 1
            degree[1][j[k]] -= 1
    return i[keep], j[keep]


def _record(d: Floats, i: Ints, j: Ints, estimand: str) -> FullMatch:
    """Sets from their links: the centre of a link is its end with more than one."""
    n, m = d.shape
    centre = np.where(np.bincount(i, minlength=n)[i] > 1, i, n + j)
    _, start, code = np.unique(centre, return_index=True, return_inverse=True)
    lowest = np.full(start.size, n, dtype=np.int64)
    np.minimum.at(lowest, code, i)
    number = np.empty(start.size, dtype=np.int64)
    number[np.argsort(lowest, kind="stable")] = np.arange(start.size)
    subclass = np.full(n, -1, dtype=np.int64), np.full(m, -1, dtype=np.int64)
    subclass[0][i] = subclass[1][j] = number[code]
    weight = strata_weights(*subclass, estimand) if i.size else (np.zeros(n), np.zeros(m))
    total = np.asarray(np.bincount(number[code], d[i, j], start.size), dtype=np.float64)
    left = np.flatnonzero(subclass[0] < 0), np.flatnonzero(subclass[1] < 0)
    return FullMatch(*subclass, *weight, total, *left)
