"""Measurable residual disease at stated times: windows of study days or months, and how assessments in them count."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field, model_validator

from onearm.protocol.base import Name, Part, Words
from onearm.protocol.endpoint_base import BinomialMethod, EndpointBase

_Day = Annotated[int, Field(ge=1, le=36500)]
_Month = Annotated[float, Field(ge=0, le=1200)]

SEVERAL = {
    "last": "the last assessment in a window counts",
    "nearest": "the assessment nearest to the middle of a window counts, of two equally near the later one",
    "best": "negative at any assessment in a window counts as negative",
}
"""Rules for several assessments in one window, in words."""

UNTESTED = {
    "excluded": "of those assessed in the window",
    "counted": "of the whole population: untested patients count as not negative",
}
"""Rules for those without an assessment in a window, in words."""


class MrdWindow(Part):
    """When an assessment belongs to a time: ``days`` from and to (both included), or ``months`` after and up to."""

    label: Words
    days: tuple[_Day, _Day] | None = None
    months: tuple[_Month, _Month] | None = None

    @model_validator(mode="after")
    def _one_span(self) -> MrdWindow:
        if (self.days is None) == (self.months is None):
            raise ValueError("give either `days: [first, last]` or `months: [after, up to]`")
        if self.days is not None and self.days[0] > self.days[1]:
            raise ValueError("the first day of the window comes after its last")
        if self.months is not None and self.months[0] >= self.months[1]:
            raise ValueError("the window of months must end after it begins")
        return self

    @property
    def at(self) -> str:
        """The window in an id: ``20-40d`` or ``2-4mo``."""
        if self.days is not None:
            return f"{self.days[0]}-{self.days[1]}d"
        assert self.months is not None
        return f"{self.months[0]:g}-{self.months[1]:g}mo"

    @property
    def words(self) -> str:
        """The window as a sentence says it."""
        if self.days is not None:
            return f"study days {self.days[0]} to {self.days[1]}"
        assert self.months is not None
        return f"after {self.months[0]:g} and up to {self.months[1]:g} months"


class MrdByTime(EndpointBase):
    """MRD negativity in windows of time, and negativity at any assessment up to the end of each.

    ``fact`` is of kind ``mrd``: its limit says what negative is. Everything that changes the number must be said: the
    windows ``at``, which of ``several`` assessments in one window counts, and whether ``untested`` patients are in the
    denominator.
    """

    estimator: Literal["mrd-by-time"]
    fact: Name
    at: tuple[MrdWindow, ...] = Field(min_length=1)
    several: Literal["last", "nearest", "best"]
    untested: Literal["excluded", "counted"]
    method: BinomialMethod = "clopper-pearson"
    by: Name | None = None

    @model_validator(mode="after")
    def _each_window_once(self) -> MrdByTime:
        for what, found in (("label", [w.label for w in self.at]), ("window", [w.at for w in self.at])):
            twice = [one for one, n in Counter(found).items() if n > 1]
            if twice:
                raise ValueError(f'the {what} "{twice[0]}" is there twice')
        return self

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules in force, in words."""
        return (
            SEVERAL[self.several] + ("" if self.several == "best" else "; of several on that day the worst"),
            f"rate in a window: {UNTESTED[self.untested]}",
            "negative by the end of a window: at any assessment from day 1 to its last day, of the whole population; "
            "a plain share, in which those lost before count as not negative",
            "assessments from day 1 on and before relapse count",
        )
