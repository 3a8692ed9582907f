"""Hazard ratios of every comparison on one axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from onearm import text
from onearm.figures.drawing import Drawing
from onearm.figures.series import Series
from onearm.figures.style import FAINT, GREY, INK, SMALL, STROKES, TINY, WARNING, WIDTH, lines, sheet, wrapped
from onearm.results import Estimate, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _ROW = 2.55, 1.75, 0.34
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


@dataclass(frozen=True, slots=True)
class Line:
    """One hazard ratio: its label and estimand, the number, whether it is a side analysis, whether a gate failed."""

    label: str
    estimate: Estimate
    side: bool
    failed: bool


def forest(results: Results) -> tuple[Drawing, ...]:
    """One drawing of every hazard ratio against an external source; none when there is none."""
    rows = [_line(results, e) for e in results if e.context == "comparison" and ".hazard_ratio" in e.id]
    if not rows:
        return ()
    return (
        Drawing(
            name="forest",
            title="Hazard ratios against the external sources",
            caption="Hazard ratios with their confidence intervals; below 1 favours the trial. "
            "Hollow: crude, before matching. A number whose gate failed is marked and is not to be read as an effect."
            f"{_estimands(results)}",
            section="comparisons",
            draw=partial(draw, rows, results.header.notice),
            data=partial(data, rows),
        ),
    )


def _estimands(results: Results) -> str:
    """Whom the primary hazard ratios speak of, where it is known."""
    label = {f.id: f.label for f in results.flows}
    return "".join(
        f" {label.get(c.comparison, c.comparison)}: {c.estimand}." for c in results.choices if c.method == "primary"
    )


def _line(results: Results, e: Estimate) -> Line:
    name, _, side = e.id.partition("|")[2].partition("/")
    label = next((f.label for f in results.flows if f.id == name), name.replace("_", " "))
    endpoint = e.label.partition(": ")[0]
    primary = next((c for c in results.choices if c.comparison == name and c.method == "primary"), None)
    whom = f" ({primary.estimand})" if primary is not None and not side else ""
    said = f"{endpoint}: {label}" + (f", {side}" if side else whom)
    failed = not side and any(g.comparison == name and not g.passed for g in results.gates)
    return Line(said, e, bool(side), failed)


def data(rows: Sequence[Line]) -> Series:
    """Each hazard ratio with its limits."""
    found = [
        (r.estimate.id, r.label, r.estimate.value, r.estimate.low, r.estimate.high, r.estimate.level, r.estimate.n,
         r.estimate.events, not r.failed)
        for r in rows
    ]  # fmt: skip
    return Series.of("id label hazard_ratio low high level n events gates_passed", found)


def draw(rows: Sequence[Line], notice: str) -> Figure:
    """Draw the rows from the top on a log axis."""
    foot = 0.58 + (0.22 if notice else 0.0)
    tall = max(_ROW, 0.08 + 0.13 * max(lines(_named(r)) for r in rows))
    height = 0.36 + tall * len(rows) + foot
    figure = sheet(height, notice)
    axes = figure.add_axes((_LEFT / WIDTH, foot / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, tall * len(rows) / height))
    low, high = _axis(axes, rows)
    for k, row in enumerate(reversed(rows)):
        _row(axes, k, row, low, high)
    axes.annotate(
        "HR (CI)",
        (1, 1),
        xycoords="axes fraction",
        xytext=(6, 4),
        textcoords="offset points",
        size=SMALL,
        color=GREY,
    )
    return figure


def _named(row: Line) -> str:
    return wrapped(row.label, _LEFT - 0.25, SMALL)


def _axis(axes: Axes, rows: Sequence[Line]) -> tuple[float, float]:
    from matplotlib.ticker import NullLocator

    found = [v for r in rows for v in (r.estimate.value, r.estimate.low, r.estimate.high)]
    known = [v for v in found if v is not None and 0 < v < math.inf]
    low = max((t for t in TICKS if t <= min([0.5, *known])), default=TICKS[0])
    high = min((t for t in TICKS if t >= max([2.0, *known])), default=TICKS[-1])
    ticks = [t for t in TICKS if low <= t <= high]
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.set_ylim(-0.5, len(rows) - 0.5)
    axes.set_yticks(range(len(rows)), [_named(r) for r in reversed(rows)])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.axvline(1, color=GREY, linewidth=0.9, zorder=1)
    axes.hlines(range(len(rows)), low, high, colors=FAINT, linewidth=0.4, zorder=0)
    axes.set_xlabel("Hazard ratio", size=SMALL, labelpad=14)
    for words, side, shift in (("← favours the trial", "right", -4), ("favours the source →", "left", 4)):
        axes.annotate(
            words,
            (1, 0),
            xycoords=axes.get_xaxis_transform(),
            xytext=(shift, -26),
            textcoords="offset points",
            size=TINY,
            ha=side,
            color=GREY,
            annotation_clip=False,
        )
    return low, high


def _row(axes: Axes, k: int, row: Line, low: float, high: float) -> None:
    e, look = row.estimate, STROKES[1 if row.failed else 0]
    if e.value is not None:
        left, right = max(e.low or low, low), min(e.high or high, high)
        axes.plot([left, right], [k, k], color=look.colour, linewidth=1.5, linestyle=look.dashes, zorder=2)
        axes.plot(
            [min(max(e.value, low), high)],
            [k],
            marker="s",
            markersize=6,
            color=look.colour,
            zorder=3,
            markerfacecolor="white" if row.side else look.colour,
            markeredgewidth=1.2,
        )
    interval = text.interval(e.low, e.high, e.unit)
    said = text.quantity(e.value, e.unit) + (f" ({interval})" if interval else "")
    axes.annotate(
        said,
        (1, k),
        xycoords=axes.get_yaxis_transform(),
        xytext=(6, 4 if row.failed else 0),
        textcoords="offset points",
        size=SMALL,
        va="center",
        color=INK,
        annotation_clip=False,
    )
    if row.failed:
        axes.annotate(
            "gate failed",
            (1, k),
            xycoords=axes.get_yaxis_transform(),
            xytext=(6, -6),
            va="center",
            textcoords="offset points",
            size=SMALL,
            color=WARNING,
            weight="bold",
            annotation_clip=False,
        )
