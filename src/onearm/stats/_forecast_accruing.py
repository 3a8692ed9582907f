"""Events to come while patients still enter at a rate that is not known either: simulated.

Each future draws a hazard and an accrual rate from their gamma posteriors, the waiting times to the remaining entries,
and a time to the event for each patient at risk now or entering later.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ._forecast import as_prior
from ._input import Floats, as_level
from ._number import as_count, as_number

_FAR = 1e9
_PATIENTS, _BLOCK, _WORK = 1000, 1000, 100_000_000


@dataclass(frozen=True, slots=True)
class SimulatedEventForecast:
    """A forecast of events during accrual; what ends in ``_se`` is the Monte Carlo standard error of the number before.

    Attributes
    ----------
    expected, low, high : total number of events by ``horizon`` from now, mean and limits.
    entered : expected number of patients who enter by then.
    target : total number of events awaited, or None; ``time``, ``time_low``, ``time_high``: median and limits of the
        time from now until it is reached; ``reached``: probability of reaching it by the horizon. NaN without a target.
    horizon, level, replicates, seed : as asked.
    """

    expected: float
    expected_se: float
    low: int
    high: int
    entered: float
    entered_se: float
    target: int | None
    time: float
    time_se: float
    time_low: float
    time_low_se: float
    time_high: float
    time_high_se: float
    reached: float
    reached_se: float
    horizon: float
    level: float
    replicates: int
    seed: int


def simulate_event_forecast(
    exposure: float,
    events: int,
    at_risk: int,
    *,
    enrolled: int,
    accrual_time: float,
    remaining: int,
    horizon: float,
    seed: int,
    target: int | None = None,
    level: float = 0.95,
    prior: tuple[float, float] = (0.0, 0.0),
    accrual_prior: tuple[float, float] = (0.0, 0.0),
    replicates: int = 10_000,
) -> SimulatedEventForecast:
    """Predict events while patients still enter: `event_forecast` and `accrual_forecast` together.

    Where the times of entry are fixed, `event_forecast` is exact, and is the one to use.

    Parameters
    ----------
    exposure, events, at_risk, horizon, target, level, prior : as in `event_forecast`.
    enrolled, accrual_time : patients so far, and the time in which they came.
    remaining : patients still to enter.
    seed : whole number; the same seed gives the same numbers.
    accrual_prior : shape and rate of a gamma prior for patients per unit of time.
    replicates : futures to simulate, at least 100.

    Raises
    ------
    ValueError
        For numbers out of range, no event or patient so far and no prior, a target reached already or out of reach.

    Notes
    -----
    Assumes a constant hazard and a constant rate of accrual, and nobody lost to follow-up. The error of a quantile is
    half the distance of the quantiles one standard error of the share to either side.

    Examples
    --------
    One event in 10 months, one patient at risk, nobody to come: the event within 10 months has probability 1/2.

    >>> f = simulate_event_forecast(10, 1, 1, enrolled=2, accrual_time=9, remaining=0, horizon=10, seed=1, target=2)
    >>> abs(f.reached - 0.5) < 4 * f.reached_se, abs(f.time - 10) < 4 * f.time_se
    (True, True)
    """
    seen, ready = as_count("events", events, 0, 100_000), as_count("at_risk", at_risk, 0, _PATIENTS)
    more = as_count("remaining", remaining, 0, _PATIENTS)
    later, level = as_number("horizon", horizon, 0, _FAR), as_level(level)
    runs = as_count("replicates", replicates, 100, max(100, _WORK // max(ready + more, 1)))
    hazard = _posterior("events", seen, "exposure", exposure, as_prior(prior))
    rate = _posterior("enrolled", as_count("enrolled", enrolled, 0, 100_000), "accrual_time", accrual_time,
                      as_prior(accrual_prior), "accrual_prior") if more else (1.0, 1.0)  # fmt: skip
    start = as_count("seed", seed, 0, 2**63)
    needed = None if target is None else as_count("target", target, 1, 10**6) - seen
    if needed is not None and not 1 <= needed <= ready + more:
        raise ValueError(f"target must lie between {seen + 1} and {seen + ready + more} events, found {seen + needed}")
    drawn = [_futures(hazard, rate, ready, more, later, needed, size, np.random.default_rng(child))
             for size, child in _blocks(runs, start)]  # fmt: skip
    count, entered, reach = (np.concatenate(v) for v in zip(*drawn, strict=True))
    share = math.nan if needed is None else float(np.mean(reach <= later))
    times = [(math.nan, math.nan) if needed is None else _quantile(reach, p)
             for p in (0.5, (1 - level) / 2, (1 + level) / 2)]  # fmt: skip
    ends = np.quantile(count, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return SimulatedEventForecast(
        expected=seen + float(count.mean()), expected_se=_mean_se(count), low=seen + int(ends[0]),
        high=seen + int(ends[1]), entered=float(entered.mean()), entered_se=_mean_se(entered),
        target=None if needed is None else seen + needed, time=times[0][0], time_se=times[0][1], time_low=times[1][0],
        time_low_se=times[1][1], time_high=times[2][0], time_high_se=times[2][1], reached=share,
        reached_se=math.sqrt(share * (1 - share) / runs), horizon=later, level=level, replicates=runs, seed=start,
    )  # fmt: skip


def _posterior(
    name: str, count: int, unit: str, time: float, prior: tuple[float, float], word: str = "prior"
) -> tuple[float, float]:
    shape, rate = count + prior[0], as_number(unit, time, 0, _FAR) + prior[1]
    if not (shape > 1e-3 and rate > 1e-9):
        raise ValueError(f"{name}: {count} in {unit} {time:g} is too little; give a {word} with shape and rate above 0")
    return shape, rate


def _blocks(runs: int, seed: int) -> list[tuple[int, np.random.SeedSequence]]:
    sizes = [min(_BLOCK, runs - begin) for begin in range(0, runs, _BLOCK)]
    return list(zip(sizes, np.random.SeedSequence(seed).spawn(len(sizes)), strict=True))


def _futures(
    hazard: tuple[float, float], rate: tuple[float, float], ready: int, more: int, horizon: float, needed: int | None,
    size: int, rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Events and entries by the horizon, and the time of the ``needed``-th event (zeros without), of each future."""
    log_hazard = _log_gamma(hazard, size, rng)
    log_rate = _log_gamma(rate, size, rng)
    with np.errstate(over="ignore"):  # a hazard or rate near 0 takes for ever: an infinite time
        entry = np.exp(np.log(np.cumsum(rng.standard_exponential((size, more)), axis=1)) - log_rate[:, None])
        wait = np.exp(np.log(rng.standard_exponential((size, ready + more))) - log_hazard[:, None])
    time = wait + np.concatenate([np.zeros((size, ready)), entry], axis=1)
    reach = np.zeros(size) if needed is None else np.partition(time, needed - 1, axis=1)[:, needed - 1]
    return (time <= horizon).sum(axis=1).astype(float), (entry <= horizon).sum(axis=1).astype(float), reach


def _log_gamma(shape_rate: tuple[float, float], size: int, rng: np.random.Generator) -> Floats:
    """log of gamma draws; a small shape a by gamma(a) = gamma(a + 1) U^(1/a), which does not underflow."""
    shape, rate = shape_rate
    drawn = np.log(rng.standard_gamma(shape + 1, size)) - rng.standard_exponential(size) / shape
    return np.asarray(drawn - math.log(rate))


def _mean_se(values: Floats) -> float:
    return float(np.std(values, ddof=1) / math.sqrt(values.size))


def _quantile(values: Floats, p: float) -> tuple[float, float]:
    """A quantile and its Monte Carlo error; infinite values stay infinite, and have no error."""
    error = math.sqrt(p * (1 - p) / values.size)
    places = [p, max(p - error, 0.0), min(p + error, 1.0)]
    at, low, high = np.quantile(values, places, method="inverted_cdf")
    return float(at), float((high - low) / 2) if math.isfinite(high) else math.nan
