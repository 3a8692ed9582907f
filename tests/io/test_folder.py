"""A folder of results: whole or not at all, nobody else's files, two runs at once, a run that is killed."""

from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from onearm.errors import UsageError
from onearm.io import folder
from onearm.io.folder import MARK, check_target, write_folder


def results(tag: str = "", **files: bytes) -> dict[str, bytes]:
    files = files or {"tables/a.csv": b"a\n", "report.html": b"<html>"}
    return {MARK: json.dumps({"tag": tag, "outputs": dict.fromkeys(files, "")}).encode(), **files}


FILES = results()


def contents(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def test_a_new_folder_and_one_in_the_place_of_an_earlier(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "results"
    write_folder(out, FILES)
    assert contents(out) == FILES
    write_folder(out, results("1", x=b"1"))
    assert contents(out) == results("1", x=b"1")
    assert [p.name for p in out.parent.iterdir()] == ["results"]


def test_other_peoples_files_are_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "results"
    out.mkdir()
    (out / "thesis.docx").write_text("x")
    with pytest.raises(UsageError, match="U320"):
        write_folder(out, FILES)
    assert contents(out) == {"thesis.docx": b"x"}
    (out / MARK).write_text('{"name": "somebody else\'s"}')
    with pytest.raises(UsageError, match="thesis"):
        write_folder(out, FILES)
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(UsageError, match="U320"):
        check_target(file)


@pytest.mark.parametrize(
    ("earlier", "now", "fits"),
    [
        ("onearm run trial --seed 1", "onearm run", True),
        ("onearm run trial --seed 1", "onearm design simon", False),
        ("onearm run trial --seed 1", "onearm design external", False),
        ("onearm design simon --p0 0.1", "onearm run", False),
        ("onearm design simon --p0 0.1", "onearm design simon", True),
        ("onearm design simon --p0 0.1", "onearm design external", False),
        ("onearm design external", "onearm design external", True),
        ("onearm design external", "onearm run", False),
    ],
)
def test_what_another_command_wrote_is_not_replaced(tmp_path: Path, earlier: str, now: str, fits: bool) -> None:
    out = tmp_path / "results"
    files = {**FILES, MARK: json.dumps({"command": earlier, **json.loads(FILES[MARK])}).encode()}
    write_folder(out, files, " ".join(earlier.split()[:2]))
    if fits:
        write_folder(out, results("2"), now)
        assert contents(out) == results("2")
        return
    for refuses in (lambda: check_target(out, now), lambda: write_folder(out, results("2"), now)):
        with pytest.raises(UsageError, match=f"U320.*another command: `{earlier}`"):
            refuses()
    assert contents(out) == files


def test_a_folder_inside_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "ofile").write_text("x")
    for deep in ("sub", "sub/deeper"):
        with pytest.raises(UsageError, match=r"U321.*ofile is a file, not a folder"):
            check_target(tmp_path / "ofile" / deep)


def test_a_note_put_beside_the_results_is_not_lost(tmp_path: Path) -> None:
    out = tmp_path / "results"
    write_folder(out, FILES)
    (out / "tables" / "my-note.txt").write_text("keep me")
    with pytest.raises(UsageError, match="my-note"):
        write_folder(out, FILES)
    assert (out / "tables" / "my-note.txt").read_text() == "keep me"


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
        write_folder(out, results("2"))
    assert contents(out) == FILES
    assert [p.name for p in tmp_path.iterdir()] == ["results"]


def test_a_run_killed_between_the_two_moves_is_mended(tmp_path: Path) -> None:
    out = tmp_path / "results"
    write_folder(out, FILES)
    out.rename(tmp_path / ".results.old-abc")
    check_target(out)
    assert contents(out) == FILES


def test_what_killed_runs_left_is_swept_away_and_a_live_run_is_not(tmp_path: Path) -> None:
    for name in (".results.new-dead", ".results.old-dead", ".results.new-alive"):
        (tmp_path / name).mkdir()
    with folder._alone(tmp_path / ".results.new-alive"):
        write_folder(tmp_path / "results", FILES)
        assert sorted(p.name for p in tmp_path.iterdir()) == [".results.new-alive", "results"]
    write_folder(tmp_path / "results", FILES)
    assert [p.name for p in tmp_path.iterdir()] == ["results"]


@pytest.mark.parametrize("exchange", [True, False])
def test_with_and_without_an_exchange_of_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool) -> None:
    if not exchange:
        monkeypatch.setattr(folder, "_exchanged", lambda one, two: False)
    out = tmp_path / "results"
    for tag in ("1", "2", "3"):
        write_folder(out, results(tag))
        assert contents(out) == results(tag)
        assert [p.name for p in tmp_path.iterdir()] == ["results"]


def test_links_and_folders_of_others_are_foreign_too(tmp_path: Path) -> None:
    out = tmp_path / "results"
    write_folder(out, FILES)
    (out / "sub" / ".git").mkdir(parents=True)
    with pytest.raises(UsageError, match="sub"):
        check_target(out)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="this is a link"):
        check_target(link)
    other = tmp_path / "other"
    other.mkdir()
    (other / "there").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="there"):
        check_target(other)


def test_the_newest_of_several_set_aside_is_put_back(tmp_path: Path) -> None:
    for i, tag in enumerate(("old", "new")):
        write_folder(tmp_path / "results", results(tag))
        aside = (tmp_path / "results").rename(tmp_path / f".results.old-{9 - i}")
        os.utime(aside / MARK, (1e9 + i, 1e9 + i))
    check_target(tmp_path / "results")
    assert contents(tmp_path / "results") == results("new")


def _killed(out: Path) -> None:
    while True:
        write_folder(out, results("killed", **{f"f{i}": b"x" * 1000 for i in range(20)}))


def test_results_are_whole_after_every_kill(tmp_path: Path) -> None:
    out = tmp_path / "results"
    write_folder(out, FILES)
    context = multiprocessing.get_context("spawn")
    for i in range(6):
        run = context.Process(target=_killed, args=(out,))
        run.start()
        run.join(0.5 + 0.03 * i)
        run.kill()
        run.join()
        found = contents(out)
        assert set(found) == {MARK, *json.loads(found[MARK])["outputs"]}
    write_folder(out, FILES)
    assert [p.name for p in tmp_path.iterdir()] == ["results"]


def test_a_move_that_fails_puts_the_earlier_results_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "results"
    write_folder(out, FILES)
    replace = Path.replace

    def refuse(path: Path, target: Path) -> Path:
        if ".new-" in path.name:
            raise OSError(5, "Input/output error")
        return replace(path, target)

    monkeypatch.setattr(folder, "_exchanged", lambda one, two: False)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UsageError, match="U321"):
        write_folder(out, results("3"))
    assert contents(out) == FILES


def _write(out: Path, content: bytes) -> None:
    for _ in range(20):
        write_folder(out, results(content.decode(), x=content))


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
    assert json.loads(found[MARK])["tag"].encode() == found["x"]
    assert [p.name for p in tmp_path.iterdir()] == ["results"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="U321"):
        check_target(tmp_path / "results")


def test_the_mark_is_the_manifest() -> None:
    assert folder.MARK == "manifest.json"
