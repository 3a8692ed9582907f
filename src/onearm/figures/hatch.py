"""Hatches of dots: one small tile instead of a large one with every dot in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element

from onearm.figures.paths import Piece, Point, number, parts, written

_TILE = 7200
"""Width and height of matplotlib's tile in hundredths of a point."""

_DIVISORS = tuple(k for k in range(48, 1, -1) if _TILE % k == 0)


def smaller(root: Element) -> None:
    """Cut every tile of equal shapes on a grid down to its smallest period; other tiles stay as they are."""
    for pattern in root.iter("pattern"):
        paths = pattern.findall("path")
        found = list(parts(paths[0].get("d", ""))) if len(paths) == 1 else []
        if not found or len({_shape(start, pieces) for start, pieces, _ in found}) > 1:
            continue
        starts = {start for start, _, _ in found}
        wide, tall = _period(starts, lambda p, t: (p[0] + t, p[1])), _period(starts, lambda p, t: (p[0], p[1] + t))
        if wide == tall == _TILE:
            continue
        points = [p for piece in found[0][1] for p in piece]
        reach = max(max(abs(p[0] - found[0][0][0]), abs(p[1] - found[0][0][1])) for p in points)
        kept = [
            part
            for part in found
            if -reach <= part[0][0] <= wide + reach and -reach <= part[0][1] <= tall + reach
        ]  # fmt: skip
        paths[0].set("d", written(kept))
        pattern.set("width", number(wide))
        pattern.set("height", number(tall))


def _shape(start: Point, pieces: Iterable[Piece]) -> tuple[tuple[int, int], ...]:
    """A shape wherever it stands, on a grid coarse enough to forgive rounding."""
    return tuple((round((p[0] - start[0]) / 4), round((p[1] - start[1]) / 4)) for piece in pieces for p in piece)


def _period(starts: set[Point], shifted: Callable[[Point, int], Point]) -> int:
    """The shortest way by which the shapes can be shifted onto themselves."""

    def around(point: Point) -> Point:
        return point[0] % _TILE, point[1] % _TILE

    here = {around(p) for p in starts}
    for k in _DIVISORS:
        if {around(shifted(p, _TILE // k)) for p in here} == here:
            return _TILE // k
    return _TILE
