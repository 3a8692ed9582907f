"""A prior that can be overruled: part earlier data, part vague."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, xlog1py, xlogy

from ._bayes_mixture import BetaMixture, GammaMixture, as_counts, as_exposed
from ._bayes_piecewise import PiecewiseMixture
from ._number import as_number


def robust_map(
    prior: BetaMixture | GammaMixture | PiecewiseMixture,
    weight: float = 0.2,
    vague: tuple[float, float] | None = None,
) -> BetaMixture | GammaMixture | PiecewiseMixture:
    """``prior`` with a vague part, which gains weight when the trial's own data disagree with it.

    (1 - w) prior + w vague (Schmidli et al. 2014, doi:10.1111/biom.12242).

    Parameters
    ----------
    prior : the informative prior, usually ``map_prior(...).mixture`` or ``power_prior(...).prior``.
    weight : w, the share of the vague part, 0 to 1. No value is right for all trials: scan it
        (``drift_scan``, ``tipping_borrowing``).
    vague : parameters (a, b) of the vague part. By default Beta(1, 1); for a rate the worth of one event with the
        prior's mean, Gamma(1, 1 / mean).

    Returns
    -------
    A mixture of the kind of ``prior``; the vague part is its last component.

    Raises
    ------
    ValueError : another kind of prior, a weight outside 0..1, parameters that are not positive.

    Examples
    --------
    RBesT's example prints 0.9917197 for the probability that 14 of 24 are better than this prior and 1 of 6.

    >>> from onearm.stats.bayes import beta_mixture, probability_greater
    >>> informative = beta_mixture([0.4612914, 0.1917812, 0.1893896, 0.1575378],
    ...     [33.9513487, 19.4400089, 12.2692310, 2.2521243], [103.0146367, 41.5205219, 55.9202833, 5.4812202])
    >>> control = robust_map(informative, 0.2).posterior(1, 6)
    >>> round(probability_greater(beta_mixture(1, 0.5, 1).posterior(14, 24), control), 6)
    0.99172
    """
    if not isinstance(prior, BetaMixture | GammaMixture | PiecewiseMixture):
        raise ValueError("prior must be a mixture: make one with beta_mixture, gamma_mixture or power_prior")
    w = as_number("weight", weight, 0, 1)
    if vague is not None:
        vague = (as_number("vague", vague[0], 1e-6, 1e9), as_number("vague", vague[1], 1e-6, 1e9))
    keep = slice(None) if w < 1 else slice(0, 0)
    share = np.append(prior.weight[keep] * (1 - w), [w] * (w > 0))
    if isinstance(prior, PiecewiseMixture):
        a, b = _piecewise_part(prior, vague)
        join = [prior.a[keep], *([a[None]] * (w > 0))], [prior.b[keep], *([b[None]] * (w > 0))]
        return PiecewiseMixture(share, np.concatenate(join[0]), np.concatenate(join[1]), prior.cuts)
    pair = vague or ((1.0, 1.0) if isinstance(prior, BetaMixture) else (1.0, 1 / prior.mean))
    kind = type(prior)
    return kind(share, np.append(prior.a[keep], pair[0:1] * (w > 0)), np.append(prior.b[keep], pair[1:2] * (w > 0)))


def _piecewise_part(prior: PiecewiseMixture, vague: tuple[float, float] | None) -> tuple[np.ndarray, np.ndarray]:
    j = prior.a.shape[1]
    if vague is not None:
        return np.full(j, vague[0]), np.full(j, vague[1])
    return np.ones(j), 1 / (prior.weight @ (prior.a / prior.b))


def sam_weight(prior: BetaMixture | GammaMixture, events: float, size: float, delta: float) -> float:
    """The share of an informative prior that the trial's own controls speak for (self-adapting mixture).

    R = L(c) / max(L(c + delta), L(c - delta)), weight R / (1 + R), with L the likelihood of the controls and c the
    prior's mean (Yang et al. 2023, doi:10.1111/biom.13927). Then ``robust_map(prior, 1 - weight)``. The prior now
    depends on the data: look at its operating characteristics, not at its intervals alone.

    Parameters
    ----------
    prior : the informative prior, of a proportion or a rate.
    events : responses, or events.
    size : subjects, or exposure.
    delta : the difference from the prior's mean that would matter: of proportions; of log rates for a rate.

    Returns
    -------
    The weight, between 0 and 1; 0.5 without data.

    Raises
    ------
    ValueError : another kind of prior, impossible counts, a difference that is not positive or leaves 0..1 on both
        sides.

    Examples
    --------
    10 of 20 where 0.5 was expected: R = 0.25^10 / (0.3 * 0.7)^10.

    >>> from onearm.stats.bayes import beta_mixture
    >>> round(sam_weight(beta_mixture(1, 50, 50), 10, 20, 0.2), 4), round((25 / 21)**10 / (1 + (25 / 21)**10), 4)
    (0.8511, 0.8511)
    """
    if not isinstance(prior, BetaMixture | GammaMixture):
        raise ValueError("prior must be a mixture: make one with beta_mixture or gamma_mixture")
    step, centre = as_number("delta", delta, 1e-6, 1e3), prior.mean
    if isinstance(prior, BetaMixture):
        r, n = as_counts(events, size, ("events", "size"))
        others = [p for p in (centre - step, centre + step) if 0 < p < 1]
        if not others:
            raise ValueError(f"delta = {step:g} leaves 0..1 on both sides of the prior's mean {centre:g}")
        log_l = [float(xlogy(r, p) + xlog1py(n - r, -p)) for p in (centre, *others)]
    else:
        d, total = as_exposed(events, size, ("events", "size"))
        log_l = [float(xlogy(d, x) - total * x) for x in (centre, centre * np.exp(-step), centre * np.exp(step))]
    return float(expit(log_l[0] - max(log_l[1:])))
