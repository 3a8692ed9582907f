"""Kaplan-Meier curves, their quantiles and means, and log-rank tests."""

from __future__ import annotations

import numpy as np
from ledger import Check, register
from oracle_data import Table, Tables, rows

from onearm.stats.survival import fleming_harrington, kaplan_meier, log_rank, reverse_kaplan_meier

ROWS, row = register()

PLATEAU = ([54, 75, 77, 84, 87, 92, 103, 105, 112, 118], [1] * 5 + [0] * 5)


def arm(tables: Tables, label: str) -> tuple[np.ndarray, np.ndarray]:
    d = tables("aml")
    d = rows(d, d["x"] == label)
    return d["time"], d["status"]


def lung(tables: Tables, ecog: int | None = None) -> Table:
    d = tables("lung")
    d["died"] = d["status"] == 2
    return d if ecog is None else rows(d, d["ph.ecog"] == ecog)


def median(km, p: float = 0.5) -> list[float | None]:
    q = km.quantile(p, rule="midpoint")
    return [q.value, q.low, q.high]


def limits(at) -> list[float]:
    return [float(v[0]) for v in (at.survival, at.low, at.high)]


@row("15", "Turnbull: deaths, losses and late entries of four years", "?survfit; Turnbull 1974",
     "interval censoring is outside the engine: the test shares out the late entries (left-censored) itself and calls "
     "the weighted curve until it stands still")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    deaths, losses, late = (np.array(v, dtype=float) for v in ([12, 6, 2, 3], [3, 2, 0, 3], [2, 4, 2, 5]))
    year = np.arange(1.0, 5.0)
    shared = np.zeros(4)
    for _step in range(500):
        weight = np.r_[deaths + shared, losses]
        km = kaplan_meier(np.r_[year, year], [1] * 4 + [0] * 4, weight=weight)
        jump = -np.diff(np.r_[1.0, km.survival])
        # a subject known to have had the event by year j is spread over years 1..j as the curve has it
        parts = [jump * (year <= y) / jump[year <= y].sum() for y in year]
        shared = sum(n * part for n, part in zip(late, parts, strict=True))
    check("S", km.survival, ".538 .295 .210 .095")


@row("16", "aml by maintenance", "survival tests/doaml")
def _(check: Check, tables: Tables) -> None:
    for label, printed in (("Maintained", "11 7 31 18 NA"), ("Nonmaintained", "12 11 23 8 NA")):
        km = kaplan_meier(*arm(tables, label), interval="log")
        check(f"{label}: n, events, median, limits", [km.n, km.total_events, *median(km)], printed)


@row("17", "aml maintained, log limits", "survival tests/doaml")
def _(check: Check, tables: Tables) -> None:
    km = kaplan_meier(*arm(tables, "Maintained"), interval="log")
    at = km.at([9, 13, 18, 23, 31, 34, 48])
    check("S", at.survival, ".909 .818 .716 .614 .491 .368 .184")
    check("standard error at 9, 48", at.std_error[[0, -1]], ".0867 .1535")
    check("low", at.low, ".7541 .6192 .4884 .3769 .2549 .1549 .0359")
    check("high", at.high, "1.000 1 1 .999 .946 .875 .944")


@row("18", "aml not maintained, log limits", "survival tests/doaml")
def _(check: Check, tables: Tables) -> None:
    km = kaplan_meier(*arm(tables, "Nonmaintained"), interval="log")
    at = km.at([5, 8, 12, 23, 27, 30, 33, 43, 45])
    check("S", at.survival, ".8333 .6667 .5833 .4861 .3889 .2917 .1944 .0972 0")
    check("limits at 5", [at.low[0], at.high[0]], ".6470 1")
    check("standard error at 43, 45", at.std_error[-2:], ".0919 NA")


@row("19", "aml as one curve", "survival tests/doaml")
def _(check: Check, tables: Tables) -> None:
    d = tables("aml")
    survival = kaplan_meier(d["time"], d["status"]).survival
    check("S", survival[:5], ".91304348 .82608696 .78260870 .73913043 .69565217")
    check("S at the end", survival[-1], ".08281573")


@row("20", "aml log-rank", "survival tests/difftest")
def _(check: Check, tables: Tables) -> None:
    d = tables("aml")
    test = log_rank(d["time"], d["status"], d["x"])
    check("expected", test.expected, "10.69 7.31")
    check("chi-square and p", [test.statistic, test.p_value], "3.4 .07")
    dummy = log_rank(np.r_[d["time"], 1.0, 2.0], np.r_[d["status"], 0, 0], np.append(d["x"], ["early", "early"]))
    check("unchanged by a group censored early", dummy.statistic, test.statistic)


@row("21", "lung by ECOG, medians with log limits", "survival tests/cancer")
def _(check: Check, tables: Tables) -> None:
    printed = ("63 37 394 348 574", "113 82 306 268 429", "50 44 199 156 288")
    for ecog, words in enumerate(printed):
        d = lung(tables, ecog)
        km = kaplan_meier(d["time"], d["died"], interval="log")
        check(f"ECOG {ecog}: n, deaths, median, limits", [km.n, km.total_events, *median(km)], words)
    d = lung(tables, 3)
    check("ECOG 3: median", median(kaplan_meier(d["time"], d["died"]))[0], "118")


@row("22", "lung by ECOG, quartiles with log limits", "survival tests/cancer")
def _(check: Check, tables: Tables) -> None:
    printed = ("285 189 350 655 558 NA", "181 156 223 550 460 689", "105 61 163 351 285 654")
    for ecog, words in enumerate(printed):
        d = lung(tables, ecog)
        km = kaplan_meier(d["time"], d["died"], interval="log")
        check(f"ECOG {ecog}: both quartiles", median(km, 0.25) + median(km, 0.75), words)


@row("23", "lung by ECOG at landmarks, log limits", "survival tests/cancer")
def _(check: Check, tables: Tables) -> None:
    cases = ((0, 365, ".535 .4100 .699"), (1, 730, ".114 .0582 .222"), (2, 180, ".5275 .40385 .689"))
    for ecog, day, words in cases:
        d = lung(tables, ecog)
        at = kaplan_meier(d["time"], d["died"], interval="log").at(day)
        check(f"ECOG {ecog} at {day} d", limits(at), words, units=1)
        if ecog == 0:
            check("standard error", at.std_error, ".0728")


@row("24", "lung: exp(-H), 90% log-log limits", "survival tests/cancer")
def _(check: Check, tables: Tables) -> None:
    d = lung(tables)
    at = fleming_harrington(d["time"], d["died"], level=0.9).at([30, 60, 90, 120, 150])
    check("S at 30, 60, 90, 120, 150 d", at.survival, ".956 .926 .882 .838 .794")
    check("limits at 30", [at.low[0], at.high[0]], ".928 .974")
    check("limits at 60", [at.low[1], at.high[1]], ".891 .950")
    check("limits at 150", [at.low[4], at.high[4]], ".745 .834")


@row("25", "lung by ECOG, restricted means", "survival tests/cancer")
def _(check: Check, tables: Tables) -> None:
    days = ("429 32.2", "366 22.4", "256 30.0")
    years = ("1.251 .1085", "1.035 .0692", ".708 .0855")
    for ecog in range(3):
        d = lung(tables, ecog)
        km = kaplan_meier(d["time"], d["died"])
        # beyond the last follow-up of a group the last value is carried forward, as R does
        mean = km.rmst(730, extend=True)
        check(f"ECOG {ecog}: to 730 d", [mean.value, mean.std_error], days[ecog])
        mean = km.rmst(2.5 * 365.25, extend=True)
        check(f"ECOG {ecog}: to 2.5 y", [mean.value / 365.25, mean.std_error / 365.25], years[ecog])


@row("26", "ovarian curve, log limits", "survival tests/ovarian")
def _(check: Check, tables: Tables) -> None:
    d = tables("ovarian")
    at = kaplan_meier(d["futime"], d["fustat"], interval="log").at([59, 638])
    check("59: S, limits", [at.survival[0], at.low[0], at.high[0]], ".962 .890 1")
    check("638: S, standard error, limits", [at.survival[1], at.std_error[1], at.low[1], at.high[1]],
          ".497 .1051 .328 .752")  # fmt: skip


@row("27", "ovarian log-rank by treatment", "?survdiff")
def _(check: Check, tables: Tables) -> None:
    d = tables("ovarian")
    test = log_rank(d["futime"], d["fustat"], d["rx"])
    check("observed", test.observed, "7 5")
    check("expected", test.expected, "5.23 6.77")
    check("chi-square and p", [test.statistic, test.p_value], "1.063 .303")


@row("31", "lung by sex, Fleming-Harrington weights", "survminer issue 832")
def _(check: Check, tables: Tables) -> None:
    d = lung(tables)
    printed = {(0, 0): "10.33 .0013111", (1, 0): "12.71 .0003629", (0, 1): "3.46 .0628709", (1, 1): "7.66 .0056309"}
    for (rho, gamma), words in printed.items():
        test = log_rank(d["time"], d["died"], d["sex"], rho=rho, gamma=gamma)
        check(f"FH({rho}, {gamma}): chi-square, p", [test.statistic, test.p_value], words, units=1)


@row("32", "ten subjects, a plateau at one half", "CAMIS", "R and SAS differ; both rules are named options here")
def _(check: Check, tables: Tables) -> None:
    km = kaplan_meier(*PLATEAU)
    check("median, R's mid-point", km.quantile(rule="midpoint").value, "102.5")
    check("S at 120, R", limits(km.at(120, extend=True)), ".5 .184 .753")
    check("S at 120, SAS", km.at(120).survival, "NA")


@row("T69", "ten subjects, a plateau at one half", "CAMIS")
def _(check: Check, tables: Tables) -> None:
    km = kaplan_meier(*PLATEAU)
    check("median: R, lifelines", [km.quantile(rule=r).value for r in ("midpoint", "smallest")], "102.5 87")
    check("first quartile", km.quantile(0.25).value, "77")
    check("S(100)", limits(km.at(100)), ".5 .184 .753")
    check("S(120): R, SAS", [km.at(120, extend=True).survival[0], km.at(120).survival[0]], ".5 NA")
    printed = {"log": ".4665 1", "log-log": ".3287 .8919", "plain": ".4160 .9840", "arcsine": ".3966 .9290",
               "logit": ".3763 .9002"}  # fmt: skip
    for interval, words in printed.items():
        check(f"S(80), {interval}", limits(kaplan_meier(*PLATEAU, interval=interval).at(80))[1:], words)


@row("T70", "aml maintained, five kinds of limits", "R 3.5-3; Miller 1997")
def _(check: Check, tables: Tables) -> None:
    rows_ = arm(tables, "Maintained")
    at = kaplan_meier(*rows_).at([9, 13, 18, 23, 31, 34, 48])
    check("S", at.survival, ".9091 .8182 .7159 .6136 .4909 .3682 .1841")
    check("standard error", at.std_error, ".08668 .11629 .13966 .15263 .16419 .16267 .15349")
    printed = {"log": "18 NA .37687 .99916", "log-log": "13 NA .26575 .83530", "plain": "18 48 .31448 .91279",
               "arcsine": "18 NA .31217 .87354", "logit": "13 NA .31020 .84870"}  # fmt: skip
    for interval, words in printed.items():
        km = kaplan_meier(*rows_, interval=interval)
        check(f"{interval}: limits of the median, of S(24)", median(km)[1:] + limits(km.at(24))[1:], words)


@row("T72", "aml maintained, restricted mean to 48 weeks", "R 3.5-3; lifelines 0.30")
def _(check: Check, tables: Tables) -> None:
    mean = kaplan_meier(*arm(tables, "Maintained")).rmst(48)
    check("mean, standard error", [mean.value, mean.std_error], "31.8431818 4.5278847")


@row("T82", "median follow-up", "R 3.5-3")
def _(check: Check, tables: Tables) -> None:
    d = tables("aml")
    check("aml", median(reverse_kaplan_meier(d["time"], d["status"], interval="log")), "161 45 NA")
    check("maintained", median(reverse_kaplan_meier(*arm(tables, "Maintained"), interval="log")), "103 28 NA")
    d = lung(tables)
    check("lung", median(reverse_kaplan_meier(d["time"], d["died"], interval="log")), "588 511 1010")


@row("3.1", "S(24) of aml maintained by every formula of section 3.1", "methods 3.1")
def _(check: Check, tables: Tables) -> None:
    rows_ = arm(tables, "Maintained")
    at = kaplan_meier(*rows_).at(24)
    s, error = float(at.survival[0]), float(at.std_error[0])
    sigma, z = error / s, 1.959963984540054
    half = z / 2 * sigma * np.sqrt(s / (1 - s))
    logit = np.log(s / (1 - s)) + np.array([-1, 1]) * z * sigma / (1 - s)
    formulas = {
        "plain": [s - z * s * sigma, s + z * s * sigma],
        "log": [s * np.exp(-z * sigma), min(s * np.exp(z * sigma), 1)],
        "log-log": [s ** np.exp(-z * sigma / np.log(s)), s ** np.exp(z * sigma / np.log(s))],
        "logit": list(1 / (1 + np.exp(-logit))),
        "arcsine": [np.sin(np.arcsin(np.sqrt(s)) + k * half) ** 2 for k in (-1, 1)],
    }
    for interval, expected in formulas.items():
        check(interval, limits(kaplan_meier(*rows_, interval=interval).at(24))[1:], expected)


@row("3.4", "the variance of a restricted mean is not that of min(T, tau)", "methods 3.4",
     "lifelines' return_variance gives the latter: 204.08 where the squared standard error is 20.50")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    km = kaplan_meier(*arm(tables, "Maintained"))
    mean = km.rmst(48)
    check("squared standard error", mean.std_error**2, "20.50")
    knots = np.r_[0.0, np.minimum(km.time, 48.0), 48.0]
    second = float(np.sum(np.diff(knots**2) * np.r_[1.0, km.survival]))
    check("Var min(T, 48), from the same curve", second - mean.value**2, "204.08")
