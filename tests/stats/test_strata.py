"""Exact strata, coarsened exact strata, subclasses: R's MatchIt (tests/r/full_match.R), paper, bad input."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.logistic import logistic
from onearm.stats.matching import Strata, coarsened_exact, exact_match, subclassify


@pytest.fixture(scope="module")
def lalonde(shared: Any) -> dict[str, Any]:
    d = shared("lalonde")
    x = [d["age"], d["educ"], d["race"] == "hispan", d["race"] == "white"]
    x += [d[k] for k in ("married", "nodegree", "re74", "re75")]
    return d | {"z": d["treat"] == 1, "score": logistic(np.column_stack(x).astype(float), d["treat"]).fitted}


def together(strata: Strata, z: Any) -> tuple[np.ndarray, np.ndarray]:
    """Subclass and weight of everyone, in the order of the data."""
    subclass, weight = np.empty(z.size, dtype=np.int64), np.empty(z.size)
    subclass[z], subclass[~z] = strata.subclass_treated, strata.subclass_control
    weight[z], weight[~z] = strata.weight_treated, strata.weight_control
    return subclass, weight


def same(subclass: np.ndarray, weight: np.ndarray, r: dict[str, Any]) -> None:
    """The same partition under other names, the same weights."""
    np.testing.assert_allclose(weight[::4], r["weight"], rtol=1e-10)
    kept = subclass >= 0
    sums = [weight.sum(), (weight**2).sum(), kept.sum(), np.unique(subclass[kept]).size]
    np.testing.assert_allclose(sums, r["sums"], rtol=1e-10)
    own, theirs = subclass[::4], np.array(r["subclass"])
    assert ((own < 0) == (theirs < 0)).all()
    pairs = set(zip(own.tolist(), theirs.astype(int).tolist(), strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


@pytest.mark.shared
@pytest.mark.parametrize("estimand", ["ATT", "ATE", "ATC"])
def test_exact_strata_of_matchit(estimand: str, lalonde: Any, r_values: Any) -> None:
    z = lalonde["z"]
    labels = np.column_stack([lalonde[k].astype(str) for k in ("race", "married", "nodegree")])
    strata = exact_match(labels[z], labels[~z], estimand=estimand)
    same(*together(strata, z), r_values("full_match")[f"exact_{estimand}"])


COARSE: list[tuple[str, Any, str]] = [
    ("sturges", "sturges", "ATT"), ("scott", "scott", "ATT"), ("fd", "fd", "ATT"), ("5", 5, "ATT"),
    ("ATE", "sturges", "ATE"), ("ATC", "sturges", "ATC"),
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize(("case", "cutpoints", "estimand"), COARSE)
def test_coarsened_strata_of_matchit(case: str, cutpoints: Any, estimand: str, lalonde: Any, r_values: Any) -> None:
    z, x = lalonde["z"], np.column_stack([lalonde[k] for k in ("age", "educ", "re74")])
    strata = coarsened_exact(x[z], x[~z], cutpoints=cutpoints, estimand=estimand)
    same(*together(strata, z), r_values("full_match")[f"cem_{case}"])


@pytest.mark.shared
def test_cutting_at_values_beside_a_category(lalonde: Any, r_values: Any) -> None:
    z, x, race = lalonde["z"], np.column_stack([lalonde[k] for k in ("age", "educ")]), lalonde["race"]
    strata = coarsened_exact(x[z], x[~z], cutpoints=[[20, 25, 30, 40], [8, 12]], exact=(race[z], race[~z]))
    same(*together(strata, z), r_values("full_match")["cem_values"])


@pytest.mark.shared
@pytest.mark.parametrize("estimand", ["ATT", "ATE", "ATC"])
@pytest.mark.parametrize("k", [2, 6, 10])
def test_subclasses_of_matchit(estimand: str, k: int, lalonde: Any, r_values: Any) -> None:
    r = r_values("full_match")[f"subclass_{estimand}_{k}"]
    found = subclassify(lalonde["score"], lalonde["treat"], subclasses=k, estimand=estimand, min_n=0)
    np.testing.assert_allclose(found.edges, r["edges"], rtol=1e-7)
    same(np.where(found.weight > 0, found.subclass, -1), found.weight, r)


# --- on paper ------------------------------------------------------------------------------------


def test_weights_on_paper() -> None:
    # stratum a: 2 treated, 1 control; b: 1 and 3; c has no control, d no treated
    treated, control = ["b", "a", "c", "a"], ["b", "d", "a", "b", "b"]
    att = exact_match(treated, control)
    assert att.subclass_treated.tolist() == [1, 0, -1, 0]
    assert att.subclass_control.tolist() == [1, -1, 0, 1, 1]
    assert (att.unmatched_treated.tolist(), att.unmatched_control.tolist()) == ([2], [1])
    assert att.weight_treated.tolist() == [1, 1, 0, 1]
    # a: 2 / 1, b: 1 / 3, times 4 controls over 3 treated
    np.testing.assert_allclose(att.weight_control, [4 / 9, 0, 8 / 3, 4 / 9, 4 / 9], rtol=1e-15)
    atc = exact_match(treated, control, estimand="ATC")
    assert atc.weight_control.tolist() == [1, 0, 1, 1, 1]
    np.testing.assert_allclose(atc.weight_treated, [9 / 4, 3 / 8, 0, 3 / 8], rtol=1e-15)
    ate = exact_match(treated, control, estimand="ATE")
    np.testing.assert_allclose(ate.weight_treated, [4 * 3 / 7, 1.5 * 3 / 7, 0, 1.5 * 3 / 7], rtol=1e-15)
    np.testing.assert_allclose(ate.weight_control, [16 / 21, 0, 12 / 7, 16 / 21, 16 / 21], rtol=1e-15)


def test_every_column_has_to_agree() -> None:
    strata = exact_match([[1, 2], [2, 1]], [[1, 1], [2, 1], [2, 2]])
    assert strata.subclass_treated.tolist() == [-1, 0]
    assert strata.subclass_control.tolist() == [-1, 0, -1]


def test_bins_hold_their_lower_end() -> None:
    # two bins over 0 .. 4: [0, 2), [2, 4]
    two = coarsened_exact([0, 2, 4], [1.99, 3], cutpoints=2)
    assert two.subclass_treated.tolist() == [0, 1, 1]
    assert two.subclass_control.tolist() == [0, 1]
    cut = coarsened_exact([40, 39.9], [40, 10], cutpoints=[[40]])
    assert cut.subclass_treated.tolist() == [1, 0]
    assert cut.subclass_control.tolist() == [1, 0]
    # 16 subjects: log2(16) + 1 = 5 bins of width 3 over 0 .. 15; 2 and 3 are parted
    rest = [0, 15, *[7] * 11]
    sturges = coarsened_exact([2, 3], [3, *rest], cutpoints="sturges")
    assert sturges.subclass_treated.tolist() == [0, 1]
    assert sturges.subclass_control[:3].tolist() == [1, 0, -1]


def test_one_entry_for_each_column() -> None:
    x1, x0 = [[1, 10], [2, 90]], [[1, 20], [1, 80], [2, 99]]
    strata = coarsened_exact(x1, x0, cutpoints=[None, 2])
    assert strata.subclass_treated.tolist() == [0, 1]
    assert strata.subclass_control.tolist() == [0, -1, 1]


def test_a_constant_covariate_is_one_bin() -> None:
    for rule in ("sturges", "scott", "fd", 4):
        assert coarsened_exact([5, 5], [5, 5, 5], cutpoints=rule).weight_control.tolist() == [1, 1, 1]


def test_quantiles_of_whom() -> None:
    score, z = [1, 2, 3, 0, 1.5, 2.5, 6, 7], [1, 1, 1, 0, 0, 0, 0, 0]
    att = subclassify(score, z, subclasses=2)
    assert att.edges.tolist() == [1, 2, 3]
    assert att.subclass.tolist() == [0, 1, 1, 0, 0, 1, 1, 1]
    np.testing.assert_allclose(att.weight, np.r_[1, 1, 1, np.array([1 / 2, 1 / 2, 2 / 3, 2 / 3, 2 / 3]) * 5 / 3])
    assert subclassify(score, z, subclasses=2, estimand="ATC").edges.tolist() == [0, 2.5, 7]
    assert subclassify(score, z, subclasses=2, estimand="ATE", min_n=0).edges.tolist() == [0, 2.25, 7]


def test_a_subclass_without_controls_takes_the_nearest() -> None:
    # quarters of the treated 0 .. 4; controls at 0, .5, .6, 3.5: none in the second and third quarter
    score, z = [0, 1, 2, 3, 4, 0, 0.5, 0.6, 3.5], [1, 1, 1, 1, 1, 0, 0, 0, 0]
    found = subclassify(score, z, subclasses=4)
    assert found.subclass.tolist() == [0, 1, 2, 3, 3, 0, 1, 2, 3]
    bare = subclassify(score, z, subclasses=4, min_n=0)
    assert bare.subclass.tolist() == [0, 1, 2, 3, 3, 0, 0, 0, 3]
    assert bare.weight[[1, 2]].tolist() == [0, 0]
    assert bare.weight.sum() == pytest.approx(7)


def test_equal_scores_leave_fewer_subclasses() -> None:
    found = subclassify([1, 1, 1, 1, 2, 1, 2], [1, 1, 1, 1, 1, 0, 0], subclasses=3)
    assert found.edges.size - 1 == 1
    assert found.subclass.tolist() == [0] * 7
    alone = subclassify([1, 1, 1], [1, 1, 0], subclasses=3)
    assert alone.edges.tolist() == [1]
    assert alone.weight.tolist() == [1, 1, 1]


# --- properties ----------------------------------------------------------------------------------

labels = st.lists(st.integers(0, 4), min_size=1, max_size=20)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(labels, labels, st.sampled_from(["ATT", "ATE", "ATC"]), st.randoms(use_true_random=False))
def test_weights_balance_the_strata(one: list[int], other: list[int], estimand: str, random: Any) -> None:
    if not set(one) & set(other):
        with pytest.raises(ValueError, match="no label in common"):
            exact_match(one, other, estimand=estimand)
        return
    s = exact_match(one, other, estimand=estimand)
    shared = sorted(set(one) & set(other))
    for own, subclass, weight in ((one, s.subclass_treated, s.weight_treated),
                                  (other, s.subclass_control, s.weight_control)):  # fmt: skip
        assert [shared[k] if k >= 0 else None for k in subclass] == [v if v in shared else None for v in own]
        assert weight.sum() == pytest.approx((subclass >= 0).sum())
    # weighted, both groups have the same share of every stratum
    shares = [np.bincount(k[k >= 0], w[k >= 0]) / w.sum() for k, w in
              ((s.subclass_treated, s.weight_treated), (s.subclass_control, s.weight_control))]  # fmt: skip
    np.testing.assert_allclose(shares[0], shares[1], rtol=1e-12)
    order = list(range(len(other)))
    random.shuffle(order)
    again = exact_match(one, [other[k] for k in order], estimand=estimand)
    assert again.weight_control.tolist() == s.weight_control[order].tolist()
    same_cut = coarsened_exact(one, other, cutpoints=None, estimand=estimand)
    assert same_cut.weight_control.tolist() == s.weight_control.tolist()


numbers = st.lists(st.integers(0, 12), min_size=6, max_size=25)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(numbers, numbers, st.integers(1, 3), st.integers(1, 2), st.sampled_from(["ATT", "ATE", "ATC"]))
def test_every_subclass_has_enough_of_both(a: list[int], b: list[int], k: int, least: int, estimand: str) -> None:
    score, z = np.array(a + b), np.arange(len(a) + len(b)) < len(a)
    found = subclassify(score, z, subclasses=k, estimand=estimand, min_n=least)
    plain = subclassify(score, z, subclasses=1)
    assert plain.weight.tolist() == [1.0] * score.size
    number = max(found.edges.size - 1, 1)
    for own in (z, ~z):
        size = np.bincount(found.subclass[own], minlength=number)
        assert size.min() >= least
        order = np.argsort(score[own], kind="stable")
        assert np.all(np.diff(found.subclass[own][order]) >= 0)
        by_edge = np.searchsorted(found.edges[1:-1], score[own], side="right")
        first = np.bincount(by_edge, minlength=number)
        assert fewest_moves(first.tolist(), least) == np.abs(np.cumsum(size) - np.cumsum(first)).sum()
        assert found.weight[own].sum() == pytest.approx(own.sum())


def fewest_moves(size: list[int], least: int) -> float:
    """The fewest places that bounds have to move, by trying all sizes."""
    total, k = sum(size), len(size)
    best = math.inf
    for flat in np.ndindex(*(total + 1,) * (k - 1)):
        new = [*flat, total - sum(flat)]
        if min(new) >= least:
            best = min(best, float(np.abs(np.cumsum(new) - np.cumsum(size)).sum()))
    return best


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: exact_match(["a"], ["b"]), "no label in common: nobody can be matched"),
        (lambda: exact_match(["a"], [1]), "of two kinds"),
        (lambda: exact_match([1.0, math.nan], [1.0]), "labels_treated has missing values, the first at index 1"),
        (lambda: exact_match([[1, 2]], [1]), "have 2 and 1 columns"),
        (lambda: exact_match([], [1]), "labels_treated has shape"),
        (lambda: exact_match([1], [1], estimand="ATM"), "estimand must be one of ATT, ATE, ATC; found 'ATM'"),
        (lambda: coarsened_exact([1, 2], [1, 2], cutpoints="doane"), "column 0 must be one of sturges, scott, fd"),
        (lambda: coarsened_exact([1, 2], [1, 2], cutpoints=0), "at least 1 bin"),
        (lambda: coarsened_exact([1, 2], [1, 2], cutpoints=2.5), "whole number of bins"),
        (lambda: coarsened_exact([1, 2], [1, 2], cutpoints=[[2, 1]]), "must rise"),
        (lambda: coarsened_exact([1, 2], [1, 2], cutpoints=[2, 2]), "one entry for each of the 1 columns, found 2"),
        (lambda: coarsened_exact([0] * 9, [0, 0, 1], cutpoints="fd"), "needs more spread in the middle"),
        (lambda: coarsened_exact([0, 0], [9, 9]), "share no combination of bins"),
        (lambda: coarsened_exact([[1, 2]], [1]), "2 and 1 columns"),
        (lambda: coarsened_exact([math.nan], [1]), "x_treated has missing"),
        (lambda: coarsened_exact([1], [1], exact=(["a"], ["a", "b"])), "exact of the controls"),
        (lambda: subclassify([1, 2], [1, 1]), "treated must hold both 1 and 0"),
        (lambda: subclassify([1, 2], [1, 0], subclasses=3), "must not exceed the 2 subjects"),
        (lambda: subclassify([1, 2, 3, 4], [1, 1, 1, 0], subclasses=2), "need 2 controls, found 1"),
        (lambda: subclassify([1, 2], [1, 0], min_n=-1), "min_n must be a whole number of at least 0"),
        (lambda: subclassify([1, math.nan], [1, 0]), "score has 1 missing"),
    ],
)
def test_refused_in_words(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
