"""Endpoints: a fact, an estimator, a population, a level."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onearm.protocol.base import Name, Part

Level = Annotated[float, Field(gt=0.5, lt=1)]
Months = Annotated[float, Field(gt=0, le=1200)]
Interval = Literal["log-log", "log", "plain", "logit", "arcsine"]
MedianRule = Literal["smallest", "midpoint"]
BinomialMethod = Literal[
    "clopper-pearson", "wilson", "wilson-cc", "jeffreys", "mid-p", "agresti-coull", "wald", "blaker"
]


class _Endpoint(Part):
    label: str = ""
    population: Name = "enrolled"
    level: Level = 0.95


class Proportion(_Endpoint):
    """Share of a population of whom a yes/no fact is true, with an exact or approximate interval.

    ``by`` repeats it per value of a column or fact.
    """

    estimator: Literal["proportion"]
    fact: Name
    method: BinomialMethod = "clopper-pearson"
    by: Name | None = None


class Distribution(_Endpoint):
    """Counts and shares of every category of a fact or covariate."""

    estimator: Literal["distribution"]
    fact: Name | None = None
    covariate: Name | None = None
    method: BinomialMethod = "clopper-pearson"


class Summary(_Endpoint):
    """Mean, standard deviation, median, quartiles and range of a numeric covariate."""

    estimator: Literal["summary"]
    covariate: Name


class Survival(_Endpoint):
    """Kaplan-Meier curve of a time-to fact: median, survival at given months, events.

    ``median: smallest`` is the first time at which survival is at most one half; ``midpoint`` is R's rule on a flat
    piece. ``ticks_months`` spaces the numbers at risk.
    """

    estimator: Literal["survival"]
    fact: Name
    at_months: tuple[Months, ...] = ()
    interval: Interval = "log-log"
    median: MedianRule = "smallest"
    ticks_months: Months = 6
    by: Name | None = None


class FollowUp(_Endpoint):
    """Follow-up by reverse Kaplan-Meier: the events of a time-to fact become censoring and the reverse."""

    estimator: Literal["follow-up"]
    fact: Name
    interval: Interval = "log-log"
    median: MedianRule = "smallest"


class Landmark(_Endpoint):
    """Survival from a landmark on, by what had happened until then.

    Patients with the event or lost before the landmark are left out; groups are formed by whether the ``by`` fact
    (a procedure) had happened by the landmark.
    """

    estimator: Literal["landmark"]
    fact: Name
    months: Months
    by: Name
    at_months: tuple[Months, ...] = ()
    interval: Interval = "log-log"
    median: MedianRule = "smallest"
    ticks_months: Months = 6


Endpoint = Annotated[
    Proportion | Distribution | Summary | Survival | FollowUp | Landmark, Field(discriminator="estimator")
]
"""Any endpoint clause; ``estimator`` says which."""
