"""Stopping accrual on event times: the least total time on test after each number of events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ._input import Floats, Ints, as_choice, as_floats
from ._number import as_count, as_number
from ._time_to_event_odds import probability_longer, scale_reaching

MONTH = 365.25 / 12
_MOST = 1000  # events
_SHAPES, _SCALES = (0.1, 1e4), (1e-6, 1e9)


@dataclass(frozen=True, slots=True, eq=False)
class TimeBoundary:
    """The least total time on test with which accrual goes on, after 1, 2, ... events.

    Attributes
    ----------
    events : (D,) 1 .. D.
    time_on_test : (D,) accrual stops while the total time on test is less than this; 0 where no time stops it.
    standard, experimental : (a, b) of the inverse gamma priors, b in the unit of time.
    cutoff : p_L.
    delta : the improvement that is aimed at, in the unit of time.
    parameter : "mean" or "median", what priors and delta are of.
    conventions : sentences to print with the rule.
    """

    events: Ints
    time_on_test: Floats
    standard: tuple[float, float]
    experimental: tuple[float, float]
    cutoff: float
    delta: float
    parameter: str
    conventions: tuple[str, ...]

    def probability(self, events: float, time: float) -> float:
        """P(experimental > standard + delta | events, total time on test)."""
        d, total = as_count("events", events, 0, 10 * _MOST), as_number("time", time, 0, 1e12)
        a, b = self.experimental
        return probability_longer(a + d, b + total * _unit(self.parameter), self.standard, self.delta)

    def at(self, events: float) -> float:
        """The least total time on test after this many events, also beyond those listed."""
        d = as_count("events", events, 0, 10 * _MOST)
        if d == 0:
            return 0.0  # the prior alone does not stop, and time without events speaks for the treatment
        if d <= self.events.size:
            return float(self.time_on_test[d - 1])
        return _least(d, self.standard, self.experimental, self.cutoff, self.delta, self.parameter)

    def decide(self, events: float, time: float) -> str:
        """ "stop" where the total time on test is less than the boundary's, otherwise "continue"."""
        total = as_number("time", time, 0, 1e12)
        return "stop" if total < self.at(events) else "continue"

    def whole_days(self, per_unit: float = MONTH) -> Ints:
        """``time_on_test`` in days, rounded up; ``per_unit`` days make one unit of time (a month by default)."""
        length = as_number("per_unit", per_unit, 1e-6, 1e6)
        return np.asarray(np.ceil(self.time_on_test * length), dtype=np.int64)


def time_to_event_boundary(
    events: float,
    standard: Sequence[float],
    experimental: Sequence[float],
    *,
    cutoff: float,
    delta: float = 0.0,
    parameter: str = "mean",
) -> TimeBoundary:
    """When event times say that a treatment is unlikely to be better than the standard, as a boundary in time on test.

    Parameters
    ----------
    events : D, the most events that the rule is to cover (for a whole trial: its patients).
    standard : (a, b) of the inverse gamma distribution of the standard's mean (or median), from history; it is not
        updated. b in the unit of time.
    experimental : (a, b) of the prior of the treatment's mean (or median).
    cutoff : p_L: accrual stops when P(experimental > standard + delta | data) is less.
    delta : the improvement that is aimed at, in the unit of time, not negative.
    parameter : "mean" or "median", what the priors and delta are of.

    Returns
    -------
    TimeBoundary

    Raises
    ------
    ValueError : priors that are not two positive numbers (a from 0.1 to 10,000), a cut-off outside 0 .. 1, a prior that
        would stop the trial before its first patient.

    Notes
    -----
    Event times are exponential. After d events in a total time on test T (all patients' times to the event or to now),
    the mean has an inverse gamma distribution with a + d and b + T; the median, mean times log 2, one with a + d and
    b + T log 2. T only grows between events, so the first time at which the rule stops is that of an event. Thall,
    Wooten & Tannir 2005, Clinical Trials 2:467-478, PMID 16422307.

    Examples
    --------
    The example of M.D. Anderson's TTEConduct: months, an improvement by one, cut-off .03.

    >>> rule = time_to_event_boundary(6, (60, 295), (3, 10), cutoff=0.03, delta=1)
    >>> rule.whole_days().tolist()
    [0, 0, 105, 216, 330, 449]
    >>> rule.decide(3, 3.4), rule.decide(3, 3.5)
    ('stop', 'continue')
    """
    most = as_count("events", events, 1, _MOST)
    known, prior = _inverse_gamma("standard", standard), _inverse_gamma("experimental", experimental)
    level = as_number("cutoff", cutoff, 1e-6, 1 - 1e-6)
    margin = as_number("delta", delta, 0, _SCALES[1])
    what = as_choice("parameter", parameter, ("mean", "median"))
    before = probability_longer(*prior, known, margin)
    if before < level:
        raise ValueError(
            f"experimental would stop the trial before its first patient: its prior probability to be better is "
            f"{before:.3g}, the cutoff {level:g}"
        )
    times = np.array([_least(d, known, prior, level, margin, what) for d in range(1, most + 1)])
    return TimeBoundary(
        np.arange(1, most + 1), times, known, prior, level, margin, what, _conventions(level, margin, what)
    )


def _inverse_gamma(name: str, value: Sequence[float]) -> tuple[float, float]:
    x = as_floats(name, value)
    if x.shape != (2,):
        raise ValueError(f"{name} must be (a, b) of an inverse gamma distribution, found shape {x.shape}")
    a, b = float(x[0]), float(x[1])
    for word, number, (low, high) in (("shape a", a, _SHAPES), ("scale b", b, _SCALES)):
        if not low <= number <= high:
            raise ValueError(f"{name} must have its {word} between {low:g} and {high:g}, found {number:g}")
    return a, b


def _unit(parameter: str) -> float:
    """What a unit of time on test adds to the scale."""
    return math.log(2) if parameter == "median" else 1.0


def _least(
    events: int,
    standard: tuple[float, float],
    experimental: tuple[float, float],
    cutoff: float,
    delta: float,
    parameter: str,
) -> float:
    a, b = experimental
    return max(0.0, (scale_reaching(a + events, standard, delta, cutoff) - b) / _unit(parameter))


def _conventions(cutoff: float, delta: float, parameter: str) -> tuple[str, ...]:
    margin = f" + {delta:g}" if delta else ""
    gains = "T log 2" if parameter == "median" else "T"
    return (
        f"stops accrual when P({parameter} > the standard's {parameter}{margin} | data) < {cutoff:g}; equality goes on",
        "total time on test T is the sum over all patients of the time to the event or to the day of the look",
        f"event times are exponential; the prior of the {parameter} is inverse gamma, its scale gains {gains}",
        "the boundary is the least T with which accrual goes on; in days it is rounded up",
        "the standard's distribution is history and is not updated",
    )
