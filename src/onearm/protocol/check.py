"""Does the protocol agree with itself? Every name used must be defined; every endpoint must fit its fact."""

from __future__ import annotations

from collections.abc import Iterator

from onearm.errors import Finding, listed, near
from onearm.protocol import fact as facts
from onearm.protocol.adverse_events import AdverseEvents, EventListing
from onearm.protocol.check_adverse_events import check_adverse_events
from onearm.protocol.check_alignment import check_alignment
from onearm.protocol.check_borrowing import check_borrowing
from onearm.protocol.check_course import check_course
from onearm.protocol.check_modification import check_modifications
from onearm.protocol.check_monitoring import check_monitoring
from onearm.protocol.check_published import check_published
from onearm.protocol.check_report import check_report
from onearm.protocol.check_sensitivity import check_sensitivity
from onearm.protocol.check_treatment import check_treatment
from onearm.protocol.comparison import Comparison
from onearm.protocol.document import Protocol
from onearm.protocol.endpoint import Distribution, FollowUp, Landmark, Proportion, Subgroups, Summary, Survival
from onearm.protocol.findings import (
    Where,
    covariate,
    from_day_one_of_later,
    group,
    immortal,
    later,
    misfit,
    naive,
    unknown,
    wrong_fact,
)
from onearm.protocol.mrd_by_time import MrdByTime
from onearm.protocol.population import Condition
from onearm.protocol.states import CumulativeIncidence
from onearm.protocol.waterfall import Waterfall

SUBJECT_COLUMNS = ("subject", "number", "cohort", "version", "enrolled", "treatment_start")
"""Columns of `subjects` that conditions and groups may use, besides the covariates."""


def check(protocol: Protocol, where: Where = str) -> tuple[Finding, ...]:
    """Every place where the protocol contradicts itself.

    Parameters
    ----------
    protocol
        A document that has been read.
    where
        Turns a path such as ``endpoints.os.fact`` into a place such as ``protocol.yaml:31 endpoints.os.fact``.

    Returns
    -------
    tuple of Finding
        Empty when all is well.
    """
    results = (_versions, _populations, _facts, _endpoints, check_monitoring, _comparisons)
    treatment = (check_treatment, check_modifications)
    others = (check_published, check_borrowing, check_report)
    return tuple(finding for part in (*results, *treatment, *others) for finding in part(protocol, where))


def _versions(p: Protocol, where: Where) -> Iterator[Finding]:
    for name, version in p.versions.items():
        path = f"versions.{name}"
        if isinstance(version.start.patient, dict):
            for cohort in version.start.patient:
                if cohort not in p.cohorts:
                    yield unknown(where, f"{path}.from.patient.{cohort}", "cohort", cohort, p.cohorts)
        for i, course in enumerate(version.courses):
            if course.regimen not in p.regimens:
                yield unknown(where, f"{path}.courses.{i}.regimen", "regimen", course.regimen, p.regimens)
        if version.start.date is not None and p.data.time == "days":
            says = "a version that starts at a date needs dates in the tables"
            yield misfit(where, f"{path}.from.date", says, "use `data.time: dates`, or start at a patient number")
    drugs = _drug_names(p)
    for name, regimen in p.regimens.items():
        for place, dose in regimen.placed():
            if drugs and dose.drug.casefold() not in drugs:
                says = f'there is no drug "{dose.drug}"{near(dose.drug, drugs)}'
                step = f"add it under `drugs`, or use one of: {listed(sorted(drugs))}"
                yield Finding("P110", "error", where(f"regimens.{name}.{place}"), says, step)


def _drug_names(p: Protocol) -> set[str]:
    return {k.casefold() for k in p.drugs} | {d.label.casefold() for d in p.drugs.values() if d.label}


def _condition(p: Protocol, where: Where, path: str, c: Condition, *, with_facts: bool) -> Iterator[Finding]:
    columns = (*SUBJECT_COLUMNS, *p.covariates) if with_facts else tuple(p.covariates)
    if c.column is not None and c.column not in columns:
        yield unknown(where, f"{path}.column", "column", c.column, columns)
    if c.fact is not None and not with_facts:
        yield misfit(
            where,
            f"{path}.fact",
            "eligibility may not depend on a fact: facts are outcomes",
            "use a `column`",
        )
    elif c.fact is not None and c.fact not in p.facts:
        yield unknown(where, f"{path}.fact", "fact", c.fact, p.facts)
    elif c.fact is not None and p.facts[c.fact].kind in facts.CATEGORY_KINDS and all(v is True for _, v in c.tests):
        yield misfit(where, path, f'"{c.fact}" is a category, not a yes or no', "say which with `is` or `in`")
    elif c.fact is not None and p.facts[c.fact].kind in facts.TIME_KINDS:
        yield misfit(
            where,
            f"{path}.fact",
            f'"{c.fact}" is a time, not a yes or no',
            "name a yes/no fact or a category",
        )
    yield from _operands(p, where, path, c)


def _operands(p: Protocol, where: Where, path: str, c: Condition) -> Iterator[Finding]:
    """What a column or fact is compared with must be something that it can be."""
    named = [v for op, v in c.tests if op == "is_"]
    named += [v for op, vs in c.tests if op in ("in_", "not_in") and isinstance(vs, tuple) for v in vs]
    ordered = [op for op, _ in c.tests if op in ("at_least", "at_most", "above", "below")]
    is_number, allowed = _kind(p, c)
    if ordered and not is_number:
        yield misfit(where, path, f'"{c.name}" is not a number: it cannot be {ordered[0]}', "use `is` or `in`")
    for value in named:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and not number:
            yield misfit(where, path, f'"{c.name}" is a number, "{value}" is not', "write the number without quotes")
        elif allowed and value not in allowed:
            hint = "put it in quotes" if str(value) in allowed else f"use one of: {listed(allowed)}"
            yield Finding(
                "P110", "error", where(path), f'"{c.name}" is never {value!r}{near(str(value), allowed)}', hint
            )


def _kind(p: Protocol, c: Condition) -> tuple[bool, tuple[str, ...]]:
    """Whether a condition is about a number; else the texts that are possible, nothing where any is."""
    if c.column is None:
        clause = p.facts.get(c.fact or "")
        category = clause is not None and clause.kind in facts.CATEGORY_KINDS
        return False, (*p.response.order, p.response.not_evaluable) if category else ()
    if c.column in p.covariates:
        return p.covariates[c.column].is_number, p.covariates[c.column].levels
    choices = {"version": tuple(p.versions), "cohort": tuple(p.cohorts)}
    return c.column == "number", choices.get(c.column, ())


def _populations(p: Protocol, where: Where) -> Iterator[Finding]:
    known = {"enrolled", *p.populations}
    for name, population in p.populations.items():
        path = f"populations.{name}"
        if name == "enrolled" and population.keep:
            yield misfit(where, path, "`enrolled` is every row of subjects", "define another name for a subset")
        if population.source not in known:
            yield unknown(where, f"{path}.from", "population", population.source, sorted(known))
        for i, condition in enumerate(population.keep):
            yield from _condition(p, where, f"{path}.keep.{i}", condition, with_facts=True)
        seen, at = {name}, population.source
        while at in p.populations and at != "enrolled":
            if at in seen:
                yield misfit(where, f"{path}.from", f'"{name}" is defined by itself', "start from `enrolled`")
                break
            seen.add(at)
            at = p.populations[at].source


def _facts(p: Protocol, where: Where) -> Iterator[Finding]:
    if p.response.not_evaluable in p.response.order:
        says = f'"{p.response.not_evaluable}" cannot be both a category and not evaluable'
        yield misfit(where, "response.not_evaluable", says, "take it out of `order`, or name another")
    for category in p.response.responders:
        if category not in p.response.order:
            yield unknown(where, "response.responders", "response category", category, p.response.order)
    for name, clause in p.facts.items():
        if name in p.covariates or name in SUBJECT_COLUMNS or name == "baseline":
            says = f'"{name}" is already a column of subjects or a name that onearm needs'
            yield misfit(where, f"facts.{name}", says, "rename the fact")
        if isinstance(clause, facts.Response):
            for category in clause.any_of:
                if category not in p.response.order:
                    path = f"facts.{name}.any_of"
                    yield unknown(where, path, "response category", category, p.response.order)


def _endpoints(p: Protocol, where: Where) -> Iterator[Finding]:
    known = {"enrolled", *p.populations}
    for name, e in p.endpoints.items():
        path = f"endpoints.{name}"
        if not isinstance(e, Subgroups) and e.population not in known:
            yield unknown(where, f"{path}.population", "population", e.population, sorted(known))
        match e:
            case Proportion():
                yield from wrong_fact(p, where, f"{path}.fact", e.fact, facts.YES_NO_KINDS)
                yield from group(p, where, f"{path}.by", e.by)
            case Survival():
                yield from wrong_fact(p, where, f"{path}.fact", e.fact, facts.TIME_KINDS)
                yield from group(p, where, f"{path}.by", e.by)
                if e.by in p.facts:
                    yield naive(where, f"{path}.by", e.by)
                yield from from_day_one_of_later(p, where, path, e.fact, e.population)
            case FollowUp():
                yield from wrong_fact(p, where, f"{path}.fact", e.fact, facts.TIME_KINDS)
            case Landmark():
                yield from wrong_fact(p, where, f"{path}.fact", e.fact, facts.TIME_KINDS)
                yield from wrong_fact(p, where, f"{path}.by", e.by, frozenset({"procedure"}))
                yield from _landmark(p, where, path, e)
            case Summary():
                yield from covariate(p, where, f"{path}.covariate", e.covariate, number=True)
            case Distribution():
                yield from _distribution(p, where, path, e)
            case MrdByTime():
                yield from wrong_fact(p, where, f"{path}.fact", e.fact, frozenset({"mrd"}))
                yield from group(p, where, f"{path}.by", e.by)
            case Waterfall():
                if e.group is not None:
                    yield from wrong_fact(p, where, f"{path}.group", e.group, facts.CATEGORY_KINDS)
            case AdverseEvents() | EventListing():
                yield from check_adverse_events(p, where, path, e)
            case _:
                yield from check_course(p, where, path, e)


def _landmark(p: Protocol, where: Where, path: str, e: Landmark) -> Iterator[Finding]:
    clause = p.facts.get(e.fact)
    if isinstance(clause, facts.TimeTo) and clause.origin != "time-zero":
        says = f'the landmark counts from time zero, the fact "{e.fact}" from {clause.origin}'
        yield misfit(where, f"{path}.fact", says, "name a fact with `origin: time-zero`")
    by = p.facts.get(e.by)
    if isinstance(clause, facts.TimeTo) and isinstance(by, facts.Procedure) and by.procedure in clause.censor_at:
        says = f'the fact "{e.fact}" is censored at {by.procedure}: nobody is left in the group with it'
        yield misfit(where, f"{path}.fact", says, "name a fact that is not censored there")
    if later(p, e.population):
        says = f'who belongs to "{e.population}" may be known only after the landmark'
        yield immortal(where, f"{path}.population", says)


def _distribution(p: Protocol, where: Where, path: str, e: Distribution) -> Iterator[Finding]:
    if (e.fact is None) == (e.covariate is None):
        yield misfit(where, path, "a distribution is of one thing", "give either `fact` or `covariate`")
    elif e.fact is not None:
        yield from wrong_fact(p, where, f"{path}.fact", e.fact, facts.CATEGORY_KINDS)
    elif e.covariate is not None:
        yield from covariate(p, where, f"{path}.covariate", e.covariate, number=False)


def _comparisons(p: Protocol, where: Where) -> Iterator[Finding]:
    known = {"enrolled", *p.populations}
    for name, c in p.comparisons.items():
        path = f"comparisons.{name}"
        if c.source not in p.external:
            yield unknown(where, f"{path}.with", "external source", c.source, p.external)
        if c.population not in known:
            yield unknown(where, f"{path}.population", "population", c.population, sorted(known))
        for i, condition in enumerate(c.eligibility):
            yield from _condition(p, where, f"{path}.eligibility.{i}", condition, with_facts=False)
        for i, name_of in enumerate(c.covariates):
            if name_of not in p.covariates:
                yield unknown(where, f"{path}.covariates.{i}", "covariate", name_of, p.covariates)
        if later(p, c.population):
            yield immortal(where, f"{path}.population", f'who belongs to "{c.population}" is known only after day 1')
        if len(set(c.endpoints)) != len(c.endpoints):
            yield misfit(where, f"{path}.endpoints", "an endpoint is named twice", "name each once")
        if len(set(c.covariates)) != len(c.covariates):
            yield misfit(where, f"{path}.covariates", "a covariate is named twice", "name each once")
        yield from _compared(p, where, path, c)
        yield from check_alignment(p, where, path, c)
        yield from check_sensitivity(p, where, path, c)


def _compared(p: Protocol, where: Where, path: str, c: Comparison) -> Iterator[Finding]:
    comparable = [k for k, e in p.endpoints.items() if isinstance(e, Survival | Proportion | CumulativeIncidence)]
    for i, endpoint in enumerate(c.endpoints):
        at = f"{path}.endpoints.{i}"
        if endpoint not in p.endpoints:
            yield unknown(where, at, "endpoint", endpoint, comparable)
        elif endpoint not in comparable:
            says = f'"{endpoint}" cannot be compared; comparisons take survival, proportions and cumulative incidences'
            yield misfit(where, at, says, f"name one of: {listed(comparable)}")
        elif not isinstance(p.endpoints[endpoint], Survival) and not _holds(p, c.population, endpoint):
            says = f'"{endpoint}" is not of every patient of the population "{c.population}" that is compared'
            step = "name an endpoint of that population: whoever is in a smaller one may depend on the outcome"
            yield misfit(where, at, says, step)
        elif isinstance(p.endpoints[endpoint], CumulativeIncidence) and not getattr(
            p.endpoints[endpoint], "at_months", ()
        ):
            says = f'"{endpoint}" has no months at which incidences could be compared'
            yield misfit(where, at, says, f"add `at_months` to endpoints.{endpoint}")
        elif getattr(p.facts.get(getattr(p.endpoints[endpoint], "fact", "")), "origin", "") == "response":
            says = f'"{endpoint}" counts from the response: matched patients without one would break their pairs'
            yield misfit(where, f"{path}.endpoints.{i}", says, "compare a time from time zero")


def _holds(p: Protocol, population: str, endpoint: str) -> bool:
    """Whether the population of an endpoint holds everybody of another: it is that one, or one it is taken from."""
    wanted, at, seen = getattr(p.endpoints[endpoint], "population", ""), population, {""}
    while at not in seen:
        if at == wanted:
            return True
        seen.add(at)
        at = p.populations[at].source if at in p.populations else "" if at == "enrolled" else "enrolled"
    return False
