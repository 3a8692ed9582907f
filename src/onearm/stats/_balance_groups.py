"""Two groups and their covariates: weighted means, variances, and differences in standard deviations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, as_indicator, as_matrix, as_weights

DENOMINATORS = ("treated", "pooled", "all")
_LARGEST = 1e100  # a covariate


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Covariates (n, p), who is treated (n,), weights (n,), which columns hold only 0 and 1 (p,)."""

    x: Floats
    treated: Bools
    weight: Floats
    binary: Bools

    @staticmethod
    def make(x: ArrayLike, treated: ArrayLike, weight: ArrayLike | None) -> Groups:
        matrix = as_matrix("x", x)
        moderate(matrix)
        z = both_groups(treated, matrix.shape[0])
        w = as_weights("weight", weight, z.size)
        weighted_groups("weight", w, z)
        return Groups(matrix, z, w, zero_one(matrix))

    def variance(self, rows: Bools, weight: Floats) -> Floats:
        """Variances (p,): p (1 - p) for 0/1 columns, else sum w (x - m)^2 / (W - sum w^2 / W)."""
        w, x = weight[rows] / weight[rows].sum(), self.x[rows]
        mean: Floats = np.average(x, axis=0, weights=w)
        spread: Floats = w @ (x - mean) ** 2
        free = 1 - w @ w  # (n - 1) / n with equal weights
        other = spread / free if free > 1e-15 else np.zeros_like(spread)
        return np.asarray(np.where(self.binary, mean * (1 - mean), other))

    def difference(self) -> Floats:
        """Weighted mean of the treated less that of the controls (p,)."""
        z, w = self.treated, self.weight
        above: Floats = np.average(self.x[z], axis=0, weights=w[z])
        below: Floats = np.average(self.x[~z], axis=0, weights=w[~z])
        return np.asarray(above - below)

    def signed(self) -> Floats:
        """Weights that sum to 1 over the treated and to -1 over the controls (n,)."""
        z, w = self.treated, self.weight
        return np.asarray(np.where(z, w / w[z].sum(), -w / w[~z].sum()))


def both_groups(treated: ArrayLike, n: int) -> Bools:
    """Who is treated; refused unless there are treated and controls."""
    z = as_indicator("treated", treated, n)
    for name, part in (("1", z), ("0", ~z)):
        if not np.any(part):
            raise ValueError(f"treated never equals {name}: both groups are needed")
    return z


def weighted_groups(name: str, weight: Floats, treated: Bools) -> None:
    """Refuse weights that leave nobody in a group."""
    for group, part in (("1", treated), ("0", ~treated)):
        if not np.any(weight[part] > 0):
            raise ValueError(f"{name} is zero for every row with treated {group}")


def moderate(x: Floats) -> None:
    """Refuse numbers whose squares, or standard deviations, cannot be represented."""
    for extreme in (x.max(axis=0), x.min(axis=0)):
        bad = np.flatnonzero(np.abs(extreme) > _LARGEST)
        if bad.size:
            j = int(bad[0])
            raise ValueError(f"x holds {extreme[j]:g} in column {j}, too large to be squared: give it in larger units")


def zero_one(x: Floats) -> Bools:
    """Which columns hold only 0 and 1 (p,)."""
    return np.asarray(np.all((x == 0) | (x == 1), axis=0))


def standardized(difference: Floats, variance: Floats, scale: Floats) -> Floats:
    """Differences over standard deviations; 0 where the means agree, infinite where they differ without spread.

    What is below 1e-14 of ``scale``, the size of the numbers, is rounding.
    """
    apart = np.where(np.abs(difference) <= 1e-14 * scale, 0.0, difference)
    sd = np.sqrt(np.maximum(variance, 0.0))  # a share of 1 + rounding would give a variance just below 0
    result = np.where(apart == 0, 0.0, np.copysign(np.inf, apart))
    np.divide(apart, sd, out=result, where=np.broadcast_to(sd > 1e-14 * scale, apart.shape))
    return result


def ratio(above: Floats, below: Floats) -> Floats:
    """Ratios of variances; infinite where only the controls do not vary, 1 where neither group varies."""
    result = np.where(above > 0, np.inf, 1.0)
    np.divide(above, below, out=result, where=below > 0)
    return result
