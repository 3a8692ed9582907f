"""The decision on today's counts, at any number of patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule says of the counts as they stand.

    Parameters
    ----------
    word
        ``continue``, ``stop for futility``, ``stop for harm`` ...; at the end ``positive result``, ``negative result``
        or ``complete``.
    reason
        One sentence with the counts and the limits.
    n, x, names
        Patients evaluated, events of each kind, and what the events are called.
    planned
        Whether the protocol looks at this number of patients.
    judged_at
        Number of patients whose limits decided; ``None`` where no look is due: then the look before stands.
    limits_at, low, high
        Limits shown, and for how many patients they are (those judged, or those of the next look): stop at ``low`` or
        fewer, at ``high`` or more; ``None`` where no count stops.
    above_low, below_high
        Distance to the limits in events, one of each kind: ``x - low`` and ``high - x``; 0 or less is a stop.
    measures
        Words and value of what the rule compares with its cut-offs: a probability, a test's Z, a time.
    next_n
        The next look at which the decision could become another one; ``None`` where none could.
    notes
        What else must be known to read the decision.
    """

    word: str
    reason: str
    n: int
    x: tuple[int, ...]
    names: tuple[str, ...]
    planned: bool
    judged_at: int | None
    limits_at: int | None
    low: tuple[int | None, ...]
    high: tuple[int | None, ...]
    above_low: tuple[int | None, ...]
    below_high: tuple[int | None, ...]
    measures: tuple[tuple[str, float], ...] = ()
    next_n: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether enrolment ends."""
        return self.word.startswith("stop")

    def values(self) -> dict[str, Any]:
        """The decision as plain values."""
        return {name: getattr(self, name) for name in self.__slots__} | {"measures": dict(self.measures)}
