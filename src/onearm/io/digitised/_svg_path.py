"""The path language of SVG 1.1 (section 8.3): letters with numbers, into lists of points."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onearm.io.digitised.drawing import bezier

_TOKEN = re.compile(r"[MmLlHhVvCcSsQqTtAaZz]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
Point = tuple[float, float]


def subpaths(text: str) -> Iterator[tuple[list[Point], bool]]:
    """The points of each subpath, and whether it was closed; an arc is taken as the line to its end."""
    points: list[Point] = []
    start = here = (0.0, 0.0)
    control: Point | None = None
    for letter, values in _commands(text):
        x0, y0 = here if letter.islower() else (0.0, 0.0)
        kind = letter.upper()
        if kind == "M":
            if len(points) > 1:
                yield points, False
            start = here = (x0 + values[0], y0 + values[1])
            points = [here]
        elif kind == "Z":
            if points:
                yield [*points, start], True
            here, points = start, []
        else:
            points = points or [here]
            new, control = _drawn(kind, values, here, (x0, y0), control)
            points += new
            here = new[-1]
            continue
        control = None
    if len(points) > 1:
        yield points, False


def _commands(text: str) -> Iterator[tuple[str, list[float]]]:
    letter, values = "", list[float]()
    for token in _TOKEN.findall(text):
        if token.isalpha():
            letter, values = token, []
            if token in "Zz":
                yield token, []
            continue
        if not letter or letter in "Zz":
            return
        values.append(float(token))
        if len(values) == _TAKES[letter.upper()]:
            yield letter, values
            values = []
            letter = {"M": "L", "m": "l"}.get(letter, letter)  # further pairs after a move are lines


def _drawn(
    kind: str, v: list[float], here: Point, origin: Point, control: Point | None
) -> tuple[list[Point], Point | None]:
    """The points a command adds, and its control point for a smooth curve after it."""
    x0, y0 = origin
    if kind == "H":
        return [(x0 + v[0], here[1])], None
    if kind == "V":
        return [(here[0], y0 + v[0])], None
    pairs = [(x0 + x, y0 + y) for x, y in zip(v[::2], v[1::2], strict=False)]
    if kind in "LA":
        return [(x0 + v[-2], y0 + v[-1])], None
    if kind in "ST":
        mirrored = (2 * here[0] - control[0], 2 * here[1] - control[1]) if control else here
        pairs = [mirrored, *pairs]
    return bezier(here, *pairs), pairs[-2]
