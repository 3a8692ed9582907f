"""What a version plans, day by day: a strip for cycles that are alike, a row for each drug, a bar for its days."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from onearm.figures.drawing import Drawing
from onearm.figures.series import Series
from onearm.figures.style import FAINT, GREY, INK, SIZE, SMALL, STROKES, TINY, WIDTH, sheet, slug, wrapped
from onearm.results import Results, Schedule, ScheduledDrug, Strip

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _TOP, _ROW, _HEAD, _FOOT = 1.55, 2.0, 0.12, 0.19, 0.3, 0.42
_LETTERS = 26
"""Longest name of a drug on one row."""


def calendar(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each version that plans cycles."""
    return tuple(_drawing(one, results.header.notice) for one in results.schedules if one.strips)


def _drawing(one: Schedule, notice: str) -> Drawing:
    shown = any(d.condition for s in one.strips for d in s.drugs)
    only = " Hollow: for some patients only, as the words say." if shown else ""
    unknown = any(not d.days for s in one.strips for d in s.drugs)
    missing = " A row without a bar: no source gives its days." if unknown else ""
    return Drawing(
        name=slug("calendar", one.id.partition("|")[2]),
        title=f"Planned treatment: {one.label}",
        caption=f"Planned treatment by day of the cycle under the version: {one.label}. Cycles that are planned alike "
        f"share a strip; upright line: end of the cycle. The planned doses, without caps, premedication and supportive "
        f"care; what was given is in the tables of exposure.{only}{missing}",
        section="exposure",
        draw=partial(draw, one, notice),
        data=partial(data, one),
    )


def data(one: Schedule) -> Series:
    """Each planned day of each drug in each strip; a row without a day where no source gives it."""
    rows = [
        (one.id, s.cycles, s.days, d.drug, d.words, d.condition, d.regimen, day)
        for s in one.strips
        for d in s.drugs
        for day in (d.days or (None,))
    ]
    return Series.of("id cycles cycle_days drug dose condition regimen day", rows)


def draw(one: Schedule, notice: str = "") -> Figure:
    """Draw the strips from the top on one axis of days."""
    tall = sum(_HEAD + _ROW * len(s.drugs) for s in one.strips)
    foot = _FOOT + (0.27 if notice else 0.0)
    height = _TOP + tall + foot
    figure = sheet(height, notice)
    axes = figure.add_axes((_LEFT / WIDTH, foot / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, tall / height))
    last = max([s.days or 1 for s in one.strips] + [day for s in one.strips for d in s.drugs for day in d.days])
    axes.set_xlim(0.5, last + 0.5)
    axes.set_ylim(tall, 0)
    ticks = [1, *range(7, last + 1, 7)]
    axes.set_xticks(ticks)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Day of the cycle", size=SIZE, labelpad=2)
    axes.vlines(ticks, 0, tall, colors=FAINT, linewidth=0.4, zorder=0)
    y = 0.0
    for strip in one.strips:
        _strip(axes, strip, y)
        y += _HEAD + _ROW * len(strip.drugs)
    return figure


def _strip(axes: Axes, strip: Strip, y: float) -> None:
    several = "s" if any(c in strip.cycles for c in "-,") or "on" in strip.cycles else ""
    length = f" ({strip.days} days)" if strip.days else ""
    place: dict[str, Any] = {"xycoords": axes.get_yaxis_transform(), "annotation_clip": False, "va": "center"}
    place |= {"textcoords": "offset points"}
    axes.annotate(
        f"Cycle{several} {strip.cycles}{length}", (0, y + _HEAD - 0.09), xytext=(-_LEFT * 72 + 7, 0), size=SMALL,
        weight="bold", **place,
    )  # fmt: skip
    top, bottom = y + _HEAD, y + _HEAD + _ROW * len(strip.drugs)
    if strip.days:
        axes.vlines([strip.days + 0.5], top, bottom, colors=GREY, linewidth=1.2, zorder=3)
    for k, drug in enumerate(strip.drugs):
        at = top + _ROW * (k + 0.5)
        axes.hlines([at], 0.5, axes.get_xlim()[1], colors=FAINT, linewidth=0.4, zorder=0)
        axes.annotate(_short(drug.drug), (0, at), xytext=(-6, 0), size=SMALL, ha="right", color=INK, **place)
        axes.annotate(_said(drug), (1, at), xytext=(6, 0), size=TINY, color=GREY, **place)
        _days(axes, drug, at)


def _short(words: str) -> str:
    return words if len(words) <= _LETTERS else f"{words[: _LETTERS - 1]}…"


def _said(drug: ScheduledDrug) -> str:
    said = drug.words + (f", if {drug.condition}" if drug.condition else "")
    first, *rest = wrapped(said, _RIGHT + 0.05, TINY).split("\n")
    return f"{first}…" if rest else first


def _days(axes: Axes, drug: ScheduledDrug, at: float) -> None:
    """Days in a row are one bar."""
    from matplotlib.collections import PolyCollection

    half = 0.3 * _ROW
    boxes = [
        [(a - 0.4, at - half), (b + 0.4, at - half), (b + 0.4, at + half), (a - 0.4, at + half)]
        for a, b in runs(drug.days)
    ]
    colour = STROKES[0].colour
    face = "white" if drug.condition else colour
    axes.add_collection(PolyCollection(boxes, facecolor=face, edgecolor=colour, linewidth=0.9, zorder=2))


def runs(days: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each run of days.

    Examples
    --------
    >>> runs((1, 2, 3, 8))
    [(1, 3), (8, 8)]
    """
    found: list[tuple[int, int]] = []
    for day in days:
        if found and found[-1][1] + 1 == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
