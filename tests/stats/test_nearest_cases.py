"""Nearest pairs solved on paper, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.matching import Coordinates, common_support, nearest_pairs


def found(pairs: Any, n: int) -> list[list[int]]:
    return [pairs.control[pairs.treated == i].tolist() for i in range(n)]


def test_closest_and_farthest_on_paper() -> None:
    t, c = [0.0, 1.0, 10.0], [1.25, 3.0]
    # nearest: 1.25 to 0, .25 to 1, 7 to 10. Closest first: 1 has 1.25; 0 then has 3 (3 < 7), nothing is left for 10
    assert found(nearest_pairs(t, c, order="closest"), 3) == [[1], [0], []]
    # farthest first: 10 has 3, 0 has 1.25
    assert found(nearest_pairs(t, c, order="farthest"), 3) == [[0], [], [1]]


def test_a_negative_caliper_is_exceeded() -> None:
    assert found(nearest_pairs([5.0], [5.0, 6.0, 7.5], caliper=-1), 1) == [[2]]
    pairs = nearest_pairs([5.0], [5.0, 6.0, 7.5], covariate_caliper=([[1.0]], [[1.5], [3.0], [9.0]], [-2.0]))
    assert pairs.control.tolist() == [2]


def test_covariate_caliper_holds_its_end() -> None:
    age = [[40.0], [60.0]], [[45.0], [46.0], [66.0]]
    assert found(nearest_pairs([1.0, 1.0], [1.0, 1.0, 1.0], covariate_caliper=(*age, [5.0])), 2) == [[0], []]


def test_variable_numbers_on_paper() -> None:
    # 4 treated, 2.5 on average: 10 controls, 6 above one each; two full steps of 3: 1, 1, 4, 4, the lowest most
    t, c = [8.0, 6.0, 4.0, 2.0], list(np.linspace(-5, 5, 30))
    pairs = nearest_pairs(t, c, ratio=2.5, max_controls=4)
    assert np.bincount(pairs.treated).tolist() == [1, 1, 4, 4]
    # from 2 to 5, 3 on average: 12 = 2 + 2 + 3 + 5: 4 above two each, one full step of 3 and one over
    pairs = nearest_pairs(t, c, ratio=3, min_controls=2, max_controls=5)
    assert np.bincount(pairs.treated).tolist() == [2, 2, 3, 5]
    # where the treated lie below the controls, the highest get most
    pairs = nearest_pairs(t, np.add(c, 20), ratio=2.5, max_controls=4)
    assert np.bincount(pairs.treated).tolist() == [4, 4, 1, 1]


def test_rows_of_one_person_count_once() -> None:
    # both controls near the treated are rows of one patient: only the nearer of them is used
    person = ["a", "b"], ["x", "x", "y"]
    assert found(nearest_pairs([1.0, 1.0], [1.0, 1.1, 9.0], unit=person), 2) == [[0], [2]]
    # two rows of one trial patient: when one is matched the other is served too
    assert found(nearest_pairs([1.0, 1.0], [1.0, 1.1], unit=(["a", "a"], ["x", "y"])), 2) == [[0], []]


def test_outside_the_common_range() -> None:
    t, c = [0.0, 2.0, 5.0], [1.0, 3.0, 4.0]
    assert [m.tolist() for m in common_support(t, c)] == [[True, False, True], [False] * 3]
    pairs = nearest_pairs(t, c, discard="treated")
    assert (found(pairs, 3), pairs.unmatched.tolist()) == ([[], [0], []], [0, 2])
    masks = [True, False, False], [False, False, True]
    assert found(nearest_pairs(t, c, discard=masks), 3) == [[], [0], [1]]
    assert found(nearest_pairs(t, c, discard=masks, order="closest"), 3) == [[], [0], [1]]
    assert nearest_pairs(t, c, discard=([False] * 3, [True] * 3)).unmatched.tolist() == [0, 1, 2]


def test_random_order_is_that_of_its_seed() -> None:
    t, c = np.zeros(40), np.arange(40.0)
    a, b = (nearest_pairs(t, c, order="random", seed=s).control for s in (1, 2))
    assert a.tolist() != b.tolist()
    assert a.tolist() == nearest_pairs(t, c, order="random", seed=1).control.tolist()


BAD: list[tuple[dict[str, Any], str]] = [
    ({"order": "random"}, "seed is needed"),
    ({"order": "random", "seed": -1}, "seed must be a whole number"),
    ({"ratio": True}, "ratio must be a whole number"),
    ({"reuse_max": 0}, "reuse_max must be"),
    ({"min_controls": 1}, "give max_controls too"),
    ({"ratio": 2, "max_controls": 2}, "ratio must lie between min_controls"),
    ({"ratio": 2, "max_controls": 4, "min_controls": 3}, "ratio must lie between min_controls"),
    ({"exact": [1, 2]}, "exact must be a tuple"),
    ({"exact": ([1, 2], [1, 2])}, "exact has shape"),
    ({"exact": ([1, 2], ["a", "b", "c"])}, "exact holds text for one side"),
    ({"exact": ([1, np.nan], [1, 2, 3])}, "exact has missing values"),
    ({"antiexact": (np.ones((2, 2)), np.ones((3, 1)))}, "antiexact has 2 columns"),
    ({"unit": (np.ones((2, 2)), np.ones((3, 2)))}, "unit has 2 columns"),
    ({"covariate_caliper": ([1, 2], [1, 2, 3])}, "covariate_caliper must be a tuple"),
    ({"covariate_caliper": ([1, 2], [1, 2, 3], [1, 2])}, "one of each is needed"),
    ({"covariate_caliper": ([1, 2], [1, 2, np.nan], [1])}, "covariate_caliper has missing"),
    ({"discard": "some"}, "discard must be one of"),
    ({"discard": ([0, 1],)}, "discard must be"),
    ({"discard": ([0, 1], [0, 2, 0])}, "discard must hold 0 and 1"),
    ({"coordinates": [[1], [2]]}, "coordinates must come from"),
    ({"caliper": "wide"}, "caliper must hold numbers"),
]


@pytest.mark.parametrize(("options", "word"), BAD)
def test_refusals(options: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        nearest_pairs([1.0, 2.0], [1.0, 2.0, 3.0], **options)


def test_refusals_without_scores() -> None:
    place = Coordinates(np.ones((2, 1)), np.ones((3, 1)), 1, "")
    for options, word in (
        ({"order": "largest"}, "order 'largest'"),
        ({"order": "data", "caliper": 1.0}, "caliper is a distance of scores"),
        ({"order": "data", "discard": "both"}, "discard 'both' compares scores"),
        ({"order": "data", "ratio": 2, "max_controls": 3}, "max_controls needs scores"),
    ):
        with pytest.raises(ValueError, match=word):
            nearest_pairs(None, None, coordinates=place, **options)
    with pytest.raises(ValueError, match="score_treated"):
        nearest_pairs(None, None)
    with pytest.raises(ValueError, match="different numbers of columns"):
        nearest_pairs(None, None, coordinates=Coordinates(np.ones((2, 1)), np.ones((3, 2)), 1, ""), order="data")
    with pytest.raises(ValueError, match="score_treated has 3 values"):
        nearest_pairs([1.0, 2, 3], [1.0, 2, 3], coordinates=place)
    with pytest.raises(ValueError, match="within 1e"):
        nearest_pairs([1e200], [1.0])
    assert nearest_pairs(None, None, coordinates=place, order="data").treated.tolist() == [0, 1]
