"""From the coordinates of a file to months and proportions, by the ticks of the axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from onearm.errors import UsageError, listed
from onearm.io.digitised.drawing import Drawing, Floats

_SHORT = 0.03  # of the figure: a longer line is no tick mark
_EVEN = 2e-3  # of the axis: how far a tick may lie from where its value puts it
Pair = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Axes:
    """Two places on each axis, as ((place in the file, value), (place in the file, value)).

    Places are x and y in the file's own coordinates: in SVG y counts down from the top, in PDF up from the foot of the
    page. Values are times, and survival as a proportion.
    """

    x: Pair
    y: Pair

    def __post_init__(self) -> None:
        for name, ((a, _), (b, _)) in (("x", self.x), ("y", self.y)):
            if not np.all(np.isfinite(np.asarray(getattr(self, name), dtype=np.float64))) or a == b:
                raise UsageError.one(
                    "U344", f"axes.{name}", "the two places must be different numbers", "read them again"
                )
        if self.x[0][1] == self.x[1][1] or self.y[0][1] == self.y[1][1]:
            raise UsageError.one(
                "U344", "axes", "the two values of an axis are the same", "give two ticks of each axis"
            )

    def values(self, points: Floats) -> Floats:
        """Points of the file as (time, survival)."""
        columns = []
        for k, ((a, low), (b, high)) in enumerate((self.x, self.y)):
            columns.append(low + (points[:, k] - a) * (high - low) / (b - a))
        return np.column_stack(columns)

    @property
    def spans(self) -> Floats:
        """How much time and survival the two pairs span."""
        return np.array([abs(self.x[1][1] - self.x[0][1]), abs(self.y[1][1] - self.y[0][1])])


@dataclass(frozen=True, slots=True)
class Ticks:
    """The values written at the tick marks of each axis, in order: all of them, or the first and the last one.

    The marks themselves are looked for in the figure.

    Examples
    --------
    >>> Ticks(x=(0, 12, 24, 36), y=(0, 1)).y
    (0, 1)
    """

    x: tuple[float, ...]
    y: tuple[float, ...]


def find_axes(drawing: Drawing, axes: Axes | Ticks) -> Axes:
    """Axes as given, or by finding the marks of the given ticks.

    Raises
    ------
    UsageError
        U344: no row of marks, or more than one, fits the values; what was found is listed.
    """
    if isinstance(axes, Axes):
        return axes
    return Axes(x=_pair(drawing, axes.x, 0), y=_pair(drawing, axes.y, 1))


def _pair(drawing: Drawing, values: tuple[float, ...], along: int) -> Pair:
    name = "xy"[along]
    wanted = np.asarray(values, dtype=np.float64)
    if wanted.size < 2 or not np.all(np.isfinite(wanted)) or np.any(np.diff(wanted) <= 0):
        raise UsageError.one(
            "U344", f"axes.{name}", "at least two different tick values are needed", "give them in order"
        )
    flipped = along == 1 and drawing.down
    rows = tick_rows(drawing, along)
    fitting = [row for row in rows if _fits(row, wanted, flipped)]
    fitting = _distinct([row for row in fitting if row.size == max(r.size for r in fitting)])
    if len(fitting) != 1:
        found = listed([f"{r.size} from {r[0]:.2f} to {r[-1]:.2f}" for r in rows]) or "none"
        says = f"{len(fitting) or 'no'} rows of tick marks fit {wanted.size} values; rows found: {found}"
        step = "give all tick values, or two places and their values with Axes(x=..., y=...)"
        raise UsageError.one("U344", f"{drawing.name}, {name} axis", says, step)
    first, last = (wanted[-1], wanted[0]) if flipped else (wanted[0], wanted[-1])
    return (float(fitting[0][0]), float(first)), (float(fitting[0][-1]), float(last))


def _distinct(rows: list[Floats]) -> list[Floats]:
    """Rows without those at the places of an earlier one: the ticks on the other side of a frame."""
    kept: list[Floats] = []
    for row in rows:
        if not any(np.allclose(row, other, rtol=0, atol=1e-2) for other in kept):
            kept.append(row)
    return kept


def tick_rows(drawing: Drawing, along: int) -> list[Floats]:
    """Places of short lines across an axis that begin and end at one level, even in spacing; the longest rows first."""
    longest = _SHORT * drawing.size
    rows: dict[tuple[float, float], set[float]] = {}
    for line in drawing.lines:
        p = line.points
        if len(p) != 2:
            continue
        across = abs(p[1, 1 - along] - p[0, 1 - along])
        if abs(p[1, along] - p[0, along]) < 1e-3 and 0 < across <= longest:
            low, high = sorted(p[:, 1 - along].tolist())
            rows.setdefault((round(low, 1), round(high, 1)), set()).add(round(float(p[0, along]), 6))
    found = [np.sort(np.asarray(list(places))) for places in rows.values() if len(places) > 1]
    return sorted(found, key=lambda r: -r.size)


def _fits(row: Floats, wanted: Floats, flipped: bool) -> bool:
    """Whether marks lie where the values put them: all of them, or evenly when only the ends are given."""
    if wanted.size == 2:
        wanted = np.linspace(wanted[0], wanted[1], row.size)
    if row.size != wanted.size:
        return False
    expected = (wanted - wanted[0]) / (wanted[-1] - wanted[0])
    if flipped:
        expected = (1 - expected)[::-1]
    return bool(np.all(np.abs((row - row[0]) / (row[-1] - row[0]) - expected) < _EVEN))
