"""The test of proportional hazards, against R's cox.zph (tests/r/zph.R)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onearm.stats.cox import cox, proportional_hazards_test

TRANSFORMS = ["km", "rank", "log", "identity"]
TIES = ["efron", "breslow"]


def same(ours: Any, theirs: Any, tolerance: float = 1e-8) -> None:
    ours, theirs = np.asarray(ours, dtype=float).ravel(), np.asarray(theirs, dtype=float).ravel()
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=1e-10)


def compare(test: Any, r: dict[str, Any]) -> None:
    assert test.message == ""
    # R stops its fit at a gain of 1e-9 in log-likelihood; what is left in the coefficients is below 1e-8
    same(test.statistic, r["statistic"])
    same(test.df, r["df"])
    same(test.p_value, r["p_value"])
    d = test.time.size
    assert d == r["events"][0]
    kept = slice(0, d, 15) if d > 18 else slice(None)
    same(test.time[kept], r["time"])
    same(test.transformed[kept], r["transformed"])
    same(np.nansum(test.residuals, axis=0), r["total"])
    same(np.nansum(test.residuals**2, axis=0), r["squares"])
    same(test.var, np.asarray(r["var"], dtype=float))
    if "curve" in r:
        smooth = test.smooth()
        shape = (-1, 7)
        same(smooth.estimate[::6].T, np.reshape(r["curve"], shape), 1e-7)
        same(smooth.std_error[::6].T, np.reshape(r["curve_error"], shape), 1e-7)
        same(smooth.high - smooth.low, 4 * smooth.std_error)


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_aml(transform: str, ties: str, aml: Any, r_values: Any) -> None:
    x = np.c_[aml["g"], aml["z"]]
    test = proportional_hazards_test(aml["time"], aml["status"], x, transform=transform, ties=ties)
    compare(test, r_values("zph")[f"aml_{transform}_{ties}"])


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize(
    ("name", "option", "column"), [("weighted", "weight", "w"), ("stratified", "strata", "s"), ("entry", "entry", "e")]
)
def test_aml_options(name: str, option: str, column: str, ties: str, aml: Any, r_values: Any) -> None:
    x = np.c_[aml["g"], aml["z"]]
    test = proportional_hazards_test(aml["time"], aml["status"], x, ties=ties, **{option: aml[column]})
    compare(test, r_values("zph")[f"aml_{name}_{ties}"])


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_lung(transform: str, ties: str, lung: Any, r_values: Any) -> None:
    ok = np.isfinite(lung["ph.ecog"])
    x = np.c_[lung["age"], lung["sex"], lung["ph.ecog"]][ok]
    test = proportional_hazards_test(lung["time"][ok], lung["status"][ok], x, transform=transform, ties=ties)
    compare(test, r_values("zph")[f"lung_{transform}_{ties}"])


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("name", ["weighted", "clustered", "stratified", "constant"])
def test_lung_options(name: str, ties: str, lung: Any, r_values: Any) -> None:
    i = np.arange(1, 229)
    second = (i % 3 == 0) * (lung["sex"] == 1) if name == "constant" else lung["sex"]
    options = {
        "weighted": {"weight": lung["w"]},
        "clustered": {"cluster": lung["k"]},
        "stratified": {"strata": np.where(np.isfinite(lung["inst"]), lung["inst"], -1)},
        "constant": {"strata": lung["sex"]},
    }[name]
    ok = np.isfinite(lung["inst"]) if name == "stratified" else np.ones(228, dtype=bool)
    options = {k: v[ok] for k, v in options.items()}
    x = np.c_[lung["age"], second][ok]
    test = proportional_hazards_test(lung["time"][ok], lung["status"][ok], x, ties=ties, **options)
    compare(test, r_values("zph")[f"lung_{name}_{ties}"])
    if name == "constant":  # the second column says nothing among the women
        assert np.array_equal(np.isnan(test.residuals), np.c_[test.stratum < 0, test.stratum == 1])


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_veteran_with_a_term_of_three_columns(transform: str, ties: str, shared: Any, r_values: Any) -> None:
    v = shared("veteran")
    cells = [v["celltype"] == cell for cell in ("smallcell", "adeno", "large")]
    test = proportional_hazards_test(
        v["time"], v["status"], np.c_[v["trt"], v["karno"], np.array(cells).T],
        transform=transform, ties=ties, terms=[[0], [1], [2, 3, 4]], names=["trt", "karno", "cell"],
    )  # fmt: skip
    compare(test, r_values("zph")[f"veteran_{transform}_{ties}"])
    assert test.names == ("trt", "karno", "cell")
    if (transform, ties) == ("km", "efron"):  # printed by R 3.5-3
        assert np.round(test.statistic, 4).tolist() == [0.2063, 12.8133, 14.5317, 22.8597]


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_bladder2_in_rows_of_start_and_stop(transform: str, ties: str, shared: Any, r_values: Any) -> None:
    b = shared("bladder2")
    test = proportional_hazards_test(
        b["stop"], b["event"], np.c_[b["rx"], b["size"], b["number"]], entry=b["start"],
        weight=1 + b["id"] % 3 / 2, cluster=b["id"], transform=transform, ties=ties,
    )  # fmt: skip
    compare(test, r_values("zph")[f"bladder2_{transform}_{ties}"])


def test_rossi_score_and_approximate_test() -> None:
    datasets = pytest.importorskip("lifelines.datasets", reason="lifelines is not installed")
    rossi = datasets.load_rossi()
    columns = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    given = (rossi["week"].to_numpy(), rossi["arrest"].to_numpy(), rossi[columns].to_numpy())
    test = proportional_hazards_test(*given, names=columns)
    # printed by R: age 5.974 p .0145, wexp 4.225 p .0398, global 17.694 p .0134
    assert np.round(test.statistic[[1, 3, 7]], 3).tolist() == [5.974, 4.225, 17.694]
    assert np.round(test.p_value[[1, 3, 7]], 4).tolist() == [0.0145, 0.0398, 0.0134]
    assert test.df.tolist() == [1] * 7 + [7]
    # printed by lifelines: age 11.03, wexp 7.48 - another test, and S(t) where R takes S(t-)
    old = proportional_hazards_test(*given, kind="approximate", transform=lambda t: just_after(*given[:2], t))
    assert np.round(old.statistic[[1, 3]], 2).tolist() == [11.03, 7.48]


def just_after(time: np.ndarray, event: np.ndarray, at: np.ndarray) -> np.ndarray:
    """1 - S(t), the curve after the events at t."""
    left = 1.0
    values = {}
    for t in np.unique(time):
        left *= 1 - np.sum((time == t) & (event == 1)) / np.sum(time >= t)
        values[t] = 1 - left
    return np.array([values[t] for t in at])


@pytest.mark.parametrize("transform", ["km", "log", "identity"])
def test_approximate_test_is_that_of_lifelines(transform: str) -> None:
    lifelines = pytest.importorskip("lifelines", reason="lifelines is not installed")
    from lifelines.datasets import load_rossi
    from lifelines.statistics import proportional_hazard_test

    rossi = load_rossi()
    fit = lifelines.CoxPHFitter().fit(rossi, "week", "arrest", fit_options={"precision": 1e-10})
    theirs = proportional_hazard_test(fit, rossi, time_transform=transform)
    x = rossi[list(fit.params_.index)].to_numpy()
    given = (rossi["week"].to_numpy(), rossi["arrest"].to_numpy(), x)
    g = transform if transform != "km" else lambda t: just_after(*given[:2], t)
    ours = proportional_hazards_test(*given, transform=g, kind="approximate")
    expected = dict(zip(fit.params_.index, ours.statistic, strict=False))
    order = [name if isinstance(name, str) else name[0] for name in theirs.name]
    same(theirs.test_statistic, [expected[name] for name in order], 1e-5)


def test_first_test_data_solved_on_paper() -> None:
    # Therneau's validation data with r = exp b: four event terms with these means, variances and times
    r = (3 + math.sqrt(33)) / 2
    u = np.array([1 / (r + 1), 3 / (r + 3), -r / (r + 3), 0])
    v = np.array([r / (r + 1) ** 2, 3 * r / (r + 3) ** 2, 3 * r / (r + 3) ** 2, 0])
    g = np.array([1.0, 6, 6, 9])
    g -= g.mean()
    expected = (g @ u) ** 2 / (v @ g**2 - (v @ g) ** 2 / v.sum())
    toy = ([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0])
    for transform in ("identity", lambda t: 3 * t + 7):  # any scale and origin of time
        test = proportional_hazards_test(*toy, ties="breslow", transform=transform)
        assert test.statistic == pytest.approx([expected, expected], rel=1e-9)
    assert test.coef == pytest.approx([math.log(r)])
    assert test.residuals[:, 0] == pytest.approx(u * 4 / v.sum() + math.log(r))
    assert test.var == pytest.approx(np.array([[4 / v.sum()]]))
    assert test.row.tolist() == [0, 2, 3, 5]
    assert test.transform == "own"


def test_is_the_score_test_of_the_added_covariate() -> None:
    # second route: risk set by risk set with the two covariates x and x g(t)
    rng = np.random.default_rng(4)
    n = 30
    x, t, d = rng.normal(size=n), rng.permutation(n) + 1.0, rng.random(n) < 0.7
    test = proportional_hazards_test(t, d, x, transform="identity", ties="breslow")
    b, g = test.coef[0], t[d] - t[d].mean()
    score, information = np.zeros(2), np.zeros((2, 2))
    for time, here in zip(t[d], g, strict=True):
        risk = t >= time
        p = np.exp(b * x[risk]) / np.exp(b * x[risk]).sum()
        z = np.outer(x[risk], [1, here])
        mean = p @ z
        score += np.outer(x[t == time], [1, here])[0] - mean
        information += (z * p[:, None]).T @ z - np.outer(mean, mean)
    assert test.statistic[0] == pytest.approx(score @ np.linalg.solve(information, score), rel=1e-8)


def test_order_of_rows_units_of_columns_and_weights(aml: Any) -> None:
    x = np.c_[aml["g"], aml["z"]]
    given = (aml["time"], aml["status"], x)
    test = proportional_hazards_test(*given, strata=aml["s"], weight=1 + aml["k"] % 2)
    mixed = np.random.default_rng(2).permutation(23)
    again = proportional_hazards_test(
        *(v[mixed] for v in given), strata=aml["s"][mixed], weight=1 + aml["k"][mixed] % 2
    )
    same(again.statistic, test.statistic)
    scale = np.array([1e5, -1e-5])
    scaled = proportional_hazards_test(
        aml["time"], aml["status"], x * scale + 3, strata=aml["s"], weight=1 + aml["k"] % 2
    )
    same(scaled.statistic, test.statistic, 1e-7)
    same(scaled.residuals * scale, test.residuals, 1e-7)
    zero = proportional_hazards_test(
        np.r_[aml["time"], 500], np.r_[aml["status"], 1], np.r_[x, [[5, 5]]],
        strata=np.r_[aml["s"], 1], weight=np.r_[1 + aml["k"] % 2, 0],
    )  # fmt: skip
    same(zero.statistic, test.statistic)


def test_residuals_sum_to_the_coefficient_and_row_points_back(aml: Any) -> None:
    test = proportional_hazards_test(aml["time"], aml["status"], np.c_[aml["g"], aml["z"]])
    assert test.residuals.mean(axis=0) == pytest.approx(test.coef)
    assert np.array_equal(test.time, aml["time"][test.row])
    assert np.all(aml["status"][test.row] == 1)
    plain = cox(aml["time"], aml["status"], np.c_[aml["g"], aml["z"]])
    same(test.coef, plain.coef)
    same(np.diag(test.var) / test.time.size, plain.std_error**2)


def test_smooth_scale_and_points(aml: Any) -> None:
    test = proportional_hazards_test(aml["time"], aml["status"], aml["g"], transform="log")
    line = test.smooth(points=5, df=2)  # two parameters: a straight line by least squares
    slope, origin = np.polyfit(np.log(test.time), test.residuals[:, 0], 1)
    assert line.time == pytest.approx(np.geomspace(5, 48, 5))
    assert line.estimate[:, 0] == pytest.approx(origin + slope * np.log(line.time))
    km = proportional_hazards_test(aml["time"], aml["status"], aml["g"]).smooth(points=3)
    assert km.time[[0, 2]] == pytest.approx([5, 48])
    assert 5 < km.time[1] < 48
    few = proportional_hazards_test([1, 2, 3, 4], [1, 1, 1, 0], [1, 0, 1, 0]).smooth()
    assert np.all(np.isnan(few.estimate))
    assert "column 0 has too few event times" in few.message
    with pytest.raises(ValueError, match="smooth needs at least 2 points"):
        test.smooth(points=1)


def test_columns_without_coefficient_and_columns_in_no_term(aml: Any) -> None:
    x = np.c_[np.ones(23), aml["g"], aml["z"]]
    test = proportional_hazards_test(aml["time"], aml["status"], x)
    plain = proportional_hazards_test(aml["time"], aml["status"], x[:, 1:])
    assert np.isnan(test.statistic[0])
    assert np.isnan(test.p_value[0])
    assert test.df.tolist() == [0, 1, 1, 2]
    assert "column 0 has no coefficient" in test.message
    same(test.statistic[1:], plain.statistic)
    assert np.all(np.isnan(test.residuals[:, 0]))
    one = proportional_hazards_test(aml["time"], aml["status"], x[:, 1:], terms=[[1]])
    same(one.statistic, plain.statistic[1:])


def test_events_at_one_time_cannot_show_a_change() -> None:
    test = proportional_hazards_test([2, 2, 2, 3, 3], [1, 1, 0, 0, 0], [0, 1, 1, 0, 1])
    assert np.all(np.isnan(test.statistic))
    assert "too few event times" in test.message
    assert np.isnan(test.smooth().estimate).all()


def test_huge_times() -> None:
    t = np.arange(1, 13)
    d, x = t % 4 != 0, t * 5 % 7
    small = proportional_hazards_test(t, d, x, transform="identity")
    same(proportional_hazards_test(t * 1e299, d, x, transform="identity").statistic, small.statistic)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": [-1, 2, 3]}, "time has 1 negative"),
        ({"time": [np.nan, 2, 3]}, "time has 1 missing"),
        ({"event": [0, 0, 0]}, "event holds no event"),
        ({"event": [1, 0]}, "event has 2 values"),
        ({"x": [1, 1, 1]}, "x gives no model to test: column 0 is constant"),
        ({"x": [1, 1, 0]}, "x gives no model to test: the coefficient of column 0 grows"),
        ({"transform": "sqrt"}, "transform must be one of"),
        ({"transform": lambda t: t[:1]}, "transform must give one finite number"),
        ({"transform": "log", "time": [0, 1, 2]}, "needs event times above 0"),
        ({"kind": "old"}, "kind must be one of"),
        ({"ties": "exact"}, "ties must be one of"),
        ({"terms": [[1]]}, "terms must hold column numbers 0 to 0"),
        ({"terms": [[0], [0]]}, "each at most once"),
        ({"terms": [[]]}, "at least one column"),
        ({"names": ["a", "b"]}, "names has 2 labels where 1"),
    ],
)
def test_bad_input(change: dict[str, Any], words: str) -> None:
    given = {"time": [1, 2, 3], "event": [1, 1, 1], "x": [0, 1, 0]} | change
    with pytest.raises(ValueError, match=words):
        proportional_hazards_test(**given)


def test_nothing_at_all() -> None:
    with pytest.raises(ValueError, match="time is empty"):
        proportional_hazards_test([], [], [])
    with pytest.raises(ValueError, match="x gives no model"):
        proportional_hazards_test([1], [1], [1])
