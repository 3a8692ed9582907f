"""Whether a zip is an export of results, and every file in it what its manifest says."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onearm.errors import UsageError
from onearm.io.export import BESIDE, INSIDE, SHAPE, plain_name
from onearm.io.folder import MARK
from onearm.io.results import FILE, sound_manifest

_MANIFEST = 2**26
"""Bytes of a manifest that are read at most: a file that claims more is none."""


_END = 22
"""Bytes of the record that ends a zip."""


@dataclass(frozen=True, slots=True)
class CheckedExport:
    """What came of reading an export: the trial, how many files, and what is wrong with them."""

    trial: str
    files: int
    problems: tuple[str, ...]


def check_export(path: Path) -> CheckedExport:
    """Compare every file of an export with its manifest, and the manifest of the run with both.

    Nothing is unpacked; no more of a file is read than its manifest says it holds.

    Raises
    ------
    UsageError
        U384 when the file is no export: not a zip, damaged, or without a manifest of ours.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise _none(path, "this is no plain file")
    try:
        with zipfile.ZipFile(path) as archive:
            body = _body(archive)
            files: dict[str, dict[str, Any]] = body["files"]
            problems = [
                *_beside(archive, path),
                *_odd(archive, files),
                *_differ(archive, files),
                *_of_the_run(archive, body),
                *_of_the_documents(archive, body),
            ]
    except (
        OSError,
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        EOFError,
    ) as problem:
        said = getattr(problem, "strerror", None) or str(problem)
        raise _none(path, f"this is no export of onearm ({said[:200]})") from None
    return CheckedExport(str(body["trial"]), len(files), tuple(sorted(set(problems))))


def _none(path: Path, says: str) -> UsageError:
    return UsageError.one("U384", str(path), says, "name a zip that `onearm export` wrote")


def _body(archive: zipfile.ZipFile) -> dict[str, Any]:
    names = archive.namelist()
    if not names or names[0] != MARK or names.count(MARK) != 1:
        raise ValueError(f"{MARK} does not stand first in it")
    body = json.loads(_read(archive, MARK, _MANIFEST))
    if not isinstance(body, dict) or not isinstance(body.get("files"), dict) or not isinstance(body.get("trial"), str):
        raise ValueError(f"{MARK} is not that of an export")
    if body.get("export") != SHAPE:
        raise ValueError(f"shape {str(body.get('export'))[:20]} of exports, this version reads {SHAPE}")
    for about in body["files"].values():
        if (
            not isinstance(about, dict)
            or not isinstance(about.get("sha256"), str)
            or type(about.get("size")) is not int
        ):
            raise ValueError(f"{MARK} does not say size and digest of every file")
    return body


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """At most ``most`` bytes of a file, and one more when it is longer."""
    with archive.open(name) as file:
        return file.read(most + 1)


def _beside(archive: zipfile.ZipFile, path: Path) -> Iterator[str]:
    """Bytes before the first file, behind the last one, or in a comment."""
    with path.open("rb") as file:
        file.seek(-_END, os.SEEK_END)
        last = file.read(4)
    if archive.comment or archive.infolist()[0].header_offset or last != b"PK\x05\x06":
        yield "the zip holds more than its files"


def _odd(archive: zipfile.ZipFile, files: Mapping[str, Any]) -> Iterator[str]:
    """Names and kinds that no export holds."""
    names = Counter(archive.namelist())
    for about in archive.infolist():
        said = repr(about.filename[:80])
        if not plain_name(about.filename):
            yield f"{said} would be unpacked outside of its folder"
        if stat.S_IFMT(about.external_attr >> 16) not in (0, stat.S_IFREG):
            yield f"{said} is no plain file"
        if names[about.filename] > 1:
            yield f"{said} stands in it twice"
        if about.filename not in files and about.filename != MARK:
            yield f"{said} is not in {MARK}"


def _differ(archive: zipfile.ZipFile, files: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Files that are not what the manifest says."""
    there = set(archive.namelist())
    for name, about in files.items():
        if name not in there:
            yield f"{name[:80]!r} is missing"
            continue
        try:
            size, digest = _measured(archive, name, about["size"])
        except (zipfile.BadZipFile, zlib.error, EOFError):
            yield f"{name[:80]!r} is damaged"
            continue
        if size != about["size"] or digest != about["sha256"]:
            yield f"{name[:80]!r} is not what {MARK} says"


def _measured(archive: zipfile.ZipFile, name: str, most: int) -> tuple[int, str]:
    """Size and digest of a file, piece by piece, and no further than it should go."""
    size, digest = 0, hashlib.sha256()
    with archive.open(name) as file:
        while size <= most and (piece := file.read(2**20)):
            size += len(piece)
            digest.update(piece)
    return size, digest.hexdigest()


def _of_the_run(archive: zipfile.ZipFile, body: Mapping[str, Any]) -> Iterator[str]:
    """The run's own manifest: it must name the same files with the same digests."""
    files: dict[str, dict[str, Any]] = body["files"]
    if INSIDE + MARK not in archive.namelist():
        yield f"{INSIDE}{MARK} is missing"
        return
    try:
        run = sound_manifest(_read(archive, INSIDE + MARK, _MANIFEST))
    except (ValueError, RecursionError, zipfile.BadZipFile, zlib.error, EOFError):
        yield f"{INSIDE}{MARK} is not the manifest of a run"
        return
    inside = {name: about["sha256"] for name, about in files.items() if name.startswith(INSIDE)}
    ours = {name.removeprefix(INSIDE): digest for name, digest in inside.items() if name != INSIDE + MARK}
    if ours != run["outputs"] or FILE not in ours:
        yield f"{MARK} and {INSIDE}{MARK} do not name the same files"
    if run["trial"] != body["trial"]:
        yield f"{MARK} and {INSIDE}{MARK} name different trials"


def _of_the_documents(archive: zipfile.ZipFile, body: Mapping[str, Any]) -> Iterator[str]:
    """Documents beside the results: as their own manifest names them, and made from these results."""
    digests = {name: about["sha256"] for name, about in body["files"].items()}
    if odd := [name for name in digests if not name.startswith((INSIDE, BESIDE))]:
        yield f"{MARK} names files that are neither results nor documents: {odd[0][:80]!r}"
    ours = {name.removeprefix(BESIDE): digest for name, digest in digests.items() if name.startswith(BESIDE)}
    if not ours:
        return
    try:
        made = json.loads(_read(archive, BESIDE + MARK, _MANIFEST))
        named, results = made["outputs"], made["results"]
    except (ValueError, KeyError, TypeError, RecursionError, zipfile.BadZipFile, zlib.error, EOFError):
        yield f"{BESIDE}{MARK} is missing or not that of documents"
        return
    if named != {name: digest for name, digest in ours.items() if name != MARK}:
        yield f"{MARK} and {BESIDE}{MARK} do not name the same files"
    if results != digests.get(INSIDE + FILE):
        yield f"{BESIDE}{MARK} names other results"
