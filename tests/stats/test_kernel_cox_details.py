"""Residuals, hazards, curves, exact ties and offsets of Cox models: on paper, by two routes, and refusals."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from onearm.stats import kaplan_meier
from onearm.stats._cox_curve import curve
from onearm.stats._cox_likelihood import likelihood
from onearm.stats._cox_residuals import martingale
from onearm.stats.cox import CoxFit, cox

TOY = ([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0])
REMISSION = (
    [
        1,
        1,
        2,
        2,
        3,
        4,
        4,
        5,
        5,
        8,
        8,
        8,
        8,
        11,
        11,
        12,
        12,
        15,
        17,
        22,
        23,
        6,
        6,
        6,
        6,
        7,
        9,
        10,
        10,
        11,
        13,
        16,
        17,
        19,
        20,
        22,
        23,
        25,
        32,
        32,
        34,
        35,
    ],
    [1] * 21 + [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
    [1] * 21 + [0] * 21,
)
TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])


def at_zero(fit: CoxFit) -> Any:
    """The model of a fit, moved to coefficients of zero."""
    from dataclasses import replace

    model = fit.model
    at = likelihood(model.risk, model.z, model.b * 0)
    assert at is not None
    inverse = np.linalg.inv(at.information)
    return replace(model, b=model.b * 0, at=at, inverse=inverse, covariance=inverse)


def test_toy_at_zero_on_paper() -> None:
    breslow, efron = (at_zero(cox(*TOY, ties=ties)) for ties in ("breslow", "efron"))
    np.testing.assert_allclose(breslow.placed(martingale(breslow)), np.array([5, -1, 2, 2, -4, -4]) / 6, rtol=1e-14)
    np.testing.assert_allclose(efron.placed(martingale(efron)), np.array([10, -2, 5, 5, -9, -9]) / 12, rtol=1e-14)
    # variance of the cumulative hazard at x = 0. Breslow: Therneau's fractions. Efron at the second time, with
    # V = 144/83 and q = -(1/12 + 1/16 + 1/18): 1/36 + 1/16 + 1/9 + q V q = 203/747
    paper = {"breslow": (breslow, [7 / 180, 2 / 9, 11 / 9]), "efron": (efron, [119 / 2988, 203 / 747, 950 / 747])}
    for model, expected in paper.values():
        error = curve(model, np.zeros((1, 1)), 0.95, "log").hazard_std_error[:, 0]
        np.testing.assert_allclose(error**2, expected, rtol=1e-12)


def test_toy_at_its_maximum_as_printed() -> None:
    breslow, efron = cox(*TOY, ties="breslow"), cox(*TOY)
    r = np.exp(breslow.coef[0])
    m = breslow.residuals("martingale")
    # r = (3 + sqrt 33)/2: rows 0 and 2 by hand, from hazards 1/(3r+3) and 2/(r+3)
    np.testing.assert_allclose(m[[0, 2]], [1 - r / (3 * r + 3), 1 - r / (3 * r + 3) - 2 * r / (r + 3)], rtol=1e-9)
    np.testing.assert_allclose(m, [0.728714, -0.271286, -0.457427, 2 / 3, -1 / 3, -1 / 3], atol=5e-7)
    np.testing.assert_allclose(breslow.residuals("schoenfeld")[:, 0], [0.1861407, 0.4069297, -0.5930703, 0], atol=5e-8)
    np.testing.assert_array_equal(breslow.event_times, [1, 6, 6, 9])
    np.testing.assert_array_equal(breslow.event_rows, [0, 2, 3, 5])
    variances = {breslow: [0.007871, 0.111111, 1.111111], efron: [0.0059505, 0.134075, 1.134075]}
    for fit, printed in variances.items():
        np.testing.assert_allclose(fit.curve(0).hazard_std_error[:, 0] ** 2, printed, atol=1e-6)
    np.testing.assert_allclose(breslow.baseline().hazard, np.cumsum([1 / (3 * r + 3), 2 / (r + 3), 1]), rtol=1e-9)


def test_remission_times_by_three_treatments_of_ties() -> None:
    printed = {"breslow": (1.5091914, 0.4095644), "efron": (1.5721251, 0.4123967), "exact": (1.6282440, 0.4331313)}
    for ties, (coef, error) in printed.items():
        fit = cox(*REMISSION, ties=ties)
        assert fit.coef[0] == pytest.approx(coef, abs=5e-8)
        assert fit.std_error[0] == pytest.approx(error, abs=5e-8)


def test_exact_likelihood_on_paper() -> None:
    # log L(b) = 2 b - log(3 r + 3) - log(3 r + 3) grows to -2 log 3 with r = e^b
    fit = cox(*TOY, ties="exact")
    assert not fit.converged
    assert "column 0 grows without limit" in fit.message
    assert fit.log_likelihood.null == pytest.approx(-2 * np.log(6), rel=1e-13)
    assert fit.log_likelihood.fitted == pytest.approx(-2 * np.log(3), abs=1e-7)


def test_exact_likelihood_is_a_sum_over_subsets(aml: Any) -> None:
    time, event, x = np.ceil(aml["time"] / 12), aml["status"] == 1, np.c_[aml["g"], aml["z"]]
    fit = cox(time, event, x, ties="exact")
    total = 0.0
    for t in np.unique(time[event]):
        who, risk = np.flatnonzero(event & (time == t)), np.flatnonzero(time >= t)
        sets = np.array(list(combinations(risk, who.size)))
        total += x[who].sum(axis=0) @ fit.coef - np.log(np.exp(x[sets].sum(axis=1) @ fit.coef).sum())
    assert fit.converged
    assert fit.log_likelihood.fitted == pytest.approx(total, rel=1e-12)


def test_exact_ties_leave_out_who_comes_and_goes_between_two_events() -> None:
    fit = cox([2, 2, 3, 5, 6], [1, 1, 0, 1, 0], [1, 0, 1, 0, 2], entry=[0, 0, 2, 0, 0], ties="exact")
    assert fit.log_likelihood.null == pytest.approx(-math.log(6 * 2))  # 2 of 4 at day 2, 1 of 2 at day 5


def test_exact_without_ties_is_breslow() -> None:
    rng = np.random.default_rng(5)
    t, d, x = rng.exponential(size=50), rng.random(50) < 0.7, rng.normal(size=(50, 2))
    exact, breslow = (cox(t, d, x, ties=ties, entry=t * 0.4) for ties in ("exact", "breslow"))
    np.testing.assert_array_equal(exact.coef, breslow.coef)
    np.testing.assert_array_equal(exact.covariance, breslow.covariance)


def test_many_exact_ties_in_a_large_risk_set_do_not_overflow() -> None:
    rng = np.random.default_rng(6)
    n = 1500
    z = (np.arange(n) % 2).astype(float)
    t = np.where(rng.random(n) < 0.4 + 0.1 * z, 1, 2)
    fit = cox(t, t == 1, z, ties="exact")
    # one tied time: the conditional odds ratio of a 2 x 2 table, close to the sample odds ratio
    a, b, c, e = (np.sum((z == i) & (t == j)) for i in (1, 0) for j in (1, 2))
    assert fit.converged
    assert fit.coef[0] == pytest.approx(np.log(a * e / (b * c)), abs=2e-3)


@TIES
def test_sums_of_residuals(ties: str, aml: Any) -> None:
    x, w = np.c_[aml["g"], aml["z"]], aml["w"]
    fit = cox(aml["time"], aml["status"], x, weight=w, strata=aml["s"], entry=aml["e"], ties=ties)
    assert w @ fit.residuals("martingale") == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(w @ fit.residuals("score"), 0, atol=1e-10)
    events = fit.event_rows
    np.testing.assert_allclose(w[events] @ fit.residuals("schoenfeld"), 0, atol=1e-10)
    dfbeta = fit.residuals("dfbeta")
    np.testing.assert_allclose(dfbeta.T @ dfbeta, fit.covariance, rtol=1e-10)
    np.testing.assert_allclose(fit.residuals("dfbetas"), dfbeta / fit.std_error, rtol=1e-12)
    np.testing.assert_allclose(
        fit.predict(kind="expected"), aml["status"] - fit.residuals("martingale"), rtol=1e-12, atol=1e-14
    )


def test_dfbeta_is_about_what_a_row_does(aml: Any) -> None:
    fit = cox(aml["time"], aml["status"], aml["g"])
    left_out = [fit.coef[0] - cox(*(np.delete(aml[k], i) for k in ("time", "status", "g"))).coef[0] for i in range(23)]
    assert np.corrcoef(left_out, fit.residuals("dfbeta")[:, 0])[0, 1] > 0.98


@TIES
def test_split_rows_have_the_same_curve_and_summed_residuals(ties: str, aml: Any) -> None:
    x, cut = np.c_[aml["g"], aml["z"]], aml["time"] / 2
    whole = cox(aml["time"], aml["status"], x, ties=ties)
    rows = (np.r_[cut, aml["time"]], np.r_[np.zeros(23), aml["status"]], np.r_[x, x])
    split = cox(*rows, entry=np.r_[np.zeros(23), cut], ties=ties)
    subject = np.r_[np.arange(23), np.arange(23)]
    for kind in ("martingale", "deviance", "score", "dfbeta"):
        np.testing.assert_allclose(split.residuals(kind, collapse=subject), whole.residuals(kind), rtol=1e-8, atol=1e-7)
    for ours, theirs in zip(split.curve(x[:3]).low, whole.curve(x[:3]).low, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_order_of_rows_does_not_matter(aml: Any) -> None:
    mixed = np.random.default_rng(8).permutation(23)
    x = np.c_[aml["g"], aml["z"]]
    one = cox(aml["time"], aml["status"], x, strata=aml["s"])
    two = cox(aml["time"][mixed], aml["status"][mixed], x[mixed], strata=aml["s"][mixed])
    for kind in ("martingale", "score", "dfbetas"):
        np.testing.assert_allclose(two.residuals(kind), one.residuals(kind)[mixed], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(two.predict(), one.predict()[mixed], rtol=1e-10)


def test_weights_of_two_with_efron_are_not_repetitions(aml: Any) -> None:
    # repeated events are tied, and Efron breaks those ties; Breslow does not see them
    rows = [aml["time"], aml["status"], aml["g"]]
    twice = cox(*rows, weight=np.full(23, 2), robust=False)
    again = cox(*(np.repeat(v, 2) for v in rows))
    assert abs(twice.coef[0] - again.coef[0]) > 1e-3
    assert twice.coef[0] == pytest.approx(cox(*rows).coef[0], rel=1e-9)


def test_a_stratified_likelihood_is_a_sum(aml: Any) -> None:
    x = aml["g"]
    both = cox(aml["time"], aml["status"], x, strata=aml["s"])
    parts = [
        cox(aml["time"][k], aml["status"][k], np.zeros(k.sum()), offset=x[k] * both.coef[0])
        for k in (aml["s"] == 0, aml["s"] == 1)
    ]
    assert sum(p.log_likelihood.fitted for p in parts) == pytest.approx(both.log_likelihood.fitted, rel=1e-12)


@pytest.mark.parametrize("count", [3, 300])
def test_strata_are_summed_alike_by_both_routes(count: int) -> None:
    # few strata are summed one after the other, many by doubling: the same data repeated, both ways
    rng = np.random.default_rng(9)
    t, d, x, e = rng.integers(1, 9, 12), rng.random(12) < 0.8, rng.normal(size=12), rng.uniform(0, 0.9, 12)
    one = cox(t, d, x, entry=e * t)
    many = cox(*(np.tile(v, count) for v in (t, d, x)), entry=np.tile(e * t, count), strata=np.repeat(range(count), 12))
    assert many.coef[0] == pytest.approx(one.coef[0], rel=1e-9)
    assert many.covariance[0, 0] * count == pytest.approx(one.covariance[0, 0], rel=1e-9)
    np.testing.assert_allclose(many.residuals(), np.tile(one.residuals(), count), rtol=1e-9, atol=1e-12)
    stratum = many.baseline().stratum
    assert stratum is not None
    np.testing.assert_allclose(many.baseline().hazard[stratum == count - 1], one.baseline().hazard, rtol=1e-9)


def test_an_offset_holds_a_coefficient_fixed(aml: Any) -> None:
    full = cox(aml["time"], aml["status"], np.c_[aml["g"], aml["z"]])
    held = cox(aml["time"], aml["status"], aml["g"], offset=full.coef[1] * aml["z"])
    assert held.coef[0] == pytest.approx(full.coef[0], rel=1e-9)
    assert held.log_likelihood.fitted == pytest.approx(full.log_likelihood.fitted, rel=1e-12)
    np.testing.assert_allclose(held.predict(), full.predict(), rtol=1e-9, atol=1e-13)
    moved = cox(aml["time"], aml["status"], aml["g"], offset=full.coef[1] * aml["z"] + 5)
    assert moved.coef[0] == pytest.approx(held.coef[0], rel=1e-9)
    np.testing.assert_allclose(moved.baseline().hazard, held.baseline().hazard * np.exp(-5), rtol=1e-9)


def test_without_covariate_effect_the_hazard_is_nelson_aalens(aml: Any) -> None:
    fit = cox(aml["time"], aml["status"], np.ones(23), ties="breslow")
    km = kaplan_meier(aml["time"], aml["status"])
    steps = (km.events / km.at_risk)[km.events > 0]
    np.testing.assert_allclose(fit.baseline().hazard, np.cumsum(steps), rtol=1e-12)
    np.testing.assert_allclose(fit.curve(1).survival[:, 0], np.exp(-np.cumsum(steps)), rtol=1e-12)


def test_centred_baseline_is_the_curve_at_the_means(aml: Any) -> None:
    x = np.c_[aml["g"], aml["z"]]
    fit = cox(aml["time"], aml["status"], x, weight=aml["w"])
    mean = np.average(x, axis=0, weights=aml["w"])
    np.testing.assert_allclose(fit.baseline(centred=True).survival, fit.curve(mean).survival[:, 0], rtol=1e-12)


def test_predictions(aml: Any) -> None:
    x = np.c_[aml["g"], aml["z"], np.ones(23)]
    w = np.r_[0.0, np.ones(22)]
    fit = cox(aml["time"], aml["status"], x, weight=w)
    assert fit.robust is False
    lp = x[:, :2] @ fit.coef[:2]
    np.testing.assert_allclose(fit.predict(x), lp, rtol=1e-10)
    np.testing.assert_allclose(fit.predict()[1:], lp[1:], rtol=1e-10)
    np.testing.assert_allclose(fit.predict(x, "risk"), np.exp(lp), rtol=1e-10)
    assert np.isnan(fit.predict()[0])
    for kind in ("martingale", "score"):
        assert np.isnan(fit.residuals(kind)[0]).all()
    assert np.isnan(fit.residuals("schoenfeld")[:, 2]).all()
    assert np.isnan(fit.residuals("score", collapse=[9] + [1] * 22)[1]).all()


def test_whole_days_and_fractions_of_them_agree() -> None:
    rng = np.random.default_rng(10)
    t, d, x = rng.integers(1, 400, 500), rng.random(500) < 0.6, rng.normal(size=(500, 3))
    days, months = cox(t, d, x), cox(t / 30.4375, d, x)
    np.testing.assert_array_equal(days.coef, months.coef)
    late = cox(t, d, x, entry=t // 2), cox(t / 30.4375, d, x, entry=t // 2 / 30.4375)
    np.testing.assert_array_equal(late[0].coef, late[1].coef)


# --- trouble -------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-200, 1e200, 1e300])
def test_huge_and_tiny_units(scale: float, aml: Any) -> None:
    one, other = (cox(aml["time"], aml["status"], aml["z"] * s) for s in (1.0, scale))
    assert other.converged
    assert other.wald.statistic == pytest.approx(one.wald.statistic, rel=1e-7)
    assert other.coef[0] * scale == pytest.approx(one.coef[0], rel=1e-7)


def test_huge_times_and_far_origins(aml: Any) -> None:
    one = cox(aml["time"], aml["status"], aml["z"])
    assert cox(aml["time"] * 1e300, aml["status"], aml["z"]).coef[0] == pytest.approx(one.coef[0], rel=1e-9)
    assert cox(aml["time"], aml["status"], aml["z"] + 1e7).coef[0] == pytest.approx(one.coef[0], rel=1e-7)


def test_too_few_events_for_the_columns() -> None:
    fit = cox([1, 2, 3, 4], [0, 1, 0, 0], np.eye(4)[:, :3])
    assert not fit.converged
    assert fit.message
    one_row = cox([3], [1], [2.0])
    assert np.isnan(one_row.coef[0])
    assert "column 0 is constant" in one_row.message


def test_a_runaway_coefficient_has_residuals_without_warnings() -> None:
    fit = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 0], np.c_[[1, 1, 0, 0, 0, 0], [3, 1, 2, 5, 4, 0]])
    assert fit.message
    assert np.isfinite(fit.residuals("martingale")).all()
    assert np.isfinite(fit.residuals("deviance")).all()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"ties": "exact", "weight": [1, 2, 1]}, "ties='exact' has no weights"),
        ({"ties": "exact", "robust": True}, "no robust variance"),
        ({"ties": "exact", "cluster": [1, 2, 3]}, "no robust variance"),
        ({"offset": [1, 2]}, "offset has 2 values"),
        ({"offset": [0, 0, np.inf]}, "offset has 1 missing or infinite"),
        ({"offset": [0, -2000, -3000]}, "offset spreads too widely"),
        ({"x": [1.7e308, -1.7e308, 1.7e308]}, "x has values too large"),
        ({"time": [1, 2, np.nan]}, "time has 1 missing"),
        ({"time": [], "event": [], "x": []}, "time is empty"),
    ],
)
def test_refusals(options: dict[str, Any], word: str) -> None:
    arguments: dict[str, Any] = {"time": [1, 2, 3], "event": [1, 1, 0], "x": [0, 1, 0]} | options
    with pytest.raises(ValueError, match=word):
        cox(arguments.pop("time"), arguments.pop("event"), arguments.pop("x"), **arguments)


def test_refusals_of_the_fit(aml: Any) -> None:
    fit = cox(aml["time"], aml["status"], np.c_[aml["g"], aml["z"]])
    exact = cox(aml["time"], aml["status"], aml["g"], ties="exact")
    for call, word in (
        (lambda: fit.residuals("pearson"), "kind must be one of martingale"),
        (lambda: fit.residuals("schoenfeld", collapse=aml["k"]), "one an event"),
        (lambda: fit.residuals("score", collapse=[1]), "collapse has shape"),
        (lambda: fit.curve([1, 2, 3]), "x has 1 columns where the model has 2"),
        (lambda: fit.curve([[1, np.nan]]), "x has missing"),
        (lambda: fit.curve([1, 2], interval="wald"), "interval must be one of"),
        (lambda: fit.curve([1, 2], level=2), "level must lie"),
        (lambda: fit.predict(kind="survival"), "kind must be one of lp"),
        (lambda: fit.predict([[1, 2]], "expected"), "needs follow-up"),
        (exact.residuals, "not defined with ties='exact'"),
        (exact.baseline, "no baseline hazard"),
        (lambda: exact.curve(1), "no curve"),
        (lambda: exact.predict(kind="expected"), "no expected number"),
    ):
        with pytest.raises(ValueError, match=word):
            call()
    assert "model=" not in repr(fit)


# --- large data ----------------------------------------------------------------------------------


@TIES
def test_large_data_by_first_derivatives_and_by_newton(ties: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(12)
    n = 4000
    x = rng.normal(size=(n, 10)) * np.r_[np.ones(9), 1e3]
    t = np.ceil(200 * rng.exponential(size=n) / np.exp(x[:, 0] / 2))
    s, e, w = rng.integers(0, 20, n), np.floor(t * rng.random(n) / 2), rng.uniform(0.5, 2, n)
    for options in ({}, {"strata": s}, {"entry": e, "weight": w}):
        large = cox(t, t < 500, x, ties=ties, **options)
        monkeypatch.setattr("onearm.stats._cox_estimate._LARGE", np.inf)
        newton = cox(t, t < 500, x, ties=ties, **options)
        monkeypatch.undo()
        assert large.converged
        assert large.iterations > newton.iterations  # it did go the other way
        np.testing.assert_allclose(large.coef, newton.coef, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(large.covariance, newton.covariance, rtol=1e-9, atol=1e-15)


def test_large_monotone_data_are_said() -> None:
    rng = np.random.default_rng(13)
    n = 20_000
    x = np.c_[rng.normal(size=n), np.arange(n) % 2]
    t = rng.integers(1, 300, n)
    fit = cox(t, (x[:, 1] == 1) & (rng.random(n) < 0.5), x)
    assert "column 1 grows without limit" in fit.message
    assert np.isfinite(fit.std_error[0])


def test_near_continuous_times_are_summed_by_row() -> None:
    # risk sets row by row, as one stratum, and by segments, as the second of two strata
    rng = np.random.default_rng(14)
    t, d, x = rng.exponential(size=300), rng.random(300) < 0.8, rng.normal(size=(300, 2))
    t[:8] = t[8:16]  # a few ties
    one = cox(t, d, x)
    two = cox(np.r_[1.0, t], np.r_[False, d], np.r_[np.zeros((1, 2)), x], strata=np.r_[0, np.ones(300)])
    np.testing.assert_allclose(two.coef, one.coef, rtol=1e-10)
    both = cox(np.r_[t, t], np.r_[d, d], np.r_[x, x], strata=np.repeat([0, 1], 300))
    np.testing.assert_allclose(both.coef, one.coef, rtol=1e-10)
    np.testing.assert_allclose(2 * both.covariance, one.covariance, rtol=1e-10)


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_small_random_samples_never_warn(ties: str) -> None:
    rng = np.random.default_rng(15)
    ended = set()
    for _ in range(120):
        n = int(rng.integers(2, 14))
        t, d, s = rng.integers(1, 7, n).astype(float), rng.random(n) < 0.6, rng.integers(0, 3, n)
        x = rng.integers(0, 3, (n, 2)).astype(float)
        w = np.ones(n) if ties == "exact" else rng.choice([1e-3, 1, 50], n)
        if not d.any():
            continue
        options = {"strata": s, "weight": w, "entry": t * rng.random(n) * 0.9, "offset": rng.normal(size=n)}
        fit = cox(t, d, x, ties=ties, **options)
        ended.add(fit.converged)
        assert fit.converged == (not fit.message)
        made = [fit.predict(x)]
        if ties != "exact":
            made += [fit.residuals(kind) for kind in ("deviance", "dfbetas", "schoenfeld", "scaled-schoenfeld")]
            made += [fit.baseline().hazard, fit.curve(x).std_error]
        if fit.converged:
            assert all(np.isfinite(v).all() for v in made)
    assert ended == {True, False}


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
@pytest.mark.parametrize("without", [-1, 1])
def test_a_stratum_without_events_changes_nothing(ties: str, without: int) -> None:
    rng = np.random.default_rng(5)
    for size in (1, 3, 9):
        time, x = rng.integers(1, 12, 30), rng.normal(size=(30, 2))
        event = rng.random(30) < 0.6
        event[:size] = False
        strata = np.where(np.arange(30) < size, without, 0)
        both, alone = (cox(time[k:], event[k:], x[k:], strata=strata[k:], ties=ties) for k in (0, size))
        assert both.coef == pytest.approx(alone.coef, rel=1e-9)
        assert both.log_likelihood == pytest.approx(alone.log_likelihood, rel=1e-12)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("p", [2, 3])
def test_no_coefficient_runs_away_in_silence(p: int, late: bool) -> None:
    """Eight rows are often separated: then every answer says so, and no likelihood exceeds 1."""
    rng = np.random.default_rng(1)
    flagged = 0
    for _ in range(150):
        time, event = rng.integers(2, 30, 8).astype(float), rng.random(8) < 0.7
        event[0] = True
        x = np.round(rng.normal(size=(8, p)), 1)
        entry = time * rng.random(8) * (rng.random(8) < 0.6) if late else None
        fit = cox(time, event, x, entry=entry)
        assert fit.log_likelihood.fitted < 1e-9
        flagged += bool(fit.message)
        if not fit.message:
            assert np.max(fit.std_error * x.std(axis=0)) < 100
            score = fit.residuals("score").sum(axis=0)
            assert np.abs(score).max() < 1e-6
    assert flagged > 2
