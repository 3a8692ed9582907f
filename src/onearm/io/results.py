"""Results read back from a folder or a file, with what their manifest says of them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from onearm.changes import PROTOCOL, Origin
from onearm.errors import UsageError
from onearm.io.folder import MARK
from onearm.io.sound import unsound
from onearm.io.undisturbed import undisturbed
from onearm.results import Results

FILE = "results.json"


def read_results(place: Path) -> tuple[Results, Origin]:
    """Results and their origin.

    Parameters
    ----------
    place
        A folder of results, a trial folder with ``results/``, or a file such as ``results.json``. A manifest is looked
        for beside the file.

    Raises
    ------
    UsageError
        U302 when the file is not results of this version, U380 when there are none, U381 when the manifest cannot be
        read.
    """
    path = _file(place)
    beside = path.with_name(MARK)
    try:
        with undisturbed(path.absolute().parent):  # both of one run
            raw, about = path.read_bytes(), beside.read_bytes() if beside.is_file() else None
    except OSError as problem:
        step = "check the path and its rights"
        where = problem.filename or path
        raise UsageError.one("U380", str(where), f"the results cannot be read ({problem.strerror})", step) from None
    return sound_results(raw, about, path)


def sound_results(raw: bytes, about: bytes | None, path: Path) -> tuple[Results, Origin]:
    """Results and their origin from the bytes of both files; ``path`` is named in errors, those of `read_results`."""
    results = _results(raw, str(path))
    return results, _origin(results, path, raw, about)


def _file(place: Path) -> Path:
    if place.is_dir():
        for found in (place / FILE, place / "results" / FILE):
            if found.is_file():
                return found
        step = "name a folder that `onearm run` wrote, or its results.json"
        raise UsageError.one("U380", str(place), f"this folder holds no results ({FILE})", step)
    if not place.is_file():
        step = "name a folder of results, or its results.json"
        raise UsageError.one("U380", str(place), "there is no such file or folder", step)
    return place


def _results(raw: bytes, where: str) -> Results:
    try:
        text = raw.decode("utf-8")
        body = json.loads(text, parse_constant=_no_number)
        if re.search(r"\\u[dD][89a-fA-F]", text):
            json.dumps(body, ensure_ascii=False).encode()  # half of a sign cannot be printed
        found = Results.from_json(text, where)
        for name, some in (("estimates", found.estimates), ("curves", found.curves)):
            if len(body[name]) != len(some):
                raise ValueError(f"an id stands twice among the {name}")
        if problem := next(unsound(found), ""):
            raise ValueError(problem)
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError) as problem:
        says = f"these are not results of onearm ({str(problem)[:200] or type(problem).__name__})"
        raise UsageError.one("U302", where, says, "run `onearm run` again") from None
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _origin(results: Results, path: Path, raw: bytes, about: bytes | None) -> Origin:
    head = results.header
    alone = Origin(
        name=str(path),
        manifest=False,
        why=f"no {MARK} beside {path.name}",
        software=head.software,
        cutoff=head.cutoff,
        definitions=head.definitions,
        lock=next(((c.status, c.locked, c.digest, *c.changes) for c in results.commitment), ()),
    )
    if about is None:
        return alone
    body = _manifest(about, path.with_name(MARK))
    if body["outputs"].get(path.name) != hashlib.sha256(raw).hexdigest():
        return replace(
            alone, changed=True, why=f"{path.name} is not the file that its {MARK} names: it was changed after the run"
        )
    if PROTOCOL not in body["inputs"]:
        return replace(alone, why=f"its {MARK} names no {PROTOCOL} among the inputs")
    return replace(
        alone,
        manifest=True,
        why="",
        software=f"onearm {body['onearm']}",
        inputs=body["inputs"],
        libraries=body["libraries"],
        seed=body["seed"],
    )


def _manifest(raw: bytes, path: Path) -> dict[str, Any]:
    """What a manifest says; `UsageError` U381 when it cannot be read as one."""
    try:
        return sound_manifest(raw)
    except (ValueError, RecursionError) as problem:
        raise no_manifest(path, f"this is not the manifest of a run ({str(problem)[:200]})") from None


def no_manifest(path: Path, says: str) -> UsageError:
    """The error for a manifest that cannot be used."""
    return UsageError.one("U381", str(path), says, "run `onearm run` again")


def sound_manifest(raw: bytes) -> dict[str, Any]:
    """What a manifest holds; ValueError when it is none."""
    body = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    if not isinstance(body, dict):
        raise ValueError("not a mapping")
    for name in ("inputs", "outputs", "libraries"):
        if not isinstance(body.get(name), dict) or not all(isinstance(v, str) for v in body[name].values()):
            raise ValueError(f'"{name}" is missing or not file by file')
    if not isinstance(body.get("onearm"), str) or not isinstance(body.get("trial"), str):
        raise ValueError("it names no trial or no version")
    if not isinstance(body.get("seed"), int) or isinstance(body["seed"], bool):
        raise ValueError("it names no seed")
    return body
