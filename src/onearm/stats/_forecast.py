"""When enrolment will be complete, from the days of enrolment so far.

Patients come as a Poisson process of constant rate r, with a gamma prior of shape a and rate b. After k patients in
time t, r ~ gamma(k + a, t + b). The time S until m more have come is gamma(m, r) given r, so that

    P(S <= s) = P(B <= s / (t + b + s)),  B ~ beta(m, k + a)

exactly (a beta prime, or scaled F, distribution), and the number N that comes within s has P(N >= m) = P(S_m <= s)
(negative binomial). With a = b = 0, the default, limits for S have their level in repeated sampling as well when the
clock is read at an enrolment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from ._input import as_level, as_vector
from ._number import as_count, as_number

_FAR = 1e9


@dataclass(frozen=True, slots=True)
class AccrualForecast:
    """A forecast of enrolment.

    Attributes
    ----------
    enrolled, remaining, n_max : patients so far, to come, and planned.
    rate, rate_low, rate_high : patients a day, posterior mean and limits.
    day, low, high : median and limits of the day on which the last patient enters; the last day of enrolment when all
        have come.
    as_of, level, prior : as asked; time since opening is ``exposure``.
    """

    enrolled: int
    remaining: int
    n_max: int
    rate: float
    rate_low: float
    rate_high: float
    day: float
    low: float
    high: float
    as_of: float
    exposure: float
    level: float
    prior: tuple[float, float]

    def quantile(self, p: float) -> float:
        """The day by which enrolment is complete with probability ``p``.

        Raises
        ------
        ValueError : p does not lie strictly between 0 and 1.
        """
        share = as_number("p", p, 1e-12, 1 - 1e-12)
        if not self.remaining:
            return self.day
        return self.as_of + _waiting(share, self.remaining, self.enrolled, self.exposure, self.prior)

    def number_by(self, day: float) -> tuple[int, int, int]:
        """Patients enrolled by a later ``day``: median and limits, never more than ``n_max``.

        Raises
        ------
        ValueError : a day before ``as_of``.
        """
        from scipy.special import betainc

        later = as_number("day", day, self.as_of, self.as_of + _FAR) - self.as_of
        known = self.exposure + self.prior[1]
        share = later / (known + later)
        found = []
        for p in (0.5, (1 - self.level) / 2, (1 + self.level) / 2):
            low, high = 0, self.remaining  # the smallest j with P(N <= j) >= p; all remaining at most
            while low < high:
                middle = (low + high) // 2
                if 1 - betainc(middle + 1, self.enrolled + self.prior[0], share) >= p:
                    high = middle
                else:
                    low = middle + 1
            found.append(self.enrolled + low)
        return found[0], found[1], found[2]


def accrual_forecast(
    days: ArrayLike,
    n_max: int,
    *,
    as_of: float,
    opened: float = 0.0,
    level: float = 0.95,
    prior: tuple[float, float] = (0.0, 0.0),
) -> AccrualForecast:
    """Predict when the last of ``n_max`` patients enters, if patients keep coming at the rate they came at so far.

    Parameters
    ----------
    days : (k,) days of enrolment, in any order, from ``opened`` to ``as_of``.
    n_max : patients planned.
    as_of : the day on which the forecast is made; days without a patient since the last one count.
    opened : the day on which accrual opened, on the same clock.
    level : of the prediction limits, equal tails.
    prior : shape and rate (patients, days) of a gamma prior for patients a day; (0, 0) adds nothing.

    Raises
    ------
    ValueError
        For days outside opened to as_of, more patients than ``n_max``, no time since opening, a prior below 0.

    Notes
    -----
    Posterior and prediction are exact; see the module. The rate is taken as constant: centres that open later, or
    holidays, are not in it.

    Examples
    --------
    Twenty patients in 400 days, 20 to come: the F distribution with 40 and 40 degrees of freedom has median 1.

    >>> f = accrual_forecast(range(20, 401, 20), 40, as_of=400)
    >>> round(f.day, 6), round(f.rate, 3), f.number_by(600)[0]
    (800.0, 0.05, 30)
    """
    most = as_count("n_max", n_max, 1, 100_000)
    level = as_level(level)
    now, start = as_number("as_of", as_of, -_FAR, _FAR), as_number("opened", opened, -_FAR, _FAR)
    if not now - start > 1e-9:
        raise ValueError(f"as_of must come after opened, found {now:g} and {start:g}")
    came = as_vector("days", days)
    if came.min() < start or came.max() > now:
        span = f"found {came.min():g} to {came.max():g}"
        raise ValueError(f"days must lie between opened ({start:g}) and as_of ({now:g}), {span}")
    if came.size > most:
        raise ValueError(f"n_max is {most}, but days has {came.size} patients")
    a, b = as_prior(prior)
    k, t, m = came.size, now - start, most - came.size
    rate, low, high = gamma_summary(k + a, t + b, level)
    ends = [float(came.max())] * 3
    if m:
        ends = [now + _waiting(p, m, k, t, (a, b)) for p in (0.5, (1 - level) / 2, (1 + level) / 2)]
    return AccrualForecast(k, m, most, rate, low, high, ends[0], ends[1], ends[2], now, t, level, (a, b))


def _waiting(p: float, m: int, k: int, t: float, prior: tuple[float, float]) -> float:
    """The time within which m more patients come with probability p."""
    from scipy.special import betaincinv

    # the odds of a beta variable, each side from its own tail so that neither loses digits
    share, rest = float(betaincinv(m, k + prior[0], p)), float(betaincinv(k + prior[0], m, 1 - p))
    return (t + prior[1]) * share / rest if rest > 0 else math.inf


def as_prior(prior: tuple[float, float]) -> tuple[float, float]:
    """Shape and rate of a gamma prior; zeros add nothing."""
    both = as_vector("prior", prior, 2)
    if both.min() < 0 or both.max() > _FAR:
        raise ValueError(f"prior must hold a shape and a rate between 0 and {_FAR:g}, found {both.tolist()}")
    return float(both[0]), float(both[1])


def gamma_summary(shape: float, rate: float, level: float) -> tuple[float, float, float]:
    """Mean and equal-tailed limits of a gamma distribution."""
    from scipy.special import gammaincinv

    low, high = (float(gammaincinv(shape, p)) / rate for p in ((1 - level) / 2, (1 + level) / 2))
    return shape / rate, low, high
