"""Indirect comparison of published effects through a common comparator."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ._distributions import critical_value, two_sided_p
from ._input import as_level

__all__ = ["IndirectEffect", "bucher", "error_from_limits"]

_LARGEST = 1e100


@dataclass(frozen=True, slots=True)
class IndirectEffect:
    """An effect found indirectly, on the scale of the two it comes from (logs of ratios).

    Attributes
    ----------
    estimate, std_error : the difference and its standard error.
    low, high : limits at ``level``.
    z, p_value : Wald test of no difference, two-sided.
    level : of the limits.
    """

    estimate: float
    std_error: float
    low: float
    high: float
    z: float
    p_value: float
    level: float


def bucher(log_ab: float, se_ab: float, log_cb: float, se_cb: float, level: float = 0.95) -> IndirectEffect:
    """The effect of A against C, from trials of A against B and of C against B.

    The difference of the two effects; their variances add up (Bucher et al. 1997,
    doi:10.1016/S0895-4356(97)00049-8). It holds when no effect modifier differs between the two trials' populations. An
    anchored matching-adjusted comparison is :func:`onearm.stats.weighting.maic` to the population of the trial of C,
    the weighted effect of A against B from :mod:`onearm.stats.weighted_effects`, and this.

    Parameters
    ----------
    log_ab, se_ab : effect of A against B on a scale on which effects add up (log hazard or odds ratio, difference), and
        its standard error.
    log_cb, se_cb : the same of C against B.
    level : of the limits.

    Returns
    -------
    IndirectEffect

    Raises
    ------
    ValueError
        For effects that are not finite, or a standard error that is not above 0.

    Examples
    --------
    maicplus, its own test: log 1.1 (0.2) and log 1.3 (0.18), limits at 90 %.

    >>> d = bucher(math.log(1.1), 0.2, math.log(1.3), 0.18, level=0.9)
    >>> [round(v, 7) for v in (d.estimate, d.std_error, d.low, d.high, d.p_value)]
    [-0.1670541, 0.2690725, -0.6096389, 0.2755308, 0.5346973]
    """
    confidence = as_level(level)
    for name, effect in (("log_ab", log_ab), ("log_cb", log_cb)):
        if not abs(effect) < _LARGEST:
            raise ValueError(f"{name} must be a finite number, found {effect}")
    for name, error in (("se_ab", se_ab), ("se_cb", se_cb)):
        if not 1 / _LARGEST < error < _LARGEST:
            raise ValueError(f"{name} must be a standard error above 0, found {error}")
    estimate, error = float(log_ab) - float(log_cb), math.hypot(se_ab, se_cb)
    half = critical_value(confidence) * error
    z = estimate / error
    return IndirectEffect(estimate, error, estimate - half, estimate + half, z, two_sided_p(z), confidence)


def error_from_limits(low: float, high: float, level: float = 0.95, *, log: bool = True) -> float:
    """The standard error behind published limits: their distance over 2 z, on the log scale unless ``log`` is False.

    Parameters
    ----------
    low, high : the limits as published (of a ratio, with ``log``); 0 < low < high.
    level : of the limits.
    log : whether the limits are those of a ratio, symmetric in its logarithm.

    Raises
    ------
    ValueError
        For limits out of order, or of a ratio and not above 0.

    Examples
    --------
    maicplus, its own test: limits 0.55 and 0.90 as they stand; and of a ratio.

    >>> round(error_from_limits(0.55, 0.90), 10), round(error_from_limits(-0.2, 0.2, log=False), 10)
    (0.125634065, 0.1020426914)
    """
    confidence = as_level(level)
    if not -_LARGEST < low < high < _LARGEST:
        raise ValueError(f"low and high must be finite numbers with low below high, found {low} and {high}")
    if log and not low > 0:
        raise ValueError(f"low must be above 0 for a ratio, found {low}: log=False for limits of a difference")
    z = critical_value(confidence)
    if not z > 1e-9:
        raise ValueError(f"level is too near 0 for limits that say anything, found {level}")
    return (math.log(high) - math.log(low) if log else high - low) / (2 * z)
