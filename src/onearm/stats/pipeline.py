"""Bootstrap of a whole comparison: score, matching or weighting, and hazard ratio done again in every replicate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._bootstrap_limits import INTERVALS, limits, mean_and_deviation
from ._input import Bools, Floats, Ints, as_choice, as_indicator, as_level, as_matrix, as_times
from ._pipeline_draws import GROUP, Draws
from ._pipeline_match import ORDERS
from ._pipeline_run import REASONS, SD_RULES, WEIGHTINGS, MatchedAnalysis, WeightedAnalysis

__all__ = ["PipelineBootstrap", "bootstrap_matched", "bootstrap_weighted"]

_CELLS = 200_000  # numbers in a block of replicates
_LABEL = {"att": "ATT", "ate": "ATE", "overlap": "ATO", "matching": "ATM", "entropy": "ATT"}


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


def bootstrap_matched(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    x: ArrayLike,
    *,
    replicates: int = 1000,
    seed: int,
    caliper: float | None = 0.2,
    sd: str = "pooled",
    order: str = "largest",
    replace: bool = False,
    resample: str = "arms",
    level: float = 0.95,
    interval: str = "percentile",
    max_failed: float = 0.05,
    processes: int = 1,
) -> PipelineBootstrap:
    """How the hazard ratio after 1:1 matching varies when score, pairs and Cox model are all done again.

    A replicate is what ``logistic``, ``nearest_pairs`` on the log odds and ``cox`` (Efron's ties) give for the rows
    written out as often as they were drawn. A treated row drawn twice asks twice and may get two different controls;
    a control drawn twice can be used twice. For matching without replacement this complex bootstrap follows Austin &
    Small 2014 (doi:10.1002/sim.6276).

    Parameters
    ----------
    time, event : (n,) follow-up, 1 = event, 0 = censored.
    treated : (n,) 1 = trial, 0 = external control.
    x : (n, p) covariates of the score, no intercept.
    replicates : how many; 1,000 to 10,000 for limits.
    seed : whole number; the same seed gives the same numbers with any number of processes.
    caliper : largest distance in standard deviations of the log odds, estimated again in each replicate; None for any.
    sd : the deviation meant: "pooled" = root of the mean of the two arms' variances, "all" = of all rows, "treated".
    order : treated are served from the "largest" score down, the "smallest" up, or as in the "data".
    replace : must be False, see Raises.
    resample : draw within "arms", whose sizes stay, or from "all" rows.
    level, interval : of the limits: "percentile", "bca", "basic" or "normal".
    max_failed : the largest share of failed replicates with which limits are still given, from the others.
    processes : worker processes; more than one pays for thousands of rows.

    Raises
    ------
    ValueError
        For bad arrays or options, arms that the covariates separate, a constant column, no pair or no finite hazard
        ratio in the data; for ``replace=True``, as the bootstrap of nearest-neighbour matching with replacement does
        not estimate its variance (Abadie & Imbens 2008, doi:10.3982/ECTA6474).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(5)
    >>> x, trial = rng.normal(size=(150, 2)), np.arange(150) < 40
    >>> x[trial] += 0.4
    >>> time = rng.exponential(np.exp(0.4 * x[:, 0] + 0.7 * trial))
    >>> b = bootstrap_matched(time, time < 4, trial, x, replicates=200, seed=1)
    >>> b.estimand, int(b.data_size), bool(b.low < b.estimate < b.high), b.failed
    ('ATM', 38, True, 0)
    """
    if replace:
        raise ValueError(
            "replace must be False: the bootstrap is not valid for nearest-neighbour matching with replacement "
            "(Abadie & Imbens 2008); use the matched sets' cluster-robust variance instead"
        )
    if caliper is not None and not caliper >= 0:
        raise ValueError(f"caliper must not be negative, found {caliper}")
    as_choice("sd", sd, SD_RULES)
    as_choice("order", order, ORDERS)
    t, d, z, columns = _rows(time, event, treated, x)
    analysis = MatchedAnalysis(t, d, z, columns, caliper, sd, order)
    options = _Options.make(replicates, seed, resample, level, interval, max_failed, processes)
    number, values, left_out = _values(analysis, z, options)
    label = "ATT" if number[1] == np.count_nonzero(z) else "ATM"
    return _summary(number, values, left_out, z, label, options)


def bootstrap_weighted(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    x: ArrayLike,
    *,
    weighting: str = "att",
    replicates: int = 1000,
    seed: int,
    resample: str = "arms",
    level: float = 0.95,
    interval: str = "percentile",
    max_failed: float = 0.05,
    processes: int = 1,
) -> PipelineBootstrap:
    """How a weighted hazard ratio varies when the weights are estimated again in every replicate.

    Parameters
    ----------
    time, event, treated, x, replicates, seed, resample, level, interval, max_failed, processes : as in
        :func:`bootstrap_matched`.
    weighting : with e the logistic score, "att" (1 and e/(1-e)), "ate" (1/e and 1/(1-e)), "overlap" (1-e and e),
        "matching" (min(e, 1-e) over the chance of the own arm), or "entropy": controls weighted to the means of the
        treated by entropy balancing.

    Raises
    ------
    ValueError
        For bad arrays or options, arms that the covariates separate, a constant column, means that no weights of the
        controls reach, or no finite hazard ratio in the data.

    Notes
    -----
    Austin 2016, doi:10.1002/sim.7084: with weights estimated again the bootstrap gives right standard errors where
    the robust one with weights taken as fixed does not.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(5)
    >>> x, trial = rng.normal(size=(150, 2)), np.arange(150) < 40
    >>> x[trial] += 0.4
    >>> time = rng.exponential(np.exp(0.4 * x[:, 0] + 0.7 * trial))
    >>> b = bootstrap_weighted(time, time < 4, trial, x, weighting="overlap", replicates=200, seed=1)
    >>> b.estimand, bool(b.low < b.estimate < b.high), b.failed
    ('ATO', True, 0)
    """
    as_choice("weighting", weighting, WEIGHTINGS)
    t, d, z, columns = _rows(time, event, treated, x)
    analysis = WeightedAnalysis(t, d, z, columns, weighting)
    options = _Options.make(replicates, seed, resample, level, interval, max_failed, processes)
    number, values, left_out = _values(analysis, z, options)
    return _summary(number, values, left_out, z, _LABEL[weighting], options)


@dataclass(frozen=True, slots=True)
class _Options:
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
    ) -> _Options:
        for name, value, least in (("replicates", replicates, 2), ("processes", processes, 1)):
            if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
                raise ValueError(f"{name} must be a whole number of at least {least}, found {value!r}")
        as_choice("resample", resample, ("arms", "all"))
        as_choice("interval", interval, INTERVALS)
        if not 0 <= max_failed < 1:
            raise ValueError(f"max_failed must lie between 0 and 1, found {max_failed}")
        return _Options(int(replicates), seed, resample, as_level(level), interval, float(max_failed), int(processes))


def _rows(time: ArrayLike, event: ArrayLike, treated: ArrayLike, x: ArrayLike) -> tuple[Floats, Bools, Bools, Floats]:
    """Checked arrays."""
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    z = as_indicator("treated", treated, t.size)
    if np.all(z) or not np.any(z):
        raise ValueError("treated must hold both 1 and 0")
    return t, d, z, as_matrix("x", x, t.size)


def _values(
    analysis: MatchedAnalysis | WeightedAnalysis, treated: Bools, options: _Options
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


def _computed(work: _Job, jobs: list[tuple[str, int, int]], processes: int) -> list[Floats]:
    """Blocks in order."""
    if processes == 1:
        return [work(job) for job in jobs]
    from concurrent.futures import ProcessPoolExecutor  # costs start-up, and is seldom asked for

    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(work, jobs))


def _summary(
    number: Floats, values: Floats, left_out: Floats | None, treated: Bools, label: str, options: _Options
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
