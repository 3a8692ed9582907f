"""Commensurate priors: the trial's controls scatter around the earlier ones with an unknown precision.

    theta0 | D0  from  l0(theta0) and N(m, s^2),     theta | theta0, rho ~ N(theta0, 1 / rho)

theta0 and theta are the earlier and the trial's log odds or log rate (Hobbs, Sargent & Carlin 2012,
doi:10.1214/12-BA722). The precision rho has a spike-and-slab prior (a large value with probability q, else uniform
between two small ones) or a Gamma prior. Given rho the prior of theta is a blurred theta0; all integrals are sums over
Gauss nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre
from scipy.special import gammaincinv, gammaln

from ._bayes_blur import MU_REACH, blurred, mu_nodes
from ._bayes_grid import GridDistribution, graded_edges, normalised, panel_nodes
from ._bayes_mixture import as_counts, as_exposed
from ._bayes_studies import Studies
from ._input import Floats, as_choice, as_vector
from ._number import as_number

_X, _W = legendre.leggauss(60)


@dataclass(frozen=True, slots=True, eq=False)
class Commensurate:
    """What earlier controls and the trial's own say, and how well they agree.

    Attributes
    ----------
    prior : distribution of the trial's proportion or rate before its own data.
    posterior : the same after them.
    precision : (K,) values of rho; precision_prior, precision_posterior : (K,) their probabilities.
    spike_prior, spike_posterior : probability that rho is the spike; 0 with a Gamma prior.
    error : how far the prior's density is from integrating to 1: a check on the quadrature.
    """

    prior: GridDistribution
    posterior: GridDistribution
    precision: Floats
    precision_prior: Floats
    precision_posterior: Floats
    spike_prior: float
    spike_posterior: float
    error: float


def commensurate(
    historical: tuple[float, float],
    current: tuple[float, float] = (0.0, 0.0),
    *,
    outcome: str = "binary",
    spike_slab: tuple[float, float, float, float] | None = None,
    gamma: tuple[float, float] | None = None,
    mu_prior: tuple[float, float] = (0.0, 10.0),
) -> Commensurate:
    """Borrow from earlier controls as far as the trial's own controls agree with them.

    Parameters
    ----------
    historical : responses and subjects, or events and exposure, of the earlier controls.
    current : the same of the trial's own controls; (0, 0) when it has none.
    outcome : "binary" or "rate". For a piecewise exponential time ask interval by interval.
    spike_slab : (q, spike, lowest, highest): rho is ``spike`` with probability q, else uniform between ``lowest`` and
        ``highest``. There is no default: it is the analysis' main assumption.
    gamma : (shape, rate) of a Gamma prior of rho. Give exactly one of the two.
    mu_prior : mean and standard deviation of the normal prior of the earlier log odds or log rate.

    Returns
    -------
    Commensurate.

    Raises
    ------
    ValueError : impossible counts, both or neither of the priors of rho, values that are not positive.

    Examples
    --------
    Earlier 30 of 100; the spike gains when the trial has 9 of 30 and loses when it has 20 of 30.

    >>> alike = commensurate((30, 100), (9, 30), spike_slab=(0.5, 200, 0.1, 2))
    >>> apart = commensurate((30, 100), (20, 30), spike_slab=(0.5, 200, 0.1, 2))
    >>> round(alike.spike_posterior, 2), round(apart.spike_posterior, 2)
    (0.71, 0.01)
    """
    scale = "rate" if as_choice("outcome", outcome, ("binary", "rate")) == "rate" else "proportion"
    read = as_counts if scale == "proportion" else as_exposed
    given = ("historical", as_vector("historical", historical, 2)), ("current", as_vector("current", current, 2))
    then, now = (read(v[0], v[1], (k, k)) for k, v in given)
    mean, sd = as_vector("mu_prior", mu_prior, 2)
    mean, sd = as_number("mu_prior", mean, -50, 50), as_number("mu_prior", sd, 1e-2, 100)
    if (spike_slab is None) == (gamma is None):
        raise ValueError("give exactly one of spike_slab and gamma: the prior of the precision")
    rho, mass = _spike_slab(spike_slab) if spike_slab is not None else _gamma(gamma)  # type: ignore[arg-type]
    log_g, centre, spread = _earlier(scale, then, mean, sd)
    tau = rho**-0.5
    wide = np.hypot(spread, tau)
    edges = graded_edges(np.array([centre]), np.array([float(np.min(wide))]) / 3, 12 * float(np.max(wide)))
    theta = panel_nodes(edges)[0]
    blurs = np.array([blurred(theta, log_g, centre, spread, float(t)) for t in tau])
    moments = 2 if scale == "proportion" or spike_slab is not None else 0
    prior, whole = normalised(scale, edges, np.tensordot(mass, blurs, 1), moments)
    log_l = Studies(scale, np.array([now[0]]), np.array([now[1]])).log_likelihood(theta[..., None])[..., 0]
    likelihood = np.exp(log_l - np.max(log_l))
    posterior = normalised(scale, edges, prior.values * likelihood, 2 if now[0] > 0 else moments)[0]
    after = mass * np.sum(blurs * likelihood * panel_nodes(edges)[1], axis=(1, 2))
    after = after / np.sum(after)
    spike = float(mass[0]) if spike_slab is not None else 0.0
    return Commensurate(
        prior, posterior, rho, mass, after, spike, float(after[0]) if spike_slab is not None else 0.0, abs(whole - 1)
    )


def _earlier(scale: str, then: tuple[float, float], mean: float, sd: float) -> tuple[Floats, float, float]:
    """log of the normalised density of theta0 at its nodes, and where they are."""
    study = Studies(scale, np.array([then[0]]), np.array([max(then[1], 1e-9)]))
    theta = np.array([mean])
    for _ in range(200):
        first, minus_second = study.slope(theta)
        curvature = minus_second + sd**-2
        step = np.clip((first - (theta - mean) / sd**2) / curvature, -1.0, 1.0)
        theta = theta + step
        if abs(step[0]) < 1e-10:
            break
    spread = float(curvature[0] ** -0.5)

    def log_g(mu: Floats) -> Floats:
        return study.log_likelihood(mu[:, None])[:, 0] - ((mu - mean) / sd) ** 2 / 2

    top, low, high = log_g(theta)[0], float(theta[0]) - spread, float(theta[0]) + spread
    while log_g(np.array([low]))[0] > top - 36:  # a few responses of many leave a long tail
        low = 2 * low - float(theta[0])
    while log_g(np.array([high]))[0] > top - 36:
        high = 2 * high - float(theta[0])
    centre, spread = (low + high) / 2, (high - low) / 2 / MU_REACH
    mu, weight = mu_nodes(np.array([centre]), np.array([spread]))
    value = log_g(mu[0]) - top
    return value - np.log(np.exp(value) @ weight[0]), centre, spread


def _spike_slab(given: tuple[float, float, float, float]) -> tuple[Floats, Floats]:
    q, spike, low, high = as_vector("spike_slab", given, 4)
    as_number("spike_slab", q, 0, 1)
    if not 1e-4 <= low < high < spike <= 1e10:
        raise ValueError("spike_slab must be (q, spike, lowest, highest) with 1e-4 <= lowest < highest < spike <= 1e10")
    edge = np.log([low, high])
    middle, half = edge.mean(), (edge[1] - edge[0]) / 2
    rho = np.exp(middle + half * _X)
    slab = half * _W * rho / (high - low)
    return np.append(spike, rho), np.append(q, (1 - q) * slab / np.sum(slab))


def _gamma(given: tuple[float, float]) -> tuple[Floats, Floats]:
    """Nodes in log rho over all but 2e-8 of the Gamma's probability."""
    pair = as_vector("gamma", given, 2)
    shape, rate = as_number("gamma", pair[0], 0.5, 1e6), as_number("gamma", pair[1], 1e-6, 1e6)
    low, high = np.log(gammaincinv(shape, np.array([1e-8, 1 - 1e-8])) / rate)
    log_rho = (low + high) / 2 + (high - low) / 2 * _X
    mass = _W * (high - low) / 2 * np.exp(shape * (log_rho + np.log(rate)) - rate * np.exp(log_rho) - gammaln(shape))
    return np.exp(log_rho), mass / np.sum(mass)
