"""How extreme x toxicities of n are, on one scale for each family of safety rules; a rule stops from some score on.

    beta-binomial     -log P(p <= p0 | x of n)                                   cut-off: P(p > p0 | x of n)
    pocock            -log P(X >= x),  X ~ Bin(n, p0)                            cut-off: P(X >= x)
    wang-tsiatis      z(x, n) (n / N)^(1/2 - D), D the shape, N the last look    cut-off: the score
    obrien-fleming    the same with D = 0
    sprt              x log(p1 / p0) + (n - x) log((1 - p1) / (1 - p0))          cut-off: the score
    maxsprt           x log(r / p0) + (n - x) log((1 - r) / (1 - p0)), r = x / n, 0 where r <= p0

z is the normal quantile of the exact tail P(X >= x) ("exact"), or (x - n p0) / sqrt(n p0 (1 - p0)) ("normal"). Each
score rises with x at a given n, so that a score to stop from is one integer a look.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincc, ndtri, xlogy

from ._bayes_mixture import BetaMixture
from ._beta_mixture_posterior import probability_below
from ._input import Floats, Ints

KINDS = ("beta-binomial", "pocock", "obrien-fleming", "wang-tsiatis", "sprt", "maxsprt")
STATISTICS = ("exact", "normal")
_LEAST = 1e-300  # tails below this are one
_FARTHEST = 37.0  # standard deviations


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """A family of rules: all that a score needs but the data."""

    kind: str
    p0: float
    last: int
    prior: BetaMixture | None = None
    p1: float = 0.0
    shape: float = 0.5
    statistic: str = "exact"

    def score(self, x: Ints, n: Ints) -> Floats:
        """How extreme x of n is; the larger the more toxic."""
        if self.prior is not None:
            return -np.log(np.maximum(probability_below(self.prior, x, n, self.p0), _LEAST))
        if self.kind == "pocock":
            return -np.log(np.maximum(upper_tail(x, n, self.p0), _LEAST))
        if self.kind == "sprt":
            return np.asarray(x * math.log(self.p1 / self.p0) + (n - x) * math.log((1 - self.p1) / (1 - self.p0)))
        if self.kind == "maxsprt":
            rate = np.maximum(x / n, self.p0)
            return np.asarray(xlogy(x, rate / self.p0) + xlogy(n - x, (1 - rate) / (1 - self.p0)))
        z = _exact_z(x, n, self.p0) if self.statistic == "exact" else _normal_z(x, n, self.p0)
        return np.asarray(z * (n / self.last) ** (0.5 - self.shape))

    def printed(self, score: float) -> float:
        """A score as a cut-off is printed: a posterior probability, a level, or the score itself."""
        if self.kind == "beta-binomial":
            return -math.expm1(-score)
        return math.exp(-score) if self.kind == "pocock" else score

    def from_printed(self, cutoff: float) -> float:
        """The score of a printed cut-off."""
        if self.kind == "beta-binomial":
            return -math.log1p(-cutoff)
        return -math.log(cutoff) if self.kind == "pocock" else cutoff


def upper_tail(x: Ints, n: Ints, p: float) -> Floats:
    """P(X >= x) for X ~ Bin(n, p): I_p(x, n - x + 1), and 1 at x = 0."""
    return np.where(x > 0, betainc(np.maximum(x, 1), n - x + 1, p), 1.0)


def _exact_z(x: Ints, n: Ints, p: float) -> Floats:
    above = upper_tail(x, n, p)
    below = np.where(x > 0, betaincc(np.maximum(x, 1), n - x + 1, p), 0.0)
    z = np.where(above < 0.5, -ndtri(np.maximum(above, _LEAST)), ndtri(np.maximum(below, _LEAST)))
    return np.asarray(np.clip(z, -_FARTHEST, _FARTHEST))


def _normal_z(x: Ints, n: Ints, p: float) -> Floats:
    return np.asarray((x - n * p) / np.sqrt(n * p * (1 - p)))
