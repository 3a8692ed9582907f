"""Entropy balancing: weights under which means, and what else is asked for, equal given numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._entropy import Tilt, tilt
from ._input import Floats, as_floats, as_weights
from ._weights import LARGEST, as_covariates


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Columns to be balanced (n, k), their targets (k,) and what each is called."""

    columns: Floats
    target: Floats
    names: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class EntropyBalance:
    """Weights of the rows of ``x_control``, k constraints.

    Attributes
    ----------
    weight : (n,) with mean 1, 0 where the base weight is 0. Not to be used unless ``converged``.
    coef : (k,) log weight by unit of each column; 0 for a column that follows from others.
    means, target : (k,) weighted means of the columns, and what they were to be.
    columns : (k,) what each is: "column 0", "square of column 0", "column 0 at or below its median".
    imbalance : largest distance of a mean from its target, in standard deviations of the column.
    effective_sample_size : (sum w)^2 / sum w^2.
    iterations, converged, message : how it went; ``message`` says why there is no solution.
    n : rows with a base weight above 0.
    """

    weight: Floats
    coef: Floats
    means: Floats
    target: Floats
    columns: tuple[str, ...]
    imbalance: float
    effective_sample_size: float
    iterations: int
    converged: bool
    message: str
    n: int


def entropy_balance(
    x_control: ArrayLike,
    target_means: ArrayLike,
    *,
    target_sds: ArrayLike | None = None,
    target_medians: ArrayLike | None = None,
    base_weight: ArrayLike | None = None,
    tolerance: float = 1e-8,
) -> EntropyBalance:
    """Weights nearest to equal ones (or to ``base_weight``) under which the controls have given means.

    Minimizes the sum of w log(w / base) subject to the means (Hainmueller 2012, doi:10.1093/pan/mpr025), through its
    convex dual; :func:`maic` is the same problem. Further moments, squares and products are columns of ``x_control``.

    Parameters
    ----------
    x_control : (n, p) covariates, or (n,) for one.
    target_means : (p,) means to reach, in the treated for instance; None or NaN where a mean is not matched.
    target_sds : (p,) standard deviations to reach: the mean of the square is set to mean^2 + sd^2 (a divisor n - 1
        in ``sd`` is not undone). Needs the mean. None or NaN where not matched.
    target_medians : (p,) medians to reach: half of the weight at or below. None or NaN where not matched.
    base_weight : (n,) where to start from, such as sampling weights; ones unless given.
    tolerance : largest distance from a target, in standard deviations of its column.

    Returns
    -------
    EntropyBalance
        ``converged`` is False, and ``message`` says why, where no weights reach the targets.

    Raises
    ------
    ValueError
        For bad arrays, lengths that differ, a standard deviation that is not above 0 or has no mean.

    Examples
    --------
    Weights exp(a x) on 0, 1, 2 have mean 10/7 when exp a = 2: 1/7, 2/7 and 4/7 of the whole.

    >>> fit = entropy_balance([0, 1, 2], [10 / 7])
    >>> (fit.weight / 3 * 7).round(9).tolist(), round(float(np.exp(fit.coef[0])), 9)
    ([1.0, 2.0, 4.0], 2.0)
    >>> entropy_balance([0, 1, 2], [3]).message
    'no weights give column 0 a mean of 3: its values reach from 0 to 2; the populations do not overlap'
    """
    x = as_covariates("x_control", x_control)
    base = as_weights("base_weight", base_weight, x.shape[0])
    moments = as_moments(x, target_means, target_sds, target_medians)
    at = tilt(moments.columns, moments.target, base, as_tolerance(tolerance), moments.names)
    used = int(np.count_nonzero(base))
    return EntropyBalance(
        weight=at.share * x.shape[0],
        coef=at.coef,
        means=at.share @ moments.columns,
        target=moments.target,
        columns=tuple(moments.names),
        imbalance=at.imbalance,
        effective_sample_size=spread_over(at),
        iterations=at.iterations,
        converged=at.converged,
        message=at.message,
        n=used,
    )


def spread_over(at: Tilt) -> float:
    """Effective sample size of shares that add up to 1."""
    return 1 / float(at.share @ at.share)


def as_tolerance(tolerance: float) -> float:
    """A positive tolerance below 1."""
    if not 1e-12 <= tolerance < 1:
        raise ValueError(f"tolerance must lie between 1e-12 and 1, found {tolerance}")
    return float(tolerance)


def as_moments(
    x: Floats, target_means: ArrayLike, target_sds: ArrayLike | None, target_medians: ArrayLike | None
) -> Moments:
    """The columns that means, standard deviations and medians ask for, and their targets."""
    p = x.shape[1]
    mean = _targets("target_means", target_means, p)
    sd = _targets("target_sds", target_sds, p)
    median = _targets("target_medians", target_medians, p)
    if np.any(sd <= 0):
        j = int(np.flatnonzero(sd <= 0)[0])
        raise ValueError(
            f"target_sds must be above 0, found {sd[j]} for column {j}: leave None where it is not matched"
        )
    loose = np.flatnonzero(np.isfinite(sd) & np.isnan(mean))
    if loose.size:
        raise ValueError(f"target_sds has a value for column {loose[0]}, which has no mean in target_means")
    columns, target, names = [], [], []
    for j in range(p):
        if np.isfinite(mean[j]):
            columns.append(x[:, j])
            target.append(mean[j])
            names.append(f"column {j}")
        if np.isfinite(sd[j]):
            columns.append(x[:, j] ** 2)
            target.append(mean[j] ** 2 + sd[j] ** 2)
            names.append(f"square of column {j}")
        if np.isfinite(median[j]):
            columns.append((x[:, j] <= median[j]).astype(np.float64))
            target.append(0.5)
            names.append(f"column {j} at or below its median")
    if not columns:
        raise ValueError("target_means, target_sds and target_medians hold no target: nothing is to be balanced")
    return Moments(np.column_stack(columns), np.array(target), names)


def _targets(name: str, value: ArrayLike | None, p: int) -> Floats:
    """One target a column (p,), NaN where there is none."""
    if value is None:
        return np.full(p, np.nan)
    t = np.atleast_1d(as_floats(name, value))
    if t.shape != (p,):
        raise ValueError(f"{name} has shape {t.shape} where ({p},) is needed, one for each column")
    if np.any(np.abs(t) > LARGEST):
        raise ValueError(f"{name} has infinite values, or values above {LARGEST:g}")
    return t
