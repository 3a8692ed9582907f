"""Simulated trials that watch event times: exact cases, a trial at a time, an identity of expectations."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import fields
from math import exp, log
from typing import Any

import numpy as np
import pytest

from onearm.stats import time_to_event_boundary, time_to_event_characteristics
from onearm.stats._time_to_event_trials import Plan, trials
from onearm.stats.monitoring import TimeBoundary, TimeCharacteristics


def rule(events: int = 40) -> TimeBoundary:
    return time_to_event_boundary(events, (60, 295), (3, 10), cutoff=0.03, delta=1)


def simulated(true_mean: Any, **more: Any) -> TimeCharacteristics:
    given: dict[str, Any] = {"accrual": 2.0, "n_max": 40, "seed": 5, "replicates": 4000} | more
    return time_to_event_characteristics(rule(), true_mean, **given)


def test_two_patients_on_paper() -> None:
    # even arrivals a unit apart, watched to the second enrolment: stops when the first event comes before both the
    # limit L1 and the enrolment, with probability 1 - exp(-min(1, L1) / mean)
    watch = time_to_event_boundary(2, (4, 30), (2, 6), cutoff=0.1)
    first = watch.time_on_test[0]
    assert first > 1.5
    for gap in (0.7, 3.0):
        r = time_to_event_characteristics(
            watch, [1.0, 4.0], accrual=1 / gap, n_max=2, seed=3, arrivals="even", replicates=20_000
        )
        for k, mean in enumerate((1.0, 4.0)):
            assert abs(r.stop[k] - (1 - exp(-min(gap, first) / mean))) < 4 * r.stop_error[k]
        np.testing.assert_allclose(r.patients, 2 - r.stop, rtol=1e-12)
        np.testing.assert_allclose(r.stop_by_patients[:, 1], r.stop, rtol=1e-12)


def one_trial(start: Any, end: Any, plan: Plan) -> tuple[int, int, float, float]:
    """One trial, look by look: stopped, patients, events, time on test."""
    close = start[-1] + plan.follow_up
    for t in sorted(end if plan.at_events else start):
        enrolled = int(np.sum(start <= t) if plan.at_events else np.sum(start < t))
        if t > close or enrolled < plan.minimum:
            continue
        events = int(np.sum(end <= t))
        total = sum(min(e, t) - s for s, e in zip(start, end, strict=True) if s <= t)
        if total < plan.limit[events]:
            return 1, enrolled, events, total
    return 0, len(start), int(np.sum(end <= close)), sum(min(e, close) - s for s, e in zip(start, end, strict=True))


@pytest.mark.parametrize("at_events", [True, False])
@pytest.mark.parametrize(("minimum", "follow_up"), [(1, 0.0), (4, 0.0), (3, 2.5)])
def test_many_trials_at_once_are_single_trials(at_events: bool, minimum: int, follow_up: float) -> None:
    rng = np.random.default_rng(8)
    start = np.cumsum(np.c_[np.zeros(300), rng.exponential(0.5, (300, 11))], axis=1)
    end = start + rng.exponential(3.0, start.shape)
    limit = np.r_[0.0, rule().time_on_test[:12]]
    plan = Plan(limit, 2.0, True, at_events, minimum, follow_up, 0)
    r = trials(plan, start, end)
    single = [one_trial(s, e, plan) for s, e in zip(start, end, strict=True)]
    assert 0 < r.stopped.sum() < 300
    for k, values in enumerate((r.stopped, r.patients, r.events, r.time_on_test)):
        np.testing.assert_allclose(values, [v[k] for v in single], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("more", [{}, {"look": "enrolment"}, {"follow_up": 4.0}, {"minimum": 8, "arrivals": "even"}])
def test_expected_events_are_expected_time_over_the_mean(more: dict[str, Any]) -> None:
    # events minus time on test / mean is a martingale, and the trial stops by what was seen
    r = simulated([2.0, 4.0, 8.0], **more)
    error = np.hypot(r.events_error, r.time_on_test_error / r.true_mean)
    assert np.all(np.abs(r.events - r.time_on_test / r.true_mean) < 3 * error)
    np.testing.assert_allclose(r.stop_by_patients.sum(axis=1), r.stop, rtol=1e-12)
    assert np.all(np.diff(r.stop) < 0)
    assert np.all(np.diff(r.patients) > 0)
    assert np.all(np.diff(r.patients_quantiles, axis=1) >= 0)


def test_accrual_time_without_a_stop() -> None:
    # 40 patients, two a month, the first at time 0: 39 gaps
    r = simulated(1e6, arrivals="even", replicates=50)
    assert r.stop.tolist() == [0.0]
    assert r.accrual_time.tolist() == pytest.approx([19.5], rel=1e-12)
    r = simulated(1e6, replicates=4000)
    assert abs(r.accrual_time[0] - 19.5) < 4 * r.accrual_time_error[0]


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_the_executor_does_not_matter(pool: Any) -> None:
    alone = simulated([3.0, 5.0], replicates=1700)
    with pool(2) as executor:
        shared = simulated([3.0, 5.0], replicates=1700, executor=executor)
    for field in fields(alone):
        np.testing.assert_array_equal(getattr(alone, field.name), getattr(shared, field.name))
    other = simulated([3.0, 5.0], replicates=1700, seed=6)
    assert not np.array_equal(other.patients, alone.patients)


def test_a_rule_on_the_median_is_simulated_under_true_means() -> None:
    # the same rule in other words: the same limits in time, so the same trials
    on_median = time_to_event_boundary(
        40, (60, 295 * log(2)), (3, 10 * log(2)), cutoff=0.03, delta=log(2), parameter="median"
    )
    r = time_to_event_characteristics(on_median, [3.0, 5.0], accrual=2, n_max=40, seed=5, replicates=1000)
    same = simulated([3.0, 5.0], replicates=1000)
    np.testing.assert_array_equal(r.patients, same.patients)
    assert r.conventions[-1].startswith("true means, also")
    assert not any(s.startswith("true means") for s in same.conventions)


def test_standard_errors() -> None:
    runs = [simulated(4.0, replicates=400, seed=k) for k in range(60)]
    for name in ("stop", "patients", "events", "time_on_test", "accrual_time"):
        seen = np.std([getattr(r, name)[0] for r in runs], ddof=1)
        said = np.mean([getattr(r, f"{name}_error")[0] for r in runs])
        assert 0.7 < seen / said < 1.4, name  # 60 runs: the ratio has a standard error of 9%


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"n_max": 41}, "rule covers 40 events, n_max is 41"),
        ({"accrual": 0}, "accrual must lie between"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"arrivals": "bursts"}, "arrivals must be one of"),
        ({"look": "month"}, "look must be one of event, enrolment"),
        ({"look": "enrolment", "follow_up": 1}, "follow_up goes with looks at events"),
        ({"minimum": 41}, "minimum must lie between 1 and 40"),
        ({"replicates": 1}, "replicates must lie between 2"),
        ({"true_mean": 0}, "true_mean must be one number"),
        ({"true_mean": []}, "true_mean must be one number"),
    ],
)
def test_refusals(more: dict[str, Any], said: str) -> None:
    given = {"true_mean": 3.0} | more
    with pytest.raises(ValueError, match=said):
        simulated(given.pop("true_mean"), **given)


def test_a_rule_on_counts_is_refused() -> None:
    other: Any = "rule"
    with pytest.raises(ValueError, match="rule must come from time_to_event_boundary, found str"):
        time_to_event_characteristics(other, 3.0, accrual=1, n_max=5, seed=1)
