"""Cox regression: Therneau's cases solved on paper, two routes, properties, trouble said aloud."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats._cox_likelihood import likelihood, score_residuals
from onearm.stats._cox_order import order_rows
from onearm.stats._cox_risk import RiskSets
from onearm.stats.cox import cox
from onearm.stats.survival import log_rank

TOY = ([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0])
INTERVALS = [(1, 2, 1, 1), (2, 3, 1, 0), (5, 6, 1, 0), (2, 7, 1, 1), (1, 8, 1, 0)]
INTERVALS += [(7, 9, 1, 1), (3, 9, 1, 1), (4, 9, 0, 1), (8, 14, 0, 0), (8, 17, 0, 0)]


def toy_at(b: float, ties: str) -> tuple[RiskSets, Any, Any]:
    time, event, x = (np.array(v) for v in TOY)
    risk = RiskSets.make(time, None, event == 1, np.zeros(6, dtype=np.int64), np.ones(6), ties)
    z = x[None].astype(float)
    point = likelihood(risk, z, np.array([b]))
    assert point is not None
    return risk, z, point


def test_breslow_on_paper() -> None:
    risk, x, null = toy_at(0, "breslow")
    assert null.value == pytest.approx(-4.564348, abs=5e-7)
    assert null.score[0] == pytest.approx(1)
    assert null.information[0, 0] == pytest.approx(0.625)
    residuals = score_residuals(risk, x, null)[0]
    np.testing.assert_allclose(residuals, [5 / 12, -1 / 12, 7 / 24, -1 / 24, 5 / 24, 5 / 24], rtol=1e-13)
    fit = cox(*TOY, ties="breslow")
    assert fit.coef[0] == pytest.approx(np.log((3 + np.sqrt(33)) / 2), rel=1e-12)
    assert fit.log_likelihood.fitted == pytest.approx(-3.824749505002866, rel=1e-13)
    assert 1 / fit.covariance[0, 0] == pytest.approx(0.6341681, abs=5e-8)
    assert fit.score.statistic == pytest.approx(1.6)
    assert (fit.n, fit.events, fit.converged, fit.message) == (6, 4, True, "")


def test_efron_on_paper() -> None:
    risk, x, null = toy_at(0, "efron")
    assert null.value == pytest.approx(-4.276666, abs=5e-7)
    assert null.score[0] == pytest.approx(52 / 48)
    assert null.information[0, 0] == pytest.approx(83 / 144)
    residuals = score_residuals(risk, x, null)[0]
    expected = [5 / 12, -1 / 12, 55 / 144, -5 / 144, 29 / 144, 29 / 144]
    np.testing.assert_allclose(residuals, expected, rtol=1e-13)
    fit = cox(*TOY)
    assert fit.coef[0] == pytest.approx(1.676857, abs=5e-7)
    # the vignette prints -3.358979; R, and log(r/(3r+3)) + log(r/(r+3)) - log(r/2+5/2), give this
    assert fit.log_likelihood.fitted == pytest.approx(-3.35897484026, abs=1e-11)
    assert 1 / fit.covariance[0, 0] == pytest.approx(0.612632, abs=5e-7)
    np.testing.assert_allclose(fit.hazard_ratio, np.exp(fit.coef))
    np.testing.assert_allclose(np.log([fit.hazard_ratio_low, fit.hazard_ratio_high]), [fit.low, fit.high])


def test_late_entry_on_paper() -> None:
    start, stop, event, x = np.array(INTERVALS).T
    breslow = cox(stop, event, x, entry=start, ties="breslow")
    assert breslow.coef[0] == pytest.approx(-0.084526, abs=5e-7)
    assert breslow.log_likelihood.null == pytest.approx(-9.392662, abs=5e-7)
    assert breslow.log_likelihood.fitted == pytest.approx(-9.387015, abs=5e-7)
    assert breslow.score.statistic == pytest.approx((2 / 15) ** 2 / (2821 / 1800), rel=1e-12)
    assert 1 / breslow.covariance[0, 0] == pytest.approx(1.586934, abs=5e-6)
    efron = cox(stop, event, x, entry=start)
    assert efron.coef[0] == pytest.approx(-0.0211052, abs=5e-8)
    assert efron.std_error[0] == pytest.approx(0.79518, abs=5e-6)


def test_aml_as_printed(aml: Any) -> None:
    efron = cox(aml["time"], aml["status"], aml["g"])
    assert efron.coef[0] == pytest.approx(0.915532575014773, abs=1e-12)
    assert efron.std_error[0] == pytest.approx(0.5119342751720, abs=1e-11)
    assert efron.likelihood_ratio.statistic == pytest.approx(3.384447, abs=5e-7)
    breslow = cox(aml["time"], aml["status"], aml["g"], ties="breslow")
    assert breslow.coef[0] == pytest.approx(0.904219723686, abs=1e-11)


def test_score_test_is_the_log_rank_test() -> None:
    rng = np.random.default_rng(11)
    t, d, z, s = rng.exponential(size=60), rng.random(60) < 0.7, rng.random(60) < 0.5, rng.integers(0, 3, 60)
    for strata in (None, s):
        fit, test = cox(t, d, z, strata=strata), log_rank(t, d, z, strata=strata)
        assert fit.score.statistic == pytest.approx(test.statistic, rel=1e-12)
        assert fit.score.p_value == pytest.approx(test.p_value, rel=1e-10)


def test_weights_of_two_are_repetitions(aml: Any) -> None:
    rows = [aml["time"], aml["status"], np.c_[aml["g"], aml["z"]]]
    twice = cox(*rows, weight=np.full(23, 2), ties="breslow", robust=False)
    again = cox(*(np.repeat(v, 2, axis=0) for v in rows), ties="breslow")
    np.testing.assert_allclose(twice.coef, again.coef, rtol=1e-11)
    np.testing.assert_allclose(twice.covariance, again.covariance, rtol=1e-11)
    clustered = cox(*(np.repeat(v, 2, axis=0) for v in rows), ties="breslow", cluster=np.repeat(range(23), 2))
    robust = cox(*rows, weight=np.full(23, 2), ties="breslow")
    assert robust.robust
    np.testing.assert_allclose(robust.covariance, clustered.covariance, rtol=1e-10)


def test_rows_of_weight_zero_are_absent(aml: Any) -> None:
    x, keep = np.c_[aml["g"], aml["z"]], np.arange(23) % 4 > 0
    zero = cox(aml["time"], aml["status"], x, weight=keep.astype(float), robust=False)
    absent = cox(aml["time"][keep], aml["status"][keep], x[keep])
    np.testing.assert_allclose(zero.coef, absent.coef, rtol=1e-12)
    assert zero.n == keep.sum()


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_split_rows_are_whole_rows(ties: str, aml: Any) -> None:
    x, cut = np.c_[aml["g"], aml["z"]], aml["time"] / 2
    rows = (np.r_[cut, aml["time"]], np.r_[np.zeros(23), aml["status"]], np.r_[x, x])
    entry, subject, w = np.r_[np.zeros(23), cut], np.r_[np.arange(23), np.arange(23)], aml["w"]
    whole = cox(aml["time"], aml["status"], x, ties=ties, weight=w)
    split = cox(*rows, entry=entry, ties=ties, weight=np.r_[w, w], cluster=subject)
    np.testing.assert_allclose(split.coef, whole.coef, rtol=1e-10)
    np.testing.assert_allclose(split.covariance, whole.covariance, rtol=1e-9)


def test_robust_is_the_derivative_in_the_weights(aml: Any) -> None:
    rows, step = (aml["time"], aml["status"], np.c_[aml["g"], aml["z"]]), 1e-5
    change = []
    for i in range(23):
        one = step * (np.arange(23) == i)
        up, down = (cox(*rows, weight=aml["w"] + sign * one).coef for sign in (1, -1))
        change.append(aml["w"][i] * (up - down) / (2 * step))
    fit = cox(*rows, weight=aml["w"])
    np.testing.assert_allclose(np.array(change).T @ np.array(change), fit.covariance, rtol=1e-5)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.sampled_from(["efron", "breslow"]))
def test_order_units_and_origin_do_not_matter(seed: int, ties: str) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    t, d, x = rng.integers(1, 15, n), rng.random(n) < 0.7, rng.normal(size=(n, 2))
    s, w, mixed = rng.integers(0, 2, n), rng.uniform(0.5, 2, n), rng.permutation(n)
    one = cox(t, d, x, weight=w, strata=s, ties=ties)
    two = cox(7.5 * t[mixed], d[mixed], (x * [1e4, 1e-4] + [3, -1])[mixed], weight=w[mixed], strata=s[mixed], ties=ties)
    assert one.converged
    np.testing.assert_allclose(two.coef * [1e4, 1e-4], one.coef, rtol=1e-7, atol=1e-9)
    assert two.wald.statistic == pytest.approx(one.wald.statistic, rel=1e-7)
    assert one.log_likelihood.fitted >= one.log_likelihood.null


def test_gradient_and_information_are_derivatives(aml: Any) -> None:
    event = aml["status"] == 1
    order = order_rows(aml["time"], aml["e"], event, aml["s"])
    i = order.rows
    x, w = np.array([aml["g"], aml["z"]])[:, i], aml["w"][i]
    for ties in ("efron", "breslow"):
        risk = RiskSets.make(order.stop, order.start, event[i], aml["s"][i], w, ties)
        b, h = np.array([0.4, -0.2]), 1e-5
        here = likelihood(risk, x, b)
        assert here is not None
        for j in range(2):
            up, down = (likelihood(risk, x, b + sign * h * np.eye(2)[j]) for sign in (1, -1))
            assert up is not None
            assert down is not None
            np.testing.assert_allclose((down.score - up.score) / (2 * h), here.information[j], rtol=1e-7)
        total = score_residuals(risk, x, here) @ w
        np.testing.assert_allclose(total, here.score, rtol=1e-11)


# --- trouble -------------------------------------------------------------------------------------


def test_a_coefficient_without_limit_is_said() -> None:
    fit = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 0], np.c_[[1, 1, 0, 0, 0, 0], [3, 1, 2, 5, 4, 0]])
    assert not fit.converged
    assert "column 0 grows without limit" in fit.message
    assert "column 1" not in fit.message
    assert np.isinf(fit.std_error[0])
    assert np.isnan(fit.p_value[0])
    assert (fit.low[0], fit.high[0]) == (-np.inf, np.inf)
    assert np.isfinite(fit.std_error[1])
    assert fit.likelihood_ratio.statistic > 0
    # T79: exact limit of the log-likelihood: log(1/2) + 0 against log(1/3) + log(1/2)
    fit = cox([1, 2, 3], [1, 1, 1], [1, 1, 0])
    assert fit.likelihood_ratio.statistic == pytest.approx(2 * np.log(3), abs=1e-8)


def test_no_events_in_one_arm_is_said() -> None:
    fit = cox([5, 6, 7, 8, 9, 9], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], weight=[1, 2, 1, 0.5, 1, 1])
    assert not fit.converged
    assert "grows without limit" in fit.message
    assert fit.robust_std_error is not None
    assert np.isinf(fit.robust_std_error[0])


def test_columns_without_a_coefficient_are_said(aml: Any) -> None:
    x = np.c_[np.ones(23), aml["z"], 3 - aml["z"]]
    fit = cox(aml["time"], aml["status"], x)
    assert np.isnan(fit.coef[[0, 2]]).all()
    assert not fit.converged
    assert "column 0 is constant" in fit.message
    assert "column 2" in fit.message
    assert fit.coef[1] == pytest.approx(cox(aml["time"], aml["status"], aml["z"]).coef[0], rel=1e-12)
    assert fit.wald.df == 1
    alone = cox(aml["time"], aml["status"], np.ones(23))
    assert np.isnan(alone.coef[0])
    assert alone.likelihood_ratio.df == 0
    assert np.isnan(alone.likelihood_ratio.p_value)
    # constant within every stratum
    assert np.isnan(cox(aml["time"], aml["status"], aml["s"], strata=aml["s"]).coef[0])


def test_a_huge_outlier_still_fits(aml: Any) -> None:
    z = aml["z"].copy()
    z[3] = 1e6
    fit = cox(aml["time"], aml["status"], z)
    assert np.isfinite(fit.coef[0])
    assert fit.converged or fit.message


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"ties": "peto"}, "ties must be one of efron, breslow, exact; found 'peto'"),
        ({"event": [0, 0, 0]}, "no event"),
        ({"event": [1, 0, 3]}, "event must hold"),
        ({"x": [[1], [2]]}, "x has 2 rows where 3"),
        ({"x": [1, 2, np.nan]}, "x has missing"),
        ({"x": np.zeros((3, 0))}, "x is empty"),
        ({"x": np.zeros((3, 1, 1))}, "x must be a vector or a matrix"),
        ({"time": [1, 2, -3]}, "time has 1 negative"),
        ({"entry": [0, 2, 0]}, "entry must be before time"),
        ({"weight": [1, 1]}, "weight has 2 values"),
        ({"weight": [1, 1, np.inf]}, "weight has 1 missing or infinite"),
        ({"strata": [1, 2]}, "strata has shape"),
        ({"strata": np.array([1, "a", 2.5], dtype=object)}, "strata mixes labels"),
        ({"cluster": [1, 2]}, "cluster has shape"),
        ({"cluster": [4, 4, 4]}, "cluster holds one label"),
        ({"level": 0}, "level must lie"),
    ],
)
def test_refusals(options: dict[str, Any], word: str) -> None:
    arguments: dict[str, Any] = {"time": [1, 2, 3], "event": [1, 1, 0], "x": [0, 1, 0]} | options
    with pytest.raises(ValueError, match=word):
        cox(arguments.pop("time"), arguments.pop("event"), arguments.pop("x"), **arguments)


def test_strata_of_very_different_hazards_do_not_disturb_each_other() -> None:
    # stratum 0 has a finite maximum; the rows of stratum 1, huge or tiny in exp(x b), add a constant
    t, d, x = [1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 1], [1.0, 0, 1, 0, 1, 0]
    alone = cox(t, d, x)
    with_others = cox([*t, 1, 2], [*d, 1, 1], [*x, 500, 500], strata=[0] * 6 + [1, 1])
    assert with_others.converged
    assert with_others.coef[0] == pytest.approx(alone.coef[0], rel=1e-9)
    assert with_others.std_error[0] == pytest.approx(alone.std_error[0], rel=1e-9)


def test_small_random_samples_never_end_in_silence() -> None:
    rng = np.random.default_rng(3)
    ended = set()
    for _ in range(150):
        n = int(rng.integers(3, 12))
        t, d = rng.integers(1, 8, n).astype(float), rng.random(n) < 0.6
        x, s = rng.integers(0, 3, (n, 2)).astype(float), rng.integers(0, 2, n)
        w = rng.choice([1e-3, 1, 50], n)
        if not d.any():
            continue
        fit = cox(t, d, x, strata=s, weight=w, entry=t * rng.random(n) * 0.9)
        ended.add(fit.converged)
        assert fit.converged == (not fit.message)
        if fit.converged:
            assert np.isfinite(fit.coef).all()
            assert np.isfinite(fit.std_error).all()
    assert ended == {True, False}
