"""Logistic regression: R's glm, separation, penalty, and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.logistic import logistic


def compare(fit: Any, r: dict[str, Any]) -> None:
    assert fit.converged
    assert not fit.separated
    np.testing.assert_allclose(fit.coef, r["coef"], rtol=1e-8)
    np.testing.assert_allclose(fit.covariance.ravel(), r["var"], rtol=1e-8)
    np.testing.assert_allclose(fit.std_error**2, np.diag(fit.covariance), rtol=1e-12)
    np.testing.assert_allclose(fit.fitted[::11], r["fitted"], rtol=1e-8)
    np.testing.assert_allclose(fit.log_likelihood, r["log_likelihood"][0], rtol=1e-8)


def test_aml(aml: Any, r_values: Any) -> None:
    r, x = r_values("logistic"), np.c_[aml["time"], aml["z"]]
    compare(logistic(x, aml["g"]), r["aml"])
    compare(logistic(x, aml["g"], weight=1 + np.arange(1, 24) % 4), r["aml_weighted"])


@pytest.mark.shared
def test_lalonde(shared: Any, r_values: Any) -> None:
    d, r = shared("lalonde"), r_values("logistic")
    race = [d["race"] == "hispan", d["race"] == "white"]
    x = np.c_[d["age"], d["educ"], *race, d["married"], d["nodegree"], d["re74"], d["re75"]]
    compare(logistic(x, d["treat"]), r["lalonde"])
    compare(logistic(x, d["treat"], weight=0.5 + np.arange(1, 615) % 5 / 2), r["lalonde_weighted"])


def test_one_binary_covariate_by_hand() -> None:
    # 3 of 4 against 1 of 4: log odds log(1/3), log odds ratio log 9, variance 1/1 + 1/3 + 1/3 + 1/1
    fit = logistic([0] * 4 + [1] * 4, [1, 0, 0, 0, 1, 1, 1, 0])
    np.testing.assert_allclose(fit.coef, [np.log(1 / 3), np.log(9)], rtol=1e-12)
    np.testing.assert_allclose(fit.std_error[1], np.sqrt(8 / 3), rtol=1e-12)
    np.testing.assert_allclose(fit.fitted, [0.25] * 4 + [0.75] * 4, rtol=1e-12)
    np.testing.assert_allclose(fit.linear_predictor, np.log(fit.fitted / (1 - fit.fitted)), rtol=1e-12)


def test_separation_is_said() -> None:
    complete = logistic([1, 2, 3, 4], [0, 0, 1, 1])
    assert complete.separated
    assert not complete.converged
    assert "separate" in complete.message
    assert np.all(np.isinf(complete.std_error))
    quasi = logistic(np.c_[[0, 0, 0, 1, 1, 1], [1, 2, 3, 1, 2, 3]], [0, 1, 0, 1, 1, 1])
    assert quasi.separated
    assert "column(s) 0 " in quasi.message
    held = logistic([1, 2, 3, 4], [0, 0, 1, 1], penalty=1.0)
    assert held.converged
    assert not held.separated


def test_penalty_solves_its_equations(aml: Any) -> None:
    x, y = np.c_[aml["time"], aml["z"]], aml["g"]
    fit = logistic(x, y, penalty=2.5)
    gradient = np.c_[np.ones(23), x].T @ (y - fit.fitted) - 2.5 * np.r_[0, fit.coef[1:]]
    np.testing.assert_allclose(gradient, 0, atol=1e-9)


def test_weights_are_repetitions(aml: Any) -> None:
    x, y = np.c_[aml["time"], aml["z"]], aml["g"]
    w = np.arange(23) % 3
    once, repeated = logistic(x, y, weight=w), logistic(np.repeat(x, w, axis=0), np.repeat(y, w))
    np.testing.assert_allclose(once.coef, repeated.coef, rtol=1e-10)
    np.testing.assert_allclose(once.std_error, repeated.std_error, rtol=1e-10)
    assert once.fitted.size == 23
    assert once.n == np.count_nonzero(w)


def test_constant_and_repeated_columns_have_no_coefficient(aml: Any) -> None:
    fit = logistic(np.c_[np.ones(23), aml["z"], 2 * aml["z"]], aml["g"])
    assert np.isnan(fit.coef[[1, 3]]).all()
    assert not fit.converged
    assert "column 0 of x" in fit.message
    assert "column 2 of x" in fit.message
    np.testing.assert_allclose(fit.coef[[0, 2]], logistic(aml["z"], aml["g"]).coef, rtol=1e-10)


def test_equal_rows_have_equal_probabilities() -> None:
    rng = np.random.default_rng(5)
    x = np.repeat(rng.normal(size=(40, 7)), 5, axis=0)[rng.permutation(200)]
    fit = logistic(x, rng.random(200) < 0.4)
    assert np.unique(fit.fitted).size == 40


def test_badly_scaled_columns(aml: Any) -> None:
    x = np.c_[aml["time"], aml["z"]]
    fit, scaled = logistic(x, aml["g"]), logistic(x * [1e-9, 1e9] + [0, 1e12], aml["g"])
    np.testing.assert_allclose(scaled.coef[1:] * [1e-9, 1e9], fit.coef[1:], rtol=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "options", "word"),
    [
        ([1, 2], [1, 1], {}, "y holds 1 only"),
        ([1, 2], [0, 0], {}, "y holds 0 only"),
        ([1, 2], [0, 2], {}, "y must hold 0 and 1"),
        ([1, 2, 3], [0, 1], {}, "y has 2 values"),
        ([1, np.nan], [0, 1], {}, "x has missing"),
        ([], [], {}, "x is empty"),
        ([1, 2], [0, 1], {"weight": [1, -1]}, "weight has negative"),
        ([1, 2], [0, 1], {"weight": [0, 0]}, "weight is zero"),
        ([1, 2], [0, 1], {"penalty": -1}, "penalty"),
        (["a", "b"], [0, 1], {}, "x must hold numbers"),
    ],
)
def test_refusals(x: Any, y: Any, options: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word.replace("(", r"\(")):
        logistic(x, y, **options)
