"""Variance of a Kaplan-Meier curve and of the area under it: Greenwood and infinitesimal jackknife."""

from __future__ import annotations

import numpy as np

from ._input import Floats, Ints, count
from ._sample import Sample

_BLOCK = 4_000_000  # numbers held at once when influences are summed within clusters


def log_survival_variance(sample: Sample, at_risk: Floats, events: Floats, robust: bool) -> Floats:
    """Var(log S) at each grid time (m,), steps to S = 0 contributing nothing.

    Greenwood: the running sum of d / (n (n - d)). Infinitesimal jackknife: S depends on the weight
    w_i of row i through log S(t) = sum log(1 - d/n), so that

        d log S(t) / d w_i = -sum_{s <= t} (dN_i(s) - Y_i(s) d(s)/n(s)) / (n(s) - d(s))

    and Var(log S(t)) = sum over clusters of (sum of w_i d log S / d w_i)^2.
    """
    jump, hazard = _steps(at_risk, events)
    if not robust:
        return np.cumsum(hazard)
    if sample.cluster is not None:
        return _clustered(sample, jump, np.cumsum(hazard))
    return _independent(sample, jump, np.cumsum(hazard))


def _steps(at_risk: Floats, events: Floats) -> tuple[Floats, Floats]:
    """1 / (n - d) and d / (n (n - d)) where an event leaves someone at risk, else 0."""
    left = at_risk - events
    use = (events > 0) & (left > 0)
    jump = np.zeros_like(at_risk)
    jump[use] = 1 / left[use]
    hazard = np.zeros_like(at_risk)
    hazard[use] = events[use] / (at_risk[use] * left[use])
    return jump, hazard


def _independent(sample: Sample, jump: Floats, hazard: Floats) -> Floats:
    """Sum of squared influences, every row for itself, by cumulative sums.

    A row that has ended carries its final influence; one still at risk carries H(t) - H(entry),
    H the running hazard sum, whose squares add up as H^2 W - 2 H sum(w^2 H_e) + sum(w^2 H_e^2).
    """
    square = sample.weight**2
    before = _at(hazard, sample.start)
    final = np.where(sample.event, jump[sample.stop], 0.0) - hazard[sample.stop] + before
    ended = np.cumsum(count(sample.stop, square * final**2, sample.grid.size))

    def running(v: Floats) -> Floats:  # sum of v over rows with entry < t < exit
        exits, entries = sample.tails(v)
        return exits[1:] - entries[:-1]

    open_rows = hazard**2 * running(square)
    if np.any(sample.start >= 0):
        open_rows += running(square * before**2) - 2 * hazard * running(square * before)
    return ended + np.maximum(open_rows, 0.0)


def _clustered(sample: Sample, jump: Floats, hazard: Floats) -> Floats:
    """Sum of squared cluster influences at each grid time, in blocks of times."""
    assert sample.cluster is not None
    order = np.argsort(sample.cluster, kind="stable")
    stop, start, event = sample.stop[order], sample.start[order], sample.event[order]
    weight, code = sample.weight[order], sample.cluster[order]
    first = np.flatnonzero(np.r_[True, code[1:] != code[:-1]])
    final = np.where(event, jump[stop], 0.0)
    m = sample.grid.size
    result = np.empty(m)
    block = max(1, _BLOCK // stop.size)
    for low in range(0, m, block):
        k = np.arange(low, min(low + block, m))[:, None]
        influence = np.where(stop <= k, final, 0.0)
        influence -= _at(hazard, np.minimum(stop, k)) - _at(hazard, np.minimum(start, k))
        result[k[:, 0]] = (np.add.reduceat(weight * influence, first, axis=1) ** 2).sum(axis=1)
    return result


def area_variance(sample: Sample, at_risk: Floats, events: Floats, area: Floats, robust: bool) -> float:
    """Variance of the restricted mean; ``area`` (m,) is the area under S from each grid time to tau.

    Greenwood form: sum of A(t)^2 d / (n (n - d)). Infinitesimal jackknife: the influence of row i is
    -sum (dN_i - Y_i d/n) A / (n - d).
    """
    jump, hazard = _steps(at_risk, events)
    if not robust:
        return float(np.sum(area**2 * hazard))
    running = np.cumsum(hazard * area)
    influence = np.where(sample.event, (jump * area)[sample.stop], 0.0)
    influence -= running[sample.stop] - _at(running, sample.start)
    influence *= sample.weight
    if sample.cluster is not None:
        influence = count(sample.cluster, influence, int(sample.cluster.max()) + 1)
    return float(np.sum(influence**2))


def _at(running: Floats, rank: Ints) -> Floats:
    """A running sum at a rank, 0 before the first time (rank -1)."""
    return np.where(rank >= 0, running[rank], 0.0)
