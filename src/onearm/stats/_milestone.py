"""Survival of two groups compared at fixed times.

With S_g and SE_g the Kaplan-Meier survival of group g at the milestone and its standard error (S_0 the reference):

    plain      z = (S_1 - S_0) / SE(S_1 - S_0), limits S_1 - S_0 -/+ z_a SE
    cloglog    u_g = log(-log S_g), SE(u_g) = SE_g / (S_g abs(log S_g)), z = (u_0 - u_1) / SE(u_0 - u_1)

The complementary log-log test keeps its level best in small samples (Klein et al. 2007, doi:10.1002/sim.2864). Its
limits of S_1 - S_0 are put together from the log-log limits (l_g, h_g) of each group (Zou & Donner 2008,
doi:10.1002/sim.3095), r being the correlation of the two estimates, 0 unless clusters reach across the groups:

    low  = D - sqrt((S_1 - l_1)^2 - 2 r (S_1 - l_1)(h_0 - S_0) + (h_0 - S_0)^2),   D = S_1 - S_0
    high = D + sqrt((h_1 - S_1)^2 - 2 r (h_1 - S_1)(S_0 - l_0) + (S_0 - l_0)^2)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._distributions import critical_value, two_sided_p
from ._input import Floats, Ints, as_choice, as_floats, as_level, as_times
from ._limits import survival_limits
from ._two_groups import TwoGroups, two_groups

SCALES = ("plain", "cloglog")


@dataclass(frozen=True, slots=True, eq=False)
class MilestoneDifference:
    """Survival of two groups at a milestone: floats when ``at`` is one time, arrays (k,) for k times.

    Attributes
    ----------
    groups : (2,) labels, the reference first; ``n`` and ``events`` (2,) rows and events.
    at : the milestones.
    survival, survival_std_error : (2,) or (2, k) Kaplan-Meier estimates, the reference first.
    difference, std_error : survival of the second group minus that of the reference.
    low, high : limits of the difference at ``level``.
    z : the difference on ``scale`` over its standard error, positive where the second group survives better.
    statistic : chi-square with 1 degree of freedom, z squared.
    p_value : of either.
    message : why a value is NaN; a tuple for k times; empty where nothing is.
    """

    groups: NDArray[np.generic]
    n: Ints
    events: Ints
    at: float | Floats
    survival: Floats
    survival_std_error: Floats
    difference: float | Floats
    std_error: float | Floats
    low: float | Floats
    high: float | Floats
    z: float | Floats
    statistic: float | Floats
    p_value: float | Floats
    scale: str
    level: float
    message: str | tuple[str, ...]


def milestone_difference(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    at: ArrayLike,
    *,
    scale: str = "plain",
    weight: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
    reference: Any = None,
) -> MilestoneDifference:
    """Whether survival differs between two groups at a time chosen beforehand.

    Parameters
    ----------
    time, event : (n,) follow-up and 1 = event, 0 = censored.
    group : (n,) labels, exactly two different ones.
    at : the milestone in the unit of time, or k of them; p-values are not adjusted for looking at several.
    scale : "plain", or "cloglog" for small samples.
    weight : (n,) case weights, taken as fixed; the variance is then the infinitesimal jackknife.
    cluster : (n,) labels of rows that belong together, within or across groups (matched pairs).
    level : confidence level.
    reference : the label to compare with; None for the first in sorted order.

    Raises
    ------
    ValueError
        For bad arrays, other than two groups, negative milestones or an unknown scale.

    Notes
    -----
    NaN, with a ``message``: survival beyond a group's follow-up; tests where a group's survival is 0 (or 1 on the
    "cloglog" scale), or where neither group has had an event.

    Examples
    --------
    6-mercaptopurine against placebo (Freireich 1963), remission at 10 weeks: 0.753 and 0.381.

    >>> drug = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> seen = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> arm = ["6-MP"] * 21 + ["placebo"] * 21
    >>> r = milestone_difference(drug + placebo, seen + [1] * 21, arm, 10, reference="placebo")
    >>> r.survival.round(4).tolist(), round(r.difference, 4), round(r.std_error, 4), round(r.z, 4)
    ([0.381, 0.7529], 0.372, 0.1432, 2.5972)
    """
    as_choice("scale", scale, SCALES)
    level = as_level(level)
    pair = two_groups(time, event, group, weight, cluster, reference, level)
    given = as_floats("at", at)
    times = as_times("at", np.atleast_1d(given))
    s = np.stack([km.at(times).survival for km in pair.curves])
    errors = np.stack([km.at(times).std_error for km in pair.curves])
    correlation = np.zeros(times.size)
    if pair.robust:
        for k, when in enumerate(times):
            v = pair.covariance(float(when), "survival")
            errors[:, k] = np.where(s[:, k] > 0, np.sqrt(np.diag(v)), np.nan)
            if v[0, 0] > 0 and v[1, 1] > 0:
                correlation[k] = v[0, 1] / math.sqrt(v[0, 0] * v[1, 1])
    rows = [_compare(s[:, k], errors[:, k], float(correlation[k]), scale, level) for k in range(times.size)]
    messages = tuple(
        _reason(pair, float(t), s[:, k], scale) or r[4] for k, (t, r) in enumerate(zip(times, rows, strict=True))
    )
    columns = np.array([r[:4] for r in rows]).T
    std_error = np.sqrt(np.maximum((errors**2).sum(axis=0) - 2 * correlation * errors.prod(axis=0), 0.0))
    n, events = pair.numbers
    one = given.ndim == 0

    def shown(v: Floats) -> float | Floats:
        return float(v[0]) if one else v

    return MilestoneDifference(
        groups=pair.labels,
        n=n,
        events=events,
        at=shown(times),
        survival=s[:, 0] if one else s,
        survival_std_error=errors[:, 0] if one else errors,
        difference=shown(s[1] - s[0]),
        std_error=shown(std_error),
        low=shown(columns[0]),
        high=shown(columns[1]),
        z=shown(columns[2]),
        statistic=shown(columns[2] ** 2),
        p_value=shown(columns[3]),
        scale=scale,
        level=level,
        message=messages[0] if one else messages,
    )


def _compare(s: Floats, error: Floats, r: float, scale: str, level: float) -> tuple[float, float, float, float, str]:
    """Limits of the difference, z and p of one milestone."""
    nan = (math.nan, math.nan, math.nan, math.nan)
    d = float(s[1] - s[0])
    if scale == "plain":
        total = math.sqrt(max(float(error @ error) - 2 * r * float(error.prod()), 0.0))
        if not total > 0:
            return (*nan, "the standard error of the difference is 0" if total == 0 else "")
        half = critical_value(level) * total
        return max(d - half, -1.0), min(d + half, 1.0), d / total, two_sided_p(d / total), ""
    if not (np.all(s > 0) and np.all(s < 1)):
        return (*nan, "")
    u, spread = np.log(-np.log(s)), error / (s * -np.log(s))
    total = math.sqrt(max(float(spread @ spread) - 2 * r * float(spread.prod()), 0.0))
    if not total > 0:
        return (*nan, "the standard error of the difference is 0")
    z = float(u[0] - u[1]) / total
    low, high = survival_limits(s, error, level, "log-log")
    down, up = s - low, high - s
    lower = d - math.sqrt(max(down[1] ** 2 - 2 * r * down[1] * up[0] + up[0] ** 2, 0.0))
    upper = d + math.sqrt(max(up[1] ** 2 - 2 * r * up[1] * down[0] + down[0] ** 2, 0.0))
    return lower, upper, z, two_sided_p(z), ""


def _reason(pair: TwoGroups, at: float, s: Floats, scale: str) -> str:
    """Why a comparison at this time cannot be made; empty when it can."""
    for g, km in enumerate(pair.curves):
        if math.isnan(s[g]):
            return f"{at:g} lies beyond the last follow-up {km.time[-1]:g} of group {pair.labels[g]}"
        if s[g] == 0:
            return f"survival is 0 at {at:g} in group {pair.labels[g]}: its standard error is not estimable"
        if s[g] == 1 and scale == "cloglog":
            return f"survival is 1 at {at:g} in group {pair.labels[g]}: it has no complementary log-log"
    return ""
