"""Firth's penalty: l* = l + log|I| / 2, finite where the classes separate.

With h_i the leverages, h_i = w v z' I^-1 z of row i and v = mu (1 - mu), and dv/deta = v (1 - 2 mu),

    dl*/db = Z {w (y - mu) + h (1/2 - mu)}.

Steps are quasi-Newton (BFGS), begun from I^-1 and halved while l* falls.
"""

from __future__ import annotations

import numpy as np

from ._input import Floats
from ._logistic_rows import Point, Rows, tail
from ._newton import Maximum

_STEPS = 200
_SMALL = 1e-11  # step after which nothing is left to gain
_LONGEST = 5.0  # a step on the scale of the log odds
_STALLED = 4  # steps in a row that gain nothing but rounding


def penalized(problem: Rows, b: Floats) -> tuple[Point, Point] | None:
    """The likelihood at ``b`` and the penalized one, both with the plain information; None where it is singular."""
    plain = problem.at(b)
    sign, logdet = np.linalg.slogdet(plain.information)
    if not (np.isfinite(logdet) and sign > 0):
        return None
    inverse = np.linalg.inv(plain.information)
    score = plain.score.copy()
    for block in problem.blocks:
        eta = block.eta(b)
        e = tail(eta)
        up = 1.0 + e
        length = np.einsum("kij,kij->kj", np.matmul(inverse, block.z), block.z).reshape(-1)
        score -= block.total(length * e / (up * up) * np.copysign(1.0 / up - 0.5, eta))
    return plain, Point(plain.value + float(logdet) / 2, score, plain.information)


def firth(problem: Rows, b: Floats) -> Maximum[Point]:
    """The maximum of l* from ``b``; its point holds l and its score, without the penalty."""
    here = penalized(problem, b)
    none = np.zeros(b.size, dtype=np.bool_)
    if here is None:
        return Maximum(b, problem.at(b), 0, False, none)
    bend, stalled = np.asarray(np.linalg.inv(here[1].information)), 0
    for iteration in range(1, _STEPS + 1):
        now = here[1]
        step = bend @ now.score
        if float(step @ now.score) <= 0:
            bend = np.asarray(np.linalg.inv(now.information))
            step = bend @ now.score
        step = step * min(1.0, _LONGEST / float(np.max(np.abs(step)) or 1.0))
        small = bool(np.max(np.abs(step)) <= _SMALL * (1 + np.max(np.abs(b))))
        moved = _upward(problem, b, now.value, step)
        if moved is None:
            flat = float(now.score @ bend @ now.score) < 1e-12
            return Maximum(b, here[0], iteration, flat, none)
        step, ahead = moved
        stalled = stalled + 1 if ahead[1].value - now.value <= 1e-14 * (1 + abs(now.value)) else 0
        bend, b, here = _updated(bend, step, now.score - ahead[1].score), b + step, ahead
        if small or stalled == _STALLED:
            left = float(ahead[1].score @ bend @ ahead[1].score)
            return Maximum(b, here[0], iteration, small or left < 1e-12, none)
    return Maximum(b, here[0], _STEPS, False, none)


def _upward(problem: Rows, b: Floats, value: float, step: Floats) -> tuple[Floats, tuple[Point, Point]] | None:
    """The step, halved until l* does not fall by more than rounding; None if it always does."""
    for _ in range(40):
        ahead = penalized(problem, b + step)
        if ahead is not None and ahead[1].value >= value - 1e-13 * (1 + abs(value)):
            return step, ahead
        step = step / 2
    return None


def _updated(inverse: Floats, step: Floats, change: Floats) -> Floats:
    """The BFGS update of an inverse curvature (Nocedal & Wright 2006, equation 6.17)."""
    bend = float(step @ change)
    if bend <= 1e-12 * float(np.linalg.norm(step) * np.linalg.norm(change)):
        return inverse
    left = np.eye(step.size) - np.outer(step, change) / bend
    return np.asarray(left @ inverse @ left.T + np.outer(step, step) / bend)
