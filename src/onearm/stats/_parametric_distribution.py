"""Distributions of a time to event, for designs and simulation.

All follow from the cumulative hazard H: S = exp(-H), f = h S, quantile(p) = H^-1(-log(1 - p)); a
random time is H^-1 of a standard exponential one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, as_floats
from ._parametric_families import FAMILIES
from ._parametric_moments import mean, restricted_mean


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """A distribution of time; every function takes numbers or arrays and returns an array of their shape."""

    def cumulative_hazard(self, times: ArrayLike) -> Floats:
        """H(t)."""
        raise NotImplementedError

    def hazard(self, times: ArrayLike) -> Floats:
        """h(t), events per unit of time among those still at risk."""
        raise NotImplementedError

    def time_at_hazard(self, cumulative: ArrayLike) -> Floats:
        """The time at which the cumulative hazard reaches a value: the inverse of H."""
        raise NotImplementedError

    def rmst(self, tau: float) -> float:
        """The mean of min(T, tau): the area under S up to tau."""
        raise NotImplementedError

    def survival(self, times: ArrayLike) -> Floats:
        """S(t) = P(T > t)."""
        return np.exp(-self.cumulative_hazard(times))

    def density(self, times: ArrayLike) -> Floats:
        """f(t) = h(t) S(t)."""
        survival = self.survival(times)
        with np.errstate(invalid="ignore"):  # far out h may be infinite where S is 0
            return np.where(survival > 0, self.hazard(times) * survival, 0.0)

    def quantile(self, p: ArrayLike = 0.5) -> Floats:
        """The time by which a share p of events has occurred; the median by default."""
        share = as_floats("p", p)
        if not np.all((share >= 0) & (share <= 1)):
            raise ValueError("p must lie between 0 and 1")
        with np.errstate(divide="ignore"):
            return self.time_at_hazard(-np.log1p(-share))

    def mean(self) -> float:
        """E T; infinite where the tail is too heavy or the hazard ends."""
        return self.rmst(math.inf)

    def sample(self, n: int, rng: np.random.Generator) -> Floats:
        """``n`` independent times drawn with ``rng``."""
        return self.time_at_hazard(rng.standard_exponential(as_number(n)))


@dataclass(frozen=True, slots=True, eq=False)
class LogLocationScale(Distribution):
    """T = exp(location + scale W): exponential, Weibull, log-normal or log-logistic by ``name``."""

    name: str
    location: float
    scale: float

    @property
    def parameters(self) -> Mapping[str, float]:
        """The usual parameters: rate; shape and scale; mean_log and sd_log."""
        if self.name == "exponential":
            return {"rate": _exp(-self.location)}
        if self.name == "log-normal":
            return {"mean_log": self.location, "sd_log": self.scale}
        return {"shape": 1 / self.scale, "scale": _exp(self.location)}

    def cumulative_hazard(self, times: ArrayLike) -> Floats:
        """H(t) = -log S((log t - location) / scale)."""
        return -FAMILIES[self.name].tail(self._z(_times(times)))[0]

    def hazard(self, times: ArrayLike) -> Floats:
        """h(t) = f(z) / (S(z) scale t); at 0 its limit."""
        t = _times(times)
        if self.name == "exponential":
            return np.full(t.shape, _exp(-self.location))
        inside = (t > 0) & (t < math.inf)
        positive = np.where(inside, t, 1.0)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # far out a hazard is 0 or infinite
            rise = -FAMILIES[self.name].tail(self._z(positive))[1]
            h = np.where(rise > 0, rise / (self.scale * positive), 0.0)
        start = end = 0.0
        if self.name != "log-normal" and self.scale >= 1:
            start = math.inf if self.scale > 1 else _exp(-self.location)
        if self.name == "weibull" and self.scale <= 1:
            end = math.inf if self.scale < 1 else _exp(-self.location)
        return np.where(inside, h, np.where(t > 0, end, start))

    def time_at_hazard(self, cumulative: ArrayLike) -> Floats:
        """exp(location + scale z), z the standard form's inverse."""
        z = FAMILIES[self.name].inverse(_hazards(cumulative))
        with np.errstate(over="ignore"):
            return np.exp(self.location + self.scale * z)

    def rmst(self, tau: float) -> float:
        """The mean of min(T, tau), in closed form."""
        return restricted_mean(self.name, self.location, self.scale, _limit(tau))

    def mean(self) -> float:
        """E T, in closed form; infinite for a log-logistic time of shape 1 or less."""
        return mean(self.name, self.location, self.scale)

    def _z(self, t: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return (np.log(t) - self.location) / self.scale


@dataclass(frozen=True, slots=True, eq=False)
class Piecewise(Distribution):
    """A hazard that is constant between cuts: rates (J,), cuts (J - 1,); the last rate holds for ever."""

    rates: Floats
    cuts: Floats

    def cumulative_hazard(self, times: ArrayLike) -> Floats:
        """The sum of rate times length over the intervals up to t."""
        t = _times(times)
        at = np.searchsorted(self.cuts, t, side="left")
        starts, reached = self._corners()
        return reached[at] + self.rates[at] * (t - starts[at])

    def hazard(self, times: ArrayLike) -> Floats:
        """The rate of the interval of t; a cut belongs to the interval it ends."""
        return self.rates[np.searchsorted(self.cuts, _times(times), side="left")]

    def time_at_hazard(self, cumulative: ArrayLike) -> Floats:
        """The first time with H(t) at the value; infinite where H never gets there."""
        h = _hazards(cumulative)
        starts, reached = self._corners()
        at = np.maximum(np.searchsorted(reached, h, side="left") - 1, 0)
        rate, more = self.rates[at], h - reached[at]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(more > 0, starts[at] + more / rate, starts[at])

    def rmst(self, tau: float) -> float:
        """Interval by interval, S at its start times (1 - exp(-rate length)) / rate."""
        tau = _limit(tau)
        starts, reached = self._corners()
        used = starts < tau
        length = np.minimum(np.append(self.cuts, math.inf), tau)[used] - starts[used]
        rate, at_start = self.rates[used], np.exp(-reached[used])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            area = np.where(rate > 0, -np.expm1(-rate * length) / rate, length)
        return float(np.where(at_start > 0, at_start, 0.0) @ area)

    def _corners(self) -> tuple[Floats, Floats]:
        """Start of each interval, and H there (J,)."""
        starts = np.append(0.0, self.cuts)
        return starts, np.append(0.0, np.cumsum(self.rates[:-1] * np.diff(starts)))


def as_number(n: int) -> int:
    """A number of draws."""
    if not (n >= 0 and n == int(n)):
        raise ValueError(f"n must be a whole number that is not negative, found {n}")
    return int(n)


def _times(value: ArrayLike) -> Floats:
    t = as_floats("times", value)
    if not np.all(t >= 0):
        raise ValueError("times must not be negative or missing")
    return t


def _hazards(value: ArrayLike) -> Floats:
    h = as_floats("cumulative", value)
    if not np.all(h >= 0):
        raise ValueError("cumulative must not be negative or missing")
    return h


def _exp(x: float) -> float:
    """exp(x), infinite where it is beyond the largest number."""
    return math.exp(x) if x < 709 else math.inf


def _limit(tau: float) -> float:
    if not tau >= 0:
        raise ValueError(f"tau must not be negative, found {tau}")
    return float(tau)
