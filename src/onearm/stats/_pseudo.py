"""What each row contributes to a survival curve: influence functions and pseudo-values.

Write w_i for the weight of row i, d and n for (weighted) events and numbers at risk, Y_i(s) and dN_i(s) for row i being
at risk and having its event at s. The Kaplan-Meier curve and the area under it change with w_i as

    dS(t) / dw_i = -S(t) sum over s <= t of (dN_i(s) - Y_i(s) d(s) / n(s)) / (n(s) - d(s))
    dR(tau) / dw_i = -    sum over s <= tau of (dN_i(s) - Y_i(s) d(s) / n(s)) A(s) / (n(s) - d(s))

A(s) being the area under S from s to tau; steps to S = 0 add nothing. Squared and summed (within clusters first),
these give the infinitesimal jackknife variance. The pseudo-value of row i is theta + n dtheta/dw_i, or n theta less
(n - 1) times theta without row i: the number that row i alone stands for, to be used as the outcome of an ordinary
regression (Andersen, Klein & Rosthoj 2003, doi:10.1093/biomet/90.1.15).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._curve import KaplanMeier
from ._input import TIE_TOLERANCE, Bools, Floats, Ints, as_choice, as_indicator, as_times, as_vector
from ._kaplan_meier import kaplan_meier

METHODS = ("infinitesimal", "jackknife")


def pseudo_values(
    time: ArrayLike,
    event: ArrayLike,
    *,
    at: ArrayLike | None = None,
    rmst: ArrayLike | None = None,
    method: str = "infinitesimal",
) -> Floats:
    """Pseudo-values of survival at given times, or of restricted mean survival time.

    Their mean is the Kaplan-Meier estimate (nearly so for the jackknife of a curve that ends in an event); regressing
    them on covariates by least squares with a robust variance estimates how survival or mean time differs, without
    proportional hazards.

    Parameters
    ----------
    time, event : (n,) follow-up and 1 = event, 0 = censored.
    at : time or k times for survival; give either this or ``rmst``.
    rmst : restriction time tau, or k of them.
    method : "infinitesimal" (as R's ``survival::pseudo``), or "jackknife", which leaves out one row after another.

    Returns
    -------
    array
        (n,) for a single time, (n, k) for k of them.

    Raises
    ------
    ValueError
        For bad arrays, both or neither of ``at`` and ``rmst``, or a time beyond the last follow-up while survival is
        above 0 there.

    Examples
    --------
    Without censoring the pseudo-value of survival is the indicator of being alive.

    >>> pseudo_values([2, 3, 5, 8], [1, 1, 1, 1], at=4).round(9).tolist()
    [0.0, 0.0, 1.0, 1.0]
    >>> pseudo_values([2, 3, 5, 8], [1, 1, 1, 1], rmst=4, method="jackknife").round(9).tolist()
    [2.0, 3.0, 4.0, 4.0]
    """
    as_choice("method", method, METHODS)
    if (at is None) == (rmst is None):
        raise ValueError("give either at (survival) or rmst (restricted mean), not both")
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    name, given = ("at", at) if rmst is None else ("rmst", rmst)
    horizon = as_vector(name, np.atleast_1d(np.asarray(given, dtype=np.float64)))
    bad = np.flatnonzero((horizon < 0) if rmst is None else (horizon <= 0))
    if bad.size:
        raise ValueError(f"{name} must be positive, found {horizon[bad[0]]}")
    km = kaplan_meier(t, d)
    late = np.flatnonzero(horizon > km.time[-1] * (1 + TIE_TOLERANCE))
    if late.size and km.survival[-1] > 0:
        raise ValueError(f"{name} {horizon[late[0]]} lies beyond the last follow-up {km.time[-1]}")
    columns = [_column(km, t, d, float(h), name, method) for h in horizon]
    return columns[0] if np.asarray(given).ndim == 0 else np.stack(columns, axis=1)


def _column(km: KaplanMeier, t: Floats, d: Bools, horizon: float, name: str, method: str) -> Floats:
    if name == "at":
        value = float(km.at(horizon, extend=True).survival[0])
        if method == "infinitesimal":
            return value + t.size * survival_influence(km, t, d, horizon)
        return t.size * value - (t.size - 1) * _Without(km, t, d).survival(horizon)
    value = km.rmst(horizon).value
    if method == "infinitesimal":
        return value + t.size * mean_influence(km, t, d, horizon)
    return t.size * value - (t.size - 1) * _Without(km, t, d).mean(horizon)


def survival_influence(km: KaplanMeier, t: Floats, d: Bools, at: float) -> Floats:
    """dS(at) / dw of each row (n,), for the curve ``km`` of these rows without late entry."""
    row = _rank(km, t)
    last = last_step(km, at)
    if last < 0:
        return np.zeros(t.size)
    jump, hazard = _steps(km)
    seen = d & (row <= last)
    inner = np.where(seen, jump[row], 0.0) - np.cumsum(hazard)[np.minimum(row, last)]
    return -float(km.survival[last]) * inner


def mean_influence(km: KaplanMeier, t: Floats, d: Bools, tau: float) -> Floats:
    """d(restricted mean to tau) / dw of each row (n,)."""
    row = _rank(km, t)
    jump, hazard = _steps(km)
    area = areas(km.time, km.survival, tau)[1:]
    lived: Floats = np.cumsum(hazard * area)[row]
    return lived - np.where(d, (jump * area)[row], 0.0)


def areas(time: Floats, survival: Floats, tau: float) -> Floats:
    """Area under a curve from 0 and from each of its m times to tau (m + 1,)."""
    knots = np.r_[0.0, np.minimum(time, tau), tau]
    pieces = np.diff(knots) * np.r_[1.0, survival]
    return np.asarray(np.cumsum(pieces[::-1])[::-1], dtype=np.float64)


def last_step(km: KaplanMeier, at: float) -> int:
    """Index of the last time of the curve at or before ``at``, -1 when there is none."""
    return int(np.searchsorted(km.time, at + TIE_TOLERANCE * abs(at), side="right")) - 1


def _rank(km: KaplanMeier, t: Floats) -> Ints:
    """The index of each row's time in the curve; near ties belong to the smallest of their run."""
    return np.searchsorted(km.time, t, side="right").astype(np.int64) - 1


def _steps(km: KaplanMeier) -> tuple[Floats, Floats]:
    """1 / (n - d) and d / (n (n - d)) where an event leaves someone at risk, else 0."""
    use = (km.n_events > 0) & (km.n_events < km.n_at_risk)
    jump, hazard = np.zeros_like(km.time), np.zeros_like(km.time)
    jump[use] = 1 / (km.at_risk - km.events)[use]
    hazard[use] = jump[use] * (km.events / km.at_risk)[use]
    return jump, hazard


class _Without:
    """The curves without one row each: up to the row's time n is one less, at it so are its events, later nothing is.

    So S without i is C before T_i, C the product of 1 - d / (n - 1), and C(T_i-) f_i S(t) / S(T_i) from T_i on.
    """

    def __init__(self, km: KaplanMeier, t: Floats, d: Bools) -> None:
        self.km, self.row = km, _rank(km, t)
        others = np.maximum(km.n_at_risk - 1, 1)
        self.early: Floats = np.cumprod(np.maximum(1 - km.n_events / others, 0.0)).astype(np.float64)
        own = 1 - (km.n_events[self.row] - d) / others[self.row]
        final = np.where(km.survival > 0, km.survival, 1.0)  # nothing follows a step to 0
        self.scale = np.r_[1.0, self.early][self.row] * own / final[self.row]

    def survival(self, at: float) -> Floats:
        last = last_step(self.km, at)
        if last < 0:
            return np.ones(self.row.size)
        later = self.km.survival[last] if self.km.survival[last] > 0 else (self.row == last).astype(np.float64)
        without: Floats = np.where(self.row > last, self.early[last], self.scale * later)
        return without

    def mean(self, tau: float) -> Floats:
        time = self.km.time
        before = areas(time, self.early, tau)
        after = areas(time, self.km.survival, tau)[1:]
        if self.km.survival[-1] == 0:  # left without its last event, the curve goes on flat to tau
            after[-1] = max(tau - time[-1], 0.0)
        without: Floats = before[0] - before[1:][self.row] + self.scale * after[self.row]
        return without
