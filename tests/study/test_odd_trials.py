"""Trials of odd sizes and shapes: a number or a reason, never a crash, never a number in the wrong place."""

from __future__ import annotations

from pathlib import Path

import pytest

import onearm as oa
from onearm.cli.main import main
from onearm.errors import ProtocolError
from onearm.results import Results

SUMMARY = "endpoints:\n  age: {estimator: summary, covariate: age, population: treated}\n"


def edit(folder: Path, old: str, new: str) -> Path:
    path = folder / "protocol.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return folder


def keep(folder: Path, subjects: tuple[str, ...]) -> Path:
    for path in (folder / "data").glob("*.csv"):
        header, *rows = path.read_text().splitlines()
        path.write_text("\n".join([header, *(r for r in rows if r.startswith(subjects))]) + "\n")
    return folder


def blank_four_ages(folder: Path) -> None:
    path = folder / "data" / "subjects.csv"
    text = path.read_text()
    for age in ("62", "71", "66", "68"):
        assert f",{age}," in text
        text = text.replace(f",{age},", ",,")
    path.write_text(text)


def run(folder: Path) -> Results:
    assert main(["run", str(folder), "-q"]) == 0
    return oa.run(oa.load(folder))


@pytest.mark.parametrize("subjects", [("S01",), ("S02",), ("S01", "S03"), ("S08",)])
def test_one_or_two_patients(small: Path, subjects: tuple[str, ...]) -> None:
    results = run(keep(edit(small, "endpoints:\n", SUMMARY), subjects))
    treated = sum(s != "S08" for s in subjects)
    assert results["n.treated"].value == treated
    if treated == 1:
        assert results["age.sd"].value is None
        assert results["age.sd"].error == "too few values"
    assert not all(g.passed for g in results.gates)
    assert results["os.hazard_ratio|main"].value is None


def test_groups_never_at_risk_together_have_no_log_rank_test(small: Path) -> None:
    edit(small, "[os]", "[os]\n    caliper: {width: 10}")
    path = small / "external" / "other" / "followup.csv"
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([header, *(f"{r.split(',')[0]},,,50" for r in rows)]) + "\n")
    results = run(small)
    for side in ("main", "main/crude"):
        e = results[f"os.log_rank_p|{side}"]
        assert e.value is None
        assert e.error


def test_covariates_that_do_not_vary_are_nothing_to_match_on(small: Path) -> None:
    edit(small, "covariates: [age, sex]", "covariates: [sex]")
    for place in ("data", "external/other"):
        path = small / place / "subjects.csv"
        path.write_text(path.read_text().replace(",female,", ",male,"))
    results = run(small)
    assert "no covariate varies" in " ".join(g.says for g in results.gates)


def test_a_number_too_large_to_be_one_is_refused(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = small / "data" / "subjects.csv"
    path.write_text(path.read_text().replace(",62,female", ",1e308,female"))
    assert main(["run", str(small), "-q"]) == 1
    assert "D250" in capsys.readouterr().err


def test_two_sources_in_one_folder_are_refused(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(small, "folder: external/other", "folder: ./data")
    assert main(["check", str(small)]) == 1
    assert "P116" in capsys.readouterr().out


def test_two_numbers_of_one_id_are_refused(small: Path) -> None:
    edit(small, "population: treated}\nexternal", "population: treated, at_months: [12, 12.0]}\nexternal")
    with pytest.raises(ProtocolError, match="P117"):
        oa.run(oa.load(small))


def test_a_lost_covariate_counts_against_the_share_matched(small: Path) -> None:
    blank_four_ages(small)
    results = run(small)
    matched = next(g for g in results.gates if g.id == "gate.matched|main")
    assert matched.value is not None
    assert matched.value <= 3 / 7
    assert "4 lack a covariate" in matched.says
    notes = " ".join(results["os.hazard_ratio|main"].notes)
    assert "eligible trial patients are lost" in notes


def test_an_external_source_needs_the_tables_of_what_is_compared(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(small, "events: [death]}", "events: [death, no-response]}")
    (small / "external" / "other" / "responses.csv").unlink()
    assert main(["check", str(small)]) == 1
    assert "D218" in capsys.readouterr().out


def test_a_comparison_by_what_happened_later_is_refused(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(small, "survival, fact: os,", "survival, fact: os, by: transplant,")
    assert main(["check", str(small)]) == 1
    said = capsys.readouterr().out
    assert "P118 error" in said
    for way in ("landmark", "time-dependent", "clone-censor-weight", "naive-ever-never"):
        assert way in said


def test_the_naive_comparison_says_what_it_is(small: Path) -> None:
    naive = "\n  naive: {estimator: naive-ever-never, fact: os, by: transplant, population: treated}\nexternal:"
    edit(small, "\nexternal:", naive)
    results = oa.run(oa.load(small))
    mine = [e for e in results if e.context == "naive"]
    assert {e.group for e in mine} == {"", "transplant=yes", "transplant=no"}
    noted = [e for e in mine if e.stat not in ("n", "events")]
    assert noted
    assert all(any(note.startswith("NAIVE") for note in e.notes) for e in noted)


def test_pairs_name_who_was_matched_with_whom(bundled: Path) -> None:
    results = oa.run(oa.load(bundled))
    for comparison in ("salvage_chemo", "inotuzumab_alone"):
        pairs = [p for p in results.pairs if p.comparison == comparison]
        assert len(pairs) == results[f"n.pairs|{comparison}"].value
        caliper = results[f"caliper|{comparison}"].value or 0.0
        assert max(p.distance for p in pairs) <= caliper
        assert len({p.external for p in pairs}) == len(pairs)
        proof = results.evidence[f"matching of {comparison}"]
        for p in pairs:
            assert f"pair {p.number} with {p.external}" in proof[p.trial].says
            assert proof[p.external].at[0].startswith(f"external/{comparison}/subjects.csv:")


def test_a_missing_covariate_that_eligibility_asks_for_is_incomplete_not_ineligible(small: Path) -> None:
    edit(small, "estimand: ATT", "estimand: ATT\n    eligibility: [{column: age, at_least: 60}]")
    blank_four_ages(small)
    results = run(small)
    matched = next(g for g in results.gates if g.id == "gate.matched|main")
    assert "4 lack a covariate" in matched.says
    assert (matched.value or 0) <= 3 / 7
    assert results["n.removed.eligible.1|main/trial"].value == 0


def test_external_patients_never_treated_are_in_the_flow(small: Path) -> None:
    path = small / "external" / "other" / "subjects.csv"
    path.write_text(path.read_text().replace("E01,1,", "E01,,"))
    results = run(small)
    assert results["n.start|main/external"].value == 16
    assert results["n.removed.treated|main/external"].subjects == ("other:E01",)


def test_a_version_from_a_date_for_everyone_governs_those_enrolled_later(small: Path) -> None:
    edit(
        small,
        "{from: {patient: {main: 4, second: 7}}, because: a lower dose}",
        "{from: {date: 2014-04-01}, applies_to: everyone}",
    )
    versions = dict(oa.load(small).cohort.subjects.select("subject", "version").rows())
    assert versions["S04"] == "v1"
    assert versions["S05"] == "v2"


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("{fact: best}", "P111"),
        ("{fact: best, is: CRx}", "P110"),
        ("{column: sex, at_least: 1}", "P111"),
        ("{column: version, is: v9}", "P110"),
        ('{column: age, is: "62"}', "P111"),
        ("{column: sex, in: [female, 3]}", "P110"),
    ],
)
def test_a_condition_that_nobody_could_meet_is_refused(
    small: Path, condition: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(small, "{column: age, at_least: 62}", condition)
    assert main(["check", str(small)]) == 1
    assert code in capsys.readouterr().out
