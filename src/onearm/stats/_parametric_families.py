"""Standard forms of log-location-scale models: T = exp(mu + sigma W), z = (log t - mu) / sigma.

============  =====================  ====================  =======================
W             log f(z)               log S(z)              T
============  =====================  ====================  =======================
extreme       z - e^z                -e^z                  Weibull (sigma 1: exponential)
normal        -z^2/2 - log sqrt 2pi  log Phi(-z)           log-normal
logistic      z - 2 log(1 + e^z)     -log(1 + e^z)         log-logistic
============  =====================  ====================  =======================

Each function returns the value with its first and second derivative in z. Source: Kalbfleisch &
Prentice 2002 (doi:10.1002/9781118032985), chapters 2 and 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._input import Floats

_FAR = 50.0  # normal hazards beyond by their series, exact to 2e-11 in h - z

Jet = tuple[Floats, Floats, Floats]  # value, first and second derivative


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """One standard form: log density, log survival, and z from a cumulative hazard."""

    density: Callable[[Floats], Jet]
    tail: Callable[[Floats], Jet]
    inverse: Callable[[Floats], Floats]


def _extreme_density(z: Floats) -> Jet:
    with np.errstate(over="ignore"):
        e = np.exp(z)
    return z - e, 1 - e, -e


def _extreme_tail(z: Floats) -> Jet:
    with np.errstate(over="ignore"):
        e = np.exp(z)
    return -e, -e, -e


def _log(h: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.log(h)


def _normal_density(z: Floats) -> Jet:
    with np.errstate(over="ignore"):
        square = z**2
    return -0.5 * square - 0.5 * math.log(2 * math.pi), -z, -np.ones_like(z)


def _normal_tail(z: Floats) -> Jet:
    from scipy.special import log_ndtr

    value = np.asarray(log_ndtr(-z), dtype=np.float64)
    near = np.clip(z, -np.inf, _FAR)
    hazard = np.exp(_normal_density(near)[0] - np.maximum(value, np.asarray(log_ndtr(-_FAR))))
    far = np.maximum(z, _FAR)
    with np.errstate(over="ignore"):  # a square beyond floating point: its reciprocal is 0
        more = (1 - (2 - (10 - 74 / far**2) / far**2) / far**2) / far
    above = np.where(z > _FAR, more, hazard - near)  # h - z, by its asymptotic series far out
    hazard = np.where(z > _FAR, far + more, hazard)
    with np.errstate(invalid="ignore"):  # z of minus infinity (time 0): hazard 0
        bend = np.where(hazard > 0, hazard * above, 0.0)
    return value, -hazard, -bend


def _normal_inverse(h: Floats) -> Floats:
    from scipy.special import ndtri_exp

    return -np.asarray(ndtri_exp(-h), dtype=np.float64)


def _logistic(z: Floats) -> tuple[Floats, Floats, Floats]:
    """log(1 + e^z), and the logistic function of z and of -z."""
    small = np.exp(-np.abs(z))
    up = np.where(z >= 0, 1.0, small) / (1 + small)
    down = np.where(z >= 0, small, 1.0) / (1 + small)
    return np.maximum(z, 0.0) + np.log1p(small), up, down


def _logistic_density(z: Floats) -> Jet:
    soft, up, down = _logistic(z)
    return z - 2 * soft, down - up, -2 * up * down


def _logistic_tail(z: Floats) -> Jet:
    soft, up, down = _logistic(z)
    return -soft, -up, -up * down


def _logistic_inverse(h: Floats) -> Floats:
    """Log(e^h - 1), written so that a large h does not overflow."""
    return h + _log(-np.expm1(-h))


_EXTREME = Family(_extreme_density, _extreme_tail, _log)
FAMILIES: dict[str, Family] = {
    "exponential": _EXTREME,
    "weibull": _EXTREME,
    "log-normal": Family(_normal_density, _normal_tail, _normal_inverse),
    "log-logistic": Family(_logistic_density, _logistic_tail, _logistic_inverse),
}
