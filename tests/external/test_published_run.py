"""Published comparators in a trial folder: from the protocol to numbers, with every mistake as a finding."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

import onearm as oa
from onearm.io.load import check
from onearm.results import Results

CLICKS = "time,survival\n0,100\n2,90\n5,70\n9,60\n14,50\n20,40\n"
BLOCK = """\
published:
  old:
    label: Old drug
    source: Author A, Journal 2000
    n: 40
    population: treated
    covariates:
      age: {mean: 68, sd: 5}
      sex: {shares: {female: 0.5, male: 0.5}}
    gates: {min_effective: 3}
    rates: {orr: {events: 20, n: 40}}
    curves:
      os:
        clicks: published/old-os.csv
        scale: percent
        unit: months
        at_risk: {times: [0, 6, 12], patients: [40, 28, 20]}
        reading: {time: 0.1, survival: 0.005, repeats: 20}
"""


def with_published(folder: Path, block: str = BLOCK, clicks: str = CLICKS) -> Path:
    (folder / "published").mkdir(exist_ok=True)
    (folder / "published" / "old-os.csv").write_text(clicks)
    path = folder / "protocol.yaml"
    path.write_text(path.read_text() + block)
    return folder


def run(folder: Path) -> Results:
    return oa.run(oa.load(folder))


def test_a_run_gives_every_analysis(small: Path) -> None:
    results = run(with_published(small))
    weighted, plain = results["os.hazard_ratio|old/maic"], results["os.hazard_ratio|old/unweighted"]
    assert weighted.context == plain.context == "published"
    assert weighted.value
    assert plain.value
    assert weighted.value != plain.value
    assert weighted.population == "the comparator's population"
    assert weighted.n == 47  # 7 treated and 40 reconstructed
    assert set(weighted.subjects) == {f"S0{i}" for i in range(1, 8)}
    assert any("unanchored" in n for n in weighted.notes)
    assert any("Author A" in n for n in weighted.notes)
    assert not any("GATE FAILED" in n for n in (*weighted.notes, *plain.notes))
    wider = results["os.hazard_ratio_reading|old/maic"]
    assert wider.std_error
    assert weighted.std_error
    assert wider.std_error > 0.9 * weighted.std_error
    assert results["os.hazard_ratio_counted|old/maic"].value == pytest.approx(weighted.value)
    assert results["os.smr|old/benchmark"].value is not None
    assert results["orr.odds_ratio|old/maic"].value is not None
    assert {"os|old/trial", "os|old/weighted", "os|old/published"} <= set(results.curves)
    assert Results.from_json(results.to_json()) == replace(results, evidence={}, listings={})
    assert run(small).to_json() == results.to_json()


def test_the_weighted_patients_have_the_published_table(small: Path) -> None:
    results = run(with_published(small))
    assert results["maic.weighted.age.mean|old/maic"].value == pytest.approx(68, abs=1e-6)
    assert results["maic.weighted.age.sd|old/maic"].value == pytest.approx(5, abs=1e-6)
    assert results["maic.weighted.sex=male.mean|old/maic"].value == pytest.approx(0.5, abs=1e-8)
    assert results["maic.trial.age.mean|old/maic"].value == pytest.approx((62 + 71 + 66 + 68 + 74 + 79 + 63) / 7)
    assert results["gate.effective|old/maic"].method.endswith("passed")


def test_the_benchmark_by_hand(small: Path) -> None:
    # 5 of 7 treated respond (CR, CRp, CRi; PR and NR do not) against 20 of 40
    results = run(with_published(small))
    rate = results["orr.rate|old/benchmark"]
    assert rate.events == results["orr"].events
    assert results["orr.difference|old/benchmark"].value == pytest.approx(results["orr"].value - 0.5)  # type: ignore[operator]
    # O / E on paper: each patient adds the Nelson-Aalen hazard of the published curve at his time
    theirs = results.curves["os|old/published"]
    hazard = [
        sum(d / n for t, d, n in zip(theirs.time, theirs.events, theirs.at_risk, strict=True) if t <= until + 1e-9)
        for until in _ends(results)
    ]
    observed = results["os.smr|old/benchmark"].events
    assert observed is not None
    assert results["os.smr|old/benchmark"].value == pytest.approx(observed / sum(hazard), rel=1e-9)


def _ends(results: Results) -> list[float]:
    ours, end = results.curves["os|old/trial"], max(results.curves["os|old/published"].time)
    times = []
    for t, d, c in zip(ours.time, ours.events, ours.censored, strict=True):
        assert t <= end or not d, "no event of this trial lies beyond the published curve"
        times += [min(t, end)] * int(d + c)
    return times


def test_a_failed_gate_is_said_at_every_number_that_depends_on_it(small: Path) -> None:
    results = run(with_published(small, BLOCK.replace("min_effective: 3", "min_effective: 6.9")))
    assert results["gate.effective|old/maic"].method.endswith("failed")
    depends = [e for e in results if e.id.endswith("|old/maic") and e.variable in ("os", "orr")]
    assert len(depends) > 5
    assert all(any("GATE FAILED" in n for n in e.notes) for e in depends)
    assert not any("GATE FAILED" in n for n in results["os.hazard_ratio|old/unweighted"].notes)
    assert "os|old/weighted" not in results.curves


def test_targets_beyond_the_trial_have_no_weights_and_say_so(small: Path) -> None:
    results = run(with_published(small, BLOCK.replace("mean: 68, sd: 5", "mean: 95")))
    for key in ("os.hazard_ratio|old/maic", "orr.odds_ratio|old/maic", "maic.effective_n|old/maic"):
        found = results[key]
        assert found.value is None
        assert '"Age"' in (found.error or "")
        assert "62 to 79" in (found.error or "")
    assert results["os.hazard_ratio|old/unweighted"].value is not None
    assert not any(e.value is not None and math.isnan(e.value) for e in results)


def test_an_anchored_comparison_is_bucher(small: Path) -> None:
    block = """\
published:
  old:
    label: Old drug
    source: Author A
    n: 40
    population: treated
    anchor: {comparison: main, endpoint: os, hazard_ratio: 0.75, limits: [0.57, 0.99], level: 0.975}
"""
    results = run(with_published(small, block))
    ours, found = results["os.hazard_ratio|main"], results["os.hazard_ratio|old/anchored"]
    if ours.value is None:
        assert found.error
        assert "os.hazard_ratio|main" in found.error
    else:
        error = (math.log(0.99) - math.log(0.57)) / (2 * 2.2414027276)
        assert found.value == pytest.approx(ours.value / 0.75)
        assert found.std_error == pytest.approx(math.hypot(ours.std_error or 0, error))


BAD = [
    ("no file", "published/old-os.csv", "published/other.csv", "X601", "other.csv"),
    ("outside", "published/old-os.csv", "../old-os.csv", "X607", "curves.os"),
    ("no covariate", "age: {mean", "agge: {mean", "P110", "published.old.covariates.agge"),
    ("number as shares", "age: {mean: 68, sd: 5}", "age: {shares: {old: 0.5}}", "P111", "published.old.covariates.age"),
    ("unknown level", "female: 0.5, male: 0.5", "femal: 0.5, male: 0.5", "P110", "published.old.covariates.sex"),
    ("shares", "female: 0.5, male: 0.5", "female: 0.4, male: 0.5", "P111", "covariates.sex.shares"),
    ("percent", "female: 0.5, male: 0.5", "female: 50, male: 50", "P114", "published.old.covariates.sex"),
    (
        "no population",
        "population: treated\n    cov",
        "population: treatd\n    cov",
        "P110",
        "published.old.population",
    ),
    ("later population", "population: treated\n    cov", "population: evaluable\n    cov", "P115", "published.old"),
    ("no gate", "    gates: {min_effective: 3}\n", "", "P114", "published.old"),
    ("no endpoint", "rates: {orr:", "rates: {or:", "P110", "published.old.rates.or"),
    ("wrong endpoint", "rates: {orr:", "rates: {os:", "P111", "published.old.rates.os"),
    ("more events", "{events: 20, n: 40}", "{events: 41, n: 40}", "P114", "published.old.rates.orr"),
    ("rising risk", "patients: [40, 28, 20]", "patients: [40, 28, 30]", "P114", "at_risk"),
    ("more at risk", "patients: [40, 28, 20]", "patients: [40, 28]", "P114", "at_risk"),
    ("scale", "scale: percent", "scale: proportion", "X606", "old-os.csv"),
    ("no source", "    source: Author A, Journal 2000\n", "", "P109", "published.old.source"),
    ("name taken", "  old:\n    label: Old", "  main:\n    label: Old", "P111", "published.main"),
]


@pytest.mark.parametrize(("old", "new", "code", "where"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_mistakes_are_findings(small: Path, old: str, new: str, code: str, where: str) -> None:
    assert old in BLOCK
    found = check(with_published(small, BLOCK.replace(old, new))).findings
    assert any(f.code == code and where in f.where for f in found), found


@pytest.mark.parametrize(
    ("clicks", "code"),
    [
        ("0,20\n5,60\n9,100\n", "X607"),
        ("0,100\n5,nan\n", "X606"),
        ("", "X606"),
        ("0,100,3\n", "X606"),
    ],
)
def test_curves_that_are_none(small: Path, clicks: str, code: str) -> None:
    found = check(with_published(small, clicks=clicks)).findings
    assert [f.code for f in found if f.code.startswith("X")] == [code]
    assert all("old-os.csv" in f.where for f in found if f.code == code)


def test_the_curve_belongs_to_the_digests(small: Path) -> None:
    assert "published/old-os.csv" in dict(oa.load(with_published(small)).digests)


@pytest.mark.parametrize("subjects", [("S01",), ("S08",), ("S03", "S04")])
def test_one_patient_or_none_give_reasons(small: Path, subjects: tuple[str, ...]) -> None:
    with_published(small)
    for path in (small / "data").glob("*.csv"):
        header, *lines = path.read_text().splitlines()
        path.write_text("\n".join([header, *(row for row in lines if row.startswith(subjects))]) + "\n")
    results = run(small)
    weighted = results["os.hazard_ratio|old/maic"]
    assert weighted.value is None
    assert weighted.error
    assert not any(v is not None and math.isnan(v) for e in results for v in (e.value, e.low, e.high, e.std_error))


def test_a_patient_without_a_covariate_is_left_out_of_the_weights_only(small: Path) -> None:
    path = with_published(small) / "data" / "subjects.csv"
    path.write_text(path.read_text().replace(",62,female", ",,female", 1))
    results = run(small)
    assert results["os.hazard_ratio|old/maic"].n == 46
    assert results["os.hazard_ratio|old/unweighted"].n == 47
    assert any("1 left out" in n for n in results["os.hazard_ratio|old/maic"].notes)


def test_a_rate_with_limits_and_one_without(small: Path) -> None:
    results = run(with_published(small, BLOCK.replace("{events: 20, n: 40}", "{rate: 0.5, limits: [0.34, 0.66]}")))
    assert results["orr.benchmark_p|old/benchmark"].value is None
    assert results["orr.difference|old/benchmark"].low is not None
    assert "orr.odds_ratio|old/maic" not in results


def test_a_fixed_rate_is_an_exact_binomial_test(small: Path) -> None:
    results = run(with_published(small, BLOCK.replace("{events: 20, n: 40}", "{rate: 0.5}")))
    # 5 of 7 at one half: 2 (21 + 7 + 1) / 128
    assert results["orr.benchmark_p|old/benchmark"].value == pytest.approx(58 / 128)
    assert any("taken as known" in n for n in results["orr.difference|old/benchmark"].notes)
