"""Columns centred and scaled, those without a coefficient left out, and where Newton's method begins.

For few rows that is the fit without covariates. For many it is beside the maximum: a sample of both classes is fitted
first (each class thinned by its own factor and weighted by it, so that a rare one is kept). Its information H serves
all rows for one step b + H^-1 score, which needs the score alone; then H is taken from all rows once, and the steps
that follow shrink by about the length of the first. This is a starting value and no more: the maximum is found, and
convergence and separation are judged, from wherever this ends. A sample in which a column is constant, repeats others
or separates the classes is not used; one that has full rank and a maximum vouches for both in all rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats, Ints
from ._logistic_rows import BLOCK, Rows, rows
from ._newton import estimable, maximize

_MANY = 1 << 16  # rows from which a sample is worth its price
_SHARE = 32  # one row in so many is sampled
_STEPS = 6
_LARGEST = 1e150  # a covariate less its mean
_NEAR = 1e-11  # what may be missing of the maximum


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """The rows, restricted to the ``free`` columns; a starting value ``b`` and the steps it took.

    ``back`` turns coefficients of the centred, scaled columns into those of x.
    """

    problem: Rows
    free: Bools
    back: Floats
    b: Floats
    steps: int


def start(x: Floats, y: Floats, weight: Floats | None, penalty: float) -> Start:
    """Where to begin."""
    near = _beside(x, y, weight, penalty) if y.size >= _MANY else None
    return near or _without_covariates(x, y, weight, penalty, _moments(x, weight))


def _without_covariates(
    x: Floats, y: Floats, weight: Floats | None, penalty: float, moments: tuple[Floats, Floats]
) -> Start:
    centre, spread = moments
    unit = np.where(spread > 0, spread, 1.0)
    whole = rows(x, y, weight, penalty, np.where(spread > 0, centre, x[0]), unit)
    for block in whole.blocks:
        block.z[:, 1:][:, spread == 0] = 0.0
    mass = float(y.size if weight is None else weight.sum())
    share = float(y.mean() if weight is None else weight @ y / mass)
    b = np.zeros(unit.size + 1)
    b[0] = np.log(share / (1 - share))
    plain = whole.at(b).information - np.diag(whole.ridge)
    free = estimable(plain, np.full(b.size, mass * share * (1 - share)))
    return Start(whole.kept(free), free, _back(centre, unit)[np.ix_(free, free)], b[free], 0)


def _beside(x: Floats, y: Floats, weight: Floats | None, penalty: float) -> Start | None:
    """A start beside the maximum; None where the sample has no maximum of its own."""
    index, worth = _sampled(y, weight)
    part = x[index]
    moments = _moments(part, worth)
    inner = _without_covariates(part, y[index], worth, penalty, moments)
    if not np.all(inner.free):
        return None
    top = maximize(inner.problem.at, inner.b, inner.problem.at(inner.b))
    if not top.converged or np.any(top.runaway):
        return None
    whole = rows(x, y, weight, penalty, *moments)
    found = _approached(whole, top.b, top.point.information)
    return None if found is None else Start(whole, inner.free, inner.back, *found)


def _approached(whole: Rows, b: Floats, information: Floats) -> tuple[Floats, int] | None:
    """Steps by the score alone; None where they do not shrink."""
    previous, score = 1.0, whole.score(b)
    for k in range(1, _STEPS + 1):
        step = np.linalg.solve(information, score)
        size = float(np.max(np.abs(step))) / (1 + float(np.max(np.abs(b))))
        if not size < previous:
            return None
        b = b + step
        if size * size / previous <= _NEAR:  # steps shrink at this rate at least
            return b, k
        previous = size
        if k == 1:
            here = whole.at(b)
            score, information = here.score, here.information
        else:
            score = whole.score(b)
    return b, _STEPS


def _sampled(y: Floats, weight: Floats | None) -> tuple[Ints, Floats]:
    """Row numbers of a sample of both classes, and what each of its rows stands for."""
    each = y.size // (2 * _SHARE)
    chosen, worth = [], []
    for of_class in (y == 1, y == 0):
        members = np.flatnonzero(of_class if weight is None else of_class & (weight > 0))
        stride = max(1, members.size // each)
        chosen.append(members[::stride])
        worth.append(np.full(chosen[-1].size, float(stride)))
    index, factor = np.concatenate(chosen), np.concatenate(worth)
    return index, factor * (1.0 if weight is None else weight[index])


def _moments(x: Floats, weight: Floats | None) -> tuple[Floats, Floats]:
    """Weighted means and standard deviations of the columns; a deviation of 0 where it is rounding."""
    n, p = x.shape
    w = np.ones(n) if weight is None else weight
    total = w.sum()
    with np.errstate(over="ignore", invalid="ignore"):
        centre = (w / total) @ x
        largest, least = x.max(axis=0), x.min(axis=0)
        reach = np.maximum(largest - centre, centre - least)
    if not np.all(reach < _LARGEST):
        j = int(np.flatnonzero(~(reach < _LARGEST))[0])
        raise ValueError(f"x has numbers in column {j} too large to be squared: give it in larger units")
    unit = np.where(reach > 1e-290, reach, 1.0)
    square = np.zeros(p)
    for low in range(0, n, BLOCK):
        square += w[low : low + BLOCK] @ ((x[low : low + BLOCK] - centre) / unit) ** 2
    spread = unit * np.sqrt(square / total)
    return centre, np.where(spread > 1e-12 * np.maximum(np.abs(largest), np.abs(least)), spread, 0.0)


def _back(centre: Floats, unit: Floats) -> Floats:
    """b = back s turns coefficients s of (x - centre) / unit into b of x."""
    back = np.diag(np.r_[1.0, 1 / unit])
    back[0, 1:] = -centre / unit
    return back
