"""The effects by every method of a comparison: the same estimators, with each method's weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

from onearm.endpoints.arms import Arms
from onearm.endpoints.sample import Output, Times
from onearm.endpoints.time_to_event import Words
from onearm.endpoints.weighted import weighted_effects
from onearm.external.blind import Blind
from onearm.external.estimand import sentence
from onearm.external.record import Design
from onearm.facts import FactColumn
from onearm.protocol.endpoint import Survival
from onearm.protocol.method import MODELLED, PAIRING
from onearm.protocol.method_words import method_words
from onearm.study.arms import arms


@dataclass(frozen=True, slots=True)
class Seen:
    """One endpoint of one comparison: what is looked at, and on whom."""

    endpoint: str
    clause: Survival
    ours: FactColumn
    theirs: FactColumn
    of: str
    prefix: str

    @property
    def times(self) -> tuple[Times, Times]:
        """Times of the trial's and of the external patients, the latter with their prefix."""
        external = Times.of(self.theirs.frame)
        named = tuple(self.prefix + s for s in external.subjects)
        return Times.of(self.ours.frame), replace(external, subjects=named)


def lost_words(design: Design) -> str:
    """Why trial patients have no place in a design."""
    assert design.settings is not None, "a design knows its method"
    if design.settings.method in PAIRING:
        return "without a partner within the caliper" if design.settings.width else "without a partner"
    return "left out for their score" if design.settings.method == "weights" else "in no class with an external patient"


def words_of(made: Blind, key: str, seen: Seen, *, context: str, group: str, population: str) -> Words:
    """What the numbers of one method have in common: gates that failed, the estimand, the method."""
    design = made.designs[key]
    assert design.settings is not None, "a design knows its method"
    estimand = sentence(design.settings.estimand, len(made.trial.incomplete), len(design.unmatched), lost_words(design))
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
    design = made.designs[key]
    settings = design.settings
    assert settings is not None, "a design knows its method"
    words = words_of(made, key, seen, context="method", group=f"{made.name}/{key}", population=design.estimand)
    if design.refused:
        return _refused(design.refused, words, made.settings.level)
    if settings.method in MODELLED:
        from onearm.study.modelled import modelled_effects

        return modelled_effects(design, seen, words, made.settings.level)
    try:
        groups: Arms = arms(design, seen.prefix, seed)
    except ValueError as problem:
        return _refused(str(problem), words, made.settings.level)
    timed = groups.timed(*seen.times)
    return weighted_effects(timed, seen.clause, made.settings.level, words, seen.of)


def _refused(why: str, words: Words, level: float) -> Output:
    method = "weighted Cox regression of treatment alone"
    return Output(
        [
            words.estimate(
                "hazard_ratio", "hazard ratio", unit="hazard ratio", n=0, level=level, method=method, error=why
            ),
            words.estimate("cox_p", "Wald p", unit="p", n=0, method=f"{method}; Wald test", error=why),
        ]
    )
