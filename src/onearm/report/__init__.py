"""The report: one document of many parts, and the few lines a terminal shows.

``html(results, tables, figures)`` gives the page, ``key_lines(results)`` the lines. Each part is loaded when it is
first used: a dose page needs none of the tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onearm.figures.drawing import Picture
    from onearm.figures.interactive import Fragment
    from onearm.report.compose import Provenance
    from onearm.report.document import Document
    from onearm.report.key import KeyLine as KeyLine
    from onearm.report.key import key_lines as key_lines
    from onearm.results import Results
    from onearm.tables.model import Table

__all__ = ["KeyLine", "html", "key_lines", "page", "summary"]


def html(
    results: Results,
    tables: Mapping[str, Table],
    figures: Mapping[str, Picture],
    provenance: Provenance | None = None,
) -> str:
    """The report as one self-contained HTML page, the same bytes for the same results. Loads jinja2 when called."""
    from onearm.report.compose import compose

    drawn = {name: figure.svg for name, figure in figures.items()}
    return page(compose(results, tables, figures, provenance=provenance), results, drawn)


def summary(
    results: Results,
    tables: Mapping[str, Table],
    figures: Mapping[str, Picture],
    provenance: Provenance | None = None,
) -> str:
    """The summary as plain Markdown; its figures stand as SVG in ``figures`` beside it."""
    from onearm.report.compose import compose
    from onearm.report.writers.markdown import to_markdown

    document = compose(results, tables, figures, "summary", provenance=provenance)
    return to_markdown(document, {name: f"figures/{name}.svg" for name in document.figures()})


def page(document: Document, results: Results, figures: Mapping[str, bytes], *, interactive: bool = False) -> str:
    """A document as an HTML page, with an index of its numbers; figures as SVG by their names.

    ``interactive`` adds the main curve with the numbers at the pointer (the extra ``interactive``).
    """
    from onearm.report.writers.html import to_html
    from onearm.report.writers.index import index

    return to_html(document, figures, index(document, results), _live(document, results) if interactive else {})


def _live(document: Document, results: Results) -> dict[str, Fragment]:
    """The main curve, where the document shows it."""
    from onearm.figures.interactive import interactive
    from onearm.report.compose import main_curve

    name = main_curve(results, document.figures())
    return {name: interactive(results, name.removeprefix("km-"))} if name else {}


def __getattr__(name: str) -> Any:
    if name in ("KeyLine", "key_lines"):
        from onearm.report import key

        return getattr(key, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
