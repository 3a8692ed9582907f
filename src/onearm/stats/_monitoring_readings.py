"""How a rule on counts is read while outcomes are pending, for many simulated trials at once.

With a stop at look l (the n[l]-th patient), patients who enter before the decision are in the trial all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._boundary import Boundary
from ._input import Bools, Floats, Ints
from ._monitoring_draws import Trials

NEVER = -1


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """How R trials ended: ``look`` (R,) of the stop or -1, ``sides`` (K, R) that crossed (0 none, 1 low, 2 high),
    patients ``enrolled`` and with every outcome ``known`` (R,) at ``time`` (R,)."""

    look: Ints
    sides: Ints
    enrolled: Ints
    known: Ints
    time: Floats


def crossed(rule: Boundary, counts: Ints, looks: slice | int | Ints = slice(None)) -> Ints:
    """Which limits the counts (K, R, ...) cross at these looks: 0 none, 1 low, 2 high; the shape of ``counts``."""
    low, high = rule.low[:, None, looks], rule.high[:, None, looks]
    return sides_of(rule, counts <= low, counts >= high)


def sides_of(rule: Boundary, below: Bools, above: Bools) -> Ints:
    """1 where a count is low, 2 where it is high; low counts only where all are low, if the rule says so."""
    if rule.together:
        below = below & below.all(axis=0)
    return np.where(above, 2, np.where(below, 1, 0))


def in_order(rule: Boundary, trials: Trials, order: Ints | None) -> tuple[Ints, Ints]:
    """The first look that stops (R,) and the sides (K, R), patients counted in this order of theirs (R, N)."""
    event = trials.event if order is None else np.take_along_axis(trials.event, order[None], axis=2)
    counts = np.cumsum(event, axis=2, dtype=np.int64)[:, :, rule.n - 1]
    sides = crossed(rule, counts)
    return first_stop(sides)


def first_stop(sides: Ints) -> tuple[Ints, Ints]:
    """From the sides at all looks (K, R, L)."""
    stops: Bools = np.any(sides > 0, axis=0)
    look = np.where(stops.any(axis=1), np.argmax(stops, axis=1), NEVER)
    at = np.take_along_axis(sides, np.maximum(look, 0)[None, :, None], axis=2)[:, :, 0]
    return look, np.where(look >= 0, at, 0)


def _ends(look: Ints, sides: Ints, when: Floats, entry: Floats, known: Floats) -> Ends:
    """Stops at ``when`` (R,); the others go on until the last outcome."""
    time = np.where(look >= 0, when, known.max(axis=1))
    inside = entry <= time[:, None]
    return Ends(look, sides, inside.sum(axis=1), (inside & (known <= time[:, None])).sum(axis=1), time)


def exclude(rule: Boundary, trials: Trials) -> Ends:
    """Looks when n[l] outcomes are known, on these; a patient counts from the event, or the window's end, on."""
    entry = trials.entry
    known = (entry + trials.delay).max(axis=0)
    order = np.argsort(known, axis=1, kind="stable")
    look, sides = in_order(rule, trials, order)
    reached = np.take_along_axis(known, order, axis=1)[:, rule.n - 1]
    return _ends(look, sides, _at(reached, look), entry, known)


def wait(rule: Boundary, trials: Trials) -> Ends:
    """Looks when the outcomes of the first n[l] patients are all known; accrual goes on until then."""
    entry = trials.entry
    known = (entry + trials.delay).max(axis=0)
    look, sides = in_order(rule, trials, None)
    reached = np.maximum.accumulate(known, axis=1)[:, rule.n - 1]
    return _ends(look, sides, _at(reached, look), entry, known)


def _at(times: Floats, look: Ints) -> Floats:
    return np.asarray(np.take_along_axis(times, np.maximum(look, 0)[:, None], axis=1)[:, 0])


def _next_entry(entry: Floats, known: Floats) -> Floats:
    """(R, N) when the patient after each one comes; after the last, when all outcomes are known."""
    return np.concatenate([entry[:, 1:], known.max(axis=1)[:, None]], axis=1)


def count_as_no(rule: Boundary, trials: Trials) -> Ends:
    """Looks when the next patient comes, on all n[l]; whoever has no event yet counts as without."""
    entry = trials.entry
    times = entry + trials.delay
    known = times.max(axis=0)
    after = _next_entry(entry, known)[:, rule.n - 1]
    seen = np.where(trials.event, times, np.inf)
    counts = np.stack([(seen[:, :, :n] <= after[:, i, None]).sum(axis=2) for i, n in enumerate(rule.n)], axis=2)
    look, sides = first_stop(crossed(rule, counts))
    ends = _ends(look, sides, _at(after, look), entry, known)
    return _before_next(rule.n[np.maximum(look, 0)], ends, known)


def _before_next(size: Ints, ends: Ends, known: Floats) -> Ends:
    """The patient whose arrival brings the decision is not taken when it is to stop."""
    enrolled = np.where(ends.look >= 0, size, ends.enrolled)
    place = np.arange(known.shape[1])
    counted = (place < enrolled[:, None]) & (known <= ends.time[:, None])
    return Ends(ends.look, ends.sides, enrolled, counted.sum(axis=1), ends.time)


def fractional(rule: Boundary, trials: Trials) -> Ends:
    """At each arrival the look is the largest at or below the effective number: known outcomes, and for each pending
    patient the share of the window that is over. Each look is used once, with all events known then."""
    entry = trials.entry
    times = entry + trials.delay
    known = times.max(axis=0)
    after = _next_entry(entry, known)
    replicates, n_max = entry.shape
    seen = np.where(trials.event, times, np.inf)
    look = np.full(replicates, NEVER)
    size = np.full(replicates, n_max)
    sides = np.zeros((rule.endpoints, replicates), dtype=np.int64)
    used = np.full((rule.endpoints, replicates), NEVER)
    for m in range(1, n_max + 1):
        t = after[:, m - 1, None]
        window = np.where(trials.window > 0, trials.window, 1.0)[:, None, None]
        part = np.where(times[:, :, :m] <= t, 1.0, np.minimum(t - entry[:, :m], window) / window)
        due = np.searchsorted(rule.n, np.floor(part.sum(axis=2) + 1e-9), side="right") - 1
        new = due > used
        found = _due(rule, (seen[:, :, :m] <= t).sum(axis=2), due, new)
        stops = (look == NEVER) & (found > 0).any(axis=0)
        look, size = np.where(stops, due.max(axis=0), look), np.where(stops, m, size)
        sides = np.where(stops, found, sides)
        used = np.maximum(used, due)
    ends = _ends(look, sides, _at(after, size - 1), entry, known)
    return _before_next(size, ends, known)


def _due(rule: Boundary, counts: Ints, due: Ints, new: Bools) -> Ints:
    """Sides (K, R) crossed at each endpoint's look ``due`` where it is new."""
    at = np.maximum(due, 0)
    row = np.arange(rule.endpoints)[:, None]
    reached = due >= 0
    below, above = reached & (counts <= rule.low[row, at]), reached & (counts >= rule.high[row, at])
    if rule.together:
        return sides_of(rule, below & new.any(axis=0), above & new)
    return sides_of(rule, below & new, above & new)


def suspend(rule: Boundary, trials: Trials) -> Ends:
    """No patient enters after look n[l] while the pending outcomes could still change its decision."""
    replicates, n_max = trials.gap.shape
    entry = np.zeros((replicates, n_max))
    last, hold = np.zeros(replicates), np.zeros(replicates)
    look, when = np.full(replicates, NEVER), np.zeros(replicates)
    sides = np.zeros((rule.endpoints, replicates), dtype=np.int64)
    place = {int(n): i for i, n in enumerate(rule.n)}
    for m in range(1, n_max + 1):
        last = np.maximum(last + trials.gap[:, m - 1], hold)
        entry[:, m - 1] = last
        if m in place:
            stop, go, found = _settled(rule, trials, entry[:, :m], place[m])
            stops = (look == NEVER) & np.isfinite(stop)
            look, when = np.where(stops, place[m], look), np.where(stops, np.maximum(stop, last), when)
            sides = np.where(stops, found, sides)
            hold = np.where(np.isfinite(go), go, 0.0)
    known = (entry + trials.delay).max(axis=0)
    ends = _ends(look, sides, when, entry, known)
    return _before_next(rule.n[np.maximum(look, 0)], ends, known)


def _settled(rule: Boundary, trials: Trials, entry: Floats, at: int) -> tuple[Floats, Floats, Ints]:
    """When it is certain that the look stops or that it does not (one of them infinite), and the sides known then.

    With y events known and q outcomes pending of m, the final count lies between y and y + q = m - (known without).
    """
    m = entry.shape[1]
    times = entry + trials.delay[:, :, :m]
    event = trials.event[:, :, :m]
    yes = np.sort(np.where(event, times, np.inf), axis=2)
    no = np.sort(np.where(event, np.inf, times), axis=2)
    low, high = rule.low[:, at], rule.high[:, at]
    is_low, is_high = _reach(no, m - low), _reach(yes, high)
    not_low, not_high = _reach(yes, low + 1), _reach(no, m - high + 1)
    if rule.together:
        is_low, not_low = np.broadcast_to(is_low.max(axis=0), is_low.shape), not_low.min(axis=0, keepdims=True)
    stop = np.minimum(is_low.min(axis=0), is_high.min(axis=0))
    go = np.maximum(not_low.max(axis=0), not_high.max(axis=0))
    when = np.maximum(stop, entry[:, -1])
    return stop, go, np.where(is_high <= when, 2, np.where(is_low <= when, 1, 0))


def _reach(times: Floats, needed: Ints) -> Floats:
    """(K, R) when the number ``needed`` (K,) is reached: at once for 0, never for more than there are."""
    found = np.empty(times.shape[:2])
    for k, count in enumerate(needed.tolist()):
        found[k] = -np.inf if count <= 0 else np.inf if count > times.shape[2] else times[k, :, count - 1]
    return found


READINGS: dict[str, Callable[[Boundary, Trials], Ends]] = {
    "exclude": exclude,
    "wait": wait,
    "count-as-no": count_as_no,
    "fractional": fractional,
    "suspend": suspend,
}

WORDS = {
    "exclude": "A look uses the first n patients whose outcomes are known, in the order in which they became known; "
    "an event is known at once, its absence at the end of the window.",
    "wait": "A look on n patients waits until the outcomes of the first n are all known; accrual goes on.",
    "count-as-no": "A look on n patients is made when the next one comes; pending patients count as without the event.",
    "fractional": "A look is made when the effective number, known outcomes and for each pending patient the share of "
    "the window that is over, has reached n; it uses all events known then.",
    "suspend": "After a look on n patients nobody enters while pending outcomes could change its decision; "
    "the next patient waits.",
}
