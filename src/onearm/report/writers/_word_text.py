"""Pieces of WordprocessingML: paragraphs, runs, fields, and the frames that keep the id of a number."""

from __future__ import annotations

import hashlib
import re
from html import escape

from onearm.tables.model import Part

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SPACES = (
    f"{SPACE} "
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
LONGEST_TAG = 64
"""Word refuses a file with a longer tag."""

_REFUSED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAKS = {"\t": "<w:tab/>", "\n": "<w:br/>"}


def clean(text: str) -> str:
    """Text with every character that XML refuses replaced by the sign for an unknown one.

    Examples
    --------
    >>> clean("a\\x00b")
    'a\ufffdb'
    """
    return _REFUSED.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def quoted(text: str) -> str:
    """Text as the value of an attribute."""
    return escape(clean(text)).replace("\n", " ").replace("\t", " ")


def run(text: str, look: str = "") -> str:
    """A run of text; ``look`` is its formatting (children of ``w:rPr``)."""
    if not text:
        return ""
    pieces = re.split("([\t\n])", clean(text))
    inside = "".join(_BREAKS.get(p) or f'<w:t xml:space="preserve">{escape(p, quote=False)}</w:t>' for p in pieces if p)
    return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{inside}</w:r>"


def tag(key: str) -> str:
    """The tag that carries an id: the id itself; of one that is too long its beginning and a digest.

    Examples
    --------
    >>> tag("orr"), len(tag("x" * 100))
    ('orr', 64)
    """
    if len(key.encode("utf-16-le")) <= 2 * LONGEST_TAG:
        return key
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    return f"{key.encode('ascii', 'replace').decode()[:25]}~{digest[:38]}"


def paragraph(style: str, inside: str, more: str = "") -> str:
    """A paragraph of a style (its id); ``more`` are further properties, in the order of the schema."""
    return f'<w:p><w:pPr><w:pStyle w:val="{quoted(style)}"/>{more}</w:pPr>{inside}</w:p>'


def field(instruction: str, shown: str, look: str = "") -> str:
    """A field with what it showed last."""
    return f'<w:fldSimple w:instr=" {quoted(instruction)} ">{run(shown, look)}</w:fldSimple>'


class Ids:
    """Writes numbers with their ids, and remembers the ids that are longer than their tag.

    A number stands in a content control whose tag is its id. It is the one mark that moves with the text when it is
    edited, is shown when the number is clicked, and holds any word: a bookmark has 40 letters and digits, must be
    unique and is lost when the text is typed over; a comment is printed.
    """

    def __init__(self, number_style: str):
        self._look = f'<w:rStyle w:val="{quoted(number_style)}"/>'
        self.long: dict[str, str] = {}

    def parts(self, parts: tuple[Part, ...], look: str = "", *, marked: bool = True) -> str:
        """Runs of a line; with ``marked`` off the numbers keep their style only."""
        return "".join(self._part(text, key, look, marked) for text, key in parts)

    def _part(self, text: str, key: str, look: str, marked: bool) -> str:
        if not key or not text:
            return run(text, look)
        written = run(text, self._look + look)
        if not marked:
            return written
        name = tag(key)
        if name != key:
            self.long[name] = key
        named = f'<w:alias w:val="{quoted(name)}"/><w:tag w:val="{quoted(name)}"/>'
        return f"<w:sdt><w:sdtPr>{named}</w:sdtPr><w:sdtContent>{written}</w:sdtContent></w:sdt>"
