"""One file of bytes, whole or not at all; what killed writers left is taken away."""

from __future__ import annotations

import contextlib
import glob
import os
import tempfile
from pathlib import Path

from onearm.errors import UsageError


def write_whole(target: Path, content: bytes) -> None:
    """Write a file beside its place and move it there; who is killed leaves what stood there before.

    Parameters
    ----------
    target
        The file; one that is there is replaced.
    content
        What goes into it.

    Raises
    ------
    UsageError
        U322 when it cannot be written.
    """
    beside = None
    try:
        handle, beside = _part(target)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            beside.chmod(0o644)
            beside.replace(target)
        _sweep(target)
    except OSError as problem:
        if beside is not None:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        step = "free space, or name a file in a folder that exists and may be written"
        raise UsageError.one("U322", str(target), f"the file cannot be written: {problem.strerror}", step) from None


def _part(target: Path) -> tuple[int, Path]:
    """A new file beside the target, held; one that another writer swept away before it was held is made again."""
    while True:
        handle, name = tempfile.mkstemp(prefix=_prefix(target), suffix=".part", dir=target.absolute().parent)
        _held(handle, wait=True)
        if os.fstat(handle).st_nlink:
            return handle, Path(name)
        os.close(handle)


def _prefix(target: Path) -> str:
    return f".{target.name[:60]}."


def _sweep(target: Path) -> None:
    """Take away parts that no writer holds."""
    for left in target.absolute().parent.glob(f"{glob.escape(_prefix(target))}*.part"):
        with contextlib.suppress(OSError):
            handle = os.open(left, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            try:
                if _held(handle, wait=False):
                    left.unlink()
            finally:
                os.close(handle)


def _held(handle: int, *, wait: bool) -> bool:
    """Hold a file against other writers; False where another one does, or where the system has no such locks."""
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ImportError:
        return False
    try:
        flock(handle, LOCK_EX if wait else LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True
