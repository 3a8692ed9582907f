"""Imputation: the regressions behind the draws, and Rubin's rules, against R."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats._imputation_draw import classes, line, standard
from onearm.stats.imputation import rubin

N = np.arange(1, 61)
A = N * 7 % 11 + N / 10
B = N * 5 % 13 - N / 20
G = (N > 24).astype(float)
Y = 3 + 2 * A - B + 4 * G + (N * 17 % 19 - 9) / 3
X = np.c_[A, B, G]
NEW = np.array([[2.0, -1, 0], [5, 3, 1], [9, 8, 1]])


def test_the_regression_of_a_number(r_values: Any) -> None:
    r, rule = r_values("imputation")["line"], standard(X)
    fit = line(rule.of(X), Y)
    z = rule.of(NEW)
    np.testing.assert_allclose(fit.mean + z @ fit.coef, r["fit"], rtol=1e-10)
    unit = np.max(np.abs(Y - fit.mean))
    np.testing.assert_allclose(fit.rss * unit**2, r["rss"][0], rtol=1e-10)
    np.testing.assert_allclose(1 / fit.n + ((z @ fit.root / unit) ** 2).sum(axis=1), r["variance"], rtol=1e-9)
    assert fit.df == r["df"][0]


def test_a_repeated_predictor_changes_no_prediction() -> None:
    rule, twice = standard(X), standard(np.c_[X, A])
    one, two = line(rule.of(X), Y), line(twice.of(np.c_[X, A]), Y)
    np.testing.assert_allclose(twice.of(np.c_[X, A]) @ two.coef, rule.of(X) @ one.coef, rtol=1e-9)
    assert two.df == one.df


def test_the_regression_of_two_classes(r_values: Any) -> None:
    r, z = r_values("imputation"), standard(X).of(X)
    fit = classes(z, (N * 3 % 7 + G > 3).astype(int), 2)
    np.testing.assert_allclose(fit.coef[0], r["two"]["coef"], rtol=1e-8)
    np.testing.assert_allclose(fit.information.ravel(), r["two"]["information"], rtol=1e-8, atol=1e-8)
    apart = classes(z, (A > 6).astype(int), 2)  # without the added data the slope would be infinite
    np.testing.assert_allclose(apart.coef[0], r["apart"]["coef"], rtol=1e-7)


def test_the_regression_of_three_classes(r_values: Any) -> None:
    fit = classes(standard(X).of(X), N * 11 % 3, 3)
    # nnet stops by the change of the likelihood, not of the coefficients
    np.testing.assert_allclose(fit.coef.ravel(), r_values("imputation")["three"]["coef"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("name", "df", "level"), [("small", 46, 0.95), ("large", None, 0.9)])
def test_pooling(r_values: Any, name: str, df: float | None, level: float) -> None:
    q, u = [0.31, 0.52, 0.44, 0.28, 0.61, 0.47], [0.041, 0.037, 0.044, 0.039, 0.052, 0.04]
    p = rubin(q, u, level=level, df_complete=df)
    found = (p.estimate, p.std_error, p.df, p.increase, p.share, p.fmi, p.p_value, p.conf_low, p.conf_high)
    np.testing.assert_allclose(np.ravel(found), r_values("imputation")["pool"][name], rtol=1e-9)
