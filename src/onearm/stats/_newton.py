"""Newton's method for a concave log-likelihood, with an eye on coefficients that run away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from ._input import Bools, Floats

_STEP = 1e-9  # relative step at which the iteration has converged (the next would be its square)
_EXACT = 1e-11  # relative step so small that derivatives need no second look after it
_FLAT = 1e-10  # relative gain in log-likelihood below which it no longer grows


class Point(Protocol):
    """A log-likelihood with its derivatives at one coefficient vector."""

    @property
    def value(self) -> float:
        """log L."""

    @property
    def score(self) -> Floats:
        """First derivative (p,)."""

    @property
    def information(self) -> Floats:
        """Minus the second derivative (p, p)."""


P = TypeVar("P", bound=Point)


@dataclass(frozen=True, slots=True, eq=False)
class Maximum(Generic[P]):
    """Where the iteration ended: ``b`` (p,), the ``point`` there, and which columns run away (p,)."""

    b: Floats
    point: P
    iterations: int
    converged: bool
    runaway: Bools


def maximize(evaluate: Callable[[Floats], P | None], b: Floats, point: P, limit: int = 60) -> Maximum[P]:
    """Newton steps from ``b``, halved while the log-likelihood falls.

    A coefficient runs away (monotone likelihood, separation) when the log-likelihood has stopped
    growing while the steps have not shrunk: at the true maximum steps shrink quadratically. A step that had to be
    halved until it was small is no sign of a maximum: only the whole step counts.
    """
    none = np.zeros(b.size, dtype=np.bool_)
    floor = 1e-9 * float(np.max(np.diag(point.information)))
    previous = np.inf
    for iteration in range(1, limit + 1):
        try:
            step: Floats = np.asarray(np.linalg.solve(point.information, point.score), dtype=np.float64)
        except np.linalg.LinAlgError:
            return Maximum(b, point, iteration, False, ~none)
        if not np.all(np.isfinite(step)) or float(point.score @ step) < 0:  # curvature lost in rounding
            return Maximum(b, point, iteration, False, _large(step))
        if float(np.max(np.abs(step))) <= _EXACT * (1 + float(np.max(np.abs(b)))):
            lost = _directions_lost(point.information, floor)
            return Maximum(b + step, point, iteration - 1, not np.any(lost), lost)
        moved = _halved(evaluate, b, point, step)
        if moved is None:
            flat = bool(np.max(np.abs(step)) <= 1e-6 * (1 + np.max(np.abs(b))))
            return Maximum(b, point, iteration, flat, none if flat else _large(step))
        whole, (step, after) = float(np.max(np.abs(step))), moved
        size, gain = float(np.max(np.abs(step))), after.value - point.value
        b, point = b + step, after
        if whole <= _STEP * (1 + float(np.max(np.abs(b)))):
            lost = _directions_lost(point.information, floor)
            return Maximum(b, point, iteration, not np.any(lost), lost)
        if gain <= _FLAT * (1 + abs(point.value)) and size > 0.5 * previous and size > 1e-3:
            return Maximum(b, point, iteration, False, _large(step))
        previous = size
    return Maximum(b, point, limit, False, none)


def _halved(evaluate: Callable[[Floats], P | None], b: Floats, point: P, step: Floats) -> tuple[Floats, P] | None:
    """The step, halved until log L does not fall by more than rounding; None if it always does."""
    slack = 1e-12 * (1 + abs(point.value))
    for _ in range(30):
        after = evaluate(b + step)
        if after is not None and np.isfinite(after.value) and after.value >= point.value - slack:
            return step, after
        step = step / 2
    return None


def _directions_lost(information: Floats, floor: float) -> Bools:
    """Columns along which curvature has fallen below ``floor``: what is left of it is rounding."""
    value, vector = np.linalg.eigh(information)
    return np.asarray(np.any(np.abs(vector[:, value < floor]) > 0.1, axis=1), dtype=np.bool_)


def runaways(start: Floats, end: Floats) -> Bools:
    """Columns whose curvature has all but vanished on the way from ``start`` to ``end``, both (p, p).

    Along a direction v the log-likelihood grows without limit when v' end v / v' start v goes to 0: below 1e-6 (a
    standard error a thousand times that at the start) it is taken to have done so.
    """
    try:
        root = np.linalg.inv(np.linalg.cholesky(start))
        value, vector = np.linalg.eigh(root @ end @ root.T)
    except np.linalg.LinAlgError:
        return np.zeros(start.shape[0], dtype=np.bool_)
    direction = root.T @ vector[:, value < 1e-6]
    direction /= np.maximum(np.max(np.abs(direction), axis=0, initial=0.0), 1e-300)
    return np.asarray(np.any(np.abs(direction) > 0.1, axis=1), dtype=np.bool_)


def _large(step: Floats) -> Bools:
    """Columns whose step is of the size of the largest."""
    return np.asarray(np.abs(step) > 0.1 * np.max(np.abs(step)), dtype=np.bool_)


def estimable(information: Floats, scale: Floats) -> Bools:
    """Columns not constant and not a combination of the columns before them (p,).

    Cholesky by rows: a column is dropped when what the earlier ones leave of its information falls
    below 1e-9 of ``scale`` (p,), the information it would have if it were free of them.
    """
    p = information.shape[0]
    try:
        if np.all(np.diag(np.linalg.cholesky(information)) ** 2 > 1e-9 * scale):
            return np.ones(p, dtype=np.bool_)
    except np.linalg.LinAlgError:
        pass  # some column repeats others: which one?
    keep = np.zeros(p, dtype=np.bool_)
    for j in range(p):
        used = np.flatnonzero(keep)
        left = information[j, j]
        if used.size:
            cross = information[used, j]
            left -= cross @ np.linalg.solve(information[np.ix_(used, used)], cross)
        keep[j] = left > 1e-9 * scale[j]
    return keep
