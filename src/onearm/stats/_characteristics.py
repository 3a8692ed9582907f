"""Exact operating characteristics of a rule on counts, by recursion over the patients."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._boundary import Boundary
from ._boundary import boundary as checked
from ._characteristics_plan import BOTH_LOW, Plan, Sides, plan_of
from ._characteristics_rates import true_rates
from ._characteristics_record import OperatingCharacteristics
from ._characteristics_steps import add_one_endpoint, add_two_endpoints, binomial, portions
from ._characteristics_words import words
from ._input import Floats

_NUMBERS = 2**15  # in the state of one block of scenarios: it stays in the cache
_LONGEST = {1: 20_000, 2: 1_000}


def operating_characteristics(
    boundary: Boundary | Any,
    p: ArrayLike | None = None,
    *,
    association: ArrayLike = 1.0,
    cells: ArrayLike | None = None,
) -> OperatingCharacteristics:
    """How often, when and why a trial stops under given true rates; exact, not simulated.

    Parameters
    ----------
    boundary : a `Boundary`, or a design or rule that has one as ``.boundary``.
    p : true rates. One endpoint: a number or (S,). Two endpoints: (2,) or (S, 2), in the order of ``boundary.names``.
    association : odds ratio of the two events in one patient, one number or (S,); 1 is independence. It changes how
        often both limits are crossed together, not the rule. Between 1e-6 and 1e6.
    cells : instead of ``p``, for two endpoints: (4,) or (S, 4) probabilities that a patient has both events, the first
        only, the second only, none. A nested endpoint (complete response within response) has "first only" of 0.

    Returns
    -------
    OperatingCharacteristics, with S = 1 for one set of rates.

    Raises
    ------
    ValueError : rates that are no probabilities or do not fit the boundary's endpoints; cells that do not sum to 1; a
        last look beyond 20,000 patients, or 1,000 with two endpoints.

    Notes
    -----
    The state is the probability f_n(x) that the trial has not stopped and x of the first n patients have the event.
    With m more patients, f_{n+m}(x + j) = sum_x f_n(x) b(j; m, p), b the binomial probability; two endpoints take one
    patient at a time with four kinds of patient. At each look the probability of the counts that stop is removed and
    kept by reason. All terms are positive: the error is near n x 1e-16.

    References
    ----------
    Schultz JR, Nichol FR, Elfring GL, Weed SD. Biometrics 1973;29:293 (doi:10.2307/2529393), the recursion; Wald A.
    Ann Math Stat 1944;15:283 (doi:10.1214/aoms/1177731235), expected events = p x expected patients.

    Examples
    --------
    Simon's optimal design for 10 % against 30 %, 1/10 and 5/29:

    >>> from onearm.stats.monitoring import boundary
    >>> rule = boundary([10, 29], low=[1, 5], low_means="futility")
    >>> oc = operating_characteristics(rule, [0.1, 0.3])
    >>> oc.success.round(4).tolist(), oc.expected_n.round(4).tolist(), oc.early.round(4).tolist()
    ([0.0471, 0.8051], [15.0141, 26.1631], [0.7361, 0.1493])
    """
    rule = _rule(boundary)
    rates, kinds = true_rates(p, cells, association, rule.endpoints)
    plan = plan_of(rule)
    reasons = sorted({r.reason for look in plan.looks for r in look.regions}, key=_order)
    scenarios, looks = rates.shape[0], rule.n.size
    stop = np.zeros((scenarios, len(reasons), looks))
    events = np.zeros((scenarios, rule.endpoints))
    complete = np.zeros(scenarios)
    shares = rates if kinds is None else kinds
    block = max(1, _NUMBERS // max(look.size for look in plan.looks))
    for begin in range(0, scenarios, block):
        some = slice(begin, begin + block)
        _run(plan, reasons, np.ascontiguousarray(shares[some].T), stop[some], events[some], complete[some])
    events += (complete * (rule.n_max - rule.n[-1]))[:, None] * rates
    return OperatingCharacteristics(rule, rates, kinds, *words(rule, reasons), stop, complete, events)


def _rule(value: Any) -> Boundary:
    held = value if isinstance(value, Boundary) else getattr(value, "boundary", None)
    if not isinstance(held, Boundary):
        raise ValueError(f"boundary must be a Boundary or a record that has one, found {type(value).__name__}")
    rule = checked(held.n, low=held.low, high=held.high, low_means=held.low_means, high_means=held.high_means,
                   n_max=held.n_max, names=held.names, together=held.together)  # fmt: skip
    if rule.n[-1] > _LONGEST[rule.endpoints]:
        raise ValueError(f"boundary has a look at n = {rule.n[-1]}; the recursion takes up to "
                         f"{_LONGEST[rule.endpoints]} patients with {rule.endpoints} endpoints")  # fmt: skip
    return rule


def _order(reason: Sides) -> tuple[bool, Sides]:
    """One endpoint's reasons before those of both, the first endpoint's before the second's."""
    return (reason[0] > 0 and reason[1] > 0, (reason[0] or 3, reason[1]))


def _run(plan: Plan, reasons: list[Sides], shares: Floats, stop: Floats, events: Floats, complete: Floats) -> None:
    """Fill ``stop`` (S, R, L), ``events`` (S, K) and ``complete`` (S,) for the true rates ``shares`` (1 or 4, S)."""
    state = np.ones((1, 1, shares.shape[1]))
    place = {reason: i for i, reason in enumerate(reasons)}
    pieces: dict[int, Floats] = {}
    counted = slice(1, 1 + events.shape[1])
    for at, look in enumerate(plan.looks):
        state = _add(state, shares, look.added, pieces)
        for region in look.regions:
            part = region.moments @ state[region.block].reshape(-1, state.shape[2])
            stop[:, place[region.reason], at] += part[0]
            events += part[counted].T
            if region.reason == BOTH_LOW:
                state[region.block] = 0
        state = state[look.keep]
    part = plan.passed @ state.reshape(-1, state.shape[2])
    complete += part[0]
    events += part[counted].T


def _add(state: Floats, shares: Floats, added: int, pieces: dict[int, Floats]) -> Floats:
    """The state after ``added`` patients; ``pieces`` keeps binomial probabilities from look to look."""
    if shares.shape[0] == 4:
        for _ in range(added):
            state = add_two_endpoints(state, shares)
        return state
    for m in portions(added):
        if m not in pieces:
            pieces[m] = binomial(m, shares[0])
        state = add_one_endpoint(state, pieces[m])
    return state
