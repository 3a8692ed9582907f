"""The probability of being in response: a three-state history of the whole arm.

Everyone starts without a response; some respond; in both states follow-up ends with relapse, progression
or death. The curve of "in response" rises with responses and falls when they end, so it shows how many
respond, how soon and for how long at once, with the non-responders in the denominator. The area under it is
the restricted mean duration of response of the whole arm. Sources: Temkin 1978,
Biometrics 34:571; Begg & Larson 1982, Biometrics 38:59; Huang et al. 2018, doi:10.1001/jamaoncol.2018.0275.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._input import TIE_TOLERANCE, Bools, Floats, as_floats, as_indicator, as_times, as_weights
from ._state_curve import StateProbabilities
from .multistate import state_probabilities

STATES = ("no response", "in response", "ended")


class MeanDuration(NamedTuple):
    """Expected time in response up to ``tau``, over all subjects, in the unit of time."""

    value: float
    std_error: float
    tau: float


@dataclass(frozen=True, slots=True, eq=False)
class InResponseAt:
    """The curve read at k times; arrays (k,), NaN beyond the last follow-up."""

    time: Floats
    probability: Floats
    std_error: Floats
    low: Floats
    high: Floats
    at_risk: Floats


@dataclass(frozen=True, slots=True, eq=False)
class InResponse:
    """The probability of being in response at m times; arrays (m,).

    ``probability``, ``std_error``, ``low``, ``high`` as of one column of :class:`StateProbabilities`;
    ``in_response`` and ``at_risk`` (weighted) numbers under observation in response, and altogether, just
    before each time; ``responders`` and ``n`` subjects; ``states`` all three curves; ``message`` what was
    left out or resolved, empty when nothing.
    """

    time: Floats
    probability: Floats
    std_error: Floats
    low: Floats
    high: Floats
    in_response: Floats
    at_risk: Floats
    responders: int
    n: int
    states: StateProbabilities
    message: str

    def at(self, times: ArrayLike, *, extend: bool = False) -> InResponseAt:
        """The curve at given times.

        Examples
        --------
        >>> probability_in_response([1, 0, 2], [1, 0, 1], [4, 3, 6], [1, 1, 1]).at(3).probability.round(4).tolist()
        [0.6667]
        """
        r = self.states.at(times, extend=extend)
        return InResponseAt(
            r.time, r.probability[:, 1], r.std_error[:, 1], r.low[:, 1], r.high[:, 1], r.at_risk.sum(axis=1)
        )

    def mean_duration(self, tau: float, *, extend: bool = False) -> MeanDuration:
        """Restricted mean duration of response of the whole arm: the area under the curve to ``tau``.

        Examples
        --------
        Responses of 3 and 4 days among three subjects:

        >>> r = probability_in_response([1, 0, 2], [1, 0, 1], [4, 3, 6], [1, 1, 1]).mean_duration(6)
        >>> round(r.value, 4)
        2.3333
        """
        spent = self.states.time_in_state(tau, extend=extend)
        return MeanDuration(float(spent.value[1]), float(spent.std_error[1]), spent.tau)


def probability_in_response(
    response_time: ArrayLike,
    responded: ArrayLike,
    end_time: ArrayLike,
    ended: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    level: float = 0.95,
    interval: str = "log-log",
    variance: str | None = None,
) -> InResponse:
    """Of all who started, how many are in response at each time, allowing for censoring.

    Without censoring it is the plain proportion in response at each time.

    Parameters
    ----------
    response_time : (n,) time from start to response; read only where ``responded`` (may be NaN elsewhere).
    responded : (n,) 1 = responded.
    end_time : (n,) time from start to relapse, progression or death, or to the last time seen without it.
    ended : (n,) 1 = relapse, progression or death at ``end_time``, 0 = last seen then.
    weight, level, interval, variance : as for :func:`state_probabilities`.

    A response on the day it ends is no time in response: the subject goes straight to "ended". A response at
    the last time seen counts from then on. A response at time 0 starts in response. Subjects seen at time 0
    only are left out and counted in ``message``.

    Raises
    ------
    ValueError
        For bad arrays, a response after the end, an end at time 0, or nobody followed beyond time 0.

    Examples
    --------
    Four subjects; two of four are in response at time 5.

    >>> r = probability_in_response([2, 3, 4, 0], [1, 1, 1, 0], [8, 4.5, 9, 6], [1, 1, 0, 1])
    >>> r.at([2.5, 5]).probability.tolist(), r.responders, r.n
    ([0.25, 0.5], 3, 4)
    """
    end = as_times("end_time", end_time)
    n = end.size
    over = as_indicator("ended", ended, n)
    answer = as_indicator("responded", responded, n)
    begin = _response_times(response_time, answer, end)
    w = as_weights("weight", weight, n)
    gone = np.flatnonzero((end == 0) & over)
    if gone.size:
        raise ValueError(f"end_time: row {gone[0]} ended at time 0; count time from the day before, or from 1")
    followed = end > 0
    if not np.any(followed):
        raise ValueError("end_time is 0 throughout: nobody was followed")
    same_day = answer & (begin >= end * (1 - TIE_TOLERANCE))
    entered = answer & ~same_day & (begin > 0)
    at_once = answer & ~same_day & (begin == 0)
    whole = followed & ~entered
    target = np.where(over, 2, np.where(same_day, 1, -1))
    person = np.arange(n)
    parts = (
        (person[entered], np.zeros(entered.sum()), begin[entered], np.zeros(entered.sum()), np.ones(entered.sum())),
        (person[entered], begin[entered], end[entered], np.ones(entered.sum()), np.where(over[entered], 2, -1)),
        (person[whole], np.zeros(whole.sum()), end[whole], at_once[whole].astype(float), target[whole]),
    )
    subject, start, stop, source, to = (np.concatenate(column) for column in zip(*parts, strict=True))
    curve = state_probabilities(
        subject,
        start,
        stop,
        source,
        np.where(to < 0, np.nan, to),
        weight=w[subject],
        states=(0.0, 1.0, 2.0),
        level=level,
        interval=interval,
        variance=variance,
    )
    curve = replace(curve, states=np.array(STATES))
    said = []
    if np.any(~followed):
        said.append(f"{int((~followed).sum())} subjects seen at time 0 only are left out")
    if np.any(same_day & over):
        number = int((same_day & over).sum())
        said.append(f"{number} responses ended on their first day and count as no time in response")
    return InResponse(
        time=curve.time,
        probability=curve.probability[:, 1],
        std_error=curve.std_error[:, 1],
        low=curve.low[:, 1],
        high=curve.high[:, 1],
        in_response=curve.at_risk[:, 1],
        at_risk=curve.at_risk.sum(axis=1),
        responders=int((answer & followed).sum()),
        n=int(followed.sum()),
        states=curve,
        message="; ".join(said),
    )


def _response_times(response_time: ArrayLike, answer: Bools, end: Floats) -> Floats:
    """Times of response where there was one, 0 elsewhere."""
    raw = as_floats("response_time", response_time)
    if raw.shape != end.shape:
        raise ValueError(f"response_time has shape {raw.shape} where {end.shape} is needed")
    begin = as_times("response_time", np.where(answer, raw, 0.0))
    late = np.flatnonzero(begin > end * (1 + TIE_TOLERANCE))
    if late.size:
        i = late[0]
        raise ValueError(f"response_time: row {i} responds at {begin[i]}, after its end at {end[i]}")
    return begin
