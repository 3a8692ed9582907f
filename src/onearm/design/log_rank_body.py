"""A one-sample log-rank test behind a design: its analyses, its decisions, its words and its picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from onearm.design.characteristics_table import Rates
from onearm.design.decision import Decision
from onearm.design.table import DesignTable
from onearm.design.words import chance, number, patients
from onearm.errors import listed
from onearm.results import CharacteristicsCurves, TimeBoundaries
from onearm.text import rounded


@dataclass(frozen=True, slots=True)
class Stage:
    """One analysis: patients entered, calendar time, limit of Z, events expected under the null hypothesis."""

    n: int
    time: float
    limit: float
    events: float


@dataclass(frozen=True, slots=True)
class LogRank:
    """Analyses of a log-rank test in order; the last one is final."""

    stages: tuple[Stage, ...]
    alpha: float
    power: float
    expected_n: float
    pet: tuple[float, float] | None
    variance: str
    unit: str
    ratio: float
    said: tuple[str, ...]

    def table(self, title: str, footnotes: tuple[str, ...], each_look: bool) -> DesignTable:
        """One row an analysis."""
        names = ("final",) if len(self.stages) == 1 else ("interim", "final")
        acts = {"interim": "stop for futility if Z ≤ limit", "final": "reject if Z > limit"}
        rows = tuple(
            (name, str(s.n), rounded(s.time, 4), rounded(s.limit, 4), rounded(s.events, 2), acts[name])
            for name, s in zip(names, self.stages, strict=True)
        )
        columns = ("Analysis", "Patients entered", f"Time from first entry, {self.unit}", "Limit of Z",
                   "Expected events, null", "Rule")  # fmt: skip
        return DesignTable(title, columns, rows, footnotes)

    def characteristics(self, p: ArrayLike) -> dict[str, float]:
        """What the design says of itself under the null hypothesis and the alternative (normal approximation)."""
        if not set(np.atleast_1d(np.asarray(p, dtype=np.float64)).ravel().tolist()) <= {1.0, self.ratio}:
            raise ValueError(f"p must be hazard ratios that the design knows, 1 (null) or {self.ratio:g} (alternative)")
        return {"alpha": self.alpha, "power": self.power, "expected_n": self.expected_n}

    def characteristics_table(self, title: str, rates: Rates) -> DesignTable:
        """Null hypothesis and alternative."""
        self.characteristics([p[0] for _, p in rates])
        rows = []
        for label, (ratio,) in rates:
            null = ratio == 1
            early = "" if self.pet is None else chance(self.pet[0] if null else self.pet[1])
            rows.append((label, number(ratio), chance(self.alpha if null else self.power), early,
                         patients(self.expected_n) if null else ""))  # fmt: skip
        notes = ("Normal approximation. Expected n is worked out under the null hypothesis only.",)
        return DesignTable(
            title, ("Scenario", "Hazard ratio", "Reject", "Stop early", "Expected n"), tuple(rows), notes
        )

    def decide(self, x: object, n: object = None, **more: object) -> Decision:
        """The decision on ``x`` observed events where ``expected`` are expected, at analysis ``stage``."""
        expected, stage = more.get("expected"), more.get("stage")
        if isinstance(x, bool) or not isinstance(x, int | np.integer) or x < 0:
            raise ValueError(f"x must be a whole number of observed events, found {x!r}")
        if not isinstance(expected, int | float | np.number) or not 0 < float(expected) < math.inf:
            raise ValueError(f"expected must be given: events expected under the null hazard, found {expected!r}")
        which = len(self.stages) if stage is None else stage
        if which not in range(1, len(self.stages) + 1):
            raise ValueError(
                f"stage must be one of {listed(str(k + 1) for k in range(len(self.stages)))}, found {stage!r}"
            )
        found, hoped, last = self.stages[int(str(which)) - 1], float(expected), which == len(self.stages)
        z = (hoped - x) / math.sqrt(hoped if self.variance == "expected" else (x + hoped) / 2)
        passed = z > found.limit
        words = ("negative result", "positive result") if last else ("stop for futility", "continue")
        return Decision(
            word=words[passed],
            reason=f"Z = {rounded(z, 4)} with {x} events observed and {rounded(hoped, 4)} expected; the limit of this "
            f"analysis is {rounded(found.limit, 4)}",
            n=int(n) if isinstance(n, int | np.integer) else found.n,
            x=(int(x),),
            names=("event",),
            planned=True,
            judged_at=found.n,
            limits_at=found.n,
            low=(None,),
            high=(None,),
            above_low=(None,),
            below_high=(None,),
            measures=(("Z", z), ("limit of Z", found.limit), ("distance", z - found.limit)),
            next_n=None if last or not passed else self.stages[-1].n,
        )  # fmt: skip

    def sentences(self, rates: Rates) -> tuple[str, ...]:
        """The rule and what it does."""
        last = self.stages[-1]
        end = (
            f"{'After that the' if self.pet else 'The'} analysis of all {last.n} patients is {rounded(last.time, 4)} "
            f"{self.unit} after the first entry and rejects the null hypothesis if Z exceeds {rounded(last.limit, 4)}"
        )
        errors = f"The type I error is {chance(self.alpha)} and the power {chance(self.power)}, by normal approximation"
        if self.pet is None:
            return (*self.said, end, errors)
        first = self.stages[0]
        return (
            *self.said,
            f"{rounded(first.time, 4)} {self.unit} after the first entry, with {first.n} patients entered, the trial "
            f"stops for futility if Z is {rounded(first.limit, 4)} or less",
            end,
            errors,
            f"It stops early with probability {chance(self.pet[0])} under the null hypothesis and "
            f"{chance(self.pet[1])} under the alternative; {patients(self.expected_n)} patients are expected under the "
            "null hypothesis",
        )

    def picture(self, id: str, label: str, notes: tuple[str, ...], path: Sequence[tuple[Any, ...]]) -> TimeBoundaries:
        """Events expected that must be exceeded after each number observed; ``path`` holds (observed, expected)."""
        top = max(5, *(math.ceil(1.3 * s.events) for s in self.stages), *(int(d) for d, _ in path))
        edges = [tuple(_edge(d, s.limit, self.variance) for d in range(top + 1)) for s in self.stages]
        return TimeBoundaries(
            id=id,
            label=label,
            event="the event (observed)",
            axis="Events expected under the null hypothesis",
            events=tuple(range(top + 1)),
            least=edges[-1],
            interim=edges[0] if self.pet else (),
            n_max=self.stages[-1].n,
            path_events=tuple(int(d) for d, _ in path),
            path_time=tuple(float(e) for _, e in path),
            notes=notes,
        )

    @property
    def has_curves(self) -> bool:
        """No: the kernel knows its null hypothesis and its alternative only."""
        return False

    def curves(self, id: str, label: str, rates: Rates) -> CharacteristicsCurves:
        """Nothing to draw."""
        raise ValueError("a log-rank design knows its null hypothesis and its alternative only")


def _edge(d: int, z: float, variance: str) -> float:
    """The E at which (E - d) / sqrt(V) = z, V = E or (d + E) / 2: a root of a quadratic."""
    if variance == "expected":
        return ((z + math.sqrt(z * z + 4 * d)) / 2) ** 2
    return d + z * z / 4 + math.copysign(math.sqrt(z * z * d + z**4 / 16), z)
