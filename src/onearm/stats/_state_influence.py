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
    k = steps.rank.size
    u = np.ascontiguousarray(initial.T)  # a row for each state
    held = np.zeros((s, c))  # weight of each subject at risk in each state at this step
    spent = u * first
    pull = before / np.where(steps.at_risk > 0, steps.at_risk, 1.0)
    change = steps.matrix - np.eye(s)
    step, origin, to = np.nonzero(change)
    changes = list(zip(origin.tolist(), to.tolist(), change[step, origin, to].tolist(), strict=True))
    ends = np.searchsorted(step, np.arange(k + 1)).tolist()
    # a row is at risk from the first step after its start to the last at or before its stop
    cell = rows.source * c + rows.subject
    come, go = (np.searchsorted(steps.rank, rank, side="right") for rank in (rows.start, rows.stop))
    turn = _by_step(np.r_[come, go], k)
    turn_cell, turn_weight = np.r_[cell, cell], np.r_[rows.weight, -rows.weight]
    moves = np.flatnonzero(rows.target != STAYS)
    at = np.searchsorted(steps.rank, rows.stop[moves])
    jump = rows.weight[moves] * pull[at, rows.source[moves]]
    move = _by_step(np.r_[at, at], k)
    move_cell, move_jump = np.r_[rows.target[moves] * c + rows.subject[moves], cell[moves]], np.r_[jump, -jump]
    u_flat, held_flat = u.reshape(-1), held.reshape(-1)
    variance = np.empty((k, s))
    for i in range(k):
        if turn[i].size:
            np.add.at(held_flat, turn_cell[turn[i]], turn_weight[turn[i]])
        now = changes[ends[i] : ends[i + 1]]
        moving = {j: u[j] - held[j] * pull[i, j] for j in {j for j, _, _ in now}}
        for j, goal, part in now:
            u[goal] += moving[j] * part
        np.add.at(u_flat, move_cell[move[i]], move_jump[move[i]])
        variance[i] = np.einsum("ij,ij->i", u, u)
        if gaps is not None:
            spent += u * gaps[i]
    return variance, np.asarray(spent.T)


def _by_step(step: Ints, k: int) -> list[Ints]:
    """Positions by step 0 .. k - 1; later ones are left out."""
    order = np.argsort(step, kind="stable")
    return np.split(order, np.searchsorted(step[order], np.arange(1, k + 1)))[:k]
