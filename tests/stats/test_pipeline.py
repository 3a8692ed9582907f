"""The bootstrap of a whole analysis against R and against a plain loop through the kernels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats._bootstrap_limits import limits
from onearm.stats._pipeline_draws import GROUP, Draws
from onearm.stats._pipeline_run import REASONS, MatchedAnalysis, WeightedAnalysis
from onearm.stats.cox import cox
from onearm.stats.logistic import logistic
from onearm.stats.matching import nearest_pairs
from onearm.stats.pipeline import bootstrap_matched, bootstrap_weighted

Case = tuple[Any, Any, Any, Any]


def case(seed: int, n1: int = 30, n0: int = 120, discrete: bool = False) -> Case:
    """Times in whole days (ties), two covariates or discrete ones."""
    rng = np.random.default_rng(seed)
    z = np.arange(n1 + n0) < n1
    x = rng.normal(size=(z.size, 2)) + 0.4 * z[:, None]
    if discrete:
        # levels at uneven distances: of two controls equally far to either side rounding would decide
        x = np.c_[x[:, 0] > 0.3, np.exp(np.round(x[:, 1]) / 3)].astype(float)
    time = np.ceil(rng.exponential(30 * np.exp(0.5 * z - 0.4 * x[:, 0])))
    return np.minimum(time, 60), time < 60, z, x


def deviation(lp: Any, y: Any, rule: str) -> float:
    if rule == "pooled":
        return float(np.sqrt((lp[y].var(ddof=1) + lp[~y].var(ddof=1)) / 2))
    return float((lp if rule == "all" else lp[y]).std(ddof=1))


def plain_pairs(data: Case, weight: Any, caliper: float | None, sd: str, order: str) -> list[tuple[int, int]]:
    _, _, z, x = data
    rows = np.repeat(np.arange(z.size), weight)
    y = z[rows]
    lp = logistic(x[rows], y).linear_predictor
    reach = None if caliper is None else caliper * deviation(lp, y, sd)
    pairs = nearest_pairs(lp[y], lp[~y], caliper=reach, order=order)
    return list(zip(rows[y][pairs.treated].tolist(), rows[~y][pairs.control].tolist(), strict=True))


def plain_hazard_ratio(data: Case, pairs: list[tuple[int, int]]) -> float:
    t, d, _, _ = data
    rows = np.array(pairs).T.ravel()
    fit = cox(t[rows], d[rows], np.repeat([1, 0], len(pairs)))
    return float(fit.coef[0])


@pytest.mark.parametrize("discrete", [False, True])
@pytest.mark.parametrize(
    ("caliper", "sd", "order", "resample"),
    [(0.2, "pooled", "largest", "arms"), (0.1, "all", "smallest", "all"), (None, "treated", "data", "arms")],
)
def test_same_pairs_and_hazard_ratios_as_a_plain_loop(
    discrete: bool, caliper: float | None, sd: str, order: str, resample: str
) -> None:
    data = case(3, discrete=discrete)
    analysis = MatchedAnalysis(*data, caliper, sd, order)
    weight = Draws.make(data[2], 7, resample).weights(0, 50)
    found, known = analysis.pairs(weight)
    values = analysis(weight)
    assert np.all(known)
    for r in range(50):
        ok = found.control[r] >= 0
        mine = sorted(zip(found.asked[r][ok].tolist(), found.control[r][ok].tolist(), strict=True))
        theirs = plain_pairs(data, weight[r], caliper, sd, order)
        assert mine == sorted(theirs)
        assert values[r, 0] == pytest.approx(plain_hazard_ratio(data, theirs), abs=1e-8)
        assert values[r, 1] == len(theirs)


def plain_weights(e: Any, y: Any, weighting: str) -> Any:
    own = np.where(y, e, 1 - e)
    return {
        "att": np.where(y, 1, e / (1 - e)),
        "ate": 1 / own,
        "overlap": 1 - own,
        "matching": np.minimum(e, 1 - e) / own,
    }[weighting]


@pytest.mark.parametrize("weighting", ["att", "ate", "overlap", "matching"])
def test_same_weighted_hazard_ratios_as_a_plain_loop(weighting: str) -> None:
    data = case(4)
    t, d, z, x = data
    weight = Draws.make(z, 7, "arms").weights(0, 50)
    values = WeightedAnalysis(*data, weighting)(weight)
    for r in range(50):
        rows = np.repeat(np.arange(z.size), weight[r])
        w = plain_weights(logistic(x[rows], z[rows]).fitted, z[rows], weighting)
        assert values[r, 0] == pytest.approx(float(cox(t[rows], d[rows], z[rows], weight=w).coef[0]), abs=1e-8)
        control = w[~z[rows]]
        assert values[r, 1] == pytest.approx(control.sum() ** 2 / (control**2).sum())


def test_entropy_balance_in_every_replicate() -> None:
    data = case(4)
    t, d, z, x = data
    weight = Draws.make(z, 2, "arms").weights(0, 40)
    analysis = WeightedAnalysis(*data, "entropy")
    w, known = analysis.weights(weight)
    values = analysis(weight)
    assert np.all(known)
    for r in range(40):
        rows = np.repeat(np.arange(z.size), weight[r])
        v, y = w[r][rows], z[rows]
        np.testing.assert_allclose(np.average(x[rows][~y], axis=0, weights=v[~y]), x[rows][y].mean(axis=0), atol=1e-12)
        assert v[~y].sum() == pytest.approx(y.sum())
        log = np.log(v[~y])  # of the form exp(a + l x)
        design = np.c_[np.ones(log.size), x[rows][~y]]
        assert np.abs(log - design @ np.linalg.lstsq(design, log, rcond=None)[0]).max() < 1e-9
        assert values[r, 0] == pytest.approx(float(cox(t[rows], d[rows], y, weight=v).coef[0]), abs=1e-8)


def test_against_r(lung: Any, r_values: Any) -> None:
    kept = np.isfinite(lung["ph.ecog"])
    i = np.arange(1, kept.sum() + 1)
    z = lung["sex"][kept] == 2
    x = np.c_[lung["age"][kept] + i / 1000, lung["ph.ecog"][kept]]
    data = (lung["time"][kept], lung["status"][kept] == 1, z, x)
    weight = np.stack([((i * (2 * r + 1)) % 11) % 3 for r in range(1, 5)])
    theirs = np.reshape(r_values("effects")["pipeline"], (4, 6), order="F")
    ours = MatchedAnalysis(*data, 0.2, "pooled", "largest")(weight)
    np.testing.assert_allclose(ours[:, :2], theirs[:, :2], rtol=1e-8)
    for k, weighting in enumerate(("att", "ate", "overlap", "matching")):
        np.testing.assert_allclose(WeightedAnalysis(*data, weighting)(weight)[:, 0], theirs[:, 2 + k], rtol=1e-8)


def test_the_record_is_made_of_the_replicates() -> None:
    data = case(5)
    b = bootstrap_matched(*data, replicates=100, seed=3, level=0.9)
    weight = Draws.make(data[2], 3, "arms").weights(0, 100)
    values = MatchedAnalysis(*data, 0.2, "pooled", "largest")(weight)[:, 0]
    np.testing.assert_allclose(b.log_hazard_ratio, values, rtol=1e-12)
    assert b.std_error == pytest.approx(values.std(ddof=1))
    assert (b.low, b.high) == pytest.approx(tuple(np.quantile(values, [0.05, 0.95])))
    whole = plain_pairs(data, np.ones(data[2].size, dtype=int), 0.2, "pooled", "largest")
    assert b.estimate == pytest.approx(plain_hazard_ratio(data, whole))
    assert b.data_size == len(whole)
    assert b.estimand == ("ATT" if len(whole) == 30 else "ATM")


def test_bca_limits_use_every_row_left_out_once() -> None:
    data = case(6, 20, 60)
    b = bootstrap_matched(*data, replicates=200, seed=1, interval="bca", caliper=None)
    left_out = []
    for k in range(80):
        weight = np.ones(80, dtype=int)
        weight[k] = 0
        left_out.append(plain_hazard_ratio(data, plain_pairs(data, weight, None, "pooled", "largest")))
    kept = np.sort(b.log_hazard_ratio)
    theirs = limits(b.estimate, kept, np.array(left_out), data[2].astype(int), 0.95, "bca", "linear")
    assert (b.low, b.high) == pytest.approx(theirs)


def test_replicates_without_an_estimate_are_counted() -> None:
    # four treated: some replicates draw none with an event, in some the arms separate
    rng = np.random.default_rng(6)
    t, z, d = np.arange(1.0, 25), np.arange(24) % 6 == 0, rng.random(24) < 0.45
    x = rng.normal(size=24) + 1.2 * z
    b = bootstrap_matched(t, d, z, x, replicates=300, seed=2, caliper=None)
    weight = Draws.make(z, 2, "arms").weights(0, 300)
    none = separated = 0
    for w in weight:
        rows = np.repeat(np.arange(24), w)
        if logistic(x[rows], z[rows]).separated:
            separated += 1
            continue
        pairs = np.array(plain_pairs((t, d, z, x[:, None]), w, None, "pooled", "largest")).T.ravel()
        arm = np.repeat([1, 0], pairs.size // 2)
        none += not np.any(d[pairs]) or not cox(t[pairs], d[pairs], arm).converged
    assert none > 0
    assert separated > 0
    assert dict(b.failures) == {REASONS[1]: separated, REASONS[3]: none}
    assert b.failed == none + separated == np.isnan(b.log_hazard_ratio).sum()
    assert np.isnan(b.low)
    assert "no limits" in b.message
    assert np.isfinite(bootstrap_matched(t, d, z, x, replicates=300, seed=2, caliper=None, max_failed=0.9).low)


def test_streams_do_not_depend_on_blocks_or_processes() -> None:
    data = case(8, 10, 40)
    draws = Draws.make(data[2], 5, "all")
    whole = draws.weights(0, 3 * GROUP)
    np.testing.assert_array_equal(whole[5:40], draws.weights(5, 40))
    assert np.all(whole.sum(axis=1) == 50)
    arms = Draws.make(data[2], 5, "arms").weights(0, 40)
    assert np.all(arms[:, data[2]].sum(axis=1) == 10)
    one = bootstrap_weighted(*data, replicates=50, seed=9)
    two = bootstrap_weighted(*data, replicates=50, seed=9, processes=2)
    np.testing.assert_array_equal(one.log_hazard_ratio, two.log_hazard_ratio)


def test_draws_are_multinomial() -> None:
    w = Draws.make(np.arange(40) < 8, 1, "arms").weights(0, 8000)
    np.testing.assert_allclose(w.mean(axis=0), 1, atol=0.06)
    np.testing.assert_allclose(w[:, :8].var(axis=0), 1 - 1 / 8, atol=0.08)


def test_refusals() -> None:
    t, d, z, x = case(9, 10, 30)
    with pytest.raises(ValueError, match=r"replace must be False.*Abadie & Imbens 2008"):
        bootstrap_matched(t, d, z, x, seed=1, replace=True)
    for wrong, match in (
        ({"caliper": -1.0}, "caliper must not be negative"),
        ({"sd": "odd"}, "sd must be one of"),
        ({"order": "odd"}, "order must be one of"),
        ({"resample": "odd"}, "resample must be one of"),
        ({"replicates": 1}, "replicates must be"),
        ({"processes": 0}, "processes must be"),
        ({"max_failed": 1.0}, "max_failed must lie"),
        ({"interval": "odd"}, "interval must be one of"),
        ({"seed": -1}, "seed must be"),
    ):
        with pytest.raises(ValueError, match=match):
            bootstrap_matched(t, d, z, x, **({"seed": 1, "replicates": 5} | wrong))
    with pytest.raises(ValueError, match="x: the score cannot be estimated, the classes separate"):
        bootstrap_matched(t, d, z, np.where(z, 2.0, 0.0) + x[:, 0] / 100, seed=1)
    with pytest.raises(ValueError, match="x: the score cannot be estimated, column 1 of x is constant"):
        bootstrap_weighted(t, d, z, np.c_[x[:, 0], np.ones(40)], seed=1)
    with pytest.raises(ValueError, match="no pair lies within the caliper"):
        bootstrap_matched(t, d, z, x, seed=1, caliper=0.0)
    with pytest.raises(ValueError, match="no finite hazard ratio"):
        bootstrap_weighted(t, d & ~z, z, x, seed=1)
    with pytest.raises(ValueError, match="treated must hold both"):
        bootstrap_weighted(t, d, np.ones(40), x, seed=1)
    with pytest.raises(ValueError, match="weighting must be one of"):
        bootstrap_weighted(t, d, z, x, seed=1, weighting="odd")
    beyond = np.r_[np.linspace(0, 10, 10), np.linspace(-3, 4, 30)]
    with pytest.raises(ValueError, match="no weights of the controls reach"):
        bootstrap_weighted(t, d, z, beyond, seed=1, weighting="entropy")
