"""Entropy balancing of the controls in many replicates at once.

Weights exp(l x) of the controls whose weighted means are those of the treated (Hainmueller 2012,
doi:10.1093/pan/mpr025): l minimizes log sum W exp(l (x - t)), W how often a control was drawn, t the means of the
treated. With q the shares W exp(l x) / sum, the gradient is q x - t, the second derivative the covariance under q.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._input import Bools, Floats, Ints

_DONE = 1e-9  # largest imbalance, in standard deviations, before the last step
_ROUNDS = 40


def balance_block(x: Floats, treated: Bools, weight: Ints) -> tuple[Floats, Bools]:
    """Weights (B, n), 1 for the treated, those of the controls drawn adding up to as much, and where they exist (B,).

    ``x`` (n, p) standardized columns.
    """
    size, p = weight.shape[0], x.shape[1]
    w1, w0 = weight[:, treated].astype(np.float64), weight[:, ~treated].astype(np.float64)
    n1, n0 = w1.sum(axis=1), w0.sum(axis=1)
    known = (n1 > 0) & (n0 > 0)
    target = (w1 @ x[treated]) / np.maximum(n1, 1)[:, None]
    z = x[~treated]
    upper = np.triu_indices(p)
    products = z[:, upper[0]] * z[:, upper[1]]
    tilt, value = np.zeros((size, p)), np.full(size, np.inf)
    step, balanced = np.zeros((size, p)), np.zeros(size, dtype=np.bool_)
    share = np.zeros_like(w0)
    left = np.flatnonzero(known)
    for _ in range(_ROUNDS):
        if not left.size:
            break
        trial = tilt[left] + step[left]
        q, now = _shares(trial, z, w0[left], target[left])
        better = now <= value[left] + 1e-12 * (1 + np.abs(now))
        here = left[better]
        tilt[here], value[here], share[here] = trial[better], now[better], q[better]
        step[left[~better]] /= 2
        mean = q[better] @ z
        off = mean - target[here]
        balanced[here] = np.max(np.abs(off), axis=1) <= _DONE
        step[here] = -_newton(q[better] @ products, mean, off, upper)
        left = left[~balanced[left] & np.isfinite(step[left]).all(axis=1) & (np.max(np.abs(trial), axis=1) < 1e3)]
    q, _ = _shares(tilt + np.where(balanced[:, None], step, 0.0), z, w0, target)
    result = np.ones(weight.shape)
    controls = np.divide(q * n1[:, None], w0, out=np.zeros_like(q), where=w0 > 0)
    result[:, ~treated] = np.where(balanced[:, None], controls, 1.0)
    return result, balanced


def _shares(tilt: Floats, z: Floats, drawn: Floats, target: Floats) -> tuple[Floats, Floats]:
    """q (B, n0) and the objective (B,)."""
    eta = tilt @ z.T
    shift = np.max(eta, axis=1, keepdims=True)
    q = drawn * np.exp(eta - shift)
    total = q.sum(axis=1, keepdims=True)
    known = total[:, 0] > 0
    q = np.divide(q, total, out=np.zeros_like(q), where=total > 0)
    log = np.log(np.where(known, total[:, 0], 1.0))
    return q, np.where(known, log + shift[:, 0] - (tilt * target).sum(axis=1), np.inf)


def _newton(packed: Floats, mean: Floats, off: Floats, upper: tuple[NDArray[np.intp], NDArray[np.intp]]) -> Floats:
    """Covariance^-1 (q x - t), NaN where the covariance is as good as singular while there is imbalance."""
    size, p = mean.shape
    second = np.empty((size, p, p))
    second[:, upper[0], upper[1]] = packed
    second[:, upper[1], upper[0]] = packed
    second -= mean[:, :, None] * mean[:, None, :]
    value, vector = np.linalg.eigh(second)
    along = np.einsum("bij,bi->bj", vector, off)
    flat = value <= 1e-11
    lost = (flat & (np.abs(along) > 1e-9)).any(axis=1)
    step = np.einsum("bij,bj->bi", vector, np.where(flat, 0.0, along / np.where(flat, 1.0, value)))
    return np.where(lost[:, None], np.nan, step)
