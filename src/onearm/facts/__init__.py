"""Facts: what is true of each patient, with the rows that prove it. One clause in the protocol, one function here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from onearm.cohort.tables import Cohort
from onearm.facts import event, response, survival
from onearm.facts.column import FactColumn as FactColumn
from onearm.protocol.document import Protocol

__all__ = ["FACTS", "FactColumn", "state"]

_Make = Callable[[str, Any, Cohort, Protocol], FactColumn]

FACTS: dict[str, _Make] = {
    "best-response": lambda name, clause, cohort, p: response.best_response(name, clause, cohort, p.response),
    "response": lambda name, clause, cohort, p: response.response(name, clause, cohort, p.response),
    "mrd": lambda name, clause, cohort, p: response.mrd(name, clause, cohort),
    "in-remission": lambda name, clause, cohort, p: response.in_remission(name, clause, cohort, p.response),
    "procedure": lambda name, clause, cohort, p: event.procedure(name, clause, cohort),
    "adverse-event": lambda name, clause, cohort, p: event.adverse_event(name, clause, cohort),
    "alive": lambda name, clause, cohort, p: event.alive(name, clause, cohort),
    "time-to": lambda name, clause, cohort, p: survival.time_to(name, clause, cohort, p.response, p.trial.time_zero),
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
    return {name: FACTS[clause.kind](name, clause, cohort, protocol) for name, clause in wanted.items()}
