"""A document as Markdown: read by another program it says the same words."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from document_by_hand import by_hand, numbers, words
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from onearm.errors import UsageError
from onearm.report.document import Document, Figured, Items, Section, Tabled, Term, Terms, Text
from onearm.report.writers.markdown import line, to_markdown
from onearm.tables.model import Cell, Row, Table

DOCUMENT = by_hand()
PATHS = {"km-os": "figures/km-os.svg", "flow": "figures/a (b).svg"}
READER = MarkdownIt("commonmark").enable("table")


def read(markdown: str) -> str:
    """The words a reader sees, without the alternative texts of pictures."""
    html = re.sub(r"<img[^>]*>", "", READER.render(markdown))
    return unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u2003", " ")


def tight(text: str) -> str:
    """Text without blanks and without what only Markdown adds."""
    return re.sub(r"\s", "", text).replace("Warning:", "")


def without_groups(document: Document) -> Document:
    """The document with headings over columns left out: in Markdown they stand before each of theirs."""
    bare = [
        replace(one, blocks=tuple(replace(b, table=replace(b.table, groups=())) for b in one.blocks))
        for one in document.sections[1].sections
    ]
    return replace(document, sections=(document.sections[0], replace(document.sections[1], sections=tuple(bare))))


def test_the_numbers_are_those_of_the_document_in_their_order() -> None:
    bare = without_groups(DOCUMENT)
    made = read(to_markdown(bare, PATHS)).replace("onearm 0.1.0. Data cut-off 2017-06-30.", "")
    assert re.findall(r"\d[\d.,]*", made) == numbers(bare)


def test_tables_are_tables_to_another_program() -> None:
    html = READER.render(to_markdown(DOCUMENT, PATHS))
    tables = [b.table for b in DOCUMENT.blocks() if isinstance(b, Tabled)]
    assert html.count("<table>") == len(tables) + 1
    rows = re.findall(r"<tr>.*?</tr>", html, re.DOTALL)
    assert len(rows) == sum(1 + len(t.rows) for t in tables) + 3


def test_headings_follow_the_sections() -> None:
    html = READER.render(to_markdown(DOCUMENT, PATHS))
    assert html.count("<h1>") == 1
    assert html.count("<h2>") == 2
    assert html.count("<h3>") == len(DOCUMENT.sections[1].sections)


def test_pictures_are_named_by_their_path() -> None:
    made = to_markdown(DOCUMENT, PATHS)
    assert "![Overall survival](<figures/km-os.svg>)" in made
    assert 'src="figures/a%20%28b%29.svg"' in READER.render(made)


def test_a_figure_without_a_path_is_named() -> None:
    with pytest.raises(UsageError, match="U392 error figure flow"):
        to_markdown(DOCUMENT, {"km-os": "x"})


def test_a_key_result_has_its_counts_and_interval_in_brackets() -> None:
    def term(value: str, detail: str, stamp: str = "") -> Term:
        return Term((("Response rate", ""),), ((value, "orr"),), ((detail, "orr"),), stamp)

    terms = (term("91.7%", "44/48, 95% CI 80.0% to 97.7%"), term("0.43", "", "gate failed"), term("", "not reached"))
    made = to_markdown(replace(DOCUMENT, sections=(Section("s", "S", (Terms(terms),)),)), {})
    assert (
        "| Response rate | **91.7%** (44/48, 95% CI 80.0% to 97.7%) |\n"
        "| Response rate | **0.43** \\[gate failed\\] |\n"
        "| Response rate | not reached |"
    ) in made


def test_groups_stand_before_each_of_their_columns() -> None:
    table = Table(
        id="t", title="T", section="s", groups=(("", 1), ("Before", 2)),
        columns=(Cell(), Cell((("n", ""),)), Cell((("SMD", ""),))), rows=(Row("Age", (Cell((("-0.3", "a"),)),)),),
    )  # fmt: skip
    made = to_markdown(replace(DOCUMENT, sections=(Section("s", "S", (Tabled(1, table),)),)), {})
    assert "|  | Before: n | Before: SMD |\n| --- | ---: | ---: |\n| Age | -0.3 |  |" in made


@pytest.mark.parametrize(
    "text", ["1. one", "- two", "+ three", "# four", "> five", "12) six", "---", "- - -", "1.", "-"]
)
def test_what_looks_like_markup_is_text(text: str) -> None:
    assert READER.render(line(text)) == f"<p>{text.replace('>', '&gt;')}</p>\n"


def test_numbers_are_left_as_they_are() -> None:
    assert [line(n) for n in ("1.05", "-0.3", "44/48 (91.7%)", "+2", "12")] == [
        "1.05",
        "-0.3",
        "44/48 (91.7%)",
        "+2",
        "12",
    ]


@settings(max_examples=100)
@given(st.lists(st.text(max_size=20), min_size=4, max_size=4))
def test_any_text_is_read_again_as_it_was(texts: list[str]) -> None:
    a, b, c, d = texts
    table = Table(
        id="t", title=a, section="s", columns=(Cell(), Cell(((b, "b"),))),
        rows=(Row(c, (Cell(((d, "d"),), "!"),)), Row(d, head=True)), footnotes=(b, c),
    )  # fmt: skip
    blocks = (
        Text(((a, "a"), (b, "b")), lead=c), Text(((a, ""),), "notice"), Text(((b, ""),), "warning"),
        Items((((c, "c"),), ((d, "d"),))), Terms((Term(((a, ""),), ((b, "b"),), (), "x"),)), Tabled(1, table),
        Figured(1, "f", d, ((c, ""),)),
    )  # fmt: skip
    document = Document(kind="summary", title=a, over="", notice=c, sections=(Section("s", d, blocks),))
    seen = tight(read(to_markdown(document, {"f": "f.svg"})))
    wanted = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]", "\ufffd", words(document))
    assert seen == tight(wanted)
