"""How each subject moves a score by logistic regression: plain, ridge or Firth.

With X the design, e the fitted probabilities, v = e (1 - e) and I = X' diag(v) X, the score solves a sum of terms

    plain   psi_i = x_i (z_i - e_i)                          J = I
    ridge   psi_i = x_i (z_i - e_i) - K b / n                J = I + K
    Firth   psi_i = x_i (z_i - e_i + h_i (1/2 - e_i)),       h_i = v_i x_i' I^-1 x_i

and the influences are J^-1 psi_i, J minus the derivative of the sum. For Firth, with T_k = sum of
v_i (1 - 2 e_i) x_ik x_i x_i', the derivatives of h and e give

    J_mk = I_mk + sum of h_i (v_i - (1 - 2 e_i)^2 / 2) x_im x_ik + trace(T_m I^-1 T_k I^-1) / 2.

(Firth 1993, doi:10.1093/biomet/80.1.27; Stefanski & Boos 2002, doi:10.1198/000313002753631330.)
"""

from __future__ import annotations

import numpy as np

from ._input import Bools, Floats
from ._m_estimation import unit_columns
from .logistic import LogisticFit


def score_influence(x: Floats, z: Bools, fit: LogisticFit, penalty: float, firth: bool) -> tuple[Floats, Floats]:
    """The design (n, q), columns of mean 0 and SD 1 behind one of ones, and the influences on its coefficients (n, q).

    Columns without a coefficient are left out. ValueError where the terms do not add up to 0.
    """
    free = np.isfinite(fit.coef)[1:]
    design, unit = unit_columns(x[:, free], np.ones(z.size))
    e = fit.fitted
    v = e * (1 - e)
    information = design.T @ (design * v[:, None])
    if firth:
        leverage, more = _firth(design, e, v, information)
        terms, jacobian = design * (z - e + leverage * (0.5 - e))[:, None], information + more
    else:
        ridge = np.r_[0.0, np.full(unit.size, penalty) / unit**2]
        pull = ridge * np.r_[0.0, fit.coef[1:][free] * unit]
        terms, jacobian = design * (z - e)[:, None] - pull / z.size, information + np.diag(ridge)
    if np.max(np.abs(terms.sum(axis=0))) > 1e-6 * np.sqrt(z.size):
        raise ValueError(f"x: the score has not converged; {fit.message or 'use fewer covariates'}")
    return design, terms @ np.linalg.pinv(jacobian, hermitian=True)


def _firth(design: Floats, e: Floats, v: Floats, information: Floats) -> tuple[Floats, Floats]:
    """Leverages (n,), and what the penalty adds to the Jacobian (q, q)."""
    inverse = np.linalg.pinv(information, hermitian=True)
    leverage = v * np.einsum("ia,ab,ib->i", design, inverse, design)
    bend = v * (1 - 2 * e)
    turned = np.stack([inverse @ (design.T @ (design * (bend * column)[:, None])) for column in design.T])
    direct = design.T @ (design * (leverage * (v - (1 - 2 * e) ** 2 / 2))[:, None])
    return leverage, direct + np.einsum("mab,kba->mk", turned, turned) / 2
