"""Proportions of yes/no facts and counts of categories, with binomial intervals."""

from __future__ import annotations

from typing import Any

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
    fact, known = a.facts[e.fact], a.values(e.fact)
    out = Output()
    for group in a.groups(e.population, e.by):
        members = tuple(s for s in group.members if known[s] is not None)
        left_out = len(group.members) - len(members)
        one = share(
            members,
            tuple(s for s in members if known[s]),
            e.level,
            e.method,
            id=at_group(name, group.name),
            label=e.label or fact.label,
            variable=name,
            context=_CONTEXT.get(a.protocol.facts[e.fact].kind, "response"),
            population=a.label(e.population),
            group=group.name,
            evidence=e.fact,
            notes=(*fact.rules, *((f"{left_out} left out: not known",) if left_out else ()), *group.notes),
        )
        out.estimates.append(one)
    return out


def distribution(name: str, e: Distribution, a: Analysis) -> Output:
    """Count and share of every category; for covariates, of those in whom it is known, then the missing ones."""
    if e.fact is not None:
        fact, values = a.facts[e.fact], a.values(e.fact)
        scale = a.protocol.response
        levels: tuple[str, ...] = (*scale.order, scale.not_evaluable)
        context, evidence, label, rules = "response", e.fact, e.label or fact.label, (*fact.rules, scale.legend)
    else:
        column = e.covariate or ""
        values = a.values(column)
        levels = a.protocol.covariates[column].levels
        context, evidence, rules = "baseline", "baseline", ()
        label = e.label or a.protocol.covariates[column].label
    population = a.populations[e.population]
    members = tuple(s for s in population if values[s] is not None)
    out = Output()
    words: dict[str, Any] = {
        "context": context,
        "population": a.label(e.population),
        "evidence": evidence,
        "variable": name,
    }
    for level in levels:
        counted = tuple(s for s in members if values[s] == level)
        named: dict[str, Any] = {"id": f"{name}.{level}", "label": f"{label}: {level}", **words}
        if context == "baseline":
            one = described(members, counted, **named)
        else:
            one = share(members, counted, e.level, e.method, notes=rules, **named)
        out.estimates.append(one)
    if context == "baseline":
        missing = tuple(s for s in population if values[s] is None)
        out.estimates.append(missing_count(name, label, missing, len(population), words))
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
