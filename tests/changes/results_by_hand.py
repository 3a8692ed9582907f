"""Small results made by hand, one of every kind of record."""

from __future__ import annotations

from typing import Any

from onearm.results import (
    Choice,
    Commitment,
    Curve,
    Estimate,
    Flow,
    FlowStep,
    Gate,
    Header,
    Lane,
    Moment,
    Pair,
    Results,
    RiskTable,
    Watch,
)


def estimate(id: str, value: float | None = 0.5, **more: Any) -> Estimate:
    """A number of response in the population of eight."""
    told = {"label": id, "variable": id.partition(".")[0].partition("|")[0], "stat": "p", "context": "response"}
    told |= {"unit": "proportion", "n": 8, "method": "exact", "population": "treated"}
    return Estimate(id=id, value=value, **(told | more))


def curve(**more: Any) -> Curve:
    told: dict[str, Any] = {"id": "os", "label": "Overall survival", "panel": "os", "group": ""}
    told |= {"time": (1.0, 3.0), "value": (0.75, 0.5), "low": (0.4, 0.2), "high": (0.9, 0.8)}
    told |= {"at_risk": (4.0, 3.0), "events": (1.0, 1.0), "censored": (0.0, 0.0), "n": 4, "method": "Kaplan-Meier"}
    told |= {"risk": RiskTable(time=(0.0,), at_risk=(4.0,), censored=(0.0,), events=(0.0,)), "population": "treated"}
    return Curve(**(told | {"subjects": ("1", "2", "3", "4")} | more))


def gate(passed: bool = True, value: float = 0.21) -> Gate:
    return Gate(
        id="gate.balance|x", comparison="x", name="Balance", value=value, threshold=0.25, passed=passed, says="so"
    )


def choice(**more: Any) -> Choice:
    told: dict[str, Any] = {"comparison": "x", "method": "primary", "label": "1:1", "words": "1:1 pairs"}
    told |= {"estimand": "ATT", "trial": 8, "external": 8, "lost": 0}
    return Choice(**(told | {"effective_trial": 8.0, "effective_external": 8.0} | more))


def watch(word: str = "continue", **more: Any) -> Watch:
    told: dict[str, Any] = {"id": "monitoring.vod", "rule": "vod", "label": "VOD", "group": "", "population": "treated"}
    moment = Moment(date="2020-01-01", enrolled=8, evaluated=8, events=1, pending=0, weight=8.0, due=True, word=word)
    told |= {"words": "stop", "date": "2020-01-01", "reason": "1 of 8", "moments": (moment,)}
    return Watch(**(told | {"word": word} | more))


def flow(n: int = 8) -> Flow:
    first = FlowStep(name="all", label="Enrolled", n=8, removed=0, reason="", estimate="n.enrolled")
    return Flow(
        id="trial",
        label="Trial",
        steps=(
            first,
            FlowStep(name="treated", label="Treated", n=n, removed=8 - n, reason="never treated", estimate="n.treated"),
        ),
    )


def pair(trial: str, external: str, number: int = 1) -> Pair:
    return Pair(
        comparison="x", number=number, trial=trial, external=external, logit_trial=0.0, logit_external=0.1, distance=0.1
    )


def lane(subject: str, group: str = "v1") -> Lane:
    return Lane(subject=subject, label=subject, group=group, end=3.0, died=False)


def settled(**more: Any) -> Commitment:
    return Commitment(**({"status": "prespecified", "says": "locked before", "digest": "abc"} | more))


def results(*estimates: Estimate, trial: str = "t", header: dict[str, Any] | None = None, **more: Any) -> Results:
    """Results of one trial with these numbers and records."""
    head = Header(**({"trial": trial, "title": "T", "arm": "A", "software": "onearm 0.1.0"} | (header or {})))
    return Results(head, {e.id: e for e in estimates}, **more)
