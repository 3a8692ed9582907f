"""Predictive probability: Lee and Liu, phase1b, ph2bayes, R, brute force, properties, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc

from onearm.stats.designs import predictive_design
from onearm.stats.monitoring import operating_characteristics, predictive_boundary, predictive_probability

R = json.loads((Path(__file__).parents[1] / "r" / "bayes_monitoring.json").read_text(encoding="utf-8"))
VAGUE = [(0.75, 1, 1), (0.25, 25, 15)]
HALF = [(0.5, 0.6, 0.4), (0.5, 1, 1)]


def steps(values: Any, n: Any) -> list[tuple[int, int]]:
    """(n, value) where a boundary changes."""
    pairs = list(zip(n, values, strict=True))
    return [(int(m), int(v)) for k, (m, v) in enumerate(pairs) if k == 0 or v != pairs[k - 1][1]]


def test_lee_and_liu_page_97() -> None:
    now = predictive_probability(16, 23, 40, (0.6, 0.4), 0.6, 0.9)
    assert now.value == pytest.approx(0.5655589, abs=5e-8)
    assert float(now) == now.value
    assert now.posterior == pytest.approx(0.8359808, abs=5e-8)
    assert now.final.round(4).tolist() == [
        0.0059, 0.0138, 0.0296, 0.0581, 0.1049, 0.1743, 0.2679, 0.3821, 0.5085, 0.6349, 0.7489, 0.8415, 0.9089, 0.9528,
        0.9781, 0.9910, 0.9968, 0.9990,
    ]  # fmt: skip
    assert now.weight.round(4).tolist() == [
        0.0000, 0.0000, 0.0001, 0.0006, 0.0021, 0.0058, 0.0135, 0.0276, 0.0497, 0.0794, 0.1129, 0.1426, 0.1587, 0.1532,
        0.1246, 0.0811, 0.0381, 0.0099,
    ]  # fmt: skip
    assert float(np.sum(now.weight)) == pytest.approx(1, abs=1e-13)


def test_mixtures_of_phase1b() -> None:
    assert float(predictive_probability(20, 23, 40, VAGUE, 0.6, 0.9)) == pytest.approx(0.9874431, abs=5e-8)
    assert predictive_probability(10, 23, 40, HALF, 0.6, 0.9).posterior == pytest.approx(0.05559802, abs=5e-9)


def test_by_r() -> None:
    want = R["predictive"]
    for k, (x, n) in enumerate(zip(want["x"], want["n"], strict=True)):
        one = predictive_probability(x, n, 40, (0.6, 0.4), 0.6, 0.9)
        assert one.value == pytest.approx(want["one"][k], rel=1e-11, abs=1e-15)
        mixed = predictive_probability(x, n, 40, VAGUE, 0.6, 0.9)
        assert mixed.value == pytest.approx(want["vague"][k], rel=1e-11, abs=1e-15)
        assert predictive_probability(x, n, 40, HALF, 0.6, 0.9).posterior == pytest.approx(want["half"][k], rel=1e-10)


def test_the_bounds_of_phase1b() -> None:
    rule = predictive_boundary([10, 20, 30, 40], 40, (1, 1), 0.2, 0.8, futility=0.1, efficacy=0.9)
    assert rule.boundary.low.tolist() == [[0, 2, 5, 9]]
    assert rule.boundary.high.tolist() == [[4, 7, 9, 10]]
    assert rule.success_at == 10


def test_the_bounds_of_ph2bayes() -> None:
    n = range(1, 41)
    rule = predictive_boundary(n, 40, (0.6, 1.4), 0.3, 0.85, futility=0.05, strict=False)
    assert steps(rule.boundary.low[0], n) == [
        (1, -1), (4, 0), (8, 1), (11, 2), (14, 3), (17, 4), (20, 5), (22, 6), (25, 7), (27, 8), (29, 9), (32, 10),
        (34, 11), (36, 12), (37, 13), (39, 14), (40, 15),
    ]  # fmt: skip
    assert np.all(rule.boundary.high[0] == np.arange(2, 42))


@given(a=st.floats(0.1, 5), b=st.floats(0.1, 5), p0=st.sampled_from([0.2, 0.5]), theta=st.sampled_from([0.8, 0.95]),
       cut=st.sampled_from([0.02, 0.1]), mixed=st.booleans())  # fmt: skip
@settings(max_examples=25, deadline=None, derandomize=True)
def test_the_recursion_is_the_sum(a: float, b: float, p0: float, theta: float, cut: float, mixed: bool) -> None:
    prior: Any = [(0.3, a, b), (0.7, b, 1.0)] if mixed else (a, b)
    rule = predictive_boundary([5, 9, 14], 20, prior, p0, theta, futility=cut, efficacy=0.9)
    assert rule.boundary.n.tolist() == [5, 9, 14, 20]
    for k, n in enumerate((5, 9, 14)):
        sums = []
        for x in range(n + 1):
            one = predictive_probability(x, n, 20, prior, p0, theta)
            sums.append(float(np.sum(one.weight[one.final > theta])))
            assert rule.probability(x, n) == pytest.approx(sums[x], abs=1e-12)
        low, high = rule.boundary.low[0, k], rule.boundary.high[0, k]
        assert [v < cut for v in sums] == [x <= low for x in range(n + 1)]
        assert [v > 0.9 for v in sums] == [x >= high for x in range(n + 1)]
        assert np.all(np.diff(sums) >= -1e-12)


def test_never_and_surely_are_exact() -> None:
    # 8 of 10 are a success (uniform prior, P(p > 1/2) > .95): sure with 8, out of reach with 0 of 3
    low = predictive_boundary([3, 5, 9], 10, (1, 1), 0.5, 0.95, futility=0, efficacy=1, strict=False)
    assert low.success_at == 8
    assert low.boundary.low.tolist() == [[0, 2, 6, 7]]
    assert low.boundary.high.tolist() == [[4, 6, 8, 8]]
    never = predictive_boundary([3, 5, 9], 10, (1, 1), 0.5, 0.95, futility=0, efficacy=1)
    assert never.boundary.low.tolist() == [[-1, -1, -1, 7]]
    assert never.boundary.high.tolist() == [[4, 6, 10, 8]]
    assert float(predictive_probability(8, 9, 10, (1, 1), 0.5, 0.95)) == 1
    assert float(predictive_probability(0, 3, 10, (1, 1), 0.5, 0.95)) == 0


def test_a_tie_of_predictive_probabilities() -> None:
    # uniform prior, the last patient decides: after 1 of 2 success (2 of 3) has probability exactly 1/2
    strict = predictive_boundary([2], 3, (1, 1), 0.5, 0.6, futility=0.5)
    inclusive = predictive_boundary([2], 3, (1, 1), 0.5, 0.6, futility=0.5, strict=False)
    assert (strict.boundary.low[0, 0], inclusive.boundary.low[0, 0]) == (0, 1)
    assert strict.ties == inclusive.ties == ((1, 2),)
    assert "1/2: goes on" in strict.conventions[-1]


def test_table_3_of_lee_and_liu() -> None:
    found = predictive_design(0.2, 0.4, 0.1, 0.1, prior=(0.2, 0.8))
    assert steps(found.boundary.low[0], found.boundary.n) == [
        (10, 0), (17, 1), (21, 2), (24, 3), (27, 4), (29, 5), (31, 6), (33, 7), (34, 8), (35, 9), (36, 10),
    ]  # fmt: skip
    assert (found.n_max, found.success_at, found.futility) == (36, 11, 0.001)
    assert (round(found.alpha, 5), round(found.power, 5)) == (0.08778, 0.90618)
    assert (round(float(found.pet[0]), 4), round(float(found.expected_n[0]), 3)) == (0.8571, 27.668)
    null, aim = R["design"]["null"], R["design"]["aim"]
    assert [found.alpha, found.pet[0], found.expected_n[0]] == pytest.approx(null, rel=1e-10)
    assert [found.power, found.pet[1], found.expected_n[1]] == pytest.approx(aim, rel=1e-10)
    assert found.threshold_range == pytest.approx(R["design"]["theta"], rel=1e-10)
    grid = np.arange(1, 1000) / 1000
    same = grid[(grid >= found.threshold_range[0]) & (grid < found.threshold_range[1])]
    assert (same[0], same[-1]) == (0.852, 0.922)


def test_the_design_is_the_rule_it_says() -> None:
    found = predictive_design(0.2, 0.4, 0.1, 0.1, prior=(0.2, 0.8))
    for theta in (0.852, 0.922, found.threshold):
        for cut in (0.001, found.futility_range[0] + 1e-9, found.futility_range[1] - 1e-9):
            rule = predictive_boundary(found.boundary.n, 36, (0.2, 0.8), 0.2, theta, futility=cut)
            assert np.array_equal(rule.boundary.low, found.boundary.low)
    for cut in (found.futility_range[0] - 1e-9, found.futility_range[1] + 1e-9):
        rule = predictive_boundary(found.boundary.n, 36, (0.2, 0.8), 0.2, 0.9, futility=cut)
        assert not np.array_equal(rule.boundary.low, found.boundary.low)
    exact = operating_characteristics(found, [0.2, 0.4])
    assert exact.complete == pytest.approx([found.alpha, found.power], abs=1e-12)
    assert exact.expected_n == pytest.approx(found.expected_n, abs=1e-10)


def test_no_smaller_size_and_no_better_rule() -> None:
    """Every theta_L of the grid and every success count of every size up to the one found, one at a time."""
    grid, p, errors = [0.001, 0.01, 0.05, 0.1, 0.2, 0.3], [0.1, 0.35], (0.1, 0.1)
    found = predictive_design(*p, *errors, prior=(1, 1), first_look=5, every=3, futility=grid)
    kept = {}
    for size in range(6, found.n_max + 1):
        looks = [*range(5, size, 3), size]
        for success in range(1, size + 1):
            tails = [1 - betainc(1 + x, 1 + size - x, p[0]) for x in (success - 1, success)]
            if 1 - tails[0] < 1e-10:  # nothing between it and 1; such a count hardly ever comes
                assert betainc(success, size - success + 1, p[1]) < 1 - errors[1]
                continue
            for cut in grid:
                rule = predictive_boundary(looks, size, (1, 1), p[0], float(np.mean(tails)), futility=cut)
                exact = operating_characteristics(rule, p)
                passed = exact.complete
                if passed[0] <= errors[0] and passed[1] >= 1 - errors[1] and success > size * p[0]:
                    kept[size, success, cut] = passed[1], exact.expected_n[0]
    assert {size for size, _, _ in kept} == {found.n_max}
    assert max(power for power, _ in kept.values()) == pytest.approx(found.power, abs=1e-12)
    cheap = predictive_design(*p, *errors, prior=(1, 1), first_look=5, every=3, futility=grid, choose="expected-n")
    assert cheap.n_max == found.n_max
    assert min(size for _, size in kept.values()) == pytest.approx(float(cheap.expected_n[0]), abs=1e-10)
    assert cheap.expected_n[0] < found.expected_n[0]


PROBABILITY: list[tuple[tuple[Any, ...], str]] = [
    ((5, 4, 10, (1, 1), 0.2, 0.9), "x must lie between 0 and 4"),
    ((1, 11, 10, (1, 1), 0.2, 0.9), "n must lie between 0 and 10"),
    ((1.5, 4, 10, (1, 1), 0.2, 0.9), "x must be a whole number"),
    ((1, 4, 10, (1, -1), 0.2, 0.9), "prior"),
    ((1, 4, 10, (1, 1), 1.0, 0.9), "p0 must lie strictly between"),
    ((1, 4, 10, (1, 1), 0.2, 0), "threshold must lie strictly between"),
    (([1, 2], 4, 10, (1, 1), 0.2, 0.9), "x must be one number"),
]


@pytest.mark.parametrize(("given_", "words"), PROBABILITY)
def test_refusals_of_the_probability(given_: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        predictive_probability(*given_)


def test_refusals_of_the_boundary() -> None:
    with pytest.raises(ValueError, match="looks must not go beyond n_max = 10"):
        predictive_boundary([5, 12], 10, (1, 1), 0.2, 0.9, futility=0.1)
    with pytest.raises(ValueError, match="futility must be below efficacy"):
        predictive_boundary([5], 10, (1, 1), 0.2, 0.9, futility=0.5, efficacy=0.5)
    with pytest.raises(ValueError, match="futility must lie between 0 and 1"):
        predictive_boundary([5], 10, (1, 1), 0.2, 0.9, futility=1.5)


DESIGN: list[tuple[dict[str, Any], str]] = [
    ({"p0": 0.4}, "p0 must be below p1"),
    ({"p0": 0.5}, "p0 must be below p1"),
    ({"alpha": 0}, "alpha must lie strictly between"),
    ({"beta": 1}, "beta must lie strictly between"),
    ({"n_max": 20}, "n_max = 20 holds no design"),
    ({"n_max": 1000}, "n_max must lie between 2 and 300"),
    ({"first_look": 100}, "first_look must lie between 1 and 99"),
    ({"n_min": 5}, "n_min must lie between 11 and 100"),
    ({"futility": [0.0, 0.1]}, "futility must hold cut-offs strictly between"),
    ({"choose": "best"}, "choose must be one of power, expected-n"),
]


@pytest.mark.parametrize(("change", "words"), DESIGN)
def test_refusals_of_the_design(change: dict[str, Any], words: str) -> None:
    given_: dict[str, Any] = {"p0": 0.2, "p1": 0.4, "alpha": 0.1, "beta": 0.1, "prior": (0.2, 0.8)} | change
    with pytest.raises(ValueError, match=words):
        predictive_design(**given_)
