"""How many patients a one-sample log-rank test needs.

With n patients, W = E - O the sum of their scores, w = E1 W / n and s1^2 = Var1 W / n under the alternative, and s0^2
the limit of the variance that the test divides by, the test Z = W / sqrt(n s0^2) > z has power
Phi((sqrt(n) w - s0 z) / s1), and

    n = (s0 z(1 - alpha) + s1 z(1 - beta))^2 / w^2.

The accrual time is n / rate, and the moments depend on it: n is the smallest number that is enough at its own accrual
time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ._distributions import normal_quantile
from ._input import as_choice
from ._log_rank_moments import moments
from ._number import as_count, as_number, as_share, as_truth
from ._parametric_distribution import Distribution

VARIANCES = ("expected", "mean")
_LARGEST = 100_000
_SPAN = 1e9  # of a time, in any unit

SIGN = "Z = (E - O) / sqrt(variance), E events expected under the null hazard and O observed: large Z is a benefit."


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a log-rank design is about: null distribution, hazard ratio, entry and follow-up."""

    null: Distribution
    ratio: float
    alpha: float
    beta: float
    follow_up: float
    cap: float
    variance: str


@dataclass(frozen=True, slots=True, eq=False)
class LogRankDesign:
    """A one-stage design for the one-sample log-rank test.

    Attributes
    ----------
    n : patients; ``n_exact`` the requirement before rounding at this ``accrual_time``.
    n_joint : the number, not rounded, that is enough at its own accrual time.
    accrual_time, accrual_rate, follow_up : of the design; the trial lasts ``study_time`` = accrual_time + follow_up.
    restricted : whether nobody is followed longer than ``follow_up``.
    critical : reject when Z is larger.
    alpha, beta, power : as asked, and the power of ``n`` patients by the normal approximation.
    hazard_ratio, null : the alternative and the null distribution.
    events_null, events_alternative : expected number of events at the analysis under each hypothesis.
    expected_alternative : E, the null hazard's sum, expected under the alternative.
    p0, p1, drift, variance_null, variance_alternative : per patient under the alternative: E L(X), E d, w, s0^2, s1^2.
    variance_rule : "expected" or "mean", as in `one_sample_log_rank`.
    conventions : what a reader must know to use the numbers.
    """

    n: int
    n_exact: float
    n_joint: float
    accrual_time: float
    accrual_rate: float
    follow_up: float
    study_time: float
    restricted: bool
    critical: float
    alpha: float
    beta: float
    power: float
    hazard_ratio: float
    null: Distribution
    events_null: float
    events_alternative: float
    expected_alternative: float
    p0: float
    p1: float
    drift: float
    variance_null: float
    variance_alternative: float
    variance_rule: str
    conventions: tuple[str, ...]


def log_rank_design(
    null: Distribution,
    hazard_ratio: float,
    alpha: float,
    beta: float,
    *,
    follow_up: float,
    accrual_rate: float | None = None,
    accrual_time: float | None = None,
    restricted: bool = False,
    variance: str = "expected",
    n_max: int = 10_000,
) -> LogRankDesign:
    """The sample size of a one-sample log-rank test against a known null distribution (Wu 2015).

    Parameters
    ----------
    null : distribution of the time to the event under the null hypothesis, from `onearm.stats.parametric`:
        ``weibull(shape, survival_at=(x0, s0))``, ``exponential(...)``, ``piecewise(rates, cuts)`` and others.
    hazard_ratio : of the alternative to the null, below 1.
    alpha, beta : one-sided level, and one minus the power.
    follow_up : time from the last patient's entry to the analysis.
    accrual_rate, accrual_time : exactly one. With a rate, n and the accrual time n / rate are found together.
    restricted : whether every patient is followed for ``follow_up`` and no longer.
    variance : what the test divides by: "expected" (E) or "mean" ((O + E) / 2, Wu 2014).
    n_max : largest number of patients to consider.

    Raises
    ------
    ValueError
        For a null that is no distribution or expects no events, numbers out of range, both or neither of rate and time,
        or when ``n_max`` is not enough.

    Notes
    -----
    Entry is uniform over the accrual time, and only the end of the trial censors. Source: Wu 2015
    (doi:10.1002/pst.1654); variance "mean": Wu 2014 (doi:10.4172/2155-6180.1000210). The null is taken as known: where
    it was estimated, its sampling error is ignored and the test rejects too often.

    Examples
    --------
    Weibull with shape 0.5 and survival 0.6 at 3 years, hazard ratio 0.5, one year of follow-up, 5 patients a year (the
    manual of R's OneArm2stage): 45 patients in 9 years.

    >>> from onearm.stats.parametric import weibull
    >>> d = log_rank_design(weibull(0.5, survival_at=(3, 0.6)), 0.5, 0.05, 0.15, follow_up=1, accrual_rate=5)
    >>> d.n, d.accrual_time, round(d.critical, 6), round(d.n_exact, 4)
    (45, 9.0, 1.644854, 44.6468)
    """
    setting = as_setting(null, hazard_ratio, alpha, beta, follow_up, restricted, variance)
    most = as_count("n_max", n_max, 1, _LARGEST)
    if (accrual_rate is None) == (accrual_time is None):
        raise ValueError("give exactly one of accrual_rate and accrual_time")
    if accrual_rate is None:
        time = as_number("accrual_time", accrual_time or 0.0, 1e-9, _SPAN)
        joint = needed(setting, time)
        n = math.ceil(joint - 1e-9) if joint <= most else most + 1
    else:
        rate = as_number("accrual_rate", accrual_rate, 1e-9, _SPAN)
        n = smallest_n(setting, rate, most)
        time = n / rate
        joint = _joint(setting, rate, n)
    if n > most:
        raise ValueError(f"n_max of {most} patients is not enough: allow more, or a smaller hazard_ratio")
    return _record(setting, max(n, 1), joint, time, restricted)


def as_setting(
    null: Distribution, ratio: float, alpha: float, beta: float, follow_up: float, restricted: bool, variance: str
) -> Setting:
    """Checked arguments of a design."""
    if not isinstance(null, Distribution):
        raise ValueError("null must be a distribution of onearm.stats.parametric, such as weibull(...)")
    h = as_number("hazard_ratio", ratio, 0.01, 0.99)
    size, miss = as_share("alpha", alpha), as_share("beta", beta)
    if size >= 0.5 or miss >= 0.5:
        raise ValueError(f"alpha and beta must be below 0.5, found {size:g} and {miss:g}")
    if size < 1e-12 or miss < 1e-12:
        raise ValueError("alpha and beta must be at least 1e-12")
    after = as_number("follow_up", follow_up, 0, _SPAN)
    if as_truth("restricted", restricted) and after <= 0:
        raise ValueError("follow_up must be positive when it is restricted: nobody would be followed")
    as_choice("variance", variance, VARIANCES)
    return Setting(null, h, size, miss, after, after if restricted else math.inf, variance)


def spread(setting: Setting, p0: float, p1: float) -> float:
    """s0^2: the limit of what the test divides by, under the alternative."""
    return p0 if setting.variance == "expected" else (p0 + p1) / 2


def at_end(setting: Setting, accrual: float, ratio: float) -> tuple[float, float, float, float]:
    """E L(X), E d, w and the variance of the score at the final analysis."""
    one = np.ones(1)
    m = moments(setting.null, ratio, setting.follow_up * one, (setting.follow_up + accrual) * one, setting.cap)
    found = tuple(float(v[0]) for v in (m.expected, m.events, m.drift, m.variance))
    if not found[1] > 1e-9:
        raise ValueError(f"null: no events are expected within {setting.follow_up + accrual:g} units of time")
    return found[0], found[1], found[2], found[3]


def needed(setting: Setting, accrual: float) -> float:
    """n, not rounded, when patients enter over this time."""
    p0, p1, w, s1 = at_end(setting, accrual, setting.ratio)
    z, more = -normal_quantile(setting.alpha), -normal_quantile(setting.beta)
    return (math.sqrt(spread(setting, p0, p1)) * z + math.sqrt(s1) * more) ** 2 / w**2


def smallest_n(setting: Setting, rate: float, most: int) -> int:
    """The smallest n that is enough at its own accrual time; most + 1 when none is."""
    low, high = 0, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        if needed(setting, middle / rate) <= middle:
            high = middle
        else:
            low = middle
    return high


def _joint(setting: Setting, rate: float, n: int) -> float:
    """The root of n = needed(n / rate) between n - 1 and n, by halving."""
    low, high = max(n - 1.0, 1e-6), float(n)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if needed(setting, middle / rate) <= middle else (middle, high)
    return high


def _record(setting: Setting, n: int, joint: float, time: float, restricted: bool) -> LogRankDesign:
    p0, p1, w, s1 = at_end(setting, time, setting.ratio)
    s0, z = spread(setting, p0, p1), -normal_quantile(setting.alpha)
    power = math.erfc(-(math.sqrt(n) * w - math.sqrt(s0) * z) / math.sqrt(2 * s1)) / 2
    return LogRankDesign(
        n=n, n_exact=needed(setting, time), n_joint=joint, accrual_time=time, accrual_rate=n / time,
        follow_up=setting.follow_up, study_time=time + setting.follow_up, restricted=restricted, critical=z,
        alpha=setting.alpha, beta=setting.beta, power=power, hazard_ratio=setting.ratio, null=setting.null,
        events_null=n * at_end(setting, time, 1.0)[1], events_alternative=n * p1, expected_alternative=n * p0,
        p0=p0, p1=p1, drift=w, variance_null=s0, variance_alternative=s1, variance_rule=setting.variance,
        conventions=conventions(setting),
    )  # fmt: skip


def conventions(setting: Setting) -> tuple[str, ...]:
    """How the numbers of a log-rank design are meant."""
    divisor = "E" if setting.variance == "expected" else "(O + E) / 2"
    followed = "no longer than the follow-up time" if math.isfinite(setting.cap) else "until the analysis"
    return (
        SIGN,
        f"The variance of the test is {divisor}; reject the null hypothesis when Z is above the critical value.",
        "The follow-up time runs from the last patient's entry to the analysis.",
        f"Patients enter evenly over the accrual time and are followed {followed}.",
        "The null distribution is taken as known.",
    )
