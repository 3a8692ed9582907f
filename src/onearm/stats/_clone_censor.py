"""Two strategies from one cohort: switch within a time window, or do not, by cloning, censoring, weighting.

Every subject is cloned into both strategies at time zero, so nothing that happens later decides who is where.
A clone of "switch within the window" deviates at the end of the window if it has not switched; a clone of "do
not switch within the window" deviates at its switch, if that is within the window. What follows is
``_strategy``. The rows number subjects times distinct times of switching: give days, not fractions of them.
Sources: Hernan & Robins 2016, doi:10.1093/aje/kwv254; Maringe et al. 2020, doi:10.1093/ije/dyaa057.
"""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ._bootstrap_run import bootstrap
from ._clone_contrast import Contrasts, StrategyContrast, bootstrapped, robust, unknown
from ._clones import Clones, Subjects, make_clones
from ._cox_fit import CoxFit
from ._input import TIE_TOLERANCE, as_indicator, as_level, as_matrix, as_times
from ._strategy import Strategy, report_strategy, row_times
from ._switch import as_switch_times
from .cox import cox

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ._curve import KaplanMeier


@dataclass(frozen=True, slots=True, eq=False)
class CloneCensorWeight:
    """Two strategies compared.

    ``switch`` and ``stay``: survival under "switch within ``window``" and under "do not"; ``cox`` the weighted Cox
    model (1 = switch; robust variance with subjects as clusters) or None; ``log_hazard_ratio``,
    ``survival_difference`` and ``rmst_difference`` (switch minus stay) at ``horizon``; ``replicates`` bootstrap
    replicates with all three, ``failed`` the others, left out of what they lack; ``message`` what limits the result.
    """

    switch: Strategy
    stay: Strategy
    cox: CoxFit | None
    log_hazard_ratio: StrategyContrast
    survival_difference: StrategyContrast
    rmst_difference: StrategyContrast
    window: float
    horizon: float
    replicates: int
    failed: int
    message: str

    @property
    def hazard_ratio(self) -> float:
        """exp of the log hazard ratio."""
        return math.exp(self.log_hazard_ratio.value)


def clone_censor_weight(
    time: ArrayLike,
    event: ArrayLike,
    switch_time: ArrayLike,
    x: ArrayLike | None = None,
    *,
    window: float,
    horizon: float | None = None,
    stabilized: bool = False,
    truncate: float | None = None,
    level: float = 0.95,
    interval: str = "log-log",
    replicates: int = 0,
    seed: int | None = None,
    executor: Executor | None = None,
) -> CloneCensorWeight:
    """What if everyone switched within a time window, and what if nobody did?

    Parameters
    ----------
    time, event : (n,) follow-up from time zero, 1 = event, 0 = censored.
    switch_time : (n,) time of the switch; NaN, None or infinity = never. Counted as seen when before the
        end of follow-up: whoever dies on the day of the switch, or within the window without it, deviated from neither.
    x : (n, p) covariates at time zero that drive both the switch and survival.
    window : end of the time allowed for the switch, in the unit of time; a switch on that day is in time.
    horizon : time of the differences; None takes the shorter of the two follow-ups.
    stabilized, truncate, level, interval : as for :func:`follow_strategy`.
    replicates, seed : :func:`bootstrap` of subjects with percentile limits, cloning and weighting done again in
        each replicate; the same seed gives the same numbers with any ``executor``, None a seed of its own.
    executor : any ``concurrent.futures.Executor``, of threads or of processes; None runs here.

    Returns
    -------
    CloneCensorWeight
        Without replicates the hazard ratio has a cluster-robust error, the differences none.

    Raises
    ------
    ValueError
        For bad arrays, a switch given as yes/no, an event at time 0, a window that is negative or not
        finite, a horizon that is not positive, replicates below 0 or 1, a negative seed.

    Examples
    --------
    Stop aspirin after a year, or go on, among eight who take it (Hernan 2018, doi:10.1136/bmj.k182): no difference,
    where death by duration achieved is 4/5 against 2/3.

    >>> year, dead = [2, 2, 2, 1, 2, 2, 2, 1], [0, 1, 1, 1, 0, 1, 1, 1]
    >>> r = clone_censor_weight(year, dead, [1, 1, 1, None, None, None, None, None], window=1)
    >>> [float(s.curve.at(2).survival[0]) for s in (r.switch, r.stay)], r.survival_difference.value
    ([0.25, 0.25], 0.0)
    """
    level = as_level(level)
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    switch = as_switch_times("switch_time", switch_time, t.size)
    z = None if x is None else as_matrix("x", x, t.size)
    if not (math.isfinite(window) and window >= 0):
        raise ValueError(f"window must be a time that is not negative, found {window}")
    if replicates != int(replicates) or replicates < 0 or replicates == 1:
        raise ValueError(f"replicates must be 0 or at least 2, found {replicates}")
    within = switch <= window * (1 + TIE_TOLERANCE)
    late, early = np.where(within, np.inf, float(window)), np.where(within, switch, np.inf)
    subjects, ranks = Subjects.make(t, d, z, stabilized, truncate, late, early)
    pair = make_clones(subjects, ranks[0]), make_clones(subjects, ranks[1])
    strategies = [report_strategy(subjects, c, level, interval) for c in pair]
    ends = [s.curve.time[-1] for s in strategies if s.curve is not None]
    until = float(min(ends, default=math.nan)) if horizon is None else float(horizon)
    if horizon is not None and not (math.isfinite(until) and until > 0):
        raise ValueError(f"horizon must be a positive time, found {horizon}")
    said = [f"{name}: {s.message}" for name, s in zip(("switch", "stay"), strategies, strict=True) if s.message]
    fit = _fit(subjects, pair, level)
    if fit is None:
        said.append("hazard ratio: it needs both strategies followed, and an event")
    elif fit.message:
        said.append(f"hazard ratio: {fit.message}")
    statistic = Contrasts(subjects, np.array(ranks), until)
    value = statistic.of(pair)
    value[0] = fit.coef[0] if fit is not None and fit.converged else math.nan
    if not np.any(within & (switch < t)):
        value[:] = math.nan
        said.append("nobody is followed after a switch within the window: there is nothing to compare")
    for name, s in zip(("switch", "stay"), strategies, strict=True):
        if s.curve is not None and _ends_before(s.curve, until):
            value[1:] = math.nan
            end = f"{s.curve.time[-1]:g}"
            said.append(f"differences: under {name} nobody is followed to the horizon {until:g}, the last one to {end}")
    failed = 0
    if replicates:
        drawn = bootstrap(
            statistic.replicates(pair),
            t.size,
            replicates=int(replicates),
            seed=secrets.randbits(64) if seed is None else seed,
            level=level,
            executor=executor,
            vectorized=True,
            max_failed=1 - 0.5 / replicates,
        )
        failed = drawn.failed
        if failed:
            why = "; ".join(f"{reason} ({times})" for reason, times in drawn.failures)
            said.append(
                f"{failed} of {replicates} bootstrap replicates had no estimate of all three contrasts and are left "
                f"out of those they lack: {why}"
            )
        contrasts = [unknown(v) if math.isnan(v) else bootstrapped(v, drawn, k) for k, v in enumerate(value)]
    else:
        said.append("the differences have no standard error: the same subjects are in both strategies; set replicates")
        contrasts = [robust(value[0], fit, level), unknown(value[1]), unknown(value[2])]
    return CloneCensorWeight(
        strategies[0],
        strategies[1],
        fit,
        contrasts[0],
        contrasts[1],
        contrasts[2],
        float(window),
        until,
        int(replicates) - failed,
        failed,
        "; ".join(said),
    )


def _ends_before(curve: KaplanMeier, horizon: float) -> bool:
    """Whether survival at the horizon is unknown: follow-up ends before it and the curve has not reached 0."""
    return bool(horizon > curve.time[-1] * (1 + TIE_TOLERANCE) and curve.survival[-1] > 0)


def _fit(subjects: Subjects, pair: tuple[Clones, Clones], level: float) -> CoxFit | None:
    """Weighted Cox model on the clones of both strategies; None without both or without events."""
    if any(c.subject.size == 0 for c in pair) or not any(np.any(c.event) for c in pair):
        return None
    subject = np.concatenate([c.subject for c in pair])
    start, stop = (np.concatenate(times) for times in zip(*(row_times(subjects, c) for c in pair), strict=True))
    return cox(
        stop,
        np.concatenate([c.event for c in pair]),
        np.repeat([1.0, 0.0], [c.subject.size for c in pair]),
        entry=start,
        weight=np.concatenate([c.weight for c in pair]),
        cluster=subject if np.unique(subject).size > 1 else None,
        robust=True,
        level=level,
    )
