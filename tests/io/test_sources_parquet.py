from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.cohort.tables import content_digest
from onearm.io.sources.csv import read_csv
from onearm.io.sources.parquet import read_parquet


@pytest.fixture
def read(tmp_path):
    def run(frame: pl.DataFrame):
        path = tmp_path / "t.parquet"
        frame.write_parquet(path)
        return read_parquet(path, "data/t.parquet", "t")

    return run


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        ([" x ", "", None], pl.String, ["x", None, None]),
        ([1, -2, None], pl.Int64, ["1", "-2", None]),
        ([1.0, 0.1, None, float("nan"), 1e-6, 1e20], pl.Float64, ["1", "0.1", None, None, "1e-06", "1e+20"]),
        ([0.1, 2.0], pl.Float32, ["0.1", "2"]),
        ([True, None], pl.Boolean, ["true", None]),
        ([dt.date(2014, 3, 1), None], pl.Date, ["2014-03-01", None]),
        ([dt.datetime(2014, 3, 1), None], pl.Datetime, ["2014-03-01", None]),
        ([dt.datetime(2014, 3, 1, 8)], pl.Datetime, ["2014-03-01T08:00:00"]),
        (["a", "b"], pl.Categorical, ["a", "b"]),
        ([None, None], pl.Null, [None, None]),
    ],
)
def test_values_become_the_text_of_a_csv(read, values, kind, text):
    raw = read(pl.DataFrame({"a": pl.Series(values, dtype=kind)}))
    assert raw.findings == ()
    assert raw.frame["a"].to_list() == text
    assert raw.frame.schema == {"a": pl.String, "line": pl.Int64}
    assert raw.frame["line"].to_list() == list(range(1, len(values) + 1))


def test_decimals(read):
    raw = read(pl.DataFrame({"a": pl.Series(["1.50", "2.00"]).cast(pl.Decimal(10, 2))}))
    assert raw.frame["a"].to_list() == ["1.5", "2"]


def test_same_content_same_digest(read, tmp_path):
    frame = pl.DataFrame({"b": [1.5, None, 3.0], "a": ["x", "y", None], "d": [dt.date(2014, 1, 2)] * 3})
    frame.write_csv(tmp_path / "t.csv")
    one, other = read(frame), read_csv(tmp_path / "t.csv", "data/t.csv", "t")
    assert content_digest(other) != content_digest(read(frame.with_columns(b=pl.col("b") + 1)))
    assert content_digest(one) == content_digest(other)
    assert content_digest(one) != content_digest(read(frame.rename({"a": "aa"})))


def test_digest_tells_empty_from_moved(read):
    one = pl.DataFrame({"a": ["x", None], "b": ["y", "z"]})
    other = pl.DataFrame({"a": [None, "x"], "b": ["y", "z"]})
    assert content_digest(read(one)) != content_digest(read(other))


def test_names_twice_after_stripping(read):
    raw = read(pl.DataFrame({"a": [1], "a ": [2]}))
    assert [f.code for f in raw.findings] == ["D212"]
    assert raw.frame.columns == []


def test_empty_file(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"")
    assert [f.code for f in read_parquet(tmp_path / "t.parquet", "t", "t").findings] == ["D207"]


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_findings(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "fuzz.parquet"
    path.write_bytes(content)
    assert any(f.blocks for f in read_parquet(path, "t", "t").findings)


@pytest.mark.parametrize("at", range(20, 380, 24))
def test_a_damaged_file_gives_a_table_or_findings(tmp_path, at):
    """Some of these make the decoder abort its process, for want of 2**61 bytes."""
    path = tmp_path / "damaged.parquet"
    pl.DataFrame({"a": ["x", "y"], "b": [1, 2]}).write_parquet(path)
    content = bytearray(path.read_bytes())
    content[at] = 29
    path.write_bytes(bytes(content))
    raw = read_parquet(path, "t", "t")
    assert raw.frame.columns or any(f.blocks for f in raw.findings)


def test_a_column_called_line_gives_way(read):
    raw = read(pl.DataFrame({"a": ["x", "y"], "line": [7, 8]}))
    assert [(f.code, f.severity) for f in raw.findings] == [("D221", "warning")]
    assert raw.frame["line"].to_list() == [1, 2]


def test_a_folder_instead_of_a_file(tmp_path):
    (tmp_path / "t.parquet").mkdir()
    assert [f.code for f in read_parquet(tmp_path / "t.parquet", "t", "t").findings] == ["D215"]


def test_a_name_that_would_be_read_as_a_pattern_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"subject": ["1"], "*": ["2"]}).write_parquet(path)
    assert [f.code for f in read_parquet(path, "data/t.parquet", "t").findings] == ["D212"]
