"""Response and toxicity together: the Multc Lean tutorial, its operating characteristics, readings, ties, refusals."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.bayes import beta_mixture, probability_greater
from onearm.stats.monitoring import Boundary, ThallSimonEstey, operating_characteristics, thall_simon_estey

RESPONSE = [-1] * 5 + [0] * 6 + [1] * 5 + [2] * 5 + [3] * 5 + [4] * 3
TOXICITY = [2, 3, 3, 3, 4, 4, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 10, 10, 10, 11, 11, 11, 12, 12, 12, 13]
INSTALLED = [2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 11, 11, 11, 12, 12, 12, 13]


def tutorial(**change: Any) -> ThallSimonEstey:
    """MD Anderson's Multc Lean tutorial (Cook & Venier 2013), pp. 25-28."""
    given_: dict[str, Any] = {
        "n_max": 30, "experimental": ((0.6, 1.4), (0.5, 1.5)), "standard": ((30, 70), (20, 60)),
        "cutoffs": (0.95, 0.95),
    } | change  # fmt: skip
    return thall_simon_estey(**given_)


def test_the_boundaries_of_the_tutorial() -> None:
    rule = tutorial()
    assert rule.boundary.n.tolist() == list(range(1, 30))
    assert rule.boundary.low[0].tolist() == RESPONSE
    assert rule.boundary.high[1].tolist() == TOXICITY
    assert np.all(rule.boundary.low[1] == -1)
    assert np.all(rule.boundary.high[0] == rule.boundary.n + 1)
    assert (rule.boundary.names, rule.boundary.n_max) == (("response", "toxicity"), 30)
    assert (rule.boundary.low_means, rule.boundary.high_means) == (("futility", ""), ("", "harm"))
    assert rule.probability(0, 6, "response") == pytest.approx(0.964594, abs=5e-7)
    assert rule.at_low[5] == pytest.approx(rule.probability(0, 6, "response"), abs=1e-13)


def test_the_points_a_trial_can_reach() -> None:
    reached = tutorial().reachable
    assert reached["response"] == ((0, 6), (1, 12), (2, 17), (3, 22), (4, 27))
    assert reached["toxicity"] == (
        (3, 3), (3, 4), (4, 6), (5, 8), (6, 10), (6, 11), (7, 13), (7, 14), (8, 16), (8, 17), (9, 19), (10, 21),
        (10, 22), (11, 24), (11, 25), (12, 27), (12, 28),
    )  # fmt: skip


def test_the_installed_example() -> None:
    rule = tutorial(standard=((30, 70), (25, 75)))
    assert rule.boundary.high[1].tolist() == INSTALLED
    assert rule.boundary.low[0].tolist() == RESPONSE


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ((0.30, 0.25), (0.183109, 0.109399, 0.001754, 0.705738, 24.056778)),
        ((0.40, 0.25), (0.057438, 0.115851, 0.000647, 0.826064, 26.344887)),
        ((0.20, 0.25), (0.486496, 0.095278, 0.004156, 0.414070, 18.907591)),
        ((0.40, 0.40), (0.044686, 0.577087, 0.002782, 0.375445, 18.310217)),
    ],
)
def test_operating_characteristics(rates: tuple[float, float], expected: tuple[float, ...]) -> None:
    rule = tutorial()
    exact = operating_characteristics(rule, [rates])
    assert sorted([*exact.by_reason[0], exact.complete[0]]) == pytest.approx(sorted(expected[:4]), abs=1e-6)
    assert exact.expected_n[0] == pytest.approx(expected[4], abs=1e-6)


def test_every_integer_by_panels() -> None:
    """Each count on either side of a boundary, by Gauss-Legendre panels instead."""
    rule = tutorial(margins=(0.1, 0.05), cohort=4)
    assert rule.boundary.n.tolist() == [4, 8, 12, 16, 20, 24, 28]
    for k, n in enumerate(rule.boundary.n):
        low, high = int(rule.boundary.low[0, k]), int(rule.boundary.high[1, k])
        for x in {low, low + 1} & set(range(n + 1)):
            better = probability_greater(beta_mixture(1, 0.6 + x, 1.4 + n - x), beta_mixture(1, 30, 70), 0.1)
            assert (1 - better > 0.95) == (x == low)
        for x in {high - 1, high} & set(range(n + 1)):
            worse = probability_greater(beta_mixture(1, 0.5 + x, 1.5 + n - x), beta_mixture(1, 20, 60), 0.05)
            assert (worse > 0.95) == (x == high)


def test_dirichlet_cells_add_up_to_the_two_rates() -> None:
    # response with toxicity, response alone, toxicity alone, neither
    cells = tutorial(experimental=(0.15, 0.45, 0.35, 1.05), standard=(6, 24, 19, 51))
    pairs = tutorial(experimental=((0.6, 1.4), (0.5, 1.5)), standard=((30, 70), (25, 75)))
    assert np.array_equal(cells.boundary.low, pairs.boundary.low)
    assert np.array_equal(cells.boundary.high, pairs.boundary.high)


def test_the_readings_differ_in_a_tie() -> None:
    same: dict[str, Any] = {"n_max": 5, "experimental": ((2, 1), (1, 2)), "standard": ((2, 2), (2, 2)), "looks": [1, 3]}
    lean = thall_simon_estey(**same, cutoffs=(0.5, 0.5))
    ninety_nine = thall_simon_estey(**same, cutoffs=(0.5, 0.5), reading="multc99")
    # after one patient E is Beta(2, 2) as S is, when none responded or one had toxicity: exactly 1/2
    assert (int(lean.boundary.low[0, 0]), int(ninety_nine.boundary.low[0, 0])) == (-1, -1)
    assert (int(lean.boundary.high[1, 0]), int(ninety_nine.boundary.high[1, 0])) == (2, 1)
    assert (0, 1) in lean.ties[0]
    assert (1, 1) in lean.ties[1]
    assert any("1/1" in said and "stops" in said for said in ninety_nine.conventions)


def test_the_readings_agree_without_ties() -> None:
    lean, ninety_nine = tutorial(), tutorial(reading="multc99", cutoffs=(0.05, 0.95))
    assert np.array_equal(lean.boundary.low, ninety_nine.boundary.low)
    assert np.array_equal(lean.boundary.high, ninety_nine.boundary.high)
    assert lean.conventions != ninety_nine.conventions


def walked(rule: Boundary) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Boundary points where a single endpoint stops, over every sequence of outcomes."""
    few, many = set(), set()
    place = {int(n): k for k, n in enumerate(rule.n)}
    for path in product((0, 1), repeat=int(rule.n[-1])):
        for ends, found, limits in ((False, few, rule.low[0]), (True, many, rule.high[1])):
            for n in range(1, len(path) + 1):
                if n in place:
                    x, limit = sum(path[:n]), int(limits[place[n]])
                    if x == limit:
                        found.add((x, n))
                    if (x >= limit) if ends else (x <= limit):
                        break
    return few, many


@given(a=st.floats(0.2, 2), b=st.floats(0.5, 2), cut=st.floats(0.6, 0.95), cohort=st.integers(1, 3))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_reachable_points_are_those_of_every_path(a: float, b: float, cut: float, cohort: int) -> None:
    try:
        rule = thall_simon_estey(11, ((a, b), (a, 2 * b)), ((3, 5), (3, 9)), cutoffs=(cut, cut), cohort=cohort)
    except ValueError as problem:
        assert "its prior alone stops" in str(problem)  # noqa: PT017
        return
    few, many = walked(rule.boundary)
    assert set(rule.reachable["response"]) == few
    assert set(rule.reachable["toxicity"]) == many


@given(cut=st.floats(0.8, 0.97), shift=st.floats(0, 0.1))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_boundaries_are_monotone(cut: float, shift: float) -> None:
    rule = tutorial(cutoffs=(cut, cut))
    strict = tutorial(cutoffs=((1 + cut) / 2, (1 + cut) / 2))
    lenient = tutorial(cutoffs=(cut, cut), margins=(-shift, shift))
    assert np.all(np.diff(rule.boundary.low[0]) >= 0)
    assert np.all(np.diff(rule.boundary.high[1]) >= 0)
    for other in (strict, lenient):
        assert np.all(other.boundary.low[0] <= rule.boundary.low[0])
        assert np.all(other.boundary.high[1] >= rule.boundary.high[1])


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"n_max": 1}, "n_max must lie between 2"),
    ({"cohort": 30}, "leave no look before n_max"),
    ({"cohort": 5, "looks": [5, 10]}, "looks already says when"),
    ({"looks": [10, 30]}, "looks must lie below n_max = 30"),
    ({"looks": [10, 5]}, "looks must ascend"),
    ({"cutoffs": (0.95, 1.0)}, "cutoffs must lie strictly between"),
    ({"cutoffs": (0.95,)}, "cutoffs has 1 values where 2 are needed"),
    ({"margins": (0, 1)}, "margins must lie between"),
    ({"reading": "lean"}, "reading must be one of multc-lean, multc99"),
    ({"experimental": (1, 2, 3)}, "experimental must be the priors of response and toxicity"),
    ({"experimental": (1, 2, 3, 0)}, "experimental must hold positive Dirichlet parameters"),
    ({"experimental": ((1, 2), (0, 3))}, r"experimental \(toxicity\)"),
    ({"standard": 0.3}, "standard must be the priors"),
    ({"standard": ((30, 70), (0.01, 3))}, r"standard \(toxicity\) must have parameters of at least"),
    ({"experimental": ((1, 99), (0.5, 1.5))}, "its prior alone stops the trial for response"),
    ({"experimental": ((0.6, 1.4), (90, 10))}, "its prior alone stops the trial for toxicity"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_refusals(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tutorial(**change)
