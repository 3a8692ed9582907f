"""What the design step leaves behind: scores, weights, pairs or classes, and whom the comparison speaks of."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from onearm.protocol.method import Method

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def _none() -> Floats:
    return np.zeros(0)


def _no_class() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Design:
    """Who is compared with whom, and with what weight, settled before any outcome is looked at.

    ``trial`` (n,) and ``external`` (m,) are the aligned subjects; ``logit_trial`` (n,) and ``logit_external`` (m,)
    their scores on the logit scale (empty without a score); ``caliper`` the largest distance allowed within a pair and
    ``sd`` the deviation it is a multiple of, on that scale; ``pairs`` the matched ones as positions in the two;
    ``unmatched`` the trial subjects who have no place in the comparison. ``weight_trial`` (n,) and
    ``weight_external`` (m,) are what each counts for; ``class_trial`` (n,) and ``class_external`` (m,) the pair or
    class of each, -1 for none; ``matrix`` (n + m, p) the covariates as a model sees them, trial first, ``columns``
    their names. ``settings`` is the method, ``estimand`` whom the effect speaks of, ``notes`` what must be said.
    ``unit_external`` (m,) is whose row each external one is, where a person has several: rows of one person are one
    cluster. ``refused`` says why there is no design.
    """

    trial: tuple[str, ...]
    external: tuple[str, ...]
    logit_trial: Floats
    logit_external: Floats
    caliper: float
    sd: float
    pairs: tuple[tuple[int, int], ...]
    unmatched: tuple[str, ...]
    refused: str = ""
    settings: Method | None = None
    estimand: str = ""
    weight_trial: Floats = field(default_factory=_none)
    weight_external: Floats = field(default_factory=_none)
    class_trial: Ints = field(default_factory=_no_class)
    class_external: Ints = field(default_factory=_no_class)
    matrix: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unit_external: tuple[str, ...] = ()

    @property
    def several(self) -> bool:
        """Whether an external person is there with more than one row."""
        return len(set(self.unit_external)) < len(self.unit_external)

    @property
    def matched_trial(self) -> tuple[str, ...]:
        """Trial subjects with a partner, in pair order."""
        return tuple(self.trial[t] for t, _ in self.pairs)

    @property
    def matched_external(self) -> tuple[str, ...]:
        """Their partners, in pair order."""
        return tuple(self.external[c] for _, c in self.pairs)

    @property
    def used_trial(self) -> tuple[str, ...]:
        """Trial subjects who count, in the order of the trial."""
        return tuple(s for s, w in zip(self.trial, self.weight_trial, strict=True) if w > 0)

    @property
    def used_external(self) -> tuple[str, ...]:
        """External subjects who count, in the order of the source."""
        return tuple(s for s, w in zip(self.external, self.weight_external, strict=True) if w > 0)

    @property
    def treated(self) -> NDArray[np.bool_]:
        """(n + m,) whether each row of ``matrix`` is of the trial."""
        return np.arange(len(self.trial) + len(self.external)) < len(self.trial)

    @property
    def weight(self) -> Floats:
        """(n + m,) the weights of both sides, trial first."""
        return np.concatenate([self.weight_trial, self.weight_external])

    @property
    def logit(self) -> Floats:
        """(n + m,) the logit scores of both sides, trial first; empty without a score."""
        return np.concatenate([self.logit_trial, self.logit_external])
