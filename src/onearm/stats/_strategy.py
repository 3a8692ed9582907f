"""What would have happened had everyone followed a strategy: censoring at deviation, weights for it.

A subject counts for a strategy until it deviates from it; then it is censored. That censoring depends on
prognosis, so at each time those still following stand for those who no longer do, with weight 1/G, G the
probability of not having deviated by then given the covariates. G comes from a Cox model of deviation, fitted
on everybody followed up to each time (Maringe et al. 2020, doi:10.1093/ije/dyaa057); the algebra is in
``_clones``. An event or the end of follow-up on the day of deviation comes first: the subject did not deviate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._clones import Clones, Subjects, make_clones
from ._curve import KaplanMeier
from ._input import Floats, as_indicator, as_level, as_matrix, as_times
from ._kaplan_meier import kaplan_meier
from ._switch import as_switch_times
from .cox import cox
from .weighting import effective_sample_size


@dataclass(frozen=True, slots=True, eq=False)
class Strategy:
    """Survival under a strategy.

    ``curve`` weighted Kaplan-Meier curve (None when nobody follows the strategy beyond time 0; its variance
    takes the weights as known; rows cut where weights change count as censored there); ``n_left`` (m,) at each
    ``curve.time``, clones whose follow-up ends there without event because they deviated or were lost: the next
    ``curve.n_at_risk`` is this one less ``curve.n_events`` and ``n_left``; ``n`` subjects,
    ``deviated`` censored for deviating, ``events`` counted; ``weight_mean`` and ``weight_max`` of the weights of
    those who never deviated when last followed, ``effective_size`` of these; ``message`` what went wrong.
    """

    curve: KaplanMeier | None
    n_left: Floats
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
    subjects, (left,) = Subjects.make(t, d, z, stabilized, truncate, deviation)
    return report_strategy(subjects, make_clones(subjects, left), as_level(level), interval)


def row_times(subjects: Subjects, clones: Clones) -> tuple[Floats, Floats]:
    """Start and stop of each row."""
    return np.where(clones.first >= 0, subjects.grid[clones.first], 0.0), subjects.grid[clones.last]


def report_strategy(subjects: Subjects, clones: Clones, level: float, interval: str) -> Strategy:
    """The curve of weighted rows, and what the weights are like."""
    curve, n_left = None, np.zeros(0)
    said = []
    if not clones.sound:  # the same model with its report, which says what is wrong
        assert subjects.x is not None
        said.append(f"model of deviation: {cox(clones.until + 1, clones.deviated, subjects.x).message}")
    if clones.subject.size:
        start, stop = row_times(subjects, clones)
        curve = kaplan_meier(
            stop,
            clones.event,
            weight=clones.weight,
            entry=start,
            cluster=clones.subject,
            level=level,
            interval=interval,
        )
        ending = np.searchsorted(curve.time, stop[clones.ends & ~clones.event])
        n_left = np.bincount(ending, minlength=curve.time.size).astype(np.float64)
    else:
        said.append("nobody follows this strategy beyond time 0")
    kept = clones.final[~clones.deviated]
    if kept.size == 0:
        said.append("everybody followed for long enough deviates: nothing is known beyond the last deviation")
    return Strategy(
        curve,
        n_left,
        clones.deviated.size,
        int(clones.deviated.sum()),
        int(clones.event.sum()),
        float(kept.mean()) if kept.size else np.nan,
        float(kept.max()) if kept.size else np.nan,
        float(effective_sample_size(kept)) if kept.size else 0.0,
        "; ".join(said),
    )
