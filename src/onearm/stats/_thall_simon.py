"""Thall and Simon's rule: a trial's rate against a historical rate that is itself uncertain.

lambda(x, n; d) = P(E > S + d | x of n),   E ~ Beta or a mixture, updated;   S ~ Beta or a mixture, never updated
promising       when lambda(x, n; 0) >= p_U
not promising   when lambda(x, n; delta) <= p_L
else one goes on, and what is still open at n_max is inconclusive
"""

from __future__ import annotations

from dataclasses import dataclass

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
    falls_short,
    next_event,
)
from ._boundary import Boundary, boundary
from ._input import Floats, Ints, as_choice
from ._number import as_number, as_share, as_truth
from ._posterior_boundary import tie_sentence
from ._thall_simon_integral import Standard, probability_better, standard_rate, walk_back

LONGEST = 2000  # patients
_CLOSE = 1e-9  # a probability this near to its cut-off is computed again by its own quadrature
MARGIN = 0.99  # the largest difference of rates


@dataclass(frozen=True, slots=True, eq=False)
class EndForecast:
    """How a trial that stands at some count is expected to end, under the trial's own prior.

    Attributes
    ----------
    promising, not_promising, inconclusive : predictive probabilities of the three ends; they add to 1.
    expected_n : patients it will have enrolled.
    """

    promising: float
    not_promising: float
    inconclusive: float
    expected_n: float


@dataclass(frozen=True, slots=True, eq=False)
class ThallSimon:
    """Integer boundaries against an uncertain historical rate.

    Attributes
    ----------
    boundary : the integers the rule is.
    experimental, standard : priors of the two rates.
    delta : improvement that futility is judged by.
    efficacy_delta : improvement that efficacy is judged by.
    futility, efficacy : cut-offs p_L and p_U; None where there is no such rule.
    strict : whether equality with a cut-off goes on (True) or stops (False).
    at_low : (L,) lambda(x, n; delta) at the largest count that stops, NaN where none does.
    at_high : (L,) lambda(x, n; efficacy_delta) at the smallest count that stops, NaN where none does.
    ties : (x, n) at the boundary's edge whose lambda equals its cut-off.
    conventions : sentences to print with the rule.
    """

    boundary: Boundary
    experimental: BetaMixture
    standard: BetaMixture
    delta: float
    efficacy_delta: float
    futility: float | None
    efficacy: float | None
    strict: bool
    at_low: Floats
    at_high: Floats
    ties: tuple[tuple[int, int], ...]
    conventions: tuple[str, ...]

    def probability(self, x: float, n: float, side: str = "low") -> float:
        """lambda after ``x`` of ``n``, with futility's improvement ("low") or efficacy's ("high")."""
        events, size = as_patients(x, n, LONGEST)
        d = self.delta if as_choice("side", side, ("low", "high")) == "low" else self.efficacy_delta
        return float(probability_better(self.experimental, Standard(self.standard, d), events, size))

    def forecast(self, x: float, n: float) -> EndForecast:
        """Where the trial is likely to end after ``x`` of ``n`` (Thall & Simon 1994b, predictive termination).

        The patients to come are predicted from the posterior of the experimental rate, and the rule is applied at each
        look to come; a count that stops at its own look has ended.
        """
        events, size = as_patients(x, n, self.boundary.n_max)
        return _forecast(self.boundary, self.experimental, events, size)


def thall_simon(
    looks: ArrayLike,
    experimental: Prior,
    standard: Prior,
    *,
    delta: float = 0.0,
    futility: float | None = None,
    efficacy: float | None = None,
    efficacy_delta: float = 0.0,
    strict: bool = False,
    n_max: int | None = None,
    name: str = "response",
) -> ThallSimon:
    """Stopping boundaries for a rate against an uncertain historical rate.

    Parameters
    ----------
    looks : (L,) patients with a known outcome at each look, ascending, at most 2,000.
    experimental : prior of the trial's rate: (a, b), or (weight, a, b) of each component of a mixture.
    standard : the historical rate, in the same form, parameters of .05 or more; the trial's data do not change it.
    delta : improvement over the standard that futility is judged by, between -.99 and .99.
    futility : not promising when P(E > S + delta) is this or less.
    efficacy : promising when P(E > S + efficacy_delta) is this or more. None monitors futility only.
    efficacy_delta : 0 in Thall and Simon's rule.
    strict : whether equality with a cut-off goes on (True) or stops, as theirs does (False).
    n_max : patients of the whole trial; the last look when it is not given.
    name : of the event that is counted.

    Returns
    -------
    ThallSimon

    Raises
    ------
    ValueError : looks that do not ascend, priors that are none, cut-offs not between 0 and 1, no cut-off at all, sides
        that overlap.

    Notes
    -----
    lambda(x, n; d) = integral of P(E > s + d | x, n) f_S(s) ds. Thall & Simon (1994), doi:10.2307/2533377; predictive
    termination and monitoring of futility only: Thall & Simon, Control Clin Trials 1994;15:463. Probabilities within
    1e-12 of a cut-off are equal to it, and are listed in ``ties``.

    Examples
    --------
    The boundary of R's ph2bayes for E ~ Beta(.6, 1.4), S ~ Beta(15, 35): none of 6, 1 of 13, 2 of 18.

    >>> rule = thall_simon([6, 13, 18, 40], (0.6, 1.4), (15, 35), futility=0.05)
    >>> rule.boundary.low.tolist()
    [[0, 1, 2, 6]]
    """
    n = as_looks("looks", looks)
    if n[-1] > LONGEST:
        raise ValueError(f"looks must hold at most {LONGEST} patients, found {n[-1]}")
    if futility is None and efficacy is None:
        raise ValueError("futility or efficacy must be given: without a cut-off there is no rule")
    trial, history = as_prior("experimental", experimental), standard_rate("standard", standard)
    aim = as_number("delta", delta, -MARGIN, MARGIN)
    proof = as_number("efficacy_delta", efficacy_delta, -MARGIN, MARGIN)
    strict = as_truth("strict", strict)
    cuts = [None if c is None else as_share(k, c) for k, c in (("futility", futility), ("efficacy", efficacy))]
    if not isinstance(name, str) or not name:
        raise ValueError(f"name must be a word for the event, found {name!r}")
    low = side(trial, Standard(history, aim), n, cuts[0], rising=False, strict=strict)
    high = side(trial, Standard(history, proof), n, cuts[1], rising=True, strict=strict)
    rule = boundary(n, low=low.edge, high=high.edge, low_means="" if cuts[0] is None else "futility",
                    high_means="" if cuts[1] is None else "efficacy", n_max=n_max, names=(name,))  # fmt: skip
    ties = (*low.ties, *high.ties)
    said = (*_conventions(aim, cuts[0], proof, cuts[1], strict), *tie_sentence(ties, strict))
    return ThallSimon(rule, trial, history, aim, proof, cuts[0], cuts[1], strict, low.at, high.at, ties, said)


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side of a boundary: the integers, lambda at them, where lambda equals the cut-off, and lambda of no data."""

    edge: Ints
    at: Floats
    ties: tuple[tuple[int, int], ...]
    prior: float


def side(trial: BetaMixture, history: Standard, n: Ints, cutoff: float | None, *, rising: bool, strict: bool) -> Side:
    """Counts whose lambda is beyond a cut-off: many of them where ``rising`` (lambda is large), few where it is not."""
    if cutoff is None:
        return Side(n + 1 if rising else np.full(n.size, -1), np.full(n.size, np.nan), (), np.nan)
    better, prior = _table(trial, history, n)
    near = np.argwhere(np.abs(better - cutoff) < _CLOSE)  # too near for a sum of many terms: each on its own
    better[near[:, 0], near[:, 1]] = probability_better(trial, history, near[:, 1], n[near[:, 0]]) if near.size else ()
    beyond = exceeds(better, cutoff, strict) if rising else falls_short(better, cutoff, strict)
    count = np.count_nonzero(beyond, axis=1)
    edge = n + 1 - count if rising else count - 1
    at = np.where(count > 0, better[np.arange(n.size), np.clip(edge, 0, n)], np.nan)
    ties = [(int(x), int(n[k])) for k, x in near if abs(better[k, x] - cutoff) <= TIE]
    return Side(edge, at, tuple(ties), prior)


def _table(trial: BetaMixture, history: Standard, n: Ints) -> tuple[Floats, float]:
    """(L, N + 1) lambda at each look, NaN for counts beyond n; and lambda of no data."""
    better = np.full((n.size, int(n[-1]) + 1), np.nan)
    place = {int(size): k for k, size in enumerate(n)}
    for size, row in walk_back(trial, history, int(n[-1])):
        if size in place:
            better[place[size], : size + 1] = row
    return better, float(row[0])


def _forecast(rule: Boundary, trial: BetaMixture, x: int, n: int) -> EndForecast:
    """Forward over the counts to come, each patient predicted from those before."""
    place = {int(size): k for k, size in enumerate(rule.n)}
    f = np.zeros(rule.n_max + 1)
    f[x] = 1
    counts = np.arange(rule.n_max + 1)
    ends = [0.0, 0.0]
    expected = float(n)
    for size in range(n, rule.n_max + 1):
        if size in place:
            for j, stopped in enumerate((counts >= rule.high[0, place[size]], counts <= rule.low[0, place[size]])):
                ends[j] += float(np.sum(f[stopped]))
                f[stopped] = 0
        if size < rule.n_max:
            expected += float(np.sum(f))
            more = f * next_event(trial, np.minimum(counts, size), size)
            f = f - more
            f[1:] += more[:-1]
    return EndForecast(ends[0], ends[1], float(np.sum(f)), expected)


def _conventions(
    delta: float, futility: float | None, proof: float, efficacy: float | None, strict: bool
) -> tuple[str, ...]:
    said = []
    if futility is not None:
        sign = "<" if strict else "<="
        said.append(f"not promising when P(E > S + {delta:g}) {sign} {futility:g}; low is the largest count that stops")
    if efficacy is not None:
        sign = ">" if strict else ">="
        said.append(f"promising when P(E > S + {proof:g}) {sign} {efficacy:g}; high is the smallest count that stops")
    equal = f"equality with a cut-off {'goes on' if strict else 'stops'}"
    return (*said, equal, "the historical rate is not updated by the trial's data")
