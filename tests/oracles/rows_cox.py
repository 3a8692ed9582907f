"""Cox models on real data."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from ledger import Check, register
from oracle_data import Table, Tables, complete, rows

from onearm.stats._cox_split import split, time_varying
from onearm.stats.concordance import concordance
from onearm.stats.cox import CoxFit, cox, firth_cox
from onearm.stats.survival import kaplan_meier, log_rank

ROWS, row = register()


def columns(d: Table, *names: str) -> np.ndarray:
    return np.column_stack([d[name] for name in names]).astype(float)


def lung(tables: Tables, *names: str) -> tuple[Table, np.ndarray]:
    d = complete(tables("lung"), *names)
    d["died"] = d["status"] == 2
    return d, columns(d, *names)


def jasa1(jasa: Table) -> Table:
    """The 170 intervals of the heart transplant programme before and after transplant.

    Transplant on the day of acceptance: no interval before it. A death on the day of transplant or of acceptance
    counts half a day.
    """
    day = np.array([np.datetime64(v) for v in jasa["accept.dt"]])
    year = (day - np.datetime64("1967-10-01")).astype(float) / 365.25
    futime = np.maximum(jasa["futime"], 0.5)
    grafted = jasa["transplant"] == 1
    wait = np.where(grafted, np.minimum(jasa["wait.time"], futime - 0.5), futime)
    before, after = wait > 0, grafted
    parts = ((before, np.zeros_like(wait), wait, 0.0), (after, np.where(grafted, wait, 0.0), futime, 1.0))
    tables = []
    for keep, start, stop, transplant in parts:
        ends = ~grafted if transplant == 0 else grafted
        tables.append(
            np.column_stack(
                [start, stop, jasa["fustat"] * ends, np.full(wait.size, transplant), jasa["age"] - 48, year,
                 jasa["surgery"]]
            )[keep]
        )  # fmt: skip
    names = ("start", "stop", "event", "transplant", "age", "year", "surgery")
    return dict(zip(names, np.vstack(tables).T, strict=True))


@row("41", "aml by maintenance", "survival; two programs")
def _(check: Check, tables: Tables) -> None:
    d = tables("aml")
    for ties, coef, error, ratio in (
        ("efron", 0.915532575014773, 0.5119342751720, "3.384447"),
        ("breslow", 0.904219723686, 0.512247907304, "3.296019"),
    ):
        fit = cox(d["time"], d["status"], d["x"] == "Nonmaintained", ties=ties)
        check(f"{ties}: coef, standard error", [fit.coef[0], fit.std_error[0]], [coef, error])
        check(f"{ties}: likelihood ratio", fit.likelihood_ratio.statistic, ratio)


@row("42", "lung: age, sex", "survival tests/cancer")
def _(check: Check, tables: Tables) -> None:
    d, x = lung(tables, "age", "sex")
    fit = cox(d["time"], d["died"], x)
    check("coef", fit.coef, ".017045 -.513219")
    check("standard error", fit.std_error, ".009223 .167458")
    tests = [t.statistic for t in (fit.likelihood_ratio, fit.wald, fit.score)]
    check("likelihood ratio, Wald, score", tests, "14.12 13.47 13.72")
    c = concordance(d["time"], d["died"], x @ fit.coef)
    check("concordance, standard error", [c.concordance, c.std_error], ".603 .025")


@row("43", "lung: age, sex, weight loss; institutions as strata", "survival tests/cancer")
def _(check: Check, tables: Tables) -> None:
    d, x = lung(tables, "age", "sex", "wt.loss")
    fits = [cox(d["time"], d["died"], x[:, : k + 1]) for k in range(3)]
    check("coef", fits[2].coef, ".0200882 -.5210319 .0007596")
    logs = [fits[0].log_likelihood.null] + [f.log_likelihood.fitted for f in fits]
    check("log L: null, fitted", [logs[0], logs[3]], "-680.39 -673.06")
    check("sequential tests", 2 * np.diff(logs), "5.2273 9.4268 .0150")
    check("concordance", concordance(d["time"], d["died"], x @ fits[2].coef).concordance, ".612")
    d = complete(d, "inst")
    x = columns(d, "age", "sex", "wt.loss")
    check("coef within institutions", cox(d["time"], d["died"], x, strata=d["inst"]).coef, ".0235 -.5160 -.0017")


@row("44", "lung: ECOG, age", "survival tests/cancer", "the penalised spline of age is outside the engine")
def _(check: Check, tables: Tables) -> None:
    d, x = lung(tables, "ph.ecog", "age")
    fit = cox(d["time"], d["died"], x)
    check("coef", fit.coef, ".443485 .011281")
    check("standard error", fit.std_error, ".115831 .009319")
    check("likelihood ratio", fit.likelihood_ratio.statistic, "19.06")


@row("46", "veteran: a coefficient that changes with time", "survival timedep vignette and tests")
def _(check: Check, tables: Tables) -> None:
    d = tables("veteran")
    parts = time_varying(d["time"], d["status"], d["karno"], lambda t: t)
    check("rows", parts.row.size, "5959")
    cell = np.column_stack([d["celltype"] == name for name in ("smallcell", "adeno", "large")])
    x = np.c_[np.c_[d["trt"], cell][parts.row], parts.x, parts.term]
    fit = cox(parts.stop, parts.event, x, entry=parts.start)
    check("treatment, small, adeno, large, karno, karno x time", fit.coef,
          ".1686 0.8990 1.192 .4034 -.04015 1.110e-4", units=1)  # fmt: skip
    check("likelihood ratio", fit.likelihood_ratio.statistic, "66.92")
    three = columns(d, "karno", "age", "trt")
    check("karno, with age and treatment", cox(d["time"], d["status"], three).coef[0], "-.034443897")
    pieces = split(d["time"], d["status"], [60, 120])
    x = np.c_[d["karno"][pieces.row, None] * (pieces.interval[:, None] == np.arange(3)), three[pieces.row, 1:]]
    fit = cox(pieces.stop, pieces.event, x, entry=pieces.start)
    check("karno to 60 d, to 120 d, later", fit.coef[:3], "-.049176157 -.011031558 -.007629841")


@row("48", "bladder2, Andersen-Gill with Breslow ties", "survival tests/bladder",
     "the printed numbers are those of Breslow's ties; Efron, R's default, gives rx -0.46469")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    d = tables("bladder2")
    x = columns(d, "rx", "size", "number")
    fit = cox(d["stop"], d["event"], x, entry=d["start"], cluster=d["id"], ties="breslow")
    assert fit.robust_std_error is not None
    check("coef", fit.coef, "-.45979 -.04256 .17164")
    check("robust standard error of rx, number", fit.robust_std_error[[0, 2]], ".25801 .06131")
    check("Wald, robust", fit.wald.statistic, "11.76")
    assert fit.robust_score is not None
    check("score, robust", fit.robust_score.statistic, "11.44")
    c = concordance(d["stop"], d["event"], x @ fit.coef, entry=d["start"])
    check("concordance", c.concordance, ".634")
    efron = cox(d["stop"], d["event"], x, entry=d["start"], cluster=d["id"])
    check("rx with Efron's ties", efron.coef[0], "-0.46469")


@row("50", "heart transplants, model 1 (Kalbfleisch & Prentice, p. 139)", "survival tests/jasa",
     "fitted to 170 intervals rebuilt from jasa; the 172 rows of heart are another data set")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    d = jasa1(tables("jasa"))
    check("rows", d["start"].size, "170")
    age, surgery, graft = d["age"], d["surgery"], d["transplant"]
    x = np.column_stack([age, surgery, graft, age * graft, surgery * graft])
    fit = cox(d["stop"], d["event"], x, entry=d["start"], ties="breslow")
    check("age, surgery, transplant, age x tx, surgery x tx", fit.coef, ".01386 -.54652 .11572 .03473 -.29037")
    check("likelihood ratio", fit.likelihood_ratio.statistic, "12.45")


@row("51", "chronic granulomatous disease, Andersen-Gill within hospital categories", "survival book, cgd")
def _(check: Check, tables: Tables) -> None:
    d = tables("cgd")
    x = np.c_[d["treat"] == "rIFN-g", d["inherit"] == "autosomal", d["steroids"], d["age"]]
    fit = cox(d["tstop"], d["status"], x, entry=d["tstart"], strata=d["hos.cat"])
    check("interferon, autosomal, steroids, age", fit.coef, "-1.113 .430 1.258 -.036")
    check("likelihood ratio", fit.likelihood_ratio.statistic, "31")
    check("degrees of freedom", fit.likelihood_ratio.df, "4")


@row("55", "Wilms tumour, case-cohort: Prentice, Self and Prentice", "survival ?cch",
     "no function of the engine: built in the test from Cox fits with late entry or an offset, and dfbeta")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    d = tables("nwtco")
    case, sampled = d["rel"] == 1, d["in.subcohort"] == "TRUE"
    stage = np.column_stack([d["stage"] == k for k in (2, 3, 4)])
    x = np.c_[stage, d["histol"] == 2, d["age"] / 12].astype(float)
    seen = case | sampled
    gap = np.diff(np.unique(d["edrel"][seen])).min() / 2
    entry = np.where(case & ~sampled, d["edrel"] - gap, 0.0)[seen]
    prentice = cox(d["edrel"][seen], case[seen], x[seen], entry=entry)
    check("Prentice: stages II, III, IV, histology, age", prentice.coef,
          ".73457084 .59708356 1.38413197 1.49806307 .04326787")  # fmt: skip
    # a case counts at its event only: it joins no risk set but its own, with next to no share in it
    time = np.r_[d["edrel"][case], d["edrel"][sampled]]
    event = np.arange(time.size) < case.sum()
    fit = cox(time, event, np.r_[x[case], x[sampled]], offset=np.where(event, -100.0, 0.0))
    lost = fit.residuals("dfbeta")[~event]
    variance = fit.model_covariance + (1 - sampled.sum() / sampled.size) * lost.T @ lost
    check("Self and Prentice", fit.coef, ".736 .597 1.392 1.506 .043")
    check("standard error of stage II", math.sqrt(variance[0, 0]), ".1684962")


def pbc_model(tables: Tables) -> tuple[Table, CoxFit, np.ndarray]:
    d = tables("pbc")
    d = complete(d, *(k for k in d if k not in ("id", "sex")))
    x = np.c_[d["age"], np.log(d["bili"]), columns(d, "edema", "albumin", "stage", "copper")]
    fit = cox(d["time"], d["status"] == 2, x, ties="breslow")
    return d, fit, x @ fit.coef


@row("58", "Royston's D and its kin, pbc", "survival ?royston; Royston & Sauerbrei 2004",
     "no function of the engine: built in the test, D from a Cox fit of the normal scores")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    d, fit, eta = pbc_model(tables)
    n = eta.size
    levels, where, size = np.unique(eta, return_inverse=True, return_counts=True)
    blom = np.array([NormalDist().inv_cdf((k + 1 - 3 / 8) / (n + 1 / 4)) for k in range(n)])
    score = (np.add.reduceat(blom, np.r_[0, np.cumsum(size)[:-1]]) / size)[where.reshape(-1)]
    again = cox(d["time"], d["status"] == 2, score * math.sqrt(math.pi / 8))
    value = float(again.coef[0])
    check("D, standard error", [value, again.std_error[0]], "2.6917766 .2273352")
    check("R.D", value**2 / (value**2 + 8 / math.pi * math.pi**2 / 6), ".6336693")
    spread = float(np.var(eta, ddof=1))
    check("R.KO", spread / (spread + math.pi**2 / 6), ".5554885")
    null, best = fit.log_likelihood
    check("R.N", (1 - math.exp(2 * (null - best) / n)) / (1 - math.exp(2 * null / n)), ".4714442")
    apart = np.abs(eta[:, None] - eta[None, :])[np.triu_indices(n, 1)]
    check("Gönen and Heller's concordance", np.mean(1 / (1 + np.exp(-apart))), ".7735923")
    assert levels.size <= n


@row("T71", "6-mercaptopurine against placebo", "Freireich 1963; Gehan 1965; R 3.5-3")
def _(check: Check, tables: Tables) -> None:
    d = tables("gehan")
    drug = d["treat"] == "6-MP"
    treated = rows(d, drug)
    at = kaplan_meier(treated["time"], treated["cens"]).at([6, 7, 10, 13, 16, 22, 23])
    check("S of 6-MP", at.survival, ".8571 .8067 .7529 .6902 .6275 .5378 .4482")
    check("standard error", at.std_error, ".0764 .0869 .0963 .1068 .1141 .1282 .1346")
    test = log_rank(d["time"], d["cens"], d["treat"])
    check("log-rank", test.statistic, "16.792941")
    check("observed, expected", [*test.observed, *test.expected], "9 21 19.2505 10.7495")
    check("Peto-Peto", log_rank(d["time"], d["cens"], d["treat"], weighting="peto-peto").statistic, "14.457151")
    check("FH(0, 1)", log_rank(d["time"], d["cens"], d["treat"], gamma=1).statistic, "13.048449")
    for weighting, words in (("gehan", "13.457852"), ("tarone-ware", "15.123575")):
        test = log_rank(d["time"], d["cens"], d["treat"], weighting=weighting)
        check(weighting, test.statistic, words)
    for ties, words in (
        ("breslow", "1.5091914 .4095644"),
        ("efron", "1.5721251 .4123967"),
        ("exact", "1.6282440 .4331313"),
    ):
        fit = cox(d["time"], d["cens"], ~drug, ties=ties)
        check(f"Cox, {ties}", [fit.coef[0], fit.std_error[0]], words)


@row("T79", "Firth's penalty: three subjects", "coxphf 1.13.4",
     "coxphf stops early: the maximum, also by direct search, is at 1.32910386. Its second example, 100 women with "
     "breast cancer, has no rows here")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    fit = firth_cox([1, 2, 3], [1, 1, 1], [1, 1, 0])
    check("coef, standard error", [fit.coef[0], fit.std_error[0]], "1.329103 1.929072", units=1)
    check("limits of the hazard ratio", np.exp([fit.low[0], fit.high[0]]), ".2914006 528.7306")
    ratio = fit.likelihood_ratio
    check("likelihood ratio, p", [ratio.statistic, ratio.p_value], ".9151565 .3387499")
