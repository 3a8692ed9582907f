"""Who was in which state from when to when: the rows of a multistate history."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onearm.endpoints.sample import Analysis
from onearm.protocol.states import States


@dataclass(frozen=True, slots=True)
class Moves:
    """Rows of a multistate history in days: one for each stay of a subject in a state.

    ``to`` is None where the subject was last seen in the state.
    """

    subject: list[str]
    start: list[float]
    stop: list[float]
    state: list[str]
    to: list[str | None]

    @property
    def subjects(self) -> tuple[str, ...]:
        """Everybody with a row, in order."""
        return tuple(dict.fromkeys(self.subject))

    def add(self, subject: str, entries: Sequence[tuple[float, str]], begin: str, end: float) -> None:
        """One subject: entries in order, then the end of observation."""
        at, state = 0.0, begin
        for day, into in entries:
            self._row(subject, at, day, state, into)
            at, state = day, into
        if end > at:
            self._row(subject, at, end, state, None)

    def _row(self, subject: str, start: float, stop: float, state: str, to: str | None) -> None:
        self.subject.append(subject)
        self.start.append(start)
        self.stop.append(stop)
        self.state.append(state)
        self.to.append(to)


def history(e: States, times: Mapping[str, Mapping[str, tuple[float, bool]]], members: Sequence[str]) -> Moves:
    """The stays of everybody whose end of observation is known."""
    moves = Moves([], [], [], [], [])
    order = [state for state in e.states if state != e.final] + [e.final]
    for subject in members:
        if subject not in times[e.final]:
            continue
        end, _ = times[e.final][subject]
        entered: dict[float, str] = {}
        for state in order:  # on one day the last one counts
            day, happened = times[state].get(subject, (math.inf, False))
            if happened and day <= end:
                entered[day] = state
        entries = sorted(entered.items())
        last = [i for i, (_, state) in enumerate(entries) if state == e.final]
        moves.add(subject, entries[: last[0] + 1] if last else entries, e.start, end)
    return moves


def timed(a: Analysis, fact: str) -> dict[str, tuple[float, bool]]:
    """Day and whether it happened, of everybody to whom the fact applies."""
    frame = a.facts[fact].frame.drop_nulls("days")
    rows = zip(frame["subject"].to_list(), frame["days"].to_list(), frame["event"].to_list(), strict=True)
    return {subject: (float(day), bool(event)) for subject, day, event in rows}
