"""A prior for a hazard that is constant between cuts: mixtures of independent Gammas, one a interval.

The mixture's label (a discount, a robust part) is shared by all intervals, so the intervals are independent given the
label and related through it. With d_j(t) the time spent in interval j before t, S(t) = exp(-sum of rate_j d_j(t)) and

    E S(t)^q = sum over k of w_k product over j of (1 + q d_j(t) / b_kj)^(-a_kj)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._bayes_mixture import LARGEST, GammaMixture, _updated, gamma_log_marginals
from ._input import Floats, as_floats, as_times, as_vector
from ._number import as_number


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalPrediction:
    """Survival at the asked times: its expected value and its standard deviation, arrays (k,)."""

    time: Floats
    mean: Floats
    sd: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PiecewiseMixture:
    """A mixture of K products of Gammas for the J rates of a piecewise exponential time.

    Attributes
    ----------
    weight : (K,) shares, which add to 1.
    a, b : (K, J) shapes (events) and rates (exposure) of each interval.
    cuts : (J - 1,) times at which the rate changes.
    """

    weight: Floats
    a: Floats
    b: Floats
    cuts: Floats

    @classmethod
    def checked(cls, weight: Floats, a: Floats, b: Floats, cuts: ArrayLike) -> PiecewiseMixture:
        """The mixture, after a look at the cuts."""
        change = as_floats("cuts", cuts)
        if change.size:
            change = as_times("cuts", change)
        change = change.ravel()
        if np.any(np.diff(change) <= 0) or np.any(change <= 0):
            raise ValueError("cuts must be positive and increase")
        if change.size != a.shape[1] - 1:
            raise ValueError(f"cuts has {change.size} times where {a.shape[1]} intervals need {a.shape[1] - 1}")
        return cls(weight, a, b, change)

    def rate(self, interval: int) -> GammaMixture:
        """The distribution of the rate in one interval, counted from 0."""
        j = int(as_number("interval", interval, 0, self.a.shape[1] - 1))
        return GammaMixture(self.weight, self.a[:, j], self.b[:, j])

    def posterior(self, events: ArrayLike, exposure: ArrayLike) -> PiecewiseMixture:
        """The mixture after ``events`` (J,) in ``exposure`` (J,)."""
        d = as_vector("events", events, self.a.shape[1])
        size = as_times("exposure", exposure, self.a.shape[1])
        if np.any((d < 0) | (d > LARGEST)) or np.any((d > 0) & (size == 0)) or size.max() > 1e15:
            raise ValueError("events must be counts that came in a positive exposure below 1e15")
        log_marginal = np.sum(gamma_log_marginals(self.a, self.b, d, size), axis=1)
        return PiecewiseMixture(_updated(self.weight, log_marginal), self.a + d, self.b + size, self.cuts)

    def survival(self, times: ArrayLike) -> SurvivalPrediction:
        """Expected survival at ``times`` and its standard deviation."""
        at = as_times("times", np.atleast_1d(as_floats("times", times)))
        start = np.concatenate([[0.0], self.cuts])
        length = np.concatenate([np.diff(start), [np.inf]])
        spent = np.clip(at[:, None] - start, 0.0, length)[:, None, :]  # (k, 1, J)
        first, second = (
            np.exp(-np.sum(self.a * np.log1p(q * spent / self.b), axis=2)) @ self.weight for q in (1.0, 2.0)
        )
        return SurvivalPrediction(at, first, np.sqrt(np.maximum(second - first**2, 0.0)))
