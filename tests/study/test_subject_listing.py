"""The listing of subjects: by hand, only with the columns that facts exist for, cheap for thousands."""

from __future__ import annotations

import csv
import time
from dataclasses import replace
from pathlib import Path

import polars as pl

import onearm as oa
from onearm.facts import state
from onearm.results import Listing, Results
from onearm.study.subject_listing import subject_listing
from onearm.tables import build, to_html


def listed(folder: Path) -> Listing:
    trial = oa.load(folder)
    return subject_listing(trial.protocol, trial.cohort, state(trial.protocol, trial.cohort))


def test_by_hand(small: Path) -> None:
    found = listed(small)
    assert found.columns == (
        "Subject", "Number", "Cohort", "Version", "Age, years", "Sex", "best", "mrd_negative", "vod, worst grade",
        "transplant, day", "Relapse, day", "Death, day", "Last contact, day", "Status",
    )  # fmt: skip
    rows = dict(zip(found.subjects, found.rows, strict=True))
    # S02: day 1 is 2014-01-21; VOD grade 4; relapse 2015-01-10 is day 355, death 2015-08-01 day 558
    assert rows["S02"][2:] == (
        "main", "v1", "71", "male", "CRp", "not negative on day 29", "4", "", "355", "558", "558", "died",
    )  # fmt: skip
    assert rows["S01"][-5:] == ("168", "", "", "1274", "alive, in response")
    assert rows["S05"][-1] == "alive, relapsed"
    assert rows["S03"][6:8] == ("NR", "not tested")
    assert rows["S08"][-4:] == ("", "", "", "died")  # never treated: there are no study days
    assert rows["S06"][6] == "PR"


def test_columns_without_a_fact_are_not_there(small: Path) -> None:
    path = small / "protocol.yaml"
    lines = [
        x for x in path.read_text().splitlines() if not x.startswith(("  mrd_negative:", "  vod:", "  transplant:"))
    ]
    path.write_text("\n".join(lines) + "\n")
    found = listed(small)
    assert not {"mrd_negative", "vod, worst grade", "transplant, day"} & set(found.columns)
    assert not any("grade" in note for note in found.notes)


def test_the_bundled_listing_is_what_the_files_say(bundled: Path) -> None:
    found = listed(bundled)
    with (bundled / "data" / "followup.csv").open() as file:
        dead = {row["subject"] for row in csv.DictReader(file) if row["death"]}
    with (bundled / "data" / "procedures.csv").open() as file:
        moved = {row["subject"] for row in csv.DictReader(file) if row["procedure"].lower() == "asct"}
    status, asct = found.columns.index("Status"), found.columns.index("Allogeneic transplantation, day")
    rows = dict(zip(found.subjects, found.rows, strict=True))
    assert {s for s, r in rows.items() if r[status] == "died"} == dead
    assert {s for s, r in rows.items() if r[asct]} == moved


def test_two_thousand_lines_are_cheap(small: Path) -> None:
    found = listed(small)
    many = 250
    rows, subjects = found.rows * many, tuple(f"{s}-{k}" for k in range(many) for s in found.subjects)
    one = replace(found, rows=rows, subjects=subjects)
    began = time.process_time()
    table = build(Results(oa.run(oa.load(small)).header, listed=(one,)))["listing-subjects"]
    made = to_html(table)
    assert time.process_time() - began < 5  # a slow machine included; a tenth of it is usual
    assert len(table.rows) == 2000
    assert 'data-id="subject:S01-0"' in made
    assert table.wide


def test_floats_are_printed_without_a_point_where_they_are_whole(small: Path) -> None:
    trial = oa.load(small)
    half = trial.cohort.subjects.with_columns(age=pl.when(pl.col("subject") == "S01").then(62.5).otherwise("age"))
    found = subject_listing(trial.protocol, replace(trial.cohort, subjects=half), state(trial.protocol, trial.cohort))
    assert [r[4] for r in found.rows[:2]] == ["62.5", "71"]


def test_nobody_listed_is_a_line_that_says_so(small: Path) -> None:
    empty = Listing(id="vod", title="VOD", section="safety", columns=("Subject", "Grade"), rows=(), subjects=())
    table = build(Results(oa.run(oa.load(small)).header, listed=(empty,)))["listing-vod"]
    assert [(r.label, len(r.cells)) for r in table.rows] == [("Nobody", 1)]


def test_an_event_without_a_grade_is_not_one_that_did_not_happen(small: Path) -> None:
    trial = oa.load(small)
    events = trial.cohort.adverse_events.with_columns(
        grade=pl.when(pl.col("subject") != "S02").then("grade")  # the only veno-occlusive disease
    )
    cohort = replace(trial.cohort, adverse_events=events)
    found = subject_listing(trial.protocol, cohort, state(trial.protocol, cohort))
    grade = found.columns.index("vod, worst grade")
    assert [r[grade] for r in found.rows] == ["", "unknown", "", "", "", "", "", ""]
