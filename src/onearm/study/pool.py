"""The numbers of several imputed data sets as one number each, by Rubin's rules."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import NormalDist

from onearm.results import Curve, Estimate, Evidence
from onearm.stats.imputation import Pooled, combined_p_value, rubin

AVERAGED = frozenset({"smd", "variance_ratio", "ks", "mean", "caliper", "effective", "effective_n"})
"""Statistics of which the mean over the data sets is shown."""

_WALD = {"cox_p": "hazard_ratio", "risk_p": "risk_difference"}
"""Wald test -> the effect it tests."""


def pooled(sets: Sequence[Sequence[Estimate]]) -> list[Estimate]:
    """One estimate for each id out of the estimates of every imputed data set.

    Ratios (on the log scale) and differences by Rubin's rules, with the degrees of freedom of Barnard and Rubin; Wald
    tests from the pooled effect, other tests by their chi-squares; diagnostics as means. Counts, and what is read from
    a curve, are those of the first data set, and say so. A number that fails in one data set fails.

    Parameters
    ----------
    sets
        The estimates of each data set.
    """
    found = [{e.id: e for e in one} for one in sets]
    order = list(dict.fromkeys(e.id for one in sets for e in one))
    effects: dict[str, Pooled] = {}
    made = {}
    for tests in (False, True):  # a test needs its effect
        for key in order:
            same = [one.get(key) for one in found]
            if any(e is not None and e.unit == "p" for e in same) == tests:
                made[key] = _one(same, effects)
    return [made[key] for key in order]


def _one(same: Sequence[Estimate | None], effects: dict[str, Pooled]) -> Estimate:
    there = [e for e in same if e is not None]
    m, first = len(same), there[0]
    if len(there) == m and all(e == first for e in there):
        return first  # nothing that was imputed plays a part
    if first.unit != "p" and not _is_effect(first) and first.stat not in AVERAGED:
        return _of_the_first(there)
    failed = [e.error or "no value" for e in there if e.value is None or e.error]
    if failed or len(there) < m:
        return _failed(first, failed or ["not estimated"], m - len(there) + len(failed), m)
    if first.unit == "p":
        return _test(there, effects)
    if _is_effect(first):
        return _effect(there, effects)
    mean = math.fsum(e.value or 0.0 for e in there) / m
    return replace(first, value=mean, notes=(*first.notes, f"mean over {m} imputed data sets"))


def _failed(first: Estimate, why: Sequence[str], k: int, m: int) -> Estimate:
    says = f"failed in {k} of {m} imputed data sets: {'; '.join(dict.fromkeys(why))}"
    return replace(first, value=None, low=None, high=None, std_error=None, error=says)


def _is_effect(e: Estimate) -> bool:
    """Whether it is an effect with a standard error, or should have one."""
    return (e.stat.endswith("_ratio") and e.stat != "variance_ratio") or "difference" in e.stat


def _effect(there: Sequence[Estimate], effects: dict[str, Pooled]) -> Estimate:
    first, m = there[0], len(there)
    log = first.stat.endswith("_ratio")
    numbers = [_on_scale(e, log) for e in there]
    lost = sum(one is None for one in numbers)
    if lost:
        return _failed(first, ["no standard error"], lost, m)
    q, u = zip(*(one for one in numbers if one is not None), strict=True)
    df = min((e.n if e.events is None else e.events) for e in there) - 1
    try:
        if df < 1:
            raise ValueError("too few events to pool")
        out = rubin(q, u, level=first.level or 0.95, df_complete=df)
    except ValueError as problem:
        return _failed(first, [str(problem)], m, m)
    effects[first.id] = out
    value, low, high = (float(v[0]) for v in (out.estimate, out.conf_low, out.conf_high))
    if log:
        value, low, high = math.exp(value), math.exp(low), math.exp(high)
    return replace(
        first,
        value=value,
        low=low,
        high=high,
        std_error=float(out.std_error[0]),
        n=round(sum(e.n for e in there) / m),
        events=None if first.events is None else round(sum(e.events or 0 for e in there) / m),
        method=f"{first.method}; {_words(m, log and 'log scale' not in first.method)}",
        subjects=_everybody(there),
        notes=(*first.notes, _says(out, df)),
    )


def _words(m: int, log: bool) -> str:
    return f"pooled over {m} imputed data sets by Rubin's rules" + (", standard error on the log scale" if log else "")


def _says(out: Pooled, df: int) -> str:
    return (
        f"fraction of missing information {float(out.fmi[0]):.0%}; {float(out.df[0]):.1f} degrees of freedom (Barnard "
        f"and Rubin, {df} had nothing been missing)"
    )


def _on_scale(e: Estimate, log: bool) -> tuple[float, float] | None:
    """The number and its variance on the scale on which it is pooled; None without a standard error."""
    value, error = e.value, e.std_error
    if value is None or not math.isfinite(value) or (log and value <= 0):
        return None
    if log and "log scale" not in e.method:  # the standard error is of the ratio: take the width of its limits
        if not (e.low and e.high and e.level and 0 < e.low < e.high < math.inf):
            return None
        error = (math.log(e.high) - math.log(e.low)) / (2 * NormalDist().inv_cdf((1 + e.level) / 2))
    if error is None or not (math.isfinite(error) and error > 0):
        return None
    return (math.log(value) if log else value), error**2


def _test(there: Sequence[Estimate], effects: dict[str, Pooled]) -> Estimate:
    first, m = there[0], len(there)
    subjects = _everybody(there)
    stat, _, rest = first.id.partition(".")[2].partition("|")
    of = _WALD.get(stat.partition("@")[0])
    if of is not None:
        effect = effects.get(f"{first.variable}.{of}" + (f"|{rest}" if rest else ""))
        if effect is None:
            return _failed(first, ["its effect could not be pooled"], m, m)
        method = f"{first.method}; of the effect {_words(m, False)}"
        return replace(first, value=float(effect.p_value[0]), method=method, subjects=subjects)
    try:
        p = combined_p_value([e.value or 0.0 for e in there])
    except ValueError as problem:
        return _failed(first, [str(problem)], m, m)
    return replace(
        first,
        value=p,
        method=f"{first.method}; chi-squares of {m} imputed data sets combined (Li, Meng, Raghunathan and Rubin)",
        subjects=subjects,
    )


def _of_the_first(there: Sequence[Estimate]) -> Estimate:
    first, m = there[0], len(there)
    numbers = [e.value for e in there if e.value is not None]
    note = f"first of {m} imputed data sets"
    if numbers and min(numbers) < max(numbers):
        note += f"; over all of them from {min(numbers):.4g} to {max(numbers):.4g}"
    return replace(first, method=f"{first.method}; first of {m} imputed data sets", notes=(*first.notes, note))


def _everybody(there: Sequence[Estimate]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s for e in there for s in e.subjects))


def of_the_first(curves: Sequence[Curve], m: int) -> list[Curve]:
    """Curves of the first imputed data set, which say so."""
    return [replace(c, method=f"{c.method}; first of {m} imputed data sets") for c in curves]


def evidence_of_the_first(rows: Mapping[str, Evidence], m: int) -> dict[str, Evidence]:
    """What the matching of the first imputed data set made of each subject, which says so."""
    return {s: replace(e, says=f"{e.says} (first of {m} imputed data sets)") for s, e in rows.items()}
