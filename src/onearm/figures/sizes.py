"""What each size does beside an external control: power above, effective number of external patients below."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from onearm.figures.drawing import Drawing
from onearm.figures.series import Series
from onearm.figures.style import FAINT, GREY, INK, SIZE, SMALL, TINY, WIDTH, sentence, sheet, slug, stroke
from onearm.results.sized import SizeCurves

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _TOP, _PLOT, _GAP, _SECOND, _FOOT, _LINE = 0.62, 0.72, 0.12, 2.2, 0.25, 1.4, 0.5, 0.17
_APART = 0.006  # of the range of n: limits of several curves at one size do not hide each other


def drawing(c: SizeCurves, notice: str = "") -> Drawing:
    """The drawing of one comparison."""
    return Drawing(
        name=slug("sizes", c.id),
        title=f"Sample size: {c.label}",
        caption=f"{c.label}. Above: power with its Monte Carlo 95% limits over the number of trial patients; below: "
        "the mean effective number of external patients. " + sentence("; ".join(c.notes)),
        section="design",
        draw=partial(draw, c, notice),
        data=partial(data, c),
    )


def data(c: SizeCurves) -> Series:
    """Power with its limits and the effective number, curve by curve."""
    lines = zip(c.names, c.power, c.low, c.high, c.effective, strict=True)
    rows = [(name, *row) for name, *line in lines for row in zip(c.n, *line, strict=True)]
    return Series.of("curve n power low high effective_external", rows)


def draw(c: SizeCurves, notice: str = "") -> Figure:
    """Draw power with its limits, and effective numbers."""
    head = _TOP + _LINE * -(-len(c.names) // 2)
    foot = _FOOT + (0.22 if notice else 0.0)
    height = head + _PLOT + _GAP + _SECOND + foot
    figure = sheet(height, notice)
    left, width = _LEFT / WIDTH, (WIDTH - _LEFT - _RIGHT) / WIDTH
    above = figure.add_axes((left, (foot + _SECOND + _GAP) / height, width, _PLOT / height))
    below = figure.add_axes((left, foot / height, width, _SECOND / height))
    span = c.n[-1] - c.n[0] or 1
    for axes in (above, below):
        axes.grid(color=FAINT, linewidth=0.4)
        axes.set_axisbelow(True)
        axes.set_xlim(c.n[0] - 0.05 * span, c.n[-1] + 0.05 * span)
        axes.set_xticks(c.n)
    _power(above, c, span)
    for k, row in enumerate(c.effective):
        _curve(below, c, k, row, 0.0)
    below.set_ylim(0, max(max(row) for row in c.effective) * 1.1 or 1)
    below.set_ylabel("Effective external", size=SIZE, labelpad=4)
    below.set_xlabel("Trial patients", size=SIZE, labelpad=3)
    return figure


def _power(axes: Axes, c: SizeCurves, span: int) -> None:
    axes.set_ylim(-0.02, 1.02)
    axes.set_ylabel("Power", size=SIZE, labelpad=4)
    axes.tick_params(labelbottom=False)
    axes.axhline(c.wanted, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))
    axes.annotate(
        f"wanted: {c.wanted:g}", (1, c.wanted), xycoords=("axes fraction", "data"), xytext=(3, 0),
        textcoords="offset points", size=TINY, color=INK, va="center", annotation_clip=False,
    )  # fmt: skip
    for k, (row, low, high) in enumerate(zip(c.power, c.low, c.high, strict=True)):
        shift = (k - (len(c.power) - 1) / 2) * _APART * span
        _curve(axes, c, k, row, shift)
        axes.vlines([n + shift for n in c.n], low, high, color=stroke(k).colour, linewidth=1.0)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, fontsize=SMALL, borderaxespad=0.2,
        handlelength=3.0, columnspacing=1.2,
    )  # fmt: skip


def _curve(axes: Axes, c: SizeCurves, k: int, row: tuple[float, ...], shift: float) -> None:
    look = stroke(k)
    axes.plot(
        [n + shift for n in c.n], row, color=look.colour, linestyle=look.dashes, linewidth=1.6, marker="o",
        markersize=3, label=c.names[k],
    )  # fmt: skip
