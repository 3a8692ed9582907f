"""Nearest pairs against a search written out: every order, ties, calipers, ratios, reuse, labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats import _nearest_line, _nearest_pool
from onearm.stats.matching import Coordinates, nearest_pairs

Allowed = Callable[[int, int], bool]


class Slow:
    """One treated after the other, looking at every control; numbers are small and whole, so ties abound."""

    def __init__(self, treated: Any, control: Any, allowed: Allowed, wanted: list[int], reuse: float) -> None:
        self.t, self.c, self.allowed, self.wanted, self.reuse = treated, control, allowed, wanted, reuse
        self.uses = [0] * len(control)
        self.own: list[list[int]] = [[] for _ in treated]

    def best(self, i: int) -> int | None:
        free = [j for j in range(len(self.c)) if self.uses[j] < self.reuse and j not in self.own[i]]

        def rank(j: int) -> tuple[float, bool, int]:
            above = self.c[j] >= self.t[i]
            return abs(self.c[j] - self.t[i]), above, j if above else -j

        return min((j for j in free if self.allowed(i, j)), key=rank, default=None)

    def take(self, i: int, j: int) -> None:
        self.own[i].append(j)
        self.uses[j] += 1

    def in_turn(self, queue: list[int]) -> list[list[int]]:
        failed: set[int] = set()
        for turn in range(1, max(self.wanted, default=0) + 1):
            for i in queue:
                j = self.best(i) if self.wanted[i] >= turn and i not in failed else None
                failed |= {i} if j is None else set()
                if j is not None:
                    self.take(i, j)
        return self.own

    def by_distance(self, sign: int) -> list[list[int]]:
        """Closest first (sign 1) or farthest first (-1): the last given a new control before (after) equals."""
        failed: set[int] = set()
        for turn in range(1, max(self.wanted, default=0) + 1):
            waiting = []
            for i in range(len(self.t)):
                j = self.best(i) if self.wanted[i] >= turn and i not in failed else None
                if j is None:
                    failed.add(i)
                else:
                    waiting.append((i, j))
            while waiting:
                far = [sign * abs(self.c[j] - self.t[i]) for i, j in waiting]
                i, j = waiting.pop(far.index(min(far)))
                if self.uses[j] < self.reuse:
                    self.take(i, j)
                    continue
                new = self.best(i)
                if new is None:
                    failed.add(i)
                    continue
                gap = sign * abs(self.c[new] - self.t[i])
                far = [sign * abs(self.c[b] - self.t[a]) for a, b in waiting]
                at = sum(f < gap for f in far) if sign == 1 else sum(f <= gap for f in far)
                waiting.sort(key=lambda ab: sign * abs(self.c[ab[1]] - self.t[ab[0]]))
                waiting.insert(at, (i, new))
        return self.own


def queue(order: str, treated: list[float], seed: int = 0) -> list[int]:
    rows = list(range(len(treated)))
    if order == "random":
        return [int(i) for i in np.random.default_rng(seed).permutation(len(rows))]
    sign = {"largest": -1, "smallest": 1, "data": 0}[order]
    return sorted(rows, key=lambda i: sign * treated[i])


def found(pairs: Any, n: int) -> list[list[int]]:
    return [pairs.control[pairs.treated == i].tolist() for i in range(n)]


scores = st.lists(st.integers(-12, 12).map(float), min_size=1, max_size=22)
orders = st.sampled_from(["largest", "smallest", "closest", "farthest", "data", "random"])
calipers = st.sampled_from([None, 0.0, 2.0, 5.0, -2.0])
many = settings(max_examples=300, deadline=None, derandomize=True)


@many
@given(scores, scores, orders, calipers, st.integers(1, 3), st.sampled_from([1, 2, 3, np.inf]), st.data())
def test_every_order_against_a_plain_search(
    t: list[float], c: list[float], order: str, caliper: float | None, ratio: int, reuse: float, data: Any
) -> None:
    labels = data.draw(st.sampled_from(["", "exact", "antiexact", "both"]))
    a = [data.draw(st.integers(0, 2)) for _ in t], [data.draw(st.integers(0, 2)) for _ in c]

    def allowed(i: int, j: int) -> bool:
        gap = abs(t[i] - c[j])
        fits = caliper is None or (gap <= caliper if caliper >= 0 else gap > -caliper)
        fits &= labels not in ("exact", "both") or a[0][i] == a[1][j]
        return fits and (labels not in ("antiexact", "both") or a[0][i] % 2 != a[1][j])

    slow = Slow(t, c, allowed, [ratio] * len(t), reuse)
    sign = {"closest": 1, "farthest": -1}.get(order)
    wanted = slow.by_distance(sign) if sign else slow.in_turn(queue(order, t, 5))
    options: dict[str, Any] = {"replace": True} if reuse == np.inf else {"reuse_max": int(reuse)}
    if labels in ("exact", "both"):
        options["exact"] = a
    if labels in ("antiexact", "both"):
        options["antiexact"] = [v % 2 for v in a[0]], a[1]
    pairs = nearest_pairs(t, c, order=order, caliper=caliper, ratio=ratio, seed=5, **options)
    assert found(pairs, len(t)) == wanted
    assert pairs.unmatched.tolist() == [i for i, own in enumerate(wanted) if not own]
    assert pairs.distance.tolist() == [abs(t[i] - c[j]) for i, j in zip(pairs.treated, pairs.control, strict=True)]


@many
@given(
    st.integers(0, 10**6), st.integers(1, 60), st.integers(1, 400), st.booleans(), st.sampled_from([None, 0.02, 1.0])
)
def test_fast_ways_against_the_plain_search(seed: int, n1: int, n0: int, ties: bool, caliper: float | None) -> None:
    rng = np.random.default_rng(seed)
    t, c = rng.normal(rng.uniform(0, 3), rng.choice([0.01, 1]), n1), rng.normal(size=n0)
    if ties:
        t, c = t.round(1), c.round(1)
    wanted = nearest_pairs(t, c, caliper=caliper)
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in (
            (_nearest_line, "_FEW", 0), (_nearest_line, "_SPARSE", 3),
            (_nearest_line, "SHORT", 8), (_nearest_pool, "SHORT", 8),
        ):  # fmt: skip
            patch.setattr(module, name, value)
        pairs = nearest_pairs(t, c, caliper=caliper)
    slow = Slow(t, c, lambda i, j: caliper is None or abs(t[i] - c[j]) <= caliper, [1] * n1, 1)
    assert found(pairs, n1) == found(wanted, n1) == slow.in_turn(queue("largest", t.tolist()))


@pytest.mark.parametrize(("n1", "n0"), [(400, 30_000), (3000, 9000), (5000, 4000)])
@pytest.mark.parametrize("caliper", [None, 0.001])
def test_long_pools(n1: int, n0: int, caliper: float | None) -> None:
    rng = np.random.default_rng(n1)
    t, c = rng.normal(1, 1, n1), rng.normal(size=n0).round(5)
    pairs = nearest_pairs(t, c, caliper=caliper)
    links = list(range(n0 + 1)), list(range(n0 + 1))  # a second route: links over all controls, one step at a time
    order = np.argsort(c, kind="stable")
    value = c[order]
    for i in queue("largest", t.tolist()):
        right = left = int(np.searchsorted(value, t[i]))
        while links[0][right] != right:
            right = links[0][right]
        while links[1][left] != left:
            left = links[1][left]
        gaps = (t[i] - value[left - 1] if left else np.inf, value[right] - t[i] if right < n0 else np.inf)
        own = pairs.control[pairs.treated == i]
        if min(gaps) > (np.inf if caliper is None else caliper) or min(gaps) == np.inf:
            assert own.size == 0
            continue
        at = left - 1 if gaps[0] <= gaps[1] else right
        assert own.tolist() == [order[at]]
        links[0][at], links[1][at + 1] = at + 1, at


def test_order_of_a_long_pool() -> None:
    rng = np.random.default_rng(0)
    for x in (
        rng.normal(size=9000),
        rng.integers(0, 50, 9000) / 7,
        np.r_[rng.normal(size=9000) * 1e-13, 1.0],
        np.ones(9000),
    ):
        order, value = _nearest_pool.sort_stably(x)
        assert order.tolist() == np.argsort(x, kind="stable").tolist()
        assert value.tolist() == np.sort(x).tolist()


# --- in several dimensions -----------------------------------------------------------------------


@many
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 150), st.integers(1, 3), st.sampled_from([1, 2]))
def test_coordinates_against_a_plain_search(seed: int, n1: int, n0: int, q: int, reuse: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n1, q)), rng.normal(size=(n0, q))
    s, r = rng.normal(size=n1), rng.normal(size=n0)
    distance = Coordinates(a, b, q, "").matrix()
    free, chosen = np.full(n0, reuse), []
    for i in np.argsort(-s, kind="stable"):
        gap = np.where((free > 0) & (np.abs(r - s[i]) <= 0.8), distance[i], np.inf)
        if gap.min() < np.inf:
            chosen.append((int(i), int(gap.argmin())))
            free[gap.argmin()] -= 1
    pairs = nearest_pairs(s, r, coordinates=Coordinates(a, b, q, ""), caliper=0.8, reuse_max=reuse)
    assert list(zip(pairs.treated.tolist(), pairs.control.tolist(), strict=True)) == sorted(chosen)
    np.testing.assert_allclose(pairs.distance, distance[pairs.treated, pairs.control], rtol=1e-12)


def test_moving_and_scaling_change_nothing() -> None:
    rng = np.random.default_rng(3)
    t, c = rng.normal(1, 1, 50), rng.normal(size=300)
    pairs = nearest_pairs(t, c, caliper=0.1)
    again = nearest_pairs(3 - 8 * t, 3 - 8 * c, caliper=0.8, order="smallest")
    assert pairs.control.tolist() == again.control.tolist()
    shuffled = rng.permutation(300)
    assert shuffled[nearest_pairs(t, c[shuffled], caliper=0.1).control].tolist() == pairs.control.tolist()
