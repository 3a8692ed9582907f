"""A procedure as a state that is entered: Simon-Makuch curves, Mantel-Byar test, time-dependent Cox regression."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onearm.endpoints.sample import Analysis, Output, Times, at_group
from onearm.endpoints.states import probability
from onearm.endpoints.time_to_event import MONTHS_NOTE, Words, known, longest
from onearm.protocol.intercurrent import TimeDependent
from onearm.results import Curve, RiskTable
from onearm.stats.intercurrent import mantel_byar, simon_makuch, time_dependent_cox
from onearm.stats.survival import KaplanMeier
from onearm.units import MONTH_DAYS, days_of, months


def switch_days(a: Analysis, by: str, times: Times) -> NDArray[np.float64]:
    """Days from time zero to the procedure, both ends counted; 0 where it was before day 1, NaN without it."""
    frame = a.facts[by].frame
    on = dict(zip(frame["subject"].to_list(), frame["day"].to_list(), strict=True))
    return np.array([np.nan if on[s] is None else max(float(on[s]), 0.0) for s in times.subjects])


def time_dependent(name: str, e: TimeDependent, a: Analysis) -> Output:
    """Hazard ratio and test of having had the procedure, and the curves of those without and with it."""
    fact, by = a.facts[e.fact], a.facts[e.by]
    times, _ = Times.of(fact.frame).pick(a.populations[e.population])
    lost = len(a.populations[e.population]) - len(times.subjects)
    words = Words(
        name=name,
        label=e.label or f"{fact.label}, time-dependent",
        population=a.label(e.population),
        evidence=f"{e.fact}+{e.by}",
        context="time-dependent",
        panel=name,
        notes=(
            *fact.rules,
            f"{by.label}: a patient is at risk among those without it up to its day, among those with it from the next "
            "day on; a procedure on the day of the event counts as not yet done",
            "the curves describe patients who stay in their state, not those who change it",
            *((f"{lost} left out: the time does not apply",) if lost else ()),
            MONTHS_NOTE,
        ),
    )
    common: dict[str, Any] = {
        "n": len(times.subjects),
        "events": int(times.event.sum()),
        "subjects": times.subjects,
        "notes": words.notes,
    }
    if not times.subjects:
        return Output(_refused(words, e, common, "nobody in the population"))
    switch = switch_days(a, e.by, times)
    switched = np.nan_to_num(switch, nan=np.inf) < times.days
    out = _curves(e, times, switch, words, by.label)
    out.estimates += _effect(e, times, switch, words, common, by.label, int(switched.sum()))
    return out


def _curves(e: TimeDependent, times: Times, switch: Any, words: Words, by: str) -> Output:
    out = Output()
    fit = simon_makuch(times.days, times.event, switch, level=e.level, interval=e.interval)
    method = f"Simon-Makuch curve; {e.interval} interval; who changes state is censored there"
    weak = (*words.notes, *((fit.message,) if fit.message else ()))
    last = longest(times)
    for shown, km in (("yes", fit.switched), ("no", fit.not_switched)):
        mine = replace(words, group=f"{e.by}={shown}", shown=f"{by} so far: {shown}", notes=weak)
        inside = _in_state(times, switch, shown == "yes")
        subjects = tuple(s for s, k in zip(times.subjects, inside, strict=True) if k)
        counted: dict[str, Any] = {"n": len(subjects), "method": "count", "notes": mine.notes}
        died = _ends(times, switch, shown == "yes") & times.event
        dead = [s for s, k in zip(times.subjects, died, strict=True) if k]
        out.estimates += [
            mine.estimate("n", "patients", unit="patients", value=float(len(subjects)), subjects=subjects, **counted),
            mine.estimate("events", "events", unit="events", value=float(len(dead)), subjects=tuple(dead), **counted),
        ]
        common: dict[str, Any] = {
            "n": len(subjects),
            "events": len(dead),
            "level": e.level,
            "method": method,
            "subjects": subjects,
            "notes": mine.notes,
        }
        for month in e.at_months:
            found = None
            if km is not None:
                at = km.at(days_of(month))
                found = (at.survival[0], at.low[0], at.high[0], at.std_error[0])
            one = probability(mine, "survival", month, found, common, stat="survival")
            out.estimates.append(one)
        if km is not None:
            out.curves.append(_curve(km, mine, e, times, switch, last, method, subjects))
    return out


def _in_state(times: Times, switch: Any, after: bool) -> Any:
    """Who was ever at risk in the state: after the procedure, or before it."""
    return switch < times.days if after else ~(switch <= 0)


def _ends(times: Times, switch: Any, after: bool) -> Any:
    """Whose follow-up ends in the state."""
    switched = switch < times.days
    return switched if after else ~switched


def _curve(
    km: KaplanMeier,
    words: Words,
    e: TimeDependent,
    times: Times,
    switch: Any,
    last: float,
    method: str,
    subjects: tuple[str, ...],
) -> Curve:
    after = words.group.endswith("=yes")
    switched = switch < times.days
    start = np.where(after, switch, 0.0)
    stop = times.days if after else np.where(switched, switch, times.days)
    mine = switched if after else np.ones(times.days.size, dtype=bool)
    dead = times.event & (switched if after else ~switched)
    grid = np.arange(0.0, np.floor(months(last) / e.ticks_months) + 1) * e.ticks_months
    days = (grid * MONTH_DAYS)[:, None]
    here = mine & (start < np.maximum(days, 1e-9)) & (stop >= days)
    return Curve(
        id=at_group(words.name, words.group),
        label=words.label,
        panel=words.panel,
        group=words.shown,
        time=tuple(months(float(t)) for t in km.time),
        value=tuple(float(v) for v in km.survival),
        low=tuple(known(float(v)) for v in km.low),
        high=tuple(known(float(v)) for v in km.high),
        at_risk=tuple(float(v) for v in km.at_risk),
        events=tuple(float(v) for v in km.events),
        censored=tuple(float(v) for v in km.censored),
        risk=RiskTable(
            time=tuple(float(t) for t in grid),
            at_risk=tuple(float(v) for v in here.sum(axis=1)),
            censored=tuple(int(v) for v in (mine & ~dead & (stop < days)).sum(axis=1)),
            events=tuple(int(v) for v in (mine & dead & (stop < days)).sum(axis=1)),
        ),
        n=len(subjects),
        method=method,
        population=words.population,
        evidence=words.evidence,
        subjects=subjects,
    )


def _effect(
    e: TimeDependent, times: Times, switch: Any, words: Words, common: dict[str, Any], by: str, switched: int
) -> list[Any]:
    """Hazard ratio of the time after the procedure against the time before it, and the Mantel-Byar test."""
    of = f"{by}: after it against before it or without it"
    common = {**common, "notes": (*words.notes, of)}
    if not times.event.any() or not switched > 0:
        return _refused(words, e, common, "nobody was followed after it" if times.event.any() else "no events")
    found = []
    method = "Cox regression with a time-dependent covariate, Efron ties, model variance"
    model = time_dependent_cox(times.days, times.event, switch, level=e.level)
    fit = model.fit
    if fit.converged:
        found.append(
            words.estimate(
                "hazard_ratio",
                "hazard ratio",
                unit="hazard ratio",
                method=f"{method}; standard error on the log scale",
                value=float(np.exp(fit.coef[0])),
                low=float(np.exp(fit.low[0])),
                high=float(np.exp(fit.high[0])),
                level=e.level,
                std_error=float(fit.std_error[0]),
                **common,
            )
        )
    else:
        found += _refused(words, e, common, model.message or fit.message)[:1]
    test = mantel_byar(times.days, times.event, switch)
    known_p = np.isfinite(test.p_value)
    found.append(
        words.estimate(
            "mantel_byar_p",
            "Mantel-Byar p",
            unit="p",
            method="Mantel-Byar test, two-sided",
            value=float(test.p_value) if known_p else None,
            error=None if known_p else test.message,
            **common,
        )
    )
    return found


def _refused(words: Words, e: TimeDependent, common: dict[str, Any], why: str) -> list[Any]:
    method = "Cox regression with a time-dependent covariate, Efron ties, model variance"
    return [
        words.estimate(
            "hazard_ratio", "hazard ratio", unit="hazard ratio", method=method, level=e.level, error=why, **common
        ),
        words.estimate(
            "mantel_byar_p", "Mantel-Byar p", unit="p", method="Mantel-Byar test, two-sided", error=why, **common
        ),
    ]
