"""Weighted Kaplan-Meier curves of both sides of a comparison."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from onearm.endpoints.arms import Timed
from onearm.endpoints.sample import Output
from onearm.endpoints.time_to_event import Weighted, Words, curve_estimates, longest
from onearm.protocol.endpoint import Survival
from onearm.stats.weighting import effective_sample_size

if TYPE_CHECKING:
    from onearm.results import Estimate

NO_TEST = "the test knows no robust variance, and the model's does not hold with weights: look at the curves"


def weighted_curves(timed: Timed, clause: Survival, words: Words, shown: tuple[str, str]) -> Output:
    """Weighted curves of both sides with medians, survival at months and numbers at risk (sums of weights).

    Parameters
    ----------
    timed
        Both groups with weights and times.
    clause
        The endpoint; a test against a reference is left to the trial's own analysis.
    words
        What the numbers are called; the side is added to their group.
    shown
        Names of the trial's arm and of the source.
    """
    clause = clause.model_copy(update={"against": None})
    sides = [timed.side(True), timed.side(False)]
    last = longest(*(times for times, _, _ in sides))
    out = Output()
    for name, label, (times, weight, cluster) in zip(("trial", "external"), shown, sides, strict=True):
        said = f"robust variance, weights counted as known; effective n {_effective(weight)} of {len(times.subjects)}"
        notes = words.notes
        if clause.interval == "beta-product":
            notes = (*notes, "beta-product limits take no weights: log-log limits in their place")
        mine = replace(words, group=f"{words.group}/{name}", shown=label, notes=notes)
        out += curve_estimates(times, clause, mine, last, Weighted(weight, cluster, said))
    return out


def _effective(weight: Any) -> str:
    return f"{effective_sample_size(weight):.1f}" if weight.size else "0"


def no_proportionality(timed: Timed, words: Words, of: str) -> Estimate:
    """That the test of proportional hazards is not made under weights, and why."""
    return words.estimate(
        "ph_p",
        "proportional hazards p",
        unit="p",
        n=len(timed.used),
        events=int((timed.event & (timed.weight > 0)).sum()),
        method="score test of proportional hazards",
        error=NO_TEST,
        subjects=timed.used,
        notes=(*words.notes, of),
    )
