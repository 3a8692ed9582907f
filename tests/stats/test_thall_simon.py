"""A rate against an uncertain historical rate: ph2bayes, R, exact sums, a forecast by hand, properties, refusals."""

from __future__ import annotations

import json
from fractions import Fraction
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats._beta_mixture_posterior import as_prior
from onearm.stats._thall_simon_integral import Standard, better_by_count, probability_better, walk_back
from onearm.stats.bayes import beta_mixture, probability_greater
from onearm.stats.monitoring import elicit_beta, operating_characteristics, thall_simon

R = json.loads((Path(__file__).parents[1] / "r" / "bayes_monitoring.json").read_text(encoding="utf-8"))
CASES = list(zip(*(R["cases"][k] for k in ("aS", "bS", "aE", "bE", "x", "n", "d")), R["better"], strict=True))


def steps(values: Any, n: Any) -> list[tuple[int, int]]:
    """(n, value) where a boundary changes."""
    pairs = list(zip(n, values, strict=True))
    return [(int(m), int(v)) for k, (m, v) in enumerate(pairs) if k == 0 or v != pairs[k - 1][1]]


@pytest.mark.parametrize("case", CASES)
def test_the_integral_by_r(case: tuple[float, ...]) -> None:
    """R adds up integrate() over pieces in quantiles; here it is the trapezoidal rule in log odds, by two routes."""
    a_s, b_s, a_e, b_e, x, n, d, expected = case
    trial, history = as_prior("e", (a_e, b_e)), Standard(as_prior("s", (a_s, b_s)), d)
    assert float(probability_better(trial, history, x, n)) == pytest.approx(expected, abs=1e-12)
    assert better_by_count(trial, history, int(n))[int(x)] == pytest.approx(expected, abs=1e-12)
    assert dict(walk_back(trial, history, int(n) + 15))[n][int(x)] == pytest.approx(expected, abs=1e-12)


def exactly(a: int, b: int, c: int, d: int) -> Fraction:
    """P(E > S) for E ~ Beta(a, b), S ~ Beta(c, d) with whole a: sum of B(c + j, b + d) / ((b + j) B(1 + j, b) B(c, d))
    over j < a, with B of whole numbers as fractions of binomials.
    """

    def beta(p: int, q: int) -> Fraction:
        return Fraction(1, q * comb(p + q - 1, q))

    return sum((beta(c + j, b + d) / ((b + j) * beta(1 + j, b) * beta(c, d)) for j in range(a)), Fraction(0))


@given(a=st.integers(1, 30), b=st.integers(1, 30), c=st.integers(1, 60), d=st.integers(1, 60))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_whole_priors_in_fractions(a: int, b: int, c: int, d: int) -> None:
    history = Standard(as_prior("s", (c, d)), 0.0)
    n = a + b - 2
    got = better_by_count(as_prior("e", (1, 1)), history, n)[a - 1]
    assert got == pytest.approx(float(exactly(a, b, c, d)), abs=1e-13)


@given(a=st.floats(0.1, 20), b=st.floats(0.1, 20), c=st.floats(0.1, 50), d=st.floats(0.1, 50),
       gap=st.floats(-0.9, 0.9), n=st.integers(0, 40))  # fmt: skip
@settings(max_examples=60, deadline=None, derandomize=True)
def test_panels_and_the_other_side_agree(a: float, b: float, c: float, d: float, gap: float, n: int) -> None:
    """Gauss-Legendre panels give it to 1e-9; turning events into non-events turns E > S + d into S > E + d."""
    x = n // 3
    trial, standard = as_prior("e", (a, b)), as_prior("s", (c, d))
    got = float(probability_better(trial, Standard(standard, gap), x, n))
    panels = probability_greater(beta_mixture(1, a + x, b + n - x), beta_mixture(1, c, d), gap)
    assert got == pytest.approx(panels, abs=2e-8)
    turned = Standard(as_prior("s", (d, c)), -gap)
    assert got == pytest.approx(1 - float(probability_better(as_prior("e", (b, a)), turned, n - x, n)), abs=1e-12)
    swapped = Standard(as_prior("e", (a + x, b + n - x)), -gap)
    assert got == pytest.approx(1 - float(probability_better(standard, swapped, 0, 0)), abs=1e-12)


def test_a_margin_too_small_to_be_taken_from_one() -> None:
    # S ~ Beta(1, 1/8) has 4e-7 of its mass within 1e-51 of 1; E uniform, so P(E > S + d) is nearly E[1 - S] = 1/9
    got = probability_better(as_prior("e", (1, 1)), Standard(as_prior("s", (1, 0.125)), 1e-51), 0, 0)
    assert float(got) == pytest.approx(1 / 9, abs=1e-14)


def test_mixtures_are_weighed() -> None:
    trial, standard = [(0.75, 1, 1), (0.25, 25, 15)], [(0.4, 15, 35), (0.6, 4, 4)]
    x, n = 9, 20
    rule = thall_simon([n], trial, standard, futility=0.05)
    marginal = [w * comb(n, x) * _beta(a + x, b + n - x) / _beta(a, b) for w, a, b in trial]
    parts = [
        [m / sum(marginal) * v * exactly(a + x, b + n - x, c, d) for v, c, d in standard]
        for m, (_, a, b) in zip(marginal, trial, strict=True)
    ]
    assert rule.probability(x, n) == pytest.approx(float(np.sum(np.array(parts, dtype=float))), rel=1e-11)


def _beta(a: int, b: int) -> float:
    return 1 / (b * comb(a + b - 1, b))


def test_the_boundaries_of_ph2bayes() -> None:
    n = range(1, 41)
    rule = thall_simon(n, (0.6, 1.4), (15, 35), futility=0.05, efficacy=0.95)
    assert steps(rule.boundary.low[0], n)[1:] == [(6, 0), (13, 1), (18, 2), (24, 3), (29, 4), (35, 5), (40, 6)]
    assert steps(rule.boundary.high[0], n)[2:] == [
        (4, 4), (6, 5), (8, 6), (10, 7), (13, 8), (15, 9), (17, 10), (19, 11), (22, 12), (24, 13), (26, 14), (29, 15),
        (31, 16), (34, 17), (36, 18), (38, 19),
    ]  # fmt: skip
    assert rule.boundary.high[0, :3].tolist() == [2, 3, 3]  # out of reach of 1 and 2; 3 of 3
    one_side = thall_simon(n, (0.6, 1.4), (15, 35), futility=0.05)
    assert np.array_equal(one_side.boundary.low, rule.boundary.low)
    assert np.array_equal(one_side.boundary.high[0], np.arange(2, 42))


def test_the_rule_of_thall_and_simon() -> None:
    """Mean .20, W90 .20, delta .15: elicited priors, each integer checked against its own quadrature."""
    standard = elicit_beta(0.2, 0.2)
    trial = elicit_beta(0.2 + 0.15 / 2, concentration=2)
    rule = thall_simon(range(10, 66), trial, standard, delta=0.15, futility=0.05, efficacy=0.95)
    for k, n in enumerate(rule.boundary.n):
        low, high = int(rule.boundary.low[0, k]), int(rule.boundary.high[0, k])
        assert rule.probability(low, n) <= 0.05 < rule.probability(low + 1, n)
        assert rule.probability(high, n, "high") >= 0.95 > rule.probability(high - 1, n, "high")
        assert rule.at_low[k] == pytest.approx(rule.probability(low, n), abs=1e-12)
        assert rule.at_high[k] == pytest.approx(rule.probability(high, n, "high"), abs=1e-12)
    assert np.all(np.diff(rule.boundary.low[0]) >= 0)
    assert np.all(np.diff(rule.boundary.high[0]) >= 0)


def test_a_tie_is_settled_and_said() -> None:
    # equal priors and no data to tell them apart: P(E > S) is 1/2 after k of 2k against Beta(1, 1)
    inclusive = thall_simon([2, 4], (1, 1), (1, 1), futility=0.5)
    strict = thall_simon([2, 4], (1, 1), (1, 1), futility=0.5, strict=True)
    assert (inclusive.boundary.low.tolist(), strict.boundary.low.tolist()) == ([[1, 2]], [[0, 1]])
    assert inclusive.ties == strict.ties == ((1, 2), (2, 4))
    assert "1/2, 2/4: stops" in inclusive.conventions[-1]


@given(shift=st.floats(0, 0.2), cut=st.floats(0.02, 0.2), a=st.floats(0.2, 3))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_boundaries_are_monotone(shift: float, cut: float, a: float) -> None:
    n = np.arange(1, 31)
    base = thall_simon(n, (a, 1.4), (15, 35), futility=cut, efficacy=1 - cut / 2)
    more = thall_simon(n, (a, 1.4), (15, 35), delta=shift, futility=cut, efficacy=1 - cut / 4)
    assert np.all(np.diff(base.boundary.low[0]) >= 0)
    assert np.all(more.boundary.low >= base.boundary.low)
    assert np.all(more.boundary.high >= base.boundary.high)


def test_a_forecast_by_hand() -> None:
    # stop at 1 patient never, at 2 with none (futility); E ~ Beta(1, 1), now 0 of 1: next event 1/3, then 2/4
    rule = thall_simon([2, 3], (1, 1), (40, 60), futility=0.2, efficacy=0.8)
    assert rule.boundary.low.tolist() == [[-1, 0]] or rule.boundary.low.tolist() == [[0, 0]]
    low, high = rule.boundary.low[0], rule.boundary.high[0]
    ends = {"low": Fraction(0), "high": Fraction(0), "open": Fraction(0)}
    size = Fraction(0)
    for second in (0, 1):
        first = Fraction(1, 3) if second else Fraction(2, 3)
        if second <= low[0] or second >= high[0]:
            ends["low" if second <= low[0] else "high"] += first
            size += first * 2
            continue
        for third in (0, 1):
            chance = first * (Fraction(1 + second, 4) if third else Fraction(3 - second, 4))
            x = second + third
            ends["low" if x <= low[1] else "high" if x >= high[1] else "open"] += chance
            size += chance * 3
    got = rule.forecast(0, 1)
    want = [float(v) for v in (ends["high"], ends["low"], ends["open"], size)]
    assert [got.promising, got.not_promising, got.inconclusive, got.expected_n] == pytest.approx(want, abs=1e-14)
    assert rule.forecast(3, 3).promising == float(high[1] <= 3)


def test_a_forecast_is_the_mean_over_the_prior() -> None:
    """From no patient: the exact characteristics averaged over Beta(2, 3) by Gauss-Jacobi (exact for polynomials)."""
    from scipy.special import roots_jacobi

    rule = thall_simon([5, 10, 20], (2, 3), (15, 35), delta=0.1, futility=0.1, efficacy=0.9)
    z, w = roots_jacobi(20, 2, 1)
    exact = operating_characteristics(rule, (z + 1) / 2)
    w = w / np.sum(w)
    got = rule.forecast(0, 0)
    assert got.inconclusive == pytest.approx(float(w @ exact.complete), abs=1e-11)
    assert got.expected_n == pytest.approx(float(w @ exact.expected_n), abs=1e-9)
    assert got.promising + got.not_promising + got.inconclusive == pytest.approx(1, abs=1e-13)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"futility": None}, "futility or efficacy must be given"),
    ({"futility": 0}, "futility must lie strictly between"),
    ({"efficacy": 1}, "efficacy must lie strictly between"),
    ({"delta": 1}, "delta must lie between -0.99 and 0.99"),
    ({"standard": (0.01, 3)}, "standard must have parameters of at least 0.05"),
    ({"experimental": (1e-9, 1)}, "experimental is no Beta prior: a must lie"),
    ({"looks": [5, 5]}, "looks must ascend"),
    ({"looks": [5, 3000]}, "looks must hold at most 2000"),
    ({"futility": 0.9, "efficacy": 0.1}, "overlap"),
    ({"name": 3}, "name must be a word"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_refusals(change: dict[str, Any], words: str) -> None:
    given_: dict[str, Any] = {
        "looks": [5, 10], "experimental": (0.6, 1.4), "standard": (15, 35), "futility": 0.05
    } | change  # fmt: skip
    with pytest.raises(ValueError, match=words):
        thall_simon(**given_)


def test_the_elicited_prior() -> None:
    a, b = elicit_beta(0.2, 0.2)
    assert (round(a, 2), round(b, 1)) == (8.37, 33.5)
    assert (round(a, 4), round(b, 4)) == (8.3740, 33.4959)
    assert [a, b] == pytest.approx(R["elicit"]["first"], rel=1e-9)
    assert list(elicit_beta(0.5, 0.3, level=0.95)) == pytest.approx(R["elicit"]["second"], rel=1e-9)
    assert list(elicit_beta(0.05, 0.04, 0.8)) == pytest.approx(R["elicit"]["third"], rel=1e-9)
    trial = elicit_beta(0.2 + 0.15 / 2, concentration=2)
    assert (round(trial.a, 3), round(trial.b, 2)) == (0.55, 1.45)


@given(mean=st.floats(0.02, 0.98), known=st.floats(5, 5000), level=st.sampled_from([0.5, 0.9, 0.95]))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_elicitation_turns_back(mean: float, known: float, level: float) -> None:
    """The width of what came back is the width that was asked for, and no prior that knows more has it."""
    made = beta_mixture(1, mean * known, (1 - mean) * known)
    tail = (1 - level) / 2
    width = float(made.quantile(1 - tail) - made.quantile(tail))
    a, b = elicit_beta(mean, width, level)
    back = beta_mixture(1, a, b)
    assert float(back.quantile(1 - tail) - back.quantile(tail)) == pytest.approx(width, rel=1e-9)
    assert a / (a + b) == pytest.approx(mean, rel=1e-12)
    assert a + b >= known * (1 - 1e-6)


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"mean": 0, "width": 0.1}, "mean must lie strictly between"),
        ({"mean": 0.2, "width": 0}, "width must lie strictly between"),
        ({"mean": 0.01, "width": 0.9}, "width must be at most"),
        ({"mean": 0.2, "width": 1e-6}, "width must be at least"),
        ({"mean": 0.2}, "width or concentration must be given"),
        ({"mean": 0.2, "width": 0.2, "concentration": 2}, "width or concentration must be given"),
        ({"mean": 0.2, "width": 0.2, "level": 1}, "level must lie between"),
        ({"mean": 0.2, "concentration": 0}, "concentration must lie between"),
    ],
)
def test_refusals_of_elicitation(given_: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        elicit_beta(**given_)
