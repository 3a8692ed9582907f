"""Accelerated failure time regression."""

from __future__ import annotations

from typing import Any

import numpy as np
from fits import register
from fits_curves import mgus2
from oracle_data import Tables, complete

from onearm.stats.parametric import ParametricFit, parametric

FITS, fit = register()

DISTRIBUTIONS = {
    "weibull": "weibull",
    "exponential": "exponential",
    "lognormal": "log-normal",
    "loglogistic": "log-logistic",
}


def model(f: ParametricFit) -> dict[str, Any]:
    assert f.converged
    return {
        "coef": f.coef,
        "scale": f.scale,
        "var": f.covariance,
        "loglik": list(f.log_likelihood),
    }


def enter(ours: str, theirs: str) -> None:
    @fit(f"aft_lung_{theirs}")
    def _(tables: Tables) -> dict[str, Any]:
        d = complete(tables("lung"), "ph.karno")
        x = np.c_[d["age"], d["sex"], d["ph.karno"]]
        out = model(parametric(d["time"], d["status"] == 2, x, distribution=ours))
        if ours == "exponential":  # R's matrix has no row for a scale that is not estimated
            out["var"] = out["var"][:4, :4]
        return out


for r_name, name in DISTRIBUTIONS.items():
    enter(name, r_name)


@fit("aft_mgus2_weibull")
def _(tables: Tables) -> dict[str, Any]:
    d = mgus2(tables)
    return model(parametric(d["futime"] + 0.5, d["death"], np.c_[d["age"], d["male"]]))


@fit("aft_veteran_weights")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("veteran")
    weight = 1.0 + np.arange(1, 138) % 3
    x = np.c_[d["karno"], d["trt"]]
    return model(parametric(d["time"], d["status"], x, weight=weight, robust=False, distribution="log-normal"))
