"""How the external patients' weights are spread, method by method."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from onearm import text
from onearm.figures.drawing import Drawing
from onearm.figures.series import Series
from onearm.figures.style import (
    FAINT,
    GREY,
    INK,
    SIZE,
    SMALL,
    STROKES,
    TINY,
    WARNING,
    WIDTH,
    lines,
    sheet,
    slug,
    wrapped,
)
from onearm.results import Choice, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT = 2.45, 1.5


def weights(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each comparison that has weights."""
    by: dict[str, list[Choice]] = {}
    for choice in results.choices:
        if choice.weight_at:
            by.setdefault(choice.comparison, []).append(choice)
    return tuple(_drawing(results, name, rows) for name, rows in by.items())


def _drawing(results: Results, name: str, rows: Sequence[Choice]) -> Drawing:
    label = next((f.label for f in results.flows if f.id == name), name.replace("_", " "))
    return Drawing(
        name=slug("weights", name),
        title=f"Weights of the external patients: {label}",
        caption=f"Weights of the patients of {label} who have one, scaled to a mean of 1. Thin line: smallest to "
        "largest; thick: middle 90%; bar: middle half; upright tick: median. Pairs weigh the same, all at 1. The fewer "
        "the effective patients, the more a few external patients decide.",
        section="comparison",
        comparison=name,
        draw=partial(draw, rows, results.header.notice),
        data=partial(data, rows),
    )


def data(rows: Sequence[Choice]) -> Series:
    """Quantiles of the weights of each method."""
    found = [
        (r.method, r.label, share, weight, r.effective_external, r.external, not r.failed)
        for r in rows
        for share, weight in zip(r.weight_at, r.weight_external, strict=True)
    ]
    return Series.of("method label share weight effective_n n gates_passed", found)


def draw(rows: Sequence[Choice], notice: str) -> Figure:
    """Draw one row a method, the primary one first."""
    names = [wrapped(r.label, _LEFT - 0.2, SMALL) for r in rows]
    heights = [max(0.31, 0.08 + 0.135 * lines(name)) for name in names]
    foot = 0.46 + (0.22 if notice else 0.0)
    height = 0.28 + sum(heights) + foot
    figure = sheet(height, notice)
    box = (_LEFT / WIDTH, foot / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, sum(heights) / height)
    axes = figure.add_axes(box)
    axes.set_ylim(sum(heights), 0)
    axes.set_xlim(0, max(2.0, *(r.weight_external[-1] for r in rows)) * 1.04)
    axes.set_xlabel("Weight, mean 1", size=SIZE, labelpad=3)
    axes.axvline(1, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    axes.spines["left"].set_visible(False)
    centres = [sum(heights[:k]) + h / 2 for k, h in enumerate(heights)]
    axes.set_yticks(centres, names)
    axes.tick_params(axis="y", length=0)
    axes.hlines(centres, 0, axes.get_xlim()[1], colors=FAINT, linewidth=0.4, zorder=0)
    for row, y in zip(rows, centres, strict=True):
        _row(axes, row, y)
    head: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
    axes.annotate("Effective n of external", (1, 1), xytext=(8, 5), size=TINY, color=GREY, **head)
    return figure


def _row(axes: Axes, row: Choice, y: float) -> None:
    at = dict(zip(row.weight_at, row.weight_external, strict=True))
    look = STROKES[0].colour if not row.failed else GREY
    for (low, high), width in (((0.0, 1.0), 0.9), ((0.05, 0.95), 2.6), ((0.25, 0.75), 7.0)):
        axes.plot([at[low], at[high]], [y, y], color=look, linewidth=width, solid_capstyle="butt", zorder=2)
    axes.plot([at[0.5]], [y], marker="|", markersize=11, markeredgewidth=1.6, color=INK, zorder=3)
    said = f"{text.number(row.effective_external)} of {text.number(row.external, 0)}"
    place: dict[str, Any] = {
        "xycoords": axes.get_yaxis_transform(),
        "textcoords": "offset points",
        "annotation_clip": False,
        "va": "center",
    }
    axes.annotate(said, (1, y), xytext=(8, 4 if row.failed else 0), size=SMALL, color=INK, **place)
    if row.failed:
        axes.annotate("GATE FAILED", (1, y), xytext=(8, -5), size=TINY, color=WARNING, weight="bold", **place)
