"""Leaving out subjects without counterpart (trimming) and cutting large weights (truncation)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, as_choice, as_vector, as_weights
from ._weights import as_scores

RULES = ("symmetric", "optimal", "percentile", "common-range")


@dataclass(frozen=True, slots=True, eq=False)
class Trimmed:
    """Who is kept, and what it does to the question.

    Attributes
    ----------
    kept : (n,) whether each subject is kept.
    low, high : scores from ``low`` to ``high``, both included, are kept.
    lost_treated, lost_control : subjects left out.
    rule : as asked for.
    words : how the estimand changes.
    """

    kept: Bools
    low: float
    high: float
    lost_treated: int
    lost_control: int
    rule: str
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Truncated:
    """Weights none of which exceeds ``cap``.

    Attributes
    ----------
    weight : (n,) the smaller of each weight and ``cap``.
    cap : the largest weight left.
    changed : number of weights that were larger.
    words : what it does to the estimate.
    """

    weight: Floats
    cap: float
    changed: int
    words: str


def trim(score: ArrayLike, treated: ArrayLike, *, rule: str = "symmetric", threshold: float | None = None) -> Trimmed:
    """Who has a score at which both groups occur: the others are left out.

    ============  ==================================================================================
    symmetric     a <= e <= 1 - a, a = ``threshold``, 0.1 unless given
    optimal       the same, a the least with 1/(a (1 - a)) <= 2 mean of 1/(e (1 - e)) over the kept
    percentile    from the treated's ``threshold`` quantile (0.05 unless given) to the controls' 1 - threshold
    common-range  from the larger of the groups' least scores to the smaller of their largest
    ============  ==================================================================================

    The first two: Crump, Hotz, Imbens & Mitnik 2009 (doi:10.1093/biomet/asn055); percentiles: Stuermer et al. 2010
    (doi:10.1093/aje/kwq198), quantiles by linear interpolation. Fit the score anew on those kept.

    Parameters
    ----------
    score : (n,) propensity scores in 0..1.
    treated : (n,) 1 = treated, 0 = control; both must occur.
    rule : one of the four.
    threshold : for "symmetric" and "percentile", above 0 (0 allowed for percentiles) and below 0.5.

    Returns
    -------
    Trimmed

    Raises
    ------
    ValueError
        For bad scores, an unknown rule, a threshold out of range or without use, or when a group loses everyone.

    Examples
    --------
    >>> cut = trim([0.05, 0.4, 0.6, 0.3, 0.95, 0.5], [0, 0, 0, 1, 1, 1])
    >>> cut.kept.tolist(), cut.lost_treated, cut.lost_control
    ([False, True, True, True, False, True], 1, 1)
    >>> cut.words
    '1 of 3 treated and 1 of 3 controls are left out: the effect is that in those with scores from 0.1 to 0.9'
    """
    e, z = as_scores(score, treated)
    as_choice("rule", rule, RULES)
    low, high = _range(e, z, rule, threshold)
    kept = (e >= low) & (e <= high)
    for name, group in (("treated subject", z), ("control", ~z)):
        if not np.any(kept & group):
            raise ValueError(
                f"score: no {name} has one between {low:.3g} and {high:.3g}, so that trimming leaves none: the groups "
                "do not overlap"
            )
    lost = [int(np.count_nonzero(group & ~kept)) for group in (z, ~z)]
    if any(lost):
        words = (
            f"{lost[0]} of {np.count_nonzero(z)} treated and {lost[1]} of {np.count_nonzero(~z)} controls are left "
            f"out: the effect is that in those with scores from {low:.3g} to {high:.3g}"
        )
    else:
        words = "no one is left out: the estimand is unchanged"
    return Trimmed(kept, low, high, lost[0], lost[1], rule, words)


def _range(e: Floats, z: Bools, rule: str, threshold: float | None) -> tuple[float, float]:
    """Least and largest score kept."""
    if rule in ("optimal", "common-range"):
        if threshold is not None:
            raise ValueError(f"threshold has no use with rule={rule!r}: leave it out")
        if rule == "common-range":
            return float(max(e[z].min(), e[~z].min())), float(min(e[z].max(), e[~z].max()))
        return _optimal(e)
    a = {"symmetric": 0.1, "percentile": 0.05}[rule] if threshold is None else float(threshold)
    if not (0 < a < 0.5 or (a == 0 and rule == "percentile")):
        raise ValueError(f"threshold must lie between 0 and 0.5, found {a}")
    if rule == "symmetric":
        return a, 1 - a
    return float(np.quantile(e[z], a)), float(np.quantile(e[~z], 1 - a))


def _optimal(e: Floats) -> tuple[float, float]:
    """The range that gives the least variance of the average effect in the kept (Crump et al. 2009, corollary 1).

    With g = 1/(e (1 - e)), in increasing order, the bound is twice the mean of the g below it: it is the first at
    which that mean, doubled, falls short of the next g; everyone stays when the largest g is within the bound.
    """
    with np.errstate(divide="ignore"):
        g = np.sort(1 / (e * (1 - e)))
    g = g[np.isfinite(g)]
    if not g.size:
        raise ValueError("score is 0 or 1 throughout: the groups do not overlap")
    bound = 2 * np.cumsum(g) / np.arange(1, g.size + 1)
    short = np.flatnonzero(bound[:-1] < g[1:])
    if not short.size:
        inside = e[(e > 0) & (e < 1)]
        return float(inside.min()), float(inside.max())
    a = 0.5 - math.sqrt(max(0.25 - 1 / float(bound[short[0]]), 0.0))
    return a, 1 - a


def truncate(weight: ArrayLike, *, quantile: float | None = None, cap: float | None = None) -> Truncated:
    """Weights above a cap set to it, so that few subjects do not carry the estimate.

    What is gained in variance is paid in bias: the balance the weights gave is no longer exact (Cole & Hernan
    2008, doi:10.1093/aje/kwn164).

    Parameters
    ----------
    weight : (n,) weights, not negative, not all zero. Give each group its own call to cap it by its own quantile.
    quantile : the cap is this quantile of the weights above 0 (linear interpolation), above 0.5 and below 1.
    cap : the cap itself, above 0. Exactly one of the two.

    Returns
    -------
    Truncated

    Raises
    ------
    ValueError
        For bad weights, none or both of ``quantile`` and ``cap``, or one out of range.

    Examples
    --------
    >>> cut = truncate([1, 2, 3, 10], cap=4)
    >>> cut.weight.tolist(), cut.changed
    ([1.0, 2.0, 3.0, 4.0], 1)
    >>> cut.words
    '1 of 4 weights above 4 set to it: the groups are no longer weighted to the population of the estimand exactly'
    """
    given = as_vector("weight", weight)
    w = as_weights("weight", given, given.size)
    if (quantile is None) == (cap is None):
        raise ValueError("quantile or cap: give exactly one of them")
    if quantile is not None:
        if not 0.5 < quantile < 1:
            raise ValueError(f"quantile must lie between 0.5 and 1, found {quantile}")
        top = float(np.quantile(w[w > 0], quantile))
    else:
        assert cap is not None
        top = float(cap)
        if not (math.isfinite(top) and top > 0):
            raise ValueError(f"cap must be a positive number, found {cap}")
    changed = int(np.count_nonzero(w > top))
    if changed:
        words = (
            f"{changed} of {w.size} weights above {top:.4g} set to it: the groups are no longer weighted to the "
            "population of the estimand exactly"
        )
    else:
        words = f"no weight is above {top:.4g}: nothing is changed"
    return Truncated(np.minimum(w, top), top, changed, words)
