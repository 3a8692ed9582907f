"""Simulated trials whose accrual stops on event times, many at once.

Put the enrolments and the events of a trial on one clock. At any time t with m enrolled and d events so far,

    total time on test = (m - d) t - sum of the m enrolment times + sum of the d event times

so that running sums along the sorted clock give every look of every trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._input import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What all simulated trials have in common; only plain values, so that it can be sent to another process.

    limit : (n_max + 1,) the least total time on test after 0 .. n_max events.
    """

    limit: Floats
    accrual: float
    poisson: bool
    at_events: bool
    minimum: int
    follow_up: float
    seed: int

    @property
    def n_max(self) -> int:
        """Patients of the whole trial."""
        return int(self.limit.size - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """How R trials ended: (R,) each."""

    stopped: Ints
    patients: Ints
    events: Ints
    time_on_test: Floats
    accrual_time: Floats


def simulate(plan: Plan, block: int, size: int, means: Floats) -> list[Outcome]:
    """The trials of a block under each true mean; its random numbers depend on the seed and the block only."""
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence(plan.seed, spawn_key=(block,))))
    unit = stream.standard_exponential((size, plan.n_max))
    gap = stream.standard_exponential((size, plan.n_max)) if plan.poisson else np.ones((size, plan.n_max))
    gap[:, 0] = 0.0  # the first patient starts the clock
    start = np.cumsum(gap, axis=1) / plan.accrual
    return [trials(plan, start, start + mean * unit) for mean in means]


def trials(plan: Plan, start: Floats, end: Floats) -> Outcome:
    """Trials with these times of enrolment, ascending, and of events: (R, n_max) each."""
    n = plan.n_max
    clock = np.concatenate([start, end], axis=1)
    order = np.argsort(clock, axis=1, kind="stable")
    t, event = np.take_along_axis(clock, order, axis=1), order >= n
    d, m = np.cumsum(event, axis=1), np.cumsum(~event, axis=1)
    total = t * (m - d) + np.cumsum(np.where(event, t, -t), axis=1)
    enrolled = m if plan.at_events else m - 1  # a look at an enrolment comes before the patient is admitted
    close = start[:, -1] + plan.follow_up
    look = (event if plan.at_events else ~event) & (enrolled >= plan.minimum) & (t <= close[:, None])
    stop = look & (total < plan.limit[d])
    stopped, first = stop.any(axis=1), stop.argmax(axis=1)[:, None]

    def there(values: NDArray[Any]) -> Floats:
        return np.asarray(np.take_along_axis(values, first, axis=1)[:, 0])

    return Outcome(
        stopped.astype(np.int64),
        np.where(stopped, there(enrolled), n).astype(np.int64),
        np.where(stopped, there(d), np.sum(end <= close[:, None], axis=1)).astype(np.int64),
        np.where(stopped, there(total), np.sum(np.minimum(end, close[:, None]) - start, axis=1)),
        np.where(stopped, np.minimum(there(t), start[:, -1]), start[:, -1]),
    )
