"""Rows of a multistate history, checked and ranked: who is in which state when, who moves where.

A row says that one subject was in ``from_state`` over (start, stop] and moved to ``to_state`` at
``stop``, or, with no ``to_state``, was only seen until then. The rows of one subject must follow on
from one another, in time and in state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._input import Bools, Floats, Ints, as_codes, as_times, as_weights, rank_times

STAYS = -1  # target of a row that ends without a move


@dataclass(frozen=True, slots=True, eq=False)
class Transitions:
    """n rows of positive weight on one grid of m distinct times and s states.

    ``grid`` (m,) every distinct start and stop; ``start``, ``stop`` (n,) ranks on it; ``source`` (n,)
    and ``target`` (n,) state codes, target -1 where nothing happened; ``subject`` (n,) codes;
    ``last`` (n,) the row that ends a subject's follow-up; ``weight`` (n,); ``states`` (s,) labels.
    """

    states: NDArray[Any]
    grid: Floats
    start: Ints
    stop: Ints
    source: Ints
    target: Ints
    subject: Ints
    last: Bools
    weight: Floats

    @property
    def weighted(self) -> bool:
        """Whether any weight differs from one."""
        return bool(np.any(self.weight != 1))

    def at_risk(self, weight: Floats) -> Floats:
        """Sum of ``weight`` in each state with start < t <= stop, at each grid time (m, s)."""
        m, s = self.grid.size, self.states.size
        here, there = self.stop * s + self.source, self.start * s + self.source

        def still(v: Floats | None) -> NDArray[Any]:  # stop >= t less start >= t, both summed from the end
            change = np.bincount(here, v, m * s) - np.bincount(there, v, m * s)
            return np.asarray(change.reshape(m, s)[::-1].cumsum(axis=0)[::-1])

        return np.where(still(None) > 0, still(weight), 0.0)  # exactly 0 where nobody is left

    def table(self) -> Ints:
        """Rows from each state to each state, and in the last column to none (s, s + 1)."""
        s = self.states.size
        to = np.where(self.target == STAYS, s, self.target)
        seen = (self.target != STAYS) | self.last
        return np.bincount((self.source * (s + 1) + to)[seen], minlength=s * (s + 1)).reshape(s, s + 1)

    def renamed(self, states: NDArray[Any]) -> Transitions:
        """The same rows with other labels."""
        return replace(self, states=states)


def make_transitions(
    subject: ArrayLike,
    start: ArrayLike,
    stop: ArrayLike,
    from_state: ArrayLike,
    to_state: ArrayLike,
    weight: ArrayLike | None,
    states: Sequence[Any] | None,
    absorbing: Sequence[Any],
    censored: Any,
) -> Transitions:
    """Check the rows and rank their times; rows of weight zero are left out after the checks."""
    begin = as_times("start", start)
    n = begin.size
    end = as_times("stop", stop, n)
    person = as_codes("subject", subject, n)[1]
    w = as_weights("weight", weight, n)
    labels, source, target = _state_codes(from_state, to_state, n, states, censored)
    target = np.where(target == source, STAYS, target)
    grid, (first, final) = rank_times(begin, end)
    empty = np.flatnonzero(first >= final)
    if empty.size:
        i = empty[0]
        raise ValueError(f"start must be before stop: row {i} has start {begin[i]} and stop {end[i]}")
    order = np.lexsort((first, person))
    last = _check_order(order, person, first, final, source, target, labels, (begin, end))
    _check_absorbing(absorbing, labels, source)
    keep = w > 0
    _, codes = np.unique(person[keep], return_inverse=True)
    return Transitions(
        labels,
        grid,
        first[keep],
        final[keep],
        source[keep],
        target[keep],
        codes.astype(np.int64).reshape(-1),
        last[keep],
        w[keep],
    )


def _check_order(
    order: Ints,
    person: Ints,
    first: Ints,
    final: Ints,
    source: Ints,
    target: Ints,
    labels: NDArray[Any],
    times: tuple[Floats, Floats],
) -> Bools:
    """Refuse overlaps, gaps and jumps between the rows of a subject; return who is a last row."""
    here, after = order[:-1], order[1:]
    same = person[here] == person[after]
    begin, end = times
    for what, wrong in (("overlaps", first[after] < final[here]), ("leaves a gap after", first[after] > final[here])):
        bad = np.flatnonzero(same & wrong)
        if bad.size:
            i, j = here[bad[0]], after[bad[0]]
            raise ValueError(
                f"start: row {j} ({begin[j]} to {end[j]}) {what} row {i} ({begin[i]} to {end[i]}) of the same subject"
            )
    became = np.where(target == STAYS, source, target)
    bad = np.flatnonzero(same & (became[here] != source[after]))
    if bad.size:
        i, j = here[bad[0]], after[bad[0]]
        raise ValueError(
            f"from_state: row {j} begins in {labels[source[j]]!s} where row {i} of the same subject "
            f"ends in {labels[became[i]]!s}"
        )
    last = np.ones(person.size, dtype=np.bool_)
    last[here[same]] = False
    return last


def _check_absorbing(absorbing: Sequence[Any], labels: NDArray[Any], source: Ints) -> None:
    known = labels.tolist()
    for label in absorbing:
        if label not in known:
            raise ValueError(f"absorbing: {label!r} is not a state; the states are {', '.join(map(str, known))}")
        rows = np.flatnonzero(source == known.index(label))
        if rows.size:
            raise ValueError(f"from_state: row {rows[0]} begins in {label!s}, which is absorbing: nobody leaves it")


def _state_codes(
    from_state: ArrayLike, to_state: ArrayLike, n: int, states: Sequence[Any] | None, censored: Any
) -> tuple[NDArray[Any], Ints, Ints]:
    """Labels of the states and codes of where each row begins and ends (-1: nowhere)."""
    begins, ends = _labels("from_state", from_state, n), _labels("to_state", to_state, n)
    missing = _missing(begins, None)
    if np.any(missing):
        raise ValueError(f"from_state is missing in row {np.flatnonzero(missing)[0]}")
    moves = ~_missing(ends, censored)
    known = np.array(begins.tolist())
    reached = np.array(ends[moves].tolist()) if np.any(moves) else known[:0]
    if (known.dtype.kind in "US") != (reached.dtype.kind in "US"):
        raise ValueError("from_state and to_state must name states alike: one holds text, the other numbers")
    labels, codes = np.unique(np.concatenate([known, reached]), return_inverse=True)
    codes = codes.astype(np.int64).reshape(-1)
    if states is not None:
        wanted = list(states)
        if len(set(wanted)) != len(wanted):
            raise ValueError("states names a state twice")
        for label in labels.tolist():
            if label not in wanted:
                raise ValueError(f"states does not hold {label!r}, which the rows name")
        codes = np.array([wanted.index(label) for label in labels.tolist()], dtype=np.int64)[codes]
        labels = np.array(wanted)
    target = np.full(n, STAYS, dtype=np.int64)
    target[moves] = codes[n:]
    return labels, codes[:n], target


def _labels(name: str, value: ArrayLike, n: int) -> NDArray[Any]:
    raw = np.asarray(value)
    if raw.dtype.kind in "US" and not isinstance(value, np.ndarray):
        raw = np.asarray(value, dtype=object)  # so that None in a list of texts stays None
    if raw.ndim != 1 or raw.size != n:
        raise ValueError(f"{name} has shape {raw.shape} where ({n},) is needed")
    return raw


def _missing(label: NDArray[Any], censored: Any) -> Bools:
    """None, NaN, an empty text, or the mark of censoring."""
    if label.dtype.kind == "O":
        none = [v is None or v != v or (isinstance(v, str) and v == "") for v in label]
        found = np.array(none, dtype=np.bool_).reshape(-1)
    elif label.dtype.kind in "US":
        found = np.asarray(label == "", dtype=np.bool_)
    else:
        found = np.asarray(label != label, dtype=np.bool_)
    if censored is not None:
        found |= np.asarray(label == censored, dtype=np.bool_)
    return found
