"""Comparing survival before and after a switch: Mantel-Byar test and time-dependent Cox regression.

At each event time t the n at risk are the n1 who have switched before t and the n0 who have not (yet). Of d
events the switched expect d n1 / n. Observed minus expected, summed, over the hypergeometric variance
d (n - d) / (n - 1) (n1/n)(n0/n) is the Mantel-Byar statistic: the log-rank test on rows cut at the switch, and
the score test of a Cox model (with the exact treatment of ties) whose covariate turns from 0 to 1 at the switch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._cox_fit import CoxFit
from ._distributions import chi_square_tail
from ._input import Floats, Ints, as_codes, as_matrix, as_weights, count
from ._switch import Split, split_at_switch
from .cox import cox


@dataclass(frozen=True, slots=True, eq=False)
class MantelByar:
    """Events before and after the switch against what equal hazards would give.

    ``groups`` are ("not switched", "switched") and the arrays (2,) in that order: ``n`` subjects ever followed
    in the state, ``person_time`` spent in it, ``observed`` and ``expected`` events; ``variance`` of the
    difference; ``statistic`` chi-square with 1 degree of freedom, ``z`` its signed root (positive: more
    events among the switched than expected), ``p_value``; NaN, with the reason in ``message``, when no event
    time has both states at risk.
    """

    groups: tuple[str, str]
    n: Ints
    person_time: Floats
    observed: Floats
    expected: Floats
    variance: float
    z: float
    statistic: float
    df: int
    p_value: float
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class SwitchCox:
    """A Cox model with a covariate that turns from 0 to 1 at the switch.

    ``columns`` names of the coefficients of ``fit``: "switch", then "x0", "x1", ..., then "switch:x0", ... with
    interactions; ``hazard_ratio``, ``low``, ``high``, ``p_value`` of the switch (with interactions: where all
    x are 0); ``n`` subjects, ``n_switched`` followed after a switch; ``message`` as of the fit.
    """

    fit: CoxFit
    columns: tuple[str, ...]
    hazard_ratio: float
    low: float
    high: float
    p_value: float
    n: int
    n_switched: int
    message: str


def mantel_byar(
    time: ArrayLike,
    event: ArrayLike,
    switch_time: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
) -> MantelByar:
    """Test whether the hazard changes with the switch, without immortal time (Mantel & Byar 1974).

    Parameters
    ----------
    time, event, switch_time, entry : as for :func:`simon_makuch`.
    strata : (n,) labels of subjects; comparisons are made within strata and summed.

    Raises
    ------
    ValueError
        For bad arrays, a switch given as yes/no, or no event at all. Source: doi:10.1080/01621459.1974.10480131.

    Examples
    --------
    >>> r = mantel_byar([3, 5, 6, 7, 8, 9], [1, 1, 0, 1, 1, 0], [None, None, None, None, 2, 4])
    >>> r.observed.tolist(), r.expected.round(4).tolist(), r.person_time.tolist()
    ([3.0, 1.0], [1.7667, 2.2333], [27.0, 11.0])
    """
    rows = split_at_switch(time, event, switch_time, entry)
    if not np.any(rows.event):
        raise ValueError("event holds no event: a Mantel-Byar test needs at least one")
    total = np.size(np.asarray(time))
    block = np.zeros(total, dtype=np.int64) if strata is None else as_codes("strata", strata, total)[1]
    block = block[rows.subject]
    d1, d, n1, n = _cells(rows, block)
    share = n1 / n
    variance = float(np.sum(np.where(n > 1, d * (n - d) / np.maximum(n - 1, 1), 0.0) * share * (1 - share)))
    seen, hoped = float(d1.sum()), float((d * share).sum())
    all_events = float(d.sum())
    known = variance > 0
    z = (seen - hoped) / math.sqrt(variance) if known else math.nan
    after = rows.switched
    return MantelByar(
        ("not switched", "switched"),
        np.array([np.count_nonzero(~after), np.count_nonzero(after)]),
        np.array([np.sum((rows.stop - rows.start)[part]) for part in (~after, after)]),
        np.array([all_events - seen, seen]),
        np.array([all_events - hoped, hoped]),
        variance,
        z,
        z * z,
        1,
        chi_square_tail(z * z, 1),
        "" if known else "no event time has switched and not switched subjects at risk together: nothing to compare",
    )


def _cells(rows: Split, block: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    """At each (stratum, event time): events among the switched, events, switched at risk, at risk."""
    m = rows.grid.size
    cells = np.unique(block[rows.event] * m + rows.last[rows.event])

    def at_risk(part: Floats) -> Floats:  # start < t <= stop, within the stratum
        chosen = part > 0
        # start ranks run from -1, so they get a place before 0 in their stratum
        starts = np.sort(block[chosen] * (m + 1) + rows.first[chosen] + 1)
        stops = np.sort(block[chosen] * (m + 1) + rows.last[chosen] + 1)
        here = cells // m * (m + 1) + cells % m + 1
        gone = np.searchsorted(stops, here, side="left")
        return np.asarray(np.searchsorted(starts, here, side="left") - gone, dtype=np.float64)

    def events(part: Floats) -> Floats:
        chosen = rows.event & (part > 0)
        return count(np.searchsorted(cells, block[chosen] * m + rows.last[chosen]), np.ones(chosen.sum()), cells.size)

    everyone, after = np.ones(block.size), rows.switched.astype(np.float64)
    return events(after), events(everyone), at_risk(after), at_risk(everyone)


def time_dependent_cox(
    time: ArrayLike,
    event: ArrayLike,
    switch_time: ArrayLike,
    x: ArrayLike | None = None,
    *,
    interaction: bool = False,
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    ties: str = "efron",
    level: float = 0.95,
) -> SwitchCox:
    """How the hazard changes at the switch: Cox regression on rows cut at it.

    Parameters
    ----------
    time, event, switch_time, entry : as for :func:`simon_makuch`.
    x : (n, p) covariates known at the start, or None.
    interaction : add the products of the switch with each column of ``x``.
    weight, strata : (n,) of subjects. With weights the variance is robust, rows of one subject together.
    ties, level : as for :func:`cox`.

    Returns
    -------
    SwitchCox
        When nobody switches, or everybody at the start, the hazard ratio is NaN and ``message`` says so.

    Examples
    --------
    With one covariate that only the switch changes, the score test is that of Mantel and Byar:

    >>> data = ([3, 5, 6, 7, 8, 9], [1, 1, 0, 1, 1, 0], [None, None, None, None, 2, 4])
    >>> round(time_dependent_cox(*data).fit.score.statistic, 10) == round(mantel_byar(*data).statistic, 10)
    True
    """
    rows = split_at_switch(time, event, switch_time, entry)
    total, who = np.size(np.asarray(time)), rows.subject
    switched = rows.switched.astype(np.float64)[:, None]
    parts, names = [switched], ["switch"]
    if x is not None:
        z = as_matrix("x", x, total)[who]
        names += [f"x{j}" for j in range(z.shape[1])]
        parts.append(z)
        if interaction:
            names += [f"switch:x{j}" for j in range(z.shape[1])]
            parts.append(z * switched)
    w = None if weight is None else as_weights("weight", weight, total)[who]
    fit = cox(
        rows.last + 1,  # the partial likelihood knows only the order of times
        rows.event,
        np.hstack(parts),
        entry=np.maximum(rows.first + 1, 0),
        weight=w,
        strata=None if strata is None else as_codes("strata", strata, total)[1][who],
        cluster=None if w is None else who,
        ties=ties,
        level=level,
    )
    said = [] if 0 < np.mean(switched) < 1 else ["nobody was followed both before and after a switch"]
    said += [fit.message] if fit.message else []
    return SwitchCox(
        fit,
        tuple(names),
        float(fit.hazard_ratio[0]),
        float(fit.hazard_ratio_low[0]),
        float(fit.hazard_ratio_high[0]),
        float(fit.p_value[0]),
        rows.n,
        rows.n_switched,
        "; ".join(said),
    )
