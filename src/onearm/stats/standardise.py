"""g-computation: predict every subject of the target under both treatments, and average.

A regression coefficient is ``conditional`` on the covariates; the averages here are ``marginal``, in a named target
population. Hazard ratios and odds ratios of the two kinds differ even without confounding, so each carries its label
and they are never to be compared. No marginal hazard ratio is given: standardised curves do not have proportional
hazards even where the model has, and a Cox model fitted to them is an average over a censoring pattern of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, Ints, as_choice, as_indicator, as_level, as_matrix, as_times, as_vector
from ._standardise_hazard import HazardModel, blocks, fit_hazard, mean_survival
from ._standardise_logistic import mean_risks
from ._weighted_risk_contrast import Arm, Contrast, arm, compare

__all__ = ["StandardisedRisk", "StandardisedSurvival", "standardise_risk", "standardise_survival"]

TARGETS = ("trial", "controls", "all")
MODELS = ("shared", "separate")
_LABEL = {"trial": "ATT", "controls": "ATC", "all": "ATE"}


@dataclass(frozen=True, slots=True, eq=False)
class StandardisedSurvival:
    """Standardised survival, treated (first) against controls (second), k landmarks.

    Attributes
    ----------
    at : (k,) landmarks.
    treated, control : (k,) tuples of :class:`Arm`: survival with standard error and log-log limits.
    difference, ratio : (k,) tuples of :class:`Contrast` of survival.
    rmst : contrast (difference) of restricted mean time to ``tau``; None where no tau was given.
    influence : (n, 2, k) derivative of each arm's survival in the weight of each row.
    estimand : "ATT", "ATC" or "ATE"; kind : "marginal".
    conditional_log_hazard_ratio, conditional_std_error : of the treatment, given the covariates, from the shared
        model; None with separate models. Not a marginal effect.
    """

    at: Floats
    treated: tuple[Arm, ...]
    control: tuple[Arm, ...]
    difference: tuple[Contrast, ...]
    ratio: tuple[Contrast, ...]
    rmst: Contrast | None
    tau: float | None
    influence: Floats
    estimand: str
    kind: str
    models: str
    conditional_log_hazard_ratio: float | None
    conditional_std_error: float | None


@dataclass(frozen=True, slots=True, eq=False)
class StandardisedRisk:
    """Standardised risks of a yes/no outcome: marginal ``difference``, ``ratio`` and ``odds_ratio``.

    ``conditional_log_odds_ratio`` and its standard error come from the shared model (None with separate ones) and are
    not marginal effects. ``influence`` (n, 2); ``estimand`` "ATT", "ATC" or "ATE".
    """

    difference: Contrast
    ratio: Contrast
    odds_ratio: Contrast
    influence: Floats
    estimand: str
    kind: str
    models: str
    conditional_log_odds_ratio: float | None
    conditional_std_error: float | None


def standardise_survival(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    x: ArrayLike,
    at: ArrayLike,
    *,
    target: str = "trial",
    models: str = "separate",
    tau: float | None = None,
    level: float = 0.95,
) -> StandardisedSurvival:
    """Survival that the target population would have under both treatments, by a Cox model for the outcome.

    S_a(t) = mean over the target of exp(-H_a(t) exp(x b)). Standard errors come from influence functions that count
    the estimation of the model (baseline and coefficients) and the sampling of the target.

    Parameters
    ----------
    time, event : (n,) follow-up, 1 = event, 0 = censored; censoring is taken to depend on nothing but ``x`` and arm.
    treated : (n,) 1 = trial, 0 = external control.
    x : (n, p) covariates of the outcome.
    at : (k,) landmarks fixed beforehand, within the follow-up of both arms.
    target : average over the "trial" (ATT), the "controls" (ATC) or "all" (ATE).
    models : "separate" Cox models by arm, or one "shared" with the treatment as a covariate.
    tau : restriction time of mean survival time; None for none.
    level : confidence level.

    Raises
    ------
    ValueError
        For bad arrays or options, landmarks beyond an arm's follow-up, an arm without events, or a model that does
        not converge.

    Notes
    -----
    Breslow's ties. Robins 1986, doi:10.1016/0270-0255(86)90088-6; influence functions as in Ozenne et al. 2020,
    doi:10.1002/bimj.201800298.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(2)
    >>> x, trial = rng.normal(size=400), np.arange(400) < 150
    >>> time = rng.exponential(np.exp(0.8 * x + 0.5 * trial))
    >>> s = standardise_survival(time, np.ones(400), trial, x, [1.0], tau=2.0)
    >>> s.estimand, round(s.difference[0].estimate, 2), bool(s.rmst.low < s.rmst.estimate)
    ('ATT', 0.15, True)
    """
    as_choice("target", target, TARGETS)
    as_choice("models", models, MODELS)
    level = as_level(level)
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    z, share = _target(treated, target, t.size)
    columns = as_matrix("x", x, t.size)
    landmarks = as_times("at", np.atleast_1d(at))
    until = _restriction(tau)
    _within(t, d, z, np.r_[landmarks, [] if until is None else until], "at or tau")
    fits, designs = _models(t, d, z, columns, models)
    parts = [mean_survival(m, g, share, landmarks, t.size) for m, g in zip(fits, designs, strict=True)]
    value, influence = np.stack([p[0] for p in parts]), np.stack([p[1] for p in parts], axis=1)
    v = np.einsum("nak,nbk->kab", influence, influence)
    rows = range(landmarks.size)
    difference = tuple(compare(value[:, k], v[k], "difference", level, "log-log") for k in rows)
    shared = models == "shared"
    return StandardisedSurvival(
        at=landmarks,
        treated=tuple(c.first for c in difference),
        control=tuple(c.second for c in difference),
        difference=difference,
        ratio=tuple(compare(value[:, k], v[k], "ratio", level, "log-log") for k in rows),
        rmst=None if until is None else _mean_time(fits, designs, share, until, level),
        tau=until,
        influence=influence,
        estimand=_LABEL[target],
        kind="marginal",
        models=models,
        conditional_log_hazard_ratio=float(fits[0].b[0]) if shared else None,
        conditional_std_error=float(np.linalg.norm(fits[0].moved[:, 0])) if shared else None,
    )


def standardise_risk(
    outcome: ArrayLike,
    treated: ArrayLike,
    x: ArrayLike,
    *,
    target: str = "trial",
    models: str = "separate",
    level: float = 0.95,
) -> StandardisedRisk:
    """Risk that the target population would have under both treatments, by logistic regression for the outcome.

    Parameters
    ----------
    outcome, treated : (n,) 0 or 1, known for everyone.
    x : (n, p) covariates of the outcome.
    target, models, level : as in :func:`standardise_survival`.

    Raises
    ------
    ValueError
        For bad arrays or options, or a model that does not converge (no or only events in an arm, separation).

    Examples
    --------
    Without an effect of x the standardised risks are those of the arms: 0.75 and 0.25.

    >>> y, arm = [1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1], [1] * 8 + [0] * 8
    >>> s = standardise_risk(y, arm, [0, 0, 0, 0, 1, 1, 1, 1] * 2)
    >>> round(s.difference.first.estimate, 6), round(s.difference.second.estimate, 6), s.estimand
    (0.75, 0.25, 'ATT')
    """
    as_choice("target", target, TARGETS)
    as_choice("models", models, MODELS)
    level = as_level(level)
    y = as_indicator("outcome", outcome)
    z, share = _target(treated, target, y.size)
    columns = as_matrix("x", x, y.size)
    value, influence, conditional = mean_risks(y, z, columns, share, models == "shared")
    v = influence.T @ influence
    difference, ratio, odds = (compare(value, v, m, level, "logit") for m in ("difference", "ratio", "odds-ratio"))
    return StandardisedRisk(
        difference, ratio, odds, influence, _LABEL[target], "marginal", models, conditional[0], conditional[1]
    )


def _target(treated: ArrayLike, target: str, n: int) -> tuple[Bools, Floats]:
    """The arms, and each row's share (n,) in the target."""
    z = as_indicator("treated", treated, n)
    if np.all(z) or not np.any(z):
        raise ValueError("treated must hold both 1 and 0")
    inside = {"trial": z, "controls": ~z, "all": np.ones(n, dtype=np.bool_)}[target]
    return z, inside / np.count_nonzero(inside)


def _restriction(tau: float | None) -> float | None:
    if tau is None:
        return None
    value = float(as_vector("tau", np.atleast_1d(tau))[0]) if np.ndim(tau) == 0 else -1.0
    if not value > 0:
        raise ValueError(f"tau must be one time above 0, found {tau}")
    return value


def _within(t: Floats, d: Bools, z: Bools, times: Floats, name: str) -> None:
    """Events in both arms, and times within the follow-up of both."""
    for arm_rows, who in ((z, "treated"), (~z, "controls")):
        if not np.any(d[arm_rows]):
            raise ValueError(f"event holds no event among the {who}: their hazard cannot be modelled")
        end = float(t[arm_rows].max())
        if np.any(times > end * (1 + 1e-9)):
            raise ValueError(f"{name} lies beyond the last follow-up {end:g} of the {who}, found {times.max():g}")


def _models(
    t: Floats, d: Bools, z: Bools, x: Floats, models: str
) -> tuple[tuple[HazardModel, HazardModel], tuple[Floats, Floats]]:
    """A hazard model for each arm, and the columns from which it predicts everyone in that arm."""
    if models == "separate":
        arms: tuple[Ints, Ints] = (np.flatnonzero(z), np.flatnonzero(~z))
        names = ("the model of the treated", "the model of the controls")
        one, zero = (fit_hazard(t, d, x, rows, what) for rows, what in zip(arms, names, strict=True))
        return (one, zero), (x, x)
    design = np.c_[z.astype(np.float64), x]
    both = fit_hazard(t, d, design, np.arange(t.size), "the model of both arms")
    return (both, both), (np.c_[np.ones(t.size), x], np.c_[np.zeros(t.size), x])


def _mean_time(
    models: tuple[HazardModel, HazardModel], designs: tuple[Floats, Floats], share: Floats, tau: float, level: float
) -> Contrast:
    """Area under the standardised curves from 0 to tau, in units of tau until it is shown."""
    value, influence = np.zeros(2), np.zeros((share.size, 2))
    for a, (m, z) in enumerate(zip(models, designs, strict=True)):
        times = m.time[m.time < tau]
        width = np.diff(np.r_[times, tau]) / tau
        value[a] = (times[0] if times.size else tau) / tau
        for k in blocks(times.size, share.size):
            s, moved = mean_survival(m, z, share, times[k], share.size)
            value[a] += width[k] @ s
            influence[:, a] += moved @ width[k]
    c = compare(value, influence.T @ influence, "difference", level, "plain")
    first, second = (arm(q.estimate * tau, q.std_error * tau, level, "plain") for q in (c.first, c.second))
    return Contrast(
        c.estimate * tau, c.std_error * tau, c.low * tau, c.high * tau, c.p_value, level, first, second, c.measure,
        c.message,
    )  # fmt: skip
