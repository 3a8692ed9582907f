"""State probabilities of a multistate history: Aalen-Johansen curves and expected time in each state.

The rows are checked in ``_transitions``, the algebra is in ``_aalen_johansen`` and ``_state_influence``;
the probability of being in response is in ``_in_response``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ._aalen_johansen import make_steps, running, step_noise
from ._input import Floats, as_choice, as_level, as_vector, count
from ._limits import INTERVALS, survival_limits
from ._state_curve import Estimate, StateProbabilities, StatesAt, TimeInState, start_error
from ._state_influence import influence, start_influence
from ._transitions import STAYS, Transitions, make_transitions

if TYPE_CHECKING:
    from ._in_response import InResponse as InResponse
    from ._in_response import probability_in_response as probability_in_response
    from ._landmark_states import landmark_probabilities as landmark_probabilities

VARIANCES = ("greenwood", "aalen", "infinitesimal-jackknife")
_ELSEWHERE = {
    "InResponse": "_in_response",
    "probability_in_response": "_in_response",
    "landmark_probabilities": "_landmark_states",
}
__all__ = [
    "StateProbabilities",
    "StatesAt",
    "TimeInState",
    "state_probabilities",
    *_ELSEWHERE,
]


def state_probabilities(
    subject: ArrayLike,
    start: ArrayLike,
    stop: ArrayLike,
    from_state: ArrayLike,
    to_state: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    initial: ArrayLike | None = None,
    states: Sequence[Any] | None = None,
    absorbing: Sequence[Any] = (),
    censored: Any = None,
    level: float = 0.95,
    interval: str = "log-log",
    variance: str | None = None,
) -> StateProbabilities:
    """How many are in each state over time, in spite of censoring: the Aalen-Johansen estimator.

    p(t) = p(0) product over times u <= t of (I + dA(u)), dA the moves from each state per subject at risk
    in it (Aalen & Johansen 1978). It needs no Markov assumption for p(t) as long as censoring does not
    depend on the state (Datta & Satten 2001, doi:10.1016/S0167-7152(01)00155-9). Two states give
    Kaplan-Meier; one state left for several give the cumulative incidences.

    Parameters
    ----------
    subject : (n,) labels; one subject may have several rows.
    start, stop : (n,) each row covers start < t <= stop.
    from_state, to_state : (n,) labels; ``to_state`` None, NaN, an empty text or ``censored`` where the
        subject was only seen until ``stop``. A row to its own state is no move.
    weight : (n,) weights; None for ones.
    initial : (s,) distribution before the first move; None takes that of the rows at risk just before
        the first move, and its uncertainty with it (as R does).
    states : the labels in the order wanted; None sorts them.
    absorbing : labels that nobody may leave or be followed in.
    interval : as for :func:`kaplan_meier`.
    variance : "greenwood" (the default with weights of one; as R's etm), "aalen", or
        "infinitesimal-jackknife" (the default with weights; as R's survfit; subjects are the units).
        The last takes time proportional to subjects x times.

    Returns
    -------
    StateProbabilities

    Raises
    ------
    ValueError
        For bad arrays; a start not before its stop; rows of one subject that overlap, leave a gap or
        do not follow on in state; a row in an absorbing state; each with the row's index from 0. For
        "greenwood" or "aalen" with weights other than one.

    Examples
    --------
    Two ways out, with censoring (test data of R's survival package): (18/35, 1/7, 12/35) after time 3.

    >>> stop = [1, 2, 2, 3, 3, 3, 5, 6]
    >>> to = [None, "a", None, "b", None, "b", None, "b"]
    >>> r = state_probabilities(range(8), [0] * 8, stop, ["0"] * 8, to)
    >>> (r.at(3).probability * 35).round(6).tolist()
    [[18.0, 5.0, 12.0]]
    """
    level = as_level(level)
    as_choice("interval", interval, INTERVALS)
    rows = make_transitions(subject, start, stop, from_state, to_state, weight, states, absorbing, censored)
    if variance is None:
        variance = "infinitesimal-jackknife" if rows.weighted else "greenwood"
    as_choice("variance", variance, VARIANCES)
    if rows.weighted and variance != "infinitesimal-jackknife":
        raise ValueError(f'variance "{variance}" is for weights of one; use "infinitesimal-jackknife"')
    return estimate_states(rows, initial, level, interval, variance)


def estimate_states(
    rows: Transitions, initial: ArrayLike | None, level: float, interval: str, variance: str
) -> StateProbabilities:
    """The curves from checked rows."""
    s = rows.states.size
    steps = make_steps(rows)
    jackknife = variance == "infinitesimal-jackknife"
    first = steps.rank[0] if steps.rank.size else rows.start.min() + 1
    present = np.flatnonzero((rows.start < first) & (rows.stop >= first))
    if initial is None:
        p0 = count(rows.source[present], rows.weight[present], s)
        p0 = p0 / p0.sum()
        covariance = (np.diag(p0) - np.outer(p0, p0)) / present.size
    else:
        p0, covariance = _given(initial, s), np.zeros((s, s))
    if jackknife:
        begin = np.zeros((int(rows.subject.max()) + 1, s))
        begin = start_influence(rows, present, p0) if initial is None else begin
    product, _ = running(steps.matrix)
    after = p0 @ product
    before = np.vstack([p0, after])[:-1]
    if jackknife:
        spread, noise = influence(rows, steps, before, begin)[0], None
    else:
        begin, noise = covariance, step_noise(steps, before, variance)
        total = running(steps.matrix, noise)[1] + product.swapaxes(1, 2) @ covariance @ product
        spread = np.diagonal(total, axis1=1, axis2=2)
    estimate = Estimate(rows, steps, before, noise, begin, float(rows.grid[rows.start.min()]))
    shown = np.unique(rows.stop[(rows.target != STAYS) | rows.last])
    where = np.searchsorted(steps.rank, shown, side="right")
    p = np.vstack([p0, after])[where]
    error = np.vstack([start_error(estimate), np.sqrt(np.maximum(spread, 0.0))])[where]
    limits = [survival_limits(p[:, j], error[:, j], level, interval) for j in range(s)]
    return StateProbabilities(
        states=rows.states,
        time=rows.grid[shown],
        probability=p,
        std_error=error,
        low=np.column_stack([low for low, _ in limits]),
        high=np.column_stack([high for _, high in limits]),
        at_risk=rows.at_risk(rows.weight)[shown],
        transitions=rows.table(),
        initial=p0,
        level=level,
        interval=interval,
        variance=variance,
        n=int(rows.subject.max()) + 1,
        message="" if steps.rank.size else "nobody moves: every probability stays as it was at the start",
        estimate=estimate,
    )


def _given(initial: ArrayLike, s: int) -> Floats:
    """A distribution over s states."""
    p = as_vector("initial", initial, s)
    if np.any(p < 0) or abs(p.sum() - 1) > 1e-8:
        raise ValueError(f"initial must be probabilities that add up to 1, found {p.tolist()}")
    return p


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__package__}.{_ELSEWHERE[name]}"), name)
