"""Competing causes, states, transplantation and subgroups on the small trial, solved as fractions.

Of the seven treated: response on day 28 (S01), 29 (S02, S04), 30 (S05, S07); transplantation on day 168 (S01) and 84
(S07); relapse on day 355 (S02) and 244 (S05); death on day 83 (S03), 188 (S06) and 558 (S02); the others are seen last
on day 1274 (S01), 1155 (S04), 1106 (S05) and 1025 (S07).
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import onearm as oa
from onearm.results import Results
from onearm.units import MONTH_DAYS

FACTS = """
  rfs: {kind: time-to, label: Relapse-free survival, events: [relapse, death]}
  to_response: {kind: time-to, events: [response]}
  to_asct: {kind: time-to, procedures: [ASCT]}
  to_relapse: {kind: time-to, events: [relapse]}
  rfs_or_asct: {kind: time-to, events: [relapse, death], procedures: [ASCT]}
"""
ENDPOINTS = """
  causes:
    estimator: cumulative-incidence
    fact: rfs
    population: treated
    at_months: [6, 12, 60]
    labels: {death: Non-relapse mortality}
  causes_by_sex: {estimator: cumulative-incidence, fact: rfs, population: treated, at_months: [12], by: sex}
  causes_of_nobody: {estimator: cumulative-incidence, fact: rfs, population: ancient, at_months: [12]}
  causes_with_asct: {estimator: cumulative-incidence, fact: rfs_or_asct, population: treated, at_months: [12]}
  response_now:
    estimator: in-response
    response: to_response
    fact: rfs
    population: treated
    at_months: [1, 12, 60]
    mean_to_months: [12]
  response_of_nobody: {estimator: in-response, response: to_response, fact: rfs, population: ancient, at_months: [1]}
  where:
    estimator: states
    start: No response
    states: {Remission: to_response, Transplanted: to_asct, Relapsed: to_relapse, Dead: os}
    final: Dead
    population: treated
    at_months: [6, 12]
    mean_to_months: [12, 60]
  where_nobody: {estimator: states, start: A, states: {Dead: os}, final: Dead, population: ancient, at_months: [6]}
  switching: {estimator: time-dependent, fact: os, by: transplant, population: treated, at_months: [12]}
  switching_nobody: {estimator: time-dependent, fact: os, by: transplant, population: ancient, at_months: [12]}
  strategies:
    estimator: clone-censor-weight
    fact: os
    by: transplant
    population: treated
    window_months: 6
    horizon_months: 12
    replicates: 100
  strategies_by_age:
    estimator: clone-censor-weight
    fact: os
    by: transplant
    population: treated
    window_months: 6
    horizon_months: 12
    covariates: [age, sex]
    replicates: 100
  strategies_of_nobody:
    estimator: clone-censor-weight
    fact: os
    by: transplant
    population: ancient
    window_months: 6
    horizon_months: 12
  orr: {estimator: proportion, fact: responded, population: treated}
  orr_subgroups: {estimator: subgroups, of: orr, by: [sex, {column: age, at: 70}]}
  os:
    estimator: survival
    fact: os
    population: treated
    mean_to_months: [12, 60]
    against: {median_months: 12, source: an invented registry}
  os_exact: {estimator: survival, fact: os, population: treated, at_months: [12], interval: beta-product}
  os_subgroups: {estimator: subgroups, of: os, by: [sex, version]}
"""
POPULATIONS = """
  ancient: {label: Over a hundred, from: treated, keep: [{column: age, above: 100}]}
"""


def write(folder: Path) -> Path:
    path = folder / "protocol.yaml"
    text = path.read_text()
    head, tail = text.split("endpoints:\n")
    head = head.replace("facts:\n", "facts:" + FACTS).replace("populations:\n", "populations:" + POPULATIONS)
    path.write_text(head + "endpoints:" + ENDPOINTS + "external:\n" + tail.split("external:\n", 1)[1])
    return folder


@pytest.fixture
def results(small: Path) -> Results:
    return oa.run(oa.load(write(small)), seed=3)


def test_incidences_of_both_causes(results: Results) -> None:
    assert results["causes.p@6mo|relapse"].value == 0
    assert results["causes.p@6mo|death"].value == pytest.approx(1 / 7)
    year = results["causes.p@12mo|relapse"]
    assert year.value == pytest.approx(2 / 7)
    assert year.events == 2
    assert year.low is not None and year.high is not None and year.low < 2 / 7 < year.high  # noqa: PT018
    assert results["causes.p@12mo|death"].value == pytest.approx(2 / 7)
    assert results["causes.events|relapse"].subjects == ("S02", "S05")
    assert results["causes.events|death"].subjects == ("S03", "S06")
    assert results["causes.p@60mo|death"].error == "beyond the last follow-up"
    curve = results.curves["causes|death"]
    assert (curve.group, curve.kind, curve.start) == ("Non-relapse mortality", "incidence", 0.0)
    assert curve.risk.at_risk[:2] == (7.0, 6.0)
    assert curve.risk.censored[-1] == 1  # before 36 months: S07
    assert curve.risk.events[-1] == 2


def test_gray_compares_groups_for_every_cause(results: Results) -> None:
    assert 0 < (results["causes_by_sex.gray_p|relapse"].value or 0) <= 1
    assert results["causes_by_sex.p@12mo|sex=female/relapse"].value == pytest.approx(1 / 4)
    assert results["causes_by_sex.p@12mo|sex=male/death"].value == pytest.approx(1 / 3)


def test_a_procedure_competes(results: Results) -> None:
    assert results["causes_with_asct.p@12mo|ASCT"].value == pytest.approx(2 / 7)
    assert results["causes_with_asct.events|ASCT"].subjects == ("S01", "S07")


def test_in_response_is_the_plain_share_before_censoring(results: Results) -> None:
    assert results["response_now.p@1mo"].value == pytest.approx(5 / 7)
    assert results["response_now.p@12mo"].value == pytest.approx(3 / 7)
    days = (365.25 - 28) + (365.25 - 29) + (365.25 - 30) + (355 - 29) + (244 - 30)
    assert results["response_now.mean@12mo"].value == pytest.approx(days / 7 / MONTH_DAYS)


def test_states_count_everybody_once(results: Results) -> None:
    half = {
        s: results[f"where.p@6mo|{s}"].value for s in ("No response", "Remission", "Transplanted", "Relapsed", "Dead")
    }
    assert half == pytest.approx(
        {"No response": 1 / 7, "Remission": 3 / 7, "Transplanted": 2 / 7, "Relapsed": 0, "Dead": 1 / 7}
    )
    year = [results[f"where.p@12mo|{s}"].value for s in half]
    assert year == pytest.approx([0, 1 / 7, 2 / 7, 2 / 7, 2 / 7])
    spent = [results[f"where.mean@12mo|{s}"].value or 0.0 for s in half]
    assert sum(spent) == pytest.approx(12)
    assert results["where.mean@60mo|Dead"].value is None
    assert {c.kind for c in results.curves.values() if c.panel == "where"} == {"state"}


def test_mantel_byar_by_hand(results: Results) -> None:
    # at risk with the transplant: none of 7 on day 83, 2 of 6 on day 188, 2 of 5 on day 558; no death among them
    expected, variance = 2 / 6 + 2 / 5, 2 / 6 * 4 / 6 + 2 / 5 * 3 / 5
    p = math.erfc(math.sqrt(expected**2 / variance / 2))
    assert results["switching.mantel_byar_p"].value == pytest.approx(p)
    ratio = results["switching.hazard_ratio"]
    assert ratio.value is None
    assert "without limit" in (ratio.error or "")
    assert results["switching.survival@12mo|transplant=no"].value == pytest.approx(6 / 7 * 3 / 4)
    assert results["switching.survival@12mo|transplant=yes"].value == 1
    assert results["switching.n|transplant=no"].value == 7
    assert results["switching.n|transplant=yes"].subjects == ("S01", "S07")


def test_strategies_by_hand(results: Results) -> None:
    # without covariates the weights at any time are equal: deaths among 7 on day 83 and among 4 on day 188
    assert results["strategies.survival@12mo|transplant=no"].value == pytest.approx(6 / 7 * 3 / 4)
    assert results["strategies.survival@12mo|transplant=yes"].value == pytest.approx(6 / 7)
    assert results["strategies.difference@12mo"].value == pytest.approx(6 / 7 / 4)
    assert results["strategies_by_age.difference@12mo"].value is not None


def test_a_seed_decides_the_bootstrap_and_nothing_else(small: Path) -> None:
    trial = oa.load(write(small))
    one, again, other = (oa.run(trial, seed=s) for s in (3, 3, 4))
    assert one.to_json() == again.to_json()
    different = {key for key in one.estimates if one[key] != other[key]}
    assert different
    assert all(key.startswith("strategies") for key in different)


def test_nobody_gives_reasons(results: Results) -> None:
    for key in (
        "causes_of_nobody.p@12mo|relapse",
        "response_of_nobody.p@1mo",
        "where_nobody.p@6mo|Dead",
        "switching_nobody.hazard_ratio",
        "strategies_of_nobody.difference@12mo",
    ):
        assert results[key].value is None
        assert results[key].error == "nobody in the population"


def test_restricted_mean_and_reference(results: Results) -> None:
    area = 83 + (188 - 83) * 6 / 7 + (365.25 - 188) * 5 / 7
    assert results["os.rmst@12mo"].value == pytest.approx(area / MONTH_DAYS)
    assert results["os.rmst@60mo"].error == "beyond the last follow-up"
    months = (83 + 188 + 558 + 1274 + 1155 + 1106 + 1025) / MONTH_DAYS
    expected = months * math.log(2) / 12
    assert results["os.smr"].value == pytest.approx(3 / expected)
    z = (3 - expected) / math.sqrt(expected)
    assert results["os.one_sample_p"].value == pytest.approx(math.erfc(abs(z) / math.sqrt(2)))
    assert any("an invented registry" in note for note in results["os.smr"].notes)


def test_beta_product_limits(results: Results) -> None:
    exact = results["os_exact.survival@12mo"]
    assert exact.value == pytest.approx(5 / 7)
    low, high = oa.proportion_interval(5, 7).low, oa.proportion_interval(5, 7).high
    assert (exact.low, exact.high) == pytest.approx((float(low), float(high)))  # no censoring yet: Clopper-Pearson


def test_subgroups_of_a_share_and_of_survival(results: Results) -> None:
    shares = {e.group: (e.events, e.n) for e in results if e.variable == "orr_subgroups"}
    assert shares == {"sex=female": (3, 4), "sex=male": (2, 3), "age=below 70": (3, 4), "age=70 or more": (2, 3)}
    groups = {e.group for e in results if e.variable == "os_subgroups" and e.stat == "hazard_ratio"}
    assert groups == {"sex=male", "version=v2"}
    assert results["os_subgroups.n|sex=female"].subjects == ("S01", "S03", "S05", "S07")


def test_proportional_hazards_are_looked_at_in_a_comparison(results: Results) -> None:
    assert 0 <= (results["os.ph_p|main"].value or 0) <= 1
    (one,) = results.residuals
    assert one.test == "os.ph_p|main"
    assert len(one.time) == len(one.value) == len(one.subjects) == results["os.ph_p|main"].events
    assert Results.from_json(results.to_json()).residuals == results.residuals


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        ("fact: rfs, population: treated, at_months: [12], by: sex", "fact: rfs, population: treated, by: responded", "P118", "causes_by_sex.by"),  # noqa: E501
        ("fact: rfs_or_asct,", "fact: os,", "P111", "causes_with_asct.fact"),
        ("labels: {death: Non", "labels: {deth: Non", "P110", "causes.labels.deth"),
        ("response: to_response\n    fact: rfs\n", "response: rfs\n    fact: to_response\n", "P111", "response_now.response"),  # noqa: E501
        ("Relapsed: to_relapse", "Relapsed: to_asct", "P111", "where.states"),
        ("final: Dead\n    population: treated", "final: Ded\n    population: treated", "P110", "where.final"),
        ("start: No response", "start: Remission", "P111", "where.start"),
        ("by: transplant, population: treated, at_months: [12]}", "by: responded, population: treated}", "P111", "switching.by"),  # noqa: E501
        ("fact: os, by: transplant, population: treated, at", "fact: rfs_or_asct, by: transplant, population: treated, at", "P111", "switching.fact"),  # noqa: E501
        ("horizon_months: 12\n    replicates", "horizon_months: 6\n    replicates", "P111", "strategies.horizon_months"),  # noqa: E501
        ("covariates: [age, sex]\n    replicates", "covariates: [aeg]\n    replicates", "P110", "strategies_by_age.covariates.0"),  # noqa: E501
        ("of: orr, by", "of: causes, by", "P111", "orr_subgroups.of"),
        ("of: orr, by: [sex", "of: orr, by: [age", "P111", "orr_subgroups.by.0"),
        ("{column: age, at: 70}", "{column: sex, at: 70}", "P111", "orr_subgroups.by.1.at"),
        ("{column: age, at: 70}", "{column: age, at: 700}", "P111", "orr_subgroups.by.1.at"),
        ("of: os, by: [sex, version]", "of: os, by: [sex, responded]", "P111", "os_subgroups.by.1"),
        ("of: os, by: [sex, version]", "of: os, by: [sex, sex]", "P111", "os_subgroups.by"),
        ("{median_months: 12, source", "{median_months: 12, survival: 0.5, source", "P114", "os.against"),
        ("events: [relapse, death], procedures", "events: [relapse, relapse], procedures", "P114", "facts.rfs_or_asct"),
        ("os_exact: {estimator: survival, fact: os, population: treated", "os_exact: {estimator: survival, fact: os, population: evaluable", "P115", "os_exact.population"),  # noqa: E501
        ("procedures: [ASCT]}\n  to_relapse", "procedures: [ASCTT]}\n  to_relapse", "D268", "procedures.csv"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(small: Path, old: str, new: str, code: str, where: str) -> None:
    path = write(small) / "protocol.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    found = oa.check(small).findings
    assert any(f.code == code and where in f.where for f in found), [(f.code, f.where, f.says) for f in found]
