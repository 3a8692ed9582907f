"""Stopping rules on the data: the decision as of a day, and what it was after every patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from onearm.cohort.as_of import as_known_on
from onearm.cohort.tables import Cohort
from onearm.design.of_rule import BY_VERSION, design_of_rule
from onearm.design.record import Design
from onearm.protocol.document import Protocol
from onearm.protocol.fact import TimeTo
from onearm.protocol.monitoring import Rule, TimeRule
from onearm.protocol.rule_words import rule_words
from onearm.results import Boundaries, Evidence, Moment, TimeBoundaries, Watch
from onearm.study.dates import last_day
from onearm.study.foresight import accrual_numbers, numbers, probabilities
from onearm.study.joint_rules import joint_numbers
from onearm.study.judged import Day, Ruled, course
from onearm.study.outcomes import Outcome, outcomes
from onearm.study.rule_numbers import decision_numbers, rule_numbers
from onearm.study.rule_paragraph import rule_paragraph
from onearm.study.said import Verdict
from onearm.study.tally import Tally
from onearm.study.watched import Watched

MOST_MOMENTS = 100
"""Days for which the history is worked out; a larger trial is shown after every second, third ... patient."""


def watch(protocol: Protocol, cohort: Cohort, as_of: dt.date | None = None, *, history: bool = True) -> Watched:
    """Judge every stopping rule of a protocol.

    Parameters
    ----------
    protocol, cohort
        The rules and the data.
    as_of
        The last day of which anything is known; all of the data when None.
    history
        Whether the decision after every patient is worked out too; needs dates.
    """
    watched = Watched()
    if not protocol.monitoring:
        return watched
    used = replace(cohort, labs=cohort.labs.clear(), changes=cohort.changes.clear())  # no fact is made of these
    now = used if as_of is None else as_known_on(used, as_of)
    last = _day(protocol, now, as_of or last_day(now))
    days = [d for d in _days(protocol, now, as_of) if d.date != last.date] if history else []
    days.append(last)
    first = min((d for d in now.subjects["enrolled"].to_list() if d is not None), default=None)
    designs = {name: design_of_rule(name, rule, _event(protocol, rule)) for name, rule in protocol.monitoring.items()}
    for name, rule in protocol.monitoring.items():
        design = designs[name]
        if design.has_curves:
            shown = design.curves()
            notes = (*shown.notes, f"{BY_VERSION}.") if rule.by_version else shown.notes
            watched.curves.append(replace(shown, id=f"monitoring.{name}", label=rule.label or name, notes=notes))
        watched.rule_numbers += rule_numbers(name, rule, design)
        for group in _groups(rule, days[-1].found[name]):
            _judge(watched, Ruled(name, rule, design, group, protocol, now), days, first if history else None)
    watched.rule_numbers += joint_numbers(protocol.monitoring, designs)
    return watched


def _event(protocol: Protocol, rule: Rule) -> str:
    """What the event is called in a sentence: what ends a time, else the fact's label, without a capital unless it is
    an abbreviation.
    """
    clause = protocol.facts[rule.fact]
    if isinstance(clause, TimeTo):
        return " or ".join(clause.causes)
    label = clause.label or rule.fact
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _days(protocol: Protocol, cohort: Cohort, as_of: dt.date | None) -> Iterator[Day]:
    """The days on which a patient was enrolled, in order, at most `MOST_MOMENTS` of them."""
    dates = sorted(d for d in cohort.subjects["enrolled"].to_list() if d is not None and (as_of is None or d <= as_of))
    step = -(-len(dates) // MOST_MOMENTS) if dates else 1
    for date in dict.fromkeys(dates[step - 1 :: step]):
        yield _day(protocol, as_known_on(cohort, date), date)


def _day(protocol: Protocol, cohort: Cohort, date: dt.date | None) -> Day:
    found = {name: outcomes(rule, protocol, cohort) for name, rule in protocol.monitoring.items()}
    return Day(date, cohort.subjects.height, found)


def _groups(rule: Rule, found: Sequence[Outcome]) -> tuple[str, ...]:
    """All patients together, and each version where the rule asks for it."""
    return ("", *dict.fromkeys(o.version for o in found if o.version)) if rule.by_version else ("",)


def _judge(watched: Watched, ruled: Ruled, days: Sequence[Day], first: dt.date | None) -> None:
    name, rule, design, group = ruled.name, ruled.rule, ruled.design, ruled.group
    judged = [*course(ruled, days, first)]
    last = judged[-1]
    timed = isinstance(rule, TimeRule)
    moments = [_moment(j.day, j.counted, j.said, timed) for j in judged]
    path = [(j.counted.x, j.counted.months) if timed else (j.counted.n, j.counted.x) for j in judged]
    stopped = next((m.date or "the data as they stand" for m in moments if m.word.startswith("stop")), "")
    people = ruled.of(last.day.found[name])
    watched.evidence.setdefault(f"monitoring.{name}", {}).update({o.subject: Evidence(o.says, o.at) for o in people})
    paragraph = "" if group else rule_paragraph(design)
    said = _after_a_stop(last.said, moments, stopped)
    said = replace(said, notes=(*said.notes, *_superseded(group, last.day.found[name], ruled.cohort)))
    watched.watches.append(_watch(name, rule, group, last.day, said, stopped, moments, paragraph))
    watched.rule_numbers += decision_numbers(name, rule, group, last.said, last.counted)
    watched.estimates += numbers(name, rule, design, group, last.counted, last.said, people)
    if not group:
        came = _came(ruled.cohort, people)
        watched.estimates += accrual_numbers(name, rule, last.counted, people, came, last.day.date)
    watched.boundaries.append(_picture(name, rule, design, group, path, [m.word for m in moments]))


def _after_a_stop(said: Verdict, moments: Sequence[Moment], stopped: str) -> Verdict:
    """A stop is not taken back: the decision stays that of the look which stopped the trial."""
    if not stopped or said.stops:
        return said
    word = next(m.word for m in moments if m.word.startswith("stop"))
    reason = f"a look that was due stopped the trial on {stopped}; as the data stand now: {said.reason}"
    return replace(said, word=word, reason=reason, decision=replace(said.decision, next_n=None))


def _superseded(group: str, found: Sequence[Outcome], cohort: Cohort) -> tuple[str, ...]:
    """Whether patients of this version have stopped coming while those of another one come."""
    if not group:
        return ()
    enrolled = dict(cohort.subjects.select("subject", "enrolled").iter_rows())
    days = {
        version: [enrolled[o.subject] for o in found if o.version == version] for version in {o.version for o in found}
    }
    last = {version: max((d for d in came if d is not None), default=None) for version, came in days.items()}
    mine = last[group]
    if mine is None or not any(d is not None and d > mine for d in last.values()):
        return ()
    return (
        f"The last patient of this version was enrolled on {mine.isoformat()}; those since are of another version.",
    )


def _came(cohort: Cohort, people: Sequence[Outcome]) -> list[dt.date]:
    """The days on which patients were enrolled."""
    enrolled = cohort.subjects.filter(cohort.subjects["subject"].is_in([o.subject for o in people]))["enrolled"]
    return enrolled.drop_nulls().to_list()


def _moment(day: Day, counted: Tally, said: Verdict, timed: bool) -> Moment:
    beliefs = probabilities(said.decision)
    return Moment(
        date=day.date.isoformat() if day.date is not None else "",
        enrolled=day.enrolled,
        evaluated=counted.n,
        events=counted.x,
        pending=counted.pending,
        weight=counted.months if timed else counted.weight,
        due=said.due,
        word=said.word,
        belief=beliefs[0][1] if beliefs else None,
    )


def _watch(
    name: str,
    rule: Rule,
    group: str,
    day: Day,
    said: Verdict,
    stopped: str,
    moments: Sequence[Moment],
    paragraph: str,
) -> Watch:
    return Watch(
        id=f"monitoring.{name}" + (f"|{group}" if group else ""),
        rule=name,
        label=rule.label or name,
        group=group,
        population=rule.population,
        words=rule_words(name, rule),
        date=day.date.isoformat() if day.date is not None else "",
        word=said.word,
        reason=said.reason,
        stopped=stopped,
        next_n=said.decision.next_n,
        notes=said.notes,
        moments=tuple(moments),
        paragraph=paragraph,
    )


def _picture(
    name: str, rule: Rule, design: Design, group: str, path: Sequence[tuple[float, float]], words: Sequence[str]
) -> Boundaries | TimeBoundaries:
    """The boundary with the trial's path on it; the decisions are those of the looks that were due."""
    label = f"{rule.label or name}: {group}" if group else rule.label or name
    plain = design.picture()
    key, said = f"monitoring.{name}" + (f"|{group}" if group else ""), tuple(words)
    first = tuple(int(n) for n, _ in path)
    if isinstance(plain, TimeBoundaries):
        times = tuple(float(t) for _, t in path)
        return replace(plain, id=key, label=label, path_events=first, path_time=times, decisions=said)
    counts = (tuple(int(x) for _, x in path),)
    return replace(plain, id=key, label=label, path_n=first, path_x=counts, decisions=said)
