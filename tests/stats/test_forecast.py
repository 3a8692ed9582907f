"""Forecasts of enrolment and events: R, cases on paper, fractions, and simulated futures."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.monitoring import accrual_forecast, event_forecast, simulate_event_forecast


def close(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=1e-14)


def test_accrual_against_r(r_values: Any) -> None:
    r = r_values("log_rank_design")["accrual"]  # 20 patients in 400 days, 17 to come
    f = accrual_forecast(np.linspace(1, 390, 20), 37, as_of=400)
    close([f.low - 400, f.day - 400, f.high - 400], r["quantile"])
    close(f.quantile(0.975), f.high, 1e-12)
    below = np.array(r["by_600"])  # P(0 or fewer, 1 or fewer, ... more patients in 200 days)
    wanted = [20 + int(np.searchsorted(np.append(below[:17], 1.0), p)) for p in (0.5, 0.025, 0.975)]
    assert f.number_by(600) == tuple(wanted)


def test_accrual_on_paper() -> None:
    # one patient in time t, one to come: P(S <= s) = s / (t + s), median t; limits t p / (1 - p)
    f = accrual_forecast([30], 2, as_of=100, opened=20, level=0.9)
    close([f.day, f.low, f.high], [180, 100 + 80 / 19, 100 + 80 * 19], 1e-12)
    close(f.rate, 1 / 80)
    # a prior of 3 patients in 40 days: P(S <= s) = 1 - (120 / (120 + s))^4
    g = accrual_forecast([30], 2, as_of=100, opened=20, prior=(3, 40))
    close(g.day - 100, 120 * (2**0.25 - 1), 1e-12)
    assert f.number_by(100) == (1, 1, 1)
    done = accrual_forecast([3, 9, 5], 3, as_of=50)
    assert (done.remaining, done.day, done.high, done.quantile(0.3)) == (0, 9.0, 9.0, 9.0)
    assert done.number_by(80) == (3, 3, 3)


def test_accrual_limits_hold_in_repeated_trials() -> None:
    """Read at an enrolment, limits for the time to come cover at their level: the pivot is an F variable."""
    rng = np.random.default_rng(4)
    inside, trials = 0, 2000
    for gaps in rng.standard_exponential((trials, 18)) * 7:
        days = np.cumsum(gaps)
        f = accrual_forecast(days[:8], 18, as_of=days[7], level=0.8)
        inside += f.low <= days[-1] <= f.high
    assert abs(inside / trials - 0.8) < 4 * math.sqrt(0.16 / trials)


def exact_mixture(shape: int, rate: int, ready: int, s: int) -> list[Fraction]:
    """P(j events) by the alternating sum over exp(-h s k), whose gamma mean is (rate / (rate + k s))^shape."""
    found = []
    for j in range(ready + 1):
        total = Fraction(0)
        for i in range(j + 1):
            k = ready - j + i
            total += (-1) ** i * math.comb(j, i) * Fraction(rate, rate + k * s) ** shape
        found.append(math.comb(ready, j) * total)
    return found


@pytest.mark.parametrize(
    ("shape", "rate", "ready", "s"), [(1, 10, 1, 10), (5, 80, 6, 9), (2, 3, 12, 40), (30, 400, 20, 1)]
)
def test_events_against_fractions(shape: int, rate: int, ready: int, s: int) -> None:
    f = event_forecast(rate, shape, ready, horizon=s)
    exact = exact_mixture(shape, rate, ready, s)
    assert sum(exact) == 1
    np.testing.assert_allclose(f.probability, [float(v) for v in exact], rtol=0, atol=1e-11)
    close(f.expected - shape, float(sum(j * v for j, v in enumerate(exact))), 1e-10)
    close(f.probability @ np.arange(ready + 1), f.expected - shape, 1e-9)
    close([f.rate], [shape / rate])


def test_events_against_r(r_values: Any) -> None:
    r = r_values("log_rank_design")["events"]["at_least"]  # 5 events in 80, 6 at risk, within 9
    f = event_forecast(80, 5, 6, horizon=9, target=8)
    np.testing.assert_allclose(np.cumsum(f.probability[::-1])[::-1][1:], r, rtol=0, atol=1e-10)
    close(f.reached, r[2], 1e-9)


def test_target_on_paper() -> None:
    # one patient at risk, d events in T: P(event by s) = 1 - (T / (T + s))^d
    f = event_forecast(50, 3, 1, horizon=10, target=4)
    close(
        [f.time, f.time_low, f.time_high],
        [50 * (2 ** (1 / 3) - 1), 50 * (0.975 ** (-1 / 3) - 1), 50 * (0.025 ** (-1 / 3) - 1)],
    )
    # the same patient enters at time 7 from now: 7 later
    late = event_forecast(50, 3, 0, horizon=17, entries=[7], target=4)
    close([late.time, late.reached], [f.time + 7, f.reached])
    assert math.isnan(event_forecast(50, 3, 1, horizon=10).time)


def test_events_with_entries_simulated() -> None:
    rng = np.random.default_rng(8)
    size, entries = 100_000, np.arange(1.0, 13.0)
    f = event_forecast(100, 8, 10, horizon=12, entries=entries, target=16)
    hazard = rng.gamma(8, 1 / 100, size)
    day = rng.standard_exponential((size, 22)) / hazard[:, None] + np.append(np.zeros(10), entries)
    drawn = np.bincount((day <= 12).sum(axis=1), minlength=23) / size
    assert np.all(np.abs(drawn - f.probability) < 5 * np.sqrt(f.probability / size) + 1e-4)
    eighth = np.sort(day, axis=1)[:, 7]
    close([f.time, f.time_low], np.quantile(eighth, [0.5, 0.025]), 0.02)
    assert (f.low, f.high) == (
        8 + int(np.searchsorted(np.cumsum(drawn), 0.025)),
        8 + int(np.searchsorted(np.cumsum(drawn), 0.975)),
    )


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    events=st.integers(1, 30), exposure=st.floats(5, 500), ready=st.integers(1, 15), s=st.floats(0.1, 60),
    coming=st.lists(st.floats(0, 50), max_size=6), unit=st.sampled_from([7.0, 30.4375]),
)  # fmt: skip
def test_properties(events: int, exposure: float, ready: int, s: float, coming: list[float], unit: float) -> None:
    f = event_forecast(exposure, events, ready, horizon=s, entries=coming, target=events + 1)
    assert f.probability.sum() == pytest.approx(1, abs=1e-10)
    close(f.probability @ np.arange(f.probability.size), f.expected - events, 1e-7)
    assert events <= f.low <= f.high <= events + ready + len(coming)
    assert f.time_low <= f.time <= f.time_high
    g = event_forecast(exposure * unit, events, ready, horizon=s * unit, entries=[v * unit for v in coming],
                       target=events + 1)  # fmt: skip
    close([g.expected, g.reached, g.time / unit], [f.expected, f.reached, f.time], 1e-7)


@pytest.mark.parametrize(
    ("days", "change", "words"),
    [
        ([], {}, "days is empty"),
        ([5, 60], {}, "days must lie between opened"),
        ([-1], {}, "days must lie between opened"),
        ([5], {"opened": 50}, "as_of must come after opened"),
        ([5, 6, 7], {"n_max": 2}, "n_max is 2"),
        ([5], {"prior": (-1, 0)}, "prior must hold"),
        ([5], {"level": 1.0}, "level must lie"),
        ([math.nan], {}, "days has 1 missing"),
    ],
)
def test_bad_accrual(days: list[float], change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        accrual_forecast(days, **({"n_max": 40, "as_of": 50} | change))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"events": 0}, "events: none seen"),
        ({"events": 1.5}, "events must be a whole number"),
        ({"exposure": -1}, "exposure must lie"),
        ({"target": 3}, "target of 3 events has been reached"),
        ({"target": 30}, "target of 30 events needs 27 more"),
        ({"entries": [-1]}, "entries has 1 negative"),
        ({"horizon": math.inf}, "horizon must lie"),
        ({"at_risk": -1}, "at_risk must lie"),
    ],
)
def test_bad_events(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        event_forecast(**({"exposure": 100, "events": 3, "at_risk": 5, "horizon": 10} | change))
    assert event_forecast(100, 0, 5, horizon=10, prior=(1, 20)).rate == pytest.approx(1 / 120)
    with pytest.raises(ValueError, match="day must lie"):
        accrual_forecast([5], 9, as_of=20).number_by(10)


def test_simulated_without_accrual_is_the_exact_forecast() -> None:
    exact = event_forecast(80, 5, 14, horizon=9, target=8)
    f = simulate_event_forecast(80, 5, 14, enrolled=19, accrual_time=30, remaining=0, horizon=9, seed=2, target=8)
    for name in ("expected", "reached", "time", "time_low", "time_high"):
        assert abs(getattr(f, name) - getattr(exact, name)) < 4.5 * getattr(f, f"{name}_se"), name
    assert (f.low, f.high, f.entered) == (exact.low, exact.high, 0)
    assert f == simulate_event_forecast(
        80, 5, 14, enrolled=19, accrual_time=30, remaining=0, horizon=9, seed=2, target=8
    )


def test_simulated_with_accrual_against_a_sum() -> None:
    """Entry j comes at 30 u / (1 - u), u beta(j, 12); then the mean of 1 - (T / (T + s - entry))^d, by midpoints."""
    from scipy.special import betaincinv

    f = simulate_event_forecast(80, 5, 4, enrolled=12, accrual_time=30, remaining=6, horizon=15, seed=3)
    grid = (np.arange(20_000) + 0.5) / 20_000
    mean, entered = 5 + 4 * (1 - (80 / 95) ** 5), 0.0
    for j in range(1, 7):
        u = betaincinv(j, 12, grid)
        left = np.maximum(15 - 30 * u / (1 - u), 0)
        mean += np.mean(1 - (80 / (80 + left)) ** 5)
        entered += np.mean(left > 0)
    assert abs(f.expected - mean) < 4 * f.expected_se
    assert abs(f.entered - entered) < 4 * f.entered_se
    assert math.isnan(f.reached)
    runs = [simulate_event_forecast(80, 5, 4, enrolled=12, accrual_time=30, remaining=6, horizon=15, seed=s, target=9,
                                    replicates=400) for s in range(100)]  # fmt: skip
    for name in ("expected", "time", "time_low", "reached"):
        spread = np.std([getattr(r, name) for r in runs], ddof=1)
        assert 0.7 < spread / np.mean([getattr(r, f"{name}_se") for r in runs]) < 1.4, name


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"events": 0}, "events: 0 in exposure"),
        ({"enrolled": 0}, "enrolled: 0 in accrual_time"),
        ({"target": 3}, "target must lie between 4 and 18"),
        ({"target": 19}, "target must lie between 4 and 18"),
        ({"remaining": -1}, "remaining must lie"),
        ({"replicates": 1}, "replicates must lie"),
    ],
)
def test_bad_simulated_events(change: dict[str, Any], words: str) -> None:
    good: dict[str, Any] = {"exposure": 100, "events": 3, "at_risk": 5, "horizon": 10, "enrolled": 8}
    good |= {"accrual_time": 40, "remaining": 10, "seed": 1}
    with pytest.raises(ValueError, match=words):
        simulate_event_forecast(**(good | change))
