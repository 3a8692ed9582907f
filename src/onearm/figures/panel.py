"""What a picture of curves is made of: one record from which curves, ticks, numbers under the axis and data come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onearm import text
from onearm.figures.at_risk import at_tick, weighted
from onearm.figures.series import Cell, Series
from onearm.figures.style import SMALL, WIDTH, wrapped
from onearm.results import Choice, Curve, Estimate, Results

_LEFT, WIDER = 0.82, 1.4

TICKED = 200
"""Censored at more times than this are not marked on their curve: the marks would hide it."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything one picture is made of.

    ``ticks`` (months) place the axis' ticks and the columns of numbers at risk alike; ``end`` is the end of
    the axis; ``medians`` has an entry for each curve.
    """

    key: str
    curves: tuple[Curve, ...]
    ticks: tuple[float, ...]
    end: float
    medians: tuple[Estimate | None, ...]
    says: tuple[str, ...]
    stamp: str
    notice: str
    cut: bool = False
    estimand: str = ""
    whom: str = ""

    @property
    def left(self) -> float:
        """Inches left of the axes: rows of weighted numbers have longer names."""
        return WIDER if any(weighted(c) for c in self.curves) else _LEFT

    @property
    def axis_end(self) -> float:
        """Where the axis ends: a little after the last tick or time."""
        return self.end * 1.01

    @property
    def several(self) -> bool:
        """Whether lines need labels of their own."""
        return len(self.curves) > 1

    @property
    def kind(self) -> str:
        """What the curves are, see `Curve`."""
        return self.curves[0].kind

    @property
    def banded(self) -> bool:
        """Whether confidence bands are drawn: more than two lie over each other and hide the curves."""
        return len(self.curves) <= 2


def panel_of(results: Results, key: str) -> Panel:
    """The curves of one key, with what is known about them."""
    chosen = tuple(c for c in results.curves.values() if c.panel == key)
    every = sorted({t for c in chosen for t in c.risk.time})
    lasts = [c.time[-1] for c in chosen if c.time]
    end = max(lasts, default=1.0) or 1.0
    if len(lasts) > 1 and min(lasts) > 0:  # beyond the shorter follow-up nothing is left to compare
        end = min(end, next((t for t in every if t >= min(lasts)), end))
    every = [t for t in every if t <= end]
    step = max(1, -(-len(every) // 11))
    comparison = key.partition("|")[2]
    return Panel(
        key=key,
        curves=chosen,
        ticks=tuple(every[::step]),
        end=max(end, *every),
        cut=max(lasts, default=0.0) > max(end, *every),
        medians=tuple(results.estimates.get(_sibling(c.id, "median")) for c in chosen),
        says=_effect(results, key),
        stamp=_stamp(results, comparison, chosen),
        notice=results.header.notice,
        estimand=_estimand(results, comparison),
        whom=_whom(results, comparison),
    )


def _stamp(results: Results, comparison: str, chosen: Sequence[Curve]) -> str:
    """What keeps the picture from being read as an effect: a failed gate, or immortal time."""
    broken = [c for c in results.choices if c.failed and _group_of(c) == comparison]
    if broken or any(g.comparison == comparison and not g.passed for g in results.gates):
        return "GATE FAILED: not to be read as an effect"
    if any(c.method.startswith("NAIVE") for c in chosen):
        return "NAIVE: biased by immortal time"
    return ""


def _group_of(choice: Choice) -> str:
    """The comparison, or the comparison and its further method, as panels name it."""
    return choice.comparison if choice.method == "primary" else f"{choice.comparison}/{choice.method}"


def _estimand(results: Results, comparison: str) -> str:
    """Whom the picture of a comparison speaks of, where it is known."""
    found = next((c for c in results.choices if _group_of(c) == comparison), None)
    return "" if found is None else f" {found.label}: {found.estimand}."


def _whom(results: Results, comparison: str) -> str:
    """Method and estimand for the heading in the picture; empty where they are not known."""
    found = next((c for c in results.choices if _group_of(c) == comparison), None)
    return "" if found is None else wrapped(f"{found.label}; estimand: {found.estimand}", WIDTH - WIDER - 0.3, SMALL)


def _sibling(key: str, statistic: str) -> str:
    head, bar, group = key.partition("|")
    return f"{head}.{statistic}{bar}{group}"


def _effect(results: Results, key: str) -> tuple[str, ...]:
    found = []
    ratio = results.estimates.get(_sibling(key, "hazard_ratio"))
    if ratio is not None and ratio.value is not None:
        interval = text.interval(ratio.low, ratio.high, ratio.unit)
        level = "" if ratio.level is None else text.quantity(ratio.level, "proportion").replace(".0%", "%")
        found.append(f"Hazard ratio {text.quantity(ratio.value, ratio.unit)} ({level} CI {interval})")
    wald = results.estimates.get(_sibling(key, "cox_p")) if "|" in key else None  # it knows the pairs and weights
    name, test = (
        ("Wald", wald) if wald is not None else ("log-rank", results.estimates.get(_sibling(key, "log_rank_p")))
    )
    if test is not None and test.value is not None:
        said = text.p_value(test.value)
        found.append(f"{name} p {said}" if said.startswith("<") else f"{name} p = {said}")
    return tuple(found)


def group(curve: Curve) -> str:
    """The name of one curve's group in words."""
    if curve.group and curve.group != curve.id.partition("|")[2]:
        return curve.group
    words = curve.group.rpartition("/")[2].replace("_", " ").replace("=", ": ")
    return (words[:1].upper() + words[1:]) or curve.label


def any_censored(curve: Curve) -> bool:
    """Whether anybody of a survival curve was censored."""
    return curve.kind == "survival" and any(curve.censored)


def ticked(curve: Curve) -> bool:
    """Whether the censored stand as ticks on a curve."""
    return any_censored(curve) and sum(map(bool, curve.censored)) <= TICKED


def data(panel: Panel) -> Series:
    """Every step of the curves that is on the axis, the numbers under its ticks, and the medians.

    Events and censored of a step are those of its time; under a tick they are all those before it.
    """
    rows: list[tuple[Cell, ...]] = []
    for curve in panel.curves:
        who, start = (curve.id, group(curve)), curve.at_risk[0] if curve.at_risk else curve.n
        rows.append((*who, "curve", 0.0, curve.start, None, None, start, 0.0, 0.0))
        steps = zip(
            curve.time, curve.value, curve.low, curve.high, curve.at_risk, curve.events, curve.censored, strict=True
        )
        rows += [(*who, "curve", *step) for step in steps if step[0] <= panel.axis_end]
        rows += [(*who, "under the axis", t, None, None, None, *at_tick(curve, t)) for t in panel.ticks]
    for curve, m in zip(panel.curves, panel.medians, strict=True):
        if m is not None:
            rows.append((m.id, group(curve), "median", m.value, 0.5, None, None, None, None, None))
    return Series.of("id group shown time value low high at_risk events censored", rows)
