"""What a design does over true rates: probabilities of its ends above, expected patients below."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from onearm.figures.drawing import Drawing
from onearm.figures.series import Series
from onearm.figures.style import (
    FAINT,
    GREY,
    INK,
    SIZE,
    SMALL,
    TINY,
    WIDTH,
    keep_ticks_inside,
    sentence,
    sheet,
    slug,
    stroke,
)
from onearm.results import CharacteristicsCurves

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _TOP, _PLOT, _GAP, _SECOND, _FOOT = 0.62, 0.25, 0.4, 2.2, 0.25, 1.2, 0.5


def drawing(c: CharacteristicsCurves, notice: str) -> Drawing:
    """The drawing of one design."""
    return Drawing(
        name=slug("characteristics", c.id, c.panel),
        title=f"Operating characteristics: {c.label}",
        caption=f"{c.label}. Above: the probability of each end over the {c.rate[:1].lower()}{c.rate[1:]}"
        + ("; below: the number of patients expected. " if c.expected_n else ". ")
        + " ".join(map(sentence, c.notes)),
        section="monitoring",
        comparison=c.panel,
        draw=partial(draw, c, notice),
        data=partial(data, c),
    )


def data(c: CharacteristicsCurves) -> Series:
    """Each curve over the true rates; the expected number of patients is one of them."""
    lines = [*zip(c.names, c.probability, strict=True), *([("expected n", c.expected_n)] if c.expected_n else [])]
    rows = [(name, p, value) for name, line in lines for p, value in zip(c.p, line, strict=True)]
    return Series.of("curve true_rate value", rows)


def draw(c: CharacteristicsCurves, notice: str = "") -> Figure:
    """Draw probabilities and, where it is known, the expected number of patients."""
    foot = _FOOT + (0.22 if notice else 0.0)
    second = _SECOND + _GAP if c.expected_n else 0.0
    height = _TOP + _PLOT + second + foot
    figure = sheet(height, notice)
    left, width = _LEFT / WIDTH, (WIDTH - _LEFT - _RIGHT) / WIDTH
    axes = figure.add_axes((left, (foot + second) / height, width, _PLOT / height))
    _probabilities(axes, c)
    if c.expected_n:
        axes.tick_params(labelbottom=False)
        below = figure.add_axes((left, foot / height, width, _SECOND / height))
        _patients(below, c)
        axes = below
    axes.set_xlabel(c.rate, size=SIZE, labelpad=3)
    return figure


def _frame(axes: Axes, c: CharacteristicsCurves) -> None:
    axes.set_xlim(c.p[0], c.p[-1])
    axes.grid(color=FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    for p in c.mark_p:
        axes.axvline(p, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))


def _probabilities(axes: Axes, c: CharacteristicsCurves) -> None:
    _frame(axes, c)
    axes.set_ylim(-0.02, 1.02)
    keep_ticks_inside(axes)
    axes.set_ylabel("Probability", size=SIZE, labelpad=4)
    for k, (name, row) in enumerate(zip(c.names, c.probability, strict=True)):
        look = stroke(k)
        axes.plot(c.p, row, color=look.colour, linestyle=look.dashes, linewidth=1.6, label=name)
    for name, p in zip(c.mark_names, c.mark_p, strict=True):
        axes.annotate(
            name, (p, 1), xycoords=("data", "axes fraction"), xytext=(2, -2), textcoords="offset points", size=TINY,
            color=INK, va="top",
        )  # fmt: skip
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, fontsize=SMALL, borderaxespad=0.2,
        handlelength=3.0, columnspacing=1.2,
    )  # fmt: skip


def _patients(axes: Axes, c: CharacteristicsCurves) -> None:
    _frame(axes, c)
    axes.set_ylim(0, c.n_max * 1.08)
    keep_ticks_inside(axes)
    axes.set_ylabel("Expected n", size=SIZE, labelpad=4)
    axes.plot(c.p, c.expected_n, color=INK, linewidth=1.6)
    axes.axhline(c.n_max, color=GREY, linewidth=0.6)
