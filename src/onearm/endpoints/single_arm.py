"""What one arm's curve says beside medians and milestones: restricted means, and a test against a known curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onearm.endpoints.sample import mean_limits
from onearm.protocol.endpoint import Reference, Survival
from onearm.results import Estimate
from onearm.stats.survival import KaplanMeier
from onearm.units import MONTH_DAYS, days_of, months

if TYPE_CHECKING:
    from onearm.endpoints.sample import Times
    from onearm.endpoints.time_to_event import Words


def restricted_mean(km: KaplanMeier, month: float, words: Words, common: dict[str, Any]) -> Estimate:
    """The mean time up to a month with normal limits, or NE beyond the last follow-up."""
    method = "area under the Kaplan-Meier curve; normal limits"
    words_of: dict[str, Any] = {"at": f"@{month:g}mo", "unit": "months", **common, "method": method}
    words_of["notes"] = words.notes
    what = f"restricted mean to {month:g} months"
    try:
        mean = km.rmst(days_of(month))
    except ValueError:
        return words.estimate("rmst", what, error="beyond the last follow-up", **words_of)
    value, error = months(mean.value), months(mean.std_error)
    low, high = mean_limits(value, error, common["level"], month)
    return words.estimate(
        "rmst",
        what,
        value=value,
        low=low,
        high=high,
        std_error=error,
        **words_of,
    )


def against_reference(times: Times, reference: Reference, words: Words, common: dict[str, Any]) -> list[Estimate]:
    """Observed over expected events with exact limits, and the one-sample log-rank test."""
    from onearm.stats.survival import one_sample_log_rank

    rate = reference.rate / MONTH_DAYS
    test = one_sample_log_rank(times.days, times.event, lambda days: rate * days, level=common["level"])
    source = reference.source.rstrip(".")
    note = (
        f"reference: exponential, {reference.rate:.6g} events a month ({source}); taken as known, its own sampling "
        "error is not counted"
    )
    shared = {**common, "notes": (*words.notes, note)}
    no_level = {k: v for k, v in shared.items() if k != "level"}
    ratio = words.estimate(
        "smr",
        "observed over expected events",
        unit="ratio",
        value=test.ratio,
        low=test.low,
        high=test.high,
        **{**shared, "method": f"{test.expected:.2f} events expected; exact Poisson limits"},
    )
    p = words.estimate(
        "one_sample_p",
        "one-sample log-rank p",
        unit="p",
        value=test.p_value,
        **{**no_level, "method": "one-sample log-rank test, (O - E) / sqrt(E), two-sided"},
    )
    return [ratio, p]


def survival_extras(
    clause: object, km: KaplanMeier, times: Times, words: Words, common: dict[str, Any]
) -> list[Estimate]:
    """Restricted means and the reference test that a survival endpoint asks for."""
    if not isinstance(clause, Survival):
        return []
    found = [restricted_mean(km, month, words, common) for month in clause.mean_to_months]
    if clause.against is not None:
        found += against_reference(times, clause.against, words, common)
    return found
