"""E-values, bias factors, arrays and negative controls: published examples, second routes, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onearm.stats.sensitivity import (
    NegativeControl,
    bias_factor,
    confounding_limits,
    e_value,
    e_value_difference,
    negative_control,
    rule_out,
    tipping_point,
)


@pytest.mark.parametrize(
    ("given_ratio", "point", "limit"),
    [
        ((3.9, 1.8, 8.7), 7.263034, 3.0),  # EValue's article; VanderWeele & Ding 2017
        ((10.73, 8.02, 14.36), 20.94777, 15.52336),
        ((0.80, 0.71, 0.91), 1.809017, 1.428571),
    ],
)
def test_published_e_values(given_ratio: tuple[float, float, float], point: float, limit: float) -> None:
    found = e_value(*given_ratio)
    np.testing.assert_allclose([found.point, found.limit], [point, limit], rtol=5e-7)


def test_hazard_ratio_common_and_rare() -> None:
    """R package EValue: HR 0.56 (0.46, 0.69)."""
    common, rare = e_value(0.56, 0.46, 0.69, "hr"), e_value(0.56, 0.46, 0.69, "hr", common=False)
    np.testing.assert_allclose(
        [common.risk_ratio, common.point, common.limit], [0.670084, 2.349531, 1.908004], rtol=1e-6
    )
    np.testing.assert_allclose([rare.risk_ratio, rare.point, rare.limit], [0.56, 2.970223, 2.256198], rtol=1e-6)


def test_other_true_values() -> None:
    assert e_value(2.5, true=1.5).point == pytest.approx(2.720759, abs=5e-7)  # EValue's article
    # the cases of EValue's tests: ratios to the true value, 1 where the interval reaches it
    assert e_value(1.3, 1.1, 1.4, true=1.05).limit == pytest.approx((1.1 + (1.1 * 0.05) ** 0.5) / 1.05)
    assert e_value(1.3, 1.1, 1.4, true=1.2).limit == 1
    far = e_value(1.3, 1.1, 1.4, true=1.5)
    r = 1.5 / 1.4
    assert far.limit == pytest.approx(r + (r * (r - 1)) ** 0.5)
    assert e_value(0.6, 0.5, 0.7, true=0.4).limit == pytest.approx(1.25 + (1.25 * 0.25) ** 0.5)
    assert e_value(5, measure="or", true=2).point == pytest.approx(
        (5**0.5 + (5**0.5 * (5**0.5 - 2**0.5)) ** 0.5) / 2**0.5
    )
    assert e_value(1.1, true=1.1).point == 1
    assert e_value(0.9).limit is None


@given(st.floats(0.02, 50), st.booleans(), st.sampled_from(["rr", "hr", "or"]))
def test_e_value_is_where_the_joint_bound_meets(ratio: float, common: bool, measure: str) -> None:
    """A confounder of strength E on both sides has a bias factor equal to the ratio; and 1 / ratio has the same E."""
    found = e_value(ratio, measure=measure, common=common)
    strength = max(found.risk_ratio, 1 / found.risk_ratio)
    assert float(bias_factor(found.point, found.point)) == pytest.approx(strength, rel=1e-9)
    assert e_value(1 / ratio, measure=measure, common=common).point == pytest.approx(found.point, rel=1e-9)


def test_risk_difference() -> None:
    """Hammond & Horn's smokers in EValue's tests: 15.95703 for the limit (its grid of B has steps of 1e-4)."""
    found = e_value_difference(397, 78954, 51, 108829)
    assert found.limit == pytest.approx(15.95703, rel=1e-4)
    ratio = (397 / 78954) / (51 / 108829)  # the bias factor for a true difference of 0 is the risk ratio
    assert found.point == pytest.approx(ratio + (ratio * (ratio - 1)) ** 0.5)
    assert e_value_difference(55, 108833, 51, 108829).limit == 1
    # at the solution the bound is the true value
    moved = e_value_difference(100, 300, 50, 250, true=0.05)
    p1, p0, f = 1 / 3, 0.2, 300 / 550
    b = moved.point**2 / (2 * moved.point - 1)
    assert (p1 - b * p0) * (f + (1 - f) / b) == pytest.approx(0.05, abs=1e-9)


def test_arrays_of_episensr() -> None:
    found = rule_out(1.5, 5.5, 0.5, 0.1)
    np.testing.assert_allclose([found.adjusted, found.percent_bias], [0.6692, 124.1379], rtol=1e-4)
    grid = rule_out(0.7, np.array([[1.5], [3.0]]), np.array([0.1, 0.4, 0.6]), 0.4)
    assert grid.adjusted.shape == (2, 3)
    np.testing.assert_allclose(grid.adjusted[:, 1], 0.7)


def test_an_array_is_the_stratified_truth() -> None:
    """A population built with confounder ratio 3 and no effect: the crude ratio is the bias factor."""
    p1, p0, base = 0.7, 0.2, 0.05
    crude = (p1 * 3 * base + (1 - p1) * base) / (p0 * 3 * base + (1 - p0) * base)
    assert float(rule_out(crude, 3, p1, p0).adjusted) == pytest.approx(1)


@pytest.mark.parametrize(
    ("known", "low"),
    [
        ({"odds_ratio": 1.65}, 0.9091),
        ({"ratio": 2.01, "p0": 0.61}, 1.2060),
        ({"ratio": 2.01}, 0.7463),
        ({"ratio": 2.01, "odds_ratio": 1.65}, 0.9091),
        ({"p0": 0.61}, 0.915),
    ],
)
def test_limits_of_confounding_of_episensr(known: dict[str, float], low: float) -> None:
    assert confounding_limits(1.5, **known) == (pytest.approx(low, abs=5e-5), 1.5)


def test_tipping_point() -> None:
    found = tipping_point(0.5, 0.25, 0.8, [2.0, 0.5, 1.0, 1.2], p0=0.6)
    # (p1 + 1) / 1.6 = 0.8 at p1 = .28; (1 - p1 / 2) / .7 = .8 at p1 = .88; nothing for 1; (.2 p1 + 1) / 1.12 < .8 never
    np.testing.assert_allclose(found.tips_at, [-0.32, 0.28, np.nan, np.nan], atol=1e-12)
    assert np.isnan(found.high[0, -1])  # 0.6 + 0.5 is no prevalence
    for k, shift in enumerate(found.difference[found.difference <= 0.4]):
        np.testing.assert_allclose(found.high[0, k], rule_out(0.8, 2, 0.6 + shift, 0.6).adjusted)
    assert np.array_equal(found.tipped[0], found.difference <= -0.32)
    harm = tipping_point(2.0, 1.25, 3.2, 3.0, p0=0.1)
    assert harm.tips_at[0] == pytest.approx((1.25 * 1.2 - 1) / 2 - 0.1)
    assert tipping_point(0.9, 0.7, 1.2, 2.0, p0=0.1).tips_at[0] == 0


def test_p_values_calibrated_as_published() -> None:
    """EmpiricalCalibration's article: mean 0.7920, sd 0.2835 and sertraline 0.7326 (0.0737) give p = 0.8394; its tests:
    an interval moved to -0.0593, and p of .0455 and .0027 without systematic error.
    """
    found = NegativeControl(0.7920, 0.2835, 0.0, 45).calibrate(0.7326235, 0.07371708)
    assert found.p_value == pytest.approx(0.839405, abs=3e-4)  # mean and sd are printed with four digits
    assert found.estimate == pytest.approx(-0.0593, abs=1e-4)
    none = negative_control([0, 0], [0, 0])
    assert none.calibrate(0.1, 0.05).p_value == pytest.approx(0.045500266)
    assert none.calibrate(0.3, 0.1).p_value == pytest.approx(0.002699796)
    assert negative_control([1, 2], [0, 0]).mean == pytest.approx(1.5)


def test_the_fit_is_the_maximum_of_the_likelihood() -> None:
    rng = np.random.default_rng(11)
    se = rng.uniform(0.05, 0.4, 30)
    x = 0.2 + 0.25 * rng.standard_normal(30) + se * rng.standard_normal(30)
    fit = negative_control(x, se)
    mean, sd = np.meshgrid(np.linspace(-0.2, 0.6, 401), np.linspace(0, 0.8, 401))
    total = sd[..., None] ** 2 + se**2
    log_l = -0.5 * np.sum(np.log(2 * np.pi * total) + (x - mean[..., None]) ** 2 / total, axis=-1)
    best = np.unravel_index(np.argmax(log_l), log_l.shape)
    assert fit.log_likelihood >= log_l.max()
    assert fit.log_likelihood == pytest.approx(log_l.max(), abs=2e-4)
    assert (fit.mean, fit.sd) == (pytest.approx(mean[best], abs=0.003), pytest.approx(sd[best], abs=0.003))


def test_no_scatter_is_found() -> None:
    fit = negative_control([0.1, 0.11, 0.09, 0.1], [0.2, 0.2, 0.2, 0.2])
    assert fit.sd == 0
    assert fit.mean == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: e_value(2, 3, 1), "low = 3 is above high"),
        (lambda: e_value(1.2, 1.3, 1.4), "estimate = 1.2 lies outside"),
        (lambda: e_value(-1), "estimate must lie"),
        (lambda: e_value(2, measure="rd"), "measure must be one of"),
        (lambda: e_value(2, true=0), "true must lie"),
        (lambda: e_value_difference(10, 100, 20, 100), "swap the arms"),
        (lambda: e_value_difference(10, 100, 0, 100), "positive"),
        (lambda: bias_factor(0.5, 2), "rr_eu must be at least 1"),
        (lambda: bias_factor([2, 3], [2, 3, 4]), "does not fit"),
        (lambda: rule_out(1.5, 2, 1.2, 0.1), "p1 must lie"),
        (lambda: rule_out(1.5, [2, 3], [0.1, 0.2, 0.3], 0.1), "do not fit"),
        (lambda: confounding_limits(1.5), "is needed"),
        (lambda: confounding_limits(1.5, ratio=0.5), "reciprocal"),
        (lambda: tipping_point(0.5, 0.8, 0.25, 2, p0=0.5), "above high"),
        (lambda: tipping_point(0.5, 0.4, 0.8, 2, p0=1.5), "p0 must lie"),
        (lambda: tipping_point(0.5, 0.4, 0.8, 2, p0=0.5, difference=3), "difference must lie"),
        (lambda: negative_control([0.1], [0.2]), "at least two"),
        (lambda: negative_control([0.1, 0.2], [0.2, -0.1]), "std_error must lie"),
        (lambda: negative_control([0.1, 0.2], [0.2, 0.0]), "0 for some controls only"),
        (lambda: negative_control([0, 0], [0, 0]).calibrate(0.1, 0), "nothing is uncertain"),
    ],
)
def test_refusals(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
