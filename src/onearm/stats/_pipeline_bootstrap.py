"""Replicates of a whole analysis in blocks, here or in several processes, and the record made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._bootstrap_limits import INTERVALS, limits, mean_and_deviation
from ._input import Bools, Floats, Ints, as_choice, as_level
from ._pipeline_draws import GROUP, Draws
from ._pipeline_run import REASONS, MatchedAnalysis, WeightedAnalysis

_CELLS = 200_000  # numbers in a block of replicates


@dataclass(frozen=True, slots=True, eq=False)
class PipelineBootstrap:
    """A log hazard ratio, treated against controls, with the uncertainty of everything that led to it.

    Attributes
    ----------
    estimate : log hazard ratio of the data as they are.
    log_hazard_ratio : (R,) of the replicates, NaN where there is none.
    size : (R,) matched pairs, or effective number of weighted controls, in each replicate.
    data_size : the same of the data as they are.
    std_error, bias : standard deviation of the replicates, and their mean less the estimate.
    low, high : limits of the log hazard ratio at ``level`` by ``interval``; NaN where too many replicates failed.
    failed : replicates without an estimate; ``failures`` why, each with how often.
    estimand : "ATT", "ATE", "ATO" or "ATM"; matching that leaves treated without a partner estimates the last.
    level, interval : how the limits were made.
    message : empty when all is well.
    """

    estimate: float
    log_hazard_ratio: Floats
    size: Floats
    data_size: float
    std_error: float
    bias: float
    low: float
    high: float
    failed: int
    failures: tuple[tuple[str, int], ...]
    estimand: str
    level: float
    interval: str
    message: str


@dataclass(frozen=True, slots=True)
class Options:
    """Checked."""

    replicates: int
    seed: int
    resample: str
    level: float
    interval: str
    max_failed: float
    processes: int

    @staticmethod
    def make(
        replicates: int, seed: int, resample: str, level: float, interval: str, max_failed: float, processes: int
    ) -> Options:
        for name, value, least in (("replicates", replicates, 2), ("processes", processes, 1)):
            if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
                raise ValueError(f"{name} must be a whole number of at least {least}, found {value!r}")
        as_choice("resample", resample, ("arms", "all"))
        as_choice("interval", interval, INTERVALS)
        if not 0 <= max_failed < 1:
            raise ValueError(f"max_failed must lie between 0 and 1, found {max_failed}")
        return Options(int(replicates), seed, resample, as_level(level), interval, float(max_failed), int(processes))


def replicated(
    analysis: MatchedAnalysis | WeightedAnalysis, treated: Bools, options: Options
) -> tuple[Floats, Floats, Floats | None]:
    """The analysis of the data (3,), of all replicates (R, 3), and with each row left out for BCa limits."""
    n = treated.size
    draws = Draws.make(treated, options.seed, options.resample)
    number = analysis(np.ones((1, n), dtype=np.int64))[0]
    if number[2]:
        raise ValueError(f"treated and controls cannot be compared: {REASONS[int(number[2])]}")
    analysis.first = float(number[0])
    size = max(1, _CELLS // n // GROUP) * GROUP
    jobs = [("weights", a, min(a + size, options.replicates)) for a in range(0, options.replicates, size)]
    if options.interval == "bca":
        jobs += [("without", a, min(a + size, n)) for a in range(0, n, size)]
    found = np.concatenate(_computed(_Job(analysis, draws), jobs, options.processes))
    left_out = found[options.replicates :, 0] if options.interval == "bca" else None
    return number, found[: options.replicates], left_out


class _Job:
    """One block, here or in another process."""

    def __init__(self, analysis: MatchedAnalysis | WeightedAnalysis, draws: Draws) -> None:
        self.analysis, self.draws = analysis, draws

    def __call__(self, job: tuple[str, int, int]) -> Floats:
        kind, start, stop = job
        weight: Ints = getattr(self.draws, kind)(start, stop)
        return self.analysis(weight)


_held: list[_Job] = []  # in a worker process: what it computes, sent once


def _hold(work: _Job) -> None:
    _held[:] = [work]


def _compute(job: tuple[str, int, int]) -> Floats:
    return _held[0](job)


def _computed(work: _Job, jobs: list[tuple[str, int, int]], processes: int) -> list[Floats]:
    """Blocks in order."""
    if processes == 1:
        return [work(job) for job in jobs]
    from concurrent.futures import ProcessPoolExecutor  # costs start-up, and is seldom asked for

    with ProcessPoolExecutor(processes, initializer=_hold, initargs=(work,)) as pool:
        return list(pool.map(_compute, jobs))


def summary(
    number: Floats, values: Floats, left_out: Floats | None, treated: Bools, label: str, options: Options
) -> PipelineBootstrap:
    """Standard error, bias and limits from the replicates that have an estimate."""
    estimate, each = float(number[0]), values[:, 0]
    codes = values[:, 2].astype(np.int64)
    why = tuple((REASONS[k], int((codes == k).sum())) for k in np.unique(codes[codes > 0]).tolist())
    kept = np.sort(each[~np.isnan(each)])
    failed = each.size - kept.size
    error = bias = low = high = np.nan
    said = []
    if failed:
        said.append(f"{failed} of {each.size} replicates failed: " + "; ".join(f"{text} ({k})" for text, k in why))
    if kept.size < 2 or failed > options.max_failed * each.size:
        said.append(f"no limits: more than {options.max_failed:g} of the replicates failed")
    else:
        mean, error = mean_and_deviation(kept)
        bias = mean - estimate
        stratum = treated.astype(np.int64) if options.resample == "arms" else np.zeros(treated.size, dtype=np.int64)
        low, high = limits(estimate, kept, left_out, stratum, options.level, options.interval, "linear")
        if np.isnan(low) or np.isnan(high):
            said.append(f"no {options.interval} limits: the replicates or leave-one-out values do not allow them")
    return PipelineBootstrap(
        estimate=estimate,
        log_hazard_ratio=each,
        size=values[:, 1],
        data_size=float(number[1]),
        std_error=float(error),
        bias=float(bias),
        low=float(low),
        high=float(high),
        failed=failed,
        failures=why,
        estimand=label,
        level=options.level,
        interval=options.interval,
        message="; ".join(said),
    )
