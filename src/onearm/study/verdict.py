"""What a rule says on a day: a decision at the looks of the protocol, and suspension while pending outcomes could stop.

A look is due once the number of patients that count has reached it, also where it was passed because several outcomes
became known at once; the counts of that day are judged by the limits at that number. Between looks the rule is worked
out for information and stops nothing: the operating characteristics belong to the looks of the protocol.
"""

from __future__ import annotations

from dataclasses import replace

from onearm.design.decision import Decision
from onearm.design.judge import CERTAIN, PAST_LOOK, next_change
from onearm.design.record import Design
from onearm.protocol.monitoring import Rule
from onearm.stats.monitoring import Boundary
from onearm.study.fractional import fractional
from onearm.study.said import Verdict
from onearm.study.tally import Tally

_OF_PAST_LOOKS = (CERTAIN, PAST_LOOK)
"""Notes that the history makes needless: it holds the counts of that look, without the events that came later."""


def verdict(rule: Rule, design: Design, counted: Tally, before: int) -> Verdict:
    """The decision on the counts of a day.

    Parameters
    ----------
    rule, design
        The rule as the protocol has it, and as integers or times.
    counted
        Patients and events of the day.
    before
        Patients that counted at the last day that was judged: a look between is due.
    """
    if design.boundary is None:
        return _timed(rule, design, counted)
    looks = design.boundary.n.tolist()
    due = counted.n in looks or any(before < look <= counted.n for look in looks)
    if rule.pending == "fractional" and counted.pending:
        return fractional(rule, design, counted, due)
    decision = design.decide(counted.x, counted.n)
    word, reason = decision.word, decision.reason
    notes = tuple(note for note in decision.notes if note not in _OF_PAST_LOOKS)
    if rule.pending == "count-as-event" and counted.pending:
        reason += f"; {counted.pending} of them pending and counted as with the event"
    if decision.stops and not due:
        word = "continue" if counted.n < rule.n_max else "complete"
        notes = (_not_due(decision, counted), *notes)
        decision = replace(decision, next_n=next_change(design.boundary, (counted.x,), counted.n))
    elif word == "continue":
        notes = (*_at_once(rule, decision, counted), *notes)
    if word == "continue" and rule.suspend:
        waiting = could_stop(rule, design.boundary, counted)
        if waiting:
            word, reason = "suspend", f"{reason}; {waiting}"
    return Verdict(word, reason, due, decision, notes)


def _not_due(said: Decision, counted: Tally) -> str:
    """What the rule would say today, although no look is due."""
    if said.judged_at == counted.n:
        return f"No look is due at {counted.n} patients; judged today, the rule would {said.word}."
    return (
        f"Today's counts would have crossed the limit of the look at {said.judged_at} patients, which was judged when "
        "it was due; no look is due now."
    )


def _at_once(rule: Rule, said: Decision, counted: Tally) -> tuple[str, ...]:
    """How many events among the patients that count already would stop the trial at the look that it stands at."""
    late = rule.window is None or rule.pending == "count-as-no"
    more = said.below_high[0] if said.below_high else None
    most = counted.n - counted.x if rule.window is None else counted.pending
    if not (late and said.planned and more is not None and 0 < more <= most):
        return ()
    events = "event" if more == 1 else "events"
    return (f"{more} more {events} among the patients that count now would stop the trial without another patient.",)


def could_stop(rule: Rule, limits: Boundary, counted: Tally) -> str:
    """Why enrolment waits: the first look at which pending outcomes could stop the trial; empty when none could.

    Where pending patients do not count, the look must be one that they complete; where they count as without the
    event, it is the look that today's count has reached.
    """
    if not counted.pending:
        return ""
    for at, look in enumerate(limits.n.tolist()):
        low, high = int(limits.low[0, at]), int(limits.high[0, at])
        if rule.pending == "exclude" and counted.n < look <= counted.n + counted.pending:
            more = look - counted.n
            if counted.x <= low or counted.x + more >= high:
                return f"{_waiting(counted.pending)}, and the look at {look} patients could stop the trial"
        elif rule.pending == "count-as-no" and look == counted.n and counted.x + counted.pending >= high:
            return f"{_waiting(counted.pending)}; as events they would stop the trial at {look} patients"
    return ""


def _waiting(count: int) -> str:
    return "1 outcome is pending" if count == 1 else f"{count} outcomes are pending"


def _timed(rule: Rule, design: Design, counted: Tally) -> Verdict:
    """A rule on times is watched without pause from its first look on, as its simulation does."""
    decision = design.decide(counted.x, counted.n, time=counted.months)
    first = rule.schedule[0]
    due = counted.n >= first
    if decision.stops and not due:
        note = f"The first look is at {first} patients; judged today, the rule would {decision.word}."
        return Verdict("continue", decision.reason, False, replace(decision, word="continue"), (note, *decision.notes))
    return Verdict(decision.word, decision.reason, due, decision, decision.notes)
