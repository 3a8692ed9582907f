"""g-computation against R's riskRegression, tables solved on paper, and itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.cox import cox
from onearm.stats.logistic import logistic
from onearm.stats.standardise import standardise_risk, standardise_survival

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


@pytest.mark.parametrize("models", ["shared", "separate"])
def test_survival_against_r(rows: Rows, r_values: Any, models: str) -> None:
    r = r_values("effects")["cox"][models]
    s = standardise_survival(*rows, [200, 400], target="all", models=models)
    arms = s.control + s.treated
    close([1 - a.estimate for a in arms], r["risk"])
    close([a.std_error for a in arms], r["se"])
    close([-c.estimate for c in s.difference], r["difference"])
    close([c.std_error for c in s.difference], r["difference_se"])
    assert (s.estimand, s.kind) == ("ATE", "marginal")


@pytest.mark.parametrize("models", ["shared", "separate"])
def test_risk_against_r(rows: Rows, r_values: Any, models: str) -> None:
    r = r_values("effects")["logistic"][models]
    t, _, z, x = rows
    c = standardise_risk(np.floor(t) > 250, z, x, target="all", models=models).difference
    close([c.second.estimate, c.first.estimate], r["risk"])
    close([c.second.std_error, c.first.std_error], r["se"])
    close([c.estimate, c.std_error], [r["difference"][0], r["difference_se"][0]])


def test_all_is_a_mixture_of_trial_and_controls(rows: Rows) -> None:
    t, d, z, x = rows
    share = z.mean()
    for at in (100, 600):
        found = {k: standardise_survival(t, d, z, x, at, target=k) for k in ("trial", "controls", "all")}
        mixed = share * found["trial"].difference[0].estimate + (1 - share) * found["controls"].difference[0].estimate
        assert found["all"].difference[0].estimate == pytest.approx(mixed)
    assert [found[k].estimand for k in ("trial", "controls")] == ["ATT", "ATC"]


def test_risks_of_strata_on_paper() -> None:
    # saturated models: stratum A 10 treated (4 with the outcome), 20 controls (5); B 30 treated (18), 20 controls (8).
    # In the trial A : B is 1 : 3, so that controls stand at (0.25 + 3 x 0.4) / 4 = 0.3625
    n, hits = [10, 20, 30, 20], [4, 5, 18, 8]
    y = np.concatenate([np.r_[np.ones(h), np.zeros(k - h)] for k, h in zip(n, hits, strict=True)])
    z, x = np.repeat([1, 0, 1, 0], n), np.repeat([0, 0, 1, 1], n)
    s = standardise_risk(y, z, x)
    assert s.difference.first.estimate == pytest.approx(22 / 40)
    assert s.difference.second.estimate == pytest.approx(0.3625)
    # variance of controls: a binomial in each stratum, and the trial's share of A as another
    variance = (0.25**2 * 0.25 * 0.75 + 0.75**2 * 0.4 * 0.6) / 20 + (0.4 - 0.25) ** 2 * 0.25 * 0.75 / 40
    assert s.difference.second.std_error == pytest.approx(np.sqrt(variance))
    close(s.odds_ratio.estimate, (0.55 / 0.45) / (0.3625 / 0.6375))


def test_conditional_effects_are_those_of_the_model(rows: Rows) -> None:
    t, d, z, x = rows
    s = standardise_survival(t, d, z, x, 300, models="shared")
    fit = cox(t, d, np.c_[z, x], ties="breslow", robust=True)
    close([s.conditional_log_hazard_ratio, s.conditional_std_error], [fit.coef[0], fit.robust_std_error[0]])
    b = standardise_risk(t > 250, z, x, models="shared")
    close(b.conditional_log_odds_ratio, logistic(np.c_[z, x], t > 250).coef[1])
    # an odds ratio is not collapsible: the marginal one lies nearer to 1
    assert 1 < b.odds_ratio.estimate < np.exp(b.conditional_log_odds_ratio)
    assert standardise_survival(t, d, z, x, 300).conditional_log_hazard_ratio is None
    assert standardise_risk(t > 250, z, x).conditional_log_odds_ratio is None


@pytest.mark.parametrize("models", ["shared", "separate"])
def test_mean_time_is_the_area_under_the_curves(rows: Rows, models: str) -> None:
    t, d, z, x = rows
    tau = 450.5
    grid = np.r_[0.0, np.unique(t[d & (t < tau)])]
    s = standardise_survival(t, d, z, x, grid, models=models, tau=tau)
    width = np.diff(np.r_[grid, tau])
    one = width @ [a.estimate for a in s.treated]
    zero = width @ [a.estimate for a in s.control]
    close([s.rmst.first.estimate, s.rmst.second.estimate, s.rmst.estimate], [one, zero, one - zero])
    moved = s.influence @ width
    close(s.rmst.std_error, np.linalg.norm(moved[:, 0] - moved[:, 1]))
    close(s.rmst.first.std_error, np.linalg.norm(moved[:, 0]))


def test_influences_sum_to_nothing_and_are_those_of_leaving_out(rows: Rows) -> None:
    t, d, z, x = rows
    s = standardise_survival(t, d, z, x, 300)
    assert np.abs(s.influence.sum(axis=0)).max() < 1e-10
    for i in (3, 50, 120):
        kept = np.arange(t.size) != i
        less = standardise_survival(t[kept], d[kept], z[kept], x[kept], 300)
        moved = s.difference[0].estimate - less.difference[0].estimate
        assert moved == pytest.approx(s.influence[i, 0, 0] - s.influence[i, 1, 0], rel=0.08, abs=2e-5)


def test_a_known_truth() -> None:
    # 20,000 rows: S_0(1) in the trial is a mean over its covariates, worked out from the model
    rng = np.random.default_rng(11)
    n = 20_000
    x = rng.normal(size=n)
    z = rng.random(n) < 1 / (1 + np.exp(1 - x))
    life, end = rng.exponential(np.exp(0.7 * x + 0.4 * z)), rng.exponential(2.0, n)
    s = standardise_survival(np.minimum(life, end), life <= end, z, x, 1.0)
    for arm, effect in ((s.treated[0], 0.4), (s.control[0], 0.0)):
        truth = np.exp(-np.exp(-0.7 * x[z] - effect)).mean()
        assert abs(arm.estimate - truth) < 3 * arm.std_error
    crude = (life[~z] > 1).mean()
    assert abs(crude - np.exp(-np.exp(-0.7 * x[z])).mean()) > 0.1


def test_bad_input() -> None:
    t, d = np.arange(1.0, 21), np.ones(20)
    z, x = np.arange(20) % 2, np.sin(np.arange(20))
    for call, match in (
        (lambda: standardise_survival(t, d, z, x, 5, target="odd"), "target must be one of"),
        (lambda: standardise_survival(t, d, z, x, 5, models="odd"), "models must be one of"),
        (lambda: standardise_survival(t, d, z, x, 30), "at or tau lies beyond the last follow-up 20 of the treated"),
        (lambda: standardise_survival(t, z, z, x, 5), "event holds no event among the controls"),
        (lambda: standardise_survival(t, d, d, x, 5), "treated must hold both"),
        (
            lambda: standardise_survival(t, d, z, d, 5),
            "x: the model of the treated cannot be fitted, column 0 is constant",
        ),
        (lambda: standardise_survival(t, d, z, x, 5, tau=0), "tau must be one time above 0"),
        (lambda: standardise_risk(z, z, x), "outcome holds 1 only for the model of the treated"),
        (lambda: standardise_risk(x > 0, z, x), "x: the model of the treated cannot be fitted, the classes separate"),
    ):
        with pytest.raises(ValueError, match=match):
            call()
