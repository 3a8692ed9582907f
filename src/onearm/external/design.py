"""The design of a comparison: score, pairs, classes or weights, made from baseline covariates alone.

Nothing here can see an outcome: it receives `Baseline`, a type without outcome columns, and an import contract
keeps facts and endpoints out of this package.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from onearm.cohort.baseline import Baseline
from onearm.external.choose import Chosen, Sides, choose
from onearm.external.estimand import external_words, label
from onearm.external.record import Design
from onearm.external.score import Matrix, Scored, matrix, score
from onearm.protocol.comparison import Comparison
from onearm.protocol.method import CLASSES, PAIRING, SCORED, Method

__all__ = ["PRIMARY", "Design", "caliper_sd", "design", "designs"]

Floats = NDArray[np.float64]

PRIMARY = "primary"
"""The method that the comparison itself describes."""


def caliper_sd(logit_trial: Floats, logit_external: Floats, rule: str) -> float:
    """Standard deviation of the logit score that the caliper is a multiple of.

    ``pooled`` is sqrt((s1^2 + s0^2) / 2) (Austin 2011, doi:10.1002/pst.433), ``all`` the deviation of everybody,
    ``treated`` that of the trial.
    """
    if rule == "pooled":
        return float(np.sqrt((logit_trial.var(ddof=1) + logit_external.var(ddof=1)) / 2))
    if rule == "treated":
        return float(logit_trial.std(ddof=1))
    return float(np.concatenate([logit_trial, logit_external]).std(ddof=1))


def methods(comparison: Comparison) -> Mapping[str, Method]:
    """Every method of a comparison by name, the primary one first."""
    return {PRIMARY: comparison, **comparison.methods}


def designs(
    comparison: Comparison, trial: Baseline, external: Baseline, seed: int = 1, units: tuple[str, ...] = ()
) -> dict[str, Design]:
    """The design of every method of a comparison, the primary one first."""
    return {name: design(comparison, trial, external, m, seed, units) for name, m in methods(comparison).items()}


def refused(comparison: Comparison, trial: Baseline, external: Baseline, why: str) -> dict[str, Design]:
    """No design for any method, and why."""
    seen = Matrix(np.zeros((len(trial.subjects) + len(external.subjects), 0)), (), ())
    return {name: _refused(m, seen, trial, external, why) for name, m in methods(comparison).items()}


def design(
    comparison: Comparison,
    trial: Baseline,
    external: Baseline,
    method: Method | None = None,
    seed: int = 1,
    units: tuple[str, ...] = (),
) -> Design:
    """Fit the score and choose: pairs, classes or weights.

    Parameters
    ----------
    comparison
        Its settings.
    trial, external
        The aligned baselines, complete in every covariate. Anything but a `Baseline` is refused with TypeError.
    method
        The method; None for the primary one.
    seed
        Seed of an order that is random.
    units
        Whose row each external one is, where a person has several.
    """
    for side in (trial, external):
        if not isinstance(side, Baseline):
            raise TypeError(f"the design step takes a Baseline, not {type(side).__name__}")
    how = comparison if method is None else method
    seen = matrix(trial, external, comparison.covariates)
    n, m = len(trial.subjects), len(external.subjects)
    if n < 2 or m < 2:
        return _refused(how, seen, trial, external, f"too few subjects to match: {n} of the trial, {m} external")
    scored = score(how.scoring, seen, trial, external) if needs_score(how) else Scored()
    if scored.refused:
        return _refused(how, seen, trial, external, scored.refused)
    sides = Sides(how, comparison.covariates, trial, external, seen, scored.logit, seed, units)
    spread = width = 0.0
    if how.method in PAIRING | {"full"} and how.width is not None and scored.logit.size:
        spread = caliper_sd(*sides.split(sides.scale), how.width.sd)
        width = how.width.width * spread
    chosen = choose(sides, width if how.width is not None and scored.logit.size else None)
    if chosen.refused:
        return _refused(how, seen, trial, external, chosen.refused)
    return _made(how, seen, scored, sides, chosen, (spread, width))


def needs_score(method: Method) -> bool:
    """Whether a method works on a score: by itself, or for its caliper."""
    if method.method in PAIRING | {"full"}:
        return method.distance in ("logit", "score") or method.width is not None
    return method.method in SCORED


def _made(
    how: Method, seen: Matrix, scored: Scored, sides: Sides, chosen: Chosen, caliper: tuple[float, float]
) -> Design:
    n, m = len(sides.trial.subjects), len(sides.external.subjects)
    external = m - int(np.count_nonzero(chosen.weight_external > 0))
    unmatched = tuple(s for s, w in zip(sides.trial.subjects, chosen.weight_trial, strict=True) if not w > 0)
    return Design(
        trial=sides.trial.subjects,
        external=sides.external.subjects,
        logit_trial=scored.logit[:n],
        logit_external=scored.logit[n:],
        caliper=caliper[1],
        sd=caliper[0],
        pairs=chosen.pairs,
        unmatched=unmatched,
        settings=how,
        estimand=label(how.estimand, len(unmatched), chosen.trimmed, external),
        weight_trial=chosen.weight_trial,
        weight_external=chosen.weight_external,
        class_trial=chosen.class_trial,
        class_external=chosen.class_external,
        matrix=seen.x,
        columns=seen.columns,
        notes=(*scored.notes, *chosen.notes, *external_words(how.estimand, external, m)),
        unit_external=sides.units,
    )


def _refused(how: Method, seen: Matrix, trial: Baseline, external: Baseline, why: str) -> Design:
    nothing = np.zeros(0)
    n, m = len(trial.subjects), len(external.subjects)
    none = np.full(n + m, -1, dtype=np.int64)
    return Design(
        trial.subjects,
        external.subjects,
        nothing,
        nothing,
        0.0,
        0.0,
        (),
        trial.subjects,
        why,
        settings=how,
        estimand=how.estimand,
        weight_trial=np.zeros(n),
        weight_external=np.zeros(m),
        class_trial=none[:n],
        class_external=none[n:],
        matrix=seen.x,
        columns=seen.columns,
    )


def clustered(method: Method) -> bool:
    """Whether pairs or classes are clusters for the variance: many small ones are, a few large ones are not."""
    return method.method in PAIRING | CLASSES - {"subclasses", "coarsened", "exact"} and not method.replace
