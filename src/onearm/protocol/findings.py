"""The findings that several checks of a protocol have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from onearm.errors import Finding, listed, near
from onearm.protocol import fact as facts
from onearm.protocol.document import Protocol

Where = Callable[[str], str]


def unknown(where: Where, path: str, what: str, word: str, allowed: Iterable[str]) -> Finding:
    """A name that is not defined, with what could be meant."""
    options = list(allowed)
    return Finding(
        "P110",
        "error",
        where(path),
        f'there is no {what} "{word}"{near(word, options)}',
        f"use one of: {listed(options)}" if options else f"define it under `{path.split('.')[0]}` or remove it",
    )


def misfit(where: Where, path: str, says: str, next_step: str) -> Finding:
    """Two parts that do not fit together."""
    return Finding("P111", "error", where(path), says, next_step)


def wrong_fact(
    p: Protocol, where: Where, path: str, name: str, kinds: frozenset[str], user: str = "this estimator"
) -> Iterator[Finding]:
    """A fact that does not exist or is of a kind that its user cannot use."""
    if name not in p.facts:
        yield unknown(where, path, "fact", name, p.facts)
    elif p.facts[name].kind not in kinds:
        yield misfit(
            where,
            path,
            f'the fact "{name}" is of kind {p.facts[name].kind}, which {user} cannot use',
            f"name a fact of kind {listed(sorted(kinds))}",
        )


def group(p: Protocol, where: Where, path: str, by: str | None) -> Iterator[Finding]:
    """Something to group by that has no groups."""
    if by is None:
        return
    groups = ("version", "cohort", *(k for k, c in p.covariates.items() if c.levels), *yes_no(p))
    if by not in groups:
        yield unknown(where, path, "column or yes/no fact to group by", by, groups)


def yes_no(p: Protocol) -> list[str]:
    """The facts that are true or not."""
    return [k for k, f in p.facts.items() if f.kind in facts.YES_NO_KINDS]


def from_day_one_of_later(p: Protocol, where: Where, path: str, fact: str, population: str) -> Iterator[Finding]:
    """Time counted from day 1 of people who had to do well for a while to be in the population."""
    clause = p.facts.get(fact)
    if isinstance(clause, facts.TimeTo) and clause.origin != "response" and later(p, population):
        says = f'who belongs to "{population}" is known only after day 1, and the time counts from {clause.origin}'
        yield immortal(where, f"{path}.population", says)


def immortal(where: Where, path: str, says: str) -> Finding:
    """A population or groups that only the future knows."""
    step = (
        "the time until then is immortal: take a population and groups known at day 1 (with the estimator `landmark` "
        "or `time-dependent` for what comes later), or a time that starts at the response"
    )
    return Finding("P115", "warning", where(path), says, step)


def covariate(p: Protocol, where: Where, path: str, name: str, *, number: bool) -> Iterator[Finding]:
    """A covariate that does not exist, or is a number where levels are needed, or the reverse."""
    if name not in p.covariates:
        yield unknown(where, path, "covariate", name, p.covariates)
    elif p.covariates[name].is_number != number:
        other = "distribution" if number else "summary"
        yield misfit(where, path, f'"{name}" does not fit this estimator', f"use the estimator `{other}`")


def later(p: Protocol, population: str) -> bool:
    """Whether a population depends on a fact, itself or through its source: it is known only after day 1."""
    seen: set[str] = set()
    while population in p.populations and population not in seen:
        seen.add(population)
        if any(c.fact for c in p.populations[population].keep):
            return True
        population = p.populations[population].source
    return False


def naive(where: Where, path: str, by: str) -> Finding:
    """A comparison of survival by what happened later is refused unless it is asked for by its name."""
    says = (
        f'groups by "{by}" are known only after day 1: whoever is in the group had to survive until then, so even a '
        "treatment without any effect would look good (immortal time)"
    )
    step = (
        "use the estimator `landmark`, `time-dependent` or `clone-censor-weight`; to show the naive comparison itself, "
        "ask for it by its name, `naive-ever-never`"
    )
    return Finding("P118", "error", where(path), says, step)
