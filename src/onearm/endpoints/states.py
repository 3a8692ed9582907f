"""Where patients are over time: probabilities of states."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from onearm.endpoints.moves import Moves, history, timed
from onearm.endpoints.sample import Analysis, Output, at_group, mean_limits
from onearm.endpoints.time_to_event import MONTHS_NOTE, Words, known
from onearm.protocol.states import States
from onearm.results import Curve, RiskTable
from onearm.stats.multistate import state_probabilities
from onearm.units import MONTH_DAYS, days_of, months


def states(name: str, e: States, a: Analysis) -> Output:
    """Probability of every state at months, mean time in it, and the curves."""
    members = a.populations[e.population]
    times = {state: timed(a, fact) for state, fact in e.states.items()}
    moves = history(e, times, members)
    subjects = moves.subjects
    lost = len(members) - len(subjects)
    clocks = [f"{state}: {'; '.join(a.facts[fact].rules)}" for state, fact in e.states.items()]
    notes = (
        f"everybody begins in {e.start}; nobody leaves {e.final}; of several entries on one day the last listed counts",
        *clocks,
        *((f"{lost} left out: observation is not known",) if lost else ()),
        "probabilities of several states add up to one; each may differ a little from a Kaplan-Meier curve of the same "
        "event, which does not ask where patients were before",
        MONTHS_NOTE,
    )
    label = e.label or "States over time"
    evidence = "+".join(dict.fromkeys(e.states.values()))
    labels = [e.start, *(s for s in e.states if s != e.final), e.final]
    fit = None
    if subjects:
        fit = state_probabilities(
            moves.subject,
            moves.start,
            moves.stop,
            moves.state,
            [t or "" for t in moves.to],
            states=labels,
            absorbing=[e.final],
            level=e.level,
        )
    at = fit.at([days_of(m) for m in e.at_months]) if fit is not None and e.at_months else None
    out = Output()
    for k, state in enumerate(labels):
        words = Words(
            name=name,
            label=label,
            population=a.label(e.population),
            evidence=evidence,
            context="states",
            group=state,
            panel=name,
            notes=notes,
        )
        method = "Aalen-Johansen; log-log interval" + (f", {fit.variance} variance" if fit is not None else "")
        common: dict[str, Any] = {
            "n": len(subjects),
            "level": e.level,
            "method": method,
            "subjects": subjects,
            "notes": words.notes,
        }
        for i, month in enumerate(e.at_months):
            found = None if at is None else (at.probability[i, k], at.low[i, k], at.high[i, k], at.std_error[i, k])
            out.estimates.append(probability(words, state, month, found, common))
        for month in e.mean_to_months:
            spent = mean_time(fit, k, month, e.level)
            out.estimates.append(
                words.estimate(
                    "mean",
                    f"{state}, mean time to {month:g} months",
                    at=f"@{month:g}mo",
                    unit="months",
                    **common,
                    **spent,
                )
            )
        if fit is not None:
            out.curves.append(_curve(fit, k, moves, e.ticks_months, words, method))
    return out


def probability(words: Words, what: str, month: float, found: Any, common: dict[str, Any], *, stat: str = "p") -> Any:
    """A probability at a month from (value, low, high, standard error), or NE with the reason."""
    value, low, high, error = (None,) * 4 if found is None else tuple(known(float(v)) for v in found)
    inside = value is not None and 0 < value < 1
    why = "beyond the last follow-up" if found is not None else "nobody in the population"
    return words.estimate(
        stat,
        f"{what} at {month:g} months",
        at=f"@{month:g}mo",
        unit="proportion",
        value=value,
        low=low if inside else None,
        high=high if inside else None,
        std_error=error,
        error=why if value is None else None,
        **common,
    )


def mean_time(fit: Any, k: int, month: float, level: float) -> dict[str, Any]:
    """Mean time in the k-th state up to a month, with normal limits, or the reason why there is none."""
    if fit is None:
        return {"error": "nobody in the population"}
    try:
        spent = fit.time_in_state(days_of(month))
    except ValueError:
        return {"error": "beyond the last follow-up"}
    value, error = months(float(spent.value[k])), months(float(spent.std_error[k]))
    low, high = mean_limits(value, error, level, month)
    return {"value": value, "low": low, "high": high, "std_error": error}


def _curve(fit: Any, k: int, moves: Moves, ticks: float, words: Words, method: str) -> Curve:
    start, stop = np.asarray(moves.start), np.asarray(moves.stop)
    state = np.asarray(moves.state) == words.group
    gone = np.asarray([t is None for t in moves.to])
    grid = np.arange(0.0, math.floor(months(float(stop.max())) / ticks) + 1) * ticks
    days = (grid * MONTH_DAYS)[:, None]
    here = state & (start < np.maximum(days, 1e-9)) & (stop >= days)
    return Curve(
        id=at_group(words.name, words.group),
        label=words.label,
        panel=words.panel,
        group=words.group,
        time=tuple(months(float(t)) for t in fit.time),
        value=tuple(float(v) for v in fit.probability[:, k]),
        low=tuple(known(float(v)) for v in fit.low[:, k]),
        high=tuple(known(float(v)) for v in fit.high[:, k]),
        at_risk=tuple(float(v) for v in fit.at_risk[:, k]),
        events=tuple(float(np.sum(state & ~gone & (stop == t))) for t in fit.time),
        censored=tuple(float(np.sum(state & gone & (stop == t))) for t in fit.time),
        risk=RiskTable(
            time=tuple(float(t) for t in grid),
            at_risk=tuple(float(v) for v in here.sum(axis=1)),
            censored=tuple(int(v) for v in (state & gone & (stop < days)).sum(axis=1)),
            events=tuple(int(v) for v in (state & ~gone & (stop < days)).sum(axis=1)),
        ),
        n=len(moves.subjects),
        method=method,
        population=words.population,
        kind="state",
        start=float(fit.initial[k]),
        evidence=words.evidence,
        subjects=moves.subjects,
    )
