"""Pages of a Word report: upright and wide sections, header and footer."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from onearm.report.document import Document
from onearm.report.writers._word_text import SPACES, field, paragraph, run

_SIZE = {"w": 12240, "h": 15840}
_MARGINS = {"top": 1440, "right": 1440, "bottom": 1440, "left": 1440}
"""What Word takes where a section says nothing."""


@dataclass(frozen=True, slots=True)
class Room:
    """Width and height for text on a page, in points."""

    width: float
    height: float


def room(section: Any, *, wide: bool) -> Room:
    """The room on a page of a section (``w:sectPr``) as it is, or turned so that it is wide."""
    size, margins = _page(section)
    if wide and size["w"] < size["h"]:
        size = {"w": size["h"], "h": size["w"]}
    across = size["w"] - margins["left"] - margins["right"]
    count, gap = (1, 0) if wide else _text_columns(section)
    down = size["h"] - abs(margins["top"]) - abs(margins["bottom"])
    return Room(max((across - gap * (count - 1)) / count, 1440) / 20, max(down, 1440) / 20)


def _page(section: Any) -> tuple[dict[str, int], dict[str, int]]:
    from docx.oxml.ns import qn

    found = []
    for name, usual in (("w:pgSz", _SIZE), ("w:pgMar", _MARGINS)):
        part = section.find(qn(name))
        given = {} if part is None else {k: part.get(qn(f"w:{k}")) for k in usual}
        found.append({k: round(float(given.get(k) or v)) for k, v in usual.items()})
    return found[0], found[1]


def _text_columns(section: Any) -> tuple[int, int]:
    from docx.oxml.ns import qn

    part = section.find(qn("w:cols"))
    if part is None:
        return 1, 0
    return max(int(part.get(qn("w:num")) or 1), 1), int(part.get(qn("w:space")) or 720)


def set_section(section: Any, *, wide: bool, first: bool) -> None:
    """Turn a section, and let what is said once (a first page of its own, where numbers start) be said by the first."""
    from docx.oxml.ns import qn

    if not first:
        for name in ("w:titlePg", "w:pgNumType", "w:type"):
            for part in section.findall(qn(name)):
                section.remove(part)
    size, _ = _page(section)
    if wide and size["w"] < size["h"]:
        page = section.get_or_add_pgSz()
        page.set(qn("w:w"), str(size["h"]))
        page.set(qn("w:h"), str(size["w"]))
        page.set(qn("w:orient"), "landscape")
        for part in section.findall(qn("w:cols")):
            section.remove(part)


def section_end(section: Any, *, wide: bool, first: bool) -> Any:
    """A paragraph without height that ends a section with the page of another."""
    from docx.oxml import parse_xml

    ended = parse_xml(
        f'<w:p {SPACES}><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
        '<w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>'
    )
    own = deepcopy(section)
    set_section(own, wide=wide, first=first)
    ended.pPr.append(own)
    return ended


def furnish(word: Any, document: Document, styles: dict[str, str]) -> None:
    """Header and footer where there are none; a template's own stay, and every page of it gets the notice."""
    opening = word.sections[0]
    headless, footless = opening.header.is_linked_to_previous, opening.footer.is_linked_to_previous
    for k, section in enumerate(word.sections):
        kinds = ["{}"]
        kinds += ["first_page_{}"] if section.different_first_page_header_footer else []
        kinds += ["even_page_{}"] if word.settings.odd_and_even_pages_header_footer else []
        for kind in kinds:
            head, foot = (getattr(section, kind.format(name)) for name in ("header", "footer"))
            if not head.is_linked_to_previous:
                _add_notice(head, document, styles)
            elif not k or (kind.startswith("first") and not _has_first(word, k)):
                _fill(head, _header(document, styles, whole=headless))
            if footless and not k and foot.is_linked_to_previous:
                _fill(foot, _footer(document, styles))


def _has_first(word: Any, k: int) -> bool:
    return any(not s.first_page_header.is_linked_to_previous for s in list(word.sections)[:k])


def _fill(part: Any, written: str) -> None:
    from docx.oxml import parse_xml

    part.is_linked_to_previous = False
    for old in list(part._element):
        part._element.remove(old)
    for new in parse_xml(f"<w:hdr {SPACES}>{written}</w:hdr>"):
        part._element.append(new)


def _add_notice(part: Any, document: Document, styles: dict[str, str]) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    said = "".join(t.text or "" for t in part._element.iter(qn("w:t")))
    if document.notice and document.notice not in said:
        written = paragraph(styles["header"], run(document.notice))
        part._element.append(next(iter(parse_xml(f"<w:hdr {SPACES}>{written}</w:hdr>"))))


def _header(document: Document, styles: dict[str, str], *, whole: bool) -> str:
    lines = (run(document.over, "<w:b/>") if whole else "", run(document.notice))
    return "".join(paragraph(styles["header"], line) for line in lines if line) or paragraph(styles["header"], "")


def _footer(document: Document, styles: dict[str, str]) -> str:
    said = ". ".join(filter(None, (document.software, document.date and f"Data cut-off {document.date}")))
    pages = f"{run('Page ')}{field('PAGE', '1')}{run(' of ')}{field('NUMPAGES', '1')}"
    return paragraph(styles["footer"], run(f"{said}.  " if said else "") + pages, '<w:jc w:val="right"/>')
