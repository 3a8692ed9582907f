"""Measurable residual disease in stated windows: who was tested, who was negative, and who had been by then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from onearm.endpoints.proportion import share
from onearm.endpoints.sample import Analysis, Group, Output, at_group
from onearm.facts.course import Course
from onearm.facts.response import mrd_tests
from onearm.protocol.fact import Mrd
from onearm.protocol.mrd_by_time import MrdByTime, MrdWindow
from onearm.results import Estimate, Evidence
from onearm.units import MONTH_DAYS

CONTEXT = "mrd-by-time"


@dataclass(frozen=True, slots=True)
class _Found:
    """One assessment of each subject: ``negative`` by name, and the row that proves it."""

    negative: Mapping[str, bool]
    evidence: Mapping[str, Evidence]


def mrd_by_time(name: str, e: MrdByTime, a: Analysis) -> Output:
    """For each window: tested, negative with limits, and negative at any assessment up to its end.

    Ids: ``NAME.tested@20-40d``, ``NAME.negative@20-40d``, ``NAME.negative_by@20-40d``; a group after ``|``.
    """
    fact, clause = a.facts[e.fact], a.protocol.facts[e.fact]
    assert isinstance(clause, Mrd), "protocol.check lets only facts of kind mrd have times"
    tests = mrd_tests(clause, Course.of(a.cohort, a.protocol)).filter(pl.col("day") >= 1)
    out = Output()
    label = e.label or fact.label
    for window in e.at:
        inside = _one_each(tests.filter(_inside(window)), e.several, window)
        until = _one_each(tests.filter(pl.col("day") <= last_day(window)), "best", window)
        keys = {"tested": f"{name}@{window.at}", "negative_by": f"{name}.by@{window.at}"}
        out.evidence |= {keys["tested"]: inside.evidence, keys["negative_by"]: until.evidence}
        for group in a.groups(e.population, e.by):
            words = {
                "variable": name,
                "context": CONTEXT,
                "population": a.label(e.population),
                "group": group.name,
                "heading": window.label,
                "notes": (_test_rule(clause), *e.rules, *_windows(e), *group.notes),
            }
            out.estimates += _numbers(name, label, e, window, group, inside, until, keys, words)
    return out


def _windows(e: MrdByTime) -> tuple[str, ...]:
    return ("windows: " + "; ".join(f"{w.label}, {w.words}" for w in e.at) + _months(e),)


def _months(e: MrdByTime) -> str:
    return f"; a month is {MONTH_DAYS} days" if any(w.months is not None for w in e.at) else ""


def _test_rule(clause: Mrd) -> str:
    low = f"{clause.limit:g}"
    fine = f"by a test with a limit of at most {low} (or an unstated one)"
    return f"negative: called negative, or a value below {low}, {fine}"


def first_day(window: MrdWindow) -> float:
    """The first moment of a window on the line of study days; days count at their end, as survival times do."""
    return window.days[0] if window.days is not None else _month(window, 0)


def last_day(window: MrdWindow) -> float:
    """The last study day that belongs to a window, or the moment at which it ends."""
    return window.days[1] if window.days is not None else _month(window, 1)


def _month(window: MrdWindow, end: int) -> float:
    assert window.months is not None
    return window.months[end] * MONTH_DAYS


def _inside(window: MrdWindow) -> pl.Expr:
    day, first, last = pl.col("day"), first_day(window), last_day(window)
    return ((day >= first) if window.days is not None else (day > first)) & (day <= last)


def _one_each(rows: pl.DataFrame, several: str, window: MrdWindow) -> _Found:
    """The assessment of each subject that counts; of several on one day the worst, unless any negative one counts."""
    middle = (first_day(window) + last_day(window)) / 2
    order: dict[str, tuple[list[pl.Expr], list[bool]]] = {
        "last": ([pl.col("day"), pl.col("negative")], [True, False]),
        "nearest": ([(pl.col("day") - middle).abs(), pl.col("day"), pl.col("negative")], [False, True, False]),
        "best": ([pl.col("negative"), pl.col("day")], [True, False]),
    }
    by, descending = order[several]
    one = rows.sort(by, descending=descending, maintain_order=True).group_by("subject", maintain_order=True).first()
    names, found = one["subject"].to_list(), one["negative"].to_list()
    said = (f"MRD {'negative' if n else 'not negative'} on day {d}" for n, d in zip(found, one["day"], strict=True))
    proof = zip(names, said, one["at"].to_list(), strict=True)
    return _Found(dict(zip(names, found, strict=True)), {s: Evidence(words, (at,)) for s, words, at in proof})


def _numbers(
    name: str,
    label: str,
    e: MrdByTime,
    window: MrdWindow,
    group: Group,
    inside: _Found,
    until: _Found,
    keys: Mapping[str, str],
    words: Mapping[str, Any],
) -> Iterator[Estimate]:
    """The three numbers of a window in a group."""
    members = group.members
    tested = tuple(s for s in members if s in inside.negative)
    negative = tuple(s for s in tested if inside.negative[s])
    ever = tuple(s for s in members if until.negative.get(s, False))

    def named(stat: str, what: str) -> dict[str, Any]:
        return {
            "id": at_group(f"{name}.{stat}@{window.at}", group.name),
            "label": f"{label}: {what}, {window.label}",
            "evidence": keys.get(stat, keys["tested"]),
            **words,
        }

    yield Estimate(
        **named("tested", "tested"),
        stat="tested",
        unit="proportion",
        method="share of patients",
        n=len(members),
        events=len(tested),
        value=len(tested) / len(members) if members else None,
        error=None if members else "nobody in the population",
        subjects=tested,
    )
    among = members if e.untested == "counted" else tested
    rate = share(among, negative, e.level, e.method, **named("negative", "negative"))
    yield rate if among or not members else _nobody_tested(rate)
    yield share(members, ever, e.level, e.method, **named("negative_by", "negative by then"))


def _nobody_tested(rate: Estimate) -> Estimate:
    return replace(rate, error="nobody was tested in the window")
