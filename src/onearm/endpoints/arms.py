"""Two groups with weights, ready for an effect: who, which group, what each counts for, how the weights are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from onearm.endpoints.sample import Times
from onearm.stats.weighted_effects import WeightModel, weight_model_known

if TYPE_CHECKING:
    from onearm.stats.pipeline import PipelineBootstrap

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Again = Callable[[Floats, Bools, Bools, float], "PipelineBootstrap"]
"""Does the whole path again in every replicate: days, event, treated, level."""


@dataclass(frozen=True, slots=True)
class Arms:
    """Rows of two groups with their weights.

    ``trial`` and ``external`` are the subjects of both groups, trial first; ``model`` holds their weights and what is
    known of their estimation; ``cluster`` (n + m,) the rows that belong together, or None; ``again`` repeats the whole
    path for a bootstrap. ``variance`` are the words for the standard error.
    """

    trial: tuple[str, ...]
    external: tuple[str, ...]
    model: WeightModel
    variance: str
    cluster: Ints | None = None
    again: Again | None = None

    @property
    def treated(self) -> Bools:
        """(n + m,) whether each row is of the trial."""
        return np.arange(len(self.trial) + len(self.external)) < len(self.trial)

    def timed(self, ours: Times, theirs: Times) -> Timed:
        """The rows with their times; those without a time weigh nothing.

        Parameters
        ----------
        ours, theirs
            Times of the trial's and of the external patients, by the names they have in ``trial`` and ``external``.
        """
        days = np.zeros(self.treated.size)
        event = np.zeros(self.treated.size, dtype=np.bool_)
        known = np.zeros(self.treated.size, dtype=np.bool_)
        for subjects, times, first in ((self.trial, ours, 0), (self.external, theirs, len(self.trial))):
            place = {s: i for i, s in enumerate(times.subjects)}
            rows = np.array([place.get(s, -1) for s in subjects], dtype=np.int64)
            there = np.flatnonzero(rows >= 0)
            days[first + there], event[first + there] = times.days[rows[there]], times.event[rows[there]]
            known[first + there] = True
        return Timed(self, days, event, known)


@dataclass(frozen=True, slots=True)
class Timed:
    """Arms with times: ``days``, ``event`` and whether the time is ``known``, one entry a row."""

    arms: Arms
    days: Floats
    event: Bools
    known: Bools

    @property
    def weight(self) -> Floats:
        """Weights; 0 for those without a time."""
        return np.where(self.known, self.arms.model.weight, 0.0)

    @property
    def lost(self) -> int:
        """Rows with weight that have no time."""
        return int(np.count_nonzero(~self.known & (self.arms.model.weight > 0)))

    @property
    def model(self) -> WeightModel:
        """The weights for those with a time; they count as known once somebody had to be left out."""
        if not self.lost:
            return self.arms.model
        return weight_model_known(self.weight, self.arms.treated, estimand=self.arms.model.estimand)

    @property
    def used(self) -> tuple[str, ...]:
        """Subjects with weight and time."""
        everybody = (*self.arms.trial, *self.arms.external)
        return tuple(s for s, w in zip(everybody, self.weight, strict=True) if w > 0)

    def side(self, trial: bool) -> tuple[Times, Floats]:
        """The times and weights of one group, those who count."""
        rows = np.flatnonzero((self.arms.treated == trial) & (self.weight > 0))
        everybody = (*self.arms.trial, *self.arms.external)
        times = Times(self.days[rows], self.event[rows], tuple(everybody[int(i)] for i in rows))
        return times, self.weight[rows]
