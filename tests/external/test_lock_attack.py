"""A lock holds against what a hurried or a careless person does to it."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from onearm.errors import OnearmError, ProtocolError, UsageError
from onearm.external.seal import sealed
from onearm.io.load import check, load
from onearm.io.lock import DESIGN, LOG, read_lock, write_lock
from onearm.study import run
from onearm.study.blind import design_document

EXAMPLE = Path(__file__).parents[2] / "examples" / "mini-hcvd-ino"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locked") / "trial"
    shutil.copytree(EXAMPLE, folder)
    text = (folder / "protocol.yaml").read_text()
    head, _, rest = text.partition("    methods: &methods")
    tail = rest[rest.index("  inotuzumab_alone:") :]
    tail = tail.replace("    methods: *methods\n", "").replace("    sensitivity: *doubt\n", "")
    (folder / "protocol.yaml").write_text(head + tail)
    write_lock(folder, design_document(load(folder))[0])
    return folder


def copied(locked: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "trial"
    shutil.copytree(locked, folder)
    return folder


def refused(folder: Path) -> set[str]:
    with pytest.raises(ProtocolError) as problem:
        run(load(folder))
    return {f.code for f in problem.value.findings}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("no_response_at: last-assessment", "no_response_at: time-zero"),
        ("at_months: [12, 24]", "at_months: [7]"),
    ],
)
def test_an_endpoint_redefined_after_the_lock_is_refused(locked: Path, tmp_path: Path, old: str, new: str) -> None:
    folder = copied(locked, tmp_path)
    text = (folder / "protocol.yaml").read_text()
    assert old in text
    (folder / "protocol.yaml").write_text(text.replace(old, new))
    assert refused(folder) == {"X509"}


def test_two_locks_at_once_give_one(locked: Path, tmp_path: Path) -> None:
    folder = copied(locked, tmp_path)
    (folder / DESIGN).unlink()
    (folder / LOG).unlink()
    body = design_document(load(folder))[0]
    found: list[Any] = []
    gate = threading.Barrier(4)

    def lock() -> None:
        gate.wait()
        try:
            found.append(write_lock(folder, body))
        except UsageError as problem:
            found.append(problem.findings[0].code)

    threads = [threading.Thread(target=lock) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(f for f in found if isinstance(f, str)) == ["X508"] * 3
    assert len((folder / LOG).read_text().splitlines()) == 1
    assert read_lock(folder) is not None
    assert not list(folder.glob(".design-*"))


@pytest.mark.parametrize("change", ["seed", "comparisons", "method"])
def test_a_design_of_another_shape_is_said_and_never_crashes(locked: Path, tmp_path: Path, change: str) -> None:
    folder = copied(locked, tmp_path)
    body = json.loads((folder / DESIGN).read_text())
    if change == "seed":
        (folder / DESIGN).write_text(json.dumps({**body, "seed": float("nan")}))
        assert any(f.code == "X501" for f in check(folder).findings)
        return
    if change == "comparisons":
        body["comparisons"] = {"salvage_chemo": 3}
    else:
        body["comparisons"]["salvage_chemo"]["methods"] = {}
    (folder / DESIGN).write_text(json.dumps(sealed(body)))
    assert refused(folder) & {"X502", "X505", "X506"}


def test_a_lock_that_cannot_be_logged_is_none(locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copied(locked, tmp_path)
    (folder / DESIGN).unlink()
    body = design_document(load(folder))[0]

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("onearm.io.lock._append", full)
    with pytest.raises(UsageError, match="No space left"):
        write_lock(folder, body)
    assert not (folder / DESIGN).exists()


def test_a_covariate_named_as_an_outcome_is_a_finding(locked: Path, tmp_path: Path) -> None:
    folder = copied(locked, tmp_path)
    path = folder / "protocol.yaml"
    text = path.read_text().replace("[age, sex, performance_status", "[age, death, sex, performance_status")
    text = text.replace("\ncovariates:\n", '\ncovariates:\n  death: {label: D, unit: "1", range: [0, 10]}\n', 1)
    path.write_text(text)
    try:
        found = {f.code for f in check(folder).findings}
    except OnearmError as problem:
        found = {f.code for f in problem.findings}
    assert "P159" in found
