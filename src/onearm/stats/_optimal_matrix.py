"""Optimal pairs on any distances, by the assignment problem.

``scipy.optimize`` costs 0.4 s to import and is needed here alone, so it is imported where it is used.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, Ints
from ._nearest import Pairs
from ._optimal import as_pairs
from ._optimal_input import as_distances, as_reach, as_whole, strata_of

__all__ = ["optimal_pairs_matrix"]

_MOST_CELLS = 200_000_000


def optimal_pairs_matrix(
    distance: ArrayLike,
    *,
    caliper: float | None = None,
    ratio: int = 1,
    exact: tuple[ArrayLike, ArrayLike] | None = None,
) -> Pairs:
    """Pair treated subjects with controls so that given distances add up to as little as possible.

    As :func:`optimal_pairs`, for distances that are not differences of one score, such as Mahalanobis distances
    (``mahalanobis(...).matrix()``): as many treated as possible, then as many pairs, then the least sum
    (Rosenbaum 1989, doi:10.1080/01621459.1989.10478868; the assignment problem is solved by SciPy).

    Parameters
    ----------
    distance : (n1, n0) distances of each treated from each control, not negative; infinite for a pair that is not
        allowed.
    caliper : largest distance allowed, its end included; None for any.
    ratio : controls wanted for each treated; fewer where there are not enough.
    exact : labels of the treated and of the controls that have to agree within a pair.

    Returns
    -------
    Pairs

    Raises
    ------
    ValueError
        For missing or negative distances, a negative caliper, a ratio below 1, or a problem too large to hold.

    Examples
    --------
    >>> pairs = optimal_pairs_matrix([[1, 2], [1, 9]])
    >>> pairs.control.tolist(), pairs.distance.tolist()
    ([1, 0], [2.0, 1.0])
    """
    d = as_distances(distance)
    reach, wanted = as_reach(caliper), as_whole("ratio", ratio, 1)
    first, second = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for rows, columns in strata_of(exact, *d.shape):
        i, j = _assigned(d[np.ix_(rows, columns)], reach, min(wanted, columns.size))
        first.append(rows[i])
        second.append(columns[j])
    i, j = np.concatenate(first), np.concatenate(second)
    return as_pairs(i, j, d[i, j], d.shape[0])


def _assigned(d: Floats, reach: float, wanted: int) -> tuple[Ints, Ints]:
    """Rows and columns of the pairs.

    A pair that is allowed earns a bonus larger than any sum of distances, twice that for a first control; one that is
    not allowed costs nothing and is struck out afterwards. Where everyone is served anyhow there is no bonus, and
    nothing is lost to rounding beside a large number.
    """
    n, m = d.shape
    allowed = (d <= reach) & np.isfinite(d)
    bonus = np.zeros(n * wanted)
    if not allowed.all() or (wanted > 1 and n * wanted > m):
        largest = float(d[allowed].max(initial=0.0))
        bonus = np.tile(np.r_[2.0, np.ones(wanted - 1)], n) * (n * wanted + 1) * (largest or 1.0)
    cost = np.where(np.repeat(allowed, wanted, axis=0), np.repeat(d, wanted, axis=0), bonus[:, None]) - bonus[:, None]
    i, j = assign(cost)
    i = i // wanted
    kept = allowed[i, j]
    return i[kept], j[kept]


def assign(cost: Floats) -> tuple[Ints, Ints]:
    """Rows and columns of the cheapest assignment of all rows, or of all columns where these are fewer."""
    if cost.size > _MOST_CELLS:
        shape = f"{cost.shape[0]} x {cost.shape[1]}"
        raise ValueError(f"distance leads to a table of {shape}, too large: split it with exact, or use a score")
    from scipy.optimize import linear_sum_assignment

    i, j = linear_sum_assignment(cost)
    return np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
