"""Endpoints about what happens on the way: a procedure such as transplantation after day 1."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onearm.protocol.base import Name
from onearm.protocol.endpoint_base import EndpointBase, Interval, MedianRule, Months


class NaiveEverNever(EndpointBase):
    """Survival by what happened later: the naive comparison, which immortal time biases.

    It is there to show the bias beside a sound analysis, and has to be asked for by this name. ``by`` is a yes/no fact.
    """

    estimator: Literal["naive-ever-never"]
    fact: Name
    by: Name
    at_months: tuple[Months, ...] = ()
    interval: Interval = "log-log"
    median: MedianRule = "smallest"
    ticks_months: Months = 6


class TimeDependent(EndpointBase):
    """A procedure as what it is, a state that is entered: Mantel-Byar test, time-dependent Cox, Simon-Makuch curves.

    Until the day of the ``by`` procedure a patient is at risk among those without it, from the next day on among those
    with it.
    """

    estimator: Literal["time-dependent"]
    fact: Name
    by: Name
    at_months: tuple[Months, ...] = ()
    interval: Interval = "log-log"
    ticks_months: Months = 6


class CloneCensorWeight(EndpointBase):
    """Two strategies compared by cloning: the ``by`` procedure within ``window_months``, or not at all in that time.

    Every patient starts in both; a clone that leaves its strategy is censored, and those who stay are weighted by the
    inverse probability of staying, given ``covariates``. ``horizon_months`` is where survival and restricted means are
    compared. Limits by bootstrap of patients.
    """

    estimator: Literal["clone-censor-weight"]
    fact: Name
    by: Name
    window_months: Months
    covariates: tuple[Name, ...] = ()
    horizon_months: Months
    interval: Interval = "log-log"
    replicates: Annotated[int, Field(ge=100, le=100_000)] = 500
    ticks_months: Months = 6
