"""Partners of each trial patient: nearest neighbours one after the other, or the pairs of least total distance."""

from __future__ import annotations

import numpy as np

from onearm.external.chosen import Chosen, Sides
from onearm.stats.matching import Pairs, nearest_pairs, optimal_pairs


def nearest(sides: Sides, caliper: float | None) -> Chosen:
    """Nearest neighbours, under every rule that the method names."""
    settings = sides.method
    ours, theirs = sides.split(sides.logit)
    found = nearest_pairs(
        ours, theirs, caliper=caliper, ratio=settings.ratio, order=settings.order, replace=settings.replace
    )
    return chosen_pairs(sides, found)


def optimal(sides: Sides, caliper: float | None) -> Chosen:
    """The pairs with the least total distance."""
    ours, theirs = sides.split(sides.logit)
    return chosen_pairs(sides, optimal_pairs(ours, theirs, caliper=caliper, ratio=sides.method.ratio))


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
