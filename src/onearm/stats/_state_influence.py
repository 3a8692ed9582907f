"""Infinitesimal jackknife of state probabilities: how each subject's weight moves the curve.

With U_i(t) the derivative of p(t) in the weight of subject i, p_k = p_(k-1) M_k gives

    U_i(t_k) = U_i(t_(k-1)) M_k + p_j(t_k-)/n_j (1[to] - M_j)

where j is the state i is at risk in at t_k, M_j that row of the matrix, and 1[to] puts a one at the state
i goes to (j itself when it stays). The variance is the sum over subjects of (w_i U_i)^2, rows of one
subject added first. The update touches only rows j of M that differ from the identity.
"""

from __future__ import annotations

import numpy as np

from ._aalen_johansen import Steps
from ._input import Floats, Ints
from ._transitions import STAYS, Transitions


def start_influence(rows: Transitions, at_start: Ints, start: Floats) -> Floats:
    """w_i U_i before the first step (c, s) when the initial distribution is that of rows ``at_start``."""
    c, s = int(rows.subject.max()) + 1, rows.states.size
    weight = rows.weight[at_start] / rows.weight[at_start].sum()
    share = np.bincount(rows.subject[at_start] * s + rows.source[at_start], weight, c * s).reshape(c, s)
    return np.asarray(share - share.sum(axis=1, keepdims=True) * start)


def influence(
    rows: Transitions, steps: Steps, before: Floats, initial: Floats, first: float = 0.0, gaps: Floats | None = None
) -> tuple[Floats, Floats]:
    """Variance of p after each step (K, s), and influence on the time in each state (c, s).

    ``before`` (K, s) is p just before each step; ``initial`` (c, s) the influence before the first;
    ``first`` and ``gaps`` (K,) the time before the first step and after each.
    """
    c, s = initial.shape
    u = np.asfortranarray(initial)
    spent = u * first
    held = np.zeros((c, s), order="F")  # weight of each subject at risk in each state just now
    enter, leave = np.argsort(rows.start, kind="stable"), np.argsort(rows.stop, kind="stable")
    # rows at risk at t have start < t <= stop
    entered = np.r_[0, np.searchsorted(rows.start[enter], steps.rank, side="left")]
    left = np.r_[0, np.searchsorted(rows.stop[leave], steps.rank, side="left")]
    moves = leave[rows.target[leave] != STAYS]
    moved = np.r_[0, np.searchsorted(rows.stop[moves], steps.rank, side="right")]
    variance = np.empty((steps.rank.size, s))
    for k in range(steps.rank.size):
        come, go = enter[entered[k] : entered[k + 1]], leave[left[k] : left[k + 1]]
        np.add.at(held, (rows.subject[come], rows.source[come]), rows.weight[come])
        np.subtract.at(held, (rows.subject[go], rows.source[go]), rows.weight[go])
        now = moves[moved[k] : moved[k + 1]]
        pull = before[k] / np.where(steps.at_risk[k] > 0, steps.at_risk[k], 1.0)
        left_from = np.unique(rows.source[now])
        base = u[:, left_from] - held[:, left_from] * pull[left_from]
        change = steps.matrix[k, left_from] - np.eye(s)[left_from]
        for col in np.flatnonzero(np.any(change != 0, axis=0)):
            u[:, col] += base @ change[:, col]
        jump = rows.weight[now] * pull[rows.source[now]]
        np.add.at(u, (rows.subject[now], rows.target[now]), jump)
        np.subtract.at(u, (rows.subject[now], rows.source[now]), jump)
        variance[k] = np.einsum("ij,ij->j", u, u)
        if gaps is not None:
            spent += u * gaps[k]
    return variance, spent
