"""What a vector figure is made of: lines with a colour, in the coordinates of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from onearm.errors import DataError, Finding

Floats = NDArray[np.float64]
Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): x' = a x + c y + e, y' = b x + d y + f, as SVG and PDF write it."""

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Box = tuple[float, float, float, float]
"""Left, low, right, high."""

EVERYWHERE: Box = (-np.inf, -np.inf, np.inf, np.inf)
_PIECES = 16  # straight pieces of one Bezier curve
_FARTHEST = 1e12
MOST_POINTS = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One unbroken line of a figure.

    Attributes
    ----------
    points : (n, 2) in the coordinates of the file; y goes down in SVG and up in PDF.
    colour : "#rrggbb", or "" when the file does not say.
    width : of the stroke, in the coordinates of the file; 0 when unknown.
    dashed : whether it is drawn in dashes.
    clip : the box outside which nothing of it is seen.
    """

    points: Floats
    colour: str
    width: float
    dashed: bool
    clip: Box


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """All stroked lines of a figure.

    Attributes
    ----------
    lines : in the order they are drawn.
    images : how many bitmaps there are.
    name : what to call the figure in a message.
    down : whether y counts down from the top (SVG) or up from the foot (PDF).
    """

    lines: tuple[Line, ...]
    images: int
    name: str
    down: bool

    @property
    def size(self) -> float:
        """The longer side of what is drawn."""
        if not self.lines:
            return 0.0
        low = np.min([line.points.min(axis=0) for line in self.lines], axis=0)
        high = np.max([line.points.max(axis=0) for line in self.lines], axis=0)
        return float(np.max(high - low))


def refuse(code: str, where: str, says: str, next_step: str) -> DataError:
    """An error for one finding."""
    return DataError([Finding(code, "error", where, says, next_step)])


def sound(values: Sequence[float] | Floats) -> None:
    """Refuse numbers that no drawing has: with them the arithmetic below would overflow.

    Raises
    ------
    ValueError
        For a number that is not finite, or beyond 1e12.
    """
    if not np.all(np.abs(np.asarray(values, dtype=np.float64)) < _FARTHEST):
        raise ValueError("it has a coordinate that is no place on a page")


def product(outer: Matrix, inner: Matrix) -> Matrix:
    """The matrix that applies ``inner`` first, then ``outer``."""
    a, b, c, d, e, f = outer
    p, q, r, s, t, u = inner
    return (a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f)


def moved(matrix: Matrix, points: Floats) -> Floats:
    """Points under a matrix."""
    sound(matrix)
    sound(points)
    a, b, c, d, e, f = matrix
    return np.column_stack([a * points[:, 0] + c * points[:, 1] + e, b * points[:, 0] + d * points[:, 1] + f])


def stretch(matrix: Matrix) -> float:
    """How much a matrix widens a stroke."""
    return float(np.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2])))


def box_of(points: Floats) -> Box:
    """The box around points."""
    (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
    return float(left), float(low), float(right), float(high)


def overlap(one: Box, other: Box) -> Box:
    """What two boxes share."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def bezier(*control: tuple[float, float]) -> list[tuple[float, float]]:
    """Points of a Bezier curve after its first one, by de Casteljau's rule."""
    sound(np.asarray(control))
    t = np.arange(1, _PIECES + 1)[:, None] / _PIECES
    level = [np.asarray(p, dtype=np.float64)[None, :] * np.ones((_PIECES, 1)) for p in control]
    while len(level) > 1:
        level = [(1 - t) * p + t * q for p, q in pairwise(level)]
    return [(float(x), float(y)) for x, y in level[0]]
