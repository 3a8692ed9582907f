"""A Beta prior from what a clinician can say: a mean, and how wide the middle of the distribution is.

With mean m and concentration c, the prior is Beta(m c, (1 - m) c). The central interval of the given level leaves
(1 - level) / 2 in either tail; its width W(c) is matched by bisection on the branch where W falls with c. Where m is
near 0 or 1, W rises first (a very small c puts nearly all on one end), so a width may belong to two c: the larger, of
the prior that knows more, is meant.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import betaincinv

from ._input import as_level
from ._number import as_number, as_share

_LOWEST, _HIGHEST = 1e-2, 1e7  # concentrations


class BetaPrior(NamedTuple):
    """Parameters of Beta(a, b); a pair, and so a prior wherever one is asked for."""

    a: float
    b: float


def elicit_beta(
    mean: float, width: float | None = None, level: float = 0.90, *, concentration: float | None = None
) -> BetaPrior:
    """The Beta distribution with a given mean and width of its central interval, or a given concentration.

    Parameters
    ----------
    mean : of the rate, strictly between 0 and 1.
    width : of the central interval of the given level, strictly between 0 and 1.
    level : of the interval.
    concentration : a + b, in patients, instead of a width. Thall and Simon take mean + delta / 2 and 2 to 10 patients
        for the experimental rate.

    Returns
    -------
    BetaPrior : (a, b).

    Raises
    ------
    ValueError : a mean not between 0 and 1, a width that no Beta with this mean has, both width and concentration.

    Notes
    -----
    Thall & Simon (1994), doi:10.2307/2533377: W90, the width of the central 90 % interval.

    Examples
    --------
    Their historical rate, mean .20 and width .20, and the experimental rate .15 / 2 higher with two patients' worth.

    >>> a, b = elicit_beta(0.2, 0.2)
    >>> round(a, 4), round(b, 4)
    (8.374, 33.4959)
    >>> a, b = elicit_beta(0.2 + 0.15 / 2, concentration=2)
    >>> round(a, 2), round(b, 2)
    (0.55, 1.45)
    """
    centre = as_share("mean", mean)
    if not 1e-4 <= centre <= 1 - 1e-4:
        raise ValueError(f"mean must lie between 0.0001 and 0.9999, found {centre:g}")
    inside = as_level(level)
    if (width is None) == (concentration is None):
        raise ValueError("width or concentration must be given, and not both")
    if width is None:
        known = as_number("concentration", 0 if concentration is None else concentration, _LOWEST, _HIGHEST)
    else:
        known = _concentration(centre, as_share("width", width), inside)
    return BetaPrior(centre * known, (1 - centre) * known)


def _width(mean: float, concentration: float, level: float) -> float:
    a, b = mean * concentration, (1 - mean) * concentration
    tail = (1 - level) / 2
    return float(betaincinv(a, b, 1 - tail) - betaincinv(a, b, tail))


def _concentration(mean: float, width: float, level: float) -> float:
    """The largest c whose interval is as wide as asked."""
    grid = np.geomspace(_LOWEST, _HIGHEST, 181)
    wide = np.array([_width(mean, c, level) for c in grid])
    enough = np.flatnonzero(wide >= width)
    if not enough.size:
        raise ValueError(f"width must be at most {wide.max():.4g} for a Beta of mean {mean:g}, found {width:g}")
    if enough[-1] == grid.size - 1:
        raise ValueError(f"width must be at least {wide[-1]:.4g} for a Beta of mean {mean:g}, found {width:g}")
    low, high = float(grid[enough[-1]]), float(grid[enough[-1] + 1])
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _width(mean, middle, level) >= width else (low, middle)
    return (low + high) / 2
