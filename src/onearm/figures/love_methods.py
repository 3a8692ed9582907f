"""Balance that every method reaches: a row a method, a dot a covariate, the largest named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    from matplotlib.figure import Figure

_LEFT, _RIGHT = 2.45, 1.75
_NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Line:
    """One method: its absolute differences with labels and ids, whether a gate failed, if balance was asked."""

    label: str
    found: tuple[tuple[float, str, str], ...]
    failed: bool
    asked: bool = True


def love_methods(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each comparison that has further methods with their balance."""
    by: dict[str, list[tuple[float, str, str]]] = {}
    for e in results:
        head, _, group = e.id.partition("|")
        if head.startswith("smd.") and e.value is not None and e.context in ("balance", "method balance"):
            by.setdefault(group, []).append((abs(e.value), e.label, e.id))
    drawn = []
    for name in dict.fromkeys(c.comparison for c in results.choices):
        mine = [c for c in results.choices if c.comparison == name]
        rows = [Line("Before matching", tuple(by.get(f"{name}/before", ())), failed=False)]
        for c in mine:
            group = f"{name}/after" if c.method == "primary" else f"{name}/{c.method}"
            rows.append(Line(c.label, tuple(by.get(group, ())), bool(c.failed), _asked(results, c)))
        if any(f"{name}/{c.method}" in by for c in mine):
            drawn.append(_drawing(results, name, [r for r in rows if r.found]))
    return tuple(drawn)


def _asked(results: Results, choice: Choice) -> bool:
    """Whether a method is judged by its balance: one that is carried by a model of the outcome is not."""
    if choice.method == "primary":
        key = f"gate.balance|{choice.comparison}"
        return not any(g.id == key and g.value is None and g.says.startswith(_NOT_ASKED) for g in results.gates)
    gate = results.estimates.get(f"gate.balance|{choice.comparison}/{choice.method}")
    return gate is None or gate.value is not None or not gate.method.startswith(_NOT_ASKED)


def _drawing(results: Results, name: str, rows: Sequence[Line]) -> Drawing:
    label = next((f.label for f in results.flows if f.id == name), name.replace("_", " "))
    limit = next((g.threshold for g in results.gates if g.id == f"gate.balance|{name}"), None)
    allowed = "" if limit is None else f" Dashed line: the largest allowed, {text.number(limit, 2)}."
    unasked = "" if all(r.asked for r in rows) else " Grey, not balanced: a model of the outcome carries the method."
    return Drawing(
        name=slug("love-methods", name),
        title=f"Balance by method: {label}",
        caption=f"Absolute standardized differences against {label} by every method: a dot for each covariate, the "
        f"largest one filled and named.{allowed}{unasked}",
        section="comparison",
        comparison=name,
        draw=partial(draw, rows, limit, results.header.notice),
        data=partial(data, rows, limit),
    )


def data(rows: Sequence[Line], limit: float | None) -> Series:
    """Every dot: the absolute difference of each covariate by each method."""
    found = [
        (key, r.label, covariate, value, limit, r.asked, not r.failed)
        for r in rows
        for value, covariate, key in r.found
    ]
    return Series.of("id method covariate absolute_difference limit balance_asked gates_passed", found)


def _largest(row: Line) -> str:
    """The largest difference in words; of a method that balances nothing, that it does not."""
    if not row.asked:
        return "not balanced: a model of the outcome"
    worst, covariate, _ = max(row.found)
    return f"{text.number(worst, 2)} {covariate}"


def draw(rows: Sequence[Line], limit: float | None, notice: str) -> Figure:
    """Draw before matching first, then the methods in order."""
    names = [wrapped(r.label, _LEFT - 0.2, SMALL) for r in rows]
    said = [wrapped(_largest(r), _RIGHT, TINY) for r in rows]
    heights = [
        max(0.31, 0.1 + 0.125 * max(lines(a), lines(b) + r.failed)) for a, b, r in zip(names, said, rows, strict=True)
    ]
    foot = 0.46 + (0.22 if notice else 0.0)
    height = 0.34 + sum(heights) + foot
    figure = sheet(height, notice)
    box = (_LEFT / WIDTH, foot / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, sum(heights) / height)
    axes = figure.add_axes(box)
    axes.set_ylim(sum(heights), 0)
    axes.set_xlim(0, max([limit or 0.0, 0.1, *(d for r in rows for d, *_ in r.found)]) * 1.06)
    axes.set_xlabel("Absolute standardized difference", size=SIZE, labelpad=3)
    axes.spines["left"].set_visible(False)
    centres = [sum(heights[:k]) + h / 2 for k, h in enumerate(heights)]
    axes.set_yticks(centres, names)
    axes.tick_params(axis="y", length=0, pad=7)
    axes.hlines(centres, 0, axes.get_xlim()[1], colors=FAINT, linewidth=0.4, zorder=0)
    place: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False}
    for k, (row, y) in enumerate(zip(rows, centres, strict=True)):
        colour = STROKES[1].colour if k == 0 else GREY if row.failed or not row.asked else STROKES[0].colour
        dots: dict[str, Any] = {"marker": "o", "linestyle": "", "markeredgecolor": colour, "clip_on": False}
        axes.plot([d for d, *_ in row.found], [y] * len(row.found), markersize=4, markerfacecolor="white", **dots)
        axes.plot([max(row.found)[0]], [y], markersize=5.5, markerfacecolor=colour, zorder=3, **dots)
        words = f"{said[k]}\nGATE FAILED" if row.failed else said[k]
        shade = WARNING if row.failed else INK if row.asked else GREY
        right = axes.get_yaxis_transform()
        axes.annotate(words, (1, y), xycoords=right, xytext=(7, 0), va="center", size=TINY, color=shade, **place)
    if limit is not None:
        axes.axvline(limit, color=GREY, linestyle=(0, (4, 3)), linewidth=0.9, zorder=1)
        top: dict[str, Any] = {"xycoords": axes.get_xaxis_transform(), "ha": "center", "size": SMALL, "color": GREY}
        axes.annotate(f"limit {text.number(limit, 2)}", (limit, 1), xytext=(0, 3), **top, **place)
    return figure
