"""Fine-Gray regression: on paper, against R's crr and finegray, second routes, properties, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.competing import cause_specific_cox, fine_gray
from onearm.stats.cox import cox

from .test_competing import made, same


def straight(t: Any) -> Any:
    return t / 10


def two(t: Any) -> Any:
    return np.c_[np.log(t), t > 10]


def compare(fit: Any, r: dict[str, Any]) -> None:
    assert fit.converged
    assert fit.message == ""
    same(fit.coef, r["coef"])
    same(fit.covariance.ravel(), r["var"])
    same(fit.model_covariance.ravel(), r["invinf"])
    same(fit.robust_std_error, np.sqrt(np.diag(fit.covariance)))
    same(fit.log_likelihood, r["loglik"])
    same(fit.time, r["time"])
    same(np.diff(np.r_[0, fit.baseline]), r["jump"])


def test_therneau_on_paper() -> None:
    # subjects 2 and 5 leave by another cause after the last failure: Cox with them at risk throughout.
    # exp(b) = r solves the score: times 1 (x=1; risk 3r+3), 6 (x=1, 0; 2r+3), 9 (x=0; r+2 after two leave)
    fit = fine_gray([1, 10, 6, 6, 10, 9], [1, 2, 1, 1, 2, 1], [1, 1, 1, 0, 0, 0])
    r = float(np.exp(fit.coef[0]))
    score = 2 - 3 * r / (3 * r + 3) - 2 * 2 * r / (2 * r + 3) - r / (r + 2)
    assert score == pytest.approx(0, abs=1e-10)
    same(fit.log_likelihood.null, -np.log(6) - 2 * np.log(5) - np.log(3))


@pytest.mark.parametrize(
    ("name", "whole", "options"),
    [
        ("tied", True, {}),
        ("tied_2", True, {"of": 2}),
        ("apart", False, {}),
        ("tied_strata", True, {"strata": "s"}),
        ("apart_strata", False, {"strata": "g"}),
    ],
)
def test_as_crr(name: str, whole: bool, options: dict[str, Any], r_values: Any) -> None:
    d = made(160, whole)
    r = r_values("competing")["models"][name]
    chosen = {k: d[v] if isinstance(v, str) else v for k, v in options.items()}
    fit = fine_gray(d["time"], d["cause"], d["x"], **chosen)
    compare(fit, r)
    if name == "tied":
        same(fit.curve([0.5, 1, -1]).incidence[0], r["curve"])
        same(fit.curve([[0.5, 1, -1], [0, 0, 0]]).at([0, 1e9])[:, 1], [r["curve"][-1], 1 - np.exp(-fit.baseline[-1])])


def test_time_varying_as_crr(r_values: Any) -> None:
    r = r_values("competing")["models"]
    d, a = made(160, True), made(160, False)
    x1 = d["x"][:, 0]
    fit = fine_gray(d["time"], d["cause"], d["x"], time_varying=(x1, straight))
    compare(fit, r["tied_varying"])
    same(fit.curve([0.5, 1, -1], [0.5]).incidence[0], r["tied_varying"]["curve"])
    compare(
        fine_gray(d["time"], d["cause"], d["x"], time_varying=(x1, straight), strata=d["s"]), r["tied_varying_strata"]
    )
    compare(fine_gray(a["time"], a["cause"], a["x"][:, 2], time_varying=(a["x"][:, :2], two)), r["apart_varying_2"])
    alone = fine_gray(d["time"], d["cause"], time_varying=(x1, straight))
    compare(alone, r["tied_only_varying"])
    same(alone.curve(varying=[0.5]).incidence[0], r["tied_only_varying"]["curve"])


@pytest.mark.parametrize(("name", "of"), [("pbc_transplant", 1), ("pbc_death", 2)])
def test_liver_transplant_or_death(name: str, of: int, shared: Any, r_values: Any) -> None:
    pbc = shared("pbc")
    x = np.c_[pbc["age"], pbc["sex"] == "f", pbc["bili"], pbc["edema"]]
    compare(fine_gray(pbc["time"], pbc["status"], x, of=of), r_values("competing")["models"][name])


@pytest.mark.parametrize("whole", [True, False])
def test_as_finegray_and_coxph(whole: bool, r_values: Any) -> None:
    d = made(160, whole)
    r = r_values("competing")["routes"]["tied" if whole else "apart"]
    fit = fine_gray(d["time"], d["cause"], d["x"], variance="known-censoring", censoring_ties="failures-first")
    same(fit.coef, r["coef"])
    same(fit.covariance.ravel(), r["var"])
    same(fit.model_covariance.ravel(), r["naive"])
    model = fine_gray(d["time"], d["cause"], d["x"], variance="model", censoring_ties="failures-first")
    same(model.covariance.ravel(), r["naive"])
    assert model.robust_std_error is None
    assert not model.robust


@pytest.mark.parametrize("case", ["no censoring", "no competing cause"])
def test_reduces_to_cox(case: str) -> None:
    d = made(160, True)
    if case == "no censoring":  # those who fail otherwise stay for ever: Cox with their times put off
        cause = np.where(d["cause"] == 1, 1, 2)
        time = np.where(cause == 2, 1e6, d["time"])
    else:
        cause = np.where(d["cause"] == 1, 1, 0)
        time = d["time"]
    options = {"weight": d["w"], "cluster": d["k"]}
    ours = fine_gray(d["time"], cause, d["x"], **options)
    theirs = cox(time, cause == 1, d["x"], ties="breslow", **options)
    same(ours.coef, theirs.coef)
    same(ours.covariance, theirs.covariance)
    same(ours.model_covariance, theirs.model_covariance)
    same(ours.log_likelihood, theirs.log_likelihood)
    for name in ("wald", "score", "likelihood_ratio"):
        same(getattr(ours, name), getattr(theirs, name))
    same([ours.low, ours.high, ours.z, ours.p_value], [theirs.low, theirs.high, theirs.z, theirs.p_value])


def test_a_constant_function_of_time_is_a_constant_covariate() -> None:
    d = made(160, True)
    options = {"weight": d["w"], "strata": d["s"], "cluster": d["k"]}
    for variance in ("crr", "fine-gray", "known-censoring"):
        plain = fine_gray(d["time"], d["cause"], d["x"], variance=variance, **options)
        split = fine_gray(
            d["time"],
            d["cause"],
            d["x"][:, :1],
            time_varying=(d["x"][:, 1:], np.ones_like),
            variance=variance,
            **options,
        )
        same(split.coef, plain.coef)
        same(split.covariance, plain.covariance)
        same(split.baseline, plain.baseline)
        same(split.log_likelihood, plain.log_likelihood)


def test_variance_with_strata_is_that_of_the_derivative_by_weights() -> None:
    # Taking 1/Y for the derivative of log G, as everyone does, leaves up to 0.2 percent at this size;
    # what crr leaves out with several censoring strata is more than that.
    d = made(160, False)
    rows = d["time"], d["cause"], d["x"]
    fits = {v: fine_gray(*rows, strata=d["g"], variance=v) for v in ("fine-gray", "crr")}
    moved = np.empty((160, 3))
    for i in range(160):
        weight = np.ones(160)
        weight[i] += 1e-5
        moved[i] = (fine_gray(*rows, strata=d["g"], weight=weight, variance="model").coef - fits["crr"].coef) / 1e-5
    numerical = np.sqrt(np.diag(moved.T @ moved))
    np.testing.assert_allclose(fits["fine-gray"].robust_std_error, numerical, rtol=2.5e-3)
    assert np.max(np.abs(fits["crr"].robust_std_error / numerical - 1)) > 5e-3


def test_weights_of_two_are_rows_twice() -> None:
    d = made(100, True)
    twice = np.repeat(np.arange(100), 2)
    once = fine_gray(d["time"], d["cause"], d["x"], weight=np.full(100, 2.0), strata=d["s"])
    rows = fine_gray(d["time"][twice], d["cause"][twice], d["x"][twice], cluster=twice, strata=d["s"][twice])
    same(once.coef, rows.coef)
    same(once.covariance, rows.covariance)
    same(once.baseline, rows.baseline)
    assert (once.n, once.events, once.competing, once.censored) == (100, 39, 31, 30)


def test_rows_of_weight_zero_are_left_out() -> None:
    d = made(100, True)
    keep = d["s"] != 1
    whole = fine_gray(d["time"], d["cause"], d["x"], weight=keep * d["w"], strata=d["s"], cluster=d["k"])
    part = fine_gray(
        d["time"][keep], d["cause"][keep], d["x"][keep], weight=d["w"][keep], strata=d["s"][keep], cluster=d["k"][keep]
    )
    assert whole.coef.tolist() == part.coef.tolist()
    same(whole.covariance, part.covariance)
    assert whole.n == part.n
    assert whole.censored == part.censored


def test_shuffle_relabel_rescale() -> None:
    d = made(160, True)
    order = np.random.default_rng(7).permutation(160)
    label = np.array([0, 5, 8, 3])
    first = fine_gray(d["time"], d["cause"], d["x"], strata=d["s"], cluster=d["k"])
    other = fine_gray(
        d["time"][order] / 30.4375,
        label[d["cause"][order]],
        d["x"][order] * [10, 1, 0.1] + [3, -2, 5],
        of=5,
        strata=-d["s"][order],
        cluster=d["k"][order],
    )
    same(other.coef * [10, 1, 0.1], first.coef)
    same(other.robust_std_error * [10, 1, 0.1], first.robust_std_error)
    same(other.curve([[8, -1, 5.1]]).incidence, first.curve([[0.5, 1, 1]]).incidence)
    assert other.causes == (3, 5, 8)


def test_what_cannot_be_estimated_is_said() -> None:
    time, cause = [1, 2, 3, 4, 5, 6], [1, 2, 1, 0, 1, 1]
    constant = fine_gray(time, cause, np.ones(6))
    assert np.isnan(constant.coef[0])
    assert not constant.converged
    assert "column 0 is constant" in constant.message
    twice = fine_gray(time, cause, np.c_[[1, 2, 1, 3, 2, 5], [2, 4, 2, 6, 4, 10]])
    assert "column 1 is constant at every event time or a combination" in twice.message
    same(twice.coef[0], fine_gray(time, cause, [1, 2, 1, 3, 2, 5]).coef[0])
    runaway = fine_gray([1, 2, 3, 4], [1, 1, 2, 0], [1, 1, 0, 0])
    assert "column 0 grows without limit" in runaway.message
    assert np.isinf(runaway.std_error[0])
    assert np.isnan(runaway.low[0])
    never = fine_gray(time, cause, time_varying=([1, 2, 1, 3, 2, 5], np.zeros_like))
    assert "column 0 is constant" in never.message
    assert fine_gray([1], [1], [2.0]).message


def test_cause_by_place() -> None:
    d = made(100, True)
    for fit in (fine_gray, cause_specific_cox):
        placed, named = fit(d["time"], d["cause"], d["x"], 2), fit(d["time"], d["cause"], d["x"], of=2)
        assert placed.coef.tolist() == named.coef.tolist()
        assert placed.events == np.count_nonzero(d["cause"] == 2)


@pytest.mark.parametrize("scale", [1e-200, 1e100, 1e200])
def test_huge_values(scale: float) -> None:
    cause, x = [1, 2, 1, 0, 1, 1], np.array([1.0, 2, 1, 3, 2, 5])
    small = fine_gray([1, 2, 3, 4, 5, 6], cause, x)
    huge = fine_gray([1, 2, 3, 4, 5e299, 1e300], cause, x * scale)
    same(huge.coef * scale, small.coef)
    same(huge.std_error * scale, small.std_error)
    same(huge.z, small.z)
    assert huge.converged


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([-1, 2], [1, 1], [1, 2]), {}, "time has 1 negative"),
        (([np.nan, 2], [1, 1], [1, 2]), {}, "time has 1 missing"),
        (([], [], []), {}, "time is empty"),
        (([1, 2], [1], [1, 2]), {}, "cause has 1 values"),
        (([1, 2], [1, 1], [1]), {}, "x has 1 rows where 2"),
        (([1, 2], [1, 1], [1, np.nan]), {}, "x has missing or infinite values"),
        (([1, 2], [1, 1]), {}, "x is needed"),
        (([1, 2], [0, 0], [1, 2]), {}, "every row is censored"),
        (([1, 2], [1, 0], [1, 2]), {"of": 2}, r"of must be a cause with events \(1\), found 2"),
        (([1, 2], [1, 0], [1, 2]), {"variance": "robust"}, "variance must be one of crr, fine-gray"),
        (([1, 2], [1, 0], [1, 2]), {"censoring_ties": "efron"}, "censoring_ties must be one of"),
        (([1, 2], [1, 0], [1, 2]), {"cluster": [1, 1]}, "cluster holds one label only"),
        (([1, 2], [1, 0], [1, 2]), {"level": 0}, "level must lie between"),
        (([1, 2], [1, 1]), {"time_varying": ([1, 2], lambda t: t[:1])}, "function of time_varying has 1 rows where 2"),
        (([1, 2], [1, 1]), {"time_varying": ([1, 2], lambda t: t * np.nan)}, "function of time_varying has missing"),
        (([1, 2], [1, 1]), {"time_varying": ([1, 2], two)}, "gives 2 columns where 1 are needed"),
    ],
)
def test_bad_input(arguments: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fine_gray(*arguments, **options)


def test_bad_rows_for_a_curve() -> None:
    fit = fine_gray([1, 2, 3, 4], [1, 2, 1, 1], [1, 0, 2, 1], time_varying=([1, 0, 0, 1], straight))
    with pytest.raises(ValueError, match="x has 2 columns where the model has 1"):
        fit.curve([1, 2], [1])
    with pytest.raises(ValueError, match="varying is needed"):
        fit.curve([1])
    with pytest.raises(ValueError, match="varying has 1 rows where x has 2"):
        fit.curve([[1], [2]], [1])
