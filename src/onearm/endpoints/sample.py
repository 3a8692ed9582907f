"""What an estimator works on: facts of a population, in the cohort's order, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onearm.cohort.tables import Cohort
from onearm.facts.column import FactColumn
from onearm.protocol.document import Protocol
from onearm.results import Bars, Curve, Estimate, Evidence, Listing, Residuals
from onearm.stats.survival import landmark as restart


@dataclass(frozen=True, slots=True)
class Analysis:
    """One cohort ready for estimation.

    ``subjects`` holds its columns (with ``version``), ``facts`` its facts, ``populations`` the members of each
    population in the cohort's order, ``cohort`` its tables. ``seed`` is the seed of whatever is random.
    """

    protocol: Protocol
    subjects: pl.DataFrame
    facts: Mapping[str, FactColumn]
    populations: Mapping[str, tuple[str, ...]]
    cohort: Cohort
    seed: int = 1

    def label(self, population: str) -> str:
        """Words for a population."""
        known = self.protocol.populations.get(population)
        return known.label if known is not None and known.label else population

    def values(self, name: str) -> dict[str, Any]:
        """What holds of each subject: a yes/no or category fact, or a column of `subjects`; None where unknown."""
        frame = self.facts[name].frame if name in self.facts else self.subjects
        column = frame["value"] if name in self.facts else frame[name]
        return dict(zip(frame["subject"].to_list(), column.to_list(), strict=True))

    def groups(self, population: str, by: str | None) -> list[Group]:
        """A population whole, or split by a column or a yes/no fact; empty groups are left out."""
        members = self.populations[population]
        if by is None:
            return [Group("", members, 0)]
        known = self.values(by)
        levels = self._levels(by, known)
        split = {level: tuple(s for s in members if known[s] == level) for level in levels}
        lost = len(members) - sum(len(part) for part in split.values())
        return [Group(f"{by}={_word(level)}", part, lost) for level, part in split.items() if part]

    def _levels(self, by: str, known: Mapping[str, Any]) -> tuple[Any, ...]:
        if by in self.facts:
            return (True, False)
        if by == "version":
            return tuple(self.protocol.versions)
        if by in self.protocol.covariates:
            return self.protocol.covariates[by].levels
        return tuple(sorted({v for v in known.values() if v is not None}))


def _word(level: Any) -> str:
    return {True: "yes", False: "no"}[level] if isinstance(level, bool) else str(level)


@dataclass(frozen=True, slots=True)
class Group:
    """Some of a population: ``name`` (``version=original``, or nothing for all) and ``members``.

    ``lost`` counts those of the population of whom the group is not known.
    """

    name: str
    members: tuple[str, ...]
    lost: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be said of those who are in no group."""
        return (f"{self.lost} in no group: not known",) if self.lost else ()


@dataclass(frozen=True, slots=True)
class Times:
    """Durations of n subjects: ``days`` (n,) floats, ``event`` (n,) booleans, ``subjects`` (n,) names."""

    days: NDArray[np.float64]
    event: NDArray[np.bool_]
    subjects: tuple[str, ...]

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Times:
        """From rows of a time-to fact; rows without days are left out."""
        known = frame.filter(pl.col("days").is_not_null()) if frame["days"].null_count() else frame
        return cls(
            known["days"].cast(pl.Float64).to_numpy(),
            known["event"].cast(pl.Boolean).to_numpy(),
            tuple(known["subject"].to_list()),
        )

    def after(self, landmark: float) -> Times:
        """Those whose time goes beyond a landmark (days), counted from there."""
        if not self.subjects:
            return self
        late = restart(self.days, self.event, landmark)
        named = tuple(s for s, kept in zip(self.subjects, late.kept, strict=True) if kept)
        return Times(late.time, late.event, named)

    def pick(self, subjects: Sequence[str], prefix: str = "") -> tuple[Times, list[int]]:
        """The times of ``subjects``, in their order, named with ``prefix``.

        Subjects without a time are left out; the positions of those kept are returned beside the times.
        """
        place = {s: i for i, s in enumerate(self.subjects)}
        kept = [i for i, s in enumerate(subjects) if s in place]
        rows = [place[subjects[i]] for i in kept]
        named = tuple(prefix + subjects[i] for i in kept)
        return Times(self.days[rows], self.event[rows], named), kept


@dataclass(slots=True)
class Output:
    """What estimators found, gathered in order; ``evidence`` of numbers that rest on no fact of the protocol."""

    estimates: list[Estimate] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    residuals: list[Residuals] = field(default_factory=list)
    listed: list[Listing] = field(default_factory=list)
    bars: list[Bars] = field(default_factory=list)
    evidence: dict[str, Mapping[str, Evidence]] = field(default_factory=dict)

    def __iadd__(self, other: Output) -> Output:
        self.estimates.extend(other.estimates)
        self.curves.extend(other.curves)
        self.residuals.extend(other.residuals)
        self.listed.extend(other.listed)
        self.bars.extend(other.bars)
        self.evidence.update(other.evidence)
        return self


def mean_limits(value: float, error: float, level: float, end: float) -> tuple[float, float]:
    """Normal limits of a mean time, cut to 0 and to the ``end`` up to which it counts."""
    half = NormalDist().inv_cdf((1 + level) / 2) * error
    return max(value - half, 0.0), min(value + half, end)


def at_group(name: str, group: str) -> str:
    """Id of a number in a group: ``os.median|version=original``."""
    return f"{name}|{group}" if group else name
