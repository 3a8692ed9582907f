"""A boundary in time: what must have been reached (time on test, or events expected) after each number of events."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from onearm.figures.drawing import Drawing
from onearm.figures.series import Cell, Series
from onearm.figures.style import FAINT, INK, SIZE, SMALL, STROKES, WIDTH, keep_ticks_inside, sheet, slug, tint
from onearm.results import TimeBoundaries

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _TOP, _PLOT, _FOOT = 0.75, 0.25, 0.35, 2.7, 0.5


def drawing(b: TimeBoundaries, notice: str) -> Drawing:
    """The drawing of one rule."""
    path = " Line with dots: the trial; its last decision stands at the end." if b.path_events else ""
    interim = " Dashed: the edge at the interim analysis." if b.interim else ""
    return Drawing(
        name=slug("boundary", b.id, b.panel),
        title=f"Stopping boundary: {b.label}",
        caption=f"{b.label}. {b.axis} against the number of events; below the edge of the hatched region the trial "
        f"stops or fails.{interim}{path}",
        section="monitoring",
        comparison=b.panel,
        draw=partial(draw, b, notice),
        data=partial(data, b),
    )


def data(b: TimeBoundaries) -> Series:
    """What must have been reached after each number of events, and the trial's path."""
    interim = b.interim or (None,) * len(b.events)
    rows: list[tuple[Cell, ...]] = [
        ("limit", d, least, first, None, None) for d, least, first in zip(b.events, b.least, interim, strict=True)
    ]
    said = b.decisions or (None,) * len(b.path_events)
    found = zip(b.path_events, b.path_time, said, strict=True)
    rows += [("trial", d, None, None, reached, word) for d, reached, word in found]
    return Series.of("shown events stop_below stop_below_at_interim reached decision", rows)


def draw(b: TimeBoundaries, notice: str = "") -> Figure:
    """Draw the region that stops, and the path."""
    foot = _FOOT + (0.22 if notice else 0.0)
    height = _TOP + _PLOT + foot
    figure = sheet(height, notice)
    axes = figure.add_axes((_LEFT / WIDTH, foot / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, _PLOT / height))
    colour = STROKES[1].colour
    axes.set_xlim(0, b.events[-1] + 0.6)
    axes.set_ylim(0, 1.12 * max(1e-9, *b.least, *b.path_time))
    axes.set_xlabel(f"Patients with {b.event}", size=SIZE, labelpad=3)
    axes.set_ylabel(b.axis, size=SIZE, labelpad=4)
    axes.locator_params(axis="x", integer=True)
    keep_ticks_inside(axes)
    axes.grid(color=FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.bar(
        b.events, b.least, 1.0, color=tint(colour), edgecolor=colour, hatch="////", linewidth=0,
        label="stop" if not b.interim else "final analysis: not rejected", zorder=2,
    )  # fmt: skip
    first, last = ([d + shift for d in b.events] for shift in (-0.5, 0.5))
    axes.hlines(b.least, first, last, color=colour, linewidth=1.4, zorder=3)
    if b.interim:
        look = STROKES[3]
        axes.step(
            b.events, b.interim, where="mid", color=look.colour, linestyle=look.dashes, label="interim: stop below"
        )
    if b.path_events:
        _path(axes, b)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, fontsize=SMALL, borderaxespad=0.2,
        handlelength=1.8,
    )  # fmt: skip
    return figure


def _path(axes: Axes, b: TimeBoundaries) -> None:
    axes.plot(
        b.path_events, b.path_time, color=INK, linewidth=1.2, marker="o", markersize=2.4, label="the trial", zorder=6
    )
    end = (b.path_events[-1], b.path_time[-1])
    axes.plot(*end, marker="o", markersize=6, color=INK, markerfacecolor="white", linestyle="", zorder=7)
    if b.decisions:
        left = end[0] > 0.6 * b.events[-1]
        axes.annotate(
            b.decisions[-1], end, xytext=(-8 if left else 8, 0), textcoords="offset points", size=SMALL,
            ha="right" if left else "left", va="center", color=INK, weight="bold", zorder=8,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        )  # fmt: skip
