"""Where patients are over time: the probabilities of all states, stacked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from onearm.figures.curves import apart
from onearm.figures.drawing import Drawing
from onearm.figures.series import Series
from onearm.figures.style import INK, SIZE, SMALL, WIDTH, lines, sentence, sheet, slug, stroke, wrapped
from onearm.results import Curve, Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _TOP, _PLOT, _FOOT = 0.72, 1.75, 0.18, 2.75, 0.68
_HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "oo")


def states(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each endpoint of states."""
    chosen = [c for c in results.curves.values() if c.kind == "state"]
    panels = dict.fromkeys(c.panel for c in chosen)
    return tuple(_drawing(tuple(c for c in chosen if c.panel == key), results.header.notice) for key in panels)


def _drawing(curves: tuple[Curve, ...], notice: str) -> Drawing:
    first = curves[0]
    return Drawing(
        name=slug("states", first.panel),
        title=first.label,
        caption=f"{first.label}: the height of a band is the probability of its state. {sentence(first.method)}. "
        "The first state is at the bottom.",
        section="survival",
        draw=partial(draw, curves, notice),
        data=partial(data, curves),
    )


def bands(curves: tuple[Curve, ...]) -> list[tuple[Curve, list[float], list[float]]]:
    """Each state with the lower and the upper edge of its band, from time 0 on."""
    found = []
    floor = [0.0] * (1 + len(curves[0].time))
    for curve in curves:
        top = [a + b for a, b in zip(floor, (curve.start, *curve.value), strict=True)]
        found.append((curve, floor, top))
        floor = top
    return found


def data(curves: tuple[Curve, ...]) -> Series:
    """The probability of each state over time, and the edges of its band."""
    rows = [
        (curve.id, curve.group, t, value, low, high)
        for curve, floor, top in bands(curves)
        for t, value, low, high in zip((0.0, *curve.time), (curve.start, *curve.value), floor, top, strict=True)
    ]
    return Series.of("id state time probability from to", rows)


def draw(curves: tuple[Curve, ...], notice: str, rest: str = "") -> Figure:
    """Stack the states from the bottom, the first one lowest, each with a hatch of its own; ``rest`` names what is left
    to 100%."""
    foot = _FOOT + (0.27 if notice else 0.0)
    height = _TOP + _PLOT + foot
    figure = sheet(height, notice)
    axes = figure.add_axes((_LEFT / WIDTH, foot / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, _PLOT / height))
    end = curves[0].risk.time[-1] if curves[0].risk.time else 0.0
    end = max(end, curves[0].time[-1] if curves[0].time else 1.0)
    x = (0.0, *curves[0].time)
    middles, said = [], []
    for k, (curve, floor, top) in enumerate(bands(curves)):
        axes.fill_between(
            x,
            floor,
            top,
            step="post",
            facecolor=stroke(k).colour,
            alpha=0.55,
            hatch=_HATCHES[k % len(_HATCHES)],
            edgecolor="white",
            linewidth=0.4,
        )
        middles.append((floor[-1] + top[-1]) / 2)
        said.append(wrapped(curve.group, _RIGHT - 0.2, SMALL))
    if rest:
        middles.append((top[-1] + 1) / 2)
        said.append(wrapped(rest, _RIGHT - 0.2, SMALL))
    for k, (words, y) in enumerate(zip(said, apart(middles, [lines(s) * 0.052 for s in said]), strict=True)):
        axes.annotate(
            words,
            (end, y),
            xytext=(4, 0),
            textcoords="offset points",
            size=SMALL,
            color=INK if k == len(curves) else stroke(k).colour,
            va="center",
            annotation_clip=False,
        )
    axes.set_xlim(0, end)
    axes.set_ylim(0, 1)
    ticks = curves[0].risk.time[:: max(1, -(-len(curves[0].risk.time) // 11))]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.set_xlabel("Months", size=SIZE, labelpad=3)
    axes.set_ylabel("Patients (%)", size=SIZE, labelpad=5, color=INK)
    return figure
