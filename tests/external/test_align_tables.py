"""Comparability and target trial: the protocol's words, the data beside them, and what is not stated."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from onearm.cohort.baseline import Baseline
from onearm.external.blind import blind
from onearm.external.comparability import comparability
from onearm.external.index_date import COLUMNS, Timing
from onearm.external.target_trial import target_trial
from onearm.protocol.comparability import COMPONENTS, HEADINGS
from onearm.protocol.document import Protocol
from onearm.protocol.method import Method
from onearm.results import Header, Results
from onearm.study.methods import lost_words
from onearm.study.statements import reached, statements
from onearm.tables.comparability import comparability as comparability_tables
from onearm.tables.target_trial import target_trial as target_trial_tables

BODY: dict[str, Any] = {
    "onearm": 1,
    "trial": {"id": "t", "title": "T", "arm": "Drug"},
    "covariates": {
        "age": {"label": "Age", "range": [0, 120]},
        "sex": {"label": "Sex", "levels": ["female", "male"]},
        "line": {"label": "Line", "range": [1, 9]},
    },
    "facts": {"os": {"kind": "time-to", "label": "Overall survival", "events": ["death"]}},
    "endpoints": {"os": {"estimator": "survival", "label": "Overall survival", "fact": "os"}},
    "external": {"x": {"label": "Old drug", "folder": "x"}},
}


def protocol(**more: Any) -> Protocol:
    comparison: dict[str, Any] = {
        "with": "x",
        "population": "enrolled",
        "estimand": "ATT",
        "covariates": ["age", "sex"],
    }
    comparison |= {"endpoints": ["os"], "eligibility": [{"column": "age", "at_least": 18}], **more}
    return Protocol.model_validate(BODY | {"comparisons": {"c": comparison}})


def side(name: str, ages: list[float | None], years: list[int]) -> tuple[Baseline, Timing]:
    n = len(ages)
    covariates = {k: v for k, v in protocol().covariates.items() if k != "line"}
    frame = pl.DataFrame(
        {
            "subject": [f"{name}{i}" for i in range(n)],
            "at": ["x:1"] * n,
            "age": ages,
            "sex": ["male", "female"] * (n // 2),
        },
        schema_overrides={"age": pl.Float64},
    )
    times = pl.DataFrame(
        [dict.fromkeys(COLUMNS) | {"subject": f"{name}{i}", "day_one": dt.date(y, 3, 1)} for i, y in enumerate(years)],
        schema=COLUMNS,
    )
    return Baseline(name, covariates, frame), Timing(times.with_columns(person=pl.col("subject")))


OURS = side("t", [40.0, 50.0, 60.0, 50.0], [2012, 2014, 2013, 2016])
THEIRS = side("e", [60.0, None, 80.0, 70.0], [2001, 2013, 2014, 2002])


def rows(**more: Any) -> dict[str, Any]:
    settings = protocol(**more).comparisons["c"]
    found = comparability("c", settings, OURS[0], THEIRS[0], OURS[1], THEIRS[1])
    assert [r["heading"] for r in found] == list(HEADINGS.values())
    return {r["id"].partition(".")[2].partition("|")[0]: r for r in found}


def test_what_the_protocol_does_not_say_is_not_stated() -> None:
    found = rows()
    for key in ("geographic_region", "diagnosis", "treatments", "other_treatment", "intercurrent_events", "outcome"):
        assert {found[key][k] for k in ("trial", "external", "judgement", "done")} == {"not stated"}
    assert all(r["judgement"] == "not stated" for r in found.values())


def test_what_the_data_say() -> None:
    found = rows()
    assert found["time_periods"]["trial"] == "Day one from 2012-03-01 to 2016-03-01"
    assert "2 of 4 external patients" in found["time_periods"]["done"]
    assert found["missing_data"]["trial"] == "No covariate is missing"
    assert found["missing_data"]["external"] == "Missing: Age 1/4 (25.0%)"
    # by hand: mean 70 against 50, standard deviation of the trial sqrt(200/3) = 8.165, so 2.449
    assert "2.45: Age" in found["prognosis"]["external"]
    assert "1 of the covariates above 0.25" in found["prognosis"]["external"]


def test_the_words_of_the_protocol_come_first_and_judgements_are_its_own() -> None:
    said = {"time_periods": {"trial": "One decade later.", "judgement": "different", "done": "A period."}}
    found = rows(
        comparability=said | {"diagnosis": {"trial": "ALL"}},
        alignment={
            "period": {"from": "2001-06-01"},
            "truncate": {"months": 24, "because": "visits end then"},
            "endpoints": {"os": {"trial": "death", "external": "registry", "same": "unknown", "done": "nothing"}},
        },
    )
    assert found["time_periods"]["trial"].startswith("One decade later. Day one from")
    assert found["time_periods"]["judgement"] == "different"
    assert "only external patients with day one from 2001-06-01" in found["time_periods"]["done"]
    assert found["diagnosis"]["trial"] == "ALL"
    assert (found["diagnosis"]["external"], found["diagnosis"]["judgement"]) == ("not stated", "unknown")
    assert found["follow_up"]["done"] == "Follow-up of both sides ends after 24 months (visits end then)"
    assert (found["outcome"]["external"], found["outcome"]["done"]) == ("os: registry", "os: nothing")


def test_without_timing_or_spread_there_are_still_rows() -> None:
    settings = protocol().comparisons["c"]
    flat = side("e", [50.0, 50.0], [2012, 2012])[0]
    empty = flat.only([])
    for other in (flat, empty):
        found = comparability("c", settings, flat, other)
        assert len(found) == len(HEADINGS)
        assert found[0]["trial"] == "not stated"
    apart = side("t", [40.0, 40.0], [2012, 2012])[0]
    assert "without limit (no spread): Age" in comparability("c", settings, apart, flat)[3]["external"]


def test_the_target_trial_from_the_settings() -> None:
    p = protocol(
        alignment={"index": {"rule": "first"}, "truncate": {"months": 24}, "line": {"column": "line", "at_most": 1}},
        target_trial={"assignment": {"target": "One to one, stratified"}},
    )
    found = {r["component"]: r for r in target_trial("c", p.comparisons["c"], p)}
    assert list(found) == list(COMPONENTS.values())
    assert found["Eligibility criteria"]["target"] == "Population of the trial: enrolled; age at least 18"
    assert found["Eligibility criteria"]["emulation"].endswith("line at most 1")
    assert found["Assignment to strategies"]["target"] == "One to one, stratified"
    assert "exchangeable given Age, Sex" in found["Assignment to strategies"]["emulation"]
    assert "the first eligible line counts" in found["Time zero"]["emulation"]
    assert found["Follow-up"]["emulation"].endswith("at most 24 months")
    assert "(ATT)" in found["Estimand (causal contrast)"]["emulation"]
    assert "complete cases" in found["Analysis"]["emulation"]


def test_the_target_trial_says_whom_the_design_lost() -> None:
    p = protocol(target_trial={"estimand": {"target": "All", "emulation": "Everybody in the trial"}})
    told = target_trial("c", p.comparisons["c"], p, "ATT of those kept: 2 eligible trial patients are lost")
    said = next(r["emulation"] for r in told if r["component"] == "Estimand (causal contrast)")
    assert said == "Everybody in the trial; reached: ATT of those kept: 2 eligible trial patients are lost"
    p = protocol()
    told = target_trial("c", p.comparisons["c"], p, "ATT of those kept")
    said = next(r["emulation"] for r in told if r["component"] == "Estimand (causal contrast)")
    assert said == "Aimed at the effect in patients like those of the trial (ATT); reached: ATT of those kept"


def test_the_statement_counts_the_lost_of_the_made_design() -> None:
    p = protocol()
    made = blind("c", p.comparisons["c"], OURS[0], THEIRS[0], timings=(OURS[1], THEIRS[1]))
    settings = made.primary.settings
    assert settings is not None
    kept = replace(made.primary, settings=settings, refused="", unmatched=("a", "b"), estimand="ATT of those kept")
    lost = replace(made, designs={**made.designs, "primary": kept})
    gone = len(made.trial.incomplete)
    said = f"ATT of those kept: {gone + 2} eligible trial patients are lost, {gone} for a missing covariate, 2 without"
    assert reached(lost).startswith(said)
    whole = replace(kept, unmatched=(), estimand="ATT")
    assert not gone
    assert reached(replace(lost, designs={**made.designs, "primary": whole})) == ""
    none = replace(kept, refused="the groups do not overlap")
    assert reached(replace(lost, designs={**made.designs, "primary": none})) == "no design: the groups do not overlap"


@pytest.mark.parametrize(
    ("settings", "refused", "words"),
    [
        ({"method": "nearest"}, "", "without a partner within the caliper"),
        ({"method": "optimal", "caliper": "none"}, "", "without a partner"),
        ({"method": "exact"}, "", "in no class with an external patient"),
        ({"method": "full"}, "", "in no class with an external patient"),
        ({"method": "full"}, "no class holds both", "without a design"),
        ({"method": "weights"}, "", "left out for their score"),
        ({"method": "doubly-robust"}, "", "left out for their score"),
        ({"method": "g-computation"}, "", "left out of the model"),
        ({"method": "g-computation"}, "too few", "without a design"),
        ({"method": "entropy"}, "", "without a weight"),
    ],
)
def test_why_patients_are_lost_fits_the_method(settings: dict[str, Any], refused: str, words: str) -> None:
    p = protocol()
    made = blind("c", p.comparisons["c"], OURS[0], THEIRS[0], timings=(OURS[1], THEIRS[1]))
    design = replace(made.primary, settings=Method(estimand="ATT", **settings), refused=refused)
    assert lost_words(design) == words


@pytest.mark.parametrize("with_rows", [True, False])
def test_the_tables_show_each_row_once(with_rows: bool) -> None:
    p = protocol()
    made = blind("c", p.comparisons["c"], OURS[0], THEIRS[0], timings=(OURS[1], THEIRS[1]))
    said = statements(made, p) if with_rows else ()
    results = Results(Header(trial="t", title="T", arm="A", notice="invented"), statements=said)
    assert Results.from_json(results.to_json()) == results
    first, second = comparability_tables(results), target_trial_tables(results)
    if not with_rows:
        assert first == second == ()
        return
    assert [t.id for t in (*first, *second)] == ["comparability-c", "target-trial-c"]
    assert [r.label for r in first[0].rows] == list(HEADINGS.values())
    assert [r.label for r in second[0].rows] == list(COMPONENTS.values())
    assert first[0].rows[0].cells[0].parts == (("Day one from 2012-03-01 to 2016-03-01", "comparability|c"),)
    assert all(len(r.cells) == len(t.columns) - 1 for t in (*first, *second) for r in t.rows)
    assert first[0].notice == "invented"
