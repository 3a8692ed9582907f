"""Reading a folder of results while no run replaces it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def undisturbed(folder: Path) -> Iterator[None]:
    """Keep runs from replacing a folder while it is read, so that all of it is of one run.

    Runs put a new folder in the place of an old one while they hold the folder above it alone; readers hold that
    together. Where a system has no such locks, or does not let us, it is read all the same.
    """
    handle = None
    with contextlib.suppress(ImportError, OSError):
        from fcntl import LOCK_SH, flock

        handle = os.open(folder.absolute().parent, os.O_RDONLY)
        flock(handle, LOCK_SH)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)
