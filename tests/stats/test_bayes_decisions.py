"""Rules of decision with borrowed priors: RBesT's and BayesPPD's examples, enumeration, and refusals."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pytest
from scipy.special import betainc

from onearm.stats.bayes import (
    beta_mixture,
    commensurate,
    decision_power,
    drift_scan,
    gamma_mixture,
    power_prior,
    probability_greater,
    robust_map,
)

FLAT, TREATED = beta_mixture(1, 1, 1), beta_mixture(1, 0.5, 1)
TWO = beta_mixture([0.6167463, 0.3832537], [19.1916387, 3.5278745], [57.7779317, 9.3735980])
FOUR = beta_mixture(
    [0.4612914, 0.1917812, 0.1893896, 0.1575378],
    [33.9513487, 19.4400089, 12.2692310, 2.2521243],
    [103.0146367, 41.5205219, 55.9202833, 5.4812202],
)


@pytest.mark.parametrize(("prior", "printed"), [(TWO, 0.9913233), (FOUR, 0.9917197)])
def test_ankylosing_spondylitis_trial(prior: Any, printed: float) -> None:
    """RBesT's article, versions 1.6-5 and 1.9-0: 14 of 24 against 1 of 6 and the robust prior."""
    got = probability_greater(TREATED.posterior(14, 24), robust_map(prior, 0.2).posterior(1, 6))  # type: ignore[arg-type]
    assert got == pytest.approx(printed, abs=6e-8)


def test_probabilities_by_hand() -> None:
    assert probability_greater(FLAT, FLAT, 0.1) == pytest.approx(0.405, abs=1e-12)  # 0.9^2 / 2
    assert probability_greater(FLAT, FLAT, -0.1) == pytest.approx(0.595, abs=1e-12)
    assert probability_greater(FLAT, FLAT, 1.0) == pytest.approx(0, abs=1e-12)
    # two Gammas: x1 / (x1 + x2) of unit scale is a Beta
    got = probability_greater(gamma_mixture(1, 3, 2), gamma_mixture(1, 5, 4))
    assert got == pytest.approx(float(betainc(5, 3, 2 / 3)), abs=1e-11)


def test_greater_and_less_add_to_one() -> None:
    for shift in (-0.2, 0.0, 0.13):
        one = probability_greater(TREATED.posterior(3, 9), FOUR, shift)
        other = probability_greater(FOUR, TREATED.posterior(3, 9), -shift)
        assert one + other == pytest.approx(1, abs=1e-9)


def test_small_parameters_against_draws() -> None:
    rng = np.random.default_rng(3)
    draws = np.mean(rng.beta(0.1, 0.2, 10**6) > rng.beta(0.5, 0.3, 10**6))
    got = probability_greater(beta_mixture(1, 0.1, 0.2), beta_mixture(1, 0.5, 0.3))
    assert got == pytest.approx(draws, abs=2e-3)


def test_a_grid_distribution_compares_like_the_mixture_it_is_near() -> None:
    grid = commensurate((30, 100), (0, 0), spike_slab=(1, 1e9, 1, 2)).prior
    near = beta_mixture(1, 30, 70)
    mixed, turned = probability_greater(grid, FLAT), probability_greater(FLAT, grid)
    assert mixed == pytest.approx(probability_greater(near, FLAT), abs=1e-3)
    assert mixed + turned == pytest.approx(1, abs=1e-8)
    narrow = beta_mixture(1, 3e6, 7e6)  # much narrower than the panels of the grid
    assert probability_greater(grid, narrow) == pytest.approx(1 - float(grid.cdf(0.3)), abs=1e-5)


@pytest.mark.parametrize(
    ("prior1", "prior0", "n0", "printed"),
    [
        (TREATED, FOUR, 6, 0.302),
        (FLAT, FLAT, 24, 0.341),
        (TREATED, robust_map(FOUR, 0.2), 6, 0.368),
        (FLAT, FLAT, 6, 0.529),
    ],
)
def test_effects_with_80_percent_power(prior1: Any, prior0: Any, n0: int, printed: float) -> None:
    """RBesT's article prints the difference with 80 % power at the MAP prior's mean, to three decimals."""
    low, high = FOUR.mean + printed - 6e-4, FOUR.mean + printed + 6e-4
    power = decision_power(prior1, prior0, 24, n0, [low, high], FOUR.mean).power
    assert power[0] < 0.8 < power[1]


@pytest.mark.parametrize(
    ("n1", "power", "error", "printed"),
    [(600, 0.77872, 0.02869, (0.7819, 0.0275)), (700, 0.82412, 0.02877, (0.8220, 0.0310))],
)
def test_power_prior_design(n1: int, power: float, error: float, printed: tuple[float, float]) -> None:
    """Chen et al. 2011 in BayesPPD's article: 10,000 simulated trials; standard errors .0041 and .0017."""
    control = power_prior([44, 33], [535, 304], 0.3, initial=(1e-4, 1e-4)).prior
    made = decision_power(
        beta_mixture(1, 1e-4, 1e-4), control, n1, round(n1 / 3), [0.092, 0.133], 0.092, margin=0.041, alternative="less"
    )  # type: ignore[arg-type]
    np.testing.assert_allclose(made.power, [power, error], atol=6e-6)
    np.testing.assert_allclose(made.power, printed, atol=4 * 0.0041)


def test_power_is_the_sum_over_all_outcomes() -> None:
    """Each pair of counts with its own quadrature, and a plain double sum."""
    prior = robust_map(beta_mixture(1, 12, 28), 0.3)
    made = decision_power(TREATED, prior, 9, 5, 0.6, 0.35, margin=0.05, threshold=0.9)  # type: ignore[arg-type]
    total = 0.0
    for i in range(10):
        for j in range(6):
            chance = probability_greater(TREATED.posterior(i, 9), prior.posterior(j, 5), 0.05)  # type: ignore[arg-type]
            assert made.probability[i, j] == pytest.approx(chance, abs=1e-9)
            total += (chance > 0.9) * comb(9, i) * comb(5, j) * 0.6**i * 0.4 ** (9 - i) * 0.35**j * 0.65 ** (5 - j)
    assert float(made.power) == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.1, -0.05])
def test_very_informative_and_very_vague_priors(shift: float) -> None:
    """The common panels find distributions much narrower than they are wide, and those that pile up at 0."""
    for prior in (beta_mixture(1, 1e6, 1e6), beta_mixture([0.8, 0.2], [1e5, 1], [2e5, 1]), beta_mixture(1, 0.1, 0.3)):
        made = decision_power(FLAT, prior, 40, 8, 0.5, 0.5, margin=shift)
        for i, j in ((0, 0), (3, 8), (13, 2), (20, 4), (40, 8)):
            chance = probability_greater(FLAT.posterior(i, 40), prior.posterior(j, 8), shift)
            assert made.probability[i, j] == pytest.approx(chance, abs=1e-7)


def test_success_is_monotone() -> None:
    made = decision_power(FLAT, robust_map(FOUR, 0.2), 20, 10, 0.5, 0.3)  # type: ignore[arg-type]
    assert np.all(np.diff(made.probability, axis=0) > -1e-12)
    assert np.all(np.diff(made.probability, axis=1) < 1e-12)
    less = decision_power(FLAT, FLAT, 20, 10, 0.5, 0.3, alternative="less")
    np.testing.assert_allclose(
        less.probability, 1 - decision_power(FLAT, FLAT, 20, 10, 0.5, 0.3).probability, atol=1e-9
    )


def test_drift_of_a_single_arm() -> None:
    """Without controls of its own the prior stays: its bias is its mean less the truth, and nothing else."""
    prior = beta_mixture(1, 20, 80)
    scan = drift_scan(FLAT, prior, 40, 0, [0.1, 0.2, 0.3, 0.9], 0.2)
    np.testing.assert_allclose(scan.bias, [0.1, 0.0, -0.1, -0.7], atol=1e-12)
    np.testing.assert_allclose(scan.rmse, np.abs(scan.bias), atol=1e-12)
    assert np.all(np.diff(scan.type_one_error) > 0)
    assert np.isnan(scan.power[3])
    again = decision_power(FLAT, prior, 40, 0, [0.3, 0.4], [0.3, 0.2])
    assert scan.type_one_error[2] == pytest.approx(again.power[0])
    assert scan.power[1] == pytest.approx(again.power[1])


def test_a_vague_prior_does_not_drift() -> None:
    drifting = drift_scan(FLAT, beta_mixture(1, 30, 70), 60, 60, [0.15, 0.3, 0.45], 0.2)
    robust = drift_scan(FLAT, robust_map(beta_mixture(1, 30, 70), 0.5), 60, 60, [0.15, 0.3, 0.45], 0.2)  # type: ignore[arg-type]
    assert robust.type_one_error.max() < drifting.type_one_error.max()
    assert np.all(np.abs(robust.bias)[[0, 2]] < np.abs(drifting.bias)[[0, 2]])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: probability_greater(FLAT, gamma_mixture(1, 1, 1)), "both be of proportions"),
        (lambda: probability_greater(0.5, FLAT), "first must be a mixture"),
        (lambda: probability_greater(beta_mixture(1, 1e-5, 1), FLAT), "too close to 0 or 1"),
        (lambda: decision_power(FLAT, FLAT, 10.5, 3, 0.5, 0.5), "whole numbers"),
        (lambda: decision_power(FLAT, FLAT, 10, 6000, 0.5, 0.5), "n0 must lie"),
        (lambda: decision_power(FLAT, gamma_mixture(1, 1, 1), 10, 6, 0.5, 0.5), "prior0 must be a mixture of Betas"),
        (lambda: decision_power(FLAT, FLAT, 10, 6, 1.5, 0.5), "p1 must lie"),
        (lambda: drift_scan(FLAT, FLAT, 10, 6, [0.5], 2), "effect must lie"),
        (lambda: drift_scan(FLAT, FLAT, 10, 6, [0.5], 0.1, alternative="equal"), "alternative must be one of"),
    ],
)
def test_refusals(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
