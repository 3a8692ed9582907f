"""Alignment: line, calendar period, index date, day one, step by step and blind."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from onearm.cohort.baseline import Baseline
from onearm.external.align import align, needed
from onearm.external.immortal import KINDS, apart, check_day_one, unjudged
from onearm.external.index_date import COLUMNS, Timing
from onearm.external.period import calendar, inside, span
from onearm.protocol.alignment import Alignment, DayOne, Line, Period
from onearm.protocol.comparison import Comparison
from onearm.protocol.population import Condition
from onearm.protocol.trial import Covariate

AGE = Covariate(label="Age", unit="years", range=(0, 120))
SALVAGE = Covariate(label="Line of salvage", range=(1, 6))


def rows(*given: dict[str, Any]) -> tuple[Baseline, Timing]:
    """A side from one dictionary a row: subject, age, salvage, and whatever is known of its days."""
    known = [{"at": f"s.csv:{i}", "age": 50.0, "salvage": 1.0} | g for i, g in enumerate(given, 2)]
    frame = pl.DataFrame(
        [{k: g[k] for k in ("subject", "at", "age", "salvage")} for g in known],
        schema={"subject": pl.String, "at": pl.String, "age": pl.Float64, "salvage": pl.Float64},
    )
    times = pl.DataFrame([{c: g.get(c) for c in COLUMNS} for g in known], schema=COLUMNS)
    times = times.with_columns(pl.coalesce("person", "subject").alias("person"))
    return Baseline("x", {"age": AGE, "salvage": SALVAGE}, frame), Timing(times)


def day(year: int, month: int = 1, number: int = 1) -> dt.date:
    return dt.date(year, month, number)


PATIENTS = (
    {"subject": "a1", "person": "a", "day_one": day(2010), "salvage": 1.0},
    {"subject": "a2", "person": "a", "day_one": day(2011), "salvage": 2.0},
    {"subject": "a3", "person": "a", "day_one": day(2012), "salvage": 3.0},
    {"subject": "b2", "person": "b", "day_one": day(2009), "salvage": 2.0},
    {"subject": "b1", "person": "b", "day_one": day(2008), "salvage": 1.0},
    {"subject": "c1", "person": "c", "day_one": day(2013), "salvage": 1.0, "age": 12.0},
    {"subject": "c2", "person": "c", "day_one": day(2014), "salvage": 2.0, "age": 19.0},
    {"subject": "d1", "day_one": day(2015), "salvage": 1.0, "age": None},
)
ADULT = [Condition(column="age", at_least=18)]


def aligned(body: dict[str, Any], **more: Any) -> Any:
    side, times = rows(*PATIENTS)
    settings = Alignment.model_validate(body)
    return align(side, ADULT, ["age"], alignment=settings, timing=times, **more)


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("first", ("a1", "b1", "c2")),  # c1 is not eligible: the first eligible line is the second
        ("last", ("a3", "b2", "c2")),
        ("all", ("a1", "a2", "a3", "b2", "b1", "c2")),
    ],
)
def test_the_line_that_counts_is_taken_among_the_eligible(rule: str, kept: tuple[str, ...]) -> None:
    found = aligned({"index": {"rule": rule, "because": "as registered"}})
    assert found.baseline.subjects == kept
    assert found.clustered == (rule == "all")
    step = {s.name: s for s in found.steps}["index"]
    assert "as registered" in step.reason
    assert step.because == "as registered"
    assert found.incomplete == ("d1",)  # an unknown age competes with no line and is incomplete at the end


def test_all_lines_name_the_person_of_each() -> None:
    found = aligned({"index": {"rule": "all"}})
    assert found.units == ("a", "a", "a", "b", "b", "c")
    assert "2 persons have several" in {s.name: s for s in found.steps}["index"].reason


def test_every_step_adds_up_and_keeps_its_reason() -> None:
    body = {
        "line": {"column": "salvage", "at_most": 2, "because": "later salvage is another disease."},
        "period": {"from": "2009-06-01", "to": "2014-01-01"},
        "index": {"rule": "first"},
    }
    found = aligned(body)
    assert [s.name for s in found.steps] == ["start", "eligible.1", "line", "period", "index", "complete"]
    left = len(PATIENTS)
    for step in found.steps:
        assert left == len(step.kept) + len(step.removed)
        left = len(step.kept)
    by = {s.name: s for s in found.steps}
    assert by["line"].removed == ("a3",)
    assert by["line"].reason == "not: salvage at most 2 (later salvage is another disease)"
    assert by["period"].removed == ("b2", "b1", "d1")  # both ends of the period belong to it
    assert by["period"].reason == "day one not from 2009-06-01 to 2014-01-01"
    assert found.baseline.subjects == ("a1", "c2")


def test_the_trial_side_has_its_own_dates() -> None:
    found = aligned({"period": {"from": "2050-01-01"}, "index": {"rule": "first"}}, external=False)
    assert [s.name for s in found.steps] == ["start", "eligible.1", "complete"]


def test_other_rules_keep_patients_with_missing_covariates_but_not_of_unknown_eligibility() -> None:
    side, _ = rows({"subject": "a"}, {"subject": "b", "age": None}, {"subject": "c", "salvage": None})
    conditions = [Condition(column="salvage", at_most=1)]
    assert align(side, conditions, ["age"]).baseline.subjects == ("a",)
    kept = align(side, conditions, ["age"], missing="imputation")
    assert kept.baseline.subjects == ("a", "b")
    assert kept.steps[-1].reason == "a value that eligibility asks for is missing"


def test_rules_of_time_need_timing() -> None:
    side, _ = rows({"subject": "a"})
    bodies: list[dict[str, Any]] = [{"period": {"to": "2010-01-01"}}, {"index": {}}, {"day_one": {"rule": "leave-out"}}]
    for body in bodies:
        with pytest.raises(ValueError, match="timing is needed for alignment"):
            align(side, [], ["age"], alignment=Alignment.model_validate(body))


def test_timing_has_no_place_for_an_outcome() -> None:
    _, times = rows({"subject": "a"})
    with pytest.raises(TypeError, match="nothing else"):
        Timing(times.frame.with_columns(pl.lit(1).alias("death_day")))


def test_what_a_comparison_may_look_at_holds_the_line() -> None:
    body = {"with": "x", "population": "t", "estimand": "ATT", "covariates": ["age"], "endpoints": ["os"]}
    chosen_one = Comparison.model_validate(body | {"alignment": {"line": {"column": "salvage", "at_most": 1}}})
    assert needed(chosen_one) == ("age", "salvage")


def test_the_line_may_be_a_category() -> None:
    assert Line.model_validate({"column": "line", "in": ["first"]}).condition.criterion == "line is one of first"
    with pytest.raises(ValueError, match="say which lines"):
        Line.model_validate({"column": "line"})


# --- day one


def test_days_that_do_not_coincide_are_named_and_counted() -> None:
    _, times = rows(
        {"subject": "fine", "eligible_day": 1, "assessed_day": -3, "treatment_start_day": 1, "followed_from_day": -90},
        {"subject": "late", "eligible_day": 15, "assessed_day": 1, "treatment_start_day": 1, "followed_from_day": 1},
        {"subject": "after", "eligible_day": -1, "assessed_day": 8, "treatment_start_day": 3, "followed_from_day": 31},
        {"subject": "before", "treatment_start_day": -6, "assessed_day": -40},
    )
    found = {a.kind: a for a in apart(times, DayOne(oldest_days=28))}
    assert {k: a.subjects for k, a in found.items()} == {
        "eligible": ("late",),
        "assessed": ("after",),
        "treatment": ("after",),
        "before": ("before",),
        "followed": ("after",),
        "old": ("before",),
    }
    assert {k: a.most_days for k, a in found.items()} == {
        "eligible": 14,
        "assessed": 7,
        "treatment": 2,
        "before": 6,
        "followed": 30,
        "old": 40,
    }
    assert not any(a.subjects for a in apart(times, DayOne(grace_days=30)))
    assert "1 patient met the last criterion" in found["eligible"].words
    assert "up to 14 days" in found["eligible"].words


@pytest.mark.parametrize("rule", ["report", "leave-out", "refuse"])
def test_findings_of_day_one(rule: str) -> None:
    _, times = rows({"subject": "late", "eligible_day": 15}, {"subject": "fine", "eligible_day": 1})
    found = check_day_one(times, "external/x/subjects.csv", DayOne.model_validate({"rule": rule}))
    assert [(f.code, f.severity) for f in found] == [("D330", "warning"), ("D336", "note")]
    assert "late" in found[0].says
    assert ("left out" in found[0].says) == (rule == "leave-out")
    assert ("refused" in found[0].says) == (rule == "refuse")
    assert "eligibility was established" not in found[1].says  # that one is known


def test_a_source_that_says_nothing_is_not_called_sound() -> None:
    _, times = rows({"subject": "a"})
    assert len(unjudged(times)) == 3
    assert [f.code for f in check_day_one(times, "x", DayOne())] == ["D336"]
    assert len({code for code, _, _ in KINDS.values()}) == len(KINDS)


def test_patients_with_several_days_one_are_left_out_where_the_protocol_says_so() -> None:
    side, times = rows({"subject": "late", "eligible_day": 15}, {"subject": "fine", "eligible_day": 1})
    body = {"day_one": {"rule": "leave-out", "because": "time zero must be one day"}}
    found = align(side, [], ["age"], alignment=Alignment.model_validate(body), timing=times)
    assert found.baseline.subjects == ("fine",)
    assert found.steps[1].name == "day-one"
    assert "time zero must be one day" in found.steps[1].reason


# --- calendar


@pytest.mark.parametrize(
    ("years", "words"),
    [
        ((2011, 2012), "contemporaneous: every"),
        ((2009, 2012), "partly contemporaneous: 1 of 2"),
        ((2001, 2002), "not contemporaneous"),
    ],
)
def test_whether_the_sides_are_contemporaneous(years: tuple[int, int], words: str) -> None:
    _, ours = rows({"subject": "a", "day_one": day(2010)}, {"subject": "b", "day_one": day(2013)})
    _, theirs = rows(*({"subject": str(y), "day_one": day(y)} for y in years))
    assert calendar(ours, theirs).words.startswith(words)


def test_days_have_no_calendar() -> None:
    _, ours = rows({"subject": "a"})
    assert span(ours) is None
    assert calendar(ours, ours).overlaps is None
    assert "not known" in calendar(ours, ours).words
    assert inside(ours, ["a"], Period.model_validate({"from": "2000-01-01"})) == ()


@pytest.mark.parametrize(
    ("body", "says"),
    [({}, "give `from`, `to` or both"), ({"from": "2012-01-01", "to": "2011-01-01"}, "lies after")],
)
def test_periods_that_are_none(body: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Period.model_validate(body)
