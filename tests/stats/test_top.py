"""TOP: the printed table, R, complete data, every way the pending patients of a small trial can end."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.monitoring import bop2, top

LOOKS = [10, 20, 30, 40]
RULE = top(LOOKS, 0.2, 0.86, 0.95)


def test_printed_table() -> None:
    # Lin, Coleman and Yuan 2020, Table 4; labelled (gamma, C) = (.86, .95), reproduced by C = .86, gamma = .95 alone
    assert (RULE.boundary.low[0] + 1).tolist() == [2, 4, 8, 12]
    assert RULE.crossing_ess(3, 20) == pytest.approx(15.091039493297, abs=1e-11)
    swapped = top(LOOKS, 0.2, 0.95, 0.86)
    assert swapped.crossing_ess(3, 20) != pytest.approx(15.09, abs=0.1)
    assert RULE.waits_from.tolist() == [3, 10, 23, 40]
    assert top(LOOKS, 0.2, 0.86, 0.95, suspension="prose").waits_from.tolist() == [3, 11, 23, 41]


def test_printed_follow_up() -> None:
    # eleven known, three responses, nine pending days of a window of 120: an effective number of 14, go on
    now = RULE.decide(20, 3, [d / 120 for d in (85, 78, 66, 48, 32, 28, 10, 8, 5)])
    only = now.endpoints[0]
    assert (now.decision, only.ess, only.pending, only.waits_from) == ("go", 14.0, 9, 10)
    assert (only.could_go, only.could_stop, now.settled) == (True, True, "")


def test_r(r_values: Callable[[str], dict[str, Any]]) -> None:
    r = r_values("bop2")
    mine = [RULE.crossing_ess(x, n) for x, n in ((3, 20), (1, 10), (7, 30))]
    np.testing.assert_allclose(mine, r["top"], rtol=1e-12)
    now = RULE.decide(20, 3, [85 / 120, 78 / 120, 66 / 120, 48 / 120, 32 / 120, 28 / 120, 10 / 120, 8 / 120, 5 / 120])
    np.testing.assert_allclose(now.endpoints[0].probability, r["top_posterior"], rtol=1e-12)


def test_too_many_pending() -> None:
    # ten of twenty pending: n^2 / N is ten, the table suspends and the text goes by the posterior
    known = RULE.decide(20, 2, [0.5] * 10)
    assert known.decision == "suspend"
    assert top(LOOKS, 0.2, 0.86, 0.95, suspension="prose").decide(20, 2, [0.5] * 10).decision in ("go", "stop")
    assert RULE.decide(20, 4, [0.0] * 16).decision == "go"  # four responses are enough whatever follows
    assert RULE.decide(20, 4, [0.0] * 16).settled == "go"
    assert RULE.decide(20, 0, [0.9] * 3).settled == "stop"
    assert RULE.decide(20, 0, [0.9] * 3).decision == "stop"


def test_the_last_look_waits_for_everyone() -> None:
    now = RULE.decide(40, 20, [0.99])
    assert (now.decision, now.settled) == ("suspend", "go")
    assert RULE.decide(40, 12).decision == "go"
    assert RULE.decide(40, 11).decision == "stop"


@pytest.mark.parametrize("kind", ["binary", "nested", "co-primary", "efficacy-toxicity"])
def test_with_complete_data_it_is_bop2(kind: str) -> None:
    p0 = 0.3 if kind == "binary" else (0.2, 0.4)
    rule, plain = top([4, 8, 12], p0, 0.8, 0.7, kind=kind), bop2([4, 8, 12], p0, 0.8, 0.7, kind=kind)
    np.testing.assert_array_equal(rule.boundary.low, plain.boundary.low)
    np.testing.assert_array_equal(rule.boundary.high, plain.boundary.high)
    for n in range(1, 13):
        edge = plain.at(n)
        for x in product(range(n + 1), repeat=edge.endpoints):
            if kind == "nested" and x[0] > x[1]:
                continue
            fails = [v <= edge.low[k, 0] or v >= edge.high[k, 0] for k, v in enumerate(x)]
            stop = all(fails) if edge.together else any(fails)
            now = rule.decide(n, x)
            assert now.decision == now.settled == ("stop" if stop else "go"), (n, x)


@pytest.mark.parametrize("kind", ["co-primary", "efficacy-toxicity"])
@pytest.mark.parametrize("share", [0.0, 0.7])
def test_what_is_settled_is_so_however_the_pending_patients_end(kind: str, share: float) -> None:
    rule = top([3, 6, 9], (0.3, 0.4), 0.8, 0.6, kind=kind)
    n = 6
    for r1, m1, r2, m2 in product(range(4), range(3), range(4), range(3)):
        if r1 + m1 > n or r2 + m2 > n:
            continue
        now = rule.decide(n, (r1, r2), ([share] * m1, [share] * m2))
        ends = {rule.decide(n, (r1 + a, r2 + b)).decision for a in range(m1 + 1) for b in range(m2 + 1)}
        assert now.settled == (ends.pop() if len(ends) == 1 else "")
        if now.settled:
            assert now.decision == now.settled  # a rule that cannot go wrong does not wait, nor contradict the end


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 40), st.data(), st.booleans(), st.floats(0.3, 0.98), st.floats(0, 1.5))
def test_the_crossing_divides(n: int, data: st.DataObject, harm: bool, lam: float, gamma: float) -> None:
    rule = top([40], (0.3, 0.35), lam, gamma, kind="efficacy-toxicity")
    r = data.draw(st.integers(0, n))
    k = int(harm)
    turn = rule.crossing_ess(r, n, k)
    m = data.draw(st.integers(0, n - r))
    shares = data.draw(st.lists(st.floats(0, 1), min_size=m, max_size=m))
    ess = n - m + math.fsum(shares)
    empty: list[float] = []
    now = rule.decide(n, (r, 0) if k == 0 else (0, r), (shares, empty) if k == 0 else (empty, shares))
    one = now.endpoints[k]
    assert one.ess == pytest.approx(ess)
    assert one.crossing_ess == turn
    if one.decision != "suspend" and abs(ess - turn) > 1e-6:
        assert (one.decision == "stop") == (ess < turn if harm else ess > turn)
    if math.isfinite(turn):
        assert r <= turn <= n


def test_more_follow_up_without_a_response_counts_against() -> None:
    chance = [RULE.decide(20, 3, [w] * 9).endpoints[0].probability for w in (0, 0.25, 0.5, 1)]
    assert chance == sorted(chance, reverse=True)
    assert chance[-1] == pytest.approx(bop2(LOOKS, 0.2, 0.86, 0.95).probability(3, 20))


def test_a_prior_of_ones_own() -> None:
    rule = top([10, 20], 0.2, 0.9, 1, (1, 1))
    # Beta(1 + 1, 1 + 9): P(p > 0.2 | 1 of 10) = 0.8^11 + 11 x 0.2 x 0.8^10
    assert rule.decide(10, 1).endpoints[0].probability == pytest.approx(0.8**11 + 11 * 0.2 * 0.8**10, rel=1e-13)
    assert "Beta(1, 1)" in rule.conventions[-1]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: RULE.decide(20, 3, [1.1]), "follow_up must hold shares of the window"),
        (lambda: RULE.decide(20, 3, [math.nan]), "follow_up must hold shares of the window"),
        (lambda: RULE.decide(20, 15, [0.5] * 6), "r and follow_up make 15 events and 6 pending, of 20"),
        (lambda: RULE.decide(41, 3), "n must lie between 1 and 40"),
        (lambda: RULE.decide(20, 21), "r must lie between 0 and 20"),
        (lambda: RULE.decide(20, (3, 4)), "r must hold 1 counts"),
        (lambda: RULE.crossing_ess(3, 20, 1), "endpoint must lie between 0 and 0"),
        (lambda: top(LOOKS, 0.2, 0.86, 0.95, suspension="never"), "suspension must be one of table, prose"),
        (lambda: top(LOOKS, 0.2, 0.86, 0.95, (0, 1)), "prior must have parameters between"),
        (lambda: top(LOOKS, 0.2, 0.86, 0.95, [(0.5, 1, 1), (0.5, 2, 2)]), r"prior must be \(a, b\)"),
        (lambda: top(LOOKS, (0.2, 0.3), 0.86, 0.95), "p0 must hold one rate"),
        (lambda: top(LOOKS, (0.2, 0.3), 0.86, 0.95, kind="nested").decide(20, (5, 3)), "r has 5 complete responses"),
        (
            lambda: top(LOOKS, (0.2, 0.3), 0.86, 0.95, kind="co-primary").decide(20, (5, 3), [0.1, 0.2, 0.3]),
            "follow_up must be a list or tuple of two lists",
        ),
    ],
)
def test_bad_input(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()
