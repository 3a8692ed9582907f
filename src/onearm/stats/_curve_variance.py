"""Variance of a survival curve and of the area under it: Greenwood and infinitesimal jackknife.

Both estimators of log S fall by a step a(s) at each event time s,

    product limit       a = -log(1 - d/n)
    Nelson-Aalen        a = d/n
    with tied events    a = sum over j < D of c / (n - j c),  c = d/D

n and d sums of weights, D the number of rows with an event (the last: Fleming & Harrington 1984, as if
the tied events came one after another). Each step has the same two derivatives: the weight of any row at risk
lowers a by b(s), and that of a row with the event raises it by e(s),

    product limit       e = 1 / (n - d)                  b = d / (n (n - d))
    Nelson-Aalen        e = 1 / n                        b = d / n^2
    with tied events    e = sum of (1/D) / (n - j c) + (j/D) c / (n - j c)^2     b = sum of c / (n - j c)^2

so that row i moves -log S(t) by the sum over s <= t of dN_i(s) e(s) - Y_i(s) b(s), its influence, and the
variance is the sum over clusters of (sum of w_i influence_i)^2. With weights of one the running sum of b
is the variance itself: Greenwood's, Aalen's (1978), and that of Fleming & Harrington.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Floats, Ints, count
from ._sample import Counts, Sample


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The steps of the cumulative hazard at the K event times: a, e and b of the formulas above (K,).

    ``at`` (K,) are the ranks of the event times on the grid of m times, ``everyone`` those of the K at which
    all at risk have the event.
    """

    at: Ints
    everyone: Ints
    hazard: Floats
    event: Floats
    risk: Floats
    grid_size: int

    def spread(self, v: Floats) -> Floats:
        """Numbers at event times on the grid, 0 elsewhere (m,)."""
        full = np.zeros(self.grid_size)
        full[self.at] = v
        return full


def steps(c: Counts, estimator: str) -> Steps:
    """The steps and their derivatives; a product-limit step to S = 0 has derivatives of 0."""
    at = np.flatnonzero(c.n_event > 0)
    n, d = c.risk[at], c.event[at]
    rows, died = (n, d) if c.risk is c.n_risk else (c.n_risk[at], c.n_event[at])
    everyone = np.flatnonzero(died == rows)  # counts are exact, sums of weights are not
    hazard = d / n
    if estimator == "kaplan-meier":
        left = n - d
        left[everyone] = np.inf
        left[np.flatnonzero(left <= 0)] = np.inf  # no more than rounding is left
        event = np.divide(1.0, left, out=left)
    else:
        event = 1 / n
    risk = hazard * event
    if estimator == "fleming-harrington":
        _untie(c, at, hazard, event, risk)
    return Steps(at, everyone, hazard, event, risk, c.grid.size)


def _untie(c: Counts, at: Ints, hazard: Floats, event: Floats, risk: Floats) -> None:
    """Replace the steps of tied events by those of events one after another."""
    tied = np.flatnonzero(c.n_event[at] > 1)
    if tied.size == 0:
        return
    rows = c.n_event[at[tied]].astype(np.int64)
    first = np.r_[0, np.cumsum(rows)[:-1]]
    j = np.arange(rows.sum()) - np.repeat(first, rows)
    share = 1 / np.repeat(rows, rows)
    each = np.repeat(c.event[at[tied]], rows) * share
    left = np.repeat(c.risk[at[tied]], rows) - j * each
    hazard[tied] = np.add.reduceat(each / left, first)
    event[tied] = np.add.reduceat(share / left + j * share * each / left**2, first)
    risk[tied] = np.add.reduceat(each / left**2, first)


def log_survival_variance(sample: Sample, step: Steps, robust: bool) -> Floats:
    """Var(log S) at the event times (K,), product-limit steps to S = 0 contributing nothing."""
    if not robust:
        return np.cumsum(step.risk)
    variance = _independent if sample.cluster is None else _clustered
    return variance(sample, step.spread(step.event), np.cumsum(step.spread(step.risk)))[step.at]


def _independent(sample: Sample, jump: Floats, hazard: Floats) -> Floats:
    """Sum of squared influences, every row for itself, by cumulative sums.

    A row that has ended carries its final influence; one still at risk carries H(t) - H(entry),
    H the running sum of b, whose squares add up as H^2 W - 2 H sum(w^2 H_e) + sum(w^2 H_e^2).
    """
    square = sample.weight**2
    before = at_rank(hazard, sample.start)
    final = np.where(sample.event, jump[sample.stop], 0.0) - hazard[sample.stop] + before
    ended = np.cumsum(count(sample.stop, square * final**2, sample.grid.size))

    def running(v: Floats) -> Floats:  # sum of v over rows with entry < t < exit
        exits, entries = sample.tails(v)
        return exits[1:] - entries[:-1]

    open_rows = hazard**2 * running(square)
    if sample.late is not None:
        open_rows += running(square * before**2) - 2 * hazard * running(square * before)
    return ended + np.maximum(open_rows, 0.0)


def _clustered(sample: Sample, jump: Floats, hazard: Floats) -> Floats:
    """Sum of squared cluster influences at each grid time.

    The influence of a cluster is C(t) - W(t) H(t), W the weight it has at risk: a row that enters adds w
    to W and w H(entry) to C, one that leaves takes w from W and adds w (dN e - H(exit)) to C. Between such
    changes both stand still, so that the sums of C^2, C W and W^2 over clusters need only the changes.
    """
    assert sample.cluster is not None
    w, m = sample.weight, sample.grid.size
    ended = w * (np.where(sample.event, jump[sample.stop], 0.0) - hazard[sample.stop])
    cluster = np.r_[sample.cluster, sample.cluster]
    rank = np.r_[sample.start, sample.stop]
    order = np.argsort(cluster * (m + 1) + rank + 1, kind="stable")
    cluster, rank = cluster[order], np.maximum(rank[order], 0)
    new = np.r_[True, cluster[1:] != cluster[:-1]]
    first = np.flatnonzero(new)
    part = np.cumsum(new) - 1

    def state(change: Floats) -> tuple[Floats, Floats]:  # after and before each change
        total = np.cumsum(change)
        after = total - np.r_[0.0, total][first][part]
        return after, np.where(new, 0.0, np.r_[0.0, after[:-1]])

    c, c_old = state(np.r_[w * at_rank(hazard, sample.start), ended][order])
    at_risk, at_risk_old = state(np.r_[w, -w][order])

    def running(v: Floats) -> Floats:
        return np.cumsum(count(rank, v, m))

    squares = running(c**2 - c_old**2) - 2 * hazard * running(c * at_risk - c_old * at_risk_old)
    squares += hazard**2 * running(at_risk**2 - at_risk_old**2)
    return np.maximum(squares, 0.0)


def hazard_influence(sample: Sample, step: Steps, last: Ints) -> Floats:
    """Influence of each row on the cumulative hazard (n, k) through grid ranks ``last`` (k,), -1 for none."""
    running = np.cumsum(step.spread(step.risk))
    final = np.where(sample.event, step.spread(step.event)[sample.stop], 0.0)
    result = np.empty((sample.n, last.size))
    for column, k in enumerate(last):
        result[:, column] = np.where(sample.stop <= k, final, 0.0)
        result[:, column] -= at_rank(running, np.minimum(sample.stop, k)) - at_rank(
            running, np.minimum(sample.start, k)
        )
    return result


def area_influence(sample: Sample, step: Steps, area: Floats) -> Floats:
    """Influence of each row (n,) on the restricted mean.

    ``area`` (m,) is the area under S from each grid time to tau, A: a step of the hazard at s takes
    A(s) away, so the influence is -sum (dN_i e - Y_i b) A.
    """
    running = np.cumsum(step.spread(step.risk) * area)
    influence = running[sample.stop] - at_rank(running, sample.start)
    influence -= np.where(sample.event, (step.spread(step.event) * area)[sample.stop], 0.0)
    return influence


def area_variance(sample: Sample, step: Steps, area: Floats, robust: bool) -> float:
    """Variance of the restricted mean: sum of A^2 b, or of the squared influences of clusters."""
    if not robust:
        return float(np.sum(area[step.at] ** 2 * step.risk))
    influence = area_influence(sample, step, area) * sample.weight
    if sample.cluster is not None:
        influence = count(sample.cluster, influence, int(sample.cluster.max()) + 1)
    return float(np.sum(influence**2))


def at_rank(running: Floats, rank: Ints) -> Floats:
    """A running sum at a rank, 0 before the first time (rank -1)."""
    return np.where(rank >= 0, running[rank], 0.0)
