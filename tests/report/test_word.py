"""A document as a Word file: its words, its tables, its ids, its pages."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from document_by_hand import FIGURES, LONG, abstract, by_hand, numbers, png, wide_table, words
from hypothesis import given, settings
from hypothesis import strategies as st

docx = pytest.importorskip("docx")

from docx.oxml.ns import qn  # noqa: E402

from onearm.errors import UsageError  # noqa: E402
from onearm.report.document import Document, Figured, Section, Tabled, Text  # noqa: E402
from onearm.report.writers.word import to_docx  # noqa: E402
from onearm.tables.model import Cell, Row, Table  # noqa: E402

DOCUMENT = by_hand()


@pytest.fixture(scope="module")
def raw() -> bytes:
    return to_docx(DOCUMENT, FIGURES)


@pytest.fixture(scope="module")
def word(raw: bytes) -> Any:
    return docx.Document(io.BytesIO(raw))


def said(word: Any) -> str:
    """The words of the body without the contents, in reading order."""
    lines, skip = [], False
    for p in word.element.body.iter(qn("w:p")):
        text = "".join(e.text or "" if e.tag == qn("w:t") else " " for e in p.iter(qn("w:t"), qn("w:br"), qn("w:tab")))
        style = p.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        named = "" if style is None else style.get(qn("w:val"))
        skip = named.startswith("Toc") or text.startswith("For page numbers choose")
        if not skip:
            lines.append(text.removeprefix("• "))
    return " ".join(lines)


def test_every_word_of_the_document_is_in_the_file_once_and_in_order(word: Any) -> None:
    assert said(word).split() == words(DOCUMENT).split()


def test_every_number_stands_in_a_control_with_its_id(word: Any) -> None:
    found = {
        (
            c.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")),
            "".join(t.text for t in c.iter(qn("w:t"))).replace("\u00a0", " "),
        )
        for c in word.element.body.iter(qn("w:sdt"))
    }
    tables = [b.table for b in DOCUMENT.blocks() if isinstance(b, Tabled)]
    wanted = {(key, text) for table in tables for cell in table.cells() for text, key in cell.parts if key and text}
    assert {(k, t) for k, t in wanted if len(k) <= 64} <= found
    assert ("orr", "44 (91.7%)") in found
    assert all(len(tag) <= 64 for tag, _ in found)


def test_an_id_that_word_would_refuse_is_listed_whole_in_the_file(raw: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        listed = parts.read("customXml/onearmNumbers.xml").decode()
    short = re.search(rf'tag="([^"]+)" id="{LONG}"', listed)
    assert short is not None
    assert len(short[1]) == 64


def test_without_long_ids_there_is_no_list() -> None:
    raw = to_docx(Document(kind="summary", title="T", over=""), {})
    assert "customXml/onearmNumbers.xml" not in zipfile.ZipFile(io.BytesIO(raw)).namelist()


def test_header_rows_repeat_and_no_row_is_split(word: Any) -> None:
    for table in word.element.body.iter(qn("w:tbl")):
        rows = list(table.iter(qn("w:tr")))
        assert all(r.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for r in rows)
    tables = [b.table for b in DOCUMENT.blocks() if isinstance(b, Tabled)]
    heads = sum(2 if t.groups else 1 for t in tables)
    assert len(list(word.element.body.iter(qn("w:tblHeader")))) == heads


def test_every_row_fills_the_grid_of_its_table(word: Any) -> None:
    for table in word.element.body.iter(qn("w:tbl")):
        grid = len(list(table.iter(qn("w:gridCol"))))
        for row in table.iter(qn("w:tr")):
            spans = [c.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}") for c in row.iter(qn("w:tc"))]
            assert sum(1 if s is None else int(s.get(qn("w:val"))) for s in spans) == grid


def test_captions_count_by_fields(word: Any) -> None:
    captions = [p for p in word.paragraphs if p.style.name == "Caption"]
    fields = [f.get(qn("w:instr")).strip() for p in captions for f in p._p.iter(qn("w:fldSimple"))]
    blocks = [b for b in DOCUMENT.blocks() if isinstance(b, (Tabled, Figured))]
    assert fields == [f"SEQ {'Table' if isinstance(b, Tabled) else 'Figure'} \\* ARABIC" for b in blocks]


def test_a_number_out_of_turn_is_kept_when_fields_are_updated() -> None:
    section = Section("a", "A", (Tabled(4, wide_table(3)), Tabled(5, wide_table(3))))
    made = docx.Document(io.BytesIO(to_docx(replace(DOCUMENT, sections=(section,)), {})))
    fields = [f.get(qn("w:instr")).strip() for f in made.element.body.iter(qn("w:fldSimple"))]
    assert fields == ["SEQ Table \\* ARABIC \\r 4", "SEQ Table \\* ARABIC"]


def test_pictures_have_their_natural_width_or_the_page_and_words_for_who_cannot_see_them(word: Any) -> None:
    small, large = word.inline_shapes
    assert small.width == 600 * 914400 // 300
    room = word.sections[0]
    assert large.width <= room.page_width - room.left_margin - room.right_margin
    assert large.height < room.page_height - room.top_margin - room.bottom_margin
    assert abs(large.height / large.width - 1.5) < 0.01
    assert small._inline.docPr.get("descr") == "Overall survival. Overall survival ≥ 25.3 months."


def test_a_wide_table_has_a_wide_page_and_upright_pages_follow() -> None:
    blocks = (
        Text((("Before.", ""),)), Tabled(1, wide_table()), Text((("Between.", ""),)), Tabled(2, wide_table()),
        Text((("After.", ""),)),
    )  # fmt: skip
    made = docx.Document(
        io.BytesIO(to_docx(replace(DOCUMENT, sections=(Section("a", "A", blocks), abstract())), FIGURES))
    )
    assert [s.page_width > s.page_height for s in made.sections] == [False, True, False]
    assert "Page" in made.sections[0].footer.paragraphs[0].text
    assert all(s.footer.is_linked_to_previous for s in list(made.sections)[1:])


def test_a_file_that_ends_wide_has_no_empty_page_after_it(word: Any) -> None:
    assert [s.page_width > s.page_height for s in word.sections][-2:] == [False, True]
    assert word.element.body[-2].tag == qn("w:p")
    assert "Day 1." in word.paragraphs[-1].text


def test_a_table_of_many_narrow_columns_stays_upright() -> None:
    section = Section("a", "A", (Tabled(1, wide_table(8)),))
    made = docx.Document(io.BytesIO(to_docx(replace(DOCUMENT, sections=(section,)), {})))
    assert [s.page_width > s.page_height for s in made.sections] == [False]


def test_figures_of_a_summary_are_low() -> None:
    made = docx.Document(io.BytesIO(to_docx(by_hand(kind="summary"), FIGURES)))
    section = made.sections[0]
    room = section.page_height - section.top_margin - section.bottom_margin
    assert all(shape.height <= room / 4 for shape in made.inline_shapes)


def test_header_and_footer_say_trial_notice_and_pages(word: Any) -> None:
    section = word.sections[0]
    assert [p.text for p in section.header.paragraphs] == [DOCUMENT.over, DOCUMENT.notice]
    fields = [f.get(qn("w:instr")).strip() for f in section.footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_contents_name_every_heading_and_a_summary_has_none(word: Any) -> None:
    marks = {b.get(qn("w:name")) for b in word.element.body.iter(qn("w:bookmarkStart"))}
    links = [h.get(qn("w:anchor")) for h in word.element.body.iter(qn("w:hyperlink"))]
    assert len(links) == len(list(DOCUMENT.every()))
    assert set(links) == marks
    listed = [p.text for p in word.paragraphs if p.style.name.casefold().startswith("toc ")]
    assert listed == ["Contents", *(one.title for one in DOCUMENT.every())]
    after = word.paragraphs[[p.text for p in word.paragraphs].index("Contents") + len(listed)]
    assert after.text == "Abstract"
    assert word.settings.element.find(qn("w:updateFields")).get(qn("w:val")) == "true"
    assert b"TOC" not in zipfile.ZipFile(io.BytesIO(to_docx(by_hand(kind="summary"), FIGURES))).read(
        "word/document.xml"
    )
    short = docx.Document(io.BytesIO(to_docx(by_hand(kind="summary"), FIGURES)))
    assert short.settings.element.find(qn("w:updateFields")) is None


def heights(*pictures: tuple[int, int], caption: str = "What is seen.") -> list[float]:
    """Points of the height of each figure in a report."""
    shown = tuple(Figured(k, f"f{k}", "Figure", ((caption, ""),)) for k in range(1, len(pictures) + 1))
    drawn = {f"f{k}": png(*size, per_inch=100) for k, size in enumerate(pictures, start=1)}
    made = to_docx(replace(DOCUMENT, sections=(Section("s", "S", shown),)), drawn)
    return [int(one.height) / 12700 for one in docx.Document(io.BytesIO(made)).inline_shapes]


def test_two_figures_share_a_page_where_they_can_be_read() -> None:
    page = (16838 - 1304 - 1134) / 20
    curve, column = heights((660, 560), (660, 1200))
    assert 0.66 * 560 * 0.72 < curve < page / 2 - 40
    assert page / 2 < column <= page - 110
    (alone,) = heights((660, 560), caption="many words " * 150)
    assert alone > curve
    assert heights((300, 100)) == [pytest.approx(72)]


def test_a_short_table_stays_with_its_caption_and_its_notes() -> None:
    def kept(rows: int) -> list[bool]:
        found = replace(wide_table(3, rows), footnotes=("One.", "Two."))
        made = to_docx(replace(DOCUMENT, sections=(Section("s", "S", (Tabled(1, found),)),)), {})
        word = docx.Document(io.BytesIO(made))
        body = [p for row in word.tables[-1].rows for p in row.cells[0].paragraphs]
        notes = [p for p in word.paragraphs if p.text in ("One.", "Two.")]
        return [bool(p.paragraph_format.keep_with_next) for p in (*body, *notes)]

    assert kept(11) == [True] * 13 + [False]
    assert kept(12) == [True] + [False] * 11 + [True] + [False] * 2


def test_properties_are_those_of_the_document(word: Any) -> None:
    about = word.core_properties
    assert (about.title, about.author, about.language) == (DOCUMENT.title, DOCUMENT.software, "en-GB")
    assert about.created.isoformat()[:10] == about.modified.isoformat()[:10] == "2017-06-30"
    assert about.revision == 1


def test_the_same_bytes_in_two_processes(raw: bytes) -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); from document_by_hand import FIGURES, by_hand;"
        "from onearm.report.writers.word import to_docx;"
        "print(hashlib.sha256(to_docx(by_hand(), FIGURES)).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)], capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "7", "PATH": ""},
    )  # fmt: skip
    assert run.stdout.strip() == hashlib.sha256(raw).hexdigest()
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        assert {i.date_time for i in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert parts.namelist() == sorted(parts.namelist())
        assert b"rsid" not in parts.read("word/document.xml")


def test_a_figure_that_was_not_drawn_is_named() -> None:
    with pytest.raises(UsageError, match=r"U392 error figure flow: .* \(drawn: km-os\)"):
        to_docx(DOCUMENT, {"km-os": FIGURES["km-os"]})


@pytest.mark.parametrize("data", [b"", b"<svg/>", FIGURES["flow"][:20], b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_figure_that_is_no_picture_is_named(data: bytes) -> None:
    with pytest.raises(UsageError, match="U392 error figure km-os: it is no PNG picture"):
        to_docx(DOCUMENT, {**FIGURES, "km-os": data})


def test_without_python_docx_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(UsageError, match=r'U393 .*pip install "python-docx"'):
        to_docx(DOCUMENT, FIGURES)


def test_python_docx_is_loaded_only_when_a_file_is_written() -> None:
    code = "import sys; import onearm.report.writers.word; print('docx' in sys.modules, 'lxml' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def one_table(texts: list[str]) -> Document:
    head, label, cell, note, title = texts
    table = Table(
        id="t", title=title, section="s", columns=(Cell(), Cell(((head, "a"),))),
        rows=(Row(label, (Cell(((cell, cell),)),), note=note),), footnotes=(note,),
    )  # fmt: skip
    blocks = (Text(((cell, label),), lead=head), Tabled(1, table), Figured(1, "f", title, ((note, note),)))
    return replace(DOCUMENT, title=title, notice=note, over=head, sections=(Section("s", label, blocks),))


@settings(max_examples=40)
@given(st.lists(st.text(max_size=30), min_size=5, max_size=5))
def test_any_text_can_be_written_and_read_again(texts: list[str]) -> None:
    document = one_table(texts)
    made = docx.Document(io.BytesIO(to_docx(document, {"f": png()})))
    kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", words(document))
    assert [w.strip("•") for w in said(made).split()] == [w.strip("•") for w in kept.split()]


def test_very_long_words_do_not_widen_a_table() -> None:
    made = docx.Document(io.BytesIO(to_docx(one_table(["w" * 5000] * 5), {"f": png()})))
    section = made.sections[-1]
    room = (section.page_width - section.left_margin - section.right_margin) // 635
    wide = [int(g.get(qn("w:w"))) for g in made.element.body.iter(qn("w:gridCol"))]
    assert sum(wide) <= room + 5


def test_a_listing_of_two_thousand_rows_is_written_in_time() -> None:
    listing = Section("l", "Listing", (Tabled(1, wide_table(8, 2000)),))
    begun = time.process_time()
    raw = to_docx(replace(DOCUMENT, sections=(listing,)), {})
    assert time.process_time() - begun < 10
    made = docx.Document(io.BytesIO(raw))
    assert len(list(made.element.body.iter(qn("w:tr")))) == 2001
    assert not list(made.element.body.iter(qn("w:sdt")))


def test_the_numbers_of_the_document_are_those_of_the_file(word: Any) -> None:
    assert re.findall(r"\d[\d.,]*", said(word)) == numbers(DOCUMENT)
