"""Cumulative incidence: cases on paper, second routes, properties, bad input."""

from __future__ import annotations

import csv
import pickle
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onearm import stats
from onearm.stats.competing import cause_specific_cox, cumulative_incidence, fine_gray
from onearm.stats.cox import cox
from onearm.stats.survival import kaplan_meier


def made(n: int, whole: bool) -> dict[str, Any]:
    """The quasi-random rows of tests/r/competing.R: whole times have ties."""
    i = np.arange(1, n + 1.0)
    u, v, x = (i * step % 1 for step in (0.6180339887498949, 0.7548776662466927, 0.5698402909980532))
    time = -20 * np.log(u) / np.exp(x - 0.5)
    if whole:
        time = np.floor(time) + 1
    return {
        "time": time,
        "cause": np.where(v < 0.4, 1, np.where(v < 0.6, 2, np.where(v < 0.7, 3, 0))),
        "x": np.c_[x, i % 2, i * 7 % 5 - 2],
        "g": i % 4,
        "s": i * 3 % 7 % 3,
        "w": 0.5 + i % 7 / 3,
        "k": i * 5 % 37,
        "e": np.minimum(time - 1, i * 3 % 11),
    }


def same(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=1e-13)


@pytest.fixture(scope="module")
def mgus2(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """1384 patients with monoclonal gammopathy (Kyle 2002), from R's survival."""
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    file: Path = tmp_path_factory.mktemp("r") / "mgus2.csv"
    run = ["Rscript", "-e", f'library(survival); write.csv(mgus2, "{file}", row.names = FALSE)']
    if subprocess.run(run, capture_output=True, check=False).returncode:
        pytest.skip("R's survival is not installed")
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    get = {k: np.array([float(r[k]) for r in rows]) for k in ("age", "ptime", "pstat", "futime", "death")}
    male = np.array([r["sex"] == "M" for r in rows])
    return {
        "time": np.where(get["pstat"] == 1, get["ptime"], get["futime"]),
        "cause": np.where(get["pstat"] == 1, 1, 2 * get["death"]),
        "x": np.c_[get["age"], male],
    }


def test_six_subjects_on_paper() -> None:
    f = cumulative_incidence([1, 2, 3, 4, 5, 6], [1, 2, 0, 1, 0, 0])
    same(f.incidence[1], [1 / 6, 1 / 6, 1 / 6, 7 / 18, 7 / 18, 7 / 18])
    same(f.incidence[2], [0, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6])
    same(f.event_free, [5 / 6, 4 / 6, 4 / 6, 4 / 9, 4 / 9, 4 / 9])
    assert f.causes.tolist() == [1, 2]
    assert f.at_risk.tolist() == [6, 5, 4, 3, 2, 1]
    assert f.events[1].tolist() == [1, 0, 0, 1, 0, 0]
    assert f.censored.tolist() == [0, 0, 1, 0, 1, 1]
    assert f.variance == "aalen"
    assert f.at([0.5, 4, 7], 1).at_risk.tolist() == [6, 3, 0]
    same(f.at([0.5, 4], cause=1).incidence, [0, 7 / 18])
    assert np.isnan(f.at(7).incidence[0])
    same(f.at(7, extend=True).incidence, 7 / 18)
    assert f.of(1).quantile(1 / 6).value == 1
    assert f.of(1).quantile(0.3).value == 4
    assert f.of(1).quantile(0.5).value is None
    # area: 1/6 from 1 to 4, 7/18 from 4 to 5
    same(f.rmtl(5, 1).value, 3 / 6 + 7 / 18)


def test_aalen_variance_on_paper() -> None:
    # two subjects: v = S(s-)^2 d / n^2 = 1/4 at time 1, e1 = 1
    f = cumulative_incidence([1, 2], [1, 2])
    same(f.std_error[1] ** 2, [0.25, 0.25])
    # at 2 of the other cause: e0 = -(F2(2) - F2(1))/S(1) = -1 of 1/4, and S(1)^2 / 1 = 1/4
    same(f.std_error[2] ** 2, [0, 0.5])


def test_the_two_variances_differ_in_the_third_decimal() -> None:
    d = made(160, True)
    both = [
        cumulative_incidence(d["time"], d["cause"], variance=v).std_error[1]
        for v in ("aalen", "infinitesimal-jackknife")
    ]
    difference = np.max(np.abs(both[0] - both[1]))
    assert 1e-4 < difference < 2e-3


def test_without_censoring_the_jackknife_is_binomial() -> None:
    d = made(60, True)
    cause = 1 + np.arange(60) % 2
    f = cumulative_incidence(d["time"], cause, variance="infinitesimal-jackknife")
    p = np.array([np.mean((d["time"] <= t) & (cause == 1)) for t in f.time])
    same(f.incidence[1], p)
    same(f.std_error[1], np.sqrt(p * (1 - p) / 60))
    # the mean time lost is then a mean of the subjects' own, with its own standard error
    lost = np.where(cause == 1, np.maximum(25 - d["time"], 0), 0)
    assert f.rmtl(25, 1).value == pytest.approx(lost.mean(), rel=1e-12)
    assert f.rmtl(25, 1).std_error == pytest.approx(lost.std() / np.sqrt(60), rel=1e-10)


def test_one_cause_is_one_minus_kaplan_meier() -> None:
    d = made(160, True)
    f = cumulative_incidence(d["time"], d["cause"] > 0, weight=d["w"], cluster=d["k"], entry=d["e"])
    km = kaplan_meier(d["time"], d["cause"] > 0, weight=d["w"], cluster=d["k"], entry=d["e"])
    inside = km.survival > 0
    same(f.time, km.time)
    same(1 - f.incidence[1], km.survival)
    same(f.std_error[1][inside], km.std_error[inside])
    plain = cumulative_incidence(d["time"], d["cause"] > 0)
    lost = plain.rmtl(25, 1).value
    same(lost, 25 - kaplan_meier(d["time"], d["cause"] > 0).rmst(25).value)


@pytest.mark.parametrize("options", [{}, {"weight": "w"}, {"entry": "e"}, {"weight": "w", "entry": "e"}])
def test_incidences_and_event_free_add_up(options: dict[str, str]) -> None:
    d = made(160, True)
    f = cumulative_incidence(d["time"], d["cause"], **{k: d[v] for k, v in options.items()})
    same(sum(f.incidence.values()) + f.event_free, np.ones(f.time.size))
    km = kaplan_meier(d["time"], d["cause"] > 0, **{k: d[v] for k, v in options.items()})
    same(f.event_free, km.survival)
    lost = sum(f.rmtl(30, k).value for k in (1, 2, 3))
    same(lost, 30 - km.rmst(30).value)


def test_weights_of_two_are_rows_twice() -> None:
    d = made(80, True)
    twice = np.repeat(np.arange(80), 2)
    once = cumulative_incidence(d["time"], d["cause"], weight=np.full(80, 2.0), entry=d["e"])
    rows = cumulative_incidence(d["time"][twice], d["cause"][twice], entry=d["e"][twice], cluster=twice)
    for k in (1, 2, 3):
        same(once.incidence[k], rows.incidence[k])
        same(once.std_error[k], rows.std_error[k])
        same(once.events[k], rows.events[k])
        same(once.n_events[k] * 2, rows.n_events[k])
        same(once.rmtl(20, k).std_error, rows.rmtl(20, k).std_error)
    same(once.at_risk, rows.at_risk)
    same(once.n_at_risk * 2, rows.n_at_risk)


def test_clusters_of_one_row_change_nothing() -> None:
    d = made(80, True)
    plain = cumulative_incidence(d["time"], d["cause"], entry=d["e"], variance="infinitesimal-jackknife")
    ones = cumulative_incidence(d["time"], d["cause"], entry=d["e"], cluster=np.arange(80)[::-1])
    same(plain.std_error[2], ones.std_error[2])
    same(plain.rmtl(20, 2).std_error, ones.rmtl(20, 2).std_error)


@pytest.mark.parametrize("variance", ["aalen", "infinitesimal-jackknife"])
def test_shuffle_relabel_rescale(variance: str) -> None:
    d = made(120, True)
    order = np.random.default_rng(3).permutation(120)
    label = np.array([0, 7, 2, 11])
    first = cumulative_incidence(d["time"], d["cause"], entry=d["e"], variance=variance)
    other = cumulative_incidence(
        d["time"][order] / 30.4375, label[d["cause"][order]], entry=d["e"][order] / 30.4375, variance=variance
    )
    assert other.causes.tolist() == [2, 7, 11]
    same(other.time * 30.4375, first.time)
    for k in (1, 2, 3):
        same(other.incidence[int(label[k])], first.incidence[k])
        same(other.low[int(label[k])], first.low[k])
    assert other.rmtl(1, 7).std_error * 30.4375 == pytest.approx(first.rmtl(30.4375, 1).std_error, rel=1e-10)


def test_area_error_is_the_limit_of_many_small_steps() -> None:
    # the area is linear in the curve: its variance by numerical derivative of the value by each weight
    d = made(60, True)
    f = cumulative_incidence(d["time"], d["cause"], weight=d["w"], entry=d["e"])
    change = np.empty(60)
    for i in range(60):
        w = np.repeat(d["w"][None], 2, axis=0)
        w[:, i] += [-1e-5, 1e-5]
        a, b = (cumulative_incidence(d["time"], d["cause"], weight=v, entry=d["e"]).rmtl(20, 1).value for v in w)
        change[i] = d["w"][i] * (b - a) / 2e-5
    assert f.rmtl(20, 1).std_error == pytest.approx(float(np.sqrt(change @ change)), rel=1e-6)


def test_mgus2(mgus2: dict[str, Any], r_values: Any) -> None:
    f = cumulative_incidence(mgus2["time"], mgus2["cause"])
    same(f.at([120, 240], 1).incidence, [0.06372217, 0.09981372], rtol=1e-6)
    same(f.at([120, 240], 2).incidence, [0.5318177, 0.7240280], rtol=1e-6)
    rows = mgus2["time"], mgus2["cause"], mgus2["x"]
    r = r_values("competing")["routes"]["mgus2"]
    fit = fine_gray(*rows)
    same(fit.coef, r["coef"])
    same(fit.covariance.ravel(), r["var"])
    # finegray and coxph: deaths and ends of follow-up in the same month are ordered otherwise
    r = r_values("competing")["routes"]["mgus2_expanded"]
    fit = fine_gray(*rows, censoring_ties="failures-first", variance="known-censoring")
    same(fit.coef, r["coef"])
    same(fit.covariance.ravel(), r["var"])
    # printed values come from that route with Efron's ties, 0.02 percent away
    same(fit.coef, [-0.01730171, -0.25975679], rtol=3e-4)
    hazard = cause_specific_cox(mgus2["time"], mgus2["cause"], mgus2["x"])
    same(hazard.coef, [0.01303857, -0.02513779], rtol=1e-6)


def test_cause_specific_cox_censors_the_other_causes() -> None:
    d = made(100, True)
    ours = cause_specific_cox(d["time"], d["cause"], d["x"], of=2, weight=d["w"], ties="breslow")
    theirs = cox(d["time"], d["cause"] == 2, d["x"], weight=d["w"], ties="breslow")
    assert ours.coef.tolist() == theirs.coef.tolist()
    assert ours.events == np.count_nonzero(d["cause"] == 2)
    with pytest.raises(ValueError, match="of must be a cause with events"):
        cause_specific_cox(d["time"], d["cause"], d["x"], of=4)


def test_everyone_censored_and_single_rows() -> None:
    f = cumulative_incidence([1, 2, 3], [0, 0, 0])
    assert f.causes.size == 0
    assert f.incidence == {}
    assert f.event_free.tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="cause must be one of those with events \\(none\\), found 1"):
        f.of(1)
    one = cumulative_incidence([3], [2])
    assert one.incidence[2].tolist() == [1]
    assert np.isnan(one.low[2][0])
    assert one.at(50, cause=2).incidence.tolist() == [1]  # nobody is left: the curve is known for ever
    assert one.rmtl(5, 2).value == 2


@pytest.mark.parametrize("weighted", [False, True])
def test_a_listed_cause_that_did_not_occur_is_zero(weighted: bool) -> None:
    d = made(80, True)
    weight = d["w"] if weighted else None
    plain = cumulative_incidence(d["time"], d["cause"], weight=weight)
    f = cumulative_incidence(d["time"], d["cause"], weight=weight, causes=[9, *plain.causes])
    assert f.causes.tolist() == [*plain.causes, 9]
    for field in (f.incidence, f.std_error, f.low, f.high, f.events, f.n_events):
        assert field[9].tolist() == [0.0] * f.time.size
    lost = f.rmtl(20, 9)
    assert (lost.value, lost.std_error) == (0, 0)
    assert f.at(5, 9).high.tolist() == [0]
    assert f.of(9).quantile(0.1).value is None
    for k in plain.causes:
        np.testing.assert_array_equal(f.incidence[k], plain.incidence[k])
        np.testing.assert_array_equal(f.std_error[k], plain.std_error[k])
    none = cumulative_incidence([1, 2, 3], [0, 0, 0], causes=1)
    assert none.incidence[1].tolist() == none.std_error[1].tolist() == [0, 0, 0]


def test_a_cause_that_did_not_occur_is_said() -> None:
    f = cumulative_incidence([1, 2, 3], [2, 3, 0])
    for field in (f.incidence, f.std_error, f.low, f.high, f.events, f.n_events):
        with pytest.raises(KeyError, match=r"no row failed from cause 1 \(causes with a curve: 2, 3\)"):
            field[1]
    assert 1 not in f.incidence
    assert f.incidence.get(1) is None
    with pytest.raises(KeyError, match="causes with a curve: none"):
        cumulative_incidence([1, 2], [0, 0]).incidence[1]
    again = pickle.loads(pickle.dumps(f))
    assert again.incidence[2].tolist() == f.incidence[2].tolist()


def test_huge_times() -> None:
    f = cumulative_incidence([0, 0, 1e300, 1e300], [1, 2, 1, 0])
    same(f.incidence[1], [0.25, 0.5])
    lost = f.rmtl(1e300, 1)
    assert lost.value == pytest.approx(0.25e300)
    assert np.isfinite(lost.std_error)
    soon = cumulative_incidence([1e300, 2e300], [1, 0]).rmtl(1e-300)
    assert (soon.value, soon.std_error) == (0, 0)


def test_limits_are_zero_where_the_incidence_is() -> None:
    f = cumulative_incidence([1, 2, 3], [2, 1, 0], interval="log")
    assert (f.low[1][0], f.high[1][0]) == (0, 0)
    assert f.low[1][1] < f.incidence[1][1] < f.high[1][1]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([-1, 2], [1, 0]), {}, "time has 1 negative"),
        (([np.nan, 2], [1, 0]), {}, "time has 1 missing"),
        (([], []), {}, "time is empty"),
        (([1, 2], [1]), {}, "cause has 1 values where 2 are needed"),
        (([1, 2], [0.5, 0]), {}, "cause must hold 0 .* found 0.5 at index 0"),
        (([1, 2], [-1, 0]), {}, "cause must hold 0 .* found -1.0 at index 0"),
        (([1, 2], ["a", "b"]), {}, "cause must hold numbers only"),
        (([1, 2], [1, 0]), {"weight": [0, 0]}, "weight is zero throughout"),
        (([1, 2], [1, 0]), {"entry": [1, 0]}, "entry must be before time"),
        (([1, 2], [1, 0]), {"weight": [1, 2], "variance": "aalen"}, "knows no weights or clusters"),
        (([1, 2], [1, 0]), {"cluster": [1, 2], "variance": "aalen"}, "knows no weights or clusters"),
        (([1, 2], [1, 0]), {"variance": "delta"}, "variance must be one of"),
        (([1, 2], [1, 0]), {"interval": "wald"}, "interval must be one of"),
        (([1, 2], [1, 0]), {"level": 1}, "level must lie between"),
        (([1, 2], [1, 3]), {"causes": [1, 2]}, "causes must list every cause with events, found none of 3"),
        (([1, 2], [1, 0]), {"causes": [1, 0]}, "causes must hold positive whole numbers, found 0.0 at index 1"),
        (([1, 2], [1, 0]), {"causes": [1, 2.5]}, "causes must hold positive whole numbers, found 2.5 at index 1"),
        (([1, 2], [1, 0]), {"causes": [1, 2, 2]}, "causes must differ, found 1, 2, 2"),
        (([1, 2], [1, 0]), {"causes": []}, "causes is empty"),
        (([1, 2], [1, 0]), {"causes": [[1], [2, 3]]}, "causes must hold numbers only"),
    ],
)
def test_bad_input(arguments: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cumulative_incidence(*arguments, **options)


def test_bad_readings() -> None:
    f = cumulative_incidence([1, 2], [1, 0])
    with pytest.raises(ValueError, match="tau 3 lies beyond"):
        f.rmtl(3)
    with pytest.raises(ValueError, match="tau must be a positive"):
        f.rmtl(0)
    assert f.rmtl(3, extend=True).value == 1
    with pytest.raises(ValueError, match="p must lie between 0 and 1"):
        f.of(1).quantile(1)
    with pytest.raises(ValueError, match="times has 1 missing"):
        f.at([np.nan])


def test_names_are_found() -> None:
    assert stats.cumulative_incidence is cumulative_incidence
    assert stats.competing.fine_gray is fine_gray
    assert "gray_test" in dir(stats.competing)
    with pytest.raises(AttributeError, match="no attribute 'gray'"):
        stats.competing.gray  # noqa: B018
