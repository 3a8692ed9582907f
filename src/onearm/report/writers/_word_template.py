"""The document that a report is written into: a user's own template, or an empty one."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any

from onearm.errors import UsageError, near
from onearm.report.writers._word_text import SPACES

_NAME = "report"
PLACE = f"{{{{ {_NAME} }}}}"
_ONLY = re.compile(r"\s*\{\{\s*([^{}]*?)\s*\}\}\s*")
_MOST_BYTES = 200_000_000
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN}document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_MAIN}styles+xml"/>'
        f'<Override PartName="/word/settings.xml" ContentType="{_MAIN}settings+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    ),
    "word/_rels/document.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" '
        'Target="styles.xml"/>'
        '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings" '
        'Target="settings.xml"/></Relationships>'
    ),
    "word/document.xml": (
        f'<w:document {SPACES}><w:body><w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1304" '
        'w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body>'
        "</w:document>"
    ),
    "word/styles.xml": (
        f"<w:styles {SPACES}><w:docDefaults><w:rPrDefault><w:rPr>"
        '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/><w:sz w:val="20"/>'
        '<w:szCs w:val="20"/><w:lang w:val="en-GB" w:eastAsia="en-GB" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults></w:styles>"
    ),
    "word/settings.xml": (
        f'<w:settings {SPACES}><w:defaultTabStop w:val="720"/><w:compat><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>'
    ),
}
"""An A4 page of Arial: all that an empty document needs."""


def opened(template: bytes | None) -> Any:
    """The document to write into, as python-docx opens it.

    Raises
    ------
    UsageError
        U394: the template is no Word document, damaged, locked, of an older kind, or has macros.
    """
    import docx
    from docx.opc.exceptions import OpcError

    if template is None:
        return docx.Document(io.BytesIO(_empty()))
    _check(template)
    try:
        document = docx.Document(io.BytesIO(template))
        if document.element.body is None:
            raise ValueError("it has no body")
        document.element.body.get_or_add_sectPr()
        _read(document)
    except (
        OpcError, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, SyntaxError, ValueError, LookupError,
        AttributeError, TypeError, AssertionError,
    ) as problem:  # fmt: skip
        raise _broken(f"it is damaged: {str(problem) or type(problem).__name__}") from None
    return document


def _read(document: Any) -> None:
    """Read all that a report builds on, so that what is damaged is found before anything is written."""
    from onearm.report.writers._word_page import room

    _ = document.styles.element, document.settings.odd_and_even_pages_header_footer
    for section in document.sections:
        room(section._sectPr, wide=True)
        room(section._sectPr, wide=False)
        _ = section.different_first_page_header_footer
    _margins(document)


def _empty() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in _PARTS.items():
            made.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}')
    return out.getvalue()


def _check(template: bytes) -> None:
    """Say what the file is when it is no .docx."""
    if template.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in template:
            raise _broken("it is locked with a password", "take the password off")
        raise _broken("it is of the kind before 2007 (.doc)", "save it as .docx")
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as parts:
            if any(info.flag_bits & 1 for info in parts.infolist()):
                raise _broken("it is locked with a password", "take the password off")
            if sum(info.file_size for info in parts.infolist()) > _MOST_BYTES:
                raise _broken(f"unpacked it has more than {_MOST_BYTES // 1_000_000} MB", "take out large pictures")
            kinds = parts.read("[Content_Types].xml").decode("utf-8", "replace")
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise _broken("it is no Word document") from None
    if "macroEnabled" in kinds or "vbaProject" in kinds:
        raise _broken("it can hold macros (.docm)", "save it as .docx, without macros")
    if f"{_MAIN}template.main+xml" in kinds:
        raise _broken("it is a template file (.dotx)", "save it as .docx")
    if f"{_MAIN}document.main+xml" not in kinds:
        raise _broken("it is no Word document")


def _broken(says: str, step: str = "open it in a word processor and save it as .docx") -> UsageError:
    return UsageError.one("U394", "Word template", f"the template cannot be used: {says}", step)


def place(document: Any) -> Any:
    """The paragraph ``{{ report }}`` of the body, or nothing: the report then stands after all of it.

    Raises
    ------
    UsageError
        U395: there are several, or one stands within a table, a frame, a header or a footer; or a paragraph has another
        name in such brackets: nothing would fill it, and it would be sent as it is.
    """
    from docx.oxml.ns import qn

    body = document.element.body
    named = [(p, _named(p)) for p in body.iter(qn("w:p"))]
    margins = _margins(document)
    _refuse_others([*(name for _, name in named), *margins])
    if _NAME in margins:
        says = f"{PLACE} stands in a header or a footer"
        raise UsageError.one("U395", "Word template", says, "put it into a paragraph of its own in the text")
    found = [p for p, name in named if name == _NAME]
    if len(found) > 1:
        says = f"it has {len(found)} paragraphs {PLACE}"
        raise UsageError.one("U395", "Word template", says, "leave one: the report stands there")
    if found and found[0].getparent() is not body:
        says = f"{PLACE} stands within a table, a frame or a control"
        raise UsageError.one("U395", "Word template", says, "put it into a paragraph of its own in the text")
    return found[0] if found else None


def _named(paragraph: Any) -> str | None:
    """The name in a paragraph that is only ``{{ name }}``."""
    from docx.oxml.ns import qn

    hit = _ONLY.fullmatch("".join(t.text or "" for t in paragraph.iter(qn("w:t"))))
    return hit[1] if hit else None


def _margins(document: Any) -> list[str | None]:
    """The names in headers and footers."""
    from docx.oxml.ns import qn

    kinds = ("header", "footer", "first_page_header", "first_page_footer", "even_page_header", "even_page_footer")
    parts = [getattr(section, kind) for section in document.sections for kind in kinds]
    own = [part._element for part in parts if not part.is_linked_to_previous]
    return [_named(p) for part in own for p in part.iter(qn("w:p"))]


def _refuse_others(names: Iterable[str | None]) -> None:
    """Refuse the first name that is not that of the report."""
    other = next((name for name in names if name not in (None, _NAME)), None)
    if other is not None:
        says = f"nothing fills its paragraph {{{{ {other} }}}}{near(other, [_NAME])}"
        raise UsageError.one("U395", "Word template", says, f"write {PLACE} where the report stands, or take it out")


_AFTER_UPDATE = (
    "hdrShapeDefaults", "footnotePr", "endnotePr", "compat", "docVars", "rsids", "attachedSchema", "themeFontLang",
    "clrSchemeMapping", "doNotIncludeSubdocsInStats", "doNotAutoCompressPictures", "forceUpgrade", "captions",
    "readModeInkLockDown", "smartTagType", "shapeDefaults", "doNotEmbedSmartTags", "decimalSymbol", "listSeparator",
)  # fmt: skip
"""What stands after ``w:updateFields`` in the order that the schema asks for."""


def update_fields(settings: Any) -> None:
    """Let Word bring the contents and their page numbers up to date when it opens the file.

    Parameters
    ----------
    settings
        The ``w:settings`` element.
    """
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    for old in settings.findall(qn("w:updateFields")):
        settings.remove(old)
    mark = parse_xml(f'<w:updateFields {SPACES} w:val="true"/>')
    later = {qn(f"w:{name}") for name in _AFTER_UPDATE}
    ours = qn("w:updateFields").removesuffix("updateFields")
    after = (one for one in settings.iterchildren("*") if one.tag in later or not one.tag.startswith(ours))
    following = next(after, None)
    settings.append(mark) if following is None else following.addprevious(mark)
