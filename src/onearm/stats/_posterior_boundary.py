"""Stopping by the posterior probability that a rate lies beyond a fixed limit.

    stop low    when P(p < p0 | x of n) > c_low        x <= low(n)
    stop high   when P(p > p1 | x of n) > c_high       x >= high(n)
    P(p > p1 | x of n) = 1 - I_p1(a + x, b + n - x)    under Beta(a, b); a mixture weighs its components

A probability of equality is 0 for a rate, so "<" and "<=" inside P are one. Between a probability and its cut-off they
are not: ``strict`` says which is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from ._bayes_mixture import BetaMixture
from ._beta_mixture_posterior import (
    TIE,
    Prior,
    as_looks,
    as_patients,
    as_prior,
    exceeds,
    first_true,
    last_true,
    probability_above,
    probability_below,
)
from ._boundary import Boundary, boundary
from ._input import Floats, Ints, as_choice
from ._number import as_share, as_truth

Tail = Callable[[Ints, Ints], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class PosteriorBoundary:
    """Integer boundaries from posterior probabilities against fixed limits.

    Attributes
    ----------
    boundary : the integers the rule is.
    prior : of the rate.
    p0, p1 : limits of the low and of the high side.
    futility, efficacy, harm : cut-offs of the probabilities; None where there is no such rule.
    strict : whether a probability must exceed its cut-off (True) or may be equal to it (False).
    at_low : (L,) P(p < p0) at the largest count that stops, NaN where none does.
    at_high : (L,) P(p > p1) at the smallest count that stops, NaN where none does.
    ties : (x, n) at the boundary's edge whose probability equals its cut-off.
    conventions : sentences to print with the rule.
    """

    boundary: Boundary
    prior: BetaMixture
    p0: float | None
    p1: float | None
    futility: float | None
    efficacy: float | None
    harm: float | None
    strict: bool
    at_low: Floats
    at_high: Floats
    ties: tuple[tuple[int, int], ...]
    conventions: tuple[str, ...]

    def probability(self, x: float, n: float, side: str | None = None) -> float:
        """What is compared with the cut-off after ``x`` of ``n``: P(p < p0) for "low", P(p > p1) for "high".

        ``side`` may be left out where the rule has one side only.
        """
        events, size = as_patients(x, n)
        given = [k for k, limit in (("low", self.p0), ("high", self.p1)) if limit is not None]
        if side is None and len(given) > 1:
            raise ValueError("side must be given, low or high: this rule has both")
        chosen = given[0] if side is None else as_choice("side", side, tuple(given))
        if chosen == "low" and self.p0 is not None:
            return float(probability_below(self.prior, events, size, self.p0))
        return float(probability_above(self.prior, events, size, self.p1 or 0.0))


def posterior_boundary(
    looks: ArrayLike,
    prior: Prior,
    *,
    p0: float | None = None,
    futility: float | None = None,
    p1: float | None = None,
    efficacy: float | None = None,
    harm: float | None = None,
    strict: bool = True,
    n_max: int | None = None,
    name: str = "response",
) -> PosteriorBoundary:
    """Stopping boundaries for one rate from its posterior probability against fixed limits.

    Parameters
    ----------
    looks : (L,) patients with a known outcome at each look, ascending.
    prior : (a, b) of Beta(a, b), or (weight, a, b) of each component of a mixture.
    p0 : limit of the low side, strictly between 0 and 1; where only one of p0 and p1 is given it serves both sides.
    futility : stop for too few events when P(p < p0) exceeds this.
    p1 : limit of the high side.
    efficacy : stop for enough events when P(p > p1) exceeds this.
    harm : the same for an event that is bad; give ``efficacy`` or ``harm``, not both.
    strict : whether a probability must exceed its cut-off (True), or may also be equal to it (False).
    n_max : patients of the whole trial; the last look when it is not given.
    name : of the event that is counted.

    Returns
    -------
    PosteriorBoundary

    Raises
    ------
    ValueError : looks that do not ascend, limits or cut-offs not between 0 and 1, a rule without its limit or a limit
        without its rule, sides that overlap.

    Notes
    -----
    P(p > p1 | x of n) = 1 - I_p1(a + x, b + n - x). Fixed-limit form of Thall & Simon (1994), doi:10.2307/2533377.
    Probabilities within 1e-12 of a cut-off are equal to it, and are listed in ``ties``.

    Examples
    --------
    The test of Genentech's phase1b: futile when P(p < .15) is .70 or more, effective when P(p > .20) is .60 or more.

    >>> rule = posterior_boundary([10, 20, 30, 40], (1, 1), p0=0.15, futility=0.7, p1=0.2, efficacy=0.6, strict=False)
    >>> rule.boundary.low.tolist(), rule.boundary.high.tolist()
    ([[0, 1, 3, 4]], [[2, 5, 7, 9]])
    >>> rule.at_low.round(4).tolist()
    [0.8327, 0.845, 0.7039, 0.7567]
    """
    n, mixture = as_looks("looks", looks), as_prior("prior", prior)
    if efficacy is not None and harm is not None:
        raise ValueError("efficacy and harm exclude each other: many events of one kind are good or bad")
    upper = efficacy if harm is None else harm
    below, above = _limits(p0, futility, p1, upper)
    under: Tail | None = None if below is None else partial(probability_below, mixture, limit=below)
    over: Tail | None = None if above is None else partial(probability_above, mixture, limit=above)
    cut_low = None if futility is None else as_share("futility", futility)
    cut_high = None if upper is None else as_share("harm" if efficacy is None else "efficacy", upper)
    strict = as_truth("strict", strict)
    never = np.full(n.size, -1), n + 1
    low = never[0] if under is None or cut_low is None else low_side(under, cut_low, strict, n)
    high = never[1] if over is None or cut_high is None else high_side(over, cut_high, strict, n)
    if not isinstance(name, str) or not name:
        raise ValueError(f"name must be a word for the event, found {name!r}")
    means = "" if upper is None else "harm" if efficacy is None else "efficacy"
    rule = boundary(n, low=low, high=high, low_means="futility" if futility is not None else "", high_means=means,
                    n_max=n_max, names=(name,))  # fmt: skip
    ties = (*_ties(under, cut_low, low, low + 1, n), *_ties(over, cut_high, high - 1, high, n))
    said = _conventions(below, cut_low, above, cut_high, strict, ties)
    return PosteriorBoundary(rule, mixture, below, above, cut_low, None if efficacy is None else cut_high,
                             None if harm is None else cut_high, strict, at_edge(under, low, n),
                             at_edge(over, high, n), ties, said)  # fmt: skip


def low_side(probability: Tail, cutoff: float, strict: bool, n: Ints) -> Ints:
    """The largest count at each look whose probability, which falls with the count, is beyond the cut-off."""
    return last_true(lambda x, size: exceeds(probability(x, size), cutoff, strict), n)


def high_side(probability: Tail, cutoff: float, strict: bool, n: Ints) -> Ints:
    """The smallest count at each look whose probability, which rises with the count, is beyond the cut-off."""
    return first_true(lambda x, size: exceeds(probability(x, size), cutoff, strict), n)


def at_edge(probability: Tail | None, edge: Ints, n: Ints) -> Floats:
    """The probability at the boundary's integers, NaN where no count stops."""
    there = (edge >= 0) & (edge <= n)
    out = np.full(n.size, np.nan)
    if probability is not None and np.any(there):
        out[there] = probability(edge[there], n[there])
    return out


def ties_at(probability: Tail, cutoff: float, inner: Ints, outer: Ints, n: Ints) -> tuple[tuple[int, int], ...]:
    """(x, n) on either side of the boundary whose probability is the cut-off."""
    found = []
    for edge in (inner, outer):
        equal = np.abs(at_edge(probability, edge, n) - cutoff) <= TIE
        found += [(int(x), int(size)) for x, size in zip(edge[equal], n[equal], strict=True)]
    return tuple(sorted(found, key=lambda at: at[::-1]))


def _ties(
    probability: Tail | None, cutoff: float | None, inner: Ints, outer: Ints, n: Ints
) -> tuple[tuple[int, int], ...]:
    return () if probability is None or cutoff is None else ties_at(probability, cutoff, inner, outer, n)


def _limits(
    p0: float | None, futility: float | None, p1: float | None, upper: float | None
) -> tuple[float | None, float | None]:
    """The limit of each side that has a rule."""
    if futility is None and upper is None:
        raise ValueError("futility, efficacy or harm must be given: without a cut-off there is no rule")
    low = p1 if p0 is None else p0
    high = p0 if p1 is None else p1
    if low is None or high is None:
        raise ValueError("p0 or p1 must be given: the limit that the rate is compared with")
    if p0 is not None and p1 is not None and (futility is None or upper is None):
        spare, rule = ("p0", "futility") if futility is None else ("p1", "efficacy or harm")
        raise ValueError(f"{spare} is given without its rule, {rule}: leave it out or give the cut-off")
    below = None if futility is None else as_share("p0" if p0 is not None else "p1", low)
    return below, None if upper is None else as_share("p1" if p1 is not None else "p0", high)


def tie_sentence(ties: tuple[tuple[int, int], ...], strict: bool) -> tuple[str, ...]:
    """What equality did, where it occurred."""
    if not ties:
        return ()
    where = ", ".join(f"{x}/{n}" for x, n in ties)
    return (f"equal to its cut-off (within {TIE:g}) at {where}: {'goes on' if strict else 'stops'}",)


def _conventions(
    p0: float | None,
    low: float | None,
    p1: float | None,
    high: float | None,
    strict: bool,
    ties: tuple[tuple[int, int], ...],
) -> tuple[str, ...]:
    sign = ">" if strict else ">="
    rules = []
    if low is not None:
        rules.append(f"stops low when P(p < {p0:g}) {sign} {low:g}; low is the largest count that stops")
    if high is not None:
        rules.append(f"stops high when P(p > {p1:g}) {sign} {high:g}; high is the smallest count that stops")
    return (*rules, f"equality with a cut-off {'goes on' if strict else 'stops'}", *tie_sentence(ties, strict))
