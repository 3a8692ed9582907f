"""Reasons to stop in words, and which endings of a trial are a success of the treatment."""

from __future__ import annotations

from ._boundary import Boundary
from ._characteristics_plan import Sides

_AGAINST = {"futility", "harm"}


def words(rule: Boundary, reasons: list[Sides]) -> tuple[tuple[str, ...], tuple[bool, ...], str]:
    """The reasons' names; whether each, and at the end completing, is a success; what a success is, as a sentence."""
    said = [_said(rule, reason) for reason in reasons]
    efficacy = any("efficacy" in meanings.values() for meanings in said)
    tested = rule.n_max == rule.n[-1] and "futility" in _last(rule)
    passing = not efficacy or (tested and "efficacy" not in _last(rule))
    good = "efficacy" if efficacy else "safe"
    successes = tuple(good in set(m.values()) and not _AGAINST & set(m.values()) for m in said)
    names = tuple(" and ".join(f"{k}: {meaning}" for k, meaning in m.items()) for m in said)
    return names, (*successes, passing), _sentence(rule, good if any(successes) else "", passing, tested)


def _said(rule: Boundary, reason: Sides) -> dict[str, str]:
    """What a stop says of each endpoint that stops the trial."""
    means = (("",) * rule.endpoints, rule.low_means, rule.high_means)
    plain = ("", "low count", "high count")
    return {rule.names[k]: means[side][k] or plain[side] for k, side in enumerate(reason) if side}


def _last(rule: Boundary) -> set[str]:
    """What the limits of the last look can say."""
    low = {rule.low_means[k] for k in range(rule.endpoints) if rule.low[k, -1] >= 0}
    return low | {rule.high_means[k] for k in range(rule.endpoints) if rule.high[k, -1] <= rule.n[-1]}


def _sentence(rule: Boundary, good: str, passing: bool, tested: bool) -> str:
    stops = {"": "", "efficacy": "a stop for efficacy", "safe": "a stop because it is safe"}[good]
    if tested:
        passed = f"passing every look, the last of which is the final test at n = {rule.n_max}"
    else:
        passed = f"passing every look; there is no test for futility at n = {rule.n_max}"
    said = " or ".join(part for part in (stops, passed if passing else "") if part)
    return f"Success: {said}." if said else "No ending of this rule is a success."
