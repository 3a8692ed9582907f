"""How likely the largest of a few correlated standard normal variables passes a bound.

The event is cut into disjoint parts, "z_i is the first to pass", each worked out on its own, so that small
probabilities keep their relative accuracy:

    P(some z_i > c) = sum over i of P(z_i > c and z_j <= c for j < i).

Each part is the normal measure of a polytope. With z = A y, y independent standard normal of dimension r
(the rank of the correlation, which may be singular), the last coordinate lies in an interval given the
others. The remaining integrals, over r - 1 coordinates, have integrands that are smooth between the
corners of the polytope: Gauss-Legendre quadrature between corners is exact to about 1e-12 for r up to 3.
Four maximum-combination tests of log-rank type have rank 3, since S + (1 - S) = 1. For r of 4 or more the
integrals over all coordinates but one are a mean over the points of a lattice (Genz 1992,
doi:10.1080/10618600.1992.10477010; generators the square roots of primes, Richtmyer 1951, folded by the
baker's transformation), with an error near 1e-6 of the value.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from ._input import Floats

_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(16)
_PIECES = 6
_STEEP = 1.5
_SWEEP = np.array([-8.0, -5.0, -3.0, -1.5, 0.0, 1.5, 3.0, 5.0, 8.0])
_REACH = 9.0  # standard deviations beyond which nothing is left at double precision
_LATTICE = 1 << 17
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)
_SINGULAR = 1e-9  # a variable whose variance given the earlier ones is below this is their combination


def exceedance(bound: float, correlation: Floats, two_sided: bool) -> float:
    """P(max z_i > bound), or P(max abs(z_i) > bound), for correlation (k, k), singular or not."""
    if two_sided and bound <= 0:
        return 1.0
    total = 0.0
    for i in range(correlation.shape[0]):
        order = [i, *range(i)]
        rows = factor(correlation[np.ix_(order, order)])
        low = np.full(i + 1, -float(bound) if two_sided else -np.inf)
        high = np.full(i + 1, float(bound))
        low[0], high[0] = bound, np.inf  # by symmetry twice where both sides count
        total += _region(rows, low, high)
    return min(1.0, total * (2 if two_sided else 1))


def factor(correlation: Floats) -> Floats:
    """Rows A (k, r) with A A' = correlation, the first row (1, 0, ...): Cholesky with singular rows allowed."""
    k = correlation.shape[0]
    left = correlation.copy()
    columns: list[Floats] = []
    for j in range(k):
        if left[j, j] <= _SINGULAR:
            continue
        column = left[:, j] / math.sqrt(left[j, j])
        columns.append(column)
        left = left - np.outer(column, column)
    rows = np.column_stack(columns)
    rows[np.abs(rows) < 1e-12] = 0.0
    return rows


def _region(rows: Floats, low: Floats, high: Floats) -> float:
    """P(low <= A y <= high); the first coordinate is the first variable."""
    if rows.shape[1] == 1:
        return float(_line(rows[:, 0], low[None], high[None])[0])
    if rows.shape[1] > 3:
        return _lattice(rows, low, high)
    start, end = max(float(low[0]), -_REACH), math.hypot(max(float(low[0]), 0.0), _REACH)
    if rows.shape[1] == 2:
        return float(_plane(rows, low[None], high[None], start, end)[0])
    y, mass = _between(_cuts(rows, low[None], high[None])[0], start, end)
    inside = _plane(rows[:, 1:], low - np.outer(y, rows[:, 0]), high - np.outer(y, rows[:, 0]), -_REACH, _REACH)
    return float(inside @ mass)


def _cuts(rows: Floats, low: Floats, high: Floats) -> Floats:
    """Values of the first coordinate where the integrand bends, for N polytopes; NaN for none.

    They are the corners; and, for a variable nearly determined by the first coordinate, the stretch over
    which its bound sweeps the range of the other coordinates.
    """
    k, r = rows.shape
    found = [np.full((low.shape[0], 1), np.nan)]
    for chosen in map(list, combinations(range(k), r)):
        part = rows[chosen]
        if abs(np.linalg.det(part)) < 1e-10:
            continue
        inverse = np.linalg.inv(part)
        for side in range(1 << r):
            upper = (side >> np.arange(r) & 1).astype(bool)
            edge = np.where(upper, high[:, chosen], low[:, chosen])
            edge[~np.isfinite(edge)] = np.nan
            point = edge @ inverse.T
            z = point @ rows.T
            inside = np.all((z >= low - 1e-9) & (z <= high + 1e-9), axis=1)
            found.append(np.where(inside, point[:, 0], np.nan)[:, None])
    for j, row in enumerate(rows):
        rest = float(np.linalg.norm(row[1:]))
        if abs(row[0]) > _STEEP * rest > 0:
            for edge in (low[:, j], high[:, j]):
                found.append(np.where(np.isfinite(edge), edge, np.nan)[:, None] / row[0] + _SWEEP * (rest / row[0]))
    return np.concatenate(found, axis=1)


def _between(cuts: Floats, start: float, end: float) -> tuple[Floats, Floats]:
    """Nodes and normal-density weights of quadrature from start to end, in pieces that end at ``cuts``."""
    inside = cuts[(cuts > start) & (cuts < end)]
    knots = np.unique(np.concatenate([np.linspace(start, end, _PIECES + 1), inside]))
    half = np.diff(knots)[:, None] / 2
    y = (knots[:-1, None] + half) + half * _NODES
    mass = half * _NODE_WEIGHTS * np.exp(-0.5 * y * y) / math.sqrt(2 * math.pi)
    return y.ravel(), mass.ravel()


def _plane(rows: Floats, low: Floats, high: Floats, start: float, end: float) -> Floats:
    """P(low <= A y <= high) for y in two dimensions; ``low``, ``high`` (N, k) are N problems."""
    result = np.empty(low.shape[0])
    for i, cuts in enumerate(_cuts(rows, low, high)):
        y, mass = _between(cuts, start, end)
        inside = _line(rows[:, 1], low[i] - np.outer(y, rows[:, 0]), high[i] - np.outer(y, rows[:, 0]))
        result[i] = inside @ mass
    return result


def _line(slope: Floats, low: Floats, high: Floats) -> Floats:
    """P(low <= slope y <= high) for one y; ``low``, ``high`` (N, k)."""
    bottom, top = np.full(low.shape[0], -np.inf), np.full(low.shape[0], np.inf)
    for j, a in enumerate(slope):
        if a == 0:
            top[(low[:, j] > 1e-12) | (high[:, j] < -1e-12)] = -np.inf
        else:
            ends = (low[:, j] / a, high[:, j] / a) if a > 0 else (high[:, j] / a, low[:, j] / a)
            bottom, top = np.maximum(bottom, ends[0]), np.minimum(top, ends[1])
    return _normal_between(bottom, top)


def _normal_between(low: Floats, high: Floats) -> Floats:
    """Normal probability of each interval, worked out in the tail it lies in; 0 for an empty one."""
    flip = low > 0  # measure from the other side, where the tails are small
    a, b = np.where(flip, -high, low), np.where(flip, -low, high)
    result = np.zeros(a.size)
    use = np.flatnonzero(b > a)
    result[use] = 0.5 * (_erfc(-b[use] / math.sqrt(2)) - _erfc(-a[use] / math.sqrt(2)))
    return result


def _erfc(x: Floats) -> Floats:
    return np.fromiter(map(math.erfc, x.tolist()), np.float64, x.size)


def _lattice(rows: Floats, low: Floats, high: Floats) -> float:
    """The same in more dimensions: a mean over lattice points, the last coordinate exactly."""
    from statistics import NormalDist

    inverse = NormalDist().inv_cdf
    k, r = rows.shape
    last = [int(np.flatnonzero(row)[-1]) for row in rows]
    shift = np.zeros((_LATTICE, k))
    weight = np.ones(_LATTICE)
    index = np.arange(1, _LATTICE + 1)
    for dimension in range(r):
        closes = [i for i in range(k) if last[i] == dimension]
        a, b = low[closes] - shift[:, closes], high[closes] - shift[:, closes]
        if dimension == r - 1:
            weight *= _line(rows[closes, dimension], a, b)
            break
        slope = rows[closes, dimension]
        bottom = np.max(np.where(slope > 0, a, b) / slope, axis=1, initial=-np.inf)
        top = np.min(np.where(slope > 0, b, a) / slope, axis=1, initial=np.inf)
        inside = _normal_between(bottom, top)
        weight *= inside
        u = np.abs(2 * np.modf(index * math.sqrt(_PRIMES[dimension]))[0] - 1)
        flip = bottom > 0
        below = 0.5 * _erfc(np.where(flip, top, -bottom) / math.sqrt(2))
        p = np.clip(below + u * inside, 1e-300, 1 - 1e-16)
        y = np.fromiter(map(inverse, p.tolist()), np.float64, p.size)
        shift += np.where(flip, -y, y)[:, None] * rows[:, dimension]
    return float(weight.mean())
