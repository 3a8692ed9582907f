"""Replicates in blocks, here or through an executor, with the same numbers either way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from pickle import PicklingError
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._bootstrap_limits import INTERVALS, QUANTILES
from ._bootstrap_plan import Plan
from ._bootstrap_record import Bootstrap, summarize
from ._input import Floats, Ints, as_choice, as_level

Statistic = Callable[[Ints], ArrayLike]
_UNDEFINED = "the statistic is not a number"
_TASKS = 16  # at least so many blocks when none is asked for, so that an executor has work to share


def bootstrap(
    statistic: Statistic,
    n: int,
    *,
    replicates: int = 1000,
    seed: int,
    cluster: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    level: float = 0.95,
    interval: str = "percentile",
    quantile: str = "linear",
    executor: Executor | None = None,
    block: int | None = None,
    vectorized: bool = False,
    max_failed: float = 0.05,
) -> Bootstrap:
    """How a statistic would vary over samples like this one, by resampling rows or clusters.

    A replicate is a vector of n integer weights, how often each row was drawn, so that the statistic can
    sort or check its data once. Whatever is estimated on the way (scores, weights, matches) is estimated
    again in each replicate when the statistic does it from the weights it is given.

    Parameters
    ----------
    statistic : takes integer weights (n,) and returns a number or k numbers. With ``vectorized`` it takes
        (B, n) and returns (B,) or (B, k). A ValueError (also of linear algebra) or a NaN marks a replicate
        that cannot be computed.
    n : number of rows.
    replicates : how many; 1,000 to 10,000 for limits.
    seed : whole number. The same seed gives the same numbers with any executor and block.
    cluster : (n,) labels of rows drawn together (matched sets, sites, rows of one subject).
    strata : (n,) labels within which draws are made, so that arms keep their sizes.
    level : confidence level.
    interval : "percentile", "bca", "basic" or "normal".
    quantile : "linear" (NumPy's and R's default, type 7) or "normal" (R's ``boot.ci``).
    executor : any ``concurrent.futures.Executor``. For one of processes the statistic must be picklable: a
        function or class at the top of a module, not a lambda or a nested function.
    block : replicates computed together, and sent to the executor as one task.
    vectorized : see ``statistic``.
    max_failed : the largest share of failed replicates with which limits are still given, from the others.

    Returns
    -------
    Bootstrap
        ``failed`` and ``failures`` count and name replicates that could not be computed.

    Raises
    ------
    ValueError
        For bad options or labels, a cluster in two strata, a statistic whose results change shape, or one
        that an executor of processes cannot send. Errors of the statistic on the data themselves, and
        all but ValueError on replicates, pass through.

    Notes
    -----
    Efron & Tibshirani 1993, doi:10.1201/9780429246593.

    Examples
    --------
    Correlation of LSAT and GPA in 15 law schools (Efron & Tibshirani, table 3.1): 0.776, bootstrap
    standard error 0.13.

    >>> import numpy as np
    >>> lsat = [576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594]
    >>> gpa = [3.39, 3.30, 2.81, 3.03, 3.44, 3.07, 3.00, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96]
    >>> def correlation(weight):
    ...     cov = np.cov(lsat, gpa, fweights=weight)
    ...     return cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1])
    >>> b = bootstrap(correlation, 15, replicates=2000, seed=1)
    >>> round(float(b.estimate), 3), round(float(b.std_error), 2)
    (0.776, 0.13)
    """
    options = Options.make(level, interval, quantile, max_failed)
    drawn = run(
        statistic,
        n,
        replicates=replicates,
        seed=seed,
        cluster=cluster,
        strata=strata,
        options=options,
        executor=executor,
        block=block,
        vectorized=vectorized,
    )
    return drawn.summary(options)


class Options(NamedTuple):
    """How limits are made."""

    level: float
    interval: str
    quantile: str
    max_failed: float

    @staticmethod
    def make(level: float, interval: str, quantile: str, max_failed: float) -> Options:
        """Checked."""
        as_choice("interval", interval, INTERVALS)
        as_choice("quantile", quantile, QUANTILES)
        if not 0 <= max_failed < 1:
            raise ValueError(f"max_failed must lie between 0 and 1, found {max_failed}")
        return Options(as_level(level), interval, quantile, max_failed)


class Drawn(NamedTuple):
    """Replicates (R, ...) before anything is read off them."""

    estimate: Floats
    values: Floats
    left_out: Floats | None
    stratum: Ints
    reasons: tuple[tuple[str, int], ...]

    def summary(self, options: Options, part: int | slice | None = None) -> Bootstrap:
        """The record of all quantities, or of some."""
        estimate, values, left_out = self.estimate, self.values, self.left_out
        if part is not None:
            estimate, values = np.asarray(estimate[part]), values[:, part]
            left_out = None if left_out is None else left_out[:, part]
        level, interval, rule, max_failed = options
        return summarize(estimate, values, left_out, self.stratum, self.reasons, level, interval, rule, max_failed)


def run(
    statistic: Statistic,
    n: int,
    *,
    replicates: int,
    seed: int,
    cluster: ArrayLike | None,
    strata: ArrayLike | None,
    options: Options,
    executor: Executor | None,
    block: int | None,
    vectorized: bool,
) -> Drawn:
    """The statistic of the data, of all replicates and, for BCa limits, with each cluster left out."""
    plan = Plan.make(n, seed, cluster, strata)
    size = _whole("replicates", replicates, 2)
    step = max(1, min(-(-size // _TASKS), 1_000_000 // plan.n)) if block is None else _whole("block", block, 1)
    ones = np.ones(plan.n, dtype=np.int64)
    estimate = np.asarray(statistic(ones[None, :] if vectorized else ones), dtype=np.float64)
    if vectorized:
        if estimate.ndim not in (1, 2) or estimate.shape[0] != 1:
            raise ValueError(
                f"statistic returned shape {estimate.shape} for weights (1, {plan.n}) where (1,) or (1, k) is needed"
            )
        estimate = np.asarray(estimate[0])
    if estimate.ndim > 1:
        raise ValueError(f"statistic returned shape {estimate.shape} where a number or a vector is needed")
    job = _Job(statistic, plan, vectorized, estimate.shape)
    values, reasons = _gather(job, "draws", size, step, executor)
    left_out = None
    if options.interval == "bca":
        left_out = _gather(job, "without", plan.order.size, step, executor)[0]
    return Drawn(estimate, values, left_out, plan.stratum, tuple(reasons.most_common(5)))


class _Job:
    """One block of replicates: everything a worker needs."""

    def __init__(self, statistic: Statistic, plan: Plan, vectorized: bool, shape: tuple[int, ...]) -> None:
        self.statistic, self.plan, self.vectorized, self.shape = statistic, plan, vectorized, shape

    def __call__(self, kind: str, start: int, stop: int) -> tuple[Floats, Counter[str]]:
        """Values (stop - start, ...) and the reasons of those that are NaN."""
        weight: Ints = getattr(self.plan, kind)(start, stop)
        size = stop - start
        values = np.full((size, *self.shape), np.nan)
        reasons: Counter[str] = Counter()
        if not (self.vectorized and self._fill(values, weight, reasons, size > 1)):
            for r in range(size):
                one = slice(r, r + 1) if self.vectorized else r
                self._fill(values[one] if self.vectorized else values[r : r + 1], weight[one], reasons, False)
        missing = int(np.isnan(values.reshape(size, -1)).any(axis=1).sum()) - reasons.total()
        if missing:
            reasons[getattr(self.statistic, "undefined", _UNDEFINED)] += missing
        return values, reasons

    def _fill(self, into: Floats, weight: Ints, reasons: Counter[str], again: bool) -> bool:
        """Compute into ``into``; False when a whole block was refused and is to be done one by one."""
        try:
            found = self.statistic(weight)
        except ValueError as problem:
            if not again:
                reasons[str(problem)] += 1
            return not again
        value = np.asarray(found, dtype=np.float64)
        wanted = into.shape if self.vectorized else self.shape
        if value.shape != wanted:
            raise ValueError(f"statistic returned shape {value.shape} in a replicate where {wanted} is needed")
        into[...] = value
        return True


def _gather(job: _Job, kind: str, size: int, step: int, executor: Executor | None) -> tuple[Floats, Counter[str]]:
    """All blocks in order."""
    spans = [(start, min(start + step, size)) for start in range(0, size, step)]
    if executor is None:
        parts = [job(kind, *span) for span in spans]
    else:
        waiting = [executor.submit(job, kind, *span) for span in spans]
        try:
            parts = [future.result() for future in waiting]
        except (PicklingError, AttributeError, TypeError) as problem:
            if isinstance(problem, PicklingError) or "pickle" in str(problem):
                raise ValueError(
                    "statistic cannot be sent to the executor's processes: it must be picklable, a function or class "
                    f"at the top of a module that holds its data, not a lambda or a nested function ({problem})"
                ) from problem
            raise
        finally:
            for future in waiting:
                future.cancel()
    reasons: Counter[str] = Counter()
    for _, why in parts:
        reasons.update(why)
    return np.concatenate([values for values, _ in parts]), reasons


def _whole(name: str, value: Any, least: int) -> int:
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, found {value!r}")
    return int(value)
