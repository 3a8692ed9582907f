"""Facts: what is true of each patient, with the rows that prove it. One clause in the protocol, one function here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from onearm.cohort.tables import Cohort
from onearm.facts import event, response, survival
from onearm.facts.column import FactColumn as FactColumn
from onearm.facts.course import Course
from onearm.protocol.document import Protocol

__all__ = ["FACTS", "FactColumn", "state"]

FACTS: dict[str, Callable[[str, Any, Course], FactColumn]] = {
    "best-response": response.best_response,
    "response": response.response,
    "mrd": response.mrd,
    "in-remission": response.in_remission,
    "procedure": event.procedure,
    "adverse-event": event.adverse_event,
    "alive": event.alive,
    "time-to": survival.time_to,
}
"""The code that answers each kind of clause."""


def state(protocol: Protocol, cohort: Cohort, names: tuple[str, ...] | None = None) -> Mapping[str, FactColumn]:
    """State the protocol's facts about every subject of a cohort.

    Parameters
    ----------
    protocol, cohort
        What to ask, and of whom.
    names
        The facts wanted; all of them when None.
    """
    wanted = protocol.facts if names is None else {n: protocol.facts[n] for n in names}
    course = Course.of(cohort, protocol)
    return {name: FACTS[clause.kind](name, clause, course) for name, clause in wanted.items()}
