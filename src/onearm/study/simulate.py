"""How the protocol's own comparison plan behaves where the truth is known: bias, coverage, type I error, power."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from onearm.cohort.baseline import Baseline
from onearm.endpoints.sample import Times
from onearm.endpoints.time_to_event import Words
from onearm.endpoints.weighted import weighted_effects
from onearm.errors import UsageError
from onearm.external.blind import Blind, blind
from onearm.external.score import matrix
from onearm.protocol.comparison import Comparison
from onearm.protocol.endpoint import Survival
from onearm.protocol.method import MODELLED
from onearm.protocol.method_words import short_words
from onearm.study.arms import arms
from onearm.study.blind import designs_of
from onearm.study.trial import Trial
from onearm.study.truth import Pool, Truth, true_log_ratio

_CLAUSE = Survival.model_validate({"estimator": "survival", "fact": "time", "population": "drawn"})
_WORDS = Words(name="time", label="time", population="drawn", evidence="")

Told = Callable[[int], object]
"""Told after each run how many are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How one method of one comparison behaved over all runs.

    ``true_log_ratio`` is the marginal log hazard ratio of its estimand; ``bias``, ``sd`` and ``mean_error`` are of the
    estimated log hazard ratio, ``coverage`` of its limits, ``rejected`` the share of runs whose limits leave out no
    effect: type I error where the hazard ratio is 1, power elsewhere. ``kept`` is the mean share of trial patients
    kept, ``gates_passed`` the share of runs in which every gate held, ``refused`` that without a hazard ratio. Where
    fewer than two runs have one, the numbers are None.
    """

    comparison: str
    method: str
    label: str
    estimand: str
    runs: int
    refused: float
    gates_passed: float
    kept: float
    true_log_ratio: float
    bias: float | None = None
    bias_error: float | None = None
    sd: float | None = None
    mean_error: float | None = None
    coverage: float | None = None
    rejected: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What came of a simulation, with everything that was assumed."""

    truth: Truth
    runs: int
    seed: int
    rows: tuple[Behaviour, ...]
    notes: tuple[str, ...]


def simulate(
    trial: Trial, runs: int = 200, seed: int = 1, truth: Truth | None = None, *, told: Told = lambda _: None
) -> Simulated:
    """Draw trial and external source many times under a stated truth and compare them as the protocol says.

    Covariates are those of the folder's eligible patients, trial and external together, drawn with replacement;
    outcomes of the folder are not looked at. Numbers of patients are those that the folder has.

    Parameters
    ----------
    trial
        What `onearm.load` returned.
    runs, seed
        How often, and the seed of everything drawn.
    truth
        What is true; the usual one unless given.
    told
        Called with the number of runs done.

    Raises
    ------
    UsageError
        U340 when the trial has no comparison; U347 when one cannot be simulated.
    """
    if runs < 2:
        raise ValueError(f"runs must be at least 2, found {runs}")
    true = truth or Truth()
    made = designs_of(trial, seed)
    if not made:
        step = "add one under `comparisons` of the protocol"
        raise UsageError.one("U340", "protocol.yaml", "the trial has no comparison: nothing can be simulated", step)
    found: list[Behaviour] = []
    notes: list[str] = []
    for place, (name, one) in enumerate(made.items()):
        plan = _Plan.of(name, one)
        drawn: dict[str, list[dict[str, Any]]] = {}
        for run in range(runs):
            for key, row in plan.once(true, seed, run):
                drawn.setdefault(key, []).append(row)
            told(place * runs + run + 1)
        found += plan.summary(drawn, true, runs, seed)
        notes += plan.notes
    return Simulated(truth=true, runs=runs, seed=seed, rows=tuple(found), notes=tuple(dict.fromkeys(notes)))


@dataclass(frozen=True, slots=True)
class _Plan:
    """One comparison: its settings, the patients to draw from, and the pool behind them."""

    name: str
    settings: Comparison
    frame: pl.DataFrame
    covariates: Mapping[str, Any]
    pool: Pool

    @classmethod
    def of(cls, name: str, made: Blind) -> _Plan:
        """The eligible patients of both sides with every covariate."""
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

    @property
    def methods(self) -> dict[str, Any]:
        """Methods that give a hazard ratio."""
        from onearm.external.design import methods

        return {k: m for k, m in methods(self.settings).items() if m.method not in MODELLED}

    @property
    def notes(self) -> tuple[str, ...]:
        """What is left out of a simulation."""
        left = [k for k, m in self.settings.methods.items() if m.method in MODELLED]
        said = ["alignment and eligibility are not simulated: every drawn patient is eligible"]
        if left:
            said.append(f"{self.name}: no hazard ratio, so not simulated: {', '.join(left)}")
        return tuple(said)

    def once(self, truth: Truth, seed: int, run: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every method on one drawn trial and source."""
        rng = np.random.default_rng([seed, run, *self.name.encode()])
        rows = self.pool.draw(truth, rng)
        first = Times(*self.pool.outcomes(rows[0], truth, rng, treated=True, drift=False), _named("t", rows[0].size))
        second = Times(*self.pool.outcomes(rows[1], truth, rng, treated=False, drift=True), _named("e", rows[1].size))
        ours, theirs = self._side("t", rows[0], 0.0, rng), self._side("e", rows[1], truth.missing, rng)
        settings = self.settings.model_copy(
            update={"methods": {k: m for k, m in self.methods.items() if k in self.settings.methods}}
        )
        made = blind(self.name, settings, ours, theirs, None, seed)
        for key in self.methods:
            yield key, _found(made, key, (first, second), seed + run)

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

    def summary(
        self, drawn: Mapping[str, list[dict[str, Any]]], truth: Truth, runs: int, seed: int
    ) -> Iterator[Behaviour]:
        """One record a method."""
        known: dict[str, float] = {}
        for key, method in self.methods.items():
            rows = drawn[key]
            if method.estimand not in known:
                known[method.estimand] = true_log_ratio(self.pool, truth, method.estimand, seed)
            good = [r for r in rows if r["value"] is not None]
            yield Behaviour(
                comparison=self.name,
                method=key,
                label=short_words(method),
                estimand=method.estimand,
                runs=runs,
                refused=1 - len(good) / runs,
                gates_passed=float(np.mean([r["passed"] for r in rows])),
                kept=float(np.mean([r["kept"] for r in rows])),
                true_log_ratio=known[method.estimand],
                **(_numbers(good, known[method.estimand]) if len(good) > 1 else {}),
            )


def _numbers(good: list[dict[str, Any]], true: float) -> dict[str, float]:
    value, error, low, high = (np.array([r[k] for r in good]) for k in ("value", "error", "low", "high"))
    sd = float(value.std(ddof=1))
    return {
        "bias": float(value.mean()) - true,
        "bias_error": sd / math.sqrt(value.size),
        "sd": sd,
        "mean_error": float(error.mean()),
        "coverage": float(np.mean((low <= true) & (true <= high))),
        "rejected": float(np.mean((low > 0) | (high < 0))),
    }


def _named(side: str, n: int) -> tuple[str, ...]:
    return tuple(f"{side}{i}" for i in range(n))


def _found(made: Blind, key: str, times: tuple[Times, Times], seed: int) -> dict[str, Any]:
    """The log hazard ratio of one method with its limits, pooled over imputed data sets where there are any."""
    design = made.designs[key]
    passed = not design.refused and all(g.passed for g in made.diagnoses[key].gates)
    row: dict[str, Any] = {"passed": passed, "kept": len(design.used_trial) / max(len(times[0].subjects), 1)}
    ratios = [_ratio(one, key, times, seed) for one in made.drawn or (made,)]
    if any(r is None for r in ratios):
        return row | {"value": None}
    logs = np.array(ratios, dtype=np.float64)
    if len(logs) == 1:
        return row | dict(zip(("value", "error", "low", "high"), logs[0].tolist(), strict=True))
    from onearm.stats.imputation import rubin

    pooled = rubin(logs[:, 0], logs[:, 1] ** 2, level=made.settings.level)
    return row | {
        "value": float(pooled.estimate[0]),
        "error": float(pooled.std_error[0]),
        "low": float(pooled.conf_low[0]),
        "high": float(pooled.conf_high[0]),
    }


def _ratio(made: Blind, key: str, times: tuple[Times, Times], seed: int) -> tuple[float, ...] | None:
    """Log hazard ratio, its standard error and its limits; None where there is none."""
    if made.designs[key].refused:
        return None
    try:
        groups = arms(made.designs[key], "", seed).timed(*times)
    except ValueError:
        return None
    ratio = weighted_effects(groups, _CLAUSE, made.settings.level, _WORDS, "").estimates[0]
    if ratio.value is None or ratio.low is None or ratio.high is None or ratio.std_error is None:
        return None
    return math.log(ratio.value), ratio.std_error, math.log(ratio.low), math.log(ratio.high)
