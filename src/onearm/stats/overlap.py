"""Whether two groups overlap enough to be compared: common support, positivity, preference, densities.

A score is the probability of being treated given the covariates. Where it is near 0 or 1 the data hold nobody to
compare with, and no method of weighting makes up for that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._balance_groups import both_groups, weighted_groups
from ._input import Floats, as_vector, as_weights
from ._overlap_density import kernel_density, silverman
from ._overlap_record import CommonSupport, Density, Equipoise, Positivity

__all__ = [
    "CommonSupport",
    "Density",
    "Equipoise",
    "Positivity",
    "common_support",
    "density",
    "equipoise",
    "overlap_coefficient",
    "positivity",
    "preference_score",
]

_LARGEST = 1e100  # a score
_POINTS = 512  # of a grid that is not given
_WIDEST = 4096.0  # bandwidths over which an overlap is integrated
_MARGIN = 4.0  # bandwidths a grid reaches beyond the scores


def common_support(score: ArrayLike, treated: ArrayLike) -> CommonSupport:
    """The range of scores that both groups reach, and how many of each lie within and beyond.

    From the larger of the two smallest scores to the smaller of the two largest (Dehejia & Wahba 1999,
    doi:10.1080/01621459.1999.10473858).

    Parameters
    ----------
    score : (n,) scores or their log odds.
    treated : (n,) 1 = treated, 0 = control.

    Raises
    ------
    ValueError
        For bad arrays or an empty group.

    Examples
    --------
    >>> found = common_support([0.2, 0.5, 0.9, 0.1, 0.3, 0.6], [1, 1, 1, 0, 0, 0])
    >>> found.low, found.high, found.treated_inside, found.treated_above, found.control_below
    (0.2, 0.6, 2, 1, 1)
    """
    s = as_vector("score", score)
    z = both_groups(treated, s.size)
    low, high = float(max(s[z].min(), s[~z].min())), float(min(s[z].max(), s[~z].max()))
    below, above, inside = s < low, s > high, (s >= low) & (s <= high)
    if low > high:  # the ranges do not meet: beyond is where the other group is not
        below, above = s <= high, s >= low
    counts = [int(np.count_nonzero(part & who)) for who in (z, ~z) for part in (inside, below, above)]
    return CommonSupport(low, high, *counts)


def positivity(score: ArrayLike, treated: ArrayLike, bounds: tuple[float, float] = (0.05, 0.95)) -> Positivity:
    """How many scores come close to 0 or 1.

    Parameters
    ----------
    score : (n,) probabilities of being treated.
    treated : (n,) 1 = treated, 0 = control.
    bounds : what counts as close: below the first, above the second (Crump et al. 2009, doi:10.1093/biomet/asn055, take
        0.1 and 0.9).

    Raises
    ------
    ValueError
        For bad arrays, scores that are no probabilities, an empty group, or bounds out of order.

    Examples
    --------
    >>> found = positivity([0.5, 0.97, 0.02, 0.4], [1, 1, 0, 0])
    >>> found.treated_above, found.control_below, found.smallest
    (0.5, 0.5, 0.02)
    """
    s = _probabilities(score)
    z = both_groups(treated, s.size)
    low, high = _bounds(bounds)
    below, above = s < low, s > high
    return Positivity(
        bounds=(low, high),
        treated_below=float(np.mean(below[z])),
        treated_above=float(np.mean(above[z])),
        control_below=float(np.mean(below[~z])),
        control_above=float(np.mean(above[~z])),
        smallest=float(s.min()),
        largest=float(s.max()),
    )


def preference_score(score: ArrayLike, share: float) -> Floats:
    """The score, freed of how many are treated: log odds of the score less log odds of the share treated.

    logit F = logit S - logit P (Walker et al. 2013, doi:10.2147/CER.S40357): 1/2 for a patient who is treated as often
    as the average patient.

    Parameters
    ----------
    score : (n,) probabilities of being treated.
    share : share of all patients who are treated, between 0 and 1.

    Returns
    -------
    (n,) preference scores; 0 and 1 stay as they are.

    Raises
    ------
    ValueError
        For scores that are no probabilities or a share that is not between 0 and 1.

    Examples
    --------
    With a tenth treated, odds of 1/9 are the average: 0.1 becomes 1/2, and 0.5 becomes 9/10.

    >>> preference_score([0.1, 0.5], 0.1).round(6).tolist()
    [0.5, 0.9]
    """
    s = _probabilities(score)
    if not (np.ndim(share) == 0 and 1e-100 < share < 1):
        raise ValueError(f"share must lie between 0 and 1, found {share}")
    up, down = s * (1 - share), (1 - s) * share
    return np.asarray(up / (up + down))


def equipoise(score: ArrayLike, treated: ArrayLike, bounds: tuple[float, float] = (0.3, 0.7)) -> Equipoise:
    """How many of each group have a preference score near one half; reached when it is half of each.

    Parameters
    ----------
    score : (n,) probabilities of being treated; the preference score is formed from them.
    treated : (n,) 1 = treated, 0 = control.
    bounds : what counts as near (Walker et al. 2013, doi:10.2147/CER.S40357, take 0.3 and 0.7).

    Raises
    ------
    ValueError
        For bad arrays, scores that are no probabilities, an empty group, or bounds out of order.

    Examples
    --------
    >>> found = equipoise([0.5, 0.6, 0.9, 0.5, 0.4, 0.1], [1, 1, 1, 0, 0, 0])
    >>> round(found.treated, 4), round(found.control, 4), found.reached
    (0.6667, 0.6667, True)
    """
    s = _probabilities(score)
    z = both_groups(treated, s.size)
    low, high = _bounds(bounds)
    preference = preference_score(s, float(np.mean(z)))
    near = (preference >= low) & (preference <= high)
    one, none = float(np.mean(near[z])), float(np.mean(near[~z]))
    return Equipoise((low, high), one, none, min(one, none) >= 0.5)


def density(
    score: ArrayLike, weight: ArrayLike | None = None, grid: ArrayLike | None = None, bandwidth: float | None = None
) -> Density:
    """A smooth density of scores, for a picture; log odds of scores have no edges at which it would be wrong.

    Gaussian kernel; bandwidth 0.9 min(SD, IQR / 1.34) n^(-1/5) with weighted SD and quartiles and the effective number
    of scores (Silverman 1986, ISBN 978-0412246203, equation 3.31; R's ``bw.nrd0`` with equal weights).

    Parameters
    ----------
    score : (n,) scores, best as log odds.
    weight : (n,) weights; None for ones.
    grid : (m,) points of the density; None for 512 from 4 bandwidths below the smallest score to 4 above the largest.
    bandwidth : standard deviation of the kernel; None for Silverman's.

    Raises
    ------
    ValueError
        For bad arrays, a bandwidth that is not positive, or scores that are all equal and no bandwidth.

    Examples
    --------
    One score and a bandwidth of 1: the standard normal density.

    >>> density([0.0], grid=[0.0, 1.0], bandwidth=1.0).density.round(6).tolist()
    [0.398942, 0.241971]
    """
    s, w = _scores(score), as_weights("weight", weight, np.size(score))
    h = _bandwidth(s, w, bandwidth)
    held = s[w > 0]
    if grid is None:
        points = np.linspace(held.min() - _MARGIN * h, held.max() + _MARGIN * h, _POINTS)
    else:
        points = as_vector("grid", grid)
    return Density(points, kernel_density(held, w[w > 0], points, h), h)


def overlap_coefficient(
    score: ArrayLike, treated: ArrayLike, weight: ArrayLike | None = None, bandwidth: float | None = None
) -> float:
    """The area under both densities: 1 where the weighted groups have the same scores, 0 where none is shared.

    Integral of min(f, g) (Inman & Bradley 1989, doi:10.1080/03610928908830127), f and g kernel densities on one grid
    with the larger of the two bandwidths of :func:`density`.

    Parameters
    ----------
    score : (n,) scores, best as log odds.
    treated : (n,) 1 = treated, 0 = control.
    weight : (n,) weights; None for ones.
    bandwidth : standard deviation of the kernel for both groups; None for Silverman's.

    Raises
    ------
    ValueError
        For bad arrays, an empty group, or a bandwidth that is not positive or cannot be found.

    Examples
    --------
    Two normal densities two standard deviations apart share 2 Phi(-1).

    >>> round(overlap_coefficient([0.0, 2.0], [1, 0], bandwidth=1.0), 4)
    0.3173
    """
    s = _scores(score)
    z, w = both_groups(treated, s.size), as_weights("weight", weight, s.size)
    weighted_groups("weight", w, z)
    h = max(_bandwidth(s[part], w[part], bandwidth, spare=True) for part in (z, ~z))
    h = h or _bandwidth(s, w, None)
    low, high = s[w > 0].min() - 2 * _MARGIN * h, s[w > 0].max() + 2 * _MARGIN * h
    if (high - low) / h > _WIDEST:
        raise ValueError(
            f"score spreads over {(high - low) / h:.0f} bandwidths: truncate what lies far out, or widen them"
        )
    grid = np.linspace(low, high, max(_POINTS, int(16 * (high - low) / h)))
    shared = np.minimum(*(kernel_density(s[part], w[part], grid, h) for part in (z, ~z)))
    return float(min(1.0, shared.sum() * (grid[1] - grid[0])))


def _probabilities(score: ArrayLike) -> Floats:
    """Scores between 0 and 1."""
    s = as_vector("score", score)
    if s.min() < 0 or s.max() > 1:
        raise ValueError(f"score must hold probabilities, found {s[(s < 0) | (s > 1)][0]}: give no log odds here")
    return s


def _scores(score: ArrayLike) -> Floats:
    """Scores whose squares can be represented."""
    s = as_vector("score", score)
    if np.max(np.abs(s)) > _LARGEST:
        raise ValueError(f"score holds {s[np.argmax(np.abs(s))]:g}, too large to be squared")
    return s


def _bounds(bounds: tuple[float, float]) -> tuple[float, float]:
    """Two probabilities in order."""
    pair = as_vector("bounds", bounds, 2)
    if not 0 <= pair[0] < pair[1] <= 1:
        raise ValueError(f"bounds must be two probabilities in order, found {pair[0]} and {pair[1]}")
    return float(pair[0]), float(pair[1])


def _bandwidth(s: Floats, w: Floats, given: float | None, *, spare: bool = False) -> float:
    """The given bandwidth or Silverman's; ``spare`` gives 0 where there is none."""
    if given is None:
        h = silverman(s, w)
        size = float(np.max(np.abs(s)))
        if h <= max(1e-9 * size, 1e-100) and not spare:
            raise ValueError("score is the same for all that have weight: it has no spread, so give a bandwidth")
        return h if h > max(1e-9 * size, 1e-100) else 0.0
    if not (np.ndim(given) == 0 and 1e-100 < given < _LARGEST):
        raise ValueError(f"bandwidth must be a positive number, found {given}")
    return float(given)
