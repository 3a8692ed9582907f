"""Every MRD assessment of each subject over time: negative filled, not negative open, the first negative one ringed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from onearm import text
from onearm.figures.drawing import Drawing
from onearm.figures.lanes import STEPS
from onearm.figures.series import Cell, Series
from onearm.figures.style import FAINT, GREY, INK, SIZE, SMALL, STROKES, TINY, WIDTH, sheet, slug
from onearm.figures.swimmer import PER_PAGE, part_of
from onearm.results import Lane, Mark, Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NEGATIVE = "negative"
_LEFT, _RIGHT, _TOP, _PITCH, _FOOT = 0.95, 0.2, 0.12, 0.135, 0.72


@dataclass(frozen=True, slots=True)
class Row:
    """One subject with its assessments by one rule, in order, and the time of the first negative one."""

    lane: Lane
    tests: tuple[Mark, ...]
    first: float | None


def mrd(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each rule of MRD that the protocol names; a second one for more than 60 subjects."""
    rules = dict.fromkeys(t.kind for lane in results.lanes for t in lane.tests)
    return tuple(d for rule in rules for d in _drawings(results, rule, len(rules) > 1))


def _drawings(results: Results, rule: str, several: bool) -> list[Drawing]:
    rows = []
    for lane in results.lanes:
        tests = tuple(t for t in lane.tests if t.kind == rule)
        if tests:
            rows.append(Row(lane, tests, next((t.time for t in tests if t.label == NEGATIVE), None)))
    never = float("inf")
    rows.sort(key=lambda r: (never if r.first is None else r.first, r.tests[0].time))
    shown = part_of(rows)
    part = ""
    if len(shown) < len(rows):
        part = f" Shown are {text.number(len(shown), 0)} of {text.number(len(rows), 0)} subjects, at equal distances "
        part += "in this order; results.json holds all."
    none = sum(not any(t.kind == rule for t in lane.tests) for lane in results.lanes)
    if none:
        part += f" Not shown, never assessed: {text.number(none, 0)}."
    count = -(-len(shown) // PER_PAGE)
    size = -(-len(shown) // count)
    pages = [shown[k * size : (k + 1) * size] for k in range(count)]
    name = slug("mrd", rule.lower().replace(" ", "_")) if several else "mrd"
    of = [f" ({k + 1} of {count})" if count > 1 else "" for k in range(count)]
    return [
        Drawing(
            name=f"{name}-{k + 1}" if count > 1 else name,
            title=f"MRD over time: {rule}{of[k]}",
            caption=f"Every assessment of MRD before relapse{of[k]}, by the rule: {rule}. Filled: negative; open: not "
            "negative, or not tested finely enough to say so; ringed: the first negative one. Of several on a day the "
            f"worst. Subjects by the time of the first negative one; those without one are last.{part}",
            section="response",
            draw=partial(draw, page, max(t.time for r in shown for t in r.tests), results.header.notice),
            data=partial(data, page),
        )
        for k, page in enumerate(pages)
    ]


def data(rows: Sequence[Row]) -> Series:
    """Every assessment that is drawn."""
    found: list[tuple[Cell, ...]] = [
        (r.lane.subject, r.lane.label, t.kind, t.time, t.label == NEGATIVE, t.time == r.first)
        for r in rows
        for t in r.tests
    ]
    return Series.of("subject number rule time negative first_negative", found)


def draw(rows: Sequence[Row], end: float, notice: str = "") -> Figure:
    """Draw a row for each subject, the earliest negative on top."""
    tall = _PITCH * len(rows) + 0.06
    foot = _FOOT + (0.27 if notice else 0.0)
    height = _TOP + tall + foot
    figure = sheet(height, notice)
    axes = figure.add_axes((_LEFT / WIDTH, foot / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, tall / height))
    axes.set_xlim(0, end * 1.03)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    step = next((s for s in STEPS if end / s <= 12), STEPS[-1])
    ticks = [step * k for k in range(int(end / step) + 1)]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.set_yticks(range(len(rows)), [r.lane.label[:14] for r in rows], size=TINY)
    axes.tick_params(axis="y", length=0, pad=2)
    axes.spines["left"].set_visible(False)
    axes.vlines(ticks, -0.6, len(rows) - 0.4, colors=FAINT, linewidth=0.4, zorder=0)
    axes.hlines(range(len(rows)), 0, [r.tests[-1].time for r in rows], colors=GREY, linewidth=0.6, zorder=1)
    axes.set_xlabel("Months from day 1", size=SIZE, labelpad=2)
    if len(rows) > 3:
        axes.set_ylabel("Subject", size=SIZE, labelpad=4)
    for words, at, look in _marks(rows):
        if at:
            axes.plot(*zip(*at, strict=True), linestyle="", clip_on=False, label=words, **look)
    figure.legend(
        loc="lower left", bbox_to_anchor=(_LEFT / WIDTH, (foot - 0.68) / height), ncols=3, frameon=False,
        fontsize=SMALL, labelcolor=INK, handletextpad=0.2, borderpad=0.2,
    )  # fmt: skip
    return figure


def _marks(rows: Sequence[Row]) -> list[tuple[str, list[tuple[float, int]], dict[str, Any]]]:
    """Words, places and look of each kind of mark."""
    colour = STROKES[0].colour
    dot = {"marker": "o", "markersize": 4.2, "markeredgecolor": colour, "markeredgewidth": 0.9}
    found = {
        label: [(t.time, k) for k, r in enumerate(rows) for t in r.tests if (t.label == NEGATIVE) == wanted]
        for label, wanted in (("negative", True), ("not negative", False))
    }
    first = [(r.first, k) for k, r in enumerate(rows) if r.first is not None]
    ring = {"marker": "o", "markersize": 7.4, "markerfacecolor": "none", "markeredgecolor": INK, "markeredgewidth": 0.9}
    return [
        ("negative", found["negative"], dot | {"markerfacecolor": colour, "zorder": 3}),
        ("not negative", found["not negative"], dot | {"markerfacecolor": "white", "zorder": 3}),
        ("first negative", first, ring | {"zorder": 4}),
    ]
