"""Max-combo: members are log-rank tests, the p-value against closed forms, quadrature and simulation."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from onearm.stats._multivariate_normal import exceedance, factor
from onearm.stats.survival import log_rank, max_combo

MEMBERS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))


@pytest.mark.parametrize(
    "options", [{}, {"strata": "s"}, {"weight": "w"}, {"strata": "s", "weight": "w", "entry": "e"}]
)
def test_members_are_log_rank_tests(options: dict[str, str], aml: Any) -> None:
    given = {name: aml[column] for name, column in options.items()}
    members = (*MEMBERS, (0.5, 2.0))
    r = max_combo(aml["time"], aml["status"], aml["x"], members=members, **given)
    for z, (rho, gamma) in zip(r.z, members, strict=True):
        one = log_rank(aml["time"], aml["status"], aml["x"], rho=rho, gamma=gamma, **given)
        assert one.z is not None
        assert z == pytest.approx(one.z, rel=1e-12)
    assert r.statistic == np.max(np.abs(r.z))
    assert r.members[r.best] == members[int(np.argmax(np.abs(r.z)))]
    assert r.message == ""


def test_lung_members_as_printed(lung: Any) -> None:
    r = max_combo(lung["time"], lung["status"], lung["sex"])
    assert (r.z**2).round(2).tolist() == [10.33, 3.46, 12.71, 7.66]
    assert np.all(r.z < 0)  # women, the second label, die less than expected
    # S + (1 - S) = 1: the first test is a combination of the second and third
    assert np.linalg.matrix_rank(r.correlation, tol=1e-9) == 3
    least = 2 * norm.sf(abs(r.z).max())
    assert least < r.p_value < 4 * least


def test_one_member_is_the_log_rank_test(aml: Any) -> None:
    rows = (aml["time"], aml["status"], aml["x"])
    plain = log_rank(*rows)
    assert plain.z is not None
    both = max_combo(*rows, members=[(0, 0)])
    assert both.p_value == pytest.approx(plain.p_value, rel=1e-12)
    greater, less = (max_combo(*rows, members=[(0, 0)], alternative=a) for a in ("greater", "less"))
    assert greater.p_value == pytest.approx(norm.sf(plain.z), rel=1e-12)
    assert less.p_value == pytest.approx(norm.cdf(plain.z), rel=1e-12)
    repeated = max_combo(*rows, members=[(0, 0), (0, 0), (0, 0)])
    assert repeated.p_value == pytest.approx(plain.p_value, rel=1e-12)


def test_swapping_the_groups_swaps_the_sides(aml: Any) -> None:
    one = max_combo(aml["time"], aml["status"], aml["g"], alternative="greater")
    two = max_combo(aml["time"], aml["status"], 1 - aml["g"], alternative="less")
    np.testing.assert_allclose(one.z, -two.z, rtol=1e-12)
    assert one.p_value == pytest.approx(two.p_value, rel=1e-10)
    assert one.statistic == pytest.approx(two.statistic, rel=1e-12)


def test_order_of_rows_and_unit_of_time_do_not_matter(aml: Any) -> None:
    mixed = np.random.default_rng(3).permutation(23)
    one = max_combo(aml["time"], aml["status"], aml["x"])
    two = max_combo(0.1 * aml["time"][mixed], aml["status"][mixed], aml["x"][mixed])
    np.testing.assert_allclose(one.z, two.z, rtol=1e-10)
    assert one.p_value == pytest.approx(two.p_value, rel=1e-9)


def test_correlation_by_permuting_labels() -> None:
    # no censoring: moving the labels about gives all four tests their distribution under the null hypothesis
    rng = np.random.default_rng(1)
    time, group = rng.exponential(size=400), np.repeat([0, 1], 200)
    r = max_combo(time, np.ones(400), group)
    zs = np.empty((800, 4))
    for row in zs:
        mixed = rng.permutation(group)
        row[:] = [log_rank(time, np.ones(400), mixed, rho=rho, gamma=gamma).z for rho, gamma in MEMBERS]
    np.testing.assert_allclose(np.corrcoef(zs.T), r.correlation, atol=0.08)
    np.testing.assert_allclose(zs.std(axis=0), 1, atol=0.09)


def test_a_member_without_variance_is_left_out() -> None:
    # all events at the first event time: 1 - S(t-) is 0 there
    rows = ([1, 1, 2, 2, 3, 3], [1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 0])
    r = max_combo(*rows)
    assert np.isnan(r.z[[1, 3]]).all()
    assert not np.isnan(r.z[[0, 2]]).any()
    assert "(0.0, 1.0), (1.0, 1.0)" in r.message
    assert r.p_value == pytest.approx(log_rank(*rows).p_value, rel=1e-12)
    with pytest.raises(ValueError, match="none of these weights"):
        max_combo(*rows, members=[(0, 1)])


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"group": [0, 1, 2]}, "two different labels, found 3"),
        ({"group": [0, 0, 0]}, "two different labels, found 1"),
        ({"event": [0, 0, 0]}, "no event"),
        ({"members": []}, "1 to 10 pairs"),
        ({"members": [(0, -1)]}, "not negative"),
        ({"members": [(0, math.nan)]}, "not negative"),
        ({"members": [0, 1]}, "pairs"),
        ({"alternative": "both"}, "alternative must be one of"),
        ({"event": [1, 0, 0], "group": [0, 1, 1], "time": [3, 1, 2]}, "at risk together"),
    ],
)
def test_refusals(changed: dict[str, Any], word: str) -> None:
    given: dict[str, Any] = {"time": [1, 2, 3], "event": [1, 1, 0], "group": [0, 1, 1]} | changed
    rows = given.pop("time"), given.pop("event"), given.pop("group")
    with pytest.raises(ValueError, match=word):
        max_combo(*rows, **given)


# --- the normal probability ----------------------------------------------------------------------


def test_independent_and_identical_variables() -> None:
    for c in (0.3, 3.0):
        tail = 2 * norm.sf(c)
        for k in (1, 2, 3):
            exact = -math.expm1(k * math.log1p(-tail))
            assert exceedance(c, np.eye(k), True) == pytest.approx(exact, rel=1e-12)
            assert exceedance(c, np.ones((k, k)), True) == pytest.approx(tail, rel=1e-12)
        assert exceedance(c, np.eye(4), True) == pytest.approx(
            -math.expm1(4 * math.log1p(-tail)), rel=1e-6
        )  # by lattice


def test_three_variables_at_zero_by_sheppard() -> None:
    # P(all z < 0) = 1/8 + (asin r12 + asin r13 + asin r23) / 4 pi
    r = np.array([[1, 0.6, -0.2], [0.6, 1, 0.3], [-0.2, 0.3, 1]])
    inside = 1 / 8 + np.arcsin([0.6, -0.2, 0.3]).sum() / (4 * math.pi)
    assert exceedance(0.0, r, False) == pytest.approx(1 - inside, rel=1e-12)


@pytest.mark.parametrize("rho", [0.2, 0.95, 0.9999, -0.7])
def test_two_variables_by_another_quadrature(rho: float) -> None:
    c, s = 1.8, math.sqrt(1 - rho**2)
    inside = quad(
        lambda u: norm.pdf(u) * (norm.cdf((c - rho * u) / s) - norm.cdf((-c - rho * u) / s)),
        -c,
        c,
        points=[-c + 5 * s, c - 5 * s, rho * c, -rho * c],
        epsabs=1e-12,
        limit=200,
    )[0]
    assert exceedance(c, np.array([[1, rho], [rho, 1]]), True) == pytest.approx(1 - inside, abs=1e-10)


@pytest.mark.parametrize("rank", [2, 3])
def test_singular_correlations_do_not_depend_on_the_order(rank: int) -> None:
    rows = np.random.default_rng(rank).normal(size=(4, rank))
    rows /= np.linalg.norm(rows, axis=1)[:, None]
    r = rows @ rows.T
    for c in (1.5, 7.0):
        found = [exceedance(c, r[np.ix_(o, o)], True) for o in list(permutations(range(4)))[::5]]
        assert np.ptp(found) < 1e-10 * found[0]
    a = factor(r)
    assert a.shape == (4, rank)
    np.testing.assert_allclose(a @ a.T, r, atol=1e-8)


def test_against_simulation() -> None:
    rng = np.random.default_rng(11)
    rows = rng.normal(size=(4, 4))
    rows /= np.linalg.norm(rows, axis=1)[:, None]
    z = rng.normal(size=(400_000, 4)) @ rows.T
    for two_sided, size in ((True, np.abs(z)), (False, z)):
        seen = np.mean(size.max(axis=1) > 1.5)
        assert exceedance(1.5, rows @ rows.T, two_sided) == pytest.approx(seen, abs=4 * math.sqrt(0.25 / 400_000))
