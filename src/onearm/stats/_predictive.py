"""Predictive probability of success at the end of a trial (Lee & Liu 2008, doi:10.1177/1740774508089279).

With x events of n, m = N - n to come and Y of them with the event,

    PP = sum over y of P(Y = y | x of n) 1{P(p > p0 | x + y of N) > theta_T}

so PP is the probability that Y reaches R - x, R being the smallest count of N that is a success. All PP of a trial come
from one backward recursion, q(n, r) = e q(n + 1, r + 1) + (1 - e) q(n + 1, r), where e is the probability that the next
patient has the event, (a + r) / (a + b + n) for one Beta, and q(N, r) = 1{r >= R}.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._bayes_mixture import BetaMixture
from ._beta_mixture_posterior import (
    LONGEST,
    Prior,
    as_looks,
    as_patients,
    as_prior,
    beta_binomial,
    exceeds,
    falls_short,
    first_true,
    next_event,
    probability_above,
)
from ._boundary import Boundary, boundary
from ._input import Bools, Floats, Ints
from ._number import as_count, as_number, as_share
from ._posterior_boundary import tie_sentence, ties_at


@dataclass(frozen=True, slots=True, eq=False)
class PredictiveProbability:
    """The predictive probability of final success, with what it is made of; ``float()`` of it is ``value``.

    Attributes
    ----------
    value : PP.
    posterior : P(p > p0) on the data so far.
    final : (m + 1,) P(p > p0) at the end if y = 0 .. m more have the event.
    weight : (m + 1,) P(Y = y).
    success_at : the smallest count of ``n_max`` that is a success, n_max + 1 where none is.
    x, n, n_max : the data and the size of the trial.
    conventions : sentences to print with it.
    """

    value: float
    posterior: float
    final: Floats
    weight: Floats
    success_at: int
    x: int
    n: int
    n_max: int
    conventions: tuple[str, ...]

    def __float__(self) -> float:
        return self.value


def predictive_probability(
    x: float, n: float, n_max: int, prior: Prior, p0: float, threshold: float
) -> PredictiveProbability:
    """How probable it is that a trial will end in success, given its data so far.

    Parameters
    ----------
    x, n : patients with the event, of the patients whose outcome is known.
    n_max : patients of the whole trial.
    prior : (a, b) of Beta(a, b), or (weight, a, b) of each component of a mixture.
    p0 : the rate to be exceeded, strictly between 0 and 1.
    threshold : the trial is a success when P(p > p0) at its end exceeds this (strictly), between 0 and 1.

    Returns
    -------
    PredictiveProbability

    Raises
    ------
    ValueError : more events than patients, more patients than ``n_max``, p0 or threshold not between 0 and 1.

    Notes
    -----
    Y is beta-binomial, and a mixture's weights are updated by it. Lee & Liu (2008), doi:10.1177/1740774508089279.

    Examples
    --------
    Lee and Liu's example, p. 97: 16 of 23, 17 to come.

    >>> now = predictive_probability(16, 23, 40, (0.6, 0.4), 0.6, 0.9)
    >>> round(now.value, 7), round(now.posterior, 7), now.success_at
    (0.5655589, 0.8359808, 28)
    """
    mixture, limit, cutoff = as_prior("prior", prior), as_share("p0", p0), as_share("threshold", threshold)
    most = as_count("n_max", n_max, 1, LONGEST)
    events, size = as_patients(x, n, most)
    final = probability_above(mixture, events + np.arange(most - size + 1), most, limit)
    weight = beta_binomial(mixture, events, size, most - size)
    success = success_count(mixture, most, limit, cutoff, strict=True)
    needed = max(success - events, 0)
    value = 1.0 if not needed else min(float(np.sum(weight[needed:])), 1.0)
    now = float(probability_above(mixture, events, size, limit))
    said = (final_sentence(limit, cutoff, strict=True, success=success, n_max=most),)
    return PredictiveProbability(value, now, final, weight, success, events, size, most, said)


@dataclass(frozen=True, slots=True, eq=False)
class PredictiveBoundary:
    """Integer boundaries from predictive probabilities.

    Attributes
    ----------
    boundary : the integers the rule is; its last look is the end of the trial.
    success_at : the smallest count of n_max that is a success.
    prior, p0, threshold, futility, efficacy, strict : as given.
    at_low, at_high : (L,) predictive probability at the integers of the boundary, NaN where no count stops.
    ties : (x, n) at the boundary's edge whose predictive probability equals its cut-off.
    conventions : sentences to print with the rule.
    """

    boundary: Boundary
    success_at: int
    prior: BetaMixture
    p0: float
    threshold: float
    futility: float
    efficacy: float | None
    strict: bool
    at_low: Floats
    at_high: Floats
    ties: tuple[tuple[int, int], ...]
    conventions: tuple[str, ...]

    def probability(self, x: float, n: float) -> float:
        """The predictive probability after ``x`` of ``n``."""
        events, size = as_patients(x, n, self.boundary.n_max)
        m, needed = self.boundary.n_max - size, max(self.success_at - events, 0)
        return 1.0 if not needed else min(float(np.sum(beta_binomial(self.prior, events, size, m)[needed:])), 1.0)


def predictive_boundary(
    looks: ArrayLike,
    n_max: int,
    prior: Prior,
    p0: float,
    threshold: float,
    *,
    futility: float,
    efficacy: float | None = None,
    strict: bool = True,
) -> PredictiveBoundary:
    """Stopping boundaries from the predictive probability of success at the end of the trial.

    Parameters
    ----------
    looks : (L,) patients with a known outcome at each look, ascending; the end of the trial is added where it is not
        the last of them.
    n_max : patients of the whole trial.
    prior : (a, b) of Beta(a, b), or (weight, a, b) of each component of a mixture.
    p0 : the rate to be exceeded, strictly between 0 and 1.
    threshold : success at the end when P(p > p0) exceeds this.
    futility : stop when the predictive probability is below this, from 0 to 1.
    efficacy : stop for success when the predictive probability is above this; None never stops for success.
    strict : whether all three comparisons need a difference (Lee & Liu; True) or allow equality (BEMPR; False).

    Returns
    -------
    PredictiveBoundary

    Raises
    ------
    ValueError : looks that do not ascend or lie beyond n_max, cut-offs out of range, futility not below efficacy.

    Notes
    -----
    Lee & Liu (2008), doi:10.1177/1740774508089279. At the end, counts below ``success_at`` are a failure; a success
    is a stop there only where ``efficacy`` is given.

    Examples
    --------
    The test of Genentech's phase1b.

    >>> rule = predictive_boundary([10, 20, 30, 40], 40, (1, 1), 0.2, 0.8, futility=0.1, efficacy=0.9)
    >>> rule.boundary.low.tolist(), rule.boundary.high.tolist()
    ([[0, 2, 5, 9]], [[4, 7, 9, 10]])
    """
    n, most = as_looks("looks", looks), as_count("n_max", n_max, 1, LONGEST)
    if n[-1] > most:
        raise ValueError(f"looks must not go beyond n_max = {most}, found {n[-1]}")
    mixture, limit, cutoff = as_prior("prior", prior), as_share("p0", p0), as_share("threshold", threshold)
    lower = as_number("futility", futility, 0, 1)
    upper = None if efficacy is None else as_number("efficacy", efficacy, 0, 1)
    if upper is not None and lower >= upper:
        raise ValueError(f"futility must be below efficacy, found {lower:g} and {upper:g}")
    n = n if n[-1] == most else np.append(n, most)
    success = success_count(mixture, most, limit, cutoff, strict)
    low, high, at_low, at_high, ties = _walk(mixture, n, success, lower, upper, strict)
    rule = boundary(n, low=low, high=None if upper is None else high, low_means="futility",
                    high_means="" if upper is None else "efficacy", n_max=most)  # fmt: skip
    said = (*_conventions(lower, upper, strict), final_sentence(limit, cutoff, strict, success, most),
            *tie_sentence(ties, strict))  # fmt: skip
    return PredictiveBoundary(
        rule, success, mixture, limit, cutoff, lower, upper, bool(strict), at_low, at_high, ties, said
    )


def success_count(prior: BetaMixture, n_max: int, p0: float, threshold: float, strict: bool) -> int:
    """The smallest count of n_max that is a success at the end, n_max + 1 where none is."""
    end = np.array([n_max])
    return int(first_true(lambda x, n: exceeds(probability_above(prior, x, n, p0), threshold, strict), end)[0])


def backward(prior: BetaMixture, n_max: int, success: ArrayLike, first: int) -> Iterator[tuple[int, Floats]]:
    """PP(n, r) for r = 0 .. n on the last axis, from n = n_max down to ``first``; ``success`` may be (S,) or one count.

    Where success is sure or out of reach the value is 1 or 0 to the last digit.
    """
    wanted = np.asarray(success)[..., None]
    q = (np.arange(n_max + 1) >= wanted).astype(np.float64)
    yield n_max, q
    for n in range(n_max - 1, first - 1, -1):
        r = np.arange(n + 1)
        e = next_event(prior, r, n)
        q = np.minimum(e * q[..., 1:] + (1 - e) * q[..., :-1], 1.0)
        q = np.where(r >= wanted, 1.0, np.where(r + n_max - n < wanted, 0.0, q))
        yield n, q


Walked = tuple[Ints, Ints, Floats, Floats, tuple[tuple[int, int], ...]]


def _walk(prior: BetaMixture, n: Ints, success: int, lower: float, upper: float | None, strict: bool) -> Walked:
    """Both sides at each look, their predictive probabilities, and where a cut-off is met exactly."""
    low, high = np.full(n.size, -1), n + 1
    at_low, at_high = np.full(n.size, np.nan), np.full(n.size, np.nan)
    ties: list[tuple[int, int]] = []
    place = {int(size): k for k, size in enumerate(n)}
    for size, q in backward(prior, int(n[-1]), success, int(n[0])):
        if size not in place:
            continue
        k = place[size]
        stops = short_of(q, lower, strict) if size < n[-1] else q < 1
        passes = np.zeros(q.size, bool) if upper is None else beyond(q, upper, strict) if size < n[-1] else q == 1
        low[k] = np.count_nonzero(stops) - 1
        high[k] = size + 1 - np.count_nonzero(passes)
        at_low[k] = q[low[k]] if low[k] >= 0 else np.nan
        at_high[k] = q[high[k]] if high[k] <= size else np.nan
        if size < n[-1]:
            ties += _tied(q, low[k], lower, size) + ([] if upper is None else _tied(q, high[k] - 1, upper, size))
    return low, high, at_low, at_high, tuple(sorted(set(ties), key=lambda at: at[::-1]))


def short_of(q: Floats, cutoff: float, strict: bool) -> Bools:
    """Below a cut-off of PP; at 0, where q is exact, without a tolerance."""
    return np.asarray(falls_short(q, cutoff, strict) if cutoff > 0 else (q < 0 if strict else q <= 0))


def beyond(q: Floats, cutoff: float, strict: bool) -> Bools:
    """Above a cut-off of PP; at 1, where q is exact, without a tolerance."""
    return np.asarray(exceeds(q, cutoff, strict) if cutoff < 1 else (q > 1 if strict else q >= 1))


def _tied(q: Floats, inner: int, cutoff: float, n: int) -> list[tuple[int, int]]:
    if not 0 < cutoff < 1:  # q is exact there, and being sure is no tie of roundings
        return []
    edge = np.array([inner, inner + 1])
    return list(ties_at(lambda x, _: q[x], cutoff, edge[:1], edge[1:], np.array([n])))


def final_sentence(p0: float, threshold: float, strict: bool, success: int, n_max: int) -> str:
    """The rule at the end, in words."""
    sign = ">" if strict else ">="
    reached = f"{success} or more of {n_max}" if success <= n_max else f"no count of {n_max}"
    return f"success at the end when P(p > {p0:g}) {sign} {threshold:g}: {reached}"


def _conventions(lower: float, upper: float | None, strict: bool) -> tuple[str, ...]:
    below, above = ("<", ">") if strict else ("<=", ">=")
    stops = (f"stops low when the predictive probability {below} {lower:g}; low is the largest count that stops",)
    if upper is None:
        return (*stops, "never stops for success before the end")
    return (*stops, f"stops high when it {above} {upper:g}; high is the smallest count that stops")
