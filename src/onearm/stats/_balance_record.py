"""What balance is reported as."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._balance_groups import DENOMINATORS, ratio, standardized
from ._balance_table import Moments
from ._input import Bools, Floats, as_choice


@dataclass(frozen=True, slots=True, eq=False)
class EcdfDifferences:
    """Mean and largest distance between two distribution functions, by covariate (p,)."""

    mean: Floats
    largest: Floats


@dataclass(frozen=True, slots=True, eq=False)
class BalanceTable:
    """Balance of p covariates in the raw sample (row 0) and under each of k weightings.

    Attributes
    ----------
    denominator : whose standard deviation ``standardized`` is in: "treated", "pooled" or "all".
    raw_binary : whether ``standardized`` leaves the differences of columns of 0 and 1 as they are.
    mean_treated, mean_control, difference : (k + 1, p) weighted means, and treated less control.
    standardized : (k + 1, p) differences over the raw sample's standard deviation; infinite without spread.
    variance_ratio : (k + 1, p) weighted variance of the treated over that of the controls.
    effective_treated, effective_control : (k + 1,) effective sample sizes, (sum w)^2 / sum w^2.
    sd_treated, sd_pooled, sd_all : (p,) the three denominators.
    size : (p,) root mean square of each covariate, against which rounding is judged.
    binary : (p,) columns that hold only 0 and 1.
    """

    denominator: str
    raw_binary: bool
    mean_treated: Floats
    mean_control: Floats
    difference: Floats
    standardized: Floats
    variance_ratio: Floats
    effective_treated: Floats
    effective_control: Floats
    sd_treated: Floats
    sd_pooled: Floats
    sd_all: Floats
    size: Floats
    binary: Bools

    @staticmethod
    def of(above: Moments, below: Moments, binary: Bools, denominator: str, raw_binary: bool) -> BalanceTable:
        """The table of the moments of the treated and of the controls."""
        one, none = above.variance[0], below.variance[0]
        variance = {"treated": one, "pooled": (one + none) / 2, "all": _variance_of_all(above, below, binary)}
        n = above.n + below.n
        size = np.sqrt((above.n * (above.mean[0] ** 2 + one) + below.n * (below.mean[0] ** 2 + none)) / n)
        difference = above.mean - below.mean
        inner = standardized(difference, variance[denominator], size)
        return BalanceTable(
            denominator=denominator,
            raw_binary=bool(raw_binary),
            mean_treated=above.mean,
            mean_control=below.mean,
            difference=difference,
            standardized=np.where(binary, difference, inner) if raw_binary else inner,
            variance_ratio=ratio(above.variance, below.variance),
            effective_treated=above.effective,
            effective_control=below.effective,
            sd_treated=np.sqrt(variance["treated"]),
            sd_pooled=np.sqrt(variance["pooled"]),
            sd_all=np.sqrt(variance["all"]),
            size=size,
            binary=binary,
        )

    def standardized_by(self, denominator: str) -> Floats:
        """All differences (k + 1, p) in the standard deviations of another denominator, 0/1 columns included."""
        as_choice("denominator", denominator, DENOMINATORS)
        sd = {"treated": self.sd_treated, "pooled": self.sd_pooled, "all": self.sd_all}[denominator]
        return standardized(self.difference, sd**2, self.size)

    @property
    def worst(self) -> Floats:
        """Largest absolute standardized difference under each weighting (k + 1,)."""
        return np.asarray(np.max(np.abs(self.standardized), axis=1))


def _variance_of_all(above: Moments, below: Moments, binary: Bools) -> Floats:
    """Variance of both groups together: within them, and between their means."""
    n1, n0 = above.n, below.n
    n = n1 + n0
    share = (n1 * above.mean[0] + n0 * below.mean[0]) / n
    between = n1 * n0 / n * (above.mean[0] - below.mean[0]) ** 2
    within = (n1 - 1) * above.variance[0] + (n0 - 1) * below.variance[0]
    return np.asarray(np.where(binary, np.clip(share * (1 - share), 0.0, None), (within + between) / max(1, n - 1)))
