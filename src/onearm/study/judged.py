"""A rule judged on one day after another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from onearm.cohort.as_of import as_known_on
from onearm.cohort.tables import Cohort
from onearm.design.record import Design
from onearm.protocol.document import Protocol
from onearm.protocol.monitoring import Rule
from onearm.study.between import days_between, may_hide
from onearm.study.dates import happened
from onearm.study.outcomes import Outcome, outcomes
from onearm.study.said import Verdict
from onearm.study.tally import Tally, tally
from onearm.study.verdict import verdict


@dataclass(frozen=True, slots=True)
class Day:
    """The outcomes of every rule as they were known on one day."""

    date: dt.date | None
    enrolled: int
    found: Mapping[str, tuple[Outcome, ...]]


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule, the group it is judged in (empty for all patients), and the data."""

    name: str
    rule: Rule
    design: Design
    group: str
    protocol: Protocol
    cohort: Cohort

    def of(self, found: Sequence[Outcome]) -> list[Outcome]:
        """The outcomes of the group."""
        return [o for o in found if not self.group or o.version == self.group]

    def on(self, date: dt.date) -> Day:
        """The outcomes of this rule alone as they were known on a day."""
        cohort = as_known_on(self.cohort, date)
        return Day(date, cohort.subjects.height, {self.name: outcomes(self.rule, self.protocol, cohort)})


@dataclass(frozen=True, slots=True)
class Judged:
    """A day, what is counted on it, and the decision."""

    day: Day
    counted: Tally
    said: Verdict


def course(ruled: Ruled, days: Sequence[Day], first: dt.date | None = None) -> Iterator[Judged]:
    """Every day judged; between them also the day on which the rule stopped the trial for the first time.

    ``first`` is the day of the first enrolment: where the first of the days comes later, those before it count too.
    """
    past: Judged | None = None
    if first is not None:
        past = _judged(ruled, Day(first - dt.timedelta(days=1), 0, {ruled.name: ()}), 0)
    stopped = False
    news = None if ruled.rule.pending == "fractional" else happened(ruled.cohort, ruled.rule.window)
    for day in days:
        now = _judged(ruled, day, past.counted.n if past else 0)
        if past and not stopped and may_hide(ruled.rule, ruled.design, past.counted, now.counted, now.said):
            for date in days_between(past.day.date, day.date, news):
                past = _judged(ruled, ruled.on(date), past.counted.n)
                if past.said.stops:
                    stopped = True
                    yield past
                    break
                if past.counted == now.counted:  # counts only grow: nothing more comes before the later day
                    break
            now = _judged(ruled, day, past.counted.n)
        stopped = stopped or now.said.stops
        past = now
        yield now


def _judged(ruled: Ruled, day: Day, before: int) -> Judged:
    counted = tally(ruled.rule, ruled.of(day.found[ruled.name]))
    return Judged(day, counted, verdict(ruled.rule, ruled.design, counted, before))
