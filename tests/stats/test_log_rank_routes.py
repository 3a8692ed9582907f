"""The log-rank family: printed values, R, and the same number by other routes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.cox import cox
from onearm.stats.survival import kaplan_meier, log_rank

DRUG = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
DRUG_EVENT = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
GEHAN = (DRUG + PLACEBO, DRUG_EVENT + [1] * 21, ["6-MP"] * 21 + ["placebo"] * 21)
WEIGHTINGS = ("fleming-harrington", "gehan", "tarone-ware", "peto-peto", "prentice")


def by_hand(
    time: Any, event: Any, group: Any, strata: Any, entry: Any, weighting: str, rho: float, gamma: float
) -> Any:
    """Observed - expected in the second group and its variance, one event time after another."""
    difference = variance = 0.0
    for s in np.unique(strata):
        curve = prentice = 1.0
        rows = strata == s
        for t in np.unique(time[rows & (event == 1)]):
            risk = rows & (entry < t) & (t <= time)
            n, d = risk.sum(), (risk & (time == t) & (event == 1)).sum()
            n2, d2 = (risk & (group == 1)).sum(), (risk & (group == 1) & (time == t) & (event == 1)).sum()
            prentice *= 1 - d / (n + 1)
            f = {"gehan": n, "tarone-ware": np.sqrt(n), "peto-peto": curve, "prentice": prentice}.get(
                weighting, curve**rho * (1 - curve) ** gamma
            )
            difference += f * (d2 - d * n2 / n)
            variance += f**2 * d * (n - d) / max(n - 1, 1) * n2 / n * (1 - n2 / n)
            curve *= 1 - d / n
    return difference, variance


def test_weightings_as_printed() -> None:
    printed = {"gehan": 13.457852, "tarone-ware": 15.123575, "fleming-harrington": 16.792941}
    for weighting, statistic in printed.items():
        r = log_rank(*GEHAN, weighting=weighting)
        assert r.statistic == pytest.approx(statistic, abs=1e-6)
        assert r.z == pytest.approx(np.sqrt(statistic), abs=1e-6)  # more events on placebo, the second group
    # R's rho = 1, which it calls Peto & Peto; SAS LIFETEST and lifelines give the name to Prentice's weights
    peto = log_rank(*GEHAN, weighting="peto-peto")
    assert peto.statistic == pytest.approx(14.457151, abs=1e-6)
    assert peto.statistic == pytest.approx(log_rank(*GEHAN, rho=1).statistic, rel=1e-13)
    assert log_rank(*GEHAN, weighting="prentice").statistic == pytest.approx(14.084140, abs=1e-6)


def test_lifelines_has_the_same_weightings() -> None:
    statistics = pytest.importorskip("lifelines.statistics", reason="lifelines is not installed")
    time, event, group = (np.array(v) for v in GEHAN)
    one = group == "6-MP"
    for theirs, ours in (("wilcoxon", "gehan"), ("tarone-ware", "tarone-ware"), ("peto", "prentice")):
        r = statistics.logrank_test(time[one], time[~one], event[one], event[~one], weightings=theirs)
        assert log_rank(*GEHAN, weighting=ours).statistic == pytest.approx(r.test_statistic, rel=1e-10)


@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("shift", [0.0, 0.25])  # whole days are counted, others sorted
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("strata", [1, 3])
def test_against_a_loop_over_event_times(weighting: str, shift: float, late: bool, strata: int) -> None:
    rng = np.random.default_rng(5)
    n = 300
    time = rng.integers(2, 40, n) + shift * rng.integers(0, 3, n)
    event, group, block = rng.integers(0, 2, n), rng.integers(0, 2, n), rng.integers(0, strata, n)
    entry = np.floor(time * rng.uniform(0, 0.9, n)) if late else np.full(n, -1.0)
    rho, gamma = (0.5, 1.5) if weighting == "fleming-harrington" else (0.0, 0.0)
    r = log_rank(
        time,
        event,
        group,
        strata=block,
        entry=entry if late else None,
        weighting=weighting,
        rho=rho,
        gamma=gamma,
    )
    difference, variance = by_hand(time, event, group, block, entry, weighting, rho, gamma)
    assert r.observed[1] - r.expected[1] == pytest.approx(difference, rel=1e-11)
    assert r.covariance[1, 1] == pytest.approx(variance, rel=1e-11)
    assert r.covariance[0, 1] == pytest.approx(-variance, rel=1e-11)
    assert r.z == pytest.approx(difference / np.sqrt(variance), rel=1e-11)


def test_score_test_of_a_cox_model(aml: Any) -> None:
    time = aml["time"] + np.arange(23) / 100  # no ties: all tie rules agree
    for strata in (None, aml["s"]):
        for entry in (None, aml["e"]):
            ours = log_rank(time, aml["status"], aml["g"], strata=strata, entry=entry)
            score = cox(time, aml["status"], aml["g"], strata=strata, entry=entry, ties="breslow").score
            assert ours.statistic == pytest.approx(score.statistic, rel=1e-10)
            assert ours.p_value == pytest.approx(score.p_value, rel=1e-9)


def test_late_entry_of_r(aml: Any, r_values: Any) -> None:
    r = r_values("survival_hazard")["tests"]
    rows = (aml["time"] + np.arange(1, 24) / 100, aml["status"])
    for name, ours in {
        "aml_entry": log_rank(*rows, aml["x"], entry=aml["e"]),
        "aml_entry_strata": log_rank(*rows, aml["x"], entry=aml["e"], strata=aml["w"]),
        "aml_entry_groups": log_rank(*rows, aml["k"] % 3, entry=aml["e"]),
    }.items():
        assert ours.statistic == pytest.approx(r[name]["statistic"][0], rel=1e-8)
    assert log_rank(*rows, aml["k"] % 3).z is None


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_split_rows_are_whole_rows(weighting: str, aml: Any) -> None:
    cut = aml["time"] / 2
    both = np.r_[cut, aml["time"]], np.r_[np.zeros(23), aml["status"]], np.r_[aml["x"], aml["x"]]
    whole = log_rank(aml["time"], aml["status"], aml["x"], weighting=weighting)
    split = log_rank(*both, entry=np.r_[np.zeros(23), cut], weighting=weighting)
    np.testing.assert_allclose(split.observed, whole.observed, rtol=1e-12)
    np.testing.assert_allclose(split.covariance, whole.covariance, rtol=1e-12)


def test_whole_weights_are_repetitions_in_observed_and_expected(aml: Any) -> None:
    w = np.arange(23) % 3
    twice = [np.repeat(aml[k], w) for k in ("time", "status", "x", "s")]
    for weighting in WEIGHTINGS[:4]:
        once = log_rank(aml["time"], aml["status"], aml["x"], weight=w, strata=aml["s"], weighting=weighting)
        again = log_rank(*twice[:3], strata=twice[3], weighting=weighting)
        np.testing.assert_allclose(once.observed, again.observed, rtol=1e-12)
        np.testing.assert_allclose(once.expected, again.expected, rtol=1e-12)


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_unit_of_weights_and_of_time_do_not_matter(weighting: str, aml: Any) -> None:
    rows = (aml["status"], aml["x"])
    one = log_rank(aml["time"], *rows, weight=aml["w"], strata=aml["s"], weighting=weighting)
    other = log_rank(aml["time"] / 30.4375, *rows, weight=7 * aml["w"], strata=aml["s"], weighting=weighting)
    assert other.statistic == pytest.approx(one.statistic, rel=1e-11)
    shuffled = np.random.default_rng(2).permutation(23)
    mixed = log_rank(
        aml["time"][shuffled],
        *(v[shuffled] for v in rows),
        weight=aml["w"][shuffled],
        strata=aml["s"][shuffled],
        weighting=weighting,
    )
    assert mixed.statistic == pytest.approx(one.statistic, rel=1e-11)


def test_counting_and_sorting_give_the_same(lung: Any) -> None:
    rows = (lung["status"], lung["sex"])
    options: list[dict[str, Any]] = [{}, {"strata": lung["k"]}, {"weight": lung["w"]}, {"rho": 1, "strata": lung["k"]}]
    for given in options:
        counted = log_rank(lung["time"].astype(int), *rows, **given)
        ordered = log_rank(lung["time"] * np.pi, *rows, **given)
        np.testing.assert_allclose(counted.covariance, ordered.covariance, rtol=1e-12)
        assert counted.statistic == pytest.approx(ordered.statistic, rel=1e-11)


def test_one_stratum_each_compares_nothing() -> None:
    with pytest.raises(ValueError, match="at risk together"):
        log_rank([1, 2, 3, 4], [1, 1, 1, 0], [0, 1, 0, 1], strata=[1, 2, 3, 4])


def test_huge_and_tiny_times() -> None:
    group = [0, 1, 0, 1]
    plain = log_rank([1, 2, 3, 4], [1, 1, 1, 0], group)
    for time in ([1, 2e3, 3e100, 1e300], [0, 1e-320, 1e-300, 1.0]):
        assert log_rank(time, [1, 1, 1, 0], group).statistic == pytest.approx(plain.statistic, rel=1e-13)
        km = kaplan_meier(time, [1, 1, 1, 0])
        assert km.time.tolist() == time
        assert km.survival.tolist() == pytest.approx([0.75, 0.5, 0.25, 0.25])


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"weighting": "wilcoxon"}, "weighting must be one of"),
        ({"weighting": "gehan", "rho": 1}, "rho belongs to fleming-harrington"),
        ({"entry": [0, 2]}, "entry must be before time: row 1"),
        ({"entry": [0]}, "entry has 1 values where 2"),
        ({"entry": [0, np.nan]}, "entry has 1 missing"),
        ({"weight": [1, -2]}, "weight has negative"),
        ({"time": [1, -2]}, "time has 1 negative"),
        ({"time": np.ma.masked_array([1, 2], [0, 1])}, "time is a masked array"),
    ],
)
def test_refusals(changed: dict[str, Any], word: str) -> None:
    given: dict[str, Any] = {"time": [1, 2], "event": [1, 1], "group": [0, 1]} | changed
    rows = given.pop("time"), given.pop("event"), given.pop("group")
    with pytest.raises(ValueError, match=word):
        log_rank(*rows, **given)
