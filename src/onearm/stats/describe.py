"""A column of numbers in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, as_weights

__all__ = ["QUARTILE_RULE", "WEIGHTED_RULE", "Summary", "summary"]

QUARTILE_RULE = "linear interpolation of order statistics (R type 7; Hyndman & Fan 1996)"
WEIGHTED_RULE = "smallest value at which the weights up to it reach the share"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a column holds: ``n`` values and ``missing`` ones, then statistics in the column's unit.

    ``mean``, ``median``, ``q1``, ``q3``, ``min`` and ``max`` are None without any value; ``sd``
    (divisor n - 1) is None with fewer than two. ``quartile_rule`` names the rule for q1 and q3.
    """

    n: int
    missing: int
    mean: float | None
    sd: float | None
    median: float | None
    q1: float | None
    q3: float | None
    min: float | None
    max: float | None
    quartile_rule: str = QUARTILE_RULE


def summary(x: ArrayLike, weight: ArrayLike | None = None) -> Summary:
    """Number, missing, mean, SD, median, quartiles and range.

    Parameters
    ----------
    x : (n,) numbers; NaN and None count as missing.
    weight : (n,) weights of any origin; None for none. Rows of weight 0 are left out.

    Raises
    ------
    ValueError
        If ``x`` is not a vector of numbers or holds an infinite one, or a weight is negative or missing.

    Notes
    -----
    Quartile p lies at position 1 + (n - 1) p of the sorted values, interpolated linearly: type 7 of
    Hyndman & Fan 1996 (doi:10.1080/00031305.1996.10473566), the default of R.

    With weights w of sum W, quantile p is the smallest value at which the weights up to it reach p W (the inverse of
    the weighted distribution function), the mean m is sum w x / W and the variance
    sum w (x - m)^2 / (W - sum w^2 / W), that of `onearm.stats.balance`.

    Examples
    --------
    R: ``quantile(c(1, 2, 3, 4, 10))`` gives 2 and 4; ``sd`` gives 3.535534.

    >>> s = summary([1, 2, 3, 4, 10, None])
    >>> s.n, s.missing, s.mean, round(s.sd, 6), s.median, s.q1, s.q3
    (5, 1, 4.0, 3.535534, 3.0, 2.0, 4.0)

    Of 1, 2 and 4 with weights 1, 1 and 2 half the weight is reached at 2; the mean is 11/4.

    >>> s = summary([1, 2, 4], weight=[1, 1, 2])
    >>> s.median, s.mean, s.quartile_rule
    (2.0, 2.75, 'smallest value at which the weights up to it reach the share')
    """
    try:
        values = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError("x must hold numbers only") from None
    if values.ndim != 1:
        raise ValueError(f"x must be one-dimensional, found shape {values.shape}")
    if np.any(np.isinf(values)):
        raise ValueError("x holds an infinite value")
    if weight is not None:
        return _weighted(values, as_weights("weight", weight, values.size))
    v = values[~np.isnan(values)]
    missing = int(values.size - v.size)
    if v.size == 0:
        return Summary(0, missing, None, None, None, None, None, None, None)
    q1, median, q3 = (float(q) for q in np.quantile(v, [0.25, 0.5, 0.75], method="linear"))
    sd = float(v.std(ddof=1)) if v.size > 1 else None
    return Summary(v.size, missing, float(v.mean()), sd, median, q1, q3, float(v.min()), float(v.max()))


def _weighted(values: Floats, weight: Floats) -> Summary:
    used = weight > 0
    known = used & ~np.isnan(values)
    v, w = values[known], weight[known]
    n, missing = v.size, int(used.sum()) - v.size
    if n == 0:
        return Summary(0, missing, None, None, None, None, None, None, None, WEIGHTED_RULE)
    order = np.argsort(v, kind="stable")
    v, w = v[order], w[order] / w.sum()
    reached = np.cumsum(w)
    at = np.searchsorted(reached, np.array([0.25, 0.5, 0.75]) - 1e-12)
    q1, median, q3 = (float(q) for q in v[np.minimum(at, n - 1)])
    mean, free = float(w @ v), 1 - float(w @ w)
    sd = float(np.sqrt(w @ (v - mean) ** 2 / free)) if n > 1 and free > 1e-15 else None
    return Summary(n, missing, mean, sd, median, q1, q3, float(v[0]), float(v[-1]), WEIGHTED_RULE)
