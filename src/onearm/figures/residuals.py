"""Are hazards proportional? Scaled Schoenfeld residuals over time, with a smooth."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from onearm import text
from onearm.figures.drawing import Drawing
from onearm.figures.series import Cell, Series
from onearm.figures.style import GREY, INK, SIZE, SMALL, STROKES, WIDTH, sentence, sheet, slug
from onearm.results import Residuals, Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _TOP, _PLOT, _FOOT = 0.72, 0.3, 0.3, 2.2, 0.55

_HOLLOW = 300
"""Up to so many points stand as rings, more as small dots."""


def residuals(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each hazard ratio whose proportionality was looked at."""
    return tuple(_drawing(results, r) for r in results.residuals)


def _drawing(results: Results, r: Residuals) -> Drawing:
    test = results.estimates.get(r.test)
    said = "" if test is None or test.value is None else text.p_value(test.value)
    p = f"p {said}" if said.startswith("<") else f"p = {said}"
    words = f"Proportional hazards, score test: {p}" if said else "Proportional hazards: not estimable"
    endpoint = r.id.partition("|")[0].partition(".")[0]
    against = next((f.label for f in results.flows if f.id == r.panel), "")
    label = f"{r.label}, trial against {against}" if against else r.label
    return Drawing(
        name=slug("ph", endpoint, r.panel),
        title=f"Proportional hazards: {label}",
        caption=f"{label}: scaled Schoenfeld residuals, one point per event; a level course speaks for proportional "
        f"hazards. Line and band: smooth with its limits. Dashed: the fitted log hazard ratio. {sentence(r.method)}.",
        section="comparison" if r.panel else "survival",
        comparison=r.panel,
        draw=partial(draw, r, f"{label}. {words}", results.header.notice),
        data=partial(data, r),
    )


def data(r: Residuals) -> Series:
    """The residuals, their smooth with its limits, and the fitted log hazard ratio."""
    rows: list[tuple[Cell, ...]] = [
        ("residual", t, value, None, None) for t, value in zip(r.time, r.value, strict=True)
    ]
    rows += [("smooth", *row) for row in zip(r.smooth_time, r.smooth, r.low, r.high, strict=True)]
    rows.append(("fitted", None, r.overall, None, None))
    return Series.of("shown time log_hazard_ratio low high", rows)


def draw(r: Residuals, words: str, notice: str) -> Figure:
    """Draw points, smooth and the fitted value."""
    foot = _FOOT + (0.27 if notice else 0.0)
    height = _TOP + _PLOT + foot
    figure = sheet(height, notice)
    axes = figure.add_axes((_LEFT / WIDTH, foot / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, _PLOT / height))
    look = STROKES[0]
    many = len(r.time) > _HOLLOW
    dots: dict[str, Any] = {"markersize": 1.4} if many else {"markersize": 3.5, "markerfacecolor": "none"}
    axes.plot(r.time, r.value, linestyle="", marker="o", color=GREY, zorder=2, **dots)
    if r.smooth_time:
        axes.fill_between(r.smooth_time, r.low, r.high, color=look.colour, alpha=0.14, linewidth=0, zorder=1)
        axes.plot(r.smooth_time, r.smooth, color=look.colour, linewidth=1.6, zorder=3)
    axes.axhline(r.overall, color=STROKES[1].colour, linestyle=STROKES[1].dashes, linewidth=1.1, zorder=2)
    axes.axhline(0, color=GREY, linewidth=0.6, zorder=0)
    axes.set_xlim(0, max(r.time, default=1.0) * 1.02)
    axes.set_xlabel("Months", size=SIZE, labelpad=3)
    axes.set_ylabel("Log hazard ratio", size=SIZE, labelpad=5)
    place: dict[str, Any] = {"textcoords": "offset points", "size": SMALL, "va": "bottom"}
    axes.annotate(words, (0, 1.0), xytext=(0, 5), xycoords="axes fraction", color=INK, **place)
    return figure
