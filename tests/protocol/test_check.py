"""A protocol that contradicts itself: one defect each, each with its code, its line and a way out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from factory import PROTOCOL

from onearm.errors import Finding
from onearm.io.protocol import read_protocol
from onearm.io.schema import schema_text

CASES: list[tuple[str, str, str, str, str]] = [
    # name, text in the sound protocol, what is put there, code, where
    ("unknown key", "  arm: Drug A", "  arm: Drug A\n  sponser: x", "P108", "trial.sponser"),
    ("missing key", "  arm: Drug A\n", "", "P109", "trial.arm"),
    ("bad version of the format", "onearm: 1", "onearm: 9", "P112", "onearm"),
    ("bad choice", "time_zero: treatment_start", "time_zero: randomisation", "P112", "trial.time_zero"),
    ("unknown kind of fact", "{kind: best-response}", "{kind: best-respons}", "P112", "facts.best"),
    ("fact without a kind", "{kind: best-response}", "{label: x}", "P109", "facts.best"),
    ("unknown estimator", "estimator: proportion", "estimator: proportoin", "P112", "endpoints.orr"),
    ("endpoint of no fact", "fact: responded, pop", "fact: respond, pop", "P110", "endpoints.orr.fact"),
    ("endpoint of a wrong fact", "fact: responded, pop", "fact: os, pop", "P111", "endpoints.orr.fact"),
    ("curve of a yes or no", "survival, fact: os", "survival, fact: vod", "P111", "endpoints.os.fact"),
    ("unknown population", "responded, population: treated", "responded, population: treatd", "P110", "endpoints.orr"),
    ("population of itself", "    from: treated", "    from: evaluable", "P111", "populations.evaluable.from"),
    ("condition on no column", "{column: age, at_least: 62}", "{column: agge, at_least: 62}", "P110", "populations"),
    ("condition on no fact", "{fact: best, in:", "{fact: bst, in:", "P110", "populations.evaluable.keep.1.fact"),
    ("condition on a time", "{fact: best, in: [CR, CRp, CRi, PR, NR]}", "{fact: os}", "P111", "populations"),
    ("condition without a test", "{column: age, at_least: 62}", "{column: age}", "P114", "populations"),
    ("condition on nothing", "{column: age, at_least: 62}", "{at_least: 62}", "P114", "populations"),
    ("unknown level", "{column: age, at_least: 62}", "{column: sex, is: femal}", "P110", "populations"),
    ("range upside down", "range: [60, 100]", "range: [100, 60]", "P114", "covariates.age"),
    ("covariate of both kinds", "levels: [female, male]", "levels: [f], range: [0, 1]", "P114", "covariates.sex"),
    ("level twice", "levels: [female, male]", "levels: [male, male]", "P114", "covariates.sex"),
    ("version from two starts", "{patient: 1}", "{patient: 1, date: 2014-01-01}", "P114", "versions.v1.from"),
    ("version from a patient zero", "{patient: 1}", "{patient: 0}", "P114", "versions.v1.from.patient"),
    ("version of no cohort", "main: 4, second: 7", "main: 4, secnd: 7", "P110", "versions.v2.from.patient.secnd"),
    ("limit of MRD beyond one", "limit: 0.0001", "limit: 10", "P114", "facts.mrd_negative.limit"),
    ("unknown category", "{kind: response}", "{kind: response, any_of: [CRR]}", "P110", "facts.responded.any_of"),
    ("fact named as a column", "  vod: {kind", "  age: {kind", "P111", "facts.age"),
    ("no events", "events: [death]", "events: []", "P114", "facts.os"),
    ("unknown event", "events: [death]", "events: [deth]", "P112", "facts.os.events.0"),
    ("level of nonsense", "os, population: treated}", "os, population: treated, level: 95}", "P114", "endpoints.os"),
    ("month below zero", "os, population: treated}", "os, population: treated, at_months: [-1]}", "P114", "endpoints.os"),  # noqa: E501
    ("comparison with no source", "with: other", "with: othr", "P110", "comparisons.main.with"),
    ("comparison of no covariate", "covariates: [age, sex]", "covariates: [age, sx]", "P110", "comparisons.main"),
    ("covariate twice", "covariates: [age, sex]", "covariates: [age, age]", "P111", "comparisons.main.covariates"),
    (
        "comparison of a proportion of some",
        "os: {estimator: survival, fact: os, population: treated}",
        "os: {estimator: proportion, fact: responded, population: evaluable}",
        "P111",
        "comparisons.main.endpoints.0",
    ),
    (
        "comparison of a covariate",
        "os: {estimator: survival, fact: os, population: treated}",
        "os: {estimator: summary, covariate: age, population: treated}",
        "P111",
        "comparisons.main.endpoints.0",
    ),
    ("another estimand", "estimand: ATT", "estimand: ATE", "P114", "comparisons.main"),
    (
        "eligibility by an outcome",
        "estimand: ATT",
        "estimand: ATT\n    eligibility: [{fact: responded}]",
        "P111",
        "comparisons.main.eligibility.0.fact",
    ),
    (
        "eligibility by a date",
        "estimand: ATT",
        "estimand: ATT\n    eligibility: [{column: enrolled, given: true}]",
        "P110",
        "comparisons.main.eligibility.0.column",
    ),
    (
        "regimen line",
        "drugs:",
        "regimens:\n  r:\n    - vincristine 2 mgg IV on day 1\ndrugs:",
        "P113",
        "regimens.r.0",
    ),
    ("regimen with a colon", "drugs:", "regimens:\n  r:\n    - vincristine: 2 mg IV on day 1\ndrugs:", "P113", "regimens.r.0"),  # noqa: E501
    ("date that is none", "cutoff: 2017-12-31", "cutoff: 31/12/2017", "P114", "trial.cutoff"),
    ("number for a list", "os, population: treated}", "os, population: treated, at_months: 12}", "P114", "endpoints.os"),  # noqa: E501
    (
        "regimen of no drug",
        "drugs:",
        "regimens:\n  r:\n    - vincristin 2 mg IV on day 1\ndrugs:",
        "P110",
        "regimens.r.0",
    ),
    (
        "course of no regimen",
        "{from: {patient: 1}}",
        "{from: {patient: 1}, courses: [{regimen: r, cycles: [1]}]}",
        "P110",
        "versions.v1.courses.0.regimen",
    ),
    ("body of no covariate", "drugs:", "body: {height_cm: hight, weight_kg: weight}\ndrugs:", "P110", "body.height_cm"),
    (
        "stopping rule of no fact",
        "external:",
        "monitoring:\n  r: {kind: posterior, fact: x, n_max: 9, stop_if: rate-above, limit: 0.2, cutoff: 0.9, "
        "prior: [1, 1], looks: [5]}\n"
        "external:",
        "P110",
        "monitoring.r.fact",
    ),
    ("landmark by no procedure", "estimator: survival, fact: os", "estimator: landmark, months: 4, by: vod, fact: os", "P111", "endpoints.os.by"),  # noqa: E501
    ("landmark from the response", "os: {estimator: survival, fact: os", "os: {estimator: landmark, months: 4, by: transplant, fact: dor", "P111", "endpoints.os.fact"),  # noqa: E501
    ("group by a number", "orr: {estimator: proportion", "orr: {by: age, estimator: proportion", "P110", "endpoints.orr.by"),  # noqa: E501
    ("summary of a category", "fact: responded, population", "covariate: sex, population", "P108", "endpoints.orr"),
    ("key twice", "  title: A small", "  title: x\n  title: A small", "P105", "trial.title"),
    ("not YAML", "covariates:", "covariates: [", "P103", ""),
]  # fmt: skip


def findings(tmp_path: Path, old: str, new: str) -> list[Finding]:
    assert PROTOCOL.count(old) >= 1, old
    dor = "facts:\n  dor: {kind: time-to, events: [death], origin: response}\n"
    (tmp_path / "protocol.yaml").write_text(PROTOCOL.replace(old, new, 1).replace("facts:\n", dor))
    read = read_protocol(tmp_path)
    assert read.protocol is None
    return list(read.findings)


@pytest.mark.parametrize(("name", "old", "new", "code", "where"), CASES, ids=[c[0] for c in CASES])
def test_defect(tmp_path: Path, name: str, old: str, new: str, code: str, where: str) -> None:
    found = findings(tmp_path, old, new)
    assert any(f.code == code and where in f.where for f in found), found
    for f in found:
        assert f.where.startswith("protocol.yaml:"), f
        assert f.next_step


def test_the_sound_protocol_is_sound(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(PROTOCOL)
    assert read_protocol(tmp_path).findings == ()


def test_all_problems_at_once(tmp_path: Path) -> None:
    text = (
        PROTOCOL.replace("with: other", "with: othr").replace("fact: os,", "fact: oss,").replace("[age, sex]", "[agge]")
    )
    (tmp_path / "protocol.yaml").write_text(text)
    assert len(read_protocol(tmp_path).findings) >= 3


def test_a_near_match_is_offered(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, "  arm: Drug A", "  arm: Drug A\n  regisrty: x")
    assert 'did you mean "registry"' in found.says


@pytest.mark.parametrize("text", ["[]", "3", "onearm: 1", "trial: 4\nonearm: 1", "onearm: [1]\ntrial: {id: {}}"])
def test_whatever_stands_there_gives_findings(tmp_path: Path, text: str) -> None:
    (tmp_path / "protocol.yaml").write_text(text)
    read = read_protocol(tmp_path)
    assert read.protocol is None
    assert read.findings


def test_the_committed_schema_is_that_of_the_models() -> None:
    committed = Path(__file__).parents[2] / "docs" / "protocol.schema.json"
    assert committed.read_text() == schema_text(), "run `make schema`"
    assert json.loads(schema_text())["title"] == "Protocol"


def test_the_digest_is_of_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(PROTOCOL)
    first = read_protocol(tmp_path).digest
    (tmp_path / "protocol.yaml").write_text(PROTOCOL + "# a comment\n")
    assert read_protocol(tmp_path).digest != first
