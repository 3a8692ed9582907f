"""What would have happened had everyone followed a strategy: censoring at deviation, weights for it.

A subject counts for a strategy until it deviates from it; then it is censored. That censoring depends on
prognosis, so at each time those still following stand for those who no longer do, with weight 1/G,
G_i(t) the probability of not having deviated by then given the covariates. G comes from a Cox model of
deviation, fitted on everybody followed up to each time (Maringe et al. 2020, doi:10.1093/ije/dyaa057):

    G_i(t) = exp(-H(t-) exp(x_i b)),   H(t) = sum over deviations s <= t, the j-th of d at s (j = 0 .. d-1),
                                              of 1 / (R(s) - j/d D(s))

with R(s) the sum of exp(x b) over those followed up to s and D(s) over those who deviate there (Efron). An
event or the end of follow-up on the day of deviation comes first: the subject did not deviate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._curve import KaplanMeier
from ._input import Bools, Floats, Ints, as_indicator, as_level, as_matrix, as_times, rank_times
from ._kaplan_meier import kaplan_meier
from ._switch import as_switch_times
from .cox import cox
from .weighting import effective_sample_size

_LARGEST = 300.0  # log of the largest weight: its square is still a number


@dataclass(frozen=True, slots=True, eq=False)
class Clones:
    """k weighted rows of the n subjects as followers of one strategy.

    ``subject`` (k,), ``start``, ``stop`` (k,), ``event`` (k,), ``weight`` (k,); ``deviated`` (n,) who was
    censored for deviating; ``final`` (n,) the weight each had when last followed; ``message``.
    """

    subject: Ints
    start: Floats
    stop: Floats
    event: Bools
    weight: Floats
    deviated: Bools
    final: Floats
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Strategy:
    """Survival under a strategy.

    ``curve`` weighted Kaplan-Meier curve (None when nobody follows the strategy beyond time 0; its variance
    takes the weights as known; rows cut where weights change count as censored there); ``n`` subjects,
    ``deviated`` censored for deviating, ``events`` counted; ``weight_mean`` and ``weight_max`` of the weights of
    those who never deviated when last followed, ``effective_size`` of these; ``message`` what went wrong.
    """

    curve: KaplanMeier | None
    n: int
    deviated: int
    events: int
    weight_mean: float
    weight_max: float
    effective_size: float
    message: str


def follow_strategy(
    time: ArrayLike,
    event: ArrayLike,
    deviation_time: ArrayLike,
    x: ArrayLike | None = None,
    *,
    stabilized: bool = False,
    truncate: float | None = None,
    level: float = 0.95,
    interval: str = "log-log",
) -> Strategy:
    """Survival had everyone followed a strategy, from when each stopped following it.

    Parameters
    ----------
    time, event : (n,) follow-up from time zero, 1 = event, 0 = censored.
    deviation_time : (n,) first time at which what was done no longer fits the strategy; NaN, None or infinity =
        never. 0 = did not even begin with it.
    x : (n, p) covariates at time zero that may drive deviation and survival; None assumes none do.
    stabilized : multiply weights by the same probability without covariates.
    truncate : cut weights at this quantile (0.99, say) of the weights at the end of each one's follow-up.
    level, interval : as for :func:`kaplan_meier`.

    Raises
    ------
    ValueError
        For bad arrays, or an event at time 0.

    Examples
    --------
    Two years of aspirin among eight who take it for a year (Hernan 2018, doi:10.1136/bmj.k182): three stop
    after it. The risk of death after two years is 0.75, as in those who stop.

    >>> year, dead = [2, 2, 2, 1, 2, 2, 2, 1], [0, 1, 1, 1, 0, 1, 1, 1]
    >>> go_on = follow_strategy(year, dead, [1, 1, 1, None, None, None, None, None])
    >>> float(go_on.curve.at(2).survival[0])
    0.25
    """
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    deviation = as_switch_times("deviation_time", deviation_time, t.size)
    z = None if x is None else as_matrix("x", x, t.size)
    clones = make_clones(t, d, deviation, z, stabilized, truncate)
    return report_strategy(clones, as_level(level), interval)


def report_strategy(clones: Clones, level: float, interval: str) -> Strategy:
    """The curve of weighted rows, and what the weights are like."""
    curve = None
    said = [clones.message] if clones.message else []
    if clones.subject.size:
        curve = kaplan_meier(
            clones.stop,
            clones.event,
            weight=clones.weight,
            entry=clones.start,
            cluster=clones.subject,
            level=level,
            interval=interval,
        )
    else:
        said.append("nobody follows this strategy beyond time 0")
    kept = clones.final[~clones.deviated]
    if kept.size == 0:
        said.append("everybody followed for long enough deviates: nothing is known beyond the last deviation")
    return Strategy(
        curve,
        clones.deviated.size,
        int(clones.deviated.sum()),
        int(clones.event.sum()),
        float(kept.mean()) if kept.size else np.nan,
        float(kept.max()) if kept.size else np.nan,
        float(effective_sample_size(kept)) if kept.size else 0.0,
        "; ".join(said),
    )


def make_clones(
    time: Floats, event: Bools, deviation: Floats, x: Floats | None, stabilized: bool, truncate: float | None
) -> Clones:
    """Rows of one strategy, cut only where the weights change between two event times."""
    if truncate is not None and not 0 < truncate <= 1:
        raise ValueError(f"truncate must be a quantile above 0 and up to 1, found {truncate}")
    at_zero = np.flatnonzero(event & (time == 0))
    if at_zero.size:
        raise ValueError(f"time: row {at_zero[0]} has its event at time 0, before any strategy can be followed")
    finite = np.where(np.isfinite(deviation), deviation, 0.0)
    grid, (exit_rank, deviation_rank) = rank_times(time, finite)
    deviation_rank = np.where(np.isfinite(deviation), deviation_rank, grid.size)
    deviated = deviation_rank < exit_rank
    last = np.minimum(exit_rank, deviation_rank)
    risk, message = _relative_risk(last, deviated, x)
    rank, hazard = _efron_hazard(last, deviated, risk)
    null = _efron_hazard(last, deviated, np.ones(risk.size))[1] if stabilized else np.zeros(hazard.size)
    # H just before each event time; a cut after the last deviation before it
    steps = np.unique(np.searchsorted(rank, np.unique(exit_rank[event]), side="left"))
    steps = steps[steps > 0]
    cuts = rank[steps - 1]
    levels, null_levels = np.r_[0.0, hazard[steps - 1]], np.r_[0.0, null[steps - 1]]
    followed = np.flatnonzero(grid[last] > 0)
    pieces = np.searchsorted(cuts, last[followed], side="left") + 1
    skip = int(cuts.size > 0 and grid[cuts[0]] == 0)  # a cut at 0 leaves nothing before it
    number = pieces - skip
    row = np.repeat(np.arange(followed.size), number)
    piece = np.arange(row.size) - np.repeat(np.cumsum(number) - number, number) + skip
    subject = followed[row]
    edges = np.r_[0.0, grid[cuts]]
    ends_here = piece == pieces[row] - 1
    stop = np.where(ends_here, grid[last[subject]], np.r_[grid[cuts], np.inf][piece])
    weight = np.exp(np.minimum(levels[piece] * risk[subject] - null_levels[piece], _LARGEST))
    final = np.ones(time.size)
    final[followed] = weight[np.cumsum(number) - 1]
    if truncate is not None and followed.size:
        cap = np.quantile(final[followed], truncate)
        weight, final = np.minimum(weight, cap), np.minimum(final, cap)
    return Clones(
        subject,
        edges[piece],
        stop,
        ends_here & (event & ~deviated)[subject],
        weight,
        deviated,
        final,
        message,
    )


def _relative_risk(last: Ints, deviated: Bools, x: Floats | None) -> tuple[Floats, str]:
    """exp(x b) of deviating, 1 for the largest, and what the model says of itself."""
    if x is None or not np.any(deviated):
        return np.ones(last.size), ""
    fit = cox(last + 1, deviated, x)  # a model of the order of times
    b = np.where(np.isfinite(fit.coef), fit.coef, 0.0)
    score = x @ b
    return np.exp(
        np.maximum(score - score.max(), -_LARGEST)
    ), f"model of deviation: {fit.message}" if fit.message else ""


def _efron_hazard(last: Ints, deviated: Bools, risk: Floats) -> tuple[Ints, Floats]:
    """Ranks at which someone deviates, and the cumulative hazard after each."""
    rank, where, number = np.unique(last[deviated], return_inverse=True, return_counts=True)
    order = np.argsort(last, kind="stable")
    tail = np.r_[np.cumsum(risk[order][::-1])[::-1], 0.0]
    total = tail[np.searchsorted(last[order], rank, side="left")]
    leaving = np.bincount(where.reshape(-1), risk[deviated], rank.size)
    which = np.repeat(np.arange(rank.size), number)
    share = (np.arange(which.size) - np.repeat(np.cumsum(number) - number, number)) / number[which]
    steps = np.bincount(which, 1 / (total[which] - share * leaving[which]), rank.size)
    return rank.astype(np.int64), np.cumsum(steps)
