"""One arm against the general population; pseudo-values."""

from __future__ import annotations

from typing import Any

from fits import register
from oracle_data import Tables

from onearm.stats.survival import one_sample_log_rank, pseudo_values

FITS, fit = register()


@fit("one_sample_jasa")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("jasa_us")
    r = one_sample_log_rank(d["time"], d["event"], d["hazard"])
    return {"value": [r.observed, r.expected, r.z]}


@fit("pseudo_lung")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("lung")
    arguments = (d["time"], d["status"] == 2)
    return {"surv": pseudo_values(*arguments, at=[180, 365]), "rmst": pseudo_values(*arguments, rmst=730)}
