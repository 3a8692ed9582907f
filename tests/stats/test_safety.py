"""Safety rules: printed boundaries, R, exact fractions over every path, and what a calibration must keep."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, product
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from onearm.stats import operating_characteristics, safety_boundary
from onearm.stats._crossing import crossing_probability
from onearm.stats._safety_families import KINDS
from onearm.stats.monitoring import SafetyBoundary

README = [2, 3, *[3] * 2, *[4] * 2, *[5] * 4, *[6] * 3, *[7] * 4, *[8] * 3, *[9] * 4, *[10] * 4, *[11] * 2]
VOD = [5, 10, 15, 20, 25, 30, 40, 50]


def beta(**more: Any) -> SafetyBoundary:
    return safety_boundary(30, 0.2, alpha=0.1, prior=(0.6, 2.4), **more)


def high(rule: SafetyBoundary) -> list[int]:
    return [int(v) for v in rule.boundary.high[0]]


def test_stoppingrule_readme() -> None:
    # R's stoppingrule: calc.rule.bin(ns = 1:30, p0 = .2, alpha = .1, type = "BB", param = c(.6, 2.4)), OC.rule.bin
    rule = beta()
    assert high(rule) == README
    assert rule.boundary.high_means == ("harm",)
    oc = operating_characteristics(rule, [0.20, 0.25, 0.30, 0.35, 0.40])
    printed = [0.09957367, 0.23832301, 0.43615256, 0.64555222, 0.81491087]
    np.testing.assert_allclose(1 - oc.complete, printed, atol=6e-9)
    events = [5.651197, 6.536293, 6.926712, 6.819377, 6.355803]
    np.testing.assert_allclose(oc.expected_events[:, 0], events, atol=6e-7)
    assert rule.alpha == pytest.approx(1 - oc.complete[0], abs=1e-14)


def test_the_printed_cutoff_is_outside_the_interval_of_cutoffs_that_give_the_boundary() -> None:
    # stoppingrule prints .9630823; the posterior of 4/7, which does not stop, is .96308269
    rule = beta()
    assert rule.cutoff[0] == rule.probability(4, 7) == pytest.approx(0.96308269, abs=5e-9)
    assert rule.cutoff[0] > 0.9630823
    rounded = safety_boundary(30, 0.2, cutoff=0.9630823, prior=(0.6, 2.4))
    assert high(rounded)[6] == 4
    assert rounded.alpha == rule.next_alpha > 0.1
    low, top = rule.cutoff
    for inside in (low, (low + top) / 2, np.nextafter(top, 0) - 1e-9):
        assert high(safety_boundary(30, 0.2, cutoff=inside, prior=(0.6, 2.4))) == README
    for outside in (low - 1e-9, top + 1e-9):
        assert high(safety_boundary(30, 0.2, cutoff=outside, prior=(0.6, 2.4))) != README


def test_printed_interval_holds_only_cutoffs_that_give_the_boundary() -> None:
    rule = beta()
    said = next(s for s in rule.conventions if "every cut-off" in s)
    assert said == "the same boundary for every cut-off c with 0.963082691671 <= c < 0.963191516721"
    assert rule.cutoff[0] <= 0.963082691671
    assert rule.cutoff[1] >= 0.963191516721


@pytest.mark.parametrize(
    ("prior", "p0", "cutoff", "printed"),
    [
        ((0.2, 1.8), 0.10, 0.95, [3, 4, 5, 5, 6, 7, 8, 10]),
        ((0.4, 1.6), 0.20, 0.95, [4, 5, 7, 8, 9, 11, 13, 16]),
        ((1, 1), 0.20, 0.90, [2, 4, 5, 7, 8, 9, 12, 14]),
    ],
)
def test_fixed_cutoffs(prior: Any, p0: float, cutoff: float, printed: list[int]) -> None:
    # the tables of illustrative rules for veno-occlusive disease
    rule = safety_boundary(VOD, p0, cutoff=cutoff, prior=prior)
    assert high(rule) == printed
    for n, y in zip(VOD, printed, strict=True):
        assert rule.probability(y, n) > cutoff >= rule.probability(y - 1, n)


@pytest.mark.parametrize(
    ("looks", "p0", "alpha", "boundary", "crossed", "looser"),
    [
        ([20, 40, 60, 75], 0.2, 0.10, [7, 12, 17, 21], 0.088, 0.101),
        ([20, 40, 60, 75], 0.2, 0.15, [7, 12, 16, 20], 0.117, 0.152),
        (list(range(2, 31)), 0.1, 0.10, [1] * 2 + [2] * 5 + [3] * 5 + [4] * 6 + [5] * 7 + [6] * 4, 0.097, 0.100),
    ],
)
def test_clinfun_toxbdry(
    looks: list[int], p0: float, alpha: float, boundary: list[int], crossed: float, looser: float
) -> None:
    # examples of toxbdry in R's clinfun 1.1: "High boundary", the most toxicities that go on, and the next looser one
    rule = safety_boundary(looks, p0, kind="pocock", alpha=alpha)
    assert [v - 1 for v in high(rule)] == boundary
    assert rule.alpha == pytest.approx(crossed, abs=5e-4)
    assert rule.next_alpha == pytest.approx(looser, abs=5e-4)
    power = 1 - operating_characteristics(rule, [0.35, 0.30]).complete
    if looks[-1] == 75 and alpha == 0.1:
        assert power[0] == pytest.approx(0.911, abs=5e-4)
    if looks[-1] == 30:
        assert power[1] == pytest.approx(0.898, abs=5e-4)


def options(kind: str) -> dict[str, Any]:
    name, _, statistic = kind.partition(" ")
    given = {"beta-binomial": {"prior": (0.6, 2.4)}, "wang-tsiatis": {"shape": 0.25}, "sprt": {"p1": 0.4}}.get(name, {})
    return {"kind": name, **given, **({"statistic": statistic} if statistic else {})}


def test_against_r(r_values: Callable[[str], dict[str, Any]]) -> None:
    r = r_values("safety")
    for kind, wanted in r["rules"].items():
        for looks, alpha, case in ((30, 0.1, "each"), ([6, 13, 20, 40], 0.05, "groups")):
            rule = safety_boundary(looks, 0.2, alpha=alpha, **options(kind))
            assert high(rule) == wanted[case]["high"], (kind, case)
            assert rule.alpha == pytest.approx(wanted[case]["alpha"][0], rel=1e-10)
            assert rule.next_alpha == pytest.approx(wanted[case]["next_alpha"][0], rel=1e-10)
    assert set(KINDS) == {k.partition(" ")[0] for k in r["rules"]}
    oc = operating_characteristics(beta(), [0.20, 0.25, 0.30, 0.35, 0.40])
    theirs = np.array([r["characteristics"][k] for k in ("p20", "p25", "p30", "p35", "p40")])
    np.testing.assert_allclose(1 - oc.complete, theirs[:, 0], rtol=1e-12)
    np.testing.assert_allclose(oc.expected_n, theirs[:, 1], rtol=1e-12)
    np.testing.assert_allclose(oc.expected_events[:, 0], theirs[:, 2], rtol=1e-12)


def exact_tail(x: int, n: int, p: Fraction) -> Fraction:
    return sum((comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(x, n + 1)), Fraction(0))


def exact_ladder(n: int, level: Callable[[int, int], Fraction], p: Fraction) -> list[tuple[list[int], Fraction]]:
    """Every boundary that stops where level(x, n) is small enough, strictest first, over all 2^n paths."""
    rungs = []
    paths = [np.cumsum(path) for path in product((0, 1), repeat=n)]
    for cut in sorted({level(x, k) for k in range(1, n + 1) for x in range(k + 1)}):
        limit = [next((x for x in range(k + 1) if level(x, k) <= cut), k + 1) for k in range(1, n + 1)]
        crossed = sum(
            (p ** int(s[-1]) * (1 - p) ** (n - int(s[-1])) for s in paths if any(s[k] >= limit[k] for k in range(n))),
            Fraction(0),
        )
        rungs.append((limit, crossed))
    return rungs


@pytest.mark.parametrize("p0", [Fraction(1, 2), Fraction(1, 5), Fraction(2, 3)])
@pytest.mark.parametrize("kind", ["pocock", "beta-binomial"])
def test_every_rung_against_fractions(kind: str, p0: Fraction) -> None:
    # at 1/2 results such as 1/1 and 2/3 are equally extreme; no cut-off may come between them
    def level(x: int, n: int) -> Fraction:
        if kind == "pocock":
            return exact_tail(x, n, p0)
        return exact_tail(x + 1, n + 1, p0)  # P(rate <= p0 | x of n) under Beta(1, 1)

    rungs = exact_ladder(8, level, p0)
    more: dict[str, Any] = {"prior": (1, 1)} if kind == "beta-binomial" else {}
    for (limit, crossed), (_, next_crossed) in pairwise(rungs):
        if crossed == next_crossed or next_crossed == 1:
            continue
        for alpha in (float(crossed), float((crossed + next_crossed) / 2)):
            rule = safety_boundary(8, float(p0), kind=kind, alpha=alpha, **more)
            assert high(rule) == limit
            assert rule.alpha == pytest.approx(float(crossed), rel=1e-12)
            assert rule.next_alpha == pytest.approx(float(next_crossed), rel=1e-12)


def test_equality_with_a_fixed_cutoff() -> None:
    # under Beta(1, 1), P(rate > 1/2) after 1 of 1 is 3/4 and after 2 of 2 it is 7/8
    for cutoff, strict, wanted in ((0.75, True, [2, 2]), (0.75, False, [1, 2]), (0.875, False, [2, 2])):
        assert high(safety_boundary(2, 0.5, cutoff=cutoff, prior=(1, 1), strict=strict)) == wanted
    # P(X >= 2) at 2 of 2 and a rate of 1/2 is 1/4
    assert high(safety_boundary([2], 0.5, kind="pocock", cutoff=0.25)) == [2]
    with pytest.raises(ValueError, match="never stops"):
        safety_boundary([2], 0.5, kind="pocock", cutoff=0.25, strict=True)


def test_special_cases_of_one_family() -> None:
    pocock = safety_boundary(40, 0.15, kind="pocock", alpha=0.05)
    assert high(safety_boundary(40, 0.15, kind="wang-tsiatis", shape=0.5, alpha=0.05)) == high(pocock)
    flat = safety_boundary(40, 0.15, kind="wang-tsiatis", shape=0, alpha=0.05, statistic="normal")
    fleming = safety_boundary(40, 0.15, kind="obrien-fleming", alpha=0.05, statistic="normal")
    assert high(flat) == high(fleming)
    # one component is the mixture of it with itself
    one, two = (safety_boundary(30, 0.2, alpha=0.1, prior=p) for p in ((0.6, 2.4), [(0.3, 0.6, 2.4), (0.7, 0.6, 2.4)]))
    assert high(one) == high(two)


def test_the_excess_over_the_expected_number_is_constant_in_obrien_fleming() -> None:
    # normal: x >= n p0 + c sqrt(N p0 (1 - p0))
    rule = safety_boundary(50, 0.3, kind="obrien-fleming", cutoff=1.7, statistic="normal")
    wanted = [min(int(np.ceil(n * 0.3 + 1.7 * np.sqrt(50 * 0.21))), n + 1) for n in range(1, 51)]
    assert high(rule) == wanted


def test_sprt_is_a_straight_line() -> None:
    # x >= (c - n log((1-p1)/(1-p0))) / log(p1 (1-p0) / (p0 (1-p1)))
    rule = safety_boundary(40, 0.1, kind="sprt", p1=0.25, cutoff=float(np.log(0.8 / 0.05)))
    slope, scale = -np.log(0.75 / 0.9), np.log(0.25 * 0.9 / (0.1 * 0.75))
    wanted = [min(int(np.ceil((np.log(16) + n * slope) / scale)), n + 1) for n in range(1, 41)]
    assert high(rule) == wanted


def test_limits_at_any_n() -> None:
    rule = beta()
    assert [rule.at(n) for n in range(1, 31)] == README
    groups = safety_boundary([10, 20, 30], 0.2, alpha=0.1, prior=(0.6, 2.4))
    assert [groups.at(n) for n in (10, 20, 30)] == high(groups)
    mildest = min(groups.probability(y, n) for n, y in zip((10, 20, 30), high(groups), strict=True))
    for n in (1, 7, 14, 45):
        y = groups.at(n)
        assert groups.probability(y - 1, n) < mildest
        assert y == n + 1 or groups.probability(y, n) >= mildest
    fixed = safety_boundary([10], 0.2, cutoff=0.95, prior=(0.4, 1.6))
    assert [fixed.at(n) for n in VOD] == [4, 5, 7, 8, 9, 11, 13, 16]


def test_looks() -> None:
    assert safety_boundary(30, 0.2, alpha=0.1, kind="pocock", first_look=5, every=10).boundary.n.tolist() == [
        5,
        15,
        25,
        30,
    ]
    rule = safety_boundary([5, 9], 0.2, alpha=0.1, kind="pocock", n_max=20, name="VOD")
    assert rule.boundary.n_max == 20
    assert rule.boundary.names == ("VOD",)


def test_statistic_is_what_the_cutoff_is_for() -> None:
    for kind in ("beta-binomial", "pocock", "obrien-fleming", "wang-tsiatis", "sprt", "maxsprt"):
        rule = safety_boundary(20, 0.2, alpha=0.1, **options(kind))
        seen = [rule.statistic(y, n) for n, y in zip(range(1, 21), high(rule), strict=True) if y <= n]
        edge = max(seen) if kind == "pocock" else min(seen)
        assert edge in rule.cutoff
    assert beta().statistic(4, 7) == pytest.approx(beta().probability(4, 7), abs=1e-15)
    assert safety_boundary(9, 0.2, alpha=0.1, kind="pocock").probability(2, 2) == pytest.approx(0.04, rel=1e-14)


@settings(max_examples=60, deadline=None)
@given(
    looks=st.one_of(st.integers(2, 30), st.sets(st.integers(1, 60), min_size=1, max_size=8).map(sorted)),
    p0=st.floats(0.02, 0.6), alpha=st.floats(0.02, 0.3), kind=st.sampled_from(KINDS), a=st.floats(0.2, 3),
    b=st.floats(0.2, 9), gap=st.floats(0.05, 0.3), shape=st.floats(0, 0.5),
    statistic=st.sampled_from(["exact", "normal"]),
)  # fmt: skip
def test_a_calibrated_rule_is_the_loosest_that_keeps_alpha(
    looks: Any, p0: float, alpha: float, kind: str, a: float, b: float, gap: float, shape: float, statistic: str
) -> None:
    more: dict[str, Any] = {"beta-binomial": {"prior": (a, b)}, "sprt": {"p1": p0 + gap}}.get(kind, {})
    more |= {"shape": shape} if kind == "wang-tsiatis" else {}
    more |= {"statistic": statistic} if kind in ("wang-tsiatis", "obrien-fleming") else {}
    try:
        rule = safety_boundary(looks, p0, kind=kind, alpha=alpha, **more)
    except ValueError as problem:
        assume("too small" not in str(problem))
        raise
    assert rule.alpha <= alpha * (1 + 1e-11) < rule.next_alpha * (1 + 2e-11)
    n, limit = rule.boundary.n, rule.boundary.high[0]
    assert float(crossing_probability(n, p0, high=limit)[0]) == pytest.approx(rule.alpha, rel=1e-12)
    assert np.all(limit >= 1)
    if not (kind in ("obrien-fleming", "wang-tsiatis") and statistic == "exact"):
        assert np.all(np.diff(limit) >= 0)  # more patients never lower the limit
    wider = safety_boundary(looks, p0, kind=kind, alpha=min(1.5 * alpha, 0.9), **more)
    assert np.all(wider.boundary.high <= rule.boundary.high)
    if rule.cutoff[1] - rule.cutoff[0] > 1e-6 and rule.cutoff[0] > 0 and rule.cutoff[1] < 40:
        middle = (rule.cutoff[0] + rule.cutoff[1]) / 2
        again = safety_boundary(looks, p0, kind=kind, cutoff=middle, **more)
        assert again.boundary.high.tolist() == rule.boundary.high.tolist()
        assert again.cutoff == rule.cutoff


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "give exactly one of alpha and cutoff"),
        ({"alpha": 0.1, "cutoff": 0.9}, "give exactly one of alpha and cutoff"),
        ({"alpha": 0}, "alpha must lie strictly between 0 and 1"),
        ({"alpha": 1}, "alpha must lie strictly between 0 and 1"),
        ({"alpha": [0.1, 0.2]}, "alpha must be one number"),
        ({"alpha": 1e-8, "looks": 3}, "too small for these looks"),
        ({"cutoff": 1.0}, "cutoff must lie strictly"),
        ({"cutoff": 0.999, "looks": 2}, "cutoff = 0.999 never stops"),
        ({"cutoff": 0.9, "prior": (9, 1)}, "without one toxicity"),
        ({"alpha": 0.1, "prior": None}, "prior is needed by the kind beta-binomial"),
        ({"alpha": 0.1, "prior": (0, 1)}, "prior"),
        ({"alpha": 0.1, "kind": "pocock"}, "prior is for beta-binomial, not for the kind pocock"),
        ({"alpha": 0.1, "kind": "sprt", "prior": None}, "p1 is needed"),
        ({"alpha": 0.1, "kind": "sprt", "prior": None, "p1": 0.2}, "p1 must be above p0"),
        ({"alpha": 0.1, "kind": "wang-tsiatis", "prior": None}, "shape is needed"),
        ({"alpha": 0.1, "kind": "wang-tsiatis", "prior": None, "shape": 0.7}, "shape must lie between"),
        ({"alpha": 0.1, "statistic": "exact"}, "statistic is for"),
        ({"alpha": 0.1, "kind": "bayes"}, "kind must be one of"),
        ({"alpha": 0.1, "p0": 0}, "p0 must lie strictly"),
        ({"alpha": 0.1, "looks": [10, 5]}, "looks must ascend"),
        ({"alpha": 0.1, "looks": 0}, "looks must lie between"),
        ({"alpha": 0.1, "looks": 2000}, "looks must lie between 1 and 500"),
        ({"alpha": 0.1, "looks": [5, 2000]}, "looks must end at 500"),
        ({"alpha": 0.1, "looks": [5, 10], "every": 5}, "first_look and every go with looks as one number"),
        ({"alpha": 0.1, "first_look": 31}, "first_look must lie between 1 and 30, found 31"),
        ({"alpha": 0.1, "n_max": 20}, "n_max is 20"),
        ({"alpha": 0.1, "name": ""}, "name must be a word"),
    ],
)  # fmt: skip
def test_refusals(arguments: dict[str, Any], said: str) -> None:
    given_: dict[str, Any] = {"looks": 30, "p0": 0.2, "prior": (0.6, 2.4)} | arguments
    with pytest.raises(ValueError, match=said):
        safety_boundary(given_.pop("looks"), given_.pop("p0"), **given_)


def test_readings_refuse() -> None:
    rule = beta()
    with pytest.raises(ValueError, match="x must lie between 0 and 7, found 8 of n = 7"):
        rule.probability(8, 7)
    with pytest.raises(ValueError, match="n must be a whole number"):
        rule.at(3.5)
