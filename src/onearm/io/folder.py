"""Writing a folder of results so that a reader sees either the old one whole or the new one whole."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from onearm.errors import UsageError, listed

MARK = "manifest.json"
"""The file by which a folder of results is recognised: its ``outputs`` names every other file."""

RUN = "onearm run"
"""The command that most folders are written by."""

_OF_THE_SYSTEM = (".DS_Store", "Thumbs.db")


def check_target(out: Path, command: str = RUN) -> None:
    """Refuse to replace anything that is not an earlier folder of results of the same command.

    Parameters
    ----------
    out
        The folder.
    command
        The first words of the command that writes it: what another command wrote there is not replaced.

    Raises
    ------
    UsageError
        U320 when ``out`` is a file, a folder with other contents or one that another command wrote, U321 when it cannot
        be written.
    """
    parent = out.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir():
        raise UsageError.one(
            "U321", str(out), f"{parent.name} is a file, not a folder", "name another folder with --out"
        )
    if not os.access(parent, os.W_OK):
        raise UsageError.one("U321", str(out), "this place cannot be written to", "name another folder with --out")
    with _alone(parent):
        _restore(out.absolute())
        if out.is_symlink():
            raise UsageError.one("U320", str(out), "this is a link", "name the folder itself with --out")
        if out.exists() and not out.is_dir():
            raise UsageError.one("U320", str(out), "this is a file, not a folder", "name another folder with --out")
        foreign = _foreign(out) if out.is_dir() else []
        earlier = written_by(out)
    if earlier and earlier.split()[: len(command.split())] != command.split():
        raise UsageError.one(
            "U320",
            str(out),
            f"this folder was written by another command: `{earlier[:200]}`",
            "name another folder with --out, or move this one away",
        )
    if foreign:
        raise UsageError.one(
            "U320",
            str(out),
            f"this folder holds files that no run wrote: {listed(foreign, 5)}",
            "move them, or name another folder with --out",
        )


def written_by(out: Path) -> str:
    """The command in a folder's manifest; nothing where there is none."""
    try:
        return str(json.loads((out / MARK).read_bytes())["command"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _foreign(out: Path) -> list[str]:
    """What a folder holds that its manifest does not name; the first things in it when it has no manifest of ours."""
    try:
        named = {MARK, *json.loads((out / MARK).read_bytes())["outputs"]}
    except (OSError, ValueError, KeyError, TypeError):
        return sorted(p.name for p in itertools.islice(out.iterdir(), 5) if p.name not in _OF_THE_SYSTEM)
    folders = {parent.as_posix() for name in named for parent in Path(name).parents}
    found = []
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        known = folders if path.is_dir() and not path.is_symlink() else named
        if name not in known and path.name not in _OF_THE_SYSTEM:
            found.append(name)
    return found


def stale(out: Path, inputs: Mapping[str, str]) -> bool:
    """Whether a folder of results was made from other inputs than these (file -> SHA-256)."""
    try:
        return bool(json.loads((out / MARK).read_bytes())["inputs"] != dict(inputs))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write_folder(out: Path, files: Mapping[str, bytes], command: str = RUN) -> None:
    """Write every file beside ``out`` and then put the whole folder in its place; ``command`` as in `check_target`.

    A run that is killed leaves the earlier results as they were; two runs at once end with the results of one.
    """
    check_target(out, command)
    parent = out.absolute().parent
    with contextlib.ExitStack() as held:
        try:
            parent.mkdir(parents=True, exist_ok=True)
            with _alone(parent):
                fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}.new-", dir=parent))
                held.enter_context(_alone(fresh))  # a folder that nobody holds belongs to a killed run
        except OSError as problem:
            raise _refused(out, "this place cannot be written to", problem) from None
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
            raise _refused(out, "the results could not be written", problem) from None
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def write_text(path: Path, text: str, inputs: Iterable[Path] = ()) -> None:
    """Write one file beside its place and move it there, so that it is never half written.

    A file that is there keeps its rights; a link is followed.

    Parameters
    ----------
    path, text
        The file and what goes into it.
    inputs
        Files that must not be written over: those that the text was made from.

    Raises
    ------
    UsageError
        U322: the place is a folder, lies in none, is no plain file, is one of the inputs, or may not be written.
    """
    place = path.resolve()
    if path.name in ("", ".", "..") or place.is_dir():
        raise _unwritable(path, "it is a folder")
    if place.exists() and not place.is_file():
        raise _unwritable(path, "it is not a plain file")
    if any(place == one.resolve() for one in inputs):
        raise _unwritable(path, "it is one of the trial's own files")
    beside = place.with_name(f".{place.name[:100]}.{os.getpid()}")
    try:
        beside.write_bytes(text.encode())
        if place.exists():
            shutil.copymode(place, beside)
        beside.replace(place)
    except OSError as problem:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise _unwritable(path, problem.strerror or str(problem)) from None


def _unwritable(path: Path, why: str) -> UsageError:
    step = "name a file in a folder that exists and may be written"
    return UsageError.one("U322", str(path) or ".", f"the file cannot be written: {why}", step)


def _refused(out: Path, says: str, problem: OSError) -> UsageError:
    step = "free space, or name another folder with --out"
    return UsageError.one("U321", str(out), f"{says} ({problem.strerror})", step)


def _swap(fresh: Path, out: Path) -> None:
    """Put ``fresh`` in the place of ``out``; what stood there ends under the name of ``fresh``.

    Where the system can exchange two names at once there is no moment without results. Elsewhere the earlier folder
    is set aside first, and `_restore` finds it again should the run be killed right then.
    """
    if not out.exists():
        fresh.replace(out)
        return
    if _exchanged(fresh, out):
        return
    aside = out.parent / f".{out.name}.old-{fresh.name.rpartition('-')[2]}"
    out.replace(aside)
    try:
        fresh.replace(out)
    except OSError:
        aside.replace(out)
        raise
    aside.replace(fresh)


def _exchanged(one: Path, two: Path) -> bool:
    """Exchange two names in one step (Linux); False where that cannot be done."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    at_here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of renameat2(2)
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(rename(at_here, os.fsencode(one), at_here, os.fsencode(two), exchange) == 0)


def _restore(out: Path) -> None:
    """Put back results that a killed run had set aside, if their place is empty."""
    if out.exists():
        return
    aside = [p for p in out.parent.glob(f".{out.name}.old-*") if (p / MARK).is_file()]
    if aside:
        max(aside, key=lambda p: (p / MARK).stat().st_mtime_ns).replace(out)


def _sweep(out: Path) -> None:
    """Remove what killed runs left beside the results: folders that no run holds."""
    for name in (f".{out.name}.new-*", f".{out.name}.old-*"):
        for left in out.parent.glob(name):
            if _abandoned(left):
                shutil.rmtree(left, ignore_errors=True)


def _abandoned(folder: Path) -> bool:
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        return False
    try:
        flock(handle, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder against other runs; a killed run lets go by itself.

    The lock is on the folder, so that nothing is left behind. Where the system has no such locks, the last of two
    runs at once may be refused.
    """
    try:
        from fcntl import LOCK_EX, flock
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        flock(handle, LOCK_EX)
        yield
    finally:
        os.close(handle)
