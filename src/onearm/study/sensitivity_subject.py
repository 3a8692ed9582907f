"""A comparison that is to be doubted, and what every number about its ratios has in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from onearm.endpoints import Analysis
from onearm.external.blind import Blind
from onearm.results import Estimate
from onearm.study.trial import Trial

MEASURES = {"hazard_ratio": "hr", "risk_ratio": "rr"}
"""Primary ratios that can be doubted, and what the kernels call them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A comparison that is to be doubted: its blind half, what it found, and all it was made from.

    ``members`` are those of the trial's population.
    """

    made: Blind
    found: Mapping[str, Estimate]
    trial: Trial
    members: Sequence[str]
    analysis: Analysis

    @property
    def ratios(self) -> list[Estimate]:
        """The primary ratio of every endpoint that has one, with or without a value."""
        name = self.made.name
        keys = [[f"{e}.{stat}|{name}" for stat in MEASURES] for e in self.made.settings.endpoints]
        return [self.found[key[0]] for key in ([k for k in some if k in self.found] for some in keys) if key]


def about(e: Estimate, stat: str, what: str, part: str, **values: Any) -> Estimate:
    """A number about the primary ratio ``e``: id ``os.STAT|comparison/part``, its words and its patients.

    What is assumed (``notes``) stands before the notes of the ratio, or before ``kept`` in their place.
    """
    name = e.group.partition("/")[0]
    empty: dict[str, Any] = {"value": None, "low": None, "high": None, "level": None, "std_error": None, "error": None}
    notes = (*values.pop("notes", ()), *values.pop("kept", e.notes))
    head, _, _ = e.label.partition(": ")
    section = next((words for key, words in _SECTIONS.items() if key in (stat, part.partition("_")[0])), "")
    return replace(
        e,
        id=f"{e.variable}.{stat}|{name}" + (f"/{part}" if part else ""),
        label=f"{head}: {what}",
        stat=stat,
        context="sensitivity",
        group=f"{name}/{part}" if part else name,
        heading=f"{head}: {section or _ORDERS}",
        notes=notes,
        **(empty | values),
    )


_ORDERS = "other orders of matching"
_SECTIONS = {
    "e_value": "E-value",
    "e_value_limit": "E-value",
    "without": "without one covariate",
    "tipping": "one unmeasured confounder",
    "tips_at": "one unmeasured confounder",
    "negative": "negative control",
    "calibrated": "calibrated by negative controls",
    "calibrated_p": "calibrated by negative controls",
    "dropout": "drop-outs who did worse",
    "bias": "probabilistic bias analysis",
}
"""Headings of a table, by statistic or by what stands after the comparison in the id."""


def first_set(one: Subject) -> tuple[str, ...]:
    """What must be said of patients, or of numbers, that are those of one imputed data set."""
    return ("patients are those of the first imputed data set",) if one.made.drawn else ()


def usable(e: Estimate) -> bool:
    """Whether a ratio has a value and limits that the kernels take."""
    return e.value is not None and e.low is not None and e.high is not None
