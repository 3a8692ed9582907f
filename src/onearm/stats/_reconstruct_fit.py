"""How near made-up patients come to the published curve and risk table, with what a reader must be told in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Floats, Ints
from ._reconstruct_clicks import Clicks
from ._reconstruct_counts import Counts
from ._reconstruct_table import Layout

_LARGE_MOVE = 0.05
_FAR = 0.02
_FEW_POINTS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A reconstruction beside what was printed.

    Attributes
    ----------
    n, events : patients and events reconstructed.
    rmse : root mean square of (the patients' Kaplan-Meier estimate at its time - the point), over the cleaned points.
        At the top of a vertical line this counts the drop, as IPDfromKM's own RMSE does (which divides by m - 1).
    max_error : the largest vertical distance of a cleaned point from the patients' curve as drawn, its vertical lines
        included.
    risk_time, at_risk, found_at_risk, difference : (r,) the risk table used, patients at risk there, found - printed.
    interval_events, interval_censored : (r,) per interval; the last one's censored include those left at its end.
    remaining : patients censored at the end of the curve.
    total_events : as asked for, or None.
    warnings : sentences; empty when there is nothing to say.
    """

    n: int
    events: int
    rmse: float
    max_error: float
    risk_time: Floats
    at_risk: Ints
    found_at_risk: Ints
    difference: Ints
    interval_events: Ints
    interval_censored: Ints
    remaining: int
    total_events: int | None
    warnings: tuple[str, ...]


def judge(layout: Layout, counts: Counts, clicks: Clicks, total: int | None) -> Fit:
    """The record, and its warnings."""
    after, before = _around(layout.time, np.asarray(counts.estimate))
    off = after - layout.survival
    outside = np.maximum(np.maximum(off, layout.survival - before), 0.0)
    found = np.asarray(counts.at_risk, dtype=np.int64)[layout.lower]
    events = np.add.reduceat(np.asarray(counts.events, dtype=np.int64), layout.lower)
    censored = np.add.reduceat(np.asarray(counts.censored, dtype=np.int64), layout.lower)
    censored[-1] += counts.at_risk[-1]
    seen, largest = int(events.sum()), float(outside.max())
    difference = found - layout.at_risk
    return Fit(
        n=int(layout.at_risk[0]),
        events=seen,
        rmse=float(np.sqrt(np.mean(off**2))),
        max_error=largest,
        risk_time=layout.risk_time,
        at_risk=layout.at_risk,
        found_at_risk=found,
        difference=difference,
        interval_events=events,
        interval_censored=censored,
        remaining=int(counts.at_risk[-1]),
        total_events=total,
        warnings=tuple(_warnings(layout, clicks, difference, largest, seen, total)),
    )


def _around(time: Floats, estimate: Floats) -> tuple[Floats, Floats]:
    """The product-limit curve after and before each click's time."""
    curve = np.append(1.0, estimate)
    return curve[np.searchsorted(time, time, side="right")], curve[np.searchsorted(time, time, side="left")]


def _warnings(
    layout: Layout, clicks: Clicks, difference: Ints, largest: float, seen: int, total: int | None
) -> list[str]:
    words = []
    if clicks.largest_move > _LARGE_MOVE:
        words.append(f"cleaning moved a point by {clicks.largest_move:.3f}: look at the points beside the figure")
    if clicks.time.size < _FEW_POINTS:
        words.append(f"only {clicks.time.size} points: drops between them are taken as one")
    if layout.carried.size:
        at = ", ".join(f"{t:g}" for t in layout.risk_time[layout.carried])
        words.append(f"no point of the curve in the interval from {at}: the curve is taken as flat there")
    if np.any(difference):
        at = ", ".join(f"{layout.risk_time[i]:g} ({difference[i]:+d})" for i in np.flatnonzero(difference))
        words.append(f"numbers at risk are not those printed at {at}: the curve and its risk table do not agree")
    if largest > _FAR:
        words.append(f"the reconstructed curve is off by up to {largest:.3f}")
    if layout.risk_time.size == 1 and total is None:
        words.append("neither numbers at risk nor total events: nobody is censored before the end; no hazard ratio")
    if total is not None and seen != total:
        words.append(f"{seen} events where {total} were published: the curve's drops allow no other number")
    return words
