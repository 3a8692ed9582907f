"""What goes into a choice and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onearm.cohort.baseline import Baseline
from onearm.external.record import Floats, Ints
from onearm.external.score import Matrix
from onearm.protocol.method import Method

Text = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Weights (n,) and (m,), the pair or class of each (-1 for none), and the pairs where there are pairs."""

    weight_trial: Floats
    weight_external: Floats
    class_trial: Ints
    class_external: Ints
    pairs: tuple[tuple[int, int], ...] = ()
    trimmed: bool = False
    notes: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a comparison as a method sees them: ``logit`` (n + m,) is empty without a score."""

    method: Method
    covariates: tuple[str, ...]
    trial: Baseline
    external: Baseline
    seen: Matrix
    logit: Floats
    seed: int
    units: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Patients of the trial."""
        return self.trial.frame.height

    @property
    def m(self) -> int:
        """External patients."""
        return self.external.frame.height

    @property
    def treated(self) -> NDArray[np.bool_]:
        """(n + m,) trial patients first."""
        return np.arange(self.n + self.m) < self.n

    @property
    def score(self) -> Floats:
        """(n + m,) probabilities."""
        return np.asarray(1 / (1 + np.exp(-self.logit)), dtype=np.float64)

    @property
    def scale(self) -> Floats:
        """(n + m,) the score on the scale of the distance: its logit, unless the method says the score itself."""
        return self.score if self.method.distance == "score" else self.logit

    def split(self, values: Floats) -> tuple[Floats, Floats]:
        """The trial's part and the external one."""
        return values[: self.n], values[self.n :]

    def columns(self, names: tuple[str, ...]) -> tuple[Text, Text]:
        """Covariates as they are, (n, k) and (m, k), for rules that ask whether values agree."""
        first, second = ([side.frame[name].to_list() for name in names] for side in (self.trial, self.external))
        return _table(first, self.n), _table(second, self.m)

    def numbers(self, names: tuple[str, ...]) -> tuple[Floats, Floats]:
        """Numeric covariates, (n, k) and (m, k)."""
        first, second = (side.frame.select(names).to_numpy().astype(np.float64) for side in (self.trial, self.external))
        return first, second

    def nobody(self) -> Chosen:
        """Nobody chosen."""
        none = np.full(self.n + self.m, -1, dtype=np.int64)
        return Chosen(np.zeros(self.n), np.zeros(self.m), none[: self.n], none[self.n :])

    def refused(self, why: str) -> Chosen:
        """No choice, and why."""
        none = self.nobody()
        return Chosen(none.weight_trial, none.weight_external, none.class_trial, none.class_external, refused=why)


def _table(columns: list[list[object]], rows: int) -> Text:
    table = np.empty((rows, len(columns)), dtype=object)
    for j, column in enumerate(columns):
        table[:, j] = column
    return table
