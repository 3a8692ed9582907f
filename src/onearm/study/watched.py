"""What watching a trial gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from onearm.results import Boundaries, CharacteristicsCurves, Estimate, Evidence, TimeBoundaries, Watch


@dataclass(slots=True)
class Watched:
    """What watching a trial gives: records to print, numbers with their patients, pictures to draw."""

    watches: list[Watch] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)
    evidence: dict[str, dict[str, Evidence]] = field(default_factory=dict)
    boundaries: list[Boundaries | TimeBoundaries] = field(default_factory=list)
    curves: list[CharacteristicsCurves] = field(default_factory=list)
    rule_numbers: list[Estimate] = field(default_factory=list)
    """Numbers of the rules themselves: limits, operating characteristics, how far away a decision is."""
