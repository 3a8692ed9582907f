"""What an accelerated failure time regression hands back.

At covariates x, with m = b0 + x b, sigma = exp(s) and V the covariance of (b0, b, s):

* S(t), H(t) follow from z = (log t - m) / sigma, whose gradient is -(1, x, z sigma) / sigma. Limits of S are
  those of z carried over, so they stay within 0..1: for the Weibull the log-log scale, for the
  log-logistic the logit scale. SE(S) = S h(z) SE(z) with h = -d log S / dz.
* log quantile = m + sigma z(p), gradient (1, x, sigma z(p)); limits are exponentiated.
* h(t) has d log h = (c, c x, c z sigma - sigma) . d(b, s) / sigma up to sign, c the slope of log h in z.
* mean and restricted mean: gradients in _parametric_moments; limits on the log scale, R cut at tau.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._distributions import critical_value
from ._input import Floats, as_floats
from ._parametric_distribution import LogLocationScale
from ._parametric_families import FAMILIES
from ._parametric_moments import mean, mean_slope, restricted_mean, restricted_slopes

SILENT = np.errstate(all="ignore")  # fits that ran away have infinite errors and limits


class LogLikelihood(NamedTuple):
    """Log-likelihood without covariates and at the estimate."""

    null: float
    fitted: float


class Natural(NamedTuple):
    """A parameter in the usual form of its distribution, covariates at 0; limits on the log scale."""

    name: str
    value: float
    std_error: float
    low: float
    high: float


class Value(NamedTuple):
    """An estimate with its standard error and limits."""

    value: float
    std_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A fitted quantity with its standard error and limits.

    Arrays are (k,) for k times or shares and one subject, (m, k) for m subjects; ``at`` (k,) is where.
    """

    at: Floats
    value: Floats
    std_error: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ParametricFit:
    """A fitted model log T = b0 + x b + sigma W with p covariates; arrays are (p + 1,) unless said.

    Attributes
    ----------
    distribution : "exponential", "weibull", "log-normal" or "log-logistic".
    coef : b0 and b, in log time. NaN for a column without a coefficient, or without events.
    std_error, low, high, z, p_value : Wald; robust when ``robust``.
    log_scale, log_scale_std_error : log sigma; 0 and 0 for the exponential, whose sigma is 1.
    covariance : of (b0, b, log sigma), square; the sandwich when ``robust``, else ``model_covariance``.
    log_likelihood : null and fitted, of T in its own unit.
    iterations, converged, message : how the fit went; ``message`` is empty when all is well.
    n, events : rows with positive weight, and events among them.
    """

    distribution: str
    coef: Floats
    std_error: Floats
    low: Floats
    high: Floats
    z: Floats
    p_value: Floats
    log_scale: float
    log_scale_std_error: float
    covariance: Floats
    model_covariance: Floats
    log_likelihood: LogLikelihood
    iterations: int
    converged: bool
    message: str
    robust: bool
    level: float
    n: int
    events: int

    @property
    def scale(self) -> float:
        """Sigma, the scale of log time (1 / shape)."""
        return float(np.exp(self.log_scale))

    @property
    def aic(self) -> float:
        """-2 log L + 2 (number of parameters estimated)."""
        free = int(np.isfinite(self.coef).sum()) + (self.distribution != "exponential")
        return 2 * free - 2 * self.log_likelihood.fitted

    @property
    def natural(self) -> tuple[Natural, ...]:
        """The usual parameters at covariates 0: rate; shape and scale; mean_log and sd_log."""
        zero = np.zeros(self.coef.size - 1)
        first = np.r_[1.0, zero, 0.0][: self.covariance.shape[0]]
        if self.distribution == "exponential":
            return (self._positive("rate", -float(self.coef[0]), -first),)
        last = np.r_[0.0, zero, 1.0]
        if self.distribution == "log-normal":
            middle = Natural("mean_log", *(float(v[0]) for v in (self.coef, self.std_error, self.low, self.high)))
            return middle, self._positive("sd_log", self.log_scale, last)
        return (
            self._positive("shape", -self.log_scale, -last),
            self._positive("scale", float(self.coef[0]), first),
        )

    @property
    def log_hazard_ratio(self) -> Floats:
        """-b / sigma (p,): the log hazard ratios of the exponential and the Weibull model."""
        if self.distribution not in ("exponential", "weibull"):
            raise ValueError(f"a {self.distribution} model has no constant hazard ratio")
        return -self.coef[1:] / self.scale

    @property
    def log_hazard_ratio_std_error(self) -> Floats:
        """By the delta method, gradient (-1, b) / sigma in (b, log sigma)."""
        ratio, v, p = self.log_hazard_ratio, self.covariance, self.coef.size - 1
        own: Floats = np.diag(v)[1 : p + 1] / self.scale**2
        if self.distribution == "exponential":
            return np.sqrt(own)
        return np.asarray(np.sqrt(own + 2 * ratio * v[1 : p + 1, -1] / self.scale + ratio**2 * v[-1, -1]))

    def fitted(self, x: ArrayLike | None = None) -> LogLocationScale:
        """The estimated distribution of one subject, for means, draws and designs."""
        row = self._subjects(x)
        if row.shape[0] != 1:
            raise ValueError(f"x must be one subject here, found {row.shape[0]}")
        return LogLocationScale(self.distribution, float(row[0] @ self._known()), self.scale)

    @SILENT
    def survival(self, times: ArrayLike, x: ArrayLike | None = None) -> Curve:
        """S(t) of one subject ``x`` (p,), or of several (m, p); limits carried over from z."""
        t, _, z, error = self._at(times, x)
        half = critical_value(self.level) * error
        family = FAMILIES[self.distribution]
        value, slope, _ = family.tail(z)
        low, high = (np.exp(family.tail(v)[0]) for v in (z + half, z - half))
        return _curve(x, t, np.exp(value), -slope * np.exp(value) * error, low, high)

    @SILENT
    def cumulative_hazard(self, times: ArrayLike, x: ArrayLike | None = None) -> Curve:
        """H(t) = -log S(t), with the limits of S carried over."""
        t, _, z, error = self._at(times, x)
        half = critical_value(self.level) * error
        family = FAMILIES[self.distribution]
        value, slope, _ = family.tail(z)
        low, high = (-family.tail(v)[0] for v in (z - half, z + half))
        return _curve(x, t, -value, -slope * error, low, high)

    @SILENT
    def hazard(self, times: ArrayLike, x: ArrayLike | None = None) -> Curve:
        """h(t), with limits on the log scale. Times must be above 0."""
        t, row, z, _ = self._at(times, x)
        _, slope, bend = FAMILIES[self.distribution].tail(z)
        value = -slope / (self.scale * t)
        ratio = np.divide(bend, slope, out=np.zeros_like(z), where=slope != 0)  # d log h / dz
        error = self._error(row, -ratio / self.scale, -ratio * z - 1)
        half = critical_value(self.level) * error
        return _curve(x, t, value, value * error, value * np.exp(-half), value * np.exp(half))

    @SILENT
    def quantile(self, p: ArrayLike = 0.5, x: ArrayLike | None = None) -> Curve:
        """The time by which a share p of events has occurred; limits on the log scale."""
        share = np.atleast_1d(as_floats("p", p))
        if share.ndim != 1 or not np.all((share > 0) & (share < 1)):
            raise ValueError("p must hold shares between 0 and 1")
        row = self._subjects(x)
        z = np.broadcast_to(FAMILIES[self.distribution].inverse(-np.log1p(-share)), (row.shape[0], share.size))
        value = np.exp((row @ self._known())[:, None] + self.scale * z)
        error = self._error(row, np.ones_like(z), self.scale * z)
        half = critical_value(self.level) * error
        return _curve(x, share, value, value * error, value * np.exp(-half), value * np.exp(half))

    @SILENT
    def mean(self, x: ArrayLike | None = None) -> Value:
        """E T of one subject; infinite, with no error, for a log-logistic fit with sigma of 1 or more."""
        d, row = self.fitted(x), self._subjects(x)
        value = mean(d.name, d.location, d.scale)
        if not (np.isfinite(value) and value > 0):
            return Value(value, np.nan, np.nan, np.nan)
        error = float(self._error(row, np.ones((1, 1)), np.full((1, 1), mean_slope(d.name, d.scale)))[0, 0])
        half = critical_value(self.level) * error
        return Value(value, value * error, value * float(np.exp(-half)), value * float(np.exp(half)))

    @SILENT
    def rmst(self, tau: float, x: ArrayLike | None = None) -> Value:
        """E min(T, tau) of one subject: the area under S up to tau, finite and above 0."""
        if not (np.isfinite(tau) and tau > 0):
            raise ValueError(f"tau must be a finite time above 0, found {tau}")
        d, row = self.fitted(x), self._subjects(x)
        value = restricted_mean(d.name, d.location, d.scale, tau)
        if not (np.isfinite(value) and value > 0):  # out of the reach of floating point
            return Value(value, np.nan, np.nan, np.nan)
        shift, stretch = restricted_slopes(d.name, d.location, d.scale, tau)
        error = float(self._error(row, np.full((1, 1), shift), np.full((1, 1), stretch))[0, 0])
        factor = float(np.exp(critical_value(self.level) * error / value))
        return Value(value, error, value / factor, min(value * factor, float(tau)))

    def simulate(self, n: int, rng: np.random.Generator, x: ArrayLike | None = None) -> Floats:
        """``n`` times drawn from the fit: all of one subject ``x`` (p,), or one for each row of (n, p)."""
        row = self._subjects(x)
        if row.shape[0] not in (1, n):
            raise ValueError(f"x has {row.shape[0]} rows where 1 or {n} are needed")
        drawn = LogLocationScale(self.distribution, 0.0, self.scale).sample(n, rng)
        return np.asarray(drawn * np.exp(row @ self._known()))

    def _known(self) -> Floats:
        """Coefficients with 0 where a column has none: it repeats others and adds nothing."""
        return np.where(np.isnan(self.coef) & bool(np.isfinite(self.coef[0])), 0.0, self.coef)

    def _subjects(self, x: ArrayLike | None) -> Floats:
        """Rows (m, p + 1), intercept first."""
        p = self.coef.size - 1
        if x is None:
            if p:
                raise ValueError(f"x is needed: the fit has {p} covariates")
            return np.ones((1, 1))
        row = as_floats("x", x)
        row = row[None, :] if row.ndim == 1 else row
        if row.ndim != 2 or row.shape[1] != p:
            raise ValueError(f"x has shape {np.shape(x)} where ({p},) or (m, {p}) is needed")
        if not np.all(np.isfinite(row)):
            raise ValueError("x has missing or infinite values")
        return np.asarray(np.c_[np.ones(row.shape[0]), row], dtype=np.float64)

    def _at(self, times: ArrayLike, x: ArrayLike | None) -> tuple[Floats, Floats, Floats, Floats]:
        """Times (k,), rows (m, p + 1), z (m, k) and its standard error."""
        t = np.atleast_1d(as_floats("times", times))
        if t.ndim != 1 or not np.all(np.isfinite(t) & (t > 0)):
            raise ValueError("times must be finite and above 0")
        row = self._subjects(x)
        z = (np.log(t) - (row @ self._known())[:, None]) / self.scale
        return t, row, z, self._error(row, np.full_like(z, -1 / self.scale), -z)

    def _error(self, row: Floats, shift: Floats, stretch: Floats) -> Floats:
        """Standard error (m, k) of a quantity with gradient ``shift`` (1, x) and ``stretch`` in log sigma."""
        p = self.coef.size
        kept = np.isfinite(self.coef)
        v = np.where(np.outer(kept, kept), self.covariance[:p, :p], 0.0) if kept[0] else self.covariance[:p, :p]
        with np.errstate(invalid="ignore", over="ignore"):  # infinite variances of a fit that ran away
            variance = shift**2 * ((row @ v) * row).sum(axis=1)[:, None]
            if self.distribution != "exponential":
                cross = row @ np.where(kept | ~kept[0], self.covariance[:p, -1], 0.0)
                variance = variance + 2 * shift * stretch * cross[:, None] + stretch**2 * self.covariance[-1, -1]
            return np.asarray(np.sqrt(np.maximum(variance, 0.0)))

    @SILENT
    def _positive(self, name: str, log_value: float, gradient: Floats) -> Natural:
        """A positive parameter from its logarithm and the gradient of that."""
        used = np.flatnonzero(gradient)
        error = float(np.sqrt(gradient[used] @ self.covariance[np.ix_(used, used)] @ gradient[used]))
        value, factor = float(np.exp(log_value)), float(np.exp(critical_value(self.level) * error))
        return Natural(name, value, value * error, value / factor, value * factor)


def _curve(x: ArrayLike | None, at: Floats, *parts: Floats) -> Curve:
    """One row for one subject given as a vector or not at all, else a matrix."""
    single = x is None or np.ndim(x) == 1
    value, error, low, high = (part[0] if single else part for part in parts)
    return Curve(at, value, error, low, high)
