"""Newton's method on functions with known maxima, and on those without one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from onearm.stats._input import Floats
from onearm.stats._newton import estimable, maximize


@dataclass(frozen=True)
class Point:
    value: float
    score: Floats
    information: Floats


def hyperbolic(b: Floats) -> Point:
    """-log cosh b: concave, flat far out, so that a full step from 3 overshoots."""
    t = np.tanh(b)
    return Point(-float(np.log(np.cosh(b[0]))), -t, (1 - t**2)[:, None])


def test_a_step_that_overshoots_is_halved() -> None:
    start = np.array([3.0])
    top = maximize(hyperbolic, start, hyperbolic(start))
    assert top.converged
    assert top.b[0] == pytest.approx(0, abs=1e-12)
    assert not top.runaway.any()


def test_a_limit_on_iterations_is_kept() -> None:
    start = np.array([0.9])
    top = maximize(hyperbolic, start, hyperbolic(start), limit=1)
    assert (top.converged, top.iterations) == (False, 1)


def test_a_growing_function_runs_away() -> None:
    def softplus(b: Floats) -> Point:
        e = np.exp(-b)
        return Point(-float(np.log1p(e[0])), e / (1 + e), (e / (1 + e) ** 2)[:, None])

    top = maximize(softplus, np.zeros(1), softplus(np.zeros(1)))
    assert not top.converged
    assert top.runaway.tolist() == [True]


@pytest.mark.parametrize("curvature", [0.0, -1.0])
def test_curvature_that_is_lost_stops(curvature: float) -> None:
    point = Point(0.0, np.ones(1), np.full((1, 1), curvature))
    top = maximize(lambda b: point, np.zeros(1), point)
    assert not top.converged
    assert top.runaway.tolist() == [True]


@pytest.mark.parametrize(("score", "converged"), [(1.0, False), (1e-9, True)])
def test_no_way_up(score: float, converged: bool) -> None:
    point = Point(0.0, np.full(1, score), np.ones((1, 1)))
    top = maximize(lambda b: None, np.zeros(1), point)
    assert top.converged is converged
    assert top.b.tolist() == [0]


def test_columns_that_repeat_others_are_left_out() -> None:
    x = np.random.default_rng(4).normal(size=(30, 3))
    x = np.c_[x[:, 0], np.zeros(30), x[:, 1], x[:, 0] - 2 * x[:, 1], x[:, 2]]
    assert estimable(x.T @ x, np.full(5, 30.0)).tolist() == [True, False, True, False, True]
