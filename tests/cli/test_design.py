"""`onearm design` as people use it: what it prints and writes, and how it refuses."""

from __future__ import annotations

import csv
import io
import json
import shlex
from pathlib import Path

import pytest

from onearm.cli.main import main

SIMON = "design simon --p0 .1 --p1 .3 --alpha .05 --beta .2"
KINDS = (
    "simon", "two-stage", "single-stage", "counts", "log-rank", "predictive", "posterior", "bop2", "thall-simon",
    "thall-simon-estey", "safety", "time-to-event",
)  # fmt: skip


def run(command: str) -> int:
    return main(shlex.split(command))


def test_simons_design_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(SIMON) == 0
    said = capsys.readouterr().out
    assert "1/10 and 5/29" in said
    assert "0.0471" in said
    assert "15.01" in said


def test_forms(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"{SIMON} --format csv") == 0
    assert list(csv.reader(io.StringIO(capsys.readouterr().out)))[1:] == [["10", "1"], ["29 (final)", "5"]]
    assert run(f"{SIMON} --format paragraph") == 0
    assert capsys.readouterr().out.startswith("This is Simon's two-stage design")
    assert run(f"{SIMON} --json --at 0.2 --at 0.25") == 0
    told = json.loads(capsys.readouterr().out)
    assert [row[1] for row in told["characteristics"]["rows"]] == ["20%", "25%"]
    assert run(f"{SIMON} --choice minimax --n-max 60 --format json") == 0
    assert json.loads(capsys.readouterr().out)["title"].endswith("1/15 and 5/25")


def test_a_folder_is_written_whole_and_twice_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "rule"
    command = f"design safety --looks 20 --p0 0.2 --alpha 0.1 --prior 0.6,2.4 --name VOD --out {out}"
    assert run(command) == 0
    files = {p.name: p.read_bytes() for p in out.iterdir()}
    assert set(files) == {
        "table.txt", "table.csv", "characteristics.txt", "characteristics.csv", "paragraph.txt", "design.json",
        "manifest.json", "boundary.svg", "boundary.png", "characteristics.svg", "characteristics.png",
    }  # fmt: skip
    assert run(command) == 0
    assert {p.name: p.read_bytes() for p in out.iterdir()} == files
    assert set(json.loads(files["manifest.json"])["outputs"]) == set(files) - {"manifest.json"}
    assert files["boundary.png"].startswith(b"\x89PNG")
    assert json.loads(files["design.json"])["kind"] == "safety"
    (out / "mine.txt").write_text("keep")
    assert run(command) == 2
    assert "U320" in capsys.readouterr().err


def test_a_design_never_replaces_a_report_nor_the_other_way_round(
    bundled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command looks at who wrote the folder, before any work is done."""
    rule = "design counts --looks 10 --low 1"
    for name, words in (("results", "onearm run trial --seed 1"), ("design", "onearm design simon --p0 0.1")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.html").write_text("the trial")
        told = {"command": words, "outputs": {"report.html": ""}}
        (tmp_path / name / "manifest.json").write_text(json.dumps(told))
    size = f"design external {bundled} --n 30 --hazard-ratio .6 --median 6 --follow-up 12 36 --confounding none --out"
    for command in (f"{rule} --out {tmp_path}/results", f"{size} {tmp_path}/results", f"{size} {tmp_path}/design",
                    f"run {bundled} --out {tmp_path}/design"):  # fmt: skip
        assert run(command) == 2
        said = capsys.readouterr().err
        assert said.startswith("U320")
        assert "another command" in said
    assert [(tmp_path / name / "report.html").read_text() for name in ("results", "design")] == ["the trial"] * 2


def test_a_design_without_curves_writes_its_boundary_only(tmp_path: Path) -> None:
    out = tmp_path / "rule"
    rule = (
        "design log-rank --survival-at 3,0.6 --hazard-ratio 0.5 --alpha 0.05 --beta 0.15 --follow-up 1 --accrual-rate 5"
    )
    assert run(f"{rule} --out {out}") == 0
    assert (out / "boundary.svg").exists()
    assert not (out / "characteristics.svg").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_every_command_has_help_with_an_example_that_works(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"design {kind} --help") == 0
    example = " ".join(capsys.readouterr().out.partition("Example: onearm ")[2].split())
    assert example.startswith(f"design {kind}")
    assert run(example.replace("--accrual 2", "--accrual 2 --replicates 100")) == 0
    assert "onearm design" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        ("design simon --p0 .3 --p1 .1 --alpha .05 --beta .2", "U353", "p0 must be below p1"),
        ("design simon --p0 .1 --p1 .3 --alpha 0 --beta .2", "U353", "alpha"),
        ("design single-stage --p0 .1 --p1 .3 --alpha 1 --beta .2", "U353", "alpha"),
        ("design simon --p0 .1 --p1 .3 --alpha .05 --beta .2 --n-max 10", "U353", "n_max of 10 is too small"),
        ("design simon --p0 .1 --p1 .3 --alpha .05 --beta .2 --at 2", "U353", "p must"),
        ("design simon --p0 nan --p1 .3 --alpha .05 --beta .2", "U353", "p0"),
        ("design simon --p0 x --p1 .3 --alpha .05 --beta .2", "U300", "p0"),
        ("design simon --p0 .1", "U300", "Missing option"),
        ("design simple", "U300", "No such command"),
        ("design counts --looks 20,10 --high 3,4", "U353", "ascending"),
        ("design counts --looks 20:10 --high 3", "U354", "--looks"),
        ("design counts --looks 1:1000000000000 --high 3", "U354", "--looks"),
        ("design counts --looks 1:100000000000000000000 --high 3", "U354", "--looks"),
        ("design counts --looks 20,10 --high 3,4", "U353", "looks must be in ascending order"),
        ("design counts --looks 20,10 --high 3,4", "U353", "Next: change --looks."),
        ("design counts --looks 10,20 --high 3,-4", "U353", "high must hold counts of 0 or more, found -4"),
        ("design counts --looks 10,20 --low 3,-4", "U353", "low must hold counts of -1 or more, found -4"),
        ("design counts --looks 10,20 --high 3,5 --high-means x", "U353", "futility, efficacy, harm, safe; found"),
        ("design single-stage --p0 .1 --p1 .3 --alpha .05 --beta .2 --rule Fleming", "U353",
         'rule must be one of smallest, stable, fleming, found \'Fleming\' (did you mean "fleming"?)'),
        ("design simon --p0 .1 --p1 .3 --alpha .05 --beta .2 --choice Minimax", "U353", '(did you mean "minimax"?)'),
        ("design simon --p0 .1 --p1 .3 --alpha 0 --beta .2", "U353", "Next: change --alpha."),
        ("design predictive --p0 .2 --prior 1,1", "U353", "Next: give --p1."),
        ("design simon --p0 .1 --p1 .11 --alpha .05 --beta .2", "U353", "Next: "),
        ("design safety --looks 30 --p0 .2 --prior 1,1 --cutoff .01", "U353", "Next: raise it, or see the prior."),
        ("design time-to-event --n-max 9 --standard 60,295 --experimental 3,10 --cutoff .03 --at 6", "U353",
         "Next: give --accrual, or leave --at out."),
        ("design bop2 --looks 10,20 --null .2 --lam .9 --gamma 1 --kind Binary", "U353", "(did you mean 'binary'?)"),
        ("design counts --looks ten --high 3", "U354", "--looks"),
        ("design counts --looks 1:2:3:4 --high 3", "U354", "--looks"),
        ("design counts --looks 10 --high 3 --rates a", "U354", "--rates"),
        ("design posterior --looks 10 --prior 0,1 --p1 .1 --harm .9", "U353", "prior"),
        ("design posterior --looks 10 --prior 1 --p1 .1 --harm .9", "U354", "--prior"),
        ("design posterior --looks 10 --prior '1,1,1;1,1' --p1 .1 --harm .9", "U354", "--prior"),
        ("design predictive --p0 .2 --prior 1,1", "U353", "p1 must be given"),
        ("design bop2 --looks 10,20 --null 0.2,0.3 --alternative .4 --alpha .1", "U353", "null"),
        ("design bop2 --looks 10,20 --null 0.2 --lam .9", "U353", "gamma"),
        ("design thall-simon --looks 10 --experimental 1,1 --standard 1,1", "U353", "futility or efficacy"),
        ("design thall-simon-estey --n-max 9 --experimental 1,1 --standard '1,1;2,2' --cutoffs .9,.9", "U354", "--exp"),
        ("design thall-simon-estey --n-max 9 --experimental '1,1;1,1' --standard '9,9;9,9' --cutoffs 1", "U354", "--c"),
        ("design safety --looks 30 --p0 .2", "U353", "prior"),
        ("design safety --looks 30 --p0 .2 --prior 1,1", "U353", "exactly one of alpha and cutoff"),
        ("design time-to-event --n-max 5 --standard 0,1 --experimental 3,10 --cutoff .03", "U353", "standard"),
        ("design log-rank --survival-at 3 --hazard-ratio .5 --alpha .05 --beta .2 --follow-up 1 --accrual-rate 5",
         "U354", "--survival-at"),
        ("design log-rank --survival-at 3,2 --hazard-ratio .5 --alpha .05 --beta .2 --follow-up 1 --accrual-rate 5",
         "U353", "surviv"),
    ],
)  # fmt: skip
def test_mistakes_are_answered_with_a_code_and_a_place(
    command: str, code: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command) == 2
    said = capsys.readouterr()
    assert said.err.startswith(code)
    assert says in said.err
    assert "Next:" in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
