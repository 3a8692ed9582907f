"""Figures to SVG: the same bytes each time, ids that stay unique when several stand in one page."""

from __future__ import annotations

import io
import re
from html import escape
from typing import TYPE_CHECKING, Any

from onearm.figures.style import RC

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_ID = re.compile(r' id="([^"]+)"')
_USE = re.compile(r'(url\(#|href="#)([^")]+)')
_FONT = re.compile(r"'DejaVu Sans'(?!,)")


def svg(figure: Figure, name: str, title: str, says: str) -> bytes:
    """A figure as an SVG document.

    Parameters
    ----------
    figure
        What was drawn.
    name
        Stands before every id, so that several documents can share a page.
    title, says
        What a screen reader says.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    out = io.StringIO()
    with matplotlib.rc_context(RC):
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(out, metadata={"Date": None, "Creator": None})
    return _document(out.getvalue(), name, title, says).encode()


def _document(text: str, name: str, title: str, says: str) -> str:
    body = _METADATA.sub("", _COMMENT.sub("", text[text.index("<svg") :]))
    used = {key for _, key in _USE.findall(body)}
    body = _ID.sub(lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", body)
    body = _USE.sub(lambda m: f"{m[1]}{name}-{m[2]}", body)
    body = _FONT.sub("'DejaVu Sans', Verdana, sans-serif", body)
    head, _, rest = body.partition(">")
    label = f' role="img" aria-labelledby="{name}-title {name}-desc"'
    words = f'\n <title id="{name}-title">{escape(title)}</title>\n <desc id="{name}-desc">{escape(says)}</desc>'
    return f"{head}{label}>{words}{rest}"
