"""BOP2 and BOP2-TE rules: printed tables, R, cases on paper, and what must hold for any of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.monitoring import bop2, bop2_te, operating_characteristics

LOOKS = [10, 15, 20, 25, 30, 35, 40]


def test_printed_tables() -> None:
    # README of BOP2FE, with its lambda and gamma; the printed futility limits are the largest counts that stop
    assert bop2(LOOKS, 0.2, 0.9, 1).boundary.low.tolist() == [[1, 2, 3, 5, 7, 9, 11]]
    nested = bop2(LOOKS, (0.15, 0.30), 0.9, 0.3, kind="nested").boundary
    assert nested.low.tolist() == [[1, 3, 4, 5, 6, 7, 9], [3, 5, 7, 9, 11, 13, 15]]
    both = bop2(LOOKS, (0.10, 0.20), 0.9, 0.3, kind="co-primary").boundary
    assert both.low.tolist() == [[1, 2, 3, 4, 4, 5, 6], [2, 3, 5, 6, 8, 9, 11]]
    assert nested.together
    assert both.together
    joint = bop2(LOOKS, (0.45, 0.30), 0.7, 0.8, kind="efficacy-toxicity").boundary
    assert joint.low[0].tolist() == [3, 5, 8, 11, 13, 16, 19]
    assert joint.high[1].tolist() == [5, 6, 7, 8, 9, 10, 11]
    assert joint.low[1].tolist() == [-1] * 7
    assert (joint.high[0] == joint.n + 1).all()
    assert not joint.together
    assert bop2([10, 20, 30, 40], 0.2, 0.86, 0.95).boundary.low.tolist() == [[1, 3, 7, 11]]


def test_printed_operating_characteristics() -> None:
    # an exact recursion of another author: chance of success, of an early stop, expected patients
    oc = operating_characteristics(bop2(LOOKS, 0.2, 0.9, 1), [0.2, 0.4])
    np.testing.assert_allclose(oc.success, [0.069140, 0.875203], atol=5e-7)
    np.testing.assert_allclose(oc.expected_n[0], 21.2316, atol=5e-5)
    np.testing.assert_allclose(oc.early[0], 0.881503, atol=5e-7)
    oc = operating_characteristics(bop2([10, 20, 30, 40], 0.2, 0.86, 0.95), [0.2, 0.4])
    np.testing.assert_allclose(oc.success, [0.074262, 0.886422], atol=5e-7)
    np.testing.assert_allclose([oc.early[0], oc.expected_n[0]], [0.791087, 23.22186], atol=5e-6)


def test_r(r_values: Callable[[str], dict[str, Any]]) -> None:
    r = r_values("bop2")
    rule = bop2(LOOKS, 0.2, 0.9, 1)
    x = np.array(r["binary"])
    np.testing.assert_allclose(rule.probability(x, LOOKS), r["binary_posterior"], rtol=1e-12)
    np.testing.assert_allclose(rule.probability(x + 1, LOOKS), r["binary_next"], rtol=1e-12)
    for rates, name in ((0.2, "binary_null"), (0.4, "binary_better")):
        check(operating_characteristics(rule, rates), r[name])
    nested = bop2(LOOKS, (0.15, 0.30), 0.9, 0.3, kind="nested")
    check(operating_characteristics(nested, cells=(0.15, 0, 0.15, 0.70)), r["nested_null"])
    check(operating_characteristics(nested, cells=(0.25, 0, 0.25, 0.50)), r["nested_better"])
    both = bop2(LOOKS, (0.10, 0.20), 0.9, 0.3, kind="co-primary")
    check(operating_characteristics(both, (0.10, 0.20)), r["coprimary_null"])
    check(operating_characteristics(both, cells=(0.05, 0.05, 0.15, 0.75)), r["coprimary_related"])
    joint = bop2(LOOKS, (0.45, 0.30), 0.7, 0.8, kind="efficacy-toxicity")
    check(operating_characteristics(joint, (0.45, 0.30)), r["joint_null"])
    check(operating_characteristics(joint, (0.60, 0.20)), r["joint_better"])
    check(operating_characteristics(joint, cells=(0.15, 0.30, 0.15, 0.40)), r["joint_related"])


def check(oc: Any, r: list[float]) -> None:
    np.testing.assert_allclose([oc.success[0], oc.expected_n[0]], r, rtol=1e-10)


def test_equality_continues_and_in_bop2_te_stops() -> None:
    # Beta(1/2 + 2, 1/2 + 2) is symmetric: P(p > 1/2 | 2 of 4) = P(p < 1/2 | 2 of 4) = 1/2, the cut-off itself
    rule = bop2([4], 0.5, 0.5, 0)
    assert rule.probability(2, 4) == pytest.approx(0.5, abs=1e-15)
    assert rule.boundary.low.tolist() == [[1]]
    assert bop2([4], 0.5, 0.5 + 1e-9, 0).boundary.low.tolist() == [[2]]
    joint = bop2([4], (0.5, 0.5), 0.5, 0, kind="efficacy-toxicity").boundary
    assert (joint.low[0, 0], joint.high[1, 0]) == (1, 3)
    strict = bop2_te([4], [4], (0.5, 0.5), (0.5, 0.5), 0).boundary
    assert (strict.low[0, 0], strict.high[1, 0]) == (2, 2)
    below = bop2_te([4], [4], (0.5, 0.5), (0.5 - 1e-9,) * 2, 0).boundary
    assert (below.low[0, 0], below.high[1, 0]) == (1, 3)


def test_one_patient_on_paper() -> None:
    # prior Beta(1/2, 1/2): P(p > 1/2 | 1 of 1) = 1/2 + 1/pi, from the arcsine law of Beta(3/2, 1/2)
    rule = bop2([1], 0.5, 0.8, 1)
    assert rule.probability(1, 1) == pytest.approx(0.5 + 1 / np.pi, abs=1e-14)
    assert rule.probability(0, 1) == pytest.approx(0.5 - 1 / np.pi, abs=1e-14)
    assert rule.boundary.low.tolist() == [[0]]
    assert bop2([1], 0.5, 0.82, 1).boundary.low.tolist() == [[1]]  # no count passes: 0.818 is below
    assert bop2([1], 0.5, 0.18, 1).boundary.low.tolist() == [[-1]]  # no count fails: 0.1817 is above


def test_each_endpoint_of_bop2_te_has_its_own_looks() -> None:
    rule = bop2_te([18, 36], [6, 12, 18, 24, 30, 36], (0.3, 0.4), (0.85, 0.85), 0.6)
    assert rule.boundary.n.tolist() == [6, 12, 18, 24, 30, 36]
    assert rule.boundary.low[0].tolist() == [-1, -1, 5, -1, -1, 13]
    alone = bop2([18, 36], 0.3, 0.85, 0.6).boundary
    assert alone.low[0].tolist() == [5, 13]
    np.testing.assert_allclose(rule.toxicity_cutoff, 0.85 * (np.arange(6, 37, 6) / 36) ** 0.2)
    good = rule.probability((13, 12), 36)
    assert good[0] <= 0.85
    assert good[1] <= 0.85
    assert (rule.probability((14, 11), 36) > 0.85).all()


KINDS = st.sampled_from(["binary", "nested", "co-primary", "efficacy-toxicity"])


@settings(max_examples=60, deadline=None)
@given(KINDS, st.floats(0.05, 0.95), st.floats(0.02, 1), st.floats(0, 2), st.integers(5, 60), st.data())
def test_monotone(kind: str, p: float, lam: float, gamma: float, size: int, data: st.DataObject) -> None:
    null = p if kind == "binary" else (p / 2, p)
    n = np.unique(data.draw(st.lists(st.integers(1, size), min_size=1, max_size=6)))
    rule = bop2(n, null, lam, gamma, kind=kind, n_max=size)
    less = bop2(n, null, lam * 0.9, gamma, kind=kind, n_max=size)
    assert (rule.boundary.low >= less.boundary.low).all()
    assert (rule.boundary.high <= less.boundary.high).all()
    assert (np.diff(rule.boundary.low, axis=1) >= 0).all() or kind == "efficacy-toxicity"
    everywhere = rule.at(np.arange(1, size + 1))
    np.testing.assert_array_equal(everywhere.low[:, n - 1], rule.boundary.low)
    np.testing.assert_array_equal(everywhere.high[:, n - 1], rule.boundary.high)
    last = int(n[-1])
    x = np.arange(last + 1)
    good = rule.probability(x if kind == "binary" else np.stack([x, x], axis=1), last).reshape(last + 1, -1)
    for k in range(good.shape[1]):  # each limit is where the posterior meets the cut-off
        fails = good[:, k] < rule.cutoff[-1] * (1 - 1e-12)
        harm = kind == "efficacy-toxicity" and k == 1
        stops = x >= rule.boundary.high[k, -1] if harm else x <= rule.boundary.low[k, -1]
        np.testing.assert_array_equal(stops, fails)


def test_conventions_are_printed() -> None:
    said = " ".join(bop2(LOOKS, (0.45, 0.30), 0.7, 0.8, kind="efficacy-toxicity").conventions)
    assert "equality continues" in said
    assert "either endpoint" in said
    assert "equality stops" in " ".join(bop2_te([9], [9], (0.3, 0.4), (0.8, 0.8), 0.5).conventions)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"looks": [20, 10]}, "looks must ascend"),
        ({"looks": [0, 10]}, "looks must hold"),
        ({"null": 1}, "null must lie strictly between 0 and 1"),
        ({"null": (0.2, 0.3)}, "null must hold one rate"),
        ({"null": 0.2, "kind": "nested"}, "null must hold two rates"),
        ({"null": (0.3, 0.2), "kind": "nested"}, "null must ascend"),
        ({"lam": 0}, "lam must be at least"),
        ({"lam": 1.1}, "lam must lie between"),
        ({"lam": [0.9, 0.8]}, "lam must be one number"),
        ({"gamma": -0.1}, "gamma must lie between"),
        ({"kind": "ordinal"}, "kind must be one of"),
        ({"n_max": 30}, "n_max must lie between 40"),
        ({"names": ("a", "b")}, "names must be a tuple of 1"),
    ],
)
def test_bad_input(change: dict[str, Any], said: str) -> None:
    good: dict[str, Any] = {"looks": LOOKS, "null": 0.2, "lam": 0.9, "gamma": 1}
    with pytest.raises(ValueError, match=said):
        bop2(**good | change)


def test_bad_readings() -> None:
    rule = bop2(LOOKS, (0.15, 0.30), 0.9, 0.3, kind="nested")
    with pytest.raises(ValueError, match="x has more complete responses"):
        rule.probability((3, 2), 10)
    with pytest.raises(ValueError, match="x must hold 2 counts"):
        rule.probability(3, 10)
    with pytest.raises(ValueError, match="x must hold whole counts"):
        rule.probability((3, 11), 10)
    with pytest.raises(ValueError, match="n is 41"):
        rule.at(41)
    with pytest.raises(ValueError, match="both must end with the whole trial"):
        bop2_te([18, 35], [36], (0.3, 0.4), (0.8, 0.8), 1)
    with pytest.raises(ValueError, match="lam must hold two numbers"):
        bop2_te([36], [36], (0.3, 0.4), [0.8], 1)
