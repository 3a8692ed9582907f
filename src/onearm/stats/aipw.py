"""Doubly robust risks and survival: right when either the score or the outcome model is.

With Z the arm, e the score, tau the target (e, 1 - e or 1 for trial, controls, all), T the target's members (Z, 1 - Z
or 1), m_a an outcome model and w_1 = Z tau / e, w_0 = (1 - Z) tau / (1 - e),

    psi_a = sum of [w_a (Y - m_a(X)) + T m_a(X)] / sum of T

(Robins, Rotnitzky & Zhao 1994, doi:10.1080/01621459.1994.10476818). With censoring, for the risk F by a landmark t
(Ozenne et al. 2020, doi:10.1002/bimj.201800298), Y is replaced by

    1(event by t) / G(U-)  +  integral over s <= min(U, t) of (1 - S(t)/S(s)) / G(s-) dM(s),

U the follow-up, S the outcome model of the own arm, G the chance of not being censored, dM = dN - dLambda the
martingale of censoring. The influence of a row on psi_a is its term less T psi_a, over the sum of T.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._aipw_censoring import observed_risks
from ._input import Bools, Floats, as_choice, as_indicator, as_level, as_matrix, as_times, rank_times
from ._standardise_hazard import HazardModel, fit_hazard
from ._standardise_logistic import fit_risk
from ._weighted_risk_contrast import Arm, Contrast, compare
from .logistic import logistic

__all__ = ["AipwRisk", "AipwSurvival", "aipw_risk", "aipw_survival"]

TARGETS = ("trial", "controls", "all")
CENSORING = ("cox", "kaplan-meier")
_LABEL = {"trial": "ATT", "controls": "ATC", "all": "ATE"}


@dataclass(frozen=True, slots=True, eq=False)
class AipwSurvival:
    """Doubly robust survival, treated (first) against controls (second), at k landmarks.

    Attributes
    ----------
    at : (k,) landmarks.
    treated, control : (k,) tuples of :class:`Arm`: survival with log-log limits.
    difference, ratio : (k,) tuples of :class:`Contrast` of survival.
    influence : (n, 2, k) influence of each row on each arm's survival.
    estimand : "ATT", "ATC" or "ATE"; kind : "marginal".
    least_score : smallest chance of the own arm among rows whose weight uses it; least_uncensored : smallest G used.
    """

    at: Floats
    treated: tuple[Arm, ...]
    control: tuple[Arm, ...]
    difference: tuple[Contrast, ...]
    ratio: tuple[Contrast, ...]
    influence: Floats
    estimand: str
    kind: str
    least_score: float
    least_uncensored: float


@dataclass(frozen=True, slots=True, eq=False)
class AipwRisk:
    """Doubly robust risks of a yes/no outcome: marginal ``difference``, ``ratio`` and ``odds_ratio``; ``influence``
    (n, 2); ``estimand`` "ATT", "ATC" or "ATE"; ``least_score`` as in :class:`AipwSurvival`."""

    difference: Contrast
    ratio: Contrast
    odds_ratio: Contrast
    influence: Floats
    estimand: str
    kind: str
    least_score: float


def aipw_risk(
    outcome: ArrayLike,
    treated: ArrayLike,
    x: ArrayLike,
    *,
    target: str = "trial",
    score_x: ArrayLike | None = None,
    level: float = 0.95,
) -> AipwRisk:
    """Risk of a yes/no outcome, known for everyone, had the target been treated and had it not.

    Parameters
    ----------
    outcome, treated : (n,) 0 or 1.
    x : (n, p) covariates of the outcome models, one logistic model for each arm.
    score_x : (n, q) covariates of the score; None for those of ``x``.
    target : average over the "trial" (ATT), the "controls" (ATC) or "all" (ATE).
    level : confidence level; limits of the risks on the logit scale.

    Raises
    ------
    ValueError
        For bad arrays or options, or a model that cannot be fitted (separation, a constant column, no event).

    Notes
    -----
    The standard error takes the fitted models as known, which is right where both are (to first order).

    Examples
    --------
    Models that are saturated give the standardised risks: strata of 4 treated, 4 controls and 4, 8.

    >>> x = [0] * 8 + [1] * 12
    >>> arm = [1] * 4 + [0] * 4 + [1] * 4 + [0] * 8
    >>> y = [1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]
    >>> a = aipw_risk(y, arm, x)
    >>> round(a.difference.first.estimate, 6), round(a.difference.second.estimate, 6)
    (0.625, 0.25)
    """
    as_choice("target", target, TARGETS)
    level = as_level(level)
    y = as_indicator("outcome", outcome)
    z = _arms(treated, y.size)
    columns = as_matrix("x", x, y.size)
    weights, member, least = _weights(z, columns if score_x is None else as_matrix("score_x", score_x, y.size), target)
    value, influence = np.zeros(2), np.zeros((y.size, 2))
    for a, (rows, who) in enumerate(((z, "treated"), (~z, "controls"))):
        m = fit_risk(y, columns, np.flatnonzero(rows), f"the model of the {who}").risk(columns)
        value[a], influence[:, a] = _mean(weights[a] * (y - m) + member * m, member)
    v = influence.T @ influence
    difference, ratio, odds = (compare(value, v, m, level, "logit") for m in ("difference", "ratio", "odds-ratio"))
    return AipwRisk(difference, ratio, odds, influence, _LABEL[target], "marginal", least)


def aipw_survival(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    x: ArrayLike,
    at: ArrayLike,
    *,
    target: str = "trial",
    score_x: ArrayLike | None = None,
    censoring: str = "cox",
    censoring_x: ArrayLike | None = None,
    level: float = 0.95,
) -> AipwSurvival:
    """Survival at landmarks had the target been treated and had it not, right if score or outcome model is.

    Parameters
    ----------
    time, event : (n,) follow-up, 1 = event, 0 = censored.
    treated : (n,) 1 = trial, 0 = external control.
    x : (n, p) covariates of the outcome: a Cox model for each arm.
    at : (k,) landmarks fixed beforehand, before the last follow-up of both arms.
    target : average over the "trial" (ATT), the "controls" (ATC) or "all" (ATE).
    score_x, censoring_x : covariates of the score and of censoring; None for those of ``x``.
    censoring : "cox" model on ``censoring_x`` for each arm, or "kaplan-meier" of each arm, without covariates.
    level : confidence level; limits of survival on the log-log scale.

    Raises
    ------
    ValueError
        For bad arrays or options, landmarks beyond an arm's follow-up, models that cannot be fitted, or a chance of
        being uncensored below 1e-6.

    Notes
    -----
    The standard error takes the fitted models as known, which is right where all are (to first order); where one may
    be wrong, bootstrap. Events come before censorings at the same time. The estimate may leave 0..1 in small samples;
    it then has no limits.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(4)
    >>> x = rng.normal(size=600)
    >>> trial = rng.random(600) < 1 / (1 + np.exp(0.5 - x))
    >>> life, end = rng.exponential(np.exp(0.8 * x + 0.5 * trial)), rng.exponential(3.0, 600)
    >>> s = aipw_survival(np.minimum(life, end), life <= end, trial, x, [0.8], target="all")
    >>> s.estimand, bool(s.difference[0].low < 0.15 < s.difference[0].high)
    ('ATE', True)
    """
    as_choice("target", target, TARGETS)
    as_choice("censoring", censoring, CENSORING)
    level = as_level(level)
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    z = _arms(treated, t.size)
    columns = as_matrix("x", x, t.size)
    landmarks = as_times("at", np.atleast_1d(at))
    leaving = columns if censoring_x is None else as_matrix("censoring_x", censoring_x, t.size)
    if censoring == "kaplan-meier":
        leaving = np.zeros((t.size, 0))
    weights, member, least = _weights(z, columns if score_x is None else as_matrix("score_x", score_x, t.size), target)
    clock, marks = _clock(t, d, landmarks)
    value, influence, least_g = np.zeros((2, marks.size)), np.zeros((t.size, 2, marks.size)), 1.0
    for a, (mine, who) in enumerate(((z, "treated"), (~z, "controls"))):
        rows = np.flatnonzero(mine)
        if np.any(landmarks > t[rows].max() * (1 + 1e-9)):
            raise ValueError(f"at lies beyond the last follow-up {t[rows].max():g} of the {who}")
        if not np.any(d[rows]):
            raise ValueError(f"event holds no event among the {who}: their hazard cannot be modelled")
        model = fit_hazard(clock, d, columns, rows, f"the outcome model of the {who}")
        censor = fit_hazard(clock, ~d, leaving, rows, f"the censoring model of the {who}")
        exact = censoring == "kaplan-meier"
        seen, smallest = observed_risks(clock[rows], d[rows], model, columns[rows], censor, leaving[rows], marks, exact)
        least_g = min(least_g, smallest)
        f = _risks(model, columns, marks)
        term = member[:, None] * f
        term[rows] += weights[a][rows, None] * (seen - f[rows])
        for k in range(marks.size):
            risk, moved = _mean(term[:, k], member)
            value[a, k], influence[:, a, k] = 1 - risk, -moved
    v = np.einsum("nak,nbk->kab", influence, influence)
    each = range(marks.size)
    difference = tuple(compare(value[:, k], v[k], "difference", level, "log-log") for k in each)
    return AipwSurvival(
        at=landmarks,
        treated=tuple(c.first for c in difference),
        control=tuple(c.second for c in difference),
        difference=difference,
        ratio=tuple(compare(value[:, k], v[k], "ratio", level, "log-log") for k in each),
        influence=influence,
        estimand=_LABEL[target],
        kind="marginal",
        least_score=least,
        least_uncensored=least_g,
    )


def _arms(treated: ArrayLike, n: int) -> Bools:
    z = as_indicator("treated", treated, n)
    if np.all(z) or not np.any(z):
        raise ValueError("treated must hold both 1 and 0")
    return z


def _weights(z: Bools, x: Floats, target: str) -> tuple[tuple[Floats, Floats], Floats, float]:
    """w_1 and w_0 (n,), members of the target (n,), and the smallest chance of the own arm that was used."""
    fit = logistic(x, z)
    if not fit.converged:
        raise ValueError(f"x: the score cannot be estimated, {fit.message}")
    odds = np.exp(fit.linear_predictor)
    if target == "trial":
        member, one, zero, used = z.astype(np.float64), np.ones(z.size), odds, ~z
    elif target == "controls":
        member, one, zero, used = (~z).astype(np.float64), 1 / odds, np.ones(z.size), z
    else:
        member, one, zero, used = np.ones(z.size), 1 + 1 / odds, 1 + odds, np.ones(z.size, dtype=np.bool_)
    own = np.where(z, fit.fitted, 1 - fit.fitted)
    return (np.where(z, one, 0.0), np.where(z, 0.0, zero)), member, float(own[used].min())


def _mean(term: Floats, member: Floats) -> tuple[float, Floats]:
    """psi and the influence of each row on it."""
    total = float(member.sum())
    psi = float(term.sum()) / total
    return psi, (term - member * psi) / total


def _clock(t: Floats, d: Bools, landmarks: Floats) -> tuple[Floats, Floats]:
    """Times as whole numbers, an event at 2 rank and a censoring at 2 rank + 1, so that events come first; and the
    landmarks among them."""
    grid, (rank,) = rank_times(t)
    place = np.searchsorted(grid, landmarks * (1 + 1e-9), side="right")
    return (2 * rank + ~d).astype(np.float64), (2 * place - 1).astype(np.float64)


def _risks(model: HazardModel, x: Floats, marks: Floats) -> Floats:
    """F at the landmarks of everyone (n, k)."""
    return np.asarray(-np.expm1(-np.outer(model.risk(x), model.hazard(marks))))
