"""Weights, trimming, entropy balancing, MAIC and Bucher: printed values, paper, properties, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.indirect import bucher, error_from_limits
from onearm.stats.logistic import logistic
from onearm.stats.weighting import (
    atc_weights,
    ate_weights,
    att_weights,
    effective_sample_size,
    entropy_balance,
    maic,
    matching_weights,
    overlap_weights,
    trim,
    truncate,
)

# --- weights from a score ------------------------------------------------------------------------


def test_weights_on_paper() -> None:
    e, z = [0.8, 0.2, 0.8, 0.2], [1, 1, 0, 0]
    np.testing.assert_allclose(ate_weights(e, z), [1.25, 5, 5, 1.25])
    np.testing.assert_allclose(att_weights(e, z), [1, 1, 4, 0.25])
    np.testing.assert_allclose(atc_weights(e, z), [0.25, 4, 1, 1])
    np.testing.assert_allclose(overlap_weights(e, z), [0.2, 0.8, 0.8, 0.2])
    np.testing.assert_allclose(matching_weights(e, z), [0.25, 1, 1, 0.25])
    np.testing.assert_allclose(ate_weights(e, [1, 0, 0, 0], stabilized=True), [0.3125, 0.9375, 3.75, 0.9375])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=2, max_size=20))
def test_each_is_a_tilt_of_the_ate(rows: list[tuple[float, bool]]) -> None:
    e, z = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    if z.all() or not z.any():
        z[0] = not z[0]
    whole = ate_weights(e, z)
    tilts = {att_weights: e, atc_weights: 1 - e, overlap_weights: e * (1 - e), matching_weights: np.minimum(e, 1 - e)}
    for kind, h in tilts.items():
        np.testing.assert_allclose(kind(e, z), h * whole, rtol=1e-12)
    # who is called treated does not matter
    for kind in (ate_weights, overlap_weights, matching_weights):
        np.testing.assert_allclose(kind(1 - e, ~z), kind(e, z), rtol=1e-9)
    np.testing.assert_allclose(atc_weights(1 - e, ~z), att_weights(e, z), rtol=1e-9)


@pytest.fixture(scope="module")
def lalonde(shared: Any) -> dict[str, Any]:
    d = shared("lalonde")
    race = [d["race"] == "black", d["race"] == "hispan"]
    x = np.c_[d["age"], d["educ"], *race, d["married"], d["nodegree"], d["re74"], d["re75"]]
    return {"x": x, "z": d["treat"], "y": d["re78"]}


@pytest.mark.shared
def test_overlap_weights_balance_exactly(lalonde: Any) -> None:
    x, z = lalonde["x"], lalonde["z"]
    w = overlap_weights(logistic(x, z).fitted, z)
    means = [np.average(x[z == g], axis=0, weights=w[z == g]) for g in (1, 0)]
    np.testing.assert_allclose(means[0], means[1], rtol=1e-10)
    assert means[0][[0, 1, 6]] == pytest.approx(
        [25.69866, 10.32713, 2807.963], rel=5e-7
    )  # as many digits as are printed


# --- entropy balancing and MAIC ------------------------------------------------------------------


@pytest.mark.shared
def test_lalonde_entropy_balancing_as_printed_and_as_maic(lalonde: Any) -> None:
    x, z, y = lalonde["x"], lalonde["z"], lalonde["y"]
    target = x[z == 1].mean(axis=0)
    fit = entropy_balance(x[z == 0], target)
    assert fit.converged
    assert not fit.message
    assert fit.effective_sample_size == pytest.approx(98.457833599, abs=2e-6)  # the file has rounded incomes
    assert fit.weight.max() == pytest.approx(9.420446200, abs=2e-7)
    assert y[z == 1].mean() - np.average(y[z == 0], weights=fit.weight) == pytest.approx(1273.2618181, abs=1e-4)
    np.testing.assert_allclose(fit.means, target, rtol=1e-12)
    other = maic(x[z == 0], target)
    np.testing.assert_allclose(other.rescaled, fit.weight, rtol=1e-12)
    np.testing.assert_allclose(other.weight, np.exp((x[z == 0] - target) @ other.coef), rtol=1e-8)


def test_effective_sizes_as_r(r_values: Any, aml: Any) -> None:
    i = np.arange(1, 24)
    x, z = np.c_[i * 7 % 5, i % 2].astype(float), aml["x"] == "Maintained"
    r = r_values("weighting")["aml"]
    att = entropy_balance(x[~z], x[z].mean(axis=0)).effective_sample_size
    ate = [entropy_balance(x[g], x.mean(axis=0)).effective_sample_size for g in (z, ~z)]
    np.testing.assert_allclose(att, r["entropy_ATT_population"]["ess"][1], rtol=1e-9)
    np.testing.assert_allclose(ate, r["entropy_ATE_population"]["ess"], rtol=1e-9)


@pytest.mark.shared
def test_maic_vignette_as_printed(shared: Any) -> None:
    d = shared("maic/adsl")
    x = np.c_[d["AGE"], d["SEX"] == "Male", d["SMOKE"], d["ECOG0"]]
    means, sds = [50 + 19 / 300, 0.49, 58 / 300, 0.35], [3.23535892601672, None, None, None]
    fit = maic(x, means, sds)
    assert fit.converged
    assert fit.effective_sample_size == pytest.approx(157.07119473, abs=5e-9)
    w = fit.weight  # the vignette's targets are rounded in the last digit shown
    assert [w.mean(), w.std(ddof=1)] == pytest.approx([0.3763805, 0.556692], abs=1e-6)
    assert np.median(w) == pytest.approx(0.0346763, abs=5e-7)
    assert [w.max(), w[0], w[3]] == pytest.approx([2.373310, 1.301506, 1.204094], abs=1e-5)
    assert fit.rescaled.max() == pytest.approx(6.305614, abs=2e-5)
    assert fit.columns == ("column 0", "square of column 0", "column 1", "column 2", "column 3")
    np.testing.assert_allclose(np.average(x, axis=0, weights=w), means, rtol=1e-12)
    spread = np.average((x[:, 0] - means[0]) ** 2, weights=w)
    assert np.sqrt(spread) == pytest.approx(sds[0], rel=1e-10)
    assert fit.reduction == pytest.approx(1 - 157.07119473 / 500, abs=1e-10)


def test_a_median_is_half_of_the_weight() -> None:
    x = np.arange(10.0)
    fit = maic(x, [None], target_medians=[2.0])
    assert fit.rescaled[x <= 2].sum() == pytest.approx(5)
    np.testing.assert_allclose(fit.rescaled, np.where(x <= 2, 5 / 3, 5 / 7), rtol=1e-9)
    assert fit.columns == ("column 0 at or below its median",)


def test_base_weights_are_repetitions() -> None:
    x, q = np.array([[0.0, 1], [1, 0], [2, 2], [3, 1], [1, 3]]), np.array([1, 3, 0, 2, 1])
    once = entropy_balance(x, [1.5, 0.9], base_weight=q)
    again = entropy_balance(np.repeat(x, q, axis=0), [1.5, 0.9])
    np.testing.assert_allclose(once.coef, again.coef, rtol=1e-9)
    assert once.weight[2] == 0
    assert once.n == 4
    assert once.weight.sum() == pytest.approx(5)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_balance_wherever_the_target_is_a_mixture_of_rows(seed: int, p: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(30, p)) * 10.0 ** rng.integers(-4, 5, p)
    target = rng.dirichlet(np.ones(30)) @ x
    fit = entropy_balance(x, target)
    assert fit.converged, fit.message
    np.testing.assert_allclose((fit.means - target) / x.std(axis=0), 0, atol=1e-10)
    assert fit.weight.min() > 0
    # any other weights with these means are further from equal ones: move along what the constraints leave free
    free = np.linalg.svd(np.c_[np.ones(30), (x - target) / x.std(axis=0)].T)[2][p + 1 :]
    step = free.T @ rng.normal(size=free.shape[0])
    moved = fit.weight + step * 0.5 * fit.weight.min() / np.max(np.abs(step))
    assert np.sum(moved * np.log(moved)) > np.sum(fit.weight * np.log(fit.weight))


@pytest.mark.parametrize(
    ("x", "target", "word"),
    [
        ([0, 1, 2], [2.5], "no weights give column 0 a mean of 2.5: its values reach from 0 to 2"),
        ([[0, 0], [1, 0], [0, 1]], [0.6, 0.6], "outside the convex hull"),
        ([[0, 0], [1, 0], [0, 1]], [0.5, 0.5], "at the edge of the convex hull"),
        ([0, 1], [1], "at the edge of the convex hull"),
        ([[0, 3], [1, 3], [2, 3]], [1, 4], "no weights give column 1 a mean of 4"),
        ([[0, 0], [1, 2], [2, 4]], [1.2, 2], "follows from the columns before it"),
    ],
)
def test_no_solution_is_said(x: Any, target: Any, word: str) -> None:
    for fit in (entropy_balance(x, target), maic(x, target)):
        assert not fit.converged
        assert word in fit.message
        assert np.isfinite(fit.effective_sample_size)


def test_columns_of_no_use_are_named() -> None:
    x = np.array([[0, 5, 0], [1, 5, 2], [2, 5, 4], [5, 5, 10]], dtype=float)
    fit = entropy_balance(x, [1.5, 5, 3])
    assert fit.converged
    assert fit.message == "column 1, column 2: constant, or follows from the others; not used"
    np.testing.assert_allclose(fit.weight, entropy_balance(x[:, 0], [1.5]).weight, rtol=1e-12)
    assert fit.coef[1:].tolist() == [0, 0]


# --- trimming and truncation ---------------------------------------------------------------------


def test_trimming_on_paper() -> None:
    e = np.array([0.02, 0.1, 0.3, 0.5, 0.9, 0.2, 0.6, 0.91, 0.7])
    z = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1])
    cut = trim(e, z)
    assert cut.kept.tolist() == [False, True, True, True, True, True, True, False, True]
    assert (cut.lost_treated, cut.lost_control) == (1, 1)
    common = trim(e, z, rule="common-range")
    assert (common.low, common.high) == (0.2, 0.9)
    assert (common.lost_treated, common.lost_control) == (1, 2)
    # by interpolation: 0.2 + 0.15 of the way to 0.6; 0.5 + 0.8 of the way to 0.9
    share = trim(e, z, rule="percentile")
    assert (share.low, share.high) == pytest.approx((0.26, 0.82))
    assert (share.lost_treated, share.lost_control) == (2, 3)
    assert "no one is left out" in trim(e, z, threshold=0.01).words


def test_optimal_trimming_solves_its_equation() -> None:
    rng = np.random.default_rng(4)
    e = 1 / (1 + np.exp(-rng.normal(0, 2.5, 2000)))
    z = rng.random(2000) < e
    cut = trim(e, z, rule="optimal")
    assert 0.02 < cut.low < 0.2
    assert cut.high == pytest.approx(1 - cut.low)
    g = 1 / (e * (1 - e))
    assert 1 / (cut.low * (1 - cut.low)) == pytest.approx(2 * g[cut.kept].mean(), rel=1e-9)

    # the criterion itself, the mean of g over the kept per kept subject, is least there
    def variance(a: float) -> float:
        kept = (e >= a) & (e <= 1 - a)
        return float(g[kept].mean() / kept.mean())

    grid = np.linspace(0.005, 0.3, 200)
    assert variance(cut.low) <= min(variance(a) for a in grid) * (1 + 1e-12)
    even = trim(0.4 + 0.2 * rng.random(50), np.arange(50) % 2, rule="optimal")
    assert even.kept.all()


def test_truncation() -> None:
    w = np.arange(1.0, 102.0)
    cut = truncate(w, quantile=0.95)
    assert (cut.cap, cut.changed) == (96.0, 5)
    assert cut.weight.max() == 96
    assert truncate(w, cap=200).words == "no weight is above 200: nothing is changed"
    assert effective_sample_size(cut.weight) > effective_sample_size(w)


# --- indirect comparison -------------------------------------------------------------------------


def test_bucher_as_printed() -> None:
    d = bucher(np.log(1.1), 0.2, np.log(1.3), 0.18, 0.9)
    found = [d.estimate, d.std_error, d.low, d.high, d.p_value]
    printed = [-0.1670540846631661, 0.2690724809414742, -0.6096389308526807, 0.2755307615262484, 0.5346972582218186]
    assert found == pytest.approx(printed, rel=1e-12)
    assert error_from_limits(0.55, 0.90) == pytest.approx(0.12563406495792420, rel=1e-13)
    back = bucher(np.log(1.3), 0.18, np.log(1.1), 0.2, 0.9)
    assert (back.estimate, back.low, back.p_value) == pytest.approx((-d.estimate, -d.high, d.p_value))
    assert error_from_limits(d.low, d.high, 0.9, log=False) == pytest.approx(d.std_error, rel=1e-12)


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: ate_weights([0.0, 0.5], [1, 0]), "score is 0 for a treated subject"),
        (lambda: ate_weights([0.5, 1.0], [1, 0]), "score is 1 for a control"),
        (lambda: atc_weights([0.0, 0.5], [1, 0]), "score is 0 for a treated subject"),
        (lambda: att_weights([0.5, 0.0], [1, 0]), "every control with a weight of 0 for the ATT: .* do not overlap"),
        (lambda: overlap_weights([1.0, 0.0], [1, 0]), "do not overlap"),
        (lambda: matching_weights([1.0, 0.2], [1, 0]), "every treated subject with a weight of 0"),
        (lambda: overlap_weights([-0.5, 0.2], [1, 0]), "give probabilities"),
        (lambda: overlap_weights([np.nan, 0.2], [1, 0]), "score has 1 missing"),
        (lambda: matching_weights([0.5, 0.2], [0, 0]), "treated must hold both"),
        (lambda: trim([0.05, 0.5], [1, 0]), "no treated subject has one between 0.1 and 0.9"),
        (lambda: trim([0.9, 0.1], [1, 0], rule="common-range"), "do not overlap"),
        (lambda: trim([1, 0], [1, 0], rule="optimal"), "score is 0 or 1 throughout"),
        (lambda: trim([0.5, 0.5], [1, 0], rule="crump"), "rule must be one of"),
        (lambda: trim([0.5, 0.5], [1, 0], threshold=0.5), "threshold must lie"),
        (lambda: trim([0.5, 0.5], [1, 0], rule="optimal", threshold=0.1), "threshold has no use"),
        (lambda: truncate([1, 2]), "give exactly one"),
        (lambda: truncate([1, 2], cap=1, quantile=0.9), "give exactly one"),
        (lambda: truncate([1, 2], cap=0), "cap must be"),
        (lambda: truncate([1, 2], quantile=0.2), "quantile must lie"),
        (lambda: truncate([0, 0], cap=1), "weight is zero"),
        (lambda: entropy_balance([1, 2], [1, 2]), r"target_means has shape \(2,\) where \(1,\)"),
        (lambda: entropy_balance([1, 2], [None]), "nothing is to be balanced"),
        (lambda: entropy_balance([1, 2], [1.5], target_sds=[0]), "target_sds must be above 0"),
        (lambda: entropy_balance([1, 2], [None], target_sds=[1]), "has no mean in target_means"),
        (lambda: entropy_balance([1, np.nan], [1]), "x_control has missing"),
        (lambda: entropy_balance([1, 1e200], [1]), "x_control holds values above"),
        (lambda: entropy_balance([1, 2], [1.5], base_weight=[0, 0]), "base_weight is zero"),
        (lambda: entropy_balance([1, 2], [1.5], tolerance=0), "tolerance must lie"),
        (lambda: maic([1, 2], [np.inf]), "target_means has infinite"),
        (lambda: bucher(0, 0, 0, 1), "se_ab must be"),
        (lambda: bucher(0, 1, np.nan, 1), "log_cb must be"),
        (lambda: bucher(0, 1, 0, 1, 1.2), "level must lie"),
        (lambda: error_from_limits(2, 1), "low below high"),
        (lambda: error_from_limits(-1, 1), "low must be above 0"),
        (lambda: error_from_limits(1, 2, 1e-12), "level is too near 0"),
    ],
)
def test_refusals(call: Any, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        call()
