"""Simon's designs: the published tables, R's own search, every design tried, and properties."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onearm.stats._simon_search import EXACT, TIE, best_designs, possible, space
from onearm.stats.designs import TwoStageDesign, simon_two_stage

# Simon 1989, tables 1 and 2, with expected n and early stop as clinfun 1.1.5 has them: p0, p1, alpha, beta, then
# r1, n1, r, n, expected n and early stop of the optimal and of the minimax design.
SIMON = [
    (0.05, 0.25, 0.10, 0.10, 0, 9, 2, 24, 14.5463, 0.6302, 0, 13, 2, 20, 16.4066, 0.5133),
    (0.05, 0.25, 0.05, 0.20, 0, 9, 2, 17, 11.9580, 0.6302, 0, 12, 2, 16, 13.8386, 0.5404),
    (0.10, 0.30, 0.10, 0.10, 1, 12, 5, 35, 19.8429, 0.6590, 1, 16, 4, 25, 20.3674, 0.5147),
    (0.10, 0.30, 0.05, 0.20, 1, 10, 5, 29, 15.0141, 0.7361, 1, 15, 5, 25, 19.5096, 0.5490),
    (0.20, 0.40, 0.10, 0.10, 3, 17, 10, 37, 26.0225, 0.5489, 3, 19, 10, 36, 28.2635, 0.4551),
    (0.20, 0.40, 0.05, 0.20, 3, 13, 12, 43, 20.5803, 0.7473, 4, 18, 10, 33, 22.2547, 0.7164),
    (0.30, 0.50, 0.10, 0.10, 7, 22, 17, 46, 29.8900, 0.6713, 7, 28, 15, 39, 34.9871, 0.3648),
    (0.30, 0.50, 0.05, 0.20, 5, 15, 18, 46, 23.6297, 0.7216, 6, 19, 16, 39, 25.6900, 0.6655),
    (0.40, 0.60, 0.10, 0.10, 7, 18, 22, 46, 30.2237, 0.5634, 11, 28, 20, 41, 33.8367, 0.5510),
    (0.40, 0.60, 0.05, 0.20, 7, 16, 23, 46, 24.5181, 0.7161, 17, 34, 20, 39, 34.4358, 0.9128),
    (0.50, 0.70, 0.10, 0.10, 11, 21, 26, 45, 28.9635, 0.6682, 11, 23, 23, 39, 31.0000, 0.5000),
    (0.50, 0.70, 0.05, 0.20, 8, 15, 26, 43, 23.5013, 0.6964, 12, 23, 23, 37, 27.7435, 0.6612),
    (0.60, 0.80, 0.10, 0.10, 6, 11, 26, 38, 25.3849, 0.4672, 18, 27, 24, 35, 28.4716, 0.8161),
    (0.60, 0.80, 0.05, 0.20, 7, 11, 30, 43, 20.4811, 0.7037, 8, 13, 25, 35, 20.7669, 0.6470),
    (0.70, 0.90, 0.10, 0.10, 6, 9, 22, 28, 17.7938, 0.5372, 11, 16, 20, 25, 20.0491, 0.5501),
    (0.70, 0.90, 0.05, 0.20, 4, 6, 22, 27, 14.8237, 0.5798, 19, 23, 21, 26, 23.1615, 0.9462),
    (0.05, 0.20, 0.10, 0.10, 0, 12, 3, 37, 23.4910, 0.5404, 0, 18, 3, 32, 26.4390, 0.3972),
    (0.05, 0.20, 0.05, 0.20, 0, 10, 3, 29, 17.6240, 0.5987, 0, 13, 3, 27, 19.8132, 0.5133),
    (0.10, 0.25, 0.10, 0.10, 2, 21, 7, 50, 31.1961, 0.6484, 2, 27, 6, 40, 33.7004, 0.4846),
    (0.10, 0.25, 0.05, 0.20, 2, 18, 7, 43, 24.6551, 0.7338, 2, 22, 7, 40, 28.8393, 0.6200),
    (0.20, 0.35, 0.05, 0.20, 5, 22, 19, 72, 35.3681, 0.7326, 6, 31, 15, 53, 40.4363, 0.5711),
    (0.30, 0.45, 0.05, 0.20, 9, 27, 30, 81, 41.7122, 0.7276, 16, 46, 25, 65, 49.6299, 0.8090),
]


def numbers(d: TwoStageDesign) -> tuple[int, int, int, int]:
    return d.r1, d.n1, d.r, d.n


@pytest.mark.parametrize("row", SIMON, ids=lambda row: "-".join(map(str, row[:4])))
def test_the_published_tables(row: tuple[Any, ...]) -> None:
    found = simon_two_stage(*row[:4])
    for design, expected in ((found.optimal, row[4:10]), (found.minimax, row[10:])):
        assert numbers(design) == expected[:4]
        assert (round(design.expected_n, 4), round(design.pet, 4)) == expected[4:]
        assert design.alpha <= row[2]
        assert design.power >= 1 - row[3]
    assert not found.binds
    assert found.message == ""


def test_first_row_to_more_digits() -> None:
    """Type I error and power of 1/10 5/29, the sum over all outcomes in fractions; clinfun prints .0470863."""
    d = simon_two_stage(0.10, 0.30, 0.05, 0.20).optimal
    for p, value in ((Fraction(1, 10), d.alpha), (Fraction(3, 10), d.power)):
        exact = sum(
            comb(10, x) * comb(19, y) * p ** (x + y) * (1 - p) ** (29 - x - y)
            for x in range(2, 11)
            for y in range(20)
            if x + y > 5
        )
        assert value == pytest.approx(float(exact), abs=1e-15)
    assert (round(d.alpha, 7), round(d.power, 7)) == (0.0470863, 0.8050629)


def test_admissible_designs_of_the_clinfun_vignette() -> None:
    """Lenvatinib in adenoid cystic carcinoma, and 0.25 against 0.45; n, q and expected n as printed there."""
    found = simon_two_stage(0.05, 0.20, 0.10, 0.10)
    printed = [
        (0, 18, 3, 32, 26.43900, 0.3972143, 0.640, 1),
        (0, 15, 3, 33, 24.66076, 0.4632912, 0.323, 0.640),
        (0, 13, 3, 35, 23.70647, 0.5133421, 0.097, 0.323),
        (0, 12, 3, 37, 23.49100, 0.5403601, 0, 0.097),
    ]
    got = [
        (*numbers(d), round(d.expected_n, 5), round(d.pet, 7), round(d.q_low or 0, 3), round(d.q_high or 0, 3))
        for d in found.admissible
    ]
    assert got == printed
    assert (round(found.minimax.alpha, 5), round(found.minimax.power, 5)) == (0.07215, 0.90147)
    found = simon_two_stage(0.25, 0.45, 0.05, 0.10)
    assert [numbers(d) for d in found.admissible] == [(6, 26, 17, 49), (7, 26, 17, 50), (6, 22, 19, 57)]
    assert [round(d.expected_n, 5) for d in found.admissible] == [37.14596, 33.55630, 32.52206]
    assert [round(d.pet, 7) for d in found.admissible] == [0.5153932, 0.6851542, 0.6993697]
    assert (round(found.admissible[1].q_low or 0, 3), round(found.admissible[1].q_high or 0, 3)) == (0.129, 0.782)


def test_the_default_of_an_anderson_program() -> None:
    """MD Anderson's Simon2S at 0.05, 0.15, 0.05, 0.20 and at most 100 patients."""
    found = simon_two_stage(0.05, 0.15, 0.05, 0.20)
    assert numbers(found.optimal) == (1, 23, 5, 56)
    assert (round(found.optimal.alpha, 7), round(found.optimal.power, 7)) == (0.0499643, 0.8003450)
    assert (round(found.optimal.expected_n, 4), round(found.optimal.pet, 6)) == (33.5791, 0.679420)
    assert numbers(found.minimax) == (1, 30, 5, 52)
    assert found.minimax.alpha == pytest.approx(0.0430476, abs=5e-8)  # exact; our copy of that document has .0430456
    assert round(found.minimax.power, 7) == 0.8019954
    assert round(found.minimax.expected_n, 4) == 39.8221


def test_a_limit_that_binds_is_said() -> None:
    """At 0.30, 0.45, 0.05, 0.10 the optimum has 110 patients, beyond the usual limit of 100."""
    found = simon_two_stage(0.30, 0.45, 0.05, 0.10)
    assert found.binds
    assert "n_max=110" in found.message
    wider = simon_two_stage(0.30, 0.45, 0.05, 0.10, n_max=110)
    assert (numbers(wider.optimal), wider.binds, wider.message) == ((13, 40, 40, 110), False, "")
    assert numbers(wider.minimax) == numbers(found.minimax)


@pytest.mark.parametrize("limits", [(0.2, 0.4, 0.05, 0.1), (0.3, 0.45, 0.05, 0.1), (0.6, 0.75, 0.1, 0.1)])
def test_binding_agrees_with_a_wider_search(limits: Any) -> None:
    best = simon_two_stage(*limits, n_max=400).optimal
    smallest = simon_two_stage(*limits, n_max=400).minimax.n
    for n_max in range(smallest, best.n + 12, 3):
        found = simon_two_stage(*limits, n_max=n_max)
        assert found.binds == (found.optimal.expected_n > best.expected_n + TIE)
        assert found.binds == (n_max < best.n)


def test_every_curve_of_r(r_values: Any) -> None:
    for case in r_values("simon")["curves"].values():
        *limits, n_max = case["limits"]
        curve = simon_two_stage(*limits, n_max=n_max).curve
        for name in ("n", "r1", "n1", "r"):
            assert getattr(curve, name).tolist() == case[name], name
        np.testing.assert_allclose(curve.expected_n, case["expected_n"], rtol=0, atol=1e-12)


def exact_curve(p0: Fraction, p1: Fraction, alpha: Fraction, beta: Fraction, n_max: int) -> dict[int, tuple[Any, ...]]:
    """The best design of each n by trying all, in fractions; of equals the smallest n1."""

    def row(n: int, p: Fraction) -> list[Fraction]:
        return [comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(n + 1)]

    rows = {(n, p): row(n, p) for n in range(n_max + 1) for p in (p0, p1)}
    tails = {k: [sum(v[i:], Fraction(0)) for i in range(len(v) + 1)] for k, v in rows.items()}

    def success(r1: int, n1: int, r: int, n: int, p: Fraction) -> Fraction:
        second = tails[n - n1, p]
        last = len(second) - 1
        return sum((rows[n1, p][x] * second[min(max(r + 1 - x, 0), last)] for x in range(r1 + 1, n1 + 1)), Fraction(0))

    out: dict[int, tuple[Any, ...]] = {}
    for n in range(2, n_max + 1):
        for n1 in range(1, n):
            for r1 in range(n1):
                enough = [r for r in range(r1, n) if success(r1, n1, r, n, p1) >= 1 - beta]
                if enough and success(r1, n1, enough[-1], n, p0) <= alpha:
                    size = n1 + tails[n1, p0][r1 + 1] * (n - n1)
                    if n not in out or size < out[n][0]:
                        out[n] = (size, r1, n1, enough[-1])
    return out


rate = st.integers(1, 19).map(lambda k: Fraction(k, 20))
limit = st.sampled_from([Fraction(1, k) for k in (3, 4, 5, 8, 10, 16, 32)])


@given(rates=st.tuples(rate, rate).filter(lambda r: r[0] < r[1]), alpha=limit, beta=limit, n_max=st.integers(2, 11))
@settings(max_examples=60, deadline=None)
@example(rates=(Fraction(1, 4), Fraction(1, 2)), alpha=Fraction(1, 16), beta=Fraction(1, 4), n_max=11)
@example(rates=(Fraction(1, 2), Fraction(3, 4)), alpha=Fraction(1, 16), beta=Fraction(1, 4), n_max=11)
@example(rates=(Fraction(1, 20), Fraction(19, 20)), alpha=Fraction(1, 3), beta=Fraction(1, 3), n_max=6)
def test_no_design_is_missed(rates: tuple[Fraction, Fraction], alpha: Fraction, beta: Fraction, n_max: int) -> None:
    """The pruned search equals all designs tried in exact arithmetic; limits met with equality are met."""
    expected = exact_curve(*rates, alpha, beta, n_max)
    found = best_designs(space(float(rates[0]), float(rates[1]), float(alpha), float(beta), n_max))
    assert found.n.tolist() == list(expected)
    for k, (size, *cut_offs) in enumerate(expected.values()):
        assert [found.r1[k], found.n1[k], found.r[k]] == cut_offs
        assert found.expected_n[k] == pytest.approx(float(size), abs=1e-12)


def every_design(p0: float, p1: float, alpha: float, beta: float, n_max: int) -> dict[int, float]:
    """The smallest expected n of each n by trying every n1, r1 and r, with SciPy's binomial tails."""
    from scipy.stats import binom

    out: dict[int, float] = {}
    x = np.arange(n_max + 1)
    for n in range(2, n_max + 1):
        for n1 in range(1, n):
            first0, first1 = (binom.pmf(x[: n1 + 1], n1, p) for p in (p0, p1))
            r = np.arange(n)[:, None]
            terms0 = first0 * binom.sf(r - x[: n1 + 1], n - n1, p0)
            terms1 = first1 * binom.sf(r - x[: n1 + 1], n - n1, p1)
            error, power = (np.cumsum(t[:, ::-1], axis=1)[:, ::-1][:, 1:] for t in (terms0, terms1))  # by r, r1
            good = np.flatnonzero(np.any((error <= alpha + EXACT) & (power >= 1 - beta - EXACT), axis=0))
            if good.size:
                size = n1 + float(binom.sf(good[-1], n1, p0)) * (n - n1)
                out[n] = min(out.get(n, np.inf), size)
    return out


@pytest.mark.parametrize("limits", [(0.12, 0.33, 0.07, 0.15), (0.62, 0.81, 0.04, 0.22), (0.37, 0.58, 0.11, 0.09)])
def test_no_design_is_missed_in_larger_trials(limits: Any) -> None:
    expected = every_design(*limits, 52)
    curve = simon_two_stage(*limits, n_max=52).curve
    assert curve.n.tolist() == list(expected)
    np.testing.assert_allclose(curve.expected_n, list(expected.values()), rtol=0, atol=1e-11)


def test_no_n_is_excluded_that_has_a_single_stage_or_two_stage_design() -> None:
    """The bound of Neyman and Pearson keeps each n of the curve, and excludes what is too small."""
    s = space(0.1, 0.3, 0.05, 0.2, 60)
    curve = best_designs(s)
    kept = np.flatnonzero(possible(s))
    assert set(curve.n) <= set(kept.tolist())
    assert kept[0] > 15


@given(
    p0=st.floats(0.03, 0.6), gap=st.floats(0.2, 0.35), alpha=st.floats(0.02, 0.2), beta=st.floats(0.05, 0.3),
    n_max=st.integers(40, 90),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_what_holds_for_every_search(p0: float, gap: float, alpha: float, beta: float, n_max: int) -> None:
    try:
        found = simon_two_stage(p0, p0 + gap, alpha, beta, n_max=n_max)
    except ValueError as problem:
        assert "n_max" in str(problem)  # noqa: PT017
        return
    curve, designs = found.curve, found.admissible
    assert found.optimal.expected_n == pytest.approx(curve.expected_n.min(), abs=2 * TIE)
    assert found.minimax.n == curve.n.min()
    assert (designs[0], designs[-1]) == (found.minimax, found.optimal)
    assert (designs[0].q_high, designs[-1].q_low) == (1.0, 0.0)
    for d, after in pairwise(designs):
        assert d.q_low == after.q_high
        assert d.n < after.n
        assert d.expected_n > after.expected_n
    for d in designs:
        assert d.alpha <= alpha + EXACT
        assert d.power >= 1 - beta - EXACT
        assert d.q_low is not None
        assert d.q_high is not None
        for q in (d.q_low, (d.q_low + d.q_high) / 2, d.q_high):
            least = np.min(q * curve.n + (1 - q) * curve.expected_n)
            assert q * d.n + (1 - q) * d.expected_n == pytest.approx(least, abs=1e-7)
    more = simon_two_stage(p0, p0 + gap, alpha, beta, n_max=n_max + 7)
    assert more.optimal.expected_n <= found.optimal.expected_n + 2 * TIE
    assert more.minimax.n == found.minimax.n


def test_the_boundary_and_the_conventions_are_those_of_the_design() -> None:
    found = simon_two_stage(0.1, 0.3, 0.05, 0.2)
    rule = found.optimal.boundary
    assert (rule.n.tolist(), rule.low.tolist(), rule.high.tolist()) == ([10, 29], [[1, 5]], [[11, 30]])
    assert (rule.low_means, rule.high_means, rule.n_max) == (("futility",), ("",), 29)
    assert any("R = r + 1" in said for said in found.conventions)
    assert any("within 1e-9" in said for said in found.conventions)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0.3, 0.3, 0.05, 0.1), "p0 must be below p1"),
        ((0.5, 0.3, 0.05, 0.1), "p0 must be below p1"),
        ((0.0, 0.3, 0.05, 0.1), "p0 must lie strictly"),
        ((0.1, 1.0, 0.05, 0.1), "p1 must lie strictly"),
        ((0.1, 0.3, 0.0, 0.1), "alpha must lie strictly"),
        ((0.1, 0.3, 1.0, 0.1), "alpha must lie strictly"),
        ((0.1, 0.3, 0.05, 1.0), "beta must lie strictly"),
        ((0.1, 0.3, 0.05, float("nan")), "beta"),
        ((0.1, 0.3, 0.5, 0.5), r"alpha \+ beta must stay below 1"),
        ((0.1, 0.3, 1e-9, 0.5), "alpha must be at least"),
        (([0.1], 0.3, 0.05, 0.2), "p0 must be one number"),
        (("a", 0.3, 0.05, 0.2), "p0 must"),
    ],
)
def test_bad_input_in_words(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        simon_two_stage(*arguments)


def test_a_limit_that_is_too_small_says_which_to_try() -> None:
    with pytest.raises(ValueError, match="n_max of 20 is too small") as problem:
        simon_two_stage(0.1, 0.3, 0.05, 0.2, n_max=20)
    next_try = int(str(problem.value).rsplit("n_max=", 1)[1])
    assert simon_two_stage(0.1, 0.3, 0.05, 0.2, n_max=next_try).minimax.n == 25
    with pytest.raises(ValueError, match="choose a larger p1"):
        simon_two_stage(0.3, 0.31, 0.05, 0.2)
    for n_max in (1, 1001, 20.5, None):
        with pytest.raises(ValueError, match="n_max must"):
            simon_two_stage(0.1, 0.3, 0.05, 0.2, n_max=n_max)  # type: ignore[arg-type]
