"""Looks and limits of a boundary, as sentences."""

from __future__ import annotations

from itertools import pairwise

from onearm.design.boundary_table import decides_at_end
from onearm.design.words import STOPS, joined
from onearm.stats.monitoring import Boundary


def looks_sentences(rule: Boundary) -> tuple[str, ...]:
    """When the trial is looked at, what stops it, and what the end says."""
    said = [_when(rule)]
    if rule.together:
        said.append(_together(rule))
    else:
        for k, name in enumerate(rule.names):
            said += [_limits(rule, k, name, side) for side in ("low", "high")]
    if int(rule.n[-1]) < rule.n_max:
        said.append(f"After {int(rule.n[-1])} patients no rule applies any more.")
    return tuple(s for s in said if s)


def _when(rule: Boundary) -> str:
    looks = rule.n.tolist()
    if looks == [rule.n_max]:
        return f"The trial treats {rule.n_max} patients and is judged once, when the outcome of all is known."
    steps = {b - a for a, b in pairwise(looks)}
    if len(looks) <= 4 or len(steps) > 1:
        when = f"after {joined([str(n) for n in looks])} patients"
    elif steps == {1}:
        when = f"after every patient from number {looks[0]} to number {looks[-1]}"
    else:
        when = f"after every {steps.pop()} patients from {looks[0]} to {looks[-1]}"
    return f"The trial treats at most {rule.n_max} patients and is looked at {when} with a known outcome."


def _limits(rule: Boundary, k: int, name: str, side: str) -> str:
    """One sentence for one side of one kind of event; at the final look a limit for futility is a negative result."""
    means = (rule.low_means if side == "low" else rule.high_means)[k]
    values = (rule.low if side == "low" else rule.high)[k].tolist()
    held = [(n, x) for n, x in zip(rule.n.tolist(), values, strict=True) if 0 <= x <= n]
    if not means or not held:
        return ""
    words, final = ("or fewer" if side == "low" else "or more"), ""
    if decides_at_end(rule) and held[-1][0] == rule.n_max and means in ("futility", "efficacy"):
        n, x = held.pop()
        says = "negative" if means == "futility" else "positive"
        final = f"The result is {says} if {name} is seen in {x} {words} of all {n} patients."
        if means == "futility" and not rule.together and rule.endpoints == 1 and rule.high_means[k] != "efficacy":
            final += f" It is positive with {x + 1} or more."
    if not held:
        return final
    runs = joined([f"{x} {words} of {_span(first, last)}" for x, first, last in _runs(held)])
    stop = STOPS[means].removeprefix("stop ")
    return f"It stops {stop} if {name} is seen in {runs} patients." + (f" {final}" if final else "")


def _together(rule: Boundary) -> str:
    parts = []
    for at, n in enumerate(rule.n.tolist()):
        if (rule.low[:, at] >= 0).all():
            both = joined([f"{rule.low[k, at]} or fewer with {name}" for k, name in enumerate(rule.names)])
            parts.append(f"{both} of {n}")
    end = " At the last of these looks that is a negative result." if decides_at_end(rule) else ""
    return f"It stops {STOPS['futility'].removeprefix('stop ')} only if all hold at one look: {'; '.join(parts)}.{end}"


def _runs(held: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """(limit, first n, last n) of looks that follow each other patient by patient with the same limit."""
    runs: list[tuple[int, int, int]] = []
    for n, x in held:
        if runs and runs[-1][0] == x and runs[-1][2] == n - 1:
            runs[-1] = (x, runs[-1][1], n)
        else:
            runs.append((x, n, n))
    return runs


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"
