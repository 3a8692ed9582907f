"""Proportions: printed tables, R's values, exactness, symmetry, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import bdtr, bdtrc, gammaln

from onearm.stats.binomial import (
    METHODS,
    difference_interval,
    exact_test,
    fisher_exact,
    proportion_interval,
)

# Newcombe 1998, table I: 81/263, 15/148, 0/20, 1/29
NEWCOMBE = {
    "wald": [(0.2522, 0.3638), (0.0527, 0.1500), (0, 0), (0, 0.1009)],
    "wilson": [(0.2553, 0.3662), (0.0624, 0.1605), (0, 0.1611), (0.0061, 0.1718)],
    "wilson-cc": [(0.2535, 0.3682), (0.0598, 0.1644), (0, 0.2005), (0.0018, 0.1963)],
    "clopper-pearson": [(0.2527, 0.3676), (0.0578, 0.1617), (0, 0.1684), (0.0009, 0.1776)],
    "mid-p": [(0.2544, 0.3658), (0.0601, 0.1581), (0, 0.1391), (0.0017, 0.1585)],
}


@pytest.mark.parametrize("method", NEWCOMBE)
def test_newcombe_table_one(method: str) -> None:
    for (x, n), (low, high) in zip([(81, 263), (15, 148), (0, 20), (1, 29)], NEWCOMBE[method], strict=True):
        r = proportion_interval(x, n, method=method)
        assert (round(r.low, 4), round(r.high, 4)) == (low, high)
        assert (r.estimate, r.level, r.method) == (x / n, 0.95, method)


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [
        ("clopper-pearson", 0.1694153413, 0.3086489710),
        ("wilson", 0.1739034106, 0.3065879596),
        ("jeffreys", 0.1722823056, 0.3051483502),
        ("agresti-coull", 0.1735954119, 0.3068959583),
        ("wald", 0.1669227212, 0.3006097464),
        ("mid-p", 0.1720013063, 0.3054588247),
    ],
)
def test_36_of_154_as_printed_by_sas(method: str, low: float, high: float) -> None:
    r = proportion_interval(36, 154, method=method)
    assert r.low == pytest.approx(low, abs=6e-11)
    assert r.high == pytest.approx(high, abs=6e-11)


def test_other_levels() -> None:
    r = proportion_interval(5, 10, 0.9, "wilson")
    assert (round(r.low, 7), round(r.high, 7)) == (0.2692718, 0.7307282)
    r = proportion_interval(520, 1000)
    assert (round(r.low, 7), round(r.high, 7)) == (0.4885149, 0.5513671)


def test_r_values(r_values: Any) -> None:
    for case in r_values("binomial")["intervals"].values():
        x, n = (int(v) for v in case["counts"])
        for name in ("clopper_pearson", "wilson", "wilson_cc", "jeffreys"):
            if name == "wilson_cc" and 2 * x == n:
                continue  # prop.test corrects by at most abs(x - n/2), here by nothing
            r = proportion_interval(x, n, method=name.replace("_", "-"))
            np.testing.assert_allclose([r.low, r.high], case[name], rtol=1e-8, atol=1e-14)
        r = proportion_interval(x, n, method="blaker")  # R walks a grid of step 1e-6
        np.testing.assert_allclose([r.low, r.high], case["blaker_grid"], atol=2e-6)


def test_r_exact_tests(r_values: Any) -> None:
    for x, n, p0, *p_values in r_values("binomial")["tests"].values():
        for alternative, p in zip(("two-sided", "greater", "less"), p_values, strict=True):
            assert exact_test(x, n, p0, alternative).p_value == pytest.approx(p, rel=1e-8)


def test_exact_test_at_the_ends() -> None:
    assert exact_test(3, 3, 1.0).p_value == 1
    assert exact_test(2, 3, 1.0).p_value == 0
    assert exact_test(0, 3, 0.0, "greater").p_value == 1
    assert exact_test(5, 10, 0.5).p_value == 1
    assert exact_test(2, 4, 0.5).estimate == 0.5
    # 4 of 4 against 1/2: two outcomes of probability 1/16
    assert exact_test(4, 4, 0.5).p_value == pytest.approx(1 / 8)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.integers(1, 120), st.floats(0, 1), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_intervals_hold_their_estimate_and_mirror(n: int, share: float, level: float) -> None:
    x = round(share * n)
    limits = {}
    for method in METHODS:
        r = proportion_interval(x, n, level, method)
        mirror = proportion_interval(n - x, n, level, method)
        assert 0 <= r.low <= r.estimate <= r.high <= 1
        assert r.low == pytest.approx(1 - mirror.high, abs=1e-12)
        limits[method] = r
    exact, blaker, mid = (limits[k] for k in ("clopper-pearson", "blaker", "mid-p"))
    assert exact.low - 1e-12 <= blaker.low
    assert blaker.high <= exact.high + 1e-12
    assert exact.low <= mid.low + 1e-12
    a = (1 - level) / 2
    if x > 0:
        assert bdtrc(x - 1, n, exact.low) == pytest.approx(a, rel=1e-9)
        beyond = bdtrc(x, n, mid.low) if x < n else 0.0
        assert (beyond + bdtrc(x - 1, n, mid.low)) / 2 == pytest.approx(a, rel=1e-9)
    if x < n:
        assert bdtr(x, n, exact.high) == pytest.approx(a, rel=1e-9)


@pytest.mark.parametrize("n", [7, 20])
def test_blaker_covers(n: int) -> None:
    limits = [proportion_interval(x, n, method="blaker") for x in range(n + 1)]
    k = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    for p in np.linspace(0.003, 0.997, 331):
        inside = [r.low <= p <= r.high for r in limits]
        probability = np.exp(choose + k * np.log(p) + (n - k) * np.log1p(-p))
        assert probability[inside].sum() >= 0.95 - 1e-12


@pytest.mark.parametrize(
    ("counts", "method", "low", "high"),
    [  # Newcombe 1998 (11: difference), table II, examples a and b
        ((56, 70, 48, 80), "wald", 0.0575, 0.3425),
        ((56, 70, 48, 80), "mee", 0.0533, 0.3377),
        ((56, 70, 48, 80), "miettinen-nurminen", 0.0528, 0.3382),
        ((56, 70, 48, 80), "newcombe", 0.0524, 0.3339),
        ((9, 10, 3, 10), "wald", 0.2605, 0.9395),
        ((9, 10, 3, 10), "mee", 0.1821, 0.8370),
        ((9, 10, 3, 10), "miettinen-nurminen", 0.1700, 0.8406),
        ((9, 10, 3, 10), "newcombe", 0.1705, 0.8090),
    ],
)
def test_differences_as_printed(counts: tuple[int, ...], method: str, low: float, high: float) -> None:
    r = difference_interval(*counts, method=method)
    assert (round(r.low, 4), round(r.high, 4)) == (low, high)


def test_wald_difference_of_maicplus() -> None:
    r = difference_interval(390, 500, 280, 400, "wald")
    assert r.estimate == pytest.approx(0.08)
    assert (round(100 * r.low, 5), round(100 * r.high, 5)) == (2.22492, 13.77508)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(1, 60), st.integers(1, 60), st.floats(0, 1), st.floats(0, 1), st.sampled_from(["mee", "newcombe"]))
def test_differences_mirror_and_hold(n1: int, n0: int, a: float, b: float, method: str) -> None:
    x1, x0 = round(a * n1), round(b * n0)
    r = difference_interval(x1, n1, x0, n0, method)
    swapped = difference_interval(x0, n0, x1, n1, method)
    failures = difference_interval(n1 - x1, n1, n0 - x0, n0, method)
    assert -1 <= r.low <= r.estimate + 1e-12
    assert r.estimate - 1e-12 <= r.high <= 1
    for other in (swapped, failures):
        assert r.low == pytest.approx(-other.high, abs=1e-9)
        assert r.high == pytest.approx(-other.low, abs=1e-9)


def test_score_interval_solves_its_equation() -> None:
    # at the limit D, the restricted estimates solve the score equation of the likelihood
    from onearm.stats._binomial_difference import restricted

    for delta in (-0.3, 0.0, 0.1, 0.55):
        p1, p0 = restricted(9, 14, 5, 21, delta)
        assert p1 - p0 == pytest.approx(delta, abs=1e-14)
        score = 9 / p1 - 5 / (1 - p1) + 5 / p0 - 16 / (1 - p0)
        assert score == pytest.approx(0, abs=1e-9)


def test_fisher_against_r(r_values: Any) -> None:
    for case in r_values("binomial")["fisher"].values():
        r = fisher_exact(np.reshape(case["table"], (2, 2)))
        assert r.p_value == pytest.approx(case["p_value"][0], rel=1e-8)
        # R finds its odds ratio by uniroot with a tolerance of about 1e-4
        assert r.odds_ratio == pytest.approx(case["odds_ratio"][0], rel=1e-3)


def test_fisher_on_paper() -> None:
    r = fisher_exact([[3, 1], [1, 3]])
    assert r.p_value == pytest.approx(34 / 70, rel=1e-13)
    assert r.sample_odds_ratio == 9
    # conditional maximum: mean of 16 x psi^1 ... over {0..4} with weights 1, 16, 36, 16, 1 equals 3
    w = np.array([1, 16, 36, 16, 1]) * r.odds_ratio ** np.arange(5)
    assert w @ np.arange(5) / w.sum() == pytest.approx(3, rel=1e-12)
    assert fisher_exact([[2, 0], [0, 2]]).odds_ratio == np.inf
    assert fisher_exact([[2, 0], [0, 2]]).sample_odds_ratio == np.inf
    assert fisher_exact([[0, 2], [2, 0]]).odds_ratio == 0
    empty = fisher_exact([[0, 0], [2, 3]])
    assert (empty.odds_ratio, empty.sample_odds_ratio, empty.p_value) == (None, None, 1)


@pytest.mark.parametrize(
    ("x", "n", "options", "word"),
    [
        (1, 0, {}, "n must be at least 1"),
        (5, 4, {}, "x must lie between 0 and n = 4"),
        (-1, 4, {}, "x must lie"),
        (1.5, 4, {}, "x must be a whole number"),
        (float("nan"), 4, {}, "x must be a whole number"),
        ("1", 4, {}, "x must be a whole number"),
        (1, float("inf"), {}, "n must be a whole number"),
        (1, 4, {"level": 1.0}, "level must lie"),
        (1, 4, {"method": "exact"}, "method must be one of clopper-pearson"),
    ],
)
def test_proportion_refuses(x: Any, n: Any, options: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        proportion_interval(x, n, **options)


def test_others_refuse() -> None:
    with pytest.raises(ValueError, match="x0 must lie between 0 and n0"):
        difference_interval(1, 2, 3, 2)
    with pytest.raises(ValueError, match="method must be one of newcombe"):
        difference_interval(1, 2, 1, 2, "score")
    with pytest.raises(ValueError, match="level must lie"):
        difference_interval(1, 2, 1, 2, level=0)
    with pytest.raises(ValueError, match="p0 must lie"):
        exact_test(1, 2, 1.2)
    with pytest.raises(ValueError, match="alternative must be one of"):
        exact_test(1, 2, 0.2, "both")
    for table, word in (
        ([[1, 2, 3], [4, 5, 6]], "two rows and two columns"),
        ([[1, 2], [3, -4]], "whole counts"),
        ([[1, 2], [3, 0.5]], "whole counts"),
        ([["a", "b"], ["c", "d"]], "whole counts"),
        ([[0, 0], [0, 0]], "table is empty"),
    ):
        with pytest.raises(ValueError, match=word):
            fisher_exact(table)
