"""P(X > h, Y > k) for two standard normal variables with correlation r.

By Owen 1956 (doi:10.1214/aoms/1177728074): with T(h, a) = (1 / 2 pi) times the integral from 0 to a of
exp(-h^2 (1 + x^2) / 2) / (1 + x^2),

    P(X <= h, Y <= k) = Phi(h) / 2 + Phi(k) / 2 - T(h, (k - r h) / (h s)) - T(k, (h - r k) / (k s)) - d,

s = sqrt(1 - r^2), d = 1/2 when h and k lie on different sides of 0 and 0 otherwise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats

_NEARLY = 1 - 1e-12  # a correlation beyond this is taken as this: its square root would lose all digits
_ZERO = 1e-200  # stands for 0, where the slope is infinite


def both_above(h: ArrayLike, k: ArrayLike, correlation: ArrayLike) -> Floats:
    """P(X > h, Y > k), element by element; the error is near 1e-16, absolute."""
    from scipy.special import ndtr, owens_t

    a, b = (np.where(np.abs(v) < _ZERO, _ZERO, v) for v in (-np.asarray(h, float), -np.asarray(k, float)))
    r = np.clip(np.asarray(correlation, float), -_NEARLY, _NEARLY)
    s = np.sqrt((1 - r) * (1 + r))
    with np.errstate(over="ignore"):  # an infinite slope is a limit that owens_t knows
        first, second = (b / a - r) / s, (a / b - r) / s
    apart = np.where((a < 0) != (b < 0), 0.5, 0.0)
    below = (ndtr(a) + ndtr(b)) / 2 - owens_t(a, first) - owens_t(b, second) - apart
    return np.asarray(np.clip(below, 0.0, np.minimum(ndtr(a), ndtr(b))), dtype=np.float64)
