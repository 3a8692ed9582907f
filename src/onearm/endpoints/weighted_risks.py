"""Effects on a yes/no outcome between two weighted groups: difference, ratio and odds ratio of the risks.

All of them are marginal. Limits of ratios are made on their log scale, those of the shares on the logit scale.
"""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist
from typing import Any

from onearm.endpoints.arms import Answered
from onearm.endpoints.sample import Output
from onearm.endpoints.time_to_event import Words
from onearm.endpoints.weighted import MARGINAL, MARGINAL_NOTE, why
from onearm.results import Estimate
from onearm.stats.weighted_effects import WeightedEffect, weighted_risk_contrast

MEASURES = {
    "risk_difference": ("difference", "risk difference", "difference"),
    "risk_ratio": ("ratio", "risk ratio", "ratio"),
    "odds_ratio": ("odds-ratio", "odds ratio", "ratio"),
}
"""Statistic -> the kernel's measure, words, unit."""


def weighted_risks(answered: Answered, level: float, words: Words, of: str, *, shares: bool = False) -> Output:
    """Difference, ratio and odds ratio of a yes/no outcome, trial against external patients.

    Parameters
    ----------
    answered
        Both groups with weights and answers.
    level
        Level of the intervals.
    words
        What the numbers are called.
    of
        Words for what is compared.
    shares
        Whether the weighted share of each side is wanted as a number of its own.
    """
    yes = int((answered.value & (answered.weight > 0)).sum())
    common: dict[str, Any] = {
        "n": len(answered.used),
        "events": yes,
        "subjects": answered.used,
        "notes": (*words.notes, of, MARGINAL_NOTE, *answered.notes),
    }
    out, found = Output(), None
    for stat, (measure, what, unit) in MEASURES.items():
        method = f"{what} of weighted shares ({MARGINAL}), {answered.variance}"
        one: dict[str, Any] = {"unit": unit, "level": level, "method": method, **common}
        try:
            effect = weighted_risk_contrast(
                answered.value,
                answered.arms.treated,
                answered.model,
                measure=measure,
                level=level,
                cluster=answered.arms.cluster,
            )
        except ValueError as problem:
            out.estimates.append(words.estimate(stat, what, error=why(problem), **one))
            continue
        found = effect if measure == "difference" else found
        out.estimates.append(words.estimate(stat, what, **(one | _limits(effect, measure, one))))
    out.estimates.append(_p(found, words, common, answered.variance))
    if shares:
        out.estimates = [_share(answered, found, side, level, words) for side in (True, False)] + out.estimates
    return out


def _limits(effect: WeightedEffect, measure: str, one: dict[str, Any]) -> dict[str, Any]:
    """Value and limits on the scale that is printed."""
    sure = effect.std_error > 0 and not one_sided(effect)
    notes = one["notes"] if sure else (*one["notes"], "no interval: the outcome does not vary on one side")
    if measure == "difference":
        low, high = max(effect.low, -1.0), min(effect.high, 1.0)
        return {
            "value": effect.estimate,
            "low": low if sure else None,
            "high": high if sure else None,
            "std_error": effect.std_error if sure else None,
            "notes": notes,
        }
    return {
        "value": math.exp(effect.estimate),
        "low": math.exp(effect.low) if sure else None,
        "high": math.exp(effect.high) if sure else None,
        "std_error": effect.std_error if sure else None,
        "method": f"{one['method']}; standard error on the log scale",
        "notes": notes,
    }


def one_sided(effect: WeightedEffect) -> bool:
    """Whether everybody or nobody of one side has the outcome: its share then seems to be known without error."""
    shares = (effect.treated, effect.control)
    return any(p is not None and not 1e-12 < p < 1 - 1e-12 for p in shares)


def _p(found: WeightedEffect | None, words: Words, common: dict[str, Any], variance: str) -> Estimate:
    known = found is not None and math.isfinite(found.p_value) and not one_sided(found)
    return words.estimate(
        "risk_p",
        "Wald p of the risk difference",
        unit="p",
        method=f"Wald test of the difference of weighted shares, {variance}",
        value=found.p_value if found is not None and known else None,
        error=None if known else "the outcome does not vary on one side" if found is not None else "nobody in a group",
        **common,
    )


def _share(answered: Answered, found: WeightedEffect | None, trial: bool, level: float, words: Words) -> Estimate:
    """The weighted share of one side."""
    rows = answered.rows(trial)
    side = replace(words, group=f"{words.group}/{'trial' if trial else 'external'}")
    shown: dict[str, Any] = {
        "unit": "proportion",
        "n": rows.size,
        "events": int(answered.value[rows].sum()),
        "method": f"weighted share; logit limits, {answered.variance}",
        "level": level,
        "subjects": answered.named(rows),
        "notes": (*words.notes, *answered.notes),
    }
    if found is None:
        return side.estimate("share", "share", error="nobody in a group", **shown)
    p, error = (found.treated, found.treated_std_error) if trial else (found.control, found.control_std_error)
    assert p is not None, "a difference knows both sides"
    assert error is not None, "a difference knows both sides"
    low, high = logit_limits(p, error, level)
    if low is None:
        shown["notes"] = (*shown["notes"], "no interval: the share does not vary")
    return side.estimate("share", "share", value=p, low=low, high=high, std_error=error or None, **shown)


def logit_limits(p: float, error: float, level: float) -> tuple[float | None, float | None]:
    """Limits of a share on the logit scale; none at 0 and 1.

    Examples
    --------
    >>> logit_limits(1.0, 0.0, 0.95), [round(v, 4) for v in logit_limits(0.5, 0.1, 0.95)]
    ((None, None), [0.3135, 0.6865])
    """
    if not (0 < p < 1 and error > 0):
        return None, None
    middle, half = math.log(p / (1 - p)), NormalDist().inv_cdf((1 + level) / 2) * error / (p * (1 - p))
    return _expit(middle - half), _expit(middle + half)


def _expit(v: float) -> float:
    return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))
