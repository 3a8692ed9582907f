"""Proportions of yes/no facts and counts of categories, with binomial intervals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from onearm.endpoints.sample import Analysis, Output, at_group
from onearm.protocol.endpoint import Distribution, Proportion
from onearm.results import Estimate
from onearm.stats.binomial import proportion_interval

_CONTEXT = {"adverse-event": "safety", "alive": "status", "in-remission": "status"}

METHODS = {
    "clopper-pearson": "Clopper-Pearson exact interval",
    "wilson": "Wilson interval",
    "wilson-cc": "Wilson interval with continuity correction",
    "jeffreys": "Jeffreys interval",
    "mid-p": "mid-p exact interval",
    "agresti-coull": "Agresti-Coull interval",
    "wald": "Wald interval",
    "blaker": "Blaker exact interval",
}


def share(members: tuple[str, ...], counted: tuple[str, ...], level: float, method: str, **words: Any) -> Estimate:
    """The proportion of ``members`` who are among ``counted``; NE with a reason when there are no members."""
    n, x = len(members), len(counted)
    common: dict[str, Any] = {"stat": "p", "unit": "proportion", "method": METHODS[method], **words}
    if n == 0:
        return Estimate(**common, n=0, events=0, level=level, error="nobody in the population")
    limits = proportion_interval(x, n, level, method)
    return Estimate(
        **common,
        n=n,
        events=x,
        value=x / n,
        low=float(limits.low),
        high=float(limits.high),
        level=level,
        subjects=counted,
    )


def described(members: tuple[str, ...], counted: tuple[str, ...], **words: Any) -> Estimate:
    """A share of the sample itself, not inferred to anybody else: no interval."""
    n, x = len(members), len(counted)
    return Estimate(
        stat="p",
        unit="proportion",
        method="share of those in whom it is known",
        n=n,
        events=x,
        value=x / n if n else None,
        error=None if n else "nobody in the population",
        subjects=counted,
        **words,
    )


def proportion(name: str, e: Proportion, a: Analysis) -> Output:
    """Share of a population of whom the fact is true; those of whom it is unknown are left out and counted."""
    fact = a.facts[e.fact]
    rows = a.members(fact.frame.select("subject", "value"), e.population)
    out = Output()
    for group, part in a.grouped(rows, e.by):
        known = part.filter(pl.col("value").is_not_null())
        left_out = part.height - known.height
        one = share(
            tuple(known["subject"]),
            tuple(known.filter("value")["subject"]),
            e.level,
            e.method,
            id=at_group(name, group),
            label=e.label or fact.label,
            variable=name,
            context=_CONTEXT.get(a.protocol.facts[e.fact].kind, "response"),
            population=a.label(e.population),
            group=group,
            evidence=e.fact,
        )
        notes = (*fact.rules, *((f"{left_out} left out: not known",) if left_out else ()))
        out.estimates.append(replace(one, notes=notes))
    return out


def distribution(name: str, e: Distribution, a: Analysis) -> Output:
    """Count and share of every category; for covariates, of those in whom it is known, then the missing ones."""
    if e.fact is not None:
        fact = a.facts[e.fact]
        frame = fact.frame.select("subject", "value")
        scale = a.protocol.response
        levels: tuple[str, ...] = (*scale.order, scale.not_evaluable)
        context, evidence, label, rules = "response", e.fact, e.label or fact.label, fact.rules
    else:
        column = e.covariate or ""
        frame = a.subjects.select("subject", value=column)
        levels = a.protocol.covariates[column].levels
        context, evidence, rules = "baseline", "baseline", ()
        label = e.label or a.protocol.covariates[column].label
    rows = a.members(frame, e.population)
    known = rows.filter(pl.col("value").is_not_null())
    out = Output()
    words: dict[str, Any] = {
        "context": context,
        "population": a.label(e.population),
        "evidence": evidence,
        "variable": name,
    }
    for level in levels:
        counted = tuple(known.filter(pl.col("value") == level)["subject"])
        named: dict[str, Any] = {"id": f"{name}.{level}", "label": f"{label}: {level}", **words}
        if context == "baseline":
            one = described(tuple(known["subject"]), counted, **named)
        else:
            one = share(tuple(known["subject"]), counted, e.level, e.method, notes=rules, **named)
        out.estimates.append(one)
    if context == "baseline":
        missing = tuple(rows.filter(pl.col("value").is_null())["subject"])
        out.estimates.append(missing_count(name, label, missing, rows.height, words))
    return out


def missing_count(name: str, label: str, missing: tuple[str, ...], n: int, words: dict[str, Any]) -> Estimate:
    """How many have no value of a covariate."""
    return Estimate(
        **words,
        id=f"{name}.missing",
        label=f"{label}: missing",
        stat="missing",
        unit="patients",
        method="count",
        n=n,
        value=float(len(missing)),
        subjects=missing,
    )
