"""Confidence limits of a survival curve that hold in small samples: the beta product confidence procedure.

If event times are continuous, the probability of surviving past the next event among n at risk is Beta(n, 1), and past
d events one after another Beta(n - d + 1, d). So with independent betas, S just before the next event, and just past
the events seen so far, are as random as (Fay, Brittain & Proschan 2013, doi:10.1093/biostatistics/kxt016)

    W-(t) = product over event times s <= t of Beta(n(s) - d(s) + 1, d(s))     1 before the first event
    W+(t) = W-(t) Beta(n(t+), 1)                                              0 once nobody is left at risk

n(t+) being the number still at risk just after t. The true S(t) lies between the two: the lower limit is the a/2
quantile of W+, the upper the 1 - a/2 quantile of W-. The mid-P form (Fay & Brittain 2016, doi:10.1002/sim.6905) takes
both from the half-and-half mixture of W+ and W-. Without censoring W- and W+ are single betas and the limits those of
Clopper and Pearson (or mid-P) for the proportion surviving.

A product is replaced by the beta with its mean and variance. With M the product of the means and 1 + R that of
1 + squared coefficient of variation, b / (a (a + b + 1)) for each factor,

    Beta(A, B),  A = (1 - M (1 + R)) / R,  B = A (1 - M) / M

which is computed from sums of logarithms, so that nothing cancels when n is large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._curve import Quantile
from ._input import TIE_TOLERANCE, Bools, Floats, as_level, as_vector
from ._kaplan_meier import kaplan_meier


@dataclass(frozen=True, slots=True, eq=False)
class BetaProductAt:
    """Limits read at k times, arrays (k,); ``survival`` NaN beyond the last follow-up unless the curve reached 0."""

    time: Floats
    survival: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class BetaProduct:
    """Beta product limits on the time grid of the Kaplan-Meier curve; arrays are (m,).

    Attributes
    ----------
    time : increasing times at which someone had an event or was censored; values hold from a time to before the next.
    survival : the Kaplan-Meier curve.
    low, high : limits at ``level``; they change at censorings too.
    start_low : the lower limit before the first time (the upper is 1).
    lower_shape, upper_shape : (m, 2) parameters of the betas that stand for W+ and W-: (0, 1) for a variable that is 0,
        (1, 0) for one that is 1.
    level, mid_p, n, total_events : as asked; rows and events.
    """

    time: Floats
    survival: Floats
    low: Floats
    high: Floats
    start_low: float
    lower_shape: Floats
    upper_shape: Floats
    level: float
    mid_p: bool
    n: int
    total_events: int

    def at(self, times: ArrayLike) -> BetaProductAt:
        """The curve and its limits at given times.

        Beyond the last follow-up the limits are still true statements: nothing is known but that survival has not
        risen, so the lower one is 0.

        Raises
        ------
        ValueError
            If a time is missing or infinite.
        """
        t = as_vector("times", np.atleast_1d(np.asarray(times, dtype=np.float64)))
        slack = TIE_TOLERANCE * np.abs(t)
        step = np.searchsorted(self.time, t + slack, side="right")
        beyond = t > self.time[-1] + slack
        survival = np.r_[1.0, self.survival][step]
        if self.survival[-1] > 0:
            survival = np.where(beyond, np.nan, survival)
        low = np.where(beyond, 0.0, np.r_[self.start_low, self.low][step])
        return BetaProductAt(t, survival, low, np.r_[1.0, self.high][step])

    def quantile(self, p: float = 0.5) -> Quantile:
        """The time by which a proportion ``p`` has had the event, with limits; None where not reached.

        The limits are the first time at which the lower limit of survival is at most 1 - p (0 when it is from the
        start), and the first at which the upper limit is below 1 - p.

        Raises
        ------
        ValueError
            If ``p`` is not between 0 and 1.
        """
        if not 0 < p < 1:
            raise ValueError(f"p must lie between 0 and 1, found {p}")
        target = 1 - p
        value = _first(self.time, self.survival <= target * (1 + 1e-12))
        low = 0.0 if self.start_low <= target else _first(self.time, self.low <= target)
        return Quantile(value, low, _first(self.time, self.high < target), p, "smallest")

    def median(self) -> Quantile:
        """The median with its limits: ``quantile(0.5)``."""
        return self.quantile(0.5)


def beta_product(time: ArrayLike, event: ArrayLike, *, level: float = 0.95, mid_p: bool = False) -> BetaProduct:
    """Limits of a survival curve that keep their level with few subjects or heavy censoring.

    Wider than the log-log limits of a Kaplan-Meier curve late in follow-up, where those are too narrow; each one-sided
    error is at most (1 - level) / 2 without censoring, and nearly so with it.

    Parameters
    ----------
    time, event : (n,) follow-up and 1 = event, 0 = censored; tied events are taken one after another, before
        censorings. Weights have no place here: the limits come from counts.
    level : confidence level.
    mid_p : the less conservative mid-P limits.

    Returns
    -------
    BetaProduct
        The limits by the method of moments, the default of R's ``bpcp``.

    Raises
    ------
    ValueError
        For bad arrays or a level outside 0..1. All rows censored is no error.

    Examples
    --------
    Four failures (vignette of R's ``bpcp``): after the second, survival 0.5 has limits 0.0676 and 0.9324.

    >>> r = beta_product([3, 7, 8, 14], [1, 1, 1, 1])
    >>> r.low.round(6).tolist(), r.high.round(6).tolist()
    ([0.19412, 0.067586, 0.006309, 0.0], [0.993691, 0.932414, 0.80588, 0.602365])
    """
    level = as_level(level)
    km = kaplan_meier(time, event, level=level)
    n, d = km.n_at_risk, km.n_events
    left = n - d - km.n_censored
    upper = _matched(*_logs(n - d + 1, d, np.maximum(left, 1), np.zeros_like(left)))
    lower = _matched(*_logs(n - d + 1, d, np.maximum(left, 1), np.ones_like(left)))
    lower[left <= 0] = (0.0, 1.0)
    first = np.array([[float(km.n), 1.0]])
    one = np.array([[1.0, 0.0]])
    low, high = _limits(np.r_[first, lower], np.r_[one, upper], level, mid_p)
    return BetaProduct(
        time=km.time,
        survival=km.survival,
        low=low[1:],
        high=high[1:],
        start_low=float(low[0]),
        lower_shape=lower,
        upper_shape=upper,
        level=level,
        mid_p=mid_p,
        n=km.n,
        total_events=km.total_events,
    )


def _logs(a: Floats, b: Floats, left: Floats, last: Floats) -> tuple[Floats, Floats]:
    """Log mean and log(1 + squared variation) of the product of Beta(a, b) so far and of Beta(left, last) (m,)."""

    def mean(a: Floats, b: Floats) -> Floats:
        return np.asarray(-np.log1p(b / a), dtype=np.float64)

    def variation(a: Floats, b: Floats) -> Floats:
        return np.log1p(b / (a * (a + b + 1)))

    return np.cumsum(mean(a, b)) + mean(left, last), np.cumsum(variation(a, b)) + variation(left, last)


def _matched(log_mean: Floats, log_variation: Floats) -> Floats:
    """Parameters (m, 2) of the beta with these moments; (1, 0) where nothing varies."""
    shape = np.tile((1.0, 0.0), (log_mean.size, 1))
    use = log_variation > 0
    m, r = np.exp(log_mean[use]), np.expm1(log_variation[use])
    lost = -np.expm1(log_mean[use])
    shape[use, 0] = (lost - m * r) / r
    shape[use, 1] = shape[use, 0] * lost / m
    return shape


def _limits(lower: Floats, upper: Floats, level: float, mid_p: bool) -> tuple[Floats, Floats]:
    """Quantiles of W+ and W-, or of their mixture."""
    from scipy.special import betaincinv

    half = (1 - level) / 2
    none, all_ = lower[:, 0] == 0, upper[:, 1] == 0  # W+ is 0; W- is 1

    def of(shape: Floats, known: Bools, value: float, p: float) -> Floats:
        result = np.full(shape.shape[0], value)
        result[~known] = betaincinv(shape[~known, 0], shape[~known, 1], p)
        return result

    if not mid_p:
        return of(lower, none, 0.0, half), of(upper, all_, 1.0, 1 - half)
    low = np.where(none, 0.0, of(lower, none, 0.0, 2 * half))
    high = np.where(all_, 1.0, of(upper, all_, 1.0, 1 - 2 * half))
    both = ~none & ~all_
    low[both] = _mixture(lower[both], upper[both], half)
    high[both] = _mixture(lower[both], upper[both], 1 - half)
    return low, high


def _mixture(lower: Floats, upper: Floats, p: float) -> Floats:
    """The p quantile of half W+ and half W-: between their own p quantiles, by bisection of all rows at once."""
    from scipy.special import betainc, betaincinv

    a, b = betaincinv(lower[:, 0], lower[:, 1], p), betaincinv(upper[:, 0], upper[:, 1], p)
    for _ in range(60):
        x = (a + b) / 2
        below = betainc(lower[:, 0], lower[:, 1], x) + betainc(upper[:, 0], upper[:, 1], x) < 2 * p
        a, b = np.where(below, x, a), np.where(below, b, x)
    return np.asarray((a + b) / 2, dtype=np.float64)


def _first(time: Floats, true: Bools) -> float | None:
    """The first time at which a condition holds."""
    found = np.flatnonzero(true)
    return float(time[found[0]]) if found.size else None
