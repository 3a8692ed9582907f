from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.cohort.tables import content_digest
from onearm.io.sources.csv import read_csv


@pytest.fixture
def read(tmp_path):
    def run(content: bytes | str):
        path = tmp_path / "t.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_csv(path, "data/t.csv", "t")

    return run


def cells(raw):
    return raw.frame.drop("line").rows(), raw.frame["line"].to_list()


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n3,4\n",
        "a,b\r\n1,2\r\n3,4\r\n",
        "a,b\r1,2\r3,4\r",
        b"\xef\xbb\xbfa,b\n1,2\n3,4",
        " a , b \n 1, 2 \n\xa03,4\t\n",
        '"a","b"\n"1","2"\n"3","4"\n',
        'a,b\n"1",2\n3,"4"\n',
    ],
)
def test_the_same_table_however_it_is_written(read, content):
    raw = read(content)
    assert raw.findings == ()
    assert raw.frame.columns == ["a", "b", "line"]
    assert cells(raw) == ([("1", "2"), ("3", "4")], [2, 3])
    assert content_digest(raw) == content_digest(read("a,b\n1,2\n3,4\n"))


def test_empty_cells_are_null_and_text_is_kept_as_written(read):
    rows, lines = cells(read("a,b\n,007\n1e5, \n"))
    assert rows == [(None, "007"), ("1e5", None)]
    assert lines == [2, 3]


def test_blank_lines_are_skipped_and_lines_still_counted(read):
    assert cells(read("\n\na,b\n\n1,2\n  \n3,4\n\n")) == ([("1", "2"), ("3", "4")], [5, 7])


def test_newlines_in_quotes_keep_the_lines_of_later_rows(read):
    rows, lines = cells(read('a,b\n"1\n\n1","x, ""y"""\n3,4\n'))
    assert rows == [("1\n\n1", 'x, "y"'), ("3", "4")]
    assert lines == [2, 5]


def test_header_only_is_a_table_without_rows(read):
    raw = read("a,b\n")
    assert raw.findings == ()
    assert raw.frame.shape == (0, 3)
    assert raw.frame.schema == {"a": pl.String, "b": pl.String, "line": pl.Int64}


def test_one_column(read):
    assert cells(read("a\n1\n2\n")) == ([("1",), ("2",)], [2, 3])


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        (b"", "D207", "data/t.csv:1"),
        (b"\xef\xbb\xbf", "D207", "data/t.csv:1"),
        (b"a,b\n1,\xe9\n", "D209", "data/t.csv:2"),
        (b"\xef\xbb\xbfa,b\n\n1,\xff\n", "D209", "data/t.csv:3"),
        (b"a,b\n1,2\n\x00,3\n", "D210", "data/t.csv:3"),
        (b"a,b\n1,2\n1,2,3\n", "D211", "data/t.csv:3"),
        (b"a,b\n1\n", "D211", "data/t.csv:2"),
        (b'a,b\n"x\ny",2\n"1,",2,3\n', "D211", "data/t.csv:4"),
        (b"a,a\n1,2\n", "D212", "data/t.csv:1"),
        (b"a,,\n1,2,3\n", "D212", "data/t.csv:1"),
        (b'a,b\n1,2\n1,"2\n3,4\n', "D213", "data/t.csv:3"),
        (b'a,b\n1,"' + b"x" * 200_000 + b',"\n', "D213", "data/t.csv:2"),
        (b'"a,b\n1,2\n', "D213", "data/t.csv:1"),
        (b"a;b\n1;2\n", "D214", "data/t.csv:1"),
        (b"a\tb\n1\t2\n", "D214", "data/t.csv:1"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(read, content, code, where):
    findings = read(content).findings
    assert [(f.code, f.where, f.severity) for f in findings] == [(code, where, "error")]


def test_the_bad_byte_is_named(read):
    assert "0xe9" in read(b"a\n\xe9\n").findings[0].says


def test_a_folder_instead_of_a_file(tmp_path):
    (tmp_path / "t.csv").mkdir()
    assert [f.code for f in read_csv(tmp_path / "t.csv", "t.csv", "t").findings] == ["D215"]


def test_twenty_ragged_rows_are_named_and_the_rest_counted(read):
    findings = read("a,b\n" + "1\n" * 50).findings
    assert len(findings) == 21
    assert findings[20].says.startswith("30 more rows")
    assert findings[20].where == "data/t.csv:22"


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_findings(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "fuzz.csv"
    path.write_bytes(content)
    raw = read_csv(path, "fuzz.csv", "t")
    assert raw.frame.columns or any(f.blocks for f in raw.findings)
    content_digest(raw)


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=6), min_size=3, max_size=3), max_size=6), st.booleans())
def test_what_the_csv_module_writes_is_read_back(tmp_path_factory, rows, every):
    import csv

    path = tmp_path_factory.getbasetemp() / "back.csv"
    rows = [[c.replace("\0", "").replace("\r", "") for c in row] for row in rows]
    with path.open("w", newline="", encoding="utf-8", errors="replace") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL)
        writer.writerow(["a", "b", "c"])
        writer.writerows(rows)
    raw = read_csv(path, "back.csv", "t")
    assert raw.findings == ()
    strip = pl.Series([c for row in rows for c in row], dtype=pl.String).str.strip_chars().replace("", None)
    assert [c for row in raw.frame.drop("line").rows() for c in row] == strip.to_list()


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n3,4\n",
        "a,b\r\n1,2\r\n\r\n3,\r\n",
        "a , b\n 1,2 \n,\n",
        "a,b\n1\n2,3,4\n5,6\n",
        "a,b\n1,2",
        "\n\na,b\n1,2\n",
        "a\n1\n\n2\n",
    ],
)
def test_small_and_large_files_are_read_alike(text, tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    small = read_csv(path, "t.csv", "t")
    monkeypatch.setattr("onearm.io.sources.csv._LARGE", -1)
    large = read_csv(path, "t.csv", "t")
    assert small.frame.equals(large.frame)
    assert small.findings == large.findings


@pytest.mark.parametrize("name", ["*", "^a$", "^.*$"])
def test_a_name_that_would_be_read_as_a_pattern_is_refused(read, name):
    raw = read(f"subject,{name}\n1,2\n")
    assert [f.code for f in raw.findings] == ["D212"]
