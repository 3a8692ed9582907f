"""Scores of matched pairs: the paired Prentice-Wilcoxon statistic.

Pairs whose order cannot be known are first made equal: where the shorter time of a pair is a censoring, the longer one
is censored at it too. All 2 n times are then ranked together; with n(s) at risk at s, events at one time taken one
after another,

    F(t) = product over events s <= t of n(s) / (n(s) + 1),   score 1 - 2 F(t) of an event at t, 1 - F(t) of a censoring

(Prentice 1978, doi:10.1093/biomet/65.1.167), tied events sharing the mean of their F. With D the difference of the
scores within a pair, Z = sum D / sqrt(sum D^2) (O'Brien & Fleming 1987, doi:10.2307/2531957); equal pairs have D = 0.
"""

from __future__ import annotations

import numpy as np

from ._input import Bools, Floats, Ints, rank_times


def prentice_differences(time: Floats, event: Bools) -> Floats:
    """Score of the treated minus that of the control (n,), from times and events (n, 2), the treated first.

    Early events have low scores, so that a negative difference means the treated had the event first.
    """
    short = time.argmin(axis=1)
    rows = np.arange(time.shape[0])
    _, (rank,) = rank_times(time.reshape(-1))
    rank = rank.reshape(time.shape)
    tied = rank[:, 0] == rank[:, 1]
    least = rank[rows, short]
    open_end = np.where(tied, ~event.any(axis=1), ~event[rows, short])
    rank = np.where(open_end[:, None], least[:, None], rank).reshape(-1)
    seen = (event & ~open_end[:, None]).reshape(-1)
    score = _scores(rank, seen).reshape(time.shape)
    return np.asarray(score[:, 0] - score[:, 1], dtype=np.float64)


def _scores(rank: Ints, seen: Bools) -> Floats:
    order = np.lexsort((~seen, rank))  # events before censorings at a time
    r, d = rank[order], seen[order]
    at_risk = np.arange(r.size, 0, -1)
    f = np.cumprod(np.where(d, at_risk / (at_risk + 1), 1.0))
    count = np.bincount(r[d], minlength=int(r.max()) + 1)
    mean = np.bincount(r[d], f[d], count.size) / np.maximum(count, 1)
    score = np.empty(r.size)
    score[order] = np.where(d, 1 - 2 * mean[r], 1 - f)
    return score
