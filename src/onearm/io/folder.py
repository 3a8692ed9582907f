"""Writing a folder of results so that a reader sees either the old one whole or the new one whole."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from onearm.errors import UsageError, listed

MARK = "manifest.json"
"""The file by which a folder of results is recognised: its ``outputs`` names every other file."""

_OF_THE_SYSTEM = (".DS_Store", "Thumbs.db")


def check_target(out: Path) -> None:
    """Refuse to replace anything that is not an earlier folder of results.

    Raises
    ------
    UsageError
        U320 when ``out`` is a file or a folder with other contents, U321 when it cannot be written.
    """
    parent = out.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not os.access(parent, os.W_OK):
        raise UsageError.one("U321", str(out), "this place cannot be written to", "name another folder with --out")
    with _alone(parent):
        _restore(out.absolute())
        if out.exists() and not out.is_dir():
            raise UsageError.one("U320", str(out), "this is a file, not a folder", "name another folder with --out")
        foreign = _foreign(out) if out.is_dir() else []
    if foreign:
        raise UsageError.one(
            "U320",
            str(out),
            f"this folder holds files that no run wrote: {listed(foreign, 5)}",
            "move them, or name another folder with --out",
        )


def _foreign(out: Path) -> list[str]:
    """Files of a folder that its manifest does not name; all of them when it has no manifest of ours."""
    try:
        named = {MARK, *json.loads((out / MARK).read_bytes())["outputs"]}
    except (OSError, ValueError, KeyError, TypeError):
        named = set()
    found = (p.relative_to(out).as_posix() for p in sorted(out.rglob("*")) if not p.is_dir())
    return [name for name in found if name not in named and Path(name).name not in _OF_THE_SYSTEM]


def stale(out: Path, inputs: Mapping[str, str]) -> bool:
    """Whether a folder of results was made from other inputs than these (file -> SHA-256)."""
    try:
        return bool(json.loads((out / MARK).read_bytes())["inputs"] != dict(inputs))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Write every file beside ``out`` and then put the whole folder in its place.

    A run that is killed leaves the earlier results as they were; two runs at once end with the results of one.
    """
    check_target(out)
    parent = out.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}.new-", dir=parent))
    except OSError as problem:
        raise UsageError.one(
            "U321",
            str(out),
            f"this place cannot be written to ({problem.strerror})",
            "name another folder with --out",
        ) from None
    try:
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        fresh.chmod(0o755)
        with _alone(parent):
            _swap(fresh, out.absolute())
            _sweep(out.absolute())
    except OSError as problem:
        raise UsageError.one(
            "U321",
            str(out),
            f"the results could not be written ({problem.strerror})",
            "free space or name another --out",
        ) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _swap(fresh: Path, out: Path) -> None:
    """Move ``fresh`` to ``out``; an earlier folder is set aside first and removed afterwards."""
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.old-", dir=fresh.parent))
    with contextlib.suppress(FileNotFoundError):
        out.replace(aside)
    try:
        fresh.replace(out)
    except OSError:
        aside.replace(out)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _restore(out: Path) -> None:
    """Put back results that a killed run had set aside, if their place is empty."""
    if out.exists():
        return
    for aside in sorted(out.parent.glob(f".{out.name}.old-*")):
        if (aside / MARK).is_file():
            aside.replace(out)
            return


def _sweep(out: Path) -> None:
    """Remove what killed runs left beside the results, if it is older than an hour by the file system's clock."""
    now = out.stat().st_mtime
    for name in (f".{out.name}.new-*", f".{out.name}.old-*"):
        for left in out.parent.glob(name):
            with contextlib.suppress(OSError):
                if now - left.stat().st_mtime > 3600:
                    shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """Keep other runs from moving folders in ``parent``; a killed run lets go by itself.

    The lock is on the folder, so that nothing is left behind. Where the system has no such locks, the last of two
    runs at once may be refused.
    """
    try:
        from fcntl import LOCK_EX, flock
    except ImportError:
        yield
        return
    handle = os.open(parent, os.O_RDONLY)
    try:
        flock(handle, LOCK_EX)
        yield
    finally:
        os.close(handle)
