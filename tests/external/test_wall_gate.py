"""Where balance cannot be reached, the gate fails and every number that hangs on it says so."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from onearm.cli.main import main


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def apart(bundled: Path, tmp_path: Path) -> Path:
    """The bundled trial, with an external source so unlike it that no choice can make it alike."""
    folder = tmp_path / "apart"
    shutil.copytree(bundled, folder, ignore=shutil.ignore_patterns("results", "design*"))
    for source in ("salvage_chemo", "inotuzumab_alone"):
        path = folder / "external" / source / "subjects.csv"
        rows = read(path)
        for r in rows:
            r["age"] = str(min(90, int(r["age"]) + 22))
            r["marrow_blasts"] = str(round(min(100, float(r["marrow_blasts"] or 50) / 3)))
        write(path, rows)
    return folder


@pytest.mark.slow
def test_where_balance_cannot_be_reached_every_number_says_so(apart: Path) -> None:
    assert main(["lock", str(apart), "-q"]) == 1
    assert main(["run", str(apart), "-q"]) == 0
    out = apart / "results"
    results = json.loads((out / "results.json").read_text())
    ratios = [e for e in results["estimates"] if ".hazard_ratio|" in e["id"] and e["context"] in ("method", "primary")]
    assert ratios
    for e in ratios:
        if "crude" not in e["id"]:
            assert any("GATE FAILED" in n for n in e["notes"]) or e["value"] is None, e["id"]
    for source in ("salvage_chemo", "inotuzumab_alone"):
        table = (out / "tables" / f"comparison-{source}.csv").read_text()
        assert "gate failed" in table.lower()
        methods = next((out / "tables").glob(f"methods-{source}*.csv"))
        assert "gate failed" in methods.read_text().lower()
    page = (out / "report.html").read_text()
    assert page.count("<strong>Gate failed.</strong>") >= 2
    key = page[page.index('<dl class="key">') :]
    assert "gate failed" in key[: key.index("</dl>")]
    assert "gate failed" in (out / "figures" / "forest.svg").read_text().lower()
