"""One comparison of the protocol on drawn patients: its covariates, its settings, its outcomes under a stated truth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from onearm.cohort.baseline import Baseline
from onearm.endpoints.sample import Times
from onearm.endpoints.time_to_event import Words
from onearm.endpoints.weighted import weighted_effects
from onearm.errors import UsageError
from onearm.external.blind import Blind, blind
from onearm.external.design import PRIMARY, methods
from onearm.external.score import matrix
from onearm.protocol.comparison import Comparison
from onearm.protocol.endpoint import Survival
from onearm.protocol.method import MODELLED, Method
from onearm.study.arms import arms
from onearm.study.truth import Pool, Truth

_CLAUSE = Survival.model_validate({"estimator": "survival", "fact": "time", "population": "drawn"})
_WORDS = Words(name="time", label="time", population="drawn", evidence="")

TimesOfBoth = tuple[Times, Times]
"""Times of the trial's patients and of the external ones."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A log hazard ratio with its standard error and its limits."""

    value: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """Both sides of one drawn trial, and their times under one truth."""

    trial: Baseline
    external: Baseline
    times: TimesOfBoth


@dataclass(frozen=True, slots=True)
class Plan:
    """One comparison: its settings, the patients to draw from, and the pool behind them."""

    name: str
    settings: Comparison
    frame: pl.DataFrame
    covariates: Mapping[str, Any]
    pool: Pool

    @classmethod
    def of(cls, name: str, made: Blind) -> Plan:
        """The eligible patients of both sides with every covariate.

        Raises
        ------
        UsageError
            U347 when there are too few of them, or no covariate varies.
        """
        settings = made.settings.model_copy(update={"alignment": None, "eligibility": ()})
        asked = list(settings.covariates)
        ours, theirs = (side.baseline.complete(asked)[0] for side in (made.trial, made.external))
        n, m = (len(side.baseline.subjects) for side in (made.trial, made.external))
        seen = matrix(ours, theirs, settings.covariates)
        if n < 2 or m < 2 or seen.x.shape[0] < 2 or not seen.columns:
            says = f"comparison {name}: {n} trial and {m} external patients with covariates to draw from"
            raise UsageError.one("U347", name, says, "see `onearm check` for who is left out, and why")
        frame = pl.concat([side.frame.select(*asked) for side in (ours, theirs)])
        return cls(name, settings, frame, {k: ours.covariates[k] for k in asked}, Pool.of(seen.x, n, m))

    def of_size(self, trial: int, external: int) -> Plan:
        """The same with other numbers of patients."""
        return replace(self, pool=replace(self.pool, trial=trial, external=external))

    def only(self, keys: tuple[str, ...]) -> Plan:
        """The same with the primary method and, of the further ones, those named."""
        kept = {k: m for k, m in self.settings.methods.items() if k in keys}
        return replace(self, settings=self.settings.model_copy(update={"methods": kept}))

    @property
    def methods(self) -> dict[str, Method]:
        """Methods that give a hazard ratio."""
        return {k: m for k, m in methods(self.settings).items() if m.method not in MODELLED}

    @property
    def notes(self) -> tuple[str, ...]:
        """What is left out of a simulation."""
        left = [k for k, m in self.settings.methods.items() if m.method in MODELLED]
        said = ["alignment and eligibility are not simulated: every drawn patient is eligible"]
        if left:
            said.append(f"{self.name}: no hazard ratio, so not simulated: {', '.join(left)}")
        return tuple(said)

    def draw(self, truth: Truth, seed: int, run: int) -> Drawn:
        """One trial and one external source.

        Who is drawn, and what is missing, does not hang on the hazard ratio: two truths that differ in it alone have
        the same patients under the same seed and run.
        """
        rng = np.random.default_rng([seed, run, *self.name.encode()])
        rows = self.pool.draw(truth, rng)
        first = Times(*self.pool.outcomes(rows[0], truth, rng, treated=True, drift=False), _named("t", rows[0].size))
        second = Times(*self.pool.outcomes(rows[1], truth, rng, treated=False, drift=True), _named("e", rows[1].size))
        ours, theirs = self._side("t", rows[0], 0.0, rng), self._side("e", rows[1], truth.missing, rng)
        return Drawn(ours, theirs, (first, second))

    def design(self, drawn: Drawn, seed: int) -> Blind:
        """Every method that gives a hazard ratio, on the drawn covariates."""
        able = {k: m for k, m in self.methods.items() if k != PRIMARY}
        settings = self.settings.model_copy(update={"methods": able})
        return blind(self.name, settings, drawn.trial, drawn.external, None, seed)

    def once(self, truth: Truth, seed: int, run: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every method on one drawn trial and source."""
        drawn = self.draw(truth, seed, run)
        made = self.design(drawn, seed)
        for key in self.methods:
            ratio = log_ratio(made, key, drawn.times, seed + run)
            kept = len(made.designs[key].used_trial) / max(self.pool.trial, 1)
            yield key, {"passed": passed(made, key), "kept": kept, "ratio": ratio}

    def _side(self, name: str, rows: np.ndarray, missing: float, rng: np.random.Generator) -> Baseline:
        frame = self.frame[rows.tolist()]
        if missing:
            frame = frame.with_columns(
                pl.when(pl.Series(rng.random(rows.size) < missing)).then(None).otherwise(pl.col(c)).alias(c)
                for c in frame.columns
            )
        named = _named(name, rows.size)
        at = pl.Series("at", [f"drawn:{i}" for i in range(rows.size)])
        return Baseline(name, self.covariates, frame.with_columns(pl.Series("subject", named), at))


def _named(side: str, n: int) -> tuple[str, ...]:
    return tuple(f"{side}{i}" for i in range(n))


def passed(made: Blind, key: str) -> bool:
    """Whether a method has a design and every gate of it held."""
    return not made.designs[key].refused and all(g.passed for g in made.diagnoses[key].gates)


def log_ratio(made: Blind, key: str, times: TimesOfBoth, seed: int) -> Ratio | None:
    """The log hazard ratio of one method with its limits, pooled over imputed data sets where there are any."""
    ratios = [_ratio(one, key, times, seed) for one in made.drawn or (made,)]
    found = [r for r in ratios if r is not None]
    if len(found) < len(ratios):
        return None
    if len(found) == 1:
        return found[0]
    from onearm.stats.imputation import rubin

    values, errors = np.array([r.value for r in found]), np.array([r.error for r in found])
    pooled = rubin(values, errors**2, level=made.settings.level)
    numbers = (pooled.estimate, pooled.std_error, pooled.conf_low, pooled.conf_high)
    return Ratio(*(float(one[0]) for one in numbers))


def _ratio(made: Blind, key: str, times: TimesOfBoth, seed: int) -> Ratio | None:
    """That of one data set; None where there is none."""
    if made.designs[key].refused:
        return None
    try:
        groups = arms(made.designs[key], "", seed).timed(*times)
    except ValueError:
        return None
    ratio = weighted_effects(groups, _CLAUSE, made.settings.level, _WORDS, "").estimates[0]
    if ratio.value is None or ratio.low is None or ratio.high is None or ratio.std_error is None:
        return None
    return Ratio(math.log(ratio.value), ratio.std_error, math.log(ratio.low), math.log(ratio.high))
