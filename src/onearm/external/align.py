"""Who may be compared: the protocol's eligibility and complete covariates, step by step, blind to outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from onearm.cohort.baseline import Baseline
from onearm.cohort.population import meets
from onearm.protocol.comparison import Comparison
from onearm.protocol.population import Condition


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an alignment: its name, why some were removed, who is left and who was removed."""

    name: str
    reason: str
    kept: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aligned:
    """The baseline of those left, how they came to be, and everybody with their rows (``subject``, ``at``)."""

    baseline: Baseline
    steps: tuple[Step, ...]
    everybody: pl.DataFrame

    def after_step(self, name: str, reason: str, everybody: Baseline) -> Aligned:
        """The same with a step in front, when some of ``everybody`` had been left out before."""
        first = set(self.steps[0].kept)
        removed = tuple(s for s in everybody.subjects if s not in first)
        if not removed:
            return self
        start = Step("start", "", everybody.subjects, ())
        steps = (start, Step(name, reason, self.steps[0].kept, removed), *self.steps[1:])
        return Aligned(self.baseline, steps, everybody.frame.select("subject", "at"))

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Those eligible who were left out because a covariate is missing."""
        return self.steps[-1].removed


def align(baseline: Baseline, conditions: Sequence[Condition], covariates: Sequence[str]) -> Aligned:
    """Apply eligibility and then require every covariate.

    Who lacks a value that eligibility asks for is not called ineligible but incomplete.

    Parameters
    ----------
    baseline
        Everybody, with the covariates and the columns that the conditions name.
    conditions
        Eligibility, in order.
    covariates
        Those that must be known (complete cases).

    Returns
    -------
    Aligned
        Steps ``start``, ``eligible.1`` ..., ``complete``; at each, before = kept + removed.
    """
    steps = [Step("start", "", baseline.subjects, ())]
    left = baseline
    for i, condition in enumerate(conditions, 1):
        good = meets(condition, left.frame)
        if not condition.asks_if_given:  # an unknown value decides nothing here: it makes an incomplete case below
            good = good | left.frame[condition.name].is_null()
        removed = tuple(left.frame.filter(~good)["subject"])
        left = left.only(left.frame.filter(good)["subject"])
        steps.append(Step(f"eligible.{i}", condition.words, left.subjects, removed))
    asked = [c.name for c in conditions if not c.asks_if_given]
    left, removed = left.complete(list(dict.fromkeys([*covariates, *asked])))
    steps.append(Step("complete", "a covariate is missing", left.subjects, removed))
    return Aligned(left, tuple(steps), baseline.frame.select("subject", "at"))


def needed(comparison: Comparison) -> tuple[str, ...]:
    """Columns that a comparison may look at before the outcomes: its covariates and those of its eligibility."""
    used = [*comparison.covariates, *(c.column for c in comparison.eligibility if c.column)]
    return tuple(dict.fromkeys(used))
