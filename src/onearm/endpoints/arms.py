"""Two groups with weights, ready for an effect: who, which group, what each counts for, how the weights are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
        days, event, known = self._rows(0.0), self._rows(False), self._rows(False)
        for subjects, times, first in ((self.trial, ours, 0), (self.external, theirs, len(self.trial))):
            place = {s: i for i, s in enumerate(times.subjects)}
            rows = np.array([place.get(s, -1) for s in subjects], dtype=np.int64)
            there = np.flatnonzero(rows >= 0)
            days[first + there], event[first + there] = times.days[rows[there]], times.event[rows[there]]
            known[first + there] = True
        return Timed(self, known, days, event)

    def answered(self, answers: Mapping[str, bool | None]) -> Answered:
        """The rows with a yes or no; those of whom it is not known (None) weigh nothing."""
        said = [answers.get(s) for s in self.subjects]
        known = np.array([v is not None for v in said], dtype=np.bool_)
        return Answered(self, known, np.array([bool(v) for v in said], dtype=np.bool_))

    @property
    def subjects(self) -> tuple[str, ...]:
        """Everybody, the trial's patients first."""
        return (*self.trial, *self.external)

    def _rows(self, value: float | bool) -> Any:
        return np.full(self.treated.size, value)


@dataclass(frozen=True, slots=True)
class Known:
    """Arms and of which rows the outcome is ``known``; the others weigh nothing."""

    arms: Arms
    known: Bools

    @property
    def weight(self) -> Floats:
        """Weights; 0 for those without an outcome."""
        return np.where(self.known, self.arms.model.weight, 0.0)

    @property
    def lost(self) -> int:
        """Rows with weight of which the outcome is not known."""
        return int(np.count_nonzero(~self.known & (self.arms.model.weight > 0)))

    @property
    def model(self) -> WeightModel:
        """The weights for those with an outcome; they count as known once somebody had to be left out."""
        if not self.lost:
            return self.arms.model
        return weight_model_known(self.weight, self.arms.treated, estimand=self.arms.model.estimand)

    @property
    def variance(self) -> str:
        """Words for the standard error of whatever the bootstrap is not made for."""
        if self.lost and self.arms.model.influence.shape[1]:
            return "robust variance, weights counted as known (some have no outcome)"
        if self.arms.again is None:
            return self.arms.variance
        return "robust variance, weights counted as known (the bootstrap is made for the hazard ratio)"

    @property
    def held(self) -> str:
        """Words for a robust variance that takes the weights as they are."""
        first = self.arms.variance.partition("robust variance")
        return f"robust variance{first[2] if first[1] else ''}, weights counted as known"

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be said of those left out."""
        return (f"{self.lost} left out: not known",) if self.lost else ()

    def rows(self, trial: bool) -> Ints:
        """Places of those of one group who count."""
        return np.flatnonzero((self.arms.treated == trial) & (self.weight > 0))

    @property
    def used(self) -> tuple[str, ...]:
        """Subjects with weight and outcome."""
        return self.named(np.flatnonzero(self.weight > 0))

    def named(self, rows: Ints) -> tuple[str, ...]:
        """The subjects of rows."""
        everybody = self.arms.subjects
        return tuple(everybody[i] for i in rows.tolist())


@dataclass(frozen=True, slots=True)
class Timed(Known):
    """Arms with times: ``days`` and ``event``, one entry a row."""

    days: Floats
    event: Bools

    def side(self, trial: bool) -> tuple[Times, Floats, Ints | None]:
        """The times, weights and clusters of one group, those who count."""
        rows = self.rows(trial)
        cluster = None if self.arms.cluster is None else self.arms.cluster[rows]
        return Times(self.days[rows], self.event[rows], self.named(rows)), self.weight[rows], cluster


@dataclass(frozen=True, slots=True)
class Answered(Known):
    """Arms with a yes or no: ``value``, one entry a row."""

    value: Bools
