"""Hazard ratios over orders of matching: where the protocol's own lies among all that could have been taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from onearm import text
from onearm.figures.drawing import Drawing
from onearm.figures.series import Series
from onearm.figures.style import FAINT, GREY, INK, SMALL, STROKES, TINY, WARNING, WIDTH, sheet, slug, wrapped
from onearm.results import Estimate, Results, Statement

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _PANEL, _GAP = 0.75, 2.3, 1.75, 0.62


@dataclass(frozen=True, slots=True)
class Panel:
    """One endpoint: its label, the hazard ratio of the run, and ``(order, passed, ratio)`` of each, smallest first."""

    label: str
    run: Estimate
    found: tuple[tuple[str, bool, float], ...]


def orders(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each comparison whose pairs were sought in other orders."""
    return tuple(_drawing(results, s) for s in results.statements if s.kind == "orders" and len(s.columns) > 3)


def _drawing(results: Results, said: Statement) -> Drawing:
    panels = []
    for k, endpoint in enumerate(said.columns[3:], 3):
        e = results[f"{endpoint}.hazard_ratio|{said.comparison}"]
        found = [
            (row[0] + ("*" if i == 0 else ""), row[2] == "passed", float(row[k]))
            for i, row in enumerate(said.rows)
            if row[k]
        ]
        panels.append(Panel(e.label.partition(": ")[0], e, tuple(sorted(found, key=lambda one: one[2]))))
    label = next((f.label for f in results.flows if f.id == said.comparison), said.comparison.replace("_", " "))
    return Drawing(
        name=slug("orders", said.comparison),
        title=f"Hazard ratio over orders of matching: {label}",
        caption="Each mark is the hazard ratio of one order in which trial patients could have been matched with "
        f"{label}, at the share of orders with a ratio as small or smaller. Filled diamond: the protocol's order; "
        "hollow: other orders that the data decide; dots: random ones. The axis spans the orders, not the confidence "
        "interval. Nothing is chosen from this picture.",
        section="comparison",
        comparison=said.comparison,
        draw=partial(draw, panels, results.header.notice),
        data=partial(data, panels),
    )


def data(panels: Sequence[Panel]) -> Series:
    """The hazard ratio of every order, smallest first, and the share of orders that is as small or smaller."""
    rows = [
        (p.run.id, p.label, order.rstrip("*"), order.endswith("*"), passed, ratio, rank / len(p.found))
        for p in panels
        for rank, (order, passed, ratio) in enumerate(p.found, 1)
    ]
    return Series.of("id endpoint order protocols_order gates_passed hazard_ratio share", rows)


def draw(panels: Sequence[Panel], notice: str) -> Figure:
    """Draw the endpoints below each other."""
    foot = 0.3 if notice else 0.08
    height = foot + len(panels) * (_PANEL + _GAP) + 0.1
    figure = sheet(height, notice)
    for k, panel in enumerate(panels):
        bottom = height - 0.3 - k * (_PANEL + _GAP) - (_PANEL - 0.15)
        axes = figure.add_axes(
            (_LEFT / WIDTH, bottom / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, (_PANEL - 0.15) / height)
        )
        _panel(axes, panel)
    return figure


def _panel(axes: Axes, panel: Panel) -> None:
    n = len(panel.found)
    axes.set_title(panel.label, loc="left", fontsize=SMALL, color=INK, pad=4)
    axes.set_xlabel("Hazard ratio", size=SMALL, labelpad=2)
    axes.set_ylabel("Share of orders", size=SMALL, labelpad=2)
    axes.set_ylim(-0.04, 1.06)
    axes.set_yticks([0, 0.5, 1], ["0", "50%", "100%"])
    axes.grid(axis="x", color=FAINT, linewidth=0.4)
    names = []
    crowd: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for rank, (order, passed, ratio) in enumerate(panel.found, 1):
        at = (ratio, rank / n)
        if order == "random":
            crowd[passed].append(at)
            continue
        first = order.endswith("*")
        look = STROKES[1].colour if passed else WARNING
        face = look if first else "white"
        axes.plot(
            *at, marker="D", markersize=6.5, markerfacecolor=face, markeredgecolor=look, linestyle="",
            zorder=4 if first else 3, clip_on=False,
        )  # fmt: skip
        words = order.rstrip("*") + (", the protocol's order" if first else "") + ("" if passed else ", gate failed")
        said = wrapped(f"{text.quantity(ratio, 'hazard ratio')}  {words}", _RIGHT - 0.3, TINY)
        names.append((rank / n, said, first, at))
    for passed, found in crowd.items():
        colour, marker = (STROKES[0].colour, "o") if passed else (WARNING, "x")
        if found:
            axes.plot(*zip(*found, strict=True), marker=marker, markersize=2.6, color=colour, linestyle="", zorder=2)
    _names(axes, names)
    axes.annotate(
        f"the protocol's order: {text.quantity(panel.run.value, 'hazard ratio')} "
        f"({text.interval(panel.run.low, panel.run.high, 'hazard ratio')})",
        (1, 1), xycoords="axes fraction", xytext=(8, 6), textcoords="offset points", size=TINY, color=GREY,
        annotation_clip=False,
    )  # fmt: skip


def _names(axes: Axes, names: Sequence[tuple[float, str, bool, tuple[float, float]]]) -> None:
    """Words at the right, none upon another, each tied to its diamond."""
    for k, (_, words, first, at) in enumerate(sorted(names, reverse=True)):
        place = 0.98 - 0.19 * k
        axes.annotate(
            words, at, xycoords="data", xytext=(1.03, place), textcoords=axes.get_yaxis_transform(), size=TINY,
            va="center", color=INK, weight="bold" if first else "normal", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 4},
        )  # fmt: skip
