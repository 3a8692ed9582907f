"""A column of numbers in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["QUARTILE_RULE", "Summary", "summary"]

QUARTILE_RULE = "linear interpolation of order statistics (R type 7; Hyndman & Fan 1996)"


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


def summary(x: ArrayLike) -> Summary:
    """Number, missing, mean, SD, median, quartiles and range.

    Parameters
    ----------
    x : (n,) numbers; NaN and None count as missing.

    Raises
    ------
    ValueError
        If ``x`` is not a vector of numbers or holds an infinite one.

    Notes
    -----
    Quartile p lies at position 1 + (n - 1) p of the sorted values, interpolated linearly: type 7 of
    Hyndman & Fan 1996 (doi:10.1080/00031305.1996.10473566), the default of R.

    Examples
    --------
    R: ``quantile(c(1, 2, 3, 4, 10))`` gives 2 and 4; ``sd`` gives 3.535534.

    >>> s = summary([1, 2, 3, 4, 10, None])
    >>> s.n, s.missing, s.mean, round(s.sd, 6), s.median, s.q1, s.q3
    (5, 1, 4.0, 3.535534, 3.0, 2.0, 4.0)
    """
    try:
        values = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError("x must hold numbers only") from None
    if values.ndim != 1:
        raise ValueError(f"x must be one-dimensional, found shape {values.shape}")
    if np.any(np.isinf(values)):
        raise ValueError("x holds an infinite value")
    v = values[~np.isnan(values)]
    missing = int(values.size - v.size)
    if v.size == 0:
        return Summary(0, missing, None, None, None, None, None, None, None)
    q1, median, q3 = (float(q) for q in np.quantile(v, [0.25, 0.5, 0.75], method="linear"))
    sd = float(v.std(ddof=1)) if v.size > 1 else None
    return Summary(v.size, missing, float(v.mean()), sd, median, q1, q3, float(v.min()), float(v.max()))
