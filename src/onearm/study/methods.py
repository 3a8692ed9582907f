"""The effects by every method of a comparison: the same estimators, with each method's weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onearm.endpoints.arms import Arms
from onearm.endpoints.sample import Output
from onearm.endpoints.time_to_event import Words
from onearm.endpoints.weighted import weighted_effects
from onearm.endpoints.weighted_curves import weighted_curves
from onearm.endpoints.weighted_incidence import weighted_incidence
from onearm.endpoints.weighted_risks import MEASURES, weighted_risks
from onearm.external.blind import Blind
from onearm.external.design import PRIMARY
from onearm.external.estimand import sentence
from onearm.external.record import Design
from onearm.protocol.endpoint import Proportion, Survival
from onearm.protocol.method import CLASSES, MODELLED, PAIRING, SCORED
from onearm.protocol.method_words import method_words
from onearm.results import Estimate
from onearm.study.arms import arms
from onearm.study.modelled import modelled_effects
from onearm.study.seen import Seen

_DRAWN = frozenset({"weights", "entropy", "full"})
"""Further methods whose curves are drawn."""


def lost_words(design: Design) -> str:
    """Why trial patients have no place in a design."""
    assert design.settings is not None, "a design knows its method"
    method = design.settings.method
    if method in PAIRING:
        return "without a partner within the caliper" if design.settings.width else "without a partner"
    if design.refused:
        return "without a design"
    if method in CLASSES:
        return "in no class with an external patient"
    if method in SCORED:
        return "left out for their score"
    return "left out of the model" if method in MODELLED else "without a weight"


def words_of(made: Blind, key: str, seen: Seen, *, context: str, group: str, population: str) -> Words:
    """What the numbers of one method have in common: gates that failed, the estimand, the method."""
    design = made.designs[key]
    assert design.settings is not None, "a design knows its method"
    lost = len(made.trial.incomplete), len(design.unmatched)
    away = len(design.external) - len(design.used_external)
    estimand = sentence(design.settings.estimand, *lost, lost_words(design), away)
    return Words(
        name=seen.endpoint,
        label=seen.clause.label or seen.ours.label,
        population=population,
        evidence=seen.clause.fact,
        context=context,
        group=group,
        panel=f"{seen.endpoint}|{group}",
        notes=(*made.failed(key), estimand, method_words(design.settings), *design.notes, *seen.ours.rules),
    )


def method_effects(made: Blind, key: str, seen: Seen, seed: int) -> Output:
    """Effects of one further method on one endpoint; a method without a design says why in each of them."""
    design, level = made.designs[key], made.settings.level
    settings = design.settings
    assert settings is not None, "a design knows its method"
    words = words_of(made, key, seen, context="method", group=f"{made.name}/{key}", population=design.estimand)
    if design.refused:
        return refused(design.refused, seen, words, level)
    try:
        if settings.method in MODELLED:
            return modelled_effects(design, seen, words, level)
        groups = arms(design, seen.prefix, seed)
    except ValueError as problem:
        return refused(str(problem), seen, words, level)
    out = effects_of(groups, seen, words, level, sides=False)
    if settings.method in _DRAWN and isinstance(seen.clause, Survival):
        clause = seen.clause.model_copy(update={"level": level, "at_months": (), "mean_to_months": ()})
        out.curves += weighted_curves(groups.timed(*seen.times), clause, words, seen.shown).curves
    return out


def effects_of(groups: Arms, seen: Seen, words: Words, level: float, *, sides: bool) -> Output:
    """Effects between two weighted groups on an endpoint of any kind; ``sides`` asks for both sides' numbers."""
    clause = seen.clause
    if isinstance(clause, Survival):
        return weighted_effects(groups.timed(*seen.times), clause, level, words, seen.of)
    if isinstance(clause, Proportion):
        return weighted_risks(groups.answered(seen.answers), level, words, seen.of, shares=sides)
    timed = groups.timed(*seen.times)
    return weighted_incidence(timed, seen.cause_of, seen.causes, clause, level, words, seen.of, sides=sides)


def nothing(made: Blind, seen: Seen, why: str) -> Output:
    """The effects of every method, each with the reason why there is none."""
    out = Output()
    for key, design in made.designs.items():
        first = key == PRIMARY
        group = made.name if first else f"{made.name}/{key}"
        words = words_of(
            made, key, seen, context="comparison" if first else "method", group=group, population=design.estimand
        )
        out += refused(why, seen, words, made.settings.level)
    return out


def refused(why: str, seen: Seen, words: Words, level: float) -> Output:
    """The numbers of an endpoint that cannot be estimated, and why."""
    limits: dict[str, Any] = {"n": 0, "level": level, "error": why}
    if isinstance(seen.clause, Survival):
        method = "weighted Cox regression of treatment alone"
        ratio = words.estimate("hazard_ratio", "hazard ratio", unit="hazard ratio", method=method, **limits)
        p = words.estimate("cox_p", "Wald p", unit="p", n=0, method=f"{method}; Wald test", error=why)
        return Output([ratio, p])
    if isinstance(seen.clause, Proportion):
        found = [
            words.estimate(stat, what, unit=unit, method=f"{what} of weighted shares", **limits)
            for stat, (_, what, unit) in MEASURES.items()
        ]
        return Output(found)
    return Output(list(_no_incidence(seen, words, limits)))


def _no_incidence(seen: Seen, words: Words, limits: dict[str, Any]) -> Iterator[Estimate]:
    for cause in seen.causes:
        for month in getattr(seen.clause, "at_months", ()):
            yield words.estimate(
                f"incidence_difference.{cause.replace(' ', '_')}",
                f"{cause}, difference in cumulative incidence at {month:g} months",
                at=f"@{month:g}mo",
                unit="difference",
                method="difference of weighted Aalen-Johansen estimates",
                **limits,
            )
