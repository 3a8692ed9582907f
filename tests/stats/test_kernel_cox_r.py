"""Cox regression against R's coxph (tests/r/cox.R)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.cox import CoxFit, cox


def same(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float).ravel(), np.asarray(theirs, dtype=float).ravel(), rtol=1e-8, atol=1e-13
    )


def compare(fit: CoxFit, r: dict[str, Any]) -> None:
    assert fit.converged
    assert fit.message == ""
    same(fit.coef, r["coef"])
    same(fit.covariance, r["var"])
    if fit.robust:
        same(fit.model_covariance, r["naive"])
        assert fit.robust_std_error is not None
        same(fit.robust_std_error, np.sqrt(np.diag(fit.covariance)))
    else:
        assert "naive" not in r
        assert fit.robust_std_error is None
    same(fit.std_error, np.sqrt(np.diag(fit.model_covariance)))
    same(fit.log_likelihood, r["loglik"])
    same(fit.wald.statistic, r["wald"])
    same(fit.score.statistic, r["score"])
    same(fit.likelihood_ratio.statistic, r["lr"])
    same(fit.p_value, r["p_value"])
    same(fit.low, r["low"])
    same(fit.high, r["high"])


AML: dict[str, tuple[str, ...]] = {
    "aml": (),
    "aml_weighted": ("weight",),
    "aml_clustered": ("weight", "cluster"),
    "aml_strata": ("strata",),
    "aml_entry": ("entry",),
    "aml_everything": ("weight", "cluster", "strata", "entry"),
}


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("name", AML)
def test_aml(name: str, ties: str, aml: Any, r_values: Any) -> None:
    options = {k: aml[{"weight": "w", "cluster": "k", "strata": "s", "entry": "e"}[k]] for k in AML[name]}
    fit = cox(aml["time"], aml["status"], np.c_[aml["g"], aml["z"]], ties=ties, **options)
    compare(fit, r_values("cox")[ties][name])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_lung(ties: str, lung: Any, r_values: Any) -> None:
    r = r_values("cox")[ties]
    x = np.c_[lung["age"], lung["sex"]]
    compare(cox(lung["time"], lung["status"], x, ties=ties), r["lung"])
    compare(cox(lung["time"], lung["status"], x, ties=ties, weight=lung["w"]), r["lung_weighted"])
    for column, covariates, name in (("inst", x, "lung_strata"), ("wt.loss", None, "lung_three")):
        keep = ~np.isnan(lung[column])
        z = np.c_[x, lung[column]] if covariates is None else covariates
        strata = None if covariates is None else lung[column][keep]
        compare(cox(lung["time"][keep], lung["status"][keep], z[keep], ties=ties, strata=strata), r[name])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_heart_with_time_dependent_transplant(ties: str, r_values: Any) -> None:
    datasets = pytest.importorskip("lifelines.datasets", reason="lifelines is not installed")
    h = datasets.load_stanford_heart_transplants()
    x = h[["age", "year", "surgery", "transplant"]].to_numpy(dtype=float)
    compare(cox(h["stop"], h["event"], x, entry=h["start"], ties=ties), r_values("cox")[ties]["heart"])


@pytest.mark.shared
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_bladder_recurrences(ties: str, shared: Any, r_values: Any) -> None:
    b = shared("bladder2")
    x = np.c_[b["rx"], b["size"], b["number"]]
    rows = (b["stop"], b["event"], x)
    fit = cox(*rows, entry=b["start"], cluster=b["id"], ties=ties)
    compare(fit, r_values("cox")[ties]["bladder2"])
    fit = cox(*rows, entry=b["start"], cluster=b["id"], strata=b["enum"], ties=ties)
    compare(fit, r_values("cox")[ties]["bladder2_strata"])
