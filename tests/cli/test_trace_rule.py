"""The trail of a stopping rule and of its numbers."""

from __future__ import annotations

from onearm.cli.trace import as_values, lines
from onearm.results import Estimate, Evidence, Header, Moment, Results, Watch
from onearm.tables.names import Name, parse

DAYS = tuple(
    Moment(date=f"2020-01-0{k}", enrolled=k, evaluated=n, events=x, pending=0, weight=float(n), due=False, word=word,
           belief=0.25)
    for k, (n, x, word) in enumerate(((1, 0, "continue"), (1, 0, "continue"), (2, 2, "stop for harm")), 1)
)  # fmt: skip
WATCH = Watch(
    id="monitoring.vod|v2", rule="vod", label="VOD", group="v2", population="treated", words="Stop at 2.",
    date="2020-01-03", word="stop for harm", reason="2 of 2", stopped="2020-01-03", moments=DAYS,
)  # fmt: skip


def number(what: str, **more: object) -> Estimate:
    basis: dict[str, object] = {
        "id": f"monitoring.vod.{what}", "label": what, "variable": "monitoring.vod", "stat": what,
        "context": "monitoring", "unit": "probability", "n": 2, "method": "m", "population": "treated", "value": 0.25,
    }  # fmt: skip
    return Estimate(**(basis | more))  # type: ignore[arg-type]


FOUND = {
    "monitoring.vod.early@0.2": number("early@0.2"),
    "monitoring.vod.events|v2": number(
        "events|v2", unit="events", value=1.0, evidence="monitoring.vod", subjects=("7",), group="v2"
    ),
}
PROOF = {"monitoring.vod": {"7": Evidence("VOD on day 3", ("data/adverse_events.csv:9",))}}
RESULTS = Results(Header(trial="t", title="T", arm="A"), FOUND, watches=(WATCH,), evidence=PROOF)


def test_a_rule_tells_its_decision_and_every_day_on_which_it_changed() -> None:
    said = [*lines(RESULTS, "monitoring.vod|v2")]
    assert said[0] == "monitoring.vod|v2  VOD, version v2"
    assert "  decision    stop for harm, as of 2020-01-03" in said
    assert said[-2:] == [
        "    2020-01-01  0 of 1, probability 0.250: continue",
        "    2020-01-03  2 of 2, probability 0.250: stop for harm",
    ]
    assert as_values(RESULTS, "monitoring.vod|v2")["word"] == "stop for harm"


def test_a_number_of_the_rule_says_that_no_patient_is_behind_it() -> None:
    said = [*lines(RESULTS, "monitoring.vod.early@0.2")]
    assert said[-1] == "  no subjects: the number follows from the rule"


def test_a_number_of_the_data_leads_to_its_lines() -> None:
    said = [*lines(RESULTS, "monitoring.vod.events|v2")]
    assert said[-1] == "    7  VOD on day 3  data/adverse_events.csv:9"


def test_ids_come_apart() -> None:
    assert parse("monitoring.vod.early@0.2") == Name("monitoring", "vod.early", "0.2", "")
    assert parse("monitoring.vod.stop_at_least@10|v2") == Name("monitoring", "vod.stop_at_least", "10", "v2")
