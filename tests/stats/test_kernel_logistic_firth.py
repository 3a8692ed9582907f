"""Firth's penalty, and the start beside the maximum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats import _logistic_start
from onearm.stats.logistic import logistic


def compare(fit: Any, r: dict[str, Any]) -> None:
    assert fit.converged
    assert not fit.separated
    np.testing.assert_allclose(fit.coef, r["coef"], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(fit.covariance.ravel(), r["var"], rtol=1e-7)
    np.testing.assert_allclose(fit.log_likelihood, r["log_likelihood"][0], rtol=1e-8)


def test_brglm2(aml: Any, r_values: Any) -> None:
    r, x = r_values("logistic"), np.c_[aml["time"], aml["z"]]
    compare(logistic(x, aml["g"], firth=True), r["firth_aml"])
    compare(logistic(x, aml["g"], weight=1 + np.arange(1, 24) % 4, firth=True), r["firth_aml_weighted"])
    apart = np.c_[np.arange(1, 9), [0, 1, 1, 0, 1, 0, 0, 1]]
    assert logistic(apart, [0] * 4 + [1] * 4).separated
    compare(logistic(apart, [0] * 4 + [1] * 4, firth=True), r["firth_separated"])


@pytest.mark.shared
def test_brglm2_on_lalonde(shared: Any, r_values: Any) -> None:
    d, r = shared("lalonde"), r_values("logistic")
    race = [d["race"] == "hispan", d["race"] == "white"]
    x = np.c_[d["age"], d["educ"], *race, d["married"], d["nodegree"], d["re74"], d["re75"]]
    compare(logistic(x, d["treat"], firth=True), r["firth_lalonde"])


@pytest.mark.parametrize(("a", "n", "c", "m"), [(0, 5, 3, 7), (2, 9, 4, 4), (1, 3, 1, 6), (0, 4, 6, 6)])
def test_two_by_two_tables_gain_half_a_subject_a_cell(a: int, n: int, c: int, m: int) -> None:
    y = [1] * a + [0] * (n - a) + [1] * c + [0] * (m - c)
    fit = logistic([0] * n + [1] * m, y, firth=True)
    first = np.log((a + 0.5) / (n - a + 0.5))
    np.testing.assert_allclose(fit.coef, [first, np.log((c + 0.5) / (m - c + 0.5)) - first], rtol=1e-10)


def penalized(b: Any, x: Any, y: Any, w: Any) -> float:
    z = np.c_[np.ones(len(y)), x]
    mu = 1 / (1 + np.exp(-z @ b))
    information = (z * (w * mu * (1 - mu))[:, None]).T @ z
    return float(w @ (y * np.log(mu) + (1 - y) * np.log(1 - mu))) + np.linalg.slogdet(information)[1] / 2


def test_no_other_coefficients_have_a_larger_penalized_likelihood() -> None:
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(30, 3)) * [1, 1e3, 1e-3] + [0, 5e3, 0], rng.exponential(size=30)
    y = (x[:, 0] > 0.2).astype(float)  # separated
    fit = logistic(x, y, weight=w, firth=True)
    assert fit.converged
    assert np.all(np.isfinite(fit.std_error))
    top = penalized(fit.coef, x, y, w)
    for j in range(4):
        moves = [top - penalized(fit.coef + s * fit.std_error[j] * np.eye(4)[j], x, y, w) for s in (1e-3, -1e-3)]
        assert min(moves) > 0
        assert abs(moves[0] - moves[1]) < 1e-3 * sum(moves)  # no slope left


def test_firth_leaves_out_what_has_no_coefficient(aml: Any) -> None:
    fit = logistic(np.c_[np.ones(23), aml["z"]], aml["g"], firth=True)
    np.testing.assert_allclose(fit.coef[[0, 2]], logistic(aml["z"], aml["g"], firth=True).coef, rtol=1e-10)
    assert np.isnan(fit.coef[1])


def test_two_penalties_are_refused() -> None:
    with pytest.raises(ValueError, match="firth and a ridge penalty"):
        logistic([1, 2, 3, 4], [0, 1, 0, 1], penalty=1, firth=True)


def many(seed: int, rare: bool = False) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(9000, 4)) * [1, 10, 0.1, 1] + [0, 100, 0, 3]
    x[:, 3] = x[:, 3] > 4
    eta = x @ [0.7, -0.05, 3, 1] + 4.5 - (5 if rare else 0)
    return x, (rng.random(9000) < 1 / (1 + np.exp(-eta))).astype(float)


@pytest.mark.parametrize("rare", [False, True])
@pytest.mark.parametrize("options", [{}, {"penalty": 30.0}, {"weight": np.arange(9000) % 4 / 2}, {"firth": True}])
def test_a_start_from_a_sample_ends_at_the_same_maximum(
    rare: bool, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = many(2, rare)
    plain = logistic(x, y, **options)
    monkeypatch.setattr(_logistic_start, "_MANY", 100)
    begun = logistic(x, y, **options)
    assert begun.converged
    np.testing.assert_allclose(begun.coef, plain.coef, rtol=1e-10)
    np.testing.assert_allclose(begun.covariance, plain.covariance, rtol=1e-8)
    np.testing.assert_allclose(begun.log_likelihood, plain.log_likelihood, rtol=1e-12)


def test_many_rows_solve_the_equations_and_keep_ties() -> None:
    rng = np.random.default_rng(3)
    x = np.repeat(rng.normal(size=(25_000, 5)), 3, axis=0)[rng.permutation(75_000)]
    y = (rng.random(75_000) < 1 / (1 + np.exp(-x.sum(axis=1)))).astype(float)
    fit = logistic(x, y)
    assert fit.converged
    step = fit.covariance @ np.c_[np.ones(75_000), x].T @ (y - fit.fitted)
    assert np.max(np.abs(step)) < 1e-13
    assert np.unique(fit.fitted).size == np.unique(fit.linear_predictor).size == 25_000


def test_what_a_sample_cannot_show_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_logistic_start, "_MANY", 100)
    x, y = many(4)
    rare = np.zeros(9000)
    rare[[11, 12, 13, 500, 4004]] = 1  # most samples have none of them
    y[[11, 12]], y[13] = 1, 0
    fit = logistic(np.c_[x, rare, np.ones(9000)], y)
    assert np.isfinite(fit.coef[5])
    assert "column 5 of x is constant" in fit.message
    y[rare == 1] = 1
    assert logistic(np.c_[x, rare], y).separated
    x[77, 1] = np.nan
    with pytest.raises(ValueError, match="x has missing or infinite values, the first in row 77, column 1"):
        logistic(x, y)


def test_numbers_too_large_for_sums_are_refused() -> None:
    with pytest.raises(ValueError, match="x has numbers in column 0 too large"):
        logistic([1e308, -1e308, 1.7e308, 1], [0, 1, 0, 1])
