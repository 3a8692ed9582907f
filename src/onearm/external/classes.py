"""Classes that hold both sides: full matching, exact and coarsened exact matching, subclasses of the score."""

from __future__ import annotations

import numpy as np

from onearm.external.chosen import Chosen, Sides
from onearm.external.distance import covariate_distance
from onearm.stats.matching import Strata, exact_match


def full(sides: Sides, caliper: float | None) -> Chosen:
    """Optimal full matching: each class one trial patient with controls, or one control with trial patients."""
    from onearm.stats.matching import full_match

    if sides.method.distance in ("logit", "score"):
        scale = sides.logit if sides.method.distance == "logit" else sides.score
        ours, theirs = sides.split(scale)
        exact_on = _labels(sides) if sides.method.exact else {}
        found = full_match(ours, theirs, caliper=caliper, estimand=sides.method.estimand, **exact_on)
    else:
        found = full_match(distance=covariate_distance(sides), estimand=sides.method.estimand)
    return Chosen(
        np.asarray(found.weight_treated),
        np.asarray(found.weight_control),
        np.asarray(found.subclass_treated),
        np.asarray(found.subclass_control),
    )


def _labels(sides: Sides) -> dict[str, np.ndarray]:
    ours, theirs = sides.columns(sides.method.exact)
    return {"strata_treated": ours, "strata_control": theirs}


def exact(sides: Sides, caliper: float | None) -> Chosen:
    """Those who agree in every covariate, or in those named."""
    ours, theirs = sides.columns(sides.method.exact or sides.covariates)
    return _of(exact_match(ours, theirs, estimand=sides.method.estimand))


def coarsened(sides: Sides, caliper: float | None) -> Chosen:
    """Those who agree in every category and in the interval of every number."""
    from onearm.stats.matching import coarsened_exact

    numeric = [c for c in sides.covariates if sides.trial.covariates[c].is_number]
    cuts = sides.method.cutpoints
    found = coarsened_exact(
        *sides.columns(sides.covariates),
        cutpoints={j: cuts.get(c, "sturges") for j, c in enumerate(sides.covariates) if c in numeric},
        estimand=sides.method.estimand,
    )
    return _of(found)


def subclasses(sides: Sides, caliper: float | None) -> Chosen:
    """Quantile classes of the score, weighted to the target."""
    from onearm.stats.matching import subclassify

    found = subclassify(sides.score, sides.treated, subclasses=sides.method.subclasses, estimand=sides.method.estimand)
    return _of(found)


def _of(found: Strata) -> Chosen:
    return Chosen(found.weight_treated, found.weight_control, found.subclass_treated, found.subclass_control)
