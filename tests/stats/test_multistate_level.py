"""Coverage and level in small samples of the curves and tests around states and switches (simulations).

What they gave, 5 % or 95 % being nominal:

==============================================================  ==========  =====================
in response at 6 months, 48 patients, log-log limits             coverage    93.8 % (both variances)
mean duration of response to 12 months, plain limits             coverage    93.3 %, jackknife 93.2 %
Mantel-Byar, 40 patients                                         level       6.7 %
time-dependent Cox, Wald                                         level       6.0 %
naive ever against never, log-rank                               level       92.4 %
clone-censor-weight, 100 patients, robust error / spread         ratio       1.03
the same, bootstrap: log HR, survival, restricted mean           ratio       0.99, 0.98, 0.98
==============================================================  ==========  =====================
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.intercurrent import clone_censor_weight, mantel_byar, naive_ever_never, time_dependent_cox
from onearm.stats.multistate import probability_in_response

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("variance", ["greenwood", "infinitesimal-jackknife"])
def test_coverage_of_the_probability_of_being_in_response(variance: str) -> None:
    """48 patients, half respond, a third censored: limits at 6 months, and mean duration to 12 months."""
    rng = np.random.default_rng(31)
    respond, fail, relapse, t, tau, count = 0.25, 0.15, 0.1, 6.0, 12.0, 1500

    def truth(s: Any) -> Any:
        rate = respond + fail
        return respond / (rate - relapse) * (np.exp(-relapse * s) - np.exp(-rate * s))

    grid = np.linspace(0, tau, 20001)
    mean = float(np.mean(truth((grid[1:] + grid[:-1]) / 2)) * tau)
    hit, area = 0, 0
    for _ in range(count):
        first = rng.exponential(1 / (respond + fail), 48)
        good = rng.random(48) < respond / (respond + fail)
        end = np.where(good, first + rng.exponential(1 / relapse, 48), first)
        seen = rng.uniform(6, 24, 48)
        stop = np.minimum(end, seen)
        r = probability_in_response(first, good & (first < stop), stop, end <= seen, variance=variance)
        at, spent = r.at(t), r.mean_duration(tau, extend=True)
        hit += at.low[0] <= truth(t) <= at.high[0]
        area += abs(spent.value - mean) <= 1.96 * spent.std_error
    assert 0.93 < hit / count < 0.975
    assert 0.92 < area / count < 0.97


def test_level_of_the_tests_of_a_switch() -> None:
    """40 patients of whom about half switch, without effect; the naive test is wrong more often than right."""
    rng = np.random.default_rng(32)
    wrong = {"mantel-byar": 0, "cox": 0, "naive": 0}
    count = 1000
    for _ in range(count):
        death, switch, seen = rng.exponential(20, 40), rng.exponential(15, 40), rng.uniform(10, 60, 40)
        time, event = np.minimum(death, seen), death <= seen
        switch = np.where(switch < time, switch, np.nan)
        wrong["mantel-byar"] += mantel_byar(time, event, switch).p_value < 0.05
        model = time_dependent_cox(time, event, switch)
        wrong["cox"] += not model.low <= 1 <= model.high
        wrong["naive"] += naive_ever_never(time, event, ~np.isnan(switch)).log_rank.p_value < 0.05
    assert 0.03 < wrong["mantel-byar"] / count < 0.07
    assert 0.03 < wrong["cox"] / count < 0.07
    assert wrong["naive"] / count > 0.5


def test_errors_of_clone_censor_weight() -> None:
    """100 patients, switch and survival both driven by a covariate, no effect: is the error that of the estimates?"""
    rng = np.random.default_rng(33)
    estimates, errors, bootstrap = [], [], []
    for k in range(300):
        x = rng.integers(0, 2, 100).astype(float)
        death = np.ceil(rng.exponential(40 / 2**x))
        switch = np.ceil(rng.exponential(np.where(x == 1, 10, 25)))
        switch = np.where(switch < death, switch, np.nan)
        options: dict[str, Any] = {"window": 12, "horizon": 30, "replicates": 60 if k < 15 else 0, "seed": k}
        r = clone_censor_weight(death, np.ones(100), switch, x, **options)
        estimates.append((r.log_hazard_ratio.value, r.survival_difference.value, r.rmst_difference.value))
        assert r.cox is not None
        assert r.cox.robust_std_error is not None
        errors.append(r.cox.robust_std_error[0])
        if k < 15:
            contrasts = (r.log_hazard_ratio, r.survival_difference, r.rmst_difference)
            bootstrap.append([c.std_error for c in contrasts])
    spread = np.std(estimates, axis=0)
    assert np.all(np.abs(np.mean(estimates, axis=0)) < 3 * spread / np.sqrt(300) + [0.03, 0.015, 0.5])
    assert 0.9 < np.mean(errors) / spread[0] < 1.2
    assert np.all((np.mean(bootstrap, axis=0) / spread > 0.85) & (np.mean(bootstrap, axis=0) / spread < 1.25))
