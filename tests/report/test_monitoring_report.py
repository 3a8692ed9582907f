"""The report of stopping rules: what ends enrolment is said first, and every rule stands together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample import sample
from sample_monitoring import ASSUMED

from onearm.figures import pictures
from onearm.report import html, key_lines
from onearm.results import Results
from onearm.tables import build


@pytest.fixture(scope="module")
def results() -> Results:
    return sample()


@pytest.fixture(scope="module")
def made(results: Results) -> str:
    return html(results, build(results), pictures(results))


def test_the_section_stands_after_safety_and_each_rule_in_order(made: str) -> None:
    marks = (
        'id="table-safety"', 'id="monitoring-title"', "VOD &lt;&amp;&gt; liver, version second: STOP FOR HARM.",
        'id="table-monitoring-vod"', 'id="boundary-monitoring.vod-title"', 'id="boundary-monitoring.vod-second-title"',
        "The rule stops at 3 of 5 patients.", 'id="table-monitoring-time"', 'id="survival-title"', 'id="appendix"',
        'id="table-boundary-vod"', 'id="characteristics-monitoring.vod-title"', 'id="table-characteristics-vod"',
        'id="table-history-vod"', 'id="table-history-vod-second"', 'id="table-joint-vod-time"',
    )  # fmt: skip
    at = [made.index(mark) for mark in marks]
    assert at == sorted(at)


def test_only_a_rule_that_ends_or_holds_enrolment_is_loud(results: Results, made: str) -> None:
    assert made.count("STOP FOR HARM") == 1
    assert "A look that was due stopped the trial first on 2020-03-05." in made
    calm = replace(results, watches=results.watches[:1])
    assert "STOP" not in html(calm, build(calm), {})


def test_the_paragraph_is_escaped_and_has_the_rules_id(made: str) -> None:
    assert ASSUMED not in made
    assert '<span class="n" data-id="monitoring.vod">The rule stops at 3 of 5 patients.' in made


def test_key_lines_of_rules(results: Results) -> None:
    lines = key_lines(results)
    assert lines[0].id == "monitoring.vod|second"
    assert lines[0].text == (
        "stop for harm (3 of 5 with the event, 1 pending; posterior probability of a rate above 0.2: >0.999; "
        "as of 2020-03-05) [enrolment ends]"
    )
    assert [line.id for line in lines[-2:]] == ["monitoring.vod", "monitoring.time"]
    assert lines[-2].value == "continue"
    assert lines[-2].stamp == ""


def test_rules_are_in_the_index(made: str) -> None:
    assert '<tr data-id="monitoring.vod|second">' in made
