"""The command line as people use it: every command, its exit status, and never a traceback."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from onearm.cli.main import main


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def without_date(files: dict[str, bytes]) -> dict[str, bytes]:
    manifest = b"\n".join(line for line in files["manifest.json"].splitlines() if b'"date"' not in line)
    return files | {"manifest.json": manifest}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "trial"
    assert main(["demo", str(folder), "-q"]) == 0
    return folder


def test_demo_writes_everything_that_was_promised(demo: Path) -> None:
    out = demo / "results"
    for name in ("results.json", "results.csv", "report.html", "manifest.json"):
        assert (out / name).stat().st_size > 0
    for table in (
        "flow",
        "baseline",
        "response",
        "safety",
        "survival",
        "balance-salvage_chemo",
        "comparison-salvage_chemo",
    ):
        assert (out / "tables" / f"{table}.csv").is_file()
    for figure in ("flow-trial", "km-pfs", "km-os", "km-os-salvage_chemo", "love-inotuzumab_alone"):
        assert (out / "figures" / f"{figure}.svg").read_bytes().startswith(b"<")


def test_demo_refuses_to_write_over_and_force_puts_the_files_back(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("x")
    assert main(["demo", str(mine)]) == 2
    assert main(["demo", str(mine), "--force"]) == 2
    assert "U311" in capsys.readouterr().err
    copy = tmp_path / "copy"
    shutil.copytree(demo, copy)
    (copy / "data" / "followup.csv").write_text("broken")
    assert main(["demo", str(copy)]) == 2
    assert main(["demo", str(copy), "--force"]) == 0
    said = capsys.readouterr().out
    assert "nvented" in said
    assert "report: " in said
    assert "91.7%" in said


def test_two_runs_give_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert main(["run", str(demo), "--out", str(one), "-q"]) == 0
    assert main(["run", str(demo), "--out", str(two), "-q"]) == 0
    assert without_date(bytes_of(one)) == without_date(bytes_of(two))


def test_shuffled_rows_give_the_same_results(demo: Path, tmp_path: Path) -> None:
    import random

    copy = tmp_path / "trial"
    shutil.copytree(demo, copy)
    for path in [*copy.glob("data/*.csv"), *copy.glob("external/*/*.csv")]:
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        random.Random(3).shuffle(rows)
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    assert main(["run", str(copy), "-q"]) == 0
    assert (copy / "results" / "results.json").read_bytes() == (demo / "results" / "results.json").read_bytes()


def test_run_json_profile_and_summary(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(demo), "--out", str(tmp_path / "r"), "--json", "--profile"]) == 0
    captured = capsys.readouterr()
    lines = json.loads(captured.out)
    assert {"label", "text", "id"} == set(lines[0])
    for part in ("import numpy", "read and check", "analyse", "figures", "whole"):
        assert part in captured.err


def test_a_broken_folder_leaves_earlier_results_untouched(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "trial"
    shutil.copytree(demo, copy)
    before = bytes_of(copy / "results")
    path = copy / "data" / "followup.csv"
    path.write_text(path.read_text().replace("\n", "\n001,,,,2012\n", 1))
    assert main(["run", str(copy)]) == 1
    assert "error" in capsys.readouterr().err
    assert bytes_of(copy / "results") == before


def test_trace_lists_the_responders_with_their_lines(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(demo), "orr"]) == 0
    said = capsys.readouterr().out
    rows = [line for line in said.splitlines() if "data/responses.csv:" in line]
    assert len(rows) == 44
    assert main(["trace", str(demo), "orr", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert len(body["subjects"]) == 44
    text = (demo / "data" / "responses.csv").read_text().splitlines()
    for subject in body["subjects"]:
        file, _, line = subject["at"][0].partition(":")
        assert file == "data/responses.csv"
        assert text[int(line) - 1].startswith(f"{subject['subject']},")
    assert main(["trace", str(demo), "orrr"]) == 2
    assert "U301" in capsys.readouterr().err


def test_verify_and_one_changed_response(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(demo)]) == 0
    assert "27 of 27 claims hold" in capsys.readouterr().err
    copy = tmp_path / "trial"
    shutil.copytree(demo, copy)
    path = copy / "data" / "responses.csv"
    header, *rows = path.read_text().splitlines()
    best = {row.split(",")[0] for row in rows if row.split(",")[2] == "CR"}
    patient = next(
        s for s in sorted(best) if not any(r.startswith(f"{s},") and r.split(",")[2] in ("CRp", "CRi") for r in rows)
    )
    changed = [r.replace(",CR,", ",CRp,") if r.startswith(f"{patient},") else r for r in rows]
    path.write_text("\n".join([header, *changed]) + "\n")
    assert main(["verify", str(copy), "--json"]) == 1
    verdicts = json.loads(capsys.readouterr().out)
    assert {v["claim"] for v in verdicts if not v["holds"]} == {
        "patients with a complete response",
        "complete response rate",
    }


def test_check_says_all_and_how_many(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(small)]) == 0
    (small / "data" / "subjects.csv").write_text("subject\nS01\n")
    assert main(["check", str(small), "--json"]) == 1
    captured = capsys.readouterr()
    found = json.loads(captured.out[captured.out.index("[\n") :])
    assert len([f for f in found if f["severity"] == "error"]) > 3
    assert "findings that block" in captured.err


def test_new_folder_says_what_to_do_and_checks_but_for_its_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    assert main(["new", str(folder)]) == 0
    assert "onearm check" in capsys.readouterr().out
    assert main(["check", str(folder), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert {f["code"] for f in found if f["severity"] == "error"} == {"D208"}
    assert main(["new", str(folder)]) == 2


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["check", "/nowhere/at/all"], 2),
        (["run"], 2),
        (["frobnicate"], 2),
        (["run", ".", "--seed", "x"], 2),
        (["--version"], 0),
        (["--help"], 0),
        (["trace", "--help"], 0),
        ([], 2),
    ],
)
def test_exit_status(arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == status
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    assert captured.err or captured.out


@pytest.mark.parametrize("command", ["demo", "new", "check", "run", "trace", "verify"])
def test_every_command_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"Example: onearm {command}" in capsys.readouterr().out


def test_out_must_not_be_somebody_elses_folder(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(small), "--out", str(small / "data")]) == 2
    assert "U320" in capsys.readouterr().err


def test_verify_without_claims(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(small)]) == 2
    assert "C101" in capsys.readouterr().err


def test_the_module_runs_and_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, onearm; print(sorted(m for m in ('numpy','polars','scipy','matplotlib') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    done = subprocess.run([sys.executable, "-m", "onearm", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("onearm ")
    code = "import sys; from onearm.cli.main import main; main(['--help']); sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)


def test_a_closed_pipe_is_no_error(demo: Path) -> None:
    command = f"{sys.executable} -m onearm trace {demo} age.median | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("age.median")
    assert "Traceback" not in done.stderr
