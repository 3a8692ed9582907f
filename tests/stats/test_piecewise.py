"""Piecewise exponential fits: R's Poisson regression, algebra, and second routes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onearm.stats.parametric import parametric, piecewise_exponential


def same(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float).ravel(), np.asarray(theirs, dtype=float).ravel(), rtol=rtol, atol=1e-12
    )


def test_rates_equal_poisson_regression_of_split_rows(lung: Any, r_values: Any) -> None:
    r, rows = r_values("parametric")["piecewise"], (lung["time"], lung["status"], [180, 365])
    fit = piecewise_exponential(*rows)
    same(np.log(fit.rate), r["lung"]["coef"])
    same(fit.covariance, r["lung"]["var"])
    fit = piecewise_exponential(*rows, np.c_[lung["sex"], lung["age"]])
    assert fit.converged
    assert fit.message == ""
    same(np.r_[np.log(fit.rate), fit.coef], r["lung_two"]["coef"])
    same(fit.covariance, r["lung_two"]["var"])


def test_aml_equals_poisson_regression(aml: Any, r_values: Any) -> None:
    r = r_values("parametric")["piecewise"]["aml_two"]
    fit = piecewise_exponential(aml["time"], aml["status"], [13, 30], np.c_[aml["g"], aml["z"]])
    same(np.r_[np.log(fit.rate), fit.coef], r["coef"])
    same(fit.covariance, r["var"])
    same(fit.std_error, np.sqrt(np.diag(fit.covariance))[3:])
    same(fit.low, fit.coef - 1.959963984540054 * fit.std_error)


def test_exact_limits_equal_r(r_values: Any) -> None:
    r = r_values("parametric")["piecewise"]["exact"]
    fit = piecewise_exponential([30.0] * 8 + [21.0], [1] * 7 + [0] * 2)
    same([fit.rate_low[0], fit.rate_high[0]], r["seven"])
    same(fit.exposure, 261)
    none = piecewise_exponential([4.0] * 3, [0] * 3)
    same([none.rate_low[0], none.rate_high[0]], r["none"])
    same(none.rate_high[0], -math.log(0.025) / 12)  # solved on paper
    assert "no event" in none.message


def test_events_over_exposure_by_hand() -> None:
    """(0, 10]: 3 events (one at the cut) in 4 + 10 + 10 + 10; beyond: 1 event in 5 + 7. Rows 3 and 4 pass the cut."""
    fit = piecewise_exponential([4, 10, 15, 17, 10], [1, 1, 1, 0, 1], [10])
    assert fit.events.tolist() == [3, 1]
    assert fit.exposure.tolist() == [44, 12]
    same(fit.rate, [3 / 44, 1 / 12])
    same(fit.log_rate_std_error, [1 / math.sqrt(3), 1])
    same(fit.cumulative_hazard(16).value, 10 * 3 / 44 + 6 / 12)
    variance = (10 * 3 / 44) ** 2 / 3 + (6 / 12) ** 2
    same(fit.cumulative_hazard(16).std_error, math.sqrt(variance))
    same(fit.survival(16).value, math.exp(-10 * 3 / 44 - 0.5))
    same(fit.survival(16).std_error, fit.survival(16).value * math.sqrt(variance))
    same(fit.quantile().value, 10 + (math.log(2) - 30 / 44) * 12)
    same(fit.log_likelihood.fitted, 3 * math.log(3 / 44) + math.log(1 / 12) - 4)
    entry = piecewise_exponential([4, 10, 15, 17, 10], [1, 1, 1, 0, 1], [10], entry=[0, 3, 12, 0, 1])
    assert entry.exposure.tolist() == [4 + 7 + 0 + 10 + 9, 3 + 7]


def test_one_interval_is_the_exponential_model(aml: Any) -> None:
    t, d, x, e = aml["time"], aml["status"], np.c_[aml["g"], aml["z"]], aml["e"]
    for entry in (None, e):
        one, other = (
            piecewise_exponential(t, d, x=x, entry=entry),
            parametric(t, d, x, distribution="exponential", entry=entry),
        )
        same(one.coef, -other.coef[1:])
        same(one.rate, np.exp(-other.coef[0]))
        same(one.std_error, other.std_error[1:])
        same(one.log_likelihood, other.log_likelihood)
        same(one.aic, other.aic)
        at = [5.0, 40.0]
        for ours, theirs in (
            (one.survival(at, [1, 2]), other.survival(at, [1, 2])),
            (one.quantile([0.3, 0.6], [1, 2]), other.quantile([0.3, 0.6], [1, 2])),
        ):
            same(ours.value, theirs.value)
            same(ours.std_error, theirs.std_error)
            same(ours.low, theirs.low)
            same(ours.high, theirs.high)


def test_cuts_that_change_nothing_and_rows_split_in_two(aml: Any) -> None:
    t, d, x = aml["time"], aml["status"], np.c_[aml["g"], aml["z"]]
    fit = piecewise_exponential(t, d, [13, 30], x)
    half = t / 2  # each row as two: (0, t/2] without event, (t/2, t] with its own
    split = piecewise_exponential(
        np.r_[half, t], np.r_[np.zeros(23), d], [13, 30], np.r_[x, x], entry=np.r_[np.zeros(23), half]
    )
    same(split.covariance, fit.covariance)
    same(split.rate, fit.rate)
    months = piecewise_exponential(t / 30.4375, d, np.array([13, 30]) / 30.4375, x)
    same(months.rate, fit.rate * 30.4375)
    same(months.events, fit.events)  # an event at a cut stays on its side in any unit
    w = 1 + np.arange(23) % 2
    again = np.repeat(np.arange(23), w)
    weighted, twice = (
        piecewise_exponential(t, d, [13], x, weight=w),
        piecewise_exponential(t[again], d[again], [13], x[again]),
    )
    same(weighted.covariance, twice.covariance)
    order = np.random.default_rng(2).permutation(23)
    same(piecewise_exponential(t[order], d[order], [13, 30], x[order]).rate, fit.rate)


def test_many_cuts_approach_the_cox_model(aml: Any) -> None:
    """One cut just before and one at each event time: the Breslow partial likelihood."""
    from onearm.stats.cox import cox

    t, d, x = aml["time"], aml["status"], np.c_[aml["g"], aml["z"]]
    at = np.unique(t[d == 1])
    fit = piecewise_exponential(t, d, np.sort(np.r_[at - 1e-3, at]), x)
    same(fit.coef, cox(t, d, x, ties="breslow").coef, rtol=1e-4)


def test_simulated_times_give_the_rates_back() -> None:
    fit = piecewise_exponential([4, 10, 15, 17, 10], [1, 1, 1, 0, 1], [10])
    t = fit.simulate(40_000, np.random.default_rng(4))
    again = piecewise_exponential(t, np.ones(t.size), [10])
    assert np.all(np.abs(np.log(again.rate / fit.rate)) < 4 * again.log_rate_std_error)
    one = piecewise_exponential([1, 2, 3, 4], [1, 1, 1, 1], x=[0, 1, 0, 1])
    drawn = one.simulate(4, np.random.default_rng(4), [[0], [1], [0], [1]])
    base = np.random.default_rng(4).standard_exponential(4) / one.rate[0]
    same(drawn, base * np.exp(-one.coef[0] * np.array([0, 1, 0, 1])))


def test_what_cannot_be_estimated_is_said() -> None:
    fit = piecewise_exponential([1, 2, 3], [1, 0, 0], [1.5, 2.5, 8])
    assert fit.rate.tolist()[:3] == [1 / 4, 0, 0]
    assert np.isnan(fit.rate[3])
    assert "interval 1 has no event" in fit.message
    assert "interval 3 has no exposure" in fit.message
    with pytest.raises(ValueError, match="interval 3 has no exposure"):
        fit.fitted()
    plateau = piecewise_exponential([1, 2, 3], [1, 0, 0], [1.5])
    assert plateau.quantile(0.9).value[0] == np.inf
    assert np.isnan(plateau.quantile(0.9).low[0])
    lost = piecewise_exponential([1, 2, 3, 4], [1, 1, 0, 0], [1.5], [0, 0, 1, 1])
    assert "column 0 grows without limit" in lost.message
    flat = piecewise_exponential([1, 2, 3, 4], [1, 1, 0, 1], [1.5], [5, 5, 5, 5])
    assert "column 0 is constant" in flat.message
    assert np.isnan(flat.coef[0])
    zero = piecewise_exponential([0, 2, 3], [1, 1, 0])
    assert zero.rate[0] == 2 / 5
    with pytest.raises(ValueError, match="events at time 0 only"):
        piecewise_exponential([0, 0], [1, 1])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": [1, -2, 3]}, "time has 1 negative values"),
        ({"time": [], "event": []}, "time is empty"),
        ({"event": [1, 0]}, "event has 2 values"),
        ({"cuts": [2, 1]}, "cuts must be finite times above 0"),
        ({"cuts": [0]}, "cuts must be finite times above 0"),
        ({"x": [1, 2]}, "x has 2 rows"),
        ({"entry": [0, 2, 1]}, "entry must be before time"),
        ({"interval": "wald"}, "interval must be one of exact, log"),
    ],
)
def test_bad_input_is_refused(change: dict[str, Any], words: str) -> None:
    good: dict[str, Any] = {"time": [1, 2, 3], "event": [1, 1, 0]}
    with pytest.raises(ValueError, match=words):
        piecewise_exponential(**(good | change))
