"""The probability of being in response over time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from onearm.endpoints.moves import timed
from onearm.endpoints.sample import Analysis, Output
from onearm.endpoints.states import mean_time, probability
from onearm.endpoints.time_to_event import MONTHS_NOTE, Words, known
from onearm.protocol.states import InResponse
from onearm.results import Curve, RiskTable
from onearm.stats.multistate import probability_in_response
from onearm.units import MONTH_DAYS, days_of, months


def in_response(name: str, e: InResponse, a: Analysis) -> Output:
    """Probability of being in response at months, the mean time in response, and the curve."""
    members = a.populations[e.population]
    response, end = timed(a, e.response), timed(a, e.fact)
    subjects = tuple(s for s in members if s in end)
    lost = len(members) - len(subjects)
    words = Words(
        name=name,
        label=e.label or "In response",
        population=a.label(e.population),
        evidence=f"{e.response}+{e.fact}",
        context="in-response",
        notes=(
            *a.facts[e.response].rules,
            *a.facts[e.fact].rules,
            *((f"{lost} left out: observation is not known",) if lost else ()),
            MONTHS_NOTE,
        ),
    )
    method = "probability of being in response (Temkin), Aalen-Johansen; log-log interval"
    common: dict[str, Any] = {
        "n": len(subjects),
        "level": e.level,
        "method": method,
        "subjects": subjects,
        "notes": words.notes,
    }
    fit = None
    if subjects:
        begin = [response[s] if s in response and response[s][0] <= end[s][0] else (math.nan, False) for s in subjects]
        fit = probability_in_response(
            [day if seen else math.nan for day, seen in begin],
            [seen for _, seen in begin],
            [end[s][0] for s in subjects],
            [end[s][1] for s in subjects],
            level=e.level,
        )
        method = f"{method}, {fit.states.variance} variance"
        common["method"] = method
    out = Output()
    at = fit.at([days_of(m) for m in e.at_months]) if fit is not None and e.at_months else None
    for i, month in enumerate(e.at_months):
        found = None if at is None else (at.probability[i], at.low[i], at.high[i], at.std_error[i])
        out.estimates.append(probability(words, "probability", month, found, common))
    for month in e.mean_to_months:
        spent = mean_time(None if fit is None else fit.states, 1, month, e.level)
        out.estimates.append(
            words.estimate(
                "mean",
                f"mean time in response to {month:g} months",
                at=f"@{month:g}mo",
                unit="months",
                **common,
                **spent,
            )
        )
    if fit is not None:
        out.curves.append(_response_curve(fit, subjects, end, e, words, method))
    return out


def _response_curve(
    fit: Any,
    subjects: tuple[str, ...],
    end: Mapping[str, tuple[float, bool]],
    e: InResponse,
    words: Words,
    method: str,
) -> Curve:
    last = np.asarray([end[s][0] for s in subjects])
    over = np.asarray([end[s][1] for s in subjects])
    grid = np.arange(0.0, math.floor(months(float(last.max())) / e.ticks_months) + 1) * e.ticks_months
    days = (grid * MONTH_DAYS)[:, None]
    return Curve(
        id=words.name,
        label=words.label,
        panel=words.name,
        group="",
        time=tuple(months(float(t)) for t in fit.time),
        value=tuple(float(v) for v in fit.probability),
        low=tuple(known(float(v)) for v in fit.low),
        high=tuple(known(float(v)) for v in fit.high),
        at_risk=tuple(float(v) for v in fit.at_risk),
        events=tuple(float(np.sum(over & (last == t))) for t in fit.time),
        censored=tuple(float(np.sum(~over & (last == t))) for t in fit.time),
        risk=RiskTable(
            time=tuple(float(t) for t in grid),
            at_risk=tuple(float(v) for v in (last >= days).sum(axis=1)),
            censored=tuple(int(v) for v in (~over & (last < days)).sum(axis=1)),
            events=tuple(int(v) for v in (over & (last < days)).sum(axis=1)),
        ),
        n=len(subjects),
        method=method,
        population=words.population,
        kind="probability",
        start=float(fit.states.initial[1]),
        evidence=words.evidence,
        subjects=subjects,
    )
