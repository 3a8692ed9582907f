"""Two strategies from one cohort: switch within a time window, or do not, by cloning, censoring, weighting.

Every subject is cloned into both strategies at time zero, so nothing that happens later decides who is where.
A clone of "switch within the window" deviates at the end of the window if it has not switched; a clone of "do
not switch within the window" deviates at its switch, if that is within the window. What follows is
``_strategy``. The rows number subjects times distinct times of switching: give days, not fractions of them.
Sources: Hernan & Robins 2016, doi:10.1093/aje/kwv254; Maringe et al. 2020, doi:10.1093/ije/dyaa057.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from ._clone_contrast import Contrast, bootstrapped, robust
from ._cox_fit import CoxFit
from ._input import TIE_TOLERANCE, Bools, Floats, as_indicator, as_level, as_matrix, as_times
from ._kaplan_meier import kaplan_meier
from ._strategy import Clones, Strategy, make_clones, report_strategy
from ._switch import as_switch_times
from .cox import cox


class Executor(Protocol):
    """Anything with the ``map`` of ``concurrent.futures``."""

    def map(self, fn: Callable[[Any], Any], *iterables: Iterable[Any]) -> Iterable[Any]:
        """Results of ``fn`` in the order of the arguments."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class CloneCensorWeight:
    """Two strategies compared.

    ``switch`` and ``stay``: survival under "switch within ``window``" and under "do not"; ``cox`` the weighted Cox
    model (1 = switch; robust variance with subjects as clusters) or None; ``log_hazard_ratio``,
    ``survival_difference`` and ``rmst_difference`` (switch minus stay) at ``horizon``; ``replicates`` bootstrap
    replicates used of those asked for, ``failed`` the others; ``message`` what limits the result.
    """

    switch: Strategy
    stay: Strategy
    cox: CoxFit | None
    log_hazard_ratio: Contrast
    survival_difference: Contrast
    rmst_difference: Contrast
    window: float
    horizon: float
    replicates: int
    failed: int
    message: str

    @property
    def hazard_ratio(self) -> float:
        """exp of the log hazard ratio."""
        return math.exp(self.log_hazard_ratio.value)


@dataclass(frozen=True, slots=True, eq=False)
class _Cohort:
    """The checked subjects, and how to analyse them."""

    time: Floats
    event: Bools
    switch: Floats
    x: Floats | None
    window: float
    stabilized: bool
    truncate: float | None

    def clones(self) -> tuple[Clones, Clones]:
        """Rows under "switch within the window" and under "do not"."""
        within = self.switch <= self.window * (1 + TIE_TOLERANCE)
        deviations = np.where(within, np.inf, self.window), np.where(within, self.switch, np.inf)
        first, second = (
            make_clones(self.time, self.event, deviation, self.x, self.stabilized, self.truncate)
            for deviation in deviations
        )
        return first, second

    def resampled(self, rows: Any) -> _Cohort:
        """The subjects at the given indices."""
        x = None if self.x is None else self.x[rows]
        return _Cohort(
            self.time[rows], self.event[rows], self.switch[rows], x, self.window, self.stabilized, self.truncate
        )


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
    replicates, seed : bootstrap of subjects, with cloning and weighting done again in each replicate. Replicate k
        draws from the k-th child of ``numpy.random.SeedSequence(seed)``, so results do not depend on ``executor``.
    executor : with a ``map`` method, such as ``concurrent.futures.ProcessPoolExecutor()``; None runs here.

    Returns
    -------
    CloneCensorWeight
        Without replicates the hazard ratio has a cluster-robust error, the differences none.

    Raises
    ------
    ValueError
        For bad arrays, a switch given as yes/no, an event at time 0, a window that is negative or not
        finite, a horizon that is not positive, replicates below 0 or 1.

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
    cohort = _Cohort(t, d, switch, z, float(window), stabilized, truncate)
    pair = cohort.clones()
    strategies = [report_strategy(c, level, interval) for c in pair]
    ends = [s.curve.time[-1] for s in strategies if s.curve is not None]
    until = float(min(ends, default=math.nan)) if horizon is None else float(horizon)
    if horizon is not None and not (math.isfinite(until) and until > 0):
        raise ValueError(f"horizon must be a positive time, found {horizon}")
    said = [f"{name}: {s.message}" for name, s in zip(("switch", "stay"), strategies, strict=True) if s.message]
    fit = _fit(pair, level, sandwich=True)
    if fit is None:
        said.append("hazard ratio: it needs both strategies followed, and an event")
    elif fit.message:
        said.append(f"hazard ratio: {fit.message}")
    value = _contrasts(pair, fit, until)
    seeds = np.random.SeedSequence(seed).spawn(int(replicates))
    task = partial(_replicate, cohort, until)
    drawn = np.array(list((map if executor is None else executor.map)(task, seeds))).reshape(-1, 3)
    good = np.all(np.isfinite(drawn), axis=1)
    failed = int(np.count_nonzero(~good))
    if failed:
        said.append(f"{failed} of {replicates} bootstrap replicates had no estimate and are left out")
    contrasts = [bootstrapped(v, drawn[good, k], level) for k, v in enumerate(value)]
    if replicates == 0:
        said.append("the differences have no standard error: the same subjects are in both strategies; set replicates")
        contrasts[0] = robust(value[0], fit, level)
    return CloneCensorWeight(
        strategies[0],
        strategies[1],
        fit,
        contrasts[0],
        contrasts[1],
        contrasts[2],
        float(window),
        until,
        int(good.sum()),
        failed,
        "; ".join(said),
    )


def _fit(pair: tuple[Clones, Clones], level: float, sandwich: bool) -> CoxFit | None:
    """Weighted Cox model on the clones of both strategies; None without both or without events."""
    if any(c.subject.size == 0 for c in pair) or not any(np.any(c.event) for c in pair):
        return None
    subject = np.concatenate([c.subject for c in pair])
    return cox(
        np.concatenate([c.stop for c in pair]),
        np.concatenate([c.event for c in pair]),
        np.repeat([1.0, 0.0], [c.subject.size for c in pair]),
        entry=np.concatenate([c.start for c in pair]),
        weight=np.concatenate([c.weight for c in pair]),
        cluster=subject if sandwich and np.unique(subject).size > 1 else None,
        robust=sandwich,
        level=level,
    )


def _contrasts(pair: tuple[Clones, Clones], fit: CoxFit | None, horizon: float) -> Floats:
    """Log hazard ratio, difference in survival and in restricted mean, (3,)."""
    result = np.full(3, np.nan)
    if fit is not None and fit.converged:
        result[0] = fit.coef[0]
    if all(c.subject.size for c in pair) and horizon > 0:
        curves = [kaplan_meier(c.stop, c.event, weight=c.weight, entry=c.start) for c in pair]
        survival = [float(k.at(horizon, extend=True).survival[0]) for k in curves]
        mean = [k.rmst(horizon, extend=True).value for k in curves]
        result[1:] = survival[0] - survival[1], mean[0] - mean[1]
    return result


def _replicate(cohort: _Cohort, horizon: float, seed: np.random.SeedSequence) -> Floats:
    """The contrasts (3,) of one sample of subjects drawn with replacement."""
    n = cohort.time.size
    pair = cohort.resampled(np.random.default_rng(seed).integers(0, n, n)).clones()
    return _contrasts(pair, _fit(pair, 0.95, sandwich=False), horizon)
