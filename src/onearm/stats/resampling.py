"""Bootstrap of any statistic, of Cox models and of survival curves.

What is estimated on the way to a number has to be estimated again in each replicate, or its uncertainty
is lost. The statistic below fits the propensity score, the weights and the curves from the integer weights
it is given; drawing within arms keeps their sizes::

    def difference(drawn):
        score = logistic(x, arm, weight=drawn).fitted
        weight = drawn * att_weights(score, arm)
        trial, control = (
            kaplan_meier(time, event, weight=weight * (arm == k)).at(12).survival[0] for k in (1, 0)
        )
        return trial - control

    bootstrap(difference, len(time), seed=1, strata=arm)
"""

from __future__ import annotations

from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._bootstrap_cox import CoxReplicates
from ._bootstrap_record import Bootstrap
from ._bootstrap_run import Options, bootstrap, run
from ._bootstrap_survival import SurvivalReplicates
from ._input import Floats, as_vector

__all__ = ["Bootstrap", "SurvivalBootstrap", "bootstrap", "bootstrap_cox", "bootstrap_survival"]

_CELLS = 2**16  # weights of one block: what stays in the processor's cache


def bootstrap_cox(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    replicates: int = 1000,
    seed: int,
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    within: ArrayLike | None = None,
    ties: str = "efron",
    level: float = 0.95,
    interval: str = "percentile",
    quantile: str = "linear",
    executor: Executor | None = None,
    max_failed: float = 0.05,
) -> Bootstrap:
    """How Cox coefficients vary over resampled rows or clusters, many replicates at a time.

    Each replicate equals :func:`onearm.stats.cox.cox` of the rows written out as often as they were drawn, so
    that under Efron's rule the copies of one death are ties, as in an R loop over ``coxph(data[i, ])``.

    Parameters
    ----------
    time, event, x, entry, weight, ties : as in ``cox``; ``ties`` "efron" or "breslow". Weights are fixed.
    strata : (n,) strata of the model, each with its own baseline hazard.
    cluster : (n,) labels of rows drawn together; rows of one subject, matched sets.
    within : (n,) labels within which draws are made, such as the arms.
    replicates, seed, level, interval, quantile, executor, max_failed : as in :func:`bootstrap`.

    Returns
    -------
    Bootstrap
        Of the p log hazard ratios. Replicates without a finite estimate (a group without events, a
        column that became constant) are counted in ``failed``.

    Raises
    ------
    ValueError
        For bad arrays or labels, or no event.

    Examples
    --------
    AML trial, no maintenance v maintenance: log hazard ratio 0.916, model-based standard error 0.512.

    >>> week = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
    >>> relapse = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> arm = [0] * 11 + [1] * 12
    >>> b = bootstrap_cox(week, relapse, arm, seed=1, within=arm)
    >>> round(float(b.estimate[0]), 3), b.failed
    (0.916, 0)
    """
    statistic = CoxReplicates(time, event, x, entry, weight, strata, ties)
    n = statistic.data[0].size
    return bootstrap(
        statistic,
        n,
        replicates=replicates,
        seed=seed,
        cluster=cluster,
        strata=within,
        level=level,
        interval=interval,
        quantile=quantile,
        executor=executor,
        block=max(1, _CELLS // n),
        vectorized=True,
        max_failed=max_failed,
    )


class SurvivalBootstrap(NamedTuple):
    """Bootstraps of one curve from the same replicates; None where not asked for.

    ``survival`` has one quantity for each of ``at``, ``quantile`` one for each of ``p``, ``rmst`` is a number.
    """

    survival: Bootstrap | None
    quantile: Bootstrap | None
    rmst: Bootstrap | None


def bootstrap_survival(
    time: ArrayLike,
    event: ArrayLike,
    *,
    at: ArrayLike = (),
    p: ArrayLike = (0.5,),
    tau: float | None = None,
    replicates: int = 1000,
    seed: int,
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    within: ArrayLike | None = None,
    level: float = 0.95,
    interval: str = "percentile",
    quantile: str = "linear",
    executor: Executor | None = None,
) -> SurvivalBootstrap:
    """How a Kaplan-Meier curve varies over resampled rows or clusters: survival, quantiles, restricted mean.

    Parameters
    ----------
    time, event, entry, weight : as in ``kaplan_meier``. Weights are fixed; to estimate them again in each
        replicate use :func:`bootstrap`.
    at : times at which to read S; none by default. p : quantiles, the median by default. tau : of the
        restricted mean, None for none.
    cluster : (n,) labels of rows drawn together.
    within : (n,) labels within which draws are made.
    replicates, seed, level, interval, quantile, executor : as in :func:`bootstrap`.

    Returns
    -------
    SurvivalBootstrap
        A curve is carried forward beyond the last follow-up of a replicate. A quantile that is not reached is
        infinite, in replicates and limits; its standard error is then NaN.

    Raises
    ------
    ValueError
        For bad arrays, labels or options.

    Examples
    --------
    AML trial, maintained arm: S(13) is 0.818 with a Greenwood standard error of 0.116.

    >>> week = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
    >>> b = bootstrap_survival(week, [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0], at=[13], seed=1)
    >>> b.survival.estimate.round(3).tolist(), b.survival.std_error.round(1).tolist(), b.quantile.estimate.tolist()
    ([0.818], [0.1], [31.0])
    """
    times = _numbers("at", at)
    shares = _numbers("p", p)
    if np.any((shares <= 0) | (shares >= 1)):
        raise ValueError("p must hold shares between 0 and 1")
    if tau is not None and not (np.isfinite(tau) and tau > 0):
        raise ValueError(f"tau must be a finite time above 0, found {tau}")
    if not (times.size or shares.size or tau is not None):
        raise ValueError("nothing is asked for: give at, p or tau")
    statistic = SurvivalReplicates(time, event, times, shares, tau, weight, entry)
    options = Options.make(level, interval, quantile, 0.0)
    drawn = run(
        statistic,
        statistic.n,
        replicates=replicates,
        seed=seed,
        cluster=cluster,
        strata=within,
        options=options,
        executor=executor,
        block=max(1, _CELLS // statistic.n),
        vectorized=True,
    )
    first, second = times.size, times.size + shares.size
    return SurvivalBootstrap(
        drawn.summary(options, slice(0, first)) if first else None,
        drawn.summary(options, slice(first, second)) if second > first else None,
        drawn.summary(options, second) if tau is not None else None,
    )


def _numbers(name: str, value: ArrayLike) -> Floats:
    """A vector, empty where nothing is asked for."""
    return as_vector(name, np.atleast_1d(value)) if np.size(value) else np.zeros(0)
