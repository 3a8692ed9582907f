"""Clauses of adverse events: what must be said, what is refused, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

import onearm as oa
from onearm.errors import ProtocolError
from onearm.protocol.adverse_events import ALL_GRADES, AdverseEvents, EventListing


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
