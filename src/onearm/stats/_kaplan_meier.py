"""The product-limit estimator."""

from __future__ import annotations

from numpy.typing import ArrayLike

from ._curve import KaplanMeier
from ._curve_estimate import curve_fields
from ._input import as_choice, as_indicator, as_level
from ._limits import INTERVALS
from ._sample import make_sample


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
    interval: str = "log-log",
    robust: bool | None = None,
) -> KaplanMeier:
    """The probability of being event-free over time, from censored follow-up.

    S(t) is the product over event times s <= t of 1 - d(s)/n(s), d and n being sums of weights
    (Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452).

    Parameters
    ----------
    time : (n,) follow-up times in one unit, not negative.
    event : (n,) 1 = event, 0 = censored at ``time``.
    weight : (n,) weights; None for ones. Rows of weight 0 are left out.
    entry : (n,) late entry: at risk when entry < t <= time. A subject split into rows counts as
        censored at the end of each row but the last; survival is not affected.
    cluster : (n,) labels of rows that belong together, for the variance.
    level : confidence level of the pointwise limits.
    interval : "log-log" (the default of SAS), "log" (of R), "plain", "logit" or "arcsine".
    robust : None = as soon as weights are not all one or ``cluster`` is given; False = Greenwood's variance on sums
        of weights, right where a weight is a number of equal rows; True = the infinitesimal jackknife always.

    Returns
    -------
    KaplanMeier
        Unless ``robust`` says otherwise the variance is Greenwood's with weights all one and no clusters, else
        the infinitesimal jackknife, valid for weights of any origin (taken as fixed).

    Raises
    ------
    ValueError
        For negative or missing times, events other than 0/1, negative weights, unequal lengths,
        an entry not before its time, an unknown interval, clusters with ``robust=False``. All rows censored is
        no error: S is 1.

    Examples
    --------
    Maintained arm of the AML trial (Miller 1997): S(13) = 0.8182, median 31 weeks.

    >>> week = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
    >>> km = kaplan_meier(week, [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
    >>> km.survival[:4].round(4).tolist()
    [0.9091, 0.8182, 0.7159, 0.6136]
    >>> km.quantile()
    Quantile(value=31.0, low=13.0, high=None, p=0.5, rule='smallest')
    """
    level = as_level(level)
    as_choice("interval", interval, INTERVALS)
    sample = make_sample(time, event, weight, entry, cluster)
    return KaplanMeier(**curve_fields(sample, level, interval, "kaplan-meier", robust))


def reverse_kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
    interval: str = "log-log",
    robust: bool | None = None,
) -> KaplanMeier:
    """Follow-up as a curve: censoring is the event, an event ends follow-up (Schemper & Smith 1996).

    Its median is the median follow-up, which differs from the median of observed times and from
    the median among survivors. Arguments, result and errors as :func:`kaplan_meier`; source
    doi:10.1016/0197-2456(96)00075-X.

    Examples
    --------
    AML trial, maintained arm: median follow-up 103 weeks by R's mid-point rule.

    >>> week = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
    >>> follow_up = reverse_kaplan_meier(week, [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
    >>> follow_up.quantile(rule="midpoint").value, follow_up.quantile().value
    (103.0, 45.0)
    """
    censored = ~as_indicator("event", event)
    return kaplan_meier(
        time,
        censored,
        weight=weight,
        entry=entry,
        cluster=cluster,
        level=level,
        interval=interval,
        robust=robust,
    )
