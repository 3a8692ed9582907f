"""Greedy nearest matching of many replicates side by side.

A replicate is a multiset: every treated row asks for a control as often as it was drawn, every control can be taken
as often as it was drawn. Rows of all replicates are sorted by one call; then the first treated of every replicate is
served, then the second, and so on, so that a step is a few operations on vectors over replicates. "Next free" links
skip what is taken, as in :func:`onearm.stats.matching.nearest_pairs`, whose pairs these are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats, Ints

ORDERS = ("largest", "smallest", "data")


@dataclass(frozen=True, slots=True, eq=False)
class BlockPairs:
    """(B, S) each, in the order served, -1 where there is nobody: treated ``asked`` (each copy on its own) and the
    ``control`` it got."""

    asked: Ints
    control: Ints


def match_block(
    score: Floats, times: Ints, is_control: Bools, turn: Ints, reach: Floats, order: str, ties: bool
) -> BlockPairs:
    """Scores of n rows (B, n) and how often each is there; ``turn`` (n1,) the columns of treated by data
    order; ``reach`` (B,) the largest distance allowed.

    Fast when columns are so ordered that scores nearly rise. ``ties`` whether different rows can have equal scores:
    they then stay in the order of the columns, in which treated must come first.
    """
    size = score.shape[0]
    first = turn if order == "data" else np.flatnonzero(~is_control)
    queue = _queue(np.take(score, first, axis=1), np.take(times, first, axis=1), order)
    rank, place, level = _sorted(score, is_control, first, ties)
    n0 = rank.shape[1]
    stock = np.take_along_axis(times, rank, axis=1)
    edge = np.full((size, 1), np.inf)
    wide = np.concatenate([-edge, level, edge], axis=1).ravel()
    base = np.arange(size) * (n0 + 1)
    right, left = _links(stock > 0)
    found = np.full(queue.shape, -1, dtype=np.int64)
    for s in range(queue.shape[1]):
        who = np.flatnonzero(queue[:, s] >= 0)
        asks = queue[who, s]
        at, mine = base[who] + place[who, asks], score[who, first[asks]]
        after, before = _follow(right, at), _follow(left, at)
        # position j of replicate i lies at i (n0 + 1) + j; in ``wide`` at i (n0 + 2) + j + 1
        gap = wide[after + who + 1] - mine
        below = mine - wide[before + who]
        nearer = gap < below
        gap = np.where(nearer, gap, below)
        ok = np.flatnonzero((gap <= reach[who]) & (gap < np.inf))
        got, who = np.where(nearer, after, before - 1)[ok], who[ok]
        j = got - base[who]
        found[who, s] = rank[who, j]
        stock[who, j] -= 1
        gone = got[stock[who, j] == 0]
        right[gone] = right[gone + 1]
        left[gone + 1] = left[gone]
    return BlockPairs(np.where(queue >= 0, first[queue], -1), found)


def _links(free: Bools) -> tuple[Ints, Ints]:
    """Links of all replicates in one vector: from position j to the first free one at or after it (the end when there
    is none), and to one more than the last free one before it (0 when there is none)."""
    size, n0 = free.shape
    j = np.arange(n0)
    right = np.full((size, n0 + 1), n0)
    right[:, :-1] = np.minimum.accumulate(np.where(free, j, n0)[:, ::-1], axis=1)[:, ::-1]
    left = np.zeros_like(right)
    left[:, 1:] = np.maximum.accumulate(np.where(free, j + 1, 0), axis=1)
    base = np.arange(size)[:, None] * (n0 + 1)
    right += base
    left += base
    return right.ravel(), left.ravel()


def _queue(score: Floats, times: Ints, order: str) -> Ints:
    """Treated rows in the order in which they are served (B, S), each as often as drawn; -1 at the end."""
    if order == "data":
        first = np.broadcast_to(np.arange(score.shape[1]), score.shape)
    else:
        first = np.argsort(-score if order == "largest" else score, axis=1, kind="stable")
    return repeated(first, np.take_along_axis(times, first, axis=1))


def repeated(values: Ints, times: Ints) -> Ints:
    """Each of ``values`` (B, n) as often as ``times`` says, row by row; -1 after the end of a row."""
    totals = times.sum(axis=1)
    flat = np.repeat(values.ravel(), times.ravel())
    longest = int(totals.max(initial=0))
    if np.all(totals == longest):
        return flat.reshape(totals.size, longest)
    table = np.full((totals.size, longest), -1, dtype=np.int64)
    table[np.arange(longest) < totals[:, None]] = flat
    return table


def _sorted(score: Floats, is_control: Bools, first: Ints, ties: bool) -> tuple[Ints, Ints, Floats]:
    """Controls in rising order (B, n0), how many of them lie below each of ``first`` (B, n1), and their scores."""
    size = score.shape[0]
    order = np.argsort(score, axis=1, kind="stable" if ties else None)
    control = is_control[order]
    rank = order[control].reshape(size, -1)
    below = np.cumsum(control, axis=1, dtype=np.int32)
    whole = np.empty(score.shape, dtype=np.int32)
    np.put_along_axis(whole, order, below, axis=1)
    return rank.astype(np.int64), whole[:, first].astype(np.int64), np.take_along_axis(score, rank, axis=1)


def _follow(link: Ints, start: Ints) -> Ints:
    """The ends of the chains of links from ``start``, one of each replicate; the first link is shortened."""
    end = link[start]
    todo = np.arange(start.size)
    while todo.size:
        here = end[todo]
        there = link[here]
        moved = there != here
        todo = todo[moved]
        end[todo] = there[moved]
    link[start] = end
    return end
