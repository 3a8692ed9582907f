"""TOP: the rule of BOP2 while outcomes are still awaited (Lin, Coleman and Yuan 2020).

Of n enrolled patients m are pending, the i-th of them followed for a share w_i of the window of assessment. With r
events so far the effective number of patients is ESS = n - m + sum of w_i, and the rate is taken as
Beta(a + r, b + ESS - r). The cut-off is that of the n enrolled, lambda (n / N)^gamma. Too many pending: accrual waits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._beta_mixture_posterior import as_looks
from ._bop2 import WHEN, boundary_at, together
from ._bop2_limits import Endpoint, as_gamma, as_lam, as_names, as_rates, as_total, rule_boundary
from ._boundary import Boundary
from ._input import Floats, Ints, as_choice, as_floats
from ._number import as_count
from ._top_decision import TopDecision, TopEndpoint, combined, crossing, settled, waiting

Shares = ArrayLike | Sequence[ArrayLike] | None
_SMALLEST, _LARGEST = 1e-3, 1e6  # a prior's parameter
_CONVENTIONS = (
    "n counts enrolled patients, for the cut-off as well; r counts events known so far",
    "boundary: limits once no outcome is awaited; low: stop at this many events or fewer, high: at this many or more",
    "an endpoint fails when its posterior probability is strictly below the cut-off: equality continues",
    "probabilities within one part in 10^12 are equal",
    "a pending patient counts as the share of the window followed: events come evenly over the window",
    "no wait before the last look for an endpoint that its pending patients can no longer change",
    "the last look waits for every outcome",
)
_WAITS = {
    "table": "accrual waits when n^2/N or more patients are pending (as in the paper's table)",
    "prose": "accrual waits when more than n^2/N patients are pending (as in the paper's text)",
}


@dataclass(frozen=True, slots=True, eq=False)
class Top:
    """A TOP rule.

    Attributes
    ----------
    boundary : integers at each look once all outcomes are known.
    waits_from : (L,) pending patients from which accrual waits.
    cutoff : (L,) least posterior probability with which an endpoint passes.
    kind, null, lam, gamma, prior, suspension : as given; ``prior`` has one (a, b) for each endpoint.
    conventions : sentences to print beside the table.
    """

    boundary: Boundary
    waits_from: Ints
    cutoff: Floats
    kind: str
    null: tuple[float, ...]
    lam: float
    gamma: float
    prior: tuple[tuple[float, float], ...]
    suspension: str
    conventions: tuple[str, ...]
    _endpoints: tuple[Endpoint, ...]

    def at(self, n: ArrayLike) -> Boundary:
        """The limits of complete data at any numbers of enrolled patients, planned or not; as in `Bop2.at`."""
        return boundary_at(self._endpoints, self.boundary, n)

    def crossing_ess(self, r: float, n: float, endpoint: int = 0) -> float:
        """The effective number of patients at which an endpoint with r events among n enrolled turns.

        Parameters
        ----------
        r : events known so far. n : enrolled. endpoint : 0 or 1.

        Returns
        -------
        A response fails when the effective number is larger than this: infinity where it passes even with all n known,
        minus infinity where it fails even with r. A toxicity fails when it is smaller: infinity where it fails even
        with all n known, minus infinity where it passes even with r.

        Raises
        ------
        ValueError : counts that are not whole, more events than patients, an endpoint that is not there.
        """
        size = as_count("n", n, 1, self.boundary.n_max)
        events = as_count("r", r, 0, size, f" of n = {size}")
        one = self._endpoints[as_count("endpoint", endpoint, 0, len(self._endpoints) - 1)]
        return crossing(one, events, size, float(one.cutoff(size, self.boundary.n_max)))

    def decide(self, n: float, r: ArrayLike, follow_up: Shares = None) -> TopDecision:
        """Go on, stop, or suspend accrual, on the outcomes known so far; at any n, planned or not.

        Parameters
        ----------
        n : patients enrolled.
        r : events known so far; two numbers with two endpoints.
        follow_up : for each pending patient the share of the window followed so far, 0 to 1; with two endpoints two
            such lists. None when no outcome is awaited.

        Returns
        -------
        TopDecision.

        Raises
        ------
        ValueError : more events and pending patients than enrolled, shares outside 0..1.
        """
        size = as_count("n", n, 1, self.boundary.n_max)
        x = np.atleast_1d(as_floats("r", r))
        if x.shape != (len(self._endpoints),):
            raise ValueError(f"r must hold {len(self._endpoints)} counts of events, found shape {x.shape}")
        events = [as_count("r", float(v), 0, size, f" of n = {size}") for v in x]
        if self.kind == "nested" and events[0] > events[1]:
            raise ValueError(f"r has {events[0]} complete responses, more than the {events[1]} responses")
        shares = _shares(follow_up, len(events))
        made = tuple(self._judge(k, size, v, w) for k, (v, w) in enumerate(zip(events, shares, strict=True)))
        both = self.boundary.together
        certain = combined([settled(e.could_go, e.could_stop) for e in made], both)
        return TopDecision(combined([e.decision for e in made], both), size, made, certain)

    def _judge(self, k: int, n: int, r: int, share: Floats) -> TopEndpoint:
        one, total, m = self._endpoints[k], self.boundary.n_max, int(share.size)
        if r + m > n:
            raise ValueError(f"r and follow_up make {r} events and {m} pending, of {n} enrolled patients")
        ess = n - m + math.fsum(share.tolist())
        cutoff, good = float(one.cutoff(n, total)), float(one.good(r, ess))
        limit = self.at(n)
        low, high = int(limit.low[k, 0]), int(limit.high[k, 0])
        could_go = r < high if one.harm else r + m > low
        could_stop = r + m >= high if one.harm else r <= low
        wait = waiting(n, total, self.suspension)
        decision = "stop" if bool(one.fails(good, cutoff)) else "go"
        if m and (n == total or (m >= wait and could_go and could_stop)):
            decision = "suspend"
        turn = crossing(one, r, n, cutoff)
        name = self.boundary.names[k]
        return TopEndpoint(name, decision, r, m, ess, good, cutoff, turn, wait, could_go, could_stop)


def top(
    looks: ArrayLike,
    p0: ArrayLike,
    lam: float,
    gamma: float,
    prior: ArrayLike | None = None,
    *,
    kind: str = "binary",
    n_max: int | None = None,
    suspension: str = "table",
    names: tuple[str, ...] | None = None,
) -> Top:
    """The rule of BOP2 for outcomes that take time: a decision with patients still pending.

    Parameters
    ----------
    looks : enrolled patients at each look, ascending.
    p0 : null rate; two of them for the kinds with two endpoints (see `bop2`).
    lam, gamma : the cut-off is lam (n / N)^gamma with n the enrolled patients; lam is the paper's C.
    prior : (a, b) of the Beta prior, two of them with two endpoints; by default (p0, 1 - p0), one patient.
    kind : as in `bop2`.
    n_max : N, by default the last look.
    suspension : accrual waits when at least n^2/N patients are pending ("table") or more than that ("prose"): the paper
        has one in its table and the other in its text.
    names : of the endpoints.

    Returns
    -------
    Top.

    Raises
    ------
    ValueError : looks out of order, rates, cut-off or prior out of range.

    Notes
    -----
    Lin, Coleman and Yuan, JNCI 2020;112:38, doi:10.1093/jnci/djz049. Its Table 4 is labelled (gamma, C) = (0.86, 0.95);
    its numbers are those of C = 0.86 and gamma = 0.95, an erratum. A patient whose window ended without an event is
    no longer pending. `bop2_design` finds lam and gamma for complete data; what pending outcomes do to its errors is a
    question for a simulation (`simulate_monitoring`).

    Examples
    --------
    Table 4 of the paper: two, four, eight and twelve responses to go on, and with three responses among twenty enrolled
    a stop once the effective number of patients passes 15.09.

    >>> rule = top([10, 20, 30, 40], 0.2, 0.86, 0.95)
    >>> (rule.boundary.low[0] + 1).tolist(), round(rule.crossing_ess(3, 20), 12)
    ([2, 4, 8, 12], 15.091039493297)
    >>> now = rule.decide(20, 3, [d / 120 for d in (85, 78, 66, 48, 32, 28, 10, 8, 5)])
    >>> now.decision, now.endpoints[0].ess
    ('go', 14.0)
    """
    n = as_looks("looks", looks)
    total = as_total(n, n_max)
    rates, words = as_rates("p0", p0, kind), as_names(names, kind)
    scale, power = as_lam("lam", lam), as_gamma(gamma)
    as_choice("suspension", suspension, tuple(_WAITS))
    shapes = _prior(prior, rates)
    harm = (False, kind == "efficacy-toxicity")
    endpoints = tuple(
        Endpoint(p, shape, harm[k], scale, power) for k, (p, shape) in enumerate(zip(rates, shapes, strict=True))
    )
    made = rule_boundary(endpoints, n, total, words, together(kind))
    waits = np.array([waiting(int(size), total, suspension) for size in n], dtype=np.int64)
    described = "; ".join(f"{name}: Beta({a:g}, {b:g})" for name, (a, b) in zip(words, shapes, strict=True))
    said = (*_CONVENTIONS, _WAITS[suspension], WHEN[kind], f"prior of {described}")
    cutoff = endpoints[0].cutoff(n, total)
    return Top(made, waits, cutoff, kind, rates, scale, power, shapes, suspension, said, endpoints)


def _prior(value: ArrayLike | None, rates: tuple[float, ...]) -> tuple[tuple[float, float], ...]:
    if value is None:
        return tuple((p, 1 - p) for p in rates)
    x = np.atleast_2d(as_floats("prior", value))
    if x.shape != (len(rates), 2):
        raise ValueError(
            f"prior must be (a, b) of a Beta prior for each of {len(rates)} endpoints; found shape {x.shape}"
        )
    if not np.all((x >= _SMALLEST) & (x <= _LARGEST)):
        raise ValueError(f"prior must have parameters between {_SMALLEST:g} and {_LARGEST:g}")
    return tuple((float(a), float(b)) for a, b in x)


def _shares(value: Shares, endpoints: int) -> list[Floats]:
    """Shares of the window, one list for each endpoint."""
    if value is None:
        return [np.zeros(0)] * endpoints
    lists = [value] if endpoints == 1 else list(value) if isinstance(value, (list, tuple)) else []
    if len(lists) != endpoints:
        raise ValueError("follow_up must be a list or tuple of two lists, one for each endpoint")
    made = [as_floats("follow_up", w) for w in lists]  # type: ignore[arg-type]
    if any(w.ndim != 1 or not np.all((w >= 0) & (w <= 1)) for w in made):
        raise ValueError("follow_up must hold shares of the window between 0 and 1, one for each pending patient")
    return made
