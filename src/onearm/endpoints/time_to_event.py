"""Kaplan-Meier estimates of time-to facts: curves, medians, survival at months, follow-up, landmark."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onearm.endpoints.sample import Analysis, Output, Times, at_group
from onearm.endpoints.single_arm import survival_extras
from onearm.endpoints.survival_rows import left_at, quartiles, time_range, who_had_it
from onearm.protocol.endpoint import FollowUp, Landmark, Survival
from onearm.protocol.fact import TimeTo
from onearm.protocol.intercurrent import NaiveEverNever
from onearm.results import Curve, Estimate, RiskTable
from onearm.stats.survival import BetaProduct, KaplanMeier, beta_product, kaplan_meier, reverse_kaplan_meier
from onearm.units import MONTH_DAYS, days_of, months

MONTHS_NOTE = f"a month is {MONTH_DAYS} days"
MEDIAN_RULES = {
    "smallest": "median: first time with survival at most one half",
    "midpoint": "median: midpoint of a flat piece at one half",
}


Clause = Survival | Landmark | NaiveEverNever


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the numbers of one curve have in common.

    Where ``causes`` are given (what may end the time, with ``cause_of`` each subject's), the rows of a table of one
    arm are estimated as well: who had the event first by which, quartiles, range, numbers at risk.
    """

    name: str
    label: str
    population: str
    evidence: str
    context: str = "survival"
    group: str = ""
    panel: str = ""
    shown: str = ""
    heading: str = ""
    notes: tuple[str, ...] = ()
    causes: tuple[str, ...] | None = None
    cause_of: Mapping[str, str] = field(default_factory=dict)

    def estimate(self, stat: str, what: str, *, at: str = "", **values: Any) -> Estimate:
        """An estimate of this curve: id ``os.median`` or ``os.survival@24mo``."""
        return Estimate(
            id=at_group(f"{self.name}.{stat}{at}", self.group),
            label=f"{self.label}: {what}",
            variable=self.name,
            stat=stat,
            context=self.context,
            population=self.population,
            group=self.group,
            evidence=self.evidence,
            heading=self.heading,
            **values,
        )


@dataclass(frozen=True, slots=True)
class Weighted:
    """Weights (n,) of the subjects of a curve, who belong together (n,) or None, and words for both."""

    weight: NDArray[np.float64]
    cluster: NDArray[np.int64] | None
    words: str


def curve_estimates(times: Times, clause: Clause, words: Words, last: float, by: Weighted | None = None) -> Output:
    """Subjects, events, median, survival at months and the curve itself of one group.

    ``last`` is the longest follow-up in days among the curves of one picture: they share their ticks. ``by`` are the
    weights of a weighted curve, with robust limits.
    """
    n, events = len(times.subjects), int(times.event.sum())
    interval = clause.interval if by is None or clause.interval != "beta-product" else "log-log"
    method = f"Kaplan-Meier; {interval} interval"
    if by is not None:
        method = f"weighted {method}, {by.words}"
    counted: dict[str, Any] = {"n": n, "subjects": times.subjects}
    out = Output()
    with_event = tuple(s for s, e in zip(times.subjects, times.event, strict=True) if e)
    out.estimates += [
        words.estimate("n", "patients", unit="patients", method="count", value=float(n), **counted),
        words.estimate(
            "events", "events", unit="events", method="count", value=float(events), n=n, subjects=with_event
        ),
    ]
    if words.causes is not None:
        out.estimates += who_had_it(times, words.causes, words.cause_of, words)
    if n == 0:
        out.estimates += _nothing(clause, words, method)
        return out
    if words.causes is not None:
        out.estimates += [*time_range(times, words), *left_at(times, clause.at_months, words)]
    exact = None
    if by is not None:
        km = kaplan_meier(
            times.days,
            times.event,
            weight=by.weight,
            cluster=by.cluster,
            level=clause.level,
            interval=interval,
            robust=True,
        )
    elif clause.interval == "beta-product":
        exact = beta_product(times.days, times.event, level=clause.level)
        km = kaplan_meier(times.days, times.event, level=clause.level)
    else:
        km = kaplan_meier(times.days, times.event, level=clause.level, interval=clause.interval)
    common: dict[str, Any] = {"method": method, "level": clause.level, "events": events, **counted}
    noted = replace(words, notes=(*words.notes, MONTHS_NOTE))
    out.estimates.append(_median(km, exact, clause.median, noted, common))
    out.estimates += [_milestone(km, exact, month, noted, common) for month in clause.at_months]
    if words.causes is not None:
        out.estimates += quartiles(km, exact, clause.median, noted, common)
    extras = survival_extras(clause, km, times, noted, common)
    out.estimates += extras if by is None else [replace(e, method=f"weighted: {e.method}, {by.words}") for e in extras]
    risk = risk_table(times, clause.ticks_months, last, None if by is None else by.weight)
    out.curves.append(_curve(km, exact, times, risk, words, method))
    return out


def _nothing(clause: Clause, words: Words, method: str) -> list[Estimate]:
    empty: dict[str, Any] = {
        "method": method,
        "level": clause.level,
        "n": 0,
        "events": 0,
        "error": "nobody in the group",
    }
    found = [words.estimate("median", "median", unit="months", **empty)]
    for month in clause.at_months:
        found.append(words.estimate("survival", f"at {month:g} months", at=f"@{month:g}mo", unit="proportion", **empty))
    return found


def _median(km: KaplanMeier, exact: BetaProduct | None, rule: str, words: Words, common: dict[str, Any]) -> Estimate:
    median = km.quantile(0.5, rule=rule)
    limits = median if exact is None else exact.quantile(0.5)
    return words.estimate(
        "median",
        "median",
        unit="months",
        value=math.inf if median.value is None else months(median.value),
        low=None if limits.low is None else months(limits.low),
        high=None if limits.high is None else months(limits.high),
        error="not reached" if median.value is None else None,
        notes=(*words.notes, MEDIAN_RULES[rule]),
        **common,
    )


def _milestone(
    km: KaplanMeier, exact: BetaProduct | None, month: float, words: Words, common: dict[str, Any]
) -> Estimate:
    day = days_of(month)
    at = km.at(day)
    limits = at if exact is None else exact.at(day)
    value = known(at.survival[0])
    by_then = int(km.n_events[km.time <= day].sum())
    # without an event the usual limits say nothing, the exact ones do
    sure = value is not None and (value < 1 or exact is not None)
    return words.estimate(
        "survival",
        f"at {month:g} months",
        at=f"@{month:g}mo",
        unit="proportion",
        value=value,
        low=known(limits.low[0]) if sure else None,
        high=known(limits.high[0]) if sure else None,
        std_error=known(at.std_error[0]),
        error="beyond the last follow-up" if value is None else None,
        notes=words.notes if sure or value is None else (*words.notes, "no event yet: the limits are not estimable"),
        **common | {"events": by_then},
    )


def known(value: float) -> float | None:
    """The value, or None for NaN."""
    return None if math.isnan(value) else float(value)


def _curve(
    km: KaplanMeier, exact: BetaProduct | None, times: Times, risk: RiskTable, words: Words, method: str
) -> Curve:
    return Curve(
        id=at_group(words.name, words.group),
        label=words.label,
        panel=words.panel or words.name,
        group=words.shown or words.group,
        time=tuple(months(float(t)) for t in km.time),
        value=tuple(float(v) for v in km.survival),
        low=tuple(known(v) for v in (km if exact is None else exact).low),
        high=tuple(known(v) for v in (km if exact is None else exact).high),
        at_risk=tuple(float(v) for v in km.at_risk),
        events=tuple(float(v) for v in km.events),
        censored=tuple(float(v) for v in km.censored),
        risk=risk,
        n=len(times.subjects),
        method=method,
        population=words.population,
        evidence=words.evidence,
        subjects=times.subjects,
    )


def longest(*groups: Times) -> float:
    """The longest follow-up among groups, in days; 0 when nobody is in them."""
    return max((float(g.days.max()) for g in groups if g.subjects), default=0.0)


def risk_table(times: Times, ticks: float, last: float, weight: NDArray[np.float64] | None = None) -> RiskTable:
    """At risk just before each tick, censored and events before it; ticks in months from 0 to ``last`` (days).

    With weights these are sums of weights, to one decimal.
    """
    at = np.arange(0.0, math.floor(months(last) / ticks) + 1) * ticks
    days = at * MONTH_DAYS
    before = times.days[None, :] < days[:, None]
    if weight is not None:
        censored, events = before & ~times.event[None, :], before & times.event[None, :]
        sums = ((part * weight[None, :]).sum(axis=1) for part in (~before, censored, events))
        left, gone, had = (tuple(round(float(v), 1) for v in part) for part in sums)
        return RiskTable(time=tuple(float(t) for t in at), at_risk=left, censored=gone, events=had)
    return RiskTable(
        time=tuple(float(t) for t in at),
        at_risk=tuple(float(v) for v in (~before).sum(axis=1)),
        censored=tuple(int(v) for v in (before & ~times.event[None, :]).sum(axis=1)),
        events=tuple(int(v) for v in (before & times.event[None, :]).sum(axis=1)),
    )


def survival(name: str, e: Survival, a: Analysis) -> Output:
    """Curve, median and survival at months of a time-to fact, whole or by group."""
    fact, asked = a.facts[e.fact], a.protocol.facts[e.fact]
    assert isinstance(asked, TimeTo), "protocol.check lets only time-to facts have a curve"
    everybody = Times.of(fact.frame)
    cause_of = dict(zip(fact.frame["subject"].to_list(), fact.frame["cause"].to_list(), strict=True))
    out = Output()
    last = longest(everybody.pick(a.populations[e.population])[0])
    for group in a.groups(e.population, e.by):
        times, _ = everybody.pick(group.members)
        lost = len(group.members) - len(times.subjects)
        notes = (*fact.rules, *((f"{lost} left out: the time does not apply",) if lost else ()), *group.notes)
        words = Words(
            name=name,
            label=e.label or fact.label,
            population=a.label(e.population),
            evidence=e.fact,
            group=group.name,
            notes=notes,
            causes=asked.causes,
            cause_of=cause_of,
        )
        out += curve_estimates(times, e, words, last)
    return out


def follow_up(name: str, e: FollowUp, a: Analysis) -> Output:
    """Median follow-up by reverse Kaplan-Meier."""
    fact = a.facts[e.fact]
    times, _ = Times.of(fact.frame).pick(a.populations[e.population])
    words = Words(
        name=name,
        label=e.label or "Follow-up",
        population=a.label(e.population),
        evidence=e.fact,
        context="follow-up",
        notes=(*fact.rules, MONTHS_NOTE, "an event ends follow-up and counts as censoring"),
    )
    method = f"reverse Kaplan-Meier; {e.interval} interval"
    common: dict[str, Any] = {
        "method": method,
        "level": e.level,
        "n": len(times.subjects),
        "events": int((~times.event).sum()),
        "subjects": times.subjects,
    }
    if not times.subjects:
        empty = words.estimate("median", "median", unit="months", error="nobody in the population", **common)
        return Output([empty])
    km = reverse_kaplan_meier(times.days, times.event, level=e.level, interval=e.interval)
    return Output([_median(km, None, e.median, words, common)])
