"""Clauses of adverse events: what must be said, what is refused, and where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

import onearm as oa
from onearm.errors import ProtocolError
from onearm.protocol import Protocol
from onearm.protocol.adverse_event_words import counting_words
from onearm.protocol.adverse_events import ALL_GRADES, AdverseEvents, EventListing
from onearm.protocol.endpoint import Endpoint


def clause(**given: object) -> AdverseEvents:
    return AdverseEvents.model_validate({"estimator": "adverse-events", "emergent": "none", **given})


def test_columns_without_a_word_of_the_protocol() -> None:
    assert clause().columns == ALL_GRADES
    assert clause(by="version").columns == ("any", "3+")
    assert clause(grades=["any", "1-2", 5], by="version").columns == ("any", "1-2", "5")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"grades": [6]}, "String should match pattern"),
        ({"grades": [0]}, "String should match pattern"),
        ({"grades": ["4-3"]}, "write the lower grade first"),
        ({"grades": ["3-3"]}, "write the lower grade first"),
        ({"grades": ["5+"]}, "String should match pattern"),
        ({"grades": [True]}, "valid string"),
        ({"grades": [3, "3"]}, "is named twice"),
        ({"emergent": {"until_days": -1}}, "greater than or equal to 0"),
        ({"emergent": {"until_days": 1.5}}, "valid integer"),
        ({"emergent": {}}, "Field required"),
        ({"emergent": "all"}, "Input should be 'none'"),
        ({"groups": {"Gut": ["nausea"], "Skin": ["Nausea "]}}, "a term belongs to one class"),
        ({"groups": {"Gut": ["nausea"], "gut": ["vomiting"]}}, "names a class twice"),
        ({"at_least_percent": 101}, "less than or equal to 100"),
        ({"related": "yes"}, "'any' or 'only'"),
        ({"level": 0.9}, "Extra inputs"),
    ],
)
def test_what_is_refused(given: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        clause(**given)


def test_the_period_must_be_said() -> None:
    with pytest.raises(ValueError, match="emergent\n  Field required"):
        AdverseEvents.model_validate({"estimator": "adverse-events"})
    with pytest.raises(ValueError, match="at least 1 item"):
        EventListing.model_validate({"estimator": "event-listing", "terms": []})


@pytest.mark.parametrize(
    ("line", "where", "says"),
    [
        ("{estimator: adverse-events, emergent: none, population: treted}", "population", "did you mean"),
        ("{estimator: adverse-events, emergent: none, by: age}", "by", "column or yes/no fact to group by"),
        ("{estimator: adverse-events, emergent: {until_days: 30, drugs: [ino]}}", "emergent.drugs.0", "no drug"),
        ("{estimator: event-listing, terms: [x], drug: ino}", "drug", "no drug"),
    ],
)
def test_names_that_are_not_defined(small: Path, line: str, where: str, says: str) -> None:
    path = small / "protocol.yaml"
    path.write_text(path.read_text().replace("external:", f"  tox: {line}\nexternal:", 1))
    with pytest.raises(ProtocolError) as caught:
        oa.load(small)
    finding = next(f for f in caught.value.findings if f.blocks)
    assert finding.code == "P110"
    assert finding.where.endswith(f"endpoints.tox.{where}")
    assert says in finding.says


def test_the_page_shows_clauses_that_the_protocol_takes() -> None:
    page = (Path(__file__).parents[2] / "docs" / "adverse-events.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.S)
    clauses = [c for block in blocks for c in YAML(typ="safe").load(block).values()]
    counting, listing = (TypeAdapter(Endpoint).validate_python(c) for c in clauses)
    assert isinstance(counting, AdverseEvents)
    assert isinstance(listing, EventListing)
    left_out = {"level", "estimator"} | set(clauses[0])
    assert set(AdverseEvents.model_fields) <= left_out, "an option is not on the page"


def test_rules_in_words() -> None:
    trial = {"id": "t", "title": "T", "arm": "A"}
    p = Protocol.model_validate({"onearm": 1, "trial": trial, "drugs": {"ino": {"label": "inotuzumab ozogamicin"}}})
    late = clause(
        emergent={"until_days": 1, "drugs": ["ino"]}, related="only", dictionary="MedDRA 26.0", continued="counted"
    )
    assert counting_words(late, p) == (
        "treatment-emergent: begun from the day of the first dose until 1 day after the last dose of inotuzumab "
        "ozogamicin on record",
        "related events only; an event that nobody judged counts",
        "an event that was there before counts again wherever a row of it begins in the period",
        "terms: MedDRA 26.0",
    )
    same_day = counting_words(clause(emergent={"from": "time-zero", "until_days": 0}), p)
    assert same_day[0] == "treatment-emergent: begun from day 1 until the day of the last dose of any drug on record"
