"""Pseudo-values: the number each row alone stands for in an estimate from censored follow-up.

For an estimate theta (survival at a time, a restricted mean) the pseudo-value of row i is n theta less (n - 1) times
theta without row i, or nearly the same, theta + n times the derivative of theta in the weight of row i. They take the
place of an outcome that censoring hides in an ordinary regression (Andersen, Klein & Rosthoj 2003,
doi:10.1093/biomet/90.1.15).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._curve import KaplanMeier
from ._input import TIE_TOLERANCE, Bools, Floats, Ints, as_choice, as_floats, as_indicator, as_times, as_vector
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

    Andersen, Klein & Rosthoj 2003 (doi:10.1093/biomet/90.1.15); restricted mean: Andersen, Hansen & Klein 2004
    (doi:10.1007/s10985-004-4771-0).

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
    assert given is not None
    horizon = as_vector(name, np.atleast_1d(as_floats(name, given)))
    bad = np.flatnonzero((horizon < 0) if rmst is None else (horizon <= 0))
    if bad.size:
        raise ValueError(f"{name} must be positive, found {horizon[bad[0]]}")
    km = kaplan_meier(t, d)
    late = np.flatnonzero(horizon > km.time[-1] * (1 + TIE_TOLERANCE))
    if late.size and km.survival[-1] > 0:
        raise ValueError(f"{name} {horizon[late[0]]} lies beyond the last follow-up {km.time[-1]}")
    kind = "survival" if rmst is None else "rmst"
    if kind == "survival":
        value = km.at(horizon, extend=True).survival
    else:
        value = np.array([km.rmst(h).value for h in horizon.tolist()])
    if method == "infinitesimal":
        result = value + t.size * km.influence(horizon, kind, extend=True)
    else:
        without = _Without(km, t, d)
        read = without.survival if kind == "survival" else without.mean
        result = t.size * value - (t.size - 1) * np.column_stack([read(h) for h in horizon.tolist()])
    return np.asarray(result[:, 0] if np.asarray(given).ndim == 0 else result, dtype=np.float64)


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
