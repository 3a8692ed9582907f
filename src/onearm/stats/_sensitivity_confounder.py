"""What one binary confounder would do: the array approach, its limits, and where the conclusion tips.

With prevalence p1 among the treated and p0 among the controls, and a ratio R between those with and without it,

    factor = (p1 (R - 1) + 1) / (p0 (R - 1) + 1),      adjusted = crude / factor

exact for a risk ratio that does not vary over levels of the confounder (Bross 1966; Schneeweiss 2006,
doi:10.1002/pds.1200); for a hazard ratio it holds nearly when events are rare or the confounder's effect is small (Lin,
Psaty & Kronmal 1998, doi:10.2307/2533848), for an odds ratio when the outcome is rare.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, as_floats
from ._number import as_number
from ._sensitivity_evalue import _LEAST, _MOST, _ordered

_DIFFERENCES = tuple(k / 10 for k in range(-5, 6))


@dataclass(frozen=True, slots=True, eq=False)
class RuleOut:
    """Adjusted estimates for combinations of a confounder's strength and imbalance; arrays broadcast alike.

    Attributes
    ----------
    ratio, p1, p0 : the confounder's ratio with the outcome, its prevalence among treated and controls.
    factor : bias factor; adjusted : estimate / factor; percent_bias : 100 (estimate - adjusted) / adjusted.
    """

    ratio: Floats
    p1: Floats
    p0: Floats
    factor: Floats
    adjusted: Floats
    percent_bias: Floats


@dataclass(frozen=True, slots=True, eq=False)
class TippingPoint:
    """Estimates adjusted for one binary confounder, and the imbalance that would undo the conclusion.

    Attributes
    ----------
    ratio : (k,) the confounder's hazard (risk, odds) ratio with the outcome.
    difference : (m,) prevalence among treated less prevalence among controls, p1 - p0.
    estimate, low, high : (k, m) adjusted; NaN where p1 would leave 0..1.
    tipped : (k, m) whether the adjusted interval reaches 1.
    tips_at : (k,) the difference p1 - p0 at which the nearer limit becomes 1; NaN where no prevalence does it, 0 where
        the interval holds 1 to begin with.
    p0 : prevalence among controls.
    """

    ratio: Floats
    difference: Floats
    estimate: Floats
    low: Floats
    high: Floats
    tipped: Bools
    tips_at: Floats
    p0: float


def rule_out(estimate: float, rr_confounder: ArrayLike, p1: ArrayLike, p0: ArrayLike) -> RuleOut:
    """The estimate after adjustment for a binary confounder of stated strength and imbalance.

    Parameters
    ----------
    estimate : observed risk, hazard or odds ratio.
    rr_confounder : the confounder's ratio with the outcome.
    p1, p0 : its prevalence among the treated and among the controls.

    Returns
    -------
    RuleOut, in the shape the three broadcast to.

    Raises
    ------
    ValueError : ratios that are not positive, prevalences outside 0..1, shapes that do not fit.

    Examples
    --------
    The example of the R package episensr: 1.5 becomes 0.6692, a bias of 124.14 %.

    >>> found = rule_out(1.5, 5.5, 0.5, 0.1)
    >>> round(float(found.adjusted), 4), round(float(found.percent_bias), 2)
    (0.6692, 124.14)
    """
    crude = as_number("estimate", estimate, _LEAST, _MOST)
    strength = _ratios("rr_confounder", rr_confounder)
    shares = _shares("p1", p1), _shares("p0", p0)
    try:
        ratio, treated, control = np.broadcast_arrays(strength, *shares)
    except ValueError:
        raise ValueError("p1, p0 and rr_confounder have shapes that do not fit each other") from None
    factor = _factor(ratio, treated, control)
    adjusted = crude / factor
    return RuleOut(ratio, treated, control, factor, adjusted, 100 * (crude - adjusted) / adjusted)


def _ratios(name: str, value: ArrayLike) -> Floats:
    x = as_floats(name, value)
    if not np.all((x >= 1e-6) & (x <= 1e6)):
        raise ValueError(f"{name} must lie between 1e-06 and 1e+06")
    return x


def _shares(name: str, value: ArrayLike) -> Floats:
    x = as_floats(name, value)
    if not np.all((x >= 0) & (x <= 1)):
        raise ValueError(f"{name} must lie between 0 and 1: it is a prevalence")
    return x


def _factor(ratio: Floats, p1: Floats, p0: Floats) -> Floats:
    return np.asarray((p1 * (ratio - 1) + 1) / (p0 * (ratio - 1) + 1))


def confounding_limits(
    estimate: float, *, ratio: float | None = None, odds_ratio: float | None = None, p0: float | None = None
) -> tuple[float, float]:
    """The range the truth must lie in when some facts about one binary confounder are known, and bias is upward.

    The confounding factor cannot exceed the least of RR, OR, 1 / p0, RR / (1 - p0 + p0 RR) and OR / (1 - p0 + p0 OR),
    as far as they are known (Flanders & Khoury 1990, doi:10.1097/00001648-199005000-00010).

    Parameters
    ----------
    estimate : observed risk ratio.
    ratio : risk ratio RR of the confounder with the outcome, above 1.
    odds_ratio : odds ratio OR of the confounder with the treatment, above 1.
    p0 : prevalence of the confounder among the controls.

    Returns
    -------
    Lower and upper limit; the upper one is the estimate.

    Raises
    ------
    ValueError : nothing known about the confounder, ratios below 1, a prevalence that is not above 0.

    Examples
    --------
    episensr: an odds ratio of 1.65 leaves 1.5 at 0.9091 or more.

    >>> round(confounding_limits(1.5, odds_ratio=1.65)[0], 4)
    0.9091
    """
    crude = as_number("estimate", estimate, _LEAST, _MOST)
    known = {
        "ratio": None if ratio is None else as_number("ratio", ratio, 1, _MOST, ": give its reciprocal"),
        "odds_ratio": None if odds_ratio is None else as_number("odds_ratio", odds_ratio, 1, _MOST, ": invert it"),
    }
    share = None if p0 is None else as_number("p0", p0, 1e-9, 1)
    strengths = [x for x in known.values() if x is not None]
    most = [*strengths, *([] if share is None else [1 / share, *(x / (1 - share + share * x) for x in strengths)])]
    if not most:
        raise ValueError("ratio, odds_ratio or p0 is needed: say what is known of the confounder")
    return crude / min(most), crude


def tipping_point(
    estimate: float,
    low: float,
    high: float,
    ratio: ArrayLike,
    *,
    p0: float,
    difference: ArrayLike = _DIFFERENCES,
) -> TippingPoint:
    """How unbalanced a confounder of given strength would have to be to undo a conclusion.

    Parameters
    ----------
    estimate, low, high : observed hazard (risk, odds) ratio and its confidence limits.
    ratio : (k,) the confounder's ratio with the outcome.
    p0 : its prevalence among the controls, an assumption to be stated.
    difference : (m,) differences p1 - p0 for the table.

    Returns
    -------
    TippingPoint.

    Raises
    ------
    ValueError : limits out of order, an estimate outside them, ratios that are not positive, a prevalence outside 0..1.

    Examples
    --------
    HR 0.5 (0.25 to 0.8); a factor that doubles the hazard, in 60 % of the controls: the upper limit reaches 1 when it
    is found in 28 % of the treated, since (0.28 + 1) / (0.6 + 1) = 0.8.

    >>> found = tipping_point(0.5, 0.25, 0.8, [2.0], p0=0.6, difference=[-0.2, -0.4])
    >>> found.tips_at.round(4), found.high.round(3), found.tipped
    (array([-0.32]), array([[0.914, 1.067]]), array([[False,  True]]))
    """
    point, lower, upper = _ordered(
        estimate, as_number("low", low, _LEAST, _MOST), as_number("high", high, _LEAST, _MOST)
    )
    assert lower is not None
    assert upper is not None
    strength = np.atleast_1d(_ratios("ratio", ratio)).ravel()
    control = as_number("p0", p0, 0, 1)
    shift = np.atleast_1d(as_floats("difference", difference)).ravel()
    if not np.all((shift >= -1) & (shift <= 1)):
        raise ValueError("difference must lie between -1 and 1: it is a difference of prevalences")
    treated = control + shift
    possible = (treated > -1e-12) & (treated < 1 + 1e-12)
    factor = _factor(strength[:, None], np.clip(treated, 0.0, 1.0), np.full(shift.size, control))
    factor = np.where(possible, factor, np.nan)
    adjusted = point / factor, lower / factor, upper / factor
    tipped = possible & (adjusted[1] <= 1) & (adjusted[2] >= 1)
    return TippingPoint(strength, shift, *adjusted, tipped, _tips_at(strength, control, lower, upper), control)


def _tips_at(ratio: Floats, p0: float, lower: float, upper: float) -> Floats:
    """Solve factor = nearer limit for p1."""
    if lower <= 1 <= upper:
        return np.zeros(ratio.size)
    wanted = lower if lower > 1 else upper
    slope = np.where(ratio == 1, np.nan, ratio - 1)
    p1 = (wanted * (p0 * (ratio - 1) + 1) - 1) / slope
    return np.where((p1 >= 0) & (p1 <= 1), p1 - p0, np.nan)
