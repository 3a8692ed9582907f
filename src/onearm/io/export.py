"""A folder of results as one zip: every file with its digest, the same bytes each time it is made."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from onearm.errors import UsageError, listed
from onearm.io.folder import MARK
from onearm.io.results import FILE, no_manifest, sound_manifest
from onearm.io.undisturbed import undisturbed
from onearm.io.whole import write_whole

SHAPE = 1
"""Version of the shape of an export."""

INSIDE = "results/"
"""Under which every file of the folder stands in the zip; `manifest.json` of the export stands beside it."""

_WHEN = (1980, 1, 1, 0, 0, 0)
_LEVEL = 6
DOCUMENTS, BESIDE = "onearm report", "documents/"
"""The command that makes documents of results, and the folder beside them in which they stand, in the zip as well."""

_OF_THE_SYSTEM = (".DS_Store", "Thumbs.db")


def results_folder(place: Path) -> Path:
    """The folder of results that a place is or holds.

    Raises
    ------
    UsageError
        U380 when it is none and holds none.
    """
    for found in (place, place / "results"):
        if (found / MARK).is_file() and (found / FILE).is_file():
            return found
    says = "there is no such folder" if not place.is_dir() else f"this folder holds no results ({FILE} and {MARK})"
    raise UsageError.one(
        "U380", str(place), says, "name a folder that `onearm run` wrote, or a trial folder after a run"
    )


def export(place: Path, out: Path | None = None) -> tuple[Path, dict[str, Any]]:
    """Write a folder of results as a zip, whole or not at all.

    Parameters
    ----------
    place
        A folder of results, or a trial folder with ``results/``.
    out
        The zip; beside the folder and with its name when it is not given. An earlier export of the same trial is
        replaced, anything else is left.

    Returns
    -------
    tuple
        Where the zip is, and its manifest.

    Raises
    ------
    UsageError
        U380 no results, U381 a manifest that cannot be read, U382 files that are not those of the manifest, U383 the
        target is something else, U322 it cannot be written.
    """
    folder = results_folder(place)
    folder = folder.resolve() if ".." in folder.parts else folder.absolute()
    with undisturbed(folder):
        files = {INSIDE + name: content for name, content in contents(folder).items()}
    files |= documents_of(folder, hashlib.sha256(files[INSIDE + FILE]).hexdigest())
    trial = json.loads(files[INSIDE + MARK])["trial"]
    target = folder.with_name(f"{folder.name}.zip") if out is None else out
    _check_target(target, folder, trial)
    body = _manifest(trial, files)
    write_whole(target, zipped(body, files))
    return target, body


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder of results, each as its manifest says it is.

    Raises
    ------
    UsageError
        U381 when the manifest cannot be read, U382 with every file that is missing, changed, foreign or a link.
    """
    try:
        raw = (folder / MARK).read_bytes()  # once: what is checked is what goes into the zip
        named: dict[str, str] = sound_manifest(raw)["outputs"]
    except (OSError, ValueError, RecursionError) as problem:
        said = getattr(problem, "strerror", None) or str(problem)
        raise no_manifest(folder / MARK, f"this is not the manifest of a run ({said[:200]})") from None
    if odd := [name for name in named if not plain_name(name) or name == MARK]:
        says = f"it names files that lie in no folder of results: {listed(map(repr, odd), 3)}"
        raise no_manifest(folder / MARK, says)
    files, wrong = _as_named(folder, named)
    problems = [*_foreign(folder, named), *wrong]
    if (folder / MARK).is_symlink():
        problems.append(f"{MARK} is a link")
    if FILE not in named:
        problems.append(f"{MARK} does not name {FILE}")
    if problems:
        step = "run `onearm run` again, or put back the files as they were"
        raise UsageError.one("U382", str(folder), f"not the files of one run: {listed(sorted(problems), 5)}", step)
    return {**files, MARK: raw}


def documents_of(folder: Path, digest: str) -> dict[str, bytes]:
    """The documents that `onearm report` made beside a folder of results, from these very results; none otherwise.

    Parameters
    ----------
    folder
        The folder of results.
    digest
        SHA-256 of its results.json.

    Raises
    ------
    UsageError
        U382 when they are of these results, and one of them is missing, changed or a link.
    """
    home = folder.parent / BESIDE
    if home.is_symlink():
        return {}
    with undisturbed(home):
        try:
            raw = (home / MARK).read_bytes()
            body = json.loads(raw)
            named: dict[str, str] = dict(body["outputs"])
            if body["command"] != DOCUMENTS or body["results"] != digest or not all(map(plain_name, named)):
                return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}
        files, problems = _as_named(home, named)
    if problems:
        step = "run `onearm report` again, or put back the files as they were"
        raise UsageError.one("U382", str(home), f"not the documents of one call: {listed(problems, 5)}", step)
    return {BESIDE + name: content for name, content in {**files, MARK: raw}.items()}


def _as_named(folder: Path, named: Mapping[str, str]) -> tuple[dict[str, bytes], list[str]]:
    """The files that a manifest names, and what is wrong with them."""
    files, problems = {}, []
    for name, digest in sorted(named.items()):
        path = folder / name
        if any(step.is_symlink() for step in (path, *path.parents[: len(PurePosixPath(name).parts) - 1])):
            problems.append(f"{name} is a link")
        elif not path.is_file():
            problems.append(f"{name} is missing")
        else:
            try:
                files[name] = path.read_bytes()
            except OSError as problem:
                problems.append(f"{name} cannot be read ({problem.strerror})")
                continue
            if hashlib.sha256(files[name]).hexdigest() != digest:
                problems.append(f"{name} was changed after the run")
    return files, problems


def _foreign(folder: Path, named: Mapping[str, str]) -> Iterator[str]:
    """What the folder holds and its manifest does not name."""
    known = {*named, MARK}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        whole = path.is_dir() and not path.is_symlink()
        if not whole and name not in known and path.name not in _OF_THE_SYSTEM:
            yield f"{name[:80]!r} was not written by the run"


def plain_name(name: str) -> bool:
    """Whether a name is a path below a folder on every system: no step up, no root, no drive, no odd signs.

    Examples
    --------
    >>> [plain_name(n) for n in ("figures/km-os.svg", "../x", "/x", "a//b", "c:x", "a\\\\b", "x/.", "")]
    [True, False, False, False, False, False, False, False]
    """
    steps = name.split("/")
    return name.isprintable() and not set(name) & set('\\:*?"<>|') and all(s.strip(" .") for s in steps)


def _manifest(trial: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    run = json.loads(files[INSIDE + MARK])
    return {
        "export": SHAPE,
        "trial": trial,
        "onearm": run["onearm"],
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for name, content in sorted(files.items())
        },
    }


def zipped(body: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """The zip: the manifest first, then the files by name, all of one date, one mode and one level."""
    told = (json.dumps(body, indent=1, ensure_ascii=False) + "\n").encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [(MARK, told), *sorted(files.items())]:
            about = zipfile.ZipInfo(name, _WHEN)
            about.create_system = 3  # Unix, wherever it is made
            about.external_attr = 0o100644 << 16
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, content, zipfile.ZIP_DEFLATED, _LEVEL)
    return made.getvalue()


def _check_target(target: Path, folder: Path, trial: str) -> None:
    """Refuse a target that is not free and no earlier export of this trial."""
    if target.is_symlink():
        raise _taken(target, "this is a link")
    if target.is_dir():
        raise _taken(target, "this is a folder")
    if folder.resolve() in target.resolve().parents:
        raise _taken(target, "a zip in the folder of results would be a foreign file there")
    if not target.exists():
        return
    if not target.is_file():  # a pipe would be waited for
        raise _taken(target, "this is no plain file")
    before = told(target)
    if before is None:
        raise _taken(target, "this file was not made by `onearm export`")
    if before != trial:
        raise _taken(target, f'this is an export of another trial, "{before[:60]}"')


def _taken(target: Path, says: str) -> UsageError:
    return UsageError.one("U383", str(target), says, "name another file with --out, or move this one")


def told(path: Path) -> str | None:
    """The trial of an export; None when the file is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            about = archive.getinfo(MARK)
            if about.file_size > 2**26 or archive.infolist()[0] is not about:
                return None
            body = json.loads(archive.read(MARK))
        return str(body["trial"]) if body["export"] >= 1 else None
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError, zipfile.BadZipFile, RuntimeError):
        return None
