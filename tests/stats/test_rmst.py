"""Restricted means of two groups, their regression, and pseudo-values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onearm.stats.survival import kaplan_meier, pseudo_values, rmst_difference, rmst_regression


def close(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=1e-10)


def numbers(c: Any) -> list[float]:
    return [c.estimate, c.std_error, c.low, c.high, c.p_value]


@pytest.fixture(scope="module")
def pbc(shared: Any) -> dict[str, Any]:
    table = shared("pbc")
    rows = slice(0, 312)
    return {
        "time": table["time"][rows] / 365.25,
        "event": (table["status"][rows] == 2).astype(int),
        "trt": table["trt"][rows],
        "x": np.column_stack([table[k][rows] for k in ("age", "bili", "albumin")]),
    }


def check(ours: Any, theirs: dict[str, list[float]]) -> None:
    close(ours.mean, theirs["mean"])
    close(ours.mean_std_error, theirs["se"])
    close(numbers(ours.difference), theirs["difference"])
    close(numbers(ours.ratio), theirs["ratio"])
    close(numbers(ours.time_lost_ratio), theirs["lost"])


def test_against_r(aml: Any, lung: Any, r_values: Any) -> None:
    r = r_values("rmst")
    check(rmst_difference(aml["time"], aml["status"], aml["x"], 30, reference="Nonmaintained"), r["aml"])
    check(rmst_difference(lung["time"], lung["status"], lung["sex"], 730), r["lung_sex"])


def test_weights_and_clusters_against_r(lung: Any, r_values: Any) -> None:
    rows = (lung["time"], lung["status"], lung["sex"], 730)
    theirs = r_values("rmst")["clustered_rmst"]
    weighted = rmst_difference(*rows, weight=lung["w"])
    close(weighted.mean, theirs["value"])
    close(weighted.difference.std_error, theirs["se_rows"][0])
    close(rmst_difference(*rows, weight=lung["w"], cluster=lung["k"]).difference.std_error, theirs["se"][0])


def test_survrm2_example(pbc: Any, r_values: Any) -> None:
    # printed in the vignette of survRM2: 7.146 (0.283) and 7.283 (0.295); -0.137 (-0.939, 0.665) p 0.738; 0.981; 1.050
    r = rmst_difference(pbc["time"], pbc["event"], pbc["trt"], 10, reference=2)
    assert r.groups.tolist() == [2, 1]
    assert [round(v, 3) for v in (*r.mean, *r.mean_std_error)] == [7.283, 7.146, 0.295, 0.283]
    d = r.difference
    assert [round(v, 3) for v in (d.estimate, d.low, d.high, d.p_value)] == [-0.137, -0.939, 0.665, 0.738]
    assert (round(r.ratio.estimate, 3), round(r.time_lost_ratio.estimate, 3)) == (0.981, 1.05)
    check(r, r_values("rmst")["pbc"])


def test_survrm2_adjusted_example(pbc: Any, r_values: Any) -> None:
    # adjusted for age, bilirubin, albumin: -0.210 (-0.883, 0.463) p 0.540; coefficients -0.069, -0.325, 2.550
    r = rmst_difference(pbc["time"], pbc["event"], pbc["trt"], 10, reference=2, covariates=pbc["x"])
    d = r.difference
    assert r.adjusted
    assert [round(v, 3) for v in (d.estimate, d.low, d.high, d.p_value)] == [-0.21, -0.883, 0.463, 0.54]
    arm = (pbc["trt"] == 1).astype(float)
    x = np.column_stack([arm, pbc["x"]])
    fit = rmst_regression(pbc["time"], pbc["event"], x, 10, censoring_group=arm)
    assert fit.coef[2:].round(3).tolist() == [-0.069, -0.325, 2.55]
    theirs = r_values("rmst")
    for ties, key in (("together", "together"), ("events first", "regression")):
        for measure, name in (("difference", "difference"), ("ratio", "ratio"), ("time lost ratio", "lost")):
            fit = rmst_regression(pbc["time"], pbc["event"], x, 10, censoring_group=arm, measure=measure, ties=ties)
            assert fit.converged
            close(fit.coef, theirs[key][name])
    assert r.ratio.estimate == pytest.approx(math.exp(theirs["together"]["ratio"][1]), rel=1e-9)


def test_regression_on_the_group_is_the_difference_of_areas(aml: Any) -> None:
    rows = (aml["time"], aml["status"])
    plain = rmst_difference(*rows, aml["g"], 30, weight=np.ones(23), cluster=np.arange(23))
    fit = rmst_regression(*rows, aml["g"], 30, censoring_group=aml["g"], ties="events first")
    assert fit.coef[1] == pytest.approx(plain.difference.estimate, rel=1e-12)
    # and its variance is that of the infinitesimal jackknife of the two curves
    assert fit.std_error[1] == pytest.approx(plain.difference.std_error, rel=1e-12)
    ratio = rmst_regression(*rows, aml["g"], 30, censoring_group=aml["g"], ties="events first", measure="ratio")
    assert math.exp(ratio.coef[1]) == pytest.approx(plain.ratio.estimate, rel=1e-12)
    lost = rmst_regression(
        *rows, aml["g"], 30, censoring_group=aml["g"], ties="events first", measure="time lost ratio"
    )
    assert math.exp(lost.coef[1]) == pytest.approx(plain.time_lost_ratio.estimate, rel=1e-12)
    assert lost.std_error[1] == pytest.approx(plain.time_lost_ratio.std_error, rel=1e-12)


def test_uncensored_regression_is_least_squares_with_a_robust_variance() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(60, 2))
    t = rng.exponential(5, 60)
    y = np.minimum(t, 4)
    fit = rmst_regression(t, np.ones(60), x, 4)
    design = np.column_stack([np.ones(60), x])
    b = np.linalg.solve(design.T @ design, design.T @ y)
    score = design * (y - design @ b)[:, None]
    bread = np.linalg.inv(design.T @ design)
    close(fit.coef, b)
    close(fit.covariance, bread @ score.T @ score @ bread)
    groups = np.arange(60) // 3
    sums = np.stack([np.bincount(groups, s) for s in score.T], axis=1)
    close(rmst_regression(t, np.ones(60), x, 4, cluster=groups).covariance, bread @ sums.T @ sums @ bread)


def test_pairs_share_their_luck() -> None:
    # identical twins in the two groups: the difference is certain
    t, d = np.array([2.0, 4, 5, 7, 9]), np.array([1, 1, 0, 1, 0])
    group, pair = np.repeat([0, 1], 5), np.tile(np.arange(5), 2)
    free = rmst_difference(np.r_[t, t], np.r_[d, d], group, 8, cluster=np.arange(10))
    twins = rmst_difference(np.r_[t, t], np.r_[d, d], group, 8, cluster=pair)
    assert free.difference.std_error > 0.5
    assert twins.difference.std_error < 1e-12
    assert "variance is 0" in twins.difference.message or math.isnan(twins.difference.p_value)


def test_default_tau_is_that_of_survrm2() -> None:
    def tau(first: tuple[list[float], list[int]], second: tuple[list[float], list[int]]) -> float:
        return rmst_difference(first[0] + second[0], first[1] + second[1], [0, 0, 1, 1], None).tau

    ends_in_event, ends_censored = ([2.0, 6.0], [1, 1]), ([2.0, 6.0], [1, 0])
    assert tau(ends_in_event, ([3.0, 9.0], [1, 1])) == 9  # both curves reach 0
    assert tau(ends_in_event, ([3.0, 9.0], [1, 0])) == 9  # the longer is censored, the shorter is not
    assert tau(ends_censored, ([3.0, 9.0], [1, 1])) == 6
    assert tau(ends_censored, ([3.0, 9.0], [1, 0])) == 6
    with pytest.raises(ValueError, match="tau must be at most 6"):
        rmst_difference([2, 6, 3, 9], [1, 0, 1, 1], [0, 0, 1, 1], 6.5)


def test_direction_scale_and_duplicates(aml: Any) -> None:
    rows = (aml["time"], aml["status"], aml["x"])
    a = rmst_difference(*rows, 30)
    b = rmst_difference(*rows, 30, reference="Nonmaintained")
    assert a.difference.estimate == -b.difference.estimate
    assert a.ratio.low == pytest.approx(1 / b.ratio.high, rel=1e-12)
    months = rmst_difference(aml["time"] / 30.4375, aml["status"], aml["x"], 30 / 30.4375)
    assert months.difference.estimate * 30.4375 == pytest.approx(a.difference.estimate, rel=1e-10)
    assert months.time_lost_ratio.p_value == pytest.approx(a.time_lost_ratio.p_value, rel=1e-9)
    w = np.where(np.arange(23) % 2 == 0, 2.0, 1.0)
    twice = np.repeat(np.arange(23), w.astype(int))
    weighted = rmst_difference(*rows, 30, weight=w)
    repeated = rmst_difference(*(np.asarray(v)[twice] for v in rows), 30, cluster=twice)
    close(numbers(weighted.difference), numbers(repeated.difference))


def test_no_time_lost() -> None:
    r = rmst_difference([5, 6, 1, 6], [0, 0, 1, 0], ["a", "a", "b", "b"], 4)
    assert math.isnan(r.time_lost_ratio.estimate)
    assert r.time_lost_ratio.message == "no time is lost before tau in the reference"
    assert r.difference.estimate == -1.5
    nothing = rmst_difference([5, 6, 7, 6], [0, 0, 0, 0], [0, 0, 1, 1], 4)
    assert nothing.difference.estimate == 0
    assert math.isnan(nothing.difference.p_value)
    assert nothing.difference.message
    fit = rmst_regression([5, 6, 7, 6], [0, 0, 0, 0], [0, 0, 1, 1], 4, measure="time lost ratio")
    assert not fit.converged
    assert "no time is lost" in fit.message
    assert np.all(np.isnan(fit.coef))


def test_pseudo_values_against_r(aml: Any, r_values: Any) -> None:
    r = r_values("rmst")["pseudo_aml"]
    rows = (aml["time"], aml["status"])
    close(pseudo_values(*rows, at=[13, 30]).ravel(), r["surv"])
    close(pseudo_values(*rows, rmst=30), r["rmst"])
    close(pseudo_values(*rows, at=[13, 30], method="jackknife").ravel(), r["jack_surv"])
    close(pseudo_values(*rows, rmst=30, method="jackknife"), r["jack_rmst"])


def test_pseudo_value_regression_of_lung(lung: Any, r_values: Any) -> None:
    # vignette of R's survival: men 393.7 (28.6), 307.8, 221.9 by ECOG 0, 1, 2; women 510.6 (31.5), 424.7, 338.8
    kept = np.isfinite(lung["ph.ecog"])
    p = pseudo_values(lung["time"][kept], lung["status"][kept], rmst=730)
    sex, ecog = lung["sex"][kept], lung["ph.ecog"][kept]
    x = np.column_stack([sex == 1, sex == 2, ecog]).astype(float)
    b = np.linalg.solve(x.T @ x, x.T @ p)
    men, women = b[0] + b[2] * np.arange(3), b[1] + b[2] * np.arange(3)
    assert men.round(1).tolist() == [393.7, 307.8, 221.9]
    assert women.round(1).tolist() == [510.6, 424.7, 338.8]
    bread, residual = np.linalg.inv(x.T @ x), p - x @ b
    r = r_values("rmst")["pseudo_lung"]
    close(b, r["coef"])
    close(np.sqrt(np.diag(bread) * (residual @ residual) / (p.size - 3)), r["classical"])
    score = x * residual[:, None]
    close(np.sqrt(np.diag(bread @ score.T @ score @ bread)), r["se"])


def test_pseudo_values_by_leaving_out() -> None:
    rng = np.random.default_rng(1)
    for _ in range(40):
        n = int(rng.integers(2, 12))
        t, d = rng.integers(1, 8, n).astype(float), rng.integers(0, 2, n)
        last = kaplan_meier(t, d)
        for h in (0.5, 2.0, 3.5, 7.0):
            if h > t.max() and last.survival[-1] > 0:
                continue
            survival, area = [], []
            for i in range(n):
                k = np.arange(n) != i
                without = kaplan_meier(t[k], d[k])
                survival.append(n * last.at(h).survival[0] - (n - 1) * without.at(h, extend=True).survival[0])
                area.append(n * last.rmst(h).value - (n - 1) * without.rmst(h, extend=True).value)
            close(pseudo_values(t, d, at=h, method="jackknife"), survival)
            close(pseudo_values(t, d, rmst=h, method="jackknife"), area)
            assert pseudo_values(t, d, at=h).mean() == pytest.approx(last.at(h).survival[0], abs=1e-12)


def test_bad_input() -> None:
    t, d, g = [1, 2, 3, 4], [1, 0, 1, 1], [0, 0, 1, 1]
    for call, words in (
        (lambda: rmst_difference(t, d, [0, 0, 0, 0], 2), "exactly two labels"),
        (lambda: rmst_difference(t, d, [0, 1, 2, 1], 2), "exactly two labels"),
        (lambda: rmst_difference(t, d, g, 2, weight=[1, 1, 0, 0]), "exactly two labels"),
        (lambda: rmst_difference(t, d, g, 2, reference=7), "reference must be one of"),
        (lambda: rmst_difference(t, d, g, -1), "tau must be a positive"),
        (lambda: rmst_difference(t, d, g, math.nan), "tau must be a positive"),
        (lambda: rmst_difference([0, 0, 3, 4], [0, 0, 1, 1], g), "follow-up is 0"),
        (lambda: rmst_difference([-1, 2, 3, 4], d, g, 2), "time has 1 negative"),
        (lambda: rmst_difference(t, d, g[:3], 2), "group has shape"),
        (
            lambda: rmst_difference(t, d, g, 2, weight=[1, 2, 1, 1], covariates=[1, 2, 3, 5]),
            "covariates cannot be combined",
        ),
        (lambda: rmst_regression(t, d, [1, 1, 1, 1], 2), "x has a column that is constant"),
        (lambda: rmst_regression(t, d, [1, math.nan, 1, 1], 2), "x has missing"),
        (lambda: rmst_regression(t, [1, 0, 0, 0], g, 5), "beyond the last follow-up 4"),
        (lambda: rmst_regression(t, d, g, 2, measure="odds"), "measure must be one of"),
        (lambda: pseudo_values(t, d), "give either at"),
        (lambda: pseudo_values(t, d, at=1, rmst=2), "give either at"),
        (lambda: pseudo_values(t, [1, 0, 0, 0], at=5), "beyond the last follow-up"),
        (lambda: pseudo_values(t, d, rmst=0), "rmst must be positive"),
        (lambda: pseudo_values(t, d, at=1, method="boot"), "method must be one of"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


def test_huge_times() -> None:
    r = rmst_difference([1e150, 2e150, 1e150, 3e150], [1, 0, 0, 0], [0, 0, 1, 1], 2e150)
    close(r.mean / 1e150, [1.5, 2])
    assert r.difference.estimate == pytest.approx(5e149)


@pytest.mark.parametrize("unit", [1e200, 1e300, 1e-200])
@pytest.mark.parametrize("weight", [None, [1.0, 2, 1, 3, 1, 2]])
def test_squares_of_times_out_of_range(unit: float, weight: Any) -> None:
    time, event, group = np.array([1.0, 2, 3, 1.5, 2, 4]), [1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1]
    plain = rmst_difference(time, event, group, 2.5, weight=weight)
    r = rmst_difference(unit * time, event, group, unit * 2.5, weight=weight)
    close(r.mean_std_error / unit, plain.mean_std_error)
    for ours, theirs, scale in (
        (r.difference, plain.difference, unit),
        (r.ratio, plain.ratio, 1.0),
        (r.time_lost_ratio, plain.time_lost_ratio, 1.0),
    ):
        close(
            np.array([ours.estimate, ours.std_error, ours.low]) / scale, [theirs.estimate, theirs.std_error, theirs.low]
        )
        assert ours.p_value == pytest.approx(theirs.p_value, rel=1e-10)
    with pytest.raises(ValueError, match="tau must lie between 1e-100 and 1e\\+100"):
        rmst_regression(unit * time, event, group, unit * 2.5)
