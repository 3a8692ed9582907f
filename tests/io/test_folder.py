"""A folder of results: whole or not at all, nobody else's files, two runs at once, a run that is killed."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from onearm.errors import UsageError
from onearm.io import folder
from onearm.io.folder import MARK, check_target, restore, write_folder

FILES = {MARK: b"{}", "tables/a.csv": b"a\n", "report.html": b"<html>"}


def contents(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def test_a_new_folder_and_one_in_the_place_of_an_earlier(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "results"
    write_folder(out, FILES)
    assert contents(out) == FILES
    write_folder(out, {MARK: b"{1}"})
    assert contents(out) == {MARK: b"{1}"}
    assert [p.name for p in out.parent.iterdir()] == ["results"]


def test_other_peoples_files_are_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "results"
    out.mkdir()
    (out / "thesis.docx").write_text("x")
    with pytest.raises(UsageError, match="U320"):
        write_folder(out, FILES)
    assert contents(out) == {"thesis.docx": b"x"}
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(UsageError, match="U320"):
        check_target(file)


def test_a_disk_that_fails_leaves_the_earlier_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "results"
    write_folder(out, FILES)
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "report.html":
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError, match="No space left"):
        write_folder(out, {MARK: b"{2}", "report.html": b"new"})
    assert contents(out) == FILES
    assert [p.name for p in tmp_path.iterdir()] == ["results"]


def test_a_run_killed_between_the_two_moves_is_mended(tmp_path: Path) -> None:
    out = tmp_path / "results"
    write_folder(out, FILES)
    out.rename(tmp_path / ".results.old-abc")
    restore(out)
    assert contents(out) == FILES
    restore(out)
    assert contents(out) == FILES


def test_a_move_that_fails_puts_the_earlier_results_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "results"
    write_folder(out, FILES)
    replace = Path.replace

    def refuse(path: Path, target: Path) -> Path:
        if ".new-" in path.name:
            raise OSError(5, "Input/output error")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UsageError, match="U321"):
        write_folder(out, {MARK: b"{3}"})
    assert contents(out) == FILES


def _write(out: Path, content: bytes) -> None:
    for _ in range(20):
        write_folder(out, {MARK: content, "x": content})


def test_two_runs_at_once_end_with_one_of_them_whole(tmp_path: Path) -> None:
    out = tmp_path / "results"
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=_write, args=(out, c)) for c in (b"one", b"two")]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0, 0]
    found = contents(out)
    assert set(found) == {MARK, "x"}
    assert found[MARK] == found["x"]
    assert [p.name for p in tmp_path.iterdir()] == ["results"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="U321"):
        check_target(tmp_path / "results")


def test_the_mark_is_the_manifest() -> None:
    assert folder.MARK == "manifest.json"
