"""Effects of methods with a model of the outcome: what their design leaves to be estimated."""

from __future__ import annotations

from onearm.endpoints.modelled import Model, modelled_risk, modelled_survival
from onearm.endpoints.sample import Output
from onearm.endpoints.time_to_event import Words
from onearm.external.record import Design
from onearm.protocol.endpoint import Proportion, Survival
from onearm.study.arms import arms
from onearm.study.seen import Seen


def modelled_effects(design: Design, seen: Seen, words: Words, level: float) -> Output:
    """Effects of g-computation or of the doubly robust method on one endpoint.

    Parameters
    ----------
    design
        Covariates, target, and who was left out for a score.
    seen
        The endpoint on both sides.
    words
        What the numbers are called.
    level
        Level of the intervals.

    Raises
    ------
    ValueError
        When nobody is left on a side, for a score or an endpoint that these methods do not know.
    """
    settings = design.settings
    assert settings is not None, "a design knows its method"
    doubly = settings.method == "doubly-robust"
    if doubly and settings.scoring.model != "logistic":
        raise ValueError("score: the doubly robust method knows the plain logistic score only: take it, or use weights")
    if design.several:
        raise ValueError(
            "persons: models of the outcome do not count that rows are of one person: use weights or pairs"
        )
    groups = arms(design, seen.prefix, 1)
    model = Model(design.matrix, design.columns, settings.estimand, doubly)
    clause = seen.clause
    if isinstance(clause, Survival):
        return modelled_survival(groups.timed(*seen.times), model, clause, level, words, seen.of)
    if isinstance(clause, Proportion):
        return modelled_risk(groups.answered(seen.answers), model, level, words, seen.of)
    raise ValueError("endpoint: models of the outcome know no competing risks here: use weights or pairs")
