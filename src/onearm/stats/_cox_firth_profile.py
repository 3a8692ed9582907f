"""The penalized Cox likelihood, its maximum and its profiles; the algebra is in ``_cox_firth``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._cox_firth_record import Profile
from ._cox_moments import Cells, moments, pairs, unpacked
from ._distributions import chi_square_tail, critical_value
from ._input import Bools, Floats

_STEPS = 200  # of one maximization
_STALLED = 4  # steps without gain after which l* is as high as rounding lets it be
_ROUGH = 1e-7  # step at which a profile is maximal: what is missing of l* is its square
_OUTWARD = 40  # steps before a limit is given up


@dataclass(frozen=True, slots=True, eq=False)
class Penalized:
    """l* of centred, scaled columns ``x`` (n, p)."""

    cells: Cells
    x: Floats
    event: Bools

    def at(self, b: Floats) -> tuple[float, Floats, Floats] | None:
        """l*, its slope (p,) and the information (p, p); None where they cannot be computed."""
        if not np.all(np.isfinite(b)):
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            return self._at(b)

    def _at(self, b: Floats) -> tuple[float, Floats, Floats] | None:
        cells, x = self.cells, self.x
        now = moments(cells, x, b)
        if now is None:
            return None
        p = x.shape[1]
        information = unpacked(cells.mass @ now.covariance, p)
        sign, logdet = np.linalg.slogdet(information)
        if not np.isfinite(logdet) or sign <= 0 or np.linalg.eigvalsh(information)[0] <= 0:
            return None
        inverse = np.linalg.inv(information)
        w = cells.weight[self.event]
        value = now.value + logdet / 2
        rh = now.r * np.sum((x @ inverse) * x, axis=1)
        sums = (
            cells.sums(lambda rows: rh[rows] * np.vstack([np.ones(rows.size), x[rows].T]), now.shift) / now.den[:, None]
        )
        h, hx = sums[:, :1], sums[:, 1:]
        turned = now.mean @ inverse
        length = np.sum(turned * now.mean, axis=1)
        bent = np.zeros_like(now.mean)  # E(x x') A mu
        for place, (j, k) in enumerate(zip(*pairs(p), strict=True)):
            bent[:, j] += now.square[:, place] * turned[:, k]
            if j != k:
                bent[:, k] += now.square[:, place] * turned[:, j]
        third = hx - now.mean * h - 2 * bent + 2 * now.mean * length[:, None]
        slope = w @ x[self.event] - cells.mass @ now.mean + cells.mass @ third / 2
        return (float(value), slope, information) if np.all(np.isfinite(slope)) else None


@dataclass(frozen=True, slots=True, eq=False)
class Top:
    """A (constrained) maximum of l*."""

    b: Floats
    value: float
    slope: Floats
    information: Floats
    iterations: int
    converged: bool


def maximize(problem: Penalized, b: Floats, moving: Bools, close: float = 1e-10) -> Top | None:
    """l* maximized over the ``moving`` coefficients; None where l* cannot be computed at the start."""
    here = problem.at(b)
    if here is None:
        return None
    value, slope, information = here
    if not np.any(moving):
        return Top(b, value, slope, information, 0, True)
    step_of: Floats = np.asarray(np.linalg.inv(information[np.ix_(moving, moving)]))
    stalled = 0  # steps in a row that gained nothing but rounding
    for iteration in range(1, _STEPS + 1):
        u = slope[moving]
        step = step_of @ u
        if float(u @ step) <= 0:
            step_of = _inverse(information, moving)
            step = step_of @ u
        step = step * min(1.0, 2.0 / float(np.max(np.abs(step)) or 1.0))
        small = bool(np.max(np.abs(step)) <= close * (1 + np.max(np.abs(b))))
        after, ahead = None, b
        for _ in range(40):
            ahead = b.copy()
            ahead[moving] += step
            after = problem.at(ahead)
            if after is not None and after[0] >= value - 1e-13 * (1 + abs(value)):
                break
            step, after = step / 2, None
        if after is None:
            return Top(b, value, slope, information, iteration, float(u @ step_of @ u) < 1e-12)
        stalled = stalled + 1 if after[0] - value <= 1e-13 * (1 + abs(value)) else 0
        if stalled == _STALLED:
            return Top(ahead, *after, iteration, float(u @ step_of @ u) < 1e-8)
        change = u - after[1][moving]
        b, (value, slope, information) = ahead, after
        if small:
            return Top(b, value, slope, information, iteration, True)
        step_of = _updated(step_of, step, change)
    return Top(b, value, slope, information, _STEPS, False)


def _inverse(information: Floats, moving: Bools) -> Floats:
    return np.asarray(np.linalg.inv(information[np.ix_(moving, moving)]), dtype=np.float64)


def _updated(inverse: Floats, step: Floats, change: Floats) -> Floats:
    """The BFGS update of an inverse curvature (Nocedal & Wright 2006, equation 6.17)."""
    bend = float(step @ change)
    if bend <= 1e-12 * float(np.linalg.norm(step) * np.linalg.norm(change)):
        return inverse
    left = np.eye(step.size) - np.outer(step, change) / bend
    return np.asarray(left @ inverse @ left.T + np.outer(step, step) / bend)


def _limit(problem: Penalized, top: Top, j: int, side: int, fall: float, error: float) -> float:
    """Where the profile of coefficient j has fallen by ``fall``; NaN where it never does."""
    moving = np.arange(top.b.size) != j
    target = top.value - fall
    outside = _crossed(problem, top, j, side * 1.5 * error, target)
    if outside is None:
        return np.nan
    at, near, far = outside, float(top.b[j]), float(outside.b[j])
    for _ in range(100):
        gap, slope, value = at.value - target, float(at.slope[j]), float(at.b[j])
        near, far = (near, value) if gap < 0 else (value, far)
        ahead = value - gap / slope if slope else near
        if not min(near, far) < ahead < max(near, far):
            ahead = (near + far) / 2
        if abs(ahead - value) <= 1e-10 * (1 + abs(value)):
            return ahead
        tried = maximize(problem, _along(at, j, ahead - value), moving, _ROUGH)
        if tried is None:
            return np.nan
        at = tried
    return np.nan


def _crossed(problem: Penalized, top: Top, j: int, step: float, target: float) -> Top | None:
    """A point of the profile of coefficient j below ``target``, by growing steps; None where there is none."""
    moving = np.arange(top.b.size) != j
    here, growth = top, 2.0
    for _ in range(_OUTWARD):
        at = maximize(problem, _along(here, j, step), moving, _ROUGH)
        if at is None or not at.converged:  # too far for floating point
            step, growth = step / 2, 1.0
        elif at.value < target:
            return at
        else:
            here, step = at, growth * step
    return None


def _along(at: Top, j: int, step: float) -> Floats:
    """Coefficients after a step of coefficient j, the others moved to keep their slopes."""
    b = at.b.copy()
    rest = np.arange(b.size) != j
    b[rest] -= step * np.linalg.solve(at.information[np.ix_(rest, rest)], at.information[rest, j])
    b[j] += step
    return b


def profile(problem: Penalized, top: Top, error: Floats, level: float) -> Profile:
    """Limits and likelihood-ratio test of every coefficient."""
    p = top.b.size
    fall = critical_value(level) ** 2 / 2
    low, high, statistic = np.full(p, np.nan), np.full(p, np.nan), np.full(p, np.nan)
    for j in range(p):
        low[j] = _limit(problem, top, j, -1, fall, float(error[j]))
        high[j] = _limit(problem, top, j, 1, fall, float(error[j]))
        without = top.b.copy()
        without[j] = 0.0
        at = maximize(problem, without, np.arange(p) != j)
        if at is not None and at.converged:
            statistic[j] = max(0.0, 2 * (top.value - at.value))
    return Profile(low, high, statistic, np.array([chi_square_tail(s, 1) for s in statistic]))
