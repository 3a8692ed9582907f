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
    as_patients,
    as_prior,
    beta_binomial,
    exceeds,
    first_true,
    next_event,
    probability_above,
)
from ._input import Floats
from ._number import as_count, as_share


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


def final_sentence(p0: float, threshold: float, strict: bool, success: int, n_max: int) -> str:
    """The rule at the end, in words."""
    sign = ">" if strict else ">="
    reached = f"{success} or more of {n_max}" if success <= n_max else f"no count of {n_max}"
    return f"success at the end when P(p > {p0:g}) {sign} {threshold:g}: {reached}"
