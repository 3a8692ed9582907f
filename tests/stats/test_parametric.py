"""Accelerated failure time regression and distributions: R's survreg, algebra, and second routes."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from onearm.stats import parametric as models
from onearm.stats.parametric import ParametricFit, parametric

NAMES = ["exponential", "weibull", "log-normal", "log-logistic"]
DRAWS = {
    "exponential": models.exponential(0.1),
    "weibull": models.weibull(1.7, 9),
    "weibull, falling": models.weibull(0.7, 9),
    "log-normal": models.log_normal(2, 0.8),
    "log-logistic": models.log_logistic(2.2, 8),
    "log-logistic, no mean": models.log_logistic(0.8, 8),
    "piecewise": models.piecewise([0.1, 0.3, 0.05], [2, 5]),
}


def same(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float).ravel(), np.asarray(theirs, dtype=float).ravel(), rtol=rtol, atol=1e-12
    )


def compare(fit: ParametricFit, r: dict[str, Any], x: Any = None) -> None:
    assert fit.converged
    assert fit.message == ""
    same(fit.coef, r["coef"])
    same(fit.scale, r["scale"])
    same(fit.log_likelihood, r["loglik"])
    same(fit.covariance, r["var"])
    same(fit.std_error, np.sqrt(np.diag(fit.covariance))[: fit.coef.size])
    if fit.robust:
        same(fit.model_covariance, r["naive"])
    if "quantile" in r:
        q = fit.quantile([0.1, 0.5, 0.9], x)
        same(q.value, r["quantile"])
        same(q.std_error, r["quantile_se"])


@pytest.mark.parametrize("name", NAMES)
def test_lung_equals_survreg(name: str, lung: Any, r_values: Any) -> None:
    r = r_values("parametric")[name]
    rows = (lung["time"], lung["status"])
    x = np.c_[lung["sex"], lung["age"]]
    compare(parametric(*rows, distribution=name), r["lung"])
    known = ~np.isnan(lung["ph.ecog"])
    three = np.c_[x, lung["ph.ecog"]][known]
    compare(parametric(rows[0][known], rows[1][known], three, distribution=name), r["lung_three"], [2, 60, 1])
    compare(parametric(*rows, x, distribution=name, weight=lung["w"], robust=False), r["lung_weighted"])
    compare(parametric(*rows, x, distribution=name, weight=lung["w"]), r["lung_robust"])
    compare(parametric(*rows, x, distribution=name, cluster=lung["k"]), r["lung_clustered"])


@pytest.mark.parametrize("name", NAMES)
def test_aml_equals_survreg(name: str, aml: Any, r_values: Any) -> None:
    r, x = r_values("parametric")[name], np.c_[aml["g"], aml["z"]]
    compare(parametric(aml["time"], aml["status"], x, distribution=name), r["aml"], [1, 2])
    compare(
        parametric(aml["time"], aml["status"], x, distribution=name, weight=aml["w"], cluster=aml["k"]),
        r["aml_clustered"],
    )


def test_printed_weibull_fits_of_the_lung_data(lung: Any) -> None:
    """survival's own test output: (Intercept) 6.034904, scale .7593936, log L -1153.9; with covariates .731109."""
    fit = parametric(lung["time"], lung["status"], distribution="weibull")
    assert [round(v, 6) for v in (float(fit.coef[0]), fit.scale)] == [6.034904, 0.759394]
    assert round(fit.log_likelihood.fitted, 1) == -1153.9
    known = ~np.isnan(lung["ph.ecog"])
    x = np.c_[lung["sex"], lung["age"], lung["ph.ecog"]][known]
    fit = parametric(lung["time"][known], lung["status"][known], x, distribution="weibull")
    same(fit.coef, [6.273435, 0.4010905, -0.007475439, -0.3396381], rtol=2e-7)
    assert round(fit.scale, 6) == 0.731109


def test_exponential_is_events_over_exposure_with_late_entry(aml: Any) -> None:
    """Solved on paper: rate d / sum(w (t - entry)), SE of log rate 1 / sqrt d, log L = d log rate - d."""
    t, d, e, w = aml["time"], aml["status"], aml["e"], aml["w"]
    fit = parametric(t, d, distribution="exponential", entry=e)
    exposure = float((t - e).sum())
    rate = fit.natural[0]
    same(rate.value, d.sum() / exposure)
    same(rate.std_error, rate.value / math.sqrt(d.sum()))
    same(rate.low, rate.value * math.exp(-1.959963984540054 / math.sqrt(d.sum())))
    same(fit.log_likelihood.fitted, d.sum() * math.log(rate.value) - d.sum())
    same(fit.aic, 2 - 2 * fit.log_likelihood.fitted)
    fit = parametric(t, d, distribution="exponential", entry=e, weight=w)
    same(fit.natural[0].value, (w @ d) / (w @ (t - e)))


@pytest.mark.parametrize("name", ["weibull", "log-normal", "log-logistic"])
def test_late_entry_maximizes_the_conditional_likelihood(name: str, aml: Any) -> None:
    """The likelihood written out from the distribution's own hazard functions; derivatives by differences."""
    t, d, e, g = aml["time"], aml["status"] == 1, aml["e"], aml["g"]
    fit = parametric(t, d, g, distribution=name, entry=e)

    def log_l(v: Any) -> float:
        total = 0.0
        for arm in (0, 1):
            law = models.LogLocationScale(name, v[0] + v[1] * arm, math.exp(v[2]))
            rows = g == arm
            total += float(np.log(law.hazard(t[rows & d])).sum())
            total -= float((law.cumulative_hazard(t[rows]) - law.cumulative_hazard(e[rows])).sum())
        return total

    top = np.r_[fit.coef, fit.log_scale]
    same(fit.log_likelihood.fitted, log_l(top))
    h, unit = 1e-4, np.eye(3)
    slope = [(log_l(top + h * u) - log_l(top - h * u)) / (2 * h) for u in unit]
    assert np.max(np.abs(slope)) < 1e-6
    bend = [
        [
            (log_l(top + h * (u + v)) - log_l(top + h * (u - v)) - log_l(top - h * (u - v)) + log_l(top - h * (u + v)))
            / (4 * h * h)
            for v in unit
        ]
        for u in unit
    ]
    np.testing.assert_allclose(fit.covariance @ -np.array(bend), unit, atol=2e-5)  # differences lose digits


def test_late_entry_recovers_a_truncated_weibull_sample() -> None:
    rng = np.random.default_rng(20)
    t, e = models.weibull(1.5, 10).sample(40_000, rng), rng.uniform(0, 12, 40_000)
    seen = t > e
    fit = parametric(t[seen], np.ones(seen.sum()), distribution="weibull", entry=e[seen])
    shape, scale = fit.natural
    assert abs(shape.value - 1.5) < 4 * shape.std_error
    assert abs(scale.value - 10) < 4 * scale.std_error
    blind = parametric(t[seen], np.ones(seen.sum()), distribution="weibull").natural
    assert blind[1].value > 11


@pytest.mark.parametrize("name", NAMES)
def test_weights_of_two_are_rows_twice_and_units_only_shift(name: str, aml: Any) -> None:
    t, d, x = aml["time"], aml["status"], np.c_[aml["g"], aml["z"]]
    fit = parametric(t, d, x, distribution=name)
    w = 1 + np.arange(23) % 2
    one = parametric(t, d, x, distribution=name, weight=w, robust=False)
    again = np.repeat(np.arange(23), w)
    two = parametric(t[again], d[again], x[again], distribution=name)
    same(one.covariance, two.covariance)
    same(one.log_likelihood, two.log_likelihood)
    clustered = parametric(t[again], d[again], x[again], distribution=name, cluster=again)
    same(parametric(t, d, x, distribution=name, weight=w).covariance, clustered.covariance)
    rescaled = parametric(7 * t, d, x * [3, 1], distribution=name)
    same(rescaled.coef, fit.coef * [1, 1 / 3, 1] + [math.log(7), 0, 0])
    same(rescaled.log_scale, fit.log_scale)
    order = np.random.default_rng(1).permutation(23)
    same(parametric(t[order], d[order], x[order], distribution=name).covariance, fit.covariance)


@pytest.mark.parametrize("name", NAMES)
def test_curves_agree_with_the_fitted_distribution_and_with_differences(name: str, aml: Any) -> None:
    """Values by the distribution; standard errors by differentiating in each parameter."""
    fit = parametric(aml["time"], aml["status"], aml["g"], distribution=name)
    at, x, p = np.array([3.0, 20.0, 90.0]), [1.0], np.array([0.2, 0.5])
    law = fit.fitted(x)
    same(fit.survival(at, x).value, law.survival(at))
    same(fit.hazard(at, x).value, law.hazard(at))
    same(fit.cumulative_hazard(at, x).value, law.cumulative_hazard(at))
    same(fit.quantile(p, x).value, law.quantile(p))
    same(fit.rmst(40, x).value, law.rmst(40))
    same(fit.mean(x).value, law.mean())

    def error(read: Any) -> Any:
        h, top = 1e-5, np.r_[fit.coef.sum(), fit.log_scale]
        slope = [
            (
                np.asarray(read(models.LogLocationScale(name, top[0] + a, math.exp(top[1] + b))))
                - np.asarray(read(models.LogLocationScale(name, top[0] - a, math.exp(top[1] - b))))
            )
            / (2 * h)
            for a, b in ((h, 0), (0, h))
        ]
        size = fit.covariance.shape[0]
        gradient = np.stack([slope[0], slope[0], slope[1]][:size], axis=-1)
        return np.sqrt(((gradient @ fit.covariance) * gradient).sum(axis=-1))

    for ours, read in (
        (fit.survival(at, x).std_error, lambda v: v.survival(at)),
        (fit.cumulative_hazard(at, x).std_error, lambda v: v.cumulative_hazard(at)),
        (fit.hazard(at, x).std_error, lambda v: v.hazard(at)),
        (fit.quantile(p, x).std_error, lambda v: v.quantile(p)),
        (fit.rmst(40, x).std_error, lambda v: v.rmst(40)),
        (fit.mean(x).std_error, lambda v: v.mean()),
    ):
        same(ours, error(read), rtol=1e-6)
    s, h = fit.survival(at, x), fit.cumulative_hazard(at, x)
    same(s.low, np.exp(-h.high))
    assert np.all((s.low > 0) & (s.low < s.value) & (s.value < s.high) & (s.high < 1))
    both = fit.survival(at, [[0.0], [1.0]])
    assert both.value.shape == (2, 3)
    same(both.value[1], s.value)
    same(both.std_error[1], s.std_error)


def test_weibull_survival_limits_are_log_log(aml: Any) -> None:
    fit = parametric(aml["time"], aml["status"], distribution="weibull")
    s = fit.survival([10.0])
    step = 1.959963984540054 * s.std_error / (s.value * -np.log(s.value))
    same(s.low, s.value ** np.exp(step))
    same(s.high, s.value ** np.exp(-step))


def test_weibull_hazard_ratio_follows_from_the_time_ratio(aml: Any) -> None:
    fit = parametric(aml["time"], aml["status"], aml["g"], distribution="weibull")
    at = [5.0]
    same(fit.log_hazard_ratio[0], np.log(fit.hazard(at, [1]).value / fit.hazard(at, [0]).value))
    b, v, s = fit.coef[1], fit.covariance, fit.scale
    slope = np.array([0, -1 / s, b / s])
    same(fit.log_hazard_ratio_std_error[0], math.sqrt(slope @ v @ slope))
    with pytest.raises(ValueError, match="no constant hazard ratio"):
        _ = parametric(aml["time"], aml["status"], aml["g"], distribution="log-normal").log_hazard_ratio


@pytest.mark.parametrize("name", DRAWS)
def test_distributions_hang_together(name: str) -> None:
    law = DRAWS[name]
    t = np.array([0.5, 2.0, 4.0, 30.0])
    same(law.survival(t), np.exp(-law.cumulative_hazard(t)))
    same(law.density(t), law.hazard(t) * law.survival(t))
    p = np.array([0.01, 0.5, 0.999])
    same(1 - law.survival(law.quantile(p)), p)
    h = 1e-6
    inside = np.array([0.5, 3.0, 30.0])
    same(law.hazard(inside), (law.cumulative_hazard(inside + h) - law.cumulative_hazard(inside - h)) / (2 * h), 1e-6)
    node, weight = np.polynomial.legendre.leggauss(400)
    pieces = [0, 1e-6, 1e-3, 0.1, 2, 5, 20]  # the area under S, piece by piece
    area = sum((b - a) / 2 * weight @ law.survival((a + b) / 2 + (b - a) / 2 * node) for a, b in pairwise(pieces))
    same(law.rmst(20), area)
    assert law.survival(0) == 1
    assert law.survival([[1.0, 2.0]]).shape == (1, 2)
    assert law.rmst(0) == 0


@pytest.mark.parametrize("name", DRAWS)
def test_samples_follow_their_distribution(name: str) -> None:
    law, n = DRAWS[name], 20_000
    u = np.sort(1 - law.survival(law.sample(n, np.random.default_rng(3))))
    assert np.max(np.abs(u - (np.arange(n) + 0.5) / n)) < 1.95 / math.sqrt(n)  # Kolmogorov at 0.001
    same(law.sample(5, np.random.default_rng(9)), law.sample(5, np.random.default_rng(9)))


def test_distributions_solved_on_paper() -> None:
    same(models.weibull(2, 3).mean(), 3 * math.sqrt(math.pi) / 2)
    same(models.weibull(1, 5).hazard([0, 1, 9]), [0.2] * 3)
    same(models.exponential(survival_at=(24, 0.3)).survival(24), 0.3)
    same(models.exponential(0.25).rmst(4), (1 - math.exp(-1)) / 0.25)
    same(models.weibull(0.5, median=7).quantile(), 7)
    same(models.weibull(0.5, survival_at=(3, 0.6)).survival(3), 0.6)
    same(models.log_logistic(2, 1).rmst(1), math.pi / 4)  # the integral of 1 / (1 + t^2)
    same(models.log_logistic(1, 1).rmst(3), math.log(4))
    assert models.log_logistic(1, 1).mean() == math.inf
    assert models.log_normal(0, 50).mean() == math.inf
    same(models.log_normal(1, 0.5).quantile(), math.e)
    assert models.exponential(0.1).parameters == {"rate": pytest.approx(0.1)}
    assert models.weibull(2, 3).parameters == {"shape": pytest.approx(2), "scale": pytest.approx(3)}
    cured = models.piecewise([0.2, 0.0], [5])
    same(cured.survival([5, 50]), [math.exp(-1)] * 2)
    assert cured.mean() == math.inf
    assert cured.quantile(0.9) == math.inf
    same(models.piecewise([0.2, 0.1], [5]).mean(), (1 - math.exp(-1)) / 0.2 + math.exp(-1) / 0.1)


def test_simulate_draws_each_row_from_its_own_distribution(aml: Any) -> None:
    fit = parametric(aml["time"], aml["status"], aml["g"], distribution="weibull")
    x = np.repeat([0.0, 1.0], 20_000)[:, None]
    t = fit.simulate(40_000, np.random.default_rng(5), x)
    for arm in (0, 1):
        law = fit.fitted([arm])
        share = float((t[x[:, 0] == arm] > law.quantile()).mean())
        assert abs(share - 0.5) < 4 * 0.5 / math.sqrt(20_000)
    assert fit.simulate(3, np.random.default_rng(5), [1.0]).shape == (3,)
    with pytest.raises(ValueError, match="x has 2 rows where 1 or 3 are needed"):
        fit.simulate(3, np.random.default_rng(5), [[1.0], [0.0]])


def test_what_cannot_be_estimated_is_said() -> None:
    t = [1.0, 2.0, 3.0, 4.0]
    none = parametric(t, [0, 0, 0, 0])
    assert np.isnan(none.coef).all()
    assert not none.converged
    assert "no event" in none.message
    assert np.isnan(none.survival(2.0).value).all()
    flat = parametric(t, [1, 1, 0, 1], np.c_[[1, 1, 1, 1], [0, 1, 2, 4]])
    assert "column 0 is constant" in flat.message
    assert np.isnan(flat.coef[1])
    plain = parametric(t, [1, 1, 0, 1], [0, 1, 2, 4])
    same(flat.coef[[0, 2]], plain.coef)
    same(flat.survival([2.0], [1, 3]).low, plain.survival([2.0], [3]).low)
    twice = parametric(t, [1, 1, 0, 1], np.c_[[0, 1, 2, 4], [0, 2, 4, 8]])
    assert "column 1" in twice.message
    for distribution in NAMES:
        lost = parametric([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], distribution=distribution)
        assert not lost.converged
        assert "column 0 grows without limit" in lost.message
        assert lost.std_error[1] == np.inf


@pytest.mark.parametrize("distribution", ["weibull", "log-normal", "log-logistic"])
@pytest.mark.parametrize("time", [[3.0], [3.0, 3.0, 3.0], [1.0, 2.0, 3.0]])
def test_a_scale_that_shrinks_to_nothing_is_said(distribution: str, time: list[float]) -> None:
    """All events at one time, no one after it: the likelihood grows as sigma falls."""
    event = [float(t == 3) for t in time]
    fit = parametric(time, event, distribution=distribution)
    assert not fit.converged
    assert "the log scale" in fit.message


def test_huge_and_tiny_times() -> None:
    t, d = np.array([1.0, 2, 3, 4, 7]), [1, 1, 0, 1, 1]
    for name in NAMES:
        fit = parametric(t, d, distribution=name)
        for factor in (1e300, 1e-300):
            far = parametric(t * factor, d, distribution=name)
            same(far.coef, fit.coef + math.log(factor))
            same(far.covariance, fit.covariance)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": [1, -2, 3]}, "time has 1 negative values"),
        ({"time": [1, 0, 3]}, "time has 1 values of 0"),
        ({"time": [1, np.nan, 3]}, "time has 1 missing"),
        ({"time": [], "event": []}, "time is empty"),
        ({"event": [1, 2, 0]}, "event must hold 0 and 1 only"),
        ({"event": [1, 0]}, "event has 2 values where 3 are needed"),
        ({"x": [1, 2]}, "x has 2 rows where 3 are needed"),
        ({"entry": [0, 2, 1]}, "entry must be before time"),
        ({"weight": [1, -1, 1]}, "weight has negative values"),
        ({"cluster": [1, 1, 1]}, "cluster holds one label only"),
        ({"distribution": "gamma"}, "distribution must be one of"),
        ({"level": 95}, "level must lie between 0 and 1"),
    ],
)
def test_bad_input_is_refused(change: dict[str, Any], words: str) -> None:
    good: dict[str, Any] = {"time": [1, 2, 3], "event": [1, 1, 0]}
    with pytest.raises(ValueError, match=words):
        parametric(**(good | change))


def test_bad_questions_are_refused() -> None:
    fit = parametric([1, 2, 3, 5], [1, 1, 0, 1], [0, 1, 1, 0], distribution="weibull")
    with pytest.raises(ValueError, match="x is needed"):
        fit.survival(2)
    with pytest.raises(ValueError, match=r"x has shape \(2,\)"):
        fit.survival(2, [1, 2])
    with pytest.raises(ValueError, match="times must be finite and above 0"):
        fit.survival(0, [1])
    with pytest.raises(ValueError, match="tau must be a finite time"):
        fit.rmst(0, [1])
    with pytest.raises(ValueError, match="p must hold shares"):
        fit.quantile(1, [1])
    for build, words in (
        (lambda: models.exponential(), "give exactly one of"),
        (lambda: models.exponential(1, median=2), "give exactly one of"),
        (lambda: models.exponential(-1), "rate must be a number above 0"),
        (lambda: models.weibull(0, 1), "shape must be a number above 0"),
        (lambda: models.exponential(survival_at=(3, 1.2)), "must lie between 0 and 1"),
        (lambda: models.piecewise([1, 2]), "rates has 2 values where 1 are needed"),
        (lambda: models.piecewise([1, 2, 3], [4, 4]), "cuts must be finite times above 0 in increasing order"),
        (lambda: models.piecewise([1, -2], [4]), "rates has negative values"),
    ):
        with pytest.raises(ValueError, match=words):
            build()
    with pytest.raises(ValueError, match="times must not be negative"):
        models.exponential(1).survival(-1)


def test_an_exponential_fit_of_times_far_apart_is_still_closed_form() -> None:
    t = np.exp(np.array([-100.0, -50, 0, 60, 117]))
    fit = parametric(t, [1, 1, 0, 1, 1], distribution="exponential")
    assert fit.converged
    same(fit.natural[0].value, 4 / t.sum())


def test_odd_small_samples_give_numbers_or_a_reason() -> None:
    """Few rows, times over a hundred orders of magnitude, late entry: no warning, no silent NaN."""
    rng = np.random.default_rng(3)
    for _ in range(40):
        n = int(rng.integers(1, 8))
        t = np.exp(rng.normal(0, rng.choice([0.1, 5, 50]), n))
        d, entry = rng.random(n) < 0.7, t * rng.random(n) * (rng.random(n) < 0.5)
        for name in NAMES:
            fit = parametric(t, d, rng.random(n) < 0.5, distribution=name, entry=entry)
            assert fit.message or np.isfinite(fit.std_error).all()
            for read in (fit.survival([1.0, 2.0], [0]), fit.hazard(1.0, [0]), fit.quantile(0.5, [0])):
                assert fit.message or not np.isnan(read.value).any()
            assert fit.natural
            fit.rmst(2.0, [0])
            fit.mean([0])


def test_ends_of_the_named_hazards() -> None:
    infinite = [
        float(d.hazard(np.inf))
        for d in (models.weibull(2, 3), models.weibull(1, 4), models.weibull(0.5, 3), models.log_logistic(2, 10))
    ]
    assert infinite == [np.inf, 0.25, 0.0, 0.0]
    assert models.weibull(1e-4, 1).parameters["scale"] == 1.0
    assert models.weibull(1e-300, median=3).parameters["scale"] == np.inf
    assert float(models.log_normal(0, 1).hazard(np.inf)) == 0.0
    assert models.weibull(2, 3).survival([0, np.inf]).tolist() == [1.0, 0.0]
    for call, words in (
        (lambda: models.weibull(5e-324, 1), "shape must be at least"),
        (lambda: models.weibull(1, 1).sample(-1, np.random.default_rng(1)), "n must be a whole number"),
        (lambda: models.weibull(1, 1).time_at_hazard(-1), "cumulative must not be negative"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
