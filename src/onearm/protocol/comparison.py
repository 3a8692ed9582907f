"""External sources and the comparisons with them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from onearm.protocol.alignment import Alignment, Missing
from onearm.protocol.base import Name, Part, Words
from onearm.protocol.comparability import Comparability, TargetTrial
from onearm.protocol.endpoint import Level
from onearm.protocol.gates import Gates
from onearm.protocol.method import Caliper, Method
from onearm.protocol.population import Condition
from onearm.protocol.sensitivity import Sensitivity
from onearm.protocol.trial import Data

__all__ = ["Caliper", "Comparison", "External", "Gates"]


class External(Part):
    """A source of external patients: a folder of tables like the trial's own."""

    label: Words
    folder: str
    notice: str = ""
    data: Data | None = None


SIDES = frozenset({"trial", "external", "crude", "before", "after", "primary"})
"""Words that name parts of a comparison, and so no method."""


class Comparison(Method):
    """One comparison of the trial with an external source.

    The keys of `Method` describe the primary method; ``methods`` hold further ones, shown beside it. Scores, pairs and
    weights are made from the covariates alone; the endpoints are looked at afterwards.
    """

    source: Name = Field(alias="with")
    population: Name
    eligibility: tuple[Condition, ...] = ()
    covariates: tuple[Name, ...] = Field(min_length=1)
    missing: Missing = "complete-case"
    smd: Literal["treated", "pooled", "all"] = "treated"
    gates: Gates = Gates()
    endpoints: tuple[Name, ...] = Field(min_length=1)
    level: Level = 0.95
    methods: dict[Name, Method] = Field(default_factory=dict)
    alignment: Alignment | None = None
    comparability: Comparability | None = None
    target_trial: TargetTrial | None = None
    sensitivity: Sensitivity | None = None

    @model_validator(mode="after")
    def _named(self) -> Comparison:
        if taken := sorted(SIDES.intersection(self.methods)):
            raise ValueError(f'"{taken[0]}" names a part of every comparison: call the method something else')
        return self
