"""Survival at fixed times between two groups."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onearm.stats.survival import kaplan_meier, milestone_difference


def close(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=1e-12)


def test_lung_at_a_year(lung: Any, r_values: Any) -> None:
    # 0.3360878 (0.04342359) and 0.5264630 (0.05973685): z 2.577798, p 0.00994322; cloglog chi-square 6.206574
    rows = (lung["time"], lung["status"], lung["sex"], 365)
    r = milestone_difference(*rows)
    assert r.survival.round(7).tolist() == [0.3360878, 0.5264630]
    assert r.survival_std_error.round(8).tolist() == [0.04342359, 0.05973685]
    assert (round(r.difference, 7), round(r.z, 6), round(r.p_value, 8)) == (0.1903752, 2.577798, 0.00994322)
    c = milestone_difference(*rows, scale="cloglog")
    assert round(c.statistic, 6) == 6.206574
    assert c.z > 0
    theirs = r_values("rmst")["milestone"]
    close([*r.survival, *r.survival_std_error, r.z], [*theirs["surv"], *theirs["se"], theirs["z"][0]])
    close(c.statistic, theirs["cloglog"][0])
    assert c.difference == r.difference


def test_weights_and_clusters_against_r(lung: Any, r_values: Any) -> None:
    rows = (lung["time"], lung["status"], lung["sex"], 365)
    theirs = r_values("rmst")["clustered_surv"]
    weighted = milestone_difference(*rows, weight=lung["w"])
    close(weighted.survival, theirs["value"])
    close(weighted.std_error, theirs["se_rows"][0])
    close(milestone_difference(*rows, weight=lung["w"], cluster=lung["k"]).std_error, theirs["se"][0])


def test_uncensored_is_two_proportions() -> None:
    # 3 of 10 and 7 of 10 alive at 5: 0.4, variance 2 * 0.21 / 10
    time = np.r_[np.arange(1, 11) * 0.7, np.arange(1, 11) * 1.55]
    group = np.repeat(["a", "b"], 10)
    r = milestone_difference(time, np.ones(20), group, 5)
    assert r.survival.round(12).tolist() == [0.3, 0.7]
    assert r.std_error == pytest.approx(math.sqrt(2 * 0.21 / 10), rel=1e-12)
    assert r.z == pytest.approx(0.4 / math.sqrt(0.042), rel=1e-12)
    assert r.statistic == pytest.approx(0.16 / 0.042, rel=1e-12)
    c = milestone_difference(time, np.ones(20), group, 5, scale="cloglog")
    u = [math.log(-math.log(s)) for s in (0.3, 0.7)]
    v = [0.021 / (s * math.log(s)) ** 2 for s in (0.3, 0.7)]
    assert c.z == pytest.approx((u[0] - u[1]) / math.sqrt(sum(v)), rel=1e-12)
    # limits put together from those of each group
    low, high = kaplan_meier(time[:10], np.ones(10)), kaplan_meier(time[10:], np.ones(10))
    a, b = low.at(5), high.at(5)
    assert c.low == pytest.approx(0.4 - math.hypot(0.7 - b.low[0], a.high[0] - 0.3), rel=1e-12)
    assert c.high == pytest.approx(0.4 + math.hypot(b.high[0] - 0.7, 0.3 - a.low[0]), rel=1e-12)


def test_several_times_are_each_time(aml: Any) -> None:
    rows = (aml["time"], aml["status"], aml["x"])
    for options in ({}, {"scale": "cloglog"}, {"weight": aml["w"], "cluster": aml["k"], "scale": "cloglog"}):
        both = milestone_difference(*rows, [12, 30, 200], **options)
        assert both.survival.shape == (2, 3)
        for k, at in enumerate((12, 30, 200)):
            one = milestone_difference(*rows, at, **options)
            for name in ("difference", "std_error", "low", "high", "z", "statistic", "p_value"):
                close(getattr(both, name)[k], getattr(one, name))
            assert both.message[k] == one.message
        assert both.message[:2] == ("", "")
        assert "200 lies beyond the last follow-up" in both.message[2]


def test_direction_order_scale_and_duplicates(aml: Any) -> None:
    rows = (aml["time"], aml["status"], aml["x"])
    a = milestone_difference(*rows, 24)
    b = milestone_difference(*rows, 24, reference="Nonmaintained")
    assert (a.difference, a.low, a.z, a.statistic) == (-b.difference, -b.high, -b.z, b.statistic)
    shuffle = np.random.default_rng(2).permutation(23)
    moved = milestone_difference(aml["time"][shuffle] / 7, aml["status"][shuffle], aml["x"][shuffle], 24 / 7)
    assert moved.z == pytest.approx(a.z, rel=1e-12)
    w = np.where(np.arange(23) % 3 == 0, 2, 1)
    twice = np.repeat(np.arange(23), w)
    for scale in ("plain", "cloglog"):
        weighted = milestone_difference(*rows, 24, weight=w, scale=scale)
        repeated = milestone_difference(*(np.asarray(v)[twice] for v in rows), 24, cluster=twice, scale=scale)
        close([weighted.statistic, weighted.low], [repeated.statistic, repeated.low])


def test_pairs_as_clusters() -> None:
    # pairs that fall alike narrow the difference; by hand: 4 pairs uncensored, indicator differences 0, 0, 0, -1
    time = np.array([1.0, 2, 8, 9, 1.5, 3, 7, 4])
    group, pair = np.repeat([0, 1], 4), np.tile(np.arange(4), 2)
    r = milestone_difference(time, np.ones(8), group, 5, cluster=pair)
    assert r.difference == -0.25
    assert r.std_error == pytest.approx(math.sqrt(sum((x + 0.25) ** 2 for x in (0, 0, 0, -1))) / 4, rel=1e-12)


def test_what_cannot_be_estimated_says_so() -> None:
    time, group = [1, 2, 3, 9, 8, 9, 9, 9], [0, 0, 0, 0, 1, 1, 1, 1]
    certain = milestone_difference(time, [1, 1, 1, 0, 0, 0, 0, 0], group, 5, scale="cloglog")
    assert math.isnan(certain.p_value)
    assert math.isnan(certain.low)
    assert certain.message == "survival is 1 at 5 in group 1: it has no complementary log-log"
    plain = milestone_difference(time, [1, 1, 1, 0, 0, 0, 0, 0], group, 5)
    assert plain.difference == 0.75
    assert plain.message == ""
    dead = milestone_difference([1, 2, 3, 4, 8, 9, 9, 9], [1] * 8, group, 5)
    assert dead.difference == 1.0
    assert math.isnan(dead.p_value)
    assert "survival is 0 at 5 in group 0" in dead.message
    nobody = milestone_difference([9] * 8, [0] * 8, group, 5)
    assert nobody.message == "the standard error of the difference is 0"
    assert math.isnan(nobody.p_value)
    dead_weighted = milestone_difference([1, 2, 3, 4, 8, 9, 9, 9], [1] * 8, group, 5, weight=[1, 2, 1, 1, 1, 1, 1, 2])
    assert "survival is 0" in dead_weighted.message
    assert math.isnan(dead_weighted.std_error)


def test_bad_input() -> None:
    for bad, words in (
        ({"at": -1}, "at has 1 negative"),
        ({"at": math.nan}, "at has 1 missing"),
        ({"scale": "logit"}, "scale must be one of"),
        ({"group": [0, 0, 0]}, "exactly two labels"),
        ({"event": [2, 0, 1]}, "event must hold 0 and 1"),
        ({"level": 1.0}, "level must lie"),
    ):
        arguments: dict[str, Any] = {"time": [1, 2, 3], "event": [1, 1, 0], "group": [0, 1, 1], "at": 2} | bad
        with pytest.raises(ValueError, match=words):
            milestone_difference(**arguments)


@pytest.mark.slow
def test_level_of_the_tests_with_twenty_a_group() -> None:
    """Exponential times, about a third censored, survival 0.5 at the milestone in both groups.

    Of 2,000 trials: plain rejects 8.2 %, cloglog 5.6 %; limits leave out 0 in 8.2 % and 5.4 %.
    """
    rng = np.random.default_rng(11)
    wrong, missed, count = {"plain": 0, "cloglog": 0}, {"plain": 0, "cloglog": 0}, 2000
    for _ in range(count):
        life, censor = rng.exponential(1 / math.log(2), 40), rng.uniform(0, 4, 40)
        rows = (np.minimum(life, censor), life <= censor, np.repeat([0, 1], 20), 1.0)
        for scale in wrong:
            r = milestone_difference(*rows, scale=scale)
            wrong[scale] += r.p_value < 0.05
            missed[scale] += not r.low <= 0 <= r.high
    assert 0.03 < wrong["cloglog"] / count < 0.062
    assert 0.03 < missed["cloglog"] / count < 0.062
    assert wrong["plain"] > wrong["cloglog"]
