"""Cox models with exact ties or an offset."""

from __future__ import annotations

from typing import Any

import numpy as np
from fits import register
from fits_cox import columns, model, numbers
from oracle_data import Tables

from onearm.stats.cox import cox

FITS, fit = register()


@fit("cox_ovarian_exact")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("ovarian")
    return model(cox(d["futime"], d["fustat"], columns(d, "age", "rx"), ties="exact"))


@fit("cox_veteran_exact")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("veteran")
    return model(cox(d["time"], d["status"], columns(d, "trt", "karno", "diagtime", "age"), ties="exact"))


@fit("cox_heart_exact")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("heart")
    x = columns(d, "age", "year", "surgery", "transplant")
    return model(cox(d["stop"], d["event"], x, entry=d["start"], ties="exact"))


@fit("cox_gbsg_offset")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("gbsg")
    return model(cox(d["rfstime"], d["status"], columns(d, "age", "grade", "hormon"), offset=0.05 * d["nodes"]))


@fit("cox_logan_choice")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("logan_choice")
    x = np.column_stack([v for k, v in d.items() if k not in ("case", "id")])
    f = cox(np.ones(d["id"].size), d["case"], x, strata=d["id"], ties="exact")
    assert "column 8" in f.message  # a combination of the others: R prints NA, with zeros in its matrix
    return numbers(f) | {"var": np.nan_to_num(f.covariance)}
