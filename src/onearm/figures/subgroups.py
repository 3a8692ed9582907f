"""Forest plots of subgroups: shares or hazard ratios, one row a subgroup under the name of its column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from onearm import text
from onearm.figures.drawing import Drawing
from onearm.figures.forest import TICKS
from onearm.figures.series import Cell, Series
from onearm.figures.style import FAINT, GREY, INK, SIZE, SMALL, STROKES, TINY, WIDTH, sentence, sheet, slug
from onearm.results import Estimate, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _ROW = 2.6, 2.0, 0.21


@dataclass(frozen=True, slots=True)
class Line:
    """A row: the column's name alone, or a subgroup with its counts and its estimate (None for the reference)."""

    label: str
    counts: str = ""
    estimate: Estimate | None = None
    head: bool = False


def subgroups(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each endpoint of subgroups."""
    mine = [e for e in results if e.context == "subgroups"]
    return tuple(
        _drawing([e for e in mine if e.variable == v], results.header.notice)
        for v in dict.fromkeys(e.variable for e in mine)
    )


def _drawing(mine: Sequence[Estimate], notice: str) -> Drawing:
    ratio = any(e.stat == "hazard_ratio" for e in mine)
    title = mine[0].label.partition(f": {mine[0].heading}, ")[0]
    what = "Hazard ratios against the first subgroup of each column, nothing adjusted" if ratio else mine[0].method
    counts = "Beside each row: its events and patients" if ratio else "Counts: of whom it is true, of whom it is known"
    found = rows(mine)
    return Drawing(
        name=slug("subgroups", mine[0].variable),
        title=title,
        caption=f"{title}. {sentence(what)}. {counts}. "
        "Subgroups are small: their intervals, not their points, are what can be read.",
        section="survival" if ratio else "response",
        draw=partial(draw, found, ratio, notice),
        data=partial(data, found),
    )


def rows(mine: Sequence[Estimate]) -> list[Line]:
    """Rows in the order of the results, with a heading where a new column begins."""
    found: list[Line] = []
    seen: set[str] = set()
    for group in dict.fromkeys(e.group for e in mine):
        column, _, level = group.partition("=")
        by = {e.stat: e for e in mine if e.group == group}
        if column not in seen:
            seen.add(column)
            found.append(Line(next(iter(by.values())).heading, head=True))
        if "p" in by:
            one = by["p"]
            found.append(Line(level, f"{one.events or 0}/{one.n}", one))
        else:
            events = int(by["events"].value or 0)
            found.append(Line(level, f"{events}/{by['n'].n}", by.get("hazard_ratio")))
    return found


def data(lines: Sequence[Line]) -> Series:
    """Each subgroup with its counts and its estimate; the first of a column of ratios is the reference."""
    found: list[tuple[Cell, ...]] = []
    column = ""
    for line in lines:
        column = line.label if line.head else column
        if not line.head:
            e = line.estimate
            measured = (None,) * 4 if e is None else (e.id, e.value, e.low, e.high)
            found.append((measured[0], column, line.label, *line.counts.split("/"), *measured[1:]))
    return Series.of("id column subgroup events n estimate low high", found)


def draw(lines: Sequence[Line], ratio: bool, notice: str) -> Figure:
    """Draw the rows from the top; hazard ratios on a log axis, shares on 0 to 100%."""
    foot = 0.58 + (0.14 if ratio else 0.0) + (0.27 if notice else 0.0)
    height = 0.36 + _ROW * len(lines) + foot
    figure = sheet(height, notice)
    axes = figure.add_axes((_LEFT / WIDTH, foot / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, _ROW * len(lines) / height))
    low, high = _ratio_axis(axes, lines) if ratio else _share_axis(axes)
    axes.set_ylim(-0.5, len(lines) - 0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    for k, line in enumerate(reversed(lines)):
        _row(axes, k, line, low, high)
    _heads(axes, lines, ratio)
    return figure


def _heads(axes: Axes, lines: Sequence[Line], ratio: bool) -> None:
    """What the numbers on both sides are, over them."""
    levels = {x.estimate.level for x in lines if x.estimate is not None and x.estimate.level is not None}
    level = text.quantity(levels.pop(), "proportion").replace(".0%", "%") + " " if len(levels) == 1 else ""
    place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "size": SMALL, "color": GREY}
    axes.annotate("Events/patients" if ratio else "n/N", (0, 1), xytext=(-8, 6), ha="right", **place)
    axes.annotate(f"{'HR' if ratio else 'Share'} ({level}CI)", (1, 1), xytext=(6, 6), **place)


def _ratio_axis(axes: Axes, lines: Sequence[Line]) -> tuple[float, float]:
    from matplotlib.ticker import NullLocator

    found = [v for x in lines if x.estimate for v in (x.estimate.value, x.estimate.low, x.estimate.high)]
    known = [v for v in found if v is not None and 0 < v < math.inf]
    low = max((t for t in TICKS if t <= min([0.5, *known])), default=TICKS[0])
    high = min((t for t in TICKS if t >= max([2.0, *known])), default=TICKS[-1])
    ticks = [t for t in TICKS if low <= t <= high]
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.axvline(1, color=GREY, linewidth=0.9, zorder=1)
    axes.set_xlabel("Hazard ratio against the first subgroup", size=SIZE, labelpad=3)
    axes.annotate(
        "below 1: a lower hazard than the reference", (0.5, 0), xycoords="axes fraction", xytext=(0, -36), ha="center",
        textcoords="offset points", size=TINY, color=GREY,
    )  # fmt: skip
    return low, high


def _share_axis(axes: Axes) -> tuple[float, float]:
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.set_xlabel("Percent", size=SIZE, labelpad=3)
    return 0.0, 1.0


def _row(axes: Axes, k: int, line: Line, low: float, high: float) -> None:
    place: dict[str, Any] = {"size": SMALL, "va": "center", "annotation_clip": False, "textcoords": "offset points"}
    place["xycoords"] = axes.get_yaxis_transform()
    indent = 0 if line.head else 10
    colour = INK if line.head else GREY
    axes.annotate(line.label, (0, k), xytext=(indent - _LEFT * 72 + 8, 0), color=colour, **place)
    if line.head:
        return
    axes.hlines(k, low, high, colors=FAINT, linewidth=0.4, zorder=0)
    axes.annotate(line.counts, (0, k), xytext=(-8, 0), ha="right", color=INK, **place)
    e = line.estimate
    if e is None:
        said = "reference"
        axes.plot([1], [k], marker="s", markersize=5, color=GREY, markerfacecolor="white", zorder=3)
    else:
        interval = text.interval(e.low, e.high, e.unit)
        said = text.quantity(e.value, e.unit) + (f" ({interval})" if interval else "")
        if e.value is not None:
            _mark(axes, k, e, low, high)
    axes.annotate(said, (1, k), xytext=(6, 0), color=INK, **place)


def _mark(axes: Axes, k: int, e: Estimate, low: float, high: float) -> None:
    look = STROKES[0]
    value = min(max(e.value or low, low), high)
    if e.low is not None and e.high is not None:
        axes.plot([max(e.low, low), min(e.high, high)], [k, k], color=look.colour, linewidth=1.4, zorder=2)
    axes.plot([value], [k], marker="s", markersize=5, color=look.colour, zorder=3, clip_on=False)
