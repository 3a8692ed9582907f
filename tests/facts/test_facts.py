"""Facts of the small trial, solved by hand from its rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import TypeAdapter

import onearm as oa
from onearm.cohort.tables import Cohort
from onearm.design.of_rule import _MAKERS
from onearm.facts import FACTS, FactColumn
from onearm.facts.course import Course
from onearm.facts.survival import serial
from onearm.protocol import Protocol
from onearm.protocol.fact import Fact
from onearm.protocol.monitoring import TimeRule
from onearm.study import Trial
from onearm.units import duration_days

CLAUSE: TypeAdapter[Any] = TypeAdapter(Fact)


@pytest.fixture
def trial(small: Path) -> Trial:
    return oa.load(small)


def fact(trial: Trial, cohort: Cohort | None = None, **clause: Any) -> FactColumn:
    parsed = CLAUSE.validate_python(clause)
    return FACTS[parsed.kind]("x", parsed, Course.of(cohort or trial.cohort, trial.protocol))


def values(column: FactColumn) -> dict[str, Any]:
    return dict(zip(column.frame["subject"], column.frame["value"], strict=True))


def times(column: FactColumn) -> dict[str, Any]:
    rows = column.frame.select("subject", "days", "event", "cause").rows()
    return {subject: None if days is None else (days, event, cause) for subject, days, event, cause in rows}


def days(start: str, end: str) -> int:
    return (dt.date.fromisoformat(end) - dt.date.fromisoformat(start)).days + 1


def proof(column: FactColumn, subject: str) -> tuple[str, list[str]]:
    row = column.frame.filter(pl.col("subject") == subject)
    return row["says"][0], row["at"][0].to_list()


def test_best_response(trial: Trial) -> None:
    column = fact(trial, kind="best-response")
    assert values(column) == {
        "S01": "CR", "S02": "CRp", "S03": "NR", "S04": "CR", "S05": "CRi", "S06": "PR", "S07": "CR", "S08": "NE",
    }  # fmt: skip
    assert proof(column, "S01") == ("CR on day 28", ["data/responses.csv:2"])
    assert proof(column, "S08") == ("no evaluable assessment", ["data/subjects.csv:9"])


def test_response_and_complete_response(trial: Trial) -> None:
    assert [s for s, v in values(fact(trial, kind="response")).items() if v] == ["S01", "S02", "S04", "S05", "S07"]
    complete = values(fact(trial, kind="response", any_of=["CR"]))
    assert [s for s, v in complete.items() if v] == ["S01", "S04", "S07"]


def with_response(cohort: Cohort, **row: Any) -> Cohort:
    whole = dict.fromkeys(cohort.responses.columns) | {"at": "data/responses.csv:99"} | row
    extra = pl.DataFrame([whole], schema=cohort.responses.schema)
    return replace(cohort, responses=pl.concat([cohort.responses, extra]))


def test_an_assessment_on_or_after_relapse_does_not_count(trial: Trial) -> None:
    relapse = trial.cohort.followup.filter(pl.col("subject") == "S02")["relapse_day"][0]
    before = with_response(trial.cohort, subject="S02", day=relapse - 1, response="CR")
    on_the_day = with_response(trial.cohort, subject="S02", day=relapse, response="CR")
    assert values(fact(trial, before, kind="best-response"))["S02"] == "CR"
    assert values(fact(trial, on_the_day, kind="best-response"))["S02"] == "CRp"
    assert values(fact(trial, on_the_day, kind="best-response", until="death"))["S02"] == "CR"


def test_the_overlap_of_crp_and_cri_counts_as_the_earlier_in_the_order(trial: Trial) -> None:
    both = with_response(trial.cohort, subject="S05", day=40, response="CRp")
    assert values(fact(trial, both, kind="best-response"))["S05"] == "CRp"


def test_mrd(trial: Trial) -> None:
    column = fact(trial, kind="mrd", limit=1e-4)
    assert [s for s, v in values(column).items() if v] == ["S01", "S04"]
    assert None not in values(column).values()
    excluded = values(fact(trial, kind="mrd", limit=1e-4, untested="excluded"))
    assert excluded["S05"] is None
    assert excluded["S07"] is False


def test_mrd_limit_of_the_test_must_be_fine_enough(trial: Trial) -> None:
    finer = values(fact(trial, kind="mrd", limit=1e-5))
    assert finer["S04"] is False  # called negative by a test that sees 1e-4 at best
    assert finer["S01"] is False  # nor does its value of 0 say more than the test can see
    assert "S01" in [s for s, v in values(fact(trial, kind="mrd", limit=1e-4)).items() if v]


def test_first_or_best_mrd(trial: Trial) -> None:
    later = with_response(trial.cohort, subject="S07", day=60, response="CR", mrd="negative", mrd_limit=1e-4)
    assert values(fact(trial, later, kind="mrd", limit=1e-4))["S07"] is True
    assert values(fact(trial, later, kind="mrd", limit=1e-4, count="first"))["S07"] is False


def test_procedure_whatever_its_case(trial: Trial) -> None:
    column = fact(trial, kind="procedure", procedure="ASCT")
    assert [s for s, v in values(column).items() if v] == ["S01", "S07"]
    assert proof(column, "S07") == ("asct on day 84", ["data/procedures.csv:3"])
    assert column.frame["day"].to_list()[0] == days("2014-01-04", "2014-06-20")


def test_adverse_event_by_term_and_grade(trial: Trial) -> None:
    vod = {"kind": "adverse-event", "terms": ["veno-occlusive disease"]}
    assert [s for s, v in values(fact(trial, **vod)).items() if v] == ["S02"]
    assert not any(values(fact(trial, **vod, min_grade=5)).values())
    two = fact(trial, kind="adverse-event", terms=["nausea", "sepsis"], min_grade=2)
    assert [s for s, v in values(two).items() if v] == ["S03"]


def test_an_adverse_event_before_day_one_does_not_count(trial: Trial) -> None:
    early = trial.cohort.adverse_events.with_columns(
        start_day=pl.when(pl.col("subject") == "S02").then(-1).otherwise("start_day").cast(pl.Int32)
    )
    cohort = replace(trial.cohort, adverse_events=early)
    assert not any(values(fact(trial, cohort, kind="adverse-event", terms=["Veno-occlusive disease"])).values())


def test_alive_and_in_remission(trial: Trial) -> None:
    alive = [s for s, v in values(fact(trial, kind="alive")).items() if v]
    assert alive == ["S01", "S04", "S05", "S07"]
    remission = fact(trial, kind="in-remission")
    assert [s for s, v in values(remission).items() if v] == ["S01", "S04", "S07"]
    assert proof(remission, "S05")[0].startswith("relapse on day ")
    assert proof(remission, "S03")[0] == "never in remission"


def test_overall_survival(trial: Trial) -> None:
    os = times(fact(trial, kind="time-to", events=["death"]))
    assert os["S01"] == (days("2014-01-04", "2017-06-30"), False, "censored")
    assert os["S02"] == (days("2014-01-21", "2015-08-01"), True, "death")
    assert os["S03"] == (days("2014-02-11", "2014-05-04"), True, "death")
    assert os["S08"] is None  # never treated: no time zero


def test_progression_free_survival_with_refractory_disease(trial: Trial) -> None:
    clause = {"kind": "time-to", "events": ["relapse", "no-response", "death"]}
    pfs = times(fact(trial, **clause))
    assert pfs["S02"] == (days("2014-01-21", "2015-01-10"), True, "relapse")
    assert pfs["S03"] == (days("2014-02-11", "2014-03-12"), True, "no response")
    assert pfs["S06"] == (days("2014-05-08", "2014-06-05"), True, "no response")
    assert pfs["S05"] == (days("2014-04-02", "2014-12-01"), True, "relapse")
    assert pfs["S07"][1:] == (False, "censored")
    at_zero = times(fact(trial, **clause, no_response_at="time-zero"))
    assert at_zero["S03"] == (1, True, "no response")


def test_the_assessment_that_dates_no_response(trial: Trial) -> None:
    clause = {"kind": "time-to", "events": ["no-response", "death"]}
    cohort = with_response(trial.cohort, subject="S03", day=60, response="NR")
    assert times(fact(trial, cohort, **clause))["S03"] == (60, True, "no response")
    first = times(fact(trial, cohort, **clause, no_response_at="first-assessment"))["S03"]
    assert first == (days("2014-02-11", "2014-03-12"), True, "no response")
    places = proof(fact(trial, cohort, **clause), "S03")[1]
    assert places == ["data/subjects.csv:4", "data/followup.csv:4", "data/responses.csv:99"]


def test_a_patient_never_evaluable_has_no_event_or_one_as_the_protocol_says(trial: Trial) -> None:
    clause = {"kind": "time-to", "events": ["relapse", "no-response", "death"]}
    cohort = replace(trial.cohort, responses=trial.cohort.responses.filter(pl.col("subject") != "S04"))
    assert times(fact(trial, cohort, **clause))["S04"] == (days("2014-03-05", "2017-05-02"), False, "censored")
    assert times(fact(trial, cohort, **clause, never_evaluable="no-response"))["S04"] == (1, True, "no response")
    seen = with_response(cohort, subject="S04", day=40, response="NE")
    column = fact(trial, seen, **clause, never_evaluable="no-response")
    assert times(column)["S04"] == (40, True, "no response")
    assert "data/responses.csv:99" in proof(column, "S04")[1]
    assert times(column)["S03"] == (days("2014-02-11", "2014-03-12"), True, "no response")
    zero = fact(trial, seen, **clause, never_evaluable="no-response", no_response_at="time-zero")
    assert times(zero)["S04"] == (1, True, "no response")


def test_without_no_response_the_death_counts(trial: Trial) -> None:
    pfs = times(fact(trial, kind="time-to", events=["relapse", "death"]))
    assert pfs["S03"] == (days("2014-02-11", "2014-05-04"), True, "death")


def test_censoring_at_transplant(trial: Trial) -> None:
    clause = {"kind": "time-to", "events": ["relapse", "death"], "censor_at": ["ASCT"]}
    column = fact(trial, **clause)
    assert times(column)["S01"] == (days("2014-01-04", "2014-06-20"), False, "censored")
    assert proof(column, "S01")[0].startswith("censored at ASCT")
    assert times(column)["S02"][1:] == (True, "relapse")


def test_an_event_on_the_day_of_censoring_counts(trial: Trial) -> None:
    death = trial.cohort.followup.filter(pl.col("subject") == "S02")["death_day"][0]
    row = {"subject": "S02", "at": "data/procedures.csv:9", "day": death, "procedure": "ASCT"}
    procedures = pl.concat([trial.cohort.procedures, pl.DataFrame([row], schema=trial.cohort.procedures.schema)])
    cohort = replace(trial.cohort, procedures=procedures)
    os = times(fact(trial, cohort, kind="time-to", events=["death"], censor_at=["ASCT"]))
    assert os["S02"][1:] == (True, "death")


def test_duration_of_response_starts_at_the_first_response(trial: Trial) -> None:
    dor = times(fact(trial, kind="time-to", events=["relapse", "death"], origin="response"))
    assert dor["S03"] is None
    assert dor["S06"] is None
    assert dor["S02"] == (days("2014-02-18", "2015-01-10"), True, "relapse")
    assert dor["S01"] == (days("2014-01-31", "2017-06-30"), False, "censored")


def test_time_from_enrolment_spans_the_missing_day_zero(trial: Trial) -> None:
    os = times(fact(trial, kind="time-to", events=["death"], origin="enrolled"))
    assert os["S02"] == (days("2014-01-20", "2015-08-01"), True, "death")


@pytest.mark.parametrize(("start", "end"), [(1, 1), (-3, 1), (-3, -1), (1, 400), (28, 30)])
def test_durations_of_columns_are_those_of_single_days(start: int, end: int) -> None:
    frame = pl.DataFrame({"a": [start], "b": [end]})
    counted = frame.select(serial("b") - serial("a") + 1).item()
    assert counted == duration_days(start, end)


def test_observation_that_ended_before_the_origin_does_not_apply(trial: Trial) -> None:
    for day in (5, 27):  # before the first response, on day 28
        row = {"subject": "S01", "at": "data/procedures.csv:9", "day": day, "procedure": "ASCT"}
        procedures = pl.DataFrame([row], schema=trial.cohort.procedures.schema)
        cohort = replace(trial.cohort, procedures=procedures)
        dor = times(fact(trial, cohort, kind="time-to", events=["death"], origin="response", censor_at=["ASCT"]))
        assert dor["S01"] is None


def test_the_worst_of_two_first_tests_counts(trial: Trial) -> None:
    rows = trial.cohort.responses.filter(pl.col("subject") != "S04")
    cohort = replace(trial.cohort, responses=rows)
    for call in ("negative", "positive"):
        cohort = with_response(cohort, subject="S04", day=30, response="CR", mrd=call, mrd_limit=1e-4)
    assert values(fact(trial, cohort, kind="mrd", limit=1e-4, count="first"))["S04"] is False
    assert values(fact(trial, cohort, kind="mrd", limit=1e-4))["S04"] is True


def test_words_are_found_whatever_their_case_in_any_language(trial: Trial) -> None:
    events = trial.cohort.adverse_events.with_columns(term=pl.lit("Große Blutung"))
    cohort = replace(trial.cohort, adverse_events=events)
    found = values(fact(trial, cohort, kind="adverse-event", terms=["Große Blutung"]))
    assert sum(found.values()) == events["subject"].n_unique()


def test_a_procedure_of_a_patient_never_treated_is_still_a_procedure(trial: Trial) -> None:
    row = {"subject": "S08", "at": "data/procedures.csv:9", "day": None, "procedure": "ASCT"}
    procedures = pl.concat([trial.cohort.procedures, pl.DataFrame([row], schema=trial.cohort.procedures.schema)])
    column = fact(trial, replace(trial.cohort, procedures=procedures), kind="procedure", procedure="ASCT")
    assert values(column)["S08"] is True
    assert proof(column, "S08") == ("ASCT on a day without time zero", ["data/procedures.csv:9"])


def test_the_first_assessment_dates_and_proves_the_event_of_one_never_evaluable(trial: Trial) -> None:
    cohort = replace(trial.cohort, responses=trial.cohort.responses.filter(pl.col("subject") != "S04"))
    cohort = with_response(cohort, subject="S04", day=30, response="NE")
    rows = cohort.responses.with_columns(
        at=pl.when(pl.col("subject") == "S04").then(pl.lit("data/responses.csv:50")).otherwise("at")
    )
    cohort = with_response(replace(cohort, responses=rows), subject="S04", day=60, response="NE")
    clause = {"kind": "time-to", "events": ["no-response"], "never_evaluable": "no-response"}
    first = fact(trial, cohort, **clause, no_response_at="first-assessment")
    assert times(first)["S04"] == (30, True, "no response")
    assert "data/responses.csv:50" in proof(first, "S04")[1]


def test_every_kind_of_clause_has_code() -> None:
    schema = Protocol.model_json_schema()
    facts = schema["$defs"].values()
    kinds = {d["properties"]["kind"]["const"] for d in facts if "const" in d.get("properties", {}).get("kind", {})}
    rules = {k.model_fields["kind"].annotation.__args__[0] for k in (*_MAKERS, TimeRule)}
    assert rules == {"posterior", "predictive", "bop2", "safety", "counts", "time-to-event"}
    assert kinds == set(FACTS) | rules
