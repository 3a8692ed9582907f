"""Missing covariates of both sides: told, refused, marked by an indicator, or imputed; blind to outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onearm.cohort.baseline import Baseline
from onearm.errors import listed
from onearm.protocol.alignment import Imputation, Missing, imputation_of, missing_words
from onearm.protocol.trial import Covariate
from onearm.stats.imputation import Imputed, impute

Floats = NDArray[np.float64]

LEVEL = "missing"
"""Level that a category gets where it is missing."""


@dataclass(frozen=True, slots=True)
class Lack:
    """How many of a side lack a covariate."""

    covariate: str
    trial: int
    trial_n: int
    external: int
    external_n: int


@dataclass(frozen=True, slots=True)
class Filled:
    """Both sides without gaps, and the covariates to compare them on."""

    trial: Baseline
    external: Baseline
    covariates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filling:
    """What became of the gaps.

    ``sets`` holds one pair of sides, or one per imputation: everything after it is done for each, and the results are
    pooled by Rubin's rules. ``words`` says how; ``refused`` why it could not be done, and then there is no set;
    ``drawn`` is the record of the imputation.
    """

    sets: tuple[Filled, ...]
    words: str
    refused: str = ""
    drawn: Imputed | None = None


def lacking(trial: Baseline, external: Baseline, covariates: Sequence[str]) -> tuple[Lack, ...]:
    """How many of each side lack each covariate, in the order given."""
    return tuple(
        Lack(
            name,
            trial.frame[name].null_count(),
            trial.frame.height,
            external.frame[name].null_count(),
            external.frame.height,
        )
        for name in covariates
    )


def fill(trial: Baseline, external: Baseline, covariates: Sequence[str], missing: Missing) -> Filling:
    """Do what the protocol says about missing covariates.

    Parameters
    ----------
    trial, external
        The aligned sides.
    covariates
        Those that are compared.
    missing
        The rule. ``complete-case`` finds nothing missing after `align`.

    Notes
    -----
    Imputation draws both sides together with the side as one of the predictors. The outcome is never one: nothing
    here can see it. Without it the relation between an imputed covariate and the outcome is drawn too weak, so some
    confounding by that covariate stays, the more the larger the share imputed.
    """
    gaps = [one for one in lacking(trial, external, covariates) if one.trial or one.external]
    words = missing_words(missing)
    if not gaps:
        return Filling((Filled(trial, external, tuple(covariates)),), words)
    names = [trial.covariates[one.covariate].label for one in gaps]
    if not isinstance(missing, Imputation) and missing in ("report", "complete-case"):
        why = f"covariates are missing ({listed(names)}), and the protocol does not say what to do about it"
        return Filling((), words, why)
    empty = [
        trial.covariates[one.covariate].label
        for one in gaps
        if one.trial == one.trial_n or one.external == one.external_n
    ]
    if empty:
        return Filling((), words, f"one side has no value at all of {listed(empty)}: nothing can stand in for it")
    if settings := imputation_of(missing):
        return _imputed(trial, external, tuple(covariates), settings, words)
    return _indicated(trial, external, tuple(covariates), [one.covariate for one in gaps], words)


def _indicated(
    trial: Baseline, external: Baseline, covariates: tuple[str, ...], gaps: Sequence[str], words: str
) -> Filling:
    """Numbers get the mean of both sides and a covariate that says so; categories get a level of their own."""
    added: list[str] = []
    sides = (trial, external)
    for name in gaps:
        covariate = trial.covariates[name]
        if not covariate.is_number:
            if LEVEL in covariate.levels:
                why = f'"{LEVEL}" is already a level of {covariate.label}: give that level another name'
                return Filling((), words, why)
            wider = covariate.model_copy(update={"levels": (*covariate.levels, LEVEL)})
            sides = (_with(sides[0], name, wider, LEVEL), _with(sides[1], name, wider, LEVEL))
            continue
        flag = f"{name}_{LEVEL}"
        if flag in trial.covariates:
            return Filling((), words, f'"{flag}" is already a covariate: give it another name')
        known = np.concatenate([s.frame[name].drop_nulls().to_numpy() for s in (trial, external)])
        sides = tuple(_flagged(s, name, covariate, float(known.mean())) for s in sides)  # type: ignore[assignment]
        added.append(flag)
    return Filling((Filled(*sides, (*covariates, *added)),), words)


def _with(side: Baseline, name: str, covariate: Covariate, value: str | float) -> Baseline:
    frame = side.frame.with_columns(pl.col(name).fill_null(value))
    return Baseline(side.name, {**side.covariates, name: covariate}, frame)


def _flagged(side: Baseline, name: str, covariate: Covariate, mean: float) -> Baseline:
    flag = Covariate(label=f"{covariate.label}: not known", levels=("no", "yes"))
    said = pl.when(pl.col(name).is_null()).then(pl.lit("yes")).otherwise(pl.lit("no")).alias(f"{name}_{LEVEL}")
    marked = Baseline(side.name, {**side.covariates, f"{name}_{LEVEL}": flag}, side.frame.with_columns(said))
    return _with(marked, name, covariate, mean)


def _imputed(
    trial: Baseline, external: Baseline, covariates: tuple[str, ...], settings: Imputation, words: str
) -> Filling:
    sides = (trial, external)
    columns = [np.concatenate([_coded(s, name) for s in sides]) for name in covariates]
    group = np.repeat([1.0, 0.0], [s.frame.height for s in sides])
    kinds = ["number" if trial.covariates[n].is_number else "category" for n in covariates]
    try:
        drawn = impute(
            np.column_stack([*columns, group]),
            [*kinds, "category"],
            imputations=settings.imputations,
            iterations=settings.iterations,
            numbers=settings.numbers,
            donors=settings.donors,
            seed=settings.seed,
        )
    except ValueError as problem:
        return Filling((), words, f"imputation is not possible: {problem} (columns: {', '.join(covariates)}, side)")
    cut = trial.frame.height
    sets = []
    for k in range(drawn.m):
        full = drawn.complete(k)
        ours, theirs = _decoded(trial, covariates, full[:cut]), _decoded(external, covariates, full[cut:])
        sets.append(Filled(ours, theirs, covariates))
    return Filling(tuple(sets), words, drawn=drawn)


def _coded(side: Baseline, name: str) -> Floats:
    """A covariate as numbers, NaN where it is missing; categories by the place of their level."""
    covariate, values = side.covariates[name], side.frame[name]
    if covariate.is_number:
        return np.asarray(values.to_numpy(), dtype=np.float64)
    place = {level: float(i) for i, level in enumerate(covariate.levels)}
    return np.array([place[v] if v is not None else np.nan for v in values.to_list()], dtype=np.float64)


def _decoded(side: Baseline, covariates: Sequence[str], full: Floats) -> Baseline:
    columns = []
    for j, name in enumerate(covariates):
        covariate = side.covariates[name]
        if covariate.is_number:
            columns.append(pl.Series(name, full[:, j], dtype=pl.Float64))
        else:
            columns.append(pl.Series(name, [covariate.levels[int(v)] for v in full[:, j]], dtype=pl.String))
    return Baseline(side.name, side.covariates, side.frame.with_columns(columns))
