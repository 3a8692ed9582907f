"""Effects by models of the outcome: g-computation and doubly robust, marginal; and the conditional ratio beside them.

A marginal effect compares what would be seen in a whole population; a conditional hazard or odds ratio compares two
patients of equal covariates. They differ even without confounding, so each has its own name and label.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onearm.endpoints.arms import Answered, Known, Timed
from onearm.endpoints.sample import Output
from onearm.endpoints.time_to_event import Words
from onearm.endpoints.weighted import why
from onearm.protocol.endpoint import Survival
from onearm.results import Estimate
from onearm.stats.aipw import aipw_risk, aipw_survival
from onearm.stats.cox import cox
from onearm.stats.standardise import standardise_risk, standardise_survival
from onearm.stats.weighted_risk import Contrast
from onearm.units import days_of, months

TARGETS = {"ATT": "trial", "ATE": "all"}
CONDITIONAL = (
    "conditional: between two patients of equal covariates; not to be compared with a marginal ratio, from which it "
    "differs even without confounding"
)
NO_RATIO = "a model of the outcome gives no marginal hazard ratio: see the differences and the conditional one"


@dataclass(frozen=True, slots=True)
class Model:
    """Covariates ``x`` (n, p) of everybody, their names, whom to average over, and whether a score joins."""

    x: NDArray[np.float64]
    columns: tuple[str, ...]
    estimand: str
    doubly: bool

    @property
    def target(self) -> str:
        """The kernel's word for the population."""
        return TARGETS[self.estimand]

    def why(self, problem: ValueError) -> str:
        """The kernel's message with columns by their names."""
        says = why(problem)
        for j in reversed(range(len(self.columns))):
            says = says.replace(f"column {j} ", f"{self.columns[j]} ")
        return says

    def words(self, outcome: str) -> str:
        """The estimator in words."""
        name = "doubly robust (AIPW)" if self.doubly else "g-computation"
        score = "a logistic score, " if self.doubly else ""
        error = (
            "influence functions that take the models as known"
            if self.doubly
            else "influence functions that count the estimation of the models"
        )
        return f"{name}: {score}{outcome} in each group; marginal ({self.estimand}); {error}"


def modelled_survival(timed: Timed, model: Model, clause: Survival, level: float, words: Words, of: str) -> Output:
    """Differences in survival and in restricted means at the clause's months, and the conditional hazard ratio.

    Parameters
    ----------
    timed
        Both groups with times; a weight of 0 leaves a patient out.
    model
        Covariates and target.
    clause
        The endpoint: its months give the differences.
    level
        Level of the intervals.
    words
        What the numbers are called.
    of
        Words for what is compared.
    """
    rows = np.flatnonzero(timed.weight > 0)
    common = _common(timed, int(timed.event[rows].sum()), words, of)
    method = model.words("a Cox model")
    used = _Rows(timed.days[rows], timed.event[rows], timed.arms.treated[rows], model.x[rows])
    out = Output([words.estimate("hazard_ratio", "hazard ratio", unit="hazard ratio", method=method, error=NO_RATIO,
                                 level=level, **common)])  # fmt: skip
    for month in clause.at_months:
        what = f"difference in survival at {month:g} months"
        shown: dict[str, Any] = {"at": f"@{month:g}mo", "unit": "difference", "level": level, "method": method}
        found, says = _tried(model, partial(used.survival, model, days_of(month), level))
        if found is None and "the censoring model" in (says or ""):
            shown["method"] = f"{method}; censoring by Kaplan-Meier in each group, for {says}"
            found, says = _tried(model, partial(used.survival, model, days_of(month), level, "kaplan-meier"))
        out.estimates.append(_effect(words, "survival_difference", what, found, says, 1.0, shown | common))
    for month in clause.mean_to_months:
        what = f"difference in restricted mean to {month:g} months"
        found, says = None, "the doubly robust method has no restricted mean here: use g-computation or weights"
        if not model.doubly:
            found, says = _tried(model, partial(used.mean, model, days_of(month), level))
        shown = {"at": f"@{month:g}mo", "unit": "months", "level": level, "method": method}
        out.estimates.append(_effect(words, "rmst_difference", what, found, says, months(1.0), shown | common))
    out.estimates.append(_conditional_hazard(used, level, words, _plain(timed, words, of, common)))
    return out


def modelled_risk(answered: Answered, model: Model, level: float, words: Words, of: str) -> Output:
    """Difference, ratio and odds ratio of a yes/no outcome, and the conditional odds ratio."""
    rows = np.flatnonzero(answered.weight > 0)
    y, z, x = answered.value[rows], answered.arms.treated[rows], model.x[rows]
    common = _common(answered, int(y.sum()), words, of)
    method = model.words("a logistic model")
    kernel = aipw_risk if model.doubly else standardise_risk
    says: str | None = None
    try:
        fit = kernel(y, z, x, target=model.target, level=level)
        found: tuple[Contrast | None, ...] = (fit.difference, fit.ratio, fit.odds_ratio)
    except ValueError as problem:
        found, says = (None, None, None), model.why(problem)
    out = Output()
    names = (("risk_difference", "risk difference", "difference"), ("risk_ratio", "risk ratio", "ratio"),
             ("odds_ratio", "odds ratio", "ratio"))  # fmt: skip
    for (stat, what, unit), one in zip(names, found, strict=True):
        scale = "; standard error on the log scale" if unit == "ratio" else ""
        shown = {"unit": unit, "level": level, "method": method + scale}
        out.estimates.append(_effect(words, stat, what, one, says, 1.0, shown | common))
    out.estimates.append(_conditional_odds((y, z, x), level, words, _plain(answered, words, of, common)))
    return out


@dataclass(frozen=True, slots=True)
class _Rows:
    """Those who count."""

    days: NDArray[np.float64]
    event: NDArray[np.bool_]
    treated: NDArray[np.bool_]
    x: NDArray[np.float64]

    def survival(self, model: Model, day: float, level: float, censoring: str = "cox") -> Contrast:
        rows = (self.days, self.event, self.treated, self.x, [day])
        if model.doubly:
            fit = aipw_survival(*rows, target=model.target, level=level, censoring=censoring)
            return fit.difference[0]
        return standardise_survival(*rows, target=model.target, level=level).difference[0]

    def mean(self, model: Model, day: float, level: float) -> Contrast:
        fit = standardise_survival(
            self.days, self.event, self.treated, self.x, [day], target=model.target, tau=day, level=level
        )
        assert fit.rmst is not None, "a restriction time was given"
        return fit.rmst


def _common(known: Known, events: int, words: Words, of: str) -> dict[str, Any]:
    notes = (*words.notes, of, "marginal: in the population that is averaged over", *known.notes)
    return {"n": len(known.used), "events": events, "subjects": known.used, "notes": notes}


def _plain(known: Known, words: Words, of: str, common: dict[str, Any]) -> dict[str, Any]:
    """The same for what is conditional."""
    return common | {"notes": (*words.notes, of, CONDITIONAL, *known.notes)}


def _tried(model: Model, work: Callable[[], Contrast]) -> tuple[Contrast | None, str | None]:
    try:
        return work(), None
    except ValueError as problem:
        return None, model.why(problem)


def _effect(
    words: Words, stat: str, what: str, found: Contrast | None, says: str | None, unit: float, shown: dict[str, Any]
) -> Estimate:
    """A contrast as an estimate, in units of ``unit``; without a value the reason."""
    if found is None or not math.isfinite(found.estimate):
        return words.estimate(stat, what, error=says or (found.message if found else "no estimate"), **shown)
    sure = math.isfinite(found.low) and math.isfinite(found.high)
    error = found.std_error * unit if sure else None
    if not sure:
        shown = shown | {"notes": (*shown["notes"], f"no interval: {found.message or 'outside 0 to 1'}")}
    low, high = (found.low * unit, found.high * unit) if sure else (None, None)
    return words.estimate(stat, what, value=found.estimate * unit, low=low, high=high, std_error=error, **shown)


def _conditional_hazard(rows: _Rows, level: float, words: Words, common: dict[str, Any]) -> Estimate:
    shown: dict[str, Any] = {"unit": "hazard ratio", "level": level, **common}
    method = "Cox regression of treatment and every covariate (conditional), Efron ties, model variance"
    what = "conditional hazard ratio (given the covariates)"
    fit, says = None, None
    try:
        fit = cox(rows.days, rows.event, np.column_stack([rows.treated, rows.x]), level=level)
        if not fit.converged:
            says = fit.message
        elif not np.all(np.isfinite(fit.std_error[:1])):
            says = "the covariates separate the groups"
    except ValueError as problem:
        says = why(problem)
    if fit is None or says is not None:
        return words.estimate("conditional_hazard_ratio", what, method=method, error=says, **shown)
    return words.estimate(
        "conditional_hazard_ratio",
        what,
        method=f"{method}; standard error on the log scale",
        value=float(np.exp(fit.coef[0])),
        low=float(np.exp(fit.low[0])),
        high=float(np.exp(fit.high[0])),
        std_error=float(fit.std_error[0]),
        **shown,
    )


def _conditional_odds(sides: tuple[Any, Any, Any], level: float, words: Words, common: dict[str, Any]) -> Estimate:
    from statistics import NormalDist

    method = "logistic regression of treatment and every covariate (conditional), robust variance"
    what = "conditional odds ratio (given the covariates)"
    shown: dict[str, Any] = {"unit": "ratio", "level": level, **common}
    try:
        fit = standardise_risk(*sides, models="shared", level=level)
    except ValueError as problem:
        return words.estimate("conditional_odds_ratio", what, method=method, error=why(problem), **shown)
    b, error = fit.conditional_log_odds_ratio, fit.conditional_std_error
    assert b is not None, "a shared model has a coefficient of treatment"
    assert error is not None, "a shared model has a coefficient of treatment"
    half = NormalDist().inv_cdf((1 + level) / 2) * error
    return words.estimate(
        "conditional_odds_ratio",
        what,
        method=f"{method}; standard error on the log scale",
        value=math.exp(b),
        low=math.exp(b - half),
        high=math.exp(b + half),
        std_error=error,
        **shown,
    )
