"""Broken folders on the command line: a coded finding, the right exit status, and the last good results untouched."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from defects import DEFECTS, Defect
from factory import good_trial

from onearm.cli.main import main


@pytest.fixture(scope="session")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small trial with the results of a good run."""
    folder = good_trial(tmp_path_factory.mktemp("good") / "trial")
    assert main(["run", str(folder), "-q"]) == 0
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: d.name)
def test_defect_on_the_command_line(
    defect: Defect, run_once: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "trial"
    shutil.copytree(run_once, folder)
    defect.apply(folder)
    assert main(["check", str(folder), "--json"]) == defect.exit
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert defect.code in {f["code"] for f in found}
    assert all(f["where"] and f["says"] and f["next_step"] for f in found)
    if defect.exit:
        before = files(folder / "results")
        assert main(["run", str(folder), "-q"]) == 1
        said = capsys.readouterr().err
        assert re.search(rf"^{defect.code} error ", said, re.M)
        assert "Traceback" not in said
        assert files(folder / "results") == before


def test_there_are_enough() -> None:
    assert sum(bool(d.exit) for d in DEFECTS) >= 40
