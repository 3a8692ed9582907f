"""PDF: pages as they are turned: what every page says, wide and long tables, figures, where a page begins."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Any

import pytest
from pdf_read import read

from onearm.report.document import Block, Document, Figured, Section, Tabled, Term, Terms, Text
from onearm.report.writers._typst_body import body
from onearm.report.writers._typst_table import table_body
from onearm.report.writers.pdf import to_pdf
from onearm.tables.model import Cell, Row, Table, words

MM = 72 / 25.4
SIDE = 21 * MM
SQUARE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 500"><rect width="500" height="500"/></svg>'


def number(text: str) -> Cell:
    return Cell(((text, "some.id"),))


def table(columns: int, rows: Iterable[Row], **more: Any) -> Table:
    heads = words(*(f"Head{k}" for k in range(columns)))
    return Table(id="t", title="A table", section="s", columns=heads, rows=tuple(rows), **more)


def plain_rows(columns: int, many: int, text: str = "{i}.{k}") -> list[Row]:
    return [Row(f"S-{i:04}", tuple(number(text.format(i=i, k=k)) for k in range(1, columns))) for i in range(many)]


def document(*sections: Section, **more: Any) -> Document:
    return Document(
        kind="report", title="A trial", over="T-001", notice="Invented patients.", sections=sections, **more
    )


def section(*blocks: Block, id: str = "s", title: str = "First part", sections: tuple[Section, ...] = ()) -> Section:
    return Section(id, title, blocks, sections)


def said(text: str) -> Text:
    return Text(((text, ""),))


def pages(made: bytes) -> list[str]:
    return [page.extract_text() for page in read(made).pages]


def lying(made: bytes) -> list[bool]:
    return [float(page.mediabox.width) > float(page.mediabox.height) for page in read(made).pages]


def test_every_page_names_the_trial_the_notice_and_its_number() -> None:
    wide = Tabled(1, table(12, plain_rows(12, 60, "{i}.{k} of many")))
    found = pages(to_pdf(document(section(said("word " * 1500), wide)), {}))
    assert len(found) > 3
    for k, page in enumerate(found, start=1):
        assert re.match(r"T-001\s+Invented patients\.", page)
        assert f"Page {k} of {len(found)}" in page


def test_a_wide_table_lies_with_its_heading_and_the_next_one_stands() -> None:
    wide = Tabled(1, table(12, plain_rows(12, 3, "{i}.{k} of many")))
    parts = (section(said("Before.")), section(said("Of each."), wide, title="Wide part"), section(said("After.")))
    made = to_pdf(document(*parts), {})
    first, second, third = pages(made)
    assert lying(made) == [False, True, False]
    assert "Before." in first
    assert "Wide part" in first  # in the contents
    assert all(words in second for words in ("Wide part", "Of each.", "Table 1. A table"))
    assert "After." in third


def test_what_is_only_said_between_two_wide_tables_lies_with_them() -> None:
    wide = table(12, plain_rows(12, 3, "{i}.{k} of many"))
    blocks = (Tabled(1, wide), said("Between."), Tabled(2, wide), said("After."))
    assert lying(to_pdf(document(section(*blocks)), {})) == [False, True, False]


def test_many_short_columns_stand_upright() -> None:
    assert lying(to_pdf(document(section(Tabled(1, table(9, plain_rows(9, 3))))), {})) == [False]


def test_headings_of_a_long_table_stand_on_each_of_its_pages() -> None:
    groups = (("", 1), ("Group over four", 4))
    long = table(5, plain_rows(5, 120), groups=groups, footnotes=("The last note.",))
    found = pages(to_pdf(document(section(Tabled(1, long))), {}))
    assert len(found) > 2
    for page in found:
        assert "Head0" in page
        assert page.count("Group over four") == 1
    rows = [row for page in found for row in re.findall(r"S-\d{4}", page)]
    assert rows == [f"S-{i:04}" for i in range(120)]
    assert "The last note." in found[-1]


def test_a_short_table_is_not_cut() -> None:
    short = Tabled(1, table(3, plain_rows(3, 20), footnotes=("Its note.",)))
    for lines in (20, 30, 40):
        blocks = (*(said(f"Line {k}.") for k in range(lines)), short)
        holding = [page for page in pages(to_pdf(document(section(*blocks)), {})) if "S-00" in page]
        assert len(holding) == 1
        assert all(word in holding[0] for word in ("Table 1. A table", "S-0000", "S-0019", "Its note."))


def test_a_heading_is_never_last_on_its_page() -> None:
    for lines in range(25, 34, 2):
        first = section(*(said(f"Line {k}.") for k in range(lines)))
        made = to_pdf(document(first, section(Tabled(1, table(3, plain_rows(3, 9))), title="Last part")), {})
        assert "Table 1. A table" in next(page for page in pages(made)[::-1] if "Last part" in page)


@pytest.mark.parametrize("lines", [26, 30, 34])
def test_a_warning_under_a_heading_stays_with_the_figure_it_leads_to(lines: int) -> None:
    warning = Text((("Never locked.", ""),), "warning")
    inner = section(Figured(1, "drawn", "", (("Its caption.", ""),)), id="all", title="All of them")
    first = section(*(said(f"Line {k}.") for k in range(lines)))
    made = to_pdf(document(first, section(warning, title="Last part", sections=(inner,))), {"drawn": SQUARE})
    page = next(page for page in pages(made) if "Never locked." in page)
    assert all(words in page for words in ("Last part", "All of them", "Its caption."))


def test_many_paragraphs_under_a_heading_are_not_kept_with_a_table() -> None:
    def kept(*texts: str) -> list[bool]:
        blocks = (*map(said, texts), Tabled(1, table(2, plain_rows(2, 2))))
        (run,) = body(document(section(*blocks)), {})["runs"]
        return [item["keep"] for item in run["items"] if item["kind"] == "text"]

    assert kept("One.", "Two.") == [True, True]
    assert kept("One.", "Two.", "Three.") == [False] * 3
    assert kept("word " * 100) == [False]


@pytest.mark.parametrize("columns", [3, 12])
def test_notes_are_not_alone_on_a_page_where_the_table_fits_one(columns: int) -> None:
    notes = tuple(f"Note {k}." for k in range(8))
    for rows in (20, 24, 28) if columns > 3 else (40, 44, 48):
        found = table(columns, plain_rows(columns, rows, "{i}.{k} of many"), footnotes=notes)
        parts = (section(said("Before.")), section(Tabled(1, found), title="Its part"))
        made = pages(to_pdf(document(*parts), {}))
        page = next(page for page in made if "S-0000" in page)
        assert all(words in page for words in ("Its part", f"S-{rows - 1:04}", "Note 0.", "Note 7."))


def test_a_heading_is_repeated_only_over_lines_that_stand_under_it() -> None:
    rows = (
        Row("Age", head=True), Row("Median", (number("39"),), indent=1),
        Row("Sex", head=True), Row("Male", (number("20"),), indent=1), Row("All", (number("48"),)),
        Row("Group", head=True), Row("Inner", head=True, indent=1), Row("One", (number("1"),), indent=2),
        Row("End", head=True),
    )  # fmt: skip
    assert [row.get("head") for row in table_body(table(2, rows))["rows"]] == [2, None, 0, None, None, 2, 3, None, 0]


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    long = "5 patients with the event among 48: the trial goes on"
    rows = (
        Row("a", (number("0.43 (0.26 to 0.73)"), number("passed"), number(long))),
        Row("b", (number("<0.001"), number("failed"), number("12 of 48"))),
        Row("c", (number("NE"), number("not asked"), Cell())),
    )  # fmt: skip
    assert table_body(table(4, rows))["right"] == [False, True, False, False]


@pytest.mark.parametrize("columns", [3, 15])
def test_no_word_however_long_runs_off_the_page(columns: int) -> None:
    rows = [Row("L" * 90, tuple(number("W" * 70) for _ in range(columns - 1)), note="n" * 120) for _ in range(2)]
    blocks = (Tabled(1, table(columns, rows, footnotes=("f" * 300,))), said("sha256:" + "0123456789abcdef" * 16))
    for page in read(to_pdf(document(section(*blocks), facts=(("A", "x" * 200),)), {})).pages:
        ends = [end for end, _ in _ends(page)]
        assert max(ends) <= float(page.mediabox.width) - SIDE / 2


def _ends(page: Any) -> list[tuple[float, str]]:
    """Where each run of letters ends, by widths of its font's glyphs."""
    found: list[tuple[float, str]] = []

    def see(text: str, _: Any, matrix: list[float], font: Any, size: float) -> None:
        if text.strip() and font:
            wide = font["/DescendantFonts"][0].get_object()["/W"]
            widths = [w for part in wide if isinstance(part, list) for w in part] or [500]
            narrow = sorted(float(w) for w in widths)[len(widths) // 4]
            found.append((matrix[4] + len(text.strip().split("\n")[-1]) * narrow / 1000 * size, text))

    page.extract_text(visitor_text=see)
    return found


def test_two_figures_share_a_page_when_both_can_be_read() -> None:
    figures = tuple(Figured(k, "drawn", "", ((f"Caption {k}.", ""),)) for k in range(1, 5))
    flat = SQUARE.replace(b'viewBox="0 0 500 500"', b'viewBox="0 0 500 400"')
    for drawn, most in ((flat, 2), (SQUARE, 1)):
        found = pages(to_pdf(document(section(*figures)), {"drawn": drawn}))
        assert max(page.count("Caption") for page in found) == most


def test_a_figure_taller_than_a_page_is_made_to_fit() -> None:
    tall = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 900"><rect width="100" height="900"/></svg>'
    found = pages(to_pdf(document(section(Figured(1, "tall", "", (("Its caption.", ""),)))), {"tall": tall}))
    assert [k for k, page in enumerate(found) if "Its caption." in page] == [len(found) - 1]
    assert len(found) <= 2


def test_the_appendix_and_its_parts_with_tables_begin_a_page() -> None:
    shows = section(Tabled(1, table(2, plain_rows(2, 3))), id="more", title="Tables of it")
    parts = (section(said("One."), id="a", title="Words"), shows, section(said("Two."), id="b", title="Versions"))
    appendix = section(id="appendix", title="Appendix", sections=parts)
    found = pages(to_pdf(document(section(said("Main.")), appendix), {}))
    assert ["Main." in found[0], "One." in found[1], "S-0000" in found[2], "Two." in found[2]] == [True] * 4
    assert len(found) == 3


def test_an_empty_document_is_one_page() -> None:
    assert len(pages(to_pdf(Document(kind="report", title="", over=""), {}))) == 1


@pytest.mark.parametrize(
    "odd",
    [
        table(3, []),
        table(1, [Row("a"), Row("b", head=True)]),
        Table(id="t", title="", section="s", columns=(), rows=()),
        table(2, [Row("a", head=True), Row("b", (Cell((), "gate failed"),))], groups=(("", 1), ("G", 1))),
    ],
)
def test_odd_tables_are_set(odd: Table) -> None:
    assert len(pages(to_pdf(document(section(Tabled(1, odd))), {}))) == 1


def test_terms_are_split_where_both_columns_are_as_long() -> None:
    def term(label: str) -> Term:
        return Term(((label, ""),), (("1", "x"),))

    terms = Terms((*(term("short") for _ in range(6)), *(term("a label of many words, " * 4) for _ in range(2))))
    (run,) = body(document(section(terms)), {})["runs"]
    assert run["items"][1]["half"] == 6


@pytest.mark.slow
def test_two_thousand_lines_take_less_than_ten_seconds() -> None:
    long = table(10, plain_rows(10, 2000, "{i}.{k} (12.3 to 45.6)"))
    start = time.process_time()
    made = to_pdf(document(section(Tabled(1, long))), {})
    assert time.process_time() - start < 10
    assert len(read(made).pages) > 40
