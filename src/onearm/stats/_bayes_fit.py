"""The mixture of Betas or Gammas nearest to a distribution on a grid, by the EM algorithm without samples.

Minimizing the Kullback-Leibler divergence of the mixture from the distribution is maximum likelihood with the nodes
as observations and their probabilities as weights (Dalal & Hall 1983, doi:10.1111/j.2517-6161.1983.tb01251.x, for
mixtures of conjugate priors). E step: share of each component in each node. M step: per component, the maximum
likelihood estimate for those shares,

    Beta    psi(a) - psi(a + b) = E log x,  psi(b) - psi(a + b) = E log(1 - x)
    Gamma   log a - psi(a) = log E x - E log x,  b = a / E x

by Newton's method. Components start at equal slices of the distribution's range of probability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, digamma, gammaln, log_expit, polygamma

from ._bayes_grid import GridDistribution
from ._bayes_mixture import BetaMixture, GammaMixture
from ._input import Floats

_ROUNDS = 500
_PARAMETERS = 1e-3, 1e7


def fit_mixture(target: GridDistribution, components: int) -> tuple[BetaMixture | GammaMixture, float]:
    """The mixture of so many components, and its divergence from ``target`` in nats."""
    keep = target.masses.ravel() > 1e-14
    mass, theta = target.masses.ravel()[keep], target.theta.ravel()[keep]
    mass = mass / np.sum(mass)
    family = _Betas(log_expit(theta), log_expit(-theta)) if target.scale == "proportion" else _Gammas(theta)
    share = _slices(mass, components)
    a, b = family.start(share)
    weight, last = np.sum(share, axis=0), -np.inf
    for _ in range(_ROUNDS):
        parts = np.log(weight) + family.log_density(a, b)
        top = np.max(parts, axis=1)
        total = top + np.log(np.sum(np.exp(parts - top[:, None]), axis=1))
        share = np.exp(parts - total[:, None]) * mass[:, None]
        weight = np.maximum(np.sum(share, axis=0), 1e-12)
        value = float(mass @ total)
        if value - last < 1e-10:
            break
        last = value
        a, b = family.step(share / weight, a, b)
    order = np.argsort(-weight, kind="stable")
    own = np.log(target.values.ravel()[keep]) - family.log_jacobian
    kind = BetaMixture if target.scale == "proportion" else GammaMixture
    return kind(weight[order] / np.sum(weight), a[order], b[order]), max(0.0, float(mass @ (own - total)))


def _slices(mass: Floats, components: int) -> Floats:
    """Component 1 gets everything in the middle of the range, the others ever wider slices: (m, K) shares."""
    rank = np.cumsum(mass) - mass / 2
    distance = np.abs(2 * rank - 1)
    cut = np.arange(1, components) / components
    return np.asarray(mass[:, None] * (np.searchsorted(cut, distance)[:, None] == np.arange(components)))


def _moments(share: Floats, x: Floats) -> tuple[Floats, Floats]:
    weight = np.sum(share, axis=0)
    mean = x @ share / weight
    return mean, np.maximum(np.sum(share * (x[:, None] - mean) ** 2, axis=0) / weight, 1e-14 * mean**2)


@dataclass(frozen=True, slots=True, eq=False)
class _Betas:
    log_x: Floats
    log_rest: Floats

    @property
    def log_jacobian(self) -> Floats:
        return self.log_x + self.log_rest

    def start(self, share: Floats) -> tuple[Floats, Floats]:
        mean, variance = _moments(share, np.exp(self.log_x))
        n = np.maximum(mean * (1 - mean) / variance - 1, 0.5)
        return np.clip(mean * n, *_PARAMETERS), np.clip((1 - mean) * n, *_PARAMETERS)

    def log_density(self, a: Floats, b: Floats) -> Floats:
        return np.asarray((a - 1) * self.log_x[:, None] + (b - 1) * self.log_rest[:, None] - betaln(a, b))

    def step(self, share: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
        """Five Newton steps in (log a, log b) from where the component was."""
        log_x, log_rest = self.log_x @ share, self.log_rest @ share
        for _ in range(5):
            both, shared = digamma(a + b), polygamma(1, a + b)
            f, g = digamma(a) - both - log_x, digamma(b) - both - log_rest
            faa, gbb = polygamma(1, a) - shared, polygamma(1, b) - shared
            det = faa * gbb - shared * shared
            step_a, step_b = (gbb * f + shared * g) / det, (faa * g + shared * f) / det
            a = np.clip(a * np.exp(np.clip(-step_a / a, -1, 1)), *_PARAMETERS)
            b = np.clip(b * np.exp(np.clip(-step_b / b, -1, 1)), *_PARAMETERS)
        return a, b


@dataclass(frozen=True, slots=True, eq=False)
class _Gammas:
    log_x: Floats

    @property
    def log_jacobian(self) -> Floats:
        return self.log_x

    def start(self, share: Floats) -> tuple[Floats, Floats]:
        mean, variance = _moments(share, np.exp(self.log_x))
        a = np.clip(mean * mean / variance, *_PARAMETERS)
        return a, a / mean

    def log_density(self, a: Floats, b: Floats) -> Floats:
        x = self.log_x[:, None]
        return np.asarray(a * np.log(b) + (a - 1) * x - b * np.exp(x) - gammaln(a))

    def step(self, share: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
        """Eight Newton steps in log a from Minka's closed approximation; b follows from the mean."""
        mean = np.exp(self.log_x) @ share
        gap = np.maximum(np.log(mean) - self.log_x @ share, 1e-9)
        a = (3 - gap + np.sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap)
        for _ in range(8):
            slope = 1 / a - polygamma(1, a)
            a = np.clip(a * np.exp(np.clip(-(np.log(a) - digamma(a) - gap) / (slope * a), -1, 1)), *_PARAMETERS)
        return a, a / mean
