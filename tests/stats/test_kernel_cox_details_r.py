"""Residuals, curves, exact ties and offsets of Cox models against R's survival (tests/r/cox_details.R)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.cox import CoxFit, cox

TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])
KINDS = ("martingale", "deviance", "score", "dfbeta", "dfbetas", "schoenfeld", "scaled-schoenfeld")


def few(v: Any) -> Any:
    """The rows that the R script keeps."""
    table = np.asarray(v, dtype=float)
    return table[:: 3 if len(table) < 60 else 23].ravel()


def same(ours: Any, theirs: Any, atol: float = 1e-11) -> None:
    theirs = np.array([np.nan if v is None else v for v in theirs], dtype=float)
    known = ~np.isnan(theirs)  # R's NaN: root of a rounding error below 0, S = 0
    assert known.any()
    np.testing.assert_allclose(np.asarray(ours, dtype=float).ravel()[known], theirs[known], rtol=1e-8, atol=atol)


def compare_residuals(fit: CoxFit, r: dict[str, Any], collapse: Any = None) -> None:
    for kind in KINDS:
        # R takes the root of a difference that is 0 up to rounding where M is about 0
        same(few(fit.residuals(kind)), r[kind], atol=2e-7 if kind == "deviance" else 1e-10)
    same(few(fit.predict(kind="expected")), r["expected"])
    if collapse is not None:
        for kind in ("martingale", "score", "dfbeta"):
            same(few(fit.residuals(kind, collapse=collapse)), r[f"{kind}_collapsed"], atol=1e-10)


def compare_curve(fit: CoxFit, r: dict[str, Any], x: Any) -> None:
    same(fit.coef, r["coef"])
    same(fit.log_likelihood, r["loglik"])
    for interval in ("plain", "log", "log-log"):
        curve = fit.curve(x, interval=interval)
        same(few(curve.low), r[interval]["lower"])
        same(few(curve.high), r[interval]["upper"])
    same(few(curve.time), r["time"])
    same(few(curve.survival), r["surv"])
    same(few(curve.hazard_std_error), r["std_err"])
    same(few(curve.at_risk), r["n_risk"])
    base = fit.baseline()
    same(few(base.hazard), r["hazard"])
    np.testing.assert_array_equal(base.time, curve.time)
    if fit.robust:
        assert fit.robust_score is not None
        same(fit.robust_score.statistic, r["robust_score"])
    else:
        assert fit.robust_score is None


AML: dict[str, dict[str, str]] = {
    "aml": {},
    "aml_weighted": {"weight": "w"},
    "aml_robust": {"weight": "w", "cluster": "k"},
    "aml_everything": {"weight": "w", "cluster": "k", "strata": "s", "entry": "e"},
}


@TIES
@pytest.mark.parametrize("name", AML)
def test_aml(name: str, ties: str, aml: Any, r_values: Any) -> None:
    r = r_values("cox_details")[ties][name]
    options: dict[str, Any] = {k: aml[v] for k, v in AML[name].items()}
    if name == "aml_weighted":
        options["robust"] = False
    fit = cox(aml["time"], aml["status"], np.c_[aml["g"], aml["z"]], ties=ties, **options)
    compare_residuals(fit, r["residual"], None if name == "aml_robust" else aml["k"])
    compare_curve(fit, r["curve"], [[0, 1], [1, 3]])


@TIES
def test_offset(ties: str, aml: Any, r_values: Any) -> None:
    r = r_values("cox_details")[ties]["aml_offset"]
    offset = np.arange(1, 24) % 3 / 4
    fit = cox(aml["time"], aml["status"], np.c_[aml["g"], aml["z"]], ties=ties, offset=offset)
    same(fit.coef, r["coef"])
    same(fit.covariance, r["var"])
    same(fit.log_likelihood, r["loglik"])
    same(few(fit.predict()), r["lp"])
    compare_residuals(fit, r["residual"])


@TIES
def test_lung(ties: str, lung: Any, r_values: Any) -> None:
    x = np.c_[lung["age"], lung["sex"]]
    for name, weight in (("lung", None), ("lung_weighted", lung["w"])):
        r = r_values("cox_details")[ties][name]
        fit = cox(lung["time"], lung["status"], x, ties=ties, weight=weight)
        compare_residuals(fit, r["residual"])
        compare_curve(fit, r["curve"], [[50, 1], [70, 2]])


@pytest.mark.shared
@TIES
def test_heart(ties: str, shared: Any, r_values: Any) -> None:
    h, r = shared("heart"), r_values("cox_details")[ties]["heart"]
    x = np.c_[h["age"], h["surgery"], h["transplant"]]
    fit = cox(h["stop"], h["event"], x, entry=h["start"], ties=ties)
    compare_residuals(fit, r["residual"], h["id"])
    compare_curve(fit, r["curve"], [[0, 0, 1], [0, 1, 1]])


@pytest.mark.shared
@TIES
def test_bladder2(ties: str, shared: Any, r_values: Any) -> None:
    b, r = shared("bladder2"), r_values("cox_details")[ties]["bladder2"]
    x = np.c_[b["rx"], b["size"], b["number"]]
    fit = cox(b["stop"], b["event"], x, entry=b["start"], cluster=b["id"], ties=ties)
    compare_residuals(fit, r["residual"], b["id"])
    compare_curve(fit, r["curve"], [[1, 1, 2], [2, 1, 2]])
    if ties == "breslow":  # as printed in R's own tests
        assert fit.robust_score is not None
        assert fit.robust_score.statistic == pytest.approx(11.44, abs=5e-3)
        assert fit.wald.statistic == pytest.approx(11.76, abs=5e-3)


@pytest.mark.shared
@TIES
def test_veteran(ties: str, shared: Any, r_values: Any) -> None:
    v, r = shared("veteran"), r_values("cox_details")[ties]["veteran"]
    order = ["squamous", "smallcell", "adeno", "large"]  # R's order of the levels
    cell = np.array([order.index(k) for k in v["celltype"]])
    fit = cox(v["time"], v["status"], np.c_[v["trt"] == 2, v["karno"]], strata=cell, ties=ties)
    compare_residuals(fit, r["residual"])
    compare_curve(fit, r["curve"], [[0, 60], [1, 80]])
    stratum = fit.curve([0, 60]).stratum
    assert stratum is not None
    assert np.unique(stratum).tolist() == [0, 1, 2, 3]


@pytest.mark.shared
@TIES
def test_pbc_and_myeloid(ties: str, shared: Any, r_values: Any) -> None:
    p, r = shared("pbc"), r_values("cox_details")[ties]
    fit = cox(p["time"], p["status"] == 2, np.c_[p["age"], p["edema"], np.log(p["bili"])], ties=ties)
    compare_residuals(fit, r["pbc"]["residual"])
    compare_curve(fit, r["pbc"]["curve"], [[40, 0, 1], [60, 0, 1]])
    m = shared("myeloid")
    fit = cox(m["futime"], m["death"], np.c_[m["trt"] == "B", m["sex"] == "m"], ties=ties)
    compare_residuals(fit, r["myeloid"]["residual"])
    compare_curve(fit, r["myeloid"]["curve"], [[0, 0], [1, 0]])


def compare_exact(fit: CoxFit, r: dict[str, Any]) -> None:
    assert fit.converged
    same(fit.coef, r["coef"])
    same(fit.covariance, r["var"])
    same(fit.log_likelihood, r["loglik"])
    same(fit.score.statistic, r["score"])


@pytest.mark.parametrize("name", ["plain", "weighted", "weighted_late"])
def test_centred_baseline_is_at_the_means_of_all_rows(name: str, r_values: Any) -> None:
    r = r_values("cox_details")["centred"][name]
    weight = None if name == "plain" else [1, 2, 1.5, 1, 3, 0.5]
    entry = None if name == "weighted" else [0, 0, 0, 0, 1, 0]
    x = [1.5, 0.2, 1, 0.3, 10, 2]
    # the fifth row comes and goes between two events: in no risk set, but in the means
    fit = cox([5, 6, 7, 8, 2, 9], [1, 1, 1, 0, 0, 1], x, entry=entry, weight=weight)
    same(fit.coef, r["coef"])
    same(fit.baseline(centred=True).hazard, r["hazard"])
    same(fit.curve([np.average(x, weights=weight)]).hazard, r["hazard"])


@pytest.mark.parametrize("name", ["aml", "aml_strata", "aml_entry", "aml_offset"])
def test_exact_ties(name: str, aml: Any, r_values: Any) -> None:
    options = {
        "aml": {},
        "aml_strata": {"strata": aml["s"]},
        "aml_entry": {"entry": aml["e"]},
        "aml_offset": {"offset": np.arange(1, 24) % 3 / 4},
    }[name]
    fit = cox(aml["time"], aml["status"], np.c_[aml["g"], aml["z"]], ties="exact", **options)
    compare_exact(fit, r_values("cox_details")["exact"][name])


def test_exact_ties_of_weeks(lung: Any, r_values: Any) -> None:
    keep = ~np.isnan(lung["ph.karno"])
    x = np.c_[lung["age"], lung["sex"], lung["ph.karno"]][keep]
    fit = cox(lung["time"][keep] // 7, lung["status"][keep], x, ties="exact")
    compare_exact(fit, r_values("cox_details")["exact"]["lung_weeks"])


@pytest.mark.shared
def test_exact_ties_in_strata(shared: Any, r_values: Any) -> None:
    v = shared("veteran")
    fit = cox(v["time"], v["status"], np.c_[v["trt"] == 2, v["karno"]], strata=v["celltype"], ties="exact")
    compare_exact(fit, r_values("cox_details")["exact"]["veteran"])
