"""The cumulative hazard, and survival as exp(-H)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ._curve import SurvivalCurve
from ._curve_estimate import VARIANCES, as_robust, curve_fields
from ._curve_variance import hazard_influence, log_survival_variance, steps
from ._distributions import critical_value
from ._input import TIE_TOLERANCE, Floats, as_choice, as_floats, as_level, as_vector
from ._limits import INTERVALS
from ._sample import Sample, make_sample

HAZARD_INTERVALS = ("log", "plain")
TIES = ("nelson-aalen", "fleming-harrington")


@dataclass(frozen=True, slots=True, eq=False)
class FlemingHarrington(SurvivalCurve):
    """The curve exp(-H): fields and readings of :class:`SurvivalCurve`."""


@dataclass(frozen=True, slots=True, eq=False)
class HazardAt:
    """A cumulative hazard read at k times (k,); NaN beyond the last follow-up unless extended."""

    time: Floats
    hazard: Floats
    std_error: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class NelsonAalen:
    """The cumulative hazard H at its m distinct exit times; arrays are (m,).

    ``time`` increasing; ``at_risk``, ``events`` sums of weights and ``n_at_risk``, ``n_events`` numbers of
    rows; ``hazard`` H(t) with ``std_error`` and pointwise limits ``low``, ``high`` at ``level`` on the scale
    ``interval`` (all 0 before the first event); ``ties`` how tied events count; ``variance`` "aalen",
    "fleming-harrington" or "infinitesimal jackknife"; ``n`` rows used and ``total_events`` among them;
    ``sample`` the rows, for :meth:`influence`.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    hazard: Floats
    std_error: Floats
    low: Floats
    high: Floats
    n_at_risk: Floats
    n_events: Floats
    level: float
    interval: str
    ties: str
    variance: str
    n: int
    total_events: int
    sample: Sample = field(repr=False)

    def at(self, times: ArrayLike, *, extend: bool = False) -> HazardAt:
        """H and its limits at given times; beyond the last follow-up NaN, or the last value if ``extend``."""
        t = as_vector("times", np.atleast_1d(as_floats("times", times)))
        slack = TIE_TOLERANCE * np.abs(t)
        step = np.searchsorted(self.time, t + slack, side="right")
        unknown = (t > self.time[-1] + slack) & (not extend)

        def read(v: Floats) -> Floats:
            return np.where(unknown, np.nan, np.where(step > 0, v[np.maximum(step, 1) - 1], 0.0))

        return HazardAt(t, read(self.hazard), read(self.std_error), read(self.low), read(self.high))

    def influence(self, times: ArrayLike) -> Floats:
        """The derivative of H at ``times`` (k,) in the weight of each row given, (n, k).

        Sums of w * influence are 0, sums of their squares (within clusters) the infinitesimal jackknife
        variance. Beyond the last follow-up H stays as it is. Rows of weight 0 have 0.

        Examples
        --------
        Six subjects, solved on paper (Therneau, validation of survfit): in 72nds.

        >>> na = nelson_aalen([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1])
        >>> (72 * na.influence([1, 6])).round(9).T.tolist()
        [[10.0, -2.0, -2.0, -2.0, -2.0, -2.0], [10.0, -2.0, 7.0, 7.0, -11.0, -11.0]]
        """
        t = as_vector("times", np.atleast_1d(as_floats("times", times)))
        last = np.searchsorted(self.sample.grid, t + TIE_TOLERANCE * np.abs(t), side="right") - 1
        return self.sample.spread(hazard_influence(self.sample, steps(self.sample.counts, self.ties), last))


def nelson_aalen(
    time: ArrayLike,
    event: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
    interval: str = "log",
    ties: str = "nelson-aalen",
    robust: bool | None = None,
) -> NelsonAalen:
    """The cumulative hazard over time: the expected number of events of one subject kept at risk.

    H(t) is the sum over event times s <= t of d/n, with variance the sum of d/n^2 (Nelson 1972; Aalen
    1978, doi:10.1214/aos/1176344247). Ties "fleming-harrington" count d tied events one after another,
    1/n + 1/(n-1) + ... (Fleming & Harrington 1984, doi:10.1080/03610928408828837), with variance the sum
    of 1/n^2 + 1/(n-1)^2 + ...

    Parameters
    ----------
    time, event, weight, entry, cluster, level : as :func:`kaplan_meier`.
    interval : "log", H exp(-/+ z SE/H), or "plain", H -/+ z SE cut at 0.
    ties : "nelson-aalen" or "fleming-harrington".
    robust : as :func:`kaplan_meier`; False keeps Aalen's variance, on sums of weights.

    Returns
    -------
    NelsonAalen
        With weights or clusters the variance is the infinitesimal jackknife, unless ``robust`` is False.

    Raises
    ------
    ValueError
        For what :func:`kaplan_meier` refuses, or an unknown interval or ``ties``.

    Examples
    --------
    6-mercaptopurine (Klein & Moeschberger 2003, table 4.2): H(6) = 0.1428, H(23) = 0.7520 with variance
    0.0781, in rounded steps.

    >>> week = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> na = nelson_aalen(week, [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])
    >>> na.at([6, 23]).hazard.round(4).tolist(), (na.at(23).std_error ** 2).round(4).tolist()
    ([0.1429, 0.7521], [0.0781])
    """
    z = critical_value(as_level(level))
    as_choice("interval", interval, HAZARD_INTERVALS)
    as_choice("ties", ties, TIES)
    sample = make_sample(time, event, weight, entry, cluster)
    c = sample.counts
    step = steps(c, ties)
    robust = as_robust(robust, sample)
    shown = c.n_exit > 0
    last = np.cumsum(c.n_event > 0)[shown]
    hazard = np.cumsum(step.hazard)
    error = np.sqrt(log_survival_variance(sample, step, robust))
    if interval == "log":
        with np.errstate(over="ignore"):  # an infinite limit is one
            stretch = np.exp(z * error / hazard)
        low, high = hazard / stretch, hazard * stretch
    else:
        low, high = np.maximum(hazard - z * error, 0.0), hazard + z * error

    def spread(v: Floats) -> Floats:
        return np.concatenate(([0.0], v))[last]

    return NelsonAalen(
        time=c.grid[shown],
        at_risk=c.risk[shown],
        events=c.event[shown],
        hazard=spread(hazard),
        std_error=spread(error),
        low=spread(low),
        high=spread(high),
        n_at_risk=c.n_risk[shown],
        n_events=c.n_event[shown],
        level=float(level),
        interval=interval,
        ties=ties,
        variance="infinitesimal jackknife" if robust else VARIANCES[ties],
        n=sample.n,
        total_events=int(sample.event.sum()),
        sample=sample,
    )


def fleming_harrington(
    time: ArrayLike,
    event: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
    interval: str = "log-log",
    ties: str = "nelson-aalen",
    robust: bool | None = None,
) -> FlemingHarrington:
    """Survival as exp(-H), H the cumulative hazard of :func:`nelson_aalen`; never 0.

    Also called Breslow's or Altshuler's estimate of survival. The standard error of log S is that of H
    (Fleming & Harrington 1984, doi:10.1080/03610928408828837). Parameters, readings and errors are those of
    :func:`kaplan_meier`, ``ties`` that of :func:`nelson_aalen`; R calls the two kinds of ties "fh" and "fh2".

    Examples
    --------
    Six subjects, solved on paper: H(6) = 1/6 + 2/4, or 1/6 + 1/4 + 1/3 for tied events one after another.

    >>> toy = ([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1])
    >>> round(float(fleming_harrington(*toy).at(6).survival[0]), 4)
    0.5134
    >>> round(float(fleming_harrington(*toy, ties="fleming-harrington").at(6).survival[0]), 4)
    0.4724
    """
    level = as_level(level)
    as_choice("interval", interval, INTERVALS)
    as_choice("ties", ties, TIES)
    sample = make_sample(time, event, weight, entry, cluster)
    return FlemingHarrington(**curve_fields(sample, level, interval, ties, robust))
