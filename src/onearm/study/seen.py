"""One endpoint of one comparison on both sides, and what a source lacks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from onearm.cohort.tables import Cohort
from onearm.endpoints.sample import Times
from onearm.facts import FactColumn
from onearm.protocol.endpoint import Proportion, Survival
from onearm.protocol.fact import Mrd
from onearm.protocol.states import CumulativeIncidence

Clause = Survival | Proportion | CumulativeIncidence
"""Endpoints that can be compared."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One endpoint of one comparison: what is looked at, and on whom.

    ``shown`` are the names of the trial's arm and of the source; ``causes`` those of a time-to fact with several.
    """

    endpoint: str
    clause: Clause
    ours: FactColumn
    theirs: FactColumn
    prefix: str
    shown: tuple[str, str]
    causes: tuple[str, ...] = ()

    @property
    def of(self) -> str:
        """What is compared, in words."""
        return f"{self.shown[0]} against {self.shown[1]}"

    @property
    def times(self) -> tuple[Times, Times]:
        """Times of the trial's and of the external patients, the latter with their prefix."""
        external = Times.of(self.theirs.frame)
        named = tuple(self.prefix + s for s in external.subjects)
        return Times.of(self.ours.frame), replace(external, subjects=named)

    @property
    def answers(self) -> dict[str, bool | None]:
        """Yes, no or not known, of everybody."""
        return self._column("value")

    @property
    def cause_of(self) -> dict[str, str]:
        """The cause of every event."""
        return self._column("cause")

    def _column(self, column: str) -> dict:  # type: ignore[type-arg]
        both = ((self.ours.frame, ""), (self.theirs.frame, self.prefix))
        return {
            before + s: v
            for frame, before in both
            for s, v in zip(frame["subject"].to_list(), frame[column].to_list(), strict=True)
        }


def lacking(clause: object, source: Cohort) -> str:
    """What a fact needs and a source does not have, in words; empty when it has what is needed.

    A table that is missing is found when the source is read. Without a single MRD result nobody would be negative,
    which is no finding.
    """
    measured = source.responses["mrd"].drop_nulls().len() + source.responses["mrd_value"].drop_nulls().len()
    if isinstance(clause, Mrd) and not measured:
        return "the external source has no MRD result in `responses`: the endpoint cannot be known there"
    return ""
