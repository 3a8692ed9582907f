"""Comparisons around a switch against R, on the Stanford heart transplants and made data (tests/r/intercurrent.R)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.intercurrent import (
    clone_censor_weight,
    mantel_byar,
    naive_ever_never,
    simon_makuch,
    time_dependent_cox,
)
from onearm.stats.survival import kaplan_meier


def same(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=1e-12)


@pytest.fixture(scope="module")
def heart(shared: Any) -> dict[str, Any]:
    """One row a patient: time, event, time of transplant, age (less 48), earlier surgery."""
    d = shared("heart")
    ids, first, row = np.unique(d["id"], return_index=True, return_inverse=True)
    time, event, switch = np.zeros(ids.size), np.zeros(ids.size), np.full(ids.size, np.nan)
    np.maximum.at(time, row, d["stop"])
    np.maximum.at(event, row, d["event"])
    done = d["transplant"].astype(str) == "1"
    done |= d["transplant"].astype(str) == "1.0"
    switch[row[done]] = d["start"][done]
    return {
        "data": (time, event, switch),
        "rows": d | {"done": done},
        "x": np.column_stack([d["age"][first], d["surgery"][first]]),
    }


@pytest.fixture(scope="module")
def r(r_values: Any) -> dict[str, Any]:
    return dict(r_values("intercurrent"))


def compare(curve: Any, r: dict[str, Any]) -> None:
    kept = slice(None, None, 4)
    assert curve.time.size == r["length"][0]
    same(curve.time[kept], r["time"])
    same(curve.at_risk[kept], r["n_risk"])
    same(curve.survival[kept], r["surv"])
    inside = (curve.survival[kept] > 0) & (curve.survival[kept] < 1)
    same(curve.std_error[kept][inside], np.array(r["std_err"], dtype=float)[inside])
    same(curve.low[kept][inside], np.array(r["lower"], dtype=float)[inside])
    same(curve.high[kept][inside], np.array(r["upper"], dtype=float)[inside])


def test_simon_makuch_curves(heart: dict[str, Any], r: dict[str, Any]) -> None:
    curves = simon_makuch(*heart["data"])
    assert curves.n_switched == 69
    compare(curves.not_switched, r["before"])
    compare(curves.switched, r["after"])
    later = simon_makuch(*heart["data"], at=30)
    compare(later.not_switched, r["before_30"])
    compare(later.switched, r["after_30"])


def test_simon_makuch_is_kaplan_meier_of_the_cut_rows(heart: dict[str, Any]) -> None:
    curves, d = simon_makuch(*heart["data"]), heart["rows"]
    for curve, part in ((curves.not_switched, ~d["done"]), (curves.switched, d["done"])):
        km = kaplan_meier(d["stop"][part], d["event"][part], entry=d["start"][part])
        same(curve.survival, km.survival)
        same(curve.std_error, km.std_error)
    assert curves.message == ""


def test_mantel_byar(heart: dict[str, Any], r: dict[str, Any]) -> None:
    test = mantel_byar(*heart["data"])
    same([test.observed[1], test.expected[1], test.variance], r["observed"])
    same(test.statistic, r["score"]["exact"][0])
    assert test.observed.sum() == pytest.approx(test.expected.sum())
    assert test.n.tolist() == [103, 69]
    same(test.person_time.sum(), heart["data"][0].sum())
    within = mantel_byar(*heart["data"], strata=heart["x"][:, 1])
    same([within.observed[1], within.expected[1], within.variance], r["observed_stratified"])
    same(within.statistic, r["score"]["stratified"][0])


def test_time_dependent_cox(heart: dict[str, Any], r: dict[str, Any]) -> None:
    alone = time_dependent_cox(*heart["data"])
    same([alone.fit.coef[0], alone.fit.std_error[0]], [r["alone"]["coef"][0], r["alone"]["std_err"][0]])
    for ties in ("efron", "breslow"):
        same(time_dependent_cox(*heart["data"], ties=ties).fit.score.statistic, r["score"][ties][0])
    block = time_dependent_cox(*heart["data"], heart["x"][:, 0], strata=heart["x"][:, 1])
    same(block.fit.coef, r["stratified"]["coef"])
    same(block.fit.std_error, r["stratified"]["std_err"])


def test_model_with_interactions(heart: dict[str, Any], r: dict[str, Any]) -> None:
    fit = time_dependent_cox(*heart["data"], heart["x"], interaction=True)
    assert fit.columns == ("switch", "x0", "x1", "switch:x0", "switch:x1")
    same(fit.fit.coef, r["interaction"]["coef"])
    same(fit.fit.std_error, r["interaction"]["std_err"])


def test_printed_model_of_crowley_and_hu(shared: Any) -> None:
    # Kalbfleisch & Prentice p. 139, printed by the tests of R's survival package: days as recorded, a death on
    # the first day at 0.5, a transplant on the day of death half a day before it, ties as Breslow
    d = shared("jasa")
    time = np.maximum(d["futime"], 0.5)
    switch = np.where(d["wait.time"] >= time, d["wait.time"] - 0.5, d["wait.time"])
    x = np.column_stack([d["age"] - 48, d["surgery"]])
    fit = time_dependent_cox(time, d["fustat"], switch, x, interaction=True, ties="breslow")
    np.testing.assert_allclose(fit.fit.coef, [0.11572, 0.01386, -0.54652, 0.03473, -0.29037], atol=5.1e-6)
    assert fit.fit.likelihood_ratio.statistic == pytest.approx(12.45, abs=0.005)
    assert fit.hazard_ratio == pytest.approx(np.exp(0.11572), abs=1e-5)


def test_the_naive_comparison_is_very_different(heart: dict[str, Any], r: dict[str, Any]) -> None:
    time, event, switch = heart["data"]
    naive = naive_ever_never(time, event, ~np.isnan(switch))
    same(naive.log_rank.statistic, r["naive"]["statistic"][0])
    same(naive.log_rank.expected, r["naive"]["expected"])
    same(np.log(naive.hazard_ratio), r["naive"]["coef"][0])
    assert naive.hazard_ratio < 0.3
    assert mantel_byar(time, event, switch).p_value > 0.6


def compare_weighted(ours: Any, stabilized: Any, r: dict[str, Any], horizon: float) -> None:
    for result, name in ((ours, "w"), (stabilized, "sw")):
        theirs = r[name]
        same(result.log_hazard_ratio.value, theirs["coef"][0], 1e-7)  # of two iterations, one on the other
        same(result.cox.robust_std_error, theirs["se"], 1e-7)
        same(result.cox.std_error, theirs["naive_se"], 1e-7)
        times = [10, 30, 60, 100, horizon]
        means = []
        for strategy, label in ((result.switch, "switch"), (result.stay, "stay")):
            seen = strategy.curve.at(times)
            same(seen.survival, theirs[label], 1e-7)
            same(seen.std_error, theirs[f"{label}_se"], 1e-7)
            means.append(strategy.curve.rmst(horizon).value)
        same(means, theirs["rmst"], 1e-7)
        same(result.rmst_difference.value, means[0] - means[1])
        same(result.survival_difference.value, theirs["switch"][-1] - theirs["stay"][-1], 1e-6)
    assert ours.switch.events + ours.stay.events == r["events"][0]


def test_clone_censor_weight_heart(heart: dict[str, Any], r: dict[str, Any]) -> None:
    options: dict[str, Any] = {"window": 60, "horizon": 365}
    ours = clone_censor_weight(*heart["data"], heart["x"], **options)
    stabilized = clone_censor_weight(*heart["data"], heart["x"], stabilized=True, **options)
    compare_weighted(ours, stabilized, r["ccw_heart"], 365)


def test_clone_censor_weight_made_data(r: dict[str, Any]) -> None:
    m = r["made"]
    switch = np.array(m["switch"], dtype=float)
    data, x = (m["time"], m["event"], switch), np.column_stack([m["c1"], m["c2"]])
    ours = clone_censor_weight(*data, x, window=100, horizon=300)
    compare_weighted(ours, clone_censor_weight(*data, x, window=100, horizon=300, stabilized=True), r["ccw_made"], 300)
    # as printed for the survivalCCW package, whose repeated patient numbers move the third decimal
    assert ours.hazard_ratio == pytest.approx(1.2368, abs=0.001)
    assert ours.switch.events + ours.stay.events == 119
    assert naive_ever_never(m["time"], m["event"], ~np.isnan(switch)).hazard_ratio == pytest.approx(0.98, abs=5e-5)
