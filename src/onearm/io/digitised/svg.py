"""Lines of an SVG figure. The standard library reads the XML; nothing outside the file is ever opened."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

import numpy as np

from onearm.io.digitised._svg_path import subpaths
from onearm.io.digitised.colour import colour_of
from onearm.io.digitised.drawing import (
    EVERYWHERE,
    IDENTITY,
    MOST_POINTS,
    Box,
    Drawing,
    Floats,
    Line,
    Matrix,
    box_of,
    moved,
    overlap,
    product,
    refuse,
    sound,
    stretch,
)

_MOST_BYTES = 50_000_000
_DEEPEST = 60
_MOST_ELEMENTS = 1_000_000
_NOT_DRAWN = {"defs", "clipPath", "symbol", "marker", "mask", "pattern", "metadata", "style", "title", "desc"}
_LINK = "{http://www.w3.org/1999/xlink}href"
_TRANSFORM = re.compile(r"(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^)]*)\)")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class _State:
    """What an element inherits."""

    matrix: Matrix = IDENTITY
    clip: Box = EVERYWHERE
    stroke: str = ""
    width: str = ""
    dash: str = "none"


def svg_drawing(path: Path) -> Drawing:
    """Read the lines of an SVG file.

    Raises
    ------
    DataError
        X601: the file cannot be read. X602: it is not SVG, is too large or too deep, or defines entities.
    """
    root = _parsed(path)
    found = _Walk(root)
    try:
        found.visit(root, _State(), 0)
    except ValueError as problem:
        raise refuse("X602", path.name, str(problem), "save the figure as SVG again") from None
    return Drawing(tuple(found.lines), found.images, path.name, down=True)


def _parsed(path: Path) -> ElementTree.Element:
    name = path.name
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise refuse("X601", name, f"the file cannot be read: {problem.strerror}", "check the path") from None
    if len(content) > _MOST_BYTES:
        raise refuse("X602", name, "the file is larger than 50 MB", "keep the one figure and leave out its bitmaps")
    try:
        _refuse_entities(content, name)
        root = ElementTree.fromstring(content)
    except (expat.ExpatError, ElementTree.ParseError, ValueError) as problem:
        raise refuse(
            "X602", name, f"the file is not well-formed XML: {problem}", "save the figure as SVG again"
        ) from None
    if _tag(root) != "svg":
        raise refuse("X602", name, f"the file holds <{_tag(root)}>, not <svg>", "save the figure as SVG")
    return root


def _refuse_entities(content: bytes, name: str) -> None:
    """A figure needs no entities of its own; a file that defines them may be built to exhaust the memory."""

    def declared(*_: object) -> None:
        raise refuse("X602", name, "the file defines XML entities", "save the figure as plain SVG")

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declared
    parser.Parse(content, True)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


class _Walk:
    """Goes through the elements in the order they are drawn."""

    def __init__(self, root: ElementTree.Element) -> None:
        self.lines: list[Line] = []
        self.images = 0
        self.points = self.seen = 0
        self.known = {e.get("id", ""): e for e in root.iter() if e.get("id")}

    def visit(self, element: ElementTree.Element, above: _State, depth: int) -> None:
        """Add what the element draws, then its children."""
        tag = _tag(element)
        self.seen += 1
        if depth > _DEEPEST or self.seen > _MOST_ELEMENTS:
            says = f"it has more than {_MOST_ELEMENTS} elements, or nests them more than {_DEEPEST} deep"
            raise refuse("X602", "the figure", says, "save the one figure as plain SVG")
        if tag in _NOT_DRAWN and depth:
            return
        state = self._inherit(element, above)
        if tag == "image":
            self.images += 1
        elif tag == "use":
            self._use(element, state, depth)
        else:
            for points in _outline(tag, element):
                self._add(points, state)
        for child in element:
            self.visit(child, state, depth + 1)

    def _use(self, element: ElementTree.Element, state: _State, depth: int) -> None:
        target = self.known.get((element.get("href") or element.get(_LINK) or "").lstrip("#"))
        if target is None:
            return
        shift = (1.0, 0.0, 0.0, 1.0, _number(element.get("x")), _number(element.get("y")))
        below = replace(state, matrix=product(state.matrix, shift))
        if _tag(target) == "symbol":
            for child in target:
                self.visit(child, below, depth + 1)
        else:
            self.visit(target, below, depth + 1)

    def _inherit(self, element: ElementTree.Element, above: _State) -> _State:
        style = dict(element.attrib)
        for part in element.get("style", "").split(";"):
            key, _, value = part.partition(":")
            style[key.strip()] = value.strip()
        state = replace(
            above,
            matrix=product(above.matrix, _transform(element.get("transform", ""))),
            stroke=style.get("stroke", above.stroke),
            width=style.get("stroke-width", above.width),
            dash=style.get("stroke-dasharray", above.dash),
        )
        cut = self.known.get(style.get("clip-path", "").removeprefix("url(#").rstrip(")"))
        if cut is None:
            return state
        outlines = [p for child in cut for p in _outline(_tag(child), child)]
        if not outlines:
            return state
        box = box_of(moved(product(state.matrix, _transform(cut.get("transform", ""))), np.concatenate(outlines)))
        return replace(state, clip=overlap(state.clip, box))

    def _add(self, points: Floats, state: _State) -> None:
        if state.stroke == "none" or len(points) < 2:
            return
        self.points += len(points)
        if self.points > MOST_POINTS:
            raise refuse("X602", "the figure", f"it has more than {MOST_POINTS} points", "keep the one figure")
        dashed = state.dash not in ("", "none")
        width = _number(state.width) * stretch(state.matrix)
        self.lines.append(Line(moved(state.matrix, points), colour_of(state.stroke), width, dashed, state.clip))


def _outline(tag: str, element: ElementTree.Element) -> list[Floats]:
    """The points an element of this kind draws, before its transform."""
    if tag == "path":
        return [np.asarray(p, dtype=np.float64) for p, _ in subpaths(element.get("d", ""))]
    if tag in ("polyline", "polygon"):
        values = [float(v) for v in _NUMBER.findall(element.get("points", ""))]
        return [np.asarray(values[: len(values) // 2 * 2], dtype=np.float64).reshape(-1, 2)]
    if tag == "line":
        ends = [_number(element.get(k)) for k in ("x1", "y1", "x2", "y2")]
        return [np.asarray(ends, dtype=np.float64).reshape(2, 2)]
    if tag == "rect":
        x, y, w, h = (_number(element.get(k)) for k in ("x", "y", "width", "height"))
        return [np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)])]
    return []


def _number(text: str | None) -> float:
    found = _NUMBER.match((text or "").strip())
    return float(found.group()) if found else 0.0


def _transform(text: str) -> Matrix:
    """A transform attribute: its parts apply from right to left."""
    whole = IDENTITY
    for kind, inside in _TRANSFORM.findall(text):
        whole = product(whole, _one(kind, [float(v) for v in _NUMBER.findall(inside)]))
    return whole


def _one(kind: str, v: list[float]) -> Matrix:
    if kind == "matrix" and len(v) == 6:
        return v[0], v[1], v[2], v[3], v[4], v[5]
    sound(v)
    x = v[0] if v else 0.0
    if kind == "translate":
        return 1.0, 0.0, 0.0, 1.0, x, v[1] if len(v) > 1 else 0.0
    if kind == "scale":
        return x, 0.0, 0.0, v[1] if len(v) > 1 else x, 0.0, 0.0
    sin, cos, tan = (float(f(np.radians(x))) for f in (np.sin, np.cos, np.tan))
    if kind == "rotate":
        about = (1.0, 0.0, 0.0, 1.0, v[1], v[2]) if len(v) == 3 else IDENTITY
        back = (1.0, 0.0, 0.0, 1.0, -about[4], -about[5])
        return product(about, product((cos, sin, -sin, cos, 0.0, 0.0), back))
    return (1.0, 0.0, tan, 1.0, 0.0, 0.0) if kind == "skewX" else (1.0, tan, 0.0, 1.0, 0.0, 0.0)
