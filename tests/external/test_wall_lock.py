"""A locked design knows nothing of outcomes, and estimation goes by no other design."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import onearm as oa
from onearm.cli.main import main
from onearm.errors import OnearmError
from onearm.io.lock import read_lock


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


KEPT = ("subject", "date", "day", "mrd", "mrd_value", "mrd_limit")


def scramble(path: Path, seed: int) -> None:
    """Deal the responses out anew among the rows of a table."""
    rows = read(path)
    order = np.random.default_rng(seed).permutation(len(rows))
    dealt = [{k: row[k] if k in KEPT else rows[j][k] for k in row} for row, j in zip(rows, order, strict=True)]
    assert dealt != rows
    write(path, dealt)


def nobody_dies(path: Path) -> None:
    """Nobody relapses and nobody dies: everybody is only seen until the last day."""
    rows = read(path)
    assert any(r["death"] for r in rows)
    write(path, [r | {k: "" for k in ("relapse", "death", "cause") if k in r} for r in rows])


@pytest.fixture
def locked(small: Path) -> Path:
    text = (small / "protocol.yaml").read_text()
    gates = "    gates: {max_smd: 5, min_matched: 0.1, min_effective: 1, min_overlap: 0.01}\n"
    (small / "protocol.yaml").write_text(text.replace("    endpoints: [os]\n", gates + "    endpoints: [os]\n"))
    main(["lock", str(small), "-q"])
    assert (small / "design.json").is_file()
    return small


def comparisons(folder: Path) -> Any:
    return json.loads((folder / "design.json").read_text())["comparisons"]


@pytest.mark.slow
def test_scrambled_outcomes_give_the_same_design_to_the_last_digit(bundled: Path, tmp_path: Path) -> None:
    folders = [tmp_path / "as_it_is", tmp_path / "scrambled"]
    for folder in folders:
        shutil.copytree(bundled, folder, ignore=shutil.ignore_patterns("results", "design*"))
    for i, place in enumerate(["data", "external/salvage_chemo", "external/inotuzumab_alone"]):
        path = folders[1] / place / "responses.csv"
        scramble(path, i)
        nobody_dies(folders[1] / place / "followup.csv")
    for folder in folders:
        assert main(["lock", str(folder), "-q"]) in (0, 1)
    assert comparisons(folders[0]) == comparisons(folders[1])


def test_scrambled_outcomes_of_the_small_trial(small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(small, other)
    scramble(other / "data" / "responses.csv", 1)
    nobody_dies(other / "external" / "other" / "followup.csv")
    for folder in (small, other):
        main(["lock", str(folder), "-q"])
    assert comparisons(small) == comparisons(other)


def refused(folder: Path, **options: Any) -> set[str]:
    with pytest.raises(OnearmError) as refusal:
        oa.run(oa.load(folder), **options)
    assert all(f.says and f.next_step for f in refusal.value.findings if f.blocks)
    return {f.code for f in refusal.value.findings if f.blocks}


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_another_covariate_value_is_refused(locked: Path) -> None:
    replace_in(locked / "external" / "other" / "subjects.csv", "E05,1,65,", "E05,1,66,")
    assert refused(locked) == {"X503"}


def test_another_setting_is_refused(locked: Path) -> None:
    replace_in(locked / "protocol.yaml", "    endpoints: [os]\n", "    ratio: 2\n    endpoints: [os]\n")
    assert refused(locked) == {"X504"}


def test_another_threshold_of_a_gate_is_refused(locked: Path) -> None:
    replace_in(locked / "protocol.yaml", "max_smd: 5", "max_smd: 4")
    assert refused(locked) == {"X504"}


def test_another_seed_is_refused(locked: Path) -> None:
    assert refused(locked, seed=2) == {"X507"}


@pytest.mark.parametrize("path", [("seed",), ("comparisons", "main", "methods", "primary", "estimand"), ("locked",)])
def test_an_edited_design_is_refused(locked: Path, path: tuple[str, ...]) -> None:
    body = json.loads((locked / "design.json").read_text())
    inner = body
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = "another"
    (locked / "design.json").write_text(json.dumps(body))
    assert refused(locked) == {"X502"}


def test_a_deleted_and_a_new_comparison_are_refused(locked: Path) -> None:
    text = (locked / "protocol.yaml").read_text()
    head, _, tail = text.partition("comparisons:\n  main:\n")
    (locked / "protocol.yaml").write_text(head)
    assert refused(locked) >= {"X505"}
    (locked / "protocol.yaml").write_text(head + "comparisons:\n  main:\n" + tail + "  second:\n" + tail)
    assert refused(locked) >= {"X505"}


def test_other_rows_of_outcomes_are_not_refused(locked: Path) -> None:
    nobody_dies(locked / "external" / "other" / "followup.csv")
    assert oa.run(oa.load(locked)).commitment[0].status == "prespecified"


def test_a_second_lock_asks_for_a_reason(locked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (locked / "design.json").read_bytes()
    assert main(["lock", str(locked), "-q"]) == 2
    assert main(["lock", str(locked), "--again", "-q"]) == 2
    said = capsys.readouterr().err
    assert "X508" in said
    assert "U341" in said
    assert "Traceback" not in said
    assert (locked / "design.json").read_bytes() == before


def test_open_prespecified_and_late(small: Path, locked: Path, tmp_path: Path) -> None:
    never = tmp_path / "never"
    shutil.copytree(locked, never, ignore=shutil.ignore_patterns("design*"))
    assert oa.run(oa.load(never)).commitment[0].status == "open"
    assert main(["run", str(locked), "-q"]) == 0
    page = (locked / "results" / "report.html").read_text()
    assert "Prespecified: the design was locked" in page
    replace_in(locked / "protocol.yaml", "    endpoints: [os]\n", "    ratio: 2\n    endpoints: [os]\n")
    assert main(["run", str(locked), "-q"]) == 1
    assert main(["lock", str(locked), "--again", "--reason", "two controls for each patient", "-q"]) in (0, 1)
    assert main(["run", str(locked), "-q"]) == 0
    one = json.loads((locked / "results" / "results.json").read_text())["commitment"][0]
    assert one["status"] == "late"
    assert one["changes"][0].endswith("two controls for each patient")
    page = (locked / "results" / "report.html").read_text()
    assert "Not prespecified: the design was locked" in page
    assert "two controls for each patient" in page
    lock = read_lock(locked)
    assert lock is not None
    assert [look.what for look in lock.log] == ["locked", "looked", "locked again", "looked"]
