"""A value of each subject as a bar: the lowest laboratory value after the start, or its change from the one before."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from onearm.protocol.base import Name, Part, Words
from onearm.protocol.endpoint_base import EndpointBase

UNTIL = {
    "relapse": "values before the day of relapse count",
    "last-contact": "all values on record count, those after a relapse too",
}
"""Up to when values count, in words."""

_FIRST_DAY = -400


class BaselineWindow(Part):
    """Study days in which the value before treatment lies, both included; there is no day 0."""

    days: tuple[int, int]

    @model_validator(mode="after")
    def _in_order(self) -> BaselineWindow:
        first, last = self.days
        if 0 in self.days:
            raise ValueError("there is no study day 0; the day before day 1 is day -1")
        if not _FIRST_DAY <= first <= last:
            raise ValueError(f"the first day of the window comes after its last, or before day {_FIRST_DAY}")
        return self


class Waterfall(EndpointBase):
    """The best value of a laboratory test in each subject, drawn as bars from the highest to the lowest.

    ``show: change`` is the lowest value after the baseline window, as a percentage of change from the last value in
    it; ``lowest`` is that value itself. Everything that changes a bar must be said: the ``test`` and its ``unit`` as
    the table `labs` has them, the ``baseline`` window, and ``until`` when values count. ``group`` names a
    best-response fact by which bars are filled; ``limits`` are values at which a line is drawn.
    """

    estimator: Literal["waterfall"]
    test: Words
    unit: Words
    show: Literal["change", "lowest"]
    baseline: BaselineWindow
    until: Literal["relapse", "last-contact"]
    group: Name | None = None
    limits: tuple[float, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules in force, in words."""
        first, last = self.baseline.days
        before = f"baseline: the last value from study day {first} to {last}"
        best = f"best: the lowest value after study day {last}; {UNTIL[self.until]}"
        return (before, best) if self.show == "change" else (best,)
