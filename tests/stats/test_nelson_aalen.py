"""Cumulative hazards, exp(-H) and influences: R (tests/r/survival_hazard.R), paper, and second routes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.survival import fleming_harrington, kaplan_meier, nelson_aalen

TOY = ([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1])
KINDS = {"single": "nelson-aalen", "untied": "fleming-harrington"}


def same(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=1e-8, atol=1e-14)


def options(name: str, table: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if name.endswith(("weighted", "clustered")):
        found["weight"] = table["w"]
    if name.endswith("clustered"):
        found["cluster"] = table["k"]
    if name.endswith("entry"):
        found["entry"] = table["e"]
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["aml", "aml_entry", "aml_weighted", "aml_clustered", "lung", "lung_weighted"])
def test_hazards_and_curves_of_r(name: str, kind: str, aml: Any, request: Any, r_values: Any) -> None:
    table = aml if name.startswith("aml") else request.getfixturevalue("lung")
    r = r_values("survival_hazard")["hazards"][name][kind]
    rows, given = (table["time"], table["status"]), options(name, table)
    na = nelson_aalen(*rows, ties=KINDS[kind], **given)
    curve = fleming_harrington(*rows, ties=KINDS[kind], **given)
    kept = slice(None, None, 9) if na.time.size > 30 else slice(None)
    same(na.hazard[kept], r["hazard"])
    same(na.std_error[kept], r["std_error"])
    same(curve.survival[kept], r["survival"])
    same(curve.std_error[kept], curve.survival[kept] * np.array(r["std_error"]))
    same(curve.rmst(30).value, r["rmst"][0])
    if "low" in r:
        same(curve.std_error[kept], r["survival_error"])
        inside = curve.survival[kept] < 1
        for ours, theirs in ((curve.low, r["low"]), (curve.high, r["high"])):
            same(ours[kept][inside], np.array(theirs, dtype=float)[inside])


def test_influences_of_r(aml: Any, r_values: Any) -> None:
    r = r_values("survival_hazard")["influences"]
    rows = (aml["time"], aml["status"])
    plain, weighted = kaplan_meier(*rows), kaplan_meier(*rows, weight=aml["w"])
    found = {
        "survival": plain.influence([12, 24, 40]),
        "survival_weighted": weighted.influence([12, 24, 40]),
        "hazard": nelson_aalen(*rows).influence([12, 24, 40]),
        "rmst": plain.influence([24, 40], "rmst"),
        "rmst_weighted": weighted.influence([24, 40], kind="rmst"),
    }
    for name, ours in found.items():
        same(ours, np.column_stack(list(r[name].values())))
    by_arm = [
        kaplan_meier(aml["time"][m], aml["status"][m]).influence([24, 48], "rmst", extend=True)
        for m in (aml["g"] == 0, aml["g"] == 1)
    ]
    same(np.vstack(by_arm), np.column_stack(list(r["rmst_by_arm"].values())))
    printed = [[-1.0836777, -2.076652893], [-0.7200413, -1.713016529], [0.2004132, 0.421074380]]
    np.testing.assert_allclose(by_arm[0][:3], printed, atol=5e-8)


def test_influences_on_paper() -> None:
    # Therneau's validation of survfit: 72nds of the hazard, 144ths of the product limit
    hazard = nelson_aalen(*TOY).influence([1, 6])
    same(72 * hazard.T, [[10, -2, -2, -2, -2, -2], [10, -2, 7, 7, -11, -11]])
    survival = kaplan_meier(*TOY).influence([1, 6, 9])
    same(144 * survival.T, [[-20, 4, 4, 4, 4, 4], [-10, 2, -13, -13, 17, 17], [0] * 6])


def test_hazard_on_paper() -> None:
    na = nelson_aalen(*TOY, interval="plain")
    assert na.time.tolist() == [1, 6, 8, 9]
    same(na.hazard, [1 / 6, 1 / 6 + 1 / 2, 1 / 6 + 1 / 2, 1 / 6 + 1 / 2 + 1])
    same(na.std_error**2, [1 / 36, 1 / 36 + 1 / 8, 1 / 36 + 1 / 8, 1 / 36 + 1 / 8 + 1])
    assert na.low[1] == 0
    assert na.high[1] == pytest.approx(2 / 3 + 1.959963984540054 * np.sqrt(11 / 72))
    untied = nelson_aalen(*TOY, ties="fleming-harrington")
    same(untied.hazard[1], 1 / 6 + 1 / 4 + 1 / 3)
    same(untied.std_error[1] ** 2, 1 / 36 + 1 / 16 + 1 / 9)
    same(untied.low * untied.high, untied.hazard**2)  # limits on the log scale lie evenly about H
    assert (na.variance, untied.variance) == ("aalen", "fleming-harrington")
    r = na.at([0.5, 1, 7, 10])
    same(r.hazard[:3], [0, 1 / 6, 2 / 3])
    assert np.isnan(r.hazard[3])
    same(na.at(10, extend=True).hazard, [5 / 3])


def test_the_book_s_table_of_6_mp() -> None:
    week = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    na = nelson_aalen(week, [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])
    at = na.at([6, 7, 10, 13, 16, 22, 23])
    # Klein & Moeschberger 2003, table 4.2, sums of rounded steps
    np.testing.assert_allclose(at.hazard, [0.1428, 0.2017, 0.2683, 0.3517, 0.4426, 0.5854, 0.7520], atol=2e-4)
    variances = [0.0068, 0.0103, 0.0147, 0.0217, 0.0299, 0.0503, 0.0781]
    np.testing.assert_allclose(at.std_error**2, variances, atol=1e-4)


def test_lung_as_printed_by_r(lung: Any) -> None:
    # summary(survfit(..., type = "fleming-harrington", conf.int = .9, conf.type = "log-log"))
    r = fleming_harrington(lung["time"], lung["status"], level=0.9).at([30, 60, 90, 120, 150])
    assert r.survival.round(3).tolist() == [0.956, 0.926, 0.882, 0.838, 0.794]
    assert r.low.round(3).tolist()[::4] == [0.928, 0.745]
    assert r.high.round(3).tolist()[::4] == [0.974, 0.834]


@pytest.mark.parametrize("ties", KINDS.values())
def test_influence_is_the_derivative_in_the_weights(ties: str, aml: Any) -> None:
    rows, step = (aml["time"], aml["status"]), 1e-6
    moved = np.zeros((23, 2))
    for i in range(23):
        pair = []
        for sign in (1, -1):
            curve = fleming_harrington(*rows, weight=aml["w"] + sign * step * (np.arange(23) == i), ties=ties)
            pair.append([curve.at(27).survival[0], curve.rmst(27).value])
        moved[i] = np.subtract(*pair) / (2 * step)
    curve = fleming_harrington(*rows, weight=aml["w"], ties=ties)
    ours = np.c_[curve.influence(27), curve.influence(27, "rmst")]
    np.testing.assert_allclose(ours, moved, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(aml["w"] @ ours, 0, atol=1e-12)
    assert np.sqrt(np.sum((aml["w"] * ours[:, 0]) ** 2)) == pytest.approx(curve.at(27).std_error[0], rel=1e-10)
    assert np.sqrt(np.sum((aml["w"] * ours[:, 1]) ** 2)) == pytest.approx(curve.rmst(27).std_error, rel=1e-10)


def test_influence_with_late_entry_and_clusters(aml: Any) -> None:
    km = kaplan_meier(aml["time"], aml["status"], weight=aml["w"], entry=aml["e"], cluster=aml["k"])
    for kind, error in (("survival", km.at(27).std_error[0]), ("rmst", km.rmst(27).std_error)):
        by_cluster = np.bincount(aml["k"], aml["w"] * km.influence(27, kind)[:, 0])
        assert np.sqrt(np.sum(by_cluster**2)) == pytest.approx(error, rel=1e-10)


def test_rows_without_weight_have_no_influence(aml: Any) -> None:
    w = (np.arange(23) % 3).astype(float)
    found = kaplan_meier(aml["time"], aml["status"], weight=w).influence([20, 30])
    assert found.shape == (23, 2)
    assert not np.any(found[w == 0])
    alone = kaplan_meier(aml["time"][w > 0], aml["status"][w > 0], weight=w[w > 0]).influence([20, 30])
    same(found[w > 0], alone)


def test_without_ties_the_two_kinds_are_one() -> None:
    rows = ([1, 2, 3, 5, 8], [1, 0, 1, 1, 0])
    one, two = (nelson_aalen(*rows, ties=t) for t in KINDS.values())
    same(one.hazard, two.hazard)
    same(one.std_error, two.std_error)


def test_untied_is_the_limit_of_tiny_differences(aml: Any) -> None:
    tied = nelson_aalen(aml["time"], aml["status"], ties="fleming-harrington")
    # events before censorings of the same time, one after another
    apart = nelson_aalen(aml["time"] + np.arange(23) * 1e-6 + 1e-3 * (1 - aml["status"]), aml["status"])
    same(tied.at([12, 30, 44]).hazard, apart.at([12.1, 30.1, 44.1]).hazard)
    same(tied.at([12, 30, 44]).std_error, apart.at([12.1, 30.1, 44.1]).std_error)


def test_exp_minus_h_never_reaches_zero_and_lies_above() -> None:
    everyone = ([1, 2, 4], [1, 1, 1])
    curve, km = fleming_harrington(*everyone), kaplan_meier(*everyone)
    same(curve.survival, np.exp(-np.array([1 / 3, 5 / 6, 11 / 6])))
    assert np.all(curve.survival >= km.survival)
    assert not np.isnan(curve.std_error).any()
    assert curve.estimator == "nelson-aalen"
    assert curve.quantile().value == 2
    assert np.isnan(curve.at(5).survival[0])


def test_nobody_has_the_event() -> None:
    na = nelson_aalen([3, 5], [0, 0])
    assert na.hazard.tolist() == na.low.tolist() == na.high.tolist() == na.std_error.tolist() == [0, 0]
    assert na.total_events == 0
    assert fleming_harrington([3], [0]).survival.tolist() == [1]


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"time": [-1, 2]}, "time has 1 negative"),
        ({"time": []}, "time is empty"),
        ({"event": [1, 3]}, "event must hold 0 and 1"),
        ({"weight": [0, 0]}, "weight is zero"),
        ({"entry": [1, 0]}, "entry must be before time"),
        ({"interval": "logit-log"}, "interval must be one of"),
        ({"ties": "efron"}, "ties must be one of"),
        ({"level": 0}, "level must lie"),
    ],
)
def test_refusals(changed: dict[str, Any], word: str) -> None:
    given: dict[str, Any] = {"time": [1, 2], "event": [1, 0]} | changed
    rows = given.pop("time"), given.pop("event")
    for estimate in (nelson_aalen, fleming_harrington):
        with pytest.raises(ValueError, match=word):
            estimate(*rows, **given)
    km = kaplan_meier([1, 2], [1, 0])
    with pytest.raises(ValueError, match="kind must be one of"):
        km.influence([1], "hazard")
    with pytest.raises(ValueError, match="beyond the last follow-up"):
        km.influence([3], "rmst")
    with pytest.raises(ValueError, match="times has 1 missing"):
        km.influence([np.nan])
