"""From the outcomes of patients to the counts that a rule judges, with its reading of pending patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onearm.protocol.monitoring import Rule
from onearm.study.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted on one day.

    Parameters
    ----------
    n, x
        Patients that count, and those of them that count as with the event.
    pending
        Patients whose outcome is not known yet.
    weight
        Sum of the patients' weights: ``n`` unless pending patients count by the share of the window they were followed.
    months
        Time on test, where the fact is a time.
    people
        Patients of the population.
    """

    n: int
    x: int
    pending: int
    weight: float
    months: float
    people: int


def tally(rule: Rule, found: Sequence[Outcome]) -> Tally:
    """Count outcomes by the rule's reading of pending patients.

    Without a window every patient counts: an event may come at any time, and nobody without one is pending.

    Examples
    --------
    >>> from onearm.protocol.monitoring import CountsRule
    >>> rule = CountsRule(kind="counts", fact="cr", n_max=9, looks=(9,), stop_at_most=(1,), source="x")
    >>> done = [Outcome("1", "", "event", 1.0, 0.0, "", ()), Outcome("2", "", "pending", 0.5, 0.0, "", ())]
    >>> tally(rule, done).n, tally(rule, done).x, tally(rule, done).pending
    (2, 1, 0)
    """
    events = sum(o.state == "event" for o in found)
    waiting = [o for o in found if o.state == "pending"]
    months = sum(o.months for o in found)
    if rule.window is None:
        return Tally(len(found), events, 0, float(len(found)), months, len(found))
    known = len(found) - len(waiting)
    n = known if rule.pending == "exclude" else len(found)
    x = events + (len(waiting) if rule.pending == "count-as-event" else 0)
    weight = known + sum(o.followed for o in waiting) if rule.pending == "fractional" else float(n)
    return Tally(n, x, len(waiting), weight, months, len(found))
