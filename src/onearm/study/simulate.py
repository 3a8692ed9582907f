"""How the protocol's own comparison plan behaves where the truth is known: bias, coverage, type I error, power."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from onearm.errors import UsageError
from onearm.protocol.method_words import short_words
from onearm.study.blind import designs_of
from onearm.study.drawn import Plan, Ratio
from onearm.study.trial import Trial
from onearm.study.truth import Truth, true_log_ratio

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
        plan = Plan.of(name, one)
        drawn: dict[str, list[dict[str, Any]]] = {}
        for run in range(runs):
            for key, row in plan.once(true, seed, run):
                drawn.setdefault(key, []).append(row)
            told(place * runs + run + 1)
        found += _summary(plan, drawn, true, runs, seed)
        notes += plan.notes
    return Simulated(truth=true, runs=runs, seed=seed, rows=tuple(found), notes=tuple(dict.fromkeys(notes)))


def _summary(
    plan: Plan, drawn: Mapping[str, list[dict[str, Any]]], truth: Truth, runs: int, seed: int
) -> Iterator[Behaviour]:
    """One record a method."""
    known: dict[str, float] = {}
    for key, method in plan.methods.items():
        rows = drawn[key]
        if method.estimand not in known:
            known[method.estimand] = true_log_ratio(plan.pool, truth, method.estimand, seed)
        good = [r["ratio"] for r in rows if r["ratio"] is not None]
        yield Behaviour(
            comparison=plan.name,
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


def _numbers(good: Sequence[Ratio], true: float) -> dict[str, float]:
    value, error, low, high = np.array([(r.value, r.error, r.low, r.high) for r in good]).T
    sd = float(value.std(ddof=1))
    return {
        "bias": float(value.mean()) - true,
        "bias_error": sd / math.sqrt(value.size),
        "sd": sd,
        "mean_error": float(error.mean()),
        "coverage": float(np.mean((low <= true) & (true <= high))),
        "rejected": float(np.mean((low > 0) | (high < 0))),
    }
