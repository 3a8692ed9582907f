"""Partners of each trial patient: nearest neighbours one after the other, or the pairs of least total distance."""

from __future__ import annotations

from typing import Any

import numpy as np

from onearm.external.chosen import Chosen, Sides
from onearm.stats.matching import Pairs, mahalanobis, nearest_pairs, optimal_pairs, robust_mahalanobis

_DISCARD = {"none": "none", "trial": "treated", "external": "control", "both": "both"}
_COORDINATES = {"mahalanobis": mahalanobis, "robust-mahalanobis": robust_mahalanobis}


def nearest(sides: Sides, caliper: float | None) -> Chosen:
    """Nearest neighbours, under every rule that the method names."""
    settings = sides.method
    rules: dict[str, Any] = {"order": settings.order, "replace": settings.replace, "ratio": settings.ratio}
    if settings.order == "random":
        rules["seed"] = sides.seed
    if settings.least is not None:
        rules |= {"min_controls": settings.least, "max_controls": settings.most}
    if settings.reuse is not None:
        rules["reuse_max"] = settings.reuse
    if settings.exact:
        rules["exact"] = sides.columns(settings.exact)
    if settings.antiexact:
        rules["antiexact"] = sides.columns(settings.antiexact)
    if settings.within:
        rules["covariate_caliper"] = (*sides.numbers(tuple(settings.within)), list(settings.within.values()))
    if settings.discard != "none":
        rules["discard"] = _DISCARD[settings.discard]
    if settings.distance in _COORDINATES:
        rules["coordinates"] = _COORDINATES[settings.distance](sides.seen.x[: sides.n], sides.seen.x[sides.n :])
    if sides.units:
        rules["unit"] = (np.array(sides.trial.subjects, dtype=object), np.array(sides.units, dtype=object))
    ours, theirs = sides.split(sides.scale) if sides.logit.size else (None, None)
    return chosen_pairs(sides, nearest_pairs(ours, theirs, caliper=caliper, **rules))


def optimal(sides: Sides, caliper: float | None) -> Chosen:
    """The pairs with the least total distance."""
    ours, theirs = sides.split(sides.scale)
    exact = sides.columns(sides.method.exact) if sides.method.exact else None
    return chosen_pairs(sides, optimal_pairs(ours, theirs, caliper=caliper, ratio=sides.method.ratio, exact=exact))


def chosen_pairs(sides: Sides, found: Pairs) -> Chosen:
    """Weights of pairs: 1 for a trial patient with partners, who share a weight of 1 among them."""
    none = sides.nobody()
    ours, theirs = none.weight_trial, none.weight_external
    classes, others = none.class_trial, none.class_external
    partners = np.bincount(found.treated, minlength=sides.n)
    ours[found.treated] = 1.0
    np.add.at(theirs, found.control, 1.0 / partners[found.treated])
    classes[found.treated] = found.treated
    others[found.control] = found.treated
    pairs = sorted((int(t), int(c)) for t, c in zip(found.treated, found.control, strict=True))
    return Chosen(ours, theirs, classes, others, tuple(pairs))
