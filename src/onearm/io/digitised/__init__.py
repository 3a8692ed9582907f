"""Points of a published survival curve: from a digitiser's file, or from a figure made of lines (SVG, PDF).

A vector figure holds the curve itself, to the rounding of the program that drew it. A bitmap does not: click along it
in a digitiser and use :func:`read_clicks`. What is read goes to :func:`onearm.stats.reconstruct_ipd`.
"""

from __future__ import annotations

from pathlib import Path

from onearm.io.digitised.axes import Axes, Ticks, find_axes
from onearm.io.digitised.clicks import ClickFile, read_clicks
from onearm.io.digitised.curve import Curve, choose_curve, find_curves
from onearm.io.digitised.drawing import Drawing

__all__ = ["Axes", "ClickFile", "Curve", "Ticks", "list_curves", "read_clicks", "read_pdf", "read_svg"]


def read_svg(
    path: str | Path,
    axes: Axes | Ticks,
    *,
    colour: str | None = None,
    dashed: bool | None = None,
    index: int | None = None,
) -> Curve:
    """The survival curve of an SVG figure.

    Parameters
    ----------
    path : the file.
    axes : the values at the tick marks (:class:`Ticks`), or two places and values of each axis (:class:`Axes`).
    colour : of the curve, as "#rrggbb", "rgb(...)" or a common name.
    dashed : whether it is dashed, when that tells it from its confidence limits.
    index : its place in :func:`list_curves`, after colour and dashed have been applied.

    Returns
    -------
    Curve

    Raises
    ------
    UsageError
        U344: the axes do not fit the figure. U345: no curve or several answer the description.
    DataError
        X601, X602: the file cannot be read or is not safe SVG. X604: there is no curve of lines (a bitmap, say).
        X605: the lines rise.
    """
    return _chosen(_svg(path), axes, colour, dashed, index)


def read_pdf(
    path: str | Path,
    page: int,
    axes: Axes | Ticks,
    *,
    colour: str | None = None,
    dashed: bool | None = None,
    index: int | None = None,
) -> Curve:
    """The survival curve on a page of a PDF (needs the extra ``pdf``).

    Parameters
    ----------
    path : the file.
    page : counted from 1.
    axes, colour, dashed, index : as for :func:`read_svg`.

    Returns
    -------
    Curve

    Raises
    ------
    UsageError
        U342: pypdf is not installed. U343: no such page. U344, U345: as for :func:`read_svg`.
    DataError
        X601, X603: the file cannot be read, or is no PDF. X604, X605: as for :func:`read_svg`.
    """
    return _chosen(_pdf(path, page), axes, colour, dashed, index)


def list_curves(path: str | Path, axes: Axes | Ticks, *, page: int | None = None) -> tuple[Curve, ...]:
    """All lines of a figure that run from left to right and only fall, the longest in time first.

    ``page`` is for a PDF, counted from 1; the errors are those of :func:`read_svg` and :func:`read_pdf`.
    """
    drawing = _svg(path) if page is None else _pdf(path, page)
    return find_curves(drawing, find_axes(drawing, axes))


def _svg(path: str | Path) -> Drawing:
    from onearm.io.digitised.svg import svg_drawing

    return svg_drawing(Path(path))


def _pdf(path: str | Path, page: int) -> Drawing:
    from onearm.io.digitised.pdf import pdf_drawing

    return pdf_drawing(Path(path), page)


def _chosen(drawing: Drawing, axes: Axes | Ticks, colour: str | None, dashed: bool | None, index: int | None) -> Curve:
    return choose_curve(drawing, find_axes(drawing, axes), colour=colour, dashed=dashed, index=index)
