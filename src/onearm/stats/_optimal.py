"""Optimal pairs on one score: the least total distance there is."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, Ints
from ._nearest import Pairs
from ._optimal_input import as_reach, as_scores, as_whole, strata_of
from ._optimal_line import line_pairs

__all__ = ["optimal_pairs"]


def optimal_pairs(
    score_treated: ArrayLike,
    score_control: ArrayLike,
    *,
    caliper: float | None = None,
    ratio: int = 1,
    exact: tuple[ArrayLike, ArrayLike] | None = None,
) -> Pairs:
    """Pair treated subjects with controls so that the distances add up to as little as possible.

    Every control serves once. First as many treated as possible get a control, then there are as many
    pairs as possible (the three never conflict), then the sum of the distances is the least: exactly, not by
    the order in which subjects are served (Rosenbaum 1989, doi:10.1080/01621459.1989.10478868). On a
    score optimal pairs need not cross and each treated can only use a short run of controls, which
    makes the search quick.

    Several pairings may share the least sum. The one given depends on the scores alone, not on the
    order of the rows; subjects with equal scores are taken in the order of the data.

    Parameters
    ----------
    score_treated, score_control : (n1,), (n0,) scores on one scale, such as the log odds of the
        propensity score.
    caliper : largest distance allowed, in the unit of the scores, its end included; None for any. A treated
        subject without a partner is left out, though one that had a control in reach may be.
    ratio : controls wanted for each treated; fewer where there are not enough.
    exact : labels of the treated and of the controls, (n1,) or (n1, p) and (n0,) or (n0, p), that have to agree
        within a pair.

    Returns
    -------
    Pairs

    Raises
    ------
    ValueError
        For missing scores, a negative caliper, a ratio below 1, or labels that cannot be compared.

    Examples
    --------
    Nearest pairs, the largest score first, take 0.56 for 0.6 and leave 0.7 to 0.5: a sum of 0.24. The least is 0.16.

    >>> pairs = optimal_pairs([0.5, 0.6], [0.56, 0.7, 0.1])
    >>> pairs.control.tolist(), pairs.distance.round(6).tolist()
    ([0, 1], [0.06, 0.1])
    """
    treated, control = as_scores(score_treated, score_control)
    reach, wanted = as_reach(caliper), as_whole("ratio", ratio, 1)
    parts = strata_of(exact, treated.size, control.size)
    found = [_stratum(treated, control, rows, columns, wanted, reach) for rows, columns in parts]
    i = np.concatenate([np.zeros(0, dtype=np.int64), *(f[0] for f in found)])
    j = np.concatenate([np.zeros(0, dtype=np.int64), *(f[1] for f in found)])
    return as_pairs(i, j, np.abs(treated[i] - control[j]), treated.size)


def as_pairs(i: Ints, j: Ints, distance: Floats, n: int) -> Pairs:
    """Pairs sorted by treated, the nearest control of each first."""
    order = np.lexsort((j, distance, i))
    left = np.ones(n, dtype=np.bool_)
    left[i] = False
    return Pairs(i[order], j[order], distance[order], np.flatnonzero(left))


def _stratum(
    treated: Floats, control: Floats, rows: Ints, columns: Ints, wanted: int, reach: float
) -> tuple[Ints, Ints]:
    """Pairs within one stratum, as indices of all treated and all controls."""
    rows = rows[np.argsort(treated[rows], kind="stable")]
    columns = columns[np.argsort(control[columns], kind="stable")]
    wanted = min(wanted, columns.size)
    if wanted == 1 and rows.size > columns.size:  # the fewer look for partners among the many
        one = np.ones(columns.size, dtype=np.int64)
        found = line_pairs(control[columns], one, treated[rows], reach, np.isinf(reach))
        paired = found >= 0
        return rows[found[paired]], columns[paired]
    slot = np.repeat(rows, wanted)
    gain = np.tile(np.r_[2, np.ones(wanted - 1, dtype=np.int64)], rows.size)  # a first control before any second one
    found = line_pairs(treated[slot], gain, control[columns], reach, np.isinf(reach) and slot.size <= columns.size)
    paired = found >= 0
    return slot[paired], columns[found[paired]]
