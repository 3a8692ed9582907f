"""Tipping points over missing outcomes, drop-outs and borrowing: cases by hand, second routes, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.bayes import beta_mixture, gamma_mixture, power_prior, probability_greater, robust_map
from onearm.stats.binomial import fisher_exact
from onearm.stats.cox import cox
from onearm.stats.sensitivity import tipping_borrowing, tipping_dropout, tipping_missing

FLAT = beta_mixture(1, 1, 1)


def test_every_way_to_fill_in() -> None:
    found = tipping_missing(9, 10, 2, 3, 10, 1)
    assert found.p_value.shape == (3, 2)
    for i in range(3):
        for j in range(2):
            table = [[9 + i, 3 - i], [3 + j, 8 - j]]
            assert found.p_value[i, j] == fisher_exact(table).p_value
            assert found.difference[i, j] == pytest.approx((9 + i) / 12 - (3 + j) / 11)
    assert found.observed_p_value == pytest.approx(0.0198, abs=5e-5)  # R: fisher.test(matrix(c(9, 3, 1, 7), 2))
    assert not found.holds_always
    assert found.at(0, 1) == (found.difference[0, 1], found.p_value[0, 1])
    assert np.array_equal(found.tipped, found.p_value >= 0.05)


def test_z_test_by_hand() -> None:
    found = tipping_missing(30, 50, 0, 15, 50, 0, test="z")
    assert found.p_value.shape == (1, 1)
    # pooled .45: z = .3 / sqrt(.45 .55 2 / 50) = 3.015, p = .00257
    assert found.observed_p_value == pytest.approx(0.002569, abs=5e-6)
    assert found.holds_always
    assert tipping_missing(0, 5, 1, 0, 5, 0, test="z").p_value[0, 0] == 1


def test_a_reversed_difference_is_no_confirmation() -> None:
    found = tipping_missing(20, 20, 40, 10, 20, 40, test="z")
    assert found.significant[-1, 0]
    assert found.p_value[0, -1] < 0.05
    assert not found.significant[0, -1]  # the controls now do better
    assert found.tipped[0, -1]


def test_borrowing_weights() -> None:
    prior = beta_mixture(1, 60, 140)
    treated = FLAT.posterior(20, 40)
    found = tipping_borrowing(treated, 9, 20, informative=prior, amount=np.linspace(0, 1, 11))
    for w, p in zip(found.amount, found.probability, strict=True):
        assert p == pytest.approx(probability_greater(treated, robust_map(prior, w).posterior(9, 20)))  # type: ignore[arg-type]
    assert found.success[0]
    assert not found.success[-1]
    assert found.flips_at.size == 1
    at = robust_map(prior, found.flips_at[0]).posterior(9, 20)
    assert probability_greater(treated, at) == pytest.approx(0.95, abs=1e-5)  # type: ignore[arg-type]


def test_borrowing_discounts() -> None:
    treated = FLAT.posterior(24, 40)
    found = tipping_borrowing(treated, 0, 0, historical=(80, 200))
    own = power_prior(80, 200, float(found.flips_at[0])).prior
    assert probability_greater(treated, own) == pytest.approx(0.95, abs=1e-5)  # type: ignore[arg-type]
    # a rate, lower is better; the decision never comes
    rate = gamma_mixture(1, 1, 1).posterior(30, 300)
    never = tipping_borrowing(rate, 0, 0, historical=(100, 1000), alternative="less", initial=(1, 10))
    assert never.flips_at.size == 0
    assert not never.success.any()


def trial(n: int = 120, seed: int = 4) -> tuple[Any, Any, Any, Any]:
    """Treated and controls with hazards .02 and .04, ended at 60; one treated in five leaves early."""
    rng = np.random.default_rng(seed)
    arm = np.arange(n) % 2
    time = rng.exponential(1 / np.where(arm == 1, 0.02, 0.04))
    leave = np.where((arm == 1) & (rng.random(n) < 0.4), rng.uniform(0, 60, n), 60.0)
    stop = np.minimum(leave, 60.0)
    event = time <= stop
    return np.minimum(time, stop), event, arm, (leave < 60) & ~event


def test_dropouts_between_worst_and_best() -> None:
    time, event, arm, left = trial()
    found = tipping_dropout(time, event, arm, left, [1e-6, 0.5, 1, 2, 5, 1e6], horizon=60, imputations=20)
    assert np.all(np.diff(found.log_hazard_ratio) > 0)
    assert found.log_hazard_ratio[0] == pytest.approx(found.best[0], abs=1e-3)
    # an infinite hazard: the event comes with the next one of the arm, not on the day of leaving
    assert found.log_hazard_ratio[-1] < found.worst[0]
    assert found.log_hazard_ratio[-1] > found.log_hazard_ratio[-2]
    fit = cox(time, event, arm.astype(float))
    assert found.observed[:2] == (pytest.approx(fit.coef[0]), pytest.approx(fit.std_error[0]))
    worst = cox(time, event | left, arm.astype(float))
    assert found.worst[0] == pytest.approx(worst.coef[0])


def test_uninformative_dropouts_give_the_observed_answer() -> None:
    """delta = 1 is what censoring assumes: the same log hazard ratio up to imputation noise, a like standard error."""
    time, event, arm, left = trial(600, 9)
    found = tipping_dropout(time, event, arm, left, 1.0, horizon=60, imputations=60)
    assert found.log_hazard_ratio[0] == pytest.approx(found.observed[0], abs=0.25 * found.observed[1])
    assert found.std_error[0] == pytest.approx(found.observed[1], rel=0.12)
    again = tipping_dropout(time, event, arm, left, 1.0, horizon=60, imputations=60)
    assert again.log_hazard_ratio[0] == found.log_hazard_ratio[0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tipping_missing(5, 4, 1, 3, 10), "x1 must lie"),
        (lambda: tipping_missing(2, 4.5, 1, 3, 10), "whole numbers"),
        (lambda: tipping_missing(0, 0, 1, 3, 10), "patients in both arms"),
        (lambda: tipping_missing(2, 4, 5000, 3, 10), "missing1 must lie"),
        (lambda: tipping_missing(2, 4, 1, 3, 10, test="t"), "test must be one of"),
        (lambda: tipping_borrowing(FLAT, 1, 2), "exactly one of informative"),
        (lambda: tipping_borrowing(FLAT, 1, 2, historical=(1, 2), amount=2), "amount must hold"),
        (lambda: tipping_borrowing(FLAT, 3, 2, historical=(1, 2)), "events must lie"),
        (lambda: tipping_borrowing(0.5, 1, 2, historical=(1, 2)), "first must be"),
        (lambda: tipping_dropout([1, 2], [1, 1], [1, 0], [0, 0], 1, horizon=5), "nothing to impute"),
        (lambda: tipping_dropout([1, 2, 3], [1, 0, 1], [1, 1, 0], [0, 1, 0], 1, horizon=1), "before the last drop-out"),
        (lambda: tipping_dropout([1, 2, 3], [1, 0, 1], [1, 1, 0], [0, 1, 0], -1, horizon=5), "delta must be positive"),
        (lambda: tipping_dropout([1, 2, 3], [1, 0, 1], [1, 1, 1], [0, 1, 0], 1, horizon=5), "both arms"),
    ],
)
def test_refusals(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
