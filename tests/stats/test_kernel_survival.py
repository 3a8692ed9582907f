"""Survival kernels: cases solved on paper or printed, and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.survival import kaplan_meier, landmark, log_rank, reverse_kaplan_meier

PLATEAU = ([54, 75, 77, 84, 87, 92, 103, 105, 112, 118], [1] * 5 + [0] * 5)
DRUG = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
DRUG_EVENT = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
GEHAN = (DRUG + PLACEBO, DRUG_EVENT + [1] * 21, ["6-MP"] * 21 + ["placebo"] * 21)


# --- printed cases -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interval", "low", "high"),
    [
        ("log", 0.4665, 1.0),
        ("log-log", 0.3287, 0.8919),
        ("plain", 0.4160, 0.9840),
        ("arcsine", 0.3966, 0.9290),
        ("logit", 0.3763, 0.9002),
    ],
)
def test_five_intervals_at_seven_tenths(interval: str, low: float, high: float) -> None:
    r = kaplan_meier(*PLATEAU, interval=interval).at(80)
    assert r.survival[0] == pytest.approx(0.7, rel=1e-14)
    assert round(float(r.low[0]), 4) == low
    assert round(float(r.high[0]), 4) == high


def test_maintained_aml_as_printed(aml: Any) -> None:
    m = aml["x"] == "Maintained"
    km = kaplan_meier(aml["time"][m], aml["status"][m])
    steps = km.events > 0
    assert km.survival[steps].round(4).tolist() == [0.9091, 0.8182, 0.7159, 0.6136, 0.4909, 0.3682, 0.1841]
    errors = [0.08668, 0.11629, 0.13966, 0.15263, 0.16419, 0.16267, 0.15349]
    assert km.std_error[steps].round(5).tolist() == errors
    assert km.variance == "greenwood"
    assert (km.n, km.total_events) == (11, 7)
    medians = {"log": (18, None), "log-log": (13, None), "plain": (18, 48), "logit": (13, None)}
    for interval, limits in (medians | {"arcsine": (18, None)}).items():
        q = kaplan_meier(aml["time"][m], aml["status"][m], interval=interval).quantile()
        assert (q.value, q.low, q.high) == (31, *limits)


def test_median_follow_up_as_printed(aml: Any) -> None:
    assert reverse_kaplan_meier(aml["time"], aml["status"]).quantile(rule="midpoint").value == 161
    m = aml["x"] == "Maintained"
    q = reverse_kaplan_meier(aml["time"][m], aml["status"][m], interval="log").quantile(rule="midpoint")
    assert (q.value, q.low) == (103, 28)


def test_log_rank_family_on_gehan_as_printed() -> None:
    plain = log_rank(*GEHAN)
    assert plain.groups.tolist() == ["6-MP", "placebo"]
    assert plain.n.tolist() == [21, 21]
    assert plain.observed.tolist() == [9, 21]
    assert plain.statistic == pytest.approx(16.792941, abs=1e-6)
    assert log_rank(*GEHAN, rho=1).statistic == pytest.approx(14.457151, abs=1e-6)
    assert log_rank(*GEHAN, gamma=1).statistic == pytest.approx(13.048449, abs=1e-6)


def test_fleming_harrington_on_lung_as_printed(lung: Any) -> None:
    rows = (lung["time"], lung["status"], lung["sex"])
    printed = {(0, 0): (10.33, 0.0013111), (1, 0): (12.71, 0.0003629), (0, 1): (3.46, 0.0628709)}
    for (rho, gamma), (statistic, p) in (printed | {(1, 1): (7.66, 0.0056309)}).items():
        r = log_rank(*rows, rho=rho, gamma=gamma)
        assert round(r.statistic, 2) == statistic
        assert r.p_value == pytest.approx(p, abs=1e-7)  # printed cut, not rounded


def test_one_year_survival_by_sex_on_lung_as_printed(lung: Any) -> None:
    for sex, survival, error in ((1, 0.3360878, 0.04342359), (2, 0.5264630, 0.05973685)):
        rows = lung["sex"] == sex
        r = kaplan_meier(lung["time"][rows], lung["status"][rows]).at(365)
        assert float(r.survival[0]) == pytest.approx(survival, abs=5e-8)
        assert float(r.std_error[0]) == pytest.approx(error, abs=5e-9)


# --- small cases on paper ------------------------------------------------------------------------


def test_every_column_on_paper() -> None:
    km = kaplan_meier([1, 2, 2, 3], [1, 1, 0, 0], interval="plain")
    assert km.time.tolist() == [1, 2, 3]
    assert km.at_risk.tolist() == [4, 3, 1]
    assert km.events.tolist() == [1, 1, 0]
    assert km.censored.tolist() == [0, 1, 1]
    np.testing.assert_allclose(km.survival, [3 / 4, 1 / 2, 1 / 2], rtol=1e-15)
    np.testing.assert_allclose(km.std_error**2, [9 / 16 / 12, 1 / 4 / 4, 1 / 4 / 4], rtol=1e-14)
    r = km.at([0, 1, 1.5, 2, 3, 4])
    np.testing.assert_allclose(r.survival, [1, 0.75, 0.75, 0.5, 0.5, np.nan])
    assert r.at_risk.tolist() == [4, 4, 3, 3, 1, 0]
    np.testing.assert_allclose(km.at(4, extend=True).survival, [0.5])
    assert km.at(4, extend=True).at_risk[0] == 0
    # area 1 + 3/4 + 1/2 to 3; A(1) = 3/4 + 1/2, A(2) = 1/2; variance A1^2/12 + A2^2/6
    mean = km.rmst(3)
    assert mean.value == pytest.approx(2.25)
    assert mean.std_error == pytest.approx(np.sqrt(1.25**2 / 12 + 0.5**2 / 6))


def test_a_curve_that_reaches_zero() -> None:
    km = kaplan_meier([1, 2, 4], [1, 1, 1])
    assert km.survival[-1] == 0
    assert np.isnan([km.std_error[-1], km.low[-1], km.high[-1]]).all()
    assert km.at(9).survival[0] == 0
    assert km.rmst(9).value == pytest.approx(7 / 3)
    assert km.rmst(9).std_error == pytest.approx(np.sqrt(np.var([1, 2, 4]) / 3))
    assert km.quantile(0.9).value == 4


def test_nobody_has_the_event() -> None:
    km = kaplan_meier([3, 5], [0, 0])
    assert km.survival.tolist() == km.low.tolist() == km.high.tolist() == [1, 1]
    assert km.std_error.tolist() == [0, 0]
    assert km.quantile().value is None
    assert km.total_events == 0
    assert km.rmst(4).std_error == 0


def test_plateau_rules() -> None:
    km = kaplan_meier(*PLATEAU)
    assert km.quantile().value == 87
    assert km.quantile(rule="midpoint").value == 102.5
    assert km.quantile(0.25).value == 77
    # S is 1/2 from 2 to 5: 0.5 is met only up to rounding when S is a product of many factors
    assert kaplan_meier([1, 2, 5, 9], [1, 1, 1, 1]).quantile(rule="midpoint").value == 3.5


def test_late_entry_on_paper() -> None:
    # at 2 only rows 0 and 1 are at risk (row 2 enters at 2), at 4 rows 1 and 2
    km = kaplan_meier([2, 4, 6], [1, 1, 0], entry=[0, 1, 2])
    assert km.at_risk.tolist() == [2, 2, 1]
    assert km.survival.tolist() == [0.5, 0.25, 0.25]
    assert km.at([0.5, 1, 1.5, 2, 3]).at_risk.tolist() == [1, 1, 2, 2, 2]


def test_landmark_keeps_those_still_at_risk() -> None:
    r = landmark([1, 2, 3, 4], [1, 0, 1, 0], at=2)
    assert r.kept.tolist() == [False, False, True, True]
    assert r.time.tolist() == [1, 2]
    assert r.event.tolist() == [True, False]
    with pytest.raises(ValueError, match="at must be"):
        landmark([1], [1], at=-1)


def test_times_that_almost_tie_are_ties() -> None:
    days = np.array([30, 60, 60, 91, 91, 120], dtype=float)
    exact = kaplan_meier(days, [1, 1, 0, 1, 1, 0])
    noisy = days * (1 + np.array([0, 3e-16, -3e-16, 1e-12, -1e-12, 0]))
    assert np.unique(noisy).size > np.unique(days).size
    km = kaplan_meier(noisy, [1, 1, 0, 1, 1, 0])
    assert km.at_risk.tolist() == exact.at_risk.tolist()
    assert km.at(91).survival[0] == exact.at(91).survival[0]
    group = [0, 1, 0, 1, 0, 1]
    tied, joined = (log_rank(t, [1, 1, 0, 1, 1, 0], group).statistic for t in (days, noisy))
    assert joined == pytest.approx(tied, rel=1e-12)


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"time": [-1, 2]}, "time has 1 negative"),
        ({"time": [np.nan, 2]}, "time has 1 missing or infinite"),
        ({"time": [np.inf, 2]}, "time has 1 missing or infinite"),
        ({"time": []}, "time is empty"),
        ({"time": [[1, 2]]}, "time must be one-dimensional"),
        ({"time": ["a", "b"]}, "time must hold numbers"),
        ({"event": [1]}, "event has 1 values where 2 are needed"),
        ({"event": [1, 2]}, "event must hold 0 and 1"),
        ({"event": [1, np.nan]}, "event has 1 missing"),
        ({"weight": [1, -1]}, "weight has negative"),
        ({"weight": [0, 0]}, "weight is zero"),
        ({"weight": [1]}, "weight has 1 values"),
        ({"entry": [1, 0]}, "entry must be before time"),
        ({"entry": [-1, 0]}, "entry has 1 negative"),
        ({"cluster": ["a"]}, "cluster has shape"),
        ({"cluster": [None, "a"]}, "cluster has missing"),
        ({"level": 1}, "level must lie"),
        ({"interval": "loglog"}, "interval must be one of"),
    ],
)
def test_kaplan_meier_refuses(options: dict[str, Any], word: str) -> None:
    arguments: dict[str, Any] = {"time": [1, 2], "event": [1, 0]} | options
    with pytest.raises(ValueError, match=word):
        kaplan_meier(arguments.pop("time"), arguments.pop("event"), **arguments)


def test_readings_refuse() -> None:
    km = kaplan_meier([1, 2], [1, 0])
    for p in (0, 1, np.nan):
        with pytest.raises(ValueError, match="p must lie"):
            km.quantile(p)
    with pytest.raises(ValueError, match="rule must be one of"):
        km.quantile(rule="sas")
    for tau in (0, -1, np.nan):
        with pytest.raises(ValueError, match="tau must be"):
            km.rmst(tau)
    with pytest.raises(ValueError, match="beyond the last follow-up"):
        km.rmst(3)
    assert km.rmst(3, extend=True).value == 2
    with pytest.raises(ValueError, match="times has 1 missing"):
        km.at([np.nan])
    with pytest.raises(ValueError, match="event must hold 0 and 1"):
        reverse_kaplan_meier([1, 2], [1, 2])


@pytest.mark.parametrize(
    ("event", "group", "options", "word"),
    [
        ([1, 1], [0, 0], {}, "two different labels"),
        ([0, 0], [0, 1], {}, "no event"),
        ([1, 0], [0, 1], {"rho": -1}, "rho must not"),
        ([1, 0], [0, 1], {"gamma": np.nan}, "gamma must not"),
        ([1, 0], [0, np.nan], {}, "group has missing"),
        ([0, 1], [0, 1], {}, "at risk together"),
        ([1, 1], [0, 1], {"strata": [0, 1]}, "at risk together"),
        ([1, 1], [0, 1], {"strata": [0]}, "strata has shape"),
    ],
)
def test_log_rank_refuses(event: Any, group: Any, options: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        log_rank([1, 2], event, group, **options)


def test_seconds_since_1970_are_not_follow_up() -> None:
    epoch = 1_700_000_000
    with pytest.raises(ValueError, match="count time from each subject's own start"):
        kaplan_meier([epoch, epoch + 1, epoch + 2], [1, 1, 1])
    assert kaplan_meier([1e12 / 3, 2e12 / 3], [1, 1]).time.size == 2


def test_weights_whose_squares_overflow_are_refused() -> None:
    for weight in ([1, 1e300], [1e-200, 1e-200], [0, 1e-300], [1, 1e-299]):
        with pytest.raises(ValueError, match="weight must be 0 or lie between 1e-100 and"):
            kaplan_meier([1, 2], [1, 1], weight=weight)
    with pytest.raises(ValueError, match="times must hold numbers only"):
        kaplan_meier([1, 2], [1, 1]).at("text")
