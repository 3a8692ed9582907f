"""Proportional hazards and concordance."""

from __future__ import annotations

import numpy as np
from fits_curves import colon_deaths
from ledger import Check, register
from oracle_data import Table, Tables, complete

from onearm.stats.concordance import concordance, concordance_difference
from onearm.stats.cox import cox, proportional_hazards_test
from onearm.stats.survival import kaplan_meier

ROWS, row = register()


def columns(d: Table, *names: str) -> np.ndarray:
    return np.column_stack([d[name] for name in names]).astype(float)


def cells(d: Table) -> np.ndarray:
    return np.column_stack([d["celltype"] == name for name in ("smallcell", "adeno", "large")]).astype(float)


@row("56", "concordance: veteran, lung, colon", "survival concordance vignette and tests")
def _(check: Check, tables: Tables) -> None:
    d = tables("veteran")
    rows_ = (d["time"], d["status"])
    three = columns(d, "karno", "age", "trt")
    models = [three, np.c_[three, cells(d)], np.c_[three, cells(d), d["prior"]]]
    scores = [x @ cox(*rows_, x).coef for x in models]
    first = concordance(*rows_, scores[0])
    check("veteran: karno, age, trt", [first.concordance, first.std_error], ".7119 .02235")
    check("with cell type; with prior therapy", [concordance(*rows_, s).concordance for s in scores[1:]], ".7384 .7359")
    gain = concordance_difference(*rows_, scores[1], scores[0])
    check("gain by cell type, standard error", [gain.difference, gain.std_error], ".02646524 .01662275")
    d = tables("lung")
    d = complete(d, "ph.ecog")
    c = concordance(d["time"], d["status"] == 2, d["ph.ecog"])
    check("lung by ECOG: pairs", [c.concordant, c.discordant, c.tied_score, c.tied_time, c.tied_both],
          "8392 4258 7137 21 7")  # fmt: skip
    d = complete(colon_deaths(tables), "nodes")
    x = np.c_[d["rx"] == "Lev", d["rx"] == "Lev+5FU", d["nodes"], d["extent"]].astype(float)
    eta = x @ cox(d["time"], d["status"], x).coef
    kinds = ("harrell", "peto", "schemper", "uno")
    found = [concordance(d["time"], d["status"], eta, kind=k).concordance for k in kinds]
    check("colon: weights n, S, S/G, n/G2", found, ".65559 .65437 .65357 .65357")


@row("T74", "rossi and veteran: proportional hazards, old test and new", "R 3.5-3; lifelines 0.30",
     "lifelines transforms time by S(t), R by S just before t: two values of the old test")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    d = tables("rossi")
    names = ("fin", "age", "race", "wexp", "mar", "paro", "prio")
    arguments = (d["week"].astype(float), d["arrest"], columns(d, *names))
    new = proportional_hazards_test(*arguments)
    check("age, p", [new.statistic[1], new.p_value[1]], "5.974 .0145")
    check("work experience, p", [new.statistic[3], new.p_value[3]], "4.225 .0398")
    check("all, p", [new.statistic[-1], new.p_value[-1]], "17.694 .0134")
    km = kaplan_meier(*arguments[:2])
    old = proportional_hazards_test(*arguments, kind="approximate", transform=lambda t: km.at(t).survival)
    check("the old test, lifelines: age, work experience", old.statistic[[1, 3]], "11.030 7.476", units=1)
    d = tables("veteran")
    x = np.c_[columns(d, "trt", "karno"), cells(d)]
    test = proportional_hazards_test(d["time"], d["status"], x, terms=[[0], [1], [2, 3, 4]])
    check("veteran: treatment, Karnofsky, cell type, all", test.statistic, ".2063 12.8133 14.5317 22.8597")


@row("3.7", "old and new test of proportional hazards differ", "methods 3.7")
def _(check: Check, tables: Tables) -> None:
    d = tables("rossi")
    x = columns(d, "fin", "age", "race", "wexp", "mar", "paro", "prio")
    time = d["week"].astype(float)
    km = kaplan_meier(time, d["arrest"])
    new = proportional_hazards_test(time, d["arrest"], x)
    old = proportional_hazards_test(time, d["arrest"], x, kind="approximate", transform=lambda t: km.at(t).survival)
    check("age: new, old", [new.statistic[1], old.statistic[1]], "5.974 11.030", units=1)
