"""Cox models as predictors of each row's cumulative hazard, with the influence of every row on what is predicted.

Breslow's ties throughout: r = exp(z b), S0 and E the sum of r and the r-weighted mean of z over the rows at risk, at
each event time a hazard step of D / S0. The derivatives in the weight of row j are those of the infinitesimal
jackknife: of b the dfbeta residual, and of the cumulative hazard H(t)

    dH_j(t) = event_j 1(t_j <= t) / S0(t_j) - r_j sum over s <= min(t, t_j) of dH(s)/S0(s) - dbeta_j . sum of E dH.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import TIE_TOLERANCE, Bools, Floats, Ints, count, rank_times
from .cox import cox

_BLOCK = 1 << 21  # numbers in a block of predictions


@dataclass(frozen=True, slots=True, eq=False)
class HazardModel:
    """A model fitted to m rows, p columns.

    ``rows`` (m,) among all; ``b`` (p,), ``centre`` (p,); ``time``, ``step``, ``total`` (K,) event times, hazard steps
    and their sums at the centre; ``s0`` (K,), ``mean`` (K, p) E; ``relative`` (m,) r; ``moved`` (m, p) dfbeta;
    ``exit`` (m,) position of the last event time at or before the row's own, -1 for none; ``event`` (m,).
    """

    rows: Ints
    b: Floats
    centre: Floats
    time: Floats
    step: Floats
    total: Floats
    s0: Floats
    mean: Floats
    relative: Floats
    moved: Floats
    exit: Ints
    event: Bools

    def risk(self, z: Floats) -> Floats:
        """exp(z b) of rows (n, p)."""
        with np.errstate(over="ignore"):
            return np.exp((z - self.centre) @ self.b)

    def places(self, times: Floats) -> Ints:
        """How many event times lie at or before each of ``times``."""
        return np.searchsorted(self.time, times * (1 + TIE_TOLERANCE), side="right").astype(np.int64)

    def hazard(self, times: Floats) -> Floats:
        """H at ``times``, at the centre."""
        total: Floats = np.r_[0.0, self.total][self.places(times)]
        return total

    def spread(self, times: Floats, level: Floats, slope: Floats, n: int) -> Floats:
        """Derivatives (n, k), by row, of k means of survival: ``level`` (k,) the mean of S r, ``slope`` (k, p) that
        of S r (z - centre), so that the mean moves by -level dH - H slope . dbeta."""
        place = self.places(times)
        at = np.r_[0.0, self.total][place]
        drift = np.vstack([np.zeros(self.b.size), np.cumsum(self.mean * self.step[:, None], axis=0)])[place]
        exposure = np.r_[0.0, np.cumsum(self.step / self.s0)]
        last = np.minimum(self.exit[:, None] + 1, place[None, :])
        own = -self.relative[:, None] * exposure[last]
        died = np.flatnonzero(self.event)
        own[died] += np.where(self.exit[died, None] < place[None, :], (1 / self.s0[self.exit[died]])[:, None], 0.0)
        result = np.zeros((n, times.size))
        result[self.rows] = -level * own - self.moved @ (at[:, None] * slope - level[:, None] * drift).T
        return result


def fit_hazard(time: Floats, event: Bools, z: Floats, rows: Ints, what: str) -> HazardModel:
    """The model of ``event`` on the columns of ``z`` in some rows; ``what`` is what it is called if it fails.

    No columns: the Nelson-Aalen hazard. No event: a hazard of 0.
    """
    t, d, x = time[rows], event[rows], z[rows]
    centre = x.mean(axis=0)
    b, moved = np.zeros(x.shape[1]), np.zeros(x.shape)
    if np.any(d) and x.shape[1]:
        fit = cox(t, d, x, ties="breslow")
        if not fit.converged:
            raise ValueError(f"x: {what} cannot be fitted, {fit.message}")
        b, moved = fit.coef, fit.residuals("dfbeta")
    relative = np.exp((x - centre) @ b)
    grid, (stop,) = rank_times(t)
    at_risk = count(stop, relative, grid.size)[::-1].cumsum()[::-1]
    columns = [count(stop, relative * v, grid.size)[::-1].cumsum()[::-1] for v in (x - centre).T]
    deaths = count(stop[d], np.ones(int(d.sum())), grid.size)
    seen = np.flatnonzero(deaths)
    step = deaths[seen] / at_risk[seen]
    mean = np.stack(columns, axis=1)[seen] / at_risk[seen, None] if columns else np.zeros((seen.size, 0))
    exit_ = np.searchsorted(seen, stop, side="right") - 1
    return HazardModel(
        rows, b, centre, grid[seen], step, np.cumsum(step), at_risk[seen], mean, relative, moved, exit_, d
    )


def mean_survival(model: HazardModel, z: Floats, share: Floats, times: Floats, n: int) -> tuple[Floats, Floats]:
    """Mean survival (k,) at ``times`` of rows ``z`` (n, p) with shares (n,) that sum to 1, and its influences (n, k).

    The influence of a row has two parts: what it changes in the model, and, where it has a share, what it adds to
    the mean itself: share (S - mean).
    """
    value, influence = np.zeros(times.size), np.zeros((n, times.size))
    r = model.risk(z)
    for k in blocks(times.size, n):
        h = model.hazard(times[k])
        s = np.exp(-np.outer(r, h))
        weighted = s * (share * r)[:, None]
        value[k] = share @ s
        influence[:, k] = share[:, None] * (s - value[k])
        influence[:, k] += model.spread(times[k], weighted.sum(axis=0), weighted.T @ (z - model.centre), n)
    return value, influence


def blocks(size: int, n: int) -> list[slice]:
    """Columns a few at a time, so that a block of n rows stays small."""
    step = max(1, _BLOCK // max(n, 1))
    return [slice(a, min(a + step, size)) for a in range(0, size, step)]
