"""Quantiles of the Beta distribution without SciPy: importing ``scipy.special`` takes longer than a whole trial.

The incomplete beta function is its continued fraction (DLMF 8.17.22), evaluated by Lentz's method on the side of the
mean where it converges fast; a quantile is its root by Newton steps kept inside a shrinking bracket.
"""

from __future__ import annotations

import math

from ._distributions import normal_quantile

_TINY = 1e-300
_CLOSE = 2.0**-52


def log_beta(a: float, b: float) -> float:
    """log B(a, b)."""
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def beta_tails(x: float, a: float, b: float) -> tuple[float, float]:
    """P(X <= x) and P(X > x) for X ~ Beta(a, b); the smaller of the two has full relative precision.

    Examples
    --------
    Three heads or more in four tosses: P(Beta(3, 2) <= 1/2) = 5/16.

    >>> lower, upper = beta_tails(0.5, 3, 2)
    >>> round(lower, 12), round(upper, 12)
    (0.3125, 0.6875)
    """
    if x <= 0:
        return 0.0, 1.0
    if x >= 1:
        return 1.0, 0.0
    front = math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta(a, b))
    if x < (a + 1) / (a + b + 2):
        lower = front * _fraction(x, a, b) / a
        return lower, 1 - lower
    upper = front * _fraction(1 - x, b, a) / b
    return 1 - upper, upper


def _fraction(x: float, a: float, b: float) -> float:
    """1 / (1 + d1 / (1 + d2 / (1 + ...))), d(2m) = m (b-m) x / ((a+2m-1) (a+2m)) and
    d(2m+1) = -(a+m) (a+b+m) x / ((a+2m) (a+2m+1)).
    """
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, 100_000):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + step * d
            c = 1 + step / c
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = c if abs(c) > _TINY else _TINY
            value *= c * d
        if abs(c * d - 1) <= _CLOSE:
            break
    return value


def beta_quantile(q: float, a: float, b: float, *, upper: bool = False) -> float:
    """The x with P(X <= x) = q, or with P(X > x) = q when ``upper``, for X ~ Beta(a, b).

    For 0 < q < 1 and a, b of at least 1/2, which is all that counts need.

    Examples
    --------
    The median of Beta(1, 2) is 1 - sqrt(1/2).

    >>> round(beta_quantile(0.5, 1, 2), 12), round(1 - 0.5**0.5, 12)
    (0.292893218813, 0.292893218813)
    """
    if a + b > 1e6:  # beyond this the front factor loses digits
        from scipy.special import betainccinv, betaincinv

        return float((betainccinv if upper else betaincinv)(a, b, q))
    low, high = 0.0, 1.0
    mean, spread = a / (a + b), math.sqrt(a * b / (a + b + 1)) / (a + b)
    guess = mean + normal_quantile(1 - q if upper else q) * spread  # where a normal curve would have it
    x = guess if 0 < guess < 1 else mean
    scale = log_beta(a, b)
    for _ in range(2000):
        tail = beta_tails(x, a, b)[1 if upper else 0]
        excess = q - tail if upper else tail - q  # rises with x
        if excess == 0:
            return x
        if excess < 0:
            low = x
        else:
            high = x
        density = math.exp((a - 1) * math.log(x) + (b - 1) * math.log1p(-x) - scale) if 0 < x < 1 else 0.0
        new = x - excess / density if density > 0 else low
        if not low < new < high:
            new = (low + high) / 2
        if abs(new - x) <= _CLOSE * x or new in (low, high):
            return new
        x = new
    return x
