"""The blind half of a published comparator: weights that give the trial's patients its baseline table.

Only a `Baseline` goes in, which has no outcome.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onearm.cohort.baseline import Baseline
from onearm.protocol.published import Published
from onearm.results import Gate
from onearm.stats.weighting import Maic, maic

Floats = NDArray[np.float64]

POPULATION = "the comparator's population"
"""The estimand of these weights: their effects speak of the patients of the publication, not of the trial's."""


@dataclass(frozen=True, slots=True)
class Target:
    """One number of the baseline table: words, the trial's own number, the weighted one, the published one."""

    covariate: str
    statistic: str
    label: str
    unit: str
    trial: float
    weighted: float | None
    published: float


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """What the blind half made of one published comparator.

    Parameters
    ----------
    subjects
        Trial patients with every covariate, in order.
    incomplete
        Those without.
    x, means, sds, medians
        The columns (n, p) and what was published of each (p,), NaN where nothing was.
    fit
        The weights; None when they were refused.
    refused
        Why there are none.
    targets
        The baseline table: trial, weighted, published.
    gates
        What was asked for and found.
    """

    subjects: tuple[str, ...]
    incomplete: tuple[str, ...]
    x: Floats
    means: Floats
    sds: Floats
    medians: Floats
    fit: Maic | None
    refused: str
    targets: tuple[Target, ...]
    gates: tuple[Gate, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """The gates that did not hold, in words."""
        return tuple(
            f"GATE FAILED, not to be read as an effect: {g.name}: {g.says}" for g in self.gates if not g.passed
        )


def published_weights(name: str, settings: Published, base: Baseline) -> PublishedWeights:
    """Weights under which the trial's patients have the published means, SDs, medians and shares.

    Parameters
    ----------
    name, settings
        The comparator.
    base
        Covariates of the trial's patients; those who lack one are left out and counted.
    """
    if not isinstance(base, Baseline):
        raise TypeError("weights are made from a Baseline, which has no outcome")
    complete, incomplete = base.complete(tuple(settings.covariates))
    asked = list(_columns(settings, complete))
    x = np.column_stack([c.values for c in asked]) if asked else np.empty((len(complete.subjects), 0))
    means, sds, medians = (np.array([getattr(c, k) for c in asked]) for k in ("mean", "sd", "median"))
    fit, refused = _fitted(x, means, sds, medians, [c.label for c in asked])
    targets = tuple(_targets(asked, fit)) if len(complete.subjects) else ()
    gates = tuple(_gates(name, settings, len(complete.subjects) + len(incomplete), fit, refused))
    return PublishedWeights(complete.subjects, incomplete, x, means, sds, medians, fit, refused, targets, gates)


@dataclass(frozen=True, slots=True)
class _Column:
    covariate: str
    label: str
    unit: str
    values: Floats
    mean: float = math.nan
    sd: float = math.nan
    median: float = math.nan


def _columns(settings: Published, base: Baseline) -> Iterator[_Column]:
    for name, reported in settings.covariates.items():
        covariate = base.covariates[name]
        if covariate.is_number:
            values = base.frame[name].to_numpy().astype(np.float64)
            given = {k: getattr(reported, k) for k in ("mean", "sd", "median") if getattr(reported, k) is not None}
            yield _Column(name, covariate.label, covariate.unit or "units of the covariate", values, **given)
            continue
        levels = [level for level in covariate.levels if level in reported.shares]
        if len(levels) == len(covariate.levels):
            levels = levels[1:]  # the first follows from the others
        there = np.array(base.frame[name].to_list(), dtype=object)
        for level in levels:
            label = f"{covariate.label}, {level}"
            share = reported.shares[level]
            yield _Column(f"{name}={level}", label, "proportion", (there == level).astype(np.float64), mean=share)


def _fitted(x: Floats, means: Floats, sds: Floats, medians: Floats, labels: Sequence[str]) -> tuple[Maic | None, str]:
    if x.shape[0] < 2:
        return None, f"{x.shape[0]} patients have every covariate"
    try:
        fit = maic(x, means, sds, medians)
    except ValueError as problem:
        return None, _named(str(problem), labels)
    if fit.converged:
        return fit, ""
    return None, f"no weights reach the published baseline table: {_named(fit.message, labels)}"


def _named(message: str, labels: Sequence[str]) -> str:
    """A message of the kernel with the covariates' labels in the place of its columns' numbers."""
    return re.sub(r"column (\d+)", lambda found: f'"{labels[int(found[1])]}"', message)


def _targets(columns: list[_Column], fit: Maic | None) -> Iterator[Target]:
    share = None if fit is None else fit.rescaled / fit.rescaled.sum()
    for c in columns:
        even = np.full(c.values.size, 1 / c.values.size)
        for statistic, of, published in (("mean", _mean, c.mean), ("sd", _sd, c.sd)):
            if not math.isnan(published):
                named = "share" if c.unit == "proportion" else {"mean": "mean", "sd": "standard deviation"}[statistic]
                after = None if share is None else of(c.values, share)
                unit = c.unit
                yield Target(c.covariate, statistic, f"{c.label}, {named}", unit, of(c.values, even), after, published)
        if not math.isnan(c.median):
            below = (c.values <= c.median).astype(np.float64)
            after = None if share is None else _mean(below, share)
            label = f"{c.label}, share at or below the published median"
            yield Target(c.covariate, "median", label, "proportion", _mean(below, even), after, 0.5)


def _mean(x: Floats, share: Floats) -> float:
    return float(share @ x)


def _sd(x: Floats, share: Floats) -> float:
    """Of the weighted distribution itself, as the published one is matched."""
    return math.sqrt(max(float(share @ x**2) - float(share @ x) ** 2, 0.0))


def _gates(name: str, settings: Published, n: int, fit: Maic | None, refused: str) -> Iterator[Gate]:
    limits = settings.gates
    size = None if fit is None else fit.effective_sample_size
    if limits is None:
        return
    if limits.min_effective is not None:
        says = refused or f"{size:.1f} of {n} patients; at least {limits.min_effective:g} required"
        passed = size is not None and size >= limits.min_effective
        yield _gate(
            "effective", name, "Effective number of weighted patients", size, limits.min_effective, passed, says
        )
    if limits.min_share is not None:
        share = None if size is None else size / n
        says = refused or f"{size:.1f} of {n} patients; at least {100 * limits.min_share:g} % of them required"
        passed = share is not None and share >= limits.min_share
        yield _gate("effective_share", name, "Effective share of the patients", share, limits.min_share, passed, says)


def _gate(key: str, name: str, words: str, value: float | None, threshold: float, passed: bool, says: str) -> Gate:
    return Gate(
        id=f"gate.{key}|{name}/maic",
        comparison=f"{name}/maic",
        name=words,
        value=value,
        threshold=threshold,
        passed=passed,
        says=says,
    )
