"""Balance of every covariate before and after matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from onearm import text
from onearm.figures.drawing import Drawing
from onearm.figures.series import Series
from onearm.figures.style import FAINT, GREY, INK, SIZE, SMALL, STROKES, WIDTH, lines, sheet, slug, wrapped
from onearm.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEFT, _RIGHT = 2.6, 0.35


@dataclass(frozen=True, slots=True)
class Line:
    """One covariate: the head of its ids, its label and its absolute differences by stage."""

    head: str
    label: str
    at: Mapping[str, float]


def love(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each comparison that has standardized differences."""
    by: dict[str, dict[str, tuple[str, dict[str, float]]]] = {}
    for e in results:
        head, _, tail = e.id.partition("|")
        comparison, _, stage = tail.partition("/")
        if e.context == "balance" and head.startswith("smd.") and e.value is not None:
            found = by.setdefault(comparison, {}).setdefault(head, (e.label, {}))
            found[1][stage] = abs(e.value)
    return tuple(_drawing(results, name, [Line(head, *x) for head, x in rows.items()]) for name, rows in by.items())


def _drawing(results: Results, comparison: str, rows: Sequence[Line]) -> Drawing:
    limit = next(
        (g.threshold for g in results.gates if g.comparison == comparison and "standardized" in f"{g.name} {g.id}"),
        None,
    )
    if limit is None:
        gates = [g for g in results.gates if g.comparison == comparison and ("balance" in g.id or "smd" in g.id)]
        limit = gates[0].threshold if gates else None
    label = next((f.label for f in results.flows if f.id == comparison), comparison.replace("_", " "))
    allowed = "" if limit is None else f" Dashed line: the largest allowed, {text.number(limit, 2)}."
    return Drawing(
        name=slug("love", comparison),
        title=f"Balance before and after matching: {label}",
        caption=f"Absolute standardized differences of the covariates against {label}. "
        f"Hollow: before matching; filled: after.{allowed}",
        section="comparison",
        comparison=comparison,
        draw=partial(draw, rows, limit, results.header.notice),
        data=partial(data, comparison, rows, limit),
    )


def data(comparison: str, rows: Sequence[Line], limit: float | None) -> Series:
    """The absolute difference of each covariate before and after."""
    found = [
        (f"{r.head}|{comparison}/{stage}", r.label, stage, value, limit) for r in rows for stage, value in r.at.items()
    ]
    return Series.of("id covariate stage absolute_difference limit", found)


def draw(rows: Sequence[Line], limit: float | None, notice: str) -> Figure:
    """Draw the covariates from the top, largest difference before matching first."""
    order = sorted(rows, key=lambda r: max(r.at.values()))
    names = [wrapped(r.label, _LEFT - 0.25, SMALL) for r in order]
    each = 0.13 + 0.13 * max(lines(name) for name in names)
    foot = 0.48 + (0.22 if notice else 0.0)
    height = 0.4 + each * len(rows) + foot
    figure = sheet(height, notice)
    axes = figure.add_axes((_LEFT / WIDTH, foot / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, each * len(rows) / height))
    axes.set_ylim(-0.5, len(rows) - 0.5)
    top = max([limit or 0.0, 0.1, *(v for r in rows for v in r.at.values())]) * 1.08
    axes.set_xlim(0, top)
    axes.set_yticks(range(len(order)), names)
    axes.tick_params(axis="y", length=0, pad=6)
    axes.hlines(range(len(order)), 0, top, colors=FAINT, linewidth=0.4, zorder=0)
    axes.set_xlabel("Absolute standardized difference", size=SIZE, labelpad=3)
    for k, row in enumerate(order):
        if len(row.at) > 1:
            axes.plot(list(row.at.values()), [k] * len(row.at), color=FAINT, linewidth=1.4, zorder=1)
    for stage, face, look in (("before", "white", STROKES[1]), ("after", STROKES[0].colour, STROKES[0])):
        at = [(r.at[stage], k) for k, r in enumerate(order) if stage in r.at]
        if at:
            x, y = zip(*at, strict=True)
            axes.plot(
                x,
                y,
                linestyle="",
                marker="o",
                markersize=6,
                markerfacecolor=face,
                clip_on=False,
                markeredgecolor=look.colour,
                markeredgewidth=1.2,
                label=f"{stage} matching",
                zorder=3,
            )
    if limit is not None:
        axes.axvline(limit, color=GREY, linestyle=(0, (4, 3)), linewidth=0.9, zorder=2)
        axes.annotate(
            f"limit {text.number(limit, 2)}",
            (limit, len(rows) - 0.5),
            xytext=(0, 3),
            size=SMALL,
            textcoords="offset points",
            ha="center",
            color=GREY,
            annotation_clip=False,
        )
    figure.legend(
        loc="upper left",
        bbox_to_anchor=(0.1 / WIDTH, 1.0),
        frameon=False,
        fontsize=SMALL,
        labelcolor=INK,
        ncols=2,
        handletextpad=0.1,
        columnspacing=1.0,
        borderpad=0.2,
    )
    return figure
