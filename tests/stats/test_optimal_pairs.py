"""Optimal pairs: on paper, against all choices, against SciPy's assignment, properties, bad input."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from onearm.stats.matching import nearest_pairs, optimal_pairs, optimal_pairs_matrix

Key = tuple[int, int, float]


def test_on_paper() -> None:
    # nearest, largest first: 0.6 takes 0.56, 0.5 is left with 0.7; optimal the other way round
    assert nearest_pairs([0.5, 0.6], [0.56, 0.7, 0.1]).distance.sum() == pytest.approx(0.24)
    pairs = optimal_pairs([0.5, 0.6], [0.56, 0.7, 0.1])
    assert (pairs.treated.tolist(), pairs.control.tolist()) == ([0, 1], [0, 1])
    # one long shift: each of 1, 2, 3 moves by one so that 0 finds a partner
    shift = optimal_pairs([3, 2, 1, 0], [4, 3, 2, 1])
    assert shift.distance.tolist() == [1, 1, 1, 1]
    # within 1 a pair is worth more than distance: 5-5 (0) gives way to 5-6 and 4-5
    assert optimal_pairs([5, 4], [5, 6], caliper=1).control.tolist() == [1, 0]
    # the end of the caliper counts; 9 reaches nobody
    within = optimal_pairs([1, 9], [3, 4], caliper=2)
    assert (within.treated.tolist(), within.control.tolist(), within.unmatched.tolist()) == ([0], [0], [1])


def test_more_treated_than_controls() -> None:
    pairs = optimal_pairs([0, 5, 9, 10], [6, 1])
    assert (pairs.treated.tolist(), pairs.control.tolist(), pairs.unmatched.tolist()) == ([0, 1], [1, 0], [2, 3])


def test_a_first_control_comes_before_a_second() -> None:
    # 0 and 1 both reach 0.5 and 1.5 is in reach of 1 alone: nobody is left out for the sake of distance
    pairs = optimal_pairs([0, 1], [0.5, 1.1], caliper=0.5, ratio=2)
    assert (pairs.treated.tolist(), pairs.control.tolist()) == ([0, 1], [0, 1])
    short = optimal_pairs([0, 10], [10, 10.5, 11], ratio=2)
    assert (short.treated.tolist(), short.control.tolist()) == ([0, 1, 1], [0, 1, 2])


def test_labels_have_to_agree() -> None:
    pairs = optimal_pairs([0, 0, 0], [1, 2, 0], exact=(["a", "b", "c"], ["a", "a", "b"]))
    assert (pairs.treated.tolist(), pairs.control.tolist(), pairs.unmatched.tolist()) == ([0, 1], [0, 2], [2])
    matrix = optimal_pairs_matrix([[1, 2, 0]] * 3, exact=(["a", "b", "c"], ["a", "a", "b"]))
    assert (matrix.treated.tolist(), matrix.control.tolist()) == ([0, 1], [0, 2])


@pytest.mark.parametrize("shift", [0.0, 1.5, 4.0])
@pytest.mark.parametrize(("n", "m"), [(48, 500), (300, 400), (200, 200), (300, 150)])
def test_the_sum_is_that_of_the_assignment_problem(n: int, m: int, shift: float) -> None:
    rng = np.random.default_rng(n + m)
    treated, control = rng.normal(shift, 1, n), rng.normal(0, 1.3, m)
    d = np.abs(treated[:, None] - control)
    i, j = linear_sum_assignment(d)
    pairs = optimal_pairs(treated, control)
    assert pairs.distance.sum() == pytest.approx(d[i, j].sum(), rel=1e-12)
    assert pairs.treated.size == min(n, m) == np.unique(pairs.control).size
    # within a caliper: a pair outside costs more than all the others together
    far = 1e4
    i, j = linear_sum_assignment(np.where(d <= 0.1, d, far))
    kept = d[i, j] <= 0.1
    close = optimal_pairs(treated, control, caliper=0.1)
    assert close.treated.size == kept.sum()
    assert close.distance.sum() == pytest.approx(d[i, j][kept].sum(), rel=1e-9)  # far takes the last digits


def best_of_all(d: np.ndarray, reach: float, ratio: int) -> Key:
    """Treated without a control, pairs (negative), sum of distances: the least over every choice there is."""
    best: list[Key] = []

    def choose(i: int, free: frozenset[int], key: Key) -> None:
        if i == len(d):
            best[:] = [min([*best, key])]
            return
        near = [j for j in free if d[i, j] <= reach]
        for k in range(min(ratio, len(near)) + 1):
            for chosen in itertools.combinations(near, k):
                total = key[2] + float(sum(d[i, j] for j in chosen))
                choose(i + 1, free - set(chosen), (key[0] + (k == 0), key[1] - k, total))

    choose(0, frozenset(range(d.shape[1])), (0, 0, 0.0))
    return best[0]


def key_of(pairs: Any) -> Key:
    return pairs.unmatched.size, -pairs.treated.size, float(pairs.distance.sum())


scores = st.lists(st.integers(0, 12), min_size=1, max_size=5)
many = st.lists(st.integers(0, 60), min_size=1, max_size=40)
calipers = st.sampled_from([None, 0, 1, 3, math.inf])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(scores, scores, calipers, st.integers(1, 3))
def test_against_every_choice(treated: list[int], control: list[int], caliper: float | None, ratio: int) -> None:
    d = np.abs(np.subtract.outer(treated, control)).astype(float)
    wanted = best_of_all(d, math.inf if caliper is None else caliper, ratio)
    for pairs in (
        optimal_pairs(treated, control, caliper=caliper, ratio=ratio),
        optimal_pairs_matrix(d, caliper=caliper, ratio=ratio),
    ):
        assert key_of(pairs) == wanted
        assert np.unique(pairs.control).size == pairs.control.size
        assert pairs.distance.tolist() == d[pairs.treated, pairs.control].tolist()
        assert np.bincount(pairs.treated, minlength=1).max() <= ratio
        assert caliper is None or pairs.distance.max(initial=0) <= caliper
        assert pairs.unmatched.tolist() == sorted(set(range(len(treated))) - set(pairs.treated.tolist()))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=4), calipers)
def test_any_distances_against_every_choice(distance: list[list[int]], caliper: float | None) -> None:
    d = np.array(distance, dtype=float)
    d[d == 9] = np.inf  # not allowed
    reach = 8 if caliper is None or math.isinf(caliper) else caliper
    assert key_of(optimal_pairs_matrix(d, caliper=caliper)) == best_of_all(d, reach, 1)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(many, many, calipers, st.integers(1, 3), st.randoms(use_true_random=False))
def test_order_scale_and_greed(a: list[int], b: list[int], caliper: float | None, ratio: int, random: Any) -> None:
    treated, control = np.array(a, dtype=float), np.array(b, dtype=float)
    pairs = optimal_pairs(treated, control, caliper=caliper, ratio=ratio)
    rows, columns = list(range(treated.size)), list(range(control.size))
    random.shuffle(rows)
    random.shuffle(columns)
    again = optimal_pairs(treated[rows], control[columns], caliper=caliper, ratio=ratio)
    assert key_of(again) == key_of(pairs)
    ours = sorted(zip(treated[pairs.treated], control[pairs.control], strict=True))
    assert ours == sorted(zip(treated[rows][again.treated], control[columns][again.control], strict=True))
    turned = optimal_pairs(-treated, -control, caliper=caliper, ratio=ratio)
    assert key_of(turned) == key_of(pairs)
    finite = None if caliper is None or math.isinf(caliper) else caliper
    greedy = nearest_pairs(treated, control, caliper=finite, ratio=ratio)
    assert key_of(pairs) <= key_of(greedy)
    # pairs do not cross
    order = np.lexsort((control[pairs.control], treated[pairs.treated]))
    if ratio == 1:
        assert np.all(np.diff(control[pairs.control][order]) >= 0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: optimal_pairs([math.nan], [1]), "score_treated has 1 missing"),
        (lambda: optimal_pairs([1], []), "score_control is empty"),
        (lambda: optimal_pairs([1e200], [1]), "score_treated reaches beyond"),
        (lambda: optimal_pairs([1], [1], caliper=-1), "caliper must not be negative, found -1"),
        (lambda: optimal_pairs([1], [1], caliper=math.nan), "caliper must be a number"),
        (lambda: optimal_pairs([1], [1], ratio=0), "ratio must be a whole number of at least 1, found 0"),
        (lambda: optimal_pairs([1], [1], ratio=1.5), "ratio must be a whole number"),
        (lambda: optimal_pairs([1], [1], exact=(["a"], [1])), "of two kinds"),
        (lambda: optimal_pairs([1], [1], exact=["a"]), "exact must be a pair"),
        (lambda: optimal_pairs_matrix([1, 2]), "distance must be a matrix"),
        (lambda: optimal_pairs_matrix([[1, -2]]), "must not be negative, found -2 in row 0, column 1"),
        (lambda: optimal_pairs_matrix([[1, math.nan]]), "missing values, the first in row 0, column 1"),
    ],
)
def test_refused_in_words(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
