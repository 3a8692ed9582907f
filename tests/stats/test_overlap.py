"""Overlap: common support, positivity, preference scores, equipoise, densities."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onearm.stats import _overlap_density
from onearm.stats.overlap import (
    common_support,
    density,
    equipoise,
    overlap_coefficient,
    positivity,
    preference_score,
)

Z = [1, 1, 1, 0, 0, 0]


def normal_tail(x: float) -> float:
    return math.erfc(x / math.sqrt(2)) / 2


def test_common_support_by_hand() -> None:
    found = common_support([0.2, 0.5, 0.9, 0.1, 0.3, 0.6], Z)
    assert (found.low, found.high) == (0.2, 0.6)
    assert (found.treated_below, found.treated_inside, found.treated_above) == (0, 2, 1)
    assert (found.control_below, found.control_inside, found.control_above) == (1, 2, 0)


@pytest.mark.parametrize("sign", [1, -1])
def test_groups_that_do_not_meet_have_nobody_inside(sign: int) -> None:
    found = common_support(sign * np.array([5.0, 6, 7, 1, 2, 3]), Z)
    assert found.low > found.high
    assert (found.treated_inside, found.control_inside) == (0, 0)
    assert (found.treated_above, found.control_below) == ((3, 3) if sign == 1 else (0, 0))
    assert (found.treated_below, found.control_above) == ((0, 0) if sign == 1 else (3, 3))


def test_positivity_counts_beyond_the_bounds() -> None:
    found = positivity([0.05, 0.96, 0.5, 0.04, 0.95, 0.01], Z)
    assert (found.treated_below, found.treated_above) == (0, pytest.approx(1 / 3))
    assert (found.control_below, found.control_above) == (pytest.approx(2 / 3), 0)
    assert (found.smallest, found.largest) == (0.01, 0.96)


def test_preference_is_a_shift_of_the_log_odds() -> None:
    score = np.array([1e-12, 0.01, 0.2, 0.5, 0.999])
    found = preference_score(score, 0.2)
    shift = np.log(found / (1 - found)) - np.log(score / (1 - score))
    np.testing.assert_allclose(shift, -math.log(0.2 / 0.8), rtol=1e-9)
    np.testing.assert_allclose(preference_score(score, 0.5), score, rtol=1e-12)
    assert preference_score([0.2, 0, 1], 0.2).tolist() == pytest.approx([0.5, 0, 1])


def test_equipoise_by_hand() -> None:
    # a third is treated, so that odds double: 0.2 -> 1/3, 0.5 -> 2/3, 0.6 -> 3/4
    found = equipoise([0.2, 0.6, 0.2, 0.2, 0.5, 0.6], [1, 1, 0, 0, 0, 0])
    assert (found.treated, found.control, found.reached) == (0.5, 0.75, True)
    assert not equipoise([0.6, 0.6, 0.2, 0.2, 0.5, 0.6], [1, 1, 0, 0, 0, 0]).reached


@pytest.mark.shared
def test_density_of_r(shared: Any, r_values: Any) -> None:
    age, r = shared("lalonde")["age"], r_values("balance")["density"]
    found = density(age, grid=r["at"])
    np.testing.assert_allclose(found.bandwidth, r["bandwidth"][0], rtol=1e-12)
    np.testing.assert_allclose(found.density, r["exact"], rtol=1e-12)


def test_bandwidth_by_hand() -> None:
    # 1..9: SD sqrt(7.5), quartiles 3 and 7, 0.9 * min(2.739, 4 / 1.34) / 9^0.2
    assert density(np.arange(1, 10)).bandwidth == pytest.approx(0.9 * math.sqrt(7.5) / 9**0.2)
    heavy = density([1, 2, 3, 4, 100], [1, 1, 1, 1, 0])
    assert heavy.bandwidth == pytest.approx(density([1, 2, 3, 4]).bandwidth)
    np.testing.assert_allclose(heavy.density, density([1, 2, 3, 4]).density)


def test_a_density_has_area_one_and_takes_weights() -> None:
    rng = np.random.default_rng(1)
    score, w = rng.normal(size=50), rng.exponential(size=50)
    found = density(score, w, bandwidth=0.3)
    assert np.sum(found.density) * (found.grid[1] - found.grid[0]) == pytest.approx(1, abs=2e-4)
    apart = (found.grid - score[:, None]) / 0.3
    direct = w @ np.exp(-(apart**2) / 2) / (w.sum() * 0.3 * math.sqrt(2 * math.pi))
    np.testing.assert_allclose(found.density, direct, rtol=1e-10)
    repeated = density(np.repeat(score, 3), bandwidth=0.3, grid=found.grid)
    np.testing.assert_allclose(repeated.density, density(score, bandwidth=0.3, grid=found.grid).density, rtol=1e-10)


def test_many_scores_on_a_mesh(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    score, w = rng.normal(size=30_000), rng.exponential(size=30_000)
    meshed = density(score, w).density
    monkeypatch.setattr(_overlap_density, "_EXACT", 1 << 40)
    exact = density(score, w).density
    assert not np.array_equal(meshed, exact)
    np.testing.assert_allclose(meshed, exact, atol=5e-4 * exact.max())


@pytest.mark.parametrize("apart", [0.0, 0.5, 2.0, 6.0, 60.0])
def test_two_normal_densities_share_two_tails(apart: float) -> None:
    found = overlap_coefficient([0.0, apart], [1, 0], bandwidth=1.0)
    assert found == pytest.approx(2 * normal_tail(apart / 2), abs=2e-4)


def test_weights_can_restore_overlap() -> None:
    score = np.array([0.0, 0.1, 0.2, 0.0, 0.1, 0.2, 5.0, 6.0])
    z = [1, 1, 1, 0, 0, 0, 0, 0]
    assert overlap_coefficient(score, z, bandwidth=0.1) == pytest.approx(0.6, abs=1e-3)
    assert overlap_coefficient(score, z, [1] * 6 + [0] * 2, bandwidth=0.1) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: common_support([1, 2], [1, 1]), "treated never equals 0"),
        (lambda: common_support([1, np.nan], [1, 0]), "score has 1 missing"),
        (lambda: positivity([0.5, 1.5], [1, 0]), "score must hold probabilities"),
        (lambda: positivity([0.5, 0.5], [1, 0], (0.9, 0.1)), "bounds must be"),
        (lambda: preference_score([0.5], 1.0), "share must lie"),
        (lambda: equipoise([0.5, -2], [1, 0]), "score must hold probabilities"),
        (lambda: density([1, 1, 1]), "score is the same"),
        (lambda: density([1, 2], [1, 0]), "score is the same"),
        (lambda: density([1, 2], bandwidth=0), "bandwidth must be"),
        (lambda: density([1, 2], [0, 0]), "weight is zero"),
        (lambda: density([1, 2e200]), "too large"),
        (lambda: overlap_coefficient([1, 2], [1, 0], [1, 0]), "weight is zero for every row with treated 0"),
        (lambda: overlap_coefficient([1, 1], [1, 0]), "score is the same"),
        (lambda: overlap_coefficient([0, 1e6], [1, 0], bandwidth=0.1), "bandwidths"),
    ],
)
def test_refusals(call: Any, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        call()
