"""What each row does to a curve, state probabilities, parametric regression."""

from __future__ import annotations

import numpy as np
from fits_curves import mgus2
from ledger import Check, register
from oracle_data import Tables, complete, rows

from onearm.stats.multistate import state_probabilities
from onearm.stats.parametric import parametric
from onearm.stats.survival import kaplan_meier, nelson_aalen

ROWS, row = register()


@row("11", "six subjects: influence on the hazard and on the survival curve", "survival tests/book1")
def _(check: Check, tables: Tables) -> None:
    rows_ = ([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1])
    moved = 72 * nelson_aalen(*rows_).influence([1, 6])
    check("72 x influence on H(1)", moved[:, 0], [10, -2, -2, -2, -2, -2])
    check("72 x influence on H(6)", moved[:, 1], [10, -2, 7, 7, -11, -11])
    moved = 144 * kaplan_meier(*rows_).influence([1, 6, 9])
    check("144 x influence on S(1)", moved[:, 0], [-20, 4, 4, 4, 4, 4])
    check("144 x influence on S(6)", moved[:, 1], [-10, 2, -13, -13, 17, 17])
    check("144 x influence on S(9)", moved[:, 2], [0, 0, 0, 0, 0, 0])


@row("13", "eight subjects, two ways out: Aalen-Johansen", "survival tests/mstate, testci")
def _(check: Check, tables: Tables) -> None:
    to = [None, "a", None, "b", None, "b", None, "b"]
    curve = state_probabilities(range(8), [0] * 8, [1, 2, 2, 3, 3, 3, 5, 6], ["0"] * 8, to)
    at = curve.at([1, 2, 3, 6]).probability
    check("after 1", at[0], [1, 0, 0])
    check("after 2", at[1], [6 / 7, 1 / 7, 0])
    check("after 3", at[2], [18 / 35, 1 / 7, 12 / 35])
    check("after 6", at[3], [0, 1 / 7, 6 / 7], atol=1e-15)


@row("37", "aml by maintenance: influence on the restricted means to 24 and 48 weeks", "survival-Ex.Rout.save")
def _(check: Check, tables: Tables) -> None:
    d = tables("aml")
    d = rows(d, d["x"] == "Maintained")
    moved = kaplan_meier(d["time"], d["status"]).influence([24, 48], "rmst")
    printed = ("-1.0836777 -2.076652893", "-.7200413 -1.713016529", ".2004132 .421074380")
    for i, words in enumerate(printed):
        check(f"row {i + 1}", moved[i], words)


@row("59", "accelerated failure times: lung, mgus2, motors", "survival tests; SAS LIFEREG")
def _(check: Check, tables: Tables) -> None:
    d = tables("lung")
    fit = parametric(d["time"], d["status"] == 2)
    check("lung, intercept only: coef, scale, log L", [fit.coef[0], fit.scale, fit.log_likelihood.fitted],
          "6.034904 .7593936 -1153.9")  # fmt: skip
    d = complete(d, "ph.ecog")
    fit = parametric(d["time"], d["status"] == 2, np.c_[d["sex"], d["age"], d["ph.ecog"]])
    check("lung: intercept, sex, age, ECOG", fit.coef, "6.273435 .4010905 -.007475439 -.3396381")
    check("scale", fit.scale, ".731109")
    d = mgus2(tables)
    fit = parametric(d["futime"], d["death"], np.c_[d["age"], d["male"]])
    check("mgus2: intercept, age, male", fit.coef, "8.85979 -.05360 -.31874")
    check("scale, log L", [fit.scale, fit.log_likelihood.fitted], ".972 -5528.267")
    d = tables("imotor")
    hot = rows(d, d["temp"] > 150)
    fit = parametric(hot["time"], hot["status"], 1000 / (273.2 + hot["temp"]), distribution="log-normal")
    check("motors, log-normal: intercept, 1000/K", fit.coef, "-10.471 8.322")
