"""What TOP says of a trial with pending outcomes, and the numbers it says it from."""

from __future__ import annotations

from dataclasses import dataclass

from ._bop2_limits import Endpoint


@dataclass(frozen=True, slots=True)
class TopEndpoint:
    """One endpoint of a decision.

    Attributes
    ----------
    name : of the endpoint. decision : "go", "stop" or "suspend".
    r, pending, ess : events known, patients pending, effective number of patients.
    probability, cutoff : posterior probability that the endpoint is good, and the least with which it passes.
    crossing_ess : effective number at which it ceases to pass with these events (see `Top.crossing_ess`).
    waits_from : pending patients from which accrual waits.
    could_go, could_stop : whether the outcomes of these patients, once all are known, could still say so.
    """

    name: str
    decision: str
    r: int
    pending: int
    ess: float
    probability: float
    cutoff: float
    crossing_ess: float
    waits_from: int
    could_go: bool
    could_stop: bool


@dataclass(frozen=True, slots=True)
class TopDecision:
    """Go on, stop, or suspend accrual.

    Attributes
    ----------
    decision : "go", "stop" or "suspend"; "go" at the last look is success.
    n : enrolled patients.
    endpoints : the numbers of each endpoint.
    settled : "go" or "stop" where the outcomes still pending cannot change what complete data will say, else "".
    """

    decision: str
    n: int
    endpoints: tuple[TopEndpoint, ...]
    settled: str


def combined(decisions: list[str], together: bool) -> str:
    """The trial's decision: one "go" is enough where a stop needs both endpoints, else one "stop" is."""
    first = "go" if together else "stop"
    if first in decisions:
        return first
    open_ = [d for d in decisions if d not in ("go", "stop")]
    return open_[0] if open_ else decisions[0]


def settled(could_go: bool, could_stop: bool) -> str:
    """What complete data are certain to say, or nothing."""
    if could_go and could_stop:
        return ""
    return "go" if could_go else "stop"


def waiting(n: int, n_max: int, suspension: str) -> int:
    """The pending patients from which accrual waits: n^2/N or more of them, or more than that."""
    return -(-n * n // n_max) if suspension == "table" else n * n // n_max + 1


def crossing(endpoint: Endpoint, r: int, n: int, cutoff: float) -> float:
    """The effective number between r and n at which the posterior probability is the cut-off, by halving.

    With r fixed, more patients lower P(p > p0) and raise P(p < p0).
    """
    low, high = float(r), float(n)
    if bool(endpoint.fails(endpoint.good(r, low), cutoff)) != endpoint.harm:
        return float("-inf")  # one end of the range says all: a response fails already, a toxicity passes already
    if bool(endpoint.fails(endpoint.good(r, high), cutoff)) == endpoint.harm:
        return float("inf")
    while low < (middle := (low + high) / 2) < high:
        above = float(endpoint.good(r, middle)) >= cutoff
        low, high = (middle, high) if above != endpoint.harm else (low, middle)
    return low
