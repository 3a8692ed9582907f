"""The tables of what was given: their layout, and nothing but their estimates."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from sample import nothing, sample

from onearm.results import Header, Results
from onearm.tables import build
from onearm.tables.model import Table
from onearm.text import quantity


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    return build(sample())


def cells(table: Table) -> list[tuple[str, int, list[str]]]:
    return [(r.label, r.indent, [c.text for c in r.cells]) for r in table.rows]


def test_exposure_has_a_row_for_each_drug_and_version(tables: dict[str, Table]) -> None:
    shown = cells(tables["exposure"])
    assert shown[0] == (
        "inotuzumab ozogamicin, mg",
        0,
        ["48 (100.0%)", "3 (0.9 to 3.6)", "7.74 (2.32 to 9.28)", "4.4 (1.32 to 5.28)"],
    )
    assert [(label, indent) for label, indent, _ in shown[1:3]] == [("Version: first", 1), ("Version: second", 1)]
    assert shown[3][0] == 'CYCLOphosphamide <"A&B">, mg'  # its letters are kept
    assert shown[3][2][-1] == ""  # no dose per m2


def test_cycles_by_version(tables: dict[str, Table]) -> None:
    table = tables["cycles"]
    assert [c.text for c in table.columns] == ["", "All treated", "Version: first", "Version: second"]
    shown = {label: texts for label, _, texts in cells(table)}
    assert shown["Cycle 2"] == ["46 (95.8%)", "36 (75.0%)", "8 (16.7%)"]
    assert shown["Median (Q1, Q3)"][0] == "4 (3.2, 4.4)"


def test_intensity_says_why_it_is_not_known(tables: dict[str, Table]) -> None:
    table = tables["intensity"]
    shown = cells(table)
    assert shown[0] == (
        "inotuzumab ozogamicin",
        0,
        ["48", "87.5% (70.0%, 96.3%)", "26.3% to 105.0%", "87.5%", "87.5%"],
    )
    assert shown[-1] == ("Version: second", 1, ["48", "NE", "NE", "NE", "NE"])
    assert any("the planned length of cycle 1 is not stated" in note for note in table.footnotes)


def test_deviations_by_reason_drug_and_version(tables: dict[str, Table]) -> None:
    table = tables["deviations"]
    assert table.groups == (("", 1), ("All treated", 2), ("Version: first", 2), ("Version: second", 2))
    assert [c.text for c in table.columns] == ["", *["Patients (%)", "Occurrences"] * 3]
    assert cells(table) == [
        ("Any deviation", 0, ["12 (25.0%)", "36", "9 (18.8%)", "27", "2 (4.2%)", "6"]),
        ("Dose too low", 0, ["12 (25.0%)", "24", "9 (18.8%)", "18", "2 (4.2%)", "4"]),
        ("inotuzumab ozogamicin", 1, ["4 (8.3%)", "4", "", "", "", ""]),
        ('CYCLOphosphamide <"A&B">', 1, ["4 (8.3%)", "4", "", "", "", ""]),
        ("Not planned", 0, ["12 (25.0%)", "12", "9 (18.8%)", "9", "2 (4.2%)", "2"]),
        ("Days compared", 0, ["", "480", "", "380", "", "100"]),
    ]


def test_of_one_version_there_are_no_groups() -> None:
    whole = sample()
    some = {e.id: e for e in whole if "|version" not in e.id}
    tables = build(Results(Header(trial="t", title="T", arm="A"), some))
    assert tables["deviations"].groups == ()
    assert [c.text for c in tables["cycles"].columns] == ["", "All treated"]
    assert [r.indent for r in tables["intensity"].rows] == [0, 0]


def test_doses_have_no_trailing_zeros_and_small_ones_keep_their_digits() -> None:
    values = (0.0, 0.04, 0.5, 7.735, 12.0, 99.96, 100.04, 1000.0, 15680.0, float("inf"), None)
    shown = ["0", "0.04", "0.5", "7.74", "12", "99.96", "100", "1,000", "15,680", "NR", "NE"]
    assert [quantity(v, "mg") for v in values] == shown
    assert [quantity(v, "cycles") for v in (0.0, 3.5, 10.0)] == ["0", "3.5", "10"]


def test_nothing_given_gives_no_table() -> None:
    assert not {"exposure", "cycles", "intensity", "deviations"} & set(build(nothing()))
