"""Survival kernels against R's survfit and survdiff (tests/r/survival.R)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.survival import kaplan_meier, log_rank, reverse_kaplan_meier

INTERVALS = {"plain": "plain", "log": "log", "log-log": "log-log", "logit": "logit", "arcsin": "arcsine"}


def same(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=1e-8, atol=1e-13)


def compare(curve: Any, r: dict[str, Any], interval: str) -> None:
    kept = slice(None, None, 9) if r["length"][0] > 30 else slice(None)
    assert curve.time.size == r["length"][0]
    same(curve.time[kept], r["time"])
    same(curve.at_risk[kept], r["n_risk"])
    same(curve.events[kept], r["n_event"])
    same(curve.survival[kept], r["surv"])
    inside = (curve.survival[kept] > 0) & (curve.survival[kept] < 1)
    assert np.any(inside)
    same(curve.std_error[kept][inside], np.array(r["std_err"], dtype=float)[inside])
    limits = r[interval]
    same(curve.low[kept][inside], np.array(limits["lower"], dtype=float)[inside])
    same(curve.high[kept][inside], np.array(limits["upper"], dtype=float)[inside])
    for i, p in enumerate((0.25, 0.5, 0.75)):
        q = curve.quantile(p, rule="midpoint")
        assert q.value == limits["quantile"][i]
        # where a limit rises again (it may, near the end or with weights) R sorts it before inverting;
        # we take the first time at which it is low enough
        for value, limit, name in ((q.low, curve.low, "lower"), (q.high, curve.high, "upper")):
            if np.all(np.diff(limit[~np.isnan(limit)]) <= 1e-12):
                assert value == limits[f"quantile_{name}"][i]
            elif value is not None:
                assert value == curve.time[limit <= 1 - p][0]


def arguments(name: str, table: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    rows = table["x"] == "Maintained" if name.endswith("maintained") else slice(None)
    options = {}
    if name.endswith(("weighted", "clustered")):
        options["weight"] = table["w"]
    if name.endswith("clustered"):
        options["cluster"] = table["k"]
    if name.endswith("entry"):
        options["entry"] = table["e"]
    return (table["time"][rows], table["status"][rows]), options


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("name", ["aml_maintained", "aml", "aml_weighted", "aml_clustered", "aml_entry"])
def test_aml_curves(name: str, interval: str, aml: Any, r_values: Any) -> None:
    rows, options = arguments(name, aml)
    curve = kaplan_meier(*rows, interval=INTERVALS[interval], **options)
    compare(curve, r_values("survival")["curves"][name], interval)


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("name", ["lung", "lung_weighted", "lung_clustered"])
def test_lung_curves(name: str, interval: str, lung: Any, r_values: Any) -> None:
    rows, options = arguments(name, lung)
    curve = kaplan_meier(*rows, interval=INTERVALS[interval], **options)
    compare(curve, r_values("survival")["curves"][name], interval)


def test_lung_follow_up(lung: Any, r_values: Any) -> None:
    curve = reverse_kaplan_meier(lung["time"], lung["status"], interval="log")
    compare(curve, r_values("survival")["curves"]["lung_reverse"], "log")
    q = curve.quantile()
    assert (q.value, q.low, q.high) == (588, 511, 1010)


def test_heart_curve_with_late_entry(r_values: Any) -> None:
    datasets = pytest.importorskip("lifelines.datasets", reason="lifelines is not installed")
    h = datasets.load_stanford_heart_transplants()
    curve = kaplan_meier(h["stop"], h["event"], entry=h["start"], interval="log")
    compare(curve, r_values("survival")["curves"]["heart"], "log")


def test_restricted_means(aml: Any, lung: Any, r_values: Any) -> None:
    r = r_values("survival")["means"]
    m = aml["x"] == "Maintained"
    mean = kaplan_meier(aml["time"][m], aml["status"][m]).rmst(48)
    same([mean.value, mean.std_error], r["aml_maintained_48"])
    mean = kaplan_meier(lung["time"], lung["status"]).rmst(730)
    same([mean.value, mean.std_error], r["lung_730"])
    for name, cluster in (("aml_weighted_30", None), ("aml_clustered_30", aml["k"])):
        mean = kaplan_meier(aml["time"], aml["status"], weight=aml["w"], cluster=cluster).rmst(30)
        same([mean.value, mean.std_error], r[name])


def compare_test(ours: Any, r: dict[str, Any]) -> None:
    same(ours.observed, r["observed"])
    same(ours.expected, r["expected"])
    np.testing.assert_allclose(ours.covariance.ravel(), r["variance"], rtol=1e-8, atol=1e-12)
    same([ours.statistic, ours.p_value], [r["statistic"][0], r["p_value"][0]])


def test_log_rank_aml(aml: Any, r_values: Any) -> None:
    r = r_values("survival")["tests"]
    rows = (aml["time"], aml["status"])
    s = np.arange(1, 24) % 3
    compare_test(log_rank(*rows, aml["x"]), r["aml"])
    compare_test(log_rank(*rows, aml["x"], rho=1), r["aml_rho1"])
    compare_test(log_rank(*rows, aml["x"], strata=s), r["aml_stratified"])
    compare_test(log_rank(*rows, aml["x"], strata=s, rho=0.5), r["aml_stratified_rho"])
    compare_test(log_rank(*rows, s), r["aml_three_groups"])


def test_log_rank_lung(lung: Any, r_values: Any) -> None:
    r = r_values("survival")["tests"]
    compare_test(log_rank(lung["time"], lung["status"], lung["sex"]), r["lung_sex"])
    compare_test(log_rank(lung["time"], lung["status"], lung["sex"], rho=1), r["lung_sex_rho1"])
    for group, strata, name in (("sex", "inst", "lung_institution"), ("ph.ecog", None, "lung_ecog")):
        keep = ~np.isnan(lung[strata or group])
        block = None if strata is None else lung[strata][keep]
        ours = log_rank(lung["time"][keep], lung["status"][keep], lung[group][keep], strata=block)
        compare_test(ours, r[name])
