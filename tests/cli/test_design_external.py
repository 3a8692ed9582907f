"""`onearm design external`: what it prints, writes and refuses."""

from __future__ import annotations

import csv
import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from onearm.cli.main import main
from onearm.figures.alone import drawing, png
from onearm.results.sized import SizeCurves

EXAMPLE = str(Path(__file__).parents[2] / "examples" / "mini-hcvd-ino")
CALL = ["design", "external", EXAMPLE, "--comparison", "salvage_chemo", "--method", "entropy", "--n", "10,16"]
STATED = ["--hazard-ratio", "0.4", "--median", "6", "--follow-up", "12", "36", "--confounding", "moderate"]
QUICK = ["--external", "40", "--replicates", "4", "--seed", "2"]


def test_the_table_stands_below_everything_that_was_assumed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CALL, *STATED, *QUICK]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0] == "Comparison salvage_chemo: 4 runs a size, seed 2. Assumed, not estimated:"
    for words in ("hazard ratio 0.4", "times, median 6 months", "from 12 to 36 months", "drift", "missing at random"):
        assert words in said.out
    (head,) = (k for k, line in enumerate(lines) if line.startswith("method "))
    assert lines[head].split()[:5] == ["method", "estimand", "n", "external", "power"]
    assert [line.split()[:4] for line in lines[head + 1 : head + 3]] == [
        ["entropy", "ATT", "10", "40"],
        ["entropy", "ATT", "16", "40"],
    ]
    assert lines[head + 3].startswith("entropy, 40 external: ")
    assert said.err == ""


def test_the_folder_holds_what_json_says_and_processes_do_not_matter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "size"
    assert main([*CALL, *STATED, *QUICK, "--n", "10", "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert main([*CALL, *STATED, *QUICK, "--n", "10", "--json", "--processes", "2", "--out", str(out)]) == 0
    assert json.loads(capsys.readouterr().out) == alone
    assert json.loads((out / "sample-size.json").read_text()) == alone
    with (out / "sample-size.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["power"]) for row in rows] == [row["power"] for row in alone["rows"]]
    assert [row["overlap"] for row in rows] == [""]
    assert (out / "sample-size.txt").read_text().splitlines()[0] == "hazard ratio 0.4 given the covariates"
    assert (out / "sample-size.svg").read_text().startswith("<svg")
    manifest = json.loads((out / "manifest.json").read_text())
    assert set(manifest["outputs"]) | {"manifest.json"} == {p.name for p in out.iterdir()}
    assert "protocol.yaml" in manifest["inputs"]


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        ([], "U356", "not stated: --hazard-ratio, --median, --follow-up, --confounding"),
        (STATED[:2], "U356", "not stated: --median, --follow-up, --confounding"),
        ([*STATED[:-1], "huge"], "U356", "neither none, moderate, strong nor a number"),
        ([*STATED, "--hazard-ratio", "1"], "U356", "power asks for an effect"),
        ([*STATED, "--hazard-ratio", "0"], "U356", "hazard_ratio must lie"),
        ([*STATED, "--follow-up", "36", "12"], "U356", "shortest"),
        ([*STATED, "--power", "1"], "U356", "power must lie"),
        ([*STATED, "--n", "16,10"], "U356", "must ascend"),
        ([*STATED, "--n", "ten"], "U354", "'ten'"),
        ([*STATED, "--external", "1"], "U356", "external holds 1"),
        ([*STATED, "--comparison", "nobody"], "U357", "no comparison 'nobody'"),
        ([*STATED, "--method", "g_computation"], "U358", "no marginal hazard ratio"),
        ([*STATED, "--replicates", "1"], "U300", "replicates"),
    ],
)
def test_a_mistake_is_said_with_what_to_do(
    options: list[str], code: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*CALL, *QUICK[:2], *options]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert code in said.err
    assert says in said.err
    assert "Next: " in said.err


def test_a_folder_in_the_way_is_kept_and_nothing_is_simulated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    assert main([*CALL, *STATED, "--replicates", "1000000", "--out", str(tmp_path)]) == 2
    assert "U320" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


CURVES = SizeCurves(
    id="c",
    label="comparison c",
    n=(30, 60),
    names=("matching, 100 external", "weights, 100 external"),
    power=((0.5, 0.8), (0.6, 0.9)),
    low=((0.4, 0.7), (0.5, 0.85)),
    high=((0.6, 0.88), (0.7, 0.95)),
    effective=((25.0, 47.0), (60.0, 70.0)),
    wanted=0.8,
    notes=("hazard ratio 0.5",),
)


def test_the_picture_shows_each_curve_and_its_limits() -> None:
    made = drawing(CURVES)
    assert made.name == "sizes-c"
    assert "Hazard ratio 0.5" in made.caption
    above, below = made.draw().axes
    points = [[list(line.get_xydata()[i]) for i in (0, 1)] for line in above.lines if len(line.get_xdata()) == 2][1:]
    assert [[y for _, y in curve] for curve in points] == [[0.5, 0.8], [0.6, 0.9]]
    assert [list(line.get_ydata()) for line in below.lines] == [[25.0, 47.0], [60.0, 70.0]]
    limits = [segment[:, 1].tolist() for part in above.collections for segment in part.get_segments()]
    assert limits == [[0.4, 0.6], [0.7, 0.88], [0.5, 0.7], [0.85, 0.95]]
    assert png(CURVES) == png(CURVES)
    alone = replace(CURVES, n=(30,), power=((0.5,),), low=((0.4,),), high=((0.6,),), effective=((0.0,),), names=("a",))
    assert png(alone)[:4] == b"\x89PNG"


def test_the_command_of_the_page_prints_what_the_page_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(EXAMPLE).parents[1] / "docs" / "external-controls.md").read_text()
    section = text.partition("## How many patients\n")[2].partition("\n## ")[0]
    ((command, table),) = re.findall(r"^\$ onearm (.*)\n```\n\n```text\n(.*?)\n```", section, re.M | re.S)
    monkeypatch.chdir(Path(EXAMPLE).parent)
    assert main(shlex.split(command)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-len(table.splitlines()) :] == table.splitlines()
    head = re.split(r"  +", table.splitlines()[0])
    listed = {name for row in re.findall(r"^\| (`.*?) \|", section, re.M) for name in re.findall(r"`(.*?)`", row)}
    assert set(head) - listed == {"method", "estimand", "n", "external", "+-"}
