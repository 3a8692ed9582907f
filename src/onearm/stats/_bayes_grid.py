"""A distribution held on a grid: panels of Gauss-Legendre nodes, for posteriors that have no closed form.

The density of theta (log odds of a proportion or log of a rate) is known at the nodes of each panel. Between them it is
the polynomial through the nodes, whose integral is exact: so the distribution function and its inverse need no more
evaluations. Panels widen away from the centre; see ``graded_edges``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from ._bayes_mixture import _between, _numbers, _positive, _shares
from ._input import Floats

NODES = 16
_X, _W = legendre.leggauss(NODES)
# values at the nodes -> Legendre coefficients of the polynomial through them
_TO_COEF = legendre.legvander(_X, NODES - 1).T * _W * (np.arange(NODES)[:, None] + 0.5)


def panel_nodes(edges: Floats) -> tuple[Floats, Floats]:
    """Nodes and weights, both (P, 16), of the panels between P + 1 ``edges``."""
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half) + half * _X, half * _W


def graded_edges(centres: Floats, sds: Floats, reach: float) -> Floats:
    """Edges for a mixture of bells: panels narrow beside each centre and wider with the distance from it, out to
    ``reach`` beyond the outermost centres.
    """
    low, high = float(np.min(centres)) - reach, float(np.max(centres)) + reach
    edges = [low]
    while edges[-1] < high:
        edges.append(edges[-1] + 0.7 * float(np.min(np.maximum(sds, np.abs(edges[-1] - centres) / 3))))
    return np.array(edges)


def _powers(x: Floats, degree: int) -> Floats:
    """Legendre polynomials at ``x``, shape of x + (degree + 1,): NumPy's own makes a vector of a number."""
    return np.asarray(legendre.legvander(x, degree), dtype=np.float64).reshape(*x.shape, degree + 1)


def between_nodes(edges: Floats, values: Floats, theta: Floats, *, integral: bool) -> Floats:
    """The polynomial through the nodes at ``theta`` (0 beyond the panels), or its integral from the first edge."""
    at = np.clip(theta, edges[0], edges[-1])
    panel = np.clip(np.searchsorted(edges, at, side="right") - 1, 0, values.shape[0] - 1)
    half = np.diff(edges) / 2
    coef = values @ _TO_COEF.T
    x = np.clip((at - edges[panel]) / half[panel] - 1, -1.0, 1.0)
    if not integral:
        inside = np.sum(_powers(x, NODES - 1) * coef[panel], axis=-1)
        return np.where((theta < edges[0]) | (theta > edges[-1]), 0.0, inside)
    whole = legendre.legint(coef, lbnd=-1, axis=1) * half[:, None]
    before = np.concatenate([[0.0], np.cumsum(2 * half * coef[:, 0])])
    return np.asarray(before[panel] + np.sum(_powers(x, NODES) * whole[panel], axis=-1))


def quantile_between(edges: Floats, values: Floats, share: Floats) -> Floats:
    """The points below which the integral is ``share``, by halving."""
    low, high = np.full(share.shape, edges[0]), np.full(share.shape, edges[-1])
    for _ in range(60):
        middle = low + (high - low) / 2
        below = between_nodes(edges, values, middle, integral=True) < share
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(high)


@dataclass(frozen=True, slots=True, eq=False)
class GridDistribution:
    """A distribution of a proportion (``scale`` "proportion") or of a rate ("rate"), by quadrature.

    Attributes
    ----------
    scale : "proportion" or "rate".
    edges : (P + 1,) edges of the panels, in log odds or log rate.
    values : (P, 16) density of the log odds or log rate at the nodes of the panels.
    moments : how many moments exist: a log rate with a heavy tail gives a rate without a mean (0) or variance (1).
    """

    scale: str
    edges: Floats
    values: Floats
    moments: int = 2

    @property
    def theta(self) -> Floats:
        """The nodes as log odds or log rates."""
        return panel_nodes(self.edges)[0]

    @property
    def masses(self) -> Floats:
        """The probability each node stands for; they add to 1 up to the quadrature's error."""
        return self.values * panel_nodes(self.edges)[1]

    @property
    def points(self) -> Floats:
        """The nodes as proportions or rates."""
        return expit(self.theta) if self.scale == "proportion" else np.exp(np.minimum(self.theta, 600.0))

    @property
    def mean(self) -> float:
        """The mean of the proportion or rate; infinite where there is none."""
        return np.inf if self.moments < 1 else float(np.sum(self.masses * self.points))

    @property
    def sd(self) -> float:
        """The standard deviation of the proportion or rate; infinite where there is none."""
        return np.inf if self.moments < 2 else float(np.sqrt(np.sum(self.masses * (self.points - self.mean) ** 2)))

    def density(self, x: ArrayLike) -> Floats:
        """The density at proportions or rates; 0 beyond the grid."""
        at = _between("x", x) if self.scale == "proportion" else _positive("x", x)
        jacobian = at * (1 - at) if self.scale == "proportion" else at
        return np.maximum(between_nodes(self.edges, self.values, self._on_grid(at), integral=False), 0.0) / jacobian

    def cdf(self, x: ArrayLike) -> Floats:
        """P(proportion or rate <= x)."""
        at = _numbers("x", x)
        inside = np.clip(at, 1e-300, 1 - 1e-16 if self.scale == "proportion" else 1e290)
        below = between_nodes(self.edges, self.values, self._on_grid(inside), integral=True)
        return np.where(at <= 0, 0.0, np.clip(below, 0.0, 1.0))

    def quantile(self, p: ArrayLike) -> Floats:
        """The proportions or rates below which a share ``p`` of the probability lies, within the grid."""
        theta = quantile_between(self.edges, self.values, _shares(p))
        return np.asarray(expit(theta) if self.scale == "proportion" else np.exp(np.minimum(theta, 600.0)))

    def _on_grid(self, x: Floats) -> Floats:
        return np.asarray(logit(x) if self.scale == "proportion" else np.log(x))


def normalised(scale: str, edges: Floats, values: Floats, moments: int = 2) -> tuple[GridDistribution, float]:
    """The distribution with density proportional to ``values``, and their integral."""
    total = float(np.sum(values * panel_nodes(edges)[1]))
    return GridDistribution(scale, edges, values / total, moments), total
