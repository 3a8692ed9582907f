"""BOP2: one rule for futility and harm, whose cut-off rises with the share of the trial that is done.

The counts of the elementary outcomes have a Dirichlet prior of one patient, centred on the null hypothesis; each
endpoint is a sum of outcomes, so its rate has a Beta(p0, 1 - p0) prior (Zhou, Lee and Yuan 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._beta_mixture_posterior import as_looks
from ._bop2_limits import (
    Endpoint,
    as_gamma,
    as_lam,
    as_names,
    as_rates,
    as_total,
    rule_boundary,
)
from ._boundary import Boundary
from ._input import Floats, as_floats

CONVENTIONS = (
    "counts among all patients with a known outcome so far",
    "low: stop at this many events or fewer; high: stop at this many or more",
    "an endpoint fails when its posterior probability is strictly below the cut-off: equality continues",
    "probabilities within one part in 10^12 are equal",
    "the same rule decides at the last look: success when the trial has not stopped by then",
)
WHEN = {
    "binary": "the trial stops when the endpoint fails",
    "nested": "the trial stops only when both endpoints fail",
    "co-primary": "the trial stops only when both endpoints fail",
    "efficacy-toxicity": "the trial stops when either endpoint fails",
}


@dataclass(frozen=True, slots=True, eq=False)
class Bop2:
    """A BOP2 rule.

    Attributes
    ----------
    boundary : integers at each look.
    kind : "binary", "nested", "co-primary" or "efficacy-toxicity".
    null : (K,) null rates. lam, gamma : the two numbers of the cut-off lambda (n / N)^gamma.
    cutoff : (L,) least posterior probability with which an endpoint passes.
    conventions : sentences to print beside the table.
    """

    boundary: Boundary
    kind: str
    null: tuple[float, ...]
    lam: float
    gamma: float
    cutoff: Floats
    conventions: tuple[str, ...]
    _endpoints: tuple[Endpoint, ...]

    def at(self, n: ArrayLike) -> Boundary:
        """The integer limits at any numbers of patients, planned or not.

        Parameters
        ----------
        n : one number of patients, or several in ascending order; at most those of the trial.

        Returns
        -------
        Boundary.

        Raises
        ------
        ValueError : n beyond the trial, or out of order.
        """
        return boundary_at(self._endpoints, self.boundary, n)

    def probability(self, x: ArrayLike, n: ArrayLike) -> Floats:
        """The posterior probability that an endpoint is good: p above its null rate, for a toxicity below it.

        Parameters
        ----------
        x : events, any shape; with two endpoints the last axis holds their two counts.
        n : patients with a known outcome.

        Returns
        -------
        Probabilities of the shape of ``x``.

        Raises
        ------
        ValueError : counts that are not whole or exceed the patients.
        """
        return probability_of(self._endpoints, x, n, self.kind == "nested")


def bop2(
    looks: ArrayLike,
    null: ArrayLike,
    lam: float,
    gamma: float,
    *,
    kind: str = "binary",
    n_max: int | None = None,
    names: tuple[str, ...] | None = None,
) -> Bop2:
    """The integer boundaries of a BOP2 rule with given lambda and gamma.

    Parameters
    ----------
    looks : numbers of patients with known outcomes at which the rule is applied, ascending; the last one is the trial.
    null : rate under the null hypothesis; two of them for the other kinds: "nested" (complete response, response),
        "co-primary" (two efficacy endpoints), "efficacy-toxicity" (response, toxicity).
    lam, gamma : the cut-off is lam (n / N)^gamma, with lam in (0, 1] and gamma at least 0.
    kind : what is monitored. One endpoint, or two with a stop when both fail ("nested", "co-primary") or when either
        fails ("efficacy-toxicity").
    n_max : N, when the last look comes before the last patient.
    names : of the endpoints.

    Returns
    -------
    Bop2.

    Raises
    ------
    ValueError : looks out of order, rates outside 0..1 or nested ones that do not ascend, lam or gamma out of range.

    Notes
    -----
    An endpoint fails at n when P(p > p0 | x, n) < lam (n / N)^gamma, for a toxicity when P(p < p0 | x, n) is, with the
    prior Beta(p0, 1 - p0). Zhou, Lee and Yuan, Stat Med 2017;36:3302, doi:10.1002/sim.7338.

    Examples
    --------
    The boundaries of the README of BOP2FE for a null rate of 0.2, and the limit at a look that was not planned.

    >>> rule = bop2([10, 15, 20, 25, 30, 35, 40], 0.2, 0.9, 1)
    >>> rule.boundary.low.tolist(), rule.at(12).low.tolist()
    ([[1, 2, 3, 5, 7, 9, 11]], [[1]])
    """
    n = as_looks("looks", looks)
    total = as_total(n, n_max)
    rates = as_rates("null", null, kind)
    words = as_names(names, kind)
    scale, power = as_lam("lam", lam), as_gamma(gamma)
    endpoints = null_centred(rates, kind, scale, power)
    made = rule_boundary(endpoints, n, total, words, together(kind))
    said = (*CONVENTIONS, WHEN[kind], "prior of one patient, centred on the null rates")
    return Bop2(made, kind, rates, scale, power, endpoints[0].cutoff(n, total), said, endpoints)


def together(kind: str) -> bool:
    """Whether a stop needs both endpoints to fail."""
    return kind in ("nested", "co-primary")


def null_centred(rates: tuple[float, ...], kind: str, lam: float, gamma: float) -> tuple[Endpoint, ...]:
    """The endpoints of a kind of rule, each with a prior of one patient at its null rate."""
    harm = (False, kind == "efficacy-toxicity")
    return tuple(Endpoint(p, (p, 1 - p), harm[k], lam, gamma) for k, p in enumerate(rates))


def boundary_at(endpoints: tuple[Endpoint, ...], planned: Boundary, n: ArrayLike) -> Boundary:
    """The rule's integers at other looks."""
    sizes = as_looks("n", np.atleast_1d(as_floats("n", n)))
    if sizes[-1] > planned.n_max:
        raise ValueError(f"n is {sizes[-1]}, but the trial has {planned.n_max} patients")
    return rule_boundary(endpoints, sizes, planned.n_max, planned.names, planned.together)


def probability_of(endpoints: tuple[Endpoint, ...], x: ArrayLike, n: ArrayLike, nested: bool) -> Floats:
    """P(good) of each endpoint for counts whose last axis is the endpoints where there are two."""
    events, size = as_floats("x", x), as_floats("n", n)
    if len(endpoints) == 1:
        events = events[..., None]
    elif events.ndim == 0 or events.shape[-1] != len(endpoints):
        raise ValueError(f"x must hold {len(endpoints)} counts on its last axis, found shape {events.shape}")
    try:
        events, size = np.broadcast_arrays(events, size[..., None])
    except ValueError:
        raise ValueError("x and n do not have shapes that go together") from None
    whole = np.isfinite(events) & np.isfinite(size) & (size <= 1e9)
    if not np.all(whole) or np.any(events % 1) or np.any(size % 1) or np.any((events < 0) | (events > size)):
        raise ValueError("x must hold whole counts between 0 and n patients")
    if nested and np.any(events[..., 0] > events[..., 1]):
        raise ValueError("x has more complete responses than responses")
    good = np.stack([e.good(events[..., k], size[..., k]) for k, e in enumerate(endpoints)], axis=-1)
    return np.asarray(good[..., 0] if len(endpoints) == 1 else good)
