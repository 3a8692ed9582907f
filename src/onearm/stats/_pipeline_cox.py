"""The log hazard ratio of two arms in many replicates at once, Efron's ties.

With one 0/1 covariate a term of the partial likelihood (a death of mass m and fraction f, see ``_cox_likelihood``) is
log(a + c e^b), where a = N0 - f D0 and c = N1 - f D1 hold the weights at risk and dying in the arms. So a, c, m are
counted once, and with p = c / (c + a e^-b), O the weight of treated deaths,

    score = O - sum m p,      information = sum m p (1 - p).

The score falls from O - (m where a is 0) to O - (m where c is not 0): a finite maximum exists where the first is
above 0 and the last below. Copies of a death are ties, as in :func:`onearm.stats.cox.cox` of rows written out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats, Ints, rank_times

_DONE = 1e-9
_ROUNDS = 100


@dataclass(frozen=True, slots=True, eq=False)
class TimeOrder:
    """n rows in order of time: ``rows`` (n,) row at each position, ``position`` (n,) the other way; at each position,
    with one more for nobody: ``rank`` of the time, ``event`` and ``treated`` as 0/1 (n + 1,)."""

    rows: Ints
    position: Ints
    rank: Ints
    event: Floats
    treated: Floats

    @staticmethod
    def make(time: Floats, event: Bools, treated: Bools) -> TimeOrder:
        _, (rank,) = rank_times(time)
        rows = np.argsort(rank, kind="stable")
        position = np.empty_like(rows)
        position[rows] = np.arange(rows.size)
        return TimeOrder(
            rows,
            position,
            np.r_[rank[rows], rank.max() + 1],
            np.r_[event[rows], 0].astype(np.float64),
            np.r_[treated[rows], 0].astype(np.float64),
        )


def log_hazard_ratios(order: TimeOrder, at: Ints, weight: Floats | None, start: float) -> Floats:
    """(B,) estimates, NaN where there is no finite one.

    ``at`` (B, S) positions in rising order, n for nobody; ``weight`` (B, S) case weights, None for ones.
    """
    row, mass, own, a, c = _terms(order, at, weight)
    size = at.shape[0]

    def total(v: Floats) -> Floats:
        counted: Floats = np.bincount(row, v, size).astype(np.float64, copy=False)
        return counted

    observed, all_mass = total(own), total(mass)
    least, most = total(np.where(a > 0, 0.0, mass)), total(np.where(c > 0, mass, 0.0))
    slack = 1e-10 * all_mass
    finite = (observed - least > slack) & (most - observed > slack)
    b = np.full(size, start if np.isfinite(start) else 0.0)
    low, high = np.full(size, -np.inf), np.full(size, np.inf)
    left = finite.copy()
    for _ in range(_ROUNDS):
        if not np.any(left):
            break
        with np.errstate(over="ignore"):
            p = c / (c + a * np.exp(-b)[row])
        score, information = observed - total(mass * p), total(mass * p * (1 - p))
        low, high = np.where(score > 0, b, low), np.where(score < 0, b, high)
        step = np.divide(score, information, out=np.sign(score), where=information > 0)
        near = np.abs(step) <= _DONE * (1 + np.abs(b))  # what is left after it is its square
        new = b + np.clip(step, -2.0, 2.0)
        with np.errstate(invalid="ignore"):
            middle = (low + high) / 2
        new = np.where(~near & ((new <= low) | (new >= high)) & np.isfinite(middle), middle, new)
        b = np.where(left, new, b)
        left &= ~near
    b[~finite | left] = np.nan
    return b


def _terms(order: TimeOrder, at: Ints, weight: Floats | None) -> tuple[Ints, Floats, Floats, Floats, Floats]:
    """Of every death: its replicate, mass m, treated weight, a and c."""
    size, width = at.shape
    rank, event, z = order.rank[at], order.event[at], order.treated[at]
    w = (at < order.rows.size).astype(np.float64) if weight is None else weight
    treated = w * z
    new = np.ones((size, width), dtype=np.bool_)
    np.not_equal(rank[:, 1:], rank[:, :-1], out=new[:, 1:])
    first = np.maximum.accumulate(np.where(new, np.arange(width), 0), axis=1)
    died = np.flatnonzero(event)
    row = died // width
    opens = first.ravel()[died] + row * width  # first row of the tie
    at_risk_treated = _backwards(treated).ravel()[opens]
    at_risk_control = _backwards(w - treated).ravel()[opens]
    # deaths of one tie lie side by side among the deaths
    begin = np.flatnonzero(np.r_[True, opens[1:] != opens[:-1]]) if died.size else died
    counts = np.diff(np.r_[begin, died.size])
    j = np.arange(died.size) - np.repeat(begin, counts)
    weight_died, own = w.ravel()[died], treated.ravel()[died]
    if died.size:
        d = np.repeat(np.add.reduceat(weight_died, begin), counts)
        d1 = np.repeat(np.add.reduceat(own, begin), counts)
    else:
        d = d1 = weight_died
    share = 1 / np.repeat(counts, counts)
    c = at_risk_treated - j * share * d1
    a = at_risk_control - j * share * (d - d1)
    return row, d * share, own, a, c


def _backwards(v: Floats) -> Floats:
    """Sums from each place to the end of its row."""
    return np.asarray(np.cumsum(v[:, ::-1], axis=1)[:, ::-1])
