"""The trail of what is no number: subjects, tables, figures, gates and sentences."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import onearm as oa
from onearm.cli.main import app
from onearm.cli.trace import as_values, lines
from onearm.cli.trace_subject import subject_lines, subject_values
from onearm.errors import UsageError
from onearm.figures import plan
from onearm.results import Chapter, Outline, Passage, Results
from onearm.tables import build

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from sample import SALVAGE, sample


@pytest.fixture(scope="module")
def results() -> Results:
    outline = Outline(
        chapters=(Chapter(name="own", title="Why", words="Because of {orr}."),),
        passages=(Passage(id="methods:definitions", title="Definitions", sentences=("A month is 30.4375 days.",)),),
    )
    return replace(sample(), outline=outline)


def test_every_row_of_a_subject(small: Path) -> None:
    trial = oa.load(small)
    found = subject_values(trial, "subject:S02")
    for table in ("subjects", "responses", "adverse_events", "doses", "labs", "changes", "followup"):
        with (small / "data" / f"{table}.csv").open() as file:
            wanted = [k for k, row in enumerate(csv.DictReader(file), 2) if row["subject"] == "S02"]
        assert sorted(r["at"] for r in found["rows"][table]) == [f"data/{table}.csv:{k}" for k in wanted]
    assert "procedures" not in found["rows"]
    assert found["rows"]["adverse_events"][0]["grade"] == "4"
    facts = {f["fact"]: f for f in found["facts"]}
    assert facts["best"]["says"] == "CRp on day 29"
    assert facts["os"]["at"] == ["data/subjects.csv:3", "data/followup.csv:3"]
    assert list(facts) == list(trial.protocol.facts)


def test_a_subject_in_words(small: Path) -> None:
    said = [*subject_lines(oa.load(small), "subject:S02")]
    assert said[0].startswith("subject:S02  ")
    assert "    data/adverse_events.csv:3  start_day 59, end_day 90, term Veno-occlusive disease, grade 4" in said
    assert "    vod  Veno-occlusive disease grade 4 on day 59  data/adverse_events.csv:3" in said


def test_a_subject_of_another_source(small: Path) -> None:
    trial = oa.load(small)
    name = trial.external["other"].subjects["subject"][0]
    found = subject_values(trial, f"subject:other:{name}")
    assert found["source"] == "Another centre"
    assert found["rows"]["subjects"][0]["at"].startswith("external/other/subjects.csv:")


@pytest.mark.parametrize(("number", "near"), [("subject:S2", "subject:S02"), ("subject:other:nobody", "U301")])
def test_an_unknown_subject_has_a_near_match(small: Path, number: str, near: str) -> None:
    with pytest.raises(UsageError, match=near) as caught:
        subject_values(oa.load(small), number)
    assert caught.value.findings[0].code == "U301"


def test_a_table_tells_its_notes_and_its_numbers(results: Results) -> None:
    table = build(results)["survival"]
    said = [*lines(results, "table:survival")]
    assert said[0] == f"table:survival  {table.title}"
    assert all(any(note in line for line in said) for note in table.footnotes)
    assert [line.split("  ")[2] for line in said if line.startswith("    ")] == list(table.ids)


def test_a_figure_tells_what_it_draws(results: Results) -> None:
    said = [*lines(results, "figure:km-os")]
    assert said[0].startswith("figure:km-os  ")
    assert any(line.startswith("    os  ") for line in said)
    for name in plan(results):
        assert next(lines(results, f"figure:{name}")).startswith(f"figure:{name}  ")


def test_a_gate_tells_its_verdict(results: Results) -> None:
    gate = next(g for g in results.gates if g.comparison == SALVAGE)
    said = [*lines(results, f"gate:{gate.id}")]
    assert f"  says        {gate.says}" in said
    assert "  verdict     passed" in said


def test_sentences_tell_whence(results: Results) -> None:
    assert next(lines(results, "definition:2")) == "definition:2  A month is 30.4375 days."
    assert "protocol.yaml" in [*lines(results, "definition:2")][-1]
    assert next(lines(results, "finding:0")).startswith("finding:0  D204")
    assert "    A month is 30.4375 days." in [*lines(results, "methods:definitions")]
    assert next(lines(results, "words:0")) == "words:0  Because of {orr}."
    assert next(lines(results, "header:cutoff")) == "header:cutoff  2017-06-30"
    said = results.statements[0]
    assert next(lines(results, said.id)).startswith(said.id)


@pytest.mark.parametrize(
    ("number", "near"),
    [
        ("table:surviva", "table:survival"),
        ("figure:km-o", "figure:km-os"),
        ("gate:matched", "U301"),
        ("definition:99", "counted from 0"),
        ("methods:definition", "methods:definitions"),
        ("header:cut", "U301"),
        ("os.medain", "os.median"),
    ],
)
def test_unknown_ids_are_refused_with_a_near_match(results: Results, number: str, near: str) -> None:
    for told in (lambda: [*lines(results, number)], lambda: as_values(results, number)):
        with pytest.raises(UsageError, match=near) as caught:
            told()
        assert caught.value.findings[0].code == "U301"


def test_values_are_the_lines(results: Results) -> None:
    found = as_values(results, "table:survival")
    assert found["id"] == "table:survival"
    assert found["lines"][0] == next(lines(results, "table:survival"))


def test_on_the_command_line(small: Path) -> None:
    done = CliRunner().invoke(app, ["trace", str(small), "subject:S03", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["rows"]["followup"][0]["cause"] == "infection"
    done = CliRunner().invoke(app, ["trace", str(small), "table:baselin"])
    assert done.exit_code != 0
