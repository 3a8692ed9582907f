"""Adverse events: five patients on paper, the bundled trial counted again, and what must always hold."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from events_by_hand import Row, cohort, counted, emergent, patients
from hypothesis import given, settings
from hypothesis import strategies as st

import onearm as oa
from onearm.endpoints.adverse_events import adverse_events
from onearm.endpoints.event_names import slug
from onearm.endpoints.sample import Analysis
from onearm.results import Estimate
from onearm.tables.names import parse

# Five patients, all treated from day 1; last doses on days 20 (A), 10 (B), 40 (C), 5 (E); D has no dose on record.
# The period ends 30 days after the last dose: A 50, B 40, C 70, E 35.
ROWS: list[Row] = [
    ("A", "Nausea", 1, 2, 3),
    ("A", "nausea", 3, 9, 12),  # the same term: A counts once, at grade 3
    ("A", "Anaemia", 2, 50, 60),  # the last day of the period
    ("B", "Nausea", 2, 41, 42),  # a day too late
    ("B", "Rash", 1, -3, 4),  # before
    ("B", "Rash", 2, 5, 9),  # goes on, worse: counts
    ("C", "Rash", 3, -5, 2),  # before
    ("C", "Rash", 3, 3, 7),  # goes on, no worse: does not count
    ("C", "Rash", 2, 10, 11),  # two days without: a new course
    ("D", "Anaemia", 4, 200, None),  # no last dose: counts
]
LAST = {"A": 20, "B": 10, "C": 40, "E": 5}
SOCS = {"nausea": "Gut", "anaemia": "Blood", "rash": "Skin"}
CLASSES = [SOCS[r[1].lower()] for r in ROWS]


def by_id(estimates: list[Estimate]) -> dict[str, Estimate]:
    found = {e.id: e for e in estimates}
    assert len(found) == len(estimates)
    return found


def who(found: dict[str, Estimate], key: str) -> set[str]:
    e = found[key]
    return set(e.subjects or (s for other in e.subjects_of for s in found[other].subjects))


def test_five_patients_on_paper() -> None:
    out = counted(cohort("ABCDE", ROWS, LAST, soc=CLASSES))
    found = by_id(out.estimates)
    paper = {
        "any": "ABCD",
        "any@grade1": "",
        "any@grade2": "BC",
        "any@grade3": "A",
        "any@grade4": "D",
        "any@grade5": "",
        "any@grade3+": "AD",
        "soc.gut": "A",
        "soc.blood": "AD",
        "soc.skin": "BC",
        "term.nausea": "A",
        "term.nausea@grade1": "",
        "term.nausea@grade3": "A",
        "term.anaemia@grade2": "A",
        "term.anaemia@grade3+": "D",
        "term.rash": "BC",
        "term.rash@grade2": "BC",
    }
    for key, subjects in paper.items():
        assert who(found, f"tox.{key}") == set(subjects), key
        assert (found[f"tox.{key}"].events, found[f"tox.{key}"].n) == (len(subjects), 5), key
        assert found[f"tox.{key}"].value == len(subjects) / 5
    assert found["tox.n"].value == 5
    notes = found["tox.n"].notes
    assert (
        "6 of 10 rows count; left out: 2 begun before, 1 begun after the period, 1 gone on without becoming worse"
        in notes
    )
    assert any(n.startswith("1 without a dose on record") for n in notes)
    told = out.evidence["tox.term.nausea"]["A"]
    assert (told.says, told.at) == ("nausea grade 3 on day 9, the worst of 2 events", ("e.csv:3", "e.csv:2"))
    assert set(out.evidence["tox.soc.skin"]) == {"B", "C"}


@pytest.mark.parametrize(
    ("clause", "key", "subjects"),
    [
        ({"continued": "counted"}, "tox.term.rash@grade3", "C"),
        ({"emergent": "none"}, "tox.term.nausea", "AB"),
        ({"emergent": {"until_days": 31}}, "tox.term.nausea", "AB"),
        ({"emergent": {"until_days": 29}}, "tox.term.anaemia", "D"),
        ({"emergent": {"until_days": 30, "drugs": ["b"]}}, "tox.term.nausea", "AB"),  # nobody had drug b
        ({"grades": ["1-2", "3-4"]}, "tox.any@grade1-2", "BC"),
        ({"grades": ["1-2", "3-4"]}, "tox.any@grade3-4", "AD"),
        ({"by": "version"}, "tox.any|version=v1", "AC"),
        ({"by": "version"}, "tox.any@grade3+|version=v2", "D"),
        ({"groups": {"Stomach": ["NAUSEA"]}}, "tox.soc.stomach", "A"),
        ({"groups": {"Stomach": ["nausea"]}}, "tox.soc.none-given", "ABCD"),
    ],
)
def test_each_rule_by_its_own(clause: dict[str, object], key: str, subjects: str) -> None:
    found = by_id(counted(cohort("ABCDE", ROWS, LAST, soc=CLASSES), **clause).estimates)
    assert who(found, key) == set(subjects)
    assert found[key].events == len(subjects)


@pytest.mark.parametrize(
    ("ends", "counts"),
    [
        (20, {2: 0, 3: 0, 4: 1}),  # still there on day 10, whatever ended on day 3: only grade 4 is worse
        (None, {2: 0, 3: 0, 4: 1}),  # no end: it goes on
        (3, {2: 1, 3: 1, 4: 1}),  # over on day 3: what begins on day 10 is new
    ],
)
def test_a_course_lasts_as_long_as_the_longest_of_its_rows(ends: int | None, counts: dict[int, int]) -> None:
    for grade, n in counts.items():
        rows: list[Row] = [("A", "Rash", 3, -5, ends), ("A", "Rash", 2, 2, 3), ("A", "Rash", grade, 10, 12)]
        found = by_id(counted(cohort("A", rows, {})).estimates)
        assert found["tox.any"].events == n, (ends, grade)
        assert emergent(rows, {}) == rows[2:] * n


def test_related_and_serious_events() -> None:
    related = ["yes", "no", None, "no", "no", "yes", "no", "no", "no", None]
    one = cohort("ABCDE", ROWS, LAST, related=related, serious=["yes"] + ["no"] * 9)
    found = by_id(counted(one, related="only").estimates)
    assert {s: who(found, f"tox.term.{s}") for s in ("nausea", "anaemia", "rash")} == {
        "nausea": {"A"},  # grade 1 now: the worse one is not related
        "anaemia": {"A", "D"},  # nobody judged
        "rash": {"B"},
    }
    assert found["tox.term.nausea@grade1"].events == 1
    assert any("related events only; an event that nobody judged counts" in n for n in found["tox.n"].notes)
    strict = by_id(counted(one, related="only", unassessed="left-out").estimates)
    assert who(strict, "tox.any") == {"A", "B"}
    assert "tox.term.anaemia" not in strict
    both = by_id(counted(one, related="only", serious="only").estimates)
    assert who(both, "tox.any") == {"A"}


def test_rare_terms_get_no_row_and_are_said() -> None:
    found = by_id(counted(cohort("ABCDE", ROWS, LAST), at_least_percent=40).estimates)
    assert "tox.term.nausea" not in found
    assert found["tox.term.rash"].events == 2  # 2 of 5 is 40%, which is enough
    assert found["tox.any"].events == 4
    assert any("terms in at least 40% of the population have a row (1 left out)" in n for n in found["tox.n"].notes)


def test_a_grade_that_is_not_known_is_any_grade_only() -> None:
    rows: list[Row] = [("A", "Rash", None, 1, 2), ("B", "Rash", None, 1, 1), ("B", "Rash", 2, 9, 9)]
    found = by_id(counted(cohort("AB", rows, {})).estimates)
    assert who(found, "tox.term.rash") == {"A", "B"}
    assert who(found, "tox.term.rash@unknown") == {"A"}
    assert who(found, "tox.term.rash@grade2") == {"B"}
    assert found["tox.term.rash@grade3+"].events == 0


def test_events_are_rows() -> None:
    found = by_id(counted(cohort("ABCDE", ROWS, LAST), events_too=True).estimates)
    assert {k: found[f"tox.{k}.events"].value for k in ("any", "term.nausea", "term.anaemia", "term.rash")} == {
        "any": 6.0,
        "term.nausea": 2.0,
        "term.anaemia": 2.0,
        "term.rash": 2.0,
    }


def test_classes_with_gaps_and_terms_in_two_of_them() -> None:
    rows: list[Row] = [("A", "Pain", 1, 1, 1), ("B", "pain", 2, 1, 1), ("C", "Other", 1, 1, 1), ("D", "Other", 3, 1, 1)]
    gaps = by_id(counted(cohort("ABCD", rows, {}, soc=["General", None, "Gut", "Eyes"])).estimates)
    assert who(gaps, "tox.soc.general") == {"A", "B"}  # the term has one class: the row without takes it
    assert who(gaps, "tox.term.other.gut") == {"C"}
    assert who(gaps, "tox.term.other.eyes") == {"D"}
    assert "tox.term.other" not in gaps
    assert gaps["tox.term.other.eyes"].heading == "Eyes"
    none = by_id(counted(cohort("ABCD", rows, {})).estimates)
    assert not any(".soc." in key for key in none)
    assert who(none, "tox.term.other") == {"C", "D"}


def test_nobody_and_nothing() -> None:
    quiet = by_id(counted(cohort("AB", [], {})).estimates)
    assert set(quiet) == {"tox.n", *(f"tox.any{g}" for g in ("", *(f"@grade{k}" for k in "12345"), "@grade3+"))}
    assert quiet["tox.any"].value == 0.0
    empty = by_id(counted(cohort("", [], {}), by="version").estimates)
    assert empty["tox.any"].value is None
    assert empty["tox.any"].error == "nobody in the population"


def test_whoever_was_never_treated_is_in_the_denominator_alone() -> None:
    one = cohort("ABCDE", ROWS, LAST)
    kinds = one.subjects.schema
    never = (
        pl.when(pl.col("subject") == "D")
        .then(None)
        .otherwise(pl.col("treatment_start_day"))
        .cast(kinds["treatment_start_day"])
    )
    found = by_id(counted(replace(one, subjects=one.subjects.with_columns(treatment_start_day=never))).estimates)
    assert (found["tox.any"].n, who(found, "tox.any")) == (5, set("ABC"))
    assert any("1 of patients never treated" in note for note in found["tox.n"].notes)
    undated = one.adverse_events.with_columns(start_day=pl.lit(None, dtype=pl.Int32))
    found = by_id(counted(replace(one, adverse_events=undated), emergent="none").estimates)
    assert found["tox.any"].events == 0
    assert "0 of 10 rows count; left out: 10 without a study day" in found["tox.n"].notes


NAMES = [
    "a b",
    "a-b",
    "a_b",
    "a/b",
    "A  B",
    "é",
    "e",
    "",
    "x" * 51,
    "x" * 52,
    "(a b)",
    "日本",
    "本",
    "a.b",
    "a|b",
    "a@b=c",
]


def test_ids_are_apart_and_can_be_taken_apart() -> None:
    folded = {" ".join(n.split()).lower() for n in NAMES}
    slugs = {slug(n) for n in folded}
    assert len(slugs) == len(folded)
    for one in slugs:
        name = parse(f"tox.term.{one}@grade3+|version=v1")
        assert name == ("tox", f"term.{one}", "grade3+", "version=v1") or (
            (name.variable, name.statistic, name.at, name.group) == ("tox", f"term.{one}", "grade3+", "version=v1")
        )


rows_drawn = st.lists(
    st.tuples(
        st.sampled_from("ABCD"),
        st.sampled_from(["Nausea", "nausea", "Rash", "Fever"]),
        st.integers(1, 5),
        st.integers(-6, 45).filter(bool),
        st.one_of(st.none(), st.integers(0, 9)),
    ).map(
        lambda r: (
            *r[:4],
            None if r[4] is None else (r[3] + r[4] if (r[3] + r[4] > 0) == (r[3] > 0) else r[3] + r[4] + 1),
        )
    ),
    max_size=14,
)


@settings(max_examples=150)
@given(rows=rows_drawn, last=st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 10)), data=st.data())
def test_plain_python_counts_the_same(rows: list[Row], last: dict[str, int], data: st.DataObject) -> None:
    found = by_id(counted(cohort("ABCD", rows, last)).estimates)
    counting = emergent(rows, last)
    for term in ("", *{r[1].lower() for r in counting}):
        worst = patients(counting, term)
        key = f"tox.term.{term}" if term else "tox.any"
        assert who(found, key) == set(worst)
        for grade in range(1, 6):
            assert who(found, f"{key}@grade{grade}") == {s for s, g in worst.items() if g == grade}
        assert sum(found[f"{key}@grade{g}"].events or 0 for g in range(1, 6)) == found[key].events
    shuffled = data.draw(st.permutations(rows))
    again = by_id(counted(cohort("ABCD", shuffled, last)).estimates)
    assert {k: (e.events, e.notes, e.label) for k, e in again.items()} == {
        k: (e.events, e.notes, e.label) for k, e in found.items()
    }


def _days(path: Path) -> list[Row]:
    start = {
        r["subject"]: dt.date.fromisoformat(r["treatment_start"])
        for r in _read(path / "subjects.csv")
        if r["treatment_start"]
    }

    def day(subject: str, date: str) -> int:
        days = (dt.date.fromisoformat(date) - start[subject]).days
        return days + 1 if days >= 0 else days

    return [
        (
            r["subject"],
            r["term"],
            int(r["grade"]),
            day(r["subject"], r["start"]),
            day(r["subject"], r["end"]) if r["end"] else None,
        )
        for r in _read(path / "adverse_events.csv")
    ]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("until", [None, 30])
def test_the_bundled_trial_counted_again_from_its_files(bundled: Path, until: int | None) -> None:
    rows = _days(bundled / "data")
    start = {
        r["subject"]: dt.date.fromisoformat(r["treatment_start"]) for r in _read(bundled / "data" / "subjects.csv")
    }
    last: dict[str, int] = {}
    for r in _read(bundled / "data" / "doses.csv"):
        day = (dt.date.fromisoformat(r["date"]) - start[r["subject"]]).days + 1
        last[r["subject"]] = max(last.get(r["subject"], day), day)
    counting = emergent(rows, last if until else {}, until or 0)
    trial = oa.load(bundled)
    clause = trial.protocol.endpoints["toxicity"]
    clause = type(clause).model_validate(
        clause.model_dump(by_alias=True) | {"emergent": {"until_days": until} if until else "none", "grades": []}
    )
    everybody = tuple(trial.cohort.subjects["subject"].to_list())
    analysis = Analysis(trial.protocol, trial.cohort.subjects, {}, {"treated": everybody}, trial.cohort)
    found = by_id(adverse_events("toxicity", clause, analysis).estimates)
    terms = {r[1] for r in counting}
    assert {k.split(".")[2] for k in found if ".term." in k and "@" not in k} == {slug(t) for t in terms}
    for term in ("", *terms):
        worst = patients(counting, term)
        key = f"toxicity.term.{slug(term)}" if term else "toxicity.any"
        assert who(found, key) == set(worst)
        assert [found[f"{key}@grade{g}"].events for g in range(1, 6)] == [
            sum(v == g for v in worst.values()) for g in range(1, 6)
        ]
    if until is None:
        assert (found["toxicity.any"].events, found["toxicity.term.veno-occlusive_disease"].events) == (48, 5)
