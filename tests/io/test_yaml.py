"""Reading YAML: values as YAML 1.2 has them, lines of every path, and every way in which a file can be wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from onearm.io import yaml


def read(tmp_path: Path, text: str | bytes) -> yaml.Document:
    path = tmp_path / "p.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return yaml.read(path, "p.yaml", "P")


def test_values_and_lines(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        "a: 1\nb: [1.5, no, yes, true, ~, 0x1f, 1e-4, .inf, -.inf]\nc:\n  d: 2014-03-01\n  e: '012'\n  f: 012\n",
    )
    body = document.body
    assert body["a"] == 1
    assert body["b"] == [1.5, "no", "yes", True, None, 31, 1e-4, float("inf"), float("-inf")]
    assert body["c"]["d"] == dt.date(2014, 3, 1)
    assert body["c"]["e"] == "012"
    assert body["c"]["f"] == 12  # YAML 1.2: no octal by a leading zero
    assert document.where("c.e") == "p.yaml:5 c.e"
    assert document.where("c.nothing") == "p.yaml:3 c.nothing"
    assert document.where("") == "p.yaml:1"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "P104"),
        ("# only a comment\n", "P104"),
        ("a: [1, 2\n", "P103"),
        ("a:\n\t- 1\n", "P103"),
        ("a: 1\na: 2\n", "P105"),
        ("? [a, b]\n: 1\n", "P106"),
        ("a: &x [*x]\n", "P106"),
        ("a: 2014-02-30\n", "P107"),
        ("a: *nowhere\n", "P103"),
        (b"a: \xff\xfe\n", "P102"),
        ("a: 1\n---\nb: 2\n", "P103"),
        ("a: !foo 1\n", "P107"),
        ('a: "x\\x01"\n', "P107"),
        ('a: "x\\ud83d"\n', "P107"),
        ("a: " + "9" * 5000 + "\n", "P107"),
    ],
)
def test_each_way_to_be_wrong(tmp_path: Path, text: str | bytes, code: str) -> None:
    document = read(tmp_path, text)
    assert [f.code for f in document.findings] == [code]


def test_a_missing_file_and_a_folder_in_its_place(tmp_path: Path) -> None:
    assert yaml.read(tmp_path / "none.yaml", "none.yaml", "P").findings[0].code == "P101"
    assert yaml.read(tmp_path, "folder", "P").findings[0].code == "P101"


def test_aliases_of_aliases_are_stopped(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    assert "P106" in {f.code for f in read(tmp_path, "\n".join(lines)).findings}


def test_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfa: 1\n").body == {"a": 1}


def test_deep_nesting_is_refused_in_words(tmp_path: Path) -> None:
    document = read(tmp_path, "a: " + "[" * 5000 + "]" * 5000)
    assert document.findings[0].code == "P103"
