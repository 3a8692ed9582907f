"""Negative controls: outcomes the treatment cannot affect show how far off the comparison is.

Estimates x_i (log ratios) with standard errors s_i of outcomes whose true log ratio is 0 are taken to scatter as
x_i ~ N(mu, sigma^2 + s_i^2). mu and sigma describe the systematic error; a new estimate x is then judged by
(x - mu) / sqrt(sigma^2 + s^2) (Schuemie et al. 2014, doi:10.1002/sim.5925; 2018, doi:10.1073/pnas.1708282114).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._distributions import critical_value, two_sided_p
from ._input import Floats, as_level, as_vector
from ._number import as_number


@dataclass(frozen=True, slots=True)
class Calibrated:
    """An estimate after the systematic error seen in negative controls; log scale.

    Attributes
    ----------
    estimate, std_error, low, high : calibrated log ratio and limits at ``level``.
    p_value : two-sided, of no effect.
    """

    estimate: float
    std_error: float
    low: float
    high: float
    p_value: float
    level: float


@dataclass(frozen=True, slots=True)
class NegativeControl:
    """The systematic error that negative controls show.

    Attributes
    ----------
    mean, sd : of the systematic error, log scale; maximum likelihood. Their own uncertainty is not counted: with fewer
        than about ten controls the calibrated interval is too narrow.
    log_likelihood : at the maximum (infinite for exact controls that all agree); n : number of controls.
    """

    mean: float
    sd: float
    log_likelihood: float
    n: int

    def calibrate(self, estimate: float, std_error: float, level: float = 0.95) -> Calibrated:
        """An estimate of the same study, freed of the systematic error and with its uncertainty."""
        x = as_number("estimate", estimate, -1e3, 1e3)
        own = as_number("std_error", std_error, 0, 1e3)
        se = float(np.hypot(self.sd, own))
        if se <= 0:
            raise ValueError("std_error is 0 and so is the scatter of the controls: nothing is uncertain")
        z = critical_value(as_level(level))
        centre = x - self.mean
        return Calibrated(centre, se, centre - z * se, centre + z * se, two_sided_p(centre / se), level)


def negative_control(estimate: ArrayLike, std_error: ArrayLike) -> NegativeControl:
    """The systematic error of a comparison, from outcomes (or exposures) without a true effect.

    Parameters
    ----------
    estimate : (n,) log ratios of the negative controls, at least two.
    std_error : (n,) their standard errors.

    Returns
    -------
    NegativeControl; ``.calibrate(estimate, std_error)`` applies it to the outcome of interest.

    Raises
    ------
    ValueError : fewer than two controls, standard errors that are negative, below 1e-9, or 0 for some only.

    Examples
    --------
    Controls without error of their own at 1 and 2: mean 1.5, sd 0.5.

    >>> fit = negative_control([1.0, 2.0], [0.0, 0.0])
    >>> round(fit.mean, 6), round(fit.sd, 6)
    (1.5, 0.5)
    """
    x = as_vector("estimate", estimate)
    s = as_vector("std_error", std_error, x.size)
    if x.size < 2:
        raise ValueError("estimate must hold at least two negative controls")
    if np.any((s < 0) | (s > 1e3)) or np.any(np.abs(x) > 1e3):
        raise ValueError("std_error must lie between 0 and 1000, estimate between -1000 and 1000, on the log scale")
    if np.any(s == 0) and np.any(s > 0):
        raise ValueError("std_error is 0 for some controls only: they would decide alone; give their standard errors")
    if np.any((s > 0) & (s < 1e-9)):
        raise ValueError("std_error is above 0 and below 1e-9 for some controls: they would decide alone")
    variance = _best_variance(x, s * s)
    if np.all(variance + s * s == 0):  # exact and equal: no scatter at all
        return NegativeControl(float(x[0]), 0.0, np.inf, x.size)
    total = variance + s * s
    mean = float(np.sum(x / total) / np.sum(1 / total))
    return NegativeControl(mean, float(np.sqrt(variance)), _log_likelihood(x, s * s, variance), x.size)


def _log_likelihood(x: Floats, own: Floats, variance: float) -> float:
    total = own + variance
    mean = np.sum(x / total) / np.sum(1 / total)
    return float(-0.5 * np.sum(np.log(2 * np.pi * total) + (x - mean) ** 2 / total))


def _best_variance(x: Floats, own: Floats) -> float:
    """sigma^2 >= 0 of greatest profile likelihood: the best of a grid, then golden section around it."""
    spread = float(np.var(x))
    if spread == 0 or np.all(own == 0):
        return spread
    top = 4 * spread + float(np.max(own))
    grid = np.concatenate([[0.0], top * np.logspace(-12, 0, 241)])
    values = [_log_likelihood(x, own, v) for v in grid]
    k = int(np.argmax(values))
    low, high = grid[max(k - 1, 0)], grid[min(k + 1, grid.size - 1)]
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(120):
        one, two = high - ratio * (high - low), low + ratio * (high - low)
        if _log_likelihood(x, own, one) < _log_likelihood(x, own, two):
            low = one
        else:
            high = two
    found = (low + high) / 2
    if _log_likelihood(x, own, 0.0) >= _log_likelihood(x, own, found):
        return 0.0
    return float(found)
