"""A document as a Word file: real tables, captions, contents, and the id of every number.

Nothing in it depends on when or where it is written: dates are the data cut-off, entries of the zip have one date.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from onearm.report.document import Document
from onearm.report.writers._word_text import SPACES, clean, quoted
from onearm.report.writers.problems import no_figure, not_installed

_START = datetime(1980, 1, 1, tzinfo=UTC)
_LIST = "application/xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"


def to_docx(document: Document, figures: Mapping[str, bytes], template: bytes | None = None) -> bytes:
    """The document as a .docx file, the same bytes for the same input.

    Parameters
    ----------
    document
        What to write.
    figures
        PNG pictures by name; printed at their natural width.
    template
        A .docx of the user's own: its styles, page, header and footer are used. A paragraph ``{{ report }}`` in it
        is where the report stands; without one it stands after the text.

    Raises
    ------
    UsageError
        U392: a figure is missing or no picture. U393: python-docx is not installed. U394: the template cannot be used.
        U395: the place in the template is not clear.

    Notes
    -----
    A number stands in a content control whose tag is its id. Ids of more than 64 characters, which Word refuses, have a
    short tag; a list in the file (``customXml``) gives the whole id.

    Word sets the page numbers of the contents when it opens the file, and asks before it does.
    """
    try:
        import docx  # noqa: F401 - loading it is the test
    except ImportError as missing:
        raise not_installed("Word files", "python-docx", missing) from None
    from onearm.report.writers._word_styles import settle
    from onearm.report.writers._word_template import opened

    word = opened(template)
    styles = settle(word.styles.element)
    long = _write(word, document, figures, styles)
    _keep_long_ids(word, long)
    _describe(word, document)
    out = io.BytesIO()
    word.save(out)
    return packed(out.getvalue())


def _write(word: Any, document: Document, figures: Mapping[str, bytes], styles: dict[str, str]) -> dict[str, str]:
    """Put the report into its place; the ids that are longer than their tag."""
    from onearm.report.writers._word_flow import Flow
    from onearm.report.writers._word_page import furnish, room
    from onearm.report.writers._word_template import place, update_fields

    at = place(word)
    section = _section_of(word, at)
    pages = room(section, wide=False), room(section, wide=True)
    flow = Flow(styles, pages, figures, lambda name, data: _image(word, name, data), _free_id(word))
    _insert(word, at, section, [(bool(p.wide), p.xml) for p in flow.pieces(document)])
    furnish(word, document, styles)
    if document.kind == "report":
        update_fields(word.settings.element)
    return flow.ids.long


def _image(word: Any, name: str, data: bytes) -> tuple[str, int, int]:
    """Store a picture; its reference, width and height."""
    import struct

    from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError

    refused = InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
    try:
        reference, image = word.part.get_or_add_image(io.BytesIO(data))
        width, height = int(image.width), int(image.height)
        if width <= 0 or height <= 0:
            raise ValueError("it has no size")
    except (*refused, struct.error, LookupError, ValueError, ArithmeticError, TypeError, AttributeError):
        raise no_figure(name, (), "it is no PNG picture that Word can show") from None
    return reference, width, height


def _section_of(word: Any, at: Any) -> Any:
    """The section (``w:sectPr``) that rules the place of the report."""
    from docx.oxml.ns import qn

    body = word.element.body
    last = body.get_or_add_sectPr()
    after = iter(()) if at is None else (at, *at.itersiblings(qn("w:p")))
    return next((found for p in after if (found := p.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")) is not None), last)


def _free_id(word: Any) -> int:
    """A number that no bookmark and no picture of the template has."""
    from docx.oxml.ns import qn

    body = word.element.body
    used = [e.get(qn("w:id")) for e in body.iter(qn("w:bookmarkStart"))]
    used += [e.get("id") for e in body.iter(qn("wp:docPr"))]
    return max((int(k) for k in used if k and k.isdigit()), default=0) + 1


def _insert(word: Any, at: Any, section: Any, pieces: list[tuple[bool, str]]) -> None:
    """Insert markup before the place, with a section for each run of wide or upright pages."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    from onearm.report.writers._word_page import section_end, set_section

    body = word.element.body
    before = section if at is None else at
    own_end = at is not None and at.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None
    alone = at is None or own_end or at.getnext() is section
    runs: list[tuple[bool, list[str]]] = []
    for wide, xml in pieces:
        if not runs or runs[-1][0] != wide:
            runs.append((wide, []))
        runs[-1][1].append(xml)
    original = section_end(section, wide=False, first=True).pPr[-1]
    for k, (wide, parts) in enumerate(runs):
        for element in list(parse_xml(f"<w:body {SPACES}>{''.join(parts)}</w:body>")):
            before.addprevious(element)
        if k < len(runs) - 1 or (wide and not alone):
            before.addprevious(section_end(original, wide=wide, first=not k))
    if len(runs) > 1 or runs[-1][0]:
        set_section(section, wide=runs[-1][0] and alone, first=len(runs) == 1 and alone)
    if own_end:
        for child in [c for c in at if c.tag != qn("w:pPr")]:
            at.remove(child)
    elif at is not None:
        body.remove(at)


def _keep_long_ids(word: Any, long: dict[str, str]) -> None:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    if not long:
        return
    lines = "".join(f'<number tag="{quoted(name)}" id="{quoted(key)}"/>' for name, key in sorted(long.items()))
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<numbers xmlns="urn:onearm:numbers">{lines}</numbers>\n'
    name = PackURI("/customXml/onearmNumbers.xml")
    word.part.relate_to(Part(name, _LIST, body.encode("utf-8"), word.part.package), _RELATION)


def _describe(word: Any, document: Document) -> None:
    """Title, author, language and dates of the file; nothing of who wrote it where and when."""
    about = word.core_properties
    when = datetime.fromisoformat(document.date).replace(tzinfo=UTC) if document.date else _START
    about.title = clean(document.title)[:255]
    about.subject = clean(document.over)[:255]
    about.author = about.last_modified_by = clean(document.software)[:255]
    about.language = "en-GB"
    about.comments = clean(document.notice)[:255]
    about.keywords = about.category = ""
    about.created = about.modified = when.replace(tzinfo=None)
    about.revision = 1


def packed(raw: bytes) -> bytes:
    """A zip with its entries in one order, of one date and one compression; what says the types stands first."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(given.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.create_system = 0o644 << 16, 3
            packed_already = name.lower().endswith((".png", ".jpg", ".jpeg"))
            kind = zipfile.ZIP_STORED if packed_already else zipfile.ZIP_DEFLATED
            made.writestr(entry, given.read(name), kind, compresslevel=6)
    return out.getvalue()
