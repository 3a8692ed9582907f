"""From a design to two groups with weights: how the weights are known decides the variance of every effect."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from onearm.endpoints.arms import Again, Arms
from onearm.external.design import clustered
from onearm.external.record import Design
from onearm.protocol.method import PAIRING, Method
from onearm.protocol.method_words import variance_words
from onearm.stats.weighted_effects import (
    WeightModel,
    weight_model_entropy,
    weight_model_known,
    weight_model_logistic,
)

_BOOTSTRAP = {"ATT": "att", "ATE": "ate", "ATO": "overlap", "ATM": "matching"}


def arms(design: Design, prefix: str, seed: int) -> Arms:
    """Both sides of a design as weighted groups; external subjects are named with ``prefix``.

    Raises
    ------
    ValueError
        When the weights cannot be made again with their influences.
    """
    settings = design.settings
    assert settings is not None, "a design knows its method"
    if design.several and settings.variance == "bootstrap":
        raise ValueError("bootstrap: it would draw the rows of one person as if they were several: take `robust`")
    cluster, words = _clusters(design, settings)
    again = _again(design, settings, seed) if settings.variance == "bootstrap" else None
    return Arms(
        trial=design.trial,
        external=tuple(prefix + s for s in design.external),
        model=_model(design, settings),
        variance=variance_words(settings, words),
        cluster=cluster,
        again=again,
    )


def _clusters(design: Design, settings: Method) -> tuple[NDArray[np.int64] | None, str]:
    """Pairs, classes and persons as clusters, with words for them; whoever is in none is one of his own."""
    paired = clustered(settings)
    several = design.several
    words = {"nearest": "pairs", "optimal": "pairs", "full": "classes"}.get(settings.method, "") if paired else ""
    if not (paired or several):
        return None, ""
    own = np.arange(design.treated.size)
    if paired:
        class_of = np.concatenate([design.class_trial, design.class_external])
        own = np.where(class_of >= 0, class_of + own.size, own)
    if several:
        own = _joined(own, len(design.trial), _codes(design))
        words = f"{words} and persons" if words else "persons"
    return np.unique(own, return_inverse=True)[1].reshape(-1).astype(np.int64), words


def persons(design: Design) -> NDArray[np.int64]:
    """Persons as clusters: each trial patient, and all rows of each external person."""
    return np.concatenate([-1 - np.arange(len(design.trial)), _codes(design)])


def _codes(design: Design) -> NDArray[np.int64]:
    return np.unique(np.array(design.unit_external), return_inverse=True)[1].reshape(-1).astype(np.int64)


def _joined(own: NDArray[np.int64], first: int, persons: NDArray[np.int64]) -> NDArray[np.int64]:
    """Clusters that share a person are one: the smallest label spreads until nothing changes."""
    while True:
        least = np.full(int(persons.max()) + 1, np.iinfo(np.int64).max)
        np.minimum.at(least, persons, own[first:])
        now = own.copy()
        now[first:] = least[persons]
        labels, code = np.unique(own, return_inverse=True)
        lowest = np.full(labels.size, np.iinfo(np.int64).max)
        np.minimum.at(lowest, code.reshape(-1), now)
        now = lowest[code.reshape(-1)]
        if np.array_equal(now, own):
            return own
        own = now


def _model(design: Design, settings: Method) -> WeightModel:
    treated, weight = design.treated, design.weight
    if settings.variance != "m-estimation":
        return weight_model_known(weight, treated, estimand=settings.estimand)
    if settings.method == "entropy":
        return weight_model_entropy(design.matrix, treated, estimand=settings.estimand)
    score = settings.scoring
    x = design.matrix
    if score.model == "ridge":
        x = (x - x.mean(axis=0)) / x.std(axis=0)
    return weight_model_logistic(
        x, treated, estimand=settings.estimand, penalty=float(score.penalty or 0.0), firth=score.model == "firth"
    )


def _again(design: Design, settings: Method, seed: int) -> Again:
    """The whole path in each replicate: score, pairs or weights, Cox model."""
    from onearm.stats.pipeline import PipelineBootstrap, bootstrap_matched, bootstrap_weighted

    def repeat(
        days: NDArray[np.float64], event: NDArray[np.bool_], treated: NDArray[np.bool_], level: float
    ) -> PipelineBootstrap:
        if settings.method in PAIRING:
            width = settings.width
            return bootstrap_matched(
                days,
                event,
                treated,
                design.matrix,
                replicates=settings.replicates,
                seed=seed,
                caliper=None if width is None else width.width,
                sd="pooled" if width is None else width.sd,
                order=settings.order,
                level=level,
            )
        weighting = "entropy" if settings.method == "entropy" else _BOOTSTRAP[settings.estimand]
        return bootstrap_weighted(
            days,
            event,
            treated,
            design.matrix,
            weighting=weighting,
            replicates=settings.replicates,
            seed=seed,
            level=level,
        )

    return repeat
