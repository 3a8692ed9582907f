"""Weighted effects on an absolute scale: risks, survival, restricted mean time, cumulative incidence.

Weights are taken as fixed, the variance is the sandwich: with U_i the derivative of an estimate in the weight of row
i, the covariance of two estimates is the sum over rows, or over clusters such as matched pairs or subclasses, of
(sum of w U) (sum of w U)'. No small-sample factor is applied, as in ``cox``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._adjusted_log_rank import AdjustedLogRank, adjusted_log_rank
from ._incidence_input import as_causes
from ._input import Bools, Floats, Ints, as_choice, as_codes, as_indicator, as_level, as_times, as_weights
from ._kaplan_meier import kaplan_meier
from ._weighted_risk_contrast import MEASURES, Arm, Contrast, compare, covariance
from ._weighted_risk_incidence import incidence_influence

__all__ = [
    "AdjustedLogRank",
    "Arm",
    "Contrast",
    "adjusted_log_rank",
    "incidence_contrast",
    "risk_contrast",
    "rmst_contrast",
    "survival_contrast",
]


def risk_contrast(
    outcome: ArrayLike,
    treated: ArrayLike,
    *,
    measure: str = "difference",
    weight: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> Contrast:
    """Whether a yes/no outcome (response, say) is more frequent in the treated than in weighted controls.

    The risk of an arm is sum w y / sum w; its derivative in the weight of a row is (y - risk) / sum w.

    Parameters
    ----------
    outcome, treated : (n,) 0 or 1.
    measure : "difference", "ratio" or "odds-ratio".
    weight : (n,) weights, taken as fixed; rows of weight 0 are left out.
    cluster : (n,) labels of rows that belong together, within or across arms.
    level : confidence level. Limits of a ratio are made on its log scale, those of the risks on the logit scale.

    Raises
    ------
    ValueError
        For bad arrays or an unknown measure, or an arm without rows of positive weight.

    Notes
    -----
    The standard errors of R's ``vcovCL(glm(...), type = "HC0", cadjust = FALSE)`` with identity, log and logit link.

    Examples
    --------
    390 of 500 against 280 of 400 (maicplus, unweighted): ratio 1.114286 (1.0294, 1.2062).

    >>> y = [1] * 390 + [0] * 110 + [1] * 280 + [0] * 120
    >>> r = risk_contrast(y, [1] * 500 + [0] * 400, measure="ratio")
    >>> round(r.estimate, 6), round(r.low, 4), round(r.high, 4)
    (1.114286, 1.0294, 1.2062)
    """
    as_choice("measure", measure, MEASURES)
    level = as_level(level)
    y = as_indicator("outcome", outcome).astype(np.float64)
    rows = _Rows.make(treated, weight, cluster, y.size)
    risks, parts = np.zeros(2), np.zeros((y.size, 2))
    for k, mine in enumerate(rows.arms):
        share = rows.weight[mine] / rows.weight[mine].sum()
        risks[k] = share @ y[mine]
        parts[mine, k] = share * (y[mine] - risks[k])
    return compare(risks, covariance(parts, rows.cluster), measure, level, "logit")


def survival_contrast(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    at: float,
    *,
    measure: str = "difference",
    weight: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> Contrast:
    """Weighted survival at one time fixed beforehand, treated against controls.

    Parameters
    ----------
    time, event : (n,) follow-up, 1 = event, 0 = censored. treated : (n,) 0 or 1.
    at : the time, within the follow-up of both arms.
    measure : "difference", "ratio" or "odds-ratio".
    weight, cluster, level : as in :func:`risk_contrast`; limits of the arms on the log-log scale.

    Raises
    ------
    ValueError
        For bad arrays or options, an empty arm, or a time beyond an arm's follow-up.

    Notes
    -----
    The influence is that of the weighted Kaplan-Meier curve (the infinitesimal jackknife of R's ``survfit``).

    Examples
    --------
    AML maintenance trial: 0.614 against 0.486 without relapse at 23 weeks.

    >>> week = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
    >>> seen = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> c = survival_contrast(week, seen, [1] * 11 + [0] * 12, 23)
    >>> round(c.first.estimate, 3), round(c.second.estimate, 3), round(c.estimate, 3)
    (0.614, 0.486, 0.128)
    """
    as_choice("measure", measure, MEASURES)
    level = as_level(level)
    t, d = _times(time, event)
    when = _moment("at", at)
    rows = _Rows.make(treated, weight, cluster, t.size)
    value, parts = np.zeros(2), np.zeros((t.size, 2))
    for k, mine in enumerate(rows.arms):
        curve = kaplan_meier(t[mine], d[mine], weight=rows.weight[mine])
        value[k] = curve.at([when]).survival[0]
        if np.isnan(value[k]):
            raise ValueError(f"at lies beyond the last follow-up {curve.time[-1]:g} of an arm, found {when:g}")
        parts[mine, k] = rows.weight[mine] * curve.influence([when])[:, 0]
    return compare(value, covariance(parts, rows.cluster), measure, level, "log-log")


def rmst_contrast(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    tau: float,
    *,
    measure: str = "difference",
    weight: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> Contrast:
    """Weighted restricted mean time to ``tau``, treated against controls.

    Parameters
    ----------
    time, event, treated, weight, cluster, level : as in :func:`survival_contrast`.
    tau : restriction time, within the follow-up of both arms.
    measure : "difference" or "ratio".

    Raises
    ------
    ValueError
        For bad arrays or options, an empty arm, or a ``tau`` that is 0 or beyond an arm's follow-up.

    Examples
    --------
    AML maintenance trial, first 30 weeks: 4.908 weeks more.

    >>> week = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
    >>> seen = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> round(rmst_contrast(week, seen, [1] * 11 + [0] * 12, 30).estimate, 3)
    4.908
    """
    as_choice("measure", measure, ("difference", "ratio"))
    level = as_level(level)
    t, d = _times(time, event)
    until = _moment("tau", tau)
    if until <= 0:
        raise ValueError(f"tau must be above 0, found {until:g}")
    rows = _Rows.make(treated, weight, cluster, t.size)
    value, parts = np.zeros(2), np.zeros((t.size, 2))
    for k, mine in enumerate(rows.arms):  # in units of tau, as squares of times may overflow
        curve = kaplan_meier(t[mine], d[mine], weight=rows.weight[mine])
        if until > curve.time[-1] * (1 + 1e-9) and curve.survival[-1] > 0:
            raise ValueError(f"tau lies beyond the last follow-up {curve.time[-1]:g} of an arm, found {until:g}")
        value[k] = curve.rmst(until, extend=True).value / until
        parts[mine, k] = rows.weight[mine] * (curve.influence([until], "rmst", extend=True)[:, 0] / until)
    return _in_unit(compare(value, covariance(parts, rows.cluster), measure, level, "plain"), until)


def incidence_contrast(
    time: ArrayLike,
    cause: ArrayLike,
    treated: ArrayLike,
    at: float,
    *,
    of: int = 1,
    measure: str = "difference",
    weight: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> Contrast:
    """Weighted cumulative incidence of one cause at one time, treated against controls.

    Parameters
    ----------
    time : (n,) follow-up. cause : (n,) 0 = censored, 1, 2, ... = cause of failure. treated : (n,) 0 or 1.
    at : the time, within the follow-up of both arms.
    of : the cause of interest.
    measure, weight, cluster, level : as in :func:`survival_contrast`.

    Raises
    ------
    ValueError
        For bad arrays or options, an empty arm, a cause without events, or a time beyond an arm's follow-up.

    Notes
    -----
    Aalen-Johansen estimate and its infinitesimal jackknife, as R's ``survfit`` of competing risks with weights.

    Examples
    --------
    Two of four treated against one of four controls failed from cause 1 by day 5; nobody was censored before.

    >>> c = incidence_contrast([1, 2, 3, 9, 1, 4, 8, 9], [1, 2, 1, 0, 2, 1, 1, 0], [1] * 4 + [0] * 4, 5)
    >>> c.first.estimate, c.second.estimate, c.estimate
    (0.5, 0.25, 0.25)
    """
    as_choice("measure", measure, MEASURES)
    level = as_level(level)
    t = as_times("time", time)
    causes = as_causes(cause, t.size)
    when = _moment("at", at)
    rows = _Rows.make(treated, weight, cluster, t.size)
    if not any(of == c for c in np.unique(causes[causes > 0]).tolist()):
        raise ValueError(f"of must be a cause with events in cause, found {of!r}")
    value, parts = np.zeros(2), np.zeros((t.size, 2))
    for k, mine in enumerate(rows.arms):
        if when > t[mine].max() * (1 + 1e-9):
            raise ValueError(f"at lies beyond the last follow-up {t[mine].max():g} of an arm, found {when:g}")
        value[k], parts[mine, k] = incidence_influence(t[mine], causes[mine], rows.weight[mine], int(of), when)
    return compare(value, covariance(parts, rows.cluster), measure, level, "log-log")


class _Rows:
    """Checked arms: rows of positive weight of the treated, then of the controls."""

    def __init__(self, arms: tuple[Ints, Ints], weight: Floats, cluster: Ints | None) -> None:
        self.arms, self.weight, self.cluster = arms, weight, cluster

    @staticmethod
    def make(treated: ArrayLike, weight: ArrayLike | None, cluster: ArrayLike | None, n: int) -> _Rows:
        z = as_indicator("treated", treated, n)
        w = as_weights("weight", weight, n)
        code = None if cluster is None else as_codes("cluster", cluster, n)[1]
        arms = np.flatnonzero(z & (w > 0)), np.flatnonzero(~z & (w > 0))
        if not (arms[0].size and arms[1].size):
            raise ValueError("treated must hold both 1 and 0 among rows of positive weight")
        return _Rows(arms, w, code)


def _times(time: ArrayLike, event: ArrayLike) -> tuple[Floats, Bools]:
    t = as_times("time", time)
    return t, as_indicator("event", event, t.size)


def _moment(name: str, value: float) -> float:
    """A finite time that is not negative."""
    number = np.asarray(value)
    if number.ndim or number.dtype.kind not in "biuf" or not 0 <= float(number) < np.inf:
        raise ValueError(f"{name} must be one finite time, not negative, found {value!r}")
    return float(number)


def _in_unit(c: Contrast, unit: float) -> Contrast:
    """A contrast of times in their unit."""

    def shown(a: Arm) -> Arm:
        return Arm(a.estimate * unit, a.std_error * unit, a.low * unit, a.high * unit)

    scale = unit if c.measure == "difference" else 1.0
    values = (c.estimate * scale, c.std_error * scale, c.low * scale, c.high * scale)
    return Contrast(*values, c.p_value, c.level, shown(c.first), shown(c.second), c.measure, c.message)
