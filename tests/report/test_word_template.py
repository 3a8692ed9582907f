"""A report in a user's own Word template: what it has is used, what it lacks is added, what is broken is said."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from document_by_hand import FIGURES, abstract, by_hand, wide_table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

docx = pytest.importorskip("docx")

from docx.oxml.ns import qn  # noqa: E402
from docx.shared import Inches, Pt  # noqa: E402

from onearm.errors import UsageError  # noqa: E402
from onearm.report.document import Document, Section, Tabled  # noqa: E402
from onearm.report.writers.word import to_docx  # noqa: E402

SHORT = replace(by_hand(), sections=(abstract(),))
WIDE = replace(by_hand(), sections=(abstract(), Section("w", "Wide", (Tabled(1, wide_table()),))))


def saved(word: Any) -> bytes:
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def template(*lines: str, change: Callable[[Any], object] = lambda word: None) -> bytes:
    word = docx.Document()
    for line in lines:
        word.add_paragraph(line)
    change(word)
    return saved(word)


def written(document: Document, given: bytes) -> Any:
    return docx.Document(io.BytesIO(to_docx(document, FIGURES, given)))


def lines(word: Any) -> list[str]:
    return [p.text for p in word.paragraphs if p.text]


def test_the_report_stands_at_its_place() -> None:
    found = lines(written(SHORT, template("Cover", "{{ report }}", "Signatures")))
    assert (found[0], found[1], found[-1]) == ("Cover", SHORT.over, "Signatures")
    assert "{{ report }}" not in found


def test_the_place_may_be_split_into_runs() -> None:
    def split(word: Any) -> None:
        p = word.add_paragraph()
        for piece in ("{", "{rep", "ort }", "}"):
            p.add_run(piece)
        word.add_paragraph("After")

    found = lines(written(SHORT, template("Cover", change=split)))
    assert (found[0], found[-1]) == ("Cover", "After")
    assert not [line for line in found if "{" in line]


def test_without_a_place_the_report_stands_last() -> None:
    found = lines(written(SHORT, template("Cover", "More")))
    assert found[:3] == ["Cover", "More", SHORT.over]


def test_page_margins_and_styles_are_those_of_the_template() -> None:
    def own(word: Any) -> None:
        section = word.sections[0]
        section.page_width, section.page_height, section.left_margin = Inches(6), Inches(10), Inches(1.5)
        word.styles["Heading 1"].font.size = Pt(31)
        word.styles.add_style("Table Text", 1).font.size = Pt(7)

    made = written(SHORT, template("Cover", change=own))
    section = made.sections[0]
    assert (section.page_width, section.page_height, section.left_margin) == (Inches(6), Inches(10), Inches(1.5))
    assert made.styles["Heading 1"].font.size == Pt(31)
    assert made.styles["Table Text"].font.size == Pt(7)
    assert made.styles["Report Warning"].font.bold
    heading = next(p for p in made.paragraphs if p.text == "Abstract" and p.style.name.startswith("Heading"))
    assert heading.style.font.size == Pt(31)


def test_a_style_of_another_language_is_found_by_its_name() -> None:
    def german(word: Any) -> None:
        word.styles["Heading 1"].element.set(qn("w:styleId"), "berschrift1")

    made = written(SHORT, template(change=german))
    used = {s.get(qn("w:val")) for s in made.element.body.iter(qn("w:pStyle"))}
    assert "berschrift1" in used
    assert "Heading1" not in used


def test_header_and_footer_of_the_template_stay_and_the_notice_is_added() -> None:
    def furnished(word: Any) -> None:
        word.sections[0].header.paragraphs[0].text = "Our sponsor"
        word.sections[0].footer.paragraphs[0].text = "Our page"

    section = written(WIDE, template("Cover", change=furnished)).sections[0]
    assert [p.text for p in section.header.paragraphs] == ["Our sponsor", WIDE.notice]
    assert [p.text for p in section.footer.paragraphs] == ["Our page"]


def test_a_first_page_of_its_own_has_the_notice_and_only_once() -> None:
    def first(word: Any) -> None:
        word.sections[0].different_first_page_header_footer = True

    made = written(WIDE, template("Cover", "{{ report }}", change=first))
    assert [p.text for p in made.sections[0].first_page_header.paragraphs] == [WIDE.over, WIDE.notice]
    assert [s.different_first_page_header_footer for s in made.sections] == [True, False]


def test_a_cover_page_without_header_gets_the_notice_only() -> None:
    def first(word: Any) -> None:
        word.sections[0].different_first_page_header_footer = True
        word.sections[0].header.paragraphs[0].text = "Our sponsor"
        word.sections[0].footer.paragraphs[0].text = "Our page"

    section = written(SHORT, template("Cover", "{{ report }}", change=first)).sections[0]
    assert [p.text for p in section.first_page_header.paragraphs] == [SHORT.notice]
    assert section.first_page_footer.is_linked_to_previous


def test_wide_pages_lie_within_the_section_of_the_place() -> None:
    made = written(WIDE, template("Cover", "{{ report }}", "Signatures"))
    assert [s.page_width > s.page_height for s in made.sections] == [False, True, False]
    assert lines(made)[-1] == "Signatures"


def test_sections_of_the_template_stay() -> None:
    def parts(word: Any) -> None:
        word.add_section().page_width = Inches(4)
        word.add_paragraph("Appendix")

    made = written(WIDE, template("Cover", "{{ report }}", change=parts))
    assert made.sections[-1].page_width == Inches(4)
    assert [s.page_width > s.page_height for s in made.sections][:2] == [False, True]
    assert lines(made)[-1] == "Appendix"


def test_a_template_without_a_section_takes_a_report() -> None:
    def bare(word: Any) -> None:
        word.element.body.remove(word.element.body.sectPr)

    assert lines(written(WIDE, template("Cover", change=bare)))[0] == "Cover"


def test_ids_of_bookmarks_and_pictures_do_not_meet_those_of_the_template() -> None:
    def marked(word: Any) -> None:
        p = word.add_paragraph("Marked")._p
        mark = p.makeelement(qn("w:bookmarkStart"), {qn("w:id"): "41", qn("w:name"): "theirs"})
        p.append(mark)

    made = written(SHORT, template("Cover", change=marked))
    ids = [b.get(qn("w:id")) for b in made.element.body.iter(qn("w:bookmarkStart"))]
    assert len(ids) == len(set(ids))
    assert "42" in ids


def test_the_same_template_gives_the_same_bytes() -> None:
    given_ = template("Cover", "{{ report }}")
    assert to_docx(WIDE, FIGURES, given_) == to_docx(WIDE, FIGURES, given_)


def rezipped(change: dict[str, bytes | None]) -> bytes:
    """A sound template with some of its parts changed or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template("x"))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = change.get(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


def kind(word: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(template("x"))) as old:
        types = old.read("[Content_Types].xml")
    main = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return rezipped({"[Content_Types].xml": types.replace(main, word.encode())})


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
BROKEN = {
    "no Word document": [b"", b"hello", b"PK\x03\x04 cut", rezipped({"[Content_Types].xml": None}), kind("image/png")],
    "older": [OLD],
    "password": [OLD + "EncryptedPackage".encode("utf-16-le")],
    "macros": [kind("application/vnd.ms-word.document.macroEnabled.main+xml")],
    r"\.dotx": [kind("application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml")],
    "damaged": [
        rezipped({"word/document.xml": b"<w:document"}),
        rezipped({"word/document.xml": None}),
        rezipped({"word/styles.xml": b"no"}),
        rezipped({"_rels/.rels": None}),
    ],
}


@pytest.mark.parametrize(("says", "data"), [(says, data) for says, many in BROKEN.items() for data in many])
def test_a_broken_template_is_refused_with_what_to_do(says: str, data: bytes) -> None:
    says = says.replace("older", "before 2007")
    with pytest.raises(UsageError, match=f"U394 error Word template: .*{says}.*Next: (open|save|take)"):
        to_docx(SHORT, FIGURES, data)


def test_a_place_named_twice_or_in_a_table_is_refused() -> None:
    with pytest.raises(UsageError, match=r"U395 .*it has 2 paragraphs"):
        to_docx(SHORT, FIGURES, template("{{ report }}", "{{report}}"))

    def in_table(word: Any) -> None:
        word.add_table(1, 1).cell(0, 0).text = "{{ report }}"

    with pytest.raises(UsageError, match=r"U395 .*within a table"):
        to_docx(SHORT, FIGURES, template(change=in_table))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ raport }}", r"\{\{ raport \}\} \(did you mean \"report\"\?\)\. Next: write \{\{ report \}\}"),
        (" {{Report}} ", r"\{\{ Report \}\} \(did you mean \"report\"\?\)"),
        ("{{ sponsor name }}", r"\{\{ sponsor name \}\}\. Next"),
        ("{{ }}", r"\{\{  \}\}"),
    ],
)
def test_another_name_in_brackets_is_refused_wherever_it_stands(text: str, says: str) -> None:
    def in_table(word: Any) -> None:
        word.add_table(1, 1).cell(0, 0).text = text

    def in_footer(word: Any) -> None:
        word.sections[0].footer.paragraphs[0].text = text

    for made in (
        template("Cover", text), template("{{ report }}", text), template("{{ report }}", change=in_table),
        template("Cover", change=in_footer),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=f"U395 error Word template: nothing fills its paragraph {says}"):
            to_docx(SHORT, FIGURES, made)


def test_the_place_does_not_stand_in_a_header() -> None:
    def in_header(word: Any) -> None:
        word.sections[0].header.paragraphs[0].text = "{{ report }}"

    with pytest.raises(UsageError, match=r"U395 .*in a header or a footer"):
        to_docx(SHORT, FIGURES, template("{{ report }}", change=in_header))


def test_brackets_within_a_sentence_are_text() -> None:
    assert "As {{ raport }} says" in lines(written(SHORT, template("As {{ raport }} says")))


def test_word_is_asked_once_to_update_the_contents_and_the_rest_of_its_settings_stays() -> None:
    def asked(word: Any) -> None:
        own = word.settings.element
        own.insert(0, own.makeelement(qn("w:updateFields"), {qn("w:val"): "false"}))

    before = [one.tag for one in docx.Document(io.BytesIO(template())).settings.element.iterchildren("*")]
    made = list(written(WIDE, template(change=asked)).settings.element.iterchildren("*"))
    found = [one.get(qn("w:val")) for one in made if one.tag == qn("w:updateFields")]
    assert found == ["true"]
    assert [one.tag for one in made if one.tag != qn("w:updateFields")] == before
    names = [one.tag for one in made]
    assert names.index(qn("w:updateFields")) < names.index(qn("w:compat"))


SOUND = template("Cover", "{{ report }}", "After")


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=40))
def test_a_damaged_template_is_refused_or_used(at: int, noise: bytes) -> None:
    try:
        raw = to_docx(SHORT, FIGURES, SOUND[:at] + noise + SOUND[at + len(noise) :])
    except UsageError as problem:
        code, found = problem.findings[0].code, [SHORT.over]
    else:
        code, found = "U394", lines(docx.Document(io.BytesIO(raw)))
    assert code in ("U394", "U395")
    assert SHORT.over in found
