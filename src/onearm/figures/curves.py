"""Survival and incidence curves with numbers at risk, events and censored under the ticks of their axis."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from onearm import text
from onearm.figures.at_risk import ROWS, counted, numbers, row_names
from onearm.figures.drawing import Drawing
from onearm.figures.panel import TICKED, Panel, any_censored, data, group, panel_of, ticked
from onearm.figures.style import (
    FAINT,
    GREY,
    INK,
    SAMPLE,
    SIZE,
    SMALL,
    WARNING,
    WIDTH,
    Stroke,
    lines,
    sample,
    sentence,
    sheet,
    slug,
    stroke,
    wrapped,
)
from onearm.results import Curve, Estimate, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PLOT, _ROW, _WRAP = 2.75, 0.165, 1.45
_OVER = 17
"""Points from one line over the axes to the next."""
_CUT = " Drawn to the first tick after the end of the shorter follow-up; the estimates use all of it."
_PREFIX = {"survival": "km", "incidence": "cif"}


def curves(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each panel."""
    drawn = (c.panel for c in results.curves.values() if c.kind != "state")
    return tuple(_drawing(panel_of(results, key)) for key in dict.fromkeys(drawn))


def _drawing(panel: Panel) -> Drawing:
    endpoint, _, comparison = panel.key.partition("|")
    label = panel.curves[0].label
    groups = ", ".join(group(c) for c in panel.curves) if panel.several else ""
    method = "; ".join(dict.fromkeys(c.method for c in panel.curves))
    title = f"{label}: {groups}" if groups else label
    said = []
    if panel.kind == "survival" and any(map(any_censored, panel.curves)):
        said.append("Upright ticks: censored." if any(map(ticked, panel.curves)) else "")
        if not all(ticked(c) for c in panel.curves if any_censored(c)):
            said.append(f"Censored at more than {TICKED} times: counted under the axis, without ticks.")
    if any(_drawn(m, panel.end) for m in panel.medians):
        said.append("Dotted: median.")
    marks = " ".join(filter(None, said))
    return Drawing(
        name=slug(_PREFIX.get(panel.kind, panel.kind), endpoint, comparison),
        title=title,
        caption=f"{title}. {sentence(method)}. {'Shaded: confidence band. ' if panel.banded else ''}{marks} "
        f"Under the axis: {counted(panel.curves, group)}.{_CUT if panel.cut else ''}{panel.estimand}",
        section="comparison" if comparison else "survival",
        comparison=comparison,
        draw=partial(draw, panel),
        data=partial(data, panel),
    )


def draw(panel: Panel) -> Figure:
    """Draw one panel: curves, bands, ticks of the censored, medians, numbers at risk."""
    rows = len(panel.curves) * (len(ROWS) + (1 if panel.several else 0))
    over = (bool(panel.says) + bool(panel.stamp)) * _OVER / 72
    top = 0.18 + over + (0.08 + 0.13 * lines(panel.whom) if panel.whom else 0.0)
    bottom = 0.68 + rows * _ROW + (0.27 if panel.notice else 0.0)
    height = top + _PLOT + bottom
    right = _WRAP + 0.2 if panel.several else 0.3
    figure = sheet(height, panel.notice)
    axes = figure.add_axes((panel.left / WIDTH, bottom / height, (WIDTH - panel.left - right) / WIDTH, _PLOT / height))
    _frame(axes, panel)
    for k, curve in enumerate(panel.curves):
        _line(axes, curve, stroke(k), band=panel.banded)
        _median(axes, panel.medians[k], stroke(k), alone=not panel.several)
    if panel.several:
        _labels(axes, panel)
    _numbers(axes, panel)
    _heading(axes, panel)
    return figure


def _frame(axes: Axes, panel: Panel) -> None:
    axes.set_xlim(0, panel.axis_end)
    axes.set_ylim(0, 1.02)
    axes.set_xticks(panel.ticks, [f"{t:g}" for t in panel.ticks])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.set_xlabel(panel.curves[0].axis, size=SIZE, labelpad=3)
    label = "Cumulative incidence" if panel.kind == "incidence" else panel.curves[0].label
    axes.set_ylabel(wrapped(f"{label} (%)", _PLOT, SIZE), size=SIZE, labelpad=5)
    axes.hlines([0.25, 0.5, 0.75, 1], 0, panel.axis_end, colors=FAINT, linewidth=0.4, zorder=0)


def _line(axes: Axes, curve: Curve, look: Stroke, *, band: bool) -> None:
    x, y = (0.0, *curve.time), (curve.start, *curve.value)
    low = (curve.start, *(float("nan") if v is None else v for v in curve.low))
    high = (curve.start, *(float("nan") if v is None else v for v in curve.high))
    if band:
        axes.fill_between(x, low, high, step="post", color=look.colour, alpha=0.12, linewidth=0, zorder=1)
    axes.plot(x, y, drawstyle="steps-post", color=look.colour, linestyle=look.dashes, linewidth=1.6, zorder=3)
    lost = [(t, v) for t, v, c in zip(curve.time, curve.value, curve.censored, strict=True) if c]
    if ticked(curve):
        at, level = zip(*lost, strict=True)
        axes.plot(
            at,
            level,
            linestyle="",
            marker="|",
            markersize=5,
            markeredgewidth=0.8,
            color=look.colour,
            zorder=3,
        )


def _median(axes: Axes, median: Estimate | None, look: Stroke, *, alone: bool) -> None:
    if median is None or median.value is None or not _drawn(median, axes.get_xlim()[1]):
        return
    at = median.value
    axes.plot([0, at, at], [0.5, 0.5, 0], color=look.colour, linestyle=":", linewidth=0.9, zorder=2)
    if alone:
        said = f"Median {text.quantity(at, median.unit)} months"
        place: dict[str, Any] = {"xytext": (5, 4), "ha": "left", "va": "bottom"}
        if not _room(axes, at, said):  # left of its line, under the half: a curve is above it until its median
            place = {"xytext": (-5, -4), "ha": "right", "va": "top"}
        axes.annotate(said, (at, 0.5), size=SMALL, color=look.colour, textcoords="offset points", **place)


def _room(axes: Axes, at: float, words: str) -> bool:
    """Whether words fit between a time and the end of the axis, by the average width of the widest usual font."""
    inches = (1 - at / axes.get_xlim()[1]) * axes.get_position().width * WIDTH
    return 5 + 0.58 * SMALL * len(words) <= 72 * inches


def _drawn(median: Estimate | None, end: float) -> bool:
    return median is not None and median.value is not None and median.unit == "months" and 0 < median.value < end


def _labels(axes: Axes, panel: Panel) -> None:
    """Name each line at its end, moved apart where they would touch."""
    said = [_named(c, m) for c, m in zip(panel.curves, panel.medians, strict=True)]
    at = apart([_height(c, panel.end) for c in panel.curves], [lines(s) * 0.052 for s in said])
    for k, (words, y) in enumerate(zip(said, at, strict=True)):
        look, edge = stroke(k), panel.axis_end
        axes.annotate(
            words,
            (edge, y),
            xytext=(4, 0),
            textcoords="offset points",
            size=SMALL,
            color=look.colour,
            va="center",
            ha="left",
            annotation_clip=False,
        )


def _height(curve: Curve, at: float) -> float:
    """Where a curve stands at the end of the axis."""
    return next((v for t, v in zip(reversed(curve.time), reversed(curve.value), strict=True) if t <= at), curve.start)


def _named(curve: Curve, median: Estimate | None) -> str:
    name = wrapped(group(curve), _WRAP, SMALL)
    if median is None:
        return name
    said = text.quantity(median.value, median.unit)
    return f"{name}\nmedian {said}{' months' if said[0].isdigit() else ''}"


def apart(wanted: Sequence[float], sizes: Sequence[float], low: float = 0.0, high: float = 1.0) -> list[float]:
    """Centres near the wanted places so that nothing of these sizes overlaps.

    Examples
    --------
    >>> [round(y, 2) for y in apart([0.5, 0.52], [0.1, 0.1])]
    [0.46, 0.56]
    """
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    out = [min(max(w, low + s / 2), high - s / 2) for w, s in zip(wanted, sizes, strict=True)]
    for _ in range(50):
        for a, b in pairwise(order):
            gap = (sizes[a] + sizes[b]) / 2 - (out[b] - out[a])
            if gap > 1e-9:
                out[a], out[b] = out[a] - gap / 2, out[b] + gap / 2
        out = [min(max(y, low + s / 2), high - s / 2) for y, s in zip(out, sizes, strict=True)]
    return out


def _numbers(axes: Axes, panel: Panel) -> None:
    """Numbers at risk, of events and of the censored, each under the tick of its time."""
    from matplotlib.transforms import blended_transform_factory

    figure = axes.figure
    below = blended_transform_factory(axes.transData, figure.dpi_scale_trans)
    base = axes.get_position().y0 * figure.get_figheight()  # type: ignore[union-attr]
    y = base - 0.55 + _ROW
    left = blended_transform_factory(figure.dpi_scale_trans, figure.dpi_scale_trans)
    place: dict[str, Any] = {"transform": left, "size": SMALL, "va": "center"}
    for k, curve in enumerate(panel.curves):
        if panel.several:
            y -= _ROW
            sample(figure, stroke(k), 0.1, y)
            figure.text(0.1 + SAMPLE + 0.07, y, group(curve), color=stroke(k).colour, **place)
        for row, name in enumerate(row_names(curve)):
            y -= _ROW
            figure.text(0.1, y, name, color=GREY, **place)
            for tick in panel.ticks:
                said = numbers(curve, tick)[row]
                axes.text(tick, y, said, transform=below, size=SMALL, color=INK, ha="center", va="center")


def _heading(axes: Axes, panel: Panel) -> None:
    """Lines over the axes, each above the last: the effect, the stamp that forbids to read it, method and estimand."""
    said: list[tuple[str, dict[str, Any]]] = [
        ("; ".join(panel.says), {"color": INK}),
        (panel.stamp, {"color": WARNING, "weight": "bold"}),
        (panel.whom, {"color": INK, "weight": "bold"}),
    ]
    place: dict[str, Any] = {"textcoords": "offset points", "size": SMALL, "va": "bottom", "annotation_clip": False}
    for k, (words, look) in enumerate(one for one in said if one[0]):
        axes.annotate(words, (0, 1.02), xytext=(0, 5 + _OVER * k), **look, **place)
