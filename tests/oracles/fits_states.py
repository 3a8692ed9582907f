"""State probabilities with R's variance, the infinitesimal jackknife."""

from __future__ import annotations

from typing import Any

import numpy as np
from fits import register
from fits_curves import mgus2
from oracle_data import Table, Tables, rows

from onearm.stats.multistate import state_probabilities

FITS, fit = register()


def at(times: Any, *history: Any, states: list[float]) -> dict[str, Any]:
    curve = state_probabilities(*history, states=states, variance="infinitesimal-jackknife").at(times)
    return {"pstate": curve.probability, "std_err": curve.std_error, "states": np.arange(1, len(states) + 1)}


def one_move(time: np.ndarray, cause: np.ndarray) -> tuple[Any, ...]:
    """Each subject leaves state 0 once, for its cause (0: censored)."""
    n = time.size
    return np.arange(n), np.zeros(n), time, np.zeros(n), np.where(cause == 0, np.nan, cause)


@fit("states_mgus2")
def _(tables: Tables) -> dict[str, Any]:
    d = mgus2(tables)
    return at([60, 120, 240], *one_move(d["etime"], d["cause"]), states=[0.0, 1.0, 2.0])


def transplants(tables: Tables) -> Table:
    d = tables("transplant")
    d["cause"] = (
        (d["event"][:, None] == np.array(["censored", "death", "ltx", "withdraw"])).argmax(axis=1).astype(float)
    )
    return rows(d, d["futime"] > 0)


@fit("states_transplant")
def _(tables: Tables) -> dict[str, Any]:
    d = transplants(tables)
    return at([30, 90, 365], *one_move(d["futime"], d["cause"]), states=[0.0, 1.0, 2.0, 3.0])


@fit("states_rotterdam")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("rotterdam")
    again = d["recur"] == 1
    recurred = d["rtime"] - 0.5 * (again & (d["rtime"] == d["dtime"]))
    died = np.where(d["death"] == 1, 2.0, np.nan)
    zero = np.zeros(again.size)
    first = (d["pid"], zero, np.where(again, recurred, d["dtime"]), zero, np.where(again, 1.0, died))
    later = (d["pid"], recurred, d["dtime"], zero + 1, died)
    history = [np.r_[a, b[again]] for a, b in zip(first, later, strict=True)]
    return at(365 * np.array([1, 2, 5, 10]), *history, states=[0.0, 1.0, 2.0])
