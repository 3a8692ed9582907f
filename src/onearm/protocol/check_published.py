"""Published comparators: do they name what the protocol defines?"""

from __future__ import annotations

from collections.abc import Iterator

from onearm.errors import Finding, listed
from onearm.protocol.document import Protocol
from onearm.protocol.endpoint import Proportion, Survival
from onearm.protocol.findings import Where, immortal, later, misfit, unknown
from onearm.protocol.published import Published, Reported
from onearm.protocol.trial import Covariate


def check_published(p: Protocol, where: Where) -> Iterator[Finding]:
    """Every place where a published comparator does not fit the rest."""
    known = {"enrolled", *p.populations}
    for name, one in p.published.items():
        path = f"published.{name}"
        if name in p.comparisons or name in p.external:
            says = f'"{name}" is already a comparison or an external source'
            yield misfit(where, path, says, "rename the published comparator")
        if one.population not in known:
            yield unknown(where, f"{path}.population", "population", one.population, sorted(known))
        elif later(p, one.population):
            says = f'who belongs to "{one.population}" is known only after day 1'
            yield immortal(where, f"{path}.population", says)
        for key, reported in one.covariates.items():
            yield from _covariate(p, where, f"{path}.covariates.{key}", key, reported)
        yield from _endpoints(p, where, path, one)
        yield from _anchor(p, where, path, one)


def _covariate(p: Protocol, where: Where, path: str, key: str, reported: Reported) -> Iterator[Finding]:
    if key not in p.covariates:
        yield unknown(where, path, "covariate", key, p.covariates)
        return
    covariate: Covariate = p.covariates[key]
    if covariate.is_number == bool(reported.shares):
        step = "give its `mean`, `sd`, `median`" if covariate.is_number else "give `shares` of its levels"
        yield misfit(where, path, f'"{key}" is {"a number" if covariate.is_number else "a category"}', step)
        return
    for level in reported.shares:
        if level not in covariate.levels:
            yield unknown(where, f"{path}.shares.{level}", f'level of "{key}"', level, covariate.levels)
    whole = sum(reported.shares.values())
    if reported.shares and set(reported.shares) == set(covariate.levels) and abs(whole - 1) > 0.02:
        yield misfit(where, f"{path}.shares", f"the shares of all levels add up to {whole:g}", "they must add up to 1")


def _endpoints(p: Protocol, where: Where, path: str, one: Published) -> Iterator[Finding]:
    parts = (("rates", one.rates, Proportion, "proportion"), ("curves", one.curves, Survival, "survival"))
    for part, given, kind, estimator in parts:
        fitting = [k for k, e in p.endpoints.items() if isinstance(e, kind)]
        for key in given:
            if key not in p.endpoints:
                yield unknown(where, f"{path}.{part}.{key}", "endpoint", key, fitting)
            elif key not in fitting:
                says = f'"{key}" is not an endpoint with the estimator `{estimator}`'
                step = f"name one of: {listed(fitting)}" if fitting else f"define one with `{estimator}`"
                yield misfit(where, f"{path}.{part}.{key}", says, step)


def _anchor(p: Protocol, where: Where, path: str, one: Published) -> Iterator[Finding]:
    if one.anchor is None:
        return
    comparison = p.comparisons.get(one.anchor.comparison)
    if comparison is None:
        yield unknown(where, f"{path}.anchor.comparison", "comparison", one.anchor.comparison, p.comparisons)
    elif one.anchor.endpoint not in comparison.endpoints:
        says = f'"{one.anchor.endpoint}" is not compared in "{one.anchor.comparison}"'
        step = f"name one of: {listed(comparison.endpoints)}"
        yield misfit(where, f"{path}.anchor.endpoint", says, step)
