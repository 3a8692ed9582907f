"""What an unmeasured confounder would leave of a hazard ratio, and where its interval would reach 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    SAMPLE,
    SMALL,
    TINY,
    WARNING,
    WIDTH,
    Stroke,
    sample,
    sentence,
    sheet,
    slug,
    stroke,
)
from onearm.results import Estimate, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _PANEL, _GAP = 0.75, 2.4, 2.1, 0.62
_TICKS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)


@dataclass(frozen=True, slots=True)
class Panel:
    """One endpoint: its label, whether the upper limit is the one nearer to 1, and by the confounder's ratio what is
    left at each prevalence; ``tips`` are the prevalences at which the limit is 1, in words."""

    label: str
    upper: bool
    found: Mapping[str, Sequence[tuple[float, Estimate]]]
    tips: Mapping[str, str]


def tipping(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each comparison that asks what an unmeasured confounder would do, where there is a ratio."""
    by: dict[str, dict[str, list[Estimate]]] = {}
    for e in results:
        if e.context == "sensitivity" and e.stat == "tipping" and e.value is not None:
            by.setdefault(e.group.partition("/")[0], {}).setdefault(e.variable, []).append(e)
    return tuple(_drawing(results, name, found) for name, found in by.items())


def _drawing(results: Results, name: str, found: Mapping[str, Sequence[Estimate]]) -> Drawing:
    label = next((f.label for f in results.flows if f.id == name), name.replace("_", " "))
    first = next(iter(found.values()))[0]
    failed = any(n.startswith("GATE FAILED") for n in first.notes)
    panels = [_panel_of(results, name, v, es) for v, es in found.items()]
    return Drawing(
        name=slug("tipping", name),
        title=f"An unmeasured confounder: {label}",
        caption=("GATE FAILED: not to be read as an effect. " if failed else "")
        + "The confidence limit nearer to 1 (thick) and the estimate (thin) that one binary confounder would "
        "leave, by its prevalence among the trial's patients and its ratio with the outcome. Above the line at 1 the "
        f"conclusion would not hold. {sentence(first.notes[0])}.",
        section="comparison",
        comparison=name,
        draw=partial(draw, panels, results.header.notice),
        data=partial(data, panels),
    )


def _panel_of(results: Results, name: str, variable: str, found: Sequence[Estimate]) -> Panel:
    lines: dict[str, list[tuple[float, Estimate]]] = {}
    for e in found:
        _, strength, share = e.group.split("/")
        lines.setdefault(strength.partition("=")[2], []).append((float(share.partition("=")[2]), e))
    tips = {}
    for strength in lines:
        e = results[f"{variable}.tips_at|{name}/confounder={strength}"]
        tips[strength] = e.error or f"limit is 1 at {text.quantity(e.value, 'proportion')}"
    ratio = next((results[k] for k in (f"{variable}.{s}|{name}" for s in _RATIOS) if k in results), None)
    upper = ratio is None or ratio.value is None or ratio.value <= 1
    rows = {k: sorted(v, key=lambda one: one[0]) for k, v in lines.items()}
    return Panel(found[0].label.partition(": ")[0], upper, rows, tips)


_RATIOS = ("hazard_ratio", "risk_ratio")


def data(panels: Sequence[Panel]) -> Series:
    """What is left of each hazard ratio, by the confounder's ratio with the outcome and its prevalence."""
    rows = [
        (e.id, p.label, strength, share, e.value, e.low, e.high)
        for p in panels
        for strength, line in p.found.items()
        for share, e in line
    ]
    return Series.of("id endpoint confounder_ratio prevalence hazard_ratio low high", rows)


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
    from matplotlib.ticker import NullLocator

    limits = [v for rows in panel.found.values() for _, e in rows for v in (e.value, _limit(panel, e)) if v]
    low = max((t for t in _TICKS if t <= min(limits)), default=min(limits))
    high = min((t for t in _TICKS if t >= max(1.5, *limits)), default=max(limits))
    axes.set_title(panel.label, loc="left", fontsize=SMALL, color=INK, pad=4)
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.yaxis.set_minor_locator(NullLocator())
    ticks = [t for t in _TICKS if low <= t <= high]
    axes.set_yticks(ticks, [f"{t:g}" for t in ticks])
    axes.axhline(1, color=WARNING, linewidth=1.1, zorder=1)
    ends = []
    for k, (strength, rows) in enumerate(panel.found.items()):
        look, shares = stroke(k), [share for share, _ in rows]
        bounds = [_limit(panel, e) or float("nan") for _, e in rows]
        axes.plot(shares, bounds, color=look.colour, linestyle=look.dashes, linewidth=1.7, marker="o", markersize=3.5)
        axes.plot(
            shares, [e.value or float("nan") for _, e in rows], color=look.colour, linestyle=look.dashes, linewidth=0.7
        )
        ends.append((bounds[0], f"ratio {strength}: {panel.tips[strength]}", look))
    axes.set_xlabel("Prevalence among the trial's patients", size=SMALL, labelpad=2)
    axes.set_ylabel("Hazard ratio left", size=SMALL, labelpad=2)
    _words(axes, ends)


def _limit(panel: Panel, e: Estimate) -> float | None:
    return e.high if panel.upper else e.low


def _words(axes: Axes, ends: Sequence[tuple[float, str, Stroke]]) -> None:
    """Words at the right, the highest line first, each after a piece of its line."""
    figure, box = axes.figure, axes.get_position()
    left = (box.x1 * WIDTH) + 0.1
    bottom, tall = (v * figure.get_figheight() for v in (box.y0, box.height))  # type: ignore[union-attr]
    entries = [(words, look) for _, words, look in sorted(ends, key=lambda one: -one[0])]
    for k, (words, look) in enumerate([*entries, ("1: no difference", Stroke(WARNING, "-"))]):
        y = bottom + tall * (0.95 - 0.13 * k)
        sample(figure, look, left, y, 1.1 if k == len(entries) else 1.7)
        place: dict[str, Any] = {"transform": figure.dpi_scale_trans, "size": TINY, "va": "center"}
        figure.text(left + SAMPLE + 0.06, y, words, color=look.colour, **place)
    axes.grid(axis="y", color=FAINT, linewidth=0.4)
    axes.tick_params(axis="both", color=GREY)
