"""Doubly robust risks and survival against R, on paper, and against a known truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.aipw import aipw_risk, aipw_survival
from onearm.stats.standardise import standardise_risk, standardise_survival
from onearm.stats.survival import kaplan_meier

Rows = tuple[Any, Any, Any, Any]


@pytest.fixture(scope="module")
def rows(lung: Any) -> Rows:
    """Times without ties, events, women as the treated, age and performance status."""
    kept = np.isfinite(lung["ph.ecog"])
    i = np.arange(1, kept.sum() + 1)
    x = np.c_[lung["age"][kept], lung["ph.ecog"][kept]]
    return lung["time"][kept] + i / 1000, lung["status"][kept] == 1, lung["sex"][kept] == 2, x


def close(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol)


def test_survival_of_all_against_r(rows: Rows, r_values: Any) -> None:
    r = r_values("effects")["cox"]["aipw"]
    s = aipw_survival(*rows, [200, 400], target="all")
    arms = s.control + s.treated
    close([1 - a.estimate for a in arms], r["risk"])
    close([a.std_error for a in arms], r["se"])
    close([-c.estimate for c in s.difference], r["difference"])
    close([c.std_error for c in s.difference], r["difference_se"])
    assert (s.estimand, s.kind) == ("ATE", "marginal")


@pytest.mark.parametrize(
    ("name", "at", "censoring"), [("att_200", 200, "cox"), ("att_400", 400, "cox"), ("att_km", 400, "kaplan-meier")]
)
def test_survival_of_the_trial_against_r(rows: Rows, r_values: Any, name: str, at: float, censoring: str) -> None:
    s = aipw_survival(*rows, at, censoring=censoring)
    one, zero = s.treated[0], s.control[0]
    ours = [1 - zero.estimate, 1 - one.estimate, zero.std_error, one.std_error, s.difference[0].std_error]
    close(ours, r_values("effects")[name])
    assert s.estimand == "ATT"


def test_risk_against_r(rows: Rows, r_values: Any) -> None:
    t, _, z, x = rows
    y, r = np.floor(t) > 250, r_values("effects")
    c = aipw_risk(y, z, x, target="all").difference
    close([c.second.estimate, c.first.estimate], r["logistic"]["aipw"]["risk"])
    close([c.second.std_error, c.first.std_error], r["logistic"]["aipw"]["se"])
    close([c.estimate, c.std_error], [r["logistic"]["aipw"][k][0] for k in ("difference", "difference_se")])
    c = aipw_risk(y, z, x).difference
    ours = [c.second.estimate, c.first.estimate, c.second.std_error, c.first.std_error, c.std_error]
    close(ours, r["att_binary"])
    close(c.first.estimate, y[z].mean())


def test_saturated_models_standardise() -> None:
    # strata of 10 treated and 20 controls, 30 and 20: with saturated models nothing is left for the weights to do
    n, hits = [10, 20, 30, 20], [4, 5, 18, 8]
    y = np.concatenate([np.r_[np.ones(h), np.zeros(k - h)] for k, h in zip(n, hits, strict=True)])
    z, x = np.repeat([1, 0, 1, 0], n), np.repeat([0, 0, 1, 1], n)
    a, s = aipw_risk(y, z, x), standardise_risk(y, z, x)
    assert a.difference.second.estimate == pytest.approx(0.3625)
    close([a.difference.estimate, a.difference.std_error], [s.difference.estimate, s.difference.std_error])
    assert a.least_score == pytest.approx(2 / 5)


def test_all_is_a_mixture_of_trial_and_controls(rows: Rows) -> None:
    t, d, z, x = rows
    found = {k: aipw_survival(t, d, z, x, 300, target=k) for k in ("trial", "controls", "all")}
    parts = [found[k].difference[0].estimate for k in ("trial", "controls")]
    assert found["all"].difference[0].estimate == pytest.approx(z.mean() * parts[0] + (1 - z.mean()) * parts[1])
    for s in found.values():
        assert np.abs(s.influence.sum(axis=0)).max() < 1e-12


@pytest.mark.parametrize("censoring", ["cox", "kaplan-meier"])
def test_without_censoring_it_is_the_risk_of_dying_by_then(censoring: str) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=200)
    z = rng.random(200) < 1 / (1 + np.exp(-x))
    t = rng.exponential(np.exp(0.5 * x))
    s = aipw_survival(t, np.ones(200), z, x, 0.7, censoring=censoring)
    g = standardise_survival(t, np.ones(200), z, x, 0.7)
    # all that is left of the outcome model in the treated of the trial cancels
    assert s.treated[0].estimate == pytest.approx((t[z] > 0.7).mean())
    assert abs(s.control[0].estimate - g.control[0].estimate) < 3 * g.control[0].std_error
    assert s.least_uncensored == 1.0


def test_censoring_by_product_limit_needs_no_outcome_model() -> None:
    # one arm's rows, nobody dies before the landmark but those seen: Kaplan-Meier of the trial comes back when the
    # outcome model is the same for everyone (a covariate without effect, by symmetry), to the order of 1/n
    rng = np.random.default_rng(5)
    half = rng.exponential(1.0, 300), rng.exponential(1.5, 300)
    t, d = np.tile(np.minimum(*half), 2), np.tile(half[0] <= half[1], 2)
    x, z = np.repeat([0.0, 1.0], 300), np.tile(np.arange(300) % 2, 2)
    s = aipw_survival(t, d, z, x, 0.8, censoring="kaplan-meier")
    own = z == 1
    assert s.treated[0].estimate == pytest.approx(kaplan_meier(t[own], d[own]).at([0.8]).survival[0], abs=1e-4)


def test_events_come_before_censorings_of_the_same_day(rows: Rows) -> None:
    t, d, z, x = rows
    days = np.ceil(t / 7)
    apart = aipw_survival(days + 0.5 * ~d, d, z, x, 40.9)
    close(aipw_survival(days, d, z, x, 40).influence, apart.influence)


def simulated(rng: Any, n: int) -> tuple[Any, ...]:
    """Two confounders u, v of arm and outcome, censoring that depends on v."""
    u, v = rng.normal(size=n), rng.normal(size=n)
    z = rng.random(n) < 1 / (1 + np.exp(0.5 - 0.8 * u - 0.4 * v))
    life = rng.exponential(np.exp(0.8 * u + 0.3 * v + 0.5 * z))
    end = rng.exponential(2.5 * np.exp(0.3 * v))
    return np.minimum(life, end), life <= end, z, u, v


def truth(at: float) -> float:
    """Difference of survival in the trial, by a large sample of covariates without outcomes."""
    rng = np.random.default_rng(1)
    u, v = rng.normal(size=(2, 2_000_000))
    e = 1 / (1 + np.exp(0.5 - 0.8 * u - 0.4 * v))
    rate = at * np.exp(-0.8 * u - 0.3 * v)
    return float(np.average(np.exp(-rate * np.exp(-0.5)) - np.exp(-rate), weights=e))


@pytest.mark.slow
def test_one_wrong_model_does_no_harm() -> None:
    rng, true, runs = np.random.default_rng(21), truth(0.8), 150
    found: dict[str, list[tuple[float, float]]] = {"both right": [], "score wrong": [], "outcome wrong": [], "both": []}
    for _ in range(runs):
        t, d, z, u, v = simulated(rng, 1500)
        right, wrong = np.c_[u, v], v
        for name, x, score in (
            ("both right", right, right),
            ("score wrong", right, wrong),
            ("outcome wrong", wrong, right),
            ("both", wrong, wrong),
        ):
            c = aipw_survival(t, d, z, x, 0.8, score_x=score, censoring_x=right).difference[0]
            found[name].append((c.estimate, c.std_error))
    for name, values in found.items():
        estimate, error = np.array(values).T
        bias, noise = estimate.mean() - true, estimate.std(ddof=1)
        if name == "both":
            assert abs(bias) > 0.05
            continue
        assert abs(bias) < 3.5 * noise / np.sqrt(runs) + 0.002
        if name == "both right":
            assert error.mean() == pytest.approx(noise, rel=0.2)
            assert 0.89 < (np.abs(estimate - true) < 1.96 * error).mean() <= 1


def test_bad_input() -> None:
    rng = np.random.default_rng(2)
    t, d, z, x = rng.exponential(size=60), rng.random(60) < 0.7, np.arange(60) % 2 == 1, rng.normal(size=60)
    for call, match in (
        (lambda: aipw_survival(t, d, z, x, 0.5, target="odd"), "target must be one of"),
        (lambda: aipw_survival(t, d, z, x, 0.5, censoring="odd"), "censoring must be one of"),
        (lambda: aipw_survival(t, d, z, x, 50), "at lies beyond the last follow-up"),
        (lambda: aipw_survival(t, d & z, z, x, 0.5), "event holds no event among the controls"),
        (lambda: aipw_survival(t, d, np.ones(60), x, 0.5), "treated must hold both"),
        (lambda: aipw_survival(t, d, z, np.where(z, 5, 0) + x / 10, 0.5), "x: the score cannot be estimated"),
        (
            lambda: aipw_risk(d, z, x, score_x=np.ones(60)),
            "x: the score cannot be estimated, column 0 of x is constant",
        ),
        (lambda: aipw_risk(z, z, x), "outcome holds 1 only for the model of the treated"),
        (lambda: aipw_risk(d, z, x, score_x=x[:5]), "score_x has 5 rows"),
    ):
        with pytest.raises(ValueError, match=match):
            call()
