"""Effects between two weighted groups: hazard ratio, log-rank test, differences in survival and in restricted means.

All of them are marginal: they speak of the population that the weights stand for.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from onearm.endpoints.arms import Timed
from onearm.endpoints.sample import Output
from onearm.stats.weighted_effects import (
    WeightedEffect,
    weighted_hazard_ratio,
    weighted_rmst_difference,
    weighted_survival_difference,
)
from onearm.stats.weighted_risk import adjusted_log_rank
from onearm.units import days_of, months

if TYPE_CHECKING:
    from onearm.endpoints.time_to_event import Clause, Words
    from onearm.results import Estimate

MARGINAL = "marginal"
MARGINAL_NOTE = "marginal: in the population that the weights stand for"


def weighted_effects(
    timed: Timed, clause: Clause, level: float, words: Words, of: str, *, ratio: bool = True
) -> Output:
    """Every effect of the trial's patients against the external ones for one time-to fact.

    Parameters
    ----------
    timed
        Both groups with weights and times.
    clause
        The endpoint: its months give the differences.
    level
        Level of the intervals.
    words
        What the numbers are called.
    of
        Words for what is compared.
    ratio
        Whether the hazard ratio is wanted; the primary analysis of pairs has its own.
    """
    notes = (*words.notes, of, MARGINAL_NOTE, *timed.notes)
    events = int((timed.event & (timed.weight > 0)).sum())
    common: dict[str, Any] = {"n": len(timed.used), "events": events, "subjects": timed.used, "notes": notes}
    out = Output()
    if ratio:
        out += _hazard_ratio(timed, level, words, common)
        out.estimates.append(_log_rank(timed, words, common))
    for month in clause.at_months:
        out += _survival(timed, month, level, words, common)
    for month in getattr(clause, "mean_to_months", ()):
        out += _mean(timed, month, level, words, common)
    return out


def _hazard_ratio(timed: Timed, level: float, words: Words, common: dict[str, Any]) -> Output:
    variance = timed.variance if timed.arms.again is None else timed.arms.variance
    method = f"weighted Cox regression of treatment alone ({MARGINAL}), Efron ties, {variance}"
    ratio: dict[str, Any] = {"unit": "hazard ratio", "level": level, **common}
    test: dict[str, Any] = {"unit": "p", **common}
    try:
        low, high, value, error, p = _ratio(timed, level)
    except ValueError as problem:
        says = why(problem)
        return Output(
            [
                words.estimate("hazard_ratio", "hazard ratio", method=method, error=says, **ratio),
                words.estimate("cox_p", "Wald p", method=f"{method}; Wald test", error=says, **test),
            ]
        )
    shown = f"{method}; standard error on the log scale"
    return Output(
        [
            words.estimate(
                "hazard_ratio",
                "hazard ratio",
                method=shown,
                value=math.exp(value),
                low=math.exp(low),
                high=math.exp(high),
                std_error=error,
                **ratio,
            ),
            words.estimate("cox_p", "Wald p", method=f"{method}; Wald test", value=p, **test),
        ]
    )


def _ratio(timed: Timed, level: float) -> tuple[float, float, float, float, float]:
    """Limits, value and standard error of the log hazard ratio, and its p value."""
    fit = weighted_hazard_ratio(
        timed.days, timed.event, timed.arms.treated, timed.model, level=level, cluster=timed.arms.cluster
    )
    if not fit.std_error > 0:
        raise ValueError(f"weight: {fit.message}")
    if timed.arms.again is None:
        return fit.low, fit.high, fit.estimate, fit.std_error, fit.p_value
    if timed.lost:
        raise ValueError(f"bootstrap: {timed.lost} patients have no time, so the path cannot be repeated")
    again = timed.arms.again(timed.days, timed.event, timed.arms.treated, level)
    if not (again.std_error > 0 and math.isfinite(again.low) and math.isfinite(again.high)):
        raise ValueError(f"bootstrap: {again.message or 'its replicates do not vary'}")
    p = math.erfc(abs(fit.estimate / again.std_error) / math.sqrt(2))
    return again.low, again.high, fit.estimate, again.std_error, p


def _log_rank(timed: Timed, words: Words, common: dict[str, Any]) -> Estimate:
    """Log-rank test with weights: Xie and Liu's variance, or a robust one where rows belong together."""
    cluster = timed.arms.cluster
    words_of = "variance of Xie and Liu, weights counted as known" if cluster is None else timed.held
    method = f"adjusted log-rank test, two-sided, {words_of}"
    p: float | None = None
    says: str | None = None
    try:
        p = adjusted_log_rank(timed.days, timed.event, timed.arms.treated, weight=timed.weight, cluster=cluster).p_value
    except ValueError as problem:
        says = why(problem)
    return words.estimate("log_rank_p", "log-rank p", unit="p", method=method, value=p, error=says, **common)


def _survival(timed: Timed, month: float, level: float, words: Words, common: dict[str, Any]) -> Output:
    method = f"difference of weighted Kaplan-Meier estimates ({MARGINAL}), {timed.variance}"
    shown: dict[str, Any] = {"unit": "difference", "level": level, "method": method, **common}
    what = f"difference in survival at {month:g} months"
    try:
        found = weighted_survival_difference(
            timed.days,
            timed.event,
            timed.arms.treated,
            timed.model,
            [days_of(month)],
            level=level,
            cluster=timed.arms.cluster,
        )
        numbers = [float(np.asarray(v)[0]) for v in (found.estimate, found.low, found.high, found.std_error)]
    except ValueError as problem:
        says = why(problem)
        return Output([words.estimate("survival_difference", what, at=f"@{month:g}mo", error=says, **shown)])
    return Output([_limits(words, "survival_difference", what, f"@{month:g}mo", numbers, shown)])


def _mean(timed: Timed, month: float, level: float, words: Words, common: dict[str, Any]) -> Output:
    method = f"difference of areas under weighted Kaplan-Meier curves ({MARGINAL}), {timed.variance}"
    shown: dict[str, Any] = {"unit": "months", "level": level, "method": method, **common}
    what = f"difference in restricted mean to {month:g} months"
    try:
        found: WeightedEffect = weighted_rmst_difference(
            timed.days,
            timed.event,
            timed.arms.treated,
            timed.model,
            days_of(month),
            level=level,
            cluster=timed.arms.cluster,
        )
    except ValueError as problem:
        return Output([words.estimate("rmst_difference", what, at=f"@{month:g}mo", error=why(problem), **shown)])
    numbers = [months(v) for v in (found.estimate, found.low, found.high, found.std_error)]
    return Output([_limits(words, "rmst_difference", what, f"@{month:g}mo", numbers, shown)])


def _limits(words: Words, stat: str, what: str, at: str, numbers: list[float], shown: dict[str, Any]) -> Any:
    """An estimate with limits; without a standard error (no events) it has none."""
    value, low, high, error = numbers
    sure = math.isfinite(error) and error > 0
    return words.estimate(
        stat,
        what,
        at=at,
        value=value,
        low=low if sure else None,
        high=high if sure else None,
        std_error=error if sure else None,
        **shown,
    )


def why(problem: ValueError) -> str:
    """The kernel's message without the name of its argument.

    Examples
    --------
    >>> why(ValueError("y: the risk is 0")), why(ValueError("event holds no event: one is needed"))
    ('the risk is 0', 'event holds no event: one is needed')
    """
    name, colon, rest = str(problem).partition(": ")
    return rest if colon and " " not in name else str(problem)
