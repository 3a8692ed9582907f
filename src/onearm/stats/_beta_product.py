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

The distribution of the products is either matched by a beta ("moments") or computed ("exact"); see
``_beta_product_limits``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._beta_product_limits import exact_limits, matched_beta, moment_limits, product_logs
from ._curve import Quantile
from ._input import TIE_TOLERANCE, Bools, Floats, as_choice, as_floats, as_level, as_vector
from ._kaplan_meier import kaplan_meier

METHODS = ("moments", "exact")
MOST = 500  # subjects of the exact method


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
    lower_shape, upper_shape : (m, 2) parameters of the betas with the mean and variance of W+ and W-: (0, 1) for a
        variable that is 0, (1, 0) for one that is 1.
    level, mid_p, method, n, total_events : as asked; rows and events.
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
    method: str
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
        t = as_vector("times", np.atleast_1d(as_floats("times", times)))
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


def beta_product(
    time: ArrayLike, event: ArrayLike, *, level: float = 0.95, mid_p: bool = False, method: str = "moments"
) -> BetaProduct:
    """Limits of a survival curve that keep their level with few subjects or heavy censoring.

    Wider than the log-log limits of a Kaplan-Meier curve late in follow-up, where those are too narrow; each one-sided
    error is at most (1 - level) / 2 without censoring, and nearly so with it. Fay, Brittain & Proschan 2013
    (doi:10.1093/biostatistics/kxt016); mid-P: Fay & Brittain 2016 (doi:10.1002/sim.6905).

    Parameters
    ----------
    time, event : (n,) follow-up and 1 = event, 0 = censored; tied events are taken one after another, before
        censorings. Weights have no place here: the limits come from counts.
    level : confidence level.
    mid_p : the less conservative mid-P limits.
    method : "moments", the default of R's ``bpcp``; or "exact", the distribution of the products itself, which R draws
        at random: better where only one or two are left at risk; for at most 500 subjects.

    Returns
    -------
    BetaProduct

    Raises
    ------
    ValueError
        For bad arrays, a level outside 0..1, or too many subjects for the exact method. All rows censored is no error.

    Examples
    --------
    Four failures (vignette of R's ``bpcp``): after the second, survival 0.5 has limits 0.0676 and 0.9324.

    >>> r = beta_product([3, 7, 8, 14], [1, 1, 1, 1])
    >>> r.low.round(6).tolist(), r.high.round(6).tolist()
    ([0.19412, 0.067586, 0.006309, 0.0], [0.993691, 0.932414, 0.80588, 0.602365])
    """
    level = as_level(level)
    as_choice("method", method, METHODS)
    km = kaplan_meier(time, event, level=level)
    n, d = np.r_[km.n, km.n_at_risk].astype(np.float64), np.r_[0.0, km.n_events]  # before the first time, then the grid
    left = np.r_[float(km.n), km.n_at_risk - km.n_events - km.n_censored]
    some = np.maximum(left, 1)
    upper = matched_beta(*product_logs(n - d + 1, d, some, np.zeros_like(left)))
    lower = matched_beta(*product_logs(n - d + 1, d, some, np.ones_like(left)))
    lower[left <= 0] = (0.0, 1.0)
    low, high = moment_limits(lower, upper, level, mid_p)
    if method == "exact":
        if km.n > MOST:
            raise ValueError(f"method exact is for at most {MOST} subjects, found {km.n}: moments agree with it there")
        number = d.astype(np.int64)
        within = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
        rates = np.repeat(n, number) - within  # at risk as events come one after another
        low, high = exact_limits(rates, np.cumsum(number), left, (low, high), level, mid_p)
    return BetaProduct(
        time=km.time,
        survival=km.survival,
        low=low[1:],
        high=high[1:],
        start_low=float(low[0]),
        lower_shape=lower[1:],
        upper_shape=upper[1:],
        level=level,
        mid_p=mid_p,
        method=method,
        n=km.n,
        total_events=km.total_events,
    )


def _first(time: Floats, true: Bools) -> float | None:
    """The first time at which a condition holds."""
    found = np.flatnonzero(true)
    return float(time[found[0]]) if found.size else None
