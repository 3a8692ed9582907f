"""Results as a reporting event of the CDISC Analysis Results Standard: its form, its references, its numbers."""

from __future__ import annotations

import copy
import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest

import onearm as oa
from onearm import tables, text
from onearm.results import Estimate, Header, Results
from onearm.results.ars import to_ars, to_text

sys.path.insert(0, str(Path(__file__).parent))

from ars_model import schema
from factory import good_trial
from sample import sample

CHECK = jsonschema.Draft7Validator(schema())

ORR = Estimate(
    id="orr",
    label="Overall response",
    variable="orr",
    stat="p",
    context="response",
    unit="proportion",
    n=48,
    events=44,
    value=44 / 48,
    low=0.8,
    high=0.9767,
    level=0.95,
    method="Clopper-Pearson exact interval",
    population="Treated",
    evidence="responded",
)


def event_of(*estimates: Estimate) -> dict[str, Any]:
    return to_ars(Results(Header(trial="t", title="T", arm="A"), {e.id: e for e in estimates}))


@pytest.fixture(scope="module", params=["invented", "small trial"])
def results(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Results:
    if request.param == "invented":
        return sample()
    return oa.run(oa.load(good_trial(tmp_path_factory.mktemp("ars") / "small")))


@pytest.fixture(scope="module")
def event(results: Results) -> dict[str, Any]:
    made = to_text(to_ars(results, tables.build(results).values()))
    body: dict[str, Any] = json.loads(made)
    return body


def every(event: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for analysis in event["analyses"]:
        for result in analysis["results"]:
            yield analysis, result


def test_an_event_fits_the_model(event: dict[str, Any]) -> None:
    assert [f"{list(e.absolute_path)}: {e.message[:200]}" for e in CHECK.iter_errors(event)] == []
    assert event["outputs"]
    assert event["otherListsOfContents"]


def first(event: dict[str, Any], *path: str | int) -> Any:
    found: Any = event
    for step in path:
        found = found[step]
    return found


@pytest.mark.parametrize(
    "spoil",
    [
        lambda e: e.pop("mainListOfContents"),
        lambda e: e.update(author="we"),
        lambda e: e.update(version="1"),
        lambda e: first(e, "analyses", 0).pop("methodId"),
        lambda e: first(e, "analyses", 0).update(purpose={"controlledTerm": "PRIMARY"}),
        lambda e: first(e, "analyses", 0, "results", 0).update(rawValue=48),
        lambda e: first(e, "analyses", 0, "results", 0).update(id="x"),
        lambda e: first(e, "methods", 0, "operations", 0).pop("order"),
        lambda e: first(e, "outputs", 0, "displays", 0, "display", "displaySections", 0).update(sectionType="Caption"),
        lambda e: first(e, "analysisSets", 0).update(order="1"),
    ],
)
def test_what_does_not_fit_the_model_is_found(event: dict[str, Any], spoil: Callable[[Any], object]) -> None:
    spoiled = copy.deepcopy(event)
    spoil(spoiled)
    assert not CHECK.is_valid(spoiled)


def test_the_model_is_a_schema_itself() -> None:
    jsonschema.Draft7Validator.check_schema(schema())


def numbers(event: dict[str, Any]) -> dict[tuple[str, str], float | None]:
    """Every number of an event by the id of its estimate and the name of its statistic, from the event alone."""
    names = {o["id"]: o["name"] for m in event["methods"] for o in m["operations"]}
    found: dict[tuple[str, str], float | None] = {}
    for _, result in every(event):
        (id,) = [g["groupValue"] for g in result["resultGroups"] if g["groupingId"] == "onearm.id"]
        key = id, names[result["operationId"]]
        assert key not in found
        found[key] = float(result["rawValue"]) if "rawValue" in result else None
    return found


def test_every_number_comes_back_digit_by_digit(results: Results, event: dict[str, Any]) -> None:
    frame = results.frame()
    expected = {(id, name): stat for id, name, stat in frame.select("id", "stat_name", "stat").iter_rows()}
    expected |= {(e.id, "N"): float(e.n) for e in results}
    assert numbers(event) == expected
    assert len({id for id, _ in expected}) == len(results)


def test_groups_and_levels_come_back(results: Results, event: dict[str, Any]) -> None:
    factors = {f["id"]: f for f in [*event.get("analysisGroupings", ()), *event["dataGroupings"]]}
    labels = {g["id"]: g["label"] for f in factors.values() for g in f.get("groups", ())}
    found: dict[str, tuple[Any, ...]] = {}
    for analysis, result in every(event):
        *groups, last = result["resultGroups"]
        pairs = [
            (factors[g["groupingId"]]["groupingVariable"], labels[g["groupId"]] if "groupId" in g else g["groupValue"])
            for g in groups
        ]
        level = next((v for k, v in pairs if k == "variable_level"), None)
        pairs = [p for p in pairs if p[0] != "variable_level"]
        found[last["groupValue"]] = (*pairs, analysis["variable"], level)
    for row in results.frame().unique("id").iter_rows(named=True):
        pairs = [(row[f"group{k}"], row[f"group{k}_level"]) for k in range(1, 5) if row[f"group{k}"] is not None]
        assert found[row["id"]] == (*pairs, row["variable"], row["variable_level"])


def test_every_number_prints_as_documents_print_it(results: Results, event: dict[str, Any]) -> None:
    names = {o["id"]: o["name"] for m in event["methods"] for o in m["operations"]}
    printed = {
        (r["resultGroups"][-1]["groupValue"], names[r["operationId"]]): r["formattedValue"] for _, r in every(event)
    }
    for e in results:
        assert printed[e.id, e.stat] == text.quantity(e.value, e.unit)
        assert printed[e.id, "N"] == str(e.n)
        if e.level is not None:
            assert printed[e.id, "conf.low"] == text.quantity(e.low, e.unit)
            assert printed[e.id, "conf.high"] == text.quantity(e.high, e.unit)


def test_every_reference_leads_somewhere(event: dict[str, Any]) -> None:
    ids = {name: [one["id"] for one in event.get(name, ())] for name in event if isinstance(event[name], list)
           and name not in ("otherListsOfContents", "globalDisplaySections")}  # fmt: skip
    for found in ids.values():
        assert len(set(found)) == len(found)
    operations = {m["id"]: [o["id"] for o in m["operations"]] for m in event["methods"]}
    flat = [o for found in operations.values() for o in found]
    assert len(set(flat)) == len(flat)
    factors = {f["id"]: f for f in [*event.get("analysisGroupings", ()), *event["dataGroupings"]]}
    terms = {t["id"] for x in event["terminologyExtensions"] for t in x["sponsorTerms"]}
    for analysis in event["analyses"]:
        assert analysis["analysisSetId"] in ids["analysisSets"]
        assert analysis.get("dataSubsetId") in [None, *ids.get("dataSubsets", ())]
        assert {analysis["reason"]["sponsorTermId"], analysis["purpose"]["sponsorTermId"]} <= terms
        used = {g["groupingId"] for g in analysis["orderedGroupings"]}
        for result in analysis["results"]:
            assert result["operationId"] in operations[analysis["methodId"]]
            assert {g["groupingId"] for g in result["resultGroups"]} == used
            for g in result["resultGroups"]:
                groups = [x["id"] for x in factors[g["groupingId"]].get("groups", ())]
                assert ("groupId" in g) is not factors[g["groupingId"]]["dataDriven"]
                assert g.get("groupId") in [None, *groups]
    listed = json.dumps([event["mainListOfContents"], event["otherListsOfContents"]])
    assert all(json.dumps(id) in listed for id in ids["analyses"] + ids["outputs"])
    for output in event["outputs"]:
        assert all(f["fileType"]["sponsorTermId"] in terms for f in output["fileSpecifications"])


def contents(items: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in items.get("listItems", ()):
        yield item
        yield from contents(item.get("sublist", {}))


def test_a_table_lists_the_analyses_of_its_numbers(results: Results, event: dict[str, Any]) -> None:
    of = {r["resultGroups"][-1]["groupValue"]: a["id"] for a, r in every(event)}
    built = tables.build(results)
    for item in event["otherListsOfContents"][0]["contentsList"]["listItems"]:
        table = built[item["outputId"].removeprefix("output.")]
        shown = {of[id] for id in table.ids if id in of}
        assert {i["analysisId"] for i in contents(item.get("sublist", {}))} == shown
    main = [i["analysisId"] for i in contents(event["mainListOfContents"]["contentsList"]) if "analysisId" in i]
    assert sorted(main) == sorted(a["id"] for a in event["analyses"])


def test_a_case_by_hand() -> None:
    by = {"variable": "orr_by", "label": "Response by version", "low": None, "high": None, "level": None}
    event = event_of(
        ORR,
        replace(ORR, id="orr_by|version=old", group="version=old", n=38, events=35, value=35 / 38, **by),  # type: ignore[arg-type]
        replace(ORR, id="orr_by|version=new", group="version=new", n=10, events=9, value=0.9, **by),  # type: ignore[arg-type]
    )
    assert CHECK.is_valid(event)
    assert [(a["id"], a["name"], a["methodId"]) for a in event["analyses"]] == [
        ("response/orr.p", "Overall response: p", "response.p"),
        ("response/orr_by.p|version", "Response by version: p", "response.p#2"),
    ]
    assert [o["name"] for o in event["methods"][0]["operations"]] == [
        "p", "conf.low", "conf.high", "conf.level", "n.event", "N",
    ]  # fmt: skip
    assert event["methods"][0]["operations"][0]["resultPattern"] == "XX.X%"
    assert event["analysisGroupings"] == [
        {
            "id": "subjects.version",
            "label": "Version of the protocol",
            "groupingVariable": "version",
            "dataDriven": True,
        }
    ]
    assert event["analyses"][1]["results"][0] == {
        "operationId": "response.p#2/p",
        "resultGroups": [
            {"groupingId": "subjects.version", "groupValue": "old"},
            {"groupingId": "onearm.id", "groupValue": "orr_by|version=old"},
        ],
        "rawValue": "0.9210526315789473",
        "formattedValue": "92.1%",
    }
    assert event["analysisSets"] == [{"id": "set.1", "level": 1, "order": 1, "label": "Treated"}]


def test_what_is_not_reached_or_not_estimable_is_said_in_the_standards_way() -> None:
    months = replace(ORR, unit="months", stat="median", value=math.inf, low=7.5, high=None)
    event = event_of(months, replace(ORR, id="x", variable="x", value=None, low=None, high=None, error="no patient"))
    assert CHECK.is_valid(event)
    results = {(r["resultGroups"][-1]["groupValue"], r["operationId"].rpartition("/")[2]): r for _, r in every(event)}
    assert results["orr", "median"]["rawValue"] == "Inf"
    assert results["orr", "median"]["formattedValue"] == "NR"
    assert "rawValue" not in results["orr", "conf.high"]
    assert results["orr", "conf.high"]["formattedValue"] == "NE"
    assert "rawValue" not in results["x", "p"]
    assert "no value for x: no patient" in event["analyses"][1]["description"]
    assert numbers(event)["orr", "median"] == math.inf
    below = event_of(replace(months, value=-math.inf))
    assert numbers(below)["orr", "median"] == -math.inf


def test_results_without_a_number_are_an_event_too() -> None:
    empty = event_of()
    assert CHECK.is_valid(empty)
    assert "analyses" not in empty


def test_the_text_is_the_same_bytes_and_plain_json(results: Results) -> None:
    made = [to_text(to_ars(results, tables.build(results).values())) for _ in range(2)]
    assert made[0] == made[1]
    assert json.loads(made[0]) == to_ars(results, tables.build(results).values())


def test_odd_signs_in_names_keep_results_apart() -> None:
    odd = ['a=b/"c"', "a=b", "a=b/c", "ä=β|γ"]
    event = event_of(*(replace(ORR, id=f"orr|{g}", group=g, value=k / 7) for k, g in enumerate(odd)))
    assert CHECK.is_valid(event)
    again = json.loads(to_text(event))
    assert [numbers(again)[f"orr|{g}", "p"] for g in odd] == [k / 7 for k in range(4)]


@pytest.mark.slow
def test_the_bundled_trial_is_an_event(bundled: Path) -> None:
    results = oa.run(oa.load(bundled))
    event = json.loads(to_text(to_ars(results, tables.build(results).values())))
    assert [e.message[:200] for e in CHECK.iter_errors(event)] == []
    frame = results.frame().select("id", "stat_name", "stat")
    found = numbers(event)
    assert isinstance(frame, pl.DataFrame)
    assert all(found[id, name] == stat for id, name, stat in frame.iter_rows())


def test_a_share_names_its_numerator_and_denominator(results: Results, event: dict[str, Any]) -> None:
    found = numbers(event)
    roles = {
        r["id"]: (r["referencedOperationRole"]["controlledTerm"], r["operationId"].rpartition("/")[2])
        for m in event["methods"]
        for o in m["operations"]
        for r in o.get("referencedOperationRelationships", ())
    }
    assert set(roles.values()) == {("NUMERATOR", "n.event"), ("DENOMINATOR", "N")}
    seen = 0
    for analysis in event["analyses"]:
        named = {}
        for r in analysis.get("referencedAnalysisOperations", ()):
            assert r["analysisId"] == analysis["id"]
            role, name = roles[r["referencedOperationRelationshipId"]]
            named[role] = name
        if not named:
            continue
        for id in {r["resultGroups"][-1]["groupValue"] for r in analysis["results"]}:
            value, over, under = found[id, "p"], found[id, named["NUMERATOR"]], found[id, named["DENOMINATOR"]]
            assert value is None or (over is not None and under and value == over / under)
            seen += value is not None
    assert seen > 1
    assert seen <= len(results)


def test_an_estimate_over_time_is_no_share() -> None:
    curve = replace(ORR, id="cif.p@12mo|relapse", variable="cif", group="relapse", context="competing")
    for one in (curve, replace(ORR, value=0.5), replace(ORR, events=None), replace(ORR, stat="survival")):
        made = event_of(one)
        assert CHECK.is_valid(made)
        assert "referenced" not in to_text(made)
