"""State probabilities as a record, and what is read off it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._aalen_johansen import Steps, occupation
from ._input import TIE_TOLERANCE, Floats, Ints, as_floats, as_vector
from ._limits import survival_limits
from ._state_influence import influence
from ._transitions import Transitions


@dataclass(frozen=True, slots=True, eq=False)
class StatesAt:
    """State probabilities read at k times; all but ``time`` (k,) are (k, s).

    NaN beyond the last follow-up, unless nobody can move any more or the curve was extended.
    """

    time: Floats
    probability: Floats
    std_error: Floats
    low: Floats
    high: Floats
    at_risk: Floats


@dataclass(frozen=True, slots=True, eq=False)
class TimeInState:
    """Expected time in each state (s,) from the start to ``tau``, in the unit of time, and its standard error."""

    states: NDArray[Any]
    value: Floats
    std_error: Floats
    tau: float


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """What the curve was made from: rows, steps, p just before each step, and the uncertainty at the start."""

    rows: Transitions
    steps: Steps
    before: Floats
    noise: Floats | None  # None: infinitesimal jackknife
    start: Floats  # covariance (s, s), or influence (c, s) for the jackknife
    origin: float


@dataclass(frozen=True, slots=True, eq=False)
class StateProbabilities:
    """The probability of being in each of s states, at m times at which someone moves or is last seen.

    Attributes
    ----------
    states : (s,) labels; columns of the arrays below are in this order.
    time : (m,) increasing times.
    probability, std_error : (m, s).
    low, high : (m, s) pointwise limits at ``level`` on the scale ``interval``; NaN where p is 0, 1 where it is 1.
    at_risk : (m, s) (weighted) number in each state just before each time.
    transitions : (s, s + 1) rows that moved from one state to another; last column: seen last in that state.
    initial : (s,) the distribution before the first move.
    variance : "greenwood", "aalen" or "infinitesimal-jackknife".
    n : subjects.
    message : what to know about the curve; empty when there is nothing.
    """

    states: NDArray[Any]
    time: Floats
    probability: Floats
    std_error: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    transitions: Ints
    initial: Floats
    level: float
    interval: str
    variance: str
    n: int
    message: str
    estimate: Estimate = field(repr=False)

    def at(self, times: ArrayLike, *, extend: bool = False) -> StatesAt:
        """Probabilities, limits and numbers at risk at given times.

        Raises
        ------
        ValueError
            If a time is missing or infinite.

        Examples
        --------
        >>> from onearm.stats.multistate import state_probabilities
        >>> r = state_probabilities([1, 2], [0, 0], [3, 5], ["a", "a"], ["b", None])
        >>> r.at(4).probability.tolist()
        [[0.5, 0.5]]
        """
        t = as_vector("times", np.atleast_1d(as_floats("times", times)))
        slack = TIE_TOLERANCE * np.abs(t)
        step = np.searchsorted(self.time, t + slack, side="right")
        unknown = (t > self.time[-1] + slack) & (not extend) & (not self._settled)
        first_error = start_error(self.estimate)
        low, high = survival_limits(self.initial, first_error, self.level, self.interval)

        def read(curve: Floats, first: Floats) -> Floats:
            return np.where(unknown[:, None], np.nan, np.vstack([first, curve])[step])

        rows = self.estimate.rows
        risk = np.vstack([rows.at_risk(rows.weight), np.zeros(self.states.size)])
        return StatesAt(
            t,
            read(self.probability, self.initial),
            read(self.std_error, first_error),
            read(self.low, low),
            read(self.high, high),
            risk[np.searchsorted(rows.grid, t - slack, side="left")],
        )

    def time_in_state(self, tau: float, *, extend: bool = False) -> TimeInState:
        """Expected time spent in each state up to ``tau``: the areas under the curves.

        The standard error is of the same kind as that of the curve.

        Raises
        ------
        ValueError
            If ``tau`` is not after the start, or lies beyond the last follow-up while someone could
            still move there (``extend=True`` carries the last probabilities forward).

        Examples
        --------
        Four subjects followed to death: half the mean of 1, 2, 3 and 4, and the rest of five days.

        >>> from onearm.stats.multistate import state_probabilities
        >>> r = state_probabilities(range(4), [0] * 4, [1, 2, 3, 4], ["alive"] * 4, ["dead"] * 4)
        >>> r.time_in_state(5).value.tolist()
        [2.5, 2.5]
        """
        e = self.estimate
        if not (math.isfinite(tau) and tau > e.origin):
            raise ValueError(f"tau must be a time after the start {e.origin:g}, found {tau}")
        if tau > self.time[-1] * (1 + TIE_TOLERANCE) and not (extend or self._settled):
            raise ValueError(f"tau {tau} lies beyond the last follow-up {self.time[-1]}")
        knots = np.r_[e.origin, np.minimum(e.rows.grid[e.steps.rank], tau), tau]
        unit = tau - e.origin  # in shares of it squares of huge times stay numbers
        gaps = np.diff(knots) / unit
        if e.noise is not None:
            value, covariance = occupation(e.steps, e.noise, self.initial, e.start, gaps[0], gaps[1:])
            variance = np.diag(covariance)
        else:
            value = gaps @ np.vstack([e.before, self.probability[-1:]])
            _, spent = influence(e.rows, e.steps, e.before, e.start, gaps[0], gaps[1:])
            variance = np.einsum("ij,ij->j", spent, spent)
        return TimeInState(self.states, value * unit, np.sqrt(np.maximum(variance, 0.0)) * unit, float(tau))

    @property
    def _settled(self) -> bool:
        """Whether all probability is, at the end, in states that nobody is seen to leave or stay in."""
        lived_in = np.bincount(self.estimate.rows.source, minlength=self.states.size) > 0
        return bool(np.all(self.probability[-1][lived_in] == 0))


def start_error(estimate: Estimate) -> Floats:
    """Standard error of the initial distribution (s,)."""
    if estimate.noise is None:
        return np.asarray(np.sqrt(np.einsum("ij,ij->j", estimate.start, estimate.start)))
    return np.sqrt(np.maximum(np.diag(estimate.start), 0.0))
