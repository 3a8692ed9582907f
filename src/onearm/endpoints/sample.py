"""What an estimator works on: facts of a population, in the cohort's order, as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onearm.facts.column import FactColumn
from onearm.protocol.document import Protocol
from onearm.results import Curve, Estimate


@dataclass(frozen=True, slots=True)
class Analysis:
    """One cohort ready for estimation.

    ``subjects`` holds its columns (with ``version``), ``facts`` its facts, ``populations`` the members of each
    population in the cohort's order.
    """

    protocol: Protocol
    subjects: pl.DataFrame
    facts: Mapping[str, FactColumn]
    populations: Mapping[str, tuple[str, ...]]

    def label(self, population: str) -> str:
        """Words for a population."""
        known = self.protocol.populations.get(population)
        return known.label if known is not None and known.label else population

    def members(self, frame: pl.DataFrame, population: str) -> pl.DataFrame:
        """Rows of a frame (with a column ``subject``) that belong to a population, in its order."""
        order = pl.DataFrame({"subject": self.populations[population]}, schema={"subject": pl.String})
        return order.join(frame, on="subject", how="left", maintain_order="left")

    def grouped(self, frame: pl.DataFrame, by: str | None) -> Iterator[tuple[str, pl.DataFrame]]:
        """Split a frame by a column or a yes/no fact: the group's name (``version=original``) and its rows."""
        if by is None:
            yield "", frame
            return
        if by in self.facts:
            key = self.facts[by].frame.select(
                "subject", _by=pl.when("value").then(pl.lit("yes")).otherwise(pl.lit("no"))
            )
            levels: tuple[str, ...] = ("yes", "no")
        else:
            key = self.subjects.select("subject", _by=pl.col(by).cast(pl.String))
            levels = self._levels(by, key)
        joined = frame.join(key, on="subject", how="left", maintain_order="left")
        for level in levels:
            rows = joined.filter(pl.col("_by") == level)
            if rows.height:
                yield f"{by}={level}", rows.drop("_by")

    def _levels(self, by: str, key: pl.DataFrame) -> tuple[str, ...]:
        if by == "version":
            return tuple(self.protocol.versions)
        if by in self.protocol.covariates:
            return self.protocol.covariates[by].levels
        return tuple(sorted(key["_by"].drop_nulls().unique()))


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

    def __len__(self) -> int:
        return len(self.subjects)

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
    """What estimators found, gathered in order."""

    estimates: list[Estimate] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)

    def __iadd__(self, other: Output) -> Output:
        self.estimates.extend(other.estimates)
        self.curves.extend(other.curves)
        return self


def at_group(name: str, group: str) -> str:
    """Id of a number in a group: ``os.median|version=original``."""
    return f"{name}|{group}" if group else name
