"""Files of published curves, read and tried: what cannot be a survival curve is a finding with its file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from onearm.errors import Finding, OnearmError
from onearm.protocol.document import Protocol
from onearm.protocol.published import PublishedCurve
from onearm.study.published_read import Read

Curves = dict[str, dict[str, Read]]


def read_published(
    protocol: Protocol, root: Path, findings: list[Finding], digests: dict[str, str]
) -> Mapping[str, Mapping[str, Read]]:
    """The curves of every published comparator: name -> endpoint -> columns of its file.

    Parameters
    ----------
    protocol, root
        The protocol and the trial's folder.
    findings, digests
        Problems and digests of the files are added here.
    """
    found: Curves = {}
    for name, one in protocol.published.items():
        for endpoint, curve in one.curves.items():
            path = f"protocol.yaml published.{name}.curves.{endpoint}"
            read = _read(curve, root, path, findings, digests)
            if read is not None:
                found.setdefault(name, {})[endpoint] = read
    return found


def _read(
    curve: PublishedCurve, root: Path, path: str, findings: list[Finding], digests: dict[str, str]
) -> Read | None:
    from onearm.io.digitised.clicks import read_clicks
    from onearm.study.published_curve import patients

    place = root / curve.file
    if not place.resolve().is_relative_to(root.resolve()):
        says = f"{curve.file} is outside the trial's folder"
        findings.append(Finding("X607", "error", path, says, "put the file into the trial's folder"))
        return None
    try:
        columns = read_clicks(place, scale=curve.scale or "proportion")  # events are 0 and 1
        read = Read(tuple(columns.time.tolist()), tuple(columns.survival.tolist()))
        digests[Path(curve.file).as_posix()] = hashlib.sha256(place.read_bytes()).hexdigest()
        patients(curve, read)
    except OnearmError as problem:
        findings += problem.findings
        return None
    except ValueError as problem:
        step = f"compare {curve.file} and `at_risk` with the figure ({path})"
        findings.append(Finding("X607", "error", curve.file, str(problem), step))
        return None
    return read
