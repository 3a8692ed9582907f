"""An SVG tree made small: equal styles become one class, marks of one shape one path, empty groups nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from string import ascii_lowercase
from xml.etree.ElementTree import Element

from onearm.figures import hatch
from onearm.figures.paths import Point, diameter, hundredths, lines_of, moved, number, short

_PLACES = frozenset({"x", "y", "width", "height"})
_TURN = re.compile(r"^rotate\(-?0 [^)]*\)$")
_NUMBER = re.compile(r"-?\d+\.\d+")
_SILENT = frozenset({("stroke-dashoffset", "0"), ("text-anchor", "start"), ("stroke-linecap", "butt")})
_LONGEST = 3
"""So many straight lines a mark may have to share a path with others; further shapes are named once and used."""

FONT = "'DejaVu Sans', Verdana, sans-serif"
ROOT = {"stroke-linejoin": "round", "font-family": FONT}
"""What holds for a whole picture, said once at its root."""


def slim(root: Element, scope: str) -> None:
    """Make a tree small in place.

    Parameters
    ----------
    root
        The ``svg`` element, its tags without namespaces.
    scope
        Stands before every id, and in every rule of style, so that several pictures can share a page.
    """
    for parent in list(root.iter()):
        for child in [c for c in parent if c.tag in ("style", "metadata")]:
            parent.remove(child)
    shapes = {e.get("id", ""): e for e in root.iter("path") if e.get("id")}
    _join_marks(root, shapes)
    hatch.smaller(root)
    _short_coordinates(root)
    _rename(root, scope)
    _flatten(root)
    for key, value in ROOT.items():
        root.set(key, value)
    _fold(root, scope)


def styled(element: Element) -> dict[str, str]:
    """The style of an element, without what its picture says for all."""
    pairs = (part.split(":", 1) for part in element.get("style", "").split(";") if ":" in part)
    said = {key.strip(): value.strip() for key, value in pairs}
    return {
        key: _NUMBER.sub(lambda m: number(hundredths(m[0])), value)
        for key, value in said.items()
        if key != "font-family" and (key, value) not in _SILENT and ROOT.get(key) != value
    }


def _join_marks(root: Element, shapes: Mapping[str, Element]) -> None:
    """Three or more marks of straight lines after each other: one path in their places."""
    for parent in list(root.iter("g")):
        children: list[Element] = []
        for key, run in groupby(parent, key=lambda e: (e.tag, e.get("href"), e.get("style"))):
            marks = list(run)
            shape = shapes.get((key[1] or "").removeprefix("#")) if key[0] == "use" else None
            found = None if shape is None or len(marks) < 3 else _strokes(shape, styled(marks[0]))
            if found is None:
                children += marks
                continue
            strokes, style = found
            places = dict.fromkeys((hundredths(m.get("x", "0")), hundredths(m.get("y", "0"))) for m in marks)
            children.append(Element("path", {"d": moved(strokes, places), "style": _text(style)}))
        parent[:] = children


def _strokes(shape: Element, style: Mapping[str, str]) -> tuple[list[list[Point]], dict[str, str]] | None:
    """The lines that draw a mark, and their style: straight ones as they are, a full dot as a line of no length with
    round ends; None for every other shape."""
    data, said = shape.get("d", ""), {**style, **styled(shape)}
    lines = lines_of(data)
    if lines is not None and len(lines) <= _LONGEST and all(len(line) == 2 for line in lines):
        return lines, {**said, "fill": "none"}
    across = diameter(data)
    if across is None or said.get("fill") != said.get("stroke") or "fill-opacity" in said:
        return None
    wide = across + hundredths(said.get("stroke-width", "1"))
    return [[(0, 0), (0, 0)]], {"stroke": said["stroke"], "stroke-width": number(wide), "stroke-linecap": "round"}


def _short_coordinates(root: Element) -> None:
    for element in root.iter():
        for key, value in list(element.items()):
            if key == "d":
                if value.startswith("M "):  # else it was shortened before
                    element.set(key, short(value))
            elif key in _PLACES and element is not root:
                element.set(key, number(hundredths(value)))
            elif key == "transform":
                if _TURN.match(value):
                    del element.attrib[key]
                elif value.startswith(("translate(", "rotate(")):
                    element.set(key, _NUMBER.sub(lambda m: number(hundredths(m[0])), value))


def _rename(root: Element, scope: str) -> None:
    """Drop ids that nothing uses, number the others in their order."""
    used = {key for e in root.iter() for value in e.attrib.values() for key in _uses(value)}
    names: dict[str, str] = {}
    for element in root.iter():
        key = element.get("id")
        if key in used:
            names[str(key)] = f"{scope}-{len(names) + 1}"
            element.set("id", names[str(key)])
        elif key is not None:
            del element.attrib["id"]
    for element in root.iter():
        for key, value in list(element.items()):
            if value.startswith("#") and value[1:] in names and key == "href":
                element.set(key, f"#{names[value[1:]]}")
            elif "url(#" in value:
                element.set(key, re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{names[m[1]]})", value))
    for parent in list(root.iter()):
        for child in [c for c in parent if c.tag == "path" and parent.tag == "defs" and c.get("id") is None]:
            parent.remove(child)


def _uses(value: str) -> Iterator[str]:
    if value.startswith("#"):
        yield value[1:]
    yield from re.findall(r"url\(#([^)]+)\)", value)


def _flatten(root: Element) -> None:
    """A group that says nothing gives its place to what it holds."""
    for parent in reversed(list(root.iter())):
        children: list[Element] = []
        for child in parent:
            if child.tag in ("g", "defs") and not len(child):
                continue
            children += list(child) if child.tag == "g" and not child.attrib else [child]
        parent[:] = children


def _text(style: Mapping[str, str]) -> str:
    return ";".join(f"{key}:{value}" for key, value in style.items())


def _fold(root: Element, scope: str) -> None:
    """Give a class to every style that stands more than once; the rules stand first in the picture."""
    found: dict[int, str] = {}
    for element in root.iter():
        style = styled(element)
        element.attrib.pop("style", None)
        if style and element.tag in ("path", "rect") and "clip-path" in element.attrib:
            style["clip-path"] = element.attrib.pop("clip-path")
        if style:
            found[id(element)] = _text(style)
    counts = Counter(found.values())
    classes = dict(zip((s for s, n in counts.most_common() if n > 1), _names(), strict=False))
    for element in root.iter():
        said = found.get(id(element))
        if said in classes:
            element.set("class", classes[said])
        elif said is not None:
            element.set("style", said)
    if classes:
        root.set("id", scope)
        rules = Element("style")
        rules.text = "".join(f"#{scope} .{name}{{{said}}}" for said, name in classes.items())
        root.insert(0, rules)


def _names() -> Iterator[str]:
    """a, b ... z, aa, ab ..."""
    yield from ascii_lowercase
    yield from (a + b for a in ascii_lowercase for b in ascii_lowercase)
