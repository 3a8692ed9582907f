"""One arm against a published rate or curve: R, paper cases, second routes, refusals."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.benchmark import benchmark_curve, benchmark_rate, benchmark_sample
from onearm.stats.binomial import difference_interval, fisher_exact
from onearm.stats.survival import kaplan_meier, one_sample_log_rank

R = json.loads((Path(__file__).parents[1] / "r" / "benchmark.json").read_text(encoding="utf-8"))
# acute myelogenous leukaemia (Miller 1997): maintained arm, and the other one
TRIAL = ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
OTHER = ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])


def test_fixed_rate_by_r() -> None:
    two = benchmark_rate(44, 48, rate=0.7)
    more = benchmark_rate(44, 48, rate=0.7, alternative="greater")
    assert [two.p_value, more.p_value] == pytest.approx(R["fixed"]["p"], rel=1e-8)
    assert [two.trial.low, two.trial.high] == pytest.approx(R["fixed"]["limits"], rel=1e-8)
    assert [two.low + 0.7, two.high + 0.7] == pytest.approx(R["fixed"]["limits"], rel=1e-8)
    assert two.probability == pytest.approx(R["fixed"]["posterior"][0], rel=1e-8)
    assert (two.reference, two.rate_low, two.rate_high) == ("fixed", 0.7, 0.7)


TABLES = [(44, 48, 70, 100), (3, 20, 9, 25), (1, 10, 8, 10)]


@pytest.mark.parametrize(("table", "posterior"), list(zip(TABLES, R["counts"]["posterior"], strict=True)))
def test_published_counts(table: tuple[int, int, int, int], posterior: float) -> None:
    from scipy.stats import barnard_exact

    x, n, y, m = table
    for alternative in ("two-sided", "greater", "less"):
        if table == (1, 10, 8, 10):
            continue  # SciPy loses the mirrored table there to rounding; see the next test
        r = benchmark_rate(x, n, reference_x=y, reference_n=m, alternative=alternative)
        wanted = barnard_exact([[x, y], [n - x, m - y]], alternative=alternative, pooled=True, n=256).pvalue
        assert r.p_value == pytest.approx(wanted, rel=1e-6)
    r = benchmark_rate(x, n, reference_x=y, reference_n=m)
    assert r.probability == pytest.approx(posterior, rel=1e-9)
    d = difference_interval(x, n, y, m, "miettinen-nurminen")
    assert (r.difference, r.low, r.high) == (d.estimate, d.low, d.high)


def test_unconditional_test_by_fractions() -> None:
    def squared(x: int, y: int) -> Fraction:
        p = Fraction(x + y, 20)
        return Fraction(x - y, 10) ** 2 / (p * (1 - p) / 5) if 0 < p < 1 else Fraction(0)

    region = [(x, y) for x in range(11) for y in range(11) if squared(x, y) >= squared(1, 8)]
    assert (2, 9) in region

    def chance(p: float) -> float:
        return sum(math.comb(10, x) * math.comb(10, y) * p ** (x + y) * (1 - p) ** (20 - x - y) for x, y in region)

    best = max(chance(k / 20000) for k in range(20001))
    assert benchmark_rate(1, 10, reference_x=8, reference_n=10).p_value == pytest.approx(best, rel=1e-6)


def test_unconditional_test_on_paper() -> None:
    # 2 of 2 against 0 of 2: the only tables as extreme are it and its mirror, of probability 2 p^2 (1 - p)^2 <= 1/8
    assert benchmark_rate(2, 2, reference_x=0, reference_n=2).p_value == pytest.approx(1 / 8)
    assert benchmark_rate(2, 2, reference_x=0, reference_n=2, alternative="greater").p_value == pytest.approx(1 / 16)
    # Fisher's conditional p is 1/3 there: the unconditional test is the sharper one
    assert fisher_exact([[2, 0], [0, 2]]).p_value == pytest.approx(1 / 3)


def test_posterior_on_paper() -> None:
    # equal data: one half by symmetry
    assert benchmark_rate(5, 10, reference_x=5, reference_n=10).probability == pytest.approx(0.5, abs=1e-12)


def test_rate_with_limits_is_square_and_add() -> None:
    # with Wilson limits of 70 / 100 as the published ones this is Newcombe's method 10
    from onearm.stats.binomial import proportion_interval

    wilson = proportion_interval(70, 100, method="wilson")
    r = benchmark_rate(44, 48, rate=0.7, limits=(wilson.low, wilson.high))
    d = difference_interval(44, 48, 70, 100, "newcombe")
    assert (r.low, r.high) == pytest.approx((d.low, d.high), rel=1e-12)
    assert math.isnan(r.p_value)
    assert "no p-value" in r.message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "give one of the two"),
        ({"rate": 0.5, "reference_x": 1, "reference_n": 2}, "give one of the two"),
        ({"reference_x": 1}, "belong together"),
        ({"rate": 1.5}, "rate must lie between 0 and 1"),
        ({"rate": math.nan}, "rate has 1 missing"),
        ({"rate": 0.5, "limits": (0.6, 0.7)}, "limits must hold the rate"),
        ({"rate": 0.5, "limits": (0.4,)}, "limits has 1 values where 2"),
        ({"limits": (0.4, 0.6), "reference_x": 1, "reference_n": 2}, "limits are not needed"),
        ({"reference_x": 3, "reference_n": 2}, "reference_x"),
        ({"reference_x": 3000, "reference_n": 900000}, "the exact test takes at most"),
        ({"rate": 0.5, "alternative": "more"}, "alternative must be one of"),
        ({"rate": 0.5, "level": 1.0}, "level must lie"),
    ],
)
def test_refusals_of_rates(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        benchmark_rate(7, 10, **change)


def corners(time: Any, event: Any) -> tuple[Any, Any]:
    km = kaplan_meier(time, event)
    return np.append(0.0, km.time), np.append(1.0, km.survival)


def test_known_curve_by_r() -> None:
    r = benchmark_curve(*TRIAL, *corners(*OTHER))
    assert [r.test.observed] == R["curve"]["observed"]
    assert r.test.expected == pytest.approx(R["curve"]["expected"][0], rel=1e-8)
    assert r.test.statistic == pytest.approx(R["curve"]["chisq"][0], rel=1e-8)
    assert r.horizon == pytest.approx(45)
    assert r.cut == 3


def test_estimated_curve_by_r() -> None:
    wanted = R["sample"]
    for variance, z in zip(("expected", "mean"), wanted["z"], strict=True):
        r = benchmark_sample(*TRIAL, *OTHER, variance=variance)
        assert [r.observed] == wanted["observed"]
        assert r.expected == pytest.approx(wanted["expected"][0], rel=1e-8)
        assert r.reference_variance == pytest.approx(wanted["extra"][0], rel=1e-8)
        assert r.z == pytest.approx(z, rel=1e-8)
    assert benchmark_sample(*TRIAL, *OTHER).p_value == pytest.approx(wanted["p"][0], rel=1e-8)


def test_limits_of_the_ratio_on_paper() -> None:
    # O 2, E 7/4, R 25/16: log-scale variance 1/2 + (25/16)/(49/16) = 1/2 + 25/49
    r = benchmark_sample([2, 4, 5], [1, 1, 0], [1, 2, 3, 6], [1, 0, 1, 0])
    half = 1.959963984540054 * math.sqrt(1 / 2 + 25 / 49)
    assert (r.low, r.high) == pytest.approx((8 / 7 * math.exp(-half), 8 / 7 * math.exp(half)), rel=1e-9)
    assert r.inflation == pytest.approx((7 / 4 + 25 / 16) / (7 / 4))


def test_a_large_reference_is_as_good_as_a_known_curve() -> None:
    small = benchmark_sample(*TRIAL, *OTHER)
    large = benchmark_sample(*TRIAL, np.repeat(OTHER[0], 1000), np.repeat(OTHER[1], 1000))
    assert large.expected == pytest.approx(small.expected, rel=1e-12)
    assert large.reference_variance == pytest.approx(small.reference_variance / 1000, rel=1e-9)
    assert large.z == pytest.approx(large.known_z, rel=2e-3)
    known = one_sample_log_rank(*TRIAL, lambda t: hazard(t, *OTHER))
    cut = [d and t <= 45 for t, d in zip(*TRIAL, strict=True)]
    assert known.expected == pytest.approx(small.expected, rel=1e-12)
    assert small.observed == sum(cut)


def hazard(at: Any, time: Any, event: Any) -> Any:
    """Nelson-Aalen by its definition."""
    t, d = np.asarray(time), np.asarray(event)
    steps = [(s, d[t == s].sum() / (t >= s).sum()) for s in np.unique(t[d == 1])]
    return np.array([sum(h for s, h in steps if s <= u) for u in at])


@given(st.integers(0, 10**6), st.floats(0.1, 9))
@settings(max_examples=30, deadline=None)
def test_unit_of_time_and_order_do_not_matter(seed: int, unit: float) -> None:
    rng = np.random.default_rng(seed)
    t, u = rng.integers(1, 30, 20).astype(float), rng.integers(1, 30, 30).astype(float)
    d, e = rng.random(20) < 0.6, rng.random(30) < 0.6
    one = benchmark_sample(t, d, u, e)
    shuffled, other = rng.permutation(20), rng.permutation(30)
    two = benchmark_sample(t[shuffled] * unit, d[shuffled], u[other] * unit, e[other])
    assert two.observed == one.observed
    assert two.expected == pytest.approx(one.expected, rel=1e-9)
    assert two.variance == pytest.approx(one.variance, rel=1e-9)


def test_nothing_expected_and_nothing_observed_are_said() -> None:
    late = benchmark_sample([1, 2], [1, 1], [5, 6], [1, 1])
    assert math.isnan(late.z)
    assert late.message.startswith("no event of the reference")
    none = benchmark_sample([5, 6], [0, 0], [1, 2, 9], [1, 1, 0])
    assert none.ratio == 0
    assert none.message.startswith("no event in the trial")


@pytest.mark.parametrize(
    ("at", "survival", "words"),
    [
        ([2, 1], [1, 0.5], "reference_time must be in order"),
        ([1, 2], [90, 50], "reference_survival must lie between 0 and 1"),
        ([1, 2], [0.5, 0.6], "reference_survival rises"),
        ([0, 2], [0, 0], "reference_survival is 0 at time 0"),
        ([1, 2], [1], "reference_survival has 1 values where 2"),
    ],
)
def test_refusals_of_curves(at: Any, survival: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        benchmark_curve([1, 2], [1, 0], at, survival)


@pytest.mark.slow
def test_size_with_the_reference_counted() -> None:
    """48 against 100: about 5 % when the reference's error is counted, about 11 % when it is not."""
    rng = np.random.default_rng(5)
    p = []
    for _ in range(4000):
        (t, d), (u, e) = (
            (np.minimum(x, c), x <= c) for x, c in ((rng.exponential(17, n), rng.uniform(6, 36, n)) for n in (48, 100))
        )
        r = benchmark_sample(t, d, u, e, variance="mean")
        p.append((r.p_value, r.known_p_value))
    counted, known = np.mean(np.array(p) < 0.05, axis=0)
    assert 0.04 < counted < 0.06
    assert known > 0.08
