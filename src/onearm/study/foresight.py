"""The numbers of a stopping rule: what it counts, what it believes, and where the trial is going."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from onearm.design.decision import Decision
from onearm.design.judge import Measures
from onearm.design.record import Design
from onearm.protocol.monitoring import Bop2Rule, PosteriorRule, PredictiveRule, Rule, SafetyRule, TimeRule
from onearm.results import Estimate
from onearm.stats.monitoring import continuation, predicted_events
from onearm.study.accrual import enrolment, events_by_then
from onearm.study.outcomes import Outcome
from onearm.study.said import Verdict
from onearm.study.tally import Tally

LEVEL = 0.95


def numbers(
    name: str, rule: Rule, design: Design, group: str, counted: Tally, said: Verdict, people: Sequence[Outcome]
) -> list[Estimate]:
    """Every number of a rule on the day of its decision, with the patients behind it."""
    make = _Maker(name, rule, group, counted, tuple(o.subject for o in people))
    events = tuple(o.subject for o in people if o.state == "event")
    waiting = tuple(o.subject for o in people if o.state == "pending")
    counts = rule.pending != "exclude"
    known = tuple(o.subject for o in people if counts or o.state != "pending")
    made = [
        make("evaluated", "Patients that count", "patients", counted.n, known),
        make("events", _with_event(rule), "events", counted.x, events if rule.pending != "count-as-event" else known),
    ]
    if rule.window is not None:
        made.append(make("pending", "Outcome pending", "patients", counted.pending, waiting))
    if isinstance(rule, TimeRule):
        made.append(make("time_on_test", "Time on test", "months", counted.months, known))
    beliefs = enumerate(probabilities(said.decision), 1)
    made += [make(f"belief.{k}", words, "probability", value, known) for k, (words, value) in beliefs]
    return made if group else made + list(_future(make, rule, design, counted, known))


def _with_event(rule: Rule) -> str:
    return "With the event, pending ones among them" if rule.pending == "count-as-event" else "With the event"


def probabilities(decision: Decision) -> Measures:
    """What the rule compares with its cut-off: of a rule on times the last of its measures, the others being times."""
    timed = any(word.startswith("total time") for word, _ in decision.measures)
    return decision.measures[-1:] if timed else decision.measures


def accrual_numbers(
    name: str, rule: Rule, counted: Tally, people: Sequence[Outcome], came: Sequence[dt.date], date: dt.date | None
) -> list[Estimate]:
    """Months until enrolment is complete, and for a rule on times the events by then; nothing where no dates tell.

    ``came`` are the days on which the patients of the rule's population were enrolled.
    """
    coming = enrolment(came, rule.n_max, date, LEVEL)
    if coming is None:
        return []
    who = tuple(o.subject for o in people)
    make = _Maker(name, rule, "", counted, who)
    label = f"Months until {rule.n_max} patients are enrolled, if they keep coming at a constant rate"
    made = [make("accrual_complete", label, "months", coming.months, who, coming.low, coming.high)]
    if isinstance(rule, TimeRule) and counted.x:
        at_risk = sum(o.state == "pending" for o in people)
        more = rule.n_max - len(came)
        found = events_by_then(coming, counted.months, counted.x, at_risk, more, LEVEL)
        label = "Events forecast by then, if the hazard is constant and patients come evenly"
        made.append(make("events_by_then", label, "mean", found.expected, who, found.low, found.high))
    return made


def _future(make: _Maker, rule: Rule, design: Design, counted: Tally, known: tuple[str, ...]) -> list[Estimate]:
    """Probabilities of going on to the end, and the events to be expected there."""
    limits, prior = design.boundary, _prior(rule)
    if limits is None or limits.endpoints > 1 or counted.n >= rule.n_max:
        return []
    made = []
    end = f"No later look stops the trial before {rule.n_max} patients are evaluated"
    for rate in rule.rates:
        found = continuation(limits, counted.x, counted.n, p=rate)
        made.append(make(f"conditional@{rate:g}", f"{end}: true rate {rate:g}", "probability", found.complete, known))
    if prior is None:
        return made
    found = continuation(limits, counted.x, counted.n, prior=prior)
    made.append(make("predictive", f"{end}: predictive probability", "probability", found.complete, known))
    coming = predicted_events(counted.x, counted.n, rule.n_max, prior, level=LEVEL)
    made.append(
        make(
            "forecast",
            f"Events forecast among {rule.n_max} patients",
            "mean",
            coming.mean,
            known,
            coming.low,
            coming.high,
        )
    )
    return made


def _prior(rule: Rule) -> tuple[float, float] | None:
    match rule:
        case PosteriorRule() | PredictiveRule():
            return rule.prior
        case SafetyRule():
            return rule.prior
        case Bop2Rule():
            return (rule.limit, 1 - rule.limit)
        case _:
            return None


class _Maker:
    """Estimates of one rule and group, each with the id ``monitoring.RULE.STATISTIC|GROUP``."""

    def __init__(self, name: str, rule: Rule, group: str, counted: Tally, people: tuple[str, ...]) -> None:
        self.name, self.rule, self.group, self.counted, self.people = name, rule, group, counted, people

    def __call__(
        self,
        stat: str,
        label: str,
        unit: str,
        value: float,
        subjects: tuple[str, ...],
        low: float | None = None,
        high: float | None = None,
    ) -> Estimate:
        rule = self.rule
        at = stat.replace(".", "-") if stat.startswith("belief") else stat
        return Estimate(
            id=f"monitoring.{self.name}.{at}" + (f"|{self.group}" if self.group else ""),
            label=label,
            variable=f"monitoring.{self.name}",
            stat=at.partition("@")[0],
            context="monitoring",
            unit=unit,
            n=self.counted.n,
            events=self.counted.x,
            method=f"{rule.counts}",
            population=rule.population,
            value=float(value),
            low=low,
            high=high,
            level=LEVEL if low is not None else None,
            group=self.group,
            evidence=f"monitoring.{self.name}",
            subjects=subjects,
            notes=(rule.assumption.strip(),) if rule.assumption else (),
            heading=rule.label or self.name,
        )
