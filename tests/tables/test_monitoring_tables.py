"""Tables of stopping rules: decisions side by side, limits that share a row, what is said loudly."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from onearm.results import Results
from onearm.tables import build
from onearm.tables.model import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))  # where the invented results are
from sample import sample


@pytest.fixture(scope="module")
def results() -> Results:
    return sample()


@pytest.fixture(scope="module")
def tables(results: Results) -> dict[str, Table]:
    return {name: t for name, t in build(results).items() if t.section == "monitoring"}


def cells(table: Table) -> dict[str, list[str]]:
    return {r.label: [c.text for c in r.cells] for r in table.rows}


def test_which_tables_there_are(tables: dict[str, Table]) -> None:
    assert list(tables) == [
        "monitoring-vod", "boundary-vod", "characteristics-vod", "history-vod", "history-vod-second",
        "monitoring-time", "boundary-time", "history-time",
        "joint-vod-time",
    ]  # fmt: skip


def test_versions_stand_beside_all_patients_and_a_stop_is_stamped(tables: dict[str, Table]) -> None:
    table = tables["monitoring-vod"]
    said = cells(table)
    assert [c.text for c in table.columns] == ["", "All patients", "Version: Second"]
    assert said["Decision"] == ["continue", "stop for harm [enrolment ends]"]
    assert said["First stopped the trial on"] == ["", "2020-03-05"]
    assert said["Patients that count"] == ["12", "5"]
    assert said["Posterior probability of a rate above 0.2"] == ["0.300", ">0.999"]
    assert said["Events forecast among 15 patients"] == ["3.9 (3.0 to 6.0)", ""]
    assert said["The decision can change at"] == ["15", ""]
    assert "At least, 5" not in said  # numbers of the rule itself stand elsewhere
    assert "In brackets: 95% prediction interval." in table.footnotes
    assert "Population: treated." in table.footnotes


@pytest.mark.parametrize(
    ("word", "stopped", "stamp"),
    [
        ("suspend", "", "enrolment waits"),
        ("continue", "2020-02-05", "stopped at an earlier look"),
        ("continue", "", ""),
    ],
)
def test_waiting_and_an_earlier_stop_are_stamped_too(results: Results, word: str, stopped: str, stamp: str) -> None:
    first = replace(results.watches[0], word=word, stopped=stopped)
    table = build(replace(results, watches=(first,)))["monitoring-vod"]
    assert table.rows[0].cells[0].stamp == stamp


def test_looks_in_a_row_share_a_row_but_not_with_the_final_one(tables: dict[str, Table]) -> None:
    table = tables["boundary-vod"]
    assert [c.text for c in table.columns] == [
        "Patients evaluated", "Stop for futility if VOD ≤", "Stop for harm if VOD ≥",
    ]  # fmt: skip
    assert cells(table) == {"5": ["", "3"], "10": ["0", "4"], "13 to 14": ["1", "5"], "15 (final)": ["1", "5"]}
    assert table.rows[2].cells[0].ids == ("monitoring.vod.stop_at_most@13",)
    assert "Equality goes on." in table.footnotes
    assert any("not the rule of any trial" in note for note in table.footnotes)


def test_a_boundary_in_time_leaves_out_events_that_never_stop(tables: dict[str, Table]) -> None:
    assert cells(tables["boundary-time"]) == {"After 2 events": ["3.5"], "After 3 events": ["7.3"]}


def test_characteristics_have_a_row_a_true_rate(tables: dict[str, Table]) -> None:
    table = tables["characteristics-vod"]
    assert [c.text for c in table.columns] == ["True rate of VOD", "Success", "Stop early", "Expected patients"]
    assert cells(table) == {"0.1": ["0.400", "0.600", "12.5"], "0.3": ["0.200", "0.800", "9.0"]}
    assert "Stop early: with fewer than 15 patients." in table.footnotes


def test_two_rules_together_have_a_row_a_pair_of_rates(tables: dict[str, Table]) -> None:
    table = tables["joint-vod-time"]
    assert [c.text for c in table.columns] == [
        "True rates, first and second", "Stop by the first alone", "Stop by the second alone",
        "Stop by both at one look", "No stop", "Expected patients",
    ]  # fmt: skip
    assert cells(table)["0.1 and 0.4"] == ["0.500", "0.250", "", "0.250", "11.5"]
    assert table.footnotes[:2] == ("First rule: VOD <&> liver.", "Second rule: Time to death.")


def test_the_history_of_a_rule_on_times_says_the_time(tables: dict[str, Table]) -> None:
    table = tables["history-time"]
    assert [c.text for c in table.columns][5] == "Months on test"
    assert [c.text for c in table.rows[0].cells][4] == "5.0"


def test_history_leaves_out_days_on_which_nothing_changed(results: Results) -> None:
    first = results.watches[0]
    one, two, three = first.moments
    still = replace(one, date="2020-01-20", enrolled=99)
    table = build(replace(results, watches=(replace(first, moments=(one, still, two, three)),)))["history-vod"]
    assert [r.label for r in table.rows] == ["2020-01-05", "2020-02-05", "2020-03-05"]
    assert "nothing changed" in table.footnotes[0]
    assert [c.text for c in table.rows[1].cells] == ["11", "10", "2", "1", "yes", "0.200", "continue"]
    assert set(table.ids) == {"monitoring.vod"}
