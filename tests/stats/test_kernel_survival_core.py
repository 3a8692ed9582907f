"""Survival curves: effective sizes, other scales for quantiles, counting and sorting, printed rows by group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats._input import as_clock, as_codes, as_indicator, rank_times
from onearm.stats._order import distinct_ranks, time_order, whole_numbers
from onearm.stats.survival import kaplan_meier, log_rank, reverse_kaplan_meier


def test_effective_sizes_on_paper() -> None:
    km = kaplan_meier([1, 2, 3], [1, 1, 0], weight=[1, 2, 3])
    np.testing.assert_allclose(km.effective_at_risk, [36 / 14, 25 / 13, 1], rtol=1e-14)
    assert km.effective_n == pytest.approx(36 / 14)
    assert km.n_at_risk.tolist() == [3, 2, 1]
    assert km.at_risk.tolist() == [6, 5, 3]
    plain = kaplan_meier([1, 2, 3], [1, 1, 0])
    assert plain.effective_at_risk.tolist() == [3, 2, 1]
    assert plain.effective_n == 3
    equal = kaplan_meier([1, 2, 3], [1, 1, 0], weight=[5, 5, 5])
    np.testing.assert_allclose(equal.effective_at_risk, equal.n_at_risk)
    late = kaplan_meier([2, 4, 6], [1, 1, 0], entry=[0, 1, 2], weight=[1, 2, 3])
    np.testing.assert_allclose(late.effective_at_risk, [9 / 5, 25 / 13, 1])


def test_weights_of_one_are_no_weights(aml: Any) -> None:
    rows = (aml["time"], aml["status"])
    plain, ones = kaplan_meier(*rows), kaplan_meier(*rows, weight=np.ones(23))
    assert ones.variance == "greenwood"
    np.testing.assert_array_equal(plain.std_error, ones.std_error)


def test_quantile_on_another_scale(aml: Any) -> None:
    m = aml["x"] == "Maintained"
    km = kaplan_meier(aml["time"][m], aml["status"][m])
    printed = {"log": (18, None), "log-log": (13, None), "plain": (18, 48), "arcsine": (18, None), "logit": (13, None)}
    for interval, (low, high) in printed.items():
        q = km.quantile(interval=interval)
        assert (q.value, q.low, q.high) == (31, low, high)
        assert q == kaplan_meier(aml["time"][m], aml["status"][m], interval=interval).quantile()
    with pytest.raises(ValueError, match="interval must be one of"):
        km.quantile(interval="wald")


def test_limits_of_aml_at_24_as_printed(aml: Any) -> None:
    m = aml["x"] == "Maintained"
    printed = {
        "log": (0.37687, 0.99916),
        "log-log": (0.26575, 0.83530),
        "plain": (0.31448, 0.91279),
        "arcsine": (0.31217, 0.87354),
        "logit": (0.31020, 0.84870),
    }
    for interval, limits in printed.items():
        r = kaplan_meier(aml["time"][m], aml["status"][m], interval=interval).at(24)
        assert (round(float(r.low[0]), 5), round(float(r.high[0]), 5)) == limits


def test_nonmaintained_aml_as_printed(aml: Any) -> None:
    n = aml["x"] == "Nonmaintained"
    km = kaplan_meier(aml["time"][n], aml["status"][n], interval="log")
    at = km.at([5, 8, 12, 23, 27, 30, 33, 43, 45])
    printed = [0.8333, 0.6667, 0.5833, 0.4861, 0.3889, 0.2917, 0.1944, 0.0972, 0]
    assert at.survival.round(4).tolist() == printed
    assert at.std_error[7].round(4) == 0.0919
    assert np.isnan(at.std_error[8])
    q = km.quantile()
    assert (q.value, q.low, q.high) == (23, 8, None)


def test_lung_by_performance_as_printed(lung: Any) -> None:
    medians = {0: (394, 348, 574, 63, 37), 1: (306, 268, 429, 113, 82), 2: (199, 156, 288, 50, 44)}
    quartiles = {
        0: (285, 189, 350, 655, 558, None),
        1: (181, 156, 223, 550, 460, 689),
        2: (105, 61, 163, 351, 285, 654),
    }
    means = {0: (429, 32.2), 1: (366, 22.4), 2: (256, 30.0)}
    for grade, (value, low, high, n, events) in medians.items():
        rows = lung["ph.ecog"] == grade
        km = kaplan_meier(lung["time"][rows], lung["status"][rows], interval="log")
        q = km.quantile(rule="midpoint")
        assert (q.value, q.low, q.high, km.n, km.total_events) == (value, low, high, n, events)
        first, third = km.quantile(0.25, "midpoint"), km.quantile(0.75, "midpoint")
        assert (first.value, first.low, first.high, third.value, third.low, third.high) == quartiles[grade]
        mean = km.rmst(730)
        assert (round(mean.value), round(mean.std_error, 1)) == means[grade]
    r = kaplan_meier(*(lung[k][lung["ph.ecog"] == 0] for k in ("time", "status")), interval="log").at(365)
    printed = [round(float(v[0]), 3) for v in (r.survival, r.high)]
    assert printed == [0.535, 0.699]
    assert round(float(r.std_error[0]), 4) == 0.0728


def test_follow_up_of_lung_as_printed(lung: Any) -> None:
    q = reverse_kaplan_meier(lung["time"], lung["status"]).quantile(interval="log")
    assert (q.value, q.low, q.high) == (588, 511, 1010)


# --- counting and sorting ------------------------------------------------------------------------


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_counting_and_sorting_give_the_same(weighted: bool, late: bool) -> None:
    rng = np.random.default_rng(8)
    n = 4000
    time, event = rng.integers(1, 200, n), rng.integers(0, 2, n)
    given: dict[str, Any] = {"weight": rng.uniform(0.5, 2, n)} if weighted else {}
    entry = rng.integers(0, time)
    counted = kaplan_meier(time, event, entry=entry if late else None, **given)
    floats = kaplan_meier(time.astype(float), event.astype(float), entry=entry if late else None, **given)
    ordered = kaplan_meier(time / 7, event, entry=entry / 7 if late else None, **given)
    for name in ("at_risk", "events", "censored", "survival", "std_error", "low", "high", "n_at_risk"):
        expected = getattr(counted, name)
        np.testing.assert_array_equal(getattr(floats, name), expected)
        np.testing.assert_allclose(getattr(ordered, name), expected, rtol=1e-12)
    np.testing.assert_allclose(ordered.time * 7, counted.time, rtol=1e-14)
    assert ordered.rmst(10).std_error == pytest.approx(counted.rmst(70).std_error / 7, rel=1e-11)
    np.testing.assert_allclose(ordered.influence(10), counted.influence(70), atol=1e-14)


def test_order_of_any_times() -> None:
    rng = np.random.default_rng(4)
    for time in (
        rng.exponential(size=3000),
        np.exp(rng.normal(0, 200, 3000)),  # all scales a float has
        np.r_[np.full(50, 0.1) + rng.integers(0, 5, 50) * 2e-17, 0.0, -0.0, 5e-324, 1e308],
        np.r_[1 + np.arange(2000)[::-1] * 2.3e-16, 1e-300, 1e300],  # told apart by their last bits only
        np.array([3.0]),
    ):
        order, ordered = time_order(time)
        np.testing.assert_array_equal(ordered, np.sort(time))
        np.testing.assert_array_equal(time[order], ordered)
        assert np.unique(order).size == time.size
        km = kaplan_meier(time, np.ones(time.size))
        assert km.n_events.sum() == time.size
        assert np.all(np.diff(km.time) > 0)


def test_ranks_join_near_ties() -> None:
    days = np.array([3.0, 1, 2, 3, 1])
    grid, rank = distinct_ranks(days)
    assert (grid.tolist(), rank.tolist()) == ([1, 2, 3], [2, 0, 1, 2, 0])
    noisy = days / 3 * (1 + np.array([0, 2e-10, 0, -2e-10, 0]))
    grid, rank = distinct_ranks(noisy)
    assert rank.tolist() == [2, 0, 1, 2, 0]
    np.testing.assert_allclose(grid, [1 / 3, 2 / 3, 1], rtol=1e-9)
    grid, rank = distinct_ranks(np.array([2.0, -1, 0, -3, -1]))
    assert (grid.tolist(), rank.tolist()) == ([-3, -1, 0, 2], [3, 1, 2, 0, 1])
    assert [v.size for v in distinct_ranks(np.empty(0))] == [0, 0]
    _, (one, two) = rank_times(np.array([0.5, 1.5]), np.array([1.5]))
    assert (one.tolist(), two.tolist()) == ([0, 1], [1])


def test_only_few_whole_numbers_are_counted() -> None:
    np.testing.assert_array_equal(whole_numbers(np.array([1.0, 2, 200])), [1, 2, 200])
    assert whole_numbers(np.array([1.0, 2.5])) is None
    assert whole_numbers(np.array([1.0, 1e6])) is None
    assert whole_numbers(np.array([1, 10**9])) is None
    late = np.r_[np.arange(100.0), 0.5]  # the fraction comes after the rows looked at first
    assert whole_numbers(late) is None


def test_the_curve_keeps_rows_of_its_own() -> None:
    for time in (np.array([1, 2, 3, 4]), np.array([1.5, 2.5, 3.5, 4.5])):
        event = np.array([True, True, False, True])
        km = kaplan_meier(time, event)
        before = km.influence(3, "rmst")
        time[:], event[:] = 1, False
        np.testing.assert_array_equal(kaplan_meier(km.time, [1, 1, 0, 1]).influence(3, "rmst"), before)
        np.testing.assert_array_equal(km.influence(3, "rmst"), before)


# --- arrays on the way in ------------------------------------------------------------------------


def test_labels_of_long_vectors() -> None:
    rng = np.random.default_rng(6)
    place = rng.integers(0, 3, 5000)
    for labels in (
        np.array(["a", "b", "c"]),
        np.array([-4, 7, 90]),
        np.array([0.5, 1.5, 2.5]),
        np.array([1, 2, 250], np.uint8),
    ):
        found, code = as_codes("group", labels[place], 5000)
        np.testing.assert_array_equal(found, labels)
        np.testing.assert_array_equal(code, place)
    found, code = as_codes("group", place > 0, 5000)
    assert found.tolist() == [False, True]
    np.testing.assert_array_equal(code, place > 0)
    assert as_codes("group", np.ones(5000, bool), 5000)[0].tolist() == [True]
    rare = np.where(np.arange(5000) == 4321, "z", "a")  # seen by no sample of rows
    assert as_codes("group", rare, 5000)[0].tolist() == ["a", "z"]
    for extreme in (np.array([-120, 0, 120], np.int8), np.array([2**64 - 9, 2**64 - 5, 2**64 - 1], np.uint64)):
        found, code = as_codes("group", extreme[place], 5000)
        np.testing.assert_array_equal(found, extreme)
        np.testing.assert_array_equal(code, place)
    many = rng.permutation(5000)
    np.testing.assert_array_equal(as_codes("group", many, 5000)[1], many)
    np.testing.assert_array_equal(as_codes("group", many * 10**12, 5000)[1], many)
    with pytest.raises(ValueError, match="group has missing values, the first at index 77"):
        as_codes("group", np.where(np.arange(5000) == 77, np.nan, 1.0), 5000)


def test_indicators_of_every_type() -> None:
    for dtype in (bool, np.int8, np.uint8, np.int64, float, object):
        assert as_indicator("event", np.array([0, 1, 1], dtype=dtype)).tolist() == [False, True, True]
    given = np.array([True, False])
    found = as_indicator("event", given)
    given[:] = False
    assert found.tolist() == [True, False]
    for bad in (np.array([0, 2]), np.array([-1, 0]), [0, 0.5]):
        with pytest.raises(ValueError, match="event must hold 0 and 1 only"):
            as_indicator("event", bad)


def test_clocks_refuse_what_times_refuse() -> None:
    assert as_clock("time", [1, 2]).dtype.kind == "i"
    assert as_clock("time", np.array([1, 2], np.uint16)).dtype == np.float64
    for bad, word in (
        (np.array([-1, 2]), "1 negative"),
        ([np.nan, 1.0], "1 missing or infinite"),
        ([np.inf, 1.0], "1 missing or infinite"),
        (["1"], "numbers only"),
        ([[1]], "one-dimensional"),
        ([], "empty"),
        (np.ma.masked_array([1, 2], [0, 1]), "masked"),
    ):
        with pytest.raises(ValueError, match=word):
            as_clock("time", bad)
    with pytest.raises(ValueError, match="1 values where 2 are needed"):
        as_clock("time", [1], 2)


def test_one_row() -> None:
    km = kaplan_meier([0], [1])
    assert (km.time.tolist(), km.survival.tolist()) == ([0], [0])
    km = kaplan_meier([5.5], [0])
    assert km.at(5).survival.tolist() == [1]
    assert km.quantile().value is None
    with pytest.raises(ValueError, match="two different labels"):
        log_rank([1], [1], [0])
