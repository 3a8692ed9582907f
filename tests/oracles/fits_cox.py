"""Cox models."""

from __future__ import annotations

from typing import Any

import numpy as np
from fits import register
from fits_curves import mgus2, rotterdam
from oracle_data import Table, Tables, complete, rows

from onearm.stats.cox import CoxFit, cox

FITS, fit = register()


def model(f: CoxFit) -> dict[str, Any]:
    assert f.converged
    return numbers(f)


def numbers(f: CoxFit) -> dict[str, Any]:
    return {
        "coef": f.coef,
        "var": f.covariance,
        "loglik": list(f.log_likelihood),
        "score": f.score.statistic,
        "wald": f.wald.statistic,
        "lr": f.likelihood_ratio.statistic,
        "lower": f.low,
        "upper": f.high,
        "p_value": f.p_value,
        "n": f.n,
        "events": f.events,
    }


def columns(d: Table, *names: str) -> np.ndarray:
    return np.column_stack([d[name] for name in names]).astype(float)


def pbc(tables: Tables) -> tuple[Table, np.ndarray]:
    d = complete(tables("pbc"), "age", "edema", "bili", "protime", "albumin")
    x = np.column_stack([d["age"], d["edema"], np.log(d["bili"]), np.log(d["protime"]), np.log(d["albumin"])])
    return d, x


@fit("cox_lung_strata")
def _(tables: Tables) -> dict[str, Any]:
    d = complete(tables("lung"), "inst")
    return model(cox(d["time"], d["status"] == 2, columns(d, "age", "sex"), strata=d["inst"]))


@fit("cox_veteran_interaction")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("veteran")
    x = np.c_[columns(d, "trt", "karno", "age"), d["trt"] * d["karno"]]
    return model(cox(d["time"], d["status"], x))


@fit("cox_pbc_efron")
def _(tables: Tables) -> dict[str, Any]:
    d, x = pbc(tables)
    return model(cox(d["time"], d["status"] == 2, x))


@fit("cox_pbc_breslow")
def _(tables: Tables) -> dict[str, Any]:
    d, x = pbc(tables)
    return model(cox(d["time"], d["status"] == 2, x, ties="breslow"))


@fit("cox_colon_marginal")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("colon")
    x = np.c_[d["rx"] == "Lev", d["rx"] == "Lev+5FU"]
    return model(cox(d["time"], d["status"], x, strata=d["etype"], cluster=d["id"]))


@fit("cox_bladder_gap")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("bladder2")
    x = columns(d, "rx", "number", "size")
    return model(cox(d["stop"] - d["start"], d["event"], x, strata=d["enum"], cluster=d["id"]))


@fit("cox_bladder_breslow")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("bladder2")
    x = columns(d, "rx", "number", "size")
    options = {"entry": d["start"], "strata": d["enum"], "cluster": d["id"], "ties": "breslow"}
    return model(cox(d["stop"], d["event"], x, **options))


@fit("cox_cgd")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("cgd")
    x = np.c_[d["treat"] == "rIFN-g", d["inherit"] == "X-linked", d["age"], d["steroids"]]
    return model(cox(d["tstop"], d["status"], x, entry=d["tstart"], strata=d["hos.cat"], cluster=d["id"]))


def rotterdam_columns(d: Table) -> np.ndarray:
    return np.column_stack([d["age"], d["nodes"], np.log(d["er"] + 1), d["hormon"]])


@fit("cox_rotterdam_weights")
def _(tables: Tables) -> dict[str, Any]:
    d = rotterdam(tables)
    return model(cox(d["dtime"], d["death"], rotterdam_columns(d), weight=d["w"], cluster=d["k"]))


@fit("cox_rotterdam_frequencies")
def _(tables: Tables) -> dict[str, Any]:
    d = rotterdam(tables)
    return model(cox(d["dtime"], d["death"], rotterdam_columns(d), weight=d["count"], robust=False))


@fit("cox_stanford2_square")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("stanford2")
    return model(cox(d["time"], d["status"], np.c_[d["age"], d["age"] ** 2]))


@fit("cox_mgus2_age_scale")
def _(tables: Tables) -> dict[str, Any]:
    d = complete(mgus2(tables), "hgb")
    return model(cox(d["end"], d["death"], columns(d, "male", "hgb"), entry=d["age"]))


@fit("cox_flchain")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("flchain")
    d = rows(d, d["futime"] > 6)
    x = np.c_[d["age"], d["sex"] == "M", d["kappa"] + d["lambda"], d["mgus"]]
    return model(cox(d["futime"], d["death"], x))


@fit("cox_retinopathy")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("retinopathy")
    adult = d["type"] == "adult"
    return model(cox(d["futime"], d["status"], np.c_[d["trt"], adult, d["trt"] * adult], cluster=d["id"]))


@fit("cox_rats")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("rats")
    d = rows(d, d["sex"] == "f")
    return model(cox(d["time"], d["status"], d["rx"], strata=d["litter"], ties="breslow"))
