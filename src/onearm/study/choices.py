"""What each method made of the two sides, as records."""

from __future__ import annotations

from collections.abc import Iterator

from onearm.external.blind import Blind
from onearm.external.design import PRIMARY
from onearm.protocol.method_words import method_words, short_words
from onearm.results import Choice
from onearm.stats.weighting import effective_sample_size


def choices(made: Blind) -> Iterator[Choice]:
    """One record a method, the primary one first."""
    for key, design in made.designs.items():
        assert design.settings is not None, "a design knows its method"
        ess = [
            effective_sample_size(w) if w.size and w.max() > 0 else 0.0
            for w in (design.weight_trial, design.weight_external)
        ]
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
            passed=all(g.passed for g in made.diagnoses[key].gates) and not design.refused,
            refused=design.refused,
            notes=design.notes,
        )
