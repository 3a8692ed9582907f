"""One arm against the general population."""

from __future__ import annotations

from typing import Any

from fits import register
from oracle_data import Tables

from onearm.stats.survival import one_sample_log_rank

FITS, fit = register()


def test(tables: Tables, name: str) -> dict[str, Any]:
    d = tables(name)
    r = one_sample_log_rank(d["time"], d["event"], d["hazard"])
    return {"value": [r.observed, r.expected, r.z]}


@fit("one_sample_jasa")
def _(tables: Tables) -> dict[str, Any]:
    return test(tables, "jasa_us")


@fit("one_sample_flchain")
def _(tables: Tables) -> dict[str, Any]:
    return test(tables, "flchain_mn")
