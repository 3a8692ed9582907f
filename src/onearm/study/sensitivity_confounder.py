"""What a confounder that nobody measured would have to be, or would do: E-values and the array of a binary one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from onearm.protocol.sensitivity import EValueRule, Tipping
from onearm.results import Estimate
from onearm.stats.sensitivity import e_value, tipping_point
from onearm.study.sensitivity_subject import MEASURES, about, usable

_SOURCE = "VanderWeele & Ding 2017"
_MEANING = (
    "an unmeasured confounder related to both membership of the trial and the outcome by risk ratios of this size, "
    "beyond the covariates adjusted for, could explain it away; a weaker one could not"
)


def e_values(ratios: Sequence[Estimate], asked: EValueRule) -> Iterator[Estimate]:
    """The E-value of each primary ratio and of its limit nearer to 1."""
    for e in ratios:
        method = f"E-value ({_SOURCE}); {_rule(e, asked)}"
        said: dict[str, Any] = {"unit": "ratio", "method": method, "notes": (_MEANING,)}
        parts = (("e_value", "E-value of the estimate"), ("e_value_limit", "E-value of the limit nearer to 1"))
        if not usable(e):
            yield from (about(e, stat, what, "", error=_why(e), **said) for stat, what in parts)
            continue
        found = e_value(e.value, e.low, e.high, MEASURES[e.stat], asked.common)  # type: ignore[arg-type]
        yield from (
            about(e, stat, what, "", value=value, **said)
            for (stat, what), value in zip(parts, (found.point, found.limit), strict=True)
        )


def _rule(e: Estimate, asked: EValueRule) -> str:
    if e.stat == "risk_ratio":
        return "of the risk ratio itself"
    if asked.common:
        return "the outcome counts as common: hazard ratio to risk ratio by (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR))"
    return "the outcome counts as rare: the hazard ratio stands for the risk ratio"


def _why(e: Estimate) -> str:
    return f"no {e.stat.replace('_', ' ')} with limits to start from" + (f": {e.error}" if e.error else "")


def tipping(ratios: Sequence[Estimate], asked: Tipping) -> Iterator[Estimate]:
    """What is left of each primary ratio for every strength and prevalence, and where the nearer limit becomes 1."""
    assumed = (
        f"assumed: one binary confounder, independent of the covariates, in a share of {asked.external:g} of the "
        "external patients; its ratio is the same on both sides; for a hazard ratio the formula holds nearly (rare "
        "events or a small effect of the confounder)"
    )
    said: dict[str, Any] = {"unit": "hazard ratio", "method": _ARRAY, "notes": (assumed,)}
    for e in ratios:
        for k, strength in enumerate(asked.hazard_ratio):
            cells = [f"confounder={strength:g}/trial={p:g}" for p in asked.prevalence]
            words = [f"confounder of ratio {strength:g} in {p:g} of the trial" for p in asked.prevalence]
            if not usable(e):
                for part, what in zip(cells, words, strict=True):
                    yield about(e, "tipping", what, part, error=_why(e), **said)
                yield about(
                    e, "tips_at", _AT.format(strength), f"confounder={strength:g}", error=_why(e), **_share(said)
                )
                continue
            shift = np.array(asked.prevalence) - asked.external
            found = tipping_point(e.value, e.low, e.high, asked.hazard_ratio, p0=asked.external, difference=shift)  # type: ignore[arg-type]
            rows = (found.estimate[k], found.low[k], found.high[k])
            for part, what, *numbers in zip(cells, words, *rows, strict=True):
                value, low, high = (float(v) for v in numbers)
                yield about(e, "tipping", what, part, value=value, low=low, high=high, level=e.level, **said)
            yield _tips_at(e, strength, float(found.tips_at[k]), asked.external, _share(said))


_ARRAY = "divided by (p1 (R - 1) + 1) / (p0 (R - 1) + 1), limits likewise (Bross 1966; Schneeweiss 2006)"
_AT = "share of the trial at which a confounder of ratio {:g} makes the nearer limit 1"


def _share(said: dict[str, Any]) -> dict[str, Any]:
    return said | {"unit": "proportion", "method": f"the bias factor solved for p1: {_ARRAY}"}


def _tips_at(e: Estimate, strength: float, difference: float, external: float, said: dict[str, Any]) -> Estimate:
    assert e.low is not None, "the caller has limits"
    assert e.high is not None, "the caller has limits"
    part, what = f"confounder={strength:g}", _AT.format(strength)
    if e.low <= 1 <= e.high:
        return about(e, "tips_at", what, part, error="the interval holds 1 without it", **said)
    if not np.isfinite(difference):
        return about(e, "tips_at", what, part, error="no prevalence does it", **said)
    return about(e, "tips_at", what, part, value=min(max(external + difference, 0.0), 1.0), **said)
