"""Distances between subjects with several covariates, as places in a space where they are plain lengths.

A distance sqrt((a - b)' V (a - b)) with V = R'R is the Euclidean one between R a and R b. So covariates are
turned into coordinates once, and every matching method measures lengths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, as_choice, as_matrix, as_vector

__all__ = ["Coordinates", "caliper_width", "mahalanobis", "robust_mahalanobis", "scaled_euclidean"]

_NOTHING = 1e-10  # a share of a variance that is rounding
_LARGEST = 1e100  # a covariate whose square is still a number


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """Places of treated and controls; the distance of two subjects is the length between their places.

    Attributes
    ----------
    treated, control : (n1, q), (n0, q) places.
    rank : number of directions in which the covariates vary, at most their number p.
    message : empty, or what was left out because it does not vary or repeats other covariates.
    """

    treated: Floats
    control: Floats
    rank: int
    message: str

    def matrix(self) -> Floats:
        """(n1, n0) distances of everyone treated from every control."""
        square = np.zeros((self.treated.shape[0], self.control.shape[0]))
        for a, b in zip(self.treated.T, self.control.T, strict=True):
            square += (a[:, None] - b) ** 2
        return np.asarray(np.sqrt(square), dtype=np.float64)


def mahalanobis(x_treated: ArrayLike, x_control: ArrayLike) -> Coordinates:
    """Covariates on the scale of their covariance within the groups.

    The distance is sqrt((a - b)' S^-1 (a - b)), S = (sum of (x - mean of its group)(x - mean of its group)') /
    (n1 + n0 - 2) (Rubin 1980, doi:10.2307/2529981). Where S is singular its pseudo-inverse is used and
    ``message`` says so: a direction without variation within the groups counts for nothing.

    Parameters
    ----------
    x_treated, x_control : (n1, p), (n0, p) covariates in any units; categories as 0/1 columns.

    Returns
    -------
    Coordinates

    Raises
    ------
    ValueError
        For bad arrays, different numbers of columns, fewer than three subjects, or no variation at all.

    Examples
    --------
    One covariate with variance 2 within the groups: a difference of 3 is 3 / sqrt(2) = 2.1213.

    >>> mahalanobis([[0], [2]], [[3], [5]]).matrix()[0].round(4).tolist()
    [2.1213, 3.5355]
    """
    treated, control = _standard(*_both(x_treated, x_control))
    return _placed(treated, control, _within(treated, control))


def robust_mahalanobis(x_treated: ArrayLike, x_control: ArrayLike) -> Coordinates:
    """Mahalanobis distance of ranks: outliers and rare categories lose their excess of weight.

    Each covariate is replaced by its rank among everyone (ties share their mean), and the covariance of
    the ranks of everyone is rescaled so that every column has the variance of untied ranks, n (n + 1) / 12
    (Rosenbaum 2010, Design of Observational Studies, section 8.3, doi:10.1007/978-1-4419-1213-8).

    Parameters
    ----------
    x_treated, x_control : (n1, p), (n0, p) covariates.

    Returns
    -------
    Coordinates

    Raises
    ------
    ValueError
        As :func:`mahalanobis`.

    Examples
    --------
    An outlier is no farther away than the largest rank.

    >>> robust_mahalanobis([[1], [3]], [[2], [900]]).matrix()[0].round(4).tolist()
    [0.7746, 2.3238]
    """
    treated, control = _both(x_treated, x_control)
    n1, n = treated.shape[0], treated.shape[0] + control.shape[0]
    rank = np.column_stack([_ranks(column) for column in np.vstack([treated, control]).T])
    centred = rank - rank.mean(axis=0)
    spread = centred.T @ centred
    variance = np.diag(spread)
    untied = n * (n + 1) / 12
    factor = np.where(variance > 0, np.sqrt(untied / np.where(variance > 0, variance, 1)), 0.0)
    return _placed(rank[:n1], rank[n1:], spread * np.outer(factor, factor))


def scaled_euclidean(x_treated: ArrayLike, x_control: ArrayLike) -> Coordinates:
    """Covariates in units of their standard deviation within the groups, correlation ignored.

    The distance is sqrt(sum of (a_j - b_j)^2 / s_j^2), s_j^2 the j-th diagonal element of S in :func:`mahalanobis`.

    Parameters
    ----------
    x_treated, x_control : (n1, p), (n0, p) covariates.

    Returns
    -------
    Coordinates

    Raises
    ------
    ValueError
        As :func:`mahalanobis`.

    Examples
    --------
    >>> scaled_euclidean([[0, 0], [2, 4]], [[3, 0], [5, 4]]).matrix()[0].round(4).tolist()
    [2.1213, 3.8079]
    """
    treated, control = _standard(*_both(x_treated, x_control))
    return _placed(treated, control, np.diag(np.diag(_within(treated, control))))


def caliper_width(score_treated: ArrayLike, score_control: ArrayLike, width: float, sd: str = "pooled") -> float:
    """A caliper of so many standard deviations, in the unit of the scores.

    Programs differ in whose deviation is meant: "pooled" is sqrt((s1^2 + s0^2) / 2) (Austin 2011,
    doi:10.1002/pst.433; SAS PSMATCH), "all" that of everyone (MatchIt), "treated" s1.

    Parameters
    ----------
    score_treated, score_control : (n1,), (n0,) scores, such as the log odds of the propensity score.
    width : number of standard deviations, often 0.2; below 0 for a distance to be exceeded.
    sd : "pooled", "all" or "treated".

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For bad scores, too few of them for a standard deviation, or scores that do not vary.

    Examples
    --------
    >>> round(caliper_width([1, 3], [0, 4], 0.2), 6)  # 0.2 sqrt((2 + 8) / 2)
    0.447214
    """
    treated, control = as_vector("score_treated", score_treated), as_vector("score_control", score_control)
    as_choice("sd", sd, ("pooled", "all", "treated"))
    if isinstance(width, bool) or not np.isfinite(width):
        raise ValueError(f"width must be a number of standard deviations, found {width}")
    if max(np.abs(treated).max(), np.abs(control).max()) > _LARGEST:
        raise ValueError(f"score_treated and score_control must lie within {_LARGEST:g}: squares are needed")
    needed = {"pooled": (treated, control), "treated": (treated,), "all": (np.concatenate([treated, control]),)}[sd]
    if min(group.size for group in needed) < 2:
        raise ValueError(f"score_treated and score_control are too few for sd = {sd!r}: two of a kind are needed")
    unit = float(np.sqrt(np.mean([group.var(ddof=1) for group in needed])))
    if not unit > 0:
        raise ValueError("score_treated and score_control do not vary: a standard deviation cannot scale a caliper")
    return float(width) * unit


def _both(x_treated: ArrayLike, x_control: ArrayLike) -> tuple[Floats, Floats]:
    """Both sides checked, with as many columns."""
    treated, control = as_matrix("x_treated", x_treated), as_matrix("x_control", x_control)
    if treated.shape[1] != control.shape[1]:
        raise ValueError(f"x_control has {control.shape[1]} columns where x_treated has {treated.shape[1]}")
    if treated.shape[0] + control.shape[0] < 3:
        raise ValueError("x_treated and x_control hold two subjects in all: no variance within groups of one")
    if max(np.abs(treated).max(), np.abs(control).max()) > _LARGEST:
        raise ValueError(f"x_treated and x_control must lie within {_LARGEST:g}: squares are needed")
    return treated, control


def _within(treated: Floats, control: Floats) -> Floats:
    """Covariance pooled within the groups; what is rounding beside the values is zero."""
    centred = np.vstack([treated - treated.mean(axis=0), control - control.mean(axis=0)])
    size = np.maximum(np.abs(treated).max(axis=0), np.abs(control).max(axis=0))
    centred[:, np.abs(centred).max(axis=0) <= 1e-13 * size] = 0
    return np.asarray(centred.T @ centred / (centred.shape[0] - 2), dtype=np.float64)


def _standard(treated: Floats, control: Floats) -> tuple[Floats, Floats]:
    """Covariates less their mean, in units of their standard deviation among everyone."""
    everyone = np.vstack([treated, control])
    unit = everyone.std(axis=0, ddof=1)
    unit[unit <= 1e-13 * np.abs(everyone).max(axis=0)] = 1
    centre = everyone.mean(axis=0)
    return (treated - centre) / unit, (control - centre) / unit


def _placed(treated: Floats, control: Floats, spread: Floats) -> Coordinates:
    """Coordinates whose squared length is (a - b)' V (a - b), V the inverse of ``spread`` or its pseudo-inverse."""
    share, axes = np.linalg.eigh(spread)
    kept = share > max(_NOTHING * share[-1], _NOTHING**2)
    rank, p = int(kept.sum()), share.size
    if rank == 0:
        raise ValueError("x_treated and x_control do not vary: there is no distance to measure")
    inverse = (axes[:, kept] / share[kept]) @ axes[:, kept].T
    said = f"{p - rank} of {p} directions do not vary and count for nothing" if rank < p else ""
    factor = _pivoted(inverse, rank)
    return Coordinates(_times(treated, factor), _times(control, factor), rank, said)


def _pivoted(v: Floats, rank: int) -> Floats:
    """(q, p) R with R'R = v: Cholesky, each time along the largest diagonal element left."""
    rest, rows = v.copy(), []
    for _ in range(rank):
        j = int(np.argmax(np.diag(rest)))
        if not rest[j, j] > 0:
            break
        row = rest[j] / np.sqrt(rest[j, j])
        rest -= np.outer(row, row)
        rows.append(row)
    return np.array(rows)


def _times(x: Floats, factor: Floats) -> Floats:
    """x R', summed column by column, so that equal rows get equal places on either side."""
    place = np.zeros((x.shape[0], factor.shape[0]))
    for j, column in enumerate(x.T):
        place += column[:, None] * factor[:, j]
    return place


def _ranks(x: Floats) -> Floats:
    """Ranks from 1, tied values sharing their mean rank."""
    _, place, number = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(number)
    return np.asarray((last - (number - 1) / 2)[place.reshape(-1)], dtype=np.float64)
