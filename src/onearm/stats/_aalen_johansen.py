"""Running products of transition matrices, with their covariance: the algebra of Aalen and Johansen.

At the event time t_k, M_k is the matrix whose row j holds the probabilities of going from state j:
M_jl = d_jl / n_j for l other than j, and what is left on the diagonal, d and n being (weighted) numbers
of moves and of rows at risk. State probabilities are row vectors p_k = p_(k-1) M_k. As moves out of
different states, and at different times, are uncorrelated martingale increments,

    C_k = M_k' C_(k-1) M_k + D_k,      D_k = sum over j of p_j(t_k-)^2 cov(row j of M_k)

is the covariance of p_k. "greenwood" takes the multinomial covariance (diag(M_j) - M_j'M_j) / n_j, which
is Greenwood's formula for two states; "aalen" takes d_jl / n_j^2 for each move by itself, as if moves
out of one state were Poisson. Sources: Aalen & Johansen 1978; Andersen, Borgan, Gill & Keiding 1993,
section IV.4, doi:10.1007/978-1-4612-4348-9.

Both recursions are associative, so they run over blocks of about sqrt(K) times side by side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ._input import Floats, Ints
from ._transitions import STAYS, Transitions


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What happens at the K distinct times at which someone moves.

    ``rank`` (K,) their ranks on the grid; ``at_risk`` (K, s) sums of weights; ``matrix`` (K, s, s).
    """

    rank: Ints
    at_risk: Floats
    matrix: Floats


def make_steps(rows: Transitions) -> Steps:
    """The transition matrix at each time at which someone moves."""
    s = rows.states.size
    moves = np.flatnonzero(rows.target != STAYS)
    rank, step = np.unique(rows.stop[moves], return_inverse=True)
    cell = (step.reshape(-1) * s + rows.source[moves]) * s + rows.target[moves]
    shape = (rank.size, s, s)
    moved = np.bincount(cell, rows.weight[moves], rank.size * s * s).reshape(shape)
    n_moved = np.bincount(cell, minlength=rank.size * s * s).reshape(shape).sum(axis=2)
    n_risk = rows.at_risk(np.ones(rows.stop.size))[rank]
    at_risk = rows.at_risk(rows.weight)[rank]
    matrix = moved / np.where(n_risk > 0, at_risk, 1.0)[:, :, None]
    left = np.where(n_moved == n_risk, 0.0, np.maximum(1 - matrix.sum(axis=2), 0.0))  # exact when all move
    j = np.arange(s)
    matrix[:, j, j] = np.where(n_risk > 0, left, 1.0)
    return Steps(rank.astype(np.int64), at_risk, matrix)


def running(matrix: Floats, noise: Floats | None = None) -> tuple[Floats, Floats]:
    """Products M_1 ... M_k (K, s, s) and C_k = M_k' C_(k-1) M_k + D_k from C_0 = 0 (K, s, s)."""
    k, s, _ = matrix.shape
    width = max(1, math.isqrt(k))
    blocks = -(-k // width) if k else 0
    spare = blocks * width - k
    m = np.concatenate([matrix, np.broadcast_to(np.eye(s), (spare, s, s))]).reshape(blocks, width, s, s)
    product = m.copy()
    covariance = np.zeros_like(m)
    if noise is not None:
        covariance[:] = np.concatenate([noise, np.zeros((spare, s, s))]).reshape(m.shape)
    for i in range(1, width):  # within all blocks at once
        product[:, i] = product[:, i - 1] @ m[:, i]
        if noise is not None:
            covariance[:, i] += m[:, i].swapaxes(1, 2) @ covariance[:, i - 1] @ m[:, i]
    for b in range(1, blocks):  # from block to block
        if noise is not None:
            covariance[b] += product[b].swapaxes(1, 2) @ covariance[b - 1, -1] @ product[b]
        product[b] = product[b - 1, -1] @ product[b]
    return product.reshape(-1, s, s)[:k], covariance.reshape(-1, s, s)[:k]


def step_noise(steps: Steps, before: Floats, variance: str) -> Floats:
    """D_k (K, s, s); ``before`` (K, s) is the state distribution just before each step."""
    scale = np.where(steps.at_risk > 0, before**2 / np.where(steps.at_risk > 0, steps.at_risk, 1.0), 0.0)
    s = scale.shape[1]
    j = np.arange(s)
    m = steps.matrix
    if variance == "greenwood":
        noise: Floats = -np.einsum("kj,kjl,kjm->klm", scale, m, m)
        noise[:, j, j] += np.einsum("kj,kjl->kl", scale, m)
        return noise
    off = m.copy()
    off[:, j, j] = 0.0
    flow = scale[:, :, None] * off  # from row to column
    apart: Floats = -(flow + flow.swapaxes(1, 2))
    apart[:, j, j] = flow.sum(axis=1) + flow.sum(axis=2)
    return apart


def occupation(
    steps: Steps, noise: Floats, start: Floats, start_covariance: Floats, first: float, gaps: Floats
) -> tuple[Floats, Floats]:
    """Expected time in each state (s,) and its covariance (s, s) over a stretch of time.

    ``first`` is the time before the first step, ``gaps`` (K,) the time after each step. The pair
    (p, L), L the time spent so far, moves linearly: p M and L + p M gap, so the recursion for the
    covariance holds with matrices of twice the size.
    """
    k, s, _ = steps.matrix.shape
    wide = np.zeros((k + 1, 2 * s, 2 * s))
    blur = np.zeros_like(wide)
    wide[0, :s, :s] = wide[0, s:, s:] = np.eye(s)
    wide[0, :s, s:] = first * np.eye(s)
    blur[0] = np.kron(np.array([[1.0, first], [first, first**2]]), start_covariance)
    g = gaps[:, None, None]
    wide[1:, :s, :s], wide[1:, :s, s:] = steps.matrix, steps.matrix * g
    wide[1:, s:, s:] = np.eye(s)
    blur[1:, :s, :s], blur[1:, :s, s:] = noise, noise * g
    blur[1:, s:, :s], blur[1:, s:, s:] = noise * g, noise * g**2
    product, covariance = running(wide, blur)
    return np.r_[start, np.zeros(s)] @ product[-1][:, s:], covariance[-1][s:, s:]
