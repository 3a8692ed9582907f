"""What is read off a fitted Cox model: residuals, baseline hazards, predicted curves."""

from __future__ import annotations

from typing import Any

import numpy as np
from fits import register
from fits_cox import columns
from fits_curves import rotterdam
from oracle_data import Tables, complete

from onearm.stats.cox import CoxFit, cox

FITS, fit = register()

SCALED = {"scaledsch": "scaled-schoenfeld"}


def residuals(f: CoxFit, *kinds: str) -> dict[str, Any]:
    return {kind: f.residuals(SCALED.get(kind, kind)) for kind in kinds}


def lung(tables: Tables) -> CoxFit:
    d = tables("lung")
    return cox(d["time"], d["status"] == 2, columns(d, "age", "sex"))


def heart(tables: Tables) -> CoxFit:
    d = tables("heart")
    return cox(d["stop"], d["event"], columns(d, "age", "year", "surgery"), entry=d["start"], ties="breslow")


@fit("residuals_lung")
def _(tables: Tables) -> dict[str, Any]:
    kinds = ("martingale", "deviance", "score", "schoenfeld", "scaledsch", "dfbeta", "dfbetas")
    return residuals(lung(tables), *kinds)


@fit("residuals_ovarian")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("ovarian")
    f = cox(d["futime"], d["fustat"], columns(d, "age", "rx"))
    return residuals(f, "martingale", "deviance", "score", "schoenfeld", "dfbeta", "dfbetas")


@fit("residuals_heart_breslow")
def _(tables: Tables) -> dict[str, Any]:
    return residuals(heart(tables), "martingale", "deviance", "score", "schoenfeld", "dfbeta")


@fit("residuals_lung_strata")
def _(tables: Tables) -> dict[str, Any]:
    d = complete(tables("lung"), "inst")
    f = cox(d["time"], d["status"] == 2, columns(d, "age", "sex"), strata=d["inst"])
    return residuals(f, "martingale", "score", "dfbeta")


@fit("residuals_rotterdam_weights")
def _(tables: Tables) -> dict[str, Any]:
    d = rotterdam(tables)
    f = cox(d["dtime"], d["death"], columns(d, "age", "nodes", "hormon"), weight=d["w"])
    return residuals(f, "martingale", "score", "dfbeta")


def base(f: CoxFit) -> dict[str, Any]:
    b = f.baseline()
    return {"time": b.time, "hazard": b.hazard}


@fit("baseline_lung")
def _(tables: Tables) -> dict[str, Any]:
    return base(lung(tables))


@fit("baseline_heart_breslow")
def _(tables: Tables) -> dict[str, Any]:
    return base(heart(tables))


@fit("baseline_veteran_strata")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("veteran")
    return base(cox(d["time"], d["status"], d["karno"], strata=d["trt"]))


def curve(f: CoxFit, x: Any, times: Any, interval: str) -> dict[str, Any]:
    c = f.curve(x, interval=interval)
    step = np.searchsorted(c.time, times, side="right") - 1
    return {"surv": c.survival[step], "se": c.std_error[step], "lower": c.low[step], "upper": c.high[step]}


@fit("predict_lung_log")
def _(tables: Tables) -> dict[str, Any]:
    return curve(lung(tables), [[50, 1], [70, 2]], [100, 365, 730], "log")


@fit("predict_lung_loglog")
def _(tables: Tables) -> dict[str, Any]:
    return curve(lung(tables), [[50, 1], [70, 2]], [100, 365, 730], "log-log")


@fit("predict_heart_breslow")
def _(tables: Tables) -> dict[str, Any]:
    return curve(heart(tables), [[-5, 1, 0], [5, 4, 1]], [30, 180, 700], "log")


@fit("predict_veteran_strata")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("veteran")
    c = cox(d["time"], d["status"], d["karno"], strata=d["trt"]).curve([[40], [80]], interval="log")
    assert c.stratum is not None
    out: dict[str, list[float]] = {"surv": [], "se": [], "lower": [], "upper": []}
    for column, label in enumerate((1, 2)):  # R shows each row of covariates in its own stratum
        inside = np.flatnonzero(c.stratum == label)
        step = inside[np.searchsorted(c.time[inside], [30, 180], side="right") - 1]
        for name, v in zip(out, (c.survival, c.std_error, c.low, c.high), strict=True):
            out[name] += v[step, column].tolist()
    return out


@fit("predict_rotterdam_weights")
def _(tables: Tables) -> dict[str, Any]:
    d = rotterdam(tables)
    f = cox(d["dtime"], d["death"], columns(d, "age", "nodes"), weight=d["w"], cluster=d["k"])
    return curve(f, [[40, 0], [60, 10]], [365, 3650], "log-log")


@fit("predict_lung_terms")
def _(tables: Tables) -> dict[str, Any]:
    f = lung(tables)
    d = tables("lung")
    return {"lp": f.predict(columns(d, "age", "sex")), "expected": f.predict(kind="expected")}
