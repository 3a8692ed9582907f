"""Variances that count the estimation of weights: R by numerical differentiation, printed values, second routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from onearm.stats import weighted_effects as we
from onearm.stats.cox import cox
from onearm.stats.logistic import logistic
from onearm.stats.survival import kaplan_meier
from onearm.stats.weighted_effects import (
    WeightModel,
    weight_model_entropy,
    weight_model_known,
    weight_model_logistic,
    weight_model_maic,
    weighted_hazard_ratio,
    weighted_mean_difference,
    weighted_risk_contrast,
    weighted_rmst_difference,
    weighted_survival_difference,
)
from onearm.stats.weighting import entropy_balance

MODELS: dict[str, Callable[[Any, Any], WeightModel]] = {
    **{k: lambda x, z, k=k: weight_model_logistic(x, z, estimand=k) for k in ("ATT", "ATE", "ATC", "ATO", "ATM")},
    "stabilized": lambda x, z: weight_model_logistic(x, z, estimand="ATE", stabilized=True),
    **{
        f"entropy_{k}_{t}": lambda x, z, k=k, t=t: weight_model_entropy(x, z, estimand=k, total=t)
        for k in ("ATT", "ATC", "ATE")
        for t in ("population", "group")
    },
}


@pytest.fixture(scope="module")
def small(aml: Any) -> dict[str, Any]:
    """The AML trial: outcome time, two made-up covariates."""
    i = np.arange(1, 24)
    x = np.c_[i * 7 % 5, i % 2].astype(float)
    z = (aml["x"] == "Maintained").astype(int)
    return {"time": aml["time"], "event": aml["status"], "z": z, "x": x, "y": aml["time"], "at": [12, 30], "tau": 40}


@pytest.fixture(scope="module")
def veteran(shared: Any) -> dict[str, Any]:
    d = shared("veteran")
    x = np.column_stack([d[k] for k in ("karno", "age", "diagtime", "prior")])
    z = (d["trt"] == 2).astype(int)
    return {"time": d["time"], "event": d["status"], "z": z, "x": x, "y": d["time"], "at": [60, 180], "tau": 300}


@pytest.fixture(scope="module")
def lalonde(shared: Any) -> dict[str, Any]:
    d = shared("lalonde")
    race = [d["race"] == "black", d["race"] == "hispan"]
    x = np.c_[d["age"], d["educ"], *race, d["married"], d["nodegree"], d["re74"], d["re75"]]
    return {"x": x, "z": d["treat"].astype(int), "y": d["re78"]}


def effects(d: dict[str, Any], model: WeightModel) -> list[Any]:
    """Every effect, in the order of the R script."""
    z = d["z"]
    survival = weighted_survival_difference(d["time"], d["event"], z, model, d["at"])
    return [
        weighted_mean_difference(d["y"], z, model),
        *(weighted_risk_contrast(d["event"], z, model, measure=m) for m in ("difference", "ratio", "odds-ratio")),
        *(weighted_hazard_ratio(d["time"], d["event"], z, model, ties=t) for t in ("efron", "breslow")),
        survival,
        weighted_rmst_difference(d["time"], d["event"], z, model, d["tau"]),
    ]


def flat(found: list[Any], name: str) -> np.ndarray[Any, Any]:
    return np.concatenate([np.atleast_1d(getattr(e, name)) for e in found])


def compare(d: dict[str, Any], r: dict[str, Any], name: str) -> None:
    model = MODELS[name](d["x"], d["z"])
    found = effects(d, model)
    np.testing.assert_allclose(flat(found, "estimate"), r["estimate"], rtol=1e-8)
    # R's derivatives are numerical (Richardson's extrapolation)
    np.testing.assert_allclose(flat(found, "std_error"), r["std_error"], rtol=2e-7)
    np.testing.assert_allclose(model.effective_sample_size, r["ess"], rtol=1e-8)
    fixed = [e.std_error_fixed for e in found[4:6]]
    np.testing.assert_allclose(fixed, r["robust"], rtol=1e-8)
    np.testing.assert_allclose(found[6].std_error_fixed, r["curve"], rtol=1e-8)
    np.testing.assert_allclose(found[0].std_error_fixed, r["mean_fixed"][0], rtol=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_every_effect_under_every_weight_as_r(small: Any, r_values: Any, name: str) -> None:
    compare(small, r_values("weighting")["aml"][name], name)


@pytest.mark.shared
@pytest.mark.parametrize("name", MODELS)
def test_every_effect_under_every_weight_as_r_veteran(veteran: Any, r_values: Any, name: str) -> None:
    compare(veteran, r_values("weighting")["veteran"][name], name)


@pytest.mark.parametrize(
    ("name", "options"), [("aml_ridge", {"penalty": 0.7}), ("aml_firth", {"firth": True, "estimand": "ATE"})]
)
def test_penalized_scores_as_stacked_equations_in_r(small: Any, r_values: Any, name: str, options: Any) -> None:
    r = r_values("weighting")[name]
    effect = weighted_mean_difference(small["y"], small["z"], weight_model_logistic(small["x"], small["z"], **options))
    np.testing.assert_allclose(effect.estimate, r["estimate"][0], rtol=1e-8)
    np.testing.assert_allclose(effect.std_error, r["std_error"][0], rtol=1e-8)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "options"), [("veteran_ridge", {"penalty": 2.0, "estimand": "ATO"}), ("veteran_firth", {"firth": True})]
)
def test_penalized_scores_as_stacked_equations_in_r_veteran(
    veteran: Any, r_values: Any, name: str, options: Any
) -> None:
    r = r_values("weighting")[name]
    model = weight_model_logistic(veteran["x"] / 10, veteran["z"], **options)
    effect = weighted_mean_difference(veteran["y"], veteran["z"], model)
    np.testing.assert_allclose(effect.estimate, r["estimate"][0], rtol=1e-8)
    np.testing.assert_allclose(effect.std_error, r["std_error"][0], rtol=1e-8)


# --- printed values ------------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.parametrize(
    ("estimand", "estimate", "sizes"),
    [
        ("ATT", 1214.0712, (185, 99.8154)),  # WeightIt's README: 1214.1 (798.2)
        ("ATE", 224.676, (58.327, 329.008)),
        ("ATO", 1242.201, (145.636, 166.101)),
        ("ATM", 1119.521, (154.181, 147.318)),
    ],
)
def test_lalonde_as_printed(lalonde: Any, r_values: Any, estimand: str, estimate: float, sizes: Any) -> None:
    model = weight_model_logistic(lalonde["x"], lalonde["z"], estimand=estimand)
    effect = weighted_mean_difference(lalonde["y"], lalonde["z"], model)
    assert effect.estimate == pytest.approx(estimate, abs=6e-4)
    assert model.effective_sample_size == pytest.approx(sizes, abs=6e-4)
    r = r_values("weighting")["lalonde"][estimand]
    np.testing.assert_allclose([effect.estimate, effect.std_error], [r["estimate"][0], r["std_error"][0]], rtol=1e-8)
    if estimand == "ATT":
        assert (round(effect.std_error, 1), round(effect.std_error_fixed, 2)) == (798.2, 824.05)
        assert effect.control == pytest.approx(5135.0723, abs=5e-5)
        assert round(effect.control_std_error or 0, 1) == 583.8
        assert effect.low == pytest.approx(effect.estimate - 1.959963984540054 * effect.std_error, rel=1e-12)


@pytest.mark.shared
def test_lalonde_entropy_balancing_and_where_770_comes_from(lalonde: Any) -> None:
    x, z, y = lalonde["x"], lalonde["z"], lalonde["y"]
    model = weight_model_entropy(x, z)
    effect = weighted_mean_difference(y, z, model)
    assert effect.estimate == pytest.approx(1273.2618, abs=2e-4)
    assert model.effective_sample_size[1] == pytest.approx(98.4578, abs=5e-5)
    # WeightIt's documents print 1273 (770) from a regression with interactions, averaged over the treated as they are:
    # their covariates are no random sample there. Each group's part is then the weighted residuals of a regression.
    parts = []
    for group in (z == 1, z == 0):
        w = model.weight[group] / model.weight[group].sum()
        root = np.sqrt(w)[:, None]
        design = np.c_[np.ones(w.size), (x[group] - x[group].mean(axis=0)) / x[group].std(axis=0)]
        b = np.linalg.lstsq(root * design, root[:, 0] * y[group], rcond=None)[0]
        parts.append(w * (y[group] - design @ b))
    held = np.sqrt(sum(float(v @ v) for v in parts))
    assert round(held) == 770
    # with targets taken as known, as in MAIC, the controls' part is the same sum of squares
    known = weighted_mean_difference(y, 1 - z, weight_model_maic(x[z == 0], 1 - z, x[z == 1].mean(axis=0)))
    assert known.estimate == pytest.approx(-effect.estimate, rel=1e-10)
    assert known.treated_std_error == pytest.approx(np.sqrt(parts[1] @ parts[1]), rel=1e-8)
    # counting that the treated are a sample adds to both
    assert effect.std_error > known.std_error > held


@pytest.mark.shared
def test_maic_hazard_ratio_as_printed(shared_folder: Any, shared: Any) -> None:
    trial, times, other = shared("maic/adsl"), shared("maic/adtte"), shared("maic/psuedo_IPD")
    x = np.c_[trial["AGE"], trial["SEX"] == "Male", trial["SMOKE"], trial["ECOG0"]]
    time, event = np.r_[times["AVAL"], other["Time"]], np.r_[times["EVNT"], other["Event"]]
    z = np.r_[np.ones(500), np.zeros(300)]
    crude = weighted_hazard_ratio(time, event, z, weight_model_known(np.ones(800), z, estimand="crude"))
    assert np.exp(crude.estimate) == pytest.approx(0.3748981, abs=5e-8)
    model = weight_model_maic(x, z, [50 + 19 / 300, 0.49, 58 / 300, 0.35], [3.23535892601672, None, None, None])
    assert model.effective_sample_size == pytest.approx((157.07119473, 300), abs=5e-7)
    effect = weighted_hazard_ratio(time, event, z, model)
    assert np.exp(effect.estimate) == pytest.approx(0.28647519, abs=5e-9)
    assert effect.std_error_fixed == pytest.approx(0.16528036, abs=5e-9)
    known = weighted_hazard_ratio(time, event, z, weight_model_known(model.weight, z, estimand="ATC"))
    assert known.std_error == known.std_error_fixed
    assert np.exp([known.low, known.high]) == pytest.approx([0.2072051, 0.3960718], abs=2e-7)  # from rounded targets
    assert model.population == "the comparator's"


# --- second routes -------------------------------------------------------------------------------


def maic_case(small: Any) -> tuple[Any, Any, list[float]]:
    z = small["z"]
    return small["x"], z, [1.7, 0.4]


def test_maic_influence_is_the_derivative_in_case_weights(small: Any) -> None:
    x, z, target = maic_case(small)
    model = weight_model_maic(x[z == 1], z, target)
    effect = weighted_hazard_ratio(small["time"], small["event"], z, model)

    def analysis(case: Any) -> float:
        fit = entropy_balance(x[z == 1], target, base_weight=case[z == 1])
        w = case.copy()
        w[z == 1] *= np.exp((x[z == 1] - target) @ fit.coef)
        return float(cox(small["time"], small["event"], z, weight=w).coef[0])

    assert analysis(np.ones(23)) == pytest.approx(effect.estimate, rel=1e-10)
    step = 1e-5
    for i in range(23):
        up, down = np.ones(23), np.ones(23)
        up[i] += step
        down[i] -= step
        slope = (analysis(up) - analysis(down)) / (2 * step)
        assert effect.influence[i] == pytest.approx(slope, rel=1e-5, abs=1e-8)


def test_near_the_jackknife(confounded: Any) -> None:
    d = confounded
    n = d["z"].size
    for build in (weight_model_logistic, weight_model_entropy):
        effect = weighted_hazard_ratio(d["time"], d["event"], d["z"], build(d["x"], d["z"]))
        left_out = []
        for i in range(n):
            k = np.arange(n) != i
            one = weighted_hazard_ratio(d["time"][k], d["event"][k], d["z"][k], build(d["x"][k], d["z"][k]))
            left_out.append(one.estimate)
        jackknife = np.sqrt((n - 1) / n * np.sum((np.array(left_out) - np.mean(left_out)) ** 2))
        assert effect.std_error == pytest.approx(jackknife, rel=0.08)  # which is the larger of the two
        # the outcome depends on the covariates: fixed weights overstate what is not known
        assert effect.std_error < 0.95 * effect.std_error_fixed


@pytest.fixture(scope="module")
def confounded() -> dict[str, Any]:
    rng = np.random.default_rng(11)
    x = rng.normal(size=(240, 2))
    z = (rng.random(240) < 1 / (1 + np.exp(-0.6 * x[:, 0]))).astype(int)
    time = rng.exponential(np.exp(-1.2 * x[:, 0] - 0.8 * x[:, 1]))
    limit = rng.uniform(0.5, 4, 240)
    return {"x": x, "z": z, "time": np.minimum(time, limit), "event": (time <= limit).astype(int)}


def test_weights_of_one_are_the_plain_estimators(small: Any) -> None:
    z, one = small["z"], weight_model_known(np.ones(23), small["z"], estimand="crude")
    hr = weighted_hazard_ratio(small["time"], small["event"], z, one)
    fit = cox(small["time"], small["event"], z, robust=True)
    assert fit.robust_std_error is not None
    np.testing.assert_allclose([hr.estimate, hr.std_error], [fit.coef[0], fit.robust_std_error[0]], rtol=1e-10)
    curves = [kaplan_meier(small["time"][z == g], small["event"][z == g]) for g in (1, 0)]
    survival = weighted_survival_difference(small["time"], small["event"], z, one, small["at"])
    s = [c.at(small["at"]) for c in curves]
    np.testing.assert_allclose(survival.estimate, s[0].survival - s[1].survival, rtol=1e-12)
    np.testing.assert_allclose(survival.std_error, np.hypot(s[0].std_error, s[1].std_error), rtol=1e-10)
    rmst = weighted_rmst_difference(small["time"], small["event"], z, one, 40)
    m = [c.rmst(40) for c in curves]
    np.testing.assert_allclose(rmst.std_error, np.hypot(m[0].std_error, m[1].std_error), rtol=1e-10)
    assert (rmst.treated, rmst.treated_std_error) == pytest.approx((m[0].value, m[0].std_error), rel=1e-10)


def test_invariances(small: Any) -> None:
    x, z = small["x"], small["z"]
    base = [e.std_error for e in effects(small, weight_model_entropy(x, z)) if np.ndim(e.std_error) == 0]
    rescaled = effects(small, weight_model_entropy(x * [1e4, 1e-3] + [5, -2], z))
    np.testing.assert_allclose([e.std_error for e in rescaled if np.ndim(e.std_error) == 0], base, rtol=1e-7)
    order = np.random.default_rng(3).permutation(23)
    mixed = {k: v[order] if isinstance(v, np.ndarray) else v for k, v in small.items()}
    again = effects(mixed, weight_model_entropy(mixed["x"], mixed["z"]))
    np.testing.assert_allclose([e.std_error for e in again if np.ndim(e.std_error) == 0], base, rtol=1e-9)
    for effect in effects(small, weight_model_logistic(x, z)):
        np.testing.assert_allclose(effect.influence.sum(axis=0), 0, atol=1e-9)


def test_clusters_add_up_influences(small: Any) -> None:
    x, z, pair = small["x"], small["z"], np.arange(23) // 2
    model = weight_model_logistic(x, z)
    alone = weighted_mean_difference(small["y"], z, model, cluster=np.arange(23))
    assert alone.std_error == pytest.approx(weighted_mean_difference(small["y"], z, model).std_error, rel=1e-12)
    together = weighted_mean_difference(small["y"], z, model, cluster=pair)
    sums = np.bincount(pair, together.influence)
    assert together.std_error == pytest.approx(np.sqrt(sums @ sums), rel=1e-12)


def test_balance_that_needs_no_variance(small: Any) -> None:
    # the outcome is a covariate: exact balance leaves no difference, whoever was sampled
    x, z = small["x"], small["z"]
    for build in (
        lambda: weight_model_entropy(x, z, estimand="ATE"),
        lambda: weight_model_logistic(x, z, estimand="ATO"),
    ):
        effect = weighted_mean_difference(x[:, 0], z, build())
        assert effect.estimate == pytest.approx(0, abs=1e-12)
        assert effect.std_error == pytest.approx(0, abs=1e-12)
        assert effect.std_error_fixed > 0.1
        assert np.isnan(effect.p_value)
        assert "standard error is 0" in effect.message


def test_capped_weights_stand_still(small: Any) -> None:
    x, z = small["x"], small["z"]
    model = weight_model_logistic(x, z)
    cut = model.capped(1.05)
    over = model.weight > 1.05
    assert np.any(over)
    assert cut.weight.max() == 1.05
    assert np.all(cut.derivative[over] == 0)
    assert np.array_equal(cut.derivative[~over], model.derivative[~over])
    assert f"{over.sum()} weights above 1.05 set to it" in cut.message


def test_constant_columns_are_left_out(small: Any) -> None:
    x, z = small["x"], small["z"]
    wide = np.c_[x, np.full(23, 2.0), x[:, 0] * 3]
    for build in (weight_model_logistic, weight_model_entropy):
        plain, more = build(x, z), build(wide, z)
        np.testing.assert_allclose(more.weight, plain.weight, rtol=1e-9)
        assert more.message
        a, b = (weighted_mean_difference(small["y"], z, m) for m in (plain, more))
        assert b.std_error == pytest.approx(a.std_error, rel=1e-9)


# --- refusals ------------------------------------------------------------------------------------

SIX = [1, 1, 1, 0, 0, 0]
ONE = weight_model_known([1.0] * 6, SIX, estimand="ATT")
T, D = [1, 5, 6, 2, 3, 4], [1, 1, 0, 1, 1, 0]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: weight_model_known([1, 0, 1], [1, 0, 1], estimand="ATT"), "weight is zero for every control"),
        (lambda: weight_model_known([0, 0], [1, 0], estimand="ATT"), "weight is zero throughout"),
        (lambda: weight_model_known([1, 1], [1, 0], estimand=""), "estimand must say"),
        (lambda: weight_model_known([1, 1], [1, 1], estimand="ATT"), "treated must hold both"),
        (lambda: weight_model_logistic([0, 0, 0, 1, 1, 1], SIX), "separate along"),
        (lambda: weight_model_logistic([1, np.nan], [1, 0]), "x has missing"),
        (lambda: weight_model_logistic([1, 2, 3], [1, 0]), "treated has 2 values"),
        (lambda: weight_model_logistic([1, 2, 2, 3, 1, 3], SIX, estimand="LATE"), "estimand must be one of"),
        (lambda: weight_model_logistic([1, 2, 2, 3, 1, 3], SIX, stabilized=True), "stabilized weights are those"),
        (lambda: weight_model_logistic([1, 2, 2, 3, 1, 3], SIX, penalty=1.0, firth=True), "exclude each other"),
        (lambda: weight_model_entropy([5, 6, 7, 1, 2, 3], SIX), "do not overlap"),
        (lambda: weight_model_entropy([1, 1, 1, 2, 2, 2], SIX), "no weights give column 0 a mean of 1"),
        (lambda: weight_model_entropy([1, 2, 2, 3, 1, 3], SIX, estimand="ATO"), "estimand must be one of"),
        (lambda: weight_model_entropy([1, 2, 2, 3, 1, 3], SIX, total="all"), "total must be one of"),
        (lambda: weight_model_maic([1, 2], SIX, [1.5]), "x has 2 rows where 3 are needed"),
        (lambda: weight_model_maic([1, 2, 3], SIX, [9]), "its values reach from 1 to 3"),
        (lambda: ONE.capped(0), "cap must be a positive"),
        (lambda: weighted_mean_difference([1] * 6, [0, 0, 0, 1, 1, 1], ONE), "treated differs from that of the model"),
        (lambda: weighted_mean_difference([1] * 5, SIX, ONE), "y has 5 values"),
        (lambda: weighted_mean_difference([1] * 6, SIX, "ATT"), "model must be a WeightModel"),  # type: ignore[arg-type]
        (lambda: weighted_mean_difference(T, SIX, ONE, cluster=[1] * 6), "cluster holds one label only"),
        (lambda: weighted_mean_difference(T, SIX, ONE, level=1), "level must lie"),
        (lambda: weighted_risk_contrast([0, 0, 0, 1, 0, 1], SIX, ONE, measure="ratio"), "risk of the treated group"),
        (lambda: weighted_risk_contrast([1, 0, 0, 1, 1, 1], SIX, ONE, measure="odds-ratio"), "risk of the control"),
        (lambda: weighted_risk_contrast(T, SIX, ONE), "y must hold 0 and 1"),
        (lambda: weighted_risk_contrast(D, SIX, ONE, measure="nnt"), "measure must be one of"),
        (lambda: weighted_hazard_ratio(T, [0] * 6, SIX, ONE), "event holds no event"),
        (lambda: weighted_hazard_ratio(T, [0, 0, 0, 1, 1, 1], SIX, ONE), "there is no finite hazard ratio"),
        (lambda: weighted_hazard_ratio(T, D, SIX, ONE, ties="exact"), "ties must be one of"),
        (lambda: weighted_survival_difference(T, D, SIX, ONE, [5]), "beyond the last follow-up of the control group"),
        (lambda: weighted_rmst_difference(T, D, SIX, ONE, 5), "tau 5 lies beyond.*control group"),
        (lambda: weighted_rmst_difference(T, D, SIX, ONE, 0), "tau must be a positive"),
    ],
)
def test_refusals(call: Any, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        call()


def test_every_public_function_is_tried_here() -> None:
    assert {k for k in we.__all__ if k.islower()} <= set(globals())


def test_the_score_is_that_of_the_logistic_model(small: Any) -> None:
    x, z = small["x"], small["z"]
    e = logistic(x, z).fitted
    np.testing.assert_allclose(weight_model_logistic(x, z).weight, np.where(z == 1, 1, e / (1 - e)), rtol=1e-12)
