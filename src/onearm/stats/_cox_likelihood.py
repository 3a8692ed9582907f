"""The Cox partial likelihood, its derivatives and score residuals, by cumulative sums.

With the cells and terms of ``_cox_risk`` and r_i = w_i exp(x_i b), at cell k

    S0, S1 = sums of r and r x over the rows at risk,   D0, D1 = the same over its d events.

A term with fraction f has den = S0 - f D0 and xbar = (S1 - f D1) / den, which is

    xbar = u + h E,   u = S1 / S0,   h = f / den,   E = D0 u - D1,

so that sums over the terms of a cell need its u, its E and sums of m h and m h^2: no array of terms by
covariates is formed, and nothing cancels when all at risk have the event. Then

    log L = sum_events w x b - sum_l m log den
    U     = sum_events w x   - sum_i r_i c_i x_i
    I     = X diag(r c) X'   - sum_k (M u u' + G1 (u E' + E u') + G2 E E')

with M, G1, G2 the sums of m, m h, m h^2 and c_i the sum of m/den over the cells of row i less G1 of the
cell of its own event. Rows are never expanded by cell and no n x p x p array is formed. Source: Therneau &
Grambsch 2000 (doi:10.1007/978-1-4757-3294-8), chapters 3 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._cox_risk import RiskSets
from ._input import Floats

_BLOCK = 1 << 15  # numbers of a block of rows in a weighted cross product: they stay in cache


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """log L, score (p,) and information (p, p) at one coefficient vector, with the sums behind them."""

    value: float
    score: Floats
    information: Floats
    shift: Floats  # (number of strata,) log of the constant that ``relative`` is divided by
    relative: Floats  # (n,) exp(x b) over a constant of the stratum
    hazard: Floats  # (n,) c_i, times the same constant
    denominator: Floats  # (L,)
    mean: Floats  # (p, K) u
    slope: Floats  # (p, T) E of the tied cells
    first: Floats  # (T,) G1
    second: Floats  # (T,) G2


@dataclass(frozen=True, slots=True, eq=False)
class Gradient:
    """log L and score alone, which need one pass over the covariates, and what they leave behind."""

    value: float
    score: Floats
    shift: Floats
    relative: Floats
    r: Floats
    hazard: Floats
    denominator: Floats
    at_risk: Floats  # (K,) S0
    dead: Floats  # (T,) D0
    first: Floats
    second: Floats


def gradient(risk: RiskSets, x: Floats, b: Floats, offset: Floats | None = None) -> Gradient | None:
    """log L and score at ``b`` for covariates ``x`` (p, n); None where floating point does not reach."""
    eta = b @ x
    if offset is not None:
        eta += offset
    shift = np.maximum.reduceat(eta, risk.opening)
    eta -= shift[risk.block] if shift.size > 1 else shift[0]  # cancels within each stratum
    relative = np.exp(eta)
    r = risk.weight * relative
    s0, d0 = risk.totals(r)
    den = s0
    if risk.tied.size:
        dead = np.zeros(risk.cells)
        dead[risk.tied] = d0
        den = s0[risk.term_cell] - risk.fraction * dead[risk.term_cell]
    if not np.all(den > 1e-150):  # their squares are needed
        return None
    share = risk.mass / den
    hazard = risk.over_cells(risk.by_cell(share))
    first = second = d0
    if risk.tied.size:
        share *= risk.fraction
        first = risk.by_tied(share)
        share *= risk.fraction / den
        second = risk.by_tied(share)
        hazard -= risk.of_own_event(first)
    return Gradient(
        value=float(risk.event_weight @ eta - risk.mass @ np.log(den)),
        score=x @ (risk.event_weight - r * hazard),
        shift=shift,
        relative=relative,
        r=r,
        hazard=hazard,
        denominator=den,
        at_risk=s0,
        dead=d0,
        first=first,
        second=second,
    )


def likelihood(risk: RiskSets, x: Floats, b: Floats, offset: Floats | None = None) -> Likelihood | None:
    """log L and both derivatives at ``b``; None where floating point does not reach."""
    at = gradient(risk, x, b, offset)
    if at is None:
        return None
    s1, slope = risk.scaled_totals(x, at.r)
    mean = np.divide(s1, at.at_risk, out=s1)
    information = gram(x, at.r * at.hazard) - gram(mean, risk.cell_mass)
    if risk.tied.size:
        tied = mean[:, risk.tied]
        slope = at.dead * tied - slope
        cross = (tied * at.first) @ slope.T
        information -= cross + cross.T + gram(slope, at.second)
    return Likelihood(
        value=at.value,
        score=at.score,
        information=(information + information.T) / 2,
        shift=at.shift,
        relative=at.relative,
        hazard=at.hazard,
        denominator=at.denominator,
        mean=mean,
        slope=slope,
        first=at.first,
        second=at.second,
    )


def gram(x: Floats, v: Floats) -> Floats:
    """x diag(v) x' for x (p, n), a block of rows at a time."""
    p, n = x.shape
    step = max(256, _BLOCK // max(p, 1))
    total = np.zeros((p, p))
    for a in range(0, n, step):
        part = x[:, a : a + step]
        total += (part * v[a : a + step]) @ part.T
    return total


def event_means(risk: RiskSets, at: Likelihood) -> Floats:
    """Mean of xbar over the terms of each cell (p, K): what an event is compared with."""
    if not risk.tied.size:
        return at.mean
    centre = at.mean.copy()
    h = risk.by_tied(risk.fraction / at.denominator) / risk.deaths[risk.tied]
    centre[:, risk.tied] += at.slope * h
    return centre


def increments(risk: RiskSets, at: Likelihood) -> tuple[Floats, Floats]:
    """Sums over the terms of each cell of m / den (K,) and of m xbar / den (p, K)."""
    share = risk.mass / at.denominator
    hazard = risk.by_cell(share)
    drift = at.mean * hazard
    if risk.tied.size:
        drift[:, risk.tied] += at.slope * risk.by_tied(share * risk.fraction / at.denominator)
    return hazard, drift


def score_residuals(risk: RiskSets, x: Floats, at: Likelihood) -> Floats:
    """Each row's share of the score (p, n), without its weight.

    U_i = event_i (x_i - mean over its terms of xbar) - exp(x_i b) (x_i c_i - B_i), where B_i sums
    m xbar/den over the cells of row i, less m f xbar/den in the cell of its own event.
    """
    drift = increments(risk, at)[1]
    own = at.mean[:, risk.tied] * at.first + at.slope * at.second
    centre = event_means(risk, at)
    rows = np.flatnonzero(risk.event)
    cell = risk.cell[rows]
    with np.errstate(over="ignore", invalid="ignore"):  # only where a coefficient has run away
        left = np.where(at.relative > 0, risk.event - at.relative * at.hazard, risk.event)
    residual = np.empty_like(x)
    for j, column in enumerate(x):
        b = risk.over_cells(drift[j])
        if risk.tied.size:
            b -= risk.of_own_event(own[j])
        with np.errstate(over="ignore", invalid="ignore"):
            b *= at.relative
        if not np.all(np.isfinite(b)):
            b = np.where(at.relative > 0, b, 0.0)
        np.multiply(column, left, out=residual[j])
        residual[j] += b
        residual[j, rows] -= centre[j, cell]
    return residual
