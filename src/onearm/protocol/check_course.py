"""Checks of endpoints about the course: procedures on the way, competing causes, states, subgroups."""

from __future__ import annotations

from collections.abc import Iterator

from onearm.errors import Finding, listed
from onearm.protocol import fact as facts
from onearm.protocol.document import Protocol
from onearm.protocol.endpoint import Cut, Endpoint, Proportion, Subgroups, Survival
from onearm.protocol.findings import (
    Where,
    from_day_one_of_later,
    group,
    immortal,
    later,
    misfit,
    naive,
    unknown,
    wrong_fact,
)
from onearm.protocol.intercurrent import CloneCensorWeight, NaiveEverNever, TimeDependent
from onearm.protocol.states import CumulativeIncidence, InResponse, States


def check_course(p: Protocol, where: Where, path: str, e: Endpoint) -> Iterator[Finding]:
    """Whether such an endpoint fits what it names."""
    match e:
        case NaiveEverNever():
            yield from wrong_fact(p, where, f"{path}.fact", e.fact, facts.TIME_KINDS)
            yield from wrong_fact(p, where, f"{path}.by", e.by, facts.YES_NO_KINDS)
        case TimeDependent() | CloneCensorWeight():
            yield from _switch(p, where, path, e)
        case CumulativeIncidence():
            yield from wrong_fact(p, where, f"{path}.fact", e.fact, facts.TIME_KINDS)
            yield from group(p, where, f"{path}.by", e.by)
            yield from _causes(p, where, path, e)
            if e.by in p.facts:
                yield naive(where, f"{path}.by", e.by)
            yield from from_day_one_of_later(p, where, path, e.fact, e.population)
        case InResponse():
            for key, name in (("response", e.response), ("fact", e.fact)):
                yield from wrong_fact(p, where, f"{path}.{key}", name, facts.TIME_KINDS)
                yield from _from_day_one(p, where, f"{path}.{key}", name)
                yield from _response(p, where, f"{path}.{key}", name, wanted=key == "response")
            yield from _known_at_day_one(p, where, path, e.population)
        case States():
            for state, name in e.states.items():
                yield from wrong_fact(p, where, f"{path}.states.{state}", name, facts.TIME_KINDS)
                yield from _from_day_one(p, where, f"{path}.states.{state}", name)
            if len(set(e.states.values())) != len(e.states):
                yield misfit(where, f"{path}.states", "a fact is the entry into two states", "name each fact once")
            if e.final not in e.states:
                yield unknown(where, f"{path}.final", "state", e.final, e.states)
            if e.start in e.states:
                says = f'everybody begins in "{e.start}": nobody can enter it'
                yield misfit(where, f"{path}.start", says, "give the first state another name")
            yield from _known_at_day_one(p, where, path, e.population)
        case Subgroups():
            yield from _subgroups(p, where, path, e)


def _switch(p: Protocol, where: Where, path: str, e: TimeDependent | CloneCensorWeight) -> Iterator[Finding]:
    yield from wrong_fact(p, where, f"{path}.fact", e.fact, facts.TIME_KINDS)
    yield from wrong_fact(p, where, f"{path}.by", e.by, frozenset({"procedure"}))
    yield from _from_day_one(p, where, f"{path}.fact", e.fact)
    clause, by = p.facts.get(e.fact), p.facts.get(e.by)
    ends = (*clause.censor_at, *clause.procedures) if isinstance(clause, facts.TimeTo) else ()
    if isinstance(by, facts.Procedure) and by.procedure in ends:
        says = f'the fact "{e.fact}" ends at {by.procedure}: nobody is observed after it'
        yield misfit(where, f"{path}.fact", says, "name a fact that goes on after it")
    yield from _known_at_day_one(p, where, path, e.population)
    if isinstance(e, CloneCensorWeight):
        if e.horizon_months <= e.window_months:
            says = f"the horizon of {e.horizon_months:g} months does not go beyond the window of {e.window_months:g}"
            yield misfit(where, f"{path}.horizon_months", says, "compare the strategies at a later month")
        for i, name in enumerate(e.covariates):
            if name not in p.covariates:
                yield unknown(where, f"{path}.covariates.{i}", "covariate", name, p.covariates)


def _from_day_one(p: Protocol, where: Where, path: str, name: str) -> Iterator[Finding]:
    clause = p.facts.get(name)
    if isinstance(clause, facts.TimeTo) and clause.origin != "time-zero":
        says = f'the fact "{name}" counts from {clause.origin}, this estimator from time zero'
        yield misfit(where, path, says, "name a fact with `origin: time-zero`")


def _response(p: Protocol, where: Where, path: str, name: str, *, wanted: bool) -> Iterator[Finding]:
    """The beginning is a response, the end is not."""
    clause = p.facts.get(name)
    if isinstance(clause, facts.TimeTo) and ("response" in clause.events) != wanted:
        ends = " or ".join(clause.causes)
        says = f'the fact "{name}" ends by {ends}, {"not by a response" if wanted else "a response among them"}'
        step = "name a time whose only event is `response`" if wanted else "name a time that relapse and death end"
        yield misfit(where, path, says, step)


def _known_at_day_one(p: Protocol, where: Where, path: str, population: str) -> Iterator[Finding]:
    if later(p, population):
        says = f'who belongs to "{population}" is known only after day 1'
        yield immortal(where, f"{path}.population", says)


def _causes(p: Protocol, where: Where, path: str, e: CumulativeIncidence) -> Iterator[Finding]:
    clause = p.facts.get(e.fact)
    if not isinstance(clause, facts.TimeTo):
        return
    if len(clause.causes) < 2:
        says = f'the fact "{e.fact}" ends by {clause.causes[0]} alone: nothing competes with it'
        yield misfit(where, f"{path}.fact", says, "name a fact with several events, or use the estimator `survival`")
    for cause in e.labels:
        if cause not in clause.causes:
            yield unknown(where, f"{path}.labels.{cause}", "cause", cause, clause.causes)


def _cut(p: Protocol, where: Where, path: str, by: Cut) -> Iterator[Finding]:
    known = p.covariates.get(by.column)
    if known is None:
        yield unknown(where, f"{path}.column", "covariate", by.column, p.covariates)
    elif not known.is_number:
        yield misfit(where, f"{path}.at", f'"{by.column}" has levels, not numbers', f"write {by.column} without a cut")
    elif known.range is not None and not known.range[0] < by.at <= known.range[1]:
        says = f'the cut at {by.at:g} leaves a side empty: "{by.column}" is plausible from {known.range[0]:g} to '
        yield misfit(where, f"{path}.at", f"{says}{known.range[1]:g}", "cut inside the range")


def _subgroups(p: Protocol, where: Where, path: str, e: Subgroups) -> Iterator[Finding]:
    whole = p.endpoints.get(e.of)
    possible = [k for k, x in p.endpoints.items() if isinstance(x, Proportion | Survival) and x.by is None]
    if whole is None:
        yield unknown(where, f"{path}.of", "endpoint", e.of, possible)
    elif e.of not in possible:
        says = f'"{e.of}" is not a proportion or a survival endpoint of a whole population'
        yield misfit(where, f"{path}.of", says, f"name one of: {listed(possible)}")
    for i, by in enumerate(e.by):
        if isinstance(by, Cut):
            yield from _cut(p, where, f"{path}.by.{i}", by)
        elif by in p.covariates and p.covariates[by].is_number:
            says = f'"{by}" is a number: it needs a cut to make subgroups'
            yield misfit(where, f"{path}.by.{i}", says, f"write {{column: {by}, at: VALUE}}")
        elif by in p.facts:
            yield misfit(
                where,
                f"{path}.by.{i}",
                f'subgroups by the fact "{by}" are known only after day 1',
                "name a covariate, or use the estimator `landmark`",
            )
        else:
            yield from group(p, where, f"{path}.by.{i}", by)
    names = [b.column if isinstance(b, Cut) else b for b in e.by]
    if len(set(names)) != len(names):
        yield misfit(where, f"{path}.by", "a column is named twice", "name each once")
