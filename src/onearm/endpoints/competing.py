"""Cumulative incidence of each cause of a time-to fact, the other causes competing; Gray's test between groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onearm.endpoints.sample import Analysis, Output, Times, at_group
from onearm.endpoints.states import probability
from onearm.endpoints.time_to_event import MONTHS_NOTE, Words, known, longest, risk_table
from onearm.protocol.fact import TimeTo
from onearm.protocol.states import CumulativeIncidence
from onearm.results import Curve
from onearm.stats.competing import cumulative_incidence, gray_test
from onearm.units import days_of, months


def competing(name: str, e: CumulativeIncidence, a: Analysis) -> Output:
    """Incidence of every cause at months and its curve, whole or by group, with Gray's tests between groups."""
    fact, clause = a.facts[e.fact], a.protocol.facts[e.fact]
    assert isinstance(clause, TimeTo), "protocol.check lets only time-to facts have causes"
    everybody = Times.of(fact.frame)
    cause_of = dict(zip(fact.frame["subject"].to_list(), fact.frame["cause"].to_list(), strict=True))
    words = Words(
        name=name,
        label=e.label or f"{fact.label}: causes",
        population=a.label(e.population),
        evidence=e.fact,
        context="competing",
        notes=(*fact.rules, "every cause competes with the others; on one day the first named counts", MONTHS_NOTE),
    )
    groups = a.groups(e.population, e.by)
    last = longest(everybody.pick(a.populations[e.population])[0])
    out, sides = Output(), []
    for group in groups:
        times, _ = everybody.pick(group.members)
        lost = len(group.members) - len(times.subjects)
        notes = (*words.notes, *((f"{lost} left out: the time does not apply",) if lost else ()), *group.notes)
        codes = _codes(times, cause_of, clause.causes)
        sides.append((group.name, times, codes))
        named = replace(words, group=group.name, notes=notes)
        out += _group(times, codes, e, clause.causes, named, last)
    if e.by is not None:
        out.estimates += _gray(sides, e, clause.causes, words)
    return out


def _codes(times: Times, cause_of: dict[str, str], causes: tuple[str, ...]) -> NDArray[np.int64]:
    """0 = censored, 1 .. k = the cause."""
    number = {cause: k for k, cause in enumerate(causes, 1)}
    coded = (number[cause_of[s]] if d else 0 for s, d in zip(times.subjects, times.event, strict=True))
    return np.fromiter(coded, dtype=np.int64, count=len(times.subjects))


def _shown(e: CumulativeIncidence, cause: str) -> str:
    return e.labels.get(cause) or cause[:1].upper() + cause[1:]


def _headed(group: str, shown: str) -> str:
    """Cause and group in words."""
    return f"{shown}, {group.replace('=', ': ').replace('_', ' ')}" if group else shown


def _id(group: str, cause: str) -> str:
    return f"{group}/{cause}" if group else cause


def _group(
    times: Times, codes: NDArray[np.int64], e: CumulativeIncidence, causes: tuple[str, ...], words: Words, last: float
) -> Output:
    out = Output()
    method = f"Aalen-Johansen cumulative incidence; {e.interval} interval, {e.variance} variance"
    common: dict[str, Any] = {
        "n": len(times.subjects),
        "level": e.level,
        "method": method,
        "subjects": times.subjects,
        "notes": words.notes,
    }
    fit = None
    if times.subjects:
        fit = cumulative_incidence(times.days, codes, level=e.level, interval=e.interval, variance=e.variance)
    for k, cause in enumerate(causes, 1):
        shown = _shown(e, cause)
        mine = replace(words, group=_id(words.group, cause), heading=_headed(words.group, shown))
        with_cause = tuple(s for s, code in zip(times.subjects, codes, strict=True) if code == k)
        out.estimates.append(
            mine.estimate(
                "events",
                f"{shown}, events",
                unit="events",
                value=float(len(with_cause)),
                **{**common, "subjects": with_cause, "method": "count", "level": None},
            )
        )
        day = [days_of(m) for m in e.at_months]
        for i, month in enumerate(e.at_months):
            found = None if fit is None else _read(fit, k, day[i])
            counted = {**common, "events": int(np.sum((codes == k) & (times.days <= day[i])))}
            out.estimates.append(probability(mine, shown, month, found, counted))
        if fit is not None and times.subjects:
            out.curves.append(_curve(fit, k, times, codes, e, mine, last, method))
    return out


def _read(fit: Any, k: int, day: float) -> tuple[float, float, float, float]:
    """Incidence, limits and standard error on a day; a cause that never occurs has incidence 0."""
    if k not in fit.incidence:
        return (0.0 if day <= fit.time[-1] else np.nan, np.nan, np.nan, np.nan)
    at = fit.of(k).at(day)
    return float(at.incidence[0]), float(at.low[0]), float(at.high[0]), float(at.std_error[0])


def _curve(
    fit: Any,
    k: int,
    times: Times,
    codes: NDArray[np.int64],
    e: CumulativeIncidence,
    words: Words,
    last: float,
    method: str,
) -> Curve:
    none = np.zeros(fit.time.size)
    own = Times(times.days, codes == k, times.subjects)
    risk = risk_table(own, e.ticks_months, last)
    cause = words.group.rpartition("/")[2]
    group = words.group.rpartition("/")[0].replace("=", ": ").replace("_", " ")
    shown = _shown(e, cause)
    return Curve(
        id=at_group(words.name, words.group),
        label=words.label,
        panel=words.name,
        group=f"{shown}, {group}" if group else shown,
        time=tuple(months(float(t)) for t in fit.time),
        value=tuple(float(v) for v in fit.incidence.get(k, none)),
        low=tuple(known(float(v)) for v in fit.low.get(k, none)),
        high=tuple(known(float(v)) for v in fit.high.get(k, none)),
        at_risk=tuple(float(v) for v in fit.at_risk),
        events=tuple(float(v) for v in fit.events.get(k, none)),
        censored=tuple(float(v) for v in fit.censored),
        risk=replace(risk, censored=risk_table(_ended(times, codes), e.ticks_months, last).censored),
        n=len(times.subjects),
        method=method,
        population=words.population,
        kind="incidence",
        start=0.0,
        evidence=words.evidence,
        subjects=times.subjects,
    )


def _ended(times: Times, codes: NDArray[np.int64]) -> Times:
    """Those censored count as censored, whatever the cause that is looked at."""
    return Times(times.days, codes > 0, times.subjects)


def _gray(
    sides: list[tuple[str, Times, NDArray[np.int64]]],
    e: CumulativeIncidence,
    causes: tuple[str, ...],
    words: Words,
) -> list[Any]:
    """Gray's test of every cause between the groups."""
    sides = [s for s in sides if s[1].subjects]
    subjects = tuple(s for _, times, _ in sides for s in times.subjects)
    found = []
    for k, cause in enumerate(causes, 1):
        p: float | None = None
        error: str | None = "fewer than two groups" if len(sides) < 2 else None
        if len(sides) >= 2:
            days = np.concatenate([t.days for _, t, _ in sides])
            codes = np.concatenate([c for _, _, c in sides])
            group = np.repeat([n for n, _, _ in sides], [len(t.subjects) for _, t, _ in sides])
            if not np.any(codes == k):
                error = "no event of this cause"
            else:
                try:
                    p = float(gray_test(days, codes, group, of=k).p_value)
                except ValueError as problem:
                    error = str(problem).partition(": ")[2] or str(problem)
        found.append(
            replace(words, group=cause, heading=_shown(e, cause)).estimate(
                "gray_p",
                f"{_shown(e, cause)}, Gray's test p",
                unit="p",
                value=p,
                error=error,
                n=len(subjects),
                method="Gray's test (rho 0), two-sided",
                subjects=subjects,
                notes=words.notes,
            )
        )
    return found
