"""Endpoints of several outcomes at once: competing causes, states, being in response."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from onearm.protocol.base import Name, Words
from onearm.protocol.endpoint_base import EndpointBase, IncidenceInterval, Months


class CumulativeIncidence(EndpointBase):
    """Cumulative incidence of each cause of a time-to fact with several, the others competing (Aalen-Johansen).

    ``variance: aalen`` is that of R's cmprsk and SAS, ``infinitesimal-jackknife`` that of R's survival. ``labels``
    name the causes (`death: Non-relapse mortality`). With ``by``, Gray's test for every cause.
    """

    estimator: Literal["cumulative-incidence"]
    fact: Name
    at_months: tuple[Months, ...] = ()
    interval: IncidenceInterval = "log-log"
    variance: Literal["aalen", "infinitesimal-jackknife"] = "aalen"
    labels: dict[str, Words] = Field(default_factory=dict)
    ticks_months: Months = 6
    by: Name | None = None


class InResponse(EndpointBase):
    """Probability of being in response over time, of the whole population (Temkin 1978).

    ``response`` is a time-to fact whose event is the response, ``fact`` one whose event ends it (or forestalls it).
    ``mean_to_months`` asks for the mean time in response up to then.
    """

    estimator: Literal["in-response"]
    response: Name
    fact: Name
    at_months: tuple[Months, ...] = ()
    mean_to_months: tuple[Months, ...] = ()
    ticks_months: Months = 6


class States(EndpointBase):
    """Where patients are over time: probabilities of several states (Aalen-Johansen).

    Everybody begins in ``start``. ``states`` maps a name to the time-to fact whose event is the entry into that state;
    on one day the last in the list counts. Nobody leaves ``final``, the state whose fact says how long each patient was
    observed. ``mean_to_months`` asks for the mean time in each state.
    """

    estimator: Literal["states"]
    start: Words
    states: dict[str, Name] = Field(min_length=1)
    final: Words
    at_months: tuple[Months, ...] = ()
    mean_to_months: tuple[Months, ...] = ()
    ticks_months: Months = 6
