"""Priors from earlier patients: RBesT's printed numbers, brute force, and refusals.

RBesT's numbers are those of its help page of ``ess`` and of two versions of its article "Getting started (binary)"
(1.6-5 with two components, 1.9-0 with four); its quantiles come from a search that stops at about 1e-4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betainc, betaln, expit, gammaln

from onearm.stats.bayes import (
    beta_mixture,
    commensurate,
    gamma_mixture,
    map_prior,
    power_prior,
    prior_effective_sample_size,
    robust_map,
    sam_weight,
)

N, R = [107, 44, 51, 39, 139, 20, 78, 35], [23, 12, 19, 9, 39, 6, 9, 10]
TWO = beta_mixture([0.6167463, 0.3832537], [19.1916387, 3.5278745], [57.7779317, 9.3735980])
FOUR = beta_mixture(
    [0.4612914, 0.1917812, 0.1893896, 0.1575378],
    [33.9513487, 19.4400089, 12.2692310, 2.2521243],
    [103.0146367, 41.5205219, 55.9202833, 5.4812202],
)


def test_moments_and_quantiles_printed_by_rbest() -> None:
    np.testing.assert_allclose([TWO.mean, TWO.sd], [0.25857963, 0.08423297], atol=5e-9)
    np.testing.assert_allclose(TWO.quantile([0.025, 0.5, 0.975]), [0.10808237, 0.25003652, 0.47028444], atol=1e-4)
    np.testing.assert_allclose([FOUR.mean, FOUR.sd], [0.25545885, 0.08662045], atol=5e-9)


def test_a_mixture_by_hand() -> None:
    # equal parts of Beta(1, 1) and Beta(2, 1): density 1/2 + x, F = x/2 + x^2/2, mean 1/4 + 1/3
    mix = beta_mixture([0.5, 0.5], [1, 2], [1, 1])
    np.testing.assert_allclose(mix.density([0.2, 0.9]), [0.7, 1.4])
    np.testing.assert_allclose(mix.cdf([0.2, 0.9]), [0.12, 0.855])
    assert mix.mean == pytest.approx(7 / 12)
    # one response of one: marginal likelihoods 1/2 and 2/3, so weights 3/7 and 4/7
    np.testing.assert_allclose(mix.posterior(1, 1).weight, [3 / 7, 4 / 7])
    np.testing.assert_allclose(np.exp(mix.log_marginal(1, 1)), 7 / 12)


def test_gamma_marginals_are_integrals() -> None:
    mix = gamma_mixture([0.3, 0.7], [2.0, 5.0], [10.0, 80.0])
    x = np.linspace(1e-6, 3, 400_001)
    direct = np.trapezoid(mix.density(x) * x**4 * np.exp(-30 * x), x)
    assert mix.log_marginal(4, 30) == pytest.approx(np.log(direct), abs=1e-7)
    after = mix.posterior(4, 30)
    np.testing.assert_allclose(after.mean, np.trapezoid(mix.density(x) * x**5 * np.exp(-30 * x), x) / direct, rtol=1e-6)


@given(
    st.lists(st.floats(0.01, 1), min_size=1, max_size=4), st.integers(0, 30), st.integers(0, 30), st.floats(0.01, 0.99)
)
def test_quantiles_turn_back(raw: list[float], r: int, more: int, p: float) -> None:
    weight = np.array(raw) / sum(raw)
    a, b = np.arange(1.0, weight.size + 1), np.full(weight.size, 2.0)
    for mix in (beta_mixture(weight, a, b).posterior(r, r + more), gamma_mixture(weight, a, b).posterior(r, more + 1)):
        assert float(mix.cdf(mix.quantile(p))) == pytest.approx(p, abs=1e-9)
        assert mix.weight.sum() == pytest.approx(1)


def test_effective_sample_sizes_printed_by_rbest() -> None:
    mix = beta_mixture([0.2, 0.8], [1, 10], [1, 2])
    assert prior_effective_sample_size(mix) == pytest.approx(7.65152, abs=5e-6)
    assert prior_effective_sample_size(mix, "moment") == pytest.approx(3.161034, abs=5e-7)
    assert prior_effective_sample_size(mix, "morita") == pytest.approx(
        8.487603, rel=1e-3
    )  # RBesT's vague prior is finite
    rates = gamma_mixture([0.3, 0.7], [20, 50], [4, 10])
    assert prior_effective_sample_size(rates, unit="exposure") == pytest.approx(7.159378, abs=5e-7)
    assert prior_effective_sample_size(rates) == pytest.approx(34.93388, abs=5e-6)
    for prior, sizes in ((TWO, (37, 26, 63)), (FOUR, (38, 24, 95))):
        got = [round(prior_effective_sample_size(prior, m)) for m in ("elir", "moment", "morita")]
        assert tuple(got) == sizes
    assert round(prior_effective_sample_size(robust_map(TWO, 0.2))) == 26  # type: ignore[arg-type]
    assert round(prior_effective_sample_size(robust_map(FOUR, 0.2))) == 27  # type: ignore[arg-type]


def test_effective_sample_sizes_of_one_component() -> None:
    for method in ("elir", "moment", "morita"):
        assert prior_effective_sample_size(beta_mixture(1, 5, 15), method) == pytest.approx(20, abs=1e-6)
        assert prior_effective_sample_size(gamma_mixture(1, 20, 4), method, unit="exposure") == pytest.approx(
            4, abs=1e-6
        )
    assert prior_effective_sample_size(gamma_mixture(1, 20, 4)) == pytest.approx(
        19
    )  # a - 1, Neuenschwander et al. 2020


def test_elir_is_the_average_local_information() -> None:
    """The definition, with numerical second derivatives of the log density, on a plain grid."""
    x = np.linspace(1e-4, 1 - 1e-4, 200_001)
    step = x[1] - x[0]
    log_p = TWO.log_density(x)
    second = (log_p[2:] - 2 * log_p[1:-1] + log_p[:-2]) / step**2
    inside = x[1:-1]
    direct = np.sum(np.exp(log_p[1:-1]) * -second * inside * (1 - inside)) * step
    assert prior_effective_sample_size(TWO) == pytest.approx(direct, rel=1e-4)


def test_elir_is_predictively_consistent() -> None:
    """The expected size of the posterior after n patients is the prior's plus n, over the prior predictive."""
    n = 30
    chance = np.exp(
        [gammaln(n + 1) - gammaln(r + 1) - gammaln(n - r + 1) + TWO.log_marginal(r, n) for r in range(n + 1)]
    )
    sizes = [prior_effective_sample_size(TWO.posterior(r, n)) for r in range(n + 1)]
    assert chance.sum() == pytest.approx(1)
    assert chance @ sizes - n == pytest.approx(prior_effective_sample_size(TWO), abs=1e-6)


def test_power_prior_by_hand() -> None:
    made = power_prior([44, 33], [535, 304], [0.3, 0.5], initial=(1, 2)).prior
    np.testing.assert_allclose([made.a[0], made.b[0]], [1 + 0.3 * 44 + 0.5 * 33, 2 + 0.3 * 491 + 0.5 * 271])  # type: ignore[union-attr]
    whole, none = (power_prior(20, 100, a0).prior for a0 in (1.0, 0.0))
    assert (whole.a[0], whole.b[0]) == (21, 81)  # type: ignore[union-attr]
    assert (none.a[0], none.b[0]) == (1, 1)  # type: ignore[union-attr]
    rate = power_prior(12, 300.0, 0.5, outcome="rate").prior
    assert (rate.a[0], rate.b[0]) == (7, 151)  # type: ignore[union-attr]


@pytest.mark.parametrize(("r", "n"), [(12, 60), (30, 60), (0, 15)])
def test_normalised_power_prior_by_brute_force(r: int, n: int) -> None:
    """p(a0 | D) on a grid of 400,000, with C(a0) = B(a + a0 r0, b + a0 (n0 - r0)) / B(a, b)."""
    a0 = (np.arange(400_000) + 0.5) / 400_000
    yes, no = 1 + 20 * a0, 1 + 80 * a0
    log = betaln(yes + r, no + n - r) - betaln(yes, no) + np.log(a0) + 2 * np.log1p(-a0)  # Beta(2, 3) prior
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    made = power_prior(20, 100, a0_prior=(2, 3))
    assert made.posterior_a0(r, n)[0] == pytest.approx(weight @ a0, abs=1e-9)
    mean = weight @ ((yes + r) / (yes + no + n))
    assert made.prior.posterior(r, n).mean == pytest.approx(mean, abs=1e-9)  # type: ignore[union-attr]
    cdf = weight[::400] @ betainc((yes + r)[::400], (no + n - r)[::400], 0.3) / weight[::400].sum()
    assert float(made.prior.posterior(r, n).cdf(0.3)) == pytest.approx(cdf, abs=1e-6)  # type: ignore[union-attr]


def test_the_discount_has_its_prior_without_data() -> None:
    mean, sd = power_prior(20, 100, a0_prior=(2, 3)).posterior_a0(0, 0)
    assert (mean, sd) == (pytest.approx(0.4), pytest.approx(0.2))  # Beta(2, 3)


def test_piecewise_rates_share_their_label() -> None:
    made = power_prior([[3, 4], [5, 1]], [[30, 50], [60, 20]], a0_prior=(2, 2), outcome="piecewise", cuts=[10]).prior
    after = made.posterior([2, 2], [25, 30])  # type: ignore[arg-type]
    rng = np.random.default_rng(7)
    label = rng.choice(after.weight.size, 400_000, p=after.weight)
    rate = rng.gamma(after.a[label], 1 / after.b[label])  # type: ignore[union-attr]
    survival = np.exp(-rate[:, 0] * 10 - rate[:, 1] * 10)
    got = after.survival([20.0])  # type: ignore[union-attr]
    assert got.mean[0] == pytest.approx(survival.mean(), abs=6e-4)  # 4 standard errors of the draws
    assert got.sd[0] == pytest.approx(survival.std(), abs=6e-4)
    # one interval is the exponential case
    single = power_prior([[8.0]], [[90.0]], 0.5, outcome="piecewise").prior
    plain = power_prior(8, 90, 0.5, outcome="rate").prior
    assert single.rate(0).mean == pytest.approx(plain.mean)  # type: ignore[union-attr]


def test_map_prior_of_eight_studies() -> None:
    """RBesT's sampler printed mean .2550-.2590, sd .0842-.0866, tau .377-.387 (2.5 % .0414, 97.5 % .893)."""
    made = map_prior(N, R)
    assert made.predictive.mean == pytest.approx(0.2583, abs=2e-4)
    assert made.predictive.sd == pytest.approx(0.0874, abs=2e-4)
    np.testing.assert_allclose(made.predictive.quantile([0.025, 0.5, 0.975]), [0.1109, 0.2486, 0.4713], atol=2e-4)
    assert made.tau_mean == pytest.approx(0.3795, abs=2e-4)
    assert made.error < 1e-9
    tighter = map_prior(N, R, tau_prior=0.5)  # printed: tau .332-.335, sd .0776-.0795; plain grids give .0768
    assert tighter.tau_mean == pytest.approx(0.3333, abs=3e-3)
    assert tighter.predictive.sd == pytest.approx(0.0768, abs=2e-4)


def test_map_prior_by_brute_force() -> None:
    """Three studies; mu, tau and every theta on plain grids."""
    n, r = np.array([20.0, 35, 15]), np.array([4.0, 12, 0])
    tau, mu, z = np.linspace(0.01, 4, 200), np.linspace(-7, 4, 111), np.linspace(-8, 8, 321)
    normal = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()
    theta = mu[:, None] + tau[:, None, None] * z
    log = -(mu**2) / 8 - tau[:, None] ** 2 / 2
    for size, yes in zip(n, r, strict=True):
        log = log + np.log(np.exp(yes * theta - size * np.logaddexp(0, theta)) @ normal)
    mass = np.exp(log - log.max())
    mass /= mass.sum()
    made = map_prior(n, r)
    tau_grid = mass.sum(axis=1)
    # the grid leaves out half a step at 0
    assert made.tau_mean == pytest.approx(tau_grid @ tau, abs=6e-3)
    assert made.predictive.mean == pytest.approx(np.sum(mass * (expit(theta) @ normal)), abs=1e-3)


def test_map_prior_of_one_large_study_is_its_posterior() -> None:
    """With almost no scatter the new study is like the old ones together: Beta-like around the pooled odds."""
    made = map_prior(N, R, mu_prior=(0, 50), tau_prior=0.001)
    pooled = beta_mixture(1, sum(R), sum(N) - sum(R))  # a flat prior of the log odds is Beta(0, 0)
    assert made.predictive.mean == pytest.approx(pooled.mean, abs=2e-5)
    assert made.predictive.sd == pytest.approx(pooled.sd, rel=2e-4)


def test_quadrature_holds_in_conflict_and_at_the_ends() -> None:
    """Where the prior of mu disagrees with large studies, or all respond, the nodes must go where the data are."""
    far = map_prior([80, 99, 60, 70], [20, 21, 16, 19], mu_prior=(1, 0.3), tau_prior=0.5)
    assert far.error < 1e-9
    with pytest.raises(ValueError, match="contradict the studies"):
        map_prior([805, 99, 1796, 1123], [204, 21, 445, 306], mu_prior=(2, 0.15), tau_prior=0.08)
    all_respond = map_prior([1390, 270], [1390, 270], mu_prior=(0, 10), tau_prior=0.2)
    assert all_respond.error < 1e-3
    assert 0.995 < all_respond.predictive.mean < 1
    assert commensurate((50, 50), (2, 9), gamma=(0.5, 0.01)).error < 1e-4


def test_the_fitted_mixture_is_near() -> None:
    spread = [map_prior(N, R, components=k) for k in (1, 2, 3)]
    assert spread[0].divergence > spread[1].divergence > spread[2].divergence > 0
    assert spread[2].divergence < 1e-3
    x = np.linspace(0.02, 0.8, 50)
    np.testing.assert_allclose(spread[2].mixture.cdf(x), spread[2].predictive.cdf(x), atol=5e-3)
    # an EM for the Betas leaves E log x and E log(1 - x) as they are
    nodes, mass = spread[1].predictive.points, spread[1].predictive.masses
    fitted = spread[1].mixture
    grid = np.linspace(1e-5, 1 - 1e-5, 200_001)
    own = np.trapezoid(fitted.density(grid) * np.log(grid), grid)
    assert own == pytest.approx(np.sum(mass * np.log(nodes)), abs=2e-3)


def test_map_prior_of_rates() -> None:
    made = map_prior([400, 900, 650], [40, 70, 66], mu_prior=(-2, 5), tau_prior=0.4, outcome="rate")
    assert 0.08 < float(made.predictive.quantile(0.5)) < 0.11
    assert np.isfinite(made.predictive.sd)
    assert made.divergence < 5e-3
    wide = map_prior([400, 900, 650], [40, 70, 66], mu_prior=(-2, 5), outcome="rate").predictive
    assert wide.mean == wide.sd == np.inf  # the tail of exp(tau z) is heavier than the prior of tau


def test_robust_weights_answer_to_conflict() -> None:
    prior = robust_map(FOUR, 0.2)
    assert prior.weight[-1] == pytest.approx(0.2)
    assert (prior.a[-1], prior.b[-1]) == (1, 1)
    agrees, differs = prior.posterior(5, 20).weight[-1], prior.posterior(18, 20).weight[-1]
    assert agrees < 0.1 < 0.9 < differs
    rate = robust_map(gamma_mixture(1, 10, 200), 0.5)
    assert (rate.a[-1], rate.b[-1]) == (1, pytest.approx(20))


def test_sam_weight_by_hand() -> None:
    prior = beta_mixture(1, 30, 70)
    ratio = (0.3**6 * 0.7**14) / max(0.5**20, 0.1**6 * 0.9**14)
    assert sam_weight(prior, 6, 20, 0.2) == pytest.approx(ratio / (1 + ratio))
    assert sam_weight(prior, 0, 0, 0.2) == 0.5


def test_commensurate_by_brute_force() -> None:
    """A grid over theta0, theta and the precision."""
    made = commensurate((30, 100), (9, 30), spike_slab=(0.4, 50, 0.5, 2), mu_prior=(0, 10))
    theta = np.linspace(-4, 3, 701)
    then = np.exp(30 * theta - 100 * np.logaddexp(0, theta) - theta**2 / 200 + 60)
    now = np.exp(9 * theta - 30 * np.logaddexp(0, theta) + 18)
    slab = np.linspace(0.5, 2, 301)
    share = np.append(0.4, np.full(301, 0.6 / 301))
    evidence, mean = np.empty(302), np.empty(302)
    for k, rho in enumerate(np.append(50, slab)):
        kernel = np.sqrt(rho) * np.exp(-0.5 * rho * (theta[:, None] - theta) ** 2)
        joint = (kernel @ then) * now
        evidence[k], mean[k] = joint.sum(), joint @ expit(theta)
    weight = share * evidence / (share @ evidence)
    assert made.spike_posterior == pytest.approx(weight[0], abs=3e-3)
    assert made.posterior.mean == pytest.approx(share @ mean / (share @ evidence), abs=3e-4)
    assert made.error < 1e-7


def test_commensurate_limits() -> None:
    """A huge precision pools; a tiny one ignores the past."""
    pooled = commensurate((30, 100), (9, 30), spike_slab=(1, 1e9, 1, 2)).posterior
    both = commensurate((39, 130), (0, 0), spike_slab=(1, 1e9, 1, 2)).prior
    assert pooled.mean == pytest.approx(both.mean, abs=1e-8)
    assert pooled.mean == pytest.approx(0.3, abs=1e-3)
    rate = commensurate((40, 1000), (2, 30), outcome="rate", gamma=(1, 0.1))
    assert rate.prior.mean == np.inf
    assert 0.04 < rate.posterior.mean < 0.08
    assert rate.precision_posterior.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: beta_mixture([0.5, 0.4], [1, 1], [1, 1]), "add to 1"),
        (lambda: beta_mixture(1, 0, 1), "a must lie"),
        (lambda: beta_mixture(1, 1, 1).posterior(5, 3), "r must lie between 0 and 3"),
        (lambda: beta_mixture(1, 1, 1).density([0.0]), "strictly between 0 and 1"),
        (lambda: gamma_mixture(1, 1, 1).posterior(2, 0), "time at risk"),
        (lambda: gamma_mixture(1, 1, 1).quantile(1.0), "no largest value"),
        (lambda: power_prior(5, 10), "exactly one of a0"),
        (lambda: power_prior(5, 10, 1.2), "a0 must lie between 0 and 1"),
        (lambda: power_prior(11, 10, 0.5), "more responses than subjects"),
        (lambda: power_prior([[1, 2]], [[5, 5]], 0.5, outcome="piecewise"), "cuts has 0 times"),
        (lambda: map_prior([10, 20], [3, 25]), "study 1"),
        (lambda: map_prior([10, 20], [3, 5], tau_prior=0), "tau_prior"),
        (lambda: robust_map(FOUR, 1.5), "weight must lie"),
        (lambda: robust_map("beta", 0.5), "prior must be a mixture"),
        (lambda: commensurate((3, 10)), "exactly one of spike_slab"),
        (lambda: commensurate((3, 10), spike_slab=(0.5, 1, 2, 3)), "spike_slab must be"),
        (lambda: prior_effective_sample_size(beta_mixture(1, 0.5, 2)), "at least 1"),
        (lambda: prior_effective_sample_size(FOUR, "size"), "method must be one of"),
        (lambda: sam_weight(FOUR, 3, 10, 2.0), "leaves 0..1"),
    ],
)
def test_refusals(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
