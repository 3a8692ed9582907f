"""The sandwich variance of a Fine-Gray fit, with the part that comes from estimating G.

Row i moves the score by its residual eta_i and, because it helps to estimate the censoring curve G, by

    psi_i = [censored] q(t_i)/Y(t_i) - sum over censoring times u <= t_i of q(u) dN_c(u) / Y(u)^2,

Y(u) the weight at risk of censoring in the row's censoring stratum, dN_c(u) that censored, and q(u) the
part of the score that a change of G at u reaches: the contributions of pairs (competing row i, event
time e) with t_i < u <= e,

    q(u) = sum over those pairs of (m_e/S0(e)) r_i (x_i - xbar(e)) G(e-)/G(t_i-).

A pair with e < u has t_i < u too, so the double sum is one running sum over rows less one over event
times: q(u) = sum_{t_i < u} (row total) - sum_{e < u} (event total). The covariance is
I^-1 [sum over rows or clusters of (w (eta + psi)) (...)'] I^-1 (Fine & Gray 1999, section 4).

With several censoring strata a row moves the curve G of its own stratum only, so that q runs over the
competing rows of that stratum ("fine-gray"; the numerical derivative of b by case weights agrees). R's
crr (2.2-11) further keeps only the failures of that stratum among the m_e ("crr"), which leaves out what
G does to the failures of the others. With one stratum the two are the same.
"""

from __future__ import annotations

import numpy as np

from ._fine_gray_likelihood import Influences
from ._fine_gray_sets import SubdistributionSets
from ._input import Floats, Ints, count


def sandwich(sets: SubdistributionSets, parts: Influences, inverse: Floats, cluster: Ints | None) -> Floats:
    """Covariance (p, p) of the coefficients; ``cluster`` (n,) codes of the sorted rows."""
    moved = parts.share
    if parts.through_g is not None and sets.competing.size and np.any(sets.censored > 0):
        moved = moved + _through_censoring(sets, *parts.through_g)
    moved = inverse @ (moved * sets.weight)
    if cluster is not None:
        size = int(cluster.max()) + 1
        moved = np.stack([count(cluster, row, size) for row in moved])
    return np.asarray(moved @ moved.T)


def _through_censoring(sets: SubdistributionSets, row_part: Floats, event_part: Floats) -> Floats:
    """psi (p, n), by column."""
    strata, m = sets.at_risk.shape
    size, rows = m * strata, sets.competing
    scale = np.divide(1.0, sets.at_risk, out=np.zeros((strata, m)), where=sets.censored > 0)
    rate = sets.censored * scale**2
    cell = sets.stratum * m + sets.rank
    free = ~sets.own
    free[rows] = False
    censored = np.flatnonzero(free)
    own_scale = scale.reshape(-1)[cell[censored]]
    psi = np.empty((row_part.shape[0], sets.rank.size))
    q = np.zeros((strata, m))
    for j in range(psi.shape[0]):
        change = count(cell[rows], row_part[j], size).reshape(strata, m)
        change[:, sets.event_rank] -= event_part[j]
        np.cumsum(change[:, :-1], axis=1, out=q[:, 1:])  # strictly before each time
        psi[j] = -np.cumsum(q * rate, axis=1).reshape(-1)[cell]
        psi[j, censored] += q.reshape(-1)[cell[censored]] * own_scale
    return psi
