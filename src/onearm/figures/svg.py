"""Figures to SVG: small, the same bytes each time, ids that stay unique when several stand in one page."""

from __future__ import annotations

import hashlib
import io
import re
from html import escape
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from onearm.figures.slim import slim
from onearm.figures.style import own_look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_OWN, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_TAG = re.compile(r"^\{[^}]*\}")
_KEEPS = ("text", "tspan", "title", "desc")
"""Elements in which a blank is a blank."""


def svg(figure: Figure, name: str, title: str, says: str) -> bytes:
    """A figure as an SVG document.

    Parameters
    ----------
    figure
        What was drawn.
    name
        Names the ids of its words; a digest of it stands before every other id and rule of style, so that several
        documents can share a page.
    title, says
        What a screen reader says.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    out = io.StringIO()
    with own_look():
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(out, metadata={"Date": None, "Creator": None})
    return _document(out.getvalue(), name, title, says).encode()


def scope(name: str) -> str:
    """What stands before the ids of one figure: short, and its own.

    Examples
    --------
    >>> scope("km-os")
    'f79988344'
    """
    return "f" + hashlib.sha256(name.encode()).hexdigest()[:8]


def _document(text: str, name: str, title: str, says: str) -> str:
    root = ElementTree.fromstring(text[text.index("<svg") :])
    for element in root.iter():
        element.tag = _TAG.sub("", element.tag)
        for key in [k for k in element.attrib if k.startswith("{")]:
            element.set(_TAG.sub("", key), element.attrib.pop(key))
    slim(root, scope(name))
    root.attrib.pop("version", None)
    head = f'xmlns="{_OWN}" xmlns:xlink="{_LINK}" role="img" aria-labelledby="{name}-title {name}-desc"'
    words = f'<title id="{name}-title">{escape(title)}</title>\n<desc id="{name}-desc">{escape(says)}</desc>\n'
    body = "".join(_written(child) for child in root)
    return f"<svg {head}{_attributes(root)}>\n{words}{body}</svg>\n"


def _written(element: ElementTree.Element) -> str:
    inside = "".join(_written(child) for child in element)
    said = escape(element.text or "", quote=False)
    if element.tag not in _KEEPS:
        said = said.strip()
    end = "\n" if element.tag != "tspan" else ""
    head = f"<{element.tag}{_attributes(element)}"
    return f"{head}>{said}{inside}</{element.tag}>{end}" if said or inside else f"{head}/>{end}"


def _attributes(element: ElementTree.Element) -> str:
    return "".join(f' {"xlink:href" if key == "href" else key}="{_quoted(value)}"' for key, value in element.items())


def _quoted(value: str) -> str:
    return escape(value, quote=False).replace('"', "&quot;")
