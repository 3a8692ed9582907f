"""From today's count to the end of the trial: what the rule will say, for a true rate or for what is believed of it.

State of the trial after m patients: f_m(x), the probability of x events without a stop. One patient moves it by

    f_{m+1}(x) = f_m(x) (1 - q_m(x)) + f_m(x - 1) q_m(x - 1)

with q = p for a true rate (conditional probability), and q_m(x) = (a + x) / (a + b + m), Polya's urn, where the rate
has the posterior of a Beta(a, b) prior (predictive probability). At each look the mass beyond a limit is taken out and
counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._boundary import Boundary
from ._input import Floats, as_level
from ._number import as_count, as_number


@dataclass(frozen=True, slots=True)
class Continuation:
    """Where the trial goes from here.

    Parameters
    ----------
    x, n : events among the patients with a known outcome today.
    stop_low, stop_high : probability that a later look stops the trial at its lower or its upper limit.
    complete : probability that no later look does.
    expected_n : patients with a known outcome at the end, on average.
    """

    x: int
    n: int
    stop_low: float
    stop_high: float
    complete: float
    expected_n: float


def continuation(
    boundary: Boundary,
    x: float,
    n: float,
    *,
    p: float | None = None,
    prior: tuple[float, float] | None = None,
) -> Continuation:
    """What the later looks of a rule will do, given ``x`` events in ``n`` patients now.

    Give ``p`` for the conditional probability at a true rate, or ``prior`` for the predictive probability.

    Parameters
    ----------
    boundary : a rule for one endpoint; looks after at most ``n`` patients are past and are not judged again.
    x, n : events and patients with a known outcome.
    p : true rate, between 0 and 1, both allowed.
    prior : the two parameters of the Beta prior, before the ``n`` patients.

    Returns
    -------
    Continuation

    Raises
    ------
    ValueError : a rule for two endpoints, impossible counts, both or neither of ``p`` and ``prior``.

    Examples
    --------
    Simon's 1/10 5/29 after 3 responses in 10: success (6 or more of 29) needs 3 or more of 19.

    >>> from onearm.stats.monitoring import boundary
    >>> rule = boundary([10, 29], low=[1, 5], low_means="futility")
    >>> round(continuation(rule, 3, 10, p=0.3).complete, 6)
    0.953776
    """
    if not isinstance(boundary, Boundary) or boundary.endpoints != 1:
        raise ValueError("boundary must be a rule for one endpoint")
    size = as_count("n", n, 0, boundary.n_max)
    events = as_count("x", x, 0, size, f" of n = {size}")
    if (p is None) == (prior is None):
        raise ValueError("give exactly one of p and prior")
    a, b = _beta(prior) if prior is not None else (0.0, 0.0)
    rate = as_number("p", p, 0, 1) if p is not None else 0.0
    state = np.zeros(boundary.n_max + 2)
    state[events] = 1.0
    low = high = spent = 0.0
    limits = {
        int(k): (int(lo), int(hi)) for k, lo, hi in zip(boundary.n, boundary.low[0], boundary.high[0], strict=True)
    }
    count = np.arange(state.size, dtype=np.float64)
    for m in range(size, boundary.n_max):
        up = state * (rate if p is not None else (a + count) / (a + b + m))
        state = state - up
        state[1:] += up[:-1]
        if m + 1 not in limits:
            continue
        below, above = limits[m + 1]
        left, right = float(state[: below + 1].sum()), float(state[above:].sum())
        low, high, spent = low + left, high + right, spent + (left + right) * (m + 1)
        state[: below + 1] = 0.0
        state[above:] = 0.0
    complete = min(float(state.sum()), 1.0)
    return Continuation(events, size, low, high, complete, spent + complete * boundary.n_max)


def _beta(prior: tuple[float, float]) -> Floats:
    if not isinstance(prior, tuple) or len(prior) != 2:
        raise ValueError(f"prior must be the two parameters of a Beta distribution, found {prior!r}")
    return np.array([as_number("prior", value, 1e-9, 1e9) for value in prior])


@dataclass(frozen=True, slots=True)
class PredictedEvents:
    """How many events the trial will have seen when all patients are in, whatever the rule says meanwhile.

    Parameters
    ----------
    mean : events of all ``n_max`` patients, those of today counted.
    low, high : limits that hold at least ``level`` of the probability, whole numbers.
    probability : (n_max + 1,) of every number of events.
    """

    mean: float
    low: int
    high: int
    level: float
    probability: Floats


def predicted_events(
    x: float, n: float, n_max: float, prior: tuple[float, float], *, level: float = 0.95
) -> PredictedEvents:
    """The number of events at the end, from the beta-binomial distribution of those still to come.

    Parameters
    ----------
    x, n : events and patients with a known outcome.
    n_max : patients of the whole trial.
    prior : the two parameters of the Beta prior, before the ``n`` patients.
    level : of the interval; each tail holds at most (1 - level) / 2.

    Returns
    -------
    PredictedEvents

    Raises
    ------
    ValueError : impossible counts, n_max below n, a level or prior out of range.

    Examples
    --------
    Two events in ten patients, ten more to come, a uniform prior: 2 + 10 * 3 / 12.

    >>> predicted_events(2, 10, 20, (1, 1)).mean
    4.5
    """
    size = as_count("n", n, 0, 100_000)
    events = as_count("x", x, 0, size, f" of n = {size}")
    whole = as_count("n_max", n_max, max(size, 1), 100_000)
    a, b = _beta(prior)
    share = as_level(level)
    state = np.zeros(whole + 1)
    state[events] = 1.0
    count = np.arange(whole + 1, dtype=np.float64)
    for m in range(size, whole):
        up = state * (a + count) / (a + b + m)
        state = state - up
        state[1:] += up[:-1]
    below = np.cumsum(state)
    low = int(np.searchsorted(below, (1 - share) / 2, side="right"))
    high = int(np.searchsorted(below, 1 - (1 - share) / 2 - 1e-12))
    return PredictedEvents(float(state @ count), low, min(high, whole), share, state)
