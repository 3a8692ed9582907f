"""Which line of a figure is the survival curve, and its points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from onearm.errors import DataError, Finding, UsageError, listed
from onearm.io.digitised.axes import Axes
from onearm.io.digitised.colour import colour_of
from onearm.io.digitised.drawing import Drawing, Floats, Line, refuse

_NEAR = 1e-4  # of an axis: what the rounding of a drawing program may do
_SLANT = 2e-3  # of an axis: programs that thin out a path replace smaller steps by a slanted piece
_LEAST_REACH = 0.05  # of the time axis


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A curve read from a figure.

    Attributes
    ----------
    time, survival : (m,) its corners from left to right; survival as a proportion, never rising.
    colour : "#rrggbb", or "" when the file does not say.
    width : of its line, in the file's coordinates.
    dashed : whether it is drawn in dashes.
    slanted : pieces that go down as they go right, by more than 0.002 of both axes: 0 for a curve drawn as steps.
    """

    time: Floats
    survival: Floats
    colour: str
    width: float
    dashed: bool
    slanted: int

    def __str__(self) -> str:
        ends = f"from ({self.time[0]:.4g}, {self.survival[0]:.4g}) to ({self.time[-1]:.4g}, {self.survival[-1]:.4g})"
        kind = "dashed" if self.dashed else "solid"
        return f"{self.colour or 'no colour'}, {kind}, width {self.width:.3g}, {self.time.size} corners {ends}"


def find_curves(drawing: Drawing, axes: Axes) -> tuple[Curve, ...]:
    """Every line that runs from left to right and only falls, the longest in time first.

    Pieces of one colour, width and dash that begin where the one before ended are one line.
    """
    found = (_as_curve(line, axes) for line in _joined(drawing.lines))
    curves = [c for c in found if c is not None]
    distinct: list[Curve] = []
    for c in sorted(curves, key=lambda c: c.time[0] - c.time[-1]):
        if not any(_same(c, d) for d in distinct):
            distinct.append(c)
    return tuple(distinct)


def choose_curve(drawing: Drawing, axes: Axes, *, colour: str | None, dashed: bool | None, index: int | None) -> Curve:
    """The one curve that answers the description.

    Raises
    ------
    UsageError
        U345: none or several answer it, and are listed.
    DataError
        X604: the figure has no curve of lines, as when it is a bitmap. X605: there are lines that rise, but none that
        only falls.
    """
    curves = find_curves(drawing, axes)
    if not curves:
        raise _nothing(drawing, axes)
    wanted = colour_of(colour) if colour is not None else None
    if colour is not None and not wanted:
        raise UsageError.one("U345", "colour", f"{colour!r} is not a colour", "write it as #rrggbb")
    left = [c for c in curves if wanted in (None, c.colour) and dashed in (None, c.dashed)]
    if index is not None:
        if isinstance(index, bool) or not 0 <= index < len(left):
            says = f"there is no curve {index} among {len(left)}: {_list(left or list(curves))}"
            raise UsageError.one("U345", drawing.name, says, "give an index of this list")
        return left[index]
    if len(left) != 1:
        says = f"{len(left) or 'no'} curves answer the description; found: {_list(left or list(curves))}"
        raise UsageError.one("U345", drawing.name, says, "name one by colour, dashed or index")
    return left[0]


def _list(curves: list[Curve]) -> str:
    return listed([f"[{i}] {c}" for i, c in enumerate(curves)])


def _nothing(drawing: Drawing, axes: Axes) -> DataError:
    if drawing.images and len(drawing.lines) < 20:
        says = f"the figure is a bitmap ({drawing.images} images): it holds no curve of lines"
        return refuse("X604", drawing.name, says, "click along the curve in a digitiser, then read_clicks")
    rising = [c for c in (_as_curve(line, axes, falling=False) for line in _joined(drawing.lines)) if c is not None]
    if rising:
        finding = Finding(
            "X605",
            "error",
            drawing.name,
            f"{len(rising)} lines rise and none only falls: {_list(rising)}",
            "check the axes; for a cumulative incidence give y ticks counted downwards, as values 1 - y",
        )
        return DataError([finding])
    says = f"no line among {len(drawing.lines)} runs from left to right as a curve"
    return refuse("X604", drawing.name, says, "check page and axes, or click along the curve and use read_clicks")


def _joined(lines: tuple[Line, ...]) -> list[Line]:
    """Lines with those appended that go on where they ended."""
    whole: list[Line] = []
    parts: list[list[Floats]] = []
    for line in lines:
        last = whole[-1] if whole else None
        alike = last is not None and (line.colour, line.width, line.dashed, line.clip) == (
            last.colour,
            last.width,
            last.dashed,
            last.clip,
        )
        if alike and np.max(np.abs(parts[-1][-1][-1] - line.points[0])) < 1e-3:
            parts[-1].append(line.points[1:])
        else:
            whole.append(line)
            parts.append([line.points])
    return [Line(np.concatenate(p), w.colour, w.width, w.dashed, w.clip) for w, p in zip(whole, parts, strict=True)]


def _as_curve(line: Line, axes: Axes, *, falling: bool = True) -> Curve | None:
    """The line as a curve in time and survival, or None when it is none."""
    if len(line.points) < 3:
        return None
    p = axes.values(_seen(line))
    if len(p) < 3:
        return None
    if p[0, 0] > p[-1, 0]:
        p = p[::-1]
    step = np.diff(p, axis=0) / axes.spans
    if np.any(step[:, 0] < -_NEAR) or p[-1, 0] - p[0, 0] < _LEAST_REACH * axes.spans[0]:
        return None
    if not falling:
        p = p * [1, -1]
        step = step * [1, -1]
    if np.any(step[:, 1] > _NEAR) or not np.any(step[:, 1] < -_NEAR):
        return None
    tilted = np.all(np.abs(step) > _SLANT, axis=1)
    time, survival = _squared(p, axes)
    return Curve(time, survival if falling else -survival, line.colour, line.width, line.dashed, int(tilted.sum()))


def _seen(line: Line) -> Floats:
    """The part of a line inside its clip: up to where it first leaves."""
    left, low, right, high = line.clip
    p = line.points
    slack = 1e-6 + 1e-9 * float(np.max(np.abs(p)))
    inside = (
        (p[:, 0] >= left - slack) & (p[:, 0] <= right + slack) & (p[:, 1] >= low - slack) & (p[:, 1] <= high + slack)
    )
    if np.all(inside):
        return p
    runs = np.flatnonzero(inside)
    if runs.size == 0:
        return p[:0]
    first = runs[0]
    out = np.flatnonzero(~inside[first:])
    last = first + (out[0] if out.size else inside.size - first)
    kept = [p[first:last]]
    if first:
        kept.insert(0, np.clip(p[first - 1], [left, low], [right, high])[None, :])
    if last < len(p):
        kept.append(np.clip(p[last], [left, low], [right, high])[None, :])
    return np.concatenate(kept)


def _squared(p: Floats, axes: Axes) -> tuple[Floats, Floats]:
    """Times and survival without the file's rounding: corners of one upright line at one time, nothing that rises."""
    time = np.maximum.accumulate(p[:, 0])
    near = _NEAR * axes.spans
    upright = np.append(False, np.diff(time) < near[0] / 10)
    time = time[np.maximum.accumulate(np.where(upright, 0, np.arange(time.size)))]
    survival = np.minimum.accumulate(p[:, 1])
    survival = np.where(np.abs(survival - 1) < near[1], 1.0, np.where(np.abs(survival) < near[1], 0.0, survival))
    time = np.where(np.abs(time) < near[0], 0.0, time)
    keep = np.append(True, (np.diff(time) != 0) | (np.diff(survival) != 0))
    return time[keep], survival[keep]


def _same(one: Curve, other: Curve) -> bool:
    """Whether a curve is another one drawn twice."""
    return (one.colour, one.dashed) == (other.colour, other.dashed) and (
        one.time.shape == other.time.shape
        and bool(np.allclose(one.time, other.time) and np.allclose(one.survival, other.survival))
    )
