"""What each method made of the two sides, as records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from onearm.external.balancing import balancing
from onearm.external.blind import Blind
from onearm.external.design import PRIMARY
from onearm.external.record import Design
from onearm.protocol.method_words import method_words, short_words
from onearm.results import Choice
from onearm.stats.overlap import density
from onearm.stats.weighting import effective_sample_size


def choices(made: Blind) -> Iterator[Choice]:
    """One record a method, the primary one first."""
    for key, design in made.designs.items():
        assert design.settings is not None, "a design knows its method"
        weight, treated = balancing(design), design.treated
        ess = [effective_sample_size(w) if w.size and w.max() > 0 else 0.0 for w in (weight[treated], weight[~treated])]
        yield Choice(
            comparison=made.name,
            method=key,
            label=short_words(design.settings) + (", primary" if key == PRIMARY else ""),
            words=method_words(design.settings),
            estimand=design.estimand,
            trial=len(design.used_trial),
            external=len(design.used_external),
            lost=len(made.trial.incomplete) + len(design.unmatched),
            effective_trial=ess[0],
            effective_external=ess[1],
            failed=made.failed(key),
            refused=design.refused,
            notes=design.notes,
            **_drawn(design),
        )


_SHARES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
_POINTS = 121


def _drawn(design: Design) -> dict[str, Any]:
    """Densities of the logit scores and quantiles of the external weights, ready to draw."""
    found: dict[str, Any] = {}
    counts = balancing(design)[~design.treated]
    if counts.any():
        weight = counts[counts > 0]
        found["weight_at"] = _SHARES
        found["weight_external"] = tuple(float(v) for v in np.quantile(weight / weight.mean(), _SHARES))
    logit = design.logit
    if not logit.size or not counts.any() or np.ptp(logit) == 0:
        return found
    low, high = float(logit.min()), float(logit.max())
    grid = np.linspace(low - 0.1 * (high - low), high + 0.1 * (high - low), _POINTS)
    try:
        curves = [
            density(design.logit_trial, None, grid),
            density(design.logit_external, None, grid),
            density(design.logit_external, counts, grid),
        ]
    except ValueError:  # one side has a single score: there is no density to draw
        return found
    found["at"] = tuple(float(v) for v in grid)
    for name, curve in zip(("density_trial", "density_external", "density_weighted"), curves, strict=True):
        found[name] = tuple(float(v) for v in curve.density)
    return found
