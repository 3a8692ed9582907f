"""External baselines beside the trial's: weights, gaps, names of endpoints, and no outcome within reach."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import onearm as oa
from onearm.results import Results
from onearm.stats.describe import summary
from onearm.tables import build

ENDPOINTS = """endpoints:
  years: {estimator: summary, label: Age at start, covariate: age, population: treated}
  woman: {estimator: distribution, covariate: sex, population: treated}
"""


def ran(folder: Path, method: str = "") -> Results:
    path = folder / "protocol.yaml"
    text = path.read_text().replace("endpoints:\n", ENDPOINTS, 1)
    path.write_text(text.replace("    covariates: [age, sex]\n", f"    covariates: [age, sex]\n{method}"))
    return oa.run(oa.load(folder))


def test_numbers_stand_under_the_names_of_the_trials_own(small: Path) -> None:
    results = ran(small)
    e = results["years.median|main/external_before"]
    assert e.variable == "age"
    assert e.label == "Age at start, years: median"
    assert results["woman.female|main/external_before"].variable == "sex"
    members = results["n.complete|main/external"].subjects
    assert e.n == len(members)
    table = build(results)["baseline"]
    heads = [r.label for r in table.rows if r.head]
    assert heads == ["Age at start, years", "Sex"]
    at = next(r for r in table.rows if r.label == "Mean (SD)")
    assert "smd.age|main/before" in at.cells[3].ids


def test_weights_are_said_and_counted(small: Path) -> None:
    results = ran(small, "    method: weights\n")
    after = "main/external_after"
    choice = results.choices[0]
    e = results[f"years.mean|{after}"]
    assert e.method == "weighted mean"
    assert e.value == pytest.approx(results[f"mean.age|{after}"].value, rel=1e-12)
    share = results[f"woman.female|{after}"]
    assert share.events is None
    assert share.value == pytest.approx(results[f"mean.sex=female|{after}"].value, rel=1e-12)
    heads = [c.text for c in build(results)["baseline"].columns]
    assert f"External, weighted (N = {choice.external}, effective {choice.effective_external:.1f})" in heads
    assert any(note.startswith("Weighted: ") for note in build(results)["baseline"].footnotes)


def test_a_comparison_that_is_refused_has_only_the_side_before(small: Path) -> None:
    path = small / "protocol.yaml"
    path.write_text(
        path.read_text().replace(
            "    covariates: [age, sex]\n",
            "    eligibility: [{column: age, above: 73}]\n    covariates: [age, sex]\n",
        )
    )
    results = oa.run(oa.load(small))
    sides = {e.group for e in results if e.context == "baseline" and e.group}
    assert sides == {"main/external_before"}


def test_weighted_summary_by_hand() -> None:
    # weights 1 2 3 4 of 10, 20, 30, 40: half of 10 is reached at 30, a quarter at 20, three quarters at 40
    s = summary([30, 10, 40, 20], weight=[3, 1, 4, 2])
    assert (s.q1, s.median, s.q3, s.mean) == (20, 30, 40, 30)
    assert s.sd == pytest.approx(np.sqrt((400 + 2 * 100 + 0 + 4 * 100) / (10 - 30 / 10)))
    assert summary([5, 6], weight=[1, 0]).n == 1
    assert summary([None, 6], weight=[1, 1]).missing == 1


def test_equal_weights_are_the_inverse_of_the_distribution_function() -> None:
    x = np.array([7.0, 1, 3, 9, 2])
    s, plain = summary(x, weight=np.full(5, 0.2)), summary(x)
    assert (s.median, s.mean) == (plain.median, pytest.approx(plain.mean))
    assert s.sd == pytest.approx(plain.sd)
    # halves of an even number: the lower one
    assert summary([1, 2, 3, 4], weight=[1, 1, 1, 1]).median == 2


@pytest.mark.parametrize("missing", ["{imputations: 3, iterations: 2}", "indicator"])
def test_what_was_filled_in_shows_as_missing(small: Path, missing: str) -> None:
    path = small / "external" / "other" / "subjects.csv"
    lines = path.read_text().splitlines()
    for k in (2, 5, 8, 11):  # E02, E05, E08, E11 lose their sex
        cells = lines[k].split(",")
        lines[k] = ",".join([*cells[:3], "", *cells[4:]])
    path.write_text("\n".join(lines) + "\n")
    results = ran(small, f"    missing: {missing}\n    method: weights\n")
    before = "main/external_before"
    gone = results[f"woman.missing|{before}"]
    assert gone.subjects == ("other:E02", "other:E05", "other:E08", "other:E11")
    known = [results[f"woman.{level}|{before}"] for level in ("female", "male")]
    assert {e.n for e in known} == {gone.n - 4}
    assert sum(e.events or 0 for e in known) == gone.n - 4
    table = build(results)["baseline"]
    assert any(r.label == "Missing" and r.cells[1].text == "4" for r in table.rows)
    sides = {e.group for e in results if e.context == "baseline" and e.group}
    assert ("main/external_after" in sides) == (not results.choices[0].refused)
    if missing != "indicator":
        assert "mean over 3 imputed data sets" in results["years.mean|main/external_after"].notes
