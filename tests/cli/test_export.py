"""`onearm export` as people use it: one zip, the same bytes each time, and nothing of others lost."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onearm.cli.main import main

RESULTS = {
    "results.json": b'{"schema": 5}\n',
    "results.csv": b"id,stat\norr,0.5\n",
    "figures/km-os.svg": b"<svg/>" * 200,
    "tables/größe.csv": "Größe\n".encode(),
    "report.html": b"<html></html>",
}


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def made(folder: Path, files: dict[str, bytes] | None = None, trial: str = "t-1") -> Path:
    """A folder of results as a run leaves it."""
    files = RESULTS if files is None else files
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    body = {"trial": trial, "command": "onearm run t", "seed": 1, "onearm": "0.1.0", "libraries": {}, "inputs": {}}
    body |= {"outputs": {name: sha(content) for name, content in files.items()}, "date": "2020-01-01T00:00:00+00:00"}
    (folder / "manifest.json").write_text(json.dumps(body), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path / "trial" / "results")


def call(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    code = main(["export", *map(str, words)])
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return code, said.out, said.err


def test_the_zip_holds_every_file_and_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, folder)
    target = folder.parent / "results.zip"
    assert (code, out) == (0, f"6 files of t-1: {target}\n")
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == ["manifest.json", *sorted(f"results/{n}" for n in [*RESULTS, "manifest.json"])]
        body = json.loads(archive.read("manifest.json"))
        assert archive.read("results/manifest.json") == (folder / "manifest.json").read_bytes()
        for name, content in RESULTS.items():
            assert archive.read(f"results/{name}") == content
            assert body["files"][f"results/{name}"] == {"sha256": sha(content), "size": len(content)}
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {stat.S_IMODE(i.external_attr >> 16) for i in archive.infolist()} == {0o644}
    assert set(body["files"]) == set(names[1:])
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert sorted(p.name for p in folder.parent.iterdir()) == ["results", "results.zip"]


def test_what_is_unpacked_is_a_folder_of_results_again(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    call(capsys, folder, "--out", tmp_path / "one.zip")
    zipfile.ZipFile(tmp_path / "one.zip").extractall(tmp_path / "out")
    assert call(capsys, tmp_path / "out", "--out", tmp_path / "two.zip")[0] == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_same_bytes_on_another_day_by_another_hand(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one = tmp_path / "one.zip"
    call(capsys, folder.parent, "--out", one)
    for path in folder.rglob("*"):
        os.utime(path, (86_400 * 365 * 40, 86_400 * 365 * 40))
        if path.is_file():
            path.chmod(0o600)
    (folder / ".DS_Store").write_bytes(b"x")
    umask = os.umask(0o077)
    try:
        assert call(capsys, folder, "--out", tmp_path / "two.zip")[0] == 0
    finally:
        os.umask(umask)
    words = [sys.executable, "-m", "onearm", "export", str(folder), "--out", str(tmp_path / "three.zip")]
    env = os.environ | {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1", "LC_ALL": "C"}
    subprocess.run(words, check=True, capture_output=True, env=env)
    assert one.read_bytes() == (tmp_path / "two.zip").read_bytes() == (tmp_path / "three.zip").read_bytes()


def spoil_missing(f: Path) -> None:
    (f / "report.html").unlink()


def spoil_changed(f: Path) -> None:
    (f / "report.html").write_bytes(b"other")


def spoil_link(f: Path) -> None:
    (f / "report.html").rename(f.parent / "elsewhere")
    (f / "report.html").symlink_to(f.parent / "elsewhere")


def spoil_linked_folder(f: Path) -> None:
    (f / "figures").rename(f.parent / "pictures")
    (f / "figures").symlink_to(f.parent / "pictures")


def spoil_foreign(f: Path) -> None:
    (f / "tables" / "notes\n.txt").write_bytes(b"x")


def spoil_folder(f: Path) -> None:
    (f / "report.html").unlink()
    (f / "report.html").mkdir()


def spoil_linked_manifest(f: Path) -> None:
    (f / "manifest.json").rename(f.parent / "m")
    (f / "manifest.json").symlink_to(f.parent / "m")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (spoil_missing, "report.html is missing"),
        (spoil_changed, "report.html was changed after the run"),
        (spoil_link, "report.html is a link"),
        (spoil_linked_folder, "figures/km-os.svg is a link"),
        (spoil_foreign, "was not written by the run"),
        (spoil_folder, "report.html is missing"),
        (spoil_linked_manifest, "manifest.json is a link"),
    ],
)
def test_a_folder_that_is_not_of_one_run(
    folder: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None], says: str
) -> None:
    spoil(folder)
    code, _, err = call(capsys, folder)
    assert code == 2
    assert err.startswith("U382 error")
    assert says in err
    assert not (folder.parent / "results.zip").exists()


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a/../../x", "a\\b", "c:x", "a//b", ".", "x\n", "manifest.json"]
)
def test_names_that_lie_in_no_folder_of_results(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    body = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    body["outputs"][name] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(body), encoding="utf-8")
    code, _, err = call(capsys, folder)
    assert code == 2
    assert err.startswith("U381 error")


def test_places_without_results(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place in (tmp_path / "nowhere", folder / "tables", folder / "results.json"):
        code, _, err = call(capsys, place)
        assert code == 2
        assert err.startswith("U380 error")
    (folder / "manifest.json").write_text("[]", encoding="utf-8")
    assert call(capsys, folder)[2].startswith("U381 error")


def test_only_an_earlier_export_of_the_trial_is_replaced(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "x.zip"
    other = made(tmp_path / "other", trial="t-2")
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("manifest.json", '{"trial": "t-1"}')
    assert call(capsys, other, "--out", target)[0] == 0
    foreign = [b"", b"notes", plain.getvalue(), target.read_bytes()]
    for content in foreign:
        target.write_bytes(content)
        code, _, err = call(capsys, folder, "--out", target)
        assert code == 2
        assert err.startswith("U383 error")
        assert target.read_bytes() == content
    target.unlink()
    assert call(capsys, folder, "--out", target)[0] == 0
    before = target.read_bytes()
    (folder / "report.html").write_bytes(b"new")
    made(folder, RESULTS | {"report.html": b"new"})
    assert call(capsys, folder, "--out", target)[0] == 0
    assert target.read_bytes() != before


def test_places_that_are_not_written_to(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = tmp_path / "link.zip"
    link.symlink_to(tmp_path / "target.zip")
    for target, code in (
        (link, "U383"),
        (tmp_path, "U383"),
        (folder / "x.zip", "U383"),
        (tmp_path / "no" / "x.zip", "U322"),
    ):
        status, _, err = call(capsys, folder, "--out", target)
        assert status == 2
        assert err.startswith(f"{code} error")
    assert not (tmp_path / "target.zip").exists()
    assert not (folder / "x.zip").exists()


def test_who_is_killed_leaves_the_earlier_zip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A real process, killed while its file is half written."""
    folder = made(tmp_path / "results")
    target = tmp_path / "results.zip"
    assert call(capsys, folder)[0] == 0
    before = target.read_bytes()
    program = (
        "import os, sys, time, pathlib\n"
        "real = os.fsync\n"
        "def slow(handle):\n"
        "    pathlib.Path(sys.argv[2]).touch(); time.sleep(60)\n"
        "os.fsync = slow\n"
        "from onearm.cli.main import main\n"
        "main(['export', sys.argv[1]])\n"
    )
    made(folder, RESULTS | {"report.html": b"new"})
    running = subprocess.Popen([sys.executable, "-c", program, str(folder), str(tmp_path / "sign")])
    until = time.monotonic() + 60
    while not (tmp_path / "sign").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert len(list(tmp_path.glob(".results.zip.*.part"))) == 1
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert target.read_bytes() == before
    assert call(capsys, "--check", target)[0] == 0
    assert call(capsys, folder)[0] == 0
    assert target.read_bytes() != before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["results", "results.zip", "sign"]


def test_a_full_disk_leaves_the_earlier_zip(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    call(capsys, folder)
    before = (folder.parent / "results.zip").read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    code, _, err = call(capsys, folder)
    assert code == 2
    assert "U322" in err
    assert "No space left" in err
    assert (folder.parent / "results.zip").read_bytes() == before
    assert sorted(p.name for p in folder.parent.iterdir()) == ["results", "results.zip"]


Entries = list[tuple[str, bytes]]


def rezipped(path: Path, change: Callable[[Entries], object], **about: Any) -> Path:
    """The zip with other entries; ``about`` are attributes of every entry."""
    with zipfile.ZipFile(path) as archive:
        entries = [(n, archive.read(n)) for n in archive.namelist()]
    change(entries)
    out = path.with_name("spoilt.zip")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            for key, value in about.items():
                setattr(info, key, value)
            archive.writestr(info, content)
    return out


def put(entries: Entries, name: str, content: bytes) -> None:
    entries[:] = [(n, content if n == name else c) for n, c in entries]


def told(entries: Entries, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest of the export."""
    body = json.loads(entries[0][1])
    change(body)
    put(entries, "manifest.json", json.dumps(body).encode())


def add(entries: Entries, name: str, content: bytes = b"x") -> None:
    """A file that the manifest names as well."""
    entries.append((name, content))
    told(entries, lambda b: b["files"].update({name: {"sha256": sha(content), "size": len(content)}}))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda e: put(e, "results/report.html", b"other"), "'results/report.html' is not what manifest.json says"),
        (lambda e: put(e, "results/report.html", RESULTS["report.html"] + b" "), "is not what manifest.json says"),
        (lambda e: e.pop(), "is missing"),
        (lambda e: e.append(("results/more.txt", b"x")), "'results/more.txt' is not in manifest.json"),
        (lambda e: e.append(("../../x", b"x")), "'../../x' would be unpacked outside of its folder"),
        (lambda e: add(e, "../../x"), "'../../x' would be unpacked outside of its folder"),
        (lambda e: add(e, "/etc/x"), "would be unpacked outside"),
        (lambda e: add(e, "results/c:x"), "would be unpacked outside"),
        (lambda e: add(e, "results/more.txt"), "do not name the same files"),
        (lambda e: put(e, "results/manifest.json", b"{}"), "is not the manifest of a run"),
        (lambda e: told(e, lambda b: b.update(trial="other")), "name different trials"),
        (lambda e: told(e, lambda b: b["files"]["results/results.csv"].update(size=10**15)), "is not what"),
        (lambda e: told(e, lambda b: b["files"]["results/results.csv"].update(size=-5)), "is not what"),
        (lambda e: told(e, lambda b: b["files"].pop("results/results.csv")), "is not in manifest.json"),
    ],
)
def test_a_zip_whose_files_are_not_those_of_its_manifest(
    folder: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Entries], object], says: str
) -> None:
    call(capsys, folder)
    target = folder.parent / "results.zip"
    assert call(capsys, "--check", target)[:2] == (0, "whole: 6 files of t-1, each as its manifest says\n")
    code, out, _ = call(capsys, "--check", rezipped(target, change))
    assert code == 1
    assert says in out


def test_a_link_in_a_zip(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(capsys, folder)
    spoilt = rezipped(folder.parent / "results.zip", lambda e: None, external_attr=0o120777 << 16)
    code, out, _ = call(capsys, "--check", spoilt)
    assert code == 1
    assert "is no plain file" in out


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_twice_in_a_zip(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(capsys, folder)
    spoilt = rezipped(folder.parent / "results.zip", lambda e: e.append(e[-1]))
    code, out, _ = call(capsys, "--check", spoilt)
    assert code == 1
    assert "stands in it twice" in out


@pytest.mark.parametrize("where", ["before", "behind"])
def test_bytes_beside_the_files(folder: Path, capsys: pytest.CaptureFixture[str], where: str) -> None:
    call(capsys, folder)
    target = folder.parent / "results.zip"
    whole = target.read_bytes()
    target.write_bytes(b"hidden" + whole if where == "before" else whole + b"hidden")
    code, out, _ = call(capsys, "--check", target)
    assert code == 1
    assert "holds more than its files" in out


def test_no_change_of_one_byte_of_a_file_goes_unseen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every 11th byte of what is packed, flipped; what is still called whole unpacks to the same files."""
    call(capsys, folder)
    target = folder.parent / "results.zip"
    whole = target.read_bytes()
    with zipfile.ZipFile(target) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
        starts = [(i.header_offset + 30 + len(i.filename.encode()), i.compress_size) for i in archive.infolist()]
    called_whole = flipped = 0
    for start, size in starts:
        for place in range(start, start + size, 11):
            target.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
            flipped += 1
            if main(["export", "--check", str(target), "-q"]) == 0:
                called_whole += 1  # a bit that fills up the last byte of a packed file
                with zipfile.ZipFile(target) as archive:
                    assert {name: archive.read(name) for name in archive.namelist()} == held
    capsys.readouterr()
    assert flipped > 50
    assert called_whole < 5


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"not a zip", b"PK\x05\x06" + b"\0" * 18, b"\0" * 100_000],
    ids=["0", "2", "text", "no", "nul"],
)
def test_what_is_no_export(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    code, out, err = call(capsys, "--check", tmp_path / "x.zip")
    assert (code, out) == (2, "")
    assert err.startswith("U384 error")


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[]",
        "{}",
        '{"export": 2, "trial": "t", "files": {}}',
        '{"export": 1, "trial": "t", "files": {"a": 1}}',
        "[" * 99999,
    ],
)
def test_a_zip_with_another_manifest(folder: Path, capsys: pytest.CaptureFixture[str], manifest: str) -> None:
    call(capsys, folder)
    spoilt = rezipped(folder.parent / "results.zip", lambda e: put(e, "manifest.json", manifest.encode()))
    code, _, err = call(capsys, "--check", spoilt)
    assert code == 2
    assert err.startswith("U384 error")


def test_a_bomb_is_not_unpacked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of 100 MB that says it has 5 bytes is read no further than that."""
    call(capsys, folder)
    spoilt = rezipped(folder.parent / "results.zip", lambda e: put(e, "results/report.html", bytes(100_000_000)))
    start = time.process_time()
    code, out, _ = call(capsys, "--check", spoilt)
    assert code == 1
    assert "'results/report.html' is not what manifest.json says" in out
    assert time.process_time() - start < 2


def test_the_call(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], [str(folder), "--check", "x.zip"], ["--check", "x.zip", "--out", "y.zip"]):
        code, _, err = call(capsys, *words)
        assert code == 2
        assert err.startswith("U300 error")
    assert call(capsys, "--check", tmp_path / "none.zip")[2].startswith("U384 error")
    code, out, _ = call(capsys, folder, "--json")
    assert json.loads(out)["files"]["results/report.html"]["sha256"] == sha(RESULTS["report.html"])
    code, out, _ = call(capsys, "--check", folder.parent / "results.zip", "--json")
    assert (code, json.loads(out)["problems"]) == (0, [])
    assert call(capsys, folder, "-q")[1] == ""


def documents(folder: Path, results: bytes = RESULTS["results.json"]) -> Path:
    """Documents beside a folder of results as `onearm report` leaves them."""
    home, files = folder.parent / "documents", {"report.pdf": b"%PDF-1.7\n", "figures/km-os.png": b"\x89PNG"}
    for name, content in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    body = {"trial": "t-1", "command": "onearm report", "results": sha(results)}
    body |= {"outputs": {name: sha(content) for name, content in files.items()}}
    (home / "manifest.json").write_text(json.dumps(body), encoding="utf-8")
    return home


def test_documents_of_these_results_are_in_the_zip(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = documents(folder)
    code, out, _ = call(capsys, folder)
    assert (code, out) == (0, f"9 files of t-1: {folder.with_suffix('.zip')}\n")
    with zipfile.ZipFile(folder.with_suffix(".zip")) as archive:
        for name in ("manifest.json", "report.pdf", "figures/km-os.png"):
            assert archive.read(f"documents/{name}") == (home / name).read_bytes()
    assert call(capsys, "--check", folder.with_suffix(".zip"))[0] == 0
    once = folder.with_suffix(".zip").read_bytes()
    assert call(capsys, folder)[0] == 0
    assert folder.with_suffix(".zip").read_bytes() == once


@pytest.mark.parametrize("why", ["older results", "another command", "no manifest", "a link", "a text"])
def test_other_documents_are_not(folder: Path, capsys: pytest.CaptureFixture[str], why: str) -> None:
    home = documents(folder, b"older" if why == "older results" else RESULTS["results.json"])
    mark = home / "manifest.json"
    if why == "another command":
        mark.write_text(mark.read_text().replace("onearm report", "onearm design"))
    elif why == "no manifest":
        mark.unlink()
    elif why == "a text":
        mark.write_text("[1]")
    elif why == "a link":
        home.rename(folder.parent / "elsewhere")
        home.symlink_to(folder.parent / "elsewhere")
    assert call(capsys, folder)[0] == 0
    with zipfile.ZipFile(folder.with_suffix(".zip")) as archive:
        assert not [name for name in archive.namelist() if name.startswith("documents/")]


@pytest.mark.parametrize("why", ["changed", "missing", "a link"])
def test_documents_that_are_not_as_they_were_made(folder: Path, capsys: pytest.CaptureFixture[str], why: str) -> None:
    pdf = documents(folder) / "report.pdf"
    pdf.unlink()
    if why == "changed":
        pdf.write_bytes(b"%PDF-9")
    elif why == "a link":
        pdf.symlink_to(folder / "results.json")
    code, _, err = call(capsys, folder)
    assert code == 2
    assert "U382" in err
    assert "report.pdf" in err
    assert not folder.with_suffix(".zip").exists()


def repacked(path: Path, change: Callable[[dict[str, bytes], dict[str, Any]], object]) -> Path:
    """The zip with other files, its own manifest made to fit."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    body = json.loads(files.pop("manifest.json"))
    change(files, body)
    body["files"] = {name: {"sha256": sha(content), "size": len(content)} for name, content in sorted(files.items())}
    spoilt = path.with_name("spoilt.zip")
    with zipfile.ZipFile(spoilt, "w") as archive:
        for name, content in {"manifest.json": json.dumps(body).encode(), **files}.items():
            archive.writestr(name, content)
    return spoilt


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f, b: f.update({"documents/report.pdf": b"other"}), "do not name the same files"),
        (lambda f, b: f.update({"documents/more.pdf": b"more"}), "do not name the same files"),
        (lambda f, b: f.pop("documents/manifest.json"), "documents/manifest.json is missing"),
        (lambda f, b: f.update({"documents/manifest.json": b"{}"}), "not that of documents"),
        (lambda f, b: f.update({"notes.txt": b"x"}), "neither results nor documents: 'notes.txt'"),
        (
            lambda f, b: f.update(
                {"documents/manifest.json": f["documents/manifest.json"].replace(b'"results": "', b'"results": "0')}
            ),
            "names other results",
        ),
    ],
)
def test_documents_in_a_zip_are_those_of_its_results(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[dict[str, bytes], dict[str, Any]], object],
    says: str,
) -> None:
    documents(folder)
    assert call(capsys, folder)[0] == 0
    code, out, _ = call(capsys, "--check", repacked(folder.with_suffix(".zip"), change))
    assert code == 1
    assert says in out


def test_pipes_are_not_waited_for(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe.zip"
    os.mkfifo(pipe)
    assert "U384" in call(capsys, "--check", pipe)[2]
    code, _, err = call(capsys, folder, "--out", pipe)
    assert code == 2
    assert "U383" in err
    assert "no plain file" in err
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_from_inside_the_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for inside, place in ((folder, "."), (folder / "figures", ".."), (folder.parent, ".")):
        monkeypatch.chdir(inside)
        assert call(capsys, place)[0] == 0
        assert folder.with_suffix(".zip").is_file()
        folder.with_suffix(".zip").unlink()


def test_a_folder_is_read_while_no_run_replaces_it(folder: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    held = os.open(folder.parent, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)  # as a run does while it puts its folder in place
    command = [sys.executable, "-m", "onearm", "export", str(folder), "-q"]
    with subprocess.Popen(command) as started:
        with pytest.raises(subprocess.TimeoutExpired):
            started.wait(3)
        assert not folder.with_suffix(".zip").exists()
        os.close(held)
        assert started.wait(60) == 0
    assert folder.with_suffix(".zip").is_file()


def test_exports_and_runs_at_once_are_each_of_one_run(tmp_path: Path) -> None:
    from onearm.io.folder import write_folder

    def results(k: int) -> dict[str, bytes]:
        files = {"results.json": b'{"run": %d}' % k, **{f"tables/{n}.csv": b"%d" % k for n in range(40)}}
        body = {"trial": "t", "command": "onearm run t", "seed": 1, "onearm": "0.1.0", "libraries": {}, "inputs": {}}
        body |= {"outputs": {name: sha(content) for name, content in files.items()}}
        return {**files, "manifest.json": json.dumps(body).encode()}

    folder = tmp_path / "results"
    write_folder(folder, results(0))
    script = (
        "import sys\nfrom pathlib import Path\nfrom onearm.io.export import export\n"
        "for k in range(15): export(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    zips = [tmp_path / "one.zip", tmp_path / "one.zip", tmp_path / "two.zip"]
    started = [subprocess.Popen([sys.executable, "-c", script, str(folder), str(z)]) for z in zips]
    k = 0
    while any(p.poll() is None for p in started):
        k += 1
        write_folder(folder, results(k))
    assert k > 3
    assert [p.returncode for p in started] == [0, 0, 0]
    for path in set(zips):
        with zipfile.ZipFile(path) as archive:
            assert len({archive.read(n) for n in archive.namelist() if n.startswith("results/tables/")}) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.zip", "results", "two.zip"]


def test_files_that_may_not_be_read_are_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read = Path.read_bytes

    def refused(self: Path) -> bytes:
        if self.name == "results.csv":
            raise PermissionError(13, "Permission denied", str(self))
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refused)
    code, _, err = call(capsys, folder)
    assert code == 2
    assert "U382" in err
    assert "results.csv cannot be read (Permission denied)" in err
