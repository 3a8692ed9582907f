"""An indirect effect through a treatment that both the trial and the publication are compared with (Bucher)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from onearm.protocol.document import Protocol
from onearm.protocol.published import Published
from onearm.results import Estimate, Gate
from onearm.stats.indirect import bucher, error_from_limits


def anchored(
    name: str, settings: Published, protocol: Protocol, found: Sequence[Estimate], gates: Sequence[Gate]
) -> list[Estimate]:
    """The trial against the published comparator, from both effects against the common treatment."""
    return list(_anchored(name, settings, protocol, found, gates))


def _anchored(
    name: str, settings: Published, protocol: Protocol, found: Sequence[Estimate], gates: Sequence[Gate]
) -> Iterator[Estimate]:
    anchor = settings.anchor
    if anchor is None:
        return
    key = f"{anchor.endpoint}.hazard_ratio|{anchor.comparison}"
    ours = next((e for e in found if e.id == key), None)
    failed = [g.name for g in gates if g.comparison == anchor.comparison and not g.passed]
    notes = (
        *(f"GATE FAILED, not to be read as an effect: {one} ({anchor.comparison})" for one in failed),
        f"anchored through {anchor.comparison}: holds if no effect modifier differs between the two populations; the "
        "trial's own effect against it rests on external patients, not on randomisation",
        f"published: {settings.source}",
        *(f"assumed: {one}" for one in settings.assumptions),
    )
    limits = " to ".join(f"{v:g}" for v in anchor.limits)
    method = (
        f"Bucher: log hazard ratio of the trial less that published, {anchor.hazard_ratio:g} ({limits} at "
        f"{100 * anchor.level:g} %); standard error on the log scale"
    )
    common = {
        "variable": anchor.endpoint,
        "context": "published",
        "population": "both populations, taken as alike in effect modifiers",
        "group": f"{name}/anchored",
        "notes": notes,
        "heading": "Anchored (Bucher)",
        "n": 0 if ours is None else ours.n,
        "subjects": () if ours is None else ours.subjects,
        "evidence": "" if ours is None else ours.evidence,
    }
    label = "Anchored: "
    ratio = {"id": f"{anchor.endpoint}.hazard_ratio|{name}/anchored", "label": f"{label}hazard ratio"}
    ratio |= {"stat": "hazard_ratio", "unit": "hazard ratio", "method": method}
    if ours is None or not ours.value or not ours.std_error:
        why = "" if ours is None else ours.error or ""
        error = f"there is no {key}" + (f": {why}" if why else "")
        yield Estimate(**ratio, **common, error=error)  # type: ignore[arg-type]
        return
    published = error_from_limits(*anchor.limits, anchor.level)
    effect = bucher(math.log(ours.value), ours.std_error, math.log(anchor.hazard_ratio), published, settings.level)
    low, value, high = (math.exp(v) for v in (effect.low, effect.estimate, effect.high))
    yield Estimate(**ratio, **common, value=value, low=low, high=high, level=settings.level, std_error=effect.std_error)  # type: ignore[arg-type]
    p = {"id": f"{anchor.endpoint}.cox_p|{name}/anchored", "label": f"{label}Wald p", "stat": "cox_p", "unit": "p"}
    yield Estimate(**p, **common, method=f"{method}; Wald test", value=effect.p_value)  # type: ignore[arg-type]
