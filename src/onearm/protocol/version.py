"""Versions of the protocol: which patients and dates each governs, per cohort."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from onearm.protocol.base import Name, Part

PatientNumber = Annotated[int, Field(ge=1)]


class Start(Part):
    """Where a version starts: at a patient number (one for all cohorts, or one per cohort) or at a date."""

    patient: PatientNumber | dict[Name, PatientNumber] | None = None
    date: dt.date | None = None

    @model_validator(mode="after")
    def _one_start(self) -> Start:
        if (self.patient is None) == (self.date is None):
            raise ValueError("give either `patient` or `date`")
        return self


class Course(Part):
    """A regimen and the cycles in which it is given."""

    regimen: Name
    cycles: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)


class Version(Part):
    """One version of the treatment: from where it governs, for whom, why, and with which courses.

    ``applies_to: new`` binds patients enrolled from the start on; ``everyone`` (dates only) also binds the future
    doses of patients already enrolled.
    """

    start: Start = Field(alias="from")
    because: str = ""
    label: str = ""
    applies_to: Literal["new", "everyone"] = "new"
    courses: tuple[Course, ...] = ()

    @model_validator(mode="after")
    def _everyone_needs_a_date(self) -> Version:
        if self.applies_to == "everyone" and self.start.date is None:
            raise ValueError("`applies_to: everyone` needs a start date")
        return self

    def governs(self, number: int, cohort: str, enrolled: dt.date | None) -> bool:
        """Whether a patient with this number, cohort and enrolment date falls at or after the start.

        ``applies_to: everyone`` changes later doses of those enrolled before; the version at enrolment stays theirs.
        """
        start = self.start
        if start.date is not None:
            return enrolled is not None and enrolled >= start.date
        first = start.patient.get(cohort) if isinstance(start.patient, dict) else start.patient
        return first is not None and number >= first
