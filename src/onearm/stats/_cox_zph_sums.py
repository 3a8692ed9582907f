"""The sums of the proportional-hazards test; the algebra is in ``_cox_zph``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ._cox_moments import Cells, Moments, unpacked
from ._cox_zph_record import Terms
from ._input import Bools, Floats, Ints, count


def transformed(
    transform: str | Callable[[Floats], ArrayLike], grid: Floats, stop: Ints, start: Ints, event: Bools
) -> Floats:
    """g of each row's time (n,)."""
    time = grid[stop]
    if not isinstance(transform, str):
        g = np.asarray(transform(time), dtype=np.float64)
        if g.shape != time.shape or not np.all(np.isfinite(g[event])):
            raise ValueError("transform must give one finite number for each event time")
        return g
    if transform == "identity":
        return time
    ends = np.bincount(stop, minlength=grid.size)
    if transform == "rank":
        return np.asarray((np.cumsum(ends) - (ends - 1) / 2)[stop])
    if transform == "log":
        if np.any(time[event] <= 0):
            raise ValueError("transform 'log' needs event times above 0, found an event at time 0")
        with np.errstate(divide="ignore"):
            return np.log(time)
    entries = np.bincount(start[start >= 0], minlength=grid.size)
    at_risk = ends[::-1].cumsum()[::-1] - entries[::-1].cumsum()[::-1]
    deaths = np.bincount(stop[event], minlength=grid.size)
    survival = np.cumprod(1 - deaths / np.maximum(at_risk, 1))
    return np.asarray(1 - np.r_[1.0, survival][stop])


def derivatives(cells: Cells, at: Moments, x: Floats, g: Floats, event: Bools) -> tuple[Floats, Floats]:
    """U (p,) of the added covariates and the stack A, B, C (3, p, p)."""
    p = x.shape[1]
    by_cell = np.empty(cells.size)
    by_cell[cells.own[event]] = g[event]
    m, h = cells.mass, by_cell[cells.term]
    score = (cells.weight * g)[event] @ x[event] - (m * h) @ at.mean
    packed = np.stack([m, m * h, m * h * h]) @ at.covariance
    return score, np.stack([unpacked(row, p) for row in packed])


def score_parts(score: Floats, blocks: Floats) -> tuple[Floats, Floats, Floats]:
    """U, its variance given the coefficients (p, p), and the scale against which that may vanish (p,)."""
    a, b, c = blocks
    return score, c - b.T @ np.linalg.solve(a, b), np.diag(c)


def approximate_parts(score: Floats, blocks: Floats, g: Floats) -> tuple[Floats, Floats, Floats]:
    """The same three for A^-1 U, ``g`` (d,) the centred values of the events."""
    inverse = np.linalg.inv(blocks[0])
    variance = inverse * float(np.sum(g * g)) / g.size
    return inverse @ score, variance, np.diag(variance)


def statistics(u: Floats, variance: Floats, scale: Floats, group: Terms) -> tuple[Floats, Ints, str]:
    """Chi-square and degrees of freedom of each term and, last, of all columns; what has none, in words."""
    sets = [*group.columns, np.arange(u.size)]
    value, said = np.full(len(sets), np.nan), []
    for k, (label, j) in enumerate(zip([*group.names, "all columns"], sets, strict=True)):
        part = variance[np.ix_(j, j)]
        if j.size and np.linalg.eigvalsh(part)[0] <= 1e-12 * float(np.max(scale[j])):
            said.append(f"{label}: too few event times to see a change with time")
        elif j.size:
            value[k] = u[j] @ np.linalg.solve(part, u[j])
    return value, np.array([j.size for j in sets], dtype=np.int64), "; ".join(said)


def scaled_residuals(
    cells: Cells,
    at: Moments,
    x: Floats,
    block: Ints,
    order: Ints,
    information: Floats,
    group: Terms,
    fit: Floats,
    unit: Floats,
) -> tuple[Floats, Floats]:
    """Scaled Schoenfeld residuals (d, terms) and their variance (terms, terms), in the units of the covariates.

    ``x`` (n, p) is standardized, ``unit`` (p,) its scale, ``information`` (p, p) that of ``x``.
    """
    raw = (x[order] - cells.by_cell(at.mean)[cells.own[order]]) * unit
    # events behind each pair of columns: a column constant in a stratum learns nothing there
    size = int(block.max()) + 1
    by_block = np.argsort(block, kind="stable")
    starts = np.searchsorted(block[by_block], np.arange(size))
    top, low = np.maximum.reduceat(x[by_block], starts), np.minimum.reduceat(x[by_block], starts)
    events = count(block[order], np.ones(order.size), size)
    varies = group.spread(top > low)
    shared = (varies * events[:, None]).T @ varies
    average = information * np.outer(unit, unit) / np.where(shared == 0, 1.0, shared)
    combine = group.combination(fit)
    shown = [int(j[0]) for j in group.columns if j.size]
    average = combine.T @ average @ combine
    live = np.any(combine != 0, axis=0)  # dummies whose coefficients are all 0 have no linear predictor
    seen, raw = varies[:, shown] * live, raw @ combine
    scaled = np.full_like(raw, np.nan)
    patterns, which = np.unique(seen, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):  # strata in which the same terms vary
        rows = np.flatnonzero(which.reshape(-1)[block[order]] == number)
        on = np.flatnonzero(pattern)
        scaled[np.ix_(rows, on)] = np.linalg.solve(average[np.ix_(on, on)], raw[np.ix_(rows, on)].T).T
    filled = np.flatnonzero([j.size > 0 for j in group.columns])
    residuals = np.full((order.size, len(group.columns)), np.nan)
    residuals[:, filled] = scaled + group.level(fit)
    variance = np.full((len(group.columns), len(group.columns)), np.nan)
    variance[np.ix_(filled[live], filled[live])] = np.linalg.inv(average[np.ix_(live, live)])
    return residuals, variance
