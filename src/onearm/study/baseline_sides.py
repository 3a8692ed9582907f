"""Covariates of the external patients before and after the choice, as the trial's are summarised. No outcome is read.

The values are those on record, so that what was imputed or marked as missing shows as missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onearm.cohort.baseline import baseline
from onearm.cohort.tables import Cohort
from onearm.external.balancing import balancing
from onearm.external.blind import Blind
from onearm.protocol.document import Protocol
from onearm.protocol.endpoint import Distribution, Summary
from onearm.protocol.trial import Covariate
from onearm.results import Estimate
from onearm.stats.describe import WEIGHTED_RULE, summary

_STATISTICS = {
    "median": ("median", "median"),
    "q1": ("first quartile", "quartile, R type 7"),
    "q3": ("third quartile", "quartile, R type 7"),
    "mean": ("mean", "mean"),
    "sd": ("standard deviation", "standard deviation, n - 1"),
    "min": ("minimum", "minimum"),
    "max": ("maximum", "maximum"),
}
"""Statistics with their words and methods, as the trial's own summaries say them."""

_WEIGHTED = {
    "median": f"weighted median, {WEIGHTED_RULE}",
    "q1": f"weighted quartile, {WEIGHTED_RULE}",
    "q3": f"weighted quartile, {WEIGHTED_RULE}",
    "mean": "weighted mean",
    "sd": "weighted standard deviation",
}


@dataclass(frozen=True, slots=True)
class _Side:
    """The external patients at one stage: names (n,), weights (n,) or None for equal ones, and whom that is."""

    group: str
    subjects: tuple[str, ...]
    weight: NDArray[np.float64] | None
    population: str


def baseline_sides(made: Blind, protocol: Protocol, source: Cohort, prefix: str) -> list[Estimate]:
    """Summaries of every covariate of a comparison in the external patients, before and after the primary method.

    Ids are those of the trial's baseline endpoint on the covariate (its own name without one) with
    ``|COMPARISON/external_before`` or ``/external_after``; ``variable`` is the covariate.

    Parameters
    ----------
    made
        The blind half of the comparison.
    source
        The external cohort, of which covariates alone are taken.
    prefix
        What stands before the names of its subjects.
    """
    covariates = made.settings.covariates
    taken = baseline(source, covariates, protocol)
    of = dict(zip(taken.subjects, range(len(taken.subjects)), strict=True))
    columns = {name: taken.frame[name].to_list() for name in covariates}
    found: list[Estimate] = []
    for side in _stages(made):
        rows = [of[s] for s in side.subjects]
        for name in covariates:
            values = [columns[name][i] for i in rows]
            found += _covariate(protocol, name, values, side, prefix)
    return found


def _stages(made: Blind) -> Iterator[_Side]:
    design = made.primary
    yield _Side(f"{made.name}/external_before", design.external, None, "external, eligible, before matching")
    weight = np.zeros(0) if design.refused else balancing(design)[len(design.trial) :]
    used = weight > 0
    if not used.any():
        return
    kept = tuple(s for s, u in zip(design.external, used, strict=True) if u)
    some = weight[used]
    equal = bool(np.ptp(some) <= 1e-12 * some.max())
    words = "external, after matching" if equal else "external, weighted"
    yield _Side(f"{made.name}/external_after", kept, None if equal else some, words)


def _covariate(protocol: Protocol, name: str, values: Sequence[Any], side: _Side, prefix: str) -> Iterator[Estimate]:
    key, label = _named(protocol, name)
    covariate = protocol.covariates[name]
    common: dict[str, Any] = {
        "variable": name,
        "context": "baseline",
        "population": side.population,
        "group": side.group,
        "evidence": "baseline",
    }
    named = tuple(prefix + s for s in side.subjects)
    known = tuple(v is not None for v in values)
    if covariate.is_number:
        yield from _number(
            key, label, covariate, values, side, [s for s, k in zip(named, known, strict=True) if k], common
        )
    else:
        yield from _levels(key, label, covariate, values, side, named, common)
    missing = tuple(s for s, k in zip(named, known, strict=True) if not k)
    yield Estimate(
        id=f"{key}.missing|{side.group}",
        label=f"{label}: missing",
        stat="missing",
        unit="patients",
        method="count",
        n=len(values),
        value=float(len(missing)),
        subjects=missing,
        **common,
    )


def _named(protocol: Protocol, covariate: str) -> tuple[str, str]:
    """The id and the words under which the trial's own baseline endpoint speaks of a covariate."""
    one = protocol.covariates[covariate]
    unit = f", {one.unit}" if one.is_number and one.unit else ""
    for name, e in protocol.endpoints.items():
        if isinstance(e, Summary | Distribution) and e.covariate == covariate:
            return name, (e.label or one.label) + unit
    taken = covariate in protocol.endpoints  # an endpoint of this name is about something else
    return (f"{covariate}_covariate" if taken else covariate), one.label + unit


def _number(
    key: str,
    label: str,
    covariate: Covariate,
    values: Sequence[Any],
    side: _Side,
    known: Sequence[str],
    common: Mapping[str, Any],
) -> Iterator[Estimate]:
    found = summary(values, side.weight)
    for stat, (what, method) in _STATISTICS.items():
        value = getattr(found, stat)
        if value is not None and value != value:
            value = None
        yield Estimate(
            id=f"{key}.{stat}|{side.group}",
            label=f"{label}: {what}",
            stat=stat,
            unit=covariate.unit,
            method=method if side.weight is None else _WEIGHTED.get(stat, method),
            n=found.n,
            value=None if value is None else float(value),
            error="too few values" if value is None else None,
            subjects=tuple(known) if stat == "median" else (),
            subjects_of=() if stat == "median" else (f"{key}.median|{side.group}",),
            **common,
        )


def _levels(
    key: str,
    label: str,
    covariate: Covariate,
    values: Sequence[Any],
    side: _Side,
    named: Sequence[str],
    common: Mapping[str, Any],
) -> Iterator[Estimate]:
    weight = np.ones(len(values)) if side.weight is None else side.weight
    known = np.array([v is not None for v in values], dtype=bool)
    n, total = int(known.sum()), float(weight[known].sum())
    for level in covariate.levels:
        there = np.array([v == level for v in values], dtype=bool)
        events = int(there.sum())
        share = events / n if side.weight is None and n else float(weight[there].sum()) / total if total else None
        yield Estimate(
            id=f"{key}.{level}|{side.group}",
            label=f"{label}: {level}",
            stat="p",
            unit="proportion",
            method=("weighted " if side.weight is not None else "") + "share of those in whom it is known",
            n=n,
            events=events if side.weight is None else None,
            value=share,
            error=None if share is not None else "nobody in whom it is known",
            subjects=tuple(s for s, t in zip(named, there, strict=True) if t),
            **common,
        )
