"""Simulated monitoring: the exact recursion where it must agree, one trial by hand, and what pending patients do."""

from __future__ import annotations

from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats._monitoring_draws import Trials, onset_times
from onearm.stats._monitoring_readings import READINGS
from onearm.stats.monitoring import Boundary, boundary, operating_characteristics, simulate_monitoring
from onearm.stats.parametric import exponential, weibull

HARM = boundary([10, 20], high=[3, 5], high_means="harm", names=("VOD",))
SIMON = boundary([10, 29], low=[1, 5], low_means="futility")
EVERY = np.arange(3, 25)
BOTH = boundary(
    EVERY, low=[EVERY // 5 - 1, np.full(EVERY.size, -1)], high=[EVERY + 1, EVERY * 3 // 10 + 2],
    low_means=("futility", ""), high_means=("", "harm"), names=("response", "toxicity"), n_max=26,
)  # fmt: skip
NESTED = boundary([8, 16], low=[[1, 3], [2, 5]], low_means="futility", together=True, names=("CR", "response"))


def agrees(seen: Any, error: Any, exact: Any, replicates: int, times: float = 4.5) -> None:
    """Within Monte Carlo error; the error of a share is that of the exact one, so that a share of 0 has one too."""
    if error is None:
        error = np.sqrt(np.asarray(exact) * (1 - np.asarray(exact)) / replicates)
    assert np.all(np.abs(np.asarray(seen) - exact) <= times * np.asarray(error) + 1e-9), (seen, exact)


@pytest.mark.parametrize("pending", list(READINGS))
@pytest.mark.parametrize(
    ("rule", "p", "more"),
    [
        (HARM, 0.25, {}),
        (SIMON, 0.2, {}),
        (BOTH, [0.25, 0.25], {"association": 3.0}),
        (NESTED, None, {"cells": (0.1, 0, 0.2, 0.7)}),
    ],
)
def test_at_once_is_the_exact_recursion(pending: str, rule: Boundary, p: Any, more: dict[str, Any]) -> None:
    """Outcomes known at once: every reading is the rule on complete data."""
    exact = operating_characteristics(rule, p, **more)
    r = simulate_monitoring(rule, p, accrual=2, window=0, seed=5, pending=pending, replicates=6000, **more)
    agrees(r.by_look, None, exact.by_look[0], 6000)
    agrees(r.complete, None, exact.complete[0], 6000)
    agrees(r.success, None, exact.success[0], 6000)
    agrees(r.enrolled, r.enrolled_se, exact.expected_n[0], 6000)
    for name, share in zip(r.reasons, r.by_reason, strict=True):
        agrees(share, None, exact.by_reason[0, exact.reasons.index(name)], 6000)
    assert r.overrun == 0
    assert r.evaluated == r.enrolled
    assert r.success_means == exact.success_means
    # the last patient enters 1 / accrual times the number of patients after opening, on average
    if pending in ("exclude", "wait", "suspend"):
        agrees(r.duration, r.duration_se, r.enrolled / 2, 6000)


@pytest.mark.parametrize("pending", ["wait", "suspend"])
@pytest.mark.parametrize(("rule", "p"), [(HARM, 0.25), (BOTH, [0.25, 0.3])])
def test_complete_data_keep_the_exact_probabilities(pending: str, rule: Boundary, p: Any) -> None:
    exact = operating_characteristics(rule, p)
    r = simulate_monitoring(rule, p, accrual=4, window=3, seed=9, pending=pending, replicates=6000)
    agrees(r.by_look, None, exact.by_look[0], 6000)
    if pending == "suspend":  # nobody is treated in vain, but the trial takes longer
        agrees(r.enrolled, r.enrolled_se, exact.expected_n[0], 6000)
        assert r.overrun == 0
    else:
        agrees(r.enrolled - r.overrun, r.enrolled_se, exact.expected_n[0], 6000)
        assert r.overrun > 1


def test_rates_seen_too_high_and_too_low() -> None:
    """Events are known before their absence: "exclude" stops for harm too often, "count-as-no" too seldom at a look."""
    exact = operating_characteristics(HARM, 0.2).by_look[0, 0]
    at = {}
    for pending in READINGS:
        r = simulate_monitoring(HARM, 0.2, accrual=5, window=3, seed=2, pending=pending, replicates=4000)
        at[pending] = r.by_look[0]
    error = 4 * np.sqrt(exact * (1 - exact) / 4000)
    assert at["exclude"] > exact + error
    assert at["count-as-no"] < exact - error
    assert abs(at["wait"] - exact) < error


def by_hand(event: list[int], onset: list[float], window: float = 10.0) -> Trials:
    """One trial with a patient a day."""
    yes = np.array([[event]], dtype=bool)
    return Trials(np.ones((1, len(event))), yes, np.where(yes, np.array([[onset]]), window), np.array([window]))


def test_one_trial_by_hand() -> None:
    """Six patients on days 1 to 6; events of patient 1 on day 1 + 2.5 = 3.5 and of patient 2 on day 2 + 5.5 = 7.5."""
    rule = boundary([2, 4, 6], high=[2, 2, 2], high_means="harm")
    trials = by_hand([1, 1, 0, 0, 0, 0], [2.5, 5.5, 0, 0, 0, 0])
    told = {}
    for name, reading in READINGS.items():
        e = reading(rule, trials)
        told[name] = (int(e.look[0]), int(e.enrolled[0]), int(e.known[0]), float(e.time[0]))
    # two outcomes are known on day 7.5, both events: the look at 2 stops; six are in by then
    assert told["exclude"] == (0, 6, 2, 7.5)
    assert told["wait"] == (0, 6, 2, 7.5)
    # look at 2 on day 3: none known; look at 4 on day 5: one known; look at 6 when all are known, day 16
    assert told["count-as-no"] == (2, 6, 6, 16.0)
    # day 5, four in: 1 + (3 + 2 + 1) / 10 = 1.6; day 6: 1 + (4 + 3 + 2 + 1) / 10 = 2 and one event; at the end all
    assert told["fractional"] == (2, 6, 6, 16.0)
    # at 2 the decision is open until day 7.5: nobody else enters
    assert told["suspend"] == (0, 2, 2, 7.5)


def test_suspension_by_hand() -> None:
    """Stop for futility at 0 of 2, else at 2 of 4 or fewer: accrual resumes when the first event is known."""
    rule = boundary([2, 4], low=[0, 2], low_means="futility")
    trials = by_hand([0, 1, 1, 1], [0, 4, 1, 2])
    e = READINGS["suspend"](rule, trials)
    # patients on days 1, 2; event on day 6; the third enters then, the fourth on day 7; events on days 7 and 9
    assert (int(e.look[0]), int(e.enrolled[0]), float(e.time[0])) == (-1, 4, 11.0)
    none = READINGS["suspend"](rule, by_hand([0, 0, 1, 1], [0, 0, 1, 2]))
    assert (int(none.look[0]), int(none.enrolled[0]), float(none.time[0])) == (0, 2, 12.0)
    # with an event already certain to pass, nobody waits
    rule = boundary([2, 4], low=[0, 2], low_means="futility")
    quick = READINGS["suspend"](rule, by_hand([1, 0, 1, 1], [0.5, 0, 1, 2]))
    assert (int(quick.look[0]), float(quick.time[0])) == (-1, 12.0)


def test_same_with_any_executor() -> None:
    arguments: dict[str, Any] = {"accrual": 3, "window": [2, 5], "seed": 11, "pending": "fractional"}
    arguments |= {"replicates": 1300, "onset": (weibull(2.0, 3.0), "uniform")}
    alone = simulate_monitoring(BOTH, [0.3, 0.2], **arguments)
    workers: list[Executor] = [ThreadPoolExecutor(2), ProcessPoolExecutor(1, mp_context=get_context("spawn"))]
    for worker in workers:
        with worker as executor:
            other = simulate_monitoring(BOTH, [0.3, 0.2], **arguments, executor=executor)
        np.testing.assert_array_equal(alone.stop, other.stop)
        assert (alone.enrolled, alone.duration) == (other.enrolled, other.duration)
    another = simulate_monitoring(BOTH, [0.3, 0.2], **(arguments | {"seed": 12}))
    assert another.duration != alone.duration


def test_standard_errors() -> None:
    """The printed error is the spread of the estimates over seeds."""
    runs = [simulate_monitoring(HARM, 0.25, accrual=3, window=2, seed=s, replicates=200) for s in range(200)]
    for name in ("stopped", "enrolled", "evaluated", "duration", "overrun"):
        spread = np.std([getattr(r, name) for r in runs], ddof=1)
        printed = np.mean([getattr(r, f"{name}_se") for r in runs])
        assert 0.8 < spread / printed < 1.2, name


def test_onset_times() -> None:
    share = np.array([0.0, 0.25, 0.5, 1.0])
    np.testing.assert_allclose(onset_times(share, 8.0, None), 8 * share)
    # an exponential time cut at w: P(X <= x) = (1 - exp(-h x)) / (1 - exp(-h w))
    x = onset_times(share, 8.0, exponential(rate=0.3))
    np.testing.assert_allclose((1 - np.exp(-0.3 * x)) / (1 - np.exp(-2.4)), share, atol=1e-14)
    assert np.all(onset_times(share, 0.0, exponential(rate=0.3)) == 0)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000), pending=st.sampled_from(list(READINGS)), window=st.floats(0, 10), p=st.floats(0, 1),
    even=st.booleans(),
)  # fmt: skip
def test_properties(seed: int, pending: str, window: float, p: float, even: bool) -> None:
    r = simulate_monitoring(HARM, p, accrual=2, window=window, seed=seed, pending=pending, replicates=100,
                            arrivals="even" if even else "poisson")  # fmt: skip
    assert r.stopped + r.complete == pytest.approx(1)
    assert r.by_look.sum() == pytest.approx(r.stopped)
    assert r.enrolled_distribution.sum() == pytest.approx(1)
    assert r.enrolled == pytest.approx(r.enrolled_distribution @ np.arange(1, 21))
    assert 0 <= r.evaluated <= r.enrolled + 1e-9 <= 20 + 2e-9
    # time is measured in the unit of the window
    slow = simulate_monitoring(HARM, p, accrual=0.5, window=4 * window, seed=seed, pending=pending, replicates=100,
                               arrivals="even" if even else "poisson")  # fmt: skip
    assert slow.enrolled == pytest.approx(r.enrolled)
    assert slow.duration == pytest.approx(4 * r.duration)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"p": [0.1, 0.2]}, "one set of rates"),
        ({"p": 1.5}, "p must lie between"),
        ({"accrual": 0}, "accrual must lie"),
        ({"window": -1}, "window must hold times"),
        ({"window": [1, 2]}, "window must be one number or one an endpoint"),
        ({"pending": "ignore"}, "pending must be one of"),
        ({"arrivals": "uniform"}, "arrivals must be one of"),
        ({"onset": "late"}, "onset must be"),
        ({"replicates": 10}, "replicates must lie"),
        ({"seed": -1}, "seed must lie"),
        ({"boundary": "rule"}, "boundary must be a Boundary"),
        ({"boundary": boundary([2000])}, "boundary has n_max = 2000"),
    ],
)
def test_bad_input(change: dict[str, Any], words: str) -> None:
    good: dict[str, Any] = {"boundary": HARM, "p": 0.2, "accrual": 2.0, "window": 1.0, "seed": 1}
    with pytest.raises(ValueError, match=words):
        simulate_monitoring(**(good | change))
