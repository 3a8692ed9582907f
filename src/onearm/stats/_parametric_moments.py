"""Mean and restricted mean of log-location-scale times, with their derivatives.

With S the survival of T = exp(mu + sigma W) and R(tau) = E min(T, tau), the integral of S to tau:

============  ====================================  =====================================================
T             E T                                   R(tau) less tau S(tau)
============  ====================================  =====================================================
Weibull       e^mu Gamma(1 + sigma)                 E T times P(1 + sigma, (tau/e^mu)^(1/sigma))
log-normal    e^(mu + sigma^2/2)                    E T times Phi(z - sigma)
log-logistic  e^mu pi sigma / sin(pi sigma), or     (R itself) tau 2F1(1, sigma; 1 + sigma; -e^z)
              infinite where sigma >= 1
============  ====================================  =====================================================

P is the regularized lower incomplete gamma function. Derivatives of R: in mu, R - tau S(tau) (the
mean of T over T < tau); in log sigma, the integral over z of z f(z) sigma e^(mu + sigma z).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from ._input import Floats
from ._parametric_families import FAMILIES

_NODES, _LOWEST = 300, -45.0  # quadrature points; f(z) e^(sigma z) is below 1e-19 beyond


def mean(name: str, location: float, scale: float) -> float:
    """E T; infinite for a log-logistic time with sigma >= 1, and where it overflows."""
    try:
        if name == "log-normal":
            return math.exp(location + scale**2 / 2)
        if name == "log-logistic":
            return math.inf if scale >= 1 else math.exp(location) * math.pi * scale / math.sin(math.pi * scale)
        return math.exp(location + math.lgamma(1 + scale))
    except OverflowError:
        return math.inf


def mean_slope(name: str, scale: float) -> float:
    """The derivative of log E T in log sigma."""
    if name == "log-normal":
        return scale**2
    if name == "log-logistic":
        return 1 - math.pi * scale / math.tan(math.pi * scale)
    from scipy.special import digamma

    return scale * float(digamma(1 + scale))


def restricted_mean(name: str, location: float, scale: float, tau: float) -> float:
    """E min(T, tau)."""
    from scipy.special import betainc, gammainc, hyp2f1, ndtr

    if math.isinf(tau):
        return mean(name, location, scale)
    if tau == 0:
        return 0.0
    z = (math.log(tau) - location) / scale
    if name == "log-logistic":
        if z > 0 and scale < 1:  # the same integral as an incomplete beta function, exact far out
            whole = mean(name, location, scale)
            return whole * float(betainc(scale, 1 - scale, 1 / (1 + math.exp(-z))))
        return tau * float(hyp2f1(1, scale, 1 + scale, -math.exp(min(z, 700.0))))
    beyond = tau * math.exp(float(FAMILIES[name].tail(np.array(z))[0]))
    if name == "log-normal":
        return mean(name, location, scale) * float(ndtr(z - scale)) + beyond
    return mean(name, location, scale) * float(gammainc(1 + scale, math.exp(min(z, 700.0)))) + beyond


@lru_cache(maxsize=1)
def _gauss() -> tuple[Floats, Floats]:
    """Gauss-Legendre points and weights on -1 to 1."""
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    return node, weight


def restricted_slopes(name: str, location: float, scale: float, tau: float) -> tuple[float, float]:
    """Derivatives of E min(T, tau) in mu and in log sigma."""
    family = FAMILIES[name]
    top = (math.log(tau) - location) / scale
    inner = restricted_mean(name, location, scale, tau) - tau * math.exp(float(family.tail(np.array(top))[0]))
    node, weight = _gauss()
    low = min(_LOWEST, top + _LOWEST)
    half = (top - low) / 2
    z = low + half * (node + 1)
    area = half * float(weight @ (z * np.exp(family.density(z)[0] + scale * z))) * scale * float(np.exp(location))
    return inner, area
