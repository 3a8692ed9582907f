"""PDF: the words of the document in their order, and what a screen reader finds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from document_by_hand import by_hand, of_block
from pdf_read import Element, read, structure
from pypdf.generic import ContentStream

from onearm.errors import UsageError
from onearm.report.document import Document, Figured, Section, Tabled
from onearm.report.writers import pdf
from onearm.report.writers.pdf import to_pdf

DRAWN = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 504 300"><rect x="9" y="9" width="90" height="40"/>'
    b'<text x="20" y="90" style="font: 8.5px \'DejaVu Sans\', Verdana, sans-serif">Months</text></svg>'
)
FIGURES = {"km-os": DRAWN, "flow": DRAWN}


@pytest.fixture(scope="module")
def document() -> Document:
    return by_hand(tables=12)


@pytest.fixture(scope="module")
def made(document: Document) -> bytes:
    return to_pdf(document, FIGURES)


@pytest.fixture(scope="module")
def tree(made: bytes) -> Element:
    return structure(made)


def squeezed(words: str) -> str:
    return re.sub(r"[\s\u2060]", "", words)


def of_sections(document: Document) -> str:
    """All words from the first heading on; a stamp stands without brackets, the document's notice not again."""
    said = []
    for section in document.every():
        said.append(section.title)
        for block in section.blocks:
            if isinstance(block, Tabled) and block.table.notice == document.notice:
                block = replace(block, table=replace(block.table, notice=""))
            said += of_block(block)
    stamps = {cell.stamp for b in document.blocks() if isinstance(b, Tabled) for cell in b.table.cells()}
    words = " ".join(said)
    for stamp in {*stamps, "gate failed"} - {""}:
        words = words.replace(f"[{stamp}]", stamp)
    return words


def after_contents(tree: Element) -> str:
    """What is said after the table of contents; marks of lists and letters within figures are left out."""
    parts = tree.parts
    last = max((k for k, one in enumerate(parts) if one.kind == "/TOC"), default=-1)
    for part in parts:
        for one in part.every():
            if one.kind in ("/Lbl", "/Figure"):
                one.parts, one.text = [], ""
    return "".join(one.said for one in parts[last + 1 :])


def test_words_of_the_pdf_are_those_of_the_document_in_order(document: Document, tree: Element) -> None:
    assert squeezed(after_contents(tree)) == squeezed(of_sections(document))


def test_a_notice_of_a_table_that_is_not_the_documents_is_printed_under_it(document: Document) -> None:
    block = next(b for b in document.blocks() if isinstance(b, Tabled))
    other = replace(block, table=replace(block.table, notice="A notice of its own."))
    small = replace(document, sections=(Section("s", "S", (other,)),))
    assert "A notice of its own." in structure(to_pdf(small, {})).said


def test_title_facts_and_notice_stand_first(document: Document, tree: Element) -> None:
    said = [document.over, document.title, *(f"{k} {v}" for k, v in document.facts), document.notice, document.software]
    assert squeezed(tree.said).startswith(squeezed("".join(said)))
    assert [one.said for one in tree.every() if one.kind == "/Title"] == [document.title]


def test_the_file_says_what_a_screen_reader_asks_for(document: Document, made: bytes) -> None:
    reader = read(made)
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"] is True or bool(root["/MarkInfo"]["/Marked"])
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert reader.metadata.title == document.title
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


def test_all_that_is_drawn_is_marked_and_links_say_where_they_lead(made: bytes) -> None:
    reader = read(made)
    for page in reader.pages:
        assert page["/Tabs"] == "/S"
        assert all(link.get_object()["/Contents"] for link in page.get("/Annots", []))
        deep = 0
        for _, operator in ContentStream(page.get_contents(), reader).operations:
            deep += (operator in (b"BDC", b"BMC")) - (operator == b"EMC")
            assert deep or operator not in (b"Tj", b"TJ", b"Do", b"f", b"f*", b"S", b"B")


def test_headings_leave_no_level_out(tree: Element) -> None:
    levels = [int(one.kind[2:]) for one in tree.every() if re.fullmatch(r"/H\d", one.kind)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_only_date_is_the_cut_off(document: Document, made: bytes) -> None:
    assert read(made).metadata["/CreationDate"] == "D:20170630000000Z"
    small = replace(document, sections=())
    for date in ("", "day 900", "2017-02-30"):
        assert not {"/CreationDate", "/ModDate"} & set(read(to_pdf(replace(small, date=date), {})).metadata)


def test_every_figure_has_its_caption_as_alternative_text(document: Document, tree: Element) -> None:
    captions = ["".join(text for text, _ in b.caption) for b in document.blocks() if isinstance(b, Figured)]
    assert [one.alternative for one in tree.every() if one.kind == "/Figure"] == captions


def test_every_table_has_a_caption_and_a_heading_cell_over_each_column(document: Document, tree: Element) -> None:
    written = [one for one in tree.every() if one.kind == "/Table"]
    tables = [b for b in document.blocks() if isinstance(b, Tabled)]
    assert len(written) == len(tables)
    for one, block in zip(written, tables, strict=True):
        assert [p.said for p in one.parts if p.kind == "/Caption"] == [f"{block.name}. {block.table.title}"]
        heads = [
            cell.said for part in one.parts if part.kind == "/THead" for cell in part.every() if cell.kind == "/TH"
        ]
        over = [text for text, _ in block.table.groups]
        columns = [*over, *(cell.text for cell in block.table.columns)]
        assert heads[: len(columns)] == columns
        rows = [row for row in one.every() if row.kind == "/TR"]
        assert len(rows) == len(block.table.rows) + 1 + bool(over)


def test_bookmarks_are_the_headings(document: Document, made: bytes) -> None:
    def titles(bookmarks: list[Any]) -> list[Any]:
        return [titles(one) if isinstance(one, list) else one.title for one in bookmarks]

    def headings(sections: tuple[Section, ...]) -> list[Any]:
        return [part for s in sections for part in ([s.title, headings(s.sections)] if s.sections else [s.title])]

    assert titles(read(made).outline) == headings(document.sections)


def test_contents_name_each_section_and_lead_to_its_page(document: Document, made: bytes, tree: Element) -> None:
    entries = [squeezed(one.said) for one in tree.every() if one.kind == "/TOCI" and one.parts]
    reader = read(made)
    pages = {one.title: reader.get_destination_page_number(one) + 1 for one in _flat(reader.outline)}
    assert [f"{squeezed(s.title)}{pages[s.title]}" for s in document.every()] == [e.lstrip(".") for e in entries]
    links = [a.get_object() for page in reader.pages for a in page.get("/Annots", [])]
    assert len(links) >= len(entries)
    assert {link["/Subtype"] for link in links} == {"/Link"}


def _flat(bookmarks: list[Any]) -> list[Any]:
    return [one for b in bookmarks for one in (_flat(b) if isinstance(b, list) else [b])]


def test_a_summary_has_no_contents_and_smaller_type(document: Document) -> None:
    short = by_hand(kind="summary", tables=2)
    tree = structure(to_pdf(short, FIGURES))
    assert not [one for one in tree.every() if one.kind == "/TOC"]
    assert squeezed(of_sections(short)) in squeezed(after_contents(tree))


def test_fonts_are_those_that_come_with_typst_and_matplotlib(made: bytes) -> None:
    names = set()
    for page in read(made).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            names.add(str(font["/BaseFont"]).partition("+")[2])
    assert names
    assert all(name.startswith(("LibertinusSerif", "DejaVuSans", "LastResort")) for name in names)


def test_same_bytes_in_another_process_folder_and_time_zone(made: bytes, tmp_path: Path) -> None:
    here = Path(__file__).parent
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from document_by_hand import by_hand\nfrom onearm.report.writers.pdf import to_pdf\n"
        "svg = open('drawn.svg', 'rb').read()\n"
        "open('made.pdf', 'wb').write(to_pdf(by_hand(tables=12), {'flow': svg, 'km-os': svg}))"
    )
    (tmp_path / "drawn.svg").write_bytes(DRAWN)
    other = os.environ | {"TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1", "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", script, str(here)], cwd=tmp_path, env=other, check=True)
    assert (tmp_path / "made.pdf").read_bytes() == made


def test_typst_has_nothing_to_warn_of(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    import typst

    found: list[Any] = []

    def compiled(*args: Any, **options: Any) -> Any:
        made, warned = typst.compile_with_warnings(*args, **options)
        found.extend(warned)
        return made

    monkeypatch.setattr(typst, "compile", compiled)
    assert to_pdf(document, FIGURES)
    assert [one.message for one in found] == []


def test_a_figure_that_was_not_drawn_is_named(document: Document) -> None:
    with pytest.raises(UsageError, match=r"U392 error figure flow: .*was not drawn.*drawn: km-os"):
        to_pdf(document, {"km-os": DRAWN})


@pytest.mark.parametrize(
    "broken", [b"", b"<svg", b"\x89PNG\r\n", b'<svg xmlns="http://www.w3.org/2000/svg" width="0"/>']
)
def test_a_figure_that_is_no_svg_is_named(document: Document, broken: bytes) -> None:
    with pytest.raises(UsageError, match="U392 error figure flow: it is no SVG that can be placed"):
        to_pdf(document, {"km-os": DRAWN, "flow": broken})


def test_typst_missing(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match=r'U393 .*pip install "typst"'):
        to_pdf(document, FIGURES)


def test_what_typst_refuses_is_said_without_its_trace(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "body", lambda *_: {"kind": "report"})
    with pytest.raises(UsageError, match=r"U398 error PDF: the document cannot be set: .*Next: ") as caught:
        to_pdf(document, FIGURES)
    assert "\n" not in str(caught.value)
