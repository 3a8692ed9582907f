"""Cumulative incidence curves as records, and what is read off them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ._incidence_rows import Rows
from ._incidence_variance import area_error
from ._input import TIE_TOLERANCE, Floats, Ints, as_floats, as_vector

_REACHED = math.sqrt(np.finfo(float).eps)  # an incidence this close to p has reached p


class ByCause(dict[int, Floats]):
    """Arrays by label of the cause; asked for another cause, it says which there are."""

    def __missing__(self, cause: int) -> Floats:
        seen = ", ".join(map(str, self)) or "none"
        raise KeyError(
            f"no row failed from cause {cause!r} (causes with a curve: {seen}); name it in causes= for zeros"
        )


@dataclass(frozen=True, slots=True, eq=False)
class IncidenceAt:
    """An incidence read at k times; every field is an array (k,), NaN beyond the last follow-up."""

    time: Floats
    incidence: Floats
    std_error: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    n_at_risk: Floats


@dataclass(frozen=True, slots=True)
class IncidenceQuantile:
    """The time by which a proportion ``p`` of all has failed from a cause; None where not reached."""

    value: float | None
    low: float | None
    high: float | None
    p: float


@dataclass(frozen=True, slots=True)
class TimeLost:
    """The mean time lost to a cause before ``tau``, in the unit of time, and its standard error."""

    value: float
    std_error: float
    tau: float
    cause: int


@dataclass(frozen=True, slots=True, eq=False)
class CauseCurve:
    """The cumulative incidence of one cause; arrays are (m,), as in :class:`CumulativeIncidence`."""

    cause: int
    time: Floats
    incidence: Floats
    std_error: Floats
    low: Floats
    high: Floats
    level: float
    interval: str
    complete: bool  # nobody is event-free at the end: the curve is known for ever
    rows: Rows = field(repr=False)

    def at(self, times: ArrayLike, *, extend: bool = False) -> IncidenceAt:
        """The incidence, its limits and the number at risk (entry < t <= time) at given times.

        Beyond the last follow-up the curve is unknown: NaN, unless nobody was event-free there or
        ``extend`` carries the last value forward.

        Raises
        ------
        ValueError
            If a time is missing or infinite.
        """
        t = as_vector("times", np.atleast_1d(as_floats("times", times)))
        slack = TIE_TOLERANCE * np.abs(t)
        step = np.searchsorted(self.time, t + slack, side="right")
        unknown = (t > self.time[-1] + slack) & (not (extend or self.complete))

        def read(v: Floats) -> Floats:
            return np.where(unknown, np.nan, np.r_[0.0, v][step])

        at_risk, number = self.rows.at_risk_at(t - slack)
        return IncidenceAt(
            t, read(self.incidence), read(self.std_error), read(self.low), read(self.high), at_risk, number
        )

    def quantile(self, p: float = 0.5) -> IncidenceQuantile:
        """The first time at which the incidence reaches ``p``; limits invert the pointwise limits.

        Raises
        ------
        ValueError
            If ``p`` is not between 0 and 1.
        """
        if not 0 < p < 1:
            raise ValueError(f"p must lie between 0 and 1, found {p}")
        value, low, high = (_first_reach(self.time, v, p) for v in (self.incidence, self.high, self.low))
        return IncidenceQuantile(value, low, high, p)


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeIncidence:
    """Incidences of all causes at the m distinct exit times; arrays are (m,) unless said.

    Fields said to be "by cause" are dictionaries from the label of a cause to an array (m,), so that
    ``incidence[1]`` is the curve of cause 1; KeyError, with the causes there are, for any other.

    Attributes
    ----------
    time : increasing times at which someone failed or was censored.
    causes : (k,) labels of the causes that occur, or of those that were listed, increasing.
    at_risk, censored, events (by cause) : sums of weights (plain numbers when weights are one).
    n_at_risk, n_censored, n_events (by cause) : numbers of rows, whatever their weights.
    incidence, std_error, low, high (by cause) : F_k(t), its standard error and pointwise limits at
        ``level`` on the scale ``interval`` (0, 0 where F is 0; NaN where F is 1).
    event_free : probability of no failure yet, 1 less the incidences.
    variance : "aalen" or "infinitesimal-jackknife".
    n : rows used.
    rows : the ranked rows, for :meth:`at` and :meth:`rmtl`.
    """

    time: Floats
    causes: Ints
    at_risk: Floats
    events: ByCause
    censored: Floats
    n_at_risk: Floats
    n_events: ByCause
    n_censored: Floats
    incidence: ByCause
    std_error: ByCause
    low: ByCause
    high: ByCause
    event_free: Floats
    level: float
    interval: str
    variance: str
    n: int
    rows: Rows = field(repr=False)

    def of(self, cause: int) -> CauseCurve:
        """The curve of one cause.

        Raises
        ------
        ValueError
            If no row failed from ``cause`` and it was not listed.
        """
        if cause not in self.incidence:
            seen = ", ".join(map(str, self.causes.tolist())) or "none"
            raise ValueError(f"cause must be one of those with events ({seen}), found {cause!r}")
        return CauseCurve(
            int(cause),
            self.time,
            self.incidence[cause],
            self.std_error[cause],
            self.low[cause],
            self.high[cause],
            self.level,
            self.interval,
            bool(self.event_free[-1] == 0),
            self.rows,
        )

    def at(self, times: ArrayLike, cause: int = 1, *, extend: bool = False) -> IncidenceAt:
        """The incidence of ``cause`` at given times; see :meth:`CauseCurve.at`."""
        return self.of(cause).at(times, extend=extend)

    def rmtl(self, tau: float, cause: int = 1, *, extend: bool = False) -> TimeLost:
        """Mean time lost to ``cause`` before ``tau``: the area under its incidence from 0 to tau.

        Over all causes the times lost add up to tau less the restricted mean event-free time
        (Andersen 2013, doi:10.1002/sim.5903). The standard error is of the kind named in ``variance``.

        Raises
        ------
        ValueError
            If ``tau`` is not positive or lies beyond the last follow-up while someone is event-free
            there (``extend=True`` carries the last value forward).

        Examples
        --------
        Four subjects fail at 1, 2, 3, 4, the first and third from cause 1: F1 is 1/4 from 1 and 1/2
        from 3, so 1 unit of 4 is lost to it.

        >>> from onearm.stats.competing import cumulative_incidence
        >>> cumulative_incidence([1, 2, 3, 4], [1, 2, 1, 2]).rmtl(4, cause=1).value
        1.0
        """
        curve = self.of(cause)
        if not (math.isfinite(tau) and tau > 0):
            raise ValueError(f"tau must be a positive number, found {tau}")
        if tau > self.time[-1] * (1 + TIE_TOLERANCE) and not (curve.complete or extend):
            raise ValueError(f"tau {tau} lies beyond the last follow-up {self.time[-1]}")
        knots = np.r_[0.0, np.minimum(self.time, tau), tau]
        value = float(np.diff(knots) @ np.r_[0.0, curve.incidence])
        error = area_error(self.rows, int(cause), float(tau), self.variance)
        return TimeLost(value, error, float(tau), int(cause))


def _first_reach(time: Floats, curve: Floats, p: float) -> float | None:
    """The first time at which ``curve`` is at least ``p``; NaN never is."""
    reached = np.flatnonzero(curve >= p - _REACHED)
    return float(time[reached[0]]) if reached.size else None
