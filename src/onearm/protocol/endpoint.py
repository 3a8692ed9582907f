"""Endpoints: a fact, an estimator, a population, a level."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from onearm.protocol.adverse_events import AdverseEvents, EventListing
from onearm.protocol.base import Name, Part, Words
from onearm.protocol.endpoint_base import BinomialMethod, CurveInterval, EndpointBase, Interval, MedianRule, Months
from onearm.protocol.endpoint_base import Level as Level
from onearm.protocol.intercurrent import CloneCensorWeight, NaiveEverNever, TimeDependent
from onearm.protocol.mrd_by_time import MrdByTime
from onearm.protocol.states import CumulativeIncidence, InResponse, States
from onearm.protocol.waterfall import Waterfall


class Proportion(EndpointBase):
    """Share of a population of whom a yes/no fact is true, with an exact or approximate interval.

    ``by`` repeats it per value of a column or fact.
    """

    estimator: Literal["proportion"]
    fact: Name
    method: BinomialMethod = "clopper-pearson"
    by: Name | None = None


class Distribution(EndpointBase):
    """Counts and shares of every category of a fact or covariate."""

    estimator: Literal["distribution"]
    fact: Name | None = None
    covariate: Name | None = None
    method: BinomialMethod = "clopper-pearson"


class Summary(EndpointBase):
    """Mean, standard deviation, median, quartiles and range of a numeric covariate."""

    estimator: Literal["summary"]
    covariate: Name


class Reference(Part):
    """A historical survival curve that a single arm is tested against: exponential through one given point.

    ``median_months``, or ``survival`` at ``at_months``. ``source`` says where it is from.
    """

    source: Words
    median_months: Months | None = None
    survival: Annotated[float, Field(gt=0, lt=1)] | None = None
    at_months: Months | None = None

    @model_validator(mode="after")
    def _one_point(self) -> Reference:
        point = (self.survival is not None, self.at_months is not None)
        if point not in ((True, True), (False, False)) or (self.median_months is None) == (point == (False, False)):
            raise ValueError("give either `median_months`, or `survival` together with `at_months`")
        return self

    @property
    def rate(self) -> float:
        """The constant hazard a month."""
        if self.median_months is not None:
            return math.log(2) / self.median_months
        assert self.survival is not None
        assert self.at_months is not None
        return -math.log(self.survival) / self.at_months


class Survival(EndpointBase):
    """Kaplan-Meier curve of a time-to fact: median, survival at given months, restricted means, events.

    ``median: smallest`` is the first time at which survival is at most one half; ``midpoint`` is R's rule on a flat
    piece. ``interval: beta-product`` is the exact-like interval for small samples (Fay 2013). ``mean_to_months`` asks
    for restricted means, ``against`` for the one-sample log-rank test. ``ticks_months`` spaces the numbers at risk.
    """

    estimator: Literal["survival"]
    fact: Name
    at_months: tuple[Months, ...] = ()
    mean_to_months: tuple[Months, ...] = ()
    interval: CurveInterval = "log-log"
    median: MedianRule = "smallest"
    ticks_months: Months = 6
    by: Name | None = None
    against: Reference | None = None


class FollowUp(EndpointBase):
    """Follow-up by reverse Kaplan-Meier: the events of a time-to fact become censoring and the reverse."""

    estimator: Literal["follow-up"]
    fact: Name
    interval: Interval = "log-log"
    median: MedianRule = "smallest"


class Landmark(EndpointBase):
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


class Cut(Part):
    """Subgroups of a number: below ``at``, and from it on."""

    column: Name
    at: float


class Subgroups(Part):
    """An endpoint in subgroups, for a forest plot: ``of`` a proportion, or a survival endpoint.

    A proportion is given in each subgroup; of survival the hazard ratio of each subgroup against the first one.
    Population, level and method are those of the endpoint.
    """

    estimator: Literal["subgroups"]
    label: str = ""
    of: Name
    by: tuple[Name | Cut, ...] = Field(min_length=1)


Endpoint = Annotated[
    Proportion
    | Distribution
    | Summary
    | Survival
    | FollowUp
    | Landmark
    | NaiveEverNever
    | TimeDependent
    | CloneCensorWeight
    | CumulativeIncidence
    | InResponse
    | States
    | Subgroups
    | AdverseEvents
    | EventListing
    | MrdByTime
    | Waterfall,
    Field(discriminator="estimator"),
]
"""Any endpoint clause; ``estimator`` says which."""
