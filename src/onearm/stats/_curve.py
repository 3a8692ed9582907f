"""A survival curve as a record, and what is read off it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ._curve_variance import area_variance
from ._input import TIE_TOLERANCE, Floats, as_choice, as_vector
from ._sample import Sample

_HALF_TOLERANCE = math.sqrt(np.finfo(float).eps)  # S this close to 1 - p equals it, as in R
RULES = ("smallest", "midpoint")


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalAt:
    """A curve read at k times; every field is an array (k,).

    ``survival``, ``std_error``, ``low``, ``high`` are NaN beyond the last follow-up unless the curve
    has reached 0 or was extended; ``at_risk`` is the (weighted) number with entry < t <= time,
    ``n_at_risk`` the number of rows.
    """

    time: Floats
    survival: Floats
    std_error: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    n_at_risk: Floats


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of survival time with its limits, in the unit of time; None where not reached."""

    value: float | None
    low: float | None
    high: float | None
    p: float
    rule: str


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """The mean of min(T, tau) in the unit of time, and its standard error."""

    value: float
    std_error: float
    tau: float


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """A Kaplan-Meier curve at its m distinct exit times; arrays are (m,) unless said.

    Attributes
    ----------
    time : increasing times at which someone had an event or was censored.
    at_risk, events, censored : sums of weights (plain numbers when weights are one).
    n_at_risk, n_events, n_censored : numbers of rows, whatever their weights.
    survival, std_error : S(t) and its standard error (NaN where S is 0).
    low, high : pointwise limits at ``level`` on the scale ``interval`` (1, 1 where S is 1; NaN where S is 0).
    variance : "greenwood" or "infinitesimal jackknife".
    n, total_events : rows used, and events among them.
    sample : the ranked rows, for :meth:`rmst`.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    survival: Floats
    std_error: Floats
    low: Floats
    high: Floats
    n_at_risk: Floats
    n_events: Floats
    n_censored: Floats
    level: float
    interval: str
    variance: str
    n: int
    total_events: int
    sample: Sample = field(repr=False)

    def at(self, times: ArrayLike, *, extend: bool = False) -> SurvivalAt:
        """S, its limits and the number at risk at given times.

        Beyond the last follow-up the curve is unknown: NaN, unless it has reached 0 there (then 0)
        or ``extend`` carries the last value forward, as ``summary(..., extend=TRUE)`` does in R.

        Raises
        ------
        ValueError
            If a time is missing or infinite.

        Examples
        --------
        Ten subjects, five early deaths (CAMIS comparison of R and SAS): S(100) is 0.5 (0.184, 0.753).

        >>> from onearm.stats.survival import kaplan_meier
        >>> day = [54, 75, 77, 84, 87, 92, 103, 105, 112, 118]
        >>> km = kaplan_meier(day, [1] * 5 + [0] * 5)
        >>> r = km.at(100)
        >>> float(r.survival[0]), round(float(r.low[0]), 3), round(float(r.high[0]), 3)
        (0.5, 0.184, 0.753)
        >>> float(km.at(120).survival[0]), float(km.at(120, extend=True).survival[0])
        (nan, 0.5)
        """
        t = as_vector("times", np.atleast_1d(np.asarray(times, dtype=np.float64)))
        slack = TIE_TOLERANCE * np.abs(t)
        step = np.searchsorted(self.time, t + slack, side="right")
        unknown = t > self.time[-1] + slack
        if extend or self.survival[-1] == 0:
            unknown = np.zeros_like(unknown)

        def read(v: Floats, start: float) -> Floats:
            return np.where(unknown, np.nan, np.r_[start, v][step])

        j = np.searchsorted(self.sample.grid, t - slack, side="left")
        weight = self.sample.weight
        exits, entries = self.sample.tails(weight)
        n_exits, n_entries = self.sample.tails(np.ones_like(weight))
        number = n_exits[j] - n_entries[j]
        return SurvivalAt(
            t,
            read(self.survival, 1.0),
            read(self.std_error, 0.0),
            read(self.low, 1.0),
            read(self.high, 1.0),
            np.where(number > 0, exits[j] - entries[j], 0.0),
            number,
        )

    def quantile(self, p: float = 0.5, rule: str = "smallest") -> Quantile:
        """The time by which a proportion ``p`` has had the event; ``p=0.5`` is the median.

        "smallest" takes the first time with S(t) <= 1 - p. "midpoint" is R's rule: where S equals
        1 - p over a whole stretch, the middle of that stretch. The limits invert the pointwise
        limits of the curve by the same rule (Brookmeyer & Crowley 1982, doi:10.2307/2530286).

        Returns
        -------
        Quantile
            ``value``, ``low``, ``high`` in the unit of time; None where not reached.

        Examples
        --------
        >>> from onearm.stats.survival import kaplan_meier
        >>> day = [54, 75, 77, 84, 87, 92, 103, 105, 112, 118]
        >>> km = kaplan_meier(day, [1] * 5 + [0] * 5)
        >>> km.quantile().value, km.quantile(rule="midpoint").value, km.quantile(0.25).value
        (87.0, 102.5, 77.0)
        """
        if not 0 < p < 1:
            raise ValueError(f"p must lie between 0 and 1, found {p}")
        as_choice("rule", rule, RULES)
        value, low, high = (
            _first_below(self.time, curve, 1 - p, rule) for curve in (self.survival, self.low, self.high)
        )
        return Quantile(value, low, high, p, rule)

    def rmst(self, tau: float, *, extend: bool = False) -> RestrictedMean:
        """Restricted mean survival time: the area under S from 0 to ``tau``.

        The variance is the sum over event times of A^2 d / (n (n - d)), A the area from the event
        time to tau (Klein & Moeschberger 2003, 4.5), or its infinitesimal jackknife form when the
        curve is weighted.

        Raises
        ------
        ValueError
            If ``tau`` is not positive, or lies beyond the last follow-up while S is above 0 there
            (``extend=True`` carries the last value forward, as R does).

        Examples
        --------
        Maintained arm of the AML trial (Miller 1997): 31.84 weeks to week 48, SE 4.528.

        >>> from onearm.stats.survival import kaplan_meier
        >>> week = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
        >>> mean = kaplan_meier(week, [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]).rmst(48)
        >>> round(mean.value, 4), round(mean.std_error, 4)
        (31.8432, 4.5279)
        """
        if not (math.isfinite(tau) and tau > 0):
            raise ValueError(f"tau must be a positive number, found {tau}")
        if tau > self.time[-1] * (1 + TIE_TOLERANCE) and self.survival[-1] > 0 and not extend:
            raise ValueError(f"tau {tau} lies beyond the last follow-up {self.time[-1]}")
        knots = np.r_[0.0, np.minimum(self.time, tau), tau]
        pieces = np.diff(knots) * np.r_[1.0, self.survival]
        to_tau = np.cumsum(pieces[::-1])[::-1]  # area from knot k to tau
        s = self.sample
        where = np.searchsorted(s.grid, self.time)
        n, d, area = (np.zeros(s.grid.size) for _ in range(3))
        n[where], d[where], area[where] = self.at_risk, self.events, to_tau[1:]
        d[where[self.n_events == self.n_at_risk]] = 0.0  # the step to S = 0 has no area behind it
        variance = area_variance(s, n, d, area, self.variance != "greenwood")
        return RestrictedMean(float(to_tau[0]), math.sqrt(variance), float(tau))


def _first_below(time: Floats, curve: Floats, target: float, rule: str) -> float | None:
    """The first time at which ``curve`` is at or below ``target``; NaN never is."""
    below = np.flatnonzero(curve <= target + _HALF_TOLERANCE)
    if below.size == 0:
        return None
    k = below[0]
    if rule == "midpoint" and abs(curve[k] - target) <= _HALF_TOLERANCE:
        beyond = np.flatnonzero(curve[k:] < target - _HALF_TOLERANCE)
        end = k + beyond[0] if beyond.size else time.size - 1
        return float((time[k] + time[end]) / 2)
    return float(time[k])
