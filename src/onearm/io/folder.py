"""Writing a folder of results so that a reader sees either the old one whole or the new one whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from onearm.errors import UsageError

MARK = "manifest.json"
"""The file by which a folder of results is recognised."""


def check_target(out: Path) -> None:
    """Refuse to replace anything that is not an earlier folder of results.

    Raises
    ------
    UsageError
        U320 when ``out`` is a file or a folder with other contents, U321 when it cannot be written.
    """
    restore(out)
    if out.exists() and not out.is_dir():
        raise UsageError.one("U320", str(out), "this is a file, not a folder", "name another folder with --out")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise UsageError.one(
            "U320",
            str(out),
            "this folder holds something other than results",
            "name another folder with --out",
        )
    parent = out.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not os.access(parent, os.W_OK):
        raise UsageError.one("U321", str(out), "this place cannot be written to", "name another folder with --out")


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
        _swap(fresh, out)
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
    for _ in range(100):
        aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.old-", dir=fresh.parent))
        with contextlib.suppress(FileNotFoundError):
            out.replace(aside)
        try:
            fresh.replace(out)
        except OSError:
            if not out.exists():
                aside.replace(out)
                raise
            continue  # another run was quicker: its folder is set aside at the next turn
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return
    raise OSError(0, "another run keeps writing to the same folder")


def restore(out: Path) -> None:
    """Put back results that a killed run had set aside, if their place is empty."""
    if out.exists():
        return
    for aside in sorted(out.absolute().parent.glob(f".{out.name}.old-*")):
        if (aside / MARK).is_file():
            with contextlib.suppress(OSError):
                aside.replace(out)
                return
