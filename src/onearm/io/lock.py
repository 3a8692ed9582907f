"""design.json, the locked design of a trial's comparisons, and the log of when outcomes were looked at.

Both stand in the trial's folder. The log has one JSON object a line and is only added to; it is kept for honest people
and proves nothing against the dishonest.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onearm.errors import UsageError
from onearm.external.seal import SCHEMA, sealed
from onearm.study.trial import Lock, Look

DESIGN = "design.json"
LOG = "design-log.jsonl"

_PARTS = ("software", "protocol", "seed", "comparisons", "locked", "digest")


def read_lock(folder: Path) -> Lock | None:
    """The locked design and the log of a trial folder; None when nothing was locked and nothing looked at.

    Raises
    ------
    UsageError
        X501 when design.json or the log cannot be read, X502 when design.json is not what was locked.
    """
    log = _log(folder / LOG)
    path = folder / DESIGN
    if not path.exists():
        return Lock(None, log) if log else None
    again = "lock the design again: `onearm lock DIR --again --reason TEXT`"
    try:
        body = json.loads(path.read_bytes())
        if body["schema"] != SCHEMA:
            raise ValueError(f"shape {body['schema']} of a design, this version reads {SCHEMA}")
        if missing := [part for part in _PARTS if part not in body]:
            raise ValueError(f"it has no {missing[0]}")
        digest = sealed(body)["digest"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as problem:
        raise UsageError.one("X501", DESIGN, f"this is not a design of onearm ({problem})", again) from None
    if digest != body["digest"]:
        raise UsageError.one("X502", DESIGN, "its digest does not fit: it was changed after it was locked", again)
    return Lock(body, log)


def _log(path: Path) -> tuple[Look, ...]:
    if not path.exists():
        return ()
    found = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                body = json.loads(line)
                found.append(Look(*(str(body[k]) for k in ("at", "what", "digest", "reason"))))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as problem:
        says = f"line {len(found) + 1} of the log cannot be read ({problem})"
        raise UsageError.one("X501", LOG, says, "put the line right or restore the file from a copy") from None
    return tuple(found)


def write_lock(folder: Path, body: Mapping[str, Any], reason: str = "") -> Lock:
    """Lock a design: write design.json whole or not at all, and say so in the log.

    Parameters
    ----------
    folder
        The trial's folder.
    body
        What `onearm.external.document.document` made.
    reason
        Why it is locked again.

    Raises
    ------
    UsageError
        X508 when the same or another design is locked already and no reason was given; U322 when it cannot be written.
    """
    before = read_before(folder)
    if before is not None and not reason:
        raise _locked_already(f"on {before}")
    now = _now()
    whole = sealed({**body, "locked": now})
    text = json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    what = "locked again" if before is not None else "locked"
    try:
        _whole(folder / DESIGN, text, fresh=before is None)
        try:
            _append(folder / LOG, Look(now, what, whole["digest"], reason))
        except OSError:
            (folder / DESIGN).unlink()  # a lock that the log does not know is none
            raise
    except FileExistsError:
        raise _locked_already("this very moment, by another process") from None
    except OSError as problem:
        step = "make room in the trial's folder and make it writable; design.json must be a file"
        raise UsageError.one("U322", str(folder / DESIGN), problem.strerror or str(problem), step) from None
    return Lock(whole, _log(folder / LOG))


def _locked_already(when: str) -> UsageError:
    step = "to lock another one, give `--again --reason TEXT`: the change is recorded and shown"
    return UsageError.one("X508", DESIGN, f"a design was locked here {when}", step)


def read_before(folder: Path) -> str | None:
    """When the design that stands in a folder was locked; None when there is none."""
    path = folder / DESIGN
    if not path.exists():
        return None
    try:
        return str(json.loads(path.read_bytes())["locked"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "an unknown day"


def record_look(folder: Path, lock: Lock | None) -> bool:
    """Note in the log that outcomes are looked at now, once for each design; False when it could not be written."""
    digest = lock.digest if lock is not None else ""
    if any(look.what == "looked" and look.digest == digest for look in (lock.log if lock is not None else ())):
        return True
    try:
        _append(folder / LOG, Look(_now(), "looked", digest, ""))
    except OSError:
        return False
    return True


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _append(path: Path, look: Look) -> None:
    line = json.dumps({"at": look.at, "what": look.what, "digest": look.digest, "reason": look.reason})
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644), "ab") as file:
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _whole(path: Path, text: str, *, fresh: bool) -> None:
    """Write a file whole or not at all; ``fresh`` refuses one that came to be meanwhile (FileExistsError)."""
    handle, name = tempfile.mkstemp(prefix=".design-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        if fresh:
            os.link(name, path)
            Path(name).unlink()
        else:
            Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
