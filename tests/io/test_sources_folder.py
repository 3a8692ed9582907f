from __future__ import annotations

import pytest
from factory import good_trial

from onearm.io.sources import READERS, read_tables
from onearm.protocol.trial import TABLES, Data


@pytest.fixture
def trial(tmp_path):
    return good_trial(tmp_path / "trial")


def test_every_table_is_found(trial):
    tables, findings = read_tables(trial / "data", trial, Data())
    assert tuple(tables) == TABLES
    assert findings == []
    assert tables["responses"].file == "data/responses.csv"
    assert tables["responses"].frame["line"].to_list() == list(range(2, 10))


def test_a_file_under_another_name(trial):
    (trial / "data/doses.csv").rename(trial / "data/ex.csv")
    data = Data.model_validate({"tables": {"doses": {"file": "ex.csv"}}})
    tables, findings = read_tables(trial / "data", trial, data)
    assert tables["doses"].file == "data/ex.csv"
    assert tables["doses"].frame.height == 4
    assert findings == []


@pytest.mark.parametrize("file", ["../../x.csv", "/etc/hosts", "a\0b.csv", "x" * 5000 + ".csv"])
def test_files_that_cannot_be(trial, file):
    data = Data.model_validate({"tables": {"doses": {"file": file}}})
    tables, _ = read_tables(trial / "data", trial, data)
    assert tables["doses"].findings[0].code in ("D204", "D216")
    assert tables["doses"].frame.columns == []


def test_optional_tables_may_be_absent(trial):
    (trial / "data/doses.csv").unlink()
    tables, findings = read_tables(trial / "data", trial, Data())
    assert "doses" not in tables
    assert findings == []


def test_a_required_table_that_is_missing_says_so_itself(trial):
    (trial / "data/followup.csv").unlink()
    tables, findings = read_tables(trial / "data", trial, Data())
    assert [f.code for f in tables["followup"].findings] == ["D201"]
    assert findings == []


def test_a_file_instead_of_a_folder(trial):
    tables, findings = read_tables(trial / "protocol.yaml", trial, Data())
    assert tables == {}
    assert [f.code for f in findings] == ["D202"]


def test_hidden_and_other_files_are_left_alone(trial):
    for name in (".x.csv", "~lock.csv", "README.md"):
        (trial / "data" / name).write_text("x\n")
    assert read_tables(trial / "data", trial, Data())[1] == []


def test_an_excel_workbook_is_pointed_out(trial):
    (trial / "data/doses.csv").rename(trial / "data/doses.xlsx")
    _, findings = read_tables(trial / "data", trial, Data())
    assert [(f.code, f.severity) for f in findings] == [("D205", "warning")]


def test_readers_are_named_by_suffix():
    assert set(READERS) == {".csv", ".parquet"}
