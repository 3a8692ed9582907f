"""Balance of covariates between treated and controls, before and after weighting or matching.

Means, variances and distribution functions take the weights; the denominator of a standardized
difference never does, so that it stays the same before and after (Stuart 2010, doi:10.1214/09-STS313).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, as_choice, as_indicator, as_matrix, as_weights

__all__ = ["ks_statistics", "standardized_differences", "variance_ratios"]

DENOMINATORS = ("treated", "pooled", "all")


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """Covariates (n, p), who is treated (n,), weights (n,), which columns hold only 0 and 1 (p,)."""

    x: Floats
    treated: Bools
    weight: Floats
    binary: Bools

    @staticmethod
    def make(x: ArrayLike, treated: ArrayLike, weight: ArrayLike | None) -> _Groups:
        matrix = as_matrix("x", x)
        z = as_indicator("treated", treated, matrix.shape[0])
        w = as_weights("weight", weight, z.size)
        for name, part in (("1", z), ("0", ~z)):
            if not np.any(part):
                raise ValueError(f"treated never equals {name}: both groups are needed")
            if not np.any(w[part] > 0):
                raise ValueError(f"weight is zero for every row with treated {name}")
        return _Groups(matrix, z, w, np.all((matrix == 0) | (matrix == 1), axis=0))

    def variance(self, rows: Bools, weight: Floats) -> Floats:
        """Variances (p,): p (1 - p) for 0/1 columns, else sum w (x - m)^2 / (W - sum w^2 / W)."""
        w, x = weight[rows] / weight[rows].sum(), self.x[rows]
        mean: Floats = np.average(x, axis=0, weights=w)
        spread: Floats = w @ (x - mean) ** 2
        free = 1 - w @ w  # (n - 1) / n with equal weights
        other = spread / free if free > 1e-15 else np.zeros_like(spread)
        return np.where(self.binary, mean * (1 - mean), other)

    def difference(self) -> Floats:
        """Weighted mean of the treated less that of the controls (p,)."""
        z, w = self.treated, self.weight
        above: Floats = np.average(self.x[z], axis=0, weights=w[z])
        below: Floats = np.average(self.x[~z], axis=0, weights=w[~z])
        return above - below


def standardized_differences(
    x: ArrayLike, treated: ArrayLike, weight: ArrayLike | None = None, denominator: str = "treated"
) -> Floats:
    """Difference in (weighted) means, treated less control, in standard deviations of the raw sample.

    Parameters
    ----------
    x : (n, p) covariates; a column of 0 and 1 has standard deviation sqrt(p (1 - p)).
    treated : (n,) 1 = treated, 0 = control.
    weight : (n,) weights; None for ones.
    denominator : "treated" (SD of the treated, for the effect in the treated), "pooled"
        (sqrt((s1^2 + s0^2) / 2)) or "all" (SD of everyone); always from the unweighted sample.

    Returns
    -------
    (p,) differences; 0 where the means agree and infinite where they differ without any spread.

    Raises
    ------
    ValueError
        For bad arrays, an empty group or an unknown denominator.

    Examples
    --------
    Treated 1, 2, 3 against 2, 4, 6: (2 - 4) / 1, and over sqrt((1 + 4) / 2).

    >>> z = [1, 1, 1, 0, 0, 0]
    >>> standardized_differences([1, 2, 3, 2, 4, 6], z).round(6).tolist()
    [-2.0]
    >>> standardized_differences([1, 2, 3, 2, 4, 6], z, denominator="pooled").round(6).tolist()
    [-1.264911]
    """
    as_choice("denominator", denominator, DENOMINATORS)
    g = _Groups.make(x, treated, weight)
    ones = np.ones(g.treated.size)
    if denominator == "treated":
        variance = g.variance(g.treated, ones)
    elif denominator == "pooled":
        variance = (g.variance(g.treated, ones) + g.variance(~g.treated, ones)) / 2
    else:
        variance = g.variance(ones > 0, ones)
    difference, scale = g.difference(), np.max(np.abs(g.x), axis=0)
    difference[np.abs(difference) <= 1e-14 * scale] = 0.0
    sd = np.sqrt(np.maximum(variance, 0.0))  # a share of 1 + rounding would give a variance just below 0
    result = np.copysign(np.inf, difference)
    result[difference == 0] = 0.0
    spread = sd > 1e-14 * scale
    result[spread] = difference[spread] / sd[spread]
    return result


def variance_ratios(x: ArrayLike, treated: ArrayLike, weight: ArrayLike | None = None) -> Floats:
    """Weighted variance of the treated over that of the controls, by covariate.

    Variances are sum w (x - m)^2 / (W - sum w^2 / W), W the sum of weights, and p (1 - p) for columns
    of 0 and 1, where the ratio says nothing the means do not.

    Returns
    -------
    (p,) ratios; infinite where only the controls do not vary, 1 where neither group varies.

    Raises
    ------
    ValueError
        For bad arrays or an empty group.

    Examples
    --------
    >>> variance_ratios([1, 2, 3, 2, 4, 6], [1, 1, 1, 0, 0, 0]).round(6).tolist()
    [0.25]
    """
    g = _Groups.make(x, treated, weight)
    above, below = g.variance(g.treated, g.weight), g.variance(~g.treated, g.weight)
    result = np.where(above > 0, np.inf, 1.0)
    np.divide(above, below, out=result, where=below > 0)
    return result


def ks_statistics(x: ArrayLike, treated: ArrayLike, weight: ArrayLike | None = None) -> Floats:
    """Largest vertical distance between the weighted distribution functions of the two groups.

    Returns
    -------
    (p,) Kolmogorov-Smirnov statistics in 0..1; the difference in proportions for a 0/1 column.

    Raises
    ------
    ValueError
        For bad arrays or an empty group.

    Examples
    --------
    >>> ks_statistics([1, 2, 3, 2, 4, 6], [1, 1, 1, 0, 0, 0]).round(6).tolist()
    [0.666667]
    """
    g = _Groups.make(x, treated, weight)
    z, w = g.treated, g.weight
    signed = np.where(z, w / w[z].sum(), -w / w[~z].sum())
    result = np.empty(g.x.shape[1])
    for j, column in enumerate(g.x.T):
        order = np.argsort(column, kind="stable")
        ends = np.r_[np.diff(column[order]) > 0, True]
        result[j] = np.max(np.abs(np.cumsum(signed[order])[ends]))
    return result
