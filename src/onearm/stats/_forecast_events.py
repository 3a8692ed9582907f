"""How many events by a date, and the date of a target number, when the hazard is constant and not known.

With d events in total exposure T and a gamma prior of shape a and rate b, the hazard is h ~ gamma(d + a, T + b). Given
h, a patient at risk now has the event within s with probability 1 - exp(-h s), and one who enters at time u from now
with 1 - exp(-h (s - u)): the number of events is binomial plus Poisson binomial, mixed over h. Its mean is closed,

    E N(s) = sum over patients of 1 - ((T + b) / (T + b + s - u))^(d + a),

and its distribution an integral over h alone, by Gauss-Legendre on the scale of log h (error near 1e-12). The target m
is reached by s when N(s) >= m.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._forecast import as_prior, gamma_summary
from ._input import Floats, as_floats, as_level, as_times
from ._number import as_count, as_number

_NODE, _NODE_WEIGHT = np.polynomial.legendre.leggauss(16)
_PANELS, _LOST = 20, 1e-15
_FAR = 1e9
_PATIENTS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class EventForecast:
    """A forecast of events.

    Attributes
    ----------
    events, exposure, at_risk : seen so far, in this total time, and patients who may still have the event.
    rate, rate_low, rate_high : events per unit of time, posterior mean and limits.
    horizon : time from now; ``expected``, ``low``, ``high``: total number of events by then, mean and limits, and
        ``probability`` (at_risk + entries + 1,) of 0, 1, ... more.
    target : total number of events awaited, or None; ``time``, ``time_low``, ``time_high``: median and limits of the
        time from now until it is reached, NaN without a target; ``reached``: probability of reaching it by the horizon.
    level, prior : as asked.
    """

    events: int
    exposure: float
    at_risk: int
    rate: float
    rate_low: float
    rate_high: float
    horizon: float
    expected: float
    low: int
    high: int
    probability: Floats
    target: int | None
    time: float
    time_low: float
    time_high: float
    reached: float
    level: float
    prior: tuple[float, float]


def event_forecast(
    exposure: float,
    events: int,
    at_risk: int,
    *,
    horizon: float,
    entries: ArrayLike = (),
    target: int | None = None,
    level: float = 0.95,
    prior: tuple[float, float] = (0.0, 0.0),
) -> EventForecast:
    """Predict the number of events by a date, and the date of a target number of events.

    Parameters
    ----------
    exposure : total time at risk so far, events and censored together.
    events : events so far.
    at_risk : patients without the event who are still followed.
    horizon : time from now.
    entries : (m,) times from now at which further patients enter, as planned or forecast.
    target : total number of events awaited, those seen included.
    level : of the limits, equal tails.
    prior : shape and rate (events, exposure) of a gamma prior for the hazard. (0, 0) adds nothing and needs an event.

    Raises
    ------
    ValueError
        For numbers out of range, no event and no prior, a target already reached or beyond all patients.

    Notes
    -----
    Exact under its assumptions: a constant hazard, the same for all; nobody lost to follow-up, each patient with one
    event at most, ``entries`` as given. See the module for the formulas.

    Examples
    --------
    One event in 10 months, one patient at risk: within 10 months more the event has probability 1 - 10/20 = 1/2.

    >>> f = event_forecast(10, 1, 1, horizon=10, target=2)
    >>> f.probability.round(10).tolist(), round(f.expected, 10), round(f.time, 6)
    ([0.5, 0.5], 1.5, 10.0)
    """
    seen = as_count("events", events, 0, 100_000)
    total = as_number("exposure", exposure, 0, _FAR)
    ready = as_count("at_risk", at_risk, 0, _PATIENTS)
    later = as_number("horizon", horizon, 0, _FAR)
    level = as_level(level)
    a, b = as_prior(prior)
    shape, rate = seen + a, total + b
    if not (shape > 1e-3 and rate > 1e-9):
        raise ValueError("events: none seen in this exposure, so the hazard needs a prior with shape and rate above 0")
    coming = as_times("entries", entries) if np.size(entries) else np.empty(0)
    if coming.size > _PATIENTS:
        raise ValueError(f"entries has {coming.size} patients where up to {_PATIENTS} are taken")
    mixture = Mixture.make(shape, rate, ready, np.sort(coming))
    needed = None if target is None else _needed(target, seen, ready + coming.size)
    probability = mixture.probability(later)
    below = np.cumsum(probability)
    low, high = (int(np.searchsorted(below, p - 1e-12)) for p in ((1 - level) / 2, (1 + level) / 2))
    times = [math.nan] * 3
    if needed is not None:
        times = [mixture.time(needed, p) for p in (0.5, (1 - level) / 2, (1 + level) / 2)]
    most = ready + coming.size
    mean, bottom, top = gamma_summary(shape, rate, level)
    return EventForecast(
        events=seen, exposure=total, at_risk=ready, rate=mean, rate_low=bottom, rate_high=top, horizon=later,
        expected=seen + mixture.mean(later), low=seen + min(low, most), high=seen + min(high, most),
        probability=probability, target=None if needed is None else seen + needed, time=times[0], time_low=times[1],
        time_high=times[2], reached=math.nan if needed is None else mixture.at_least(needed, later), level=level,
        prior=(a, b),
    )  # fmt: skip


def _needed(target: int, seen: int, patients: int) -> int:
    goal = as_count("target", target, 1, 10**6)
    if goal <= seen:
        raise ValueError(f"target of {goal} events has been reached: {seen} were seen")
    if goal - seen > patients:
        raise ValueError(
            f"target of {goal} events needs {goal - seen} more; at_risk and entries are {patients} patients"
        )
    return goal - seen


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Events among ``ready`` patients at risk and those who enter at ``entries``, the hazard gamma(shape, rate)."""

    shape: float
    rate: float
    ready: int
    entries: Floats
    hazard: Floats
    weight: Floats

    @staticmethod
    def make(shape: float, rate: float, ready: int, entries: Floats) -> Mixture:
        """With nodes over log hazard between its far quantiles."""
        from scipy.special import gammainccinv, gammaincinv, gammaln

        ends = [max(float(gammaincinv(shape, _LOST)), 1e-300), float(gammainccinv(shape, _LOST))]
        edges = np.linspace(math.log(ends[0]), math.log(ends[1]), _PANELS + 1)
        half = np.diff(edges)[:, None] / 2
        log = ((edges[:-1, None] + half) + half * _NODE).ravel()
        weight = np.exp(shape * log - np.exp(log) - gammaln(shape)) * (half * _NODE_WEIGHT).ravel()
        return Mixture(shape, rate, ready, entries, np.exp(log) / rate, weight / weight.sum())

    def mean(self, s: float) -> float:
        """E N(s)."""
        left = np.append(np.maximum(s - self.entries, 0.0), s)
        many = np.append(np.ones(self.entries.size), self.ready)
        return float(many @ -np.expm1(-self.shape * np.log1p(left / self.rate)))

    def at_least(self, m: int, s: float) -> float:
        """P(N(s) >= m)."""
        from scipy.special import betainc

        new = self._entered(s)
        event = -np.expm1(-self.hazard * s)
        found = np.zeros(self.hazard.size)
        for j in range(new.shape[1]):
            more = m - j
            if more <= 0:
                found += new[:, j]
            elif more <= self.ready:  # a binomial tail
                found += new[:, j] * betainc(more, self.ready - more + 1, event)
        return min(1.0, float(found @ self.weight))

    def probability(self, s: float) -> Floats:
        """P(N(s) = 0, 1, ...)."""
        most = self.ready + self.entries.size
        tail = np.array([1.0, *(self.at_least(m, s) for m in range(1, most + 1)), 0.0])
        return np.asarray(np.clip(-np.diff(tail), 0.0, 1.0) + 0.0)

    def time(self, m: int, p: float) -> float:
        """The s with P(N(s) >= m) = p; infinite beyond 1e9."""
        low, high = 0.0, 1.0
        while self.at_least(m, high) < p:
            if high > _FAR:
                return math.inf
            low, high = high, 2 * high
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.at_least(m, middle) < p else (low, middle)
        return (low + high) / 2

    def _entered(self, s: float) -> Floats:
        """Given each hazard, P(0, 1, ... events by s among those who enter): one patient after another (hazards, M)."""
        since = s - self.entries[self.entries < s]
        found = np.zeros((self.hazard.size, since.size + 1))
        found[:, 0] = 1.0
        for i, length in enumerate(as_floats("entries", since)):
            yes = -np.expm1(-self.hazard * length)[:, None]
            found[:, 1 : i + 2] = found[:, 1 : i + 2] * (1 - yes) + found[:, : i + 1] * yes
            found[:, 0] *= 1 - yes[:, 0]
        return found
