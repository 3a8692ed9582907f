"""One arm against a population, restricted means and milestones of two arms, pseudo-values."""

from __future__ import annotations

import numpy as np
from ledger import Check, register
from oracle_data import Table, Tables, complete, rows

from onearm.stats.survival import milestone_difference, one_sample_log_rank, pseudo_values, rmst_difference

ROWS, row = register()


@row("30", "one arm against US and Minnesota life tables: jasa, flchain", "survival ?survdiff",
     "R's sign is ours reversed. flchain was printed from a Minnesota table later than that of survival 3.5-3 (E "
     "2076.8776, Z -2.0214, p .0432): the test takes the numbers of the table that R has")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    d = tables("jasa_us")
    r = one_sample_log_rank(d["time"], d["event"], d["hazard"])
    check("jasa: O, E, Z of R", [r.observed, r.expected, -r.z], "75 0.644 -92.681")
    d = tables("flchain_mn")
    r = one_sample_log_rank(d["time"], d["event"], d["hazard"])
    later = d["hazard"].sum() > 2075  # which of the two tables R has
    printed = "2169 2076.8776 -2.0214 .0432" if later else "2169 2073.9133 -2.0880 .0368"
    check("flchain: O, E, Z of R, p", [r.observed, r.expected, -r.z, r.p_value], printed)


def pbc(tables: Tables) -> Table:
    """The 312 randomised, in years; arm 1 = D-penicillamine."""
    d = rows(tables("pbc"), slice(312))
    return d | {"years": d["time"] / 365.25, "died": d["status"] == 2, "arm": (d["trt"] == 1).astype(float)}


@row("34", "pbc: restricted means to 10 years", "survRM2")
def _(check: Check, tables: Tables) -> None:
    d = pbc(tables)
    r = rmst_difference(d["years"], d["died"], d["arm"], 10)
    check("means, arm 1 and 0", r.mean[::-1], "7.146 7.283")
    check("standard errors", r.mean_std_error[::-1], ".283 .295")
    x = r.difference
    check("difference, limits, p", [x.estimate, x.low, x.high, x.p_value], "-.137 -.939 .665 .738")
    check("ratio", r.ratio.estimate, ".981")
    check("ratio of time lost", r.time_lost_ratio.estimate, "1.050")
    covariates = np.c_[d["age"], d["bili"], d["albumin"]]
    x = rmst_difference(d["years"], d["died"], d["arm"], 10, covariates=covariates).difference
    check("adjusted difference, limits, p", [x.estimate, x.low, x.high, x.p_value], "-.210 -.883 .463 .540")


@row("38", "lung: pseudo-values of the mean to 730 days on sex and ECOG", "survival pseudo vignette")
def _(check: Check, tables: Tables) -> None:
    d = complete(tables("lung"), "ph.ecog")
    y = pseudo_values(d["time"], d["status"] == 2, rmst=730)
    x = np.c_[np.ones(y.size), d["sex"] == 2, d["ph.ecog"]].astype(float)
    inverse = np.linalg.inv(x.T @ x)
    b = inverse @ x.T @ y
    spread = np.sum((y - x @ b) ** 2) / (y.size - 3)
    shown = np.array([[1.0, s, e] for s in (0, 1) for e in (0, 1, 2)])
    error = np.sqrt(spread * np.sum(shown @ inverse * shown, axis=1))
    check("men with ECOG 0, 1, 2", (shown @ b)[:3], "393.7 307.8 221.9")
    check("women", (shown @ b)[3:], "510.6 424.7 338.8")
    check("standard error of the first of each", error[[0, 3]], "28.6 31.5")


@row("T81", "lung: one-year survival by sex", "R 3.5-3")
def _(check: Check, tables: Tables) -> None:
    d = tables("lung")
    r = milestone_difference(d["time"], d["status"] == 2, d["sex"], 365)
    check("S(365): men, women", r.survival, ".3360878 .5264630")
    check("standard error", r.survival_std_error, ".04342359 .05973685")
    check("difference", r.difference, ".1903752", units=1)
    check("z and p", [r.z, r.p_value], "2.577798 .00994322")
    r = milestone_difference(d["time"], d["status"] == 2, d["sex"], 365, scale="cloglog")
    check("chi-square of log(-log S)", r.statistic, "6.206574")
