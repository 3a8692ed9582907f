"""Classes that hold both sides: full matching, exact and coarsened exact matching, subclasses of the score."""

from __future__ import annotations

import numpy as np

from onearm.external.chosen import Chosen, Sides
from onearm.stats.matching import FullMatch, Strata, coarsened_exact, exact_match, full_match, subclassify


def full(sides: Sides, caliper: float | None) -> Chosen:
    """Optimal full matching: each class one trial patient with controls, or one control with trial patients."""
    ours, theirs = sides.split(sides.scale)
    exact_on = sides.columns(sides.method.exact) if sides.method.exact else None
    found = full_match(ours, theirs, caliper=caliper, exact=exact_on, estimand=sides.method.estimand)
    return _of(found)


def exact(sides: Sides, caliper: float | None) -> Chosen:
    """Those who agree in every covariate, or in those named."""
    ours, theirs = sides.columns(sides.method.exact or sides.covariates)
    return _of(exact_match(ours, theirs, estimand=sides.method.estimand))


def coarsened(sides: Sides, caliper: float | None) -> Chosen:
    """Those who agree in every category and in the interval of every number."""
    numeric = tuple(c for c in sides.covariates if sides.trial.covariates[c].is_number)
    words = tuple(c for c in sides.covariates if c not in numeric)
    labels = sides.columns(words) if words else None
    if not numeric:
        return _of(exact_match(*sides.columns(words), estimand=sides.method.estimand))
    cuts = [sides.method.cutpoints.get(c, "sturges") for c in numeric]
    bins = [list(c) if isinstance(c, tuple) else c for c in cuts]
    ours, theirs = sides.numbers(numeric)
    return _of(coarsened_exact(ours, theirs, cutpoints=bins, exact=labels, estimand=sides.method.estimand))


def subclasses(sides: Sides, caliper: float | None) -> Chosen:
    """Quantile classes of the score, weighted to the target."""
    found = subclassify(sides.score, sides.treated, subclasses=sides.method.subclasses, estimand=sides.method.estimand)
    n = sides.n
    weight, own = np.asarray(found.weight, dtype=np.float64), np.asarray(found.subclass, dtype=np.int64)
    return Chosen(weight[:n], weight[n:], own[:n], own[n:])


def _of(found: Strata | FullMatch) -> Chosen:
    return Chosen(found.weight_treated, found.weight_control, found.subclass_treated, found.subclass_control)
