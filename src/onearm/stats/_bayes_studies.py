"""What J earlier studies say of a mean mu when their own values scatter around it with standard deviation tau.

Study j has theta_j ~ N(mu, tau^2), the log odds (responses r of n) or log rate (d events in exposure E) of its
patients. Its marginal likelihood, up to a constant,

    L_j(mu, tau) = integral of exp(l_j(theta)) N(theta; mu, tau^2) d theta
    l_j(theta) = r theta - n log(1 + e^theta)      or      d theta - E e^theta

has a log-concave integrand. Gauss-Hermite nodes are set around its mode with the width of its curvature (Liu & Pierce
1994, doi:10.1093/biomet/81.3.624); thirty of them give ten digits and more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ._input import Floats

_HERMITE, _HERMITE_WEIGHT = np.polynomial.hermite_e.hermegauss(30)
_HERMITE_WEIGHT = _HERMITE_WEIGHT / np.sqrt(2 * np.pi)


@dataclass(frozen=True, slots=True, eq=False)
class Studies:
    """Events and size (subjects or exposure) of J studies, on the scale of a "proportion" or a "rate"."""

    scale: str
    events: Floats
    size: Floats

    def log_likelihood(self, theta: Floats, j: slice | int = slice(None)) -> Floats:
        """l_j at ``theta``, whose last axis is the study."""
        if self.scale == "proportion":
            return self.events[j] * theta - self.size[j] * np.logaddexp(0.0, theta)
        return self.events[j] * theta - self.size[j] * np.exp(np.minimum(theta, 600.0))

    def slope(self, theta: Floats) -> tuple[Floats, Floats]:
        """The first derivative of l_j, and minus the second."""
        if self.scale == "proportion":
            p = expit(theta)
            return self.events - self.size * p, self.size * p * (1 - p)
        expected = self.size * np.exp(np.minimum(theta, 600.0))
        return self.events - expected, expected

    def estimates(self) -> tuple[Floats, Floats]:
        """Rough log odds or log rates and their variances, half an event added, to place grids."""
        if self.scale == "proportion":
            yes, no = self.events + 0.5, self.size - self.events + 0.5
            return np.log(yes / no), 1 / yes + 1 / no
        return np.log((self.events + 0.5) / self.size), 1 / (self.events + 0.5)

    def log_marginal(self, mu: Floats, tau: Floats) -> Floats:
        """The sum over studies of log L_j at every pair of ``mu`` and ``tau`` (shapes that broadcast)."""
        centre, spread = (x[..., None] for x in np.broadcast_arrays(mu, tau))
        mode = self._mode(centre, spread)
        width = 1 / np.sqrt(self.slope(mode)[1] + spread**-2)
        theta = mode[..., None, :] + width[..., None, :] * _HERMITE[:, None]
        inside = self.log_likelihood(theta) - ((theta - centre[..., None, :]) / spread[..., None, :]) ** 2 / 2
        inside += _HERMITE[:, None] ** 2 / 2
        top = np.max(inside, axis=-2, keepdims=True)
        total = np.sum(np.exp(inside - top) * _HERMITE_WEIGHT[:, None], axis=-2)
        return np.asarray(np.sum(np.log(total * width / spread) + top[..., 0, :], axis=-1))

    def _mode(self, centre: Floats, spread: Floats) -> Floats:
        """Newton's method on l_j(theta) - (theta - mu)^2 / (2 tau^2), steps of at most 1."""
        rough, variance = self.estimates()
        precision = spread**-2
        theta = (rough / variance + centre * precision) / (1 / variance + precision)
        for _ in range(200):
            first, minus_second = self.slope(theta)
            step = np.clip((first - (theta - centre) * precision) / (minus_second + precision), -1.0, 1.0)
            theta = theta + step
            if np.max(np.abs(step)) < 1e-9:
                break
        return theta
