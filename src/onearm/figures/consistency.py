"""Every estimator of one comparison side by side: whom it speaks of, how many, if its gates held, what it found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from onearm import text
from onearm.figures.drawing import Drawing
from onearm.figures.series import Cell, Series
from onearm.figures.style import FAINT, GREY, INK, SMALL, STROKES, TINY, WARNING, WIDTH, lines, sheet, slug, wrapped
from onearm.results import Choice, Estimate, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMNS = ((0.1, "Method"), (2.0, "Estimand"), (2.78, "Trial /\nexternal"), (3.38, "Effective n\ntrial / ext."))
_PLOT, _SAID = (4.22, 5.62), 5.72
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_HEAD, _BETWEEN, _AXIS = 0.42, 0.62, 0.52
PRIMARY = "primary"


@dataclass(frozen=True, slots=True)
class Line:
    """One row: words of its columns, its number (None where there is none), and how its gates stand in words."""

    label: str
    estimand: str
    counts: str
    effective: str
    estimate: Estimate | None
    gates: str
    failed: bool = False
    crude: bool = False
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Rows on one axis: hazard ratios on a log axis, or differences in survival."""

    title: str
    axis: str
    log: bool
    rows: tuple[Line, ...]


def consistency(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each comparison and endpoint whose methods have effects."""
    found = []
    for name in dict.fromkeys(c.comparison for c in results.choices):
        looked = (e.id.partition(".")[0] for e in results if _is_effect(e, name))
        found += [_drawing(results, name, endpoint) for endpoint in dict.fromkeys(looked)]
    return tuple(found)


def _is_effect(e: Estimate, name: str) -> bool:
    head, _, group = e.id.partition("|")
    ratio = e.context in ("comparison", "method") and head.endswith(".hazard_ratio")
    difference = e.context == "method" and ".survival_difference@" in head
    return (ratio or difference) and group.partition("/")[0] == name


def _drawing(results: Results, name: str, endpoint: str) -> Drawing:
    label = next((f.label for f in results.flows if f.id == name), name.replace("_", " "))
    effects = [e for e in results if _is_effect(e, name) and e.id.partition(".")[0] == endpoint]
    said = effects[0].label.partition(": ")[0]
    blocks = _blocks(results, name, endpoint)
    return Drawing(
        name=slug("consistency", endpoint, name),
        title=f"{said} by every method, against {label}",
        caption=f"{said}, every method against {label}, with confidence intervals; a hazard ratio below 1 favours the "
        "trial. Each method speaks of the patients its estimand names. GATE FAILED, hollow and grey: the groups differ "
        "too much or too few were kept, and the number is not to be read as an effect. Diamond: crude, not adjusted.",
        section="comparison",
        comparison=name,
        draw=partial(draw, blocks, results.header.notice),
        data=partial(data, blocks),
    )


def _blocks(results: Results, name: str, endpoint: str) -> tuple[Block, ...]:
    mine = [c for c in results.choices if c.comparison == name]
    ratio = {c.method: results.estimates.get(f"{endpoint}.hazard_ratio|{_group(c)}") for c in mine}
    # A model of the outcome gives no marginal hazard ratio; a method without a design gives nothing at all.
    with_ratio = {c.method for c in mine if (e := ratio[c.method]) and (e.value is not None or c.refused)}
    first = [_line(c, ratio[c.method]) for c in mine if c.method in with_ratio]
    crude = results.estimates.get(f"{endpoint}.hazard_ratio|{name}/crude")
    if crude is not None:
        first.append(Line("Crude, before matching", "none", text.number(crude.n, 0), "", crude, "", crude=True))
    blocks = [Block("", "Hazard ratio", log=True, rows=tuple(first))] if first else []
    head = f"{endpoint}.survival_difference@"
    at = next((e.id[len(head) :].partition("|")[0] for e in results if e.id.startswith(head)), "")
    without = [c for c in mine if c.method not in with_ratio]
    if without:
        rows = tuple(_line(c, results.estimates.get(f"{head}{at}|{_group(c)}")) for c in without)
        months = f"Difference in survival at {at.removesuffix('mo')} months" if at else "Difference in survival"
        blocks.append(Block("Methods without a hazard ratio", months, log=False, rows=rows))
    return tuple(blocks)


def _group(choice: Choice) -> str:
    return choice.comparison if choice.method == PRIMARY else f"{choice.comparison}/{choice.method}"


def _line(choice: Choice, estimate: Estimate | None) -> Line:
    gates = "no design" if choice.refused else "GATE FAILED" if choice.failed else "gates passed"
    counts = (text.number(choice.trial, 0), text.number(choice.external, 0))
    ess = (text.number(choice.effective_trial), text.number(choice.effective_external))
    return Line(
        choice.label,
        choice.estimand,
        " / ".join(counts),
        " / ".join(ess),
        estimate,
        gates,
        failed=bool(choice.failed or choice.refused),
        primary=choice.method == PRIMARY,
    )


def data(blocks: Sequence[Block]) -> Series:
    """Each method with its numbers of patients, its effect and its gates."""
    rows = [
        (id_, b.axis, r.label, r.estimand, r.counts, r.effective, *numbers, r.gates)
        for b in blocks
        for r in b.rows
        for id_, *numbers in (_found(r.estimate),)
    ]
    return Series.of("id measure method estimand patients effective_n estimate low high gates", rows)


def _found(e: Estimate | None) -> tuple[Cell, ...]:
    return (None,) * 4 if e is None else (e.id, e.value, e.low, e.high)


def draw(blocks: Sequence[Block], notice: str) -> Figure:
    """Draw the blocks from the top, each with its own axis."""
    rows = [[_height(r) for r in b.rows] for b in blocks]
    foot = _AXIS + (0.22 if notice else 0.0)
    height = _HEAD + sum(map(sum, rows)) + (_BETWEEN + 0.1) * (len(blocks) - 1) + foot
    figure = sheet(height, notice)
    top = height - _HEAD
    for k, (block, heights) in enumerate(zip(blocks, rows, strict=True)):
        if k:
            top -= _BETWEEN + 0.1
            place: dict[str, Any] = {"size": SMALL, "weight": "bold", "va": "bottom"}
            figure.text(_COLUMNS[0][0] / WIDTH, (top + 0.06) / height, block.title, color=INK, **place)
        _block(figure, block, heights, top, height)
        top -= sum(heights)
    for x, words in (*_COLUMNS, (_SAID, "Estimate (CI)\nand gates")):
        figure.text(x / WIDTH, (height - 0.06) / height, words, size=TINY, color=GREY, va="top", linespacing=1.15)
    return figure


def _label(row: Line) -> str:
    return wrapped(row.label, 2.05, SMALL)


def _estimand(row: Line) -> str:
    return wrapped(row.estimand, 0.86, TINY)


def _height(row: Line) -> float:
    return max(0.34, 0.06 + 0.135 * max(lines(_label(row)), lines(_estimand(row))))


def _block(figure: Figure, block: Block, heights: Sequence[float], top: float, height: float) -> None:
    size, (left, right) = sum(heights), _PLOT
    axes = figure.add_axes((left / WIDTH, (top - size) / height, (right - left) / WIDTH, size / height))
    axes.set_ylim(size, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    low, high = _axis(axes, block)
    y = 0.0
    for row, tall in zip(block.rows, heights, strict=True):
        if row.crude:
            axes.plot([0.014, 0.986], [y, y], color=FAINT, linewidth=0.8, transform=_across(axes), clip_on=False)
        _mark(axes, row, y + tall / 2, low, high)
        _words(figure, row, (top - y - tall / 2) / height, block)
        y += tall


def _across(axes: Axes) -> Any:
    """From edge to edge of the figure in x, rows in y."""
    from matplotlib.transforms import blended_transform_factory

    return blended_transform_factory(axes.figure.transFigure, axes.transData)


def _axis(axes: Axes, block: Block) -> tuple[float, float]:
    from matplotlib.ticker import MaxNLocator, NullLocator

    numbers = [e for r in block.rows if (e := r.estimate) is not None]
    found = [v for e in numbers for v in (e.value, e.low, e.high) if v is not None and math.isfinite(v)]
    if block.log:
        known = [v for v in found if v > 0]
        low = max((t for t in _TICKS if t <= min([0.5, *known])), default=_TICKS[0])
        high = min((t for t in _TICKS if t >= max([2.0, *known])), default=_TICKS[-1])
        axes.set_xscale("log")
        ticks = [t for t in _TICKS if low <= t <= high]
        axes.set_xticks(ticks[:: max(1, -(-len(ticks) // 6))])
        axes.set_xticklabels([f"{t:g}" for t in ticks[:: max(1, -(-len(ticks) // 6))]])
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        low, high = min([-0.2, *found]) - 0.05, max([0.2, *found]) + 0.05
        axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlim(low, high)
    axes.tick_params(axis="x", labelsize=TINY, pad=2)
    axes.axvline(1.0 if block.log else 0.0, color=GREY, linewidth=0.9, zorder=1)
    axes.set_xlabel(block.axis, size=TINY, labelpad=2)
    return low, high


def _mark(axes: Axes, row: Line, y: float, low: float, high: float) -> None:
    e = row.estimate
    if e is None or e.value is None:
        return
    colour = GREY if row.failed or row.crude else STROKES[0].colour
    dashes = STROKES[1].dashes if row.failed else "-"
    ends = (low if e.low is None else e.low, high if e.high is None else e.high)
    axes.plot([max(ends[0], low), min(ends[1], high)], [y, y], color=colour, linestyle=dashes, linewidth=1.4, zorder=2)
    for end, sign, beyond in ((ends[0], "<", ends[0] < low), (ends[1], ">", ends[1] > high)):
        if beyond:
            axes.plot([min(max(end, low), high)], [y], marker=sign, markersize=4, color=colour, clip_on=False)
    axes.plot(
        [min(max(e.value, low), high)],
        [y],
        marker="D" if row.crude else "s",
        markersize=7.5 if row.primary else 5.5,
        markerfacecolor="white" if row.failed or row.crude else colour,
        markeredgecolor=colour,
        markeredgewidth=1.1,
        zorder=3,
    )


def _words(figure: Figure, row: Line, y: float, block: Block) -> None:
    bold = "bold" if row.primary else "normal"
    told = ((_label(row), SMALL), (_estimand(row), TINY), (row.counts, TINY), (row.effective, TINY))
    for (x, _), (words, size) in zip(_COLUMNS, told, strict=True):
        weight = bold if x == _COLUMNS[0][0] else "normal"
        figure.text(x / WIDTH, y, words, size=size, color=INK, va="center", weight=weight, linespacing=1.15)
    e = row.estimate
    shown = "not available" if e is None else text.quantity(e.value, e.unit)
    interval = "" if e is None else text.interval(e.low, e.high, e.unit)
    gap = 0.075 / figure.get_figheight() if row.gates else 0.0
    said = f"{shown} ({interval})" if interval else shown
    place: dict[str, Any] = {"va": "center"}
    figure.text(_SAID / WIDTH, y + gap, said, size=TINY + 0.5, color=GREY if row.failed else INK, **place)
    if row.gates:
        loud: dict[str, Any] = {"color": WARNING, "weight": "bold"} if row.failed else {"color": GREY}
        figure.text(_SAID / WIDTH, y - gap, row.gates, size=TINY, **loud, **place)
