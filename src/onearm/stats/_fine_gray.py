"""Regression for the cumulative incidence of one cause (Fine & Gray 1999)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._cox_shared import inverted
from ._fine_gray_fit import FineGrayFit
from ._fine_gray_likelihood import ConstantModel, SubdistributionPoint
from ._fine_gray_report import Pieces, Setting, report
from ._fine_gray_sets import SubdistributionSets
from ._fine_gray_variance import sandwich
from ._fine_gray_varying import VaryingModel
from ._incidence_input import as_cause_of_interest, as_causes
from ._input import (
    Floats,
    Ints,
    as_choice,
    as_codes,
    as_level,
    as_matrix,
    as_times,
    as_weights,
    rank_times,
)
from ._newton import Maximum, estimable, maximize

VARIANCES = ("crr", "fine-gray", "known-censoring", "model")
CENSORING_TIES = ("crr", "failures-first")

Function = Callable[[Floats], Any]


def fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    x: ArrayLike | None = None,
    of: int = 1,
    *,
    time_varying: tuple[ArrayLike, Function] | None = None,
    weight: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    variance: str = "crr",
    censoring_ties: str = "crr",
    level: float = 0.95,
) -> FineGrayFit:
    """How covariates change the cumulative incidence of cause ``of`` when other causes compete.

    The model is 1 - F(t | x) = (1 - F0(t)) ^ exp(x b). Subjects who failed from another cause stay in the
    risk sets with the probability of not having been censored since, and b maximizes the weighted partial
    likelihood (Fine & Gray 1999, doi:10.1080/01621459.1999.10474144), with Breslow's ties. A ratio above
    one says that the incidence is higher, not by which mechanism: for that, see ``cause_specific_cox``.

    Parameters
    ----------
    time, cause : (n,) follow-up; 0 = censored, otherwise the cause of failure, a positive whole number.
    x : (n, p1) covariates, or (n,) for one; may be None when ``time_varying`` is given.
    of : the cause of interest.
    time_varying : (x2, function): columns x2 (n, p2) enter as x2 function(t). ``function`` is called with
        the event times (E,) and returns (E,), for all columns, or (E, p2).
    weight : (n,) case weights, for the censoring curve too; rows of weight 0 are left out.
    cluster : (n,) labels of rows that belong together; influences are added up within them.
    strata : (n,) labels of groups with censoring curves of their own; the baseline is common.
    variance : "crr" = the sandwich that takes the estimation of the censoring curve into account, as R's
        crr computes it; "fine-gray" = the same where crr leaves a part out: it differs with several
        ``strata`` only, see :mod:`onearm.stats._fine_gray_variance`; "known-censoring" = the sandwich with the
        censoring curve taken as known, as finegray and coxph of R; "model" = inverse information.
    censoring_ties : who is at risk of censoring at a time at which others fail: "crr" = those who fail too, as
        R's crr; "failures-first" = they have gone, as finegray of R. Without such ties both are the same.
    level : confidence level of ``low`` and ``high``.

    Returns
    -------
    FineGrayFit
        The fields of a Cox fit, and :meth:`FineGrayFit.curve`. ``converged`` is False, and ``message`` says
        why, when a coefficient grows without limit or a column is constant or repeats earlier ones.

    Raises
    ------
    ValueError
        For bad arrays, no covariates, a cause without events, a function that does not return a finite
        number for each event time, a single cluster, or an unknown
        ``variance`` or ``censoring_ties``.

    Examples
    --------
    Twelve subjects, three of them censored. R's cmprsk gives 1.1633 with a standard error of 0.7641.

    >>> week = [1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12]
    >>> cause = [1, 2, 0, 1, 2, 1, 0, 1, 2, 1, 1, 0]
    >>> fit = fine_gray(week, cause, [1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 0])
    >>> round(float(fit.coef[0]), 4), round(float(fit.robust_std_error[0]), 4)
    (1.1633, 0.7641)
    """
    as_choice("variance", variance, VARIANCES)
    as_choice("censoring_ties", censoring_ties, CENSORING_TIES)
    level = as_level(level)
    t = as_times("time", time)
    k = as_causes(cause, t.size)
    if x is None and time_varying is None:
        raise ValueError("x is needed: there are no covariates, neither constant nor time_varying")
    constant = np.empty((t.size, 0)) if x is None else as_matrix("x", x, t.size)
    varying = np.empty((t.size, 0)) if time_varying is None else as_matrix("time_varying", time_varying[0], t.size)
    w = as_weights("weight", weight, t.size)
    block = np.zeros(t.size, dtype=np.int64) if strata is None else as_codes("strata", strata, t.size)[1]
    group = None if cluster is None else as_codes("cluster", cluster, t.size)[1]
    keep = w > 0
    z = np.concatenate([constant, varying], axis=1)
    if not np.all(keep):
        t, k, w, z = t[keep], k[keep], w[keep], z[keep]
        block = np.unique(block[keep], return_inverse=True)[1].reshape(-1)
        group = None if group is None else group[keep]
    if group is not None and np.unique(group).size < 2:
        raise ValueError("cluster holds one label only: a robust variance needs at least two clusters")
    causes = np.unique(k[k > 0])
    of = as_cause_of_interest(of, causes)
    distinct, (rank,) = rank_times(t)
    sets = SubdistributionSets.make(rank, k == of, (k > 0) & (k != of), w, block, censoring_ties != "crr")
    event_time = distinct[sets.event_rank]
    function = None if time_varying is None else _checked(time_varying[1], varying.shape[1])
    f = None if function is None else function(event_time)
    group = None if group is None else group[sets.order]
    return report(
        _fit(sets, np.ascontiguousarray(z[sets.order].T), f, group, variance),
        Setting(of, causes, int(np.count_nonzero(k == 0)), event_time, function, varying.shape[1], variance, level),
    )


def _checked(function: Function, width: int) -> Callable[[Floats], Floats]:
    """``function`` as one from times (E,) to multipliers (width, E), its values checked."""

    def values(t: Floats) -> Floats:
        f = as_matrix("the function of time_varying", function(t), t.size)
        if f.shape[1] not in (1, width):
            raise ValueError(f"the function of time_varying gives {f.shape[1]} columns where {width} are needed")
        return np.asarray(np.broadcast_to(f.T, (width, t.size)))

    return values


def _fit(sets: SubdistributionSets, x: Floats, f: Floats | None, cluster: Ints | None, variance: str) -> Pieces:
    """Newton's method on standardized columns; ``x`` (p, n) sorted, ``f`` (p2, E) the varying multipliers."""
    share = sets.weight / sets.weight.sum()
    power = np.frexp(np.max(np.abs(x), axis=1))[1]  # x / 2^power is exact, and its square a float
    standard = np.ldexp(x, -power[:, None])
    middle = standard @ share
    standard -= middle[:, None]
    spread = np.sqrt(standard**2 @ share)
    flat = spread <= 1e-12
    standard /= np.where(flat, 1.0, spread)[:, None]
    standard[flat] = 0.0
    centre, unit = np.ldexp(middle, power), np.where(flat, 1.0, np.ldexp(spread, power))
    model: ConstantModel | VaryingModel
    if f is None:
        model = ConstantModel.make(sets, standard)
    else:
        largest = np.max(np.abs(f), axis=1)
        largest[largest == 0] = 1.0
        constant = x.shape[0] - f.shape[0]
        model = VaryingModel(sets, standard, np.concatenate([np.ones((constant, f.shape[1])), f / largest[:, None]]))
        unit[constant:] *= largest
    zero = np.zeros(x.shape[0])
    null = _at(model, zero)
    free = estimable(null.information, np.full(zero.size, sets.mass.sum()))
    if not np.all(free):
        model = model.part(np.flatnonzero(free))
        null = _at(model, zero[free])
    top = Maximum(zero[free], null, 0, True, free[free])
    if np.any(free):
        top = maximize(model.evaluate, zero[free], null)
    inverse = inverted(top.point.information)
    covariance = None
    if variance != "model":
        covariance = sandwich(sets, model.influences(top.point, variance), inverse, cluster)
    return Pieces(sets, free, unit, centre, null, top, inverse, covariance)


def _at(model: ConstantModel | VaryingModel, b: Floats) -> SubdistributionPoint:
    point = model.evaluate(b)
    assert point is not None  # at b = 0 all sums are of weights
    return point
