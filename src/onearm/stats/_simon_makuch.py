"""Curves before and after a switch, each subject counted in the state it is in (Simon & Makuch 1984)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._curve import KaplanMeier
from ._input import Bools, Floats, as_weights
from ._kaplan_meier import kaplan_meier
from ._switch import Split, split_at_switch


@dataclass(frozen=True, slots=True, eq=False)
class SimonMakuch:
    """Two curves on the time scale of the data.

    ``not_switched`` and ``switched``: each a curve, or None where no subject was followed in that state;
    ``n`` subjects, ``n_switched`` of them followed after a switch; ``at`` the landmark or None; ``message``
    what weakens the curves, empty when nothing does.
    """

    not_switched: KaplanMeier | None
    switched: KaplanMeier | None
    n: int
    n_switched: int
    at: float | None
    message: str


def simon_makuch(
    time: ArrayLike,
    event: ArrayLike,
    switch_time: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    at: float | None = None,
    few: int = 5,
    level: float = 0.95,
    interval: str = "log-log",
) -> SimonMakuch:
    """Survival of those who have not switched (yet) and of those who have, without immortal time.

    Kaplan-Meier curves in which a subject is at risk in "not switched" until its switch, censored there, and
    enters "switched" late, at its switch (Simon & Makuch 1984, doi:10.1002/sim.4780030106). The curves read
    as survival of someone who never switches, and of someone who switched at the start, if switching does
    not depend on prognosis.

    Parameters
    ----------
    time, event : (n,) follow-up, 1 = event, 0 = censored.
    switch_time : (n,) time of the switch; NaN, None or infinity = never. A switch on the day of the event
        counts as not yet switched, one after the end of follow-up as not seen. Yes/no values are refused:
        booleans, and integers 0 and 1 where follow-up is longer than 10 units (write 0.0 and 1.0 if meant).
    entry : (n,) late entry into follow-up.
    weight : (n,) case weights.
    at : landmark from which both curves start; the state at the landmark is the one to start in. Early
        risk sets of the switched are small, and a landmark avoids them.
    few : events in a risk set smaller than this are named in ``message``.
    level, interval : as for :func:`kaplan_meier`.

    Raises
    ------
    ValueError
        For bad arrays, a switch given as yes/no, or a landmark after everyone's follow-up.

    Examples
    --------
    Two of six are transplanted, at days 2 and 4; one of them dies at day 8.

    >>> r = simon_makuch([3, 5, 6, 7, 8, 9], [1, 1, 0, 1, 1, 0], [None, None, None, None, 2, 4], few=1)
    >>> r.switched.survival.tolist(), r.not_switched.survival.round(4).tolist()
    ([0.5, 0.5], [1.0, 0.8, 0.8, 0.5333, 0.5333, 0.0])
    """
    rows = split_at_switch(time, event, switch_time, entry, at)
    w = None if weight is None else as_weights("weight", weight, np.size(np.asarray(time)))
    late = entry is not None or at is not None
    curves: list[KaplanMeier | None] = []
    said = []
    for state, name in ((False, "not switched"), (True, "switched")):
        part = rows.switched == state
        if not np.any(part):
            curves.append(None)
            said.append(f"{name}: nobody was followed in this state")
            continue
        curves.append(_curve(rows, part, None if w is None else w[rows.subject], late or state, level, interval))
        said += [f"{name}: {text}" for text in _weak(rows, part, few)]
    return SimonMakuch(curves[0], curves[1], rows.n, rows.n_switched, at, "; ".join(said))


def _curve(rows: Split, part: Bools, w: Floats | None, late: bool, level: float, interval: str) -> KaplanMeier:
    return kaplan_meier(
        rows.stop[part],
        rows.event[part],
        weight=None if w is None else w[part],
        entry=rows.start[part] if late else None,
        level=level,
        interval=interval,
    )


def _weak(rows: Split, part: Bools, few: int) -> list[str]:
    """What is wrong with the risk sets of one state: empty ones, and small ones with events."""
    first, last, event = np.sort(rows.first[part]), np.sort(rows.last[part]), rows.event[part]
    exits, events = np.unique(last), np.sort(rows.last[part][event])
    # still at risk after rank k: entered up to k, not gone by k
    left = np.searchsorted(first, exits, side="right") - np.searchsorted(last, exits, side="right")
    later = first.size - np.searchsorted(first, exits, side="right")
    empty = np.flatnonzero((left == 0) & (later > 0))
    said = []
    if empty.size:
        k = exits[empty[0]]
        all_died = np.all(event[rows.last[part] == k])
        what = "falls to 0 there and cannot recover" if all_died else "goes on from there with new subjects"
        said.append(
            f"the risk set is empty after time {rows.grid[k]:g} while {later[empty[0]]} enter later: the curve {what}"
        )
    at = np.unique(events)
    size = np.searchsorted(first, at, side="left") - np.searchsorted(last, at, side="left")
    growing = np.arange(size.size) < (np.argmax(size) if size.size else 0)  # small at the end is usual
    small = np.flatnonzero((size < few) & growing)
    if small.size:
        said.append(
            f"{small.size} event times before the largest risk set have fewer than {few} at risk, the first at "
            f"time {rows.grid[at[small[0]]]:g} with {size[small[0]]}"
        )
    return said
