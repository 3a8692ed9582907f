"""Survival kernels: two routes to one number, and properties that hold for any data."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.survival import kaplan_meier, log_rank


def test_jackknife_with_unit_weights_is_greenwood(lung: Any) -> None:
    greenwood = kaplan_meier(lung["time"], lung["status"])
    robust = kaplan_meier(lung["time"], lung["status"], cluster=np.arange(228))
    assert robust.variance == "infinitesimal jackknife"
    inside = ~np.isnan(greenwood.std_error)
    np.testing.assert_allclose(robust.std_error[inside], greenwood.std_error[inside], rtol=1e-10)


def test_clusters_of_one_are_no_clusters(aml: Any) -> None:
    rows, options = (aml["time"], aml["status"]), {"weight": aml["w"], "entry": aml["e"]}
    plain = kaplan_meier(*rows, **options)
    clustered = kaplan_meier(*rows, cluster=np.arange(23), **options)
    np.testing.assert_allclose(clustered.std_error, plain.std_error, rtol=1e-10)
    assert clustered.rmst(40).std_error == pytest.approx(plain.rmst(40).std_error, rel=1e-12)


def test_jackknife_is_the_derivative_in_the_weights(aml: Any) -> None:
    rows, step = (aml["time"], aml["status"]), 1e-6
    at, mean = np.zeros(23), np.zeros(23)
    for i in range(23):
        values = []
        for sign in (1, -1):
            km = kaplan_meier(*rows, weight=aml["w"] + sign * step * (np.arange(23) == i))
            values.append((km.at(27).survival[0], km.rmst(27).value))
        at[i], mean[i] = (np.subtract(*values)) / (2 * step)
    km = kaplan_meier(*rows, weight=aml["w"])
    assert np.sqrt(np.sum((aml["w"] * at) ** 2)) == pytest.approx(km.at(27).std_error[0], rel=1e-7)
    assert np.sqrt(np.sum((aml["w"] * mean) ** 2)) == pytest.approx(km.rmst(27).std_error, rel=1e-7)


def test_whole_weights_are_repetitions(aml: Any) -> None:
    w = np.arange(23) % 3
    once = kaplan_meier(aml["time"], aml["status"], weight=w)
    again = kaplan_meier(*(np.repeat(aml[k], w) for k in ("time", "status")), cluster=np.repeat(range(23), w))
    np.testing.assert_allclose(once.survival, again.survival, rtol=1e-13)
    np.testing.assert_allclose(once.std_error, again.std_error, rtol=1e-12)
    assert once.at_risk.tolist() == again.at_risk.tolist()
    assert once.n_at_risk[0] == np.count_nonzero(w)


def test_scaling_all_weights_changes_nothing(aml: Any) -> None:
    rows = (aml["time"], aml["status"])
    one, ten = (kaplan_meier(*rows, weight=f * aml["w"]) for f in (1, 10))
    np.testing.assert_allclose(one.std_error, ten.std_error, rtol=1e-12)
    np.testing.assert_allclose(one.low, ten.low, rtol=1e-12)
    one, ten = (log_rank(*rows, aml["x"], weight=f * aml["w"]) for f in (1, 10))
    assert one.statistic == pytest.approx(ten.statistic, rel=1e-12)
    unit = log_rank(*rows, aml["x"], weight=np.full(23, 7))
    assert unit.statistic == pytest.approx(log_rank(*rows, aml["x"]).statistic, rel=1e-12)


def test_split_rows_are_whole_rows(aml: Any) -> None:
    cut = aml["time"] / 2
    time, entry = np.r_[cut, aml["time"]], np.r_[np.zeros(23), cut]
    event, subject = np.r_[np.zeros(23), aml["status"]], np.r_[np.arange(23), np.arange(23)]
    whole = kaplan_meier(aml["time"], aml["status"])
    split = kaplan_meier(time, event, entry=entry)
    seen = whole.time[whole.events > 0]
    np.testing.assert_allclose(split.at(seen).survival, whole.at(seen).survival, rtol=1e-13)
    np.testing.assert_allclose(split.at(seen).std_error, whole.at(seen).std_error, rtol=1e-13)
    np.testing.assert_array_equal(split.at(seen).at_risk, whole.at(seen).at_risk)
    assert split.rmst(40).std_error == pytest.approx(whole.rmst(40).std_error, rel=1e-12)
    w = aml["w"]
    whole = kaplan_meier(aml["time"], aml["status"], weight=w)
    split = kaplan_meier(time, event, entry=entry, weight=np.r_[w, w], cluster=subject)
    np.testing.assert_allclose(split.at(seen).std_error, whole.at(seen).std_error, rtol=1e-12)


def test_weighted_log_rank_variance_by_enumeration() -> None:
    # one event time, d = 2 of n = 5: every pair of rows is equally likely to have the events
    w, z = np.array([1.0, 2.5, 0.5, 3.0, 1.5]), np.array([1, 1, 0, 0, 0])
    share = w[z == 1].sum() / w.sum()
    outcomes = [sum(w[i] * (z[i] - share) for i in pair) for pair in combinations(range(5), 2)]
    r = log_rank([1, 1, 2, 2, 2], [1, 1, 0, 0, 0], 1 - z, weight=w)
    assert r.covariance[0, 0] == pytest.approx(np.mean(np.square(outcomes)), rel=1e-13)
    assert np.mean(outcomes) == pytest.approx(0, abs=1e-15)


def test_a_group_gone_before_the_first_event_changes_nothing(aml: Any) -> None:
    plain = log_rank(aml["time"], aml["status"], aml["x"])
    more = log_rank(np.r_[1, 2, aml["time"]], np.r_[0, 0, aml["status"]], np.r_[["A", "A"], aml["x"]])
    assert (more.df, plain.df) == (1, 1)
    assert more.statistic == pytest.approx(plain.statistic, rel=1e-13)


# --- properties ----------------------------------------------------------------------------------

rows = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 1), st.integers(0, 2), st.integers(1, 5)),
    min_size=4,
    max_size=30,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(rows, st.randoms(use_true_random=False), st.sampled_from([0.25, 3.0, 1e6]))
def test_order_and_unit_of_time_do_not_matter(data: Any, random: Any, unit: float) -> None:
    t, d, g, w = np.array(data, dtype=float).T
    mixed = list(range(len(data)))
    random.shuffle(mixed)
    one = kaplan_meier(t, d, weight=w)
    two = kaplan_meier(unit * t[mixed], d[mixed], weight=w[mixed])
    np.testing.assert_allclose(one.survival, two.survival, rtol=1e-12)
    np.testing.assert_allclose(one.std_error, two.std_error, rtol=1e-9, atol=1e-12)
    assert np.all(np.diff(one.survival) <= 0)
    inside = ~np.isnan(one.low)
    assert np.all((one.low <= one.survival + 1e-15)[inside] & (one.survival <= one.high + 1e-15)[inside])
    if d.any() and np.unique(g).size > 1:
        together = [np.unique(g[t >= s]).size > 1 for s in t[d == 1]]
        if not any(together):
            with pytest.raises(ValueError, match="at risk together"):
                log_rank(t, d, g, weight=w, rho=1)
            return
        first = log_rank(t, d, g, weight=w, rho=1)
        other = log_rank(unit * t[mixed], d[mixed], g[mixed], weight=w[mixed], rho=1)
        assert first.statistic == pytest.approx(other.statistic, rel=1e-8, abs=1e-9)
        assert first.observed.sum() == pytest.approx(first.expected.sum())
        assert 0 <= first.p_value <= 1
