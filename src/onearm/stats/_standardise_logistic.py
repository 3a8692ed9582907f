"""Risks from logistic models averaged over a target, with influences.

The coefficients move by I^-1 D (y - mu) with the weight of a row of the fit, D its columns with intercept; the mean
risk of arm a moves by share (mu_a - mean) + (sum of share mu_a (1 - mu_a) D_a) times that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._input import Bools, Floats, Ints
from .logistic import logistic


class RiskModel(NamedTuple):
    """Coefficients (p + 1,), rows of the fit (m,), and what each moves the coefficients by (m, p + 1)."""

    b: Floats
    rows: Ints
    moved: Floats

    def risk(self, x: Floats) -> Floats:
        """Probabilities of rows (n, p)."""
        eta = self.b[0] + x @ self.b[1:]
        small = np.exp(-np.abs(eta))
        chance: Floats = np.where(eta >= 0, 1.0, small) / (1 + small)
        return chance


def fit_risk(y: Bools, x: Floats, rows: Ints, what: str) -> RiskModel:
    """The logistic model of ``y`` on ``x`` in some rows; ``what`` is what it is called if it fails."""
    hit = y[rows]
    if np.all(hit) or not np.any(hit):
        raise ValueError(f"outcome holds {int(hit[0])} only for {what}: it cannot be fitted")
    fit = logistic(x[rows], hit)
    if not fit.converged:
        raise ValueError(f"x: {what} cannot be fitted, {fit.message}")
    design = np.c_[np.ones(rows.size), x[rows]]
    return RiskModel(fit.coef, rows, (design * (hit - fit.fitted)[:, None]) @ fit.covariance)


def mean_risks(
    y: Bools, z: Bools, x: Floats, share: Floats, shared: bool
) -> tuple[Floats, Floats, tuple[float | None, float | None]]:
    """Mean risks of treated and controls (2,), influences (n, 2), and the conditional log odds ratio with its error."""
    n = y.size
    value, influence = np.zeros(2), np.zeros((n, 2))
    conditional: tuple[float | None, float | None] = (None, None)
    if shared:
        both = fit_risk(y, np.c_[z.astype(np.float64), x], np.arange(n), "the model of both arms")
        models, designs = (both, both), (np.c_[np.ones(n), x], np.c_[np.zeros(n), x])
        conditional = float(both.b[1]), float(np.linalg.norm(both.moved[:, 1]))
    else:
        models = (
            fit_risk(y, x, np.flatnonzero(z), "the model of the treated"),
            fit_risk(y, x, np.flatnonzero(~z), "the model of the controls"),
        )
        designs = (x, x)
    for a, (m, g) in enumerate(zip(models, designs, strict=True)):
        mu = m.risk(g)
        value[a] = share @ mu
        influence[:, a] = share * (mu - value[a])
        influence[m.rows, a] += m.moved @ ((share * mu * (1 - mu)) @ np.c_[np.ones(n), g])
    return value, influence, conditional
