"""Survival compared within matched sets.

=================  =================================================================================================
stratified         log-rank with every matched set as a stratum: whether, among members of one set still at risk, a
                   treated one is as likely to have the next event. Null: no difference of hazards within sets. For
                   sets of any size.
sign               the same question of pairs, counted: of the pairs whose first event is known to belong to one member,
                   D1 have it in the treated and D2 in the control; Z = (D1 - D2) / sqrt(D1 + D2), exact p from the
                   binomial(D1 + D2, 1/2) (Klein & Moeschberger 2003, section 7.5). Who lives longer in a pair, not
                   how much longer.
prentice-wilcoxon  pairs again, but a pair counts by how far apart its members are among all times (early events most):
                   the difference of the treated's and the control's Prentice scores is symmetric about 0 under the
                   null that treatment changes nothing in any pair.
=================  =================================================================================================

A within-set hazard ratio is not the hazard ratio of the matched population, and none of these tests is of a survival
difference at a milestone; for that use ``milestone_difference`` with the sets as ``cluster``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, Ints, as_choice, as_codes, as_indicator, as_times, rank_times
from ._log_rank import log_rank
from ._paired_scores import prentice_differences
from ._poisson import normal_p

KINDS = ("stratified", "sign", "prentice-wilcoxon")
ALTERNATIVES = ("two-sided", "greater", "less")


@dataclass(frozen=True, slots=True)
class PairedTest:
    """A test of treated against control within matched sets.

    Attributes
    ----------
    kind, alternative : as asked.
    z : positive when the treated have events earlier or more often than the controls of their sets.
    statistic, p_value : z squared; p from the normal distribution, by ``alternative``.
    exact_p_value : binomial, for "sign"; NaN otherwise.
    observed, expected, variance : events of the treated, expected of them, and the variance of the difference
        ("stratified"; for "sign" D1, (D1 + D2) / 2 and (D1 + D2) / 4; NaN for "prentice-wilcoxon").
    treated_first, control_first : pairs by who is known to have had the first event; NaN unless all sets are pairs.
    sets, informative : matched sets, and those that say something (at some event time of the set both arms at risk,
        fewer events than members at risk; for scores, a difference other than 0).
    message : why z is NaN; empty otherwise.
    """

    kind: str
    alternative: str
    z: float
    statistic: float
    p_value: float
    exact_p_value: float
    observed: float
    expected: float
    variance: float
    treated_first: float
    control_first: float
    sets: int
    informative: int
    message: str


def paired_log_rank(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    pair: ArrayLike,
    *,
    kind: str = "stratified",
    alternative: str = "two-sided",
) -> PairedTest:
    """Test treated against control inside matched pairs or sets.

    Parameters
    ----------
    time, event : (n,) follow-up and 1 = event, 0 = censored.
    treated : (n,) 1 = treated, 0 = control.
    pair : (n,) label of the matched set of each row; every set needs both arms.
    kind : "stratified" for sets of any size; "sign" or "prentice-wilcoxon" for 1:1 pairs.
    alternative : "two-sided"; "greater": the treated's hazard is higher; "less": it is lower.

    Raises
    ------
    ValueError
        For bad arrays, a set without both arms, sets other than pairs where pairs are needed, unknown words.

    Notes
    -----
    A pair whose shorter time is a censoring, or whose events come at the same time, does not say who was first. For
    pairs without such ties the "stratified" and "sign" z are the same number.

    Examples
    --------
    The 21 pairs of the 6-mercaptopurine trial (Klein & Moeschberger 2003, section 7.5): placebo relapses first in 18
    pairs and 6-MP in 3, Z = 3.27.

    >>> placebo = [1, 22, 3, 12, 8, 17, 2, 11, 8, 12, 2, 5, 4, 15, 8, 23, 5, 11, 4, 1, 8]
    >>> drug = [10, 7, 32, 23, 22, 6, 16, 34, 32, 25, 11, 20, 19, 6, 17, 35, 6, 13, 9, 6, 10]
    >>> seen = [1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0]
    >>> rows = (placebo + drug, [1] * 21 + seen, [0] * 21 + [1] * 21, [*range(21), *range(21)])
    >>> r = paired_log_rank(*rows, kind="sign")
    >>> r.treated_first, r.control_first, round(r.z, 2), round(r.exact_p_value, 4)
    (3.0, 18.0, -3.27, 0.0015)
    >>> round(paired_log_rank(*rows).z, 6) == round(r.z, 6)
    True
    """
    as_choice("kind", kind, KINDS)
    as_choice("alternative", alternative, ALTERNATIVES)
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    arm = as_indicator("treated", treated, t.size)
    labels, code = as_codes("pair", pair, t.size)
    size = np.bincount(code)
    in_arm = np.bincount(code[arm], minlength=size.size)
    lonely = np.flatnonzero((in_arm == 0) | (in_arm == size))
    if lonely.size:
        which = "control" if in_arm[lonely[0]] else "treated"
        raise ValueError(f"pair: set {labels[lonely[0]]} has no {which} row; every matched set needs both arms")
    first = _first_events(t, d, arm, code) if np.all(size == 2) else None
    if kind != "stratified" and first is None:
        bad = np.flatnonzero(size != 2)[0]
        raise ValueError(
            f"pair: {kind} needs pairs of one treated and one control; set {labels[bad]} has {size[bad]} rows"
        )
    nan = math.nan
    z = observed = expected = variance = exact = nan
    ahead, behind = first if first is not None else (nan, nan)
    informative, message = 0, ""
    if kind == "stratified":
        try:
            r = log_rank(t, d, arm.astype(np.int64), strata=code)
        except ValueError as problem:  # the rows were checked above: what is left is that nothing can be compared
            message = str(problem)
        else:
            observed, expected, variance = float(r.observed[1]), float(r.expected[1]), float(r.covariance[1, 1])
            z = (observed - expected) / math.sqrt(variance)
            informative = _informative(t, d, arm, code)
    elif kind == "sign":
        informative = int(ahead + behind)
        observed, expected, variance = ahead, informative / 2, informative / 4
        if informative:
            z = (ahead - behind) / math.sqrt(informative)
            exact = _binomial_p(int(ahead), informative, alternative)
        else:
            message = "no pair shows who had the event first"
    else:
        rows = np.stack(
            [np.flatnonzero(arm)[np.argsort(code[arm])], np.flatnonzero(~arm)[np.argsort(code[~arm])]], axis=1
        )
        difference = prentice_differences(t[rows], d[rows])
        informative = int(np.count_nonzero(difference))
        if informative:
            z = -float(difference.sum()) / math.sqrt(float(difference @ difference))
        else:
            message = "no pair shows who had the event first"
    return PairedTest(
        kind=kind,
        alternative=alternative,
        z=z,
        statistic=z * z,
        p_value=normal_p(z, alternative),
        exact_p_value=exact,
        observed=observed,
        expected=expected,
        variance=variance,
        treated_first=ahead,
        control_first=behind,
        sets=int(labels.size),
        informative=informative,
        message=message,
    )


def _first_events(t: Floats, d: Bools, arm: Bools, code: Ints) -> tuple[float, float]:
    """Pairs in which the treated, and the control, is known to have had the first event."""
    _, (rank,) = rank_times(t)
    when, seen = (np.empty((2, arm.size // 2), dtype=np.int64) for _ in range(2))
    when[arm.astype(np.int64), code], seen[arm.astype(np.int64), code] = rank, d
    tied = when[0] == when[1]
    treated = np.where(tied, (seen[1] == 1) & (seen[0] == 0), (when[1] < when[0]) & (seen[1] == 1))
    control = np.where(tied, (seen[0] == 1) & (seen[1] == 0), (when[0] < when[1]) & (seen[0] == 1))
    return float(treated.sum()), float(control.sum())


def _informative(t: Floats, d: Bools, arm: Bools, code: Ints) -> int:
    """Sets with an event time at which both arms are at risk and not all of them have the event."""
    grid, (rank,) = rank_times(t)
    cells, cell = np.unique(code * grid.size + rank, return_inverse=True)
    of = cells // grid.size
    end = np.searchsorted(of, of, side="right")

    def still(chosen: Bools) -> Floats:
        tail = np.r_[np.bincount(cell[chosen], minlength=cells.size)[::-1].cumsum()[::-1], 0]
        return np.asarray(tail[:-1] - tail[end], dtype=np.float64)

    treated, control = still(arm), still(~arm)
    events = np.bincount(cell[d], minlength=cells.size)
    speaks = (events > 0) & (treated > 0) & (control > 0) & (events < treated + control)
    return int(np.unique(of[speaks]).size)


def _binomial_p(x: int, n: int, alternative: str) -> float:
    """Tail of a binomial(n, 1/2) count; twice the smaller one, at most 1, when two-sided."""

    def at_most(k: int) -> float:
        return math.fsum(
            math.exp(math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1) - n * math.log(2))
            for j in range(k + 1)
        )

    fewer, more = at_most(x), at_most(n - x)
    if alternative == "two-sided":
        return min(1.0, 2 * min(fewer, more))
    return more if alternative == "greater" else fewer
