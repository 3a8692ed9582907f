"""The trial's patients, as they are or weighted, against what was published: hazard ratios, risks, benchmarks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onearm.endpoints.arms import Arms
from onearm.endpoints.sample import Output, Times
from onearm.endpoints.time_to_event import Clause, Words
from onearm.endpoints.weighted import weighted_effects, why
from onearm.endpoints.weighted_risks import weighted_risks
from onearm.protocol.published import Rate
from onearm.results import Estimate
from onearm.stats.benchmark import RateBenchmark, benchmark_rate, benchmark_sample
from onearm.stats.reconstruct import pool_repeats
from onearm.stats.weighted_effects import WeightModel, weight_model_known, weighted_hazard_ratio

Floats = NDArray[np.float64]
Counted = Callable[[NDArray[np.bool_]], WeightModel]
"""Makes a weight model that counts the estimation of the weights, given who is of the trial."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Trial patients and what each counts for (n,); ``counted`` where the weights were estimated."""

    subjects: tuple[str, ...]
    weight: Floats
    variance: str
    counted: Counted | None = None

    def beside(self, others: Sequence[str]) -> Arms:
        """These patients beside published ones, who count once each."""
        weight = np.concatenate([self.weight, np.ones(len(others))])
        treated = np.arange(weight.size) < len(self.subjects)
        model = weight_model_known(weight, treated, estimand="ATC")
        return Arms(self.subjects, tuple(others), model, self.variance)


def published_times(
    weighed: Weighed, ours: Times, theirs: Times, clause: Clause, words: Words, of: str, repeats: Sequence[Times] = ()
) -> Output:
    """Effects on a time: hazard ratio with robust variance, log-rank test, differences at months.

    Parameters
    ----------
    weighed
        The trial's patients with weights.
    ours, theirs
        Times of the trial's patients and of those reconstructed from the publication.
    clause, words, of
        The endpoint, what its numbers are called, what is compared.
    repeats
        Further readings of the same figure.
    """
    try:
        timed = weighed.beside(theirs.subjects).timed(ours, theirs)
        out = weighted_effects(timed, clause, clause.level, words, of)
    except ValueError as problem:
        return Output([_no_ratio(words, "hazard_ratio", "hazard ratio", clause.level, why(problem))])
    if weighed.counted is not None and not timed.lost:
        out.estimates.append(_counted(weighed, timed.days, timed.event, clause.level, words, len(timed.used)))
    if repeats:
        out.estimates.append(_reading(weighed, ours, repeats, clause.level, words))
    return Output([_ours(e, weighed) for e in out.estimates])


def _ours(e: Estimate, weighed: Weighed) -> Estimate:
    """Reconstructed patients are nobody: the subjects behind a number are the trial's."""
    trial = set(weighed.subjects)
    return replace(e, subjects=tuple(s for s in e.subjects if s in trial))


def _no_ratio(words: Words, stat: str, what: str, level: float, error: str) -> Estimate:
    return words.estimate(
        stat, what, unit="hazard ratio", level=level, n=0, method="Cox regression", error=error, notes=words.notes
    )


def _ratio(
    words: Words, stat: str, what: str, limits: tuple[float, float, float], error: float, **more: Any
) -> Estimate:
    value, low, high = (math.exp(v) for v in limits)
    return words.estimate(stat, what, unit="hazard ratio", value=value, low=low, high=high, std_error=error, **more)


def _counted(weighed: Weighed, days: Floats, event: NDArray[np.bool_], level: float, words: Words, n: int) -> Estimate:
    """The same hazard ratio with the estimation of the weights in its variance (M-estimation)."""
    assert weighed.counted is not None, "asked only where weights were estimated"
    treated = np.arange(days.size) < len(weighed.subjects)
    stat, what = "hazard_ratio_counted", "hazard ratio, estimation of the weights counted"
    try:
        fit = weighted_hazard_ratio(days, event, treated, weighed.counted(treated), level=level)
    except ValueError as problem:
        return _no_ratio(words, stat, what, level, why(problem))
    method = "weighted Cox regression; M-estimation, published targets taken as known; standard error on the log scale"
    limits = fit.estimate, fit.low, fit.high
    return _ratio(
        words, stat, what, limits, fit.std_error, level=level, n=n, method=method, notes=words.notes,
        subjects=weighed.subjects,
    )  # fmt: skip


def _reading(weighed: Weighed, ours: Times, repeats: Sequence[Times], level: float, words: Words) -> Estimate:
    """The hazard ratio over repeated readings of the figure, with the reading's error in its variance."""

    def log_ratio(theirs: Times) -> tuple[float, float]:
        timed = weighed.beside(theirs.subjects).timed(ours, theirs)
        fit = weighted_hazard_ratio(timed.days, timed.event, timed.arms.treated, timed.model, level=level)
        return fit.estimate, fit.std_error**2

    stat, what = "hazard_ratio_reading", "hazard ratio, error of reading the figure counted"
    try:
        found = pool_repeats(log_ratio, repeats, level=level)
    except ValueError as problem:
        return _no_ratio(words, stat, what, level, why(problem))
    limits = float(found.estimate[0]), float(found.conf_low[0]), float(found.conf_high[0])
    method = (
        f"Cox regression over {len(repeats)} readings of the figure, variances pooled (Rubin); reading is "
        f"{100 * float(found.share[0]):.1f} % of the variance; standard error on the log scale"
    )
    n = len(weighed.subjects) + len(repeats[0].subjects)
    return _ratio(
        words, stat, what, limits, float(found.std_error[0]), level=level, n=n, method=method, notes=words.notes,
        subjects=weighed.subjects,
    )  # fmt: skip


def published_risks(
    weighed: Weighed, answers: Mapping[str, bool | None], rate: Rate, level: float, words: Words, of: str
) -> Output:
    """Difference, ratio and odds ratio of a yes/no endpoint, weighted trial patients against published counts."""
    assert rate.n is not None, "asked only where counts were published"
    assert rate.events is not None, "asked only where counts were published"
    others = tuple(f"published:{i}" for i in range(1, rate.n + 1))
    known = {s: answers.get(s) for s in weighed.subjects}
    theirs: dict[str, bool | None] = {s: i < rate.events for i, s in enumerate(others)}
    try:
        found = weighted_risks(weighed.beside(others).answered({**known, **theirs}), level, words, of)
    except ValueError as problem:
        method = "weighted shares"
        return Output(
            [words.estimate("odds_ratio", "odds ratio", unit="ratio", n=0, method=method, error=why(problem))]
        )
    return Output([_ours(e, weighed) for e in found.estimates])


def rate_benchmark(answers: Mapping[str, bool | None], rate: Rate, level: float, words: Words) -> list[Estimate]:
    """The trial's proportion less the published one, with what uncertainty was published."""
    known = tuple(s for s, v in answers.items() if v is not None)
    yes = sum(bool(answers[s]) for s in known)
    shared: dict[str, Any] = {"n": len(known), "events": yes, "subjects": known, "notes": words.notes}
    try:
        found = benchmark_rate(
            yes,
            len(known),
            rate=rate.rate,
            limits=rate.limits,
            reference_x=rate.events,
            reference_n=rate.n,
            level=level,
        )
    except ValueError as problem:
        method, error = "trial less published proportion", why(problem)
        return [words.estimate("difference", "difference", unit="difference", method=method, error=error, **shared)]
    return _rates(found, rate, words, shared)


def _rates(found: RateBenchmark, rate: Rate, words: Words, shared: dict[str, Any]) -> list[Estimate]:
    of = f"{rate.events}/{rate.n}" if rate.n is not None else f"{found.rate:g}"
    taken = {"fixed": "; taken as known, its sampling error is not counted", "counts": "", "limits": ""}
    notes = (*shared["notes"], f"published proportion {of}{taken[found.reference]}")
    shared = {**shared, "notes": notes}
    values = (
        ("rate", "trial's proportion", "proportion", found.trial.estimate, found.trial.low, found.trial.high),
        ("published_rate", "published proportion", "proportion", found.rate, found.rate_low, found.rate_high),
        ("difference", "trial less published", "difference", found.difference, found.low, found.high),
    )
    methods = {"rate": "Clopper-Pearson limits", "published_rate": f"as published, {of}"}
    out = []
    for stat, what, unit, value, low, high in values:
        limits: dict[str, Any] = {"low": low, "high": high, "level": found.level} if low < high else {}
        method = methods.get(stat, f"difference of proportions; {found.interval} interval")
        whose, mine = words, shared
        if stat == "published_rate":  # nobody of the trial stands behind it
            whose = replace(words, population="the comparator's population", evidence="")
            mine = {**shared, "n": rate.n or 0, "events": rate.events, "subjects": ()}
        out.append(whose.estimate(stat, what, unit=unit, value=value, method=method, **limits, **mine))
    known = math.isfinite(found.p_value)
    error = None if known else found.message or "the published counts are not known"
    p = found.p_value if known else None
    out.append(
        words.estimate("benchmark_p", "p", unit="p", method=found.test or "none", value=p, error=error, **shared)
    )
    if math.isfinite(found.probability):
        method = "posterior probability, independent Beta(1/2, 1/2) priors"
        what = "probability that the trial's proportion is higher"
        value = found.probability
        out.append(words.estimate("higher", what, unit="probability", value=value, method=method, **shared))
    return out


def curve_benchmark(ours: Times, theirs: Times, level: float, words: Words) -> list[Estimate]:
    """Observed over expected events by the published curve, its own sampling error counted."""
    shared: dict[str, Any] = {
        "n": len(ours.subjects), "events": int(ours.event.sum()), "subjects": ours.subjects, "notes": words.notes
    }  # fmt: skip
    ratio, test = "observed over expected events", "one-sample log-rank p"
    try:
        found = benchmark_sample(ours.days, ours.event, theirs.days, theirs.event, variance="mean", level=level)
        error = found.message or None
    except ValueError as problem:
        error = why(problem)
        return [words.estimate("smr", ratio, unit="ratio", method="one-sample log-rank", error=error, **shared)]
    said = f"{found.expected:.2f} events expected; limits on the log scale, the curve's sampling error counted"
    finite = math.isfinite(found.ratio)
    limits: dict[str, Any] = {}
    if math.isfinite(found.low):
        limits = {"low": found.low, "high": found.high, "level": level}
    known = math.isfinite(found.p_value)
    beyond = f"{found.cut} followed beyond the published curve are censored at its end" if found.cut else ""
    shared["notes"] = (*shared["notes"], *filter(None, (beyond, error if finite else "")))
    return [
        words.estimate(
            "smr", ratio, unit="ratio", method=said, value=found.ratio if finite else None,
            error=None if finite else error, **limits, **shared,
        ),
        words.estimate(
            "one_sample_p", test, unit="p", value=found.p_value if known else None, error=None if known else error,
            method="one-sample log-rank test (Danzer and others 2022), two-sided", **shared,
        ),
    ]  # fmt: skip
