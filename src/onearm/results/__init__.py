"""Results are records: one per printed number, one per curve. They compute nothing.

Ids are stable names: ``orr``, ``os.median``, ``os.survival@24mo``, ``os.hazard_ratio|salvage_chemo``. What
stands after ``|`` is the comparison, arm or subgroup.
"""

from onearm.results.collection import SCHEMA, Results
from onearm.results.drawn import Bars, Schedule, ScheduledDrug, Strip
from onearm.results.listing import Listing
from onearm.results.monitored import Boundaries, CharacteristicsCurves, TimeBoundaries
from onearm.results.outline import Chapter, Outline, Passage
from onearm.results.records import (
    Choice,
    Commitment,
    Curve,
    Estimate,
    Evidence,
    Flow,
    FlowStep,
    Gate,
    Header,
    Lane,
    Mark,
    Pair,
    Residuals,
    RiskTable,
    Segment,
)
from onearm.results.statement import Statement
from onearm.results.watched import Moment, Watch

__all__ = [
    "SCHEMA",
    "Bars",
    "Boundaries",
    "Chapter",
    "CharacteristicsCurves",
    "Choice",
    "Commitment",
    "Curve",
    "Estimate",
    "Evidence",
    "Flow",
    "FlowStep",
    "Gate",
    "Header",
    "Lane",
    "Listing",
    "Mark",
    "Moment",
    "Outline",
    "Pair",
    "Passage",
    "Residuals",
    "Results",
    "RiskTable",
    "Schedule",
    "ScheduledDrug",
    "Segment",
    "Statement",
    "Strip",
    "TimeBoundaries",
    "Watch",
]
