"""Cox models solved on paper: the validation vignette of R's survival package."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from ledger import Check, register
from oracle_data import Tables

from onearm.stats._cox_curve import curve
from onearm.stats._cox_likelihood import likelihood
from onearm.stats._cox_model import CoxModel
from onearm.stats._cox_residuals import residuals
from onearm.stats.concordance import concordance
from onearm.stats.cox import cox

ROWS, row = register()

PAPER = "Therneau, validate.Rnw"
TIME, EVENT, X = [1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0]
SECOND = np.array(
    [
        [1, 2, 1, 1], [2, 3, 1, 0], [5, 6, 1, 0], [2, 7, 1, 1], [1, 8, 1, 0],
        [7, 9, 1, 1], [3, 9, 1, 1], [4, 9, 0, 1], [8, 14, 0, 0], [8, 17, 0, 0],
    ],
    dtype=float,
)  # fmt: skip


def second(ties: str):
    start, stop, event, x = SECOND.T
    return cox(stop, event, x, entry=start, ties=ties)


def at(ties: str, b: float) -> CoxModel:
    """The model of the six subjects at a coefficient of b, with the variance there."""
    model = cox(TIME, EVENT, X, ties=ties).model
    scaled = b * model.unit
    point = likelihood(model.risk, model.z, scaled, None)
    assert point is not None
    inverse = np.linalg.inv(point.information)
    return replace(model, b=scaled, at=point, inverse=inverse, covariance=inverse)


def derivatives(model: CoxModel) -> list[float]:
    """log L, score and information in the covariate's own unit."""
    unit = float(model.unit[0])
    return [model.at.value, model.at.score[0] * unit, model.at.information[0, 0] * unit**2]


def hazard_variance(model: CoxModel) -> np.ndarray:
    """Variance of the cumulative hazard of x = 0 at 1, 6 and 9."""
    return curve(model, np.zeros((1, 1)), 0.95, "log").hazard_std_error.ravel() ** 2


@row("1", "six subjects, Breslow, at 0", PAPER)
def _(check: Check, tables: Tables) -> None:
    value, score, information = derivatives(at("breslow", 0))
    check("log L", value, "-4.564348")
    check("score, information", [score, information], [1, 0.625])


@row("3", "six subjects, Breslow: Newton's path from 0", PAPER)
def _(check: Check, tables: Tables) -> None:
    path, values, b = [], [], 0.0
    for _step in range(4):
        _value, score, information = derivatives(at("breslow", b))
        b += score / information
        path.append(b)
        values.append(at("breslow", b).at.value)
    check("coefficient", path, "1.6 1.47272353 1.47528396 1.47528491", units=1)
    check("log L", values[:3], "-3.82961962 -3.82475159 -3.82474951", units=1)


@row("4", "six subjects, Breslow: martingale residuals", PAPER)
def _(check: Check, tables: Tables) -> None:
    ours = residuals(at("breslow", 0), "martingale", None)
    check("at 0", ours, [5 / 6, -1 / 6, 1 / 3, 1 / 3, -2 / 3, -2 / 3])
    ours = cox(TIME, EVENT, X, ties="breslow").residuals()
    check("at the maximum", ours[:3], "0.728714 -0.271286 -0.457427")
    check("the others", ours[3:], [2 / 3, -1 / 3, -1 / 3])


@row("5", "six subjects, Breslow: score and Schoenfeld residuals", PAPER)
def _(check: Check, tables: Tables) -> None:
    ours = residuals(at("breslow", 0), "score", None)
    check("score at 0", ours, [5 / 12, -1 / 12, 7 / 24, -1 / 24, 5 / 24, 5 / 24])
    ours = cox(TIME, EVENT, X, ties="breslow").residuals("schoenfeld")
    check("Schoenfeld at the maximum", ours, "0.1861407 0.4069297 -0.5930703 0")


@row("6", "six subjects, Breslow: variance of the cumulative hazard", PAPER)
def _(check: Check, tables: Tables) -> None:
    check("x = 0, b = 0", hazard_variance(at("breslow", 0)), [7 / 180, 2 / 9, 11 / 9])
    check("at the maximum", hazard_variance(cox(TIME, EVENT, X, ties="breslow").model), "0.007871 0.111111 1.111111")


@row("8", "six subjects, Efron: residuals at 0", PAPER)
def _(check: Check, tables: Tables) -> None:
    ours = residuals(at("efron", 0), "martingale", None)
    check("martingale", ours, [5 / 6, -1 / 6, 5 / 12, 5 / 12, -3 / 4, -3 / 4])
    ours = residuals(at("efron", 0), "score", None)
    check("score", ours, [5 / 12, -1 / 12, 55 / 144, -5 / 144, 29 / 144, 29 / 144])


@row(
    "9",
    "six subjects, Efron: variance of the cumulative hazard",
    PAPER,
    "at b = 0 the vignette prints 1996/6225 and 8221/6225 for the times 6 and 9: its own formula 4/(r + 5)^2 is "
    "4/36 at r = 1, not 4/25, which gives 203/747 and 950/747. R 3.5-3 gives 0.27175368 and 1.27175368, as we do",
)
def _(check: Check, tables: Tables) -> None:
    check("x = 0, b = 0", hazard_variance(at("efron", 0)), [119 / 2988, 203 / 747, 950 / 747])
    check("at the maximum", hazard_variance(cox(TIME, EVENT, X).model), "0.0059505 0.134075 1.134075", units=1)


@row("10", "six subjects, exact: the coefficient has no maximum", PAPER)
def _(check: Check, tables: Tables) -> None:
    fit = cox(TIME, EVENT, X, ties="exact")
    assert not fit.converged
    assert "grows without limit" in fit.message
    check("log L at 0: -2 log(3r + 3) + 2b at r = 1", fit.log_likelihood.null, [-2 * math.log(6)])
    check("its limit, -2 log 3", fit.log_likelihood.fitted, [-2 * math.log(3)])
    check("standard error", fit.std_error, "NA")


@row("2", "six subjects, Breslow, maximum", PAPER)
def _(check: Check, tables: Tables) -> None:
    fit = cox(TIME, EVENT, X, ties="breslow")
    check("beta", fit.coef, [math.log((3 + math.sqrt(33)) / 2)])
    check("log L", fit.log_likelihood.fitted, -3.824749505002866)
    check("information", 1 / fit.covariance, "0.6341681")


@row(
    "7",
    "six subjects, Efron",
    PAPER,
    "log L at the maximum is -3.35897484: the vignette prints -3.358979, which is off in its sixth decimal",
)
def _(check: Check, tables: Tables) -> None:
    fit = cox(TIME, EVENT, X)
    check("log L at 0", fit.log_likelihood.null, "-4.276666")
    check("beta", fit.coef, "1.676857")
    check("exp(beta)", fit.hazard_ratio, "5.348721")
    check("log L", fit.log_likelihood.fitted, "-3.358975")
    check("information", 1 / fit.covariance, "0.612632", units=1)
    check("score and information at 0", derivatives(at("efron", 0))[1:], [52 / 48, 83 / 144])


@row("12", "ten intervals (start, stop]", "?coxph, book2.R")
def _(check: Check, tables: Tables) -> None:
    fit = second("efron")
    check("coef", fit.coef, "-0.02111")
    check("standard error", fit.std_error, "0.79518")
    start, stop, event, x = SECOND.T
    check("concordance", concordance(stop, event, x * fit.coef[0], entry=start).concordance, "0.526")


@row("T66", "six subjects, Breslow and Efron", PAPER, "log L of Efron: see row 7")
def _(check: Check, tables: Tables) -> None:
    breslow = cox(TIME, EVENT, X, ties="breslow")
    check("Breslow beta", breslow.coef, "1.4752849")
    check("Breslow information", 1 / breslow.covariance, "0.6341681")
    check("Breslow log L", list(breslow.log_likelihood), "-4.564348 -3.824750")
    check("Breslow first Newton step", np.divide(*derivatives(at("breslow", 0))[1:]), 8 / 5)
    expected = [5 / 6, -1 / 6, 1 / 3, 1 / 3, -2 / 3, -2 / 3]
    check("Breslow martingale residuals at 0", residuals(at("breslow", 0), "martingale", None), expected)
    check("Breslow score test: U(0) = 1, I(0) = 0.625", breslow.score.statistic, 1.6)
    efron = cox(TIME, EVENT, X)
    check("Efron beta", efron.coef, "1.676857")
    check("Efron information", 1 / efron.covariance, "0.612632", units=1)
    check("Efron log L", list(efron.log_likelihood), "-4.276666 -3.358975")
    check("Efron score and information at 0", derivatives(at("efron", 0))[1:], [52 / 48, 83 / 144])
    expected = [5 / 6, -1 / 6, 5 / 12, 5 / 12, -3 / 4, -3 / 4]
    check("Efron martingale residuals at 0", residuals(at("efron", 0), "martingale", None), expected)


@row("T67", "ten intervals, Breslow and Efron", PAPER)
def _(check: Check, tables: Tables) -> None:
    breslow = second("breslow")
    check("Breslow beta", breslow.coef, "-.084526")
    check("Breslow log L", list(breslow.log_likelihood), "-9.392662 -9.387015")
    check("Breslow score test: U(0) = -2/15, I(0) = 2821/1800", breslow.score.statistic, (2 / 15) ** 2 * 1800 / 2821)
    check("Breslow information", 1 / breslow.covariance, "1.586934", units=1)
    check("Efron beta", second("efron").coef, "-.0211052", units=1)
