"""A source that counts days, and what must not be called a defect."""

from __future__ import annotations

import polars as pl
import pytest
from factory import examine, good_trial

from onearm.cohort.check import build
from onearm.cohort.clean import natural
from onearm.cohort.tables import RawTable
from onearm.protocol.document import Protocol

TABLES = {
    "subjects": ("subject,number,enrolled,treatment_start", [("a", "1", "-3", "1"), ("b", "2", "1", None)]),
    "responses": ("subject,day,response", [("a", "28", "CR"), ("a", "56", "CR")]),
    "adverse_events": ("subject,term,grade,start,end", [("a", "Rash", "2", "1", "1"), ("b", "Rash", "1", "3", None)]),
    "doses": ("subject,drug,dose,unit,day", [("a", "Any", "0.5", "g", "1"), ("a", "Any", "0.5", "g", "1")]),
    "followup": (
        "subject,relapse,death,last_contact",
        [("a", "57", "57", "57"), ("b", None, "9", "9")],
    ),
}


def protocol(**trial):
    return Protocol.model_validate(
        {"onearm": 1, "trial": {"id": "t", "title": "T", "arm": "A", **trial}, "data": {"time": "days"}}
    )


def tables(**change):
    raw = {}
    for name, (header, rows) in {**TABLES, **change}.items():
        columns = dict(zip(header.split(","), zip(*rows, strict=True), strict=True))
        frame = pl.DataFrame({k: pl.Series(v, dtype=pl.String) for k, v in columns.items()})
        lines = pl.Series("line", range(2, len(rows) + 2), dtype=pl.Int64)
        raw[name] = RawTable(name, f"data/{name}.csv", frame.with_columns(lines))
    return raw


def run(change=None, **trial):
    p = protocol(**trial)
    return build(p, tables(**(change or {})), name="trial", label="A", data=p.data, external=False)


def codes(findings):
    return sorted({f.code for f in findings if f.code not in ("D249", "D224")})


def test_events_on_the_same_day_are_no_contradiction():
    """Relapse, death and last contact on one day; an event that ends on the day it began; two doses a day."""
    cohort, findings = run()
    assert codes(findings) == []
    assert cohort.followup.row(0)[2:] == (57, 57, None, 57, True, True)
    assert cohort.adverse_events.row(0)[2:] == (1, 1, "Rash", 2, None, None, None)
    assert cohort.doses["unit"].to_list() == ["g", "g"]
    assert cohort.subjects["enrolled_day"].to_list() == [-3, 1]
    assert cohort.subjects["time_zero"].null_count() == 2


def test_rows_of_the_never_treated_are_kept_without_days():
    cohort, findings = run()
    assert cohort.followup.row(1)[2:] == (None, None, None, None, False, True)
    assert cohort.adverse_events.row(1)[2:] == (None, None, "Rash", 1, None, None, None)
    assert {f.code for f in findings} >= {"D249"}


def test_time_zero_enrolled_in_days_must_be_day_1():
    _, findings = run(time_zero="enrolled")
    assert codes(findings) == ["D248"]


def test_without_treatment_start_everyone_counts_as_treated():
    change = {"subjects": ("subject,number,enrolled", [("a", "1", "1"), ("b", "2", "1")])}
    cohort, findings = run(change)
    assert codes(findings) == ["D239", "D247"]
    assert cohort.subjects["treatment_start_day"].to_list() == [1, 1]
    assert cohort.followup["death_day"].to_list() == [57, 9]


def test_relapse_on_the_day_of_the_first_response_is_refused():
    cohort, findings = run(
        {"followup": ("subject,relapse,death,last_contact", [("a", "28", None, "57"), ("b", None, "9", "9")])}
    )
    assert cohort is None
    assert codes(findings) == ["D282"]


def test_treatment_after_death_is_refused():
    change = {
        "subjects": ("subject,number,enrolled,treatment_start", [("a", "1", "1", "2"), ("b", "2", "1", "10")]),
        "doses": ("subject,drug,dose,unit,day", [("a", "Any", "1", "g", "2")]),
    }
    _, findings = run(change, time_zero="enrolled")
    assert codes(findings) == ["D239", "D280"]


@pytest.mark.parametrize("term", ["veno-occlusive DISEASE", "Febrile neutropenia", "Venous thrombosis"])
def test_terms_that_are_not_almost_the_protocols(term, tmp_path):
    folder = good_trial(tmp_path / "t")
    path = folder / "data/adverse_events.csv"
    path.write_text(path.read_text().replace("Veno-occlusive disease", term))
    assert "D267" not in {f.code for f in examine(folder)[1]}


def test_numbers_may_be_written_in_many_ways(tmp_path):
    folder = good_trial(tmp_path / "t")
    path = folder / "data/subjects.csv"
    text = path.read_text().replace("S01,1,", "S01,1.0,").replace(",60,160,80,3.5", ",6e1,+160.0,080,3.50")
    path.write_text(text)
    cohort = examine(folder)[0]["trial"]
    assert cohort.subjects.row(0)[-4:] == (60.0, 160.0, 80.0, 3.5)
    assert cohort.subjects["number"][0] == 1


def test_subjects_are_ordered_as_people_count():
    names = ["10", "9", "a10", "a9", "A9", "٣", "²", "", "9b", "09"]
    assert sorted(names, key=natural) == ["", "09", "9", "9b", "10", "A9", "a9", "a10", "²", "٣"]
