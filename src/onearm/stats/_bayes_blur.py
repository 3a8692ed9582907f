"""The distribution of a new value that scatters around an uncertain mean: theta = mu + N(0, tau^2).

    h(theta) = integral of g(mu) N(theta; mu, tau^2) d mu

for a density g of mu known at Gauss-Legendre nodes. Where tau is wider than g the sum over the nodes of g is exact to
rounding; where it is narrower, Gauss-Hermite nodes are laid over N(0, tau^2) and log g, which is smooth, is read
between its nodes from its Legendre series.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import legendre

from ._input import Floats

MU_NODES = 48
MU_X, MU_W = legendre.leggauss(MU_NODES)
MU_REACH = 9.0  # standard deviations of mu that the nodes reach to either side
_TO_COEF = legendre.legvander(MU_X, MU_NODES - 1).T * MU_W * (np.arange(MU_NODES)[:, None] + 0.5)
_Z, _Z_WEIGHT = np.polynomial.hermite_e.hermegauss(40)
_Z_WEIGHT = _Z_WEIGHT / np.sqrt(2 * np.pi)


def mu_nodes(centre: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Nodes and weights for mu, (..., 48), over ``centre`` -/+ 9 ``sd``."""
    half = MU_REACH * np.asarray(sd)[..., None]
    return np.asarray(np.asarray(centre)[..., None] + half * MU_X), np.asarray(half * MU_W)


def blurred(theta: Floats, log_g: Floats, centre: float, sd: float, tau: float) -> Floats:
    """h at the points ``theta`` for one tau; ``log_g`` (48,) is log g at the nodes around ``centre``."""
    half = MU_REACH * sd
    if tau > sd:
        mu, weight = centre + half * MU_X, np.exp(log_g) * half * MU_W
        z = (theta[..., None] - mu) / tau
        return np.asarray(np.exp(-0.5 * z * z) @ weight / (tau * np.sqrt(2 * np.pi)))
    coef = _TO_COEF @ log_g
    at = (theta[..., None] - tau * _Z - centre) / half
    inside = np.abs(at) <= 1
    g = np.zeros(at.shape)
    g[inside] = np.exp(legendre.legval(at[inside], coef))
    return np.asarray(g @ _Z_WEIGHT)
