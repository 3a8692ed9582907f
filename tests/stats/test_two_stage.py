"""Two-stage designs with given cut-offs, off-plan sizes, and inference: printed cases, R, enumeration, properties."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats._binomial_row import above, binomial_row, upto
from onearm.stats.designs import two_stage_design, two_stage_inference, two_stage_inference_unplanned
from onearm.stats.monitoring import operating_characteristics


def outcomes(r1: int, n1: int, n: int, p: Fraction) -> dict[tuple[int, int], Fraction]:
    """Probability of each end of a trial as (stage, responses), by enumeration in fractions."""

    def b(x: int, m: int) -> Fraction:
        return comb(m, x) * p**x * (1 - p) ** (m - x)

    out = {(1, x): b(x, n1) for x in range(r1 + 1)}
    for x in range(r1 + 1, n1 + 1):
        for y in range(n - n1 + 1):
            out[2, x + y] = out.get((2, x + y), Fraction(0)) + b(x, n1) * b(y, n - n1)
    return out


designs = st.integers(2, 9).flatmap(
    lambda n: st.integers(1, n - 1).flatmap(lambda n1: st.tuples(st.integers(0, n1 - 1), st.just(n1), st.just(n)))
)
shares = st.integers(1, 19).map(lambda k: Fraction(k, 20))


@pytest.mark.parametrize(
    ("design", "rates", "printed"),
    [
        ((1, 20, 3, 35), (0.05, 0.20), (0.080, 0.901, 23.962, 0.736)),
        ((3, 17, 10, 34), (0.20, 0.40), (0.059, 0.847, 24.669, 0.549)),
    ],
)
def test_off_plan_sizes_of_unplansimon(
    design: tuple[int, int, int, int], rates: tuple[float, float], printed: tuple[float, ...]
) -> None:
    """The documentation of the R package UnplanSimon."""
    d = two_stage_design(*design, *rates)
    assert tuple(round(v, 3) for v in (d.alpha, d.power, d.expected_n, d.pet)) == printed
    r1, n1, r, n = design
    planned = two_stage_design(r1, n1 - 1, r, n + 2, *rates)
    again = planned.used(n1, n)
    assert (again.alpha, again.power, again.expected_n) == (d.alpha, d.power, d.expected_n)


def test_rates_of_r(r_values: Any) -> None:
    for r1, n1, r, n, p0, p1, *values in r_values("simon")["rates"].values():
        d = two_stage_design(int(r1), int(n1), int(r), int(n), p0, p1)
        np.testing.assert_allclose([d.alpha, d.power, d.expected_n, d.pet], values, rtol=1e-11)


@given(design=designs, p=shares, extra=st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_every_outcome_enumerated(design: tuple[int, int, int], p: Fraction, extra: int) -> None:
    r1, n1, n = design
    r = min(r1 + extra, n - 1)
    ends = outcomes(r1, n1, n, p)
    assert sum(ends.values()) == 1
    pet = sum(v for (stage, _), v in ends.items() if stage == 1)
    success = sum((v for (stage, x), v in ends.items() if stage == 2 and x > r), Fraction(0))
    d = two_stage_design(r1, n1, r, n, 0.01, 0.99).at(float(p))
    assert d.success == pytest.approx(float(success), abs=1e-15)
    assert d.pet == pytest.approx(float(pet), abs=1e-15)
    assert d.expected_n == pytest.approx(float(n1 + (1 - pet) * (n - n1)), abs=1e-13)
    events = sum(v * x for (_, x), v in ends.items())
    assert d.expected_events == pytest.approx(float(events), abs=1e-13)  # Wald: p times the expected n


@pytest.mark.parametrize(
    "design", [(1, 10, 5, 29, 0.1, 0.3), (9, 27, 30, 81, 0.3, 0.45), (60, 150, 130, 300, 0.4, 0.5)]
)
def test_the_recursion_over_the_boundary_agrees(design: Any) -> None:
    """Another program: the recursion that any rule on counts goes through."""
    d = two_stage_design(*design)
    by_recursion = operating_characteristics(d.boundary, [d.p0, d.p1])
    np.testing.assert_allclose(by_recursion.complete, [d.alpha, d.power], rtol=0, atol=1e-12)
    np.testing.assert_allclose(by_recursion.stop.sum(axis=1)[:, 0], [d.pet, d.pet_p1], rtol=0, atol=1e-12)
    expected = [d.at(p).expected_events for p in (d.p0, d.p1)]
    np.testing.assert_allclose(np.ravel(by_recursion.expected_events), expected, rtol=0, atol=1e-10)


@given(design=designs, p=shares)
@settings(max_examples=25, deadline=None)
def test_the_unbiased_estimate_has_no_bias(design: tuple[int, int, int], p: Fraction) -> None:
    r1, n1, n = design
    mean = sum(float(v) * two_stage_inference(x, r1, n1, n, 0.5).umvue for (_, x), v in outcomes(r1, n1, n, p).items())
    assert mean == pytest.approx(float(p), abs=1e-13)


@given(design=designs, p=shares)
@settings(max_examples=25, deadline=None)
def test_p_value_and_limits_by_enumeration(design: tuple[int, int, int], p: Fraction) -> None:
    """P of this end or a higher one, stops below all others; the limits exclude p no more often than they may."""
    r1, n1, n = design
    ends = outcomes(r1, n1, n, p)
    too_high = too_low = 0.0
    for (stage, x), v in ends.items():
        t = two_stage_inference(x, r1, n1, n, float(p))
        higher = sum(w for end, w in ends.items() if end >= (stage, x))
        assert t.p_value == pytest.approx(float(higher), abs=1e-14)
        assert (t.stage, t.evaluated) == (stage, n1 if stage == 1 else n)
        assert t.low <= t.median_unbiased <= t.high <= t.high_exact + 1e-15
        too_high += float(v) * (t.low > float(p) + 1e-12)
        too_low += float(v) * (t.high_exact < float(p) - 1e-12)
    assert too_high <= 0.05 + 1e-12
    assert too_low <= 0.05 + 1e-12


def test_koyama_and_chens_example() -> None:
    """Design 1/10 5/29, 6 responses: clinfun, OneArmPhaseTwoStudy; the plain test would miss what the design found."""
    t = two_stage_inference(6, 1, 10, 29, 0.1)
    assert round(t.p_value, 8) == 0.04708631
    assert (round(t.low, 5), round(t.high, 5)) == (0.10150, 0.40074)
    assert round(t.median_unbiased, 5) == 0.21468
    assert round(t.umvue, 8) == 0.26130853
    assert round(t.naive_p_value, 7) == 0.0637174
    assert (round(t.naive_low, 5), round(t.naive_high, 5)) == (0.09416, 0.36800)
    assert t.naive_estimate == 6 / 29


def test_a_p_value_agrees_with_the_design() -> None:
    """Success, X > r, is a p-value of at most the design's type I error, and r itself is above it."""
    for r1, n1, r, n, p0, p1 in [(1, 10, 5, 29, 0.1, 0.3), (5, 22, 19, 72, 0.2, 0.35)]:
        alpha = two_stage_design(r1, n1, r, n, p0, p1).alpha
        assert two_stage_inference(r + 1, r1, n1, n, p0).p_value == pytest.approx(alpha, abs=1e-15)
        assert two_stage_inference(r, r1, n1, n, p0).p_value > alpha


@pytest.mark.parametrize(("case", "printed"), [((7, 3, 13, 43), 0.322), ((16, 2, 11, 39), 0.429)])
def test_unbiased_estimates_of_unplansimon(case: tuple[int, int, int, int], printed: float) -> None:
    """Its documentation gives 30 and 28 for the second stage alone; here n is the total, 43 and 39."""
    assert round(two_stage_inference(*case, 0.2).umvue, 3) == printed


def test_inference_of_r(r_values: Any) -> None:
    for case in r_values("simon")["inference"].values():
        x, r1, n1, n, p0 = case["case"]
        t = two_stage_inference(int(x), int(r1), int(n1), int(n), p0)
        expected = [case[k][0] for k in ("p_value", "low", "median", "high", "high_exact", "umvue")]
        got = [t.p_value, t.low, t.median_unbiased, t.high, t.high_exact, t.umvue]
        np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_ends_of_the_range() -> None:
    none, all_ = two_stage_inference(0, 1, 10, 29, 0.1), two_stage_inference(29, 1, 10, 29, 0.1)
    assert (none.umvue, none.p_value, none.low, none.median_unbiased) == (0, 1, 0, 0)
    assert none.high == none.high_exact == pytest.approx(1 - 0.05**0.1, abs=1e-15)
    assert (all_.umvue, all_.high_exact, all_.naive_high) == (1, 1, 1)
    assert all_.low == pytest.approx(0.05 ** (1 / 29), abs=1e-15)
    assert all_.p_value == pytest.approx(1e-29, rel=1e-12)


def test_unplanned_second_stages_of_r(r_values: Any) -> None:
    for case in r_values("simon")["unplanned"].values():
        arguments: Any = [*map(int, case["case"][:-1]), case["case"][-1]]
        t = two_stage_inference_unplanned(*arguments)
        np.testing.assert_allclose([t.p_value, t.median_unbiased, t.low, t.high], case["values"], rtol=1e-9)


@pytest.mark.parametrize("n2", [5, 19, 33])
def test_unplanned_p_values_agree_with_the_conditional_cut_off(n2: int) -> None:
    """The p-value is at most alpha exactly when X exceeds the cut-off that keeps the conditional error."""
    d = two_stage_design(1, 10, 5, 29, 0.1, 0.3)
    for x1 in range(2, 6):
        cut = d.conditional_r(x1, 10 + n2)
        for x2 in range(max(cut - x1 - 1, 0), min(cut - x1 + 3, n2 + 1)):
            t = two_stage_inference_unplanned(x1, x2, n2, 1, 10, 5, 29, 0.1)
            assert (t.p_value <= d.alpha + 1e-12) == (x1 + x2 > cut)
            assert (t.conditional_p_value <= t.conditional_alpha + 1e-12) == (x1 + x2 > cut)
    t = two_stage_inference_unplanned(3, 3, 19, 1, 10, 5, 29, 0.1)
    assert t.p_value == pytest.approx(d.alpha, abs=1e-14)
    assert t.umvue == two_stage_inference(6, 1, 10, 29, 0.1).umvue
    assert t.naive_estimate == 6 / 29


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((1, 3, 15, 1, 10, 5, 29, 0.1), "x1 must lie between 2 and 10"),
        ((6, 3, 15, 1, 10, 5, 29, 0.1), "x1 of 6 leaves the planned second stage"),
        ((2, 3, 15, 1, 10, 8, 14, 0.1), "x1 of 2 leaves the planned second stage"),
        ((3, 16, 15, 1, 10, 5, 29, 0.1), "x2 must lie between 0 and 15"),
        ((3, 3, 0, 1, 10, 5, 29, 0.1), "n2 must"),
    ],
)
def test_unplanned_stages_refused_in_words(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        two_stage_inference_unplanned(*arguments)


def test_sizes_as_planned_keep_the_cut_offs() -> None:
    for r1, n1, r, n, p0, p1 in [(1, 10, 5, 29, 0.1, 0.3), (5, 22, 19, 72, 0.2, 0.35), (0, 9, 2, 17, 0.05, 0.25)]:
        d = two_stage_design(r1, n1, r, n, p0, p1)
        same = d.adapted(n1, n)
        assert (same.r1, same.r, same.alpha) == (r1, r, d.alpha)
        assert [d.conditional_r(x, n) for x in range(r1 + 1, r + 1)] == [r] * (r - r1)


@pytest.mark.parametrize(("n1", "n"), [(20, 72), (25, 72), (22, 60), (22, 80), (18, 55)])
def test_adapted_cut_offs_keep_their_promise(n1: int, n: int) -> None:
    d = two_stage_design(5, 22, 19, 72, 0.2, 0.35)
    a = d.adapted(n1, n)
    assert a.alpha <= d.alpha + 1e-12
    if a.r > a.r1:
        assert two_stage_design(a.r1, n1, a.r - 1, n, 0.2, 0.35).alpha > d.alpha
    distance = [abs(two_stage_design(k, n1, n - 1, n, 0.2, 0.35).pet_p1 - d.pet_p1) for k in range(n1)]
    assert distance[a.r1] == min(distance)
    assert d.adapted(n1, n, alpha=0.05).alpha <= 0.05
    g = d.adapted(n1, n, "green-dahlberg")
    row0, row1 = binomial_row(n, 0.2), binomial_row(n1, 0.35)
    assert upto(row1, g.r1) <= 0.02 < upto(row1, g.r1 + 1)
    assert above(row0, g.r) <= 0.055 < above(row0, g.r - 1)


@pytest.mark.parametrize("n", [23, 40, 60, 71, 73, 100])
def test_the_conditional_error_is_kept(n: int) -> None:
    """Whatever first-stage result leads to a second stage of another size, the type I error is not raised."""
    d = two_stage_design(5, 22, 19, 72, 0.2, 0.35)
    first, planned, used = binomial_row(22, 0.2), binomial_row(50, 0.2), binomial_row(n - 22, 0.2)
    total = 0.0
    for x1 in range(6, 23):
        r = d.conditional_r(x1, n)
        now = above(used, r - x1)
        assert now <= above(planned, 19 - x1) + 1e-12
        assert r < x1 or r == x1 or above(used, r - 1 - x1) > above(planned, 19 - x1)
        total += first[x1] * now
    assert total <= d.alpha + 1e-12


@given(n=st.integers(1, 400), p=st.floats(1e-6, 1 - 1e-6))
@settings(max_examples=60, deadline=None)
def test_rows_of_probabilities(n: int, p: float) -> None:
    row = binomial_row(n, p)
    exact_p = Fraction(p)
    for x in {0, n // 3, n}:
        exact = float(comb(n, x) * exact_p**x * (1 - exact_p) ** (n - x))
        assert row[x] == pytest.approx(exact, rel=1e-12, abs=1e-300)
    assert upto(row, n) == pytest.approx(1, abs=1e-15)
    assert above(row, -1) == pytest.approx(1, abs=1e-15)
    assert upto(row, -1) == above(row, n) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((1, 10, 5, 10, 0.1, 0.3), "n1 must lie between 1 and 9"),
        ((10, 10, 12, 29, 0.1, 0.3), "r1 must lie between 0 and 9"),
        ((-1, 10, 5, 29, 0.1, 0.3), "r1 must"),
        ((3, 10, 2, 29, 0.1, 0.3), "r must lie between 3 and 28"),
        ((1, 10, 29, 29, 0.1, 0.3), "r must lie between 1 and 28"),
        ((1, 10, 5, 29, 0.3, 0.1), "p0 must be below p1"),
        ((1, 10, 5.5, 29, 0.1, 0.3), "r must be a whole number"),
        ((1, 10, 5, 20000, 0.1, 0.3), "n must lie"),
    ],
)
def test_designs_refused_in_words(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        two_stage_design(*arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((30, 1, 10, 29, 0.1), "x must lie between 0 and 29"),
        ((-1, 1, 10, 29, 0.1), "x must"),
        ((6, 1, 29, 29, 0.1), "n1 must"),
        ((6, 10, 10, 29, 0.1), "r1 must"),
        ((6, 1, 10, 29, 0.0), "p0 must lie strictly"),
        ((6, 1, 10, 29, 0.1, 1.0), "level must"),
        (([6], 1, 10, 29, 0.1), "x must be one number"),
    ],
)
def test_inference_refused_in_words(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        two_stage_inference(*arguments)


def test_readings_refused_in_words() -> None:
    d = two_stage_design(1, 10, 5, 29, 0.1, 0.3)
    with pytest.raises(ValueError, match="rule must be one of"):
        d.adapted(10, 29, "odd")
    with pytest.raises(ValueError, match="n1 of 10 is too few for a look"):
        d.adapted(10, 29, "green-dahlberg")
    with pytest.raises(ValueError, match="n of 2 is too few"):
        two_stage_design(1, 10, 5, 29, 0.4, 0.6).adapted(1, 2, alpha=0.01)
    with pytest.raises(ValueError, match="x1 must lie between 2 and 10"):
        d.conditional_r(1, 29)
    with pytest.raises(ValueError, match="n must lie between 11"):
        d.conditional_r(3, 10)
    with pytest.raises(ValueError, match=r"n must lie between 6 .* planned r = 5"):
        d.used(3, 5)
    with pytest.raises(ValueError, match="n1 must lie between 2 and 28, found 1: more than the planned r1 = 1"):
        d.used(1, 29)
    with pytest.raises(ValueError, match=r"n must lie between 5 .* planned r = 3"):
        two_stage_design(3, 6, 3, 10, 0.1, 0.3).used(4, 4)
    assert d.used(2, 6).n == 6
    with pytest.raises(ValueError, match="p must lie"):
        d.at(1.0)
