"""The bootstrap of any statistic: definitions on paper, identities, executors, failures."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from onearm.stats import kaplan_meier
from onearm.stats._bootstrap_limits import acceleration, limits, quantile
from onearm.stats._bootstrap_plan import Plan
from onearm.stats.logistic import logistic
from onearm.stats.resampling import Bootstrap, bootstrap, bootstrap_cox
from onearm.stats.weighting import att_weights

VALUES = np.array([3.0, 5, 8, 1, 9, 4, 7, 2, 6, 12])


def mean(weight: Any) -> float:
    return float(weight @ VALUES / weight.sum())


def means(weight: Any) -> Any:
    """Blocks of the mean and the mean square."""
    return np.stack([weight @ VALUES, weight @ VALUES**2], axis=1) / weight.sum(axis=1)[:, None]


def same(ours: Any, theirs: Any, rtol: float = 1e-12) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=1e-13)


class Backwards(Executor):
    """An executor made by hand: it runs each task when its result is asked for, the last submitted first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, lambda: fn(*args, **kwargs)))
        future.result = self.finish(future, future.result)  # type: ignore[method-assign]
        return future

    def finish(self, future: Future[Any], result: Callable[..., Any]) -> Callable[..., Any]:
        def when_asked(timeout: float | None = None) -> Any:
            while not future.done():
                other, work = self.waiting.pop()
                other.set_result(work())
            return result(timeout)

        return when_asked


def test_weights_are_the_documented_draws() -> None:
    """Replicate r: PCG64 of the r-th child of SeedSequence(seed), n whole numbers, counted."""
    plan = Plan.make(10, 42, None, None)
    for r, child in enumerate(np.random.SeedSequence(42).spawn(5)):
        picked = np.random.Generator(np.random.PCG64(child)).integers(0, 10, 10)
        assert plan.draws(r, r + 1)[0].tolist() == np.bincount(picked, minlength=10).tolist()


def test_clusters_are_drawn_whole_and_within_strata() -> None:
    cluster = np.array([5, 5, 1, 1, 1, 9, 7, 7, 2, 3])
    arm = np.array(list("aabbbabbab"))
    for w in Plan.make(10, 1, cluster, arm).draws(0, 50):
        for label in np.unique(cluster):
            assert np.unique(w[cluster == label]).size == 1
        first = [int(w[np.flatnonzero(cluster == c)[0]]) for c in (5, 9, 2)]
        assert sum(first) == 3  # three clusters in arm a, three in arm b
        assert sum(int(w[np.flatnonzero(cluster == c)[0]]) for c in (1, 7, 3)) == 3
    rows = Plan.make(10, 1, None, arm).draws(0, 50)
    assert np.all(rows[:, arm == "a"].sum(axis=1) == 4)
    counts = Plan.make(10, 2, None, arm).draws(0, 4000)
    assert np.all(np.abs(counts.mean(axis=0) - 1) < 4 / math.sqrt(4000))


@pytest.mark.parametrize("block", [1, 7, 1000])
@pytest.mark.parametrize("pool", [None, ThreadPoolExecutor, Backwards])
def test_the_same_numbers_with_any_executor_and_block(pool: Any, block: int) -> None:
    plain = bootstrap(mean, 10, replicates=60, seed=8, interval="bca")
    executor = None if pool is None else pool()
    one = bootstrap(mean, 10, replicates=60, seed=8, interval="bca", block=block, executor=executor)
    assert one.replicates.tolist() == plain.replicates.tolist()
    assert (float(one.low), float(one.high)) == (float(plain.low), float(plain.high))
    two = bootstrap(means, 10, replicates=60, seed=8, vectorized=True, block=block, executor=executor)
    same(two.replicates[:, 0], plain.replicates)
    assert two.estimate.shape == two.low.shape == (2,)
    if isinstance(executor, ThreadPoolExecutor):
        executor.shutdown()


def test_processes_give_the_same_numbers_and_refuse_what_they_cannot_carry(aml: Any) -> None:
    rows = (aml["time"], aml["status"], aml["g"])
    here = bootstrap_cox(*rows, seed=3, replicates=50)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there = bootstrap_cox(*rows, seed=3, replicates=50, executor=pool)
        with pytest.raises(ValueError, match="must be picklable"):
            bootstrap(lambda w: float(w @ VALUES), 10, seed=1, executor=pool)
    assert there.replicates.tolist() == here.replicates.tolist()


@pytest.mark.parametrize("interval", ["percentile", "basic", "normal", "bca"])
@pytest.mark.parametrize("scale", [2.0**1000, 2.0**-1000])
def test_values_of_any_size(interval: str, scale: float) -> None:
    near = bootstrap(mean, 10, replicates=60, seed=8, interval=interval)
    far = bootstrap(lambda weight: mean(weight) * scale, 10, replicates=60, seed=8, interval=interval)
    for name in ("estimate", "std_error", "bias", "low", "high"):
        same(getattr(far, name) / scale, getattr(near, name))


def test_intervals_by_their_definitions() -> None:
    b = {k: bootstrap(mean, 10, replicates=999, seed=2, interval=k) for k in ("percentile", "basic", "normal")}
    r = b["percentile"].replicates
    low, high = np.quantile(r, [0.025, 0.975])
    same([b["percentile"].low, b["percentile"].high], [low, high])
    t = VALUES.mean()
    same([b["basic"].low, b["basic"].high], [2 * t - high, 2 * t - low])
    same(b["normal"].std_error, r.std(ddof=1))
    same(b["normal"].bias, r.mean() - t)
    half = NormalDist().inv_cdf(0.975) * r.std(ddof=1)
    same([b["normal"].low, b["normal"].high], [2 * t - r.mean() - half, 2 * t - r.mean() + half])
    ordered = np.sort(r)  # boot.ci: the 25th and the 975th of 999
    other = bootstrap(mean, 10, replicates=999, seed=2, quantile="normal")
    assert (float(other.low), float(other.high)) == (ordered[24], ordered[974])


def test_quantiles() -> None:
    v = np.sort(np.random.default_rng(1).normal(size=40))
    for p in (0, 0.01, 0.3, 0.5, 0.975, 1):
        same(quantile(v, p, "linear"), np.quantile(v, p))
    assert quantile(v, 0.01, "normal") == v[0]  # beyond the first order statistic: the extreme
    assert quantile(v, 0.99, "normal") == v[-1]
    z = NormalDist().inv_cdf  # between the 2nd and 3rd of 41 parts, on the normal scale
    part = (z(0.06) - z(2 / 41)) / (z(3 / 41) - z(2 / 41))
    same(quantile(v, 0.06, "normal"), v[1] + part * (v[2] - v[1]))
    far = np.array([1.0, 2.0, np.inf, np.inf])
    assert [quantile(far, p, "linear") for p in (0, 0.5, 1)] == [1, math.inf, math.inf]


def test_standard_error_of_a_mean_is_known() -> None:
    """Drawing n of n: SE^2 = sum (x - mean)^2 / n^2."""
    b = bootstrap(mean, 10, replicates=20_000, seed=5)
    exact = math.sqrt(((VALUES - VALUES.mean()) ** 2).sum()) / 10
    assert abs(float(b.std_error) / exact - 1) < 4 / math.sqrt(2 * 20_000)


def test_acceleration_of_a_mean_on_paper() -> None:
    """a = sum (x - mean)^3 / (6 (sum (x - mean)^2)^1.5)."""
    n, d = VALUES.size, VALUES - VALUES.mean()
    left_out = (VALUES.sum() - VALUES) / (n - 1)
    exact = (d**3).sum() / (6 * (d**2).sum() ** 1.5)
    same(acceleration(left_out, np.zeros(n, dtype=int)), exact)
    b = bootstrap(mean, 10, replicates=500, seed=1, interval="bca")
    same(b.left_out, left_out)
    assert acceleration(np.ones(4), np.zeros(4, dtype=int)) == 0
    # difference of two means: strata of 4 and 6, each with its own n
    arm = np.repeat([0, 1], [4, 6])
    sides = [VALUES[arm == k] for k in (0, 1)]
    pulls = np.concatenate([(s - s.mean()) / s.size * k for s, k in zip(sides, (-1, 1), strict=True)])

    def difference(w: Any) -> float:
        means = [float(w[arm == k] @ VALUES[arm == k] / w[arm == k].sum()) for k in (0, 1)]
        return means[1] - means[0]

    b = bootstrap(difference, 10, replicates=50, seed=1, interval="bca", strata=arm)
    assert b.left_out is not None
    same(acceleration(b.left_out, arm), (pulls**3).sum() / (6 * (pulls**2).sum() ** 1.5))


def test_bca_without_bias_or_acceleration_is_the_percentile_interval() -> None:
    v = np.arange(-50.0, 51)
    left_out, stratum = np.array([-1.0, 0, 1]), np.zeros(3, dtype=int)
    plain = limits(0.0, v, None, stratum, 0.9, "percentile", "linear")
    same(limits(0.0, v, left_out, stratum, 0.9, "bca", "linear"), plain)
    same(plain, [-45, 45])


def test_bca_by_its_formula() -> None:
    b = bootstrap(mean, 10, replicates=800, seed=4, interval="bca", level=0.9)
    law, r, t = NormalDist(), b.replicates, float(b.estimate)
    u = law.inv_cdf((np.mean(r < t) + np.mean(r <= t)) / 2)
    assert b.left_out is not None
    d = b.left_out.mean() - b.left_out
    a = (d**3).sum() / (6 * (d**2).sum() ** 1.5)
    ends = [law.cdf(u + (u + v) / (1 - a * (u + v))) for v in (law.inv_cdf(0.05), law.inv_cdf(0.95))]
    same([b.low, b.high], np.quantile(r, ends), rtol=1e-9)


def test_bca_limits_follow_a_transformation() -> None:
    """Limits of exp(mean) are exp of the limits of the mean but for interpolation and acceleration's curve."""
    plain = bootstrap(mean, 10, replicates=4000, seed=6, interval="bca", quantile="normal")
    other = bootstrap(lambda w: math.exp(mean(w) / 10), 10, replicates=4000, seed=6, interval="bca", quantile="normal")
    same(np.log([other.low, other.high]) * 10, [plain.low, plain.high], rtol=0.01)


def correlation(weight: Any) -> float:
    lsat = [576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594]
    gpa = [3.39, 3.30, 2.81, 3.03, 3.44, 3.07, 3.00, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96]
    cov = np.cov(lsat, gpa, fweights=weight)
    return float(cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1]))


def test_law_school_correlation() -> None:
    """Efron & Tibshirani 1993: correlation .776; bootstrap SE about .13; 90% BCa about (.43, .92)."""
    b = bootstrap(correlation, 15, replicates=4000, seed=11, interval="bca", level=0.9)
    assert round(float(b.estimate), 3) == 0.776
    assert abs(float(b.std_error) - 0.133) < 0.005
    assert abs(float(b.low) - 0.43) < 0.03
    assert abs(float(b.high) - 0.92) < 0.015


def sometimes(weight: Any) -> float:
    if weight[0] == 0:
        raise ValueError("the first row was not drawn")
    return math.nan if weight[1] == 0 else mean(weight)


def test_failures_are_counted_and_named() -> None:
    w = Plan.make(10, 3, None, None).draws(0, 200)
    first, second = int((w[:, 0] == 0).sum()), int(((w[:, 0] > 0) & (w[:, 1] == 0)).sum())
    b = bootstrap(sometimes, 10, replicates=200, seed=3)
    assert b.failed == first + second
    assert dict(b.failures) == {"the first row was not drawn": first, "the statistic is not a number": second}
    assert np.isnan(b.low)
    assert np.isnan(b.std_error)
    assert f"{b.failed} of 200 replicates could not be computed" in b.message
    assert "has no limits" in b.message
    kept = bootstrap(sometimes, 10, replicates=200, seed=3, max_failed=0.9)
    good = kept.replicates[~np.isnan(kept.replicates)]
    assert good.size == 200 - b.failed
    same(kept.low, np.quantile(good, 0.025))
    same(kept.std_error, good.std(ddof=1))
    blocks = [
        bootstrap(lambda v: np.array([sometimes(w) for w in v]), 10, replicates=200, seed=3, vectorized=True, block=k)
        for k in (1, 50)
    ]
    assert blocks[0].failures == blocks[1].failures == b.failures
    np.testing.assert_array_equal(blocks[1].replicates, b.replicates)


def test_other_errors_pass_and_shapes_must_hold() -> None:
    def broken(weight: Any) -> float:
        if weight[0] != 1:
            raise KeyError("a defect of the statistic")
        return 0.0

    with pytest.raises(KeyError):
        bootstrap(broken, 10, seed=1)
    with pytest.raises(ValueError, match="the first row was not drawn"):
        bootstrap(lambda w: sometimes(w * 0), 10, seed=1)
    with pytest.raises(ValueError, match=r"statistic returned shape \(2,\) in a replicate where \(\) is needed"):
        bootstrap(lambda w: 1.0 if np.all(w == 1) else np.ones(2), 10, seed=1)
    with pytest.raises(ValueError, match="a number or a vector is needed"):
        bootstrap(lambda w: np.ones((2, 2)), 10, seed=1)
    with pytest.raises(ValueError, match=r"for weights \(1, 10\)"):
        bootstrap(lambda w: np.ones(2), 10, seed=1, vectorized=True)


def test_a_statistic_that_never_varies() -> None:
    b = bootstrap(lambda w: 3.0, 5, replicates=20, seed=1)
    assert (float(b.low), float(b.high), float(b.std_error), b.message) == (3, 3, 0, "")
    b = bootstrap(lambda w: 3.0, 5, replicates=20, seed=1, interval="bca")
    assert (float(b.low), float(b.high)) == (3, 3)
    b = bootstrap(lambda w: float(w.max()), 10, replicates=200, seed=1, interval="bca")
    assert np.isnan(b.low)  # every replicate above the estimate: no bias correction exists
    assert "allow" in b.message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n": 0}, "n must be a whole number of at least 1"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"replicates": 1}, "replicates must be a whole number of at least 2"),
        ({"block": 0}, "block must be a whole number of at least 1"),
        ({"interval": "studentized"}, "interval must be one of"),
        ({"quantile": "exact"}, "quantile must be one of"),
        ({"level": 95}, "level must lie between 0 and 1"),
        ({"max_failed": 1}, "max_failed must lie between 0 and 1"),
        ({"cluster": [1, 2]}, r"cluster has shape \(2,\) where \(10,\)"),
        ({"strata": [1]}, r"strata has shape \(1,\)"),
        ({"cluster": [1] * 10, "strata": [0] * 5 + [1] * 5}, "cluster lies in more than one of the strata"),
    ],
)
def test_bad_input_is_refused(change: dict[str, Any], words: str) -> None:
    good: dict[str, Any] = {"n": 10, "seed": 1}
    with pytest.raises(ValueError, match=words):
        bootstrap(mean, **(good | change))


class WeightedDifference:
    """S at 20 weeks, trial less controls weighted to it by a score fitted again in each replicate."""

    def __init__(self, table: Any) -> None:
        self.t, self.d, self.arm = table["time"], table["status"], 1 - table["g"]
        self.x = np.c_[table["z"], table["s"]]

    def __call__(self, drawn: Any) -> float:
        score = logistic(self.x, self.arm, weight=drawn).fitted
        weight = drawn * att_weights(score, self.arm)
        curves = [kaplan_meier(self.t, self.d, weight=weight * (self.arm == k)).at(20).survival[0] for k in (0, 1)]
        return float(curves[1] - curves[0])


def test_weights_estimated_again_in_each_replicate_equal_a_slow_loop(aml: Any) -> None:
    statistic = WeightedDifference(aml)
    arm = statistic.arm
    b = bootstrap(statistic, 23, replicates=60, seed=17, strata=arm, max_failed=0.2)
    slow = np.empty(60)
    children = np.random.SeedSequence(17).spawn(60)
    places = [np.flatnonzero(arm == k) for k in (0, 1)]
    for r, child in enumerate(children):
        stream = np.random.Generator(np.random.PCG64(child))
        picked = stream.integers(0, np.repeat([12, 11], [12, 11]), 23)
        rows = np.r_[places[0][picked[:12]], places[1][picked[12:]]]  # the rows themselves, written out
        score = logistic(statistic.x[rows], arm[rows]).fitted
        weight = att_weights(score, arm[rows])
        values = []
        for k in (0, 1):
            one = rows[arm[rows] == k]
            curve = kaplan_meier(statistic.t[one], statistic.d[one], weight=weight[arm[rows] == k])
            values.append(curve.at(20).survival[0])
        slow[r] = values[1] - values[0]
    same(b.replicates, slow, rtol=1e-9)
    assert isinstance(b, Bootstrap)
    same(b.std_error, slow[~np.isnan(slow)].std(ddof=1), rtol=1e-9)
