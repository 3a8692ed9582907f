"""A document as PDF, set by typst: tagged for screen readers, the same bytes each time, no font of the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from onearm.errors import UsageError
from onearm.report.document import Document
from onearm.report.writers._typst_body import body
from onearm.report.writers.problems import no_figure, not_installed

STANDARD = "ua-1"
"""PDF/UA-1 (ISO 14289-1): typst refuses to write a file that breaks the rules it can check."""


def to_pdf(document: Document, figures: Mapping[str, bytes]) -> bytes:
    """The document as a PDF file.

    Parameters
    ----------
    document
        What it says. Its date, where it is a calendar date, is the date of the file; otherwise the file has none.
    figures
        The SVG of each figure by its name; figures that the document does not show are left aside.

    Returns
    -------
    bytes
        PDF 1.7, tagged as PDF/UA-1: title, language, headings as bookmarks, tables with heading cells, each figure
        with its caption as alternative text. A4; wide tables lie on their side. A letter that no font here has is
        drawn as the framed sign of its script (with matplotlib 3.11 or later; U398 with an earlier one) and stays
        itself when text is copied.

    Raises
    ------
    UsageError
        U392: a figure was not drawn, or is no SVG. U393: typst is not installed. U398: typst refused the document.

    Examples
    --------
    >>> from onearm.report.document import Section, Text
    >>> said = Section("first", "First", (Text((("Nothing yet.", ""),)),))
    >>> to_pdf(Document(kind="summary", title="A trial", over="T-1", sections=(said,)), {})[:5]
    b'%PDF-'
    """
    try:
        import typst
    except ImportError as missing:
        raise not_installed("PDF files", "typst", missing) from None
    images = {}
    for k, name in enumerate(document.figures()):
        if name not in figures:
            raise no_figure(name, figures)
        images[name] = f"figure-{k}.svg"
    sources: dict[str, bytes] = {
        "main.typ": files("onearm.report.writers").joinpath("document.typ").read_bytes(),
        "document.json": json.dumps(body(document, images), ensure_ascii=False).encode(),
        **{file: figures[name] for name, file in images.items()},
    }
    try:
        return _compiled(typst, sources)
    except RuntimeError as problem:
        _check_figures(typst, images, figures)
        raise _refused(problem) from None


def _compiled(typst: Any, sources: Mapping[str, bytes]) -> bytes:
    made: bytes = typst.compile(
        dict(sources), format="pdf", ignore_system_fonts=True, font_paths=[_fonts()], pdf_standards=[STANDARD]
    )
    return made


def _fonts() -> Path:
    """The folder of fonts that come with matplotlib: DejaVu Sans, which the figures are drawn with."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def _check_figures(typst: Any, images: Mapping[str, str], figures: Mapping[str, bytes]) -> None:
    """Name the figure that cannot be placed, if it is a figure."""
    for name, file in images.items():
        page = f'#set document(title: "figure", date: none)\n#set text(lang: "en")\n#image("{file}", alt: "figure")'
        try:
            _compiled(typst, {"main.typ": page.encode(), file: figures[name]})
        except RuntimeError as problem:
            raise no_figure(name, (), f"it is no SVG that can be placed: {_said(problem)}") from None


def _refused(problem: RuntimeError) -> UsageError:
    step = "write the report in another format, and report this message with the document"
    return UsageError.one("U398", "PDF", f"the document cannot be set: {_said(problem)}", step)


def _said(problem: RuntimeError) -> str:
    """What typst says, on one line; its own errors carry hints."""
    return "; ".join((str(getattr(problem, "message", problem)), *getattr(problem, "hints", ())))
