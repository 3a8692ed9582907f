"""Bootstrap of a whole comparison: score, matching or weighting, and hazard ratio done again in every replicate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, as_choice, as_indicator, as_matrix, as_times
from ._pipeline_bootstrap import Options, PipelineBootstrap, replicated, summary
from ._pipeline_match import ORDERS
from ._pipeline_run import SD_RULES, WEIGHTINGS, MatchedAnalysis, WeightedAnalysis

__all__ = ["PipelineBootstrap", "bootstrap_matched", "bootstrap_weighted"]

_LABEL = {"att": "ATT", "ate": "ATE", "overlap": "ATO", "matching": "ATM", "entropy": "ATT"}


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
    written out as often as they were drawn. A treated row drawn twice asks twice and may get two different
    controls; a control drawn twice can be used twice. Of two controls equally far above and below rounding may
    decide. For matching without replacement this complex bootstrap follows Austin & Small 2014
    (doi:10.1002/sim.6276).

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
    options = Options.make(replicates, seed, resample, level, interval, max_failed, processes)
    number, values, left_out = replicated(analysis, z, options)
    label = "ATT" if number[1] == np.count_nonzero(z) else "ATM"
    return summary(number, values, left_out, z, label, options)


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
    options = Options.make(replicates, seed, resample, level, interval, max_failed, processes)
    number, values, left_out = replicated(analysis, z, options)
    return summary(number, values, left_out, z, _LABEL[weighting], options)


def _rows(time: ArrayLike, event: ArrayLike, treated: ArrayLike, x: ArrayLike) -> tuple[Floats, Bools, Bools, Floats]:
    """Checked arrays."""
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    z = as_indicator("treated", treated, t.size)
    if np.all(z) or not np.any(z):
        raise ValueError("treated must hold both 1 and 0")
    return t, d, z, as_matrix("x", x, t.size)
