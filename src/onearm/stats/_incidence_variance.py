"""Variance of a cumulative incidence and of the area under it: Aalen's and the infinitesimal jackknife.

Notation: at grid time s, n at risk, d failures of any cause, d_k of cause k, S(s-) and S(s) the
event-free probability before and after, f(s) = S(s-) d_k/n the step of F = F_k.

**Aalen** (Aalen 1978, doi:10.2307/4615704; in the form of Marubini & Valsecchi 1995, ISBN 978-0471939870,
section 10.2). A chance surplus of failures at s moves F(t), t >= s, by what the surplus adds less what
those who failed would have added later:

    of cause k:       e1(s, t) = 1 - (F(t) - F(s)) / S(s)      other causes: e0(s, t) = e1(s, t) - 1
    Var F(t) = sum over s <= t of  e1^2 v_k(s) + e0^2 v_o(s),
    v(s) = S(s-)^2 (d/n^2) (1 - (d - 1)/(n - 1))

with v_k from the failures of cause k, v_o from all others together. Expanding the squares leaves three
running sums. For the area to tau, e is replaced by its integral over t from s to tau.

**Infinitesimal jackknife.** The derivative of F(t) by the weight of row i, which entered at a and ended
at e. With J = 1/(n - d), A = running sum of d/(n (n - d)), P = running sum of f(s) (A(s-) - 1/n(s)),

    still at risk:  U_i(t) = P(t) - P(a) - A(a) (F(t) - F(a))
    ended:          U_i(t) = U_i(e) + [failed from k] S(e-)/n(e) + L_i (F(t) - F(e)),
    L_i = A(e) - A(a) - [failed] J(e),

so U_i is a linear form in (P(t), F(t), 1) whose coefficients change twice, and the sum of squares over
rows or clusters is a quadratic form whose six coefficients are running sums over those changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ._incidence_rows import Rows, Steps
from ._input import Floats, Ints, count


def aalen_variance(rows: Rows, steps: Steps, cause: int) -> Floats:
    """Var F_k at each grid time (m,)."""
    own, other, f, inverse = _aalen_parts(rows, steps, cause)
    ratio = f * inverse
    v1 = np.cumsum(ratio**2 * other + (1 + ratio) ** 2 * own)
    v2 = np.cumsum(inverse * (ratio * other + (1 + ratio) * own))
    v3 = np.cumsum(inverse**2 * (other + own))
    return np.maximum(v1 + f * (f * v3 - 2 * v2), 0.0)


def _aalen_parts(rows: Rows, steps: Steps, cause: int) -> tuple[Floats, Floats, Floats, Floats]:
    """v_k, v_o, F and 1/S (0 where S is 0), each (m,)."""
    d = rows.ending(cause, rows.weight)

    def spread(number: Floats) -> Floats:
        ties = np.where(number > 1, 1 - (number - 1) / np.maximum(steps.n - 1, 1), 1.0)
        scale = np.divide(steps.before, steps.n, out=np.zeros(number.size), where=number > 0)
        return scale**2 * number * ties

    inverse = np.divide(1.0, steps.after, out=np.zeros(d.size), where=steps.after > 0)
    rest = np.where(steps.after > 0, spread(steps.d - d), 0.0)
    return spread(d), rest, np.cumsum(steps.jumps(d)), inverse


@dataclass(frozen=True, slots=True, eq=False)
class _Influence:
    """Coefficients of U_i on (P, F, 1) while at risk, ``during``, and afterwards, ``ended``: (3, n)."""

    p: Floats
    f: Floats
    during: Floats
    ended: Floats

    @staticmethod
    def make(rows: Rows, steps: Steps, cause: int) -> _Influence:
        jump = steps.jumps(rows.ending(cause, rows.weight))
        left = steps.n - steps.d
        use = (steps.d > 0) & (steps.after > 0)
        j = np.divide(1.0, left, out=np.zeros(left.size), where=use)
        a = np.cumsum(np.divide(steps.d * j, steps.n, out=np.zeros(left.size), where=use))
        per_row = np.divide(1.0, steps.n, out=np.zeros(left.size), where=steps.d > 0)
        p, f = np.cumsum(jump * (np.r_[0.0, a[:-1]] - per_row)), np.cumsum(jump)

        e = rows.stop
        a0, f0, p0 = (np.where(rows.start >= 0, v[rows.start], 0.0) for v in (a, f, p))
        during = np.stack([np.ones(e.size), -a0, a0 * f0 - p0])
        later = a[e] - a0 - np.where(rows.cause > 0, j[e], 0.0)
        own = np.where(rows.cause == cause, (steps.before * per_row)[e], 0.0)
        at_end = during[0] * p[e] + during[1] * f[e] + during[2] + own
        ended = np.stack([np.zeros(e.size), later, at_end - later * f[e]])
        return _Influence(p, f, rows.weight * during, rows.weight * ended)


def jackknife_variance(rows: Rows, steps: Steps, cause: int) -> Floats:
    """Sum over rows or clusters of squared influences at each grid time (m,)."""
    u = _Influence.make(rows, steps, cause)
    # two changes a row: it enters (rank -1 = before the grid) and it ends
    when = np.concatenate([rows.start, rows.stop]) + 1
    change = np.concatenate([u.during, u.ended - u.during], axis=1)
    if rows.cluster is None:
        old, new = np.concatenate([np.zeros_like(u.during), u.during], axis=1), None
        new = old + change
    else:
        when, change, old, new = _by_cluster(when, change, np.tile(rows.cluster, 2))
    m = rows.grid.size

    def total(i: int, k: int) -> Floats:
        return count(when, new[i] * new[k] - old[i] * old[k], m + 1).cumsum()[1:]

    p, f = u.p, u.f
    square = total(0, 0) * p**2 + total(1, 1) * f**2 + total(2, 2)
    square += 2 * (total(0, 1) * p * f + total(0, 2) * p + total(1, 2) * f)
    return np.maximum(square, 0.0)


def _by_cluster(when: Ints, change: Floats, cluster: Ints) -> tuple[Ints, Floats, Floats, Floats]:
    """Changes in order of cluster and time, with the cluster's coefficients before and after each."""
    order = np.lexsort((when, cluster))
    when, change, cluster = when[order], change[:, order], cluster[order]
    running = np.cumsum(change, axis=1)
    first = np.flatnonzero(np.r_[True, cluster[1:] != cluster[:-1]])
    size = np.diff(np.r_[first, cluster.size])
    offset = np.concatenate([np.zeros((3, 1)), running[:, first[1:] - 1]], axis=1)
    new = running - np.repeat(offset, size, axis=1)
    return when, change, new - change, new


def area_error(rows: Rows, cause: int, tau: float, variance: str) -> float:
    """Standard error of the area under F_k from 0 to ``tau``, worked out with tau as the unit of time."""
    steps = Steps.make(rows)
    time = np.minimum(rows.grid, tau) / tau
    width = np.r_[np.diff(time), 1 - time[-1]]
    if variance == "aalen":
        own, other, f, inverse = _aalen_parts(rows, steps, cause)
        area = np.cumsum((f * width)[::-1])[::-1]  # under F from each grid time to tau
        lost = (f * (1 - time) - area) * inverse
        return tau * math.sqrt(float(np.sum((1 - time + lost) ** 2 * own + lost**2 * other)))
    u = _Influence.make(rows, steps, cause)
    areas = [np.r_[0.0, np.cumsum(v * width)] for v in (u.p, u.f, np.ones_like(u.f))]
    moved = np.zeros(rows.stop.size)
    for i, area in enumerate(areas):  # area[j] is that from the first grid time to the j-th
        entered = np.where(rows.start >= 0, area[rows.start], 0.0)
        moved += u.during[i] * (area[rows.stop] - entered) + u.ended[i] * (area[-1] - area[rows.stop])
    if rows.cluster is not None:
        moved = count(rows.cluster, moved, int(rows.cluster.max()) + 1)
    return tau * math.sqrt(float(moved @ moved))
