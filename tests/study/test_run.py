"""The run as a whole: attrition that adds up, numbers that can be traced, results that do not move."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import onearm as oa
from onearm.cli.trace import as_values, evidence, lines
from onearm.errors import DataError, ProtocolError, UsageError
from onearm.results import SCHEMA, Results


@pytest.fixture(scope="module")
def results(bundled: Path) -> Results:
    return oa.run(oa.load(bundled))


def test_every_flow_adds_up(results: Results) -> None:
    assert {f.id for f in results.flows} >= {"trial", "salvage_chemo", "inotuzumab_alone"}
    for flow in results.flows:
        for step in flow.steps:
            assert results[step.estimate].value == step.n
            if step.removed_estimate:
                assert results[step.removed_estimate].value == step.removed
        if flow.id != "trial":
            for before, after in zip(flow.steps, flow.steps[1:], strict=False):
                assert before.n == after.n + after.removed


def test_every_number_can_be_traced_to_lines(results: Results) -> None:
    for e in results:
        rows = evidence(results, e)
        assert all(at for _, _, at in rows), e.id
        nobody_of_ours = e.context in ("published", "borrowing")  # a publication's own number has no patients here
        of_a_rule = (
            e.context in ("monitoring", "joint monitoring") and not e.evidence
        )  # a limit, or what the rule does before any data
        assert rows or e.value in (0, None) or nobody_of_ours or of_a_rule, e.id
        assert list(lines(results, e.id))
        json.dumps(as_values(results, e.id))


def test_curves_and_flows_can_be_traced_too(results: Results) -> None:
    for curve in results.curves.values():
        said = list(lines(results, curve.id))
        assert len(said) == 4 + len(curve.subjects)
        assert len(as_values(results, curve.id)["subjects"]) == curve.n
    for flow in results.flows:
        assert len(list(lines(results, flow.id))) == 1 + len(flow.steps)
        assert [s["n"] for s in as_values(results, flow.id)["steps"]] == [s.n for s in flow.steps]


def test_results_survive_json(results: Results) -> None:
    again = Results.from_json(results.to_json())
    assert again.to_json() == results.to_json()
    assert again.estimates == results.estimates
    assert again.curves == results.curves
    assert again.flows == results.flows


def test_frame_has_the_columns_of_analysis_results_data(results: Results) -> None:
    frame = results.frame()
    for column in (
        "group1",
        "group1_level",
        "variable",
        "variable_level",
        "context",
        "stat_name",
        "stat_label",
        "stat",
    ):
        assert column in frame.columns
    row = frame.filter((frame["id"] == "orr") & (frame["stat_name"] == "p"))
    assert row["stat"][0] == results["orr"].value
    assert {"conf.low", "conf.high"} <= set(frame.filter(frame["id"] == "orr")["stat_name"])


def test_a_second_run_gives_the_same_numbers(bundled: Path, results: Results) -> None:
    assert oa.run(oa.load(bundled)).to_json() == results.to_json()


def test_what_is_invented_says_so(results: Results) -> None:
    assert "nvented" in results.header.notice


def test_definitions_name_every_fact_and_comparison(bundled: Path, results: Results) -> None:
    said = "\n".join(results.header.definitions)
    for words in ("Time zero", "30.4375", "Stopping rule Veno-occlusive disease", "Assumption:"):
        assert words in said
    protocol = oa.load(bundled).protocol
    for fact in protocol.facts.values():
        assert f"{fact.label}: {fact.rules[0]}" in said
    for comparison in protocol.comparisons.values():
        (sentence,) = [d for d in results.header.definitions if d.startswith(f"Comparison {comparison.label}:")]
        assert "caliper 0.2 SD (pooled)" in sentence
        assert "Age at least 18; Philadelphia chromosome is negative; Line of salvage at most 1" in sentence
        assert all(protocol.covariates[c].label in sentence for c in comparison.covariates)


def test_a_failed_gate_is_written_on_the_effect(small: Path) -> None:
    text = (small / "protocol.yaml").read_text()
    (small / "protocol.yaml").write_text(
        text.replace("    endpoints: [os]", "    gates: {max_smd: 0.001, min_matched: 1.0}\n    endpoints: [os]")
    )
    results = oa.run(oa.load(small))
    assert not all(g.passed for g in results.gates)
    assert any(note.startswith("GATE FAILED") for note in results["os.hazard_ratio|main"].notes)


def test_an_unknown_id_has_a_near_match(results: Results) -> None:
    with pytest.raises(UsageError, match="did you mean"):
        results["os.medain"]


def test_load_raises_with_every_finding(small: Path) -> None:
    (small / "data" / "followup.csv").write_text("subject,death\nS01,\n")
    with pytest.raises(DataError) as caught:
        oa.load(small)
    assert len(caught.value.findings) >= 1
    (small / "protocol.yaml").write_text("onearm: 2\n")
    with pytest.raises(ProtocolError):
        oa.load(small)


def test_an_older_shape_of_results_is_refused(results: Results) -> None:
    with pytest.raises(UsageError, match="U302"):
        Results.from_json(results.to_json().replace(f'"schema": {SCHEMA}', '"schema": 0'))
    with pytest.raises(UsageError, match="U302"):
        Results.from_json("{}")
