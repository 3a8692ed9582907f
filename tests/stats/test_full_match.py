"""Optimal full matching: on paper, against all choices, against a linear programme, properties, bad input."""

from __future__ import annotations

import itertools
import math
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from onearm.stats.matching import FullMatch, full_match, full_match_matrix, optimal_pairs

Key = tuple[int, int, float]


def key_of(sets: FullMatch) -> Key:
    return sets.unmatched_treated.size, sets.unmatched_control.size, float(sets.distance.sum())


def test_on_paper() -> None:
    sets = full_match([0, 10, 11], [1, -1, 10, 13], estimand="ATE")
    # {0: -1, 1}, {10: 10}, {11: 13}: 2 + 0 + 2; with 13 at 10 it would be 3 + 1 for 11
    assert sets.subclass_treated.tolist() == [0, 1, 2]
    assert sets.subclass_control.tolist() == [0, 0, 1, 2]
    assert sets.distance.tolist() == [2, 0, 2]
    np.testing.assert_allclose(sets.weight_treated, [9 / 7, 6 / 7, 6 / 7], rtol=1e-15)
    np.testing.assert_allclose(sets.weight_control, [6 / 7, 6 / 7, 8 / 7, 8 / 7], rtol=1e-15)
    shared = full_match([4, 5, 6], [5, 20])
    assert shared.subclass_treated.tolist() == [0, 0, 1]
    assert shared.distance.tolist() == [1, 14]
    assert shared.weight_control.tolist() == [4 / 3, 2 / 3]


def test_who_is_left_out() -> None:
    # a treated at 50 and a control at 90 have nobody within 3
    sets = full_match([0, 50, 4], [1, 90, 5, 6], caliper=3)
    assert (sets.unmatched_treated.tolist(), sets.unmatched_control.tolist()) == ([1], [1])
    assert sets.weight_treated.tolist() == [1, 0, 1]
    # two controls each at most: the farthest is left out, nobody of the treated
    bound = full_match([0, 10], [1, 2, 3, 9, 12], max_controls=2)
    assert (bound.unmatched_treated.size, bound.unmatched_control.tolist()) == (0, [2])
    # no sharing: three treated for two controls
    assert full_match([0, 1, 9], [0, 9], min_controls=1).unmatched_treated.tolist() == [1]
    nobody = full_match([0], [9], caliper=1)
    assert (nobody.weight_treated.tolist(), nobody.weight_control.tolist(), nobody.distance.size) == ([0], [0], 0)


def test_labels_have_to_agree() -> None:
    for sets in (
        full_match([0, 0, 5], [0, 1, 5], exact=(["a", "b", "b"], ["b", "a", "b"])),
        full_match_matrix([[0, 1, 5], [0, 1, 5], [5, 4, 0]], exact=(["a", "b", "b"], ["b", "a", "b"])),
    ):
        assert sets.subclass_treated.tolist() == [0, 1, 2]
        assert sets.subclass_control.tolist() == [1, 0, 2]


def test_one_to_one_is_optimal_pairs() -> None:
    rng = np.random.default_rng(5)
    treated, control = rng.normal(0.5, 1, 40), rng.normal(0, 1, 90)
    sets = full_match(treated, control, min_controls=1, max_controls=1)
    assert sets.distance.sum() == pytest.approx(optimal_pairs(treated, control).distance.sum(), rel=1e-12)
    assert (sets.unmatched_treated.size, sets.unmatched_control.size) == (0, 50)


@pytest.mark.parametrize(("least", "most"), [(0, math.inf), (0.5, 4), (1, 4), (2, math.inf)])
def test_against_a_linear_programme(least: float, most: float) -> None:
    rng = np.random.default_rng(11)
    treated, control = rng.normal(0.7, 1, 15), rng.normal(0, 1, 45)
    d = np.abs(treated[:, None] - control)
    n, m = d.shape
    rows, columns = np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))
    low1, high1 = max(least, 1), min(most, m)
    high0 = 1 if least >= 1 else (n if least == 0 else 1 / least)
    bound = np.r_[np.full(n, -low1), np.full(n, high1), np.full(m, -1.0), np.full(m, high0)]
    solved = linprog(d.ravel(), np.r_[-rows, rows, -columns, columns], bound, bounds=(0, 1), method="highs")
    for sets in (
        full_match(treated, control, min_controls=least, max_controls=most),
        full_match_matrix(d, min_controls=least, max_controls=most),
    ):
        assert key_of(sets)[:2] == (0, 0)
        assert sets.distance.sum() == pytest.approx(solved.fun, rel=1e-9)


def best_of_all(d: np.ndarray, reach: float, least: float, most: float) -> Key:
    """Treated left out, controls left out, sum of distances: the least over every choice of sets."""
    n, m = d.shape
    share = 1 if least >= 1 else (n if least == 0 else round(1 / least))

    def choices(near: list[int], low: int, high: float) -> Any:
        sizes = range(low, int(min(high, len(near))) + 1)
        return itertools.chain.from_iterable(itertools.combinations(near, k) for k in sizes)

    @lru_cache(None)
    def left(rows: frozenset[int], columns: frozenset[int]) -> Key:
        if not rows:
            return 0, len(columns), 0.0
        i = min(rows)
        out = left(rows - {i}, columns)
        found = [(out[0] + 1, out[1], out[2])]
        near = [j for j in columns if d[i, j] <= reach]
        for own in choices(near, max(1, int(least)), most):
            rest = left(rows - {i}, columns - set(own))
            found.append((*rest[:2], rest[2] + float(d[i, list(own)].sum())))
        for j in near:
            for others in choices([k for k in rows - {i} if d[k, j] <= reach], 1, share - 1):
                rest = left(rows - {i, *others}, columns - {j})
                found.append((*rest[:2], rest[2] + float(d[[i, *others], j].sum())))
        return min(found)

    return left(frozenset(range(n)), frozenset(range(m)))


def check_sets(sets: FullMatch, least: float, most: float) -> None:
    for k in range(sets.distance.size):
        a, b = np.count_nonzero(sets.subclass_treated == k), np.count_nonzero(sets.subclass_control == k)
        assert min(a, b) == 1
        assert least - 1e-9 <= b / a <= most
    for subclass, weight in (
        (sets.subclass_treated, sets.weight_treated),
        (sets.subclass_control, sets.weight_control),
    ):
        assert ((weight > 0) == (subclass >= 0)).all()
        assert weight.sum() == pytest.approx(np.count_nonzero(subclass >= 0))


scores = st.lists(st.integers(0, 12), min_size=1, max_size=5)
leasts, mosts = st.sampled_from([0, 1 / 3, 0.5, 1, 2]), st.sampled_from([2, 3, math.inf])
calipers = st.sampled_from([None, 0, 1, 3])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(scores, scores, leasts, mosts, calipers)
def test_against_every_choice(
    treated: list[int], control: list[int], least: float, most: float, caliper: float | None
) -> None:
    d = np.abs(np.subtract.outer(treated, control)).astype(float)
    bounds: dict[str, Any] = {"min_controls": least, "max_controls": most, "caliper": caliper}
    wanted = best_of_all(d, math.inf if caliper is None else caliper, least, most)
    sets = full_match(treated, control, **bounds)
    assert key_of(sets) == wanted
    check_sets(sets, least, most)
    if least <= 1:
        sets = full_match_matrix(d, **bounds)
        assert key_of(sets) == wanted
        check_sets(sets, least, most)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=4), leasts, mosts)
def test_any_distances_against_every_choice(distance: list[list[int]], least: float, most: float) -> None:
    d = np.array(distance, dtype=float)
    d[d == 9] = np.inf  # not allowed
    wanted = best_of_all(d, 8, least, most)
    reached = np.isfinite(d).any(axis=1).sum()
    if least == 2 and wanted[0] > len(d) - reached:  # some treated who reaches a control cannot have two
        with pytest.raises(ValueError, match="min_controls = 2 cannot be met"):
            full_match_matrix(d, min_controls=least, max_controls=most)
        return
    sets = full_match_matrix(d, min_controls=least, max_controls=most)
    assert key_of(sets) == wanted
    check_sets(sets, least, most)


many = st.lists(st.integers(0, 60), min_size=1, max_size=30)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(many, many, leasts, mosts, calipers, st.randoms(use_true_random=False))
def test_order_and_direction(
    a: list[int], b: list[int], least: float, most: float, caliper: float | None, random: Any
) -> None:
    treated, control = np.array(a), np.array(b)
    bounds: dict[str, Any] = {"min_controls": least, "max_controls": most, "caliper": caliper}
    sets = full_match(treated, control, **bounds)
    check_sets(sets, least, most)
    rows, columns = list(range(treated.size)), list(range(control.size))
    random.shuffle(rows)
    random.shuffle(columns)
    assert key_of(full_match(treated[rows], control[columns], **bounds)) == key_of(sets)
    assert key_of(full_match(-treated, -control, **bounds)) == key_of(sets)
    if least == 0 and math.isinf(most):  # roles can be exchanged, and nobody is left out but by the caliper
        assert full_match(control, treated, **bounds).distance.sum() == sets.distance.sum()
        reach = math.inf if caliper is None else caliper
        near = np.abs(np.subtract.outer(a, b)) <= reach
        assert sets.unmatched_treated.tolist() == np.flatnonzero(~near.any(axis=1)).tolist()
        assert sets.unmatched_control.tolist() == np.flatnonzero(~near.any(axis=0)).tolist()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: full_match([math.nan], [1]), "score_treated has 1 missing"),
        (lambda: full_match([1], [1], min_controls=3, max_controls=2), "must not exceed max_controls"),
        (lambda: full_match([1], [1], max_controls=0.5), "whole number of at least 1, or infinity, found 0.5"),
        (lambda: full_match([1], [1], min_controls=1.5), "below 1 or a whole number, found 1.5"),
        (lambda: full_match([1], [1], min_controls=-1), "min_controls must not be negative"),
        (lambda: full_match([1], [1], caliper=-1), "caliper must not be negative"),
        (lambda: full_match([1], [1], estimand="ATO"), "estimand must be one of ATT, ATE, ATC"),
        (lambda: full_match(np.zeros(30_000), np.zeros(30_000)), "split them with exact"),
        (lambda: full_match_matrix([[1, math.nan]]), "distance has missing values"),
        (lambda: full_match_matrix([[1], [1]], min_controls=2), "cannot be met"),
    ],
)
def test_refused_in_words(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
