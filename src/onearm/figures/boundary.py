"""A stopping boundary: events against patients, the counts that stop shaded, with the path of a trial upon it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from onearm.figures.drawing import Drawing
from onearm.figures.series import Cell, Series
from onearm.figures.style import FAINT, GREY, INK, SIZE, SMALL, STROKES, WIDTH, keep_ticks_inside, sheet, slug, tint
from onearm.results import Boundaries

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _PLOT, _FOOT, _GAP = 0.6, 0.25, 2.7, 0.5, 0.7
_ROW = 0.17
_LOOKS_NAMED = 8
_DOTTED = 200
"""Up to so many looks have a triangle each, and patients of the path a dot; of more there are lines alone."""
_HATCH = {"futility": "\\\\\\\\", "harm": "////", "efficacy": "....", "safe": "...."}
_COLOUR = {"futility": STROKES[0].colour, "harm": STROKES[1].colour, "efficacy": STROKES[2].colour}
_WORDS = {
    "futility": "stop for futility",
    "harm": "stop for harm",
    "efficacy": "stop for efficacy",
    "safe": "stop: safe enough",
}


def drawing(b: Boundaries, notice: str) -> Drawing:
    """The drawing of one rule."""
    line = "Dark line" if len(b.path_n) >= _DOTTED else "Line with dots"
    path = f" {line}: the trial; its last decision stands at the end." if b.path_n else ""
    edge = "a line stands" if len(b.n) > _DOTTED else "triangles stand"
    both = " Low counts stop only where every kind of event is at or below its limit." if b.together else ""
    return Drawing(
        name=slug("boundary", b.id, b.panel),
        title=f"Stopping boundary: {b.label}",
        caption=f"{b.label}. Counts in a hatched region stop the trial at that number of patients evaluated; {edge} "
        f"at the outermost count that goes on no more.{both}{path}",
        section="monitoring",
        comparison=b.panel,
        draw=partial(draw, b, notice),
        data=partial(data, b),
    )


def data(b: Boundaries) -> Series:
    """The limits at each look, and the trial's path; a limit that no count reaches is left empty."""
    rows: list[tuple[Cell, ...]] = []
    for k, name in enumerate(b.names):
        for n, low, high in zip(b.n, b.low[k], b.high[k], strict=True):
            stops = (low if b.low_means[k] and low >= 0 else None, high if b.high_means[k] and high <= n else None)
            rows.append(("limit", name, n, *stops, None, None))
    for k, name in enumerate(b.names if b.path_n else ()):
        said = b.decisions or (None,) * len(b.path_n)
        found = zip(b.path_n, b.path_x[k], said, strict=True)
        rows += [("trial", name, n, None, None, x, word) for n, x, word in found]
    return Series.of("shown event n stop_at_or_below stop_at_or_above count decision", rows)


def draw(b: Boundaries, notice: str = "") -> Figure:
    """Draw one panel for each kind of event, beside each other."""
    foot = _FOOT + (0.22 if notice else 0.0)
    count = len(b.names)
    height = 0.15 + _ROW * (1 if count == 1 else 2) + _PLOT + foot
    figure = sheet(height, notice)
    width = (WIDTH - _LEFT - _RIGHT - _GAP * (count - 1)) / count
    for k, name in enumerate(b.names):
        left = _LEFT + k * (width + _GAP)
        axes = figure.add_axes((left / WIDTH, foot / height, width / WIDTH, _PLOT / height))
        _axes(axes, b, k, name)
        _regions(axes, b, k)
        if b.path_n:
            _path(axes, b, k)
        _legend(axes, b, k)
    return figure


def _axes(axes: Axes, b: Boundaries, k: int, name: str) -> None:
    axes.set_xlim(0, b.n_max + 1)
    axes.set_ylim(-0.5, _top(b, k))
    axes.set_xlabel("Patients evaluated", size=SIZE, labelpad=3)
    axes.set_ylabel(f"Patients with {name}", size=SIZE, labelpad=4)
    axes.locator_params(axis="x", integer=True)
    axes.locator_params(axis="y", integer=True)
    keep_ticks_inside(axes)
    axes.grid(color=FAINT, linewidth=0.4, zorder=0)
    axes.set_axisbelow(True)
    axes.plot([0, b.n_max], [0, b.n_max], color=GREY, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)


def _top(b: Boundaries, k: int) -> float:
    """Where the axis of counts ends: a little above all that is drawn, never above what is possible."""
    drawn = [x for n, x in zip(b.n, b.high[k], strict=True) if x <= n] + list(b.low[k])
    drawn += b.path_x[k] if b.path_x else ()
    return min(b.n_max, max(drawn, default=0) * 1.25 + 2) + 0.5


def _regions(axes: Axes, b: Boundaries, k: int) -> None:
    """One bar a look, as wide as the looks allow, from the limit to the end of what is possible."""
    gaps = [later - one for one, later in zip(b.n, b.n[1:], strict=False)]
    width = 1.0 if min(gaps, default=2) == 1 else max(0.8, 0.03 * b.n_max)
    top = _top(b, k)
    for side, means in (("low", b.low_means[k]), ("high", b.high_means[k])):
        if not means:
            continue
        limits = b.low[k] if side == "low" else b.high[k]
        held = [(n, x) for n, x in zip(b.n, limits, strict=True) if 0 <= x <= n]
        colour = _COLOUR.get(means, STROKES[2].colour)
        edges = [(-0.5, x + 0.5) if side == "low" else (x - 0.5, min(n, top) + 0.5) for n, x in held]
        _shade(axes, [n for n, _ in held], edges, width, colour, _HATCH[means])
        mark = "v" if side == "low" else "^"
        at, edge = [n for n, _ in held], [x for _, x in held]
        if len(b.n) > _DOTTED:
            axes.step(at, edge, where="mid", color=colour, linewidth=1.2, zorder=4)
        else:
            axes.plot(at, edge, linestyle="", marker=mark, markersize=3.6, color=colour, zorder=4)
        if len(b.n) <= _LOOKS_NAMED:
            _named(axes, held, side, colour, width / 2, _crowded(b, k))


def _shade(axes: Axes, at: list[int], edges: list[tuple[float, float]], width: float, colour: str, hatch: str) -> None:
    """Bars between their edges; looks after every patient touch each other and are one region."""
    x: list[float] = []
    low: list[float] = []
    high: list[float] = []
    for k, (n, (foot, head)) in enumerate(zip(at, edges, strict=True)):
        if k and n - at[k - 1] > width:  # a gap
            x, low, high = [*x, n - width / 2], [*low, float("nan")], [*high, float("nan")]
        x += [n - width / 2, n + width / 2]
        low += [foot, foot]
        high += [head, head]
    look: dict[str, Any] = {"facecolor": tint(colour), "edgecolor": colour, "hatch": hatch, "linewidth": 0}
    axes.fill_between(x, low, high, **look, zorder=2)


def _named(axes: Axes, held: list[tuple[int, int]], side: str, colour: str, beside: float, crowded: set[int]) -> None:
    """The limit itself above or below its bar; beside it where the bars from below and above leave no room."""
    sign, beyond, shift, va = ("≤ ", 0.5, 2, "bottom") if side == "low" else ("≥ ", -0.5, -2, "top")
    for n, x in held:
        aside = n in crowded
        axes.annotate(
            f"{sign}{x}", (n + beside, x) if aside else (n, x + beyond), xytext=(2, 0) if aside else (0, shift),
            textcoords="offset points", size=SMALL, color=colour, zorder=5, ha="left" if aside else "center",
            va="center" if aside else va,
        )  # fmt: skip


def _crowded(b: Boundaries, k: int) -> set[int]:
    """Looks whose two limits leave less room between them than two numbers take."""
    room = 0.12 * _top(b, k)
    return {n for n, low, high in zip(b.n, b.low[k], b.high[k], strict=True) if low >= 0 and high - low - 1 < room}


def _path(axes: Axes, b: Boundaries, k: int) -> None:
    n, x = (0, *b.path_n), (0, *b.path_x[k])
    dots = "" if len(n) > _DOTTED else "o"
    axes.plot(n, x, color=INK, linewidth=1.2, marker=dots, markersize=2.4, zorder=6)
    axes.plot(n[-1], x[-1], marker="o", markersize=6, color=INK, markerfacecolor="white", linestyle="", zorder=7)
    if b.decisions:
        left = n[-1] > 0.6 * b.n_max
        above = left and x[-1] < 0.9 * _top(b, k)  # the path never falls: above its end is free
        shift = (5, 9) if above else (-9, 3) if left else (8, 0)
        axes.annotate(
            b.decisions[-1], (n[-1], x[-1]), xytext=shift, textcoords="offset points", size=SMALL,
            ha="right" if left else "left", va="center", color=INK, weight="bold", zorder=8,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        )  # fmt: skip


def _legend(axes: Axes, b: Boundaries, k: int) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries: list[Patch | Line2D] = []
    for means in (b.high_means[k], b.low_means[k]):
        if means:
            colour = _COLOUR.get(means, STROKES[2].colour)
            entries.append(
                Patch(facecolor=tint(colour), edgecolor=colour, hatch=_HATCH[means], linewidth=0, label=_WORDS[means])
            )
    dots = (0, (1, 2))
    entries.append(Line2D([], [], color=GREY, linewidth=0.6, linestyle=dots, label="every patient"))
    if b.path_n:
        entries.append(Line2D([], [], color=INK, linewidth=1.2, marker="o", markersize=2.4, label="the trial"))
    axes.legend(
        handles=entries, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2 if len(b.names) == 2 else 4, frameon=False,
        fontsize=SMALL, borderaxespad=0.2, handlelength=1.8, columnspacing=1.2,
    )  # fmt: skip
