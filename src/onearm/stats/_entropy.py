"""The one engine of entropy balancing and MAIC: weights of least divergence whose means are given.

Weights w_i = q_i exp(a'(x_i - t)) with sum of w_i (x_i - t) = 0 are, among all weights with means t, the nearest to
the base weights q in Kullback-Leibler divergence. They solve the convex dual

    minimize  D(a) = log sum of q_i exp(a' z_i),   z_i = x_i - t,
    gradient  sum of p_i z_i,  p_i = w_i / sum w,   second derivative  sum of p_i z_i z_i' - mean mean'

so that the gradient of 0 is the balance itself. (Hainmueller 2012, doi:10.1093/pan/mpr025; Signorovitch et al. 2010,
doi:10.2165/11538370-000000000-00000, who minimize exp D, with the same minimum: Phillippo et al. 2020,
doi:10.1002/jrsm.1398.) D has a minimum if and only if t lies inside the convex hull of the x_i with q_i > 0. An a with
a' z_i < 0 for all i proves that it does not: D then falls without limit along it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats
from ._newton import estimable, maximize


@dataclass(frozen=True, slots=True, eq=False)
class Tilt:
    """Where the iteration ended.

    Attributes
    ----------
    share : (n,) weights that add up to 1.
    log_weight : (n,) a' z_i, without base weights and without a constant; 0 where the base weight is 0.
    coef : (p,) a, 0 for a column left out.
    kept : (p,) whether each column was used; the others are constant or combinations of those before them.
    imbalance : largest distance of a mean from its target, in standard deviations of the column.
    iterations, converged, message : how it went; ``message`` also names columns left out.
    """

    share: Floats
    log_weight: Floats
    coef: Floats
    kept: Bools
    imbalance: float
    iterations: int
    converged: bool
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    value: float
    score: Floats
    information: Floats


def tilt(x: Floats, target: Floats, base: Floats, tolerance: float, names: list[str]) -> Tilt:
    """Weights of the rows of ``x`` (n, p) with means ``target`` (p,), nearest to ``base`` (n,).

    ``names`` (p,) say in messages what each column is.
    """
    used = base > 0
    q = np.log(base[used] / base.max())
    start = np.average(x[used], axis=0, weights=base[used])
    spread = np.sqrt(np.average((x[used] - start) ** 2, axis=0, weights=base[used]))
    flat = spread <= 1e-12 * np.maximum(np.max(np.abs(x[used]), axis=0), 1e-300)
    unit = np.where(flat, np.maximum(np.abs(start), 1e-300), spread)
    z = np.where(flat, 0.0, (x[used] - target) / unit)
    first = _point(z, q, np.zeros(target.size))
    free = estimable(first.information, np.ones(target.size)) & ~flat
    a = np.zeros(target.size)
    iterations, done = 0, True
    if np.any(free):
        begin = _point(z[:, free], q, a[free])
        top = maximize(lambda b: _point(z[:, free], q, b), a[free], begin, limit=200)
        a[free], iterations, done = top.b, top.iterations, top.converged
    share = np.zeros(base.size)
    share[used] = _shares(z, q, a)[0]
    off = np.abs(share @ x - target) / unit
    off[flat] = np.where(np.abs(start - target)[flat] <= 1e-9 * unit[flat], 0.0, np.inf)
    met = bool(done and np.all(off <= tolerance))
    left = z @ a
    full = np.zeros(base.size)
    full[used] = left
    message = _words(x[used], target, free, off, names, met, float(left.max()))
    return Tilt(share, full, a / unit, free, float(off.max()), iterations, met, message)


def _shares(z: Floats, q: Floats, a: Floats) -> tuple[Floats, float]:
    """Weights that add up to 1, and D(a)."""
    eta = q + z @ a
    top = float(eta.max())
    w = np.exp(eta - top)
    total = float(w.sum())
    return w / total, top + float(np.log(total))


def _point(z: Floats, q: Floats, a: Floats) -> _Point:
    """-D and its derivatives at ``a``: :func:`maximize` goes up."""
    p, value = _shares(z, q, a)
    mean = p @ z
    centred = z - mean
    return _Point(-value, -mean, centred.T @ (p[:, None] * centred))


def _words(x: Floats, target: Floats, free: Bools, off: Floats, names: list[str], met: bool, highest: float) -> str:
    """Why there is no solution, or which columns were of no use; empty when there is nothing to say."""
    if met:
        unused = [names[j] for j in np.flatnonzero(~free)]
        return f"{', '.join(unused)}: constant, or follows from the others; not used" if unused else ""
    outside = np.flatnonzero((target > x.max(axis=0)) | (target < x.min(axis=0)))
    if outside.size:
        j = int(outside[0])
        return (
            f"no weights give {names[j]} a mean of {target[j]:.6g}: its values reach from {x[:, j].min():.6g} to "
            f"{x[:, j].max():.6g}; the populations do not overlap"
        )
    spare = np.flatnonzero(~free & (off > 1e-6))
    if spare.size:
        j = int(spare[0])
        return (
            f"no weights give {names[j]} a mean of {target[j]:.6g} together with the other means: it is constant or "
            "follows from the columns before it"
        )
    if highest < 0:
        return (
            "no weights give all means at once: the target lies outside the convex hull of the rows; use fewer columns"
        )
    return (
        f"no convergence: means are up to {off.max():.2g} SD from their targets, which lie at the edge of the convex "
        "hull of the rows or outside it, so that weights go to 0; use fewer columns"
    )
