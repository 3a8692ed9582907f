"""The data and the fitted point behind a Cox regression: what residuals, curves and predictions read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._cox_likelihood import Likelihood
from ._cox_risk import RiskSets
from ._input import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class CoxModel:
    """n sorted rows, p columns of which q have a coefficient; references, not copies.

    Attributes
    ----------
    risk : risk sets of the sorted rows.
    z : (q, n) columns with a coefficient, (x - centre) / unit.
    rows : (n,) the caller's row of each sorted row; size : number of rows the caller gave.
    time : (n,) sorted times.
    offset : (n,) or None.
    codes, labels : (n,) code of the stratum of a row, and strata by code; None without strata.
    free : (p,) columns with a coefficient; centre, unit : (p,).
    b : (q,) standardized coefficients; at : the likelihood there.
    inverse, covariance : (q, q) inverse information, and what standard errors use (the sandwich if robust).
    """

    risk: RiskSets
    z: Floats
    rows: Ints
    size: int
    time: Floats
    offset: Floats | None
    codes: Ints | None
    labels: NDArray[Any] | None
    free: Bools
    centre: Floats
    unit: Floats
    b: Floats
    at: Likelihood
    inverse: Floats
    covariance: Floats
    ties: str

    def placed(self, v: Floats) -> Floats:
        """A sorted row quantity (n,) or (q, n) in the caller's order: (size,) or (size, p), NaN where absent."""
        if v.ndim == 1:
            whole = np.full(self.size, np.nan)
            whole[self.rows] = v
            return whole
        table = np.full((self.size, self.free.size), np.nan)
        for j, column in zip(np.flatnonzero(self.free), v, strict=True):
            table[self.rows, j] = column
        return table
