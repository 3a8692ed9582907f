"""Follow-up cut at a switch: before it a subject counts as not yet switched, after it as switched.

A switch is what happens on the way and changes what follows: transplant, a new therapy, a response. It is
given by its time. Rows are (start, stop]: a switch on the day of the event counts as not yet switched, and
a switch at or after the end of follow-up was not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, Ints, as_floats, as_indicator, as_times, rank_times

ADVICE = (
    "groups formed by what happened later are immortal until it happens: whoever is in the group cannot have had "
    "the event before. Use landmark() to group by what had happened at a fixed time, simon_makuch() for curves, "
    "mantel_byar() or time_dependent_cox() for a comparison with the switch as it happens, or "
    "clone_censor_weight() for strategies to switch within a time window or not"
)


def refuse_ever_never(name: str) -> NoReturn:
    """Refuse a comparison of subjects by something that happened to them after time zero.

    Raises
    ------
    ValueError
        Always: it says why, and what to use instead.

    Examples
    --------
    >>> try:
    ...     refuse_ever_never("transplanted")
    ... except ValueError as problem:
    ...     print(str(problem)[:61])
    transplanted says whether, not when: groups formed by what ha
    """
    raise ValueError(f"{name} says whether, not when: {ADVICE}")


_LONG = 10.0  # units of follow-up beyond which switch times of 0 and 1 alone are taken for a yes/no


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """k rows of n subjects, times also as ranks on one grid.

    ``grid`` distinct times; ``subject`` (k,) index of the subject; ``start``, ``stop`` (k,) times; ``first`` (k,)
    rank of the start, -1 where the subject is at risk from the beginning; ``last`` (k,) rank of the stop; ``event`` and
    ``switched`` (k,); ``n`` subjects, ``n_switched`` of them seen after a switch.
    """

    grid: Floats
    subject: Ints
    start: Floats
    stop: Floats
    first: Ints
    last: Ints
    event: Bools
    switched: Bools
    n: int
    n_switched: int


def as_switch_times(name: str, value: ArrayLike, n: int, longest: float = 0.0) -> Floats:
    """Times of a switch; NaN, None or infinity (never) become infinity. Yes/no values are refused.

    So are whole numbers of which some are 0, the others 1 and none missing, where follow-up is up to ``longest``,
    above 10 units: times at which everyone switches within the first unit are rarer than a yes/no written as 0/1.
    """
    raw = np.asarray(value)
    binary = raw.dtype.kind in "iu" and raw.size > 0 and raw.min() == 0 and raw.max() == 1
    if raw.dtype.kind == "b" or (binary and longest > _LONG):
        refuse_ever_never(name)
    if raw.dtype.kind == "O":
        raw = np.array([np.nan if v is None else v for v in raw.flat], dtype=object).reshape(raw.shape)
    x = as_floats(name, raw)
    if x.shape != (n,):
        raise ValueError(f"{name} has shape {x.shape} where ({n},) is needed")
    x = np.where(np.isnan(x), np.inf, x)
    bad = np.flatnonzero(x < 0)
    if bad.size:
        raise ValueError(f"{name} has {bad.size} negative values, the first {x[bad[0]]} at index {bad[0]}")
    return x


def split_at_switch(
    time: ArrayLike, event: ArrayLike, switch_time: ArrayLike, entry: ArrayLike | None = None, at: float | None = None
) -> Split:
    """One row before the switch and one after it, each left out where it is empty.

    ``at`` starts the follow-up of everyone at a later time; who is not followed beyond it is left out.
    """
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    switch = as_switch_times("switch_time", switch_time, t.size, float(t.max()))
    begin = np.zeros(t.size) if entry is None else as_times("entry", entry, t.size)
    if at is not None:
        if not (np.isfinite(at) and at >= 0):
            raise ValueError(f"at must be a time that is not negative, found {at}")
        begin = np.maximum(begin, at)
    seen = np.where(np.isfinite(switch), switch, 0.0)
    grid, (exit_rank, switch_rank, entry_rank) = rank_times(t, seen, begin)
    if entry is not None:
        late = np.flatnonzero(as_times("entry", entry, t.size) >= grid[exit_rank])
        if late.size:
            i = late[0]
            raise ValueError(f"entry must be before time: row {i} has entry {begin[i]} and time {t[i]}")
    if entry is None and at is None:
        entry_rank = np.full(t.size, -1, dtype=np.int64)
    switch_rank = np.where(np.isfinite(switch), switch_rank, grid.size)
    who = np.arange(t.size)
    kept = entry_rank < exit_rank
    switched_at_once = (switch == 0) & (t > 0)  # an end on the day of the switch is before it, on day 0 too
    before = kept & (switch_rank > entry_rank) & ~switched_at_once
    after = kept & (switch_rank < exit_rank)
    cut = np.minimum(switch_rank, exit_rank)
    resume = np.maximum(switch_rank, entry_rank)
    subject = np.r_[who[before], who[after]]
    if subject.size == 0:
        raise ValueError(f"at {at:g} is at or after the end of everyone's follow-up")
    first = np.r_[entry_rank[before], resume[after]]
    last = np.r_[cut[before], exit_rank[after]]
    whole = last == exit_rank[subject]
    return Split(
        grid,
        subject,
        np.where(first >= 0, grid[np.maximum(first, 0)], 0.0),
        grid[last],
        first,
        last,
        d[subject] & whole,
        np.r_[np.zeros(before.sum(), dtype=np.bool_), np.ones(after.sum(), dtype=np.bool_)],
        int(np.unique(subject).size),
        int(after.sum()),
    )
