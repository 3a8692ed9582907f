"""Files of clicked points."""

from __future__ import annotations

from pathlib import Path

import pytest

from onearm.errors import DataError, UsageError
from onearm.io.digitised import read_clicks


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "clicks.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        '"V1","V2"\n-0.5,98.9\n1.5,97\n',
        "-0.5,98.9\n1.5,97",
        "\ufefftime;survival\r\n-0.5;98.9\r\n\r\n1.5;97\r\n",
        "Dataset x\tDataset y\n-5.0E-1\t9.89e1\n1.5\t97\n",
    ],
)
def test_what_digitisers_write(tmp_path: Path, text: str) -> None:
    clicks = read_clicks(file(tmp_path, text), scale="percent")
    assert clicks.time.tolist() == [-0.5, 1.5]
    assert clicks.survival.tolist() == [98.9, 97]
    assert clicks.scale == "percent"


def test_names_of_columns(tmp_path: Path) -> None:
    assert read_clicks(file(tmp_path, "month,os\n1,0.9\n"), scale="proportion").columns == ("month", "os")


@pytest.mark.parametrize(
    ("text", "scale", "words"),
    [
        ("1,0.9\n2,x\n", "proportion", "X606 error clicks.csv:2: the line is not two numbers: '2,x'"),
        ("1,0.9,3\n", "proportion", "clicks.csv:1: the line is not two numbers"),
        ("a,b\nc,d\n", "proportion", "clicks.csv:2: the line is not two numbers"),
        ("1,nan\n", "proportion", "not two numbers"),
        ("1;0,9\n", "proportion", "not two numbers"),
        ("time,survival\n", "proportion", "the file holds no points"),
        ("1,0.9\n", "percent", "the largest survival is 0.9: that is no percentage"),
        ("1,90\n", "proportion", "the largest survival is 90: that is no proportion"),
    ],
)
def test_refusals(tmp_path: Path, text: str, scale: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_clicks(file(tmp_path, text), scale=scale)


def test_refusals_before_reading(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must be percent or proportion, found 'permille'"):
        read_clicks(tmp_path / "none.csv", scale="permille")
    with pytest.raises(DataError, match="X601"):
        read_clicks(tmp_path / "none.csv", scale="percent")
    latin = tmp_path / "latin.csv"
    latin.write_bytes(b"Zeit \xfc,S\n1,1\n")
    with pytest.raises(DataError, match="not UTF-8"):
        read_clicks(latin, scale="percent")
