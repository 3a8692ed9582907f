"""A folder to a `Trial`: protocol, tables and external sources, with every problem found at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from onearm.cohort.baseline import named_as_outcomes
from onearm.cohort.check import build
from onearm.cohort.tables import Cohort, RawTable
from onearm.errors import DataError, Finding, ProtocolError, UsageError, in_order
from onearm.external.check_source import check_sources
from onearm.io.lock import read_lock
from onearm.io.protocol import FILE, ReadProtocol, read_protocol
from onearm.io.published import read_published
from onearm.io.sources import read_tables
from onearm.protocol.document import Protocol
from onearm.protocol.trial import Data
from onearm.study.trial import Trial


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of reading a trial folder: the trial unless a finding blocks, and all findings in order."""

    trial: Trial | None
    findings: tuple[Finding, ...]


def check(folder: str | os.PathLike[str], *, external: bool = True, lock: bool = True, rules: bool = True) -> Checked:
    """Read a trial folder and say everything that is wrong with it.

    Parameters
    ----------
    folder
        A folder with ``protocol.yaml`` and its tables.
    external
        Whether the external sources are read too; doses need none of them.
    lock
        Whether the locked design is read; who locks another one does not need it.
    rules
        Whether it is tried that every stopping rule can be made; doses need none of them.

    Raises
    ------
    UsageError
        U310 when the folder does not exist.
    """
    root = _folder(folder)
    read = read_protocol(root)
    if read.protocol is None:
        return Checked(None, in_order(read.findings))
    findings = list(read.findings)
    digests = {FILE: read.digest}
    protocol = read.protocol
    cohort = _cohort(protocol, root, "trial", protocol.trial.arm, protocol.data, False, findings, digests)
    others: dict[str, Cohort] = {}
    findings += _same_folder(protocol, root)
    findings += _outcomes(protocol)
    findings += _rules(read) if rules else ()
    for name, source in protocol.external.items() if external else ():
        data = (source.data or Data(time=protocol.data.time)).model_copy(update={"folder": source.folder})
        found = _cohort(protocol, root, name, source.label, data, True, findings, digests)
        if found is not None:
            others[name] = found
    curves = read_published(protocol, root, findings, digests) if external else {}
    findings += check_sources(protocol, others)
    locked = None
    try:
        locked = read_lock(root) if lock and external else None
    except UsageError as problem:
        findings += problem.findings
    ordered = in_order(findings)
    if cohort is None or any(f.blocks for f in ordered):
        return Checked(None, ordered)
    trial = Trial(protocol, cohort, others, ordered, tuple(sorted(digests.items())), root, locked, curves)
    return Checked(trial, ordered)


def _rules(read: ReadProtocol) -> Iterator[Finding]:
    """Stopping rules that cannot be made; where there is none, the kernels are not loaded."""
    if read.protocol is None or not read.protocol.monitoring:
        return
    from onearm.design.check_rules import check_rules

    yield from check_rules(read.protocol, read.where)


def _outcomes(protocol: Protocol) -> list[Finding]:
    """A covariate that bears the name of an outcome cannot go through the wall between design and effects."""
    step = "rename the covariate and its column"
    return [
        Finding("P159", "error", f"{FILE} comparisons.{name}.covariates", f'"{c}" is the name of an outcome', step)
        for name, c in named_as_outcomes(protocol)
    ]


def _same_folder(protocol: Protocol, root: Path) -> list[Finding]:
    """Two sources in one folder are the same patients compared with themselves."""
    seen: dict[Path, str] = {(root / protocol.data.folder).resolve(): "data"}
    found = []
    for name, source in protocol.external.items():
        place = (root / source.folder).resolve()
        if place in seen:
            says = f'external source "{name}" and {seen[place]} read the same folder {source.folder}'
            where = f"{FILE} external.{name}.folder"
            found.append(Finding("P116", "error", where, says, "give each source a folder of its own"))
        seen.setdefault(place, f'external source "{name}"')
    return found


def load(folder: str | os.PathLike[str], *, external: bool = True, rules: bool = True) -> Trial:
    """Load a trial folder.

    Parameters
    ----------
    folder
        A folder with ``protocol.yaml`` and its tables.
    external
        Whether the external sources are read too; doses need none of them.
    rules
        Whether it is tried that every stopping rule can be made; doses need none of them.

    Returns
    -------
    Trial
        With problems that do not block in ``.findings``.

    Raises
    ------
    ProtocolError, DataError
        With every finding, when one of them blocks.
    UsageError
        When the folder does not exist.
    """
    checked = check(folder, external=external, rules=rules)
    if checked.trial is None:
        kind = ProtocolError if any(f.blocks and f.code.startswith("P") for f in checked.findings) else DataError
        raise kind(checked.findings)
    return checked.trial


def _folder(folder: str | os.PathLike[str]) -> Path:
    root = Path(folder)
    if not root.is_dir():
        raise UsageError.one(
            "U310",
            str(folder),
            "there is no such folder",
            "name a trial folder, or make one with `onearm new DIR`",
        )
    return root


def _cohort(
    protocol: Protocol,
    root: Path,
    name: str,
    label: str,
    data: Data,
    external: bool,
    findings: list[Finding],
    digests: dict[str, str],
) -> Cohort | None:
    raw, problems = read_tables(root / data.folder, root, data)
    findings += problems
    digests.update(_digests(root, raw))
    if any(f.blocks for f in problems) and not raw:
        return None
    cohort, found = build(protocol, raw, name=name, label=label, data=data, external=external)
    findings += found
    return cohort


def _digests(root: Path, raw: Mapping[str, RawTable]) -> dict[str, str]:
    there = [t.file for t in raw.values() if (root / t.file).is_file()]
    return {file: hashlib.sha256((root / file).read_bytes()).hexdigest() for file in there}
