"""External sources and the comparisons with them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onearm.protocol.base import Name, Part, Words
from onearm.protocol.endpoint import Level
from onearm.protocol.population import Condition
from onearm.protocol.trial import Data


class External(Part):
    """A source of external patients: a folder of tables like the trial's own."""

    label: Words
    folder: str
    notice: str = ""
    data: Data | None = None


class Caliper(Part):
    """The largest distance allowed within a pair, in standard deviations of the logit of the score.

    ``sd`` names whose deviation: ``pooled`` is the root of the mean of the two groups' variances, ``all`` that of
    everybody, ``treated`` that of the trial's patients.
    """

    width: Annotated[float, Field(gt=0, le=10)] = 0.2
    sd: Literal["pooled", "all", "treated"] = "pooled"


class Gates(Part):
    """What must hold before an effect may be read.

    ``max_smd`` is the largest absolute standardized difference after matching, ``min_matched`` the smallest share of
    the trial's patients that must be matched.
    """

    max_smd: Annotated[float, Field(gt=0, le=5)] = 0.25
    min_matched: Annotated[float, Field(gt=0, le=1)] = 0.5


class Comparison(Part):
    """One comparison of the trial with an external source.

    The score and the pairs are made from the covariates alone; the endpoints are looked at afterwards.
    """

    label: str = ""
    source: Name = Field(alias="with")
    population: Name
    eligibility: tuple[Condition, ...] = ()
    estimand: Literal["ATT"]
    covariates: tuple[Name, ...] = Field(min_length=1)
    missing: Literal["complete-case"] = "complete-case"
    score: Literal["logistic"] = "logistic"
    method: Literal["nearest"] = "nearest"
    ratio: Literal[1] = 1
    order: Literal["largest", "smallest", "data"] = "largest"
    replace: Literal[False] = False
    caliper: Caliper = Caliper()
    smd: Literal["treated", "pooled", "all"] = "treated"
    gates: Gates = Gates()
    endpoints: tuple[Name, ...] = Field(min_length=1)
    level: Level = 0.95
