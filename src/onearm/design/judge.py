"""From counts and a boundary to a decision.

At a planned look the integers of that look decide. Between looks a rule that can be worked out anew at this number of
patients is; for one that cannot, the looks that were passed say what is certain: with x of n now, the count among the
first m was between x - (n - m) and min(x, m).
"""

from __future__ import annotations

from collections.abc import Callable

from onearm.design.boundary_table import decides_at_end
from onearm.design.decision import Decision
from onearm.design.words import STOPS, counted, joined
from onearm.stats.monitoring import Boundary

Measures = tuple[tuple[str, float], ...]
At = Callable[[int], Boundary | None]

_Limits = tuple[tuple[int, int], ...]

PAST_LOOK = "Whether a limit was crossed at a look that is past needs the counts at that look."
CERTAIN = "That a limit was crossed at a look that is past is certain from the counts now."
"""Said of counts whose patients keep their outcomes: who is without an event at one look has none at a later one."""


def judge(rule: Boundary, x: tuple[int, ...], n: int, at: At, measures: Measures) -> Decision:
    """The decision on ``x`` events of each kind among ``n`` patients; ``at`` gives the rule at any n, or nothing."""
    looks = rule.n.tolist()
    anew = at(n) if n not in looks and looks[0] < n < looks[-1] else None
    here = rule if n in looks else anew
    if here is not None:
        crossed = _crossed(here, _column(here, n), x, x)
        judged: int | None = n
    else:
        judged, crossed = _sure(rule, [look for look in looks if look <= n], x, n)
    shown = judged or next((look for look in looks if look > n), looks[-1])
    limits = [(_held(low, shown), _held(high, shown)) for low, high in _column(here or rule, shown)]
    low, high = tuple(b for b, _ in limits), tuple(b for _, b in limits)
    word = _word(rule, crossed, x, n)
    return Decision(
        word=word,
        reason=_reason(rule, x, n, judged, shown, low, high),
        n=n,
        x=x,
        names=rule.names,
        planned=n in looks,
        judged_at=judged,
        limits_at=shown,
        low=low,
        high=high,
        above_low=tuple(None if b is None else e - b for e, b in zip(x, low, strict=True)),
        below_high=tuple(None if b is None else b - e for e, b in zip(x, high, strict=True)),
        measures=measures,
        next_n=next_change(rule, x, n) if word == "continue" else None,
        notes=_notes(rule, word, x, n, anew is not None, judged),
    )


def next_change(rule: Boundary, x: tuple[int, ...], n: int) -> int | None:
    """The first look after n at which counts that can be reached stop the trial."""
    for look in rule.n.tolist():
        if look > n and _crossed(rule, _column(rule, look), x, tuple(e + look - n for e in x)):
            return int(look)
    return None


def _column(rule: Boundary, n: int) -> _Limits:
    """(low, high) of each kind of event at a look."""
    at = rule.n.tolist().index(n)
    return tuple((int(low), int(high)) for low, high in zip(rule.low[:, at], rule.high[:, at], strict=True))


def _held(limit: int, n: int) -> int | None:
    """A limit, or nothing where no count reaches it."""
    return limit if 0 <= limit <= n else None


def _crossed(rule: Boundary, limits: _Limits, least: tuple[int, ...], most: tuple[int, ...]) -> tuple[str, ...]:
    """What counts that lie between ``least`` and ``most`` could stop for: low by the least, high by the most."""
    below = [e <= low for e, (low, _) in zip(least, limits, strict=True)]
    if rule.together and not all(below):
        below = [False] * len(below)
    found = [m for is_below, m in zip(below, rule.low_means, strict=True) if is_below]
    found += [m for e, (_, high), m in zip(most, limits, rule.high_means, strict=True) if e >= high]
    return tuple(dict.fromkeys(found))


def _sure(rule: Boundary, passed: list[int], x: tuple[int, ...], n: int) -> tuple[int | None, tuple[str, ...]]:
    """The latest look passed that stopped the trial whatever the order of the patients, and what for."""
    for look in reversed(passed):
        most = tuple(min(e, look) for e in x)
        least = tuple(max(e - (n - look), 0) for e in x)
        crossed = _crossed(rule, _column(rule, look), most, least)
        if crossed:
            return look, crossed
    return None, ()


def _word(rule: Boundary, crossed: tuple[str, ...], x: tuple[int, ...], n: int) -> str:
    ended = n >= rule.n_max
    if ended and decides_at_end(rule):
        if crossed == ("futility",):
            return "negative result"
        if crossed == ("efficacy",) or not (crossed or _efficacy_at_end(rule) or _unsure_at_end(rule, x, n)):
            return "positive result"
    if crossed:
        words = [STOPS[means] for means in crossed]
        return joined([words[0], *(word.removeprefix("stop ") for word in words[1:])])
    return "complete" if ended else "continue"


def _efficacy_at_end(rule: Boundary) -> bool:
    """Whether the last look has a limit for efficacy: then a count below it is no positive result."""
    last = zip(rule.high[:, -1].tolist(), rule.high_means, strict=True)
    return any(means == "efficacy" and high <= rule.n[-1] for high, means in last)


def _unsure_at_end(rule: Boundary, x: tuple[int, ...], n: int) -> bool:
    """Whether patients beyond the plan leave open what the counts at its last look were."""
    least = tuple(max(e - (n - rule.n_max), 0) for e in x)
    return bool(_crossed(rule, _column(rule, int(rule.n[-1])), least, x))


def _reason(
    rule: Boundary, x: tuple[int, ...], n: int, judged: int | None, shown: int, low: tuple[int | None, ...],
    high: tuple[int | None, ...],
) -> str:  # fmt: skip
    """One sentence: the counts, and the limits they are held against."""
    seen = joined([counted(e, name) for e, name in zip(x, rule.names, strict=True)])
    final = shown == rule.n_max and decides_at_end(rule)
    said = []
    for k, name in enumerate(rule.names):
        if low[k] is not None:
            words = "negative result" if final and rule.low_means[k] == "futility" else STOPS[rule.low_means[k]]
            said.append(f"{low[k]} or fewer with {name} ({words})")
        if high[k] is not None:
            words = "positive result" if final and rule.high_means[k] == "efficacy" else STOPS[rule.high_means[k]]
            said.append(f"{high[k]} or more with {name} ({words})")
    both = ", low counts only where every kind of event is at or below its limit" if rule.together else ""
    limits = f"{joined(said)}{both}" if said else "no count"
    if judged is None:
        place = (
            f"at the next look, after {shown} patients," if shown > n else f"at the last look, after {shown} patients,"
        )
        return f"{seen} among {n}; {place} the rule acts on {limits}"
    return f"{seen} among {n}; at {judged} patients the rule acts on {limits}"


def _notes(rule: Boundary, word: str, x: tuple[int, ...], n: int, anew: bool, judged: int | None) -> tuple[str, ...]:
    looks = rule.n.tolist()
    notes = []
    if n > rule.n_max:
        notes.append(f"The design ends at {rule.n_max} patients: {n} are more than it plans.")
    elif looks[-1] < n:
        notes.append(f"After the look at {looks[-1]} no rule applies any more.")
    elif anew:
        notes.append(f"{n} patients are not a planned look; the limits are the same rule worked out at {n}.")
    elif n not in looks and n > looks[0]:
        passed = max(look for look in looks if look < n)
        notes.append(f"{n} patients are not a planned look: what was decided at {passed} stands until the next one.")
    if judged is not None and judged != n:
        notes.append(CERTAIN)
    if judged is None and n > looks[0] and word in ("continue", "complete"):
        notes.append(PAST_LOOK)
    if decides_at_end(rule) and word == "continue" and rule.endpoints == 1:
        notes += _already(rule, x[0], n)
    return tuple(notes)


def _already(rule: Boundary, x: int, n: int) -> list[str]:
    """What is certain of the final result, whatever comes."""
    need, left = int(rule.low[0, -1]) + 1, rule.n_max - n
    if x >= need:
        return [f"The count that a positive result needs, {need}, is reached."]
    if x + left < need:
        return [f"A positive result needs {need}, which can no longer be reached with {left} patients to come."]
    return []
