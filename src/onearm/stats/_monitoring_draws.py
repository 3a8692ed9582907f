"""Trials drawn at random: when patients enter, whether they have events, and when an outcome becomes known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._boundary import Boundary
from ._input import Bools, Floats
from ._parametric_distribution import Distribution


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """R trials of N patients: ``gap`` (R, N) between entries, ``event`` and ``delay`` (K, R, N).

    The outcome of endpoint k is known ``delay`` after entry: at the event, or at the end of the window without one.
    """

    gap: Floats
    event: Bools
    delay: Floats
    window: Floats

    @property
    def entry(self) -> Floats:
        """(R, N) times of entry, when nothing holds up accrual."""
        return np.asarray(np.cumsum(self.gap, axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """What is simulated; it can be sent to another process."""

    rule: Boundary
    cells: Floats
    rate: float
    arrivals: str
    window: Floats
    onset: tuple[Distribution | None, ...]
    pending: str


def draw(scheme: Scheme, replicates: int, rng: np.random.Generator) -> Trials:
    """Independent trials. ``cells``: (2,) event and none, or (4,) both, first only, second only, none."""
    shape = (replicates, scheme.rule.n_max)
    if scheme.arrivals == "poisson":
        gap = rng.standard_exponential(shape) / scheme.rate
    else:
        gap = np.full(shape, 1 / scheme.rate)
    kind = np.searchsorted(np.cumsum(scheme.cells)[:-1], rng.random(shape), side="right")
    event = np.stack([kind == 0]) if scheme.rule.endpoints == 1 else np.stack([kind < 2, (kind == 0) | (kind == 2)])
    delay = np.empty(event.shape)
    for k in range(scheme.rule.endpoints):
        when = onset_times(rng.random(shape), float(scheme.window[k]), scheme.onset[k])
        delay[k] = np.where(event[k], when, scheme.window[k])
    return Trials(gap, event, delay, scheme.window)


def onset_times(share: Floats, window: float, onset: Distribution | None) -> Floats:
    """Times of events that happen within the window: uniform, or the quantiles of a distribution cut at the window."""
    if onset is None or window == 0:
        return share * window
    within = -np.expm1(-float(onset.cumulative_hazard(window)))
    return np.minimum(onset.time_at_hazard(-np.log1p(-share * within)), window)
