"""The primary analysis of a comparison: both sides, the effect, and the crude effect for the reader to see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from onearm.endpoints.arms import Arms
from onearm.endpoints.contrast import contrast, stratified_by_pair
from onearm.endpoints.proportional import proportionality
from onearm.endpoints.sample import Output
from onearm.endpoints.time_to_event import Words, curve_estimates, longest
from onearm.endpoints.weighted import weighted_effects
from onearm.endpoints.weighted_curves import no_proportionality, weighted_curves
from onearm.external.blind import Blind
from onearm.external.design import PRIMARY
from onearm.external.record import Design
from onearm.protocol.endpoint import Proportion, Survival
from onearm.protocol.method import MODELLED, PAIRING
from onearm.stats.weighted_effects import weight_model_known
from onearm.study.arms import arms, persons
from onearm.study.methods import effects_of, refused, words_of
from onearm.study.modelled import modelled_effects
from onearm.study.seen import Seen


def primary_effects(made: Blind, seen: Seen, seed: int) -> Output:
    """Both sides, the effect of the primary method, and the crude effect.

    1:1 pairs have their own analysis, with a test within pairs; every other method is a weighted one.
    """
    design = made.primary
    pairs = _one_to_one(design)
    population = "matched pairs" if pairs else design.estimand
    words = words_of(made, PRIMARY, seen, context="comparison", group=made.name, population=population)
    level, clause = made.settings.level, seen.clause.model_copy(update={"level": made.settings.level})
    seen = replace(seen, clause=clause)
    if design.refused:
        out = refused(design.refused, seen, words, level)
    elif pairs and isinstance(clause, Survival):
        out = _pairs(design, seen, clause, words, level, seed)
    else:
        out = _weighted(design, seen, words, level, seed)
    out += _crude(design, seen, words, level)
    return out


def _one_to_one(design: Design) -> bool:
    """Whether the design is of pairs in which nobody serves twice, with their own robust variance."""
    how = design.settings
    assert how is not None, "a design knows its method"
    alone = how.ratio == 1 and how.least is None and not how.replace and how.reuse is None
    used = {design.unit_external[c] for _, c in design.pairs} if design.several else design.pairs
    return how.method in PAIRING and alone and how.variance == "robust" and len(used) == len(design.pairs)


def _pairs(design: Design, seen: Seen, clause: Survival, words: Words, level: float, seed: int) -> Output:
    everybody, external = seen.times
    ours, at_ours = everybody.pick(design.matched_trial)
    theirs, at_theirs = external.pick([seen.prefix + s for s in design.matched_external])
    out = Output()
    for side, shown, times in zip(("trial", "external"), seen.shown, (ours, theirs), strict=True):
        named = replace(words, group=f"{words.group}/{side}", shown=shown)
        out += curve_estimates(times, clause, named, longest(ours, theirs))
    out += contrast(ours, theirs, level, words, of=seen.of, pairs=(at_ours, at_theirs))
    if not design.refused and design.pairs:
        timed = arms(design, seen.prefix, seed).timed(everybody, external)
        out += weighted_effects(timed, clause, level, words, seen.of, ratio=False)
        out.estimates.append(stratified_by_pair(ours, theirs, level, words, seen.of, (at_ours, at_theirs)))
    out += proportionality(ours, theirs, words, seen.of)
    return out


def _weighted(design: Design, seen: Seen, words: Words, level: float, seed: int) -> Output:
    settings = design.settings
    assert settings is not None, "a design knows its method"
    try:
        if settings.method in MODELLED:
            return modelled_effects(design, seen, words, level)
        groups = arms(design, seen.prefix, seed)
    except ValueError as problem:
        return refused(str(problem), seen, words, level)
    if not isinstance(seen.clause, Survival):
        return effects_of(groups, seen, words, level, sides=True)
    timed = groups.timed(*seen.times)
    out = weighted_curves(timed, seen.clause, words, seen.shown)
    out += weighted_effects(timed, seen.clause, level, words, seen.of)
    out.estimates.append(no_proportionality(timed, words, seen.of))
    return out


def _crude(design: Design, seen: Seen, words: Words, level: float) -> Output:
    """The crude effect among the aligned, for the reader to see what the method did."""
    words = replace(
        words,
        group=f"{words.group}/crude",
        population="eligible with all covariates, before matching",
        notes=("crude: before matching, not adjusted for anything", *seen.ours.rules),
    )
    external = tuple(seen.prefix + s for s in design.external)
    if isinstance(seen.clause, Survival) and not design.several:
        ours, theirs = seen.times
        sides = (ours.pick(design.trial)[0], theirs.pick(external)[0])
        return contrast(*sides, level, words, of=seen.of, crude=True)
    if not (design.trial and external):
        return refused("a group is empty", seen, words, level)
    known = weight_model_known(np.ones(design.treated.size), design.treated, estimand="as they came")
    cluster = persons(design) if design.several else None
    variance = "crude, robust variance" + (", persons as clusters" if design.several else "")
    everybody = Arms(design.trial, external, known, variance, cluster=cluster)
    return effects_of(everybody, seen, words, level, sides=isinstance(seen.clause, Proportion))
