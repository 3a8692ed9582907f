"""Two strategies about a procedure compared by cloning, censoring and weighting."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onearm.cohort.baseline import of_subjects
from onearm.endpoints.sample import Analysis, Output, Times, at_group
from onearm.endpoints.states import probability
from onearm.endpoints.time_dependent import switch_days
from onearm.endpoints.time_to_event import MONTHS_NOTE, Words, known, longest, risk_table
from onearm.protocol.intercurrent import CloneCensorWeight
from onearm.results import Curve, Estimate
from onearm.stats.intercurrent import clone_censor_weight
from onearm.units import days_of, months


def clone_censor(name: str, e: CloneCensorWeight, a: Analysis) -> Output:
    """Survival under both strategies, and the differences between them with bootstrap limits."""
    fact, by = a.facts[e.fact], a.facts[e.by]
    times, _ = Times.of(fact.frame).pick(a.populations[e.population])
    x, complete = _covariates(e, a, times)
    times, x = _rows(times, complete), x[complete]
    lost = len(a.populations[e.population]) - len(times.subjects)
    window = f"{by.label.lower()} within {e.window_months:g} months"
    named = ", ".join(a.protocol.covariates[c].label.lower() for c in e.covariates)
    words = Words(
        name=name,
        label=e.label or f"{fact.label} by strategy",
        population=a.label(e.population),
        evidence=f"{e.fact}+{e.by}",
        context="clone-censor-weight",
        panel=name,
        notes=(
            *fact.rules,
            f"strategies: {window}, or none in that time; every patient starts in both, a clone that leaves its "
            "strategy is censored, those who stay are weighted by the inverse probability of staying",
            f"weights from Cox models of leaving on {named}" if named else "leaving is taken to depend on nothing",
            *((f"{lost} left out: the time or a covariate is not known",) if lost else ()),
            MONTHS_NOTE,
        ),
    )
    common: dict[str, Any] = {
        "n": len(times.subjects),
        "events": int(times.event.sum()),
        "subjects": times.subjects,
        "level": e.level,
        "notes": words.notes,
    }
    if not times.subjects:
        return Output(_differences(words, e, None, "nobody in the population", common))
    fit = clone_censor_weight(
        times.days,
        times.event,
        switch_days(a, e.by, times),
        x if e.covariates else None,
        window=days_of(e.window_months),
        horizon=days_of(e.horizon_months),
        level=e.level,
        interval=e.interval,
        replicates=e.replicates,
        seed=a.seed,
    )
    if fit.message:
        words = replace(words, notes=(*words.notes, fit.message))
        common["notes"] = words.notes
    out = Output()
    for shown, side in (("yes", fit.switch), ("no", fit.stay)):
        mine = replace(words, group=f"{e.by}={shown}", shown=window if shown == "yes" else f"no {window}")
        out += _side(side, mine, e, times, common)
    out.estimates += _differences(words, e, fit, "", common)
    return out


def _covariates(e: CloneCensorWeight, a: Analysis, times: Times) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Covariates as columns of numbers, levels as indicators; and who has them all."""
    rows = of_subjects("trial", a.subjects, e.covariates, a.protocol)
    matrix, _ = rows.design_matrix(e.covariates)
    place = {subject: k for k, subject in enumerate(rows.subjects)}
    x = matrix[[place[s] for s in times.subjects]]
    return x, np.all(np.isfinite(x), axis=1)


def _rows(times: Times, kept: NDArray[np.bool_]) -> Times:
    return Times(times.days[kept], times.event[kept], tuple(s for s, k in zip(times.subjects, kept, strict=True) if k))


def _side(side: Any, words: Words, e: CloneCensorWeight, times: Times, common: dict[str, Any]) -> Output:
    """Survival at the horizon under one strategy, and its curve."""
    method = (
        "clone-censor-weight: weighted Kaplan-Meier, infinitesimal jackknife with the weights taken as known; numbers "
        "are clones without their weights, those who left their strategy are censored"
    )
    out = Output()
    found = None
    if side.curve is not None:
        at = side.curve.at(days_of(e.horizon_months))
        found = (at.survival[0], at.low[0], at.high[0], at.std_error[0])
    counted = {**common, "method": method, "events": side.events}
    out.estimates.append(probability(words, "survival", e.horizon_months, found, counted, stat="survival"))
    if side.curve is None:
        return out
    km = side.curve
    out.curves.append(
        Curve(
            id=at_group(words.name, words.group),
            label=words.label,
            panel=words.panel,
            group=words.shown[:1].upper() + words.shown[1:],
            time=tuple(months(float(t)) for t in km.time),
            value=tuple(float(v) for v in km.survival),
            low=tuple(known(float(v)) for v in km.low),
            high=tuple(known(float(v)) for v in km.high),
            at_risk=tuple(float(v) for v in km.n_at_risk),
            events=tuple(float(v) for v in km.n_events),
            censored=tuple(float(v) for v in side.n_left),
            risk=_risk(km, times, e),
            n=len(times.subjects),
            method=method,
            population=words.population,
            evidence=words.evidence,
            subjects=times.subjects,
        )
    )
    return out


def _risk(km: Any, times: Times, e: CloneCensorWeight) -> Any:
    """Clones still followed at each tick; those who left are the censored."""
    table = risk_table(times, e.ticks_months, longest(times))
    at = km.at([max(days_of(t), 1e-9) for t in table.time], extend=True)
    risk = tuple(float(v) for v in at.n_at_risk)
    events = tuple(int(km.n_events[km.time < days_of(t)].sum()) for t in table.time)
    n = risk[0] if risk else 0.0
    gone = tuple(int(n - r - d) for r, d in zip(risk, events, strict=True))
    return replace(table, at_risk=risk, events=events, censored=gone)


def _differences(words: Words, e: CloneCensorWeight, fit: Any, why: str, common: dict[str, Any]) -> list[Estimate]:
    """Differences in survival and restricted mean, and the hazard ratio, of the first strategy against the second."""
    drawn = f"percentile limits of {e.replicates} bootstrap samples of patients, weights estimated anew in each"
    found = []
    for stat, what, unit, field, scale in (
        ("difference", "difference in survival", "difference", "survival_difference", None),
        ("mean_difference", "difference in restricted mean", "months", "rmst_difference", months),
        ("hazard_ratio", "hazard ratio", "hazard ratio", "log_hazard_ratio", math.exp),
    ):
        contrast = None if fit is None else getattr(fit, field)
        at = "" if stat == "hazard_ratio" else f"@{e.horizon_months:g}mo"
        value, low, high, error = (None,) * 4
        if contrast is not None:
            read = scale or float
            value, low, high = (
                None if math.isnan(v) else read(v) for v in (contrast.value, contrast.low, contrast.high)
            )
            error = known(contrast.std_error)
            error = months(error) if error is not None and scale is months else error
        extra = "; standard error on the log scale" if stat == "hazard_ratio" else ""
        found.append(
            words.estimate(
                stat,
                f"{what} at {e.horizon_months:g} months" if at else what,
                at=at,
                unit=unit,
                method=f"clone-censor-weight; {drawn}{extra}",
                value=value,
                low=low,
                high=high,
                std_error=error,
                error=(why or (fit.message if fit is not None else "")) if value is None else None,
                **common,
            )
        )
    return found
