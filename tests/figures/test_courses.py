"""MRD over time, the planned treatment, and stacked incidences: what is drawn is what the results hold."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest

from onearm.figures import plan, rendered
from onearm.figures.calendar import calendar, runs
from onearm.figures.mrd import mrd
from onearm.figures.stacked import stacked
from onearm.figures.style import RC
from onearm.protocol import Protocol
from onearm.results import Mark, Results
from onearm.study.schedule import schedules

sys.path.insert(0, str(Path(__file__).parent))
from kinds import every, lanes


@pytest.fixture(scope="module")
def results() -> Results:
    return every()


def texts(svg: bytes) -> list[str]:
    return ["".join(e.itertext()) for e in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_every_assessment_stands_once_and_the_first_negative_is_ringed(results: Results) -> None:
    (drawing,) = mrd(results)
    with matplotlib.rc_context(RC):
        (axes,) = drawing.draw().axes
    found = {line.get_label(): sorted(map(float, line.get_xdata())) for line in axes.lines}
    tested = [lane.tests for lane in results.lanes if lane.tests]
    for label in ("negative", "not negative"):
        assert found[label] == sorted(t.time for tests in tested for t in tests if t.label == label)
    firsts = [min(t.time for t in tests if t.label == "negative") for tests in tested if any_negative(tests)]
    assert found["first negative"] == sorted(firsts)
    never = sum(not lane.tests for lane in results.lanes)
    assert f"Not shown, never assessed: {never}." in drawing.caption


def any_negative(tests: tuple[Mark, ...]) -> bool:
    return any(t.label == "negative" for t in tests)


def test_subjects_stand_by_their_first_negative_assessment(results: Results) -> None:
    rows = mrd(results)[0].data().rows
    order = list(dict.fromkeys(r[0] for r in rows))
    first = {r[0]: r[3] for r in rows if r[5]}
    at = [first.get(who, float("inf")) for who in order]
    assert at == sorted(at)  # type: ignore[type-var]


def test_2000_subjects_with_assessments_are_shown_in_part() -> None:
    (drawing,) = mrd(replace(every(1), lanes=lanes(2000)))
    assert "Shown are 60 of 1666 subjects" in drawing.caption
    assert len(rendered(drawing, "svg")) < 40_000


def test_the_calendar_shows_each_day_of_each_drug(results: Results) -> None:
    (drawing,) = calendar(results)
    said = texts(rendered(drawing, "svg"))
    assert "Cycles 1-4 (28 days)" in said
    assert "Cycles 5 and on" in said
    assert "375 mg/m2 IV, if CD20 at least 20%" in said
    assert "Hollow: for some patients only" in drawing.caption
    assert "no source gives its days" in drawing.caption
    rows = drawing.data().rows
    assert [r[-1] for r in rows if r[3] == "vincristine" and r[1] == "1-4"] == [1, 8]
    assert len([r for r in rows if r[3].startswith("a drug")]) == 28  # type: ignore[union-attr]
    assert [r[-1] for r in rows if r[3] == "nobody says when"] == [None]


def test_days_in_a_row_are_one_bar() -> None:
    assert runs((1, 2, 3, 8, 10, 11)) == [(1, 3), (8, 8), (10, 11)]
    assert runs(()) == []


ODD = ["vincristine 2 mg IV on days 1, 8", "rituximab 375 mg/m2 IV on day 1 of cycles 1-2"]
PROTOCOL = {
    "onearm": 1,
    "trial": {"id": "t", "title": "T", "arm": "A"},
    "regimens": {
        "a": {"cycle_days": 21, "treatment": ODD},
        "b": {
            "cycle_days": 28,
            "treatment": ["cytarabine 1 g IV on days 2-3"],
            "supportive": ["mesna 1 g IV on day 1"],
        },
        "c": {"treatment": ["blinatumomab 28 ug/day IV continuous on days 1-28"]},
    },
    "versions": {
        "one": {
            "from": {"patient": 1},
            "courses": [
                {"regimen": "a", "cycles": "1, 3", "count": "treatment"},
                {"regimen": "b", "cycles": "2, 4-"},
            ],
        },
        "two": {"from": {"patient": 9}, "replace": {"a": "c"}},
    },
}


def test_the_plan_of_a_version_follows_its_courses_and_replacements() -> None:
    one, two = schedules(Protocol.model_validate(PROTOCOL))
    assert [(s.cycles, s.days, [d.drug for d in s.drugs]) for s in one.strips] == [
        ("1", 21, ["vincristine", "rituximab"]),
        ("2, 4 and on", 28, ["cytarabine"]),  # supportive care is left out
        ("3", 21, ["vincristine"]),  # rituximab only in cycles 1-2
    ]
    assert [(s.cycles, [d.drug for d in s.drugs]) for s in two.strips] == [
        ("1, 3", ["blinatumomab"]),
        ("2, 4 and on", ["cytarabine"]),
    ]
    assert two.strips[0].days is None
    assert one.strips[1].drugs[0].days == (2, 3)
    assert two.strips[0].drugs[0].words == "28 ug/day IV continuous"


def test_records_survive_json(results: Results) -> None:
    again = Results.from_json(results.to_json())
    assert again.schedules == results.schedules
    assert [lane.tests for lane in again.lanes] == [lane.tests for lane in results.lanes]


def test_stacked_incidences_end_at_their_sum(results: Results) -> None:
    (drawing,) = stacked(results)
    mine = [c for c in results.curves.values() if c.panel == "two"]
    rows = drawing.data().rows
    assert rows[-1][-1] == pytest.approx(sum(c.value[-1] for c in mine))
    assert rows[-1][-1] <= 1
    assert "Free of these events" in texts(rendered(drawing, "svg"))
    assert drawing.name in plan(results)
