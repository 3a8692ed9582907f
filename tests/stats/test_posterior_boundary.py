"""Boundaries from posterior probabilities against fixed limits: phase1b, R, exact fractions, properties, refusals."""

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

from onearm.stats.monitoring import posterior_boundary

R = json.loads((Path(__file__).parents[1] / "r" / "bayes_monitoring.json").read_text(encoding="utf-8"))
VAGUE = [(0.75, 1, 1), (0.25, 25, 15)]


@pytest.mark.parametrize("strict", [True, False])
def test_the_case_of_phase1b(strict: bool) -> None:
    rule = posterior_boundary([10, 20, 30, 40], (1, 1), p0=0.15, futility=0.7, p1=0.2, efficacy=0.6, strict=strict)
    assert rule.boundary.low.tolist() == [[0, 1, 3, 4]]
    assert rule.boundary.high.tolist() == [[2, 5, 7, 9]]
    assert rule.at_low.round(4).tolist() == [0.8327, 0.8450, 0.7039, 0.7567]
    assert rule.at_high.round(4).tolist() == [0.6174, 0.7693, 0.7300, 0.7040]
    assert rule.at_low == pytest.approx(R["fixed"]["below"], rel=1e-12)
    assert rule.at_high == pytest.approx(R["fixed"]["above"], rel=1e-12)
    assert (rule.boundary.low_means, rule.boundary.high_means) == (("futility",), ("efficacy",))
    assert (">=" in rule.conventions[0]) is not strict


def test_a_mixture_by_r() -> None:
    rule = posterior_boundary([5, 12, 20, 33, 50], VAGUE, p0=0.5, futility=0.9, p1=0.6, efficacy=0.95)
    assert rule.boundary.low.tolist() == [R["fixed"]["low"]]
    assert rule.boundary.high.tolist() == [R["fixed"]["high"]]


@pytest.mark.parametrize(
    ("prior", "limit", "cutoff", "expected"),
    [
        ((0.2, 1.8), 0.10, 0.95, [3, 4, 5, 5, 6, 7, 8, 10]),
        ((0.4, 1.6), 0.20, 0.95, [4, 5, 7, 8, 9, 11, 13, 16]),
        ((1, 1), 0.20, 0.90, [2, 4, 5, 7, 8, 9, 12, 14]),
    ],
)
def test_tables_of_a_toxicity(prior: tuple[float, float], limit: float, cutoff: float, expected: list[int]) -> None:
    rule = posterior_boundary([5, 10, 15, 20, 25, 30, 40, 50], prior, p0=limit, harm=cutoff, name="VOD")
    assert rule.boundary.high.tolist() == [expected]
    assert rule.boundary.low.tolist() == [[-1] * 8]
    assert (rule.boundary.names, rule.boundary.high_means) == (("VOD",), ("harm",))


def exactly(x: int, n: int, a: int, b: int, limit: Fraction) -> Fraction:
    """P(Beta(a + x, b + n - x) > limit) is P(Bin(a + b + n - 1, limit) <= a + x - 1)."""
    m = a + b + n - 1
    return sum((comb(m, j) * limit**j * (1 - limit) ** (m - j) for j in range(a + x)), Fraction(0))


@given(a=st.integers(1, 5), b=st.integers(1, 5), percent=st.integers(5, 60), cut=st.sampled_from([50, 75, 90, 95]),
       strict=st.booleans())  # fmt: skip
@settings(max_examples=40, deadline=None, derandomize=True)
def test_whole_priors_in_fractions(a: int, b: int, percent: int, cut: int, strict: bool) -> None:
    limit, cutoff = Fraction(percent, 100), Fraction(cut, 100)
    rule = posterior_boundary([1, 4, 9, 16], (a, b), p0=percent / 100, harm=cut / 100, strict=strict)
    for n, high, at in zip((1, 4, 9, 16), rule.boundary.high[0], rule.at_high, strict=True):
        chances = [exactly(x, n, a, b, limit) for x in range(n + 1)]
        stops = [x for x, c in enumerate(chances) if (c > cutoff if strict else c >= cutoff)]
        assert high == (stops[0] if stops else n + 1)
        if stops:
            assert at == pytest.approx(float(chances[high]), rel=1e-12)


def test_a_tie_is_settled_and_said() -> None:
    # uniform prior, one of two: P(p > 1/2) is 1/2 by symmetry
    strict = posterior_boundary([2, 4], (1, 1), p0=0.5, harm=0.5)
    inclusive = posterior_boundary([2, 4], (1, 1), p0=0.5, harm=0.5, strict=False)
    assert strict.boundary.high.tolist() == [[2, 3]]
    assert inclusive.boundary.high.tolist() == [[1, 2]]
    assert strict.ties == inclusive.ties == ((1, 2), (2, 4))
    assert "1/2, 2/4: goes on" in strict.conventions[-1]
    assert "1/2, 2/4: stops" in inclusive.conventions[-1]
    low = posterior_boundary([2, 4], (1, 1), p0=0.5, futility=0.5)
    assert (low.boundary.low.tolist(), low.ties) == ([[0, 1]], ((1, 2), (2, 4)))


@given(a=st.floats(0.1, 8), b=st.floats(0.1, 8), w=st.floats(0.05, 0.95), cut=st.floats(0.5, 0.99),
       limit=st.floats(0.05, 0.9))  # fmt: skip
@settings(max_examples=40, deadline=None, derandomize=True)
def test_boundaries_are_monotone(a: float, b: float, w: float, cut: float, limit: float) -> None:
    prior = [(w, a, b), (1 - w, b, 2 * a)]
    n = np.arange(1, 41)
    rule = posterior_boundary(n, prior, p0=limit, futility=cut, efficacy=None)
    safe = posterior_boundary(n, prior, p0=limit, harm=cut)
    tight = posterior_boundary(n, prior, p0=limit, harm=(1 + cut) / 2)
    assert np.all(np.diff(rule.boundary.low[0]) >= 0)
    assert np.all(np.diff(safe.boundary.high[0][safe.boundary.high[0] <= n]) >= 0)
    assert np.all(tight.boundary.high >= safe.boundary.high)
    k = 25
    at = [safe.probability(x, k) for x in range(k + 1)]
    assert np.all(np.diff(at) >= -1e-13)
    assert [v > cut for v in at] == [x >= safe.boundary.high[0, k - 1] for x in range(k + 1)]


def test_probability_of_a_side() -> None:
    rule = posterior_boundary([10], (1, 1), p0=0.15, futility=0.7, p1=0.2, efficacy=0.6)
    assert rule.probability(0, 10, "low") == pytest.approx(1 - 0.85**11, rel=1e-12)
    assert rule.probability(0, 10, "high") == pytest.approx(0.8**11, rel=1e-12)
    with pytest.raises(ValueError, match="side must be given"):
        rule.probability(0, 10)
    with pytest.raises(ValueError, match="x must lie between 0 and 10"):
        rule.probability(11, 10, "low")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"looks": [10, 5]}, "looks must ascend"),
    ({"looks": [0, 5]}, "looks must hold whole numbers from 1"),
    ({"looks": []}, "looks must list"),
    ({"looks": 10}, "looks must list"),
    ({"prior": (0, 1)}, "prior is no Beta prior|prior must have parameters"),
    ({"prior": (1, 2, 3)}, "prior must be"),
    ({"prior": [(0.5, 1, 1), (0.4, 1, 1)]}, "prior is no Beta prior: weight"),
    ({"prior": "vague"}, "prior must be"),
    ({"p0": 0}, "p0 must lie strictly between"),
    ({"p0": None}, "p0 or p1 must be given"),
    ({"futility": 1}, "futility must lie strictly between"),
    ({"futility": None}, "futility, efficacy or harm must be given"),
    ({"p1": 0.3}, "p1 is given without its rule"),
    ({"efficacy": 0.9, "harm": 0.9}, "efficacy and harm exclude"),
    ({"futility": 0.2, "harm": 0.2}, "overlap"),
    ({"n_max": 5}, "n_max is 5, but the last look is at 10"),
    ({"name": ""}, "name must be a word"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_refusals(change: dict[str, Any], words: str) -> None:
    given_: dict[str, Any] = {"looks": [5, 10], "prior": (1, 1), "p0": 0.2, "futility": 0.9} | change
    looks, prior = given_.pop("looks"), given_.pop("prior")
    with pytest.raises(ValueError, match=words):
        posterior_boundary(looks, prior, **given_)
