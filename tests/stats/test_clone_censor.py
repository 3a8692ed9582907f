"""Clone, censor, weight: cases solved on paper, second routes, properties, refusals."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest

from onearm.stats.intercurrent import clone_censor_weight, follow_strategy
from onearm.stats.resampling import bootstrap
from onearm.stats.survival import kaplan_meier

from .test_intercurrent import close, cohort

# Hernan 2018, doi:10.1136/bmj.k182: twelve people, aspirin or not in each of two years, dead by its end or not
ASPIRIN_1 = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1])
DEAD_1 = np.array([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1])
ASPIRIN_2 = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0])
DEAD_2 = np.array([0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0])
YEARS = np.where(DEAD_1 == 1, 1.0, 2.0)
DEAD = DEAD_1 | DEAD_2
GO = {  # first time at which what was done does not fit so many years of aspirin
    0: np.where(ASPIRIN_1 == 1, 0, np.nan),
    1: np.where(ASPIRIN_1 == 0, 0, np.where(ASPIRIN_2 == 1, 1, np.nan)),
    2: np.where(ASPIRIN_1 == 0, 0, np.where((ASPIRIN_2 == 0) & (DEAD_1 == 0), 1, np.nan)),
}


@pytest.mark.parametrize("stabilized", [False, True])
@pytest.mark.parametrize("years", [0, 1, 2])
def test_twelve_people_and_aspirin(years: int, stabilized: bool) -> None:
    achieved = ASPIRIN_1 + ASPIRIN_2
    naive = DEAD[achieved == years].mean()
    assert naive == pytest.approx({0: 3 / 4, 1: 4 / 5, 2: 2 / 3}[years])
    strategy = follow_strategy(YEARS, DEAD, GO[years], stabilized=stabilized)
    assert strategy.curve is not None
    close(1 - strategy.curve.at(2).survival, 0.75)
    assert strategy.n == 12
    assert strategy.deviated == {0: 8, 1: 7, 2: 7}[years]


def test_weights_on_paper() -> None:
    # two of four switch at day 2, in sight of no covariate: each of the others then stands for two, in the
    # Efron form exp(1/4 + 1/3) of the risk set of four
    r = clone_censor_weight([9, 7, 5, 3], [1, 1, 1, 1], [2, 2, None, None], window=6)
    assert r.stay.weight_max == pytest.approx(np.exp(1 / 4 + 1 / 3))
    assert r.stay.weight_mean == pytest.approx(np.exp(1 / 4 + 1 / 3))
    assert r.stay.effective_size == pytest.approx(2)
    assert (r.stay.deviated, r.stay.events) == (2, 2)
    # nobody is left at the end of the window who has not switched
    assert (r.switch.deviated, r.switch.events) == (0, 4)
    assert r.switch.weight_max == 1
    assert r.switch.curve is not None
    close(r.switch.curve.survival, [0.75, 0.5, 0.25, 0])


def test_without_covariates_the_curves_are_censored_kaplan_meier() -> None:
    time, event, switch, _ = cohort()
    r = clone_censor_weight(time, event, switch, window=15)
    within = switch <= 15
    for strategy, deviation in ((r.switch, np.where(within, np.inf, 15)), (r.stay, np.where(within, switch, np.inf))):
        out = deviation < time
        km = kaplan_meier(np.minimum(time, deviation), event * ~out)
        assert strategy.curve is not None
        times = km.time[km.events > 0]
        close(strategy.curve.at(times).survival, km.at(times).survival)
        assert strategy.deviated == out.sum()
        assert strategy.events == km.events.sum()
    assert r.hazard_ratio == pytest.approx(np.exp(r.log_hazard_ratio.value))
    assert r.log_hazard_ratio.method == "robust"
    assert np.isnan(r.rmst_difference.std_error)
    assert "set replicates" in r.message


def test_weights_undo_a_switch_that_follows_the_covariate() -> None:
    # the hazard is 3 times higher with x = 1, who switch more; the switch does nothing. Truth: the plain curve
    rng = np.random.default_rng(11)
    n = 4000
    x = rng.integers(0, 2, n).astype(float)
    death = np.ceil(rng.exponential(60 / 3**x))
    switch = np.ceil(rng.exponential(np.where(x == 1, 8, 60)))
    switch = np.where(switch < death, switch, np.nan)
    options: dict[str, Any] = {"window": 20, "horizon": 50}
    naive = clone_censor_weight(death, np.ones(n), switch, **options)
    fair = clone_censor_weight(death, np.ones(n), switch, x, **options)
    truth = np.mean(death > 50)
    assert naive.survival_difference.value < -0.1
    assert abs(fair.survival_difference.value) < 0.035
    for strategy in (fair.switch, fair.stay):
        assert strategy.curve is not None
        assert strategy.curve.at(50).survival[0] == pytest.approx(truth, abs=0.03)
    assert abs(fair.log_hazard_ratio.value) < 0.1 < abs(naive.log_hazard_ratio.value)


def test_order_labels_and_units_do_not_matter() -> None:
    time, event, switch, x = cohort()
    options: dict[str, Any] = {"window": 15, "horizon": 40}
    r = clone_censor_weight(time, event, switch, x, **options)
    order = np.random.default_rng(0).permutation(time.size)
    other = clone_censor_weight(time[order], event[order], switch[order], x[order] * [2, -3] + 5, **options)
    month = 1 / 30.4375
    third = clone_censor_weight(time * month, event, switch * month, x, window=15 * month, horizon=40 * month)
    for s in (other, third):
        close(s.log_hazard_ratio.value, r.log_hazard_ratio.value, rtol=1e-7)
        close(s.log_hazard_ratio.std_error, r.log_hazard_ratio.std_error, rtol=1e-7)
        close(s.survival_difference.value, r.survival_difference.value, rtol=1e-7)
        close(s.stay.weight_max, r.stay.weight_max, rtol=1e-7)
    close(third.rmst_difference.value, r.rmst_difference.value * month, rtol=1e-7)


def test_stabilized_weights_leave_the_curves_alone() -> None:
    time, event, switch, x = cohort()
    plain = clone_censor_weight(time, event, switch, x, window=15, horizon=40)
    stable = clone_censor_weight(time, event, switch, x, window=15, horizon=40, stabilized=True)
    close(stable.survival_difference.value, plain.survival_difference.value)
    close(stable.rmst_difference.value, plain.rmst_difference.value)
    assert stable.stay.weight_max < plain.stay.weight_max
    assert stable.stay.weight_mean == pytest.approx(1, abs=0.25)


def test_truncated_weights() -> None:
    time, event, switch, x = cohort()
    plain = follow_strategy(time, event, switch, x)
    cut = follow_strategy(time, event, switch, x, truncate=0.8)
    assert cut.weight_max < plain.weight_max
    same = follow_strategy(time, event, switch, x, truncate=1)
    assert same.weight_max == plain.weight_max
    assert cut.effective_size > plain.effective_size


def test_bootstrap_is_reproducible_and_splits_over_workers() -> None:
    time, event, switch, x = cohort()
    options: dict[str, Any] = {"window": 15, "horizon": 40, "replicates": 24}
    here = clone_censor_weight(time, event, switch, x, seed=3, **options)
    with ThreadPoolExecutor(2) as workers:
        there = clone_censor_weight(time, event, switch, x, seed=3, executor=workers, **options)
    other = clone_censor_weight(time, event, switch, x, seed=4, **options)
    more = clone_censor_weight(time, event, switch, x, seed=3, **(options | {"replicates": 36}))
    for name in ("log_hazard_ratio", "survival_difference", "rmst_difference"):
        a, b, c = (getattr(r, name) for r in (here, there, other))
        assert (a.value, a.std_error, a.low, a.high) == (b.value, b.std_error, b.low, b.high)
        assert a.method == "bootstrap"
        assert a.low < a.value < a.high
        assert a.std_error != c.std_error
        assert a.value == c.value
        assert a.std_error == pytest.approx(getattr(more, name).std_error, rel=0.4)
    assert (here.replicates, here.failed, here.message) == (24, 0, "")
    # of the same size as the robust error, which takes the weights as known
    robust = clone_censor_weight(time, event, switch, x, window=15).log_hazard_ratio.std_error
    assert here.log_hazard_ratio.std_error == pytest.approx(robust, rel=0.5)


@pytest.mark.parametrize("options", [{}, {"stabilized": True, "truncate": 0.9}])
def test_a_replicate_is_the_analysis_of_its_rows(options: dict[str, Any]) -> None:
    # second route: the replicate's sums against the Cox model and curves of the rows written out
    time, event, switch, x = cohort()
    n = time.size
    fixed: dict[str, Any] = {"window": 15, "horizon": 40, **options}

    def whole(weight: Any) -> list[float]:
        rows = np.repeat(np.arange(n), weight)
        r = clone_censor_weight(time[rows], event[rows], switch[rows], x[rows], **fixed)
        assert r.cox is not None
        assert r.switch.curve is not None
        assert r.stay.curve is not None
        curves = (r.switch.curve, r.stay.curve)
        survival = [float(c.at(40, extend=True).survival[0]) for c in curves]
        mean = [c.rmst(40, extend=True).value for c in curves]
        close([r.survival_difference.value, r.rmst_difference.value], [survival[0] - survival[1], mean[0] - mean[1]])
        return [float(r.cox.coef[0]), survival[0] - survival[1], mean[0] - mean[1]]

    slow = bootstrap(whole, n, replicates=20, seed=5)
    fast = clone_censor_weight(time, event, switch, x, replicates=20, seed=5, **fixed)
    for k, contrast in enumerate((fast.log_hazard_ratio, fast.survival_difference, fast.rmst_difference)):
        found = [contrast.value, contrast.std_error, contrast.low, contrast.high]
        close(found, [float(v[k]) for v in (slow.estimate, slow.std_error, slow.low, slow.high)], rtol=1e-8)


def test_processes_give_the_same_numbers() -> None:
    time, event, switch, x = cohort()
    options: dict[str, Any] = {"window": 15, "horizon": 40, "replicates": 10, "seed": 3}
    here = clone_censor_weight(time, event, switch, x, **options)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        there = clone_censor_weight(time, event, switch, x, executor=workers, **options)
    a, b = here.log_hazard_ratio, there.log_hazard_ratio
    assert (a.value, a.std_error, a.low, a.high) == (b.value, b.std_error, b.low, b.high)


def test_replicates_without_a_hazard_ratio_are_counted_and_named() -> None:
    # a sample without the first two, who switch in time and die, has no finite hazard ratio
    time, event = [4, 6, 7, 9, 11, 12], [1, 1, 1, 1, 0, 0]
    r = clone_censor_weight(time, event, [1, 2, None, None, None, 2], window=3, horizon=8, replicates=60, seed=2)
    assert 0 < r.failed < 60
    assert r.replicates + r.failed == 60
    assert f"{r.failed} of 60 bootstrap replicates had no estimate of all three contrasts" in r.message
    assert f"or the hazard ratio has no finite estimate ({r.failed})" in r.message
    assert np.isfinite([r.log_hazard_ratio.low, r.survival_difference.high]).all()


def test_a_hazard_ratio_without_limit_leaves_the_differences_their_limits() -> None:
    # nobody dies under "switch": its survival is 1, the hazard ratio has no estimate in any replicate
    time, event = [4, 6, 7, 9, 11, 12, 12, 12], [0, 1, 1, 1, 0, 0, 1, 0]
    switch = [1, 7, np.nan, np.nan, np.nan, 2, np.nan, 1]
    r = clone_censor_weight(time, event, switch, window=3, horizon=10, replicates=80, seed=2)
    assert (r.replicates, r.failed) == (0, 80)
    assert r.log_hazard_ratio.method == ""
    assert np.isnan([r.hazard_ratio, r.log_hazard_ratio.low]).all()
    assert "switch" not in r.message.split("hazard ratio: ")[0]
    assert r.survival_difference.method == "bootstrap"
    assert 0 <= r.survival_difference.low <= r.survival_difference.value <= r.survival_difference.high <= 1


def test_times_of_any_size() -> None:
    time, event, switch, x = cohort(20)
    near = clone_censor_weight(time, event, switch, x, window=15, horizon=30, replicates=9, seed=1)
    far = clone_censor_weight(
        time * 2.0**990, event, switch * 2.0**990, x, window=15 * 2.0**990, horizon=30 * 2.0**990, replicates=9, seed=1
    )
    close(far.rmst_difference.std_error, near.rmst_difference.std_error * 2.0**990, rtol=1e-12)
    close(far.log_hazard_ratio.std_error, near.log_hazard_ratio.std_error, rtol=1e-12)


def test_clones_that_left_are_counted_where_they_leave() -> None:
    # on paper: 9 and 7 switch at 2, 4 is lost at 4, 3 and 5 die; rows are cut at 2 where weights change
    stay = follow_strategy([9, 7, 5, 4, 3], [1, 1, 1, 0, 1], [2, 2, None, None, None])
    assert stay.curve is not None
    assert stay.curve.time.tolist() == [2, 3, 4, 5]
    assert stay.n_left.tolist() == [2, 0, 1, 0]
    assert stay.curve.n_at_risk.tolist() == [5, 3, 2, 1]
    assert stay.curve.n_censored.tolist() == [5, 0, 1, 0]  # rows, not clones
    assert follow_strategy([5, 7], [1, 1], [0, 0]).n_left.size == 0


def test_those_at_risk_are_those_before_less_events_and_left() -> None:
    time, event, switch, x = cohort()
    r = clone_censor_weight(time, event, switch, x, window=15)
    for strategy in (r.switch, r.stay):
        curve = strategy.curve
        assert curve is not None
        close(curve.n_at_risk - curve.n_events - strategy.n_left, np.r_[curve.n_at_risk[1:], 0])
        assert strategy.n_left.sum() + strategy.events == time.size
        assert strategy.n_left.sum() >= strategy.deviated > 0


def test_nobody_switches_within_the_window() -> None:
    r = clone_censor_weight([5, 7, 9], [1, 1, 0], [None, 8, None], window=6)
    assert r.switch.deviated == 2
    assert r.switch.curve is not None
    assert r.switch.curve.time[-1] == 6
    assert r.horizon == 6
    km = kaplan_meier([5, 7, 9], [1, 1, 0])
    assert r.stay.curve is not None
    close(r.stay.curve.survival, km.survival)
    alive = clone_censor_weight([7, 9], [1, 0], [None, None], window=6)
    assert "switch: everybody followed for long enough deviates" in alive.message
    assert alive.switch.effective_size == 0


def test_everybody_switches_at_once() -> None:
    r = clone_censor_weight([5, 7, 9], [1, 1, 0], [0, 0, 0], window=6, replicates=4, seed=1)
    assert r.stay.curve is None
    assert r.cox is None
    assert np.isnan(r.hazard_ratio)
    assert np.isnan(r.survival_difference.value)
    assert r.failed == 4
    assert "stay: nobody follows this strategy beyond time 0" in r.message
    assert "hazard ratio: it needs both strategies followed" in r.message
    assert "4 of 4 bootstrap replicates had no estimate" in r.message


def test_one_subject_no_event_and_runaway_models() -> None:
    one = clone_censor_weight([5], [1], [2], window=3)
    assert one.switch.events == 1
    assert one.stay.events == 0
    quiet = clone_censor_weight([5, 6], [0, 0], [2, None], window=3)
    assert quiet.cox is None
    assert np.isnan(quiet.log_hazard_ratio.value)
    assert quiet.survival_difference.value == 0
    # the covariate tells exactly who switches: weights are large and the message says why
    time, x = np.arange(10.0, 30.0), np.arange(20) % 2
    apart = clone_censor_weight(time, np.ones(20), np.where(x == 1, 3 + np.arange(20) / 10, np.nan), x, window=6)
    assert "stay: model of deviation: the coefficient of column 0 grows without limit" in apart.message
    flat = clone_censor_weight(time, np.ones(20), np.where(x == 1, 3, np.nan), np.ones(20), window=6)
    assert "column 0 is constant" in flat.message


def test_event_on_the_day_of_the_switch_or_the_end_of_the_window_counts() -> None:
    r = clone_censor_weight([4, 6, 9], [1, 1, 1], [4, None, 8], window=6)
    assert r.stay.deviated == 0
    assert r.stay.events == 3
    assert r.switch.deviated == 1  # the third, at day 6
    assert r.switch.events == 2


def test_refuses() -> None:
    data: tuple[Any, ...] = ([4, 6, 9], [1, 1, 0], [2, None, 5])
    with pytest.raises(ValueError, match="window must be a time"):
        clone_censor_weight(*data, window=-1)
    with pytest.raises(ValueError, match="window must be a time"):
        clone_censor_weight(*data, window=np.inf)
    with pytest.raises(ValueError, match="horizon must be a positive time"):
        clone_censor_weight(*data, window=3, horizon=0)
    with pytest.raises(ValueError, match="replicates must be 0 or at least 2"):
        clone_censor_weight(*data, window=3, replicates=1)
    with pytest.raises(ValueError, match="row 0 has its event at time 0"):
        clone_censor_weight([0, 6], [1, 1], [None, 2], window=3)
    with pytest.raises(ValueError, match="x has 2 rows where 3"):
        clone_censor_weight(*data, [1, 2], window=3)
    with pytest.raises(ValueError, match="switch_time says whether, not when"):
        clone_censor_weight([4, 6], [1, 1], [True, False], window=3)
    with pytest.raises(ValueError, match="deviation_time has 1 negative"):
        follow_strategy([4, 6], [1, 1], [-1, 2])
    with pytest.raises(ValueError, match="truncate must be a quantile"):
        follow_strategy([4, 6], [1, 1], [1, 2], truncate=0)
    with pytest.raises(ValueError, match="level must lie between"):
        clone_censor_weight(*data, window=3, level=95)


def test_nothing_is_said_of_what_nobody_was_followed_for() -> None:
    time, event = np.arange(1, 21.0), np.arange(20) % 2
    nobody = clone_censor_weight(time, event, np.full(20, np.nan), window=6.0, horizon=15.0, replicates=10, seed=1)
    assert "nobody is followed after a switch within the window" in nobody.message
    for contrast in (nobody.log_hazard_ratio, nobody.survival_difference, nobody.rmst_difference):
        assert np.isnan([contrast.value, contrast.std_error, contrast.low, contrast.high]).all()
    switch = np.where(np.arange(20) < 12, np.nan, 3.0)
    far = clone_censor_weight(time, event, switch, window=6.0, horizon=40.0, replicates=10, seed=1)
    assert np.isnan(far.survival_difference.value) == ("to the horizon 40" in far.message)
    near = clone_censor_weight(time, event, switch, window=6.0, horizon=10.0, replicates=10, seed=1)
    assert np.isfinite(near.survival_difference.value)
