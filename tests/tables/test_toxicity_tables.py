"""The tables of adverse events: order, columns, groups, and nothing but their estimates."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
sys.path.insert(0, str(Path(__file__).parents[1] / "endpoints"))
from events_by_hand import Row, cohort, counted
from sample import nothing, sample

from onearm.results import Header, Results
from onearm.tables import build
from onearm.tables.model import Table
from onearm.tables.toxicity import toxicity

ROWS: list[Row] = [
    ("A", "Nausea", 1, 1, 1),
    ("B", "Nausea", 2, 1, 1),
    ("C", "Rash", 3, 1, 1),
    ("A", "Anaemia", 4, 1, 1),
    ("B", "Anaemia", 3, 1, 1),
    ("C", "Vomiting", 1, 1, 1),
    ("D", "Fall", 2, 1, 1),
    ("D", "Pain", 5, 1, 1),
    ("C", "Pain", 1, 1, 1),
    ("B", "Pain", 1, 1, 1),
]
CLASSES = ["Gut", "Gut", "Skin", "Blood", "Blood", "Gut", "", "", "", ""]


def tables(**clause: object) -> tuple[Table, ...]:
    one = cohort("ABCDE", ROWS, {}, soc=[c or None for c in CLASSES])
    found = counted(one, emergent="none", label="Harm: all", **clause).estimates
    return toxicity(Results(Header(trial="t", title="T", arm="A"), {e.id: e for e in found}))


def shown(table: Table) -> list[tuple[str, int, list[str]]]:
    return [(r.label, r.indent, [c.text for c in r.cells]) for r in table.rows]


def test_classes_and_terms_stand_by_frequency_and_no_class_stands_last() -> None:
    whole, severe = tables()
    assert (whole.id, whole.title, whole.section) == ("adverse-events-tox", "Harm: all", "safety")
    heads = ["", "Any grade", *(f"Grade {g}" for g in "12345"), "Grade 3 or worse"]
    assert [c.text for c in whole.columns] == heads
    rows = shown(whole)
    assert [(label, indent) for label, indent, _ in rows] == [
        ("Patients", 0),
        ("Any adverse event", 0),
        ("Gut", 0),  # A, B, C
        ("Nausea", 1),
        ("Vomiting", 1),
        ("Blood", 0),  # A, B
        ("Anaemia", 1),
        ("Skin", 0),
        ("Rash", 1),
        ("No class given", 0),  # three patients, and last all the same
        ("Pain", 1),
        ("Fall", 1),
    ]
    assert rows[0][2] == ["5", "", "", "", "", "", ""]
    assert rows[1][2] == ["4 (80.0%)", "0", "0", "2 (40.0%)", "1 (20.0%)", "1 (20.0%)", "4 (80.0%)"]
    assert rows[3][2] == ["2 (40.0%)", "1 (20.0%)", "1 (20.0%)", "0", "0", "0", "0"]
    assert [r[0] for r in shown(severe)] == ["Patients", "Anaemia", "Pain", "Rash"]
    assert severe.title == "Harm: all, grade 3 or worse"
    assert any("those without one last" in note for note in whole.footnotes)
    assert any(note.startswith("Population: enrolled") for note in whole.footnotes)
    assert any(note.startswith("Every event on record that began on day 1") for note in whole.footnotes)


def test_groups_stand_side_by_side_with_the_columns_asked_for() -> None:
    whole, severe = tables(by="version", grades=["1-2", "5"], events_too=True)
    assert whole.groups == (("", 1), ("Enrolled", 5), ("Version: v1", 5), ("Version: v2", 5))
    heads = ["Any grade", "Grade 1-2", "Grade 5", "Grade 3 or worse", "Events"]
    assert [c.text for c in whole.columns] == ["", *heads * 3]
    rows = {label: cells for label, _, cells in shown(whole)}
    assert [rows["Patients"][i] for i in (0, 5, 10)] == ["5", "3", "2"]
    assert rows["Pain"] == [
        *("3 (60.0%)", "2 (40.0%)", "1 (20.0%)", "1 (20.0%)", "3"),
        *("1 (33.3%)", "1 (33.3%)", "0", "0", "1"),  # C
        *("2 (100.0%)", "1 (50.0%)", "1 (50.0%)", "1 (50.0%)", "2"),  # B, D
    ]
    assert [c.text for c in severe.columns] == ["", "Enrolled", "Version: v1", "Version: v2"]


def test_without_classes_terms_stand_alone() -> None:
    found = counted(cohort("ABCDE", ROWS, {}), emergent="none").estimates
    whole, _ = toxicity(Results(Header(trial="t", title="T", arm="A"), {e.id: e for e in found}))
    assert [(label, indent) for label, indent, _ in shown(whole)][2:4] == [("Pain", 0), ("Anaemia", 0)]
    assert {indent for _, indent, _ in shown(whole)} == {0}


def test_a_grade_that_is_not_known_has_its_column() -> None:
    rows: list[Row] = [("A", "Rash", None, 1, 1), ("B", "Itch", 1, 1, 1)]
    found = counted(cohort("AB", rows, {}), emergent="none", grades=[5]).estimates
    (whole,) = toxicity(Results(Header(trial="t", title="T", arm="A"), {e.id: e for e in found}))
    assert [c.text for c in whole.columns] == ["", "Any grade", "Grade 5", "Grade 3 or worse", "Grade unknown"]
    assert shown(whole)[2:] == [
        ("Itch", 0, ["1 (50.0%)", "0", "0", ""]),
        ("Rash", 0, ["1 (50.0%)", "0", "0", "1 (50.0%)"]),
    ]


def test_only_the_most_frequent_severe_terms_and_those_as_frequent() -> None:
    terms = [f"term {chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(40)]
    rows: list[Row] = [("A", t, 3, 1, 1) for t in terms] + [("B", t, 4, 1, 1) for t in terms[:20]]
    found = counted(cohort("AB", rows, {}), emergent="none").estimates
    _, severe = toxicity(Results(Header(trial="t", title="T", arm="A"), {e.id: e for e in found}))
    assert len(severe.rows) == 1 + 40  # places 21 to 40 share one count
    rows = [*rows, *(("C", t, 3, 1, 1) for t in terms[:26])]
    found = counted(cohort("ABC", rows, {}), emergent="none").estimates
    _, severe = toxicity(Results(Header(trial="t", title="T", arm="A"), {e.id: e for e in found}))
    assert len(severe.rows) == 1 + 26  # the twenty-fifth and the twenty-sixth share one
    assert any("the 25 most frequent terms" in note for note in severe.footnotes)


def test_every_number_has_its_id() -> None:
    for table in (*tables(by="version", events_too=True), *toxicity(sample())):
        for row in table.rows:
            for cell in row.cells:
                assert all(key for said, key in cell.parts if any(c.isdigit() for c in said))
    built = build(sample())
    assert {"adverse-events-toxicity", "severe-toxicity"} <= set(built)
    assert toxicity(nothing()) == ()


def test_a_number_leads_to_the_lines_of_the_file(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from onearm.cli.main import main

    path = small / "protocol.yaml"
    clause = "  tox: {estimator: adverse-events, population: treated, emergent: none, by: version}\n"
    path.write_text(path.read_text().replace("external:", clause + "external:", 1))
    assert main(["trace", str(small), "tox.term.veno-occlusive_disease@grade3+|version=v1"]) == 0
    said = capsys.readouterr().out
    assert "n 5, with the event 1" in said
    assert "S02  Veno-occlusive disease grade 4 on day 59  data/adverse_events.csv:3" in said
    assert main(["trace", str(small), "tox.any"]) == 0
    said = capsys.readouterr().out
    for subject, line in (("S01", 2), ("S02", 3), ("S03", 4), ("S05", 5)):
        assert f"data/adverse_events.csv:{line}" in next(
            row for row in said.splitlines() if row.strip().startswith(subject)
        )
    assert "rule        every event on record that began on day 1 or later" in said
