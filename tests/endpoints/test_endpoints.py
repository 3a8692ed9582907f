"""Estimators on the small trial, solved as fractions."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import onearm as oa
from onearm.endpoints import ESTIMATORS
from onearm.endpoints.sample import Times
from onearm.endpoints.time_to_event import risk_table
from onearm.protocol import Protocol
from onearm.results import Results
from onearm.units import MONTH_DAYS

ENDPOINTS = """
  orr: {estimator: proportion, fact: responded, population: treated}
  orr_by_version: {estimator: proportion, fact: responded, population: treated, by: version}
  orr_by_sex: {estimator: proportion, fact: responded, population: treated, by: sex, method: wilson}
  orr_by_transplant: {estimator: proportion, fact: responded, population: treated, by: transplant}
  os_by_mrd: {estimator: naive-ever-never, fact: os, population: treated, by: mrd_known}
  mrd: {estimator: proportion, fact: mrd_known, population: treated}
  nobody: {estimator: proportion, fact: responded, population: ancient}
  best: {estimator: distribution, fact: best, population: treated}
  sex: {estimator: distribution, covariate: sex, population: treated}
  age: {estimator: summary, covariate: age, population: treated}
  old: {estimator: summary, covariate: age, population: ancient}
  os: {estimator: survival, fact: os, population: treated, at_months: [12, 60]}
  os_sex: {estimator: survival, fact: os, population: treated, by: sex, level: 0.9}
  os_nobody: {estimator: survival, fact: os, population: ancient, at_months: [12]}
  follow_up: {estimator: follow-up, fact: os, population: treated}
  follow_nobody: {estimator: follow-up, fact: os, population: ancient}
  os_by_asct: {estimator: landmark, fact: os, months: 4, by: transplant, population: treated, at_months: [6]}
"""
FACTS = """
  mrd_known: {kind: mrd, limit: 0.0001, untested: excluded}
"""
POPULATIONS = """
  ancient: {label: Over a hundred, from: treated, keep: [{column: age, above: 100}]}
"""


@pytest.fixture
def results(small: Path) -> Results:
    path = small / "protocol.yaml"
    text = path.read_text()
    head, tail = text.split("endpoints:\n")
    head = head.replace("facts:\n", "facts:" + FACTS).replace("populations:\n", "populations:" + POPULATIONS)
    path.write_text(head + "endpoints:" + ENDPOINTS + "external:\n" + tail.split("external:\n", 1)[1])
    return oa.run(oa.load(small))


def test_proportion(results: Results) -> None:
    e = results["orr"]
    assert (e.events, e.n, e.value) == (5, 7, 5 / 7)
    assert e.subjects == ("S01", "S02", "S04", "S05", "S07")
    limits = oa.proportion_interval(5, 7)
    assert (e.low, e.high) == (limits.low, limits.high)
    assert "Clopper-Pearson" in e.method


def test_proportion_by_version_sex_and_fact(results: Results) -> None:
    # v2 starts at patient 4 of the main cohort and 7 of the second one
    assert results["orr_by_version|version=v1"].n == 5
    assert results["orr_by_version|version=v2"].subjects == ("S04", "S07")
    assert results["orr_by_sex|sex=female"].n == 4
    assert results["orr_by_sex|sex=male"].method == "Wilson interval"
    assert results["orr_by_transplant|transplant=yes"].value == 1.0
    assert results["orr_by_transplant|transplant=no"].n == 5


def test_those_of_whom_the_fact_is_unknown_are_left_out_and_counted(results: Results) -> None:
    e = results["mrd"]
    assert (e.events, e.n) == (2, 4)
    assert "3 left out: not known" in e.notes


def test_those_in_no_group_are_counted_and_in_no_curve(results: Results) -> None:
    assert results["os_by_mrd.n|mrd_known=yes"].subjects == ("S01", "S04")
    assert results["os_by_mrd.n|mrd_known=no"].subjects == ("S02", "S07")
    assert "3 in no group: not known" in results["os_by_mrd.median|mrd_known=yes"].notes


def test_nobody_gives_a_reason_and_no_number(results: Results) -> None:
    for key in ("nobody", "old.median", "os_nobody.median", "os_nobody.survival@12mo", "follow_nobody.median"):
        assert results[key].value is None
        assert results[key].error


def test_distribution_counts_everybody_once(results: Results) -> None:
    shares = [e for e in results if e.variable == "best"]
    assert sum(e.events or 0 for e in shares) == 7
    assert results["best.CRp"].subjects == ("S02",)
    assert results["sex.female"].events == 4
    assert results["sex.missing"].value == 0


def test_summary(results: Results) -> None:
    # 62 63 66 68 71 74 79
    assert results["age.median"].value == 68
    assert results["age.mean"].value == pytest.approx(69)
    assert (results["age.min"].value, results["age.max"].value) == (62, 79)
    assert results["age.q1"].value == 64.5
    assert results["age.sd"].value == pytest.approx(math.sqrt(224 / 6))


def test_overall_survival_as_fractions(results: Results) -> None:
    # deaths at 83 (S03), 188 (S06) and 558 (S02) days among seven: 6/7, 5/7, 4/7; the rest are censored after
    assert results["os.events"].value == 3
    year = results["os.survival@12mo"]
    assert year.value == pytest.approx(5 / 7)
    assert year.std_error == pytest.approx(5 / 7 * math.sqrt(1 / (7 * 6) + 1 / (6 * 5)))
    median = results["os.median"]
    assert median.value == math.inf
    assert median.error == "not reached"
    late = results["os.survival@60mo"]
    assert late.value is None
    assert late.error == "beyond the last follow-up"


def test_curve_and_numbers_at_risk(results: Results) -> None:
    curve = results.curves["os"]
    assert curve.time[0] == 83 / MONTH_DAYS
    assert curve.value[:3] == pytest.approx((6 / 7, 5 / 7, 4 / 7))
    assert curve.risk.time[:2] == (0.0, 6.0)
    assert curve.risk.at_risk[:2] == (7.0, 6.0)
    assert curve.risk.events[1] == 1
    at_end = curve.risk.at_risk[-1] + curve.risk.events[-1] + curve.risk.censored[-1]
    assert at_end == 7
    assert {c.group for c in results.curves.values() if c.panel == "os_sex"} == {"sex=female", "sex=male"}
    assert results["os_sex.median|sex=male"].level == 0.9


def test_follow_up_turns_events_round(results: Results) -> None:
    # among 4 censored of 7, the three deaths leave earlier: last contacts at 1025, 1106, 1155, 1274 days
    e = results["follow_up.median"]
    assert e.events == 4
    assert e.value == pytest.approx(1106 / MONTH_DAYS)


def test_landmark_leaves_out_early_events_and_shifts_time(results: Results) -> None:
    # S03 died on day 83, before 4 months (121.75 days); by day 121 only S07 was transplanted (day 84)
    assert results["os_by_asct.n|transplant=yes"].subjects == ("S07",)
    assert results["os_by_asct.n|transplant=no"].subjects == ("S01", "S02", "S04", "S05", "S06")
    e = results["os_by_asct.survival@6mo|transplant=no"]
    assert e.value == pytest.approx(4 / 5)  # S06 died 66 days after the landmark
    assert any("1 with the event or lost" in note for note in e.notes)
    assert "1 who had it only after the landmark stay in the group without it" in e.notes  # S01, day 168
    ratio = results["os_by_asct.hazard_ratio"]
    assert ratio.value is None  # no event in one group: the likelihood has no maximum
    assert ratio.error
    assert 0 <= (results["os_by_asct.log_rank_p"].value or -1) <= 1


def test_a_landmark_day_belongs_to_the_time_before_it() -> None:
    times = Times(np.array([486.0, 487.0, 488.0]), np.array([True, True, True]), ("a", "b", "c"))
    late = times.after(487.0)  # 16 months are 487 days
    assert late.subjects == ("c",)
    assert late.days.tolist() == [1.0]


def test_numbers_at_risk_are_those_just_before_a_tick() -> None:
    times = Times(np.array([487.0, 500.0]), np.array([True, False]), ("a", "b"))
    table = risk_table(times, 16, 500.0)
    assert table.time == (0.0, 16.0)
    assert table.at_risk == (2.0, 2.0)  # the one whose event falls on the tick is still at risk
    assert table.events == (0, 0)


def test_every_estimator_has_code() -> None:
    defs = Protocol.model_json_schema()["$defs"].values()
    asked = (d.get("properties", {}).get("estimator", {}) for d in defs)
    names = {e["const"] for e in asked if "const" in e}
    assert names == set(ESTIMATORS)
