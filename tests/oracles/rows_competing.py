"""Competing risks."""

from __future__ import annotations

import numpy as np
from fits_competing import weighted_rows
from fits_curves import mgus2
from ledger import Check, register
from oracle_data import Tables

from onearm.stats.competing import cumulative_incidence, fine_gray, gray_test
from onearm.stats.cox import cox

ROWS, row = register()


@row("67", "cmprsk's own tests", "cmprsk tests/test.Rout.save",
     "the samples come from the generator of R 1.6.2, which R can still be asked for; crr prints four digits, padded "
     "with a zero")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    d = tables("cmprsk_test")
    curve = cumulative_incidence(d["time"], d["cause"])
    first, second = curve.at([1, 2, 3], 1), curve.at([1, 2, 3], 2)
    check("cause 1 at 1, 2, 3", first.incidence, ".2352861 .3287068 .4247898")
    check("variance", first.std_error**2, ".002062112 .002957844 .004170634")
    check("cause 2", second.incidence, ".2567862 .3931580 .4631781")
    check("variance", second.std_error**2, ".002190305 .003273248 .004004514")
    tests = [gray_test(d["time"], d["cause"], d["group"], of=k, strata=d["strata"]) for k in (1, 2)]
    check("Gray's test of each cause within strata", [t.statistic for t in tests], "3.393977 1.989511")
    check("p", [t.p_value for t in tests], ".1832345 .3698139")
    tests = [gray_test(d["other"], d["cause"], d["group"], of=k, strata=d["strata"]) for k in (1, 2)]
    check("with the other times", [t.statistic for t in tests], "1.214132 3.269462")
    x = np.column_stack([d["X1"], d["X2"], d["X3"]])
    keep = ~np.isnan(x).any(axis=1)
    fit = fine_gray(d["time"][keep], d["cause"][keep], x[keep])
    check("Fine-Gray", fit.coef, "-.2913 -.06346 -.4751")
    check("standard error", np.sqrt(np.diag(fit.covariance)), ".3698 .3566 .3544")


@row("T77", "mgus2: progression and death without it", "R 3.5-3; cmprsk 2.2-11",
     "the printed Fine-Gray numbers are those of R's finegray with coxph (censoring after failures of the same time, "
     "Efron); crr, which fine_gray follows, counts ties otherwise and differs in the fourth digit")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    d = mgus2(tables)
    curve = cumulative_incidence(d["etime"], d["cause"])
    check("progression by 120, 240 months", curve.at([120, 240], 1).incidence, ".06372217 .09981372")
    check("death", curve.at([120, 240], 2).incidence, ".5318177 .7240280")
    x = np.column_stack([d["age"], d["male"]])
    i, start, stop, event, weight = weighted_rows(d["etime"], d["cause"])
    rows_ = cox(stop, event, x[i.astype(int)], entry=start, weight=weight)
    check("Fine-Gray by R's finegray and Efron's ties: age, male", rows_.coef, "-.01730171 -.25975679", units=1)
    check("Fine-Gray as crr of cmprsk", fine_gray(d["etime"], d["cause"], x).coef, "-.01733815 -.26003824")
    check("cause-specific hazard", cox(d["etime"], d["cause"] == 1, x).coef, ".01303857 -.02513779")
