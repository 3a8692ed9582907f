"""What all endpoints have in common: words, population, level, and the rules people choose among."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onearm.protocol.base import Name, Part

Level = Annotated[float, Field(gt=0.5, le=0.9999)]
Months = Annotated[float, Field(gt=0, le=1200)]
Interval = Literal["log-log", "log", "plain", "logit", "arcsine"]
CurveInterval = Literal["log-log", "log", "plain", "logit", "arcsine", "beta-product"]
IncidenceInterval = Literal["log-log", "log", "plain"]
MedianRule = Literal["smallest", "midpoint"]
BinomialMethod = Literal[
    "clopper-pearson", "wilson", "wilson-cc", "jeffreys", "mid-p", "agresti-coull", "wald", "blaker"
]


class EndpointBase(Part):
    """Words, population and level: every endpoint but subgroups has them."""

    label: str = ""
    population: Name = "enrolled"
    level: Level = 0.95
