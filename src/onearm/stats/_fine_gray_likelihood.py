"""The Fine-Gray partial likelihood and score residuals in O(n p), by a backward and a forward scan.

With r_i = w_i exp(x_i b), m_e the weight of the failures at event time e (Breslow ties) and the weights
of :mod:`._fine_gray_sets`,

    S0(e), S1(e) = sum of r, r x over rows with time >= e                  (backward running sum)
                 + G(e-) sum of r/G(time-), r x/G(time-) over competing rows before e   (forward)
    xbar = S1/S0,   log L = sum_failures w x b - sum_e m log S0,   U = sum_failures w x - sum_e m xbar,
    I = X' diag(r c) X - sum_e m xbar xbar',
    c_i = sum of m/S0 over e <= time_i  [+ 1/G(time_i-) sum of m G(e-)/S0 over e > time_i, if competing].

Score residual of row i, its share of U: failed (x_i - xbar) - exp(x_i b) (x_i c_i - B_i), B_i as c_i
with m xbar/S0 in place of m/S0.

Sources: Fine & Gray 1999, doi:10.1080/01621459.1999.10474144; scans: Kawaguchi et al. 2021,
doi:10.32614/RJ-2021-010.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._fine_gray_sets import SubdistributionSets
from ._input import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class SubdistributionPoint:
    """log L with its derivatives at one b, and the Breslow steps m/S0 (E,) where exp(x b) is 1."""

    value: float
    score: Floats
    information: Floats
    b: Floats
    log_hazard: Floats
    mean: Floats  # (p, E)


@dataclass(frozen=True, slots=True, eq=False)
class Influences:
    """What the sandwich is made of.

    ``share`` (p, n): score residuals without the row's weight. ``through_g``: what the competing rows
    contribute to the score after their own time, (p, c), weights included, and the same contributions
    added up by censoring stratum and event time, (p, H, E); None where G is taken as known.
    """

    share: Floats
    through_g: tuple[Floats, Floats] | None


@dataclass(frozen=True, slots=True, eq=False)
class ConstantModel:
    """Covariates that do not change in time: ``x`` (p, n), columns of sorted rows.

    ``wide`` (1 + p, n) is x under a row of ones, ``fading`` (1 + p, c) its competing columns over G.
    """

    sets: SubdistributionSets
    x: Floats
    wide: Floats
    fading: Floats

    @staticmethod
    def make(sets: SubdistributionSets, x: Floats) -> ConstantModel:
        """With what every step needs."""
        wide = np.concatenate([np.ones((1, x.shape[1])), x])
        return ConstantModel(sets, x, wide, wide[:, sets.competing] / sets.g_row)

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return int(self.x.shape[0])

    def part(self, columns: Ints) -> ConstantModel:
        """The model with some of the coefficients only."""
        return ConstantModel.make(self.sets, self.x[columns])

    def _relative(self, b: Floats) -> tuple[Floats, float]:
        """exp(x b - top) and top, the largest x b."""
        eta = b @ self.x
        top = float(eta.max())
        return np.exp(eta - top), top

    def _sums(self, r: Floats) -> tuple[Floats, Floats]:
        """(1 + p, E) sums of r and r x over tails of all rows, (1 + p, H, E) over heads of competing rows."""
        s = self.sets
        tails = np.empty((self.size + 1, s.mass.size))
        last = r.size - 1 - s.first
        for column, out in zip(self.wide, tails, strict=True):  # one at a time: small arrays stay in the cache
            (column * r)[::-1].cumsum().take(last, out=out)
        return tails, s.heads(self.fading * r[s.competing]) * s.g_event

    def evaluate(self, b: Floats) -> SubdistributionPoint | None:
        """The likelihood at ``b``, or None where a sum has underflowed."""
        s = self.sets
        relative, top = self._relative(b)
        r = s.weight * relative
        tails, heads = self._sums(r)
        total = tails + heads.sum(axis=1)
        s0 = total[0]
        if not np.all(s0 > 1e-250):
            return None
        mean = total[1:] / s0
        c = np.r_[0.0, np.cumsum(s.mass / s0)][s.upto]
        c[s.competing] += s.after(s.mass / s0)
        information = (self.x * (r * c)) @ self.x.T - (mean * s.mass) @ mean.T
        x_own = self.x @ s.own_weight
        return SubdistributionPoint(
            float(b @ x_own - s.mass @ (np.log(s0) + top)),
            x_own - mean @ s.mass,
            (information + information.T) / 2,
            b,
            np.log(s.mass / s0) - top,
            mean,
        )

    def influences(self, at: SubdistributionPoint, variance: str) -> Influences:
        """Score residuals, and the contributions that depend on G."""
        s, x = self.sets, self.x
        relative, top = self._relative(at.b)
        step = np.exp(at.log_hazard + top)
        rows = s.competing
        later = self._later(at, step)
        running = np.zeros(s.mass.size + 1)
        np.cumsum(step, out=running[1:])
        share = x * running[s.upto]
        for j in range(self.size):
            np.cumsum(step * at.mean[j], out=running[1:])
            share[j] -= running[s.upto]
        share[:, rows] += later
        share *= -relative
        share[:, s.own] += x[:, s.own] - at.mean[:, s.upto[s.own] - 1]
        if variance == "known-censoring":
            return Influences(share, None)
        felt = s.felt(variance)
        if felt is not None:
            later = self._later(at, step * felt)
        heads = self._sums(s.weight * relative)[1]
        event_part = (heads[1:] - at.mean[:, None] * heads[0]) * step
        if felt is not None:
            event_part *= felt
        return Influences(share, (later * (s.weight * relative)[rows], event_part))

    def _later(self, at: SubdistributionPoint, step: Floats) -> Floats:
        """(p, c) sums of step (x_i - xbar) G(e-)/G(time_i-) over events after the competing row's own time."""
        s = self.sets
        total = self.x[:, s.competing] * s.after(step)
        for j in range(self.size):
            total[j] -= s.after(step * at.mean[j])
        return total
