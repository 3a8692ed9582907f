"""Accrual that stops on event times: printed boundaries, closed forms, R's integrals and what must not matter."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import ceil, comb, log
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats import time_to_event_boundary
from onearm.stats._time_to_event_odds import probability_longer, scale_reaching
from onearm.stats.monitoring import TimeBoundary


def conduct(**more: Any) -> TimeBoundary:
    return time_to_event_boundary(6, (60, 295), (3, 10), cutoff=0.03, delta=1, **more)


def test_tteconduct_guide() -> None:
    # M.D. Anderson's TTEConduct 2.0, section 5 of its guide: days; the roots in months behind them
    rule = conduct()
    assert rule.whole_days().tolist() == [0, 0, 105, 216, 330, 449]
    roots = [0, 0, 3.43772033817485, 7.06782436029872, 10.8382394395421, 14.7214695552867]
    np.testing.assert_allclose(rule.time_on_test, roots, rtol=1e-12)
    assert rule.whole_days().tolist() == [ceil(t * 365.25 / 12) for t in roots]


def test_one_arm_simulator_checks() -> None:
    # checks of the One-Arm Time-To-Event Simulator: equal shapes and scales give exactly one half
    mean = time_to_event_boundary(4, (4, 8), (2, 3), cutoff=0.1)
    assert mean.probability(2, 5) == pytest.approx(0.5, abs=1e-15)
    median = time_to_event_boundary(4, (4, 8), (2, 3), cutoff=0.1, parameter="median")
    assert median.probability(2, 5) == pytest.approx(0.3852909215, abs=5e-11)
    unit = time_to_event_boundary(4, (1, 1), (1, 1), cutoff=0.1)
    assert unit.probability(1, 1.3) == pytest.approx((2.3 / 3.3) ** 2, rel=1e-14)
    assert unit.probability(1, 3.3) == pytest.approx((4.3 / 5.3) ** 2, rel=1e-14)


@pytest.mark.parametrize(("events", "a"), list(product(range(5), (1, 2, 5))))
def test_closed_form_without_a_margin(events: int, a: int) -> None:
    # whole shapes: I_w(k, a) is the chance of k or more heads in k + a - 1 tosses
    rule = time_to_event_boundary(5, (a, 7), (2, 3), cutoff=0.01)
    k, w = 2 + events, (3 + 4.5) / (3 + 4.5 + 7)
    heads = sum(comb(k + a - 1, j) * w**j * (1 - w) ** (k + a - 1 - j) for j in range(k, k + a))
    assert rule.probability(events, 4.5) == pytest.approx(heads, rel=1e-13)


def test_one_standard_and_one_experimental_shape_with_a_margin() -> None:
    # a_S = k = 1: P = integral of e^-z (1 - exp(-B z / (b + delta z))); as b -> 0 it is 1 - exp(-B / delta)
    p = probability_longer(1.0, 3.0, (1.0, 1e-9), 2.0)
    assert p == pytest.approx(1 - np.exp(-1.5), rel=1e-7)


def test_against_r(r_values: Callable[[str], dict[str, Any]]) -> None:
    cases = {"a": ((60, 295), (3, 10), 1, 0.03), "b": ((4, 8), (2, 3), 0.5, 0.1), "c": ((1.5, 20), (0.7, 6), 3, 0.02)}
    for name, (standard, experimental, delta, cutoff) in cases.items():
        theirs = r_values("safety")["times"][name]
        rule = time_to_event_boundary(6, standard, experimental, cutoff=cutoff, delta=delta)
        ours = [rule.probability(d, t) for t in (0, 0.3, 7, 60) for d in range(5)]
        np.testing.assert_allclose(ours, theirs["probability"], rtol=1e-10)
        np.testing.assert_allclose(rule.time_on_test, theirs["time_on_test"], rtol=1e-10)  # uniroot to 1e-13


@settings(max_examples=150, deadline=None)
@given(
    a=st.floats(0.1, 300), b=st.floats(0.01, 1e4), k=st.floats(0.1, 300), scale=st.floats(0.01, 1e4),
)  # fmt: skip
def test_quadrature_meets_the_closed_form_as_the_margin_vanishes(a: float, b: float, k: float, scale: float) -> None:
    closed = probability_longer(k, scale, (a, b), 0.0)
    assert probability_longer(k, scale, (a, b), 1e-250) == pytest.approx(closed, abs=1e-13 * (1 + a + k))


@settings(max_examples=100, deadline=None)
@given(
    a=st.floats(0.3, 100), b=st.floats(0.1, 500), k=st.floats(0.3, 100), delta=st.floats(0, 20),
    cutoff=st.floats(1e-4, 0.9), unit=st.sampled_from([365.25 / 12, 1e-3]),
)  # fmt: skip
def test_roots(a: float, b: float, k: float, delta: float, cutoff: float, unit: float) -> None:
    scale = scale_reaching(k, (a, b), delta, cutoff)
    assert probability_longer(k, scale, (a, b), delta) == pytest.approx(cutoff, rel=1e-9)
    # the unit of time does not matter
    assert scale_reaching(k, (a, b * unit), delta * unit, cutoff) == pytest.approx(scale * unit, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    standard=st.tuples(st.floats(1, 60), st.floats(5, 300)),
    experimental=st.tuples(st.floats(0.5, 5), st.floats(5, 30)),
    cutoff=st.floats(0.001, 0.1), delta=st.floats(0, 3), parameter=st.sampled_from(["mean", "median"]),
)  # fmt: skip
def test_a_boundary_in_time(standard: Any, experimental: Any, cutoff: float, delta: float, parameter: str) -> None:
    try:
        rule = time_to_event_boundary(12, standard, experimental, cutoff=cutoff, delta=delta, parameter=parameter)
    except ValueError as problem:
        if "before its first patient" in str(problem):
            return
        raise
    assert np.all(np.diff(rule.time_on_test) >= 0)  # more events need more time
    for d, least in zip(rule.events, rule.time_on_test, strict=True):
        assert rule.at(d) == least
        if least > 0:
            assert rule.probability(d, least) == pytest.approx(cutoff, rel=1e-8)
            assert rule.decide(d, least * (1 - 1e-6)) == "stop"
        assert rule.decide(d, least) == rule.decide(d, least * 1.5 + 1) == "continue"
    assert rule.decide(0, 0) == "continue"
    longer = time_to_event_boundary(15, standard, experimental, cutoff=cutoff, delta=delta, parameter=parameter)
    assert [rule.at(d) for d in range(16)] == [longer.at(d) for d in range(16)]


def test_the_median_is_the_mean_times_log_2() -> None:
    mean = conduct()
    median = time_to_event_boundary(
        6, (60, 295 * log(2)), (3, 10 * log(2)), cutoff=0.03, delta=log(2), parameter="median"
    )
    np.testing.assert_allclose(median.time_on_test, mean.time_on_test, rtol=1e-12)


def test_what_is_said() -> None:
    said = conduct().conventions
    assert said[0] == "stops accrual when P(mean > the standard's mean + 1 | data) < 0.03; equality goes on"
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"events": 0}, "events must lie between 1 and 1000, found 0"),
        ({"events": 2.5}, "events must be a whole number"),
        ({"standard": (60,)}, "standard must be"),
        ({"standard": (0, 295)}, "standard must have its shape a between 0.1 and 10000, found 0"),
        ({"experimental": (3, -1)}, "experimental must have its scale b"),
        ({"experimental": "prior"}, "experimental must hold numbers only"),
        ({"cutoff": 0}, "cutoff must lie between"),
        ({"cutoff": 1}, "cutoff must lie between"),
        ({"delta": -1}, "delta must lie between 0"),
        ({"parameter": "rate"}, "parameter must be one of mean, median"),
        ({"experimental": (3, 1)}, "experimental would stop the trial before its first patient"),
    ],
)
def test_refusals(arguments: dict[str, Any], said: str) -> None:
    given_: dict[str, Any] = {"events": 6, "standard": (60, 295), "experimental": (3, 10), "cutoff": 0.03} | arguments
    with pytest.raises(ValueError, match=said):
        time_to_event_boundary(given_.pop("events"), given_.pop("standard"), given_.pop("experimental"), **given_)


def test_readings_refuse() -> None:
    rule = conduct()
    with pytest.raises(ValueError, match="time must lie between"):
        rule.decide(2, -1)
    with pytest.raises(ValueError, match="per_unit must lie"):
        rule.whole_days(0)
