"""What a stopping rule says on a day."""

from __future__ import annotations

from dataclasses import dataclass

from onearm.design.decision import Decision


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision of a day; ``due`` says whether a look of the protocol was due."""

    word: str
    reason: str
    due: bool
    decision: Decision
    notes: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether enrolment ends."""
        return self.word.startswith("stop")
