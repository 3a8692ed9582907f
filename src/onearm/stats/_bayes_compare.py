"""How probable it is that one uncertain proportion or rate exceeds another.

    P(X > Y + m) = integral of f_X(x) F_Y(x - m) dx

over Gauss-Legendre panels in log odds (log rate) of X, with edges where X has its quantiles, where Y + m has its own,
and where x - m enters Y's range, since F_Y has a corner there.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, betaln, expit, log_expit

from ._bayes_grid import GridDistribution, between_nodes, panel_nodes
from ._bayes_mixture import BetaMixture, GammaMixture
from ._input import Floats
from ._number import as_number

Distribution = BetaMixture | GammaMixture | GridDistribution
_P = np.concatenate([10.0 ** np.arange(-12, -1), np.linspace(0.05, 0.95, 19), 1 - 10.0 ** np.arange(-2, -13, -1.0)])


def scale_of(x: Distribution) -> str:
    """Whether a distribution is one of a proportion or of a rate."""
    if isinstance(x, GridDistribution):
        return x.scale
    return "proportion" if isinstance(x, BetaMixture) else "rate"


def probability_greater(first: Distribution, second: Distribution, margin: float = 0.0) -> float:
    """P(first > second + margin) for two independent distributions, by quadrature.

    Parameters
    ----------
    first, second : mixtures or grid distributions, both of proportions or both of rates.
    margin : how much ``first`` must exceed ``second`` by, on the scale of the proportions or rates.

    Returns
    -------
    The probability, to about 1e-9.

    Raises
    ------
    ValueError : a proportion and a rate, a margin that is no number, a distribution so near 0 or 1 that numbers do
        not reach it.

    Examples
    --------
    Beta(2, 1) against Beta(1, 1): the integral of 2x times x, which is 2/3.

    >>> from onearm.stats.bayes import beta_mixture
    >>> round(probability_greater(beta_mixture(1, 2, 1), beta_mixture(1, 1, 1)), 9)
    0.666666667
    """
    for name, one in (("first", first), ("second", second)):
        if not isinstance(one, Distribution):
            raise ValueError(f"{name} must be a mixture or a grid distribution, found {type(one).__name__}")
    if scale_of(first) != scale_of(second):
        raise ValueError("first and second must both be of proportions or both of rates")
    shift = as_number("margin", margin, -1e12, 1e12)
    edges = _edges(first, second, shift)
    theta, weight = panel_nodes(edges)
    x, density = _density(first, theta)
    total = float(np.sum(weight * density * _below(second, theta, x, shift)))
    beyond = 0.0 if isinstance(first, GridDistribution) else _beyond(first, second, edges, shift)
    return float(np.clip(total + beyond, 0.0, 1.0))


def _density(first: Distribution, theta: Floats) -> tuple[Floats, Floats]:
    """The values x at ``theta`` and the density of theta."""
    if isinstance(first, GridDistribution):
        x = expit(theta) if first.scale == "proportion" else np.exp(np.minimum(theta, 600.0))
        return x, between_nodes(first.edges, first.values, theta, integral=False)
    if isinstance(first, GammaMixture):
        x = np.exp(theta)
        return x, np.exp(first.log_density(x) + theta)
    x = expit(theta)
    parts = first.a * log_expit(theta)[..., None] + first.b * log_expit(-theta)[..., None] - _log_b(first)
    return x, np.asarray(np.exp(parts) @ first.weight)


def _below(second: Distribution, theta: Floats, x: Floats, shift: float) -> Floats:
    """P(second <= x - shift); close to 1, where 1 - x has more digits than x, from the other side."""
    if shift != 0 or not isinstance(second, BetaMixture):
        return second.cdf(x - shift)
    above = betainc(second.b, second.a, expit(-theta)[..., None]) @ second.weight
    return np.where(theta > 0, 1 - above, second.cdf(x))


def _log_b(first: BetaMixture) -> Floats:
    return np.asarray(betaln(first.a, first.b))


def _edges(first: Distribution, second: Distribution, shift: float) -> Floats:
    proportion = scale_of(first) == "proportion"
    corner = np.array([shift, 1 + shift]) if proportion else np.array([shift])
    marks = np.concatenate([first.quantile(_P), second.quantile(_P) + shift, corner])
    marks = marks[(marks > 1e-290) & (marks < (1.0 if proportion else np.inf))]
    theta = np.log(marks) - np.log1p(-marks) if proportion else np.log(marks)
    if isinstance(first, GridDistribution):
        inside = theta[(theta > first.edges[0]) & (theta < first.edges[-1])]
        return np.unique(np.concatenate([first.edges, inside]))
    return np.unique(np.concatenate([theta, *_ends(first)]))


def _ends(first: BetaMixture | GammaMixture) -> tuple[Floats, Floats]:
    """Panels that double in width from the outer quantiles to where x is 0 (or 1) in numbers."""
    steps = np.concatenate([[0.0], 2.0 ** np.arange(0, 10)])
    low = float(np.log(max(float(first.quantile(1e-6)), 1e-290)))
    if isinstance(first, GammaMixture):
        high = float(np.log(first.quantile(1 - 1e-9)))
        return np.maximum(low - steps, -690.0), np.minimum(high + steps[:6], 690.0)
    mirrored = BetaMixture(first.weight, first.b, first.a)
    high = -float(np.log(max(float(mirrored.quantile(1e-6)), 1e-290)))
    return np.maximum(low - steps, -690.0), np.minimum(high + steps, 690.0)


def _beyond(first: BetaMixture | GammaMixture, second: Distribution, edges: Floats, shift: float) -> float:
    """What X holds beyond the panels: x is 0 or 1 there as far as numbers tell."""
    theta, weight = panel_nodes(edges)
    lost = 1 - float(np.sum(weight * _density(first, theta)[1]))
    if lost > 1e-8 and shift == 0:
        raise ValueError("first (prior1) is too close to 0 or 1 to compare: give its prior parameters of at least 0.05")
    if lost <= 1e-8:
        return 0.0
    low = lost * float(isinstance(first, GammaMixture) or first.mean < 0.5)
    return low * float(second.cdf(-shift)) + (lost - low) * float(second.cdf(1 - shift))
