"""Mixtures of Beta and of Gamma distributions: what a prior for a proportion or for a rate looks like after borrowing.

A mixture of conjugate priors stays one. With weights w_k, data D and the marginal likelihood m_k(D) of component k,

    posterior weight of k = w_k m_k(D) / sum of w_j m_j(D)                           (Bernardo & Smith 1994, 5.2.3)

    r responses of n        Beta(a, b) -> Beta(a + r, b + n - r)     m = B(a + r, b + n - r) / B(a, b)
    d events in exposure E  Gamma(a, b) -> Gamma(a + d, b + E)       m = b^a Gamma(a + d) / (Gamma(a) (b + E)^(a + d))

up to factors that all components share. Gamma(a, b) has shape a and rate b, so its mean is a / b: b is in the unit of
the exposure, and a counts events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv, betaln, gammainc, gammaincinv, gammaln, logsumexp

from ._input import Floats, as_floats, as_vector
from ._number import as_number

SMALLEST, LARGEST = 1e-6, 1e9  # a parameter of a component


@dataclass(frozen=True, slots=True, eq=False)
class BetaMixture:
    """A mixture of K Beta distributions, for a proportion.

    Attributes
    ----------
    weight : (K,) shares, which add to 1.
    a, b : (K,) parameters; a single Beta(a, b) is worth a responses and b non-responses.
    """

    weight: Floats
    a: Floats
    b: Floats

    @property
    def mean(self) -> float:
        """The mean of the proportion."""
        return float(np.sum(self.weight * self.a / (self.a + self.b)))

    @property
    def sd(self) -> float:
        """The standard deviation of the proportion."""
        n = self.a + self.b
        centre, spread = self.a / n, self.a * self.b / (n * n * (n + 1))
        return _mixture_sd(self.weight, centre, spread)

    def log_density(self, x: ArrayLike) -> Floats:
        """The log of the density at proportions strictly between 0 and 1."""
        at = _between("x", x)[..., None]
        parts = (self.a - 1) * np.log(at) + (self.b - 1) * np.log1p(-at) - betaln(self.a, self.b)
        return np.asarray(logsumexp(parts, b=self.weight, axis=-1))

    def density(self, x: ArrayLike) -> Floats:
        """The density at proportions strictly between 0 and 1."""
        return np.asarray(np.exp(self.log_density(x)))

    def cdf(self, x: ArrayLike) -> Floats:
        """P(proportion <= x)."""
        at = np.clip(_numbers("x", x), 0.0, 1.0)[..., None]
        return np.asarray(np.clip(np.sum(self.weight * betainc(self.a, self.b, at), axis=-1), 0.0, 1.0))

    def quantile(self, p: ArrayLike) -> Floats:
        """The proportions below which a share ``p`` of the probability lies."""
        share = _shares(p)
        parts = betaincinv(self.a, self.b, share[..., None])
        return _quantile(share, parts, self.cdf)

    def log_marginal(self, r: float, n: float) -> float:
        """The log probability of r responses of n in a given order, under this prior."""
        events, size = as_counts(r, n)
        return float(logsumexp(self._log_marginals(events, size), b=self.weight))

    def posterior(self, r: float, n: float) -> BetaMixture:
        """The mixture after ``r`` responses of ``n``; fractions are allowed."""
        events, size = as_counts(r, n)
        weight = _updated(self.weight, self._log_marginals(events, size))
        return BetaMixture(weight, self.a + events, self.b + size - events)

    def _log_marginals(self, r: float, n: float) -> Floats:
        return np.asarray(betaln(self.a + r, self.b + n - r) - betaln(self.a, self.b))


@dataclass(frozen=True, slots=True, eq=False)
class GammaMixture:
    """A mixture of K Gamma distributions, for the rate of an exponential survival time.

    Attributes
    ----------
    weight : (K,) shares, which add to 1.
    a : (K,) shapes, in events.
    b : (K,) rates, in the unit of the exposure.
    """

    weight: Floats
    a: Floats
    b: Floats

    @property
    def mean(self) -> float:
        """The mean of the rate, per unit of exposure."""
        return float(np.sum(self.weight * self.a / self.b))

    @property
    def sd(self) -> float:
        """The standard deviation of the rate."""
        return _mixture_sd(self.weight, self.a / self.b, self.a / self.b**2)

    def log_density(self, x: ArrayLike) -> Floats:
        """The log of the density at positive rates."""
        at = _positive("x", x)[..., None]
        parts = self.a * np.log(self.b) + (self.a - 1) * np.log(at) - self.b * at - gammaln(self.a)
        return np.asarray(logsumexp(parts, b=self.weight, axis=-1))

    def density(self, x: ArrayLike) -> Floats:
        """The density at positive rates."""
        return np.asarray(np.exp(self.log_density(x)))

    def cdf(self, x: ArrayLike) -> Floats:
        """P(rate <= x)."""
        at = np.clip(_numbers("x", x), 0.0, 1e290)[..., None]
        return np.asarray(np.clip(np.sum(self.weight * gammainc(self.a, self.b * at), axis=-1), 0.0, 1.0))

    def quantile(self, p: ArrayLike) -> Floats:
        """The rates below which a share ``p`` of the probability lies."""
        share = _shares(p)
        if np.any(share >= 1):
            raise ValueError("p must be below 1: a rate has no largest value")
        return _quantile(share, gammaincinv(self.a, share[..., None]) / self.b, self.cdf)

    def log_marginal(self, events: float, exposure: float) -> float:
        """The log likelihood of ``events`` in ``exposure`` under this prior."""
        d, size = as_exposed(events, exposure)
        return float(logsumexp(self._log_marginals(d, size), b=self.weight))

    def posterior(self, events: float, exposure: float) -> GammaMixture:
        """The mixture after ``events`` in ``exposure``; fractions are allowed."""
        d, size = as_exposed(events, exposure)
        return GammaMixture(_updated(self.weight, self._log_marginals(d, size)), self.a + d, self.b + size)

    def _log_marginals(self, d: float, size: float) -> Floats:
        return gamma_log_marginals(self.a, self.b, d, size)


def gamma_log_marginals(a: Floats, b: Floats, d: float | Floats, size: float | Floats) -> Floats:
    """log m for d events in exposure ``size``; the large terms in log b are taken together."""
    return np.asarray(gammaln(a + d) - gammaln(a) - d * np.log(b + size) - a * np.log1p(size / b))


def _mixture_sd(weight: Floats, centre: Floats, spread: Floats) -> float:
    mean = np.sum(weight * centre)
    return float(np.sqrt(np.sum(weight * (spread + (centre - mean) ** 2))))


def _updated(weight: Floats, log_marginal: Floats) -> Floats:
    with np.errstate(divide="ignore"):  # a component may have lost all its weight
        log_weight = np.log(weight) + log_marginal
    new = np.exp(log_weight - np.max(log_weight))
    return np.asarray(new / np.sum(new))


def _quantile(share: Floats, parts: Floats, cdf: object) -> Floats:
    """The mixture's quantile lies between the least and the largest of its components'; halve until it is found."""
    low, high = np.min(parts, axis=-1), np.max(parts, axis=-1)
    for _ in range(200):
        middle = low + (high - low) / 2
        if np.all((middle <= low) | (middle >= high)):
            break
        below = cdf(middle) < share  # type: ignore[operator]
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(high)


def _numbers(name: str, value: ArrayLike) -> Floats:
    x = as_floats(name, value)
    if np.any(np.isnan(x)):
        raise ValueError(f"{name} has missing values")
    return x


def _between(name: str, value: ArrayLike) -> Floats:
    x = _numbers(name, value)
    if np.any((x <= 0) | (x >= 1)):
        raise ValueError(f"{name} must lie strictly between 0 and 1: the density may have no value at the ends")
    return x


def _positive(name: str, value: ArrayLike) -> Floats:
    x = _numbers(name, value)
    if np.any((x <= 0) | (x > 1e290)):
        raise ValueError(f"{name} must be positive and finite: the density may have no value at 0")
    return x


def _shares(p: ArrayLike) -> Floats:
    share = _numbers("p", p)
    if np.any((share < 0) | (share > 1)):
        raise ValueError("p must lie between 0 and 1")
    return share


def as_counts(r: float, n: float, names: tuple[str, str] = ("r", "n")) -> tuple[float, float]:
    """Responses and the number of subjects they are of."""
    size = as_number(names[1], n, 0, LARGEST)
    return as_number(names[0], r, 0, size, f" of {names[1]} = {size:g}"), size


def as_exposed(events: float, exposure: float, names: tuple[str, str] = ("events", "exposure")) -> tuple[float, float]:
    """Events and the time at risk they came in."""
    size = as_number(names[1], exposure, 0, 1e15)
    d = as_number(names[0], events, 0, LARGEST)
    if d > 0 and size == 0:
        raise ValueError(f"{names[1]} is 0 but {names[0]} is {d:g}: give the time at risk")
    return d, size


def _components(weight: ArrayLike, a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats, Floats]:
    w = as_vector("weight", np.atleast_1d(as_floats("weight", weight)))
    first = as_vector("a", np.atleast_1d(as_floats("a", a)), w.size)
    second = as_vector("b", np.atleast_1d(as_floats("b", b)), w.size)
    if np.any(w < 0) or abs(np.sum(w) - 1) > 1e-6:
        raise ValueError(f"weight must hold shares that add to 1, found a sum of {np.sum(w):g}")
    for name, x in (("a", first), ("b", second)):
        if np.any((x < SMALLEST) | (x > LARGEST)):
            raise ValueError(f"{name} must lie between {SMALLEST:g} and {LARGEST:g}, found {x[np.argmin(x)]:g}")
    kept = w > 0
    return w[kept] / np.sum(w), first[kept], second[kept]


def beta_mixture(weight: ArrayLike, a: ArrayLike, b: ArrayLike) -> BetaMixture:
    """A prior for a proportion: one Beta distribution or a mixture of several.

    Parameters
    ----------
    weight : share of each component; they add to 1.
    a, b : parameters of each component, between 1e-6 and 1e9.

    Returns
    -------
    BetaMixture, with ``mean``, ``sd``, ``density``, ``cdf``, ``quantile`` and ``posterior``.

    Raises
    ------
    ValueError : weights that do not add to 1, parameters that are not positive.

    Examples
    --------
    A uniform prior and 7 responses of 10: Beta(8, 4), mean 8/12.

    >>> after = beta_mixture(1.0, 1.0, 1.0).posterior(7, 10)
    >>> round(after.mean, 4), after.a, after.b
    (0.6667, array([8.]), array([4.]))
    """
    return BetaMixture(*_components(weight, a, b))


def gamma_mixture(weight: ArrayLike, a: ArrayLike, b: ArrayLike) -> GammaMixture:
    """A prior for a rate: one Gamma distribution (shape a, rate b) or a mixture of several.

    Parameters
    ----------
    weight : share of each component; they add to 1.
    a, b : shapes (events) and rates (exposure) of the components, between 1e-6 and 1e9.

    Returns
    -------
    GammaMixture, with ``mean``, ``sd``, ``density``, ``cdf``, ``quantile`` and ``posterior``.

    Raises
    ------
    ValueError : weights that do not add to 1, parameters that are not positive.

    Examples
    --------
    >>> after = gamma_mixture(1.0, 1.0, 10.0).posterior(events=9, exposure=90)
    >>> after.mean, after.a, after.b
    (0.1, array([10.]), array([100.]))
    """
    return GammaMixture(*_components(weight, a, b))
