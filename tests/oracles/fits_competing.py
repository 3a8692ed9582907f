"""Cumulative incidence, Gray's test, Fine and Gray's regression."""

from __future__ import annotations

from typing import Any

import numpy as np
from fits import register
from fits_cox import columns
from fits_curves import mgus2
from oracle_data import Table, Tables, complete, rows

from onearm.stats.competing import cumulative_incidence, fine_gray, gray_test
from onearm.stats.cox import cox

FITS, fit = register()


def incidence(
    time: Any, cause: Any, group: Any, at: Any, causes: tuple[int, ...] = (1, 2), **test: Any
) -> dict[str, Any]:
    """As cmprsk prints it: cause by cause, group by group, at the times; variance, and Gray's test of each cause."""
    labels = np.unique(group)
    est, var = [], []
    for k in causes:
        for g in labels:
            one = group == g
            curve = cumulative_incidence(time[one], cause[one]).at(at, k)
            est.append(curve.incidence)
            var.append(curve.std_error**2)
    out: dict[str, Any] = {"est": np.concatenate(est), "var": np.concatenate(var)}
    if labels.size > 1:
        tests = [gray_test(time, cause, group, of=k, **test) for k in causes]
        out["tests"] = np.array([[t.statistic, t.p_value, t.df] for t in tests]).ravel()
    return out


def pbc(tables: Tables) -> Table:
    """The 312 randomised: cause 1 death, 2 transplant."""
    d = rows(tables("pbc"), slice(312))
    return d | {"cause": np.where(d["status"] == 0, 0, 3 - d["status"]).astype(int)}


@fit("cuminc_mgus2")
def _(tables: Tables) -> dict[str, Any]:
    d = mgus2(tables)
    return incidence(d["etime"], d["cause"], d["sex"], [60, 120, 240])


@fit("cuminc_mgus2_one_group")
def _(tables: Tables) -> dict[str, Any]:
    d = mgus2(tables)
    return incidence(d["etime"], d["cause"], np.zeros(d["etime"].size), [60, 120, 240])


@fit("cuminc_mgus2_strata")
def _(tables: Tables) -> dict[str, Any]:
    d = mgus2(tables)
    return incidence(d["etime"], d["cause"], d["sex"], [60, 120, 240], strata=d["age"] > 70)


@fit("cuminc_transplant")
def _(tables: Tables) -> dict[str, Any]:
    d = tables("transplant")
    ends = np.array(["censored", "death", "ltx", "withdraw"])
    d["cause"] = (d["event"][:, None] == ends).argmax(axis=1)
    d["blood"] = (d["abo"][:, None] == np.array(["A", "B", "AB", "O"])).argmax(axis=1)
    d = rows(d, d["futime"] > 0)
    return incidence(d["futime"], d["cause"], d["blood"], [90, 365], causes=(1, 2, 3))


@fit("cuminc_pbc_rho")
def _(tables: Tables) -> dict[str, Any]:
    d = pbc(tables)
    return incidence(d["time"], d["cause"], d["trt"], [730, 2555], rho=1)


def model(f: Any) -> dict[str, Any]:
    assert f.converged
    return {"coef": f.coef, "var": f.covariance, "loglik": list(f.log_likelihood)}


@fit("crr_mgus2")
def _(tables: Tables) -> dict[str, Any]:
    d = mgus2(tables)
    return model(fine_gray(d["etime"], d["cause"], columns(d, "age", "male")))


@fit("crr_mgus2_death")
def _(tables: Tables) -> dict[str, Any]:
    d = complete(mgus2(tables), "hgb")
    return model(fine_gray(d["etime"], d["cause"], columns(d, "age", "male", "hgb"), of=2))


@fit("crr_pbc")
def _(tables: Tables) -> dict[str, Any]:
    d = pbc(tables)
    return model(fine_gray(d["time"], d["cause"], np.c_[d["trt"], d["age"], np.log(d["bili"])]))


def weighted_rows(time: Any, cause: Any, of: int = 1) -> tuple[np.ndarray, ...]:
    """Rows (subject, start, stop, event, weight) whose Cox model is Fine and Gray's, as R's finegray makes them.

    A subject who failed from another cause stays, in an interval for each later censoring time c, with the
    weight G(c)/G(t); G is the censoring curve with censoring after the failures of the same time.
    """
    cut, when = np.unique(time[cause == 0], return_inverse=True)
    lost = np.bincount(when)
    at_risk = np.array([np.sum(time > c) for c in cut]) + lost
    g = np.r_[1.0, np.cumprod(1 - lost / at_risk)]
    parts = []
    end = time.max() + 1
    for i in np.flatnonzero((cause > 0) & (cause != of)):
        k = np.searchsorted(cut, time[i])
        start, stop, weight = np.r_[0.0, cut[k:]], np.r_[cut[k:], end], g[k:] / g[k]
        parts.append(np.column_stack([np.full(start.size, i), start, stop, np.zeros(start.size), weight]))
    plain = np.flatnonzero((cause == 0) | (cause == of))
    zero = np.zeros(plain.size)
    parts.append(np.column_stack([plain, zero, time[plain], cause[plain] == of, zero + 1]))
    long = np.concatenate(parts)
    return tuple(long[long[:, 4] > 0].T)


@fit("finegray_mgus2")
def _(tables: Tables) -> dict[str, Any]:
    d = mgus2(tables)
    i, start, stop, event, weight = weighted_rows(d["etime"], d["cause"])
    x = columns(d, "age", "male")[i.astype(int)]
    f = cox(stop, event, x, entry=start, weight=weight)
    return {"coef": f.coef, "naive": f.model_covariance, "var": f.covariance, "loglik": list(f.log_likelihood)}
