"""Tables as RTF: the same words, on every page their title and headings."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from document_by_hand import NUMBER, by_hand, of_table, wide_table
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("rtflite")

from onearm.errors import UsageError
from onearm.report.document import Tabled
from onearm.report.writers.rtf import to_rtf
from onearm.tables.model import Cell, Row, Table

DOCUMENT = by_hand()
TABLES = [b.table for b in DOCUMENT.blocks() if isinstance(b, Tabled)]
CHOSEN = [*TABLES[:4], TABLES[-1], next(t for t in TABLES if t.groups)]

_TOKEN = re.compile(r"\\u(-?\d+)\?|\\([a-z*]+)(-?\d+)? ?|\\([\\{}])|([{}])|\r?\n|([^\\{}\r\n])")
_APART = {"cell", "par", "line", "row", "tab", "sect"}


def read(raw: bytes, *, wanted: str = "") -> str:
    """The text of an RTF file by a reader of its own, or of a destination such as ``header``."""
    units, keeps = [], [wanted == ""]
    for found in _TOKEN.finditer(raw.decode("ascii")):
        number, word, _, sign, brace, letter = found.groups()
        if brace == "{":
            keeps.append(keeps[-1])
        elif brace == "}":
            keeps.pop()
        elif word in ("fonttbl", "header", "headerf", "footer", "footerf", "fldinst"):
            keeps[-1] = word == wanted
        elif keeps[-1]:
            units.append(int(number) % 65536 if number else ord(sign or letter or (" " if word in _APART else "\0")))
    return b"".join(u.to_bytes(2, "little") for u in units if u).decode("utf-16-le")


@pytest.fixture(scope="module")
def raw() -> bytes:
    return to_rtf(CHOSEN, DOCUMENT)


def test_the_words_are_those_of_the_tables_in_order(raw: bytes) -> None:
    wanted = " ".join(text for table in CHOSEN for text in of_table(table))
    assert read(raw).split() == wanted.split()
    assert NUMBER.findall(read(raw)) == NUMBER.findall(wanted)


def test_each_table_is_a_section_with_its_title_and_notice_on_every_page(raw: bytes) -> None:
    assert raw.count(rb"\sectd") == len(CHOSEN)
    assert raw.count(rb"\titlepg") == len(CHOSEN)
    first, later = read(raw, wanted="headerf"), read(raw, wanted="header")
    for table in CHOSEN:
        number = next(b.name for b in DOCUMENT.blocks() if isinstance(b, Tabled) and b.table.id == table.id)
        assert f"{number}. {table.title}" in first
        assert f"{number}. {table.title} (continued)" in later
    assert "(continued)" not in first
    assert later.count("(continued)") == len(CHOSEN)
    assert first.count(DOCUMENT.notice) == later.count(DOCUMENT.notice) == len(CHOSEN)
    assert read(raw, wanted="footer") == read(raw, wanted="footerf")
    assert raw.count(b"NUMPAGES") == 2 * len(CHOSEN)


def test_pages_lie_across() -> None:
    made = to_rtf(CHOSEN[:1], DOCUMENT)
    size = re.search(rb"\\paperw(\d+)\\paperh(\d+)\\landscape", made)
    assert size is not None
    assert int(size[1]) > int(size[2])


def test_headings_come_again_on_every_page() -> None:
    table = wide_table(8, 100)
    made = to_rtf([table], DOCUMENT)
    pages = 1 + made.count(rb"\pagebb")
    assert pages > 2
    assert made.count(rb"\trhdr") == pages
    assert read(made).count("Column 1 ") == pages


def test_a_heading_of_rows_is_not_left_at_the_foot_of_a_page() -> None:
    rows = tuple(
        Row(f"Head {i}", head=True) if i % 2 else Row(f"Row {i}", (Cell(((str(i), "x"),)),), indent=1)
        for i in range(99)
    )
    table = Table(id="t", title="T", section="s", columns=(Cell(), Cell((("n", ""),))), rows=rows)
    for page in to_rtf([table], DOCUMENT).split(rb"\pagebb")[:-1]:
        assert b"Head" not in page[page.rindex(rb"\trowd") :]


def test_a_heading_of_rows_is_indented_by_its_level() -> None:
    rows = (Row("Top", head=True), Row("Below", head=True, indent=2), Row("Line", (Cell(),), indent=3))
    made = to_rtf([Table(id="t", title="T", section="s", columns=(Cell(), Cell()), rows=rows)], DOCUMENT)
    assert rb"{\f3\b Top}" in made
    assert rb"\li320 Below" in made
    assert re.search(rb"\\li480[^{]*\{\\f3 Line", made)


def test_every_row_has_as_many_cells_as_edges(raw: bytes) -> None:
    rows = re.findall(rb"\\trowd.*?\\row", raw, re.DOTALL)
    assert len(rows) >= sum(len(t.rows) + 1 for t in CHOSEN)
    assert all(row.count(rb"\cellx") == len(re.findall(rb"\\cell(?!x)", row)) for row in rows)


def test_every_row_has_the_edges_of_its_table() -> None:
    made = to_rtf([wide_table(8, 3)], DOCUMENT)
    edges = {tuple(re.findall(rb"\\cellx(\d+)", row)) for row in re.findall(rb"\\trowd.*?\\row", made, re.DOTALL)}
    assert len(edges) == 1


def test_the_same_bytes_in_two_processes() -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); from document_by_hand import by_hand, wide_table;"
        "from onearm.report.writers.rtf import to_rtf;"
        "print(hashlib.sha256(to_rtf([wide_table()], by_hand())).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)], capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "7", "PATH": ""},
    )  # fmt: skip
    assert run.stdout.strip() == hashlib.sha256(to_rtf([wide_table()], DOCUMENT)).hexdigest()


def test_a_table_that_the_document_does_not_show_has_no_number() -> None:
    other = replace(wide_table(), id="other", title="Another")
    heads = read(to_rtf([other], DOCUMENT), wanted="header")
    assert "Another" in heads
    assert re.search(r"Table \d+\. Another", heads) is None


def test_without_tables_and_without_rows_there_is_a_file() -> None:
    assert "There are no tables." in read(to_rtf([], DOCUMENT))
    assert "Column 1" in read(to_rtf([wide_table(4, 0)], DOCUMENT))


def test_a_large_listing_is_written_in_time() -> None:
    begun = time.process_time()
    made = to_rtf([wide_table(8, 2000)], DOCUMENT)
    assert time.process_time() - begun < 5
    assert "1999.7" in read(made)


def test_without_rtflite_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rtflite", None)
    with pytest.raises(UsageError, match=r'U393 .*pip install "onearm\[rtf\]"'):
        to_rtf(CHOSEN, DOCUMENT)


@settings(max_examples=15)
@given(st.lists(st.text(max_size=30), min_size=5, max_size=5))
def test_any_text_is_read_again_as_it_was(texts: list[str]) -> None:
    head, label, cell, note, title = texts
    table = Table(
        id="t", title=title, section="s", columns=(Cell(), Cell(((head, "a"),))),
        rows=(Row(label, (Cell(((cell, cell),)),), note=note, indent=1), Row(note, head=True)), footnotes=(note,),
    )  # fmt: skip
    seen = read(to_rtf([table], replace(DOCUMENT, title=title, notice=cell, over=label)))
    wanted = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]", "\ufffd", " ".join(of_table(table)))
    assert re.sub(r"\s", "", seen) == re.sub(r"\s", "", wanted)


@pytest.mark.parametrize("text", ["± ≥ – µ é", "𝑝 < .05", "{\\b}", "x_1^2", "\\alpha @0@", "w" * 3000])
def test_signs_come_out_as_they_are(text: str) -> None:
    table = Table(id="t", title="T", section="s", columns=(Cell(), Cell()), rows=(Row(text, (Cell(((text, "k"),)),)),))
    assert read(to_rtf([table], DOCUMENT)).split() == [*text.split(), *text.split()]
