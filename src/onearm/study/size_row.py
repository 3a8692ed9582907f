"""What one size of trial and external source does: its runs, and what they come to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from onearm.external.balancing import balancing
from onearm.external.blind import Blind
from onearm.protocol.method_words import short_words
from onearm.stats.binomial import proportion_interval
from onearm.stats.overlap import overlap_coefficient
from onearm.stats.weighting import effective_sample_size
from onearm.study.drawn import Plan, Ratio, log_ratio, passed
from onearm.study.truth import Truth


@dataclass(frozen=True, slots=True)
class Run:
    """One method on one drawn trial.

    ``effect`` and ``none`` are its log hazard ratios under the stated truth and under no effect, None where there is
    none. ``effective_trial`` and ``effective_external`` are effective numbers and ``lost`` trial patients without a
    place, means over imputed data sets; ``overlap`` is that of the scores, None without a score.
    """

    effect: Ratio | None
    none: Ratio | None
    passed: bool
    refused: bool
    effective_trial: float
    effective_external: float
    lost: float
    overlap: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What one method does at one size, over all runs.

    ``power`` is the share of runs whose limits lie beyond no effect, on the side of the stated hazard ratio; ``held``
    that of runs in which, besides, every gate held; ``type_one`` the share, without an effect, of limits that leave it
    out on either side, ``type_one_side`` on the side of the stated ratio. A run without a number claims nothing.
    ``bias`` and ``coverage`` are of the log hazard ratio against the marginal one of the estimand (the whole trial's
    for the ATT, whoever was lost), in the runs that have a number. ``effective_trial``, ``effective_external`` and
    ``lost`` are means over all runs (0, 0 and everybody where there is no design), ``overlap`` is that of the overlap
    coefficient of the scores before any weighting, in the runs whose scores have densities. ``gate_failed`` and
    ``refused`` are shares of runs: a gate failed, no hazard ratio was found. ``_error`` is a Monte Carlo standard
    error, ``_low`` and ``_high`` are exact 95% limits.
    """

    comparison: str
    method: str
    label: str
    estimand: str
    trial: int
    external: int
    runs: int
    power: float
    power_error: float
    power_low: float
    power_high: float
    held: float
    held_error: float
    held_low: float
    held_high: float
    type_one: float
    type_one_error: float
    type_one_low: float
    type_one_high: float
    type_one_side: float
    true_log_ratio: float
    effective_trial: float
    effective_external: float
    lost: float
    overlap: float | None
    gate_failed: float
    refused: float
    bias: float | None = None
    bias_error: float | None = None
    coverage: float | None = None
    coverage_error: float | None = None


def runs_of(plan: Plan, keys: tuple[str, ...], truth: Truth, seed: int, first: int, last: int) -> list[tuple[Run, ...]]:
    """Runs ``first`` to ``last`` - 1 of one size, each with one entry a method."""
    return [_once(plan, keys, truth, seed, run) for run in range(first, last)]


def _once(plan: Plan, keys: tuple[str, ...], truth: Truth, seed: int, run: int) -> tuple[Run, ...]:
    """One drawn trial: covariates and designs once, times under the effect and under none."""
    drawn = plan.draw(truth, seed, run)
    without = plan.draw(replace(truth, hazard_ratio=1.0), seed, run).times
    made = plan.design(drawn, seed)
    return tuple(
        _run(made, key, log_ratio(made, key, drawn.times, seed + run), log_ratio(made, key, without, seed + run))
        for key in keys
    )


def _run(made: Blind, key: str, effect: Ratio | None, none: Ratio | None) -> Run:
    sides = [_numbers(one, key) for one in made.drawn or (made,)]
    ours, theirs, lost = (float(np.mean([side[i] for side in sides])) for i in range(3))
    shared = [side[3] for side in sides if side[3] is not None]
    overlap = float(np.mean(shared)) if shared else None
    return Run(effect, none, passed(made, key), bool(made.designs[key].refused), ours, theirs, lost, overlap)


def _numbers(made: Blind, key: str) -> tuple[float, float, float, float | None]:
    """Effective numbers of both sides, trial patients lost, and the overlap of the scores."""
    design = made.designs[key]
    lost = float(len(design.trial) - len(design.used_trial))
    if design.refused:
        return 0.0, 0.0, lost, None
    weight, treated = balancing(design), design.treated
    ours, theirs = (effective_sample_size(weight[side]) if weight[side].any() else 0.0 for side in (treated, ~treated))
    if not design.logit.size:
        return ours, theirs, lost, None
    try:
        return ours, theirs, lost, overlap_coefficient(design.logit, treated)
    except ValueError:  # scores without any spread, or too far apart for a density
        return ours, theirs, lost, None


def size_row(plan: Plan, key: str, truth: Truth, seen: Sequence[Run], known: Mapping[str, float]) -> Size:
    """What the runs of one method at one size come to; ``known`` are true marginal log ratios by estimand."""
    method = plan.methods[key]
    true, side = known[method.estimand], math.copysign(1.0, math.log(truth.hazard_ratio))
    claims = np.array([run.effect is not None and _beyond(run.effect, side) for run in seen])
    held = claims & np.array([run.passed for run in seen])
    wrong = np.array([run.none is not None and (_beyond(run.none, 1.0) or _beyond(run.none, -1.0)) for run in seen])
    same = np.array([run.none is not None and _beyond(run.none, side) for run in seen])
    good = [run.effect for run in seen if run.effect is not None]
    shared = [run.overlap for run in seen if run.overlap is not None]
    return Size(
        comparison=plan.name,
        method=key,
        label=short_words(method),
        estimand=method.estimand,
        trial=plan.pool.trial,
        external=plan.pool.external,
        runs=len(seen),
        **_share("power", claims),
        **_share("held", held),
        **_share("type_one", wrong),
        type_one_side=float(same.mean()),
        true_log_ratio=true,
        effective_trial=float(np.mean([run.effective_trial for run in seen])),
        effective_external=float(np.mean([run.effective_external for run in seen])),
        lost=float(np.mean([run.lost for run in seen])),
        overlap=float(np.mean(shared)) if shared else None,
        gate_failed=1 - float(np.mean([run.passed for run in seen])),
        refused=1 - len(good) / len(seen),
        **(_against(good, true) if len(good) > 1 else {}),
    )


def _beyond(ratio: Ratio, side: float) -> bool:
    """Whether the limits leave out no effect on one side: 1 above, -1 below."""
    return ratio.low > 0 if side > 0 else ratio.high < 0


def _error(hits: np.ndarray) -> float:
    """Monte Carlo standard error of a share, sqrt(s (1 - s) / R)."""
    share = float(hits.mean())
    return math.sqrt(share * (1 - share) / hits.size)


def _share(name: str, hits: np.ndarray) -> dict[str, float]:
    """A share with its error and its exact limits."""
    found = proportion_interval(int(hits.sum()), hits.size)
    return {
        name: found.estimate,
        f"{name}_error": _error(hits),
        f"{name}_low": found.low,
        f"{name}_high": found.high,
    }


def _against(good: Sequence[Ratio], true: float) -> dict[str, float]:
    """Bias and coverage against the true log ratio."""
    value, low, high = np.array([(r.value, r.low, r.high) for r in good]).T
    covered = (low <= true) & (true <= high)
    return {
        "bias": float(value.mean()) - true,
        "bias_error": float(value.std(ddof=1)) / math.sqrt(value.size),
        "coverage": float(covered.mean()),
        "coverage_error": _error(covered),
    }
