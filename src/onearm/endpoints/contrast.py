"""Two groups against each other: log-rank test and Cox hazard ratio, with pairs as clusters where there are pairs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from onearm.endpoints.sample import Output, Times
from onearm.stats.cox import cox
from onearm.stats.survival import log_rank, paired_log_rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onearm.endpoints.time_to_event import Words
    from onearm.results import Estimate


def contrast(
    first: Times,
    second: Times,
    level: float,
    words: Words,
    *,
    of: str,
    pairs: tuple[Sequence[int], Sequence[int]] | None = None,
    crude: bool = False,
) -> Output:
    """Hazard ratio of the first group against the second, and the log-rank test.

    Parameters
    ----------
    first, second
        The two groups' times.
    level
        Level of the interval.
    words
        What the numbers are called.
    of
        Words for what is compared, ``A against B``.
    pairs
        For matched groups the pair number of every subject of each group: robust variance with pairs as clusters.
    crude
        Whether this is the comparison before matching, which its method then says.
    """
    named = (*first.subjects, *second.subjects)
    n, events = len(first.subjects) + len(second.subjects), int(first.event.sum() + second.event.sum())
    variance = "robust variance, pairs as clusters" if pairs is not None else "model variance"
    method = f"Cox regression, Efron ties, {variance}"
    before = "crude " if crude else ""
    method = before + method
    common: dict[str, Any] = {"n": n, "events": events, "subjects": named, "notes": (*words.notes, of)}
    if not (first.subjects and second.subjects) or events == 0:
        why = "no events" if first.subjects and second.subjects else "a group is empty"
        out = _refused(words, method, level, common, why)
        out.estimates.append(
            words.estimate(
                "log_rank_p", "log-rank p", unit="p", method=f"{before}log-rank test, two-sided", error=why, **common
            )
        )
        return out
    days = np.concatenate([first.days, second.days])
    event = np.concatenate([first.event, second.event])
    group = np.r_[np.ones(len(first.subjects)), np.zeros(len(second.subjects))]
    cluster = None if pairs is None else np.concatenate([np.asarray(pairs[0]), np.asarray(pairs[1])])
    fit = cox(days, event, group, cluster=cluster, level=level)
    out = Output()
    if fit.converged:
        error = fit.std_error if fit.robust_std_error is None else fit.robust_std_error
        out.estimates += [
            words.estimate(
                "hazard_ratio",
                "hazard ratio",
                unit="hazard ratio",
                method=f"{method}; standard error on the log scale",
                value=float(np.exp(fit.coef[0])),
                low=float(np.exp(fit.low[0])),
                high=float(np.exp(fit.high[0])),
                level=level,
                std_error=float(error[0]),
                **common,
            ),
            words.estimate(
                "cox_p",
                "Wald p",
                unit="p",
                method=f"{method}; Wald test",
                value=float(fit.p_value[0]),
                **common,
            ),
        ]
    else:
        out += _refused(words, method, level, common, fit.message)
    try:
        p: float | None = float(log_rank(days, event, group).p_value)
        apart: str | None = None
    except ValueError as problem:  # the groups are never at risk together
        p, apart = None, str(problem).partition(": ")[2] or str(problem)
    paired = "; pairs ignored" if pairs is not None else ""
    out.estimates.append(
        words.estimate(
            "log_rank_p",
            "log-rank p",
            unit="p",
            method=f"{before}log-rank test, two-sided{paired}",
            value=p,
            error=apart,
            **common,
        )
    )
    if pairs is not None:
        out.estimates.append(_within_pairs(days, event, group, np.asarray(cluster), words, common))
    return out


def stratified_by_pair(
    first: Times,
    second: Times,
    level: float,
    words: Words,
    of: str,
    pairs: tuple[Sequence[int], Sequence[int]],
) -> Estimate:
    """Hazard ratio within pairs: a Cox model with a baseline hazard for every pair, conditional on the pair."""
    method = "Cox regression stratified by pair (conditional on the pair), Efron ties, model variance"
    named = (*first.subjects, *second.subjects)
    event = np.concatenate([first.event, second.event])
    common: dict[str, Any] = {
        "unit": "hazard ratio",
        "level": level,
        "n": len(named),
        "events": int(event.sum()),
        "subjects": named,
        "notes": (*words.notes, of, "conditional: within pairs; not to be compared with a marginal hazard ratio"),
    }
    what = "conditional hazard ratio (within pairs)"
    group = np.r_[np.ones(len(first.subjects)), np.zeros(len(second.subjects))]
    fit, why = None, "no events"
    try:
        if named and event.any():
            days = np.concatenate([first.days, second.days])
            fit = cox(days, event, group, strata=np.concatenate([np.asarray(p) for p in pairs]), level=level)
            why = "" if fit.converged else fit.message
            if fit.converged and not np.isfinite(fit.std_error[0]):
                why = "in no pair is it known who had the event first"
    except ValueError as problem:
        why = str(problem).partition(": ")[2] or str(problem)
    if fit is None or why:
        return words.estimate("conditional_hazard_ratio", what, method=method, error=why, **common)
    return words.estimate(
        "conditional_hazard_ratio",
        what,
        method=f"{method}; standard error on the log scale",
        value=float(np.exp(fit.coef[0])),
        low=float(np.exp(fit.low[0])),
        high=float(np.exp(fit.high[0])),
        std_error=float(fit.std_error[0]),
        **common,
    )


def _within_pairs(
    days: NDArray[np.float64],
    event: NDArray[np.bool_],
    group: NDArray[np.float64],
    pair: NDArray[np.int64],
    words: Words,
    common: dict[str, Any],
) -> Estimate:
    """The log-rank test stratified by pair: only who of a pair had the event first counts."""
    p: float | None = None
    why = "in no pair is it known who had the event first"
    try:
        found = float(paired_log_rank(days, event, group, pair).p_value)
        p = None if math.isnan(found) else found
    except ValueError as problem:  # a pair has lost a member
        why = str(problem).partition(": ")[2] or str(problem)
    return words.estimate(
        "paired_log_rank_p",
        "log-rank p within pairs",
        unit="p",
        method="log-rank test stratified by pair, two-sided",
        value=p,
        error=None if p is not None else why,
        **common,
    )


def _refused(words: Words, method: str, level: float, common: dict[str, Any], why: str) -> Output:
    return Output(
        [
            words.estimate(
                "hazard_ratio",
                "hazard ratio",
                unit="hazard ratio",
                method=method,
                level=level,
                error=why,
                **common,
            ),
            words.estimate("cox_p", "Wald p", unit="p", method=f"{method}; Wald test", error=why, **common),
        ]
    )
