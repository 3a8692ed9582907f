"""Tests of proportional hazards, and concordance."""

from __future__ import annotations

from typing import Any

import numpy as np
from fits import register
from fits_cox import columns, pbc
from fits_curves import colon_deaths, rotterdam
from oracle_data import Tables, complete

from onearm.stats.concordance import Concordance, concordance
from onearm.stats.cox import cox, proportional_hazards_test

FITS, fit = register()


def table(test: Any) -> dict[str, Any]:
    """R's table: chi-square, degrees of freedom and p, a line a term and one for all."""
    return {"table": np.column_stack([test.statistic, test.df, test.p_value])}


@fit("zph_pbc_km")
def _(tables: Tables) -> dict[str, Any]:
    d, x = pbc(tables)
    return table(proportional_hazards_test(d["time"], d["status"] == 2, x))


@fit("zph_pbc_rank")
def _(tables: Tables) -> dict[str, Any]:
    d, x = pbc(tables)
    return table(proportional_hazards_test(d["time"], d["status"] == 2, x, transform="rank"))


@fit("zph_pbc_old")
def _(tables: Tables) -> dict[str, Any]:
    d, x = pbc(tables)
    return {"statistic": proportional_hazards_test(d["time"], d["status"] == 2, x, kind="approximate").statistic}


@fit("zph_veteran_identity")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("veteran")
    cells = [d["celltype"] == name for name in ("smallcell", "adeno", "large")]
    x = np.c_[columns(d, "trt", "karno"), np.column_stack(cells)]
    return table(proportional_hazards_test(d["time"], d["status"], x, transform="identity"))


@fit("zph_heart_km")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("heart")
    x = columns(d, "age", "year", "surgery")
    return table(proportional_hazards_test(d["stop"], d["event"], x, entry=d["start"]))


@fit("zph_lung_strata")
def _(tables: Tables) -> dict[str, Any]:
    d = complete(tables("lung"), "inst")
    x = columns(d, "age", "sex")
    return table(proportional_hazards_test(d["time"], d["status"] == 2, x, strata=d["inst"]))


def pairs(c: Concordance) -> dict[str, Any]:
    counts = [c.concordant, c.discordant, c.tied_score, c.tied_time, c.tied_both]
    return {"value": c.concordance, "se": c.std_error, "counts": counts}


@fit("concordance_lung")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("lung")
    return pairs(concordance(d["time"], d["status"] == 2, d["age"], reverse=True))


@fit("concordance_veteran_S")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("veteran")
    return pairs(concordance(d["time"], d["status"], d["karno"], reverse=True, kind="peto"))


@fit("concordance_veteran_SG")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("veteran")
    return pairs(concordance(d["time"], d["status"], d["karno"], reverse=True, kind="schemper"))


@fit("concordance_colon_nG2")
def _(tables: Tables) -> dict[str, Any]:
    d = complete(colon_deaths(tables), "nodes")
    return pairs(concordance(d["time"], d["status"], d["nodes"], reverse=True, kind="uno"))


@fit("concordance_heart_entry")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("heart")
    return pairs(concordance(d["stop"], d["event"], d["age"], entry=d["start"], reverse=True))


@fit("concordance_lung_strata")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("lung")
    return pairs(concordance(d["time"], d["status"] == 2, d["age"], strata=d["sex"], reverse=True))


@fit("concordance_pbc_model")
def _(tables: Tables) -> dict[str, Any]:
    d, x = pbc(tables)
    eta = x @ cox(d["time"], d["status"] == 2, x).coef
    return pairs(concordance(d["time"], d["status"] == 2, eta))


@fit("concordance_rotterdam_weights")
def _(tables: Tables) -> dict[str, Any]:
    d = rotterdam(tables)
    return pairs(concordance(d["dtime"], d["death"], d["nodes"], weight=d["w"], reverse=True))
