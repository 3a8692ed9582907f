"""What a rule on event times does, by simulation: there is no recursion for time on test."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, as_choice, as_floats
from ._number import as_count, as_number
from ._time_to_event_rule import TimeBoundary
from ._time_to_event_trials import Outcome, Plan, simulate

_BLOCK = 500  # trials that share a stream of random numbers
_MOST = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class TimeCharacteristics:
    """Operating characteristics of a rule on event times for K true means, with Monte Carlo standard errors.

    Attributes
    ----------
    true_mean : (K,) true mean time to the event.
    stop, stop_error : (K,) probability that the rule stops the trial.
    patients, patients_error : (K,) mean number enrolled.
    patients_quantiles : (K, 5) 10%, 25%, 50%, 75% and 90% quantiles of the number enrolled.
    events, events_error : (K,) mean number of events when the trial stops or its monitoring ends.
    time_on_test, time_on_test_error : (K,) mean total time on test at that time; events = time on test / true mean.
    accrual_time, accrual_time_error : (K,) mean time from the first enrolment to the end of accrual.
    stop_by_patients : (K, n_max + 1) probability of stopping with 0 .. n_max patients enrolled.
    replicates, seed : of the simulation.
    conventions : sentences to print with the numbers.
    """

    true_mean: Floats
    stop: Floats
    stop_error: Floats
    patients: Floats
    patients_error: Floats
    patients_quantiles: Floats
    events: Floats
    events_error: Floats
    time_on_test: Floats
    time_on_test_error: Floats
    accrual_time: Floats
    accrual_time_error: Floats
    stop_by_patients: Floats
    replicates: int
    seed: int
    conventions: tuple[str, ...]


def time_to_event_characteristics(
    rule: TimeBoundary,
    true_mean: ArrayLike,
    *,
    accrual: float,
    n_max: int,
    seed: int,
    arrivals: str = "poisson",
    look: str = "event",
    minimum: int = 1,
    follow_up: float = 0.0,
    replicates: int = 10_000,
    executor: Executor | None = None,
) -> TimeCharacteristics:
    """How often a rule on event times stops a trial, and after how many patients.

    Parameters
    ----------
    rule : with as many events as the trial has patients.
    true_mean : (K,) true means of the exponential time to the event, or one, in the rule's unit of time; means also for
        a rule on the median (a true median over log 2 is the mean).
    accrual : patients a unit of time.
    n_max : patients of the whole trial.
    seed : whole number; the same seed gives the same numbers with any executor.
    arrivals : "poisson" (exponential gaps) or "even".
    look : "event" (at each event, which is the same as watching without pause) or "enrolment" (before each patient is
        admitted).
    minimum : patients enrolled before the first look.
    follow_up : time after the last enrolment in which the rule is still asked; for looks at events.
    replicates : simulated trials.
    executor : any ``concurrent.futures.Executor``.

    Returns
    -------
    TimeCharacteristics

    Raises
    ------
    ValueError : a rule with fewer events than n_max, means or rates that are not positive, unknown words.

    Notes
    -----
    All true means share the same random numbers, so that differences between them are less noisy than each. The
    standard error of a probability is sqrt(p (1 - p) / R), of a mean its standard deviation over sqrt(R). It is 0 where
    all trials stopped or none; the truth is then within 3 / R of it with 95% confidence. Stopping by what was seen
    keeps E(events) = E(time on test) / mean, which the numbers meet within their errors.

    Examples
    --------
    >>> from onearm.stats import time_to_event_boundary
    >>> rule = time_to_event_boundary(40, (60, 295), (3, 10), cutoff=0.03, delta=1)
    >>> r = time_to_event_characteristics(rule, [2, 6], accrual=2, n_max=40, seed=1, replicates=1000)
    >>> bool(r.stop[0] > 0.9), bool(r.stop[1] < 0.2)
    (True, True)
    """
    if not isinstance(rule, TimeBoundary):
        raise ValueError(f"rule must come from time_to_event_boundary, found {type(rule).__name__}")
    means = np.atleast_1d(as_floats("true_mean", true_mean))
    if means.ndim != 1 or not means.size or not np.all((means >= 1e-6) & (means <= 1e9)):
        raise ValueError("true_mean must be one number or a list of numbers, each between 1e-06 and 1e+09")
    size = as_count("replicates", replicates, 2, _MOST)
    plan = _plan(rule, accrual, n_max, seed, arrivals, look, minimum, follow_up)
    spans = [(k, min(_BLOCK, size - k * _BLOCK)) for k in range(-(-size // _BLOCK))]
    if executor is None:
        parts = [simulate(plan, k, m, means) for k, m in spans]
    else:
        parts = [job.result() for job in [executor.submit(simulate, plan, k, m, means) for k, m in spans]]
    return _summary(plan, means, parts, size, _conventions(plan, size, rule.parameter))


def _plan(
    rule: TimeBoundary, accrual: float, n_max: int, seed: int, arrivals: str, look: str, minimum: int, follow_up: float
) -> Plan:
    patients = as_count("n_max", n_max, 1, 1000)
    if rule.events.size < patients:
        raise ValueError(f"rule covers {rule.events.size} events, n_max is {patients}: make it with events={patients}")
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or seed < 0:
        raise ValueError(f"seed must be a whole number that is not negative, found {seed!r}")
    at_events = as_choice("look", look, ("event", "enrolment")) == "event"
    after = as_number("follow_up", follow_up, 0, 1e9)
    if after and not at_events:
        raise ValueError("follow_up goes with looks at events: nobody is enrolled after the last patient")
    return Plan(
        np.r_[0.0, rule.time_on_test[:patients]],
        as_number("accrual", accrual, 1e-6, 1e9),
        as_choice("arrivals", arrivals, ("poisson", "even")) == "poisson",
        at_events,
        as_count("minimum", minimum, 1, patients),
        after,
        int(seed),
    )


def _summary(
    plan: Plan, means: Floats, parts: list[list[Outcome]], size: int, said: tuple[str, ...]
) -> TimeCharacteristics:
    def values(name: str) -> Floats:
        columns = [np.concatenate([getattr(part[k], name) for part in parts]) for k in range(means.size)]
        return np.asarray(columns, dtype=np.float64)

    def pair(x: Floats) -> tuple[Floats, Floats]:
        return np.asarray(x.mean(axis=1)), np.asarray(x.std(axis=1, ddof=1) / np.sqrt(size))

    stopped, patients = values("stopped"), values("patients")
    p = stopped.mean(axis=1)
    quantiles = np.quantile(patients, [0.1, 0.25, 0.5, 0.75, 0.9], axis=1, method="inverted_cdf").T
    by = [np.bincount(n.astype(np.int64), weight, plan.n_max + 1) for n, weight in zip(patients, stopped, strict=True)]
    return TimeCharacteristics(
        means, p, np.sqrt(p * (1 - p) / size), *pair(patients), quantiles, *pair(values("events")),
        *pair(values("time_on_test")), *pair(values("accrual_time")), np.asarray(by) / size, size, plan.seed, said,
    )  # fmt: skip


def _conventions(plan: Plan, size: int, parameter: str) -> tuple[str, ...]:
    when = "at each event" if plan.at_events else "before each patient is admitted"
    end = f"{plan.follow_up:g} after the last enrolment" if plan.follow_up else "at the last enrolment"
    means = (
        ("true means, also where the rule is on the median (the mean times log 2)",) if parameter == "median" else ()
    )
    gaps = "at random (Poisson)" if plan.poisson else "at even intervals"
    return (
        f"{size} simulated trials, seed {plan.seed}; errors are Monte Carlo standard errors",
        f"patients arrive {gaps}, {plan.accrual:g} a unit of time, the first at time 0; event times are exponential",
        f"the rule is asked {when}, from {plan.minimum} patients on, and for the last time {end}",
        *means,
    )
