"""PDF: any text comes out as it went in; nothing of it is ever read as markup."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_read import read, structure

from onearm.report.document import Document, Items, Section, Tabled, Term, Terms, Text
from onearm.report.writers._typst_text import UNSEEN, clean
from onearm.report.writers.pdf import to_pdf
from onearm.tables.model import Cell, Row, Table

MARKUP = (
    "# * _ $ @ < > ` \\ [ ] = - + / ~ \" ' ^ & | ; : , . ! ? ( ) { }",
    "#let x = 1", "*bold*", "_emphasis_", "$x^2$", "@label", "<label>", "`raw`", "[content]", "= Heading", "- item",
    "+ item", "1. item", "/ term: what", "// comment", "/* comment */", "https://example.org/a_b*c",
    "a~b", "-- --- ...", '"quoted" \'single\'', "\\u{41}", "#image(\"x\")", "</script>", "\\", "]", "#",
)  # fmt: skip
SIGNS = "± ≤ ≥ – − × µ μ ° ² ³ ⁵ ⁻¹ ₂ é ü ß ø Å ñ č ł α β γ δ κ λ Δ Ω χ² fi fl ffi ½ € § † ‡ • … ≠ ≈ ∞ √ → ←"


def squeezed(words: str) -> str:
    return re.sub(r"[\s\u2060]", "", words)


def paragraphs(*texts: str) -> bytes:
    section = Section("s", "S", tuple(Text(((text, ""),)) for text in texts))
    return to_pdf(Document(kind="summary", title="T", over="", sections=(section,)), {})


def said(made: bytes) -> list[str]:
    return [one.said for one in structure(made).every() if one.kind == "/P"]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_of_typst_is_text(text: str) -> None:
    term = Term(((text, ""),), ((text, ""),), ((text, ""),), text)
    cell = Cell(((text, "x"),), text)
    table = Table(
        id="t", title=text, section="s", columns=(Cell(((text, ""),)), cell), rows=(Row(text, (cell,), note=text),),
        groups=((text, 2),), footnotes=(text,), notice=text,
    )  # fmt: skip
    blocks = (Text(((text, ""),), lead=text), Items((((text, ""),),)), Terms((term,)), Tabled(1, table))
    document = Document(
        kind="report", title=text, over=text, facts=((text, text),), notice="N", software=text,
        sections=(Section("s", text, blocks),),
    )  # fmt: skip
    words = squeezed(structure(to_pdf(document, {})).said)
    # over, title, a fact's two, software, contents, heading; text, item, term; caption, table, notes
    assert words.count(squeezed(text)) >= 7 + 2 + 1 + 4 + 1 + 1 + 2 + 4 + 2


def test_the_signs_of_a_trial_are_drawn_with_letters_of_the_text_and_come_out_alike() -> None:
    made = paragraphs(SIGNS)
    assert squeezed(SIGNS) in squeezed(read(made).pages[0].extract_text())
    fonts = {str(f["/BaseFont"]) for f in read(made).pages[0]["/Resources"]["/Font"].values()}
    assert not [name for name in fonts if "LastResort" in name]


def test_what_no_text_has_is_shown_as_such() -> None:
    assert said(paragraphs("a\x00b\ud800c\uffff."))[-1] == "a\ufffdb\ufffdc\ufffd."


def test_a_mark_of_direction_cannot_turn_a_number_round() -> None:
    assert "0.12" in said(paragraphs("p = \u202e0.12\u202c"))[-1]


def test_letters_of_no_font_are_kept_as_text() -> None:
    assert said(paragraphs("白血病 12 😀"))[-1] == "白血病 12 😀"


def _plain(sign: str) -> bool:
    """Written from left to right and standing for itself; a mark over a letter of no font is read twice by some."""
    known = unicodedata.category(sign) not in ("Mn", "Mc", "Me", "Cf") or "\u0300" <= sign <= "\u036f"
    return known and unicodedata.bidirectional(sign) not in ("R", "AL", "AN") and sign not in UNSEEN


@settings(max_examples=25)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]).filter(_plain), max_size=60), min_size=1, max_size=8))
def test_any_text_from_left_to_right_comes_out_the_same(texts: list[str]) -> None:
    made = said(paragraphs(*(f"<{text}>" for text in texts)))
    assert [squeezed(one) for one in made[-len(texts) :]] == [squeezed(clean(f"<{text}>")) for text in texts]


@settings(max_examples=10)
@given(st.text(st.characters(categories=["L", "N", "P", "S", "M", "Z", "C"]), max_size=80))
def test_no_text_whatever_stops_the_document(text: str) -> None:
    assert paragraphs(text)[:5] == b"%PDF-"
