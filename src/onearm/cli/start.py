"""The work behind `onearm demo` and `onearm new`: putting a trial folder on disk."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

from onearm.cohort.schema import LINES, SCHEMA
from onearm.errors import UsageError
from onearm.protocol.trial import TABLES

BUNDLED = "mini-hcvd-ino"


_CLAIMS = """\
# Published numbers, checked against the results by `onearm verify DIR`, with the rounding they are printed with.
source: where these numbers were published
rounding: half-up
claims:
  # number: an id of results.csv; part: value (default), events, n, low or high; published: as printed, or a bound "< 1"
  - {claim: patients treated, number: n.treated, published: "0"}
  # - {claim: response rate, number: orr, published: "92%"}
"""


def bundled() -> Path:
    """Folder of the bundled trial, in the installed package or in a checkout."""
    installed = Path(str(files("onearm"))) / "_examples" / BUNDLED
    if installed.is_dir():
        return installed
    return Path(str(files("onearm"))).parents[1] / "examples" / BUNDLED


def copy_demo(directory: Path, force: bool) -> None:
    """Copy the bundled trial; an existing folder is left alone unless ``force``, which rewrites the bundled files.

    Raises
    ------
    UsageError
        U311 when ``directory`` is in the way.
    """
    protocol = directory / "protocol.yaml"
    ours = protocol.is_file() and f"\n  id: {BUNDLED}\n" in protocol.read_text(encoding="utf-8", errors="replace")
    _refuse(directory, force and ours)
    shutil.copytree(bundled(), directory, dirs_exist_ok=True)


def _refuse(directory: Path, allowed: bool) -> None:
    if directory.is_file() or (directory.is_dir() and any(directory.iterdir()) and not allowed):
        raise UsageError.one("U311", str(directory), "this is already there and not empty", "name another folder")


def start_folder(directory: Path) -> list[str]:
    """Make a trial folder with a commented protocol and empty tables; says what to do next."""
    _refuse(directory, False)
    data = directory / "data"
    data.mkdir(parents=True, exist_ok=True)
    template = files("onearm.cli") / "template" / "protocol.yaml"
    (directory / "protocol.yaml").write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
    for name in TABLES:
        header = [c for c in SCHEMA[name] if c not in LINES] + (["age", "sex"] if name == "subjects" else [])
        (data / f"{name}.csv").write_text(",".join(header) + "\n", encoding="utf-8")
    (directory / "claims.yaml").write_text(_CLAIMS, encoding="utf-8")
    return [
        f"made {directory / 'protocol.yaml'} and {len(TABLES)} empty tables in {data}",
        "next: fill in the protocol, put one row a patient into subjects.csv and followup.csv,",
        f"then: onearm check {directory}",
    ]
