"""What a table of one arm's time to event shows beside medians and milestones.

Who had the event and by which cause, who did not, the quartiles, the range, and how many remained at risk.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from onearm.results import Estimate
from onearm.stats.survival import BetaProduct, KaplanMeier
from onearm.units import days_of, months

if TYPE_CHECKING:
    from onearm.endpoints.sample import Times
    from onearm.endpoints.time_to_event import Words

QUARTILES = {"q25": (0.25, "first quartile, 25% with the event"), "q75": (0.75, "third quartile, 75% with the event")}
"""Names of the quartiles of a survival time, the share that had the event by then, and words."""


def who_had_it(times: Times, causes: Sequence[str], cause_of: Mapping[str, str], words: Words) -> Iterator[Estimate]:
    """Shares with and without the event, and how many had each cause first; causes that nobody had are 0.

    Parameters
    ----------
    times
        The durations of those analysed.
    causes, cause_of
        What may end the time, in the order that counts on one day; and what ended that of each subject.
    """
    n = len(times.subjects)
    had = tuple(s for s, e in zip(times.subjects, times.event, strict=True) if e)
    rest = tuple(s for s, e in zip(times.subjects, times.event, strict=True) if not e)
    for stat, what, some in (("with_event", "with the event", had), ("without_event", "without the event", rest)):
        yield words.estimate(
            stat,
            what,
            unit="proportion",
            method="share of patients",
            value=len(some) / n if n else None,
            error=None if n else "nobody in the group",
            n=n,
            events=len(some),
            subjects=some,
        )
    for cause in causes:
        first = tuple(s for s in had if cause_of[s] == cause)
        yield words.estimate(
            f"first_event.{cause.replace(' ', '_')}",
            cause,
            unit="patients",
            method="count",
            value=float(len(first)),
            n=len(had),
            subjects=first,
        )


def quartiles(
    km: KaplanMeier, exact: BetaProduct | None, rule: str, words: Words, common: Mapping[str, Any]
) -> Iterator[Estimate]:
    """The times by which a quarter and three quarters had the event, by the rule and with the limits of the median."""
    for stat, (p, what) in QUARTILES.items():
        found = km.quantile(p, rule=rule)
        limits = found if exact is None else exact.quantile(p)
        yield words.estimate(
            stat,
            what,
            unit="months",
            value=math.inf if found.value is None else months(found.value),
            low=None if limits.low is None else months(limits.low),
            high=None if limits.high is None else months(limits.high),
            error="not reached" if found.value is None else None,
            notes=(*words.notes, "quartiles: by the rule of the median"),
            **common,
        )


def time_range(times: Times, words: Words) -> Iterator[Estimate]:
    """The shortest and the longest time; one that is censored has no ``events``.

    On one day events come before censoring, so the shortest is censored when none of that day is an event, and the
    longest when any of that day is censored.
    """
    for stat, what, end in (("min", "shortest time", np.min), ("max", "longest time", np.max)):
        day = float(end(times.days))
        there = times.days == day
        ended = bool(np.any(times.event[there]) if stat == "min" else np.all(times.event[there]))
        whose = tuple(s for s, t, e in zip(times.subjects, there, times.event, strict=True) if t and bool(e) == ended)
        yield words.estimate(
            stat,
            what if ended else f"{what}, censored",
            unit="months",
            method="minimum" if stat == "min" else "maximum",
            value=months(day),
            n=len(times.subjects),
            events=len(whose) if ended else 0,
            subjects=whose,
        )


def left_at(times: Times, at_months: Sequence[float], words: Words) -> Iterator[Estimate]:
    """How many remain at risk just before each month, as under the curve, and how many were censored before it."""
    for month in at_months:
        end = days_of(month)
        risk = tuple(s for s, d in zip(times.subjects, times.days, strict=True) if d >= end)
        lost = tuple(s for s, d, e in zip(times.subjects, times.days, times.event, strict=True) if d < end and not e)
        for stat, what, whose in (
            ("at_risk", f"patients remaining at risk at {month:g} months", risk),
            ("censored", f"patients censored before {month:g} months", lost),
        ):
            yield words.estimate(
                stat,
                what,
                at=f"@{month:g}mo",
                unit="patients",
                method="count",
                value=float(len(whose)),
                n=len(times.subjects),
                subjects=whose,
            )
