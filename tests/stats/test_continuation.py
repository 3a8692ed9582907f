"""From today's count to the end: against enumeration in fractions, binomial tails, and operating characteristics."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from onearm.stats.monitoring import boundary, continuation, operating_characteristics, predicted_events

SIMON = boundary([10, 29], low=[1, 5], low_means="futility")


def by_hand(rule, x, n, chance):
    """Every course of the trial, with the chance of an event given (events, patients) so far."""
    found = {"low": Fraction(0), "high": Fraction(0), "complete": Fraction(0)}
    limits = dict(zip(rule.n.tolist(), zip(rule.low[0].tolist(), rule.high[0].tolist(), strict=True), strict=True))
    for course in product((0, 1), repeat=rule.n_max - n):
        events, p, end = x, Fraction(1), "complete"
        for m, one in enumerate(course, n):
            q = chance(events, m)
            p *= q if one else 1 - q
            events += one
            if m + 1 in limits and end == "complete":
                low, high = limits[m + 1]
                end = "low" if events <= low else "high" if events >= high else end
        found[end] += p
    return found


RULE = boundary([4, 6, 9], low=[0, 1, 2], high=[4, 5, 7], low_means="futility", high_means="efficacy")


@pytest.mark.parametrize(("x", "n"), [(0, 0), (1, 2), (2, 4), (1, 5), (4, 6), (3, 8), (2, 9)])
def test_against_every_course_in_fractions(x, n):
    rate = continuation(RULE, x, n, p=0.25)
    exact = by_hand(RULE, x, n, lambda *_: Fraction(1, 4))
    assert [rate.stop_low, rate.stop_high, rate.complete] == pytest.approx(
        [float(v) for v in exact.values()], abs=1e-14
    )
    urn = continuation(RULE, x, n, prior=(0.5, 1.5))
    exact = [float(v) for v in by_hand(RULE, x, n, lambda e, m: (Fraction(1, 2) + e) / (2 + m)).values()]
    assert [urn.stop_low, urn.stop_high, urn.complete] == pytest.approx(exact, abs=1e-14)


def test_one_look_to_come_is_a_binomial_tail():
    assert continuation(SIMON, 3, 10, p=0.3).complete == pytest.approx(stats.binom.sf(2, 19, 0.3), abs=1e-14)
    assert continuation(SIMON, 3, 10, prior=(1, 1)).complete == pytest.approx(
        stats.betabinom.sf(2, 19, 4, 8), abs=1e-12
    )


@given(st.floats(0.01, 0.99))
def test_from_nothing_it_is_the_operating_characteristics(p):
    found = operating_characteristics(RULE, p)
    here = continuation(RULE, 0, 0, p=p)
    assert here.complete == pytest.approx(float(found.complete[0]), abs=1e-12)
    assert here.expected_n == pytest.approx(float(found.expected_n[0]), abs=1e-10)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_rates_at_the_ends(p):
    found = continuation(SIMON, 2, 12, p=p)
    assert (found.stop_low, found.complete) == ((1.0, 0.0) if p == 0 else (0.0, 1.0))


def test_events_forecast_are_beta_binomial():
    found = predicted_events(2, 10, 30, (0.4, 1.6))
    exact = stats.betabinom(20, 2.4, 9.6)
    np.testing.assert_allclose(found.probability[2:23], exact.pmf(np.arange(21)), atol=1e-13)
    assert found.mean == pytest.approx(2 + exact.mean())
    inside = found.probability[found.low : found.high + 1].sum()
    assert inside >= 0.95
    assert found.probability[: found.low].sum() <= 0.025
    assert found.probability[found.high + 1 :].sum() <= 0.025 + 1e-12
    assert predicted_events(3, 9, 9, (1, 1)).probability[3] == 1.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"x": 3, "n": 10}, "exactly one of p and prior"),
        ({"x": 3, "n": 10, "p": 0.2, "prior": (1, 1)}, "exactly one of p and prior"),
        ({"x": 11, "n": 10, "p": 0.2}, "x must lie between 0 and 10"),
        ({"x": 1, "n": 30, "p": 0.2}, "n must lie between 0 and 29"),
        ({"x": 1.5, "n": 10, "p": 0.2}, "whole number"),
        ({"x": 1, "n": 10, "p": 1.2}, "p must lie between 0 and 1"),
        ({"x": 1, "n": 10, "prior": (0, 1)}, "prior must lie"),
        ({"x": 1, "n": 10, "prior": [1, 1, 1]}, "two parameters"),
    ],
)
def test_what_cannot_be_is_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        continuation(SIMON, **arguments)


def test_a_rule_for_two_endpoints_is_refused():
    both = boundary([5], high=[[2], [3]], high_means="harm", names=("a", "b"))
    with pytest.raises(ValueError, match="one endpoint"):
        continuation(both, 1, 2, p=0.1)
