"""Tables as regulatory listings in RTF: one section for each, its title, notice and column headings on every page."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

from onearm.report.document import Document, Tabled
from onearm.report.writers._rtf_text import escaped
from onearm.report.writers.problems import not_installed
from onearm.tables.model import Table

_WIDTH, _HEIGHT = 11.69, 8.27
_MARGINS = (0.8, 0.8, 1.35, 0.8, 0.5, 0.45)
"""A4 across; margins left, right, top, bottom, header and footer, in inches."""
_ROOM = 72 * (_HEIGHT - _MARGINS[2] - _MARGINS[3]) - 8


_EMPTY, _GAP = r"{\pard\plain\fs2\par}", r"{\pard\plain\fs10\par}"


def to_rtf(tables: Iterable[Table], document: Document) -> bytes:
    """The tables as one RTF file, the same bytes for the same input.

    Parameters
    ----------
    tables
        What to write, in order; a table that the document shows has its number there.
    document
        Gives trial, notice, data cut-off and software.

    Raises
    ------
    UsageError
        U393: rtflite is not installed.
    """
    try:
        rtf: Any = importlib.import_module("rtflite")
    except ImportError as missing:
        raise not_installed("RTF tables", "onearm[rtf]", missing) from None
    size = {"orientation": "landscape", "width": _WIDTH, "height": _HEIGHT, "margin": list(_MARGINS)}
    page = rtf.RTFPage(col_width=_WIDTH - _MARGINS[0] - _MARGINS[1], **size)
    start, settings = _frame(rtf, page)
    shown = {b.table.id: b.name for b in document.blocks() if isinstance(b, Tabled)}
    sections = [_section(table, shown.get(table.id, ""), document, page) for table in tables]
    if not sections:
        sections = [_header(document, "") + _footer(document) + r"\pard\plain\f3\fs20 There are no tables.\par"]
    body = "\n\\sect\n".join(rf"\sectd\sbkpage\lndscpsxn\titlepg{section}" for section in sections)
    return f"{start}\n{settings}\n{body}\n}}\n".encode("ascii")


def _frame(rtf: Any, page: Any) -> tuple[str, str]:
    """What rtflite writes before the first table: the fonts and the page."""
    import polars

    empty = rtf.RTFDocument(df=polars.DataFrame({"0": [""]}), rtf_page=page, rtf_title=None, rtf_column_header=[])
    start, at, rest = empty.rtf_encode().partition(r"\paperw")
    return start.strip(), at + rest.partition(r"\trowd")[0].strip()


def _section(table: Table, name: str, document: Document, page: Any) -> str:
    from onearm.report.writers._rtf_table import Rows

    title = f"{name}. {table.title}" if name else table.title
    notes = [f"{_line(7.5)}{escaped(note)}\\par}}" for note in (*table.footnotes, table.notice) if note]
    rows = Rows(table, page, _ROOM).written()
    # The empty line before the rows: LibreOffice does not see a section that begins with a table.
    return "\n".join((_header(document, title), _footer(document), _EMPTY, *rows, _GAP, *notes))


def _line(points: float, look: str = "") -> str:
    """The beginning of a paragraph in Arial (the fourth font of the table of fonts)."""
    return rf"{{\pard\plain\ql\f3\fs{round(2 * points)}{look} "


def _header(document: Document, title: str) -> str:
    """The header of a section: that of its first page, and that of the others, where the title says so."""
    over = _line(8, r"\sa20") + escaped(" - ".join(filter(None, (document.over, document.title)))) + "\\par}"
    over += _line(7.5, r"\sa80") + escaped(document.notice) + "\\par}" if document.notice else ""
    first = _line(10, r"\b\sa80") + escaped(title) + "\\par}" if title else ""
    later = _line(10, r"\b\sa80") + escaped(f"{title} (continued)") + "\\par}" if title else ""
    return f"{{\\headerf {over}{first}}}{{\\header {over}{later}}}"


def _footer(document: Document) -> str:
    said = ". ".join(filter(None, (document.software, document.date and f"Data cut-off {document.date}")))
    pages = r"Page {\field{\*\fldinst PAGE}{\fldrslt 1}} of {\field{\*\fldinst NUMPAGES}{\fldrslt 1}}"
    words = f"{escaped(said)}.  " if said else ""
    line = rf"{{\pard\plain\qr\f3\fs16 {words}{pages}\par}}"
    return rf"{{\footerf {line}}}{{\footer {line}}}"
