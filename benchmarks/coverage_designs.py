"""What is drawn: shapes of survival, patterns of censoring, and the settings made of them. Time has no unit.

======================  ================================================================================
exponential             S(t) = exp(-t)
delayed, plateau        S(t) = 1/4 + 3/4 exp(-(t / 0.8)^2): few events early, a quarter never have one
light                   administrative: follow-up uniform on 0.9..2.5, 20 % censored under the exponential
heavy                   administrative, accrual still running: uniform on 0..1.13, 60 % censored
losses                  loss to follow-up at rate 1.5: 60 % censored, and nobody is safe from it
======================  ================================================================================
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

Floats = Any  # arrays of numbers
SIZES = (20, 48, 100)
LIGHT, HEAVY, LOSS_RATE = (0.9, 2.5), (0.0, 1.13), 1.5
PLATEAU, TURN = 0.25, 0.8


@dataclass(frozen=True)
class Setting:
    """One way of drawing an arm, or two: ``ratio`` controls for each treated, whose hazard is multiplied."""

    censoring: str
    shape: str = "exponential"
    ratio: int = 1
    hazard_ratio: float = 1.0

    @property
    def name(self) -> str:
        """As printed."""
        words = [self.censoring]
        if self.shape != "exponential":
            words.insert(0, self.shape)
        if self.ratio != 1:
            words.append(f"1:{self.ratio}")
        if self.hazard_ratio != 1:
            words.append(f"HR {self.hazard_ratio:g}")
        return ", ".join(words)

    def time_at(self, survival: float) -> float:
        """The time at which true survival is ``survival``."""
        if self.shape == "exponential":
            return -math.log(survival)
        return TURN * math.sqrt(-math.log((survival - PLATEAU) / (1 - PLATEAU)))

    def survival(self, t: Floats) -> Floats:
        """True survival at t."""
        if self.shape == "exponential":
            return np.exp(-t)
        return PLATEAU + (1 - PLATEAU) * np.exp(-((t / TURN) ** 2))

    def median_follow_up(self) -> float:
        """The true median time to censoring."""
        if self.censoring == "losses":
            return math.log(2) / LOSS_RATE
        return sum(LIGHT if self.censoring == "light" else HEAVY) / 2

    def times(self, rng: np.random.Generator, n: int) -> Floats:
        """True event times; infinite for those who never have one."""
        if self.shape == "exponential":
            return rng.exponential(size=n)
        u = np.maximum((rng.random(n) - PLATEAU) / (1 - PLATEAU), 0.0)
        with np.errstate(divide="ignore"):
            return TURN * np.sqrt(-np.log(u))

    def follow_up(self, rng: np.random.Generator, n: int) -> Floats:
        """Times to censoring."""
        if self.censoring == "losses":
            return rng.exponential(1 / LOSS_RATE, n)
        return rng.uniform(*(LIGHT if self.censoring == "light" else HEAVY), n)

    def arm(self, rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        """Follow-up and event of one arm of n."""
        return seen(self.times(rng, n), self.follow_up(rng, n))

    def two_arms(self, rng: np.random.Generator, n: int) -> tuple[Floats, Floats, Floats]:
        """Follow-up, event and group (1 = treated) of n treated and ``ratio`` n controls."""
        group = np.repeat([1, 0], [n, self.ratio * n])
        death = self.times(rng, group.size) / np.where(group == 1, self.hazard_ratio, 1.0)
        return *seen(death, self.follow_up(rng, group.size)), group


def seen(death: Floats, censored: Floats) -> tuple[Floats, Floats]:
    """Follow-up and whether it ended with the event."""
    return np.minimum(death, censored), (death <= censored).astype(int)


def integral(survival: Any, tau: float) -> float:
    """Area under a true curve from 0 to tau, by the midpoint rule."""
    grid = np.linspace(0, tau, 20001)
    return float(np.mean(survival((grid[1:] + grid[:-1]) / 2)) * tau)


BOTH = (Setting("light"), Setting("heavy"))
