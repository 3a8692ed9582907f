"""The meta-analytic predictive prior, by quadrature: what J earlier studies predict for the next one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._bayes_blur import blurred, mu_nodes
from ._bayes_fit import fit_mixture
from ._bayes_grid import GridDistribution, graded_edges, normalised, panel_nodes, quantile_between
from ._bayes_mixture import LARGEST, BetaMixture, GammaMixture
from ._bayes_studies import Studies
from ._input import Floats, as_choice, as_vector
from ._number import as_number

_TAU_EDGES = np.array([0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.0, 9.0])  # in units of the prior's scale

_MOST_ERROR = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class MapPrior:
    """The prior that earlier studies give for a new one.

    Attributes
    ----------
    predictive : the distribution of the new study's proportion or rate, by quadrature.
    mixture : the closest mixture of conjugate distributions, to be used as a prior.
    divergence : Kullback-Leibler divergence of ``mixture`` from ``predictive``, in nats.
    tau : (m,) nodes of the between-study standard deviation; tau_mass : (m,) their posterior probabilities.
    tau_mean : posterior mean of the between-study standard deviation (log odds or log rate).
    tau_quantiles : (3,) its 2.5 %, 50 % and 97.5 % points.
    error : how far the predictive density is from integrating to 1: a check on the quadrature.
    """

    predictive: GridDistribution
    mixture: BetaMixture | GammaMixture
    divergence: float
    tau: Floats
    tau_mass: Floats
    tau_mean: float
    tau_quantiles: Floats
    error: float


def map_prior(
    n: ArrayLike,
    r: ArrayLike,
    mu_prior: tuple[float, float] = (0.0, 2.0),
    tau_prior: float = 1.0,
    *,
    outcome: str = "binary",
    components: int = 3,
) -> MapPrior:
    """What the controls of earlier studies predict for the controls of a new one.

    The studies' log odds (``outcome`` "binary") or log rates ("rate") scatter around mu with standard deviation tau:

        theta_j ~ N(mu, tau^2), mu ~ N(m, s^2), tau ~ half-normal(scale); theta_new | mu, tau ~ N(mu, tau^2)

    (Neuenschwander, Capkun-Niggli, Branson & Spiegelhalter 2010, doi:10.1177/1740774509356002). No random numbers
    are drawn: mu, tau, each theta_j and theta_new are integrated by Gauss rules.

    Parameters
    ----------
    n : (J,) subjects of each study, or its exposure when ``outcome`` is "rate".
    r : (J,) responses, or events.
    mu_prior : mean and standard deviation of the normal prior of mu, on the scale of log odds or log rate.
    tau_prior : scale of the half-normal prior of tau.
    outcome : "binary" or "rate".
    components : number of Beta (or Gamma) distributions in ``mixture``, 1 to 5.

    Returns
    -------
    MapPrior. A rate's predictive mean is infinite when ``tau_prior`` is 1 or more, its variance when 0.5 or more: the
    tail of a log-normal rate then falls more slowly than the prior of tau lets it. Read quantiles there.

    Raises
    ------
    ValueError : counts that are impossible, scales that are not positive, priors that the studies contradict.

    Examples
    --------
    Eight placebo groups in ankylosing spondylitis (the example of the R package RBesT, whose sampler prints mean
    0.255 to 0.259 and sd 0.084 to 0.087 in its several versions).

    >>> prior = map_prior([107, 44, 51, 39, 139, 20, 78, 35], [23, 12, 19, 9, 39, 6, 9, 10])
    >>> round(prior.predictive.mean, 4), round(prior.predictive.sd, 4), round(prior.tau_mean, 4)
    (0.2583, 0.0874, 0.3795)
    """
    studies = _checked(n, r, outcome)
    centre_spread = as_vector("mu_prior", mu_prior, 2)
    mean = as_number("mu_prior", centre_spread[0], -50, 50)
    sd = as_number("mu_prior", centre_spread[1], 1e-3, 100)
    scale = as_number("tau_prior", tau_prior, 1e-3, 100)
    count = int(as_number("components", components, 1, 5))
    tau, tau_weight = (x.ravel() for x in panel_nodes(scale * _TAU_EDGES))
    centre, spread = _given_tau(studies, tau, mean, sd)
    for _ in range(2):  # the second time around where the first has found mu
        mu, mu_weight = mu_nodes(centre, spread)
        log_g = studies.log_marginal(mu, tau[:, None]) - ((mu - mean) / sd) ** 2 / 2 - (tau[:, None] / scale) ** 2 / 2
        log_g -= np.max(log_g)
        at, width = centre, spread
        centre, spread = _moments(mu, log_g, mu_weight)
    centre, spread = at, width
    mass = np.sum(np.exp(log_g) * mu_weight, axis=1)
    density = mass / np.sum(mass * tau_weight)
    log_g -= np.log(np.sum(mass * tau_weight))
    if np.sum((density * tau_weight)[tau > scale * _TAU_EDGES[-2]]) > 1e-6:
        raise ValueError(
            "mu_prior and tau_prior contradict the studies (tau at six times its scale): give wider priors"
        )
    kept = np.flatnonzero(density * tau_weight > 1e-18)
    wide = np.hypot(spread, tau)
    edges = graded_edges(centre[kept], wide[kept] / 2, 12 * float(np.max(wide[kept])))
    theta = panel_nodes(edges)[0]
    values = np.zeros(theta.shape)
    for k in kept:
        values += tau_weight[k] * blurred(theta, log_g[k], float(centre[k]), float(spread[k]), float(tau[k]))
    return _report(studies.scale, edges, values, tau, density, scale, count)


def _report(
    scale: str, edges: Floats, values: Floats, tau: Floats, density: Floats, unit: float, components: int
) -> MapPrior:
    moments = 2 if scale == "proportion" else int(unit < 1) + int(unit < 0.5)
    predictive, whole = normalised(scale, edges, values, moments)
    if abs(whole - 1) > _MOST_ERROR:
        raise ValueError(
            "mu_prior is too wide for studies in which nobody or everybody had the event: give a narrower one"
        )
    mixture, divergence = fit_mixture(predictive, components)
    by_panel = density.reshape(_TAU_EDGES.size - 1, -1)
    mass = (by_panel * panel_nodes(unit * _TAU_EDGES)[1]).ravel()
    by_panel, mass = by_panel / np.sum(mass), mass / np.sum(mass)
    quantiles = quantile_between(unit * _TAU_EDGES, by_panel, np.array([0.025, 0.5, 0.975]))
    return MapPrior(predictive, mixture, divergence, tau, mass, float(mass @ tau), quantiles, abs(whole - 1))


def _checked(n: ArrayLike, r: ArrayLike, outcome: str) -> Studies:
    rate = as_choice("outcome", outcome, ("binary", "rate")) == "rate"
    size = as_vector("n", n)
    events = as_vector("r", r, size.size)
    if np.any((size <= 0) | (size > (1e15 if rate else LARGEST))):
        raise ValueError("n must be positive in every study: leave out a study without patients")
    if np.any((events < 0) | (events > LARGEST)) or (not rate and np.any(events > size)):
        bad = np.flatnonzero((events < 0) | (events > (LARGEST if rate else size)))[0]
        raise ValueError(f"r is impossible in study {bad}: {events[bad]:g} of {size[bad]:g}")
    return Studies("rate" if rate else "proportion", events, size)


def _given_tau(studies: Studies, tau: Floats, mean: float, sd: float) -> tuple[Floats, Floats]:
    """Where mu lies for each tau, and how widely: normal theory, enough to place nodes."""
    rough, variance = studies.estimates()
    weight = 1 / (variance + tau[:, None] ** 2)
    precision = np.sum(weight, axis=1) + sd**-2
    return (weight @ rough + mean / sd**2) / precision, precision**-0.5


def _moments(mu: Floats, log_g: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of mu for each tau, from the nodes."""
    share = np.exp(log_g - np.max(log_g, axis=1, keepdims=True)) * weight
    share = share / np.sum(share, axis=1, keepdims=True)
    mean = np.sum(share * mu, axis=1)
    return mean, np.sqrt(np.sum(share * (mu - mean[:, None]) ** 2, axis=1))
