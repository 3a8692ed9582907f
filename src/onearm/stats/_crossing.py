"""Probability that integer limits are crossed, for many sets of limits at once: what calibrations call again and again.

`operating_characteristics` is for one rule and many true rates; here one true rate meets many rules. Rules that are
alike up to a look share the recursion up to it. Nothing is checked here: the callers hold valid integers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ._characteristics_steps import add_two_endpoints, binomial, portions
from ._input import Bools, Floats, Ints

_STATES = 2**19  # numbers in the state of one batch of rules
_SMALL = 200  # patients up to which one rule alone is faster in plain Python


def crossing_probability(n: Ints, p: float, *, low: Ints | None = None, high: Ints | None = None) -> Floats:
    """Probability that a trial with one endpoint stops at any look, for G rules.

    Parameters
    ----------
    n : (L,) patients at each look, ascending, whole numbers.
    p : true rate of the event, from 0 to 1.
    low : (G, L) or (L,), stop when the count is this or smaller (-1: never); none when not given.
    high : (G, L) or (L,), stop when the count is this or larger (n + 1: never); none when not given.

    Returns
    -------
    (G,), G = 1 for limits of shape (L,). See `crossing_by_look` for the looks.
    """
    return np.asarray(crossing_by_look(n, p, low=low, high=high).sum(axis=1))


def crossing_by_look(n: Ints, p: float, *, low: Ints | None = None, high: Ints | None = None) -> Floats:
    """Probability of stopping at each look, (G, L); arguments as in `crossing_probability`.

    The expected number of patients is ``(stop * n).sum(1) + (1 - stop.sum(1)) * n_max``.
    """
    below, above = _limits(n, low, high, 1)
    if below.shape[0] == 1 and n[-1] <= _SMALL:
        return np.array([_one_rule(n.tolist(), float(p), below[0, 0].tolist(), above[0, 0].tolist())])
    stop = np.zeros((below.shape[0], n.size))
    state, start, before, family = np.ones((1, 1)), 0, 0, np.zeros(below.shape[0], dtype=np.int64)
    for at in range(n.size):
        for m in portions(int(n[at]) - before):
            state = state @ _banded(binomial(m, np.array([p]))[:, 0], state.shape[1])
        before = int(n[at])
        family, parent, first = _families(family, below[:, 0, at], above[:, 0, at])
        lowest, highest = below[first, 0, at], above[first, 0, at]
        x = start + np.arange(state.shape[1])
        state = state[parent]
        inside = (x > lowest[:, None]) & (x < highest[:, None])
        stop[:, at] = np.where(inside, 0.0, state).sum(axis=1)[family]
        keep = slice(max(int(lowest.min()) + 1 - start, 0), max(int(highest.max()) - start, 0))
        state, start = np.where(inside, state, 0.0)[:, keep], start + keep.start
        if not state.shape[1]:
            break
    return stop


def _one_rule(n: list[int], p: float, low: list[int], high: list[int]) -> list[float]:
    """The same for one rule, patient by patient: a few counts are left at each look, too few for an array."""
    state, start, before, q, stop = [1.0], 0, 0, 1 - p, []
    for look, below, above in zip(n, low, high, strict=True):
        for _ in range(look - before if state else 0):
            state = [q * state[0], *[q * b + p * a for a, b in pairwise(state)], p * state[-1]]
        before = look
        cut, end = max(below + 1 - start, 0), max(above - start, 0)
        stop.append(math.fsum(state[:cut]) + math.fsum(state[max(cut, end) :]))
        state, start = state[cut:end], start + cut
    return stop


def joint_crossing_by_look(
    n: Ints, cells: Floats, *, low: Ints | None = None, high: Ints | None = None, together: bool = False
) -> Floats:
    """Probability of stopping at each look for G rules on two endpoints, (G, L).

    Parameters
    ----------
    n : (L,) patients at each look, ascending.
    cells : (4,) probabilities of both events, the first only, the second only, none.
    low, high : (G, 2, L) or (2, L) limits as in `crossing_probability`, the first endpoint before the second.
    together : whether a stop for ``low`` needs both endpoints at or below their limits; otherwise one is enough.

    Returns
    -------
    (G, L); the sum over the looks is the probability of stopping at any.
    """
    below, above = _limits(n, low, high, 2)
    order = np.lexsort(np.concatenate([below, above], axis=1).transpose(2, 1, 0).reshape(-1, below.shape[0])[::-1])
    stop = np.zeros((below.shape[0], n.size))
    batch = max(1, _STATES // int(n[-1] + 1) ** 2)
    for begin in range(0, order.size, batch):
        some = order[begin : begin + batch]
        stop[some] = np.stack(list(_joint(n, cells[:, None], below[some], above[some], together)), axis=1)
    return stop


def _joint(n: Ints, cells: Floats, below: Ints, above: Ints, together: bool) -> Iterator[Floats]:
    state, start, before = np.ones((1, 1, 1)), np.zeros(2, dtype=np.int64), 0
    family = np.zeros(below.shape[0], dtype=np.int64)
    for at in range(n.size):
        for _ in range(int(n[at]) - before):
            state = add_two_endpoints(state, cells)
        before = int(n[at])
        family, parent, first = _families(family, *below[:, :, at].T, *above[:, :, at].T)
        state = state[:, :, parent]
        lowest, highest = below[first, :, at].T, above[first, :, at].T
        x = [(start[k] + np.arange(state.shape[k]))[:, None] for k in (0, 1)]
        inside = _inside(x, lowest, highest, together)
        yield np.where(inside, 0.0, state).sum(axis=(0, 1))[family]
        cut = np.zeros(2, dtype=np.int64) if together else np.maximum(lowest.min(axis=1) + 1 - start, 0)
        end = np.maximum(highest.max(axis=1) - start, 0)
        state = np.where(inside, state, 0.0)[cut[0] : end[0], cut[1] : end[1]]
        start = start + cut


def _inside(x: list[Ints], lowest: Ints, highest: Ints, together: bool) -> Bools:
    """Whether the trial goes on at counts x (A, 1) and (B, 1): (A, B, rules)."""
    over = [x[k] > lowest[k] for k in (0, 1)]
    enough = over[0][:, None] | over[1] if together else over[0][:, None] & over[1]
    return np.asarray(enough & (x[0] < highest[0])[:, None] & (x[1] < highest[1]))


def _limits(n: Ints, low: Ints | None, high: Ints | None, endpoints: int) -> tuple[Ints, Ints]:
    """Limits (G, K, L), with those that are not given out of reach."""
    shape = (-1, endpoints, n.size)
    below = np.full((1, endpoints, n.size), -1) if low is None else np.asarray(low).reshape(shape)
    above = np.broadcast_to(n + 1, (1, endpoints, n.size)) if high is None else np.asarray(high).reshape(shape)
    below, above = np.broadcast_arrays(below, above)
    return below, above


def _families(family: Ints, *limits: Ints) -> tuple[Ints, Ints, Ints]:
    """Rules that were alike and have the same limits now: the family of each rule, each family's parent, one member."""
    if family.size == 1:
        return family, family, family
    key = family
    for limit in limits:
        least = int(limit.min())
        key = key * (int(limit.max()) - least + 1) + (limit - least)
    _, first, new = np.unique(key, return_index=True, return_inverse=True)
    return new.reshape(-1), family[first], first


def _banded(added: Floats, size: int) -> Floats:
    """The matrix (size, size + m) with ``added`` (m + 1,) along each row, starting on the diagonal."""
    m = added.size - 1
    rows = np.zeros((size, size + m + 1))
    rows[:, : m + 1] = added
    return rows.ravel()[: size * (size + m)].reshape(size, size + m)
