"""P(mu_E > mu_S + delta) for two inverse gamma means, and the time on test at which it reaches a cut-off.

mu_S = b_S / Z with Z ~ Gamma(a_S) and mu_E = B / G with G ~ Gamma(k), so mu_E > m where G < B / m:

    P(k, B) = integral over z of  z^(a_S - 1) e^-z / Gamma(a_S)  Gamma_k(B / (b_S / z + delta)) dz

Gamma_k is the distribution function of Gamma(k). In y = log z the integrand is smooth and vanishes at both ends, where
the trapezoid rule gains digits in proportion to its points (Trefethen & Weideman 2014, doi:10.1137/130932132). At
delta = 0, G / (G + Z) ~ Beta(k, a_S) gives P(k, B) = I_w(k, a_S), w = B / (B + b_S), whose root is a Beta quantile.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import betainc, betaincc, betaincinv, gammainc, gammaincinv, gammaln

from ._input import Floats

_LOG_LEAST = math.log(1e-19)  # what the two ends may leave out
_STEP = 0.35  # of the narrower of the two curves' widths in log z


def probability_longer(k: float, scale: float, standard: tuple[float, float], delta: float) -> float:
    """P(mu_E > mu_S + delta), mu_E ~ InvGamma(k, scale), mu_S ~ InvGamma(*standard)."""
    a, b = standard
    if delta == 0:
        return float(betainc(k, a, scale / (scale + b)) if scale < b else betaincc(a, k, b / (scale + b)))
    y, weight = _nodes(k, scale, a, b)
    return float(min(1.0, weight @ gammainc(k, scale / (b * np.exp(-y) + delta))))


def _nodes(k: float, scale: float, a: float, b: float) -> tuple[Floats, Floats]:
    """Points y = log z, and the density of y at them times the step."""
    low = max((_LOG_LEAST + gammaln(a + 1)) / a, math.log(b / scale) + (_LOG_LEAST + gammaln(k + 1)) / k)
    high = math.log(gammaincinv(a, 1 - 1e-16)) + 0.2  # the upper tail at its last digit, and a little more
    step = _STEP * min(0.7, 1 / math.sqrt(a), 1 / math.sqrt(k))
    y = np.arange(min(low, high - 10 * step), high + step, step)
    return y, np.exp(a * y - np.exp(y) - gammaln(a)) * step


def scale_reaching(k: float, standard: tuple[float, float], delta: float, cutoff: float) -> float:
    """The scale B at which P(k, B) is ``cutoff``; P rises with B from 0 to 1."""
    a, b = standard
    low = b * betaincinv(k, a, cutoff) / betaincinv(a, k, 1 - cutoff)  # the root at delta = 0, which is the least
    if delta == 0:
        return float(low)
    high = low * 2
    while probability_longer(k, high, standard, delta) < cutoff:
        low, high = high, high * 2
    return _root(k, low, high, standard, delta, cutoff)


def _root(k: float, low: float, high: float, standard: tuple[float, float], delta: float, cutoff: float) -> float:
    """Regula falsi with the Illinois halving, in log B, until the bracket or the excess is rounding."""
    x = [math.log(low), math.log(high)]
    f = [probability_longer(k, v, standard, delta) - cutoff for v in (low, high)]
    if f[0] >= 0:
        return float(low)
    side = -1
    for _ in range(200):
        new = x[1] - f[1] * (x[1] - x[0]) / (f[1] - f[0])
        if not x[0] < new < x[1]:
            new = (x[0] + x[1]) / 2
        value = probability_longer(k, math.exp(new), standard, delta) - cutoff
        now = int(value >= 0)
        x[now], f[now] = new, value
        if abs(value) <= 1e-16 * cutoff or x[1] - x[0] <= 4e-16 * max(1.0, abs(new)):
            break
        if now == side:
            f[1 - now] /= 2  # the other end has stood still twice
        side = now
    return math.exp(x[1])
