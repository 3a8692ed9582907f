"""Curves, hazards and their comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
from fits import register
from oracle_data import Table, Tables, complete, rows

from onearm.stats.survival import (
    NelsonAalen,
    fleming_harrington,
    kaplan_meier,
    log_rank,
    nelson_aalen,
    reverse_kaplan_meier,
)

FITS, fit = register()


def curve(km: Any, tau: float | None = None) -> dict[str, Any]:
    """Where S is inside 0 and 1 (the limits at the ends are a convention), quartiles and a restricted mean."""
    keep = (km.survival > 0) & (km.survival < 1)
    out = {
        "time": km.time[keep],
        "n_risk": km.at_risk[keep],
        "surv": km.survival[keep],
        "std_err": km.std_error[keep],
        "lower": km.low[keep],
        "upper": km.high[keep],
        "quantile": [km.quantile(p, rule="midpoint").value for p in (0.25, 0.5, 0.75)],
    }
    if tau is not None:
        mean = km.rmst(tau)
        out["mean"] = [mean.value, mean.std_error]
    return out


def colon_deaths(tables: Tables) -> Table:
    d = tables("colon")
    return rows(d, d["etype"] == 2)


def rotterdam(tables: Tables) -> Table:
    d = tables("rotterdam")
    i = np.arange(1, d["pid"].size + 1)
    return d | {"w": 1 + i % 4 / 2, "k": i % 400, "count": 1.0 + i % 3}


def mgus2(tables: Tables) -> Table:
    d = tables("mgus2")
    early = d["pstat"] == 0
    return d | {
        "etime": np.where(early, d["futime"], d["ptime"]),
        "cause": np.where(early, 2 * d["death"], 1),
        "male": (d["sex"] == "M").astype(float),
        "end": d["age"] + (d["futime"] + 0.5) / 12,
    }


@fit("km_lung_plain")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("lung")
    return curve(kaplan_meier(d["time"], d["status"] == 2, interval="plain"), 730)


@fit("km_lung_log")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("lung")
    return curve(kaplan_meier(d["time"], d["status"] == 2, interval="log"), 365)


@fit("km_veteran_logit")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("veteran")
    return curve(kaplan_meier(d["time"], d["status"], interval="logit"), 300)


@fit("km_pbc_arcsine")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("pbc")
    return curve(kaplan_meier(d["time"], d["status"] == 2, interval="arcsine"), 3650)


@fit("km_colon_loglog")
def _(tables: Tables) -> dict[str, Any]:
    d = colon_deaths(tables)
    return curve(kaplan_meier(d["time"], d["status"]), 1825)


@fit("km_kidney_clusters")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("kidney")
    return curve(kaplan_meier(d["time"], d["status"], cluster=d["id"]))


@fit("km_heart_entry")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("heart")
    return curve(kaplan_meier(d["stop"], d["event"], entry=d["start"], interval="log"))


@fit("km_mgus2_age_scale")
def _(tables: Tables) -> dict[str, Any]:
    d = mgus2(tables)
    return curve(kaplan_meier(d["end"], d["death"], entry=d["age"], interval="log"))


@fit("km_rotterdam_weights_clusters")
def _(tables: Tables) -> dict[str, Any]:
    d = rotterdam(tables)
    return curve(kaplan_meier(d["dtime"], d["death"], weight=d["w"], cluster=d["k"]))


@fit("reverse_gbsg")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("gbsg")
    return curve(reverse_kaplan_meier(d["rfstime"], d["status"], interval="log"))


def comparison(test: Any) -> dict[str, Any]:
    return {
        "observed": test.observed,
        "expected": test.expected,
        "variance": test.covariance,
        "statistic": test.statistic,
        "p_value": test.p_value,
    }


@fit("test_colon_three_arms")
def _(tables: Tables) -> dict[str, Any]:
    d = colon_deaths(tables)
    arm = np.array(["Obs", "Lev", "Lev+5FU"])
    return comparison(log_rank(d["time"], d["status"], (d["rx"][:, None] == arm).argmax(axis=1)))


@fit("test_colon_strata_rho")
def _(tables: Tables) -> dict[str, Any]:
    d = complete(colon_deaths(tables), "differ", "extent")
    arm = np.array(["Obs", "Lev", "Lev+5FU"])
    strata = d["differ"] * 10 + d["extent"]
    return comparison(log_rank(d["time"], d["status"], (d["rx"][:, None] == arm).argmax(axis=1), strata=strata, rho=1))


@fit("test_rats_litters")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("rats")
    return comparison(log_rank(d["time"], d["status"], d["rx"], strata=d["litter"]))


@fit("test_kidney_half_rho")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("kidney")
    levels = np.array(["Other", "GN", "AN", "PKD"])
    return comparison(log_rank(d["time"], d["status"], (d["disease"][:, None] == levels).argmax(axis=1), rho=0.5))


@fit("test_lung_institutions")
def _(tables: Tables) -> dict[str, Any]:
    d = complete(tables("lung"), "ph.ecog", "inst")
    return comparison(log_rank(d["time"], d["status"] == 2, d["ph.ecog"], strata=d["inst"]))


@fit("test_veteran_cells")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("veteran")
    levels = np.array(["squamous", "smallcell", "adeno", "large"])
    return comparison(log_rank(d["time"], d["status"], (d["celltype"][:, None] == levels).argmax(axis=1), rho=1))


@fit("test_gehan")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("gehan")
    return comparison(log_rank(d["time"], d["cens"], d["treat"]))


@fit("km_ovarian_fleming_harrington")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("ovarian")
    km = fleming_harrington(d["futime"], d["fustat"], ties="fleming-harrington")
    return {"time": km.time, "surv": km.survival}


def hazard(h: NelsonAalen) -> dict[str, Any]:
    return {"time": h.time, "cumhaz": h.hazard, "std": h.std_error}


@fit("hazard_ovarian")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("ovarian")
    return hazard(nelson_aalen(d["futime"], d["fustat"]))


@fit("hazard_gbsg")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("gbsg")
    return hazard(nelson_aalen(d["rfstime"], d["status"]))


@fit("hazard_veteran_ties")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("veteran")
    return hazard(nelson_aalen(d["time"], d["status"], ties="fleming-harrington"))
