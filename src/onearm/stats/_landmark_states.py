"""State probabilities from a later time on, for those in a given state then."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._input import TIE_TOLERANCE, as_choice, as_level
from ._limits import INTERVALS
from ._state_curve import StateProbabilities
from ._transitions import make_transitions
from .multistate import VARIANCES, estimate_states


def landmark_probabilities(
    subject: ArrayLike,
    start: ArrayLike,
    stop: ArrayLike,
    from_state: ArrayLike,
    to_state: ArrayLike,
    *,
    at: float,
    state: Any,
    markov: bool = False,
    censored: Any = None,
    level: float = 0.95,
    interval: str = "log-log",
    variance: str = "greenwood",
) -> StateProbabilities:
    """Where those who are in ``state`` at time ``at`` will be later.

    By default only the subjects in that state at that time count (landmark Aalen-Johansen; Putter & Spitoni
    2018, doi:10.1177/0962280216674497), which needs no Markov assumption. ``markov=True`` uses everyone
    under observation after ``at``, whatever their past: more precise, and wrong if the past matters.

    Parameters
    ----------
    subject, start, stop, from_state, to_state, censored, level, interval, variance : as for
        :func:`state_probabilities`.
    at : the landmark; time keeps its own origin.
    state : label of the state.

    Raises
    ------
    ValueError
        As :func:`state_probabilities`; and when nobody is under observation in ``state`` just after ``at``.

    Examples
    --------
    Of the two in state a at time 2, one moves to b by time 4.

    >>> rows = ([1, 2, 3], [0, 0, 0], [1, 4, 5], ["a", "a", "a"], ["b", "b", None])
    >>> landmark_probabilities(*rows, at=2, state="a").at(4).probability.tolist()
    [[0.5, 0.5]]
    """
    level = as_level(level)
    as_choice("interval", interval, INTERVALS)
    as_choice("variance", variance, VARIANCES)
    if not (np.isfinite(at) and at >= 0):
        raise ValueError(f"at must be a time that is not negative, found {at}")
    rows = make_transitions(subject, start, stop, from_state, to_state, None, None, (), censored)
    labels = rows.states.tolist()
    if state not in labels:
        raise ValueError(f"state {state!r} is unknown; the states are {', '.join(map(str, labels))}")
    code = labels.index(state)
    begin, end = rows.grid[rows.start], rows.grid[rows.stop]
    after = end > at * (1 + TIE_TOLERANCE)
    there = after & (begin <= at * (1 + TIE_TOLERANCE)) & (rows.source == code)
    if not np.any(there):
        raise ValueError(f"state: nobody is under observation in {state!s} just after {at:g}")
    used = after if markov else after & np.isin(rows.subject, rows.subject[there])
    to = np.where(rows.target < 0, np.nan, rows.target)[used]
    later = make_transitions(
        rows.subject[used],
        np.maximum(begin[used], at),
        end[used],
        rows.source[used].astype(float),
        to,
        None,
        [float(k) for k in range(len(labels))],
        (),
        None,
    )
    named = later.renamed(rows.states)
    return estimate_states(named, np.eye(len(labels))[code], level, interval, variance)
