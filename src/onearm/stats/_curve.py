"""A survival curve as a record, and what is read off it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ._curve_readings import RULES, first_below
from ._curve_readings import Quantile as Quantile
from ._curve_readings import RestrictedMean as RestrictedMean
from ._curve_readings import SurvivalAt as SurvivalAt
from ._curve_variance import Steps, area_influence, area_variance, hazard_influence, steps
from ._input import TIE_TOLERANCE, Bools, Floats, as_choice, as_floats, as_vector
from ._limits import INTERVALS, survival_limits
from ._sample import Sample


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """A survival curve at its m distinct exit times; arrays are (m,) unless said.

    Attributes
    ----------
    time : increasing times at which someone had an event or was censored.
    at_risk, events, censored : sums of weights (plain numbers when weights are one).
    n_at_risk, n_events, n_censored : numbers of rows, whatever their weights.
    effective_at_risk : (sum w)^2 / sum w^2 over those at risk (Kish 1965): how many rows of equal weight
        would say as much. Equal to ``n_at_risk`` without weights.
    survival, std_error : S(t) and its standard error (NaN where S is 0).
    low, high : pointwise limits at ``level`` on the scale ``interval`` (1, 1 where S is 1; NaN where S is 0).
    variance : "greenwood" or "infinitesimal jackknife".
    n, total_events : rows used, and events among them.
    effective_n : (sum w)^2 / sum w^2 over all rows.
    estimator : "kaplan-meier", or for exp(-H) the kind of H: "nelson-aalen" or "fleming-harrington".
    sample : the rows, for :meth:`rmst` and :meth:`influence`.
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
    effective_at_risk: Floats
    level: float
    interval: str
    variance: str
    n: int
    total_events: int
    effective_n: float
    estimator: str
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
        t, slack = _as_read("times", times)
        step = np.searchsorted(self.time, t + slack, side="right")
        unknown = self._unknown(t, slack, extend)

        def read(v: Floats, start: float) -> Floats:
            return np.where(unknown, np.nan, np.where(step > 0, v[np.maximum(step, 1) - 1], start))

        c = self.sample.counts
        j = np.searchsorted(c.grid, t - slack, side="left")
        there = np.minimum(j, c.grid.size - 1)
        return SurvivalAt(
            t,
            read(self.survival, 1.0),
            read(self.std_error, 0.0),
            read(self.low, 1.0),
            read(self.high, 1.0),
            np.where(j < c.grid.size, c.risk[there], 0.0),
            np.where(j < c.grid.size, c.n_risk[there], 0.0),
        )

    def _unknown(self, t: Floats, slack: Floats, extend: bool) -> Bools:
        """Whether each time lies beyond the last follow-up of a curve that is not carried forward."""
        if extend or self.survival[-1] == 0:
            return np.zeros(t.size, dtype=bool)
        return np.asarray(t > self.time[-1] + slack)

    def quantile(self, p: float = 0.5, rule: str = "smallest", *, interval: str | None = None) -> Quantile:
        """The time by which a proportion ``p`` has had the event; ``p=0.5`` is the median.

        "smallest" takes the first time with S(t) <= 1 - p. "midpoint" is R's rule: where S equals
        1 - p over a whole stretch, the middle of that stretch. The limits invert the pointwise
        limits of the curve by the same rule (Brookmeyer & Crowley 1982, doi:10.2307/2530286);
        ``interval`` names another scale for them than that of the curve.

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
        low, high = self.low, self.high
        if interval is not None and interval != self.interval:
            as_choice("interval", interval, INTERVALS)
            low, high = survival_limits(self.survival, self.std_error, self.level, interval)
        value, lower, upper = (first_below(self.time, v, 1 - p, rule) for v in (self.survival, low, high))
        return Quantile(value, lower, upper, p, rule)

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
        area = self._area(tau, extend)
        share = area[1:] / tau  # squares of times may overflow
        variance = area_variance(self.sample, self._steps(), share, self.variance == "infinitesimal jackknife")
        return RestrictedMean(float(area[0]), tau * math.sqrt(variance), float(tau))

    def _area(self, tau: float, extend: bool, name: str = "tau") -> Floats:
        """Area under S to tau, from 0 and from each grid time (m + 1,)."""
        if not (math.isfinite(tau) and tau > 0):
            raise ValueError(f"{name} must be a positive number, found {tau}")
        if tau > self.time[-1] * (1 + TIE_TOLERANCE) and self.survival[-1] > 0 and not extend:
            raise ValueError(f"{name} {tau} lies beyond the last follow-up {self.time[-1]}")
        grid, survival = self.sample.grid, self.survival
        if grid.size > self.time.size:  # entries have grid times of their own, where S does not change
            survival = np.r_[1.0, survival][np.searchsorted(self.time, grid, side="right")]
        pieces = np.diff(np.r_[0.0, np.minimum(grid, tau), tau])
        pieces[1:] *= survival
        return np.asarray(np.cumsum(pieces[::-1])[::-1], dtype=np.float64)

    def _steps(self) -> Steps:
        return steps(self.sample.counts, self.estimator)

    def influence(self, times: ArrayLike, kind: str = "survival", *, extend: bool = False) -> Floats:
        """How much each row moves the curve at ``times``: its derivative in the weight of the row.

        Sums of w * influence over rows are 0, sums of their squares (within clusters) the
        infinitesimal jackknife variance; pseudo-values are estimate + n * influence.

        Parameters
        ----------
        times : (k,) times, for "rmst" the k values of tau.
        kind : "survival" for S(t), "rmst" for the area under S from 0 to t.
        extend : as in :meth:`at` and :meth:`rmst`.

        Returns
        -------
        (n, k) array, one row for each row given to the estimator (0 for those of weight 0, which have
        no share in the curve); NaN at times beyond the last follow-up, where the curve is unknown.

        Raises
        ------
        ValueError
            For bad times, an unknown kind, or a tau beyond the last follow-up.

        Examples
        --------
        Six subjects, solved on paper (Therneau, validation of survfit): influences on S(1) are -20/144 for
        the death at 1 and 4/144 for the others.

        >>> from onearm.stats.survival import kaplan_meier
        >>> km = kaplan_meier([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1])
        >>> (144 * km.influence([1, 6])).round(9).T.tolist()
        [[-20.0, 4.0, 4.0, 4.0, 4.0, 4.0], [-10.0, 2.0, -13.0, -13.0, 17.0, 17.0]]
        """
        as_choice("kind", kind, ("survival", "rmst"))
        t, slack = _as_read("times", times)
        s = self.sample
        if kind == "rmst":
            by_row = [area_influence(s, self._steps(), self._area(tau, extend, "times")[1:]) for tau in t.tolist()]
            return s.spread(np.column_stack(by_row))
        last = np.searchsorted(s.grid, t + slack, side="right") - 1
        moved = -self.at(t, extend=extend).survival * hazard_influence(s, self._steps(), last)
        return s.spread(moved)


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier(SurvivalCurve):
    """A Kaplan-Meier curve: fields and readings of :class:`SurvivalCurve`."""


def _as_read(name: str, times: ArrayLike) -> tuple[Floats, Floats]:
    """Times to read a curve at, and how far a near tie reaches."""
    t = as_vector(name, np.atleast_1d(as_floats(name, times)))
    return t, TIE_TOLERANCE * np.abs(t)
