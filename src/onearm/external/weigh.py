"""Weights from the score, and weights from the means."""

from __future__ import annotations

import numpy as np

from onearm.external.chosen import Chosen, Sides
from onearm.stats.weighting import (
    ate_weights,
    att_weights,
    entropy_balance,
    matching_weights,
    overlap_weights,
    trim,
    truncate,
)

_WEIGHTS = {"ATT": att_weights, "ATE": ate_weights, "ATO": overlap_weights, "ATM": matching_weights}
_RULES = {"score": "symmetric", "percentile": "percentile", "common": "common-range"}


def weights(sides: Sides, caliper: float | None) -> Chosen:
    """Weights by the odds of the score; trimmed patients weigh nothing, large weights may be cut."""
    settings, treated = sides.method, sides.treated
    weight = np.asarray(_WEIGHTS[settings.estimand](sides.score, treated), dtype=np.float64)
    notes: tuple[str, ...] = ()
    trimmed = False
    if settings.trim is not None:
        cut = trim(sides.score, treated, rule=_RULES[settings.trim.rule], threshold=settings.trim.at)
        weight = np.where(cut.kept, weight, 0.0)
        trimmed = bool(cut.lost_treated or cut.lost_control)
        notes = (cut.words,)
    if settings.truncate is not None:
        for side in (treated, ~treated):
            used = side & (weight > 0)
            if used.any():
                less = truncate(weight[used], quantile=settings.truncate)
                weight[used] = less.weight
                if less.changed:
                    notes = (*notes, less.words)
    return _chosen(sides, weight, trimmed, notes)


def entropy(sides: Sides, caliper: float | None) -> Chosen:
    """Weights nearest to equal ones under which the means of the covariates agree with those of the target."""
    treated, x = sides.treated, sides.seen.x
    if not sides.seen.columns:
        return sides.refused("no covariate varies: there is nothing to balance")
    weight = np.ones(treated.size)
    parts = [~treated] if sides.method.estimand == "ATT" else [treated, ~treated]
    target = x[treated].mean(axis=0) if sides.method.estimand == "ATT" else x.mean(axis=0)
    size = (
        int(treated.sum()) if sides.method.estimand == "ATT" else treated.size
    )  # each side weighs what the target does
    for part in parts:
        fit = entropy_balance(x[part], target)
        if not fit.converged:
            return sides.refused(f"no weights balance the means: {_named(fit.message, sides.seen.columns)}")
        weight[part] = fit.weight * size / int(part.sum())
    return _chosen(sides, weight)


def everybody(sides: Sides, caliper: float | None) -> Chosen:
    """Everybody counts once: a model of the outcome does the rest. A score is kept for those who need one."""
    weight = np.ones(sides.n + sides.m)
    trimmed = False
    notes: tuple[str, ...] = ()
    if sides.method.trim is not None and sides.logit.size:
        cut = trim(sides.score, sides.treated, rule=_RULES[sides.method.trim.rule], threshold=sides.method.trim.at)
        weight = np.where(cut.kept, weight, 0.0)
        trimmed = bool(cut.lost_treated or cut.lost_control)
        notes = (cut.words,)
    return _chosen(sides, weight, trimmed, notes)


def _chosen(sides: Sides, weight: np.ndarray, trimmed: bool = False, notes: tuple[str, ...] = ()) -> Chosen:
    none = sides.nobody()
    first, second = sides.split(weight)
    return Chosen(first, second, none.class_trial, none.class_external, trimmed=trimmed, notes=notes)


def _named(message: str, columns: tuple[str, ...]) -> str:
    """The kernel's message with a column called by its name."""
    for j in reversed(range(len(columns))):
        message = message.replace(f"column {j}", columns[j])
    return message
