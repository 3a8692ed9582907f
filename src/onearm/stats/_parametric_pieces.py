"""What a piecewise exponential fit hands back.

With L_j(t) the part of interval j before t, H(t | x) = exp(x b) sum_j rate_j L_j(t). Its logarithm has
gradient (rate_j L_j / sum, x) in (log rates, b); limits of H are on that scale (log-log for S). The
quantile q solves H(q) = -log(1 - p), so log q has the standard error SE(log H(q)) H(q) / (q h(q)).
Intervals with rate 0 add nothing to H and nothing to its error: limits there are too narrow, and the
fit says which those are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._distributions import critical_value, two_sided_p
from ._input import Floats, as_floats
from ._parametric_distribution import Piecewise, as_number
from ._parametric_fit import SILENT, Curve, LogLikelihood


@dataclass(frozen=True, slots=True, eq=False)
class PiecewiseFit:
    """Rates of J intervals and p coefficients; arrays are (J,) unless said.

    Attributes
    ----------
    cuts : (J - 1,) the ends of all intervals but the last.
    events, exposure : sums of weights, and of weights times time at risk.
    rate, rate_low, rate_high : events per unit of time at covariates 0. NaN without exposure.
    log_rate_std_error : NaN without an event.
    coef, std_error, low, high, z, p_value : (p,) log rate ratios, Wald.
    covariance : (J + p, J + p) of (log rates, coef); NaN for an interval without an event.
    log_likelihood : null (rates only) and fitted, of the times.
    iterations, converged, message : how the fit went; ``message`` also names intervals without an event.
    n : rows with positive weight.
    """

    cuts: Floats
    events: Floats
    exposure: Floats
    rate: Floats
    rate_low: Floats
    rate_high: Floats
    log_rate_std_error: Floats
    coef: Floats
    std_error: Floats
    low: Floats
    high: Floats
    z: Floats
    p_value: Floats
    covariance: Floats
    log_likelihood: LogLikelihood
    level: float
    interval: str
    iterations: int
    converged: bool
    message: str
    n: int

    @staticmethod
    @SILENT
    def make(
        *,
        cuts: Floats,
        events: Floats,
        exposure: Floats,
        rate: Floats,
        coef: Floats,
        covariance: Floats,
        log_likelihood: LogLikelihood,
        half: float,
        level: float,
        interval: str,
        iterations: int,
        converged: bool,
        message: str,
        n: int,
    ) -> PiecewiseFit:
        """The record from estimates and their covariance: limits and tests."""
        j = rate.size
        error = np.sqrt(np.diag(covariance))
        if interval == "exact":
            low, high = _poisson_limits(events, exposure, level)
        else:
            low, high = rate * np.exp(-half * error[:j]), rate * np.exp(half * error[:j])
        own = error[j:]
        known = np.isfinite(own) & (own > 0)
        z = np.divide(coef, own, out=np.full(own.size, np.nan), where=known)
        return PiecewiseFit(
            cuts=cuts,
            events=events,
            exposure=exposure,
            rate=rate,
            rate_low=low,
            rate_high=high,
            log_rate_std_error=error[:j],
            coef=coef,
            std_error=own,
            low=coef - half * own,
            high=coef + half * own,
            z=z,
            p_value=np.array([two_sided_p(v) for v in z]),
            covariance=covariance,
            log_likelihood=log_likelihood,
            level=level,
            interval=interval,
            iterations=iterations,
            converged=converged,
            message=message,
            n=n,
        )

    @property
    def aic(self) -> float:
        """-2 log L + 2 (number of rates with exposure and of coefficients)."""
        free = int((self.exposure > 0).sum()) + int(np.isfinite(self.coef).sum())
        return 2 * free - 2 * self.log_likelihood.fitted

    def fitted(self, x: ArrayLike | None = None) -> Piecewise:
        """The estimated distribution of one subject."""
        row = self._subjects(x)
        if row.shape[0] != 1:
            raise ValueError(f"x must be one subject here, found {row.shape[0]}")
        if np.any(np.isnan(self.rate)):
            raise ValueError(f"no distribution: {self.message}")
        return Piecewise(self.rate * float(self._ratio(row)[0]), self.cuts)

    @SILENT
    def cumulative_hazard(self, times: ArrayLike, x: ArrayLike | None = None) -> Curve:
        """H(t) of one subject ``x`` (p,), or of several (m, p)."""
        t, value, error = self._hazard(times, self._subjects(x))
        factor = np.exp(critical_value(self.level) * error)
        return _shaped(x, t, value, value * error, value / factor, value * factor)

    @SILENT
    def survival(self, times: ArrayLike, x: ArrayLike | None = None) -> Curve:
        """S(t), with log-log limits."""
        t, value, error = self._hazard(times, self._subjects(x))
        factor = np.exp(critical_value(self.level) * error)
        s = np.exp(-value)
        return _shaped(x, t, s, s * value * error, np.exp(-value * factor), np.exp(-value / factor))

    @SILENT
    def quantile(self, p: ArrayLike = 0.5, x: ArrayLike | None = None) -> Curve:
        """The time by which a share p of events has occurred; infinite where the fit never gets there."""
        share = np.atleast_1d(as_floats("p", p))
        if share.ndim != 1 or not np.all((share > 0) & (share < 1)):
            raise ValueError("p must hold shares between 0 and 1")
        rows = self._subjects(x)
        parts = [self._quantiles(share, row[None, :]) for row in rows]
        value, error = (np.stack(part) for part in zip(*parts, strict=True))
        with np.errstate(over="ignore"):
            factor = np.exp(critical_value(self.level) * error)
        return _shaped(x, share, value, value * error, value / factor, value * factor)

    def simulate(self, n: int, rng: np.random.Generator, x: ArrayLike | None = None) -> Floats:
        """``n`` times drawn from the fit: all of one subject ``x`` (p,), or one for each row of (n, p)."""
        row = self._subjects(x)
        if row.shape[0] not in (1, n):
            raise ValueError(f"x has {row.shape[0]} rows where 1 or {n} are needed")
        return Piecewise(self.rate, self.cuts).time_at_hazard(rng.standard_exponential(as_number(n)) / self._ratio(row))

    def _quantiles(self, share: Floats, row: Floats) -> tuple[Floats, Floats]:
        """Quantiles of one subject, and the standard errors of their logarithms."""
        d = Piecewise(self.rate * float(self._ratio(row)[0]), self.cuts)
        q = d.quantile(share)
        seen = np.isfinite(q)
        at = np.where(seen, q, 1.0)
        _, value, error = self._hazard(at, row)
        return q, np.where(seen, error[0] * value[0] / (at * d.hazard(at)), np.nan)

    def _ratio(self, row: Floats) -> Floats:
        return np.exp(row @ np.nan_to_num(self.coef))

    def _subjects(self, x: ArrayLike | None) -> Floats:
        p = self.coef.size
        if x is None:
            if p:
                raise ValueError(f"x is needed: the fit has {p} covariates")
            return np.zeros((1, 0))
        row = as_floats("x", x)
        row = row[None, :] if row.ndim == 1 else row
        if row.ndim != 2 or row.shape[1] != p or not np.all(np.isfinite(row)):
            raise ValueError(f"x has shape {np.shape(x)} where finite ({p},) or (m, {p}) is needed")
        return row

    def _hazard(self, times: ArrayLike, row: Floats) -> tuple[Floats, Floats, Floats]:
        """Times (k,), H (m, k), and the standard error of log H; both are 0 where H is 0."""
        t = np.atleast_1d(as_floats("times", times))
        if t.ndim != 1 or not np.all(np.isfinite(t) & (t >= 0)):
            raise ValueError("times must be finite and not negative")
        starts, ends = np.r_[0.0, self.cuts], np.r_[self.cuts, np.inf]
        part = np.clip(np.minimum(t[:, None], ends) - starts, 0.0, None)  # (k, J)
        part = np.where(part > 0, self.rate * part, 0.0)
        total = part.sum(axis=1)
        j = self.rate.size
        share = part / np.where(total > 0, total, 1.0)[:, None]
        v = np.where(np.isnan(self.covariance), 0.0, self.covariance)
        cross = share @ v[:j, j:] @ row.T  # (k, m)
        with np.errstate(invalid="ignore"):
            own = (
                ((share @ v[:j, :j]) * share).sum(axis=1) + 2 * cross.T + ((row @ v[j:, j:]) * row).sum(axis=1)[:, None]
            )
        variance = np.where(total > 0, np.maximum(own, 0.0), 0.0)
        return t, self._ratio(row)[:, None] * total, np.sqrt(variance)


def _poisson_limits(events: Floats, exposure: Floats, level: float) -> tuple[Floats, Floats]:
    """Exact limits of events / exposure: gamma quantiles with shapes d and d + 1."""
    from scipy.special import gammaincinv

    tail = (1 - level) / 2
    seen = np.where(exposure > 0, exposure, np.nan)
    low = np.where(events > 0, gammaincinv(np.maximum(events, 1.0), tail), 0.0)
    return low / seen, np.asarray(gammaincinv(events + 1, 1 - tail)) / seen


def _shaped(x: ArrayLike | None, at: Floats, *parts: Floats) -> Curve:
    """One row for one subject given as a vector or not at all, else a matrix."""
    single = x is None or np.ndim(x) == 1
    value, error, low, high = (part[0] if single else part for part in parts)
    return Curve(at, value, error, low, high)
