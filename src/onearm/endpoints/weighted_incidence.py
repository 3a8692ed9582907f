"""Differences in cumulative incidence between two weighted groups, each cause with the others competing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onearm.endpoints.arms import Timed
from onearm.endpoints.sample import Output
from onearm.endpoints.time_to_event import Words
from onearm.endpoints.weighted import MARGINAL, MARGINAL_NOTE, why
from onearm.protocol.states import CumulativeIncidence
from onearm.stats.weighted_risk import Arm, Contrast, incidence_contrast
from onearm.units import days_of


def weighted_incidence(
    timed: Timed,
    cause_of: Mapping[str, str],
    causes: tuple[str, ...],
    clause: CumulativeIncidence,
    level: float,
    words: Words,
    of: str,
    *,
    sides: bool = False,
) -> Output:
    """Difference in the cumulative incidence of every cause at the clause's months, trial against external patients.

    Parameters
    ----------
    timed
        Both groups with weights and times, an event being that of any cause.
    cause_of
        The cause of each subject with an event.
    causes
        Every cause of the fact, in order.
    clause
        The endpoint: its months and the labels of the causes.
    level
        Level of the intervals.
    words
        What the numbers are called; the cause is added to the statistic.
    of
        Words for what is compared.
    sides
        Whether the incidence of each side is wanted as a number of its own.
    """
    number = {cause: k for k, cause in enumerate(causes, 1)}
    codes = np.zeros(timed.days.size, dtype=np.int64)
    for i in np.flatnonzero(timed.event):
        codes[i] = number[cause_of[timed.arms.subjects[int(i)]]]
    notes = (*words.notes, of, MARGINAL_NOTE, "every cause competes with the others", *timed.notes)
    out = Output()
    for k, cause in enumerate(causes, 1):
        shown = clause.labels.get(cause) or cause[:1].upper() + cause[1:]
        mine = replace(words, heading=shown, notes=notes)
        for month in clause.at_months:
            out += _at(timed, codes, k, month, level, (mine, cause.replace(" ", "_"), shown), sides)
    return out


def _at(
    timed: Timed,
    codes: NDArray[np.int64],
    k: int,
    month: float,
    level: float,
    named: tuple[Words, str, str],
    sides: bool,
) -> Output:
    """One cause at one month."""
    words, cause, shown = named
    day, used = days_of(month), timed.weight > 0
    common: dict[str, Any] = {"at": f"@{month:g}mo", "level": level, "notes": words.notes}
    whole: dict[str, Any] = {
        "unit": "difference",
        "n": len(timed.used),
        "events": int(np.sum(used & (codes == k) & (timed.days <= day))),
        "method": f"difference of weighted Aalen-Johansen estimates ({MARGINAL}), {timed.held}",
        "subjects": timed.used,
        **common,
    }
    what = f"{shown}, difference in cumulative incidence at {month:g} months"
    says, found = None, None
    try:
        if not np.any(used & (codes == k)):
            raise ValueError("cause: no event of this cause on either side")
        found = incidence_contrast(
            timed.days, codes, timed.arms.treated, day, of=k, weight=timed.weight, cluster=timed.arms.cluster,
            level=level,
        )  # fmt: skip
    except ValueError as problem:
        says = "beyond the last follow-up of a side" if "follow-up" in str(problem) else why(problem)
    difference = words.estimate(
        f"incidence_difference.{cause}", what, error=says, **whole, **({} if found is None else _difference(found))
    )
    if not sides:
        return Output([difference])
    method = f"weighted Aalen-Johansen; log-log limits, {timed.held}"
    out = Output()
    for trial in (True, False):
        rows = timed.rows(trial)
        arm = None if found is None else found.first if trial else found.second
        side = replace(words, group=f"{words.group}/{'trial' if trial else 'external'}")
        one = side.estimate(
            f"incidence.{cause}",
            f"{shown}, cumulative incidence at {month:g} months",
            unit="proportion",
            n=rows.size,
            events=int(np.sum((codes[rows] == k) & (timed.days[rows] <= day))),
            method=method,
            subjects=timed.named(rows),
            error=says,
            **common,
            **({} if arm is None else _side(arm)),
        )
        out.estimates.append(one)
    out.estimates.append(difference)
    return out


def _known(v: float) -> float | None:
    return float(v) if math.isfinite(v) else None


def _side(arm: Arm) -> dict[str, Any]:
    return {
        "value": _known(arm.estimate),
        "low": _known(arm.low),
        "high": _known(arm.high),
        "std_error": _known(arm.std_error) or None,
    }


def _difference(c: Contrast) -> dict[str, Any]:
    return {
        "value": _known(c.estimate),
        "low": _known(c.low),
        "high": _known(c.high),
        "std_error": _known(c.std_error) or None,
    }
