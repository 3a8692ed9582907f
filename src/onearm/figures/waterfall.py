"""A bar for each subject, from the highest to the lowest; fills tell groups apart without colour."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from onearm import text
from onearm.figures.drawing import Drawing
from onearm.figures.series import Series
from onearm.figures.style import FAINT, GREY, INK, SIZE, SMALL, TINY, WIDTH, sentence, sheet, slug
from onearm.figures.swimmer import FILLS
from onearm.results import Bars, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _TOP, _PLOT, _FOOT = 0.75, 0.25, 0.42, 2.6, 0.5
_NUMBERED = 60
"""Up to so many bars bear the number of their subject."""


def waterfall(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each endpoint of that kind."""
    return tuple(_drawing(b, results.header.notice) for b in results.bars)


def _drawing(b: Bars, notice: str) -> Drawing:
    missing = f" Without a bar, as values are missing: {text.number(len(b.missing), 0)}." if b.missing else ""
    lines = f" Dashed: {', '.join(text.number(v, 0) for v in b.limits)}." if b.limits else ""
    notes = "; ".join(b.notes)
    return Drawing(
        name=slug("waterfall", b.id),
        title=b.label,
        caption=f"{b.label}, {b.population}: {b.method}, a bar for each of {text.number(len(b.values), 0)} subjects, "
        f"highest first.{lines}{missing} {sentence(notes)}.",
        section="response",
        draw=partial(draw, b, notice),
        data=partial(data, b),
    )


def data(b: Bars) -> Series:
    """Each bar, in its order."""
    rows = zip(b.subjects, b.numbers, b.values, b.groups, strict=True)
    return Series.of("id subject number value unit group", [(b.id, s, n, v, b.unit, g) for s, n, v, g in rows])


def draw(b: Bars, notice: str = "") -> Figure:
    """Draw the bars and the lines at the limits."""
    foot = _FOOT + (0.27 if notice else 0.0)
    height = _TOP + _PLOT + foot
    figure = sheet(height, notice)
    axes = figure.add_axes((_LEFT / WIDTH, foot / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, _PLOT / height))
    n = len(b.values)
    axes.set_xlim(-0.8, n - 0.2)
    low, high = min(b.start, *b.values, *b.limits), max(b.start, *b.values, *b.limits)
    room = 0.06 * (high - low or 1.0)
    axes.set_ylim(low - (room if low < b.start else 0.0), high + room)
    axes.set_ylabel(b.axis, size=SIZE, labelpad=4)
    axes.grid(axis="y", color=FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    found = _by_group(b)
    for k, name in enumerate(legend(b)):
        look = FILLS[min(k, len(FILLS) - 1)]
        look_of = {"facecolor": look.colour, "hatch": look.hatch}
        _group(axes, found[name], b.start, name, look_of, thin=n > 4 * _NUMBERED)
    axes.axhline(b.start, color=GREY, linewidth=0.8)
    for value in b.limits:
        axes.axhline(value, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    _numbers(axes, b)
    if any(b.groups):
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncols=5, frameon=False, fontsize=SMALL, borderaxespad=0.2,
            handlelength=1.6, columnspacing=1.2,
        )  # fmt: skip
    return figure


def _numbers(axes: Axes, b: Bars) -> None:
    """The number of each subject under its bar, upright where bars are too narrow for it."""
    n = len(b.values)
    numbered = n <= _NUMBERED
    wide = max(map(len, b.numbers), default=0) * 0.58 * TINY + 3
    turned = 90 if wide > 72 * (WIDTH - _LEFT - _RIGHT) / (n + 0.6) else 0
    axes.set_xticks(range(n) if numbered else [], b.numbers if numbered else [], size=TINY, rotation=turned)
    axes.tick_params(axis="x", length=0, pad=1 if turned else 3)
    axes.set_xlabel("Subject" if numbered else f"{n} subjects", size=SIZE, labelpad=3)


def legend(b: Bars) -> list[str]:
    """Groups that have bars, in the order of the protocol's scale; those it does not name come after, by name."""
    there = set(b.groups)
    return [g for g in b.order if g in there] + sorted(there - set(b.order))


def _by_group(b: Bars) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for k, (value, group) in enumerate(zip(b.values, b.groups, strict=True)):
        found.setdefault(group, []).append((k, value))
    return found


def _group(axes: Axes, bars: list[tuple[int, float]], start: float, name: str, look: Any, *, thin: bool) -> None:
    """All bars of one group as one shape."""
    from matplotlib.collections import PolyCollection

    half = 0.5 if thin else 0.4
    boxes = [[(k - half, start), (k + half, start), (k + half, v), (k - half, v)] for k, v in bars]
    edge: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.0 if thin else 0.4}
    axes.add_collection(PolyCollection(boxes, label=name or None, zorder=2, **look, **edge), autolim=False)
