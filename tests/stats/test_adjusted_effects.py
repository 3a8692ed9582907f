"""Weighted risks, survival, incidence and log-rank tests with robust variance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onearm.stats.competing import cumulative_incidence
from onearm.stats.cox import cox
from onearm.stats.survival import log_rank, milestone_difference, rmst_difference
from onearm.stats.weighted_risk import (
    Contrast,
    adjusted_log_rank,
    incidence_contrast,
    risk_contrast,
    rmst_contrast,
    survival_contrast,
)

Data = dict[str, Any]


@pytest.fixture(scope="module")
def rows(lung: Any) -> Data:
    kept = np.isfinite(lung["ph.ecog"])
    t, d = lung["time"][kept], lung["status"][kept] == 1
    i = np.arange(1, t.size + 1)
    return {
        "t": t,
        "d": d,
        "z": lung["sex"][kept] == 2,
        "w": 0.5 + i % 7 / 3,
        "k": i * 5 % 40,
        "cause": np.where(d, np.where(i % 3 == 0, 2, 1), 0),
        "y": t > 250,
    }


def close(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol)


def test_risks_against_r(rows: Data, r_values: Any) -> None:
    r = r_values("effects")["binary"]
    for measure, name in (("difference", "difference"), ("ratio", "ratio"), ("odds-ratio", "odds")):
        c = risk_contrast(rows["y"], rows["z"], measure=measure, weight=rows["w"])
        close([c.estimate if measure == "difference" else math.log(c.estimate), c.std_error], r[name])
    for measure, name in (("difference", "difference_clusters"), ("odds-ratio", "odds_clusters")):
        c = risk_contrast(rows["y"], rows["z"], measure=measure, weight=rows["w"], cluster=rows["k"])
        close(c.std_error, r[name][1])


def test_risks_of_two_counts() -> None:
    # maicplus: 390/500 v 280/400; difference 8.0 points (2.22492, 13.77508), ratio 1.114286 (1.0293724, 1.206204),
    # odds ratio 1.519481 (1.1247154, 2.052805)
    y, z = np.r_[np.ones(390), np.zeros(110), np.ones(280), np.zeros(120)], np.r_[np.ones(500), np.zeros(400)]
    for measure, low, high, p in (
        ("difference", 0.0222492, 0.1377508, 0.006626),
        ("ratio", 1.0293724, 1.206204, 0.007455),
        ("odds-ratio", 1.1247154, 2.052805, 0.006417),
    ):
        c = risk_contrast(y, z, measure=measure)
        close([c.low, c.high], [low, high], 1e-6)
        assert c.p_value == pytest.approx(p, abs=1e-6)


@pytest.mark.parametrize("clustered", [False, True])
def test_curves_against_r(rows: Data, r_values: Any, clustered: bool) -> None:
    r = r_values("effects")
    more = {"weight": rows["w"], "cluster": rows["k"] if clustered else None}
    found = {
        "survival": survival_contrast(rows["t"], rows["d"], rows["z"], 300, **more),
        "incidence": incidence_contrast(rows["t"], rows["cause"], rows["z"], 300, **more),
        "area": rmst_contrast(rows["t"], rows["d"], rows["z"], 500, **more),
    }
    for name, c in found.items():
        v = np.reshape(r[name]["clusters" if clustered else "rows"], (2, 2))
        close([c.first.estimate, c.second.estimate], r[name]["estimate"])
        close([c.first.std_error**2, c.second.std_error**2], np.diag(v))
        close(c.std_error**2, v[0, 0] + v[1, 1] - 2 * v[0, 1])
        close(c.estimate, r[name]["estimate"][0] - r[name]["estimate"][1])


def test_the_same_numbers_as_the_unweighted_kernels(rows: Data) -> None:
    t, d, z, w, k = (rows[name] for name in "tdzwk")
    one = survival_contrast(t, d, z, 300, weight=w, cluster=k)
    other = milestone_difference(t, d, z, 300, weight=w, cluster=k)
    close([one.estimate, one.low, one.p_value], [other.difference, other.low, other.p_value])
    mean = rmst_difference(t, d, z, 500, weight=w, cluster=k)
    close(rmst_contrast(t, d, z, 500, weight=w, cluster=k).low, mean.difference.low)
    ratio = rmst_contrast(t, d, z, 500, measure="ratio", weight=w, cluster=k)
    close(
        [ratio.estimate, ratio.std_error, ratio.high],
        [getattr(mean.ratio, n) for n in ("estimate", "std_error", "high")],
    )
    curve = cumulative_incidence(t[z], rows["cause"][z], weight=w[z])
    place = np.searchsorted(curve.time, 300, side="right") - 1
    c = incidence_contrast(t, rows["cause"], z, 300, weight=w)
    close([c.first.estimate, c.first.std_error], [curve.incidence[1][place], curve.std_error[1][place]])


def test_influence_of_incidence_by_differences() -> None:
    # w times the derivative in a weight, by raising and lowering it a little
    t, cause = np.array([1, 2, 2, 3, 5, 5, 6, 8.0]), np.array([1, 2, 0, 1, 1, 1, 0, 2])
    z, w = np.repeat([1, 0], 4), np.array([1, 2, 0.5, 1.5, 1, 1, 3, 0.7])
    moved = np.zeros(4)
    for i in range(4):
        up, down = w.copy(), w.copy()
        up[i], down[i] = w[i] * (1 + 1e-6), w[i] * (1 - 1e-6)
        more, less = (incidence_contrast(t, cause, z, 2.5, weight=v).first.estimate for v in (up, down))
        moved[i] = (more - less) / 2e-6
    c = incidence_contrast(t, cause, z, 2.5, weight=w)
    assert c.first.std_error == pytest.approx(np.linalg.norm(moved), rel=1e-8)


def test_log_rank_against_r(rows: Data, r_values: Any) -> None:
    r = r_values("effects")["log_rank"]
    t, d, z, w, k = (rows[name] for name in "tdzwk")
    plain = adjusted_log_rank(t, d, z, weight=w)
    close([plain.observed - plain.expected, plain.variance], r["xie"])
    assert plain.kind == "xie-liu"
    close(adjusted_log_rank(t, d, z, weight=w, variance="robust").statistic, r["scores"][0])
    clustered = adjusted_log_rank(t, d, z, weight=w, cluster=k)
    close(clustered.statistic, r["scores"][1])
    assert clustered.kind == "robust"
    assert clustered.z == pytest.approx(-math.sqrt(clustered.statistic))


def test_log_rank_by_other_routes(rows: Data) -> None:
    t, d, z, w, k = (rows[name] for name in "tdzwk")
    close(adjusted_log_rank(t, d, z).statistic, log_rank(t, d, z).statistic)
    strata = rows["cause"] % 2 + k % 3
    fit = cox(t, d, z, weight=w, cluster=k, strata=strata, ties="breslow")
    robust = adjusted_log_rank(t, d, z, weight=w, cluster=k, strata=strata)
    close(robust.statistic, fit.robust_score.statistic)
    close(robust.p_value, fit.robust_score.p_value)
    for variance in ("xie-liu", "robust"):  # in whatever unit weights come
        one, other = (adjusted_log_rank(t, d, z, weight=w * u, variance=variance).statistic for u in (1, 1000))
        close(one, other)


def test_pairs_narrow_or_widen_an_interval() -> None:
    # pairs that agree: the difference within pairs hardly varies
    y = np.r_[1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    z, pair = np.repeat([1, 0], 7), np.tile(np.arange(7), 2)
    free, paired = risk_contrast(y, z), risk_contrast(y, z, cluster=pair)
    d = y[:7] - y[7:]
    assert paired.std_error == pytest.approx(math.sqrt(np.sum((d - d.mean()) ** 2)) / 7)
    assert paired.std_error < free.std_error


def test_no_number_without_words() -> None:
    t, z = np.array([1, 2, 3, 4.0]), np.array([1, 1, 0, 0])
    for c in (
        risk_contrast([1, 1, 0, 0], z, measure="ratio"),
        risk_contrast([1, 1, 1, 0], z, measure="odds-ratio"),
        risk_contrast([1, 1, 0, 0], z),
        survival_contrast(t, [0, 0, 0, 0], z, 1),
        incidence_contrast(t, [1, 1, 2, 2], z, 2, measure="ratio"),
    ):
        assert isinstance(c, Contrast)
        assert math.isnan(c.p_value)
        assert c.message


def test_bad_input() -> None:
    t, d, z = [1, 2, 3, 4], [1, 1, 1, 1], [1, 1, 0, 0]
    with pytest.raises(ValueError, match="measure must be one of"):
        risk_contrast(d, z, measure="odd")
    with pytest.raises(ValueError, match="treated must hold both"):
        risk_contrast(d, z, weight=[1, 1, 0, 0])
    with pytest.raises(ValueError, match="at lies beyond the last follow-up 4"):
        survival_contrast(t, [1, 1, 1, 0], z, 5)
    with pytest.raises(ValueError, match="at lies beyond the last follow-up 2"):
        incidence_contrast(t, d, z, 3)
    with pytest.raises(ValueError, match="of must be a cause with events"):
        incidence_contrast(t, d, z, 1, of=2)
    with pytest.raises(ValueError, match="tau must be above 0"):
        rmst_contrast(t, d, z, 0)
    with pytest.raises(ValueError, match="at must be one finite time"):
        survival_contrast(t, d, z, -1)
    with pytest.raises(ValueError, match="variance 'xie-liu' knows no cluster"):
        adjusted_log_rank(t, d, z, cluster=t, variance="xie-liu")
    with pytest.raises(ValueError, match="treated must hold both"):
        adjusted_log_rank(t, d, [1, 1, 1, 1])
    with pytest.raises(ValueError, match="cluster holds one label only"):
        adjusted_log_rank(t, d, z, cluster=[1, 1, 1, 1])
    with pytest.raises(ValueError, match="treated: no event time has members of two groups"):
        adjusted_log_rank([1, 1, 1, 1], d, z)
