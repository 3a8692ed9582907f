"""What could be wrong, drawn many times: times of those who were censored, and errors in what was recorded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from onearm.endpoints.arms import Timed
from onearm.endpoints.sample import Times
from onearm.facts import state
from onearm.protocol.endpoint import Survival
from onearm.protocol.sensitivity import Bias, Dropout
from onearm.results import Estimate
from onearm.stats.sensitivity import DropoutTip, probabilistic_bias, tipping_dropout
from onearm.stats.survival import kaplan_meier
from onearm.study.arms import arms
from onearm.study.sensitivity_subject import Subject, about, first_set
from onearm.units import MONTH_DAYS, days_of


def _timed(one: Subject, e: Estimate) -> Timed:
    """Both sides of the primary design with their times."""
    clause = one.trial.protocol.endpoints[e.variable]
    assert isinstance(clause, Survival), "only these have hazard ratios"
    source = one.trial.external[one.made.settings.source]
    theirs = state(one.trial.protocol, source, (clause.fact,))[clause.fact]
    groups = arms(one.made.primary, "", one.analysis.seed)
    return groups.timed(Times.of(one.analysis.facts[clause.fact].frame), Times.of(theirs.frame))


def dropouts(one: Subject, asked: Dropout) -> Iterator[Estimate]:
    """The primary hazard ratio when every censored trial patient had ``delta`` times the hazard from then on."""
    parts = {f"delta={d:g}": f"censored trial patients with {d:g} times the hazard" for d in asked.delta}
    parts |= {"worst": "every censored trial patient has the event at once", "best": "none of them ever has it"}
    for e in one.ratios:
        if e.stat != "hazard_ratio":
            continue
        try:
            numbers = _dropped(one, e, asked)
        except ValueError as problem:
            why = e.error or str(problem)
            yield from (about(e, "dropout", what, part, error=why) for part, what in parts.items())
            continue
        for (part, what), (value, low, high, error, events) in zip(parts.items(), numbers, strict=True):
            said: dict[str, Any] = {"value": value, "low": low, "high": high, "std_error": error, "level": e.level}
            said["events"] = events
            yield about(e, "dropout", what, part, method=_IMPUTED, notes=(_assumed(asked), *first_set(one)), **said)


_IMPUTED = (
    "delta-adjusted multiple imputation under the arm's own hazard, Cox regression, Rubin's rules; model variance, "
    "pairs not counted as clusters (Jackson et al. 2014)"
)


def _assumed(asked: Dropout) -> str:
    return (
        "assumed: every censoring of a trial patient, at the data cutoff as well, is a drop-out of unknown course; "
        f"external patients are censored uninformatively; {asked.imputations} imputations"
    )


def _dropped(one: Subject, e: Estimate, asked: Dropout) -> list[tuple[float, float, float, float, int | None]]:
    """Ratio, limits, standard error of its logarithm and events: for each delta, the worst case and the best.

    Imputed events differ from one imputation to the next: with a delta there is no number of them.
    """
    if one.made.primary.refused:
        raise ValueError(one.made.primary.refused)
    timed = _timed(one, e)
    used = timed.weight > 0
    days, event, treated = timed.days[used], timed.event[used], timed.arms.treated[used]
    if not days.size:
        raise ValueError("nobody has a time")
    found: DropoutTip = tipping_dropout(
        days,
        event,
        treated,
        treated & ~event,
        asked.delta,
        horizon=float(days.max()),
        imputations=asked.imputations,
        seed=one.analysis.seed,
        level=e.level or 0.95,
    )
    half = (found.high - found.log_hazard_ratio) / found.std_error
    rows = [*zip(found.log_hazard_ratio, found.std_error, strict=True), found.worst[:2], found.best[:2]]
    z = float(half[0])
    events = [*[None] * len(asked.delta), int((event | treated).sum()), int(event.sum())]
    return [
        (math.exp(b), math.exp(b - z * s), math.exp(b + z * s), float(s), n)
        for (b, s), n in zip(rows, events, strict=True)
    ]


def biased(one: Subject, asked: Bias) -> Iterator[Estimate]:
    """The ratio (or difference) of risks by a month under stated priors: from the priors alone, and with chance."""
    what = _MEASURES[asked.measure]
    parts = {
        "systematic": f"{what} of the risk by {asked.month:g} months, {asked.kind} corrected",
        "total": f"{what} of the risk by {asked.month:g} months, {asked.kind} corrected, with random error",
        "crude": f"{what} of the risk by {asked.month:g} months, as recorded",
    }
    unit = "difference" if asked.measure == "rd" else "ratio"
    for e in one.ratios:
        said: dict[str, Any] = {"unit": unit, "method": _DRAWN}
        if e.stat != "hazard_ratio":
            continue
        try:
            numbers, rejected = _drawn(one, e, asked)
        except ValueError as problem:
            why = str(problem)
            yield from (about(e, "bias", words, part, error=why, **said) for part, words in parts.items())
            continue
        notes = (
            _priors(asked),
            f"{rejected} of {asked.runs} draws set aside: they left a cell negative",
            _TABLE,
            *first_set(one),
        )
        for (part, words), (value, low, high) in zip(parts.items(), numbers, strict=True):
            limits = {} if part == "crude" else {"low": low, "high": high, "level": e.level}
            yield about(e, "bias", words, part, value=value, notes=notes, **limits, **said)


_MEASURES = {"rr": "risk ratio", "or": "odds ratio", "rd": "risk difference"}
_DRAWN = "probabilistic bias analysis: median and quantiles over draws of the priors (Lash, Fox & Fink 2009)"
_TABLE = (
    "the table has the weighted Kaplan-Meier risks, and as many patients a side as give their robust standard errors"
)


def _priors(asked: Bias) -> str:
    """Every prior as it was written, of whom it is, and the correlation within a pair."""
    said = [f"{words} {_written(value)}" for words, value in asked.named]
    if asked.paired:
        said.append(f"correlation {asked.correlation:g} between the two values of a pair")
    return "assumed: " + "; ".join(said)


def _written(value: object) -> str:
    if not isinstance(value, tuple):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if value and isinstance(value[0], str):
        return f"{value[0]}({', '.join(_written(v) for v in value[1:])})"
    return ", ".join(_written(v) for v in value)


def _drawn(one: Subject, e: Estimate, asked: Bias) -> tuple[list[tuple[float, float, float]], int]:
    if one.made.primary.refused:
        raise ValueError(one.made.primary.refused)
    timed = _timed(one, e)
    (p1, n1), (p0, n0) = (_risk(timed, trial, asked.month) for trial in (True, False))
    found = probabilistic_bias(
        p1 * n1, n1, p0 * n0, n0,
        draws=asked.runs, seed=one.analysis.seed, level=e.level or 0.95, **asked.priors,
    )  # fmt: skip
    numbers = [tuple(float(v) for v in found.systematic), tuple(float(v) for v in found.total)]
    return [*numbers, (found.crude, found.crude, found.crude)], found.rejected  # type: ignore[list-item]


def _risk(timed: Timed, trial: bool, month: float) -> tuple[float, float]:
    """The risk by a month, and the number of patients whose share would have its standard error."""
    times, weight, cluster = timed.side(trial)
    side = "trial" if trial else "external"
    if not times.subjects:
        raise ValueError(f"nobody of the {side} side has a time")
    at = kaplan_meier(times.days, times.event, weight=weight, cluster=cluster, robust=True).at(days_of(month))
    risk, error = 1 - float(at.survival[0]), float(at.std_error[0])
    if not math.isfinite(risk):
        raise ValueError(f"follow-up of the {side} side ends before {month:g} months ({month * MONTH_DAYS:g} days)")
    if not (0 < risk < 1 and np.isfinite(error) and error > 0):
        raise ValueError(f"by {month:g} months all or none of the {side} side had the event")
    return risk, risk * (1 - risk) / error**2
