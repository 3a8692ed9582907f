"""The probability of being a trial patient, given the covariates: how unlike the two sides are, as one number."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onearm.cohort.baseline import Baseline
from onearm.protocol.method import Score
from onearm.stats.logistic import logistic

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Covariates as a model sees them: ``x`` (n + m, p), trial first, ``columns`` (p,); ``dropped`` never vary."""

    x: Floats
    columns: tuple[str, ...]
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of everybody on the logit scale, or why there are none."""

    logit: Floats = field(default_factory=lambda: np.zeros(0))
    refused: str = ""
    notes: tuple[str, ...] = ()


def matrix(trial: Baseline, external: Baseline, covariates: tuple[str, ...]) -> Matrix:
    """The columns that vary, without the first level that occurs of each category: the others are against it."""
    sides = [side.balance_matrix(covariates) for side in (trial, external)]
    x, columns = np.vstack([found[0] for found in sides]), sides[0][1]
    if not x.size:
        return Matrix(x, (), ())
    varies = np.ptp(x, axis=0) > 0
    dropped = tuple(c for c, moves in zip(columns, varies, strict=True) if not moves and "=" not in c)
    against: set[str] = set()
    for j, column in enumerate(columns):
        name, level = column.partition("=")[::2]
        if level and varies[j] and name not in against:
            against.add(name)
            varies[j] = False
    kept = tuple(c for c, free in zip(columns, varies, strict=True) if free)
    return Matrix(np.ascontiguousarray(x[:, varies]), kept, dropped)


def score(settings: Score, seen: Matrix, trial: Baseline, external: Baseline) -> Scored:
    """Fit the score that the settings ask for.

    Parameters
    ----------
    settings
        The model.
    seen
        The covariates of both sides.
    trial, external
        The two sides, for a score that is a column.
    """
    treated = np.r_[np.ones(len(trial.subjects)), np.zeros(len(external.subjects))]
    if settings.model == "column":
        return _column(settings.column or "", trial, external)
    if not seen.columns:
        return Scored(refused="no covariate varies: there is nothing to match on")
    notes = tuple(f"{name} is the same in everybody and has no part in the score" for name in seen.dropped)
    if settings.model == "scikit-learn":
        return _fitted_elsewhere(settings, seen.x, treated, notes)
    if settings.model == "ridge":
        spread = seen.x.std(axis=0)
        fit = logistic((seen.x - seen.x.mean(axis=0)) / spread, treated, penalty=float(settings.penalty or 0.0))
    else:
        fit = logistic(seen.x, treated, **({"firth": True} if settings.model == "firth" else {}))
    if not fit.converged:
        return Scored(refused=f"the score cannot be estimated: {_named(fit.message, seen.columns)}")
    return Scored(fit.linear_predictor, notes=notes)


def _named(message: str, columns: tuple[str, ...]) -> str:
    """The message with the columns called by their names; the next step is one that a protocol can take."""
    words = message.replace("drop a column or use a penalty", "leave a covariate out, or use `score: firth`")
    return f"{words} (columns: {', '.join(f'{i} {c}' for i, c in enumerate(columns))})"


def _column(name: str, trial: Baseline, external: Baseline) -> Scored:
    given = np.concatenate([side.frame[name].to_numpy() for side in (trial, external)]).astype(np.float64)
    if np.isnan(given).any():
        return Scored(refused=f"{int(np.isnan(given).sum())} patients have no score in the column {name}")
    if not ((given > 0) & (given < 1)).all():
        return Scored(refused=f"the column {name} holds values outside 0 to 1: a score is a probability")
    return Scored(np.log(given) - np.log1p(-given), notes=(f"scores were read from the column {name}",))


def _fitted_elsewhere(settings: Score, x: Floats, treated: Floats, notes: tuple[str, ...]) -> Scored:
    """Scores of a scikit-learn classifier, named by its import path."""
    path = settings.estimator or ""
    module, _, name = path.rpartition(".")
    if not module.startswith("sklearn."):
        return Scored(refused=f"the estimator {path} is not one of scikit-learn (sklearn.module.Class)")
    try:
        model: Any = getattr(import_module(module), name)(**settings.settings)
    except ModuleNotFoundError:
        return Scored(refused="scikit-learn is not installed: install onearm[scikit-learn]")
    except (AttributeError, TypeError, ValueError) as problem:
        return Scored(refused=f"the estimator {path} cannot be made: {problem}")
    if not hasattr(model, "predict_proba"):
        return Scored(refused=f"the estimator {path} gives no probabilities")
    try:
        e = np.asarray(model.fit(x, treated.astype(np.int64)).predict_proba(x)[:, 1], dtype=np.float64)
    except ValueError as problem:
        return Scored(refused=f"the estimator {path} could not be fitted: {problem}")
    if not ((e > 0) & (e < 1)).all():
        return Scored(refused=f"{path} gives {int(((e <= 0) | (e >= 1)).sum())} scores of 0 or 1: no overlap there")
    return Scored(np.log(e) - np.log1p(-e), notes=(*notes, f"scores by {path}; their uncertainty is not counted"))
