"""How far trial and external source can be compared, and the trial that the comparison stands in for, in words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onearm.protocol.base import Part

Text = Annotated[str, Field(max_length=2000)]
Judgement = Literal["comparable", "different", "unknown"]

HEADINGS: dict[str, str] = {
    "time_periods": "Time periods",
    "geographic_region": "Geographic region",
    "diagnosis": "Diagnosis",
    "prognosis": "Prognosis",
    "treatments": "Treatments",
    "other_treatment": "Other treatment-related factors",
    "follow_up": "Follow-up periods",
    "intercurrent_events": "Intercurrent events",
    "outcome": "Outcome",
    "missing_data": "Missing data",
}
"""Field of `Comparability` -> the heading that is printed: FDA's nine, and missing data."""

COMPONENTS: dict[str, str] = {
    "eligibility": "Eligibility criteria",
    "strategies": "Treatment strategies",
    "assignment": "Assignment to strategies",
    "time_zero": "Time zero",
    "follow_up": "Follow-up",
    "outcome": "Outcomes",
    "estimand": "Estimand (causal contrast)",
    "analysis": "Analysis",
    "assumptions": "Assumptions",
}
"""Field of `TargetTrial` -> the component that is printed."""


class Heading(Part):
    """One heading: how it is in the trial and in the external source, the judgement, and what is done about it."""

    trial: Text = ""
    external: Text = ""
    judgement: Judgement = "unknown"
    done: Text = ""


class Comparability(Part):
    """Trial and external source side by side, by the headings of FDA's draft guidance of February 2023.

    A heading that is left out, or a text that is left empty, is printed as `not stated`.
    """

    time_periods: Heading = Heading()
    geographic_region: Heading = Heading()
    diagnosis: Heading = Heading()
    prognosis: Heading = Heading()
    treatments: Heading = Heading()
    other_treatment: Heading = Heading()
    follow_up: Heading = Heading()
    intercurrent_events: Heading = Heading()
    outcome: Heading = Heading()
    missing_data: Heading = Heading()


class Component(Part):
    """One component of the target trial, and how the data emulate it. An empty text is filled from the settings."""

    target: Text = ""
    emulation: Text = ""


class TargetTrial(Part):
    """The randomised trial that one would have wanted, component by component, and its emulation."""

    eligibility: Component = Component()
    strategies: Component = Component()
    assignment: Component = Component()
    time_zero: Component = Component()
    follow_up: Component = Component()
    outcome: Component = Component()
    estimand: Component = Component()
    analysis: Component = Component()
    assumptions: Component = Component()
