"""Blocks of Cox fits and survival curves equal the ordinary fits of rows written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats import kaplan_meier
from onearm.stats._bootstrap_cox import CoxReplicates
from onearm.stats._bootstrap_plan import Plan
from onearm.stats._bootstrap_survival import SurvivalReplicates
from onearm.stats.cox import cox
from onearm.stats.resampling import bootstrap_cox, bootstrap_survival


def same(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float).ravel(), np.asarray(theirs, dtype=float).ravel(), rtol=rtol, atol=1e-10
    )


OPTIONS: list[tuple[str, ...]] = [(), ("strata",), ("entry",), ("weight",), ("strata", "entry", "weight", "cluster")]


def counts(n: int) -> Any:
    """The made-up counts of the R script, replicates 1 to 3."""
    i = np.arange(1, n + 1)
    return np.stack([(i * (2 * r + 1) + i // (r + 1)) % 4 for r in (1, 2, 3)])


def test_lung_replicates_equal_r_loops(lung: Any, r_values: Any) -> None:
    r = [r_values("resampling")[f"r{k}"] for k in (1, 2, 3)]
    t, d, x, i = lung["time"], lung["status"], np.c_[lung["sex"], lung["age"]], np.arange(1, 229)
    entry = t * (i % 5) / 6
    w = counts(228)
    cases: dict[str, tuple[Any, ...]] = {
        "efron": (None, None, None, "efron"),
        "breslow": (None, None, None, "breslow"),
        "strata": (None, None, i % 3, "efron"),
        "weighted": (None, lung["w"], None, "efron"),
        "entry": (entry, None, None, "efron"),
    }
    for name, options in cases.items():
        same(CoxReplicates(t, d, x, *options)(w), [v[name] for v in r])
    at, none = np.array([100.0, 365, 700]), np.zeros(0)
    same(SurvivalReplicates(t, d, at, none, None, None, None)(w), [v["survival"] for v in r])
    same(SurvivalReplicates(t, d, at, none, None, None, entry)(w), [v["survival_entry"] for v in r])
    same(SurvivalReplicates(t, d, none, none, 730.0, None, None)(w), [v["rmst"] for v in r])


def test_heart_replicates_with_time_dependent_transplant_equal_r(r_values: Any) -> None:
    datasets = pytest.importorskip("lifelines.datasets", reason="lifelines is not installed")
    h = datasets.load_stanford_heart_transplants()
    x = h[["age", "year", "surgery", "transplant"]].to_numpy(dtype=float)
    fits = CoxReplicates(h["stop"], h["event"], x, h["start"], None, None, "efron")(counts(len(h)))
    same(fits, [r_values("resampling")[f"r{k}"]["heart"] for k in (1, 2, 3)])


def sample(n: int, p: int, seed: int, ties: bool) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    x[:, 0] = x[:, 0] > 0
    t, c = rng.exponential(np.exp(-0.5 * x[:, 0])) * 100, rng.exponential(150, n)
    d, t = (t <= c).astype(int), np.minimum(t, c)
    if ties:
        t = np.ceil(t / 10) * 10
    late = np.where(rng.random(n) < 0.6, t * rng.uniform(0, 0.9, n), 0)
    return {
        "rows": (t, d, x),
        "strata": rng.integers(0, 4, n),
        "entry": np.floor(late / 10) * 10 if ties else late,
        "weight": rng.uniform(0.5, 2, n) * (rng.random(n) < 0.9),
        "cluster": rng.integers(0, n // 3, n),
    }


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize(
    "options", [(), ("strata",), ("entry",), ("weight",), ("strata", "entry", "weight", "cluster")]
)
def test_cox_replicates_equal_fits_of_rows_written_out(ties: str, tied: bool, options: tuple[str, ...]) -> None:
    data = sample(90, 2, 7, tied)
    t, d, x = data["rows"]
    chosen = {k: data[k] for k in options}
    b = bootstrap_cox(t, d, x, seed=3, replicates=25, ties=ties, max_failed=0.5, **chosen)
    for r, w in enumerate(Plan.make(90, 3, chosen.get("cluster"), None).draws(0, 25)):
        i = np.repeat(np.arange(90), w)
        part = {k: v[i] for k, v in chosen.items() if k != "cluster"}
        same(b.replicates[r], cox(t[i], d[i], x[i], ties=ties, robust=False, **part).coef)
    part = {k: v for k, v in chosen.items() if k != "cluster"}
    same(b.estimate, cox(t, d, x, ties=ties, **part).coef)
    assert b.failed == 0


def test_replicates_do_not_depend_on_units_or_order() -> None:
    t, d, x = sample(80, 2, 2, False)["rows"]
    statistic = CoxReplicates(t, d, x, None, None, None, "efron")
    w = Plan.make(80, 1, None, None).draws(0, 10)
    order = np.random.default_rng(1).permutation(80)
    other = CoxReplicates(t[order] * 1e300, d[order], x[order] * [1, 1e6] + [0, 5], None, None, None, "efron")
    same(other(w[:, order]) * [1, 1e6], statistic(w))


def test_monotone_replicates_are_counted_as_failed() -> None:
    """Two events among the treated: replicates that draw neither have no finite estimate."""
    t = np.arange(1.0, 21)
    x = (np.arange(20) % 2).astype(float)
    d = np.where(x == 1, np.isin(t, [4, 12]), 1)
    b = bootstrap_cox(t, d, x, seed=1, replicates=200)
    w = Plan.make(20, 1, None, None).draws(0, 200)
    none = np.array([not np.any((v > 0) & (x == 1) & (d == 1)) for v in w])
    lost = np.isnan(b.replicates[:, 0])
    assert none.sum() > 5
    assert np.all(lost[none])
    assert b.failed == lost.sum()
    assert b.failures[0][0].startswith("the Cox model has no finite estimate")
    assert np.isnan(b.low[0])
    for r in np.flatnonzero(lost & ~none):  # those too have no finite estimate, for another reason
        i = np.repeat(np.arange(20), w[r])
        assert not cox(t[i], d[i], x[i]).converged


def test_bootstrap_error_is_near_the_robust_one(aml: Any) -> None:
    t, d, x = sample(400, 2, 5, False)["rows"]
    b = bootstrap_cox(t, d, x, seed=2, replicates=600, interval="bca")
    robust = cox(t, d, x, robust=True).robust_std_error
    assert np.all(np.abs(b.std_error / robust - 1) < 0.12)
    assert np.all((b.low < b.estimate) & (b.estimate < b.high))
    assert b.left_out is not None
    i = np.arange(1, 400)
    same(b.left_out[0], cox(t[i], d[i], x[i]).coef)


@pytest.mark.parametrize("options", [(), ("entry",), ("weight",), ("cluster",), ("entry", "weight", "cluster")])
@pytest.mark.parametrize("tied", [False, True])
def test_curves_equal_those_of_rows_written_out(options: tuple[str, ...], tied: bool) -> None:
    data = sample(60, 1, 4, tied)
    t, d, _ = data["rows"]
    chosen = {k: data[k] for k in options}
    at = [20.0, 60, 150]
    b = bootstrap_survival(t, d, at=at, p=[0.25, 0.5, 0.9], tau=120, seed=6, replicates=40, **chosen)
    assert b.survival is not None
    assert b.quantile is not None
    assert b.rmst is not None
    part = {k: v for k, v in chosen.items() if k != "cluster"}
    for r, w in enumerate(Plan.make(60, 6, chosen.get("cluster"), None).draws(0, 40)):
        i = np.repeat(np.arange(60), w)
        km = kaplan_meier(t[i], d[i], **{k: v[i] for k, v in part.items()})
        same(b.survival.replicates[r], km.at(at, extend=True).survival)
        found = [km.quantile(p).value for p in (0.25, 0.5, 0.9)]
        same(b.quantile.replicates[r], [np.inf if v is None else v for v in found])
        if km.time[-1] >= 120 or km.survival[-1] == 0:
            same(b.rmst.replicates[r], km.rmst(120).value)
    same(b.survival.estimate, kaplan_meier(t, d, **part).at(at).survival)
    assert b.rmst.estimate.shape == ()
    assert b.survival.failed == b.quantile.failed == b.rmst.failed == 0


def test_a_median_not_reached_is_infinite_and_said() -> None:
    t, d = np.arange(1.0, 13), np.r_[1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    b = bootstrap_survival(t, d, seed=1, replicates=300).quantile
    assert b is not None
    assert b.estimate[0] == np.inf
    assert b.high[0] == np.inf
    assert np.isfinite(b.low[0])
    assert np.isnan(b.std_error[0])
    assert "replicates of quantity 0 are infinite" in b.message
    none = bootstrap_survival(t, d * 0, at=[5], seed=1, replicates=20, p=()).survival
    assert none is not None
    assert none.estimate.tolist() == none.low.tolist() == none.high.tolist() == [1.0]


def test_greenwood_is_the_bootstrap_variance_of_a_proportion() -> None:
    """Without censoring S(t) is a share of n: SE sqrt(S (1 - S) / n), on paper."""
    t = np.arange(1.0, 41)
    b = bootstrap_survival(t, np.ones(40), at=[10], seed=3, replicates=20_000, p=()).survival
    assert b is not None
    same(b.estimate, 0.75)
    assert abs(b.std_error[0] / np.sqrt(0.75 * 0.25 / 40) - 1) < 4 / np.sqrt(40_000)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": [1, -2, 3]}, "time has 1 negative values"),
        ({"time": [], "event": [], "x": []}, "time is empty"),
        ({"event": [0, 0, 0]}, "event holds no event"),
        ({"event": [1, 0]}, "event has 2 values"),
        ({"x": [1, 2]}, "x has 2 rows"),
        ({"ties": "exact"}, "ties must be one of efron, breslow"),
        ({"entry": [0, 2, 0]}, "entry must be before time"),
        ({"cluster": [1, 1]}, "cluster has shape"),
        ({"within": [1, 1]}, "strata has shape"),
    ],
)
def test_bad_cox_input_is_refused(change: dict[str, Any], words: str) -> None:
    good: dict[str, Any] = {"time": [1, 2, 3], "event": [1, 1, 0], "x": [0, 1, 1], "seed": 1}
    with pytest.raises(ValueError, match=words):
        bootstrap_cox(**(good | change))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": [1, np.nan, 3]}, "time has 1 missing"),
        ({"p": [0]}, "p must hold shares between 0 and 1"),
        ({"tau": 0}, "tau must be a finite time above 0"),
        ({"p": ()}, "nothing is asked for"),
        ({"weight": [0, 0, 0]}, "weight is zero throughout"),
    ],
)
def test_bad_curve_input_is_refused(change: dict[str, Any], words: str) -> None:
    good: dict[str, Any] = {"time": [1, 2, 3], "event": [1, 1, 0], "seed": 1}
    with pytest.raises(ValueError, match=words):
        bootstrap_survival(**(good | change))


def test_no_event_never_reaches_a_quantile() -> None:
    b = bootstrap_survival([1, 2, 3], [0, 0, 0], p=(0.25, 0.5), tau=2.5, at=[2], seed=1, replicates=5)
    assert b.quantile is not None
    assert b.survival is not None
    assert b.rmst is not None
    assert np.all(np.isposinf(b.quantile.replicates))
    assert np.all(b.survival.replicates == 1)
    assert np.all(b.rmst.replicates == 2.5)


def test_one_row_and_a_constant_covariate() -> None:
    b = bootstrap_survival([5.0], [1], at=[4, 6], seed=1, replicates=5)
    assert b.survival is not None
    assert b.survival.replicates.tolist() == [[1, 0]] * 5
    flat = bootstrap_cox([1, 2, 3, 4], [1, 1, 0, 1], [[1.0], [1], [1], [1]], seed=1, replicates=5)
    assert flat.failed == 5
    assert np.isnan(flat.estimate[0])
