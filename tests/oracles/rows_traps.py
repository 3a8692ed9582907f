"""Where honest programs disagree: both answers, by a named option or field."""

from __future__ import annotations

import numpy as np
from fits_curves import mgus2
from ledger import Check, register
from oracle_data import Tables

from onearm.stats.competing import cumulative_incidence
from onearm.stats.cox import cox
from onearm.stats.survival import kaplan_meier, log_rank

ROWS, row = register()

TRAPS = "reference values 3; R 3.5-3"


@row("3.ties", "times that are equal but for rounding", TRAPS)
def _(check: Check, tables: Tables) -> None:
    time = [0.1 + 0.2, 0.3, 0.5, 0.7]
    assert time[0] != time[1]
    near = log_rank(time, [1, 1, 1, 0], [1, 2, 1, 2])
    check("log-rank: R with its timefix", near.statistic, "0.42857143")
    exact = log_rank([0.3, 0.3, 0.5, 0.7], [1, 1, 1, 0], [1, 2, 1, 2])
    check("the same as of equal times", near.statistic, exact.statistic)


@row("3.cox", "three treatments of tied deaths, 6-MP", TRAPS, "Efron is the default, as in R; SAS takes Breslow")
def _(check: Check, tables: Tables) -> None:
    d = tables("gehan")
    arguments = (d["time"], d["cens"], d["treat"] != "6-MP")
    found = [cox(*arguments, ties=ties).coef[0] for ties in ("efron", "breslow", "exact")]
    check("Efron, Breslow, exact", found, "1.5721251 1.5091914 1.6282440")
    check("the default", cox(*arguments).coef[0], found[0])


@row("3.robust", "veteran: when the variance is robust unasked", TRAPS,
     "R takes whole weights for counts and stays with the model's variance; here weights other than one ask for the "
     "sandwich, and robust=False gives R's")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    d = tables("veteran")
    arguments = (d["time"], d["status"], d["karno"])
    whole, half = (np.resize([1.0, w], d["time"].size) for w in (2, 1.5))
    check("weights 1, 1.5: robust in R and here", np.sqrt(cox(*arguments, weight=half).covariance), "0.0053067383")
    check("weights 1, 2: R's", cox(*arguments, weight=whole, robust=False).std_error, "0.0040746301")
    assert cox(*arguments, weight=whole).robust
    assert not cox(*arguments, weight=np.ones(d["time"].size)).robust
    assert cox(*arguments, cluster=np.arange(d["time"].size)).robust


@row("3.incidence", "mgus2: the standard error of an incidence, two ways", "reference values 3; cmprsk 2.2-11; R 3.5-3")
def _(check: Check, tables: Tables) -> None:
    d = mgus2(tables)
    for variance, words in (
        ("aalen", "0.004890829 0.006799449 0.009806115"),
        ("infinitesimal-jackknife", "0.004889258 0.006796848 0.009784847"),
    ):
        curve = cumulative_incidence(d["etime"], d["cause"], variance=variance)
        check(f"{variance}, at 60, 120, 240 months", curve.at([60, 120, 240], 1).std_error, words)


@row("3.at-risk", "veteran: numbers at risk under weights", TRAPS, "both are kept: sums of weights, and rows")
def _(check: Check, tables: Tables) -> None:
    d = tables("veteran")
    at = kaplan_meier(d["time"], d["status"], weight=np.resize([1.0, 1.5], d["time"].size)).at([100, 300])
    check("sums of weights at 100, 300 d, as R", at.at_risk, "68 17")
    check("rows", at.n_at_risk, [np.sum(d["time"] >= t) for t in (100, 300)])
