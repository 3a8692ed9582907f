"""How many patients a prior is worth.

With prior density p, i_p(x) = -(log p)''(x) and the information i_F(x) of one patient,

    ELIR = E_prior[ i_p(x) / i_F(x) ]                 (Neuenschwander et al. 2020, doi:10.1111/biom.13252)

    proportion              i_F = 1 / (x (1 - x))     g = 1 / i_F = x (1 - x)
    rate, in exposure       i_F = 1 / x               g = x
    rate, in events         i_F = 1 / x^2             g = x^2

Since -(log p)'' p = (p')^2 / p - p'', integrating p'' g by parts twice leaves an integrand that is never negative:

    ELIR = E_prior[ (p'/p)^2 g ] - E_prior[ g'' ] - (p(0) g'(0) - p(1) g'(1))

with p(0) = 0 unless a component has a = 1, and p(1) = 0 unless one has b = 1. A component with a parameter below 1
has no ELIR: its density is infinite at the end.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, expit, gammaln

from ._bayes_grid import panel_nodes
from ._bayes_mixture import BetaMixture, GammaMixture
from ._input import Floats, as_choice

_METHODS = ("elir", "moment", "morita")


def prior_effective_sample_size(
    prior: BetaMixture | GammaMixture, method: str = "elir", *, unit: str = "events"
) -> float:
    """The number of patients (or events, or the exposure) that hold as much information as a prior.

    Parameters
    ----------
    prior : a mixture of Beta or Gamma distributions.
    method : "elir", the expected local information ratio, the only one for which a prior's size plus n patients is
        the expected size of the posterior; "moment", of the one Beta or Gamma with the same mean and variance (small
        for mixtures); "morita", how many patients make an empty prior as curved at the mode (Morita, Thall & Mueller
        2008, doi:10.1111/j.1541-0420.2007.00888.x; large for mixtures).
    unit : for a rate, whether the size counts "events" or "exposure"; ignored for a proportion.

    Returns
    -------
    The effective sample size. With "elir" a Beta(a, b) is worth a + b patients, a Gamma(a, b) an exposure of b or a - 1
    events (the last patient's own uncertainty counts against it).

    Raises
    ------
    ValueError : another kind of prior, an unknown method, "elir" with a parameter below 1.

    Examples
    --------
    The example of the R package RBesT, which prints 7.65152 and 3.161034:

    >>> from onearm.stats.bayes import beta_mixture
    >>> prior = beta_mixture([0.2, 0.8], [1, 10], [1, 2])
    >>> round(prior_effective_sample_size(prior), 4), round(prior_effective_sample_size(prior, "moment"), 4)
    (7.6515, 3.161)
    """
    if not isinstance(prior, BetaMixture | GammaMixture):
        raise ValueError("prior must be a mixture: make one with beta_mixture or gamma_mixture")
    as_choice("method", method, _METHODS)
    as_choice("unit", unit, ("events", "exposure"))
    if method == "moment":
        return _moment(prior, unit)
    return _elir(prior, unit) if method == "elir" else _morita(prior, unit)


def _moment(prior: BetaMixture | GammaMixture, unit: str) -> float:
    m, v = prior.mean, prior.sd**2
    if isinstance(prior, BetaMixture):
        return m * (1 - m) / v - 1
    return m * m / v if unit == "events" else m / v


def _slopes(prior: BetaMixture | GammaMixture, x: Floats, rest: Floats) -> tuple[Floats, Floats]:
    """First and second derivative of each component's log density, (..., K); ``rest`` is 1 - x."""
    at, other = x[..., None], rest[..., None]
    if isinstance(prior, BetaMixture):
        first = (prior.a - 1) / at - (prior.b - 1) / other
        return first, -(prior.a - 1) / at**2 - (prior.b - 1) / other**2
    first = (prior.a - 1) / at - prior.b
    return first, -(prior.a - 1) / at**2


def _weights(prior: BetaMixture | GammaMixture, x: Floats, rest: Floats) -> Floats:
    """Each component's share of the density, (..., K)."""
    at = np.log(x)[..., None]
    if isinstance(prior, BetaMixture):
        log = (prior.a - 1) * at + (prior.b - 1) * np.log(rest)[..., None] - betaln(prior.a, prior.b)
    else:
        log = prior.a * np.log(prior.b) + (prior.a - 1) * at - prior.b * x[..., None] - gammaln(prior.a)
    log = log - np.max(log, axis=-1, keepdims=True)
    part = prior.weight * np.exp(log)
    return np.asarray(part / np.sum(part, axis=-1, keepdims=True))


def _elir(prior: BetaMixture | GammaMixture, unit: str) -> float:
    if np.min(prior.a) < 1 or (isinstance(prior, BetaMixture) and np.min(prior.b) < 1):
        raise ValueError('method "elir" needs prior parameters of at least 1: use "moment" for this prior')
    theta, weight = _nodes(prior)
    proportion = isinstance(prior, BetaMixture)
    x, rest = (expit(theta), expit(-theta)) if proportion else (np.exp(theta), np.ones(theta.shape))
    g = x * rest if proportion else x if unit == "exposure" else x * x
    slope = np.sum(_weights(prior, x, rest) * _slopes(prior, x, rest)[0], axis=-1)
    squared = float(np.sum(weight * prior.density(x) * (x * rest if proportion else x) * slope**2 * g))
    if not proportion:
        first = prior.weight[prior.a == 1] @ prior.b[prior.a == 1]
        return squared - 2 if unit == "events" else squared - float(first)
    ends = prior.weight[prior.a == 1] @ prior.b[prior.a == 1] + prior.weight[prior.b == 1] @ prior.a[prior.b == 1]
    return squared + 2 - float(ends)


def _nodes(prior: BetaMixture | GammaMixture) -> tuple[Floats, Floats]:
    """Nodes in log odds or log rate around every component, out to where x is no longer told from 0 or 1."""
    proportion = isinstance(prior, BetaMixture)
    centre = np.log(prior.a / prior.b)
    sd = np.sqrt(1 / prior.a + 1 / prior.b) if proportion else 1 / np.sqrt(prior.a)
    steps = np.array([0.0, 1, 2, 3, 4, 6, 8, 12, 16])
    around = (centre[:, None] + sd[:, None] * np.concatenate([-steps[:0:-1], steps])).ravel()
    low, high = (-36.0, 36.0) if proportion else (-300.0 + float(np.min(centre)), float(np.max(centre)) + 36.0)
    edges = np.unique(np.concatenate([around[(around > low) & (around < high)], np.linspace(low, high, 60)]))
    return panel_nodes(edges)


def _morita(prior: BetaMixture | GammaMixture, unit: str) -> float:
    """The n at which the improper prior with parameters 0, after n patients as the prior expects them, is as curved
    at the prior's mode as the prior.
    """
    mode, mean = _mode(prior), prior.mean
    x, rest = np.array(mode), np.array(1 - mode if isinstance(prior, BetaMixture) else 1.0)
    share, (first, second) = _weights(prior, x, rest), _slopes(prior, x, rest)
    own = float(np.sum(share * first)) ** 2 - float(np.sum(share * (second + first**2)))
    if isinstance(prior, BetaMixture):
        without = -1 / mode**2 - 1 / (1 - mode) ** 2
        return (own - without) / (mean / mode**2 + (1 - mean) / (1 - mode) ** 2)
    return (own + 1 / mode**2) / ((mean if unit == "exposure" else 1) / mode**2)


def _mode(prior: BetaMixture | GammaMixture) -> float:
    """The highest point of the density, from a fine grid and then by halving around it."""
    low, high = prior.quantile(np.array([1e-6, 1 - 1e-6]))
    for _ in range(12):
        grid = np.linspace(low, high, 401)[1:-1]
        k = int(np.argmax(prior.log_density(grid)))
        low, high = grid[max(k - 1, 0)], grid[min(k + 1, grid.size - 1)]
    return float((low + high) / 2)
