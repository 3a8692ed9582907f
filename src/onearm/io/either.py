"""Results to compare: of a folder, of a file, or of a zip that `onearm export` wrote."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from onearm.changes import PROTOCOL, Origin
from onearm.errors import UsageError, listed
from onearm.io.export import INSIDE, plain_name
from onearm.io.export_check import check_export
from onearm.io.folder import MARK
from onearm.io.results import FILE, read_results, sound_results
from onearm.results import Results


def read_either(place: Path) -> tuple[Results, Origin]:
    """Results and their origin from a folder, a file, or an export.

    An export is checked whole before anything of it is read.

    Raises
    ------
    UsageError
        What `onearm.io.results.read_results` raises; U384 for a zip that is no export, or not whole.
    """
    if not (place.is_file() and zipfile.is_zipfile(place)):
        return read_results(place)
    found = check_export(place)
    if found.problems:
        says = f"this export is not whole: {listed(found.problems, 3)}"
        raise UsageError.one("U384", str(place), says, f"see `onearm export --check {place.name}`, or export again")
    with zipfile.ZipFile(place) as archive:
        raw, about = (archive.read(INSIDE + name) for name in (FILE, MARK))
    return sound_results(raw, about, place / INSIDE / FILE)


def changed_since(origin: Origin) -> tuple[str, ...]:
    """The files of a trial that are no longer those from which its results were made, of results in ``TRIAL/results/``.

    What is compared are the results, not the files that lie beside them now.
    """
    home = Path(origin.name).absolute().parent.parent
    if not (home / PROTOCOL).is_file():
        return ()
    return tuple(name for name, digest in origin.inputs.items() if plain_name(name) and _differs(home / name, digest))


def _differs(path: Path, digest: str) -> bool:
    """Whether a file is there, can be read, and is another one."""
    try:
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != digest
    except OSError:
        return False
