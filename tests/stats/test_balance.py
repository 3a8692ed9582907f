"""Balance: many weightings at once, distribution functions, energy and Mahalanobis distances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.balance import (
    balance_table,
    ecdf_differences,
    energy_distance,
    ks_statistics,
    mahalanobis_of_means,
    standardized_differences,
    variance_ratios,
)
from onearm.stats.logistic import logistic
from onearm.stats.weighting import att_weights, effective_sample_size

NAMES = ("age", "educ", "married", "nodegree", "re74", "re75")
CONTINUOUS = [0, 1, 4, 5]


@pytest.fixture(scope="module")
def lalonde(shared: Any) -> tuple[Any, Any, Any]:
    """Covariates as in balance.R, who is treated, weights as in balance.R."""
    d = shared("lalonde")
    z = d["treat"] == 1
    return np.column_stack([d[k] for k in NAMES]), z, np.where(z, 1.0, 0.25 + np.arange(1, 615) % 4)


@pytest.mark.shared
def test_ecdf_statistics_of_matchit(lalonde: Any, r_values: Any) -> None:
    (x, z, w), r = lalonde, r_values("balance")
    for weight, stored in ((None, r["raw"]), (w, r["weighted"])):
        found = ecdf_differences(x, z, weight)
        np.testing.assert_allclose(found.mean, stored["mean"], rtol=1e-8)
        np.testing.assert_allclose(found.largest, stored["largest"], rtol=1e-8)
    np.testing.assert_allclose(ks_statistics(x, z), r["ks"]["all"], rtol=1e-12)
    printed = ecdf_differences(x[:, CONTINUOUS], z)
    assert printed.mean.round(4).tolist() == [0.0813, 0.0347, 0.2248, 0.1342]
    assert printed.largest.round(4).tolist() == [0.1577, 0.1114, 0.4470, 0.2876]


@pytest.mark.shared
def test_distances_of_r(lalonde: Any, r_values: Any) -> None:
    (x, z, _), r = lalonde, r_values("balance")
    found = energy_distance(x[:, CONTINUOUS], z)
    np.testing.assert_allclose(found, r["energy"]["continuous"][0], rtol=1e-8)
    np.testing.assert_allclose(energy_distance(x[:, 0], z), r["energy"]["age"][0], rtol=1e-8)
    np.testing.assert_allclose(mahalanobis_of_means(x, z), r["mahalanobis"]["distance"][0], rtol=1e-8)


@pytest.mark.shared
def test_weighted_moments_of_r(lalonde: Any, r_values: Any) -> None:
    (x, z, w), r = lalonde, r_values("balance")
    table = balance_table(x, z, w)
    np.testing.assert_allclose(table.mean_treated[1], r["moments"]["mean_treated"], rtol=1e-10)
    np.testing.assert_allclose(table.mean_control[1], r["moments"]["mean_control"], rtol=1e-10)
    np.testing.assert_allclose(table.variance_ratio[1, CONTINUOUS], r["moments"]["ratio"], rtol=1e-8)


@pytest.mark.shared
def test_lalonde_as_printed(shared: Any) -> None:
    d = shared("lalonde")
    race = [d["race"] == k for k in ("black", "hispan", "white")]
    x = np.column_stack([*race, *(d[k] for k in NAMES)]).astype(float)
    z = d["treat"]
    score = logistic(x[:, 1:], z).fitted
    table = balance_table(x, z, att_weights(score, z), "pooled", raw_binary=True)
    assert np.abs(table.standardized_by("pooled")[0]).mean() == pytest.approx(0.60909674, abs=5e-9)
    assert table.effective_control[1] == pytest.approx(99.815385914, abs=2e-7)
    shares = table.standardized[1]
    assert shares[[0, 6]].round(4).tolist() == [-0.0022, 0.0184]
    treated = table.standardized_by("treated")
    assert treated[0].round(4).tolist() == [1.7615, -0.3498, -1.8819, -0.3094, 0.055, -0.8263, 0.245, -0.7211, -0.2903]
    assert treated[1, [3, 4, 8]].round(4).tolist() == [0.1188, -0.0284, 0.0110]


def scattered(seed: int, n: int = 5000) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(1e6, 1, n), rng.exponential(size=n), rng.random(n) < 0.2, rng.integers(0, 4, n)])
    return x, rng.random(n) < 0.1, rng.exponential(size=(n, 3)) * (rng.random((n, 3)) < 0.8)


@pytest.mark.parametrize("denominator", ["treated", "pooled", "all"])
def test_the_table_is_what_single_calls_say(denominator: str) -> None:
    x, z, w = scattered(1)
    table = balance_table(x, z, w, denominator)
    for j in range(4):
        weight = None if j == 0 else w[:, j - 1]
        single = standardized_differences(x, z, weight, denominator)
        np.testing.assert_allclose(table.standardized[j], single, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(table.standardized_by(denominator)[j], single, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(table.variance_ratio[j], variance_ratios(x, z, weight), rtol=1e-7)
        ones = np.ones(z.size) if weight is None else weight
        assert table.effective_treated[j] == pytest.approx(effective_sample_size(ones[z]), rel=1e-12)
        assert table.effective_control[j] == pytest.approx(effective_sample_size(ones[~z]), rel=1e-12)
    assert table.binary.tolist() == [False, False, True, False]
    np.testing.assert_allclose(table.worst, np.abs(table.standardized).max(axis=1))


def test_rows_in_any_order_give_the_same_table() -> None:
    x, z, w = scattered(2)
    order = np.argsort(x[:, 1])  # the first rows of a group are no sample of it then
    one, other = balance_table(x, z, w), balance_table(x[order], z[order], w[order])
    np.testing.assert_allclose(one.standardized, other.standardized, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(one.variance_ratio, other.variance_ratio, rtol=1e-7)


def test_table_by_hand() -> None:
    # weights 1, 1, 2 of the controls 2, 4, 6: mean (2 + 4 + 12) / 4, variance 11 / 4 / (1 - 6/16), size 16 / 6
    table = balance_table([1, 2, 3, 2, 4, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 2])
    assert table.mean_control[1, 0] == pytest.approx(4.5)
    assert table.variance_ratio[1, 0] == pytest.approx(1 / 4.4)
    assert table.effective_control.tolist() == pytest.approx([3, 16 / 6])
    assert table.standardized[:, 0].tolist() == pytest.approx([-2, -2.5])
    assert table.sd_pooled[0] == pytest.approx(np.sqrt(2.5))
    assert table.sd_all[0] == pytest.approx(np.sqrt(16 / 5))


def test_constant_columns_are_balanced_or_infinitely_far() -> None:
    z = [1, 1, 0, 0]
    x = np.column_stack([[0.1] * 4, [1, 1, 5, 5], [1, 1, 0, 0]])
    table = balance_table(x, z, [1, 3, 0.7, 0.1])
    for row in table.standardized:
        assert row.tolist() == [0, -np.inf, np.inf]
    assert table.variance_ratio[1].tolist() == [1, 1, 1]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(4, 60))
def test_energy_on_a_line_is_the_area_between_distribution_functions(seed: int, n: int) -> None:
    # E = 2 integral (F - G)^2 for covariates of dimension one (Szekely & Rizzo 2013)
    rng = np.random.default_rng(seed)
    x, w = rng.integers(-4, 9, n) + rng.choice([0, 0.25], n), rng.exponential(size=n)
    z = np.arange(n) % 2 == 0
    x[0] += 0.5
    unit = (x - 7.0) / x.std(ddof=1)
    signed = np.where(z, w / w[z].sum(), -w / w[~z].sum())
    order = np.argsort(unit)
    area = 2 * np.sum(np.cumsum(signed[order])[:-1] ** 2 * np.diff(unit[order]))
    assert energy_distance(x, z, w) == pytest.approx(area, rel=1e-9, abs=1e-13)


def test_energy_by_brute_force_across_blocks() -> None:
    rng = np.random.default_rng(4)
    x, z, w = rng.normal(size=(2700, 3)) + 1e4, rng.random(2700) < 0.4, rng.exponential(size=2700)
    w[5:900] = 0
    unit = x / x.std(axis=0, ddof=1)
    signed = np.where(z, w / w[z].sum(), -w / w[~z].sum())
    apart = sum(np.subtract.outer(c, c) ** 2 for c in unit.T)
    assert energy_distance(x, z, w) == pytest.approx(-signed @ np.sqrt(apart) @ signed, rel=1e-8)


def test_the_same_sample_twice_is_at_no_distance() -> None:
    x = np.random.default_rng(6).normal(size=(300, 4)) * [1, 1e6, 1e-6, 3]
    assert energy_distance(np.vstack([x, x]), np.arange(600) < 300) <= 1e-14


def test_mahalanobis_does_not_depend_on_units() -> None:
    rng = np.random.default_rng(5)
    x, z, w = rng.normal(size=(80, 3)), np.arange(80) % 3 == 0, rng.random(80)
    turned = x @ rng.normal(size=(3, 3)) * [1e-5, 1, 1e7] + 3
    assert mahalanobis_of_means(turned, z, w) == pytest.approx(mahalanobis_of_means(x, z, w), rel=1e-8)
    one = mahalanobis_of_means(x[:, 0], z)
    a, b = x[z, 0], x[~z, 0]
    pooled = ((a.size - 1) * a.var(ddof=1) + (b.size - 1) * b.var(ddof=1)) / 78
    assert one == pytest.approx(abs(a.mean() - b.mean()) / np.sqrt(pooled), rel=1e-12)


Z = [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: balance_table([1, 2, 3, 4], [1, 1, 1, 1]), "treated never equals 0"),
        (
            lambda: balance_table([1, 2, 3, 4], Z, [[1, 0], [1, 0], [1, 1], [1, 1]]),
            r"weights \(column 1\) is zero .* 1",
        ),
        (lambda: balance_table([1, 2, 3, 4], Z, [1, 1, 1]), "weights has 3 rows where 4"),
        (lambda: balance_table([1, 2, 3, 4], Z, [1, 1, 1, -1]), r"weights \(column 0\) has negative"),
        (lambda: balance_table([1, 2, 3, 4], Z, [1, 1, 1, np.nan]), "weights has missing"),
        (lambda: balance_table([1, 2, 3, 4], Z, [0, 0, 0, 0]), r"weights \(column 0\) is zero throughout"),
        (lambda: balance_table([1, 2, np.nan, 4], Z), "x has missing"),
        (lambda: balance_table(np.array([[1.0], [2], [np.inf], [4]]), Z), "x has missing"),
        (lambda: balance_table([1, 2, 1e300, 4], Z), "too large"),
        (lambda: balance_table([1, 2, 3, 4], Z, None, "sd"), "denominator must be"),
        (lambda: balance_table([1, 2, 3, 4], Z).standardized_by("sd"), "denominator must be"),
        (lambda: ecdf_differences([1, 2, 3, 4], Z, [0, 0, 1, 1]), "weight is zero for every row with treated 1"),
        (lambda: energy_distance([2, 2, 2, 2], Z), "x is constant"),
        (lambda: energy_distance([2, 2, 2, 3], [0, 0, 0, 0]), "treated never equals 1"),
        (lambda: mahalanobis_of_means([[1, 5], [2, 5], [3, 5], [5, 5]], Z), "column 1 that is constant"),
        (lambda: mahalanobis_of_means([[1, 2], [2, 4], [3, 6], [5, 10]], Z), "column 1 that is constant"),
        (lambda: mahalanobis_of_means([1, 1, 0, 0], Z), "column 0 that is constant within"),
    ],
)
def test_refusals(call: Any, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        call()
