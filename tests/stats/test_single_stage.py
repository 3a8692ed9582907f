"""One stage: designs of A'Hern and clinfun, rpact's stable n, every n that works by R, the normal approximation."""

from __future__ import annotations

import math
from fractions import Fraction
from math import comb
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats._single_stage import _chernoff
from onearm.stats.designs import fleming, single_stage


def test_five_designs_of_the_clinfun_vignette() -> None:
    """0.40 against 0.60 at 0.10 and 0.10."""
    d = single_stage(0.4, 0.6, 0.1, 0.1)
    assert (d.n, d.r, round(d.alpha, 8), round(d.beta, 8)) == (41, 20, 0.09651722, 0.09651722)
    printed = [(43, 21, 0.09132412), (45, 22, 0.08645205), (47, 23, 0.08187654), (49, 24, 0.07757556)]
    assert [(e.n, e.r, round(e.alpha, 8)) for e in d.alternatives] == printed


@pytest.mark.parametrize(
    ("limits", "n", "reject", "alpha", "beta"),
    [
        ((0.1, 0.3, 0.05, 0.2), 25, 6, 0.03339994, 0.1934884),
        ((0.2, 0.4, 0.05, 0.2), 35, 12, 0.03435740, 0.1951745),
        ((0.2, 0.4, 0.05, 0.1), 47, 15, 0.03663689, 0.09877433),
    ],
)
def test_designs_of_ahern(limits: Any, n: int, reject: int, alpha: float, beta: float) -> None:
    """A'Hern 2001 prints R/n with R = r + 1; error rates as clinfun has them."""
    d = single_stage(*limits)
    assert (d.n, d.r + 1) == (n, reject)
    assert (round(d.alpha, 8), round(d.beta, 7)) == (alpha, round(beta, 7))
    assert d.power == pytest.approx(1 - d.beta, abs=1e-15)
    assert (d.boundary.n.tolist(), d.boundary.low.tolist()) == ([n], [[reject - 1]])


def test_smallest_and_stable() -> None:
    """clinfun and A'Hern say 25, rpact 29: 28 does not work (0.10 against 0.30 at 0.05 and 0.20)."""
    first, stable = (single_stage(0.1, 0.3, 0.05, 0.2, rule) for rule in ("smallest", "stable"))
    assert [first.n, *(d.n for d in first.alternatives)] == [25, 26, 27, 29, 30]
    assert [stable.n, *(d.n for d in stable.alternatives)] == [29, 30, 31, 32, 33]
    assert "smallest that works" in first.conventions[-1]
    assert "every larger n" in stable.conventions[-1]


def test_every_n_of_r(r_values: Any) -> None:
    for case in r_values("simon")["single"].values():
        works = [int(n) for n in case["n"]]
        first = single_stage(*case["limits"])
        assert [first.n, *(d.n for d in first.alternatives)] == works[:5]
        last = max(n for n in range(1, works[-1]) if n not in works)
        assert single_stage(*case["limits"], "stable").n == last + 1


@given(
    rates=st.tuples(st.integers(1, 19), st.integers(1, 19)).filter(lambda r: r[0] + 3 < r[1]),
    alpha=st.sampled_from([4, 8, 10, 20, 64]), beta=st.sampled_from([4, 5, 8, 10]),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_every_n_in_fractions(rates: tuple[int, int], alpha: int, beta: int) -> None:
    """All n up to where Chernoff's bound says that each works, and some beyond, by exact sums."""
    p0, p1 = Fraction(rates[0], 20), Fraction(rates[1], 20)
    limits: Any = (float(p0), float(p1), 1 / alpha, 1 / beta)
    works = []
    bound = math.ceil(_chernoff(*limits))
    for n in range(1, bound + 8):
        rows = [[comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(n + 1)] for p in (p0, p1)]
        r = next(k for k in range(n + 1) if sum(rows[0][k + 1 :], Fraction(0)) <= Fraction(1, alpha))
        works.append(sum(rows[1][r + 1 :], Fraction(0)) >= 1 - Fraction(1, beta))
    first, stable = single_stage(*limits), single_stage(*limits, "stable")
    assert all(works[bound - 1 :])
    assert first.n == works.index(True) + 1
    assert stable.n == len(works) - works[::-1].index(False) + 1 if False in works else 1
    assert first.n <= stable.n <= max(bound, 1)
    assert (first.rule, stable.rule) == ("smallest", "stable")


def test_normal_approximation() -> None:
    """rpact's 19.32 for 0.10 against 0.30 at 0.05 and 0.20; the power is short of 0.80."""
    d = fleming(0.1, 0.3, 0.05, 0.2)
    assert round(d.n_normal, 2) == 19.32
    assert d.n == 20
    hand = ((0.8416212 * math.sqrt(0.21) + 1.6448536 * 0.3) / 0.2) ** 2
    assert d.n_normal == pytest.approx(hand, rel=1e-6)
    assert d.r == math.floor(2 + 1.6448536 * math.sqrt(20 * 0.09))
    row = [comb(20, x) * 0.1**x * 0.9 ** (20 - x) for x in range(21)]
    assert d.alpha == pytest.approx(math.fsum(row[d.r + 1 :]), abs=1e-14)
    assert d.power < 0.8
    assert d.alternatives == ()


@pytest.mark.parametrize("design", [single_stage, fleming])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0.3, 0.3, 0.05, 0.1), "p0 must be below p1"),
        ((0.1, 0.3, 0.0, 0.1), "alpha must lie strictly"),
        ((0.1, 0.3, 0.05, 1.0), "beta must lie strictly"),
        ((0.1, 0.3, 0.6, 0.5), r"alpha \+ beta must stay below 1"),
        ((0.1, 0.3, 0.05, 1e-8), "beta must be at least"),
        ((0.3, 0.3001, 0.05, 0.1), "too close"),
        ((0.1, [0.3, 0.4], 0.05, 0.1), "p1 must be one number"),
    ],
)
def test_bad_input_in_words(design: Any, arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        design(*arguments)


def test_an_unknown_rule() -> None:
    with pytest.raises(ValueError, match="rule must be one of smallest, stable"):
        single_stage(0.1, 0.3, 0.05, 0.2, "odd")
