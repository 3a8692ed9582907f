"""A figure as bytes in each format: SVG for pages, PDF with its fonts for print, PNG for documents."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from onearm.errors import near
from onearm.figures.drawing import Drawing
from onearm.figures.style import own_look
from onearm.figures.svg import svg as written

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 300
"""Pixels an inch of a PNG that goes into a document."""


def svg(drawing: Drawing) -> bytes:
    """SVG; its words stay words, in the fonts of whoever reads it."""
    with _drawn(drawing) as figure:
        return written(figure, drawing.name, drawing.title, drawing.caption)


def pdf(drawing: Drawing) -> bytes:
    """PDF on a page of its size, fonts within (TrueType), no clock and no name of a program in it."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf

    out = io.BytesIO()
    with _drawn(drawing, white=True) as figure:
        canvas: Any = FigureCanvasPdf(figure)
        canvas.print_figure(out, metadata=dict.fromkeys(("CreationDate", "Creator", "Producer")))
    return out.getvalue()


def png(drawing: Drawing, dpi: int = DPI) -> bytes:
    """PNG on white.

    Parameters
    ----------
    drawing
        What to draw.
    dpi
        Pixels an inch, from 36 to 1200.

    Raises
    ------
    ValueError
        For other numbers of pixels.
    """
    if not 36 <= dpi <= 1200:
        raise ValueError(f"dpi is {dpi}; give a number from 36 to 1200")
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    out = io.BytesIO()
    with _drawn(drawing, white=True) as figure:
        canvas: Any = FigureCanvasAgg(figure)
        canvas.print_figure(out, dpi=dpi, metadata={"Software": None})
    return out.getvalue()


KINDS: Mapping[str, Callable[[Drawing], bytes]] = MappingProxyType({"svg": svg, "pdf": pdf, "png": png})
"""Every format by the ending of its files."""


def rendered(drawing: Drawing, kind: str) -> bytes:
    """A figure in one format; the same drawing gives the same bytes.

    Parameters
    ----------
    drawing
        What to draw.
    kind
        ``svg``, ``pdf`` or ``png`` (300 pixels an inch).

    Raises
    ------
    ValueError
        For another kind.
    """
    if kind not in KINDS:
        raise ValueError(f'there is no format "{kind}" of figures{near(kind, KINDS)}; take one of {", ".join(KINDS)}')
    return KINDS[kind](drawing)


@contextmanager
def _drawn(drawing: Drawing, *, white: bool = False) -> Iterator[Figure]:
    """Draw and write under onearm's own settings, whatever the reader's are; on white, or on nothing."""
    with own_look(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # the reader's own fonts draw the text of an SVG
        figure = drawing.draw()
        figure.patch.set_visible(white)
        figure.patch.set_facecolor("white")
        yield figure
