"""Influence of each row on a cumulative incidence at one time.

With S the event-free probability, n and d weights at risk and failing (d_k from the cause), F(t) = sum of S(s-) d_k/n.
Perturbing the weight of row i moves d_k/n at s by (dN_ik - Y_i d_k/n) / n and log S(s-) by -sum over u < s of
(dN_i - Y_i d/n) / (n - d), so that

    U_i = sum over s <= t of (dN_ik - Y_i d_k/n) S(s-)/n - (dN_i - Y_i d/n) (F(t) - F(s)) / (n - d),

the second term 0 where everyone at risk fails, as nobody is left for later.
"""

from __future__ import annotations

import numpy as np

from ._input import Floats, Ints, count, rank_times


def incidence_influence(time: Floats, cause: Ints, weight: Floats, of: int, at: float) -> tuple[float, Floats]:
    """F(at) and w U (n,), rows of positive weight."""
    grid, (stop,) = rank_times(time)
    m = grid.size
    failed, mine = cause > 0, cause == of
    number = np.bincount(stop, minlength=m)[::-1].cumsum()[::-1]
    n = count(stop, weight, m)[::-1].cumsum()[::-1]
    d, own = count(stop[failed], weight[failed], m), count(stop[mine], weight[mine], m)
    everyone = np.bincount(stop[failed], minlength=m) == number
    left = np.where(everyone, np.inf, np.maximum(n - d, np.finfo(float).tiny))
    after = np.cumprod(np.where(everyone, 0.0, 1 - d / n))
    before = np.r_[1.0, after[:-1]]
    use = grid <= at * (1 + 1e-9)
    f = np.cumsum(np.where(use, before * own / n, 0.0))
    total = float(f[-1])
    gain = np.where(use, before / n, 0.0)
    loss = np.where(use, (total - f) / left, 0.0)
    drift = np.cumsum(gain * own / n - loss * d / n)
    influence = np.where(mine, gain[stop], 0.0) - np.where(failed, loss[stop], 0.0) - drift[stop]
    return total, weight * influence
